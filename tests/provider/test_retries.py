"""Calls that Twilio turns away are sent again, for up to a minute and not all at once."""

import time
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi.runtime.proto import provider_pb2 as messages

from pulumi_twilio.retries import LONGEST, PATIENCE, wait_before_retry
from tests.provider.plugin_process import TASK_QUEUE, Engine, Refused, struct, urn
from tests.sampling import IS_FULL
from twilio_emulator.server import RunningTwilio

chances = st.floats(0, 1)
QUEUES = 120
AT_ONCE = 16
CALLS_A_SECOND = 10 if IS_FULL else 40


@settings(deadline=None)
@given(st.randoms())
def test_waits_add_up_to_the_patience(random: Random) -> None:
    waited, retries = 0.0, 0
    for _ in range(500):
        wait = wait_before_retry(retries, None, waited, random.random())
        if wait is None:
            break
        assert 0 < wait <= LONGEST
        waited, retries = waited + wait, retries + 1
    assert waited == pytest.approx(PATIENCE)
    assert retries < 25


@settings(deadline=None)
@given(st.integers(0, 30), st.floats(0, 50), chances)
def test_a_call_waits_at_least_for_what_twilio_asks(
    retries: int, retry_after: float, chance: float
) -> None:
    wait = wait_before_retry(retries, retry_after, 0, chance)
    assert wait is not None
    assert retry_after <= wait <= retry_after + 1


def test_a_call_gives_up_when_twilio_asks_for_more_than_is_left() -> None:
    assert wait_before_retry(1, 30, 31, 0) is None
    assert wait_before_retry(1, 61, 0, 0) is None
    assert wait_before_retry(1, 30, 30, 0) == 30


def test_calls_that_were_turned_away_together_do_not_come_back_together() -> None:
    for retry_after in (None, 1.0):
        assert wait_before_retry(0, retry_after, 0, 0.1) != wait_before_retry(
            0, retry_after, 0, 0.9
        )


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_eight_answers_of_429_do_not_end_a_deployment(
    engine: Engine, twilio: RunningTwilio, workspace_sid: str, method: str
) -> None:
    twilio.faults.status(429, method=method, times=8, retry_after=0)
    engine.create(TASK_QUEUE, {"workspaceSid": workspace_sid, "friendlyName": "Night"})
    statuses = [entry.status for entry in twilio.journal.matching(method)]
    assert statuses[:8] == [429] * 8


def test_a_wait_that_is_too_long_is_told_at_once(
    engine: Engine, twilio: RunningTwilio, workspace_sid: str
) -> None:
    twilio.faults.status(429, method="GET", times=None, retry_after=61)
    with pytest.raises(Refused, match="run the same command again later"):
        engine.create(TASK_QUEUE, {"workspaceSid": workspace_sid, "friendlyName": "Night"})
    assert len(twilio.journal) == 1


def test_failures_are_tried_again_a_few_times(
    engine: Engine, twilio: RunningTwilio, workspace_sid: str
) -> None:
    twilio.faults.status(503, method="GET", times=None, retry_after=0)
    with pytest.raises(Refused, match="Twilio had a problem"):
        engine.create(TASK_QUEUE, {"workspaceSid": workspace_sid, "friendlyName": "Night"})
    assert len(twilio.journal) == 5


def test_a_burst_of_120_queues_is_created_at_the_rate_that_twilio_allows(
    engine: Engine, twilio: RunningTwilio, workspace_sid: str
) -> None:
    twilio.faults.status(429, times=None, beyond=CALLS_A_SECOND)

    def create(number: int) -> float:
        begun = time.monotonic()
        inputs = {"workspaceSid": workspace_sid, "friendlyName": f"Queue {number}"}
        request = messages.CreateRequest(urn=urn(TASK_QUEUE), properties=struct(inputs))
        engine.stub.Create(request, timeout=90)
        return time.monotonic() - begun

    with ThreadPoolExecutor(AT_ONCE) as threads:
        slowest = max(threads.map(create, range(QUEUES)))

    created = twilio.journal.matching("POST", "/TaskQueues$")
    turned_away = [entry for entry in twilio.journal if entry.status == 429]
    assert sum(entry.status == 201 for entry in created) == QUEUES
    assert turned_away
    assert slowest < PATIENCE
