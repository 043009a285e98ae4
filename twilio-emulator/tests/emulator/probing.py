"""An emulated Twilio for the probe without a server, in a time that passes only by its calls."""

import asyncio
import json
import selectors
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from typing import Any
from urllib.parse import urlencode

from twilio_emulator.clock import ManualClock
from twilio_emulator.event_delivery import EventDelivery
from twilio_emulator.probe.account import look
from twilio_emulator.probe.listener import Arrival, Arrivals
from twilio_emulator.probe.made import Journal
from twilio_emulator.probe.runner import Runner
from twilio_emulator.probe.transport import Caller, CallFailed, Reply, Request
from twilio_emulator.seed import ContactCentre, contact_centre
from twilio_emulator.twilio import EmulatedTwilio

FORM = "application/x-www-form-urlencoded"


class VirtualTime(selectors.DefaultSelector):
    """A selector that lets no time pass: it moves its own clock by what it should have waited."""

    seconds = 0.0

    def select(self, timeout: float | None = None) -> Any:
        """Return what is ready; if nothing is, the time has passed."""
        ready = super().select(0)
        if not ready and timeout is not None:
            self.seconds += timeout
        return ready


class Loop(asyncio.SelectorEventLoop):
    """An event loop in a time that passes only while it is told to run."""

    def __init__(self) -> None:
        self.virtual = VirtualTime()
        super().__init__(self.virtual)

    def time(self) -> float:
        """Return the virtual time, a little more each time: no two things happen at once."""
        self.virtual.seconds += 1e-6
        return self.virtual.seconds


@cache
def loop() -> Loop:
    """Return the loop of all tests."""
    return Loop()


class Delivery(EventDelivery):
    """Hands the events of a request over, and sends nothing."""

    def __init__(self, centre: ContactCentre, arrivals: Arrivals) -> None:
        super().__init__(centre.account)
        self._arrivals = arrivals

    async def _send(self, _configuration: Mapping[str, Any], events: list[Any]) -> None:
        self._arrivals.note(events)


@dataclass
class Heard:
    """Where the events of an emulated Twilio without a server arrive."""

    centre: ContactCentre
    reachable: bool = True
    url: str = "https://probe.example/events"

    def __post_init__(self) -> None:
        """Begin to take events."""
        self._start = self.centre.account.clock.now().timestamp() - loop().time()
        self._arrivals = Arrivals(lambda: self._start + loop().time())
        loop().run_until_complete(self._begin())

    async def _begin(self) -> None:
        Delivery(self.centre, self._arrivals)

    def reached(self) -> bool:
        """Tell whether a request to the address arrives here."""
        return self.reachable

    def arrivals(self) -> list[Arrival]:
        """Return what has come so far."""
        return self._arrivals.all()

    def pass_time(self) -> None:
        """Let the loop do what is due by the account's time."""
        now = self.centre.account.clock.now().timestamp()
        wait = now - self._start - loop().time()
        loop().run_until_complete(asyncio.sleep(max(wait, 0)))


@dataclass
class InProcess:
    """A transport to an emulated Twilio; each call takes ``latency`` and may be hit by a fault.

    ``fault`` gets each call's number, from 1, and returns what happens to it: nothing (None),
    "lost" before it takes effect, "unanswered" after, "500", or an exception, which is raised.
    """

    centre: ContactCentre
    latency: float = 0.0
    fault: Callable[[int], Any] = lambda _number: None
    sent: list[Request] = field(default_factory=list)
    heard: Heard | None = None
    # What else happens while time passes.
    meanwhile: Callable[[], None] = lambda: None

    def send(self, request: Request) -> Reply:
        """Send a request."""
        sent = self.now()
        self.sent.append(request)
        fault = self.fault(len(self.sent))
        if isinstance(fault, BaseException):
            raise fault
        # A call takes effect at some moment between its sending and its answer.
        before = self.latency * (len(self.sent) % 5) / 4
        self.sleep(before)
        if fault == "500":
            return Reply(sent, self.now(), 500, None, {})
        if fault == "lost":
            raise CallFailed("lost")
        answer = self._answer(request)
        self.sleep(self.latency - before)
        if fault == "unanswered":
            raise CallFailed("unanswered")
        body = json.loads(answer.body) if answer.body else None
        headers = {name.lower(): text for name, text in answer.headers.items()}
        return Reply(sent, self.now(), answer.status, body, headers)

    def _answer(self, request: Request) -> Any:
        fields = urlencode(request.fields)
        reads = request.method == "GET"
        return EmulatedTwilio(self.centre.account).request(
            request.method,
            f"/{request.path}",
            fields if reads else "",
            {"Authorization": self.centre.account.authorization, "Content-Type": FORM},
            b"" if reads else fields.encode(),
        )

    def send_all(self, sent: Sequence[Request]) -> list[Reply | None]:
        """Send requests at once: they take the time of one."""
        latency, self.latency = self.latency, 0.0
        self.sleep(latency)
        try:
            return [self._one(request) for request in sent]
        finally:
            self.latency = latency

    def _one(self, request: Request) -> Reply | None:
        try:
            return self.send(request)
        except CallFailed:
            return None

    def now(self) -> float:
        """Return the account's time."""
        return self.centre.account.clock.now().timestamp()

    def sleep(self, seconds: float) -> None:
        """Let the account's time pass; each call does what is due by itself."""
        if not seconds:
            return
        EmulatedTwilio(self.centre.account).advance(seconds)
        if self.heard is not None:
            self.heard.pass_time()
        self.meanwhile()


@dataclass
class World:
    """A contact centre, and a probe that runs in it."""

    transport: InProcess
    runner: Runner
    before: dict[str, set[str]]

    def left(self) -> dict[str, set[str]]:
        """Return what is there and was not before the probe."""
        now = there(self.transport.centre)
        found = {kind: sids - self.before[kind] for kind, sids in now.items()}
        return {kind: sids for kind, sids in found.items() if sids}


def lossy(random: Random) -> Any:
    """Return faults that hit one call in a hundred."""
    kinds = ("lost", "unanswered", "500")
    return lambda _number: random.choice(kinds) if random.random() < 0.01 else None


def there(centre: ContactCentre) -> dict[str, set[str]]:
    """Return the SIDs of all that a probe could leave behind."""
    tables, flex = centre.workspace.tables, centre.account.flex
    return {
        "queues": set(tables.task_queues),
        "workflows": set(tables.workflows),
        "workers": set(tables.workers),
        "tasks": {task.sid for task in tables.tasks.values() if not task.status.ended},
        "conversations": set(flex.conversations),
        "participants": set(flex.conversation_participants),
        "channels": {c.sid for c in flex.channels.values() if c.status == "active"},
        "chats": set(flex.chat_channels),
        "flows": set(flex.flows),
        "sinks": set(centre.account.sinks),
        "subscriptions": set(centre.account.subscriptions),
    }


def world(switches: Mapping[str, Any], journal: Path | None = None, **transport: Any) -> World:
    """Return a contact centre with these switches, and a probe that does not know them."""
    centre = contact_centre(ManualClock(), Random(7))  # noqa: S311 - it is to be the same each time
    centre.account.settings.change(switches)
    path = journal or Path(mkdtemp()) / "journal"
    line = InProcess(centre, heard=Heard(centre), **transport)
    return World(line, runner(line, path), there(centre))


def runner(line: InProcess, journal: Path) -> Runner:
    """Return a runner for the workspace of a contact centre."""
    caller = Caller(line)
    workspace = line.centre.workspace_sid
    fault, line.fault = line.fault, lambda _number: None
    premises = look(caller, workspace, agents_allowed=True)
    line.fault = fault
    line.sent.clear()
    activities = premises.available, premises.offline
    return Runner(caller, Journal(journal), workspace, activities, events=line.heard)
