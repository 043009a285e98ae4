"""Each workflow of Twilio's pages routes as the page says."""

import json
from datetime import UTC, datetime
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest

from emulator.documented_workflows import DOCUMENTS, REFUSED, Document, Expected, with_sids
from twilio_emulator.clock import ManualClock
from twilio_emulator.seed import ContactCentre, contact_centre
from twilio_emulator.twilio import EmulatedTwilio

CASES = [
    pytest.param(document, expected, leads_on, id=f"{document.name}, {number}, {leads_on}")
    for document in DOCUMENTS
    for number, expected in enumerate(document.tasks, 1)
    for leads_on in (True, False)
    if document.timeout_leads_on in {None, leads_on}
]


@pytest.fixture
def twilio() -> EmulatedTwilio:
    return EmulatedTwilio(centre_at_nine().account)


def centre_at_nine() -> ContactCentre:
    random = Random(7)  # noqa: S311 - nothing to keep secret
    return contact_centre(ManualClock(datetime(2027, 1, 4, 9, tzinfo=UTC)), random)


def send(centre: ContactCentre, path: str, **form: str) -> tuple[int, dict[str, Any]]:
    reply = EmulatedTwilio(centre.account).request(
        "POST",
        f"/taskrouter/v1/Workspaces/{centre.workspace_sid}/{path}",
        headers={"Authorization": centre.account.authorization},
        body=urlencode(form).encode(),
    )
    return reply.status, json.loads(reply.body)


@pytest.mark.parametrize(("document", "expected", "leads_on"), CASES)
def test_a_task_is_where_the_page_says(
    document: Document, expected: Expected, leads_on: bool
) -> None:
    centre = centre_at_nine()
    centre.account.settings.timeout_leads_to_next_filter = leads_on
    status, workflow = send(
        centre, "Workflows", FriendlyName="Mine", Configuration=document.configuration(centre)
    )
    assert status == 201, workflow
    attributes = with_sids(json.dumps(expected.attributes), centre)
    _, task = send(
        centre, "Tasks", WorkflowSid=workflow["sid"], Attributes=attributes, TaskChannel="chat"
    )
    EmulatedTwilio(centre.account).advance(expected.after)

    now = centre.task(task["sid"])
    assert now is not None
    names = {sid: name for name, sid in centre.queues.items()}
    canceled = now.status == "canceled"
    assert (None if canceled else names[now.task_queue_sid or ""]) == expected.queue
    offered = centre.offered_to(now.sid)
    assert offered in expected.offered if expected.offered else offered is None
    assert expected.queue is None or now.priority == expected.priority


@pytest.mark.parametrize("each", REFUSED.values(), ids=REFUSED)
def test_what_taskrouter_would_not_take_is_refused(each: dict[str, Any]) -> None:
    centre = centre_at_nine()
    text = with_sids(json.dumps({"task_routing": {"filters": [each]}}), centre)
    status, answer = send(centre, "Workflows", FriendlyName="Mine", Configuration=text)
    assert (status, answer["code"]) == (400, 20001)
