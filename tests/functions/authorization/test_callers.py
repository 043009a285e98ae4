"""Who may transfer a task: the agent who holds it, a supervisor, an admin."""

from typing import Any

import pytest

from chat_transfer.twilio.agents import Caller, holder_of, identity_of
from chat_transfer.twilio.tasks import Reservation
from tests.functions.conftest import Deployment
from tests.functions.recording import CREATION, KINDS
from tests.functions.refusals import ANA, UNKNOWN, assert_problem, unchanged
from tests.functions.served import served


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("by", ["ben", "carla", "eva"])
def test_an_agent_who_does_not_hold_the_task_may_not_transfer_it(
    deployment: Deployment, kind: str, by: str
) -> None:
    with unchanged(deployment.twilio.centre):
        answer = deployment.transfer(kind, deployment.twilio.centre.workers["dev"], by=by)
        unknown_target = deployment.transfer(kind, "WK" + UNKNOWN, by=by)
    assert_problem(answer, 403, "not_your_task")
    assert_problem(unknown_target, 403, "not_your_task")
    assert "agentRejoined" not in answer.body


def test_an_agent_who_was_only_offered_the_task_may_not_transfer_it(deployment: Deployment) -> None:
    centre = deployment.twilio.centre
    made = deployment.transfer("chat", centre.workers["dev"]).body["taskSid"]
    assert centre.offered_to(made) == "dev"
    with unchanged(centre):
        answer = deployment.transfer(made, centre.workers["carla"], by="dev")
    assert_problem(answer, 403, "not_your_task")


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_without_permission_makes_no_search(deployment: Deployment, kind: str) -> None:
    centre = deployment.twilio.centre
    assert deployment.transfer(kind, centre.workers["dev"]).status == 200
    deployment.twilio.journal.clear()
    assert deployment.transfer(kind, centre.workers["dev"], by="carla").status == 403
    assert not deployment.twilio.journal.matching("GET", "/Tasks$")


@pytest.mark.usefixtures("short_waits")
@pytest.mark.parametrize("kind", KINDS)
def test_forged_attributes_authorize_no_caller_and_make_no_task_ours(
    deployment: Deployment, kind: str
) -> None:
    """Carla gives her own task the attributes of the new task of Ana's transfer."""
    centre = deployment.twilio.centre
    case = served(centre, centre.tasks[kind])
    carlas = (
        centre.chat_task(holder="carla")
        if kind == "chat"
        else centre.conversation_task(holder="carla")
    )
    forged = {
        "transferredFrom": case.task_sid,
        "targetSid": centre.workers["dev"],
        "ignoreWorkerSids": [centre.workers["carla"]],
    }
    centre.set_attributes(carlas, **forged)
    faults = deployment.twilio.faults
    faults.status(500, method="POST", path=CREATION[kind])
    first = deployment.transfer(kind, centre.workers["dev"])
    assert (first.status, first.body["rolledBack"]) == (502, False)

    by_carla = deployment.transfer(kind, centre.workers["dev"], by="carla")
    again = deployment.transfer(kind, centre.workers["dev"])

    assert (by_carla.status, by_carla.code) == (403, "not_your_task")
    assert again.status == 200, again.text
    assert again.body["taskSid"] != carlas
    case.assert_customer_is_served(again)
    assert centre.holder_of(carlas) == "carla"


@pytest.mark.parametrize("by", ["sam", "alex"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_supervisor_or_an_admin_transfers_a_task_that_an_agent_holds(
    deployment: Deployment, kind: str, by: str
) -> None:
    """The new task ignores the agent who loses it, not the one who asked."""
    centre = deployment.twilio.centre
    made = deployment.transfer(kind, centre.queues["Sales"], by=by).body["taskSid"]
    attributes = centre.attributes(made)
    assert attributes["ignoreAgent"] == ANA
    assert attributes["ignoreWorkerSids"] == [centre.workers["ana"]]


@pytest.mark.parametrize(
    ("worker_sid", "roles", "held_by", "allowed"),
    [
        ("WK1", ["agent"], "WK1", True),
        ("WK2", ["agent"], "WK1", False),
        (None, ["agent"], "WK1", False),
        ("WK2", ["supervisor"], "WK1", True),
        (None, ["admin"], "WK1", True),
        (None, [], "WK1", False),
        (None, [], None, False),
        ("WK2", ["Supervisor", "superadmin"], "WK1", False),
    ],
)
def test_a_caller_acts_for_themselves_and_with_a_role_for_any_agent(
    worker_sid: str | None, roles: list[str], held_by: str | None, allowed: bool
) -> None:
    caller = Caller(identity="i", worker_sid=worker_sid, roles=frozenset(roles))
    assert caller.may_act_for(held_by) is allowed


@pytest.mark.parametrize(
    ("statuses", "holder"),
    [
        ([], None),
        (["rejected", "timeout", "pending"], None),
        (["rejected", "accepted"], "WK1"),
        (["wrapping"], "WK0"),
        (["completed", "canceled", "rescinded"], None),
    ],
)
def test_the_holder_is_the_worker_of_an_accepted_or_wrapping_reservation(
    statuses: list[str], holder: str | None
) -> None:
    reservations = [Reservation(f"WK{i}", status) for i, status in enumerate(statuses)]
    assert holder_of(reservations) == holder


@pytest.mark.parametrize(
    ("content", "identity"),
    [
        ({"contact_uri": "client:ana_40example_2Ecom"}, "ana_40example_2Ecom"),
        ({"contact_uri": "ana"}, "ana"),
        ({"contact_uri": "client:"}, None),
        ({"contact_uri": 5}, None),
        ({}, None),
    ],
)
def test_the_identity_is_the_contact_uri_without_its_scheme(
    content: dict[str, Any], identity: str | None
) -> None:
    assert identity_of(content) == identity
