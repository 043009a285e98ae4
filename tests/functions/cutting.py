"""A transfer cut off after one of its calls, in this process: it sends no call any more."""

from typing import Any

import pytest

from chat_transfer.twilio.client import Transport
from tests.functions.conftest import Deployment
from tests.functions.recording import Call


class CutOff(BaseException):
    """Not an `Exception`: nobody catches it, as nobody catches a kill."""


def cut_off_after(
    running: Deployment, call: Call, task_sid: str, target: str = "dev", by: str = "ana"
) -> None:
    """Transfer a task, and let no call pass, nor its answer, once this one took effect."""
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

    event = running.transfer_event(task_sid, running.twilio.centre.workers.get(target, target), by)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Transport, "request", request)
        with pytest.raises(CutOff):
            running.invoke(event)
