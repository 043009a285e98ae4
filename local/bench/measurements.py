"""What is measured, and how: requests to warm and to new execution environments."""

import os
import platform
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from statistics import median, quantiles
from typing import Final
from zipfile import ZipFile

import requests

from local import ROOT
from local.bench.environment import Answered, BenchError, Environment, Function, RefusedError
from local.bench.events import KINDS, transfer_event
from local.bench.looks import CALL_SECONDS, OFFERS, Looks, looks
from local.stack import LocalStack
from twilio_emulator.sids import new_sid

BUNDLE: Final = ROOT / "build" / "functions.zip"
ADDED_SECONDS: Final = 0.05
WARM_UP: Final = 2
MOST_COLD_STARTS: Final = 5
EVENTS: Final = 1000
EVENTS_AT_ONCE: Final = 5
EVENT_TIMEOUT_SECONDS: Final = 60
# Of a kind's transfers at the most: a call that is answered late is made again, on a busy machine.
MOST_LEFT_OUT: Final = 0.25


@dataclass(frozen=True, slots=True)
class Transfer:
    """A warm transfer of one kind of task; times are medians.

    Attributes
    ----------
    twilio_calls, aws_calls
        Calls of one transfer.
    in_a_row
        The most calls to Twilio of which each began after the one before was answered, with added
        latency.
    round_trips
        By how many times the added latency of Twilio the fastest transfer took longer: how many
        calls to Twilio come one after the other. The fastest, since other work on the machine only
        adds time (https://docs.python.org/3/library/timeit.html#timeit.Timer.repeat). Times in
        which only AWS was awaited are left out: the emulated DynamoDB's vary by more than a round
        trip.
    own_ms
        Milliseconds without added latency in which no answer of Twilio or AWS was awaited.
    cpu_ms
        Milliseconds of processor time, which other work on the machine hardly changes.
    total_ms
        Milliseconds without added latency.
    left_out
        How many transfers are in none of these, since they failed or made other calls than most.
    """

    twilio_calls: int
    in_a_row: int
    round_trips: float
    aws_calls: int
    own_ms: float
    cpu_ms: float
    total_ms: float
    left_out: int


@dataclass(frozen=True, slots=True)
class Measured:
    """One transfer: the added latency, its calls to Twilio, and its answer if that was 200."""

    latency: float
    twilio_calls: int
    answered: Answered | None

    @property
    def calls(self) -> tuple[int, int] | None:
        """Return the numbers of calls to Twilio and to AWS; None if the transfer failed."""
        return (self.twilio_calls, self.answered.aws_calls) if self.answered else None


@dataclass(frozen=True, slots=True)
class ColdStart:
    """A new process in milliseconds, medians: until it is ready, of that the import, one request.

    The bundle has no bytecode, so the import compiles it. On AWS, SnapStart leaves out all of it.
    """

    ready_ms: float
    import_ms: float
    first_request_ms: float


@dataclass(frozen=True, slots=True)
class Report:
    """All that was measured, and on what.

    ``events_ms`` is the 99th percentile of a request of Twilio with an event, some of them at once.
    It takes the emulated API Gateway, the function that receives it, and the queue.
    """

    transfers: Mapping[str, Transfer]
    cold_start: ColdStart
    looks: Looks
    requests_per_second: float
    events_ms: float
    bundle_bytes: int
    bundle_files: int
    repeats: int
    python: str
    processors: int | None


def measured(stack: LocalStack, repeats: int, tell: Callable[[str], None]) -> Report:
    """Measure the functions of a stack.

    Parameters
    ----------
    stack
        A stack that is up and does nothing else meanwhile.
    repeats
        How often each request is sent.
    tell
        Hears what is measured next.

    Raises
    ------
    BenchError
        When more than a few transfers fail or make other calls than most of their kind.
    """
    function = Function.deployed(stack, "transfer_chat")
    schedule = Function.deployed(stack, "transfer_events")
    with function.started(BUNDLE) as environment:
        transfers = {}
        for kind in KINDS:
            tell(f"Transferring a {kind}, with and without added latency")
            transfers[kind] = _transfer(environment, stack, kind, repeats)
        tell("Transferring one conversation after the other")
        rate = _rate(environment, stack, repeats)
    tell(f"Sending {EVENTS} events, {EVENTS_AT_ONCE} at once")
    events = _events(stack)
    tell("Starting new processes")
    cold = _cold_start(function, stack, min(repeats, MOST_COLD_STARTS))
    tell(f"Looking at {OFFERS} open offers, {CALL_SECONDS} s a call of Twilio")
    with function.started(BUNDLE) as transfer, schedule.started(BUNDLE) as process:
        looked = looks(stack, transfer, process)
    with ZipFile(BUNDLE) as bundle:
        files = len(bundle.namelist())
    return Report(
        transfers,
        cold,
        looked,
        rate,
        events,
        BUNDLE.stat().st_size,
        files,
        repeats,
        platform.python_version(),
        os.cpu_count(),
    )


def _transfer(environment: Environment, stack: LocalStack, kind: str, repeats: int) -> Transfer:
    for _ in range(WARM_UP):
        environment.ask(transfer_event(stack, kind))
    found: list[Measured] = []
    refused: RefusedError | None = None
    # In turn, so that both meet the same machine.
    for _ in range(repeats):
        for latency in (0.0, ADDED_SECONDS):
            event = transfer_event(stack, kind)
            stack.twilio.faults.clear()
            if latency:
                stack.twilio.faults.latency(latency)
            stack.twilio.journal.clear()
            try:
                answered = environment.ask(event)
            except RefusedError as error:
                answered, refused = None, error
            found.append(Measured(latency, len(stack.twilio.journal), answered))
    stack.twilio.faults.clear()
    try:
        return summary(kind, found)
    except BenchError as error:
        raise BenchError(f"{error}; {refused}" if refused else str(error)) from error


def summary(kind: str, found: Sequence[Measured]) -> Transfer:
    """Return what transfers of a kind have in common, without those that differ from most.

    Raises
    ------
    BenchError
        When too many differ.
    """
    counted = Counter(one.calls for one in found)
    calls, _ = counted.most_common(1)[0]
    usual = [(one.latency, one.answered) for one in found if one.calls == calls and one.answered]
    left_out = len(found) - len(usual)
    plain = [answered for latency, answered in usual if not latency]
    delayed = [answered for latency, answered in usual if latency]
    if calls is None or left_out > MOST_LEFT_OUT * len(found) or not (plain and delayed):
        raise BenchError(
            f"transfers of a {kind} failed (None) or made (Twilio, AWS) calls that differ, on a "
            f"machine that may be busy: {dict(counted)}"
        )
    without_aws = [
        min(answer.own_seconds + answer.twilio_seconds for answer in answers)
        for answers in (plain, delayed)
    ]
    twilio_calls, aws_calls = calls
    return Transfer(
        twilio_calls,
        max(answer.twilio_in_a_row for answer in delayed),
        round((without_aws[1] - without_aws[0]) / ADDED_SECONDS, 2),
        aws_calls,
        own_ms=_milliseconds(median(answer.own_seconds for answer in plain)),
        cpu_ms=_milliseconds(median(answer.cpu_seconds for answer in plain)),
        total_ms=_milliseconds(median(answer.seconds for answer in plain)),
        left_out=left_out,
    )


def _rate(environment: Environment, stack: LocalStack, repeats: int) -> float:
    events = [transfer_event(stack, "conversation") for _ in range(repeats)]
    started = time.perf_counter()
    for event in events:
        environment.ask(event)
    return round(repeats / (time.perf_counter() - started), 1)


def _events(stack: LocalStack) -> float:
    def send(_number: int) -> float:
        started = time.perf_counter()
        try:
            answer = requests.post(
                f"{stack.endpoint}/events",
                json=[{"specversion": "1.0", "data": {"payload": {"task_sid": new_sid("WT")}}}],
                auth=("twilio", stack.events_password),
                timeout=EVENT_TIMEOUT_SECONDS,
            )
        except requests.Timeout:
            return time.perf_counter() - started
        except requests.RequestException as error:
            raise BenchError(f"an event was not answered: {error}") from error
        if answer.status_code != HTTPStatus.NO_CONTENT:
            raise BenchError(f"an event was answered {answer.status_code}: {answer.text}")
        return time.perf_counter() - started

    with ThreadPoolExecutor(EVENTS_AT_ONCE) as threads:
        list(threads.map(send, range(EVENTS_AT_ONCE)))  # as many processes start
        return _milliseconds(quantiles(threads.map(send, range(EVENTS)), n=100)[-1])


def _cold_start(function: Function, stack: LocalStack, repeats: int) -> ColdStart:
    ready, imported, first = [], [], []
    for _ in range(repeats):
        with function.started(BUNDLE) as environment:
            ready.append(environment.start_seconds)
            imported.append(environment.import_seconds)
            first.append(environment.ask(transfer_event(stack, "conversation")).seconds)
    return ColdStart(*(_milliseconds(median(seconds)) for seconds in (ready, imported, first)))


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 1)
