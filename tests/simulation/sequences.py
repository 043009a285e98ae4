"""Runs a plan from its beginning to its end, and checks the principles."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from types import SimpleNamespace
from typing import Any

import pytest
from aws_lambda_powertools import Logger

from chat_transfer import metrics, runtime
from chat_transfer.http.problems import Problem
from chat_transfer.twilio import client
from chat_transfer.twilio.failures import TwilioFailure
from tests.simulation.acts import Acts
from tests.simulation.plans import Plan
from tests.simulation.principles import BrokenError
from tests.simulation.shrinking import shrunk
from tests.simulation.twilio import BASE_URL
from tests.simulation.virtual import Current, virtual
from tests.simulation.world import TABLE, TRANSFER_WORKFLOW, World
from twilio_emulator.seed import contact_centre

LATEST_SECONDS = 90.0  # when the last late effect is over


class Simulation:
    """The patched functions, in which sequences run one after the other."""

    def __init__(self, current: Current, log: "LogOfFunctions", environment: Any) -> None:
        self._current = current
        self._log = log
        self._environment = environment

    def begin(self, plan: Plan) -> World:
        """Make a world."""
        self._environment("HAND_OVER", plan.hand_over or "now")
        self._environment("HAND_OVER_CHOICES", '["now", "accepted", "warm"]')
        self._environment("EVENTS_QUEUE_URL", "https://queue" if plan.hand_over else "")
        world = World(plan, self._current)
        self._log.world = world
        return world

    def run(self, plan: Plan) -> tuple[World, BrokenError | None]:
        """Run a plan; give what came of it, and the principle that did not hold."""
        world = self.begin(plan)
        try:
            play(world)
        except BrokenError as broken:
            world.note("broken", str(broken))
            return world, broken
        return world, None

    def principle_broken(self, plan: Plan) -> str | None:
        """Run a plan; give the principle that did not hold."""
        broken = self.run(plan)[1]
        return broken.principle if broken else None

    def failure(self, plan: Plan) -> str | None:
        """Run a plan; if a principle does not hold, tell the shortest one that breaks it."""
        principle = self.principle_broken(plan)
        if principle is None:
            return None
        shortest = shrunk(plan, lambda one: self.principle_broken(one) == principle)
        return f"{principle}\n{shortest}\n{self.run(shortest)[0].readable()}"


def play(world: World) -> None:
    """Let the steps happen, then let all come to rest."""
    acts, scheduler = Acts(world), world.scheduler
    for step in world.plan.steps:
        acts.do(step)
        if step.pause is None:
            scheduler.run(scheduler.now + 60.0, lambda: not world.running())
        else:
            scheduler.run(scheduler.now + step.pause)
    world.note("end", "nothing fails any more")
    scheduler.run(scheduler.now + LATEST_SECONDS)
    _rest(world)
    for _ in range(3):
        acts.all_work()
        scheduler.run(scheduler.now + 130.0)
    _rest(world)
    acts.part()
    _rest(world)
    _finish(world)


def _rest(world: World) -> None:
    """Wait until the schedule has looked at all that happened, and check."""
    scheduler, principles = world.scheduler, world.principles
    pause = 150.0 + scheduler.now / 8  # a look is due after an eighth of a transfer's age
    scheduler.run(scheduler.now + pause)
    while scheduler.now < principles.trouble_at + pause:
        scheduler.run(principles.trouble_at + pause)
    principles.at_rest()


def _finish(world: World) -> None:
    """Let the schedule look whenever a look is due, until nothing is unfinished."""
    scheduler = world.scheduler
    world.ticks = False
    for nth in range(200):
        if not world.items.unfinished() or world.principles.is_left_alone:
            break
        due = min(_due(world, key) for key in world.items.unfinished())
        scheduler.run(max(scheduler.now + 60.0, due + 1.0))
        world.look(f"last look {nth}")
        scheduler.run(scheduler.now + 60.0, lambda: not world.running())
        world.principles.check()
    world.principles.at_the_end()


def _due(world: World, key: str) -> float:
    item = world.items.items[key]
    return int(item.get("due", {"N": "0"})["N"]) / 1000 - world.began_at


class LogOfFunctions(logging.Handler):
    """Takes what the functions log into the log of the sequence."""

    def __init__(self) -> None:
        super().__init__()
        self.world: World | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Take a line."""
        world = self.world
        if world is None or world.scheduler.current is None:
            return
        owner: Any = world.scheduler.current.owner
        if owner.is_killed:
            return
        names = ("what", "code", "result", "new_task_sid", "became", "failure", "rolled_back")
        told = {name: str(getattr(record, name)) for name in names if hasattr(record, name)}
        world.note(owner.invocation.name, f"  {record.getMessage()} {json.dumps(told)}")
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            world.note(owner.invocation.name, f"  {error!r} of {error.__cause__!r}")
        if error is not None and not isinstance(error, Problem | TwilioFailure):
            world.principles.note_defect(error)


class Boto:
    """What `boto3` is for the functions' runtime."""

    def client(self, name: str, **_: Any) -> Any:
        """Give a client."""
        return self if name == "secretsmanager" else None

    def get_secret_value(self, **_: Any) -> dict[str, str]:
        """Give the credentials of the contact centre, which are always the same."""
        return {"SecretString": json.dumps({"auth_token": contact_centre(work=False).auth_token})}


@contextmanager
def simulation() -> Iterator[Simulation]:
    """Patch the functions, for any number of sequences."""
    centre = contact_centre(work=False)
    log = LogOfFunctions()
    logger = Logger()._logger
    log.setFormatter(logger.handlers[0].formatter)
    with pytest.MonkeyPatch.context() as patch, virtual() as current:
        for name, value in {
            "TWILIO_ACCOUNT_SID": centre.account_sid,
            "TWILIO_WORKSPACE_SID": centre.workspace_sid,
            "TWILIO_CHAT_TRANSFER_WORKFLOW_SID": TRANSFER_WORKFLOW,
            "TWILIO_SECRET_ARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:twilio",
            "TWILIO_BASE_URL": BASE_URL,
            "TWILIO_REGION": "",
            "IDEMPOTENCY_TABLE": TABLE,
            "POWERTOOLS_METRICS_DISABLED": "true",
            "POWERTOOLS_METRICS_NAMESPACE": "FlexChatTransfer",
        }.items():
            patch.setenv(name, value)
        patch.setattr(runtime, "boto3", Boto())
        # What is measured is written as lines of a log, which is not read here.
        patch.setattr(metrics, "_add", lambda *_: None)
        patch.setattr(
            metrics,
            "single_metric",
            lambda *_, **__: nullcontext(SimpleNamespace(add_dimension=lambda *_, **__: None)),
        )
        patch.setattr(client, "_observed", lambda *_: nullcontext(lambda _status: None))
        patch.setattr(logger, "handlers", [log])
        patch.setattr(logger, "propagate", False)
        yield Simulation(current, log, patch.setenv)
