"""How many open offers one run of the schedule looks at, with calls that take as long as Twilio's.

The schedule is stopped first: the run that is measured has all of it to do, as each minute's has.
"""

from dataclasses import dataclass
from typing import Final

from local.bench.environment import BenchError, Environment
from local.bench.events import transfer_event
from local.deployer.aws_clients import AwsClients
from local.stack import LocalStack

OFFERS: Final = 500
CALL_SECONDS: Final = 0.25


@dataclass(frozen=True, slots=True)
class Looks:
    """One run of the schedule over open offers to one agent, which take the most calls.

    Attributes
    ----------
    offers
        How many were open.
    looked_at
        How many of them Twilio was asked about; the others have to wait for a later run.
    seconds
        How long the run took.
    cpu_ms
        Milliseconds of processor time of each look.
    calls
        Calls to Twilio of each look.
    """

    offers: int
    looked_at: int
    seconds: float
    cpu_ms: float
    calls: float

    @property
    def a_second(self) -> float:
        """How many are looked at in a second."""
        return self.looked_at / self.seconds


def looks(
    stack: LocalStack, transfer: Environment, schedule: Environment, offers: int = OFFERS
) -> Looks:
    """Offer so many conversations to one agent, and run the schedule once.

    Parameters
    ----------
    transfer, schedule
        Processes of `transfer_chat` and of `transfer_events`.
    """
    _stop_schedule(stack)
    twilio = stack.twilio
    for _ in range(offers):
        transfer.ask(transfer_event(stack, "conversation", handOver="accepted"))
    made = twilio.centre.open_tasks("transferHandOver", "accepted")
    twilio.faults.latency(CALL_SECONDS)
    twilio.journal.clear()
    answered = schedule.ask({"source": "schedule"})
    twilio.faults.clear()
    asked = [entry.path.rpartition("/")[2] for entry in twilio.journal]
    looked_at = len({task.sid for task in made} & set(asked))
    if not looked_at:
        raise BenchError("the schedule has looked at no offer")
    return Looks(
        len(made),
        looked_at,
        round(answered.seconds, 1),
        round(answered.cpu_seconds * 1000 / looked_at, 1),
        round(len(asked) / looked_at, 1),
    )


def _stop_schedule(stack: LocalStack) -> None:
    scheduler = AwsClients(stack.aws.endpoint_url, stack.aws.region).client("scheduler")
    for schedule in scheduler.list_schedules()["Schedules"]:
        scheduler.delete_schedule(Name=schedule["Name"])
