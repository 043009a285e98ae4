"""The transfer workflow's configuration."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transfer_stack.workflow import Timeouts, workflow_configuration
from twilio_emulator.clock import ManualClock
from twilio_emulator.seed import contact_centre
from twilio_emulator.sids import seeded_sid
from twilio_emulator.taskrouter.creation import TaskOrder, create_task
from twilio_emulator.taskrouter.model import Workflow
from twilio_emulator.twilio import EmulatedTwilio

EVERYONE, SALES, SUPPORT = ("WQ" + digit * 32 for digit in "123")
TIMEOUTS = Timeouts(agent=60, queue=130, fallback=300)
ENDS = {"worker": 60, "queue": 130}
sids = st.from_regex(r"\AWQ[0-9a-f]{32}\Z")

FALLBACK = [
    {
        "queue": EVERYONE,
        "expression": "worker.sid NOT IN task.ignoreWorkerSids",
        "timeout": 300,
    },
    {"queue": EVERYONE},
]


def filters(queues: list[str]) -> list[dict[str, Any]]:
    document = workflow_configuration(EVERYONE, queues, TIMEOUTS, offers=False)
    found: list[dict[str, Any]] = document["task_routing"]["filters"]
    return found


def test_a_worker_target_is_followed_by_everyone() -> None:
    to_agents, *_ = filters([])

    assert to_agents["expression"] == "transferTargetType == 'worker' AND transferHandOver == 'now'"
    assert to_agents["targets"] == [
        {"queue": EVERYONE, "known_worker_sid": "task.targetSid", "timeout": 60},
        *FALLBACK,
    ]


def test_a_queue_target_excludes_the_transferring_agent() -> None:
    _, to_sales, *_ = filters([SALES, SUPPORT])

    assert to_sales["expression"] == (
        f"transferTargetType == 'queue' AND targetSid == '{SALES}' AND transferHandOver == 'now'"
    )
    assert to_sales["targets"] == [
        {
            "queue": SALES,
            "expression": "worker.sid NOT IN task.ignoreWorkerSids",
            "timeout": 130,
        },
        *FALLBACK,
    ]


def test_everyone_is_a_queue_that_can_be_transferred_to() -> None:
    # Everyone is the queue of the fallbacks, so the handlers find it routed: a filter must be
    # there for it, or such a transfer would fall to the default filter and back to its sender.
    assert _queues(filters([SALES])) == [SALES, EVERYONE]
    assert _queues(filters([EVERYONE, SALES])) == [EVERYONE, SALES]


def test_a_queue_that_is_configured_twice_has_one_filter() -> None:
    assert _queues(filters([SALES, SALES])) == [SALES, EVERYONE]


def test_the_default_filter_routes_to_everyone() -> None:
    document = workflow_configuration(EVERYONE, [SALES], TIMEOUTS, offers=False)

    assert document["task_routing"]["default_filter"] == {"queue": EVERYONE}


# A busy machine generates slowly, which says nothing about the workflow.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(sids, max_size=8))
def test_every_filter_ends_with_everyone_without_a_timeout(queues: list[str]) -> None:
    for declared in filters(queues):
        *first, last = declared["targets"]
        assert all(target["timeout"] > 0 for target in first)
        # TaskRouter cancels a task that passes its last target.
        assert last == {"queue": EVERYONE}


# A busy machine generates slowly, which says nothing about the workflow.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(sids, max_size=8))
def test_the_transferring_agent_is_left_out_until_the_last_target(queues: list[str]) -> None:
    for declared in filters(queues):
        for target in declared["targets"][:-1]:
            excluded = target.get("expression") == "worker.sid NOT IN task.ignoreWorkerSids"
            assert excluded or "known_worker_sid" in target


def test_an_offer_is_cancelled_when_the_time_of_its_target_is_up() -> None:
    document = workflow_configuration(EVERYONE, [SALES], TIMEOUTS, offers=True)
    without = workflow_configuration(EVERYONE, [SALES], TIMEOUTS, offers=False)

    declared = document["task_routing"]["filters"]
    of_offers, others = declared[:3], declared[3:]
    assert others == without["task_routing"]["filters"]
    for offered, usual in zip(of_offers, others, strict=True):
        assert offered["expression"] == usual["expression"].replace("'now'", "'accepted'")
        assert offered["targets"] == usual["targets"][:1]


@pytest.mark.parametrize("leads_on", [True, False])
@pytest.mark.parametrize("to", ["worker", "queue"])
def test_an_offer_reaches_its_target_alone_whichever_page_is_right(to: str, leads_on: bool) -> None:
    clock = ManualClock()
    centre = contact_centre(clock)
    centre.account.settings.timeout_leads_to_next_filter = leads_on
    centre.account.settings.deletes_finished_after = None
    centre.set_activity("carla", "Offline")
    sales, everyone = centre.queues["Sales"], centre.queues["Everyone"]
    document = workflow_configuration(everyone, [sales], TIMEOUTS, offers=True)
    now = clock.now()
    workflow = Workflow(seeded_sid("WW", "x"), "Transfers", json.dumps(document), now, now)
    centre.workspace.tables.workflows[workflow.sid] = workflow
    attributes = {
        "transferTargetType": to,
        "targetSid": centre.workers["carla"] if to == "worker" else sales,
        "transferHandOver": "accepted",
        "ignoreWorkerSids": [centre.workers["ana"]],
    }
    order = TaskOrder(json.dumps(attributes), workflow.sid, "chat")
    task = create_task(centre.workspace, order)

    EmulatedTwilio(centre.account).advance(1000)

    ended = centre.task(task.sid)
    assert ended is not None
    assert (ended.status, ended.ended_at) == ("canceled", now + timedelta(seconds=ENDS[to]))
    asked = {centre.name_of(offer.worker_sid) for offer in centre.reservations(task.sid)}
    assert asked == (set() if to == "worker" else {"ben"})


def _queues(declared: list[dict[str, Any]]) -> list[str]:
    return [found["targets"][0]["queue"] for found in declared[1:]]
