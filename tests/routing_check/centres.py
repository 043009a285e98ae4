"""Contact centres of the emulated Twilio, broken on purpose, as `check` and `route` show them."""

import io
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from routing_check import RoutingCheckError
from routing_check.commands import check, route
from routing_check.stack import open_stack
from tests.deployment import SECRETS, stack_config
from twilio_emulator.seed import contact_centre
from twilio_emulator.server import RunningTwilio, serve
from twilio_emulator.sids import new_sid
from twilio_emulator.taskrouter.model import TaskQueue, Workflow

WORKFLOW = "Chat transfer (dev)"


@dataclass(frozen=True, slots=True)
class Broken:
    """A centre that runs, and the config of the stack in it."""

    twilio: RunningTwilio
    config: Mapping[str, str]

    @property
    def queues(self) -> Mapping[str, str]:
        """The SIDs of the queues by name."""
        return self.twilio.centre.queues

    def with_queue(self, name: str, target_workers: str) -> str:
        """Add a queue; return its SID."""
        now = self.twilio.centre.workspace.now()
        queue = TaskQueue(new_sid("WQ"), name, target_workers, now, now)
        self.twilio.centre.workspace.tables.task_queues[queue.sid] = queue
        self.twilio.centre.queues[name] = queue.sid
        return queue.sid

    def narrow_everyone(self, expression: str) -> None:
        """Give the "Everyone" queue another expression."""
        queues, sid = self.twilio.centre.workspace.tables.task_queues, self.queues["Everyone"]
        queues[sid] = replace(queues[sid], target_workers=expression)

    def with_workflow(self, filters: Sequence[Mapping[str, Any]], name: str = WORKFLOW) -> None:
        """Put a workflow into TaskRouter as no stack would make it."""
        now = self.twilio.centre.workspace.now()
        routing = {"filters": filters, "default_filter": {"queue": self.queues["Everyone"]}}
        workflow = Workflow(new_sid("WW"), name, json.dumps({"task_routing": routing}), now, now)
        self.twilio.centre.workspace.tables.workflows[workflow.sid] = workflow

    def check(self) -> tuple[str, int]:
        """Return what `check` shows, and how many faults it counts."""
        console = console_of_a_pipe()
        try:
            check(console, open_stack(self.config, SECRETS, "dev"), "Stack dev")
        except RoutingCheckError as error:
            return shown(console), int(str(error).split()[0])
        return shown(console), 0

    def route(self, target: str, sender: str | None = None) -> str:
        """Return what `route` shows, with its count of faults if there are any."""
        console = console_of_a_pipe()
        try:
            route(console, open_stack(self.config, SECRETS, "dev"), "Stack dev", target, sender)
        except RoutingCheckError as error:
            console.print(f"error: {error}")
        return shown(console)


def console_of_a_pipe() -> Console:
    return Console(file=io.StringIO(), width=100, highlight=False)


def shown(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@contextmanager
def centre(*transfer_queues: str, **changes: str) -> Iterator[Broken]:
    """Serve the example centre, for a stack with these queues."""
    with serve(contact_centre()) as twilio:
        queues = json.dumps(transfer_queues)
        yield Broken(twilio, stack_config(twilio, transferQueues=queues, **changes))


def filter_to(
    queue: str, *targets: Mapping[str, Any], name: str, expression: str | None = None
) -> dict[str, Any]:
    """Return a filter for transfers to a queue, unless it has another expression."""
    return {
        "filter_friendly_name": name,
        "expression": expression or f"transferTargetType == 'queue' AND targetSid == '{queue}'",
        "targets": list(targets),
    }


def fill(twilio: RunningTwilio, queues: int, workers: int) -> list[str]:
    """Make a centre of that size, without tasks; return the SIDs of its queues."""
    centre, tables = twilio.centre, twilio.centre.workspace.tables
    tables.tasks.clear()
    tables.reservations.clear()
    ana = centre.worker("ana")
    for number in range(workers - len(tables.workers)):
        attributes = json.dumps({"routing": {"skills": [f"s{number % queues}"]}})
        name = f"agent{number}@example.com"
        worker = replace(ana, sid=new_sid("WK"), friendly_name=name, attributes=attributes)
        tables.workers[worker.sid] = worker
    now = centre.workspace.now()
    for number in range(queues - len(tables.task_queues)):
        expression = f'routing.skills HAS "s{number}"'
        queue = TaskQueue(new_sid("WQ"), f"Queue {number}", expression, now, now)
        tables.task_queues[queue.sid] = queue
    return list(tables.task_queues)


def pulumi_with(folder: Path, config: Mapping[str, str]) -> Path:
    """Write a `pulumi` that knows one stack's config, dev, instead of the CLI."""
    values = {key: {"value": value, "secret": key in SECRETS} for key, value in config.items()}
    program = folder / "pulumi"
    program.write_text(
        f"#!{sys.executable}\nimport sys\n"
        "if sys.argv[1:] == ['version']: print('v3.200.0')\n"
        "elif 'dev' in sys.argv and '--show-secrets' in sys.argv:\n"
        f"    print({json.dumps(values)!r})\n"
        'else: sys.exit("error: no stack named that found")\n'
    )
    program.chmod(0o755)
    return folder
