"""The deployed endpoints, called with requests that schemathesis makes from the description."""

from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.deployment import DeployedStack

SCHEMA = schemathesis.openapi.from_path(
    Path(__file__).parents[2] / "docs" / "openapi.yaml",
)
CHECKS: Any = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)


@pytest.mark.parametrize("by", ["no-one", "ana"])
@SCHEMA.parametrize()
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_answers_conform_to_the_api_description(
    deployed_stack: DeployedStack, case: schemathesis.Case[Any], by: str
) -> None:
    if by != "no-one":
        token = deployed_stack.twilio.centre.token_of(by)
        case.headers["Authorization"] = f"Bearer {token}"
    case.call_and_validate(base_url=deployed_stack.endpoint, checks=CHECKS)
