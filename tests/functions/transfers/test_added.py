"""What a request adds to the new task: a note, attributes, a priority."""

from typing import Any

import pytest

from chat_transfer.http.request import LONGEST_NOTE, OWN_NAMES
from tests.functions.conftest import Deployment
from tests.functions.recording import KINDS


def ask(deployment: Deployment, task: str, **added: Any) -> str:
    answer = deployment.transfer(task, deployment.twilio.centre.workers["dev"], **added)
    assert answer.status == 200, answer.text
    return str(answer.body["taskSid"])


def passed_on(deployment: Deployment, **added: Any) -> str:
    """Transfer a conversation from Ben to Ana, who accepts it."""
    centre = deployment.twilio.centre
    task = centre.conversation_task("ben")
    answer = deployment.transfer(task, centre.workers["ana"], "ben", **added)
    assert answer.status == 200, answer.text
    centre.accept(answer.body["taskSid"])
    return str(answer.body["taskSid"])


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_adds_to_the_new_task(deployment: Deployment, kind: str) -> None:
    centre = deployment.twilio.centre
    task = KINDS[kind](centre)
    attributes = {"language": "es", "customerName": "Robin R.", "case": {"number": 7}}

    made = ask(deployment, task, attributes=attributes, priority=9, note=" Wants a refund. ")

    written = centre.attributes(made)
    assert written["transferNote"] == "Wants a refund."
    assert {name: written[name] for name in attributes} == attributes
    assert written["targetSid"] == centre.workers["dev"]
    assert centre.workspace.task(made).priority == 9


def test_without_a_priority_it_is_the_originals(deployment: Deployment) -> None:
    centre = deployment.twilio.centre
    made = ask(deployment, passed_on(deployment, priority=4))
    assert centre.workspace.task(made).priority == 4


def test_a_note_is_for_the_next_agent_only(deployment: Deployment) -> None:
    second = passed_on(deployment, note="Wants a refund.")

    third = ask(deployment, second)

    assert "transferNote" not in deployment.twilio.centre.attributes(third)


@pytest.mark.parametrize("name", sorted(OWN_NAMES))
def test_names_of_a_transfer_are_refused(deployment: Deployment, name: str) -> None:
    answer = deployment.transfer(
        "conversation", deployment.twilio.centre.workers["dev"], attributes={name: "x"}
    )

    assert (answer.status, answer.code) == (400, "invalid_request")
    assert name in answer.body["detail"]
    assert not deployment.twilio.journal.entries


@pytest.mark.parametrize(
    "added",
    [
        {"attributes": []},
        {"attributes": "{}"},
        {"priority": -1},
        {"priority": 2**31},
        {"priority": "5"},
        {"priority": True},
        {"note": "x" * (LONGEST_NOTE + 1)},
        {"note": 7},
    ],
    ids=str,
)
def test_what_has_another_form_is_refused(deployment: Deployment, added: dict[str, Any]) -> None:
    answer = deployment.transfer("conversation", deployment.twilio.centre.workers["dev"], **added)

    assert (answer.status, answer.code) == (400, "invalid_request")
    assert answer.body["detail"].startswith(next(iter(added)))


def test_what_is_too_much_is_refused_before_anything_is_done(deployment: Deployment) -> None:
    centre = deployment.twilio.centre
    task = centre.conversation_task()
    deployment.twilio.journal.clear()

    answer = deployment.transfer(task, centre.workers["dev"], attributes={"text": "x" * 4000})

    assert (answer.status, answer.code) == (409, "attributes_too_large")
    assert not deployment.twilio.journal.matching("POST", "/(Invites|Tasks)")


def test_a_task_that_is_created_again_keeps_the_note(deployment: Deployment) -> None:
    """The workflow cancelled the first one, after the original had ended."""
    centre = deployment.twilio.centre
    task = centre.conversation_task()
    made = deployment.transfer(
        task, centre.workers["ben"], note="Wants a refund.", handOver="accepted"
    ).body["taskSid"]
    centre.accept(made)
    centre.complete(made)
    centre.complete(task)

    deployment.look_at_offers()

    open_tasks = [one for one in centre.workspace.tables.tasks.values() if one.status.waiting]
    notes = [centre.attributes(one.sid).get("transferNote") for one in open_tasks]
    assert "Wants a refund." in notes
