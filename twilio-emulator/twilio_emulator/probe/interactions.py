"""Experiments with a contact of the probe's own: a conversation, a customer, and their interaction.

The customer is a participant of the conversation without an address: nothing is sent to anyone.
Sources: the pages on the Interactions API, and for ``media_channel_sid``
https://www.twilio.com/docs/flex/developer/conversations/receive-inbound-messages-from-sms-and-whatsapp
"""

from typing import Any, Final

from twilio_emulator.probe.experiment import (
    PREFIX,
    Call,
    Experiment,
    Finding,
    Make,
    Meaning,
    Observation,
    Seen,
    Step,
    Watch,
    no,
    unclear,
    yes,
)
from twilio_emulator.probe.readings import negated, time_until, yes_or_no
from twilio_emulator.probe.routing import NO_MEMBERS, TASK, TASKS, is_over

CHANNEL: Final = "flex-api/v1/Interactions/$interaction/Channels/$channel"
CLOSE: Final = {"Status": "closed", "Routing": {"status": "closed"}}


def _routing(workflow: str) -> dict[str, Any]:
    """Return a routing to a workflow of the experiment.

    The Task API may refuse to cancel such a task, so it ends by itself soon.
    """
    return {
        "properties": {
            "workspace_sid": "$workspace",
            "workflow_sid": workflow,
            "task_channel_unique_name": "default",
            "attributes": {"probe": "$workflow_name"},
            "timeout": 120,
        }
    }


def _first_task(look: Observation) -> str | None:
    """Return the SID of the task in a list."""
    for task in look["tasks"] or []:
        return str(task["sid"])
    return None


def _workflow(name: str) -> Make:
    target = {"queue": "$queue", "timeout": 100}
    filters = [{"expression": "1==1", "targets": [target]}]
    return Make("workflow", name, {"Configuration": {"task_routing": {"filters": filters}}})


def _task_in(workflow: str, seen: str) -> Watch:
    """Return a step that waits for the task in a workflow."""
    fields = {"WorkflowSid": workflow}
    return Watch(seen, TASKS, _first_task, seconds=90, fields=fields, name="task", needed=True)


def contact(members: dict[str, str]) -> tuple[Step, ...]:
    """Return the steps that make a contact, whose task waits in a queue with these members."""
    return (
        Make("queue", "queue", members),
        _workflow("workflow"),
        Make("conversation", "conversation", {"FriendlyName": "$conversation_name"}),
        Call(
            "customer",
            "POST",
            "conversations/v1/Conversations/$conversation/Participants",
            {"Identity": f"{PREFIX}-customer"},
        ),
        Make(
            "interaction",
            "interaction",
            {
                "Channel": {
                    "type": "web",
                    "initiated_by": "customer",
                    "properties": {"media_channel_sid": "$conversation"},
                },
                "Routing": _routing("$workflow"),
            },
            also={"channel": "channel.sid"},
        ),
        _task_in("$workflow", "tasks"),
    )


WAITING: Final = contact(NO_MEMBERS)
_INVITE: Final = {"Routing": _routing("$workflow")}

# Invites


def _names_its_task(seen: Seen) -> Finding:
    named = seen["invite"][0]["routing.properties.sid"] is not None
    return Finding(position=named, because=f"The invite's answer had {'a' if named else 'no'} task")


def _all_have_tasks(look: Observation) -> bool:
    invites = look["invites"] or []
    return bool(invites) and all(_task_sid(invite) for invite in invites)


def _task_sid(invite: dict[str, Any]) -> Any:
    return ((invite.get("routing") or {}).get("properties") or {}).get("sid")


def _task_delay(seen: Seen) -> Finding:
    invite = seen["invite"][0]
    if invite["routing.properties.sid"] is not None:
        return unclear("The invite's answer named its task, so there was no delay to see")

    def has_task(look: Observation) -> bool:
        invites = look["invites"] or []
        return any(_task_sid(one) for one in invites if one["sid"] == invite["sid"])

    return time_until(seen["invites"], invite, has_task, "Its task")


INVITE: Final = Experiment(
    "invite",
    "A contact whose task waits in a queue without workers; one more agent is invited.",
    (
        *WAITING,
        Call("invite", "POST", CHANNEL + "/Invites", _INVITE),
        Watch("invites", CHANNEL + "/Invites", _all_have_tasks, seconds=60),
    ),
    (
        Meaning(
            "invite_names_its_task",
            "true: the answer has a task's SID in routing.properties; false: it has none",
            _names_its_task,
        ),
        Meaning(
            "invite_task_delay",
            "the time until the list of invites has its task's SID; unclear if the answer had it",
            _task_delay,
        ),
    ),
)

CANCEL: Final = Experiment(
    "interaction-task",
    "A contact whose task waits in a queue without workers is canceled by the Task API.",
    (
        *WAITING,
        Call("cancel", "POST", TASK, {"AssignmentStatus": "canceled"}, refusable=True),
    ),
    (
        Meaning(
            "cancels_interaction_tasks",
            "true: it is canceled; false: the call is refused",
            lambda seen: yes_or_no(seen["cancel"][0], "Canceling the task of an interaction"),
            page_says=(False,),
        ),
    ),
)

# Channels that are over


def _is_closed(look: Observation) -> bool:
    return look["status"] in {"closed", "inactive"}


CLOSED_CHANNEL: Final = Experiment(
    "closed-channel",
    "A contact is ended; then an agent is invited.",
    (
        *WAITING,
        Call("close", "POST", CHANNEL, CLOSE),
        Watch("channel", CHANNEL, _is_closed, seconds=10, needed=True),
        Call("invite", "POST", CHANNEL + "/Invites", _INVITE, refusable=True),
    ),
    (
        Meaning(
            "refuses_invites_into_closed_channels",
            "true: the invite is refused; false: it is taken",
            lambda seen: negated(yes_or_no(seen["invite"][0], "An invite into a closed channel")),
        ),
    ),
)


def _cancels_invited(seen: Seen) -> Finding:
    if any(is_over(look) for look in seen["looks"]):
        return yes("The invite's task was over after the channel was closed")
    return no("The invite's task waited 15 s after the channel was closed")


INVITED: Final = Experiment(
    "invited-task",
    "A contact to which an agent is invited is ended before anyone accepts.",
    (
        *WAITING,
        _workflow("elsewhere"),
        Call("invite", "POST", CHANNEL + "/Invites", {"Routing": _routing("$elsewhere")}),
        _task_in("$elsewhere", "invited"),
        Call("close", "POST", CHANNEL, CLOSE),
        Watch("looks", TASK, is_over, seconds=15, every=1),
    ),
    (
        Meaning(
            "closing_cancels_invited_tasks",
            "true: the invite's task is over; false: it still waits after 15 s",
            _cancels_invited,
        ),
    ),
)

EXPERIMENTS: Final = (INVITE, CANCEL, CLOSED_CHANNEL, INVITED)
