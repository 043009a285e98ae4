"""The functions as they are, one call at a time: a call is a value, and so is its answer.

`requests.transfer`, `offers.take_back` and `looks.look` run with edges that know some answers and
suspend the function at the first call without one. So a search can try each answer, and each act of
others before it. Nothing that the functions do is written a second time here.

An invocation is a number: what was asked and answered, as far as it makes a difference to what is
done next. The loop of `Run` goes on from a copy of the run, the rest is done again from the start.
"""

import copy
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields
from typing import Any
from unittest.mock import patch

from chat_transfer import metrics
from chat_transfer.http.problems import Problem
from chat_transfer.http.request import OfferRequest, Target, TransferRequest
from chat_transfer.transfer import looks, offers, requests
from chat_transfer.transfer.facts import Answer
from chat_transfer.transfer.lock import TableUnavailable
from chat_transfer.transfer.progress import Seen
from chat_transfer.transfer.reconcile import Run
from chat_transfer.twilio.failures import TwilioFailure
from tests.functions.decisions.calls import EDGES, Reply, Suspended
from tests.functions.decisions.edges import ROWS, TWILIO, Later
from tests.functions.decisions.sids import CHANNEL, INTERACTION


@dataclass(frozen=True)
class Asked:
    """What starts an invocation: ``post``, ``delete``, ``leave``, a ``look`` or an ``event``."""

    what: str
    original: str = ""
    target: str = ""
    when: str = "now"
    is_chat: bool = False


@dataclass(frozen=True)
class Ended:
    """What an invocation has answered."""

    asked: Asked
    status: int
    code: str = ""
    task: str | None = None
    rolled_back: bool | None = None


class Looping(BaseException):
    """A run goes into its loop."""

    def __init__(self, run: Run) -> None:
        self.run = run


class _Silence:
    """A logger, and a metric."""

    def __getattr__(self, _name: str) -> Callable[..., None]:
        return lambda *_, **__: None

    def __enter__(self) -> "_Silence":
        return self

    def __exit__(self, *_: object) -> None:
        pass


@contextmanager
def driven() -> Iterator[None]:
    """Replace the edges that are no arguments: the clock, logs, metrics, and the loop."""
    silence = _Silence()
    with ExitStack() as patches:
        for name, module in list(sys.modules.items()):
            if name.startswith("chat_transfer.transfer."):
                for edge, stand_in in (("logger", silence), ("milliseconds", lambda: EDGES.now)):
                    if hasattr(module, edge):
                        patches.enter_context(patch.object(module, edge, stand_in))
        patches.enter_context(patch.object(metrics, "_count", silence.count))
        patches.enter_context(patch.object(metrics, "_add", silence.add))
        patches.enter_context(patch.object(metrics, "single_metric", lambda *_, **__: silence))
        # The agent joins after everything is decided.
        patches.enter_context(patch.object(requests, "rejoin", silence.rejoin))
        patches.enter_context(patch.object(looks, "_put_back", silence.join))
        patches.enter_context(patch.object(Run, "reconcile", _reconcile))
        yield


def _reconcile(run: Run) -> Any:
    """Go through the loop, which the machine does step by step."""
    reply = EDGES.next()
    if reply is None:
        raise Looping(run)
    _, known, outcome = reply
    lock = run.lock
    vars(run).update(vars(copy_of(known)))
    lock.record = run.lock.record
    run.lock = lock
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def copy_of(run: Run) -> Run:
    """Copy what a run knows."""
    other = copy.copy(run)
    other.tasks = dict(run.tasks)
    other.lock = copy.copy(run.lock)
    other.kind = copy.copy(run.kind)
    if run._saving is not None:
        known: Any = run._saving
        other._saving = Later(other.lock.save, known.arguments)  # type: ignore[assignment]
    return other


SEEN = tuple(one.name for one in fields(Seen) if one.name != "others")
# These are looked into, or are the same for all.
APART = {
    "kind",
    "lock",
    "record",
    "seen",
    "failure",
    "tasks",
    "listed",
    "_twilio",
    "_plan",
    "_saving",
}


def key_of(run: Run) -> tuple[Any, ...]:
    """What of a run makes a difference to what it does next."""
    seen, plan, listed, saving = run.seen, run._plan, run.listed, run._saving
    saved: Any = saving
    return (
        run.record,
        run.lock.record,
        tuple(seen.others.items()),
        *(getattr(seen, name) for name in SEEN),
        *(value for name, value in sorted(vars(run).items()) if name not in APART),
        _failure_key(run.failure),
        tuple(task.etag for _, task in sorted(run.tasks.items())),
        listed and (tuple(listed.agents.items()), tuple(listed.invited)),
        _kind_key(run.kind),
        plan and (plan.watched, plan.task.workflow_sid, plan.task.attributes["targetSid"]),
        saved and saved.arguments,
    )


def _kind_key(kind: Any) -> Any:
    """What a chat has written, and may have."""
    written = getattr(kind, "_original", None)
    return written and written.etag, getattr(kind, "_may_be_detached_late", None)


def _failure_key(failure: Exception | None) -> Any:
    return failure and (type(failure), str(failure), getattr(failure, "may_have_happened", None))


ENDS = {"delete": offers.take_back, "leave": offers.leave}


class Machine:
    """Invocations as numbers."""

    def __init__(self) -> None:
        self._numbers: dict[Any, int] = {}
        self._states: list[tuple[Asked, tuple[Reply, ...], Run | None]] = []
        self._known: dict[tuple[int, tuple[Reply, ...]], tuple[Any, ...]] = {}

    def start(self, asked: Asked) -> int:
        """An invocation that has called nothing yet."""
        return self._number(asked, (), None, ())

    def asked(self, number: int) -> Asked:
        """What has started an invocation."""
        return self._states[number][0]

    def _number(self, asked: Asked, replies: tuple[Reply, ...], run: Run | None, key: Any) -> int:
        known = (asked, key, run and key_of(run))
        number = self._numbers.get(known)
        if number is None:
            number = self._numbers[known] = len(self._states)
            self._states.append((asked, replies, run))
        return number

    def resume(self, number: int, replies: tuple[Reply, ...]) -> tuple[Any, ...]:
        """Go on until a call has no answer.

        Returns
        -------
        tuple
            ``("call", number, replies, call)`` or ``("end", Ended)``.
        """
        known = self._known.get((number, replies))
        if known is None:
            known = self._known[number, replies] = self._resume(number, replies)
        return known

    def _resume(self, number: int, replies: tuple[Reply, ...]) -> tuple[Any, ...]:
        while True:
            asked, before, looping = self._states[number]
            try:
                if looping is None:
                    EDGES.replay((*before, *replies))
                    return "end", invoke(asked)
                run = copy_of(looping)
                EDGES.replay(replies)
                outcome = _step(run)
            except Suspended as suspended:
                return "call", number, replies, suspended.call
            except Looping as loop:
                key = tuple(_reply_key(one) for one in (*before, *replies))
                number = self._number(asked, (*before, *replies), copy_of(loop.run), key)
                replies = ()
                continue
            entry = tuple(_reply_key(one) for one in before)
            if outcome is None:
                number = self._number(asked, before, run, entry)
            else:
                done = ("loop", run, outcome)
                number = self._number(asked, (*before, done), None, (*entry, _reply_key(done)))
            replies = ()


def _step(run: Run) -> Answer | TwilioFailure | TableUnavailable | None:
    """One round of the loop, and what ends it."""
    try:
        return run.step()
    except (TwilioFailure, TableUnavailable) as failure:
        return failure


def _reply_key(reply: Reply) -> Any:
    if reply[0] != "loop":
        return reply
    _, run, outcome = reply
    is_failure = isinstance(outcome, Exception)
    return ("loop", key_of(run), _failure_key(outcome) if is_failure else outcome)


def invoke(asked: Asked) -> Ended:
    """Run a function to its end."""
    try:
        if asked.what == "post":
            request = TransferRequest(
                asked.original,
                Target(asked.target),
                "token",
                asked.when,
                None if asked.is_chat else (INTERACTION, CHANNEL),
            )
            done = requests.transfer(request, ROWS, lambda: TWILIO)  # type: ignore[arg-type]
            return Ended(asked, 202 if done.state else 200, task=done.task_sid)
        if asked.what in ENDS:
            of_task = OfferRequest(asked.original, "token")
            offer = ENDS[asked.what](of_task, ROWS, lambda: TWILIO)  # type: ignore[arg-type]
            return Ended(asked, 200, str(offer.state))
        looks.look(TWILIO, ROWS, CHANNEL, is_due=asked.what == "look")  # type: ignore[arg-type]
    except Problem as problem:
        return Ended(asked, problem.status, problem.code, rolled_back=problem.rolled_back)
    except TwilioFailure as failure:
        return Ended(asked, 500, type(failure).__name__)
    return Ended(asked, 204)
