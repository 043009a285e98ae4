"""One deployment for all cases of a module, and a customer for each."""

from collections.abc import Iterator

import pytest

from tests.functions.conftest import Aws, Deployment, deployed, wait_shortly
from tests.functions.failures.table_faults import TableFaults, table_faults


@pytest.fixture(scope="module")
def running(aws: Aws) -> Iterator[Deployment]:
    """One deployment for all cases of a module: each has a task of its own."""
    with deployed(aws) as deployment, pytest.MonkeyPatch.context() as patch:
        wait_shortly(patch)
        yield deployment


@pytest.fixture(scope="module")
def table(aws: Aws) -> Iterator[TableFaults]:  # noqa: ARG001 - moto is there first
    """Calls to DynamoDB that fail."""
    with table_faults() as faults:
        yield faults
