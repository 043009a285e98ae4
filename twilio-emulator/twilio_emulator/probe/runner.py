"""Carries out experiments, and cleans up after each."""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from string import Template
from typing import Any, Final

from twilio_emulator.probe.experiment import (
    PREFIX,
    Burst,
    Call,
    Each,
    Experiment,
    Finding,
    Hear,
    Make,
    Observation,
    Pause,
    Reach,
    Step,
    Watch,
    unclear,
)
from twilio_emulator.probe.listener import Arrival, Events
from twilio_emulator.probe.made import Journal, Thing, clean
from twilio_emulator.probe.readings import error_of
from twilio_emulator.probe.routing import TASKS, WORKSPACE
from twilio_emulator.probe.transport import SERVER_ERROR, Caller, CallFailed, Reply, Request

ATTEMPTS: Final = 5
# Where objects of a kind are created, and the field of their name.
KINDS: Final[Mapping[str, tuple[str, str | None]]] = {
    "queue": (WORKSPACE + "/TaskQueues", "FriendlyName"),
    "workflow": (WORKSPACE + "/Workflows", "FriendlyName"),
    "worker": (WORKSPACE + "/Workers", "FriendlyName"),
    "task": (TASKS, None),
    "conversation": ("conversations/v1/Conversations", "UniqueName"),
    "interaction": ("flex-api/v1/Interactions", None),
    "flow": ("flex-api/v1/FlexFlows", "FriendlyName"),
    "chat": ("flex-api/v1/Channels", "ChatUniqueName"),
    "sink": ("events/v1/Sinks", "Description"),
    "subscription": ("events/v1/Subscriptions", "Description"),
}


class Refused(Exception):
    """The account does not allow what an experiment needs."""


@dataclass(frozen=True, slots=True)
class Result:
    """What an experiment says of a switch, and the observations of the attempt that said it."""

    experiment: Experiment
    switch: str
    finding: Finding
    seen: Mapping[str, Sequence[Observation]]


@dataclass(slots=True)
class Runner:
    """Runs experiments in one workspace.

    Parameters
    ----------
    activities
        The SIDs of an activity in which workers are available, and of one in which they are not.
    say
        Is told what happens, in a line.
    events
        Where events arrive; experiments that wait for them are unclear without it.
    """

    caller: Caller
    journal: Journal
    workspace: str
    activities: tuple[str, str]
    say: Callable[[str], None] = lambda _line: None
    events: Events | None = None
    run: str = field(default_factory=lambda: secrets.token_hex(4))
    _attempts: int = 0

    def clean_up(self) -> list[Thing]:
        """Remove all of the journal, of this run and of those before; return what is left."""
        return clean(self.caller, self.journal)

    def carry_out(self, steps: Sequence[Step]) -> dict[str, str]:
        """Do steps once, and leave what they made; return what is known by name then.

        Raises
        ------
        Refused
            The account does not allow a step.
        CallFailed
            Twilio does not answer.
        """
        self._attempts += 1
        attempt = _Attempt(self, f"{PREFIX}-{self.run}-{self._attempts}", {})
        attempt.name_all(steps)
        for step in steps:
            attempt.do(step)
        return dict(attempt.known)

    def results(self, experiment: Experiment) -> list[Result]:
        """Run an experiment until its observations are complete, or it has failed too often."""
        seen: dict[str, list[Observation]] = {}
        because = ""
        if experiment.hears and self.events is None:
            return _all_unclear(experiment, f"needs {experiment.needs}", seen)
        for _ in range(ATTEMPTS):
            seen = {}
            try:
                self._attempt(experiment, seen)
            except CallFailed as failure:
                because = str(failure)
                self.say(f"{experiment.name}: {failure}; again")
                continue
            except Refused as refusal:
                needs = f"; needs {experiment.needs}" if experiment.needs else ""
                return _all_unclear(experiment, f"{refusal}{needs}", seen)
            results = [
                Result(experiment, each.switch, each.read(seen), seen)
                for each in experiment.meanings
            ]
            if all(r.finding.clear for r in results) or not _has_failures(seen):
                return results
            because = "a call of a burst failed"
        return _all_unclear(experiment, f"{ATTEMPTS} attempts failed: {because}", seen)

    def _attempt(self, experiment: Experiment, seen: dict[str, list[Observation]]) -> None:
        self._attempts += 1
        begun = len(self.journal.things)
        attempt = _Attempt(self, f"{PREFIX}-{self.run}-{self._attempts}", seen)
        attempt.name_all(experiment.steps)
        try:
            for step in experiment.steps:
                attempt.do(step)
        finally:
            self.remove(begun)

    def remove(self, begun: int) -> None:
        """Remove what was added to the journal since it had so many things."""
        for thing in clean(self.caller, self.journal, self.journal.things[begun:]):
            self.say(f"Left for the next run to remove: {thing.kind} {thing.name}")


def _has_failures(seen: Mapping[str, Sequence[Observation]]) -> bool:
    """Tell whether a call failed that nothing was sent for again."""
    return any(each.status >= SERVER_ERROR for looks in seen.values() for each in looks)


def _all_unclear(
    experiment: Experiment, because: str, seen: Mapping[str, Sequence[Observation]]
) -> list[Result]:
    return [Result(experiment, m.switch, unclear(because), seen) for m in experiment.meanings]


class _Attempt:
    """One attempt: what is ``known`` by name, and what was seen."""

    def __init__(self, runner: Runner, prefix: str, seen: dict[str, list[Observation]]) -> None:
        self._runner = runner
        self._caller = runner.caller
        self._seen = seen
        self._prefix = prefix
        self._start = runner.caller.transport.now()
        available, offline = runner.activities
        self.known = {
            "workspace": runner.workspace,
            "available": available,
            "offline": offline,
            "run": prefix,
        }
        if runner.events is not None:
            self.known["events_url"] = runner.events.url

    def name_all(self, steps: Sequence[Step]) -> None:
        for step in steps:
            if isinstance(step, Make):
                self.known[f"{step.name}_name"] = f"{self._prefix}-{step.name}"

    def do(self, step: Step) -> None:
        if isinstance(step, Make):
            self._make(step)
        elif isinstance(step, Call):
            self._call(step)
        elif isinstance(step, Watch):
            self._watch(step)
        elif isinstance(step, Each):
            for sid in step.sids(self._seen[step.of][-1]):
                self.known["each"] = sid
                self._call(step.call)
        elif isinstance(step, Burst):
            self._burst(step)
        elif isinstance(step, Pause):
            self._caller.transport.sleep(step.seconds)
        elif isinstance(step, Reach):
            self._reach()
        elif isinstance(step, Hear):
            self._hear(step)

    def _make(self, step: Make) -> None:
        path, name_field = KINDS[step.kind]
        fields = dict(step.fields)
        if name_field is not None:
            name = self.known[f"{step.name}_name"]
            fields[name_field] = name
            self._runner.journal.add(Thing(self._runner.workspace, step.kind, name))
        made = self._once(step.name, "POST", path, fields)
        if not made.ok:
            raise Refused(f"No {step.kind} could be made: {made.status}, {error_of(made)}")
        self.known[step.name] = str(made["sid"])
        for name, where in step.also.items():
            self.known[name] = str(made[where])
        if step.kind == "interaction":
            sids = f"{self.known[step.name]}/{self.known['channel']}"
            self._runner.journal.add(Thing(self._runner.workspace, "channel", sids))

    def _call(self, step: Call) -> None:
        answer = self._once(step.seen, step.method, step.path, step.fields)
        if not answer.ok and not step.refusable:
            raise Refused(f"{step.seen} was refused: {answer.status}, {error_of(answer)}")

    def _watch(self, step: Watch) -> None:
        waits = step.waits()
        for turn in range(len(waits) + 1):
            look = self._note(step.seen, self._caller.read(*self._filled(step.path, step.fields)))
            found = step.until(look)
            if found:
                if step.name is not None:
                    self.known[step.name] = str(found)
                return
            if turn < len(waits):
                self._caller.transport.sleep(waits[turn])
        if step.needed:
            raise Refused(f"{step.seen}: nothing was seen within {step.seconds} s")

    def _burst(self, step: Burst) -> None:
        path, fields = self._filled(step.path, step.fields)
        for _ in range(step.times):
            self._caller.transport.sleep(2)
            before = self._caller.transport.now()
            for reply in self._caller.burst([Request("GET", path, fields)] * step.count):
                now = self._caller.transport.now()
                # No answer counts as an error of the server.
                self._note(step.seen, reply or Reply(before, now, 599, None, {}))

    def _reach(self) -> None:
        if self._runner.events is None or not self._runner.events.reached():
            raise Refused("No request to the address for events arrived at the probe")

    def _hear(self, step: Hear) -> None:
        assert self._runner.events is not None
        clock = self._caller.transport
        begun = clock.now()
        while True:
            arrivals = self._runner.events.arrivals()
            self._seen[step.seen] = [self._arrived(one) for one in arrivals]
            quiet = clock.now() - max([begun, *(one.at for one in arrivals)]) >= step.quiet
            enough = quiet and step.until(self._seen, self._seen[step.seen])
            if enough or clock.now() - begun >= step.seconds:
                return
            clock.sleep(1)

    def _arrived(self, one: Arrival) -> Observation:
        at = round(one.at - self._start, 3)
        body = {name: getattr(one, name) for name in ("request", "id", "account", "task", "number")}
        return Observation(at, at, 200, body)

    def _once(self, seen: str, method: str, path: str, fields: Mapping[str, Any]) -> Observation:
        where, filled = self._filled(path, fields)
        request = Request(method, where, filled)
        # What reads can be sent again; whether another call took effect is not known if it fails,
        # and then the whole attempt counts for nothing.
        send = self._caller.repeat if method == "GET" else self._caller.once
        return self._note(seen, send(request))

    def _note(self, seen: str, reply: Reply) -> Observation:
        observation = Observation(
            round(reply.sent - self._start, 3),
            round(reply.at - self._start, 3),
            reply.status,
            reply.body,
            reply.headers,
        )
        self._seen.setdefault(seen, []).append(observation)
        return observation

    def _filled(self, path: str, fields: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
        texts = {
            name: content if isinstance(content, str) else json.dumps(content)
            for name, content in fields.items()
        }
        filled = {name: Template(text).substitute(self.known) for name, text in texts.items()}
        return Template(path).substitute(self.known), filled
