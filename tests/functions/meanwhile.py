"""Something that happens while a request is under way."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

import boto3

from chat_transfer.runtime import AWS_CALLS
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


@contextmanager
def after_a_read(act: Callable[[], object], nth: int = 1) -> Iterator[None]:
    """Act once, after the nth read of an item of the table took effect, before it is answered."""
    # The client that the handlers have: the session keeps it.
    events = boto3.client("dynamodb", config=AWS_CALLS).meta.events
    event, seen = "after-call.dynamodb.GetItem", count(1)
    acted: list[bool] = []

    def read(**_: object) -> None:
        if next(seen) == nth:
            acted.append(True)
            act()

    events.register(event, read)
    try:
        yield
    finally:
        events.unregister(event, read)
    assert acted, "nothing was read"
