"""The workflows that the plugin offers as targets."""

import json

import pytest

from tests.functions.conftest import Deployment
from tests.functions.lambda_events import form_event, http_event, json_event

PATH = "/get-workflows"


def test_all_but_the_transfer_workflow_are_listed_by_name(deployment: Deployment) -> None:
    centre = deployment.twilio.centre
    configuration = json.dumps({"task_routing": {"filters": []}})
    for name in ("escalations", "Zebra", "b-team"):
        deployment.workflows().create(friendly_name=name, configuration=configuration)
    for number in range(60):  # beyond Twilio's default page
        deployment.workflows().create(
            friendly_name=f"Many {number:02}", configuration=configuration
        )

    answer = deployment.list_workflows(centre.token_of("ana"))

    assert answer.status == 200
    names = [one["friendlyName"] for one in answer.body["workflows"]]
    assert names == sorted(names, key=str.casefold)
    assert {"Assign to Anyone", "b-team", "escalations", "Escalations"} <= set(names)
    assert "Chat transfer" not in names
    assert len(names) == 2 + 3 + 60
    assert all(set(one) == {"sid", "friendlyName"} for one in answer.body["workflows"])


def test_a_token_may_be_in_the_header_or_the_body(deployment: Deployment) -> None:
    token = deployment.twilio.centre.token_of("ana")
    bearer = {"Authorization": f"Bearer {token}"}
    events = [
        http_event("GET", PATH, headers=bearer),
        http_event("POST", PATH, headers=bearer),
        json_event(PATH, {"Token": token}),
        form_event(PATH, {"Token": token}),
    ]
    answers = [deployment.invoke(event) for event in events]
    assert {answer.status for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1


@pytest.mark.parametrize(
    ("event", "status"),
    [
        (http_event("GET", PATH), 401),
        (http_event("POST", PATH), 401),
        (json_event(PATH, {}), 401),
        (http_event("POST", PATH, "text", {"Content-Type": "text/plain"}), 415),
        (http_event("POST", PATH, "{", {"Content-Type": "application/json"}), 400),
    ],
)
def test_a_malformed_request_is_refused_before_any_call(
    deployment: Deployment, event: dict[str, object], status: int
) -> None:
    assert deployment.invoke(event).status == status
    assert not deployment.twilio.journal.entries


def test_an_invalid_token_reads_no_workflow(deployment: Deployment) -> None:
    answer = deployment.list_workflows(deployment.twilio.centre.expired_token())
    assert (answer.status, answer.code) == (403, "token_invalid")
    assert not deployment.twilio.journal.matching(path="Workflows")


def test_a_failing_list_of_workflows_is_502(deployment: Deployment) -> None:
    deployment.twilio.faults.status(500, path="Workflows", times=None)
    answer = deployment.list_workflows(deployment.twilio.centre.token_of("ana"))
    assert (answer.status, answer.code) == (502, "twilio_failed")
    assert "rolledBack" not in answer.body
