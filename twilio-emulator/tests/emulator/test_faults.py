"""Injected faults: how a call fails, and whether it takes effect."""

import threading
import time

import pytest
import requests

from twilio_emulator.server import RunningTwilio


def create(twilio: RunningTwilio, timeout: float = 5) -> requests.Response:
    centre = twilio.centre
    return requests.post(
        f"{twilio.base_url}/taskrouter/v1/Workspaces/{centre.workspace_sid}/Tasks",
        data={"WorkflowSid": centre.workflows["Escalations"]},
        auth=centre.api_key,
        timeout=timeout,
    )


def tasks(twilio: RunningTwilio) -> int:
    return len(twilio.centre.workspace.tables.tasks)


@pytest.mark.parametrize(
    ("status", "code"), [(500, 20500), (503, 20500), (429, 20429), (412, 20412)]
)
def test_an_injected_error_is_answered_once_and_changes_nothing(
    twilio: RunningTwilio, status: int, code: int
) -> None:
    before = tasks(twilio)
    twilio.faults.status(status, method="POST", path=r"/Tasks$", retry_after=7)
    answer = create(twilio)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["Retry-After"] == "7"
    assert tasks(twilio) == before
    assert create(twilio).status_code == 201


def test_a_permanent_error_lasts_until_it_is_cleared(twilio: RunningTwilio) -> None:
    twilio.faults.status(500, path=r"/Tasks$", times=None)
    assert {create(twilio).status_code for _ in range(4)} == {500}
    twilio.faults.clear()
    assert create(twilio).status_code == 201


def test_a_fault_for_the_nth_call_affects_no_other(twilio: RunningTwilio) -> None:
    twilio.faults.status(500, path=r"/Tasks$", nth=2)
    twilio.faults.status(500, path=r"/Workers$", times=None)
    assert [create(twilio).status_code for _ in range(3)] == [201, 500, 201]


def test_a_limit_of_rate_lets_so_many_calls_a_second_through(twilio: RunningTwilio) -> None:
    twilio.faults.status(429, path=r"/Tasks$", times=None, beyond=3)

    statuses = [create(twilio).status_code for _ in range(5)]
    time.sleep(1)

    assert statuses == [201, 201, 201, 429, 429]
    assert create(twilio).status_code == 201


@pytest.mark.parametrize("takes_effect", [False, True])
def test_a_cut_connection_loses_the_answer_before_or_after_the_effect(
    twilio: RunningTwilio, *, takes_effect: bool
) -> None:
    before = tasks(twilio)
    twilio.faults.close(path=r"/Tasks$", takes_effect=takes_effect)
    with pytest.raises(requests.ConnectionError):
        create(twilio)
    assert tasks(twilio) - before == takes_effect
    assert create(twilio).status_code == 201


@pytest.mark.parametrize("takes_effect", [False, True])
def test_silence_lasts_until_the_caller_times_out(
    twilio: RunningTwilio, *, takes_effect: bool
) -> None:
    before = tasks(twilio)
    twilio.faults.silence(30, path=r"/Tasks$", takes_effect=takes_effect)
    with pytest.raises(requests.ReadTimeout):
        create(twilio, timeout=0.3)
    assert tasks(twilio) - before == takes_effect
    assert create(twilio).status_code == 201


def test_silence_ends_with_a_cut_connection(twilio: RunningTwilio) -> None:
    twilio.faults.silence(0.2, path=r"/Tasks$")
    with pytest.raises(requests.ConnectionError):
        create(twilio)


def test_latency_delays_the_answer(twilio: RunningTwilio) -> None:
    twilio.faults.latency(0.2, path=r"/Tasks$")
    started = time.monotonic()
    assert create(twilio).status_code == 201
    assert time.monotonic() - started >= 0.2


def test_the_journal_names_the_fault_of_each_call(twilio: RunningTwilio) -> None:
    twilio.faults.close(path=r"/Tasks$", takes_effect=True)
    twilio.faults.status(500, path=r"/Tasks$", nth=2)
    with pytest.raises(requests.ConnectionError):
        create(twilio)
    create(twilio)
    create(twilio)
    told = [(entry.status, entry.fault) for entry in twilio.journal]
    assert told == [(None, "close, took effect"), (500, "500"), (201, None)]


def give_up(twilio: RunningTwilio) -> None:
    with pytest.raises(requests.ReadTimeout):
        create(twilio, timeout=1)


def test_waiting_for_a_fault_returns_right_after_the_call(twilio: RunningTwilio) -> None:
    before = tasks(twilio)
    twilio.faults.silence(30, path=r"/Tasks$", takes_effect=True)
    caller = threading.Thread(target=give_up, args=(twilio,))
    caller.start()
    assert twilio.faults.wait(timeout=5)
    assert tasks(twilio) == before + 1
    assert not twilio.faults.wait(count=2, timeout=0.1)
    caller.join()
    twilio.faults.clear()
    assert twilio.faults.count == 0


def test_the_pattern_of_a_recorded_call_matches_other_objects(twilio: RunningTwilio) -> None:
    centre = twilio.centre
    url = f"{twilio.base_url}/taskrouter/v1/Workspaces/{centre.workspace_sid}/Tasks"
    chat, sms = (f"{url}/{centre.tasks[name]}" for name in ("chat", "sms"))
    requests.get(chat, auth=centre.api_key, timeout=5)
    recorded = twilio.journal.entries[0]
    twilio.faults.status(500, method=recorded.method, path=recorded.pattern, times=None)
    assert requests.get(sms, auth=centre.api_key, timeout=5).status_code == 500
    assert requests.get(url, auth=centre.api_key, timeout=5).status_code == 200


def test_faults_can_be_set_over_http(twilio: RunningTwilio) -> None:
    url = f"{twilio.base_url}/emulator/faults"
    fault = {"kind": "status", "status": 503, "path": "/Tasks$", "times": None}
    assert requests.post(url, json=fault, timeout=5).json()["faults"][0]["status"] == 503
    assert create(twilio).status_code == 503
    assert requests.delete(url, timeout=5).status_code == 204
    assert create(twilio).status_code == 201


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ({"kind": "nope"}, "kind is 'nope'; expected one of status, close"),
        ({"kind": "status", "path": "["}, "path is no regular expression"),
        ({"kind": "status", "sort": "x"}, "unexpected keyword argument 'sort'"),
    ],
)
def test_an_invalid_fault_is_refused_when_it_is_set(
    twilio: RunningTwilio, fault: dict[str, str], why: str
) -> None:
    """Not with an error of every call that comes after it."""
    answer = requests.post(f"{twilio.base_url}/emulator/faults", json=fault, timeout=5)
    assert answer.status_code == 400
    assert why in answer.json()["message"]
    assert create(twilio).status_code == 201
