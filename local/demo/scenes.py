"""The transfers of the demo, with their targets and the agents' answers."""

from dataclasses import dataclass
from typing import Final, Literal

# How long an agent who is offered a chat has, before it goes back.
AGENT_SECONDS: Final = 5

TargetKind = Literal["worker", "queue", "workflow"]


@dataclass(frozen=True, slots=True)
class Scene:
    """One transfer. People, tasks, queues and workflows have the names of the seed.

    Attributes
    ----------
    title
        What it shows.
    task, sender, target_kind, target
        The transferring agent, the task and the target; without a task a conversation begins.
    declined
        How many agents decline before one accepts.
    newcomer
        An agent who becomes available after the last one declined.
    hand_over
        When the sender's task ends: ``now``, when the new one is ``accepted``, or, with ``warm``,
        when the sender leaves the customer to the agent who has joined.
    goes_back
        Whether no agent accepts in the target's time.
    question, reply, greeting
        What the customer writes while the offer is open, what the sender answers, and what the
        agent writes who has joined.
    twice
        Whether the same request is sent again, as an impatient agent does.
    status, code
        The endpoint's answer; ``code`` is that of a problem.
    """

    title: str
    task: str
    target_kind: TargetKind
    target: str
    sender: str = "ana"
    declined: int = 0
    newcomer: str | None = None
    hand_over: Literal["now", "accepted", "warm"] = "now"
    goes_back: bool = False
    question: str = ""
    reply: str = ""
    greeting: str = ""
    twice: bool = False
    status: int = 200
    code: str | None = None


SCENES: Final = (
    Scene("A web chat to an agent, clicked twice", "chat", "worker", "ben", twice=True),
    Scene(
        "A conversation to a queue that the sender is in",
        "conversation",
        "queue",
        "Support",
        declined=2,
        newcomer="eva",
    ),
    Scene("An SMS to a workflow", "sms", "workflow", "Escalations"),
    Scene(
        "A conversation is offered to an agent, who declines: the sender keeps it",
        "sms_conversation",
        "worker",
        "ben",
        declined=1,
        hand_over="accepted",
        goes_back=True,
        question="Is anyone there?",
        reply="I am still here.",
        status=202,
    ),
    Scene(
        "It is offered to another agent, who accepts: the sender's task ends",
        "sms_conversation",
        "worker",
        "dev",
        hand_over="accepted",
        question="When will it arrive?",
        reply="I am asking a colleague.",
        status=202,
    ),
    Scene(
        "A conversation that another agent joins, before the sender leaves",
        "",
        "worker",
        "carla",
        hand_over="warm",
        question="Can you explain the invoice?",
        reply="A colleague joins us for that.",
        greeting="I have it before me.",
        status=202,
    ),
    Scene(
        "A conversation of two agents to a workflow",
        "two_agents",
        "workflow",
        "Escalations",
        declined=1,
    ),
    Scene(
        "A chat that is finished, by a supervisor",
        "completed",
        "worker",
        "ben",
        sender="sam",
        status=409,
        code="task_not_transferable",
    ),
)
