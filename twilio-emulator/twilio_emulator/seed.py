"""A small contact centre: people, queues, workflows and conversations in progress.

The SIDs of the seed are the same every time, so that documentation can show them; later objects get
new ones. Worker names differ from identities, as single sign-on makes them:
the worker ``ana@example.com`` chats as ``ana_40example_2Ecom``.
"""

import json
from functools import partial
from random import Random, SystemRandom
from typing import Any, Final

from twilio_emulator.account import Account
from twilio_emulator.centre import ContactCentre
from twilio_emulator.clock import Clock, SystemClock
from twilio_emulator.event_streams import publish
from twilio_emulator.flex.model import Flex
from twilio_emulator.flex.orchestration import Orchestration
from twilio_emulator.sids import new_sid, seeded_sid
from twilio_emulator.taskrouter.model import (
    Activity,
    TaskChannel,
    TaskQueue,
    Worker,
    WorkerChannel,
    Workflow,
)
from twilio_emulator.taskrouter.workspace import Workspace

__all__ = ["ContactCentre", "contact_centre"]

ACTIVITIES: Final = {"Available": True, "Unavailable": False, "Offline": False, "Break": False}

# How many tasks of a channel a worker takes at once.
TASK_CHANNELS: Final = {"default": 25, "voice": 1, "chat": 25, "sms": 25, "email": 25, "video": 1}

QUEUES: Final = {
    "Everyone": "1==1",
    **{
        name: f'routing.skills HAS "{name.lower()}"'
        for name in ("Sales", "Support", "Escalations", "Billing")
    },
}

# Name, full name, role, activity, skills.
PEOPLE: Final[tuple[tuple[str, str, str, str, tuple[str, ...]], ...]] = (
    ("ana", "Ana Almeida", "agent", "Available", ("sales", "support")),
    ("ben", "Ben Baker", "agent", "Available", ("sales",)),
    ("carla", "Carla Costa", "agent", "Available", ("sales", "support", "escalations")),
    ("dev", "Dev Das", "agent", "Available", ("support", "escalations")),
    ("eva", "Eva Ek", "agent", "Offline", ("support", "billing")),
    ("sam", "Sam Silva", "supervisor", "Unavailable", ()),
    ("alex", "Alex Adler", "admin", "Offline", ()),
)


def contact_centre(
    clock: Clock | None = None, random: Random | None = None, *, work: bool = True
) -> ContactCentre:
    """Return a contact centre in the middle of a working day.

    Parameters
    ----------
    clock
        The machine's unless another is given.
    random
        Where new SIDs and tokens come from; the system's source unless a seeded one is given.
    work
        Whether there are the tasks of the day.
    """
    account = Account(
        sid=seeded_sid("AC", "account"),
        auth_token=seeded_sid("", "auth token"),
        api_keys={seeded_sid("SK", "api key"): seeded_sid("", "api key secret")},
        clock=clock or SystemClock(),
        random=random or SystemRandom(),
        flex=Flex(
            instance_sid=seeded_sid("GO", "flex"), chat_service_sid=seeded_sid("IS", "flex chat")
        ),
    )
    workspace = _workspace(account)
    account.workspaces[workspace.sid] = workspace
    account.flex.workspace_sid = workspace.sid
    centre = ContactCentre(account, workspace)
    _add_people(centre)
    _add_routing(centre)
    if work:
        _add_work(centre)
    return centre


def _workspace(account: Account) -> Workspace:
    workspace = Workspace(
        sid=seeded_sid("WS", "workspace"),
        account_sid=account.sid,
        friendly_name="Flex Task Assignment",
        clock=account.clock,
        random=account.random,
        timeout_activity_sid=seeded_sid("WA", "Offline"),
        default_activity_sid=seeded_sid("WA", "Offline"),
        switches=account.settings,
        observers=[Orchestration(account)],
    )
    workspace.publish = partial(publish, account, workspace)
    now = workspace.now()
    for name, available in ACTIVITIES.items():
        activity = Activity(seeded_sid("WA", name), name, available, now)
        workspace.tables.activities[activity.sid] = activity
    for name, capacity in TASK_CHANNELS.items():
        channel = TaskChannel(seeded_sid("TC", name), name, name.title(), now, capacity)
        workspace.tables.task_channels[channel.sid] = channel
    return workspace


def _add_people(centre: ContactCentre) -> None:
    now, tables = centre.workspace.now(), centre.workspace.tables
    for name, full_name, role, activity, skills in PEOPLE:
        attributes = {
            "contact_uri": f"client:{name}_40example_2Ecom",
            "full_name": full_name,
            "email": f"{name}@example.com",
            "roles": [role],
            "routing": {"skills": list(skills), "levels": {}},
        }
        worker = Worker(
            seeded_sid("WK", name),
            f"{name}@example.com",
            seeded_sid("WA", activity),
            json.dumps(attributes),
            *(now, now, now, now),
        )
        tables.workers[worker.sid] = worker
        for channel in tables.task_channels.values():
            sid, capacity = new_sid("WC", centre.account.random), channel.default_capacity
            tables.worker_channels[sid] = WorkerChannel(
                sid, worker.sid, channel.sid, capacity, now, now
            )
        centre.workers[name] = worker.sid


def _add_routing(centre: ContactCentre) -> None:
    now = centre.workspace.now()
    for name, target_workers in QUEUES.items():
        queue = TaskQueue(seeded_sid("WQ", name), name, target_workers, now, now)
        centre.workspace.tables.task_queues[queue.sid] = queue
        centre.queues[name] = queue.sid
    everyone, escalations = centre.queues["Everyone"], centre.queues["Escalations"]
    _add_workflow(centre, "Assign to Anyone", {"default_filter": {"queue": everyone}})
    route: dict[str, Any] = {
        "filter_friendly_name": "Escalations",
        "expression": "1==1",
        "targets": [{"queue": escalations, "timeout": 600}, {"queue": everyone}],
    }
    routing = {"filters": [route], "default_filter": {"queue": everyone}}
    _add_workflow(centre, "Escalations", routing)


def _add_workflow(centre: ContactCentre, name: str, routing: dict[str, Any]) -> None:
    now = centre.workspace.now()
    configuration = json.dumps({"task_routing": routing})
    workflow = Workflow(seeded_sid("WW", name), name, configuration, now, now)
    centre.workspace.tables.workflows[workflow.sid] = workflow
    centre.workflows[name] = workflow.sid


def _add_work(centre: ContactCentre) -> None:
    """Add the tasks of the day; `ContactCentre.tasks` has them by these names."""
    centre.chat_task(name="chat")
    centre.sms_task(name="sms")
    centre.conversation_task(name="conversation")
    centre.sms_conversation_task(name="sms_conversation")
    centre.conversation_task(name="two_agents")
    centre.add_agent("two_agents", "ben", name="two_agents_ben")
    centre.wrap(centre.chat_task(name="wrapping"))
    centre.wrap(centre.conversation_task(name="conversation_wrapping"))
    centre.complete(centre.chat_task(name="completed"))
    centre.voice_task(name="voice")
    centre.bare_task(name="callback")
    centre.pending_task(name="pending")
