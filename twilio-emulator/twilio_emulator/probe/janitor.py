"""An experiment with Programmable Chat in Flex, which reached its end of life on 2026-06-01.

Accounts that have it still can tell after which states of a task the Channel Janitor comes: it
removes the members of the chat channel. Each channel has one customer, who is told nothing.

Source: https://www.twilio.com/docs/flex/developer/messaging/manage-flows#channel-janitor
"""

from itertools import combinations
from typing import Final

from twilio_emulator.probe.agents import accepts, agent
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
    unclear,
)
from twilio_emulator.probe.made import CONFIGURATION
from twilio_emulator.probe.routing import LIFE, TASKS

# After which states it is asked, with a chat for each.
STATES: Final = ("canceled", "completed", "wrapping")
SECONDS: Final = 60


def _service(look: Observation) -> str | None:
    sid = look["chat_service_instance_sid"]
    return str(sid) if sid else None


def _chat(state: str) -> tuple[Step, ...]:
    """Return the steps that make a chat, bring its task into a state, and watch its members."""
    chat, task = f"chat_{state}", f"task_{state}"
    members = f"chat/v2/Services/$service/Channels/${chat}/Members"
    path = f"{TASKS}/${task}"
    fields = {
        "FlexFlowSid": "$flow",
        "Identity": f"{PREFIX}-customer",
        "ChatUserFriendlyName": f"{PREFIX}-customer",
        "ChatFriendlyName": f"${chat}_name",
        "TaskAttributes": {"probe": "$workflow_name"},
    }
    return (
        Make("chat", chat, fields, also={task: "task_sid"}),
        Watch(f"members, {state}", members, _anyone, seconds=10, needed=True),
        *(() if state == "canceled" else accepts("worker", path, f"reservation_{state}")),
        Call(state, "POST", path, {"AssignmentStatus": state}),
        Watch(f"members after {state}", members, _no_one, seconds=SECONDS, every=2),
    )


def _anyone(look: Observation) -> bool:
    return bool(look["members"])


def _no_one(look: Observation) -> bool:
    return bool(look["members"] == [])


def cleaned_after(seen: Seen) -> Finding:
    """Read after which states the members were removed."""
    looks = {state: seen[f"members after {state}"][-1] for state in STATES}
    if not all(look.ok for look in looks.values()):
        return unclear("A chat channel could not be read")
    states = [state for state, look in looks.items() if _no_one(look)]
    if not states:
        return Finding([], f"All members were still there {SECONDS} s after each state")
    return Finding(states, f"Members were removed after {' and '.join(states)}")


JANITOR: Final = Experiment(
    "janitor",
    "Three chats of Programmable Chat in Flex; the task of one is canceled, that of another "
    "completed, that of the third wraps up.",
    (
        Watch("configuration", CONFIGURATION, _service, seconds=5, name="service", needed=True),
        *agent("worker"),
        Make("queue", "queue", {"TargetWorkers": "probe == '$worker_name'"}),
        Make(
            "workflow",
            "workflow",
            {
                "Configuration": {
                    "task_routing": {
                        "filters": [{"expression": "1==1", "targets": [{"queue": "$queue"}]}]
                    }
                }
            },
        ),
        Make(
            "flow",
            "flow",
            {
                "ChatServiceSid": "$service",
                "ChannelType": "web",
                "ContactIdentity": "$flow_name",
                "Enabled": "true",
                "IntegrationType": "task",
                "Integration.WorkspaceSid": "$workspace",
                "Integration.WorkflowSid": "$workflow",
                "Integration.Channel": "default",
                "Integration.Timeout": LIFE,
                "JanitorEnabled": "true",
            },
        ),
        *(step for state in STATES for step in _chat(state)),
    ),
    (
        Meaning(
            "janitor_after",
            f"the states after which the chat channel had no members within {SECONDS} s",
            cleaned_after,
            page_says=tuple(
                sorted(["completed", *more])
                for count in range(3)
                for more in combinations(("canceled", "wrapping"), count)
            ),
        ),
    ),
    needs="Programmable Chat in Flex, which accounts of today do not have",
)

EXPERIMENTS: Final = (JANITOR,)
