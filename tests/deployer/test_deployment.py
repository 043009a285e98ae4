"""The unchanged program, deployed to the emulators and called over HTTP."""

import pytest
import requests

from local.deployer.creator import ABSENT
from tests.deployment import DeployedStack
from tests.infra.declared import CONFIG, OFFERS, Program, declare

ORIGIN = "https://flex.twilio.com"


@pytest.fixture(scope="module")
def program() -> Program:
    return declare({**CONFIG, **OFFERS})


def test_every_declared_resource_is_created_and_reported(
    deployed_stack: DeployedStack, program: Program
) -> None:
    declared = {
        (found.type, found.name)
        for found in program.resources
        if found.type.startswith(("aws:", "twilio:")) and found.type not in ABSENT
    }

    assert sorted((event.type, event.name) for event in deployed_stack.events) == sorted(declared)
    assert all(event.seconds > 0 for event in deployed_stack.events)


def test_outputs_are_plain_values(deployed_stack: DeployedStack, program: Program) -> None:
    outputs = deployed_stack.outputs

    assert outputs.keys() == program.outputs.keys()
    assert not outputs["endpoint"].endswith("/")
    assert outputs["everyoneQueueSid"] == deployed_stack.twilio.centre.queues["Everyone"]
    assert outputs["transferWorkflowSid"].startswith("WW")
    assert outputs["functionNames"]["transferChat"] == "flex-chat-transfer-tests-transfer-chat"


def test_get_workflows_lists_every_workflow_but_the_deployed_one(
    deployed_stack: DeployedStack,
) -> None:
    answer = requests.get(
        f"{deployed_stack.endpoint}/get-workflows",
        headers={
            "Authorization": f"Bearer {deployed_stack.twilio.centre.token_of('ana')}",
            "Origin": ORIGIN,
        },
        timeout=30,
    )

    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    listed = {one["sid"] for one in answer.json()["workflows"]}
    assert listed >= set(deployed_stack.twilio.centre.workflows.values())
    assert deployed_stack.outputs["transferWorkflowSid"] not in listed


def test_a_preflight_from_an_allowed_origin_is_answered(deployed_stack: DeployedStack) -> None:
    answer = _preflight(deployed_stack, ORIGIN)

    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert answer.headers["Access-Control-Allow-Methods"] == "DELETE,GET,POST"
    assert answer.headers["Access-Control-Allow-Headers"] == "authorization,content-type"


def test_a_preflight_from_another_origin_gets_no_cors_headers(
    deployed_stack: DeployedStack,
) -> None:
    answer = _preflight(deployed_stack, "https://evil.example")

    assert "Access-Control-Allow-Origin" not in answer.headers


def test_other_paths_and_methods_are_answered_404(deployed_stack: DeployedStack) -> None:
    endpoint = deployed_stack.endpoint

    assert requests.get(f"{endpoint}/transfer-chat", timeout=30).status_code == 404
    assert requests.get(f"{endpoint}/", timeout=30).status_code == 404


def test_the_credentials_are_in_no_log(deployed_stack: DeployedStack) -> None:
    test_get_workflows_lists_every_workflow_but_the_deployed_one(deployed_stack)

    assert deployed_stack.twilio.centre.auth_token not in deployed_stack.aws.log_path.read_text()


def _preflight(stack: DeployedStack, origin: str) -> requests.Response:
    return requests.options(
        f"{stack.endpoint}/transfer-chat",
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        },
        timeout=30,
    )
