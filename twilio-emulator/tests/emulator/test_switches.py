"""The switches: both answers to each question that Twilio's documentation leaves open."""

import json
from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client
from twilio.rest.taskrouter.v1.workspace import WorkspaceContext

from emulator.test_flex import CLOSED, agents, channel_of, invite
from twilio_emulator.clock import ManualClock
from twilio_emulator.seed import ContactCentre
from twilio_emulator.server import RunningTwilio
from twilio_emulator.switches import VARIABLE, Switches
from twilio_emulator.taskrouter.model import TaskStatus

CANCELED: Any = "canceled"


def status_of(centre: ContactCentre, sid: str) -> TaskStatus | None:
    task = centre.task(sid)
    return task.status if task else None


def invited_tasks(client: Client, centre: ContactCentre) -> list[str | None]:
    listed: list[Any] = channel_of(client, centre, "conversation").invites.list()
    return [one.routing["properties"].get("sid") for one in listed]


def test_an_invite_can_hide_its_tasks_sid(client: Client, centre: ContactCentre) -> None:
    centre.account.settings.invite_names_its_task = False
    made = invite(client, centre, "conversation")
    assert "sid" not in made.routing["properties"]
    (task,) = centre.open_tasks("flexChannelInviteSid", made.sid)
    assert invited_tasks(client, centre) == [task.sid]


def test_an_invites_task_can_be_created_later(
    client: Client, centre: ContactCentre, clock: ManualClock
) -> None:
    centre.account.settings.invite_names_its_task = False
    centre.account.settings.invite_task_delay = 2.0
    made = invite(client, centre, "conversation")
    clock.advance(1.9)
    assert invited_tasks(client, centre) == [None]
    assert not centre.open_tasks("flexChannelInviteSid", made.sid)
    clock.advance(0.1)
    (named,) = invited_tasks(client, centre)
    assert [t.sid for t in centre.open_tasks("flexChannelInviteSid", made.sid)] == [named]
    centre.accept(str(named))
    assert len(agents(channel_of(client, centre, "conversation"))) == 2


def test_an_invalid_invite_is_refused_at_once_and_a_delayed_one_is_dropped(
    client: Client, centre: ContactCentre, clock: ManualClock, workspace: WorkspaceContext
) -> None:
    centre.account.settings.invite_names_its_task = False
    centre.account.settings.invite_task_delay = 2.0
    with pytest.raises(TwilioRestException, match="does not exist"):
        invite(client, centre, "conversation", workflow_sid="WW0")
    invite(client, centre, "conversation")
    workspace.workflows(centre.workflows["Escalations"]).delete()
    clock.advance(2)
    assert invited_tasks(client, centre) == [None]


@pytest.mark.parametrize(
    ("listed", "refused", "answer"),
    [
        (True, True, (400, 20001)),
        (False, True, (404, 20404)),
        (True, False, None),
        (False, False, None),
    ],
)
def test_switches_decide_about_listing_and_closing_a_closed_agent(
    client: Client,
    centre: ContactCentre,
    *,
    listed: bool,
    refused: bool,
    answer: tuple[int, int] | None,
) -> None:
    centre.account.settings.lists_closed_participants = listed
    centre.account.settings.refuses_second_close = refused
    channel = channel_of(client, centre, "conversation")
    (agent,) = agents(channel)
    first = channel.participants(agent.sid).update(status=CLOSED)
    assert [one.sid for one in agents(channel)] == ([agent.sid] if listed else [])
    assert status_of(centre, centre.tasks["conversation"]) is TaskStatus.COMPLETED
    if answer is None:
        again = channel.participants(agent.sid).update(status=CLOSED)
        assert again.routing_properties == first.routing_properties == agent.routing_properties
        return
    with pytest.raises(TwilioRestException) as second:
        channel.participants(agent.sid).update(status=CLOSED)
    assert (second.value.status, second.value.code) == answer


def test_a_closed_agents_task_can_be_completed_later(
    client: Client, centre: ContactCentre, clock: ManualClock
) -> None:
    centre.account.settings.completes_after_close = 3.0
    centre.account.settings.lists_closed_participants = False
    channel = channel_of(client, centre, "two_agents")
    agents(channel)[0].update(status=CLOSED)
    clock.advance(2.9)
    centre.settle()
    task = centre.tasks["two_agents"]
    assert status_of(centre, task) is TaskStatus.ASSIGNED
    assert [a.routing_properties["worker_sid"] for a in agents(channel)] == [centre.workers["ben"]]
    conversation = centre.attributes(task)["conversationSid"]
    assert "ana_40example_2Ecom" not in centre.present_in(conversation)
    clock.advance(0.1)
    centre.settle()
    assert status_of(centre, task) is TaskStatus.COMPLETED


def test_a_task_that_ended_before_its_delayed_completion_keeps_its_reason(
    client: Client, centre: ContactCentre, clock: ManualClock
) -> None:
    centre.account.settings.completes_after_close = 3.0
    agents(channel_of(client, centre, "conversation"))[0].update(status=CLOSED)
    centre.complete(centre.tasks["conversation"], "resolved")
    clock.advance(3)
    centre.settle()
    task = centre.task(centre.tasks["conversation"])
    assert task is not None
    assert task.reason == "resolved"


def test_a_search_can_miss_new_tasks_for_a_while(
    workspace: WorkspaceContext, centre: ContactCentre, clock: ManualClock
) -> None:
    centre.account.settings.search_lag = 2.0
    made = workspace.tasks.create(
        workflow_sid=centre.workflows["Escalations"], attributes='{"note": "new"}'
    )

    def found() -> list[str | None]:
        query = "note == 'new'"
        return [task.sid for task in workspace.tasks.list(evaluate_task_attributes=query)]

    clock.advance(1.9)
    assert found() == []
    clock.advance(0.1)
    assert found() == [made.sid]


@pytest.mark.parametrize("allowed", [True, False])
def test_cancelling_an_interactions_task_can_be_refused(
    client: Client, workspace: WorkspaceContext, centre: ContactCentre, *, allowed: bool
) -> None:
    centre.account.settings.cancels_interaction_tasks = allowed
    tasks = [
        workspace.tasks(invite(client, centre, "conversation").routing["properties"]["sid"])
        for _ in range(2)
    ]
    centre.set_attributes(tasks[0].fetch().sid or "", flexInteractionSid=None)
    if allowed:
        assert str(tasks[0].update(assignment_status=CANCELED).assignment_status) == "canceled"
        assert tasks[1].delete()
        return
    for refused in (lambda: tasks[0].update(assignment_status=CANCELED), tasks[1].delete):
        with pytest.raises(TwilioRestException) as answer:
            refused()
        assert (answer.value.status, answer.value.code) == (400, 20001)
    assert {str(task.fetch().assignment_status) for task in tasks} == {"reserved"}
    chat = workspace.tasks.create(workflow_sid=centre.workflows["Escalations"])
    assert str(chat.update(assignment_status=CANCELED).assignment_status) == "canceled"


@pytest.mark.parametrize("changes", [True, False])
def test_an_update_without_changes_can_change_the_etag(
    workspace: WorkspaceContext, centre: ContactCentre, *, changes: bool
) -> None:
    centre.account.settings.etag_changes_always = changes
    task = workspace.tasks(centre.tasks["chat"])
    before = task.fetch_with_http_info().headers["etag"]
    text = json.dumps(centre.attributes(centre.tasks["chat"]))
    after = task.update_with_http_info(attributes=text).headers["etag"]
    assert (before != after) is changes


def test_an_unroutable_task_can_stay_pending_for_a_while(
    workspace: WorkspaceContext, centre: ContactCentre, clock: ManualClock
) -> None:
    centre.account.settings.cancels_unroutable_after = 4.0
    nowhere = workspace.workflows.create("Nowhere", '{"task_routing": {}}')
    made = workspace.tasks.create(workflow_sid=nowhere.sid or "")
    clock.advance(3.9)
    made.update(attributes='{"a": 1}')
    assert status_of(centre, made.sid or "") is TaskStatus.PENDING
    clock.advance(0.1)
    centre.settle()
    assert status_of(centre, made.sid or "") is TaskStatus.CANCELED


@pytest.mark.parametrize(("seconds", "kept"), [(60.0, False), (None, True)])
def test_finished_tasks_are_kept_as_long_as_the_switch_says(
    centre: ContactCentre, clock: ManualClock, seconds: float | None, *, kept: bool
) -> None:
    centre.account.settings.deletes_finished_after = seconds
    clock.advance(59.9)
    centre.settle()
    assert centre.task(centre.tasks["completed"]) is not None
    clock.advance(0.1)
    centre.settle()
    assert (centre.task(centre.tasks["completed"]) is not None) is kept


def test_the_janitor_can_clean_up_while_an_agent_wraps_up(centre: ContactCentre) -> None:
    channel = centre.attributes(centre.tasks["chat"])["channelSid"]
    centre.account.settings.janitor_after = frozenset({TaskStatus.WRAPPING})
    centre.wrap(centre.tasks["chat"])
    assert centre.present_in(channel) == set()


@pytest.mark.parametrize("status", ["setup", "active", "failed", "inactive", "pause", "transfer"])
def test_setting_a_channel_status_changes_only_the_channel(
    client: Client, centre: ContactCentre, status: str
) -> None:
    centre.set_channel_status(centre.tasks["conversation"], status)
    assert str(channel_of(client, centre, "conversation").fetch().status) == status
    assert status_of(centre, centre.tasks["conversation"]) is TaskStatus.ASSIGNED


def test_setting_an_unknown_status_or_a_chats_status_raises_an_error(
    centre: ContactCentre,
) -> None:
    with pytest.raises(ValueError, match="expected one of setup, active"):
        centre.set_channel_status(centre.tasks["conversation"], "open")
    with pytest.raises(LookupError, match="belongs to no interaction"):
        centre.set_channel_status(centre.tasks["chat"], "closed")


def test_calls_about_a_removed_interaction_are_answered_404(
    client: Client, centre: ContactCentre
) -> None:
    channel = channel_of(client, centre, "conversation")
    (agent,) = agents(channel)
    other = len(agents(channel_of(client, centre, "two_agents")))
    invited = invite(client, centre, "conversation").routing["properties"]["sid"]
    centre.remove_interaction(centre.tasks["conversation"])
    for call in (
        channel.fetch,
        channel.participants.list,
        channel.invites.list,
        lambda: channel.participants(agent.sid).update(status=CLOSED),
        lambda: invite(client, centre, "conversation"),
    ):
        with pytest.raises(TwilioException, match=r"20404|HTTP 404 error"):
            call()
    assert len(agents(channel_of(client, centre, "two_agents"))) == other
    assert status_of(centre, centre.tasks["conversation"]) is TaskStatus.ASSIGNED
    centre.complete(centre.tasks["conversation"])
    assert centre.accept(invited)


def test_switches_can_be_set_over_http(twilio: RunningTwilio) -> None:
    url = f"{twilio.base_url}/emulator/settings"
    assert requests.get(url, timeout=5).json() == Switches().as_document()
    changed = {"search_lag": 2, "deletes_finished_after": None, "janitor_after": ["canceled"]}
    answer = requests.post(url, json=changed, timeout=5)
    assert answer.json() == {**Switches().as_document(), **changed}
    assert twilio.centre.account.settings.janitor_after == {TaskStatus.CANCELED}
    assert requests.delete(url, timeout=5).json() == Switches().as_document()
    assert twilio.centre.account.settings == Switches()
    assert twilio.centre.workspace.switches is twilio.centre.account.settings


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"search_lags": 1}, "expected names among evaluations_per_second"),
        ({"search_lag": "1"}, "search_lag: expected a number of seconds, 0 or more, not '1'"),
        ({"search_lag": None}, "search_lag: expected a number of seconds, 0 or more, not None"),
        ({"search_lag": True}, "search_lag: expected a number of seconds"),
        ({"search_lag": -1}, "search_lag: expected a number of seconds, 0 or more"),
        ({"evaluations_per_second": 1.5}, "expected a whole number"),
        ({"refuses_second_close": 0}, "expected true or false"),
        ({"deletes_finished_after": "never"}, "or null"),
        ({"janitor_after": ["done"]}, "an array of states among pending"),
        ({"janitor_after": "completed"}, "an array of states"),
        ([], "The body must be a JSON object"),
    ],
)
def test_an_invalid_switch_is_refused_and_changes_nothing(
    twilio: RunningTwilio, document: Any, expected: str
) -> None:
    url = f"{twilio.base_url}/emulator/settings"
    if isinstance(document, dict):
        document = {"invite_names_its_task": False, **document}
    answer = requests.post(url, json=document, timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (400, 20001)
    assert expected in answer.json()["message"]
    assert twilio.centre.account.settings == Switches()


def test_each_switch_names_its_page_its_question_and_how_to_see_the_answer() -> None:
    assert set(Switches.questions()) == set(Switches().as_document())
    for question in Switches.questions().values():
        assert question.page.startswith("https://www.twilio.com/")
        assert "?" in question.text
        assert question.seen.endswith(".")


def test_the_environment_has_other_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    settings = Switches()
    monkeypatch.setenv(VARIABLE, '{"timeout_leads_to_next_filter": true, "search_lag": 2}')

    before = settings.timeout_leads_to_next_filter
    settings.restore()
    assert (before, settings.timeout_leads_to_next_filter) == (False, True)
    assert Switches().search_lag == 2.0


@pytest.mark.parametrize("given", ["true", '{"search_lag": "long"}', '{"lag": 1}', "{"])
def test_other_defaults_that_are_not_valid_are_refused(
    monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv(VARIABLE, given)

    with pytest.raises(ValueError, match=f"{VARIABLE}: expected a JSON object of switches; "):
        Switches()
