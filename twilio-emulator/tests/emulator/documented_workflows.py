"""Workflows as Twilio's pages describe them, and what becomes of tasks in them.

In a text of a configuration, ``@Support`` stands for the SID of the queue of that name,
``@activity:Available`` for that of an activity, ``@ana`` for that of a worker. The queue Empty has
no worker.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from twilio_emulator.seed import ContactCentre
from twilio_emulator.sids import seeded_sid
from twilio_emulator.taskrouter.model import TaskQueue

PAGES = "https://www.twilio.com/docs/taskrouter/"
CONFIGURATION, LIFECYCLE = "workflow-configuration", "lifecycle-task-workflows-and-assignment"
SYNTAX, PRESENCE, CAPACITY = "expression-syntax", "worker-presence", "multitasking"
KNOWN, EVALUATION = "workflow-configuration/known-agent-routing", "task-evaluation"

ANYONE = ("ana", "ben", "carla", "dev")


@dataclass(frozen=True, slots=True)
class Expected:
    """Where a task is so many seconds after its creation, if no one has answered an offer.

    ``queue`` is None if it is canceled by then; ``offered`` names who may be offered it.
    """

    attributes: Mapping[str, Any]
    queue: str | None
    offered: Collection[str] = ()
    after: int = 0
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """A workflow. ``timeout_leads_on`` is the switch, None if it holds in both positions."""

    name: str
    page: str
    filters: Sequence[Mapping[str, Any]]
    tasks: Sequence[Expected]
    default: str | None = "@Everyone"
    timeout_leads_on: bool | None = None
    offline: Sequence[str] = field(default=())

    def configuration(self, centre: ContactCentre) -> str:
        """Return the configuration as JSON, with the SIDs of a contact centre."""
        routing: dict[str, Any] = {"filters": list(self.filters)}
        if self.default:
            routing["default_filter"] = {"queue": self.default}
        return with_sids(json.dumps({"task_routing": routing}), centre)


def with_sids(text: str, centre: ContactCentre) -> str:
    """Replace the names in a text by SIDs; the centre gets the queue that has no worker."""
    if "Empty" not in centre.queues:
        now = centre.workspace.now()
        empty = TaskQueue(seeded_sid("WQ", "Empty"), "Empty", "1==0", now, now)
        centre.workspace.tables.task_queues[empty.sid] = empty
        centre.queues["Empty"] = empty.sid
    activities = {
        f"activity:{each.friendly_name}": each.sid
        for each in centre.workspace.tables.activities.values()
    }
    for name, sid in {**activities, **centre.queues, **centre.workers}.items():
        text = text.replace(f"@{name}", sid)
    return text


def only(expression: str, *targets: Mapping[str, Any], name: str = "A filter") -> dict[str, Any]:
    return {"filter_friendly_name": name, "expression": expression, "targets": list(targets)}


ALL = "1==1"

DOCUMENTS = [
    Document(
        "a later target inherits the queue and raises the priority",
        CONFIGURATION,
        [only(ALL, {"queue": "@Empty", "priority": 1, "timeout": 300}, {"priority": 10})],
        [
            Expected({}, "Empty", priority=1),
            Expected({}, "Empty", after=301, priority=10),
        ],
    ),
    Document(
        "a later target inherits the queue and widens the circle",
        LIFECYCLE,
        [
            only(
                "type=='Support'",
                {"queue": "@Support", "timeout": 15, "expression": "worker.id IN task.preferred"},
                {"timeout": 15},
            )
        ],
        [
            Expected({"type": "Support", "preferred": []}, "Support"),
            Expected({"type": "Support", "preferred": []}, "Support", ANYONE, after=16),
        ],
    ),
    Document(
        "an empty later target inherits the queue",
        CONFIGURATION,
        [only(ALL, {"queue": "@Support", "expression": "worker.x == 1", "timeout": 5}, {})],
        [Expected({}, "Support", ANYONE, after=6)],
    ),
    Document(
        "a priority is written as text",
        CONFIGURATION,
        [
            only(
                "kind == 'ticket' AND value == 'Gold'",
                {"queue": "@Support", "priority": "10", "timeout": 300},
                {"queue": "@Everyone"},
            ),
            only("kind == 'lead'", {"queue": "@Sales", "priority": 1}),
        ],
        [Expected({"kind": "ticket", "value": "Gold"}, "Support", ANYONE, priority=10)],
    ),
    Document(
        "a timeout is written as text",
        CONFIGURATION,
        [only(ALL, {"queue": "@Empty", "timeout": "10"}, {"queue": "@Support"})],
        [Expected({}, "Empty", after=9), Expected({}, "Support", ANYONE, after=10)],
    ),
    Document(
        "a filter's last target times out into the next matching filter",
        CONFIGURATION,
        [
            only("topic == 'tax'", {"queue": "@Empty", "timeout": 60}),
            only("topic == 'other'", {"queue": "@Sales"}),
            only(ALL, {"queue": "@Support"}),
        ],
        [
            Expected({"topic": "tax"}, "Empty", after=59),
            Expected({"topic": "tax"}, "Support", ANYONE, after=61),
        ],
        timeout_leads_on=True,
    ),
    Document(
        "a filter's last target times out and the task is canceled",
        LIFECYCLE,
        [
            only("topic == 'tax'", {"queue": "@Empty", "timeout": 60}),
            only(ALL, {"queue": "@Support"}),
        ],
        [
            Expected({"topic": "tax"}, "Empty", after=59),
            Expected({"topic": "tax"}, None, after=61),
        ],
        timeout_leads_on=False,
    ),
    Document(
        "a filter for every task comes first and times out",
        CONFIGURATION,
        [
            only(
                ALL,
                {"queue": "@Everyone", "expression": "worker.badge == task.badge", "timeout": 20},
            ),
            only("kind == 'ticket'", {"queue": "@Support"}),
            only(ALL, {"queue": "@Sales"}),
        ],
        [
            Expected({"kind": "ticket", "badge": "none"}, "Everyone"),
            Expected({"kind": "ticket", "badge": "none"}, "Support", ANYONE, after=21),
        ],
        timeout_leads_on=True,
    ),
    Document(
        "a task that timed out of the last matching filter is canceled",
        LIFECYCLE,
        [only(ALL, {"queue": "@Empty", "timeout": 20})],
        [Expected({}, None, after=21)],
    ),
    Document(
        "a task that skips a filter falls to the default",
        PRESENCE,
        [only("kind == 'x'", {"queue": "@Empty", "skip_if": "workers.available == 0"})],
        [Expected({"kind": "x"}, "Everyone", ANYONE)],
    ),
    Document(
        "a task that skips a filter falls to the next one that it matches",
        PRESENCE,
        [
            only("kind == 'x'", {"queue": "@Empty", "skip_if": "workers.available == 0"}),
            only("kind == 'y'", {"queue": "@Sales"}),
            only(ALL, {"queue": "@Support"}),
        ],
        [Expected({"kind": "x"}, "Support", ANYONE)],
    ),
    Document(
        "workers.available counts the queue, no matter whom the target asks for",
        PRESENCE,
        [
            only(
                "type == 'direct'",
                {
                    "queue": "@Everyone",
                    "expression": "worker.extension == task.extension",
                    "timeout": 20,
                    "skip_if": "workers.available == 0",
                },
                {"queue": "@Empty"},
            )
        ],
        [
            Expected({"type": "direct", "extension": "77"}, "Everyone"),
            Expected({"type": "direct", "extension": "77"}, "Empty", after=21),
        ],
    ),
    Document(
        "workers.unavailable counts those in other activities",
        PRESENCE,
        [
            only(
                ALL,
                {"queue": "@Billing", "timeout": 60, "skip_if": "workers.unavailable > 0"},
                {"queue": "@Support"},
            )
        ],
        [Expected({}, "Support", ANYONE)],
    ),
    Document(
        "workers.WA counts those in one activity",
        PRESENCE,
        [
            only(
                ALL,
                {
                    "queue": "@Billing",
                    "timeout": 60,
                    "skip_if": "workers.@activity:Offline == 1 AND workers.@activity:Break == 0",
                },
                {"queue": "@Support"},
            )
        ],
        [Expected({}, "Support", ANYONE)],
    ),
    Document(
        "a worker's number of tasks on another channel",
        CAPACITY,
        [
            only(
                "channelType != 'voice'",
                {
                    "queue": "@Everyone",
                    "expression": "worker.channel.voice.assigned_tasks == 0 "
                    "AND worker.sid != task.ignoreAgent",
                },
            )
        ],
        [Expected({"channelType": "web", "ignoreAgent": "@dev"}, "Everyone", ("ben", "carla"))],
        default=None,
    ),
    Document(
        "a worker's capacity left on a channel",
        CAPACITY,
        [
            only(
                ALL,
                {
                    "queue": "@Everyone",
                    "expression": "worker.channel.chat.available_capacity_percentage == 100 "
                    "AND worker.channel.chat.configured_capacity > 1",
                },
            )
        ],
        [Expected({}, "Everyone", ("ben", "carla", "dev"))],
    ),
    Document(
        "a channel that does not exist has no number",
        CAPACITY,
        [
            only(
                ALL,
                {
                    "queue": "@Everyone",
                    "expression": "worker.channel.fax.assigned_tasks == 0",
                    "timeout": 5,
                },
                {"queue": "@Support"},
            )
        ],
        [Expected({}, "Everyone"), Expected({}, "Support", ANYONE, after=6)],
    ),
    Document(
        "not in a list that is not there",
        SYNTAX,
        [
            only(
                "transferQueueName == 'Support'",
                {"queue": "@Support", "expression": "worker.sid NOT IN task.inConversation"},
            )
        ],
        [
            Expected({"transferQueueName": "Support"}, "Support"),
            Expected(
                {"transferQueueName": "Support", "inConversation": ["@ana"]},
                "Support",
                ("carla", "dev"),
            ),
        ],
    ),
    Document(
        "a scalar operator on an array is false",
        SYNTAX,
        [
            only("topics != 'tax'", {"queue": "@Support"}),
            only("topics HAS 'tax'", {"queue": "@Sales"}),
        ],
        [
            Expected({"topics": ["other"]}, "Everyone", ANYONE),
            Expected({"topics": ["tax"]}, "Sales", ANYONE),
            Expected({"topics": "other"}, "Support", ANYONE),
        ],
    ),
    Document(
        "a known agent who is gone or null",
        KNOWN,
        [
            only(
                ALL,
                {"queue": "@Everyone", "known_worker_sid": "task.agent", "timeout": 30},
                {"queue": "@Support"},
            )
        ],
        [
            Expected({"agent": "WK" + "f" * 32}, "Everyone"),
            Expected({"agent": None}, "Everyone"),
            Expected({"agent": "WK" + "f" * 32}, "Support", ANYONE, after=31),
        ],
        default=None,
    ),
    Document(
        "a known agent by name",
        KNOWN,
        [
            only(
                ALL,
                {"queue": "@Everyone", "known_worker_friendly_name": "task.agent", "timeout": 30},
                {"queue": "@Support"},
            )
        ],
        [Expected({"agent": "dev@example.com"}, "Everyone", ("dev",))],
    ),
    Document(
        "a known agent outside the queue",
        KNOWN,
        [
            only(
                ALL,
                {"queue": "@Sales", "known_worker_sid": "task.agent", "timeout": 30},
                {"queue": "@Support"},
            )
        ],
        [Expected({"agent": "@dev"}, "Sales"), Expected({"agent": "@dev"}, "Support", ANYONE, 31)],
    ),
    Document(
        "a worker's activity by SID and by name",
        SYNTAX,
        [
            only(
                ALL,
                {
                    "queue": "@Everyone",
                    "expression": "worker.activity_sid == '@activity:Available' "
                    "AND worker.activity_name == 'Available' "
                    "AND worker.friendly_name == 'carla@example.com'",
                },
            )
        ],
        [Expected({}, "Everyone", ("carla",))],
        default=None,
    ),
    Document(
        "a key that is null is as good as absent",
        CONFIGURATION,
        [
            {
                **only(
                    ALL,
                    {"queue": "@Support", "timeout": None, "priority": None, "expression": None},
                ),
                "friendly_name": None,
            }
        ],
        [Expected({}, "Support", ANYONE)],
    ),
    Document(
        "the timeouts of a filter add up",
        EVALUATION,
        [
            only(
                ALL,
                {"queue": "@Empty", "timeout": 10},
                {"queue": "@Billing", "timeout": 10},
                {"queue": "@Empty", "timeout": 10, "priority": 3},
            )
        ],
        [
            Expected({}, "Empty", after=9),
            Expected({}, "Billing", after=19),
            Expected({}, "Empty", after=29, priority=3),
            Expected({}, None, after=30),
        ],
        default=None,
    ),
    Document(
        "a task that matches no filter goes to the default",
        CONFIGURATION,
        [only("language IN ['en', 'es']", {"queue": "@Support"})],
        [
            Expected({"language": "es"}, "Support", ANYONE),
            Expected({"language": "fr"}, "Everyone", ANYONE),
            Expected({}, "Everyone", ANYONE),
        ],
    ),
    Document(
        "a task that matches no filter and has no default is canceled",
        LIFECYCLE,
        [only("language == 'en'", {"queue": "@Support"})],
        [Expected({"language": "fr"}, None)],
        default=None,
    ),
    Document(
        "workers in an order",
        CONFIGURATION,
        [only(ALL, {"queue": "@Everyone", "order_by": "worker.channel.voice.assigned_tasks DESC"})],
        [Expected({}, "Everyone", ("ana",))],
    ),
    Document(
        "an unused filter and a named default",
        CONFIGURATION,
        [{"friendly_name": "Old name", "expression": "1==0", "targets": [{"queue": "@Sales"}]}],
        [Expected({}, "Everyone", ANYONE)],
    ),
]

# Texts that TaskRouter refuses.
REFUSED = {
    "a hyphen in a name": only("customer-value == 'Gold'", {"queue": "@Support"}),
    "a first target without a queue": only(ALL, {"timeout": 5}, {"queue": "@Support"}),
    "an expression that ends early": only("kind ==", {"queue": "@Support"}),
    "a timeout that is no number": only(ALL, {"queue": "@Support", "timeout": "soon"}),
    "a queue that does not exist": only(ALL, {"queue": "WQ" + "0" * 32}),
}
