"""The pack as a process in its own environment, called as the Pulumi engine calls it."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto.analyzer_pb2 import (
    AnalyzeRequest,
    AnalyzerResource,
    AnalyzerResourceOptions,
    AnalyzeStackRequest,
)
from pulumi.runtime.proto.analyzer_pb2_grpc import AnalyzerStub
from pulumi.runtime.rpc import UNKNOWN

from tests.infra.declared import AUTH_TOKEN, Program
from tests.policy.declared import resources_of, with_value
from transfer_policy import RULES
from transfer_policy.rule import Resource

PACK: Final = Path(__file__).resolve().parents[2] / "policy"
PYTHON: Final = PACK / ".venv" / "bin" / "python"

pytestmark = pytest.mark.skipif(
    not PYTHON.exists(), reason="the policy pack is not installed; run make policy"
)

# Finding, and whether it ends a preview or only tells that something could not be checked.
Found = tuple[str, bool]


@pytest.fixture(scope="module")
def analyzer() -> Iterator[Any]:
    """The pack, serving."""
    with subprocess.Popen(
        # The engine's address, which the pack does not call.
        [PYTHON, PACK, "127.0.0.1:1"],
        stdout=subprocess.PIPE,
        env={"PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout
        port = int(process.stdout.readline())
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield AnalyzerStub(channel)
        process.terminate()


def ask(analyzer: Any, resources: Sequence[Resource]) -> set[Found]:
    """Return what the pack finds, first in each resource, then in all of them."""
    answers = [
        analyzer.Analyze(
            AnalyzeRequest(
                type=it.type,
                name=it.name,
                urn=it.urn,
                properties=_struct(it),
                options=AnalyzerResourceOptions(),
            )
        )
        for it in resources
    ]
    of_stack = AnalyzeStackRequest(
        resources=[
            AnalyzerResource(type=it.type, name=it.name, urn=it.urn, properties=_struct(it))
            for it in resources
        ]
    )
    answers.append(analyzer.AnalyzeStack(of_stack))
    return {
        # The enum's second value, MANDATORY.
        (found.policyName, found.enforcementLevel == 1)
        for answer in answers
        for found in answer.diagnostics
    }


def _struct(resource: Resource) -> Struct:
    found = Struct()
    # No rule reads an archive.
    found.update(json.loads(json.dumps(resource.props, default=str)))
    return found


def test_the_pack_serves_every_rule(analyzer: Any) -> None:
    served = analyzer.GetAnalyzerInfo(Empty()).policies

    assert {it.name for it in served} == {rule.name for rule in RULES}
    assert {it.enforcementLevel for it in served} == {1}


def test_the_program_passes_the_pack(analyzer: Any, resources: list[Resource]) -> None:
    assert ask(analyzer, resources) == set()


def test_the_production_program_passes_the_pack(analyzer: Any, production: Program) -> None:
    assert ask(analyzer, resources_of(production)) == set()


@pytest.mark.parametrize(
    ("rule", "type_", "name", "path", "value"),
    [
        (
            "alarm-data",
            "aws:cloudwatch/metricAlarm:MetricAlarm",
            "canary-failing",
            ("treatMissingData",),
            "notBreaching",
        ),
        (
            "cors-origins",
            "aws:apigatewayv2/api:Api",
            "api",
            ("corsConfiguration", "allowOrigins"),
            ["*"],
        ),
        (
            "no-secret-in-environment",
            "aws:lambda/function:Function",
            "transfer-chat",
            ("environment", "variables", "HARMLESS"),
            AUTH_TOKEN,
        ),
    ],
)
def test_a_breach_is_mandatory(
    analyzer: Any,
    resources: list[Resource],
    rule: str,
    type_: str,
    name: str,
    path: tuple[str, ...],
    value: object,
) -> None:
    assert ask(analyzer, with_value(resources, type_, name, path, value)) == {(rule, True)}


def test_an_unknown_value_is_reported_as_advisory(analyzer: Any, resources: list[Resource]) -> None:
    unknown = with_value(
        resources, "aws:iam/rolePolicy:RolePolicy", "transfer-chat", ("policy",), UNKNOWN
    )

    assert ask(analyzer, unknown) == {("least-privilege", False)}
