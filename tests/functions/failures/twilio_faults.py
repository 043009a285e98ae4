"""The ways in which a call to Twilio fails, at once or late."""

import time
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from tests.functions.conftest import Deployment
from tests.functions.recording import Call
from twilio_emulator.faults import Fault

# How long a call waits for its answer, and when a late one takes effect: before a transfer ends,
# which searches for a new task for 0.3 seconds, or after it.
READ_SECONDS = 0.15
LATE_SECONDS = 0.3
MUCH_LATER_SECONDS = 0.8
AFTER_THE_ANSWER = "takes effect after the answer"

FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        "500 once": Fault("status", status=500),
        "500 always": Fault("status", status=500, times=None),
        "429 once": Fault("status", status=429),
        "429 always": Fault("status", status=429, times=None),
        "closed before": Fault("close"),
        "closed before, always": Fault("close", times=None),
        "closed after it took effect": Fault("close", takes_effect=True),
        "closed after it took effect, always": Fault("close", takes_effect=True, times=None),
        "no answer": Fault("silence", seconds=60, times=None),
        "412": Fault("status", status=412),
    }
)
LATE_FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        "takes effect late": Fault("latency", seconds=LATE_SECONDS),
        "takes effect late, always": Fault("latency", seconds=LATE_SECONDS, times=None),
        "takes effect after the answer, before the next request": Fault(
            "latency", seconds=MUCH_LATER_SECONDS, times=None
        ),
        AFTER_THE_ANSWER: Fault("latency", seconds=MUCH_LATER_SECONDS, times=None),
    }
)


def fail(running: Deployment, call: Call, fault: Fault) -> None:
    """Let a call fail from now on."""
    running.twilio.faults.add(replace(fault, **call.rule))


def let_all_take_effect(running: Deployment, delay: float) -> None:
    """Wait for the calls that were given up, and for what a switch delays, in seconds."""
    deadline = time.monotonic() + 5
    while any(one.status is None and one.fault is None for one in running.twilio.journal):
        assert time.monotonic() < deadline, "a call is still under way"
        time.sleep(0.01)
    time.sleep(delay)
    running.twilio.centre.settle()
