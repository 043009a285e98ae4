"""Something that happens while a request is under way."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.functions.conftest import Deployment


@contextmanager
def meanwhile(
    deployment: Deployment, task_sid: str, act: Callable[[str], object]
) -> Iterator[None]:
    """Act as soon as the new task is there; `act` gets its SID."""
    centre = deployment.twilio.centre

    def watch() -> None:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for task in centre.open_tasks("transferredFrom", task_sid):
                act(task.sid)
                return
            time.sleep(0.005)

    with under_way(watch):
        yield


@contextmanager
def under_way(act: Callable[[], object]) -> Iterator[None]:
    """Run a function in a thread during the body, and wait for both."""
    thread = threading.Thread(target=act)
    thread.start()
    yield
    thread.join()
