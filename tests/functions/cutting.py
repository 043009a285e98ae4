"""A transfer that stops half-way, in this process: it sends no further call."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from chat_transfer.twilio.client import Transport
from tests.functions.conftest import Deployment
from tests.functions.recording import Call
from twilio_emulator.faults import Faults


class CutOff(BaseException):
    """Not an `Exception`: no code catches it, as none catches a kill."""


def cut_off_after(
    running: Deployment, call: Call, task_sid: str, target: str = "dev", by: str = "ana"
) -> None:
    """Transfer a task, and stop after this call took effect, before its answer arrives."""
    event = running.transfer_event(task_sid, running.twilio.centre.workers.get(target, target), by)
    with cut_off(running, call), pytest.raises(CutOff):
        running.invoke(event)


@contextmanager
def cut_off(running: Deployment, call: Call) -> Iterator[None]:
    """Stop what runs after this call took effect, before its answer arrives: `CutOff`."""
    send, journal = Transport.request, running.twilio.journal
    journal.clear()

    def check() -> None:
        if len(journal.matching(call.method, f"^{call.path}$")) >= call.nth:
            raise CutOff

    def request(self: Transport, *args: Any, **kwargs: Any) -> Any:
        check()
        answer = send(self, *args, **kwargs)
        check()
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Transport, "request", request)
        yield


def lose_creation(faults: Faults) -> None:
    """Let the creation take effect without an answer, and the search for it fail."""
    faults.close(method="POST", path="/Tasks$", takes_effect=True, times=None)
    faults.status(500, method="GET", path="/Tasks$", times=None)
