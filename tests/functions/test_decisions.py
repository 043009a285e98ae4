"""The pure functions: what attributes become, who may, what is routed, what a failure becomes."""

import doctest
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_transfer.http.request import Target
from chat_transfer.settings import ConfigurationError, Settings
from chat_transfer.transfer import attributes, checks
from chat_transfer.transfer.answers import answer_to
from chat_transfer.transfer.checks import is_routed
from chat_transfer.twilio import client as twilio_client
from chat_transfer.twilio.agents import Caller, holder_of, identity_of
from chat_transfer.twilio.client import Credentials, emulator_url
from chat_transfer.twilio.failures import (
    CredentialsRefused,
    NoAnswer,
    OutOfTime,
    RateLimited,
    Refused,
    ServerFailed,
    TwilioFailure,
    Unreachable,
)
from chat_transfer.twilio.retries import Budget, RetryPolicy
from chat_transfer.twilio.taskrouter import Reservation, Task

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def task(**content: Any) -> Task:
    return Task(
        sid="WT1",
        attributes=content,
        etag='"1"',
        assignment_status="assigned",
        priority=0,
        task_channel="chat",
        workflow_sid="WW1",
        date_created=None,
        virtual_start_time=None,
    )


@pytest.mark.parametrize("module", [checks, twilio_client])
def test_the_examples_in_the_docstrings(module: Any) -> None:
    assert doctest.testmod(module).failed == 0


@given(st.dictionaries(st.text(), JSON))
def test_a_transfer_adds_to_the_attributes_and_takes_nothing_away(content: dict[str, Any]) -> None:
    original = task(**{"channelSid": "CH1", **content})
    made = attributes.transferred(
        original, Target("WQ1"), ignore_agent="ana", ignore_worker_sids=["WK1", "WK2"]
    )
    ours = {"targetSid", "transferTargetType", "ignoreAgent", "ignoreWorkerSids", "transferredFrom"}
    for name, value in original.attributes.items():
        assert name in ours or made[name] == value
    assert set(made) == set(original.attributes) | ours | {"conversations"}


def test_insights_links_a_chain_to_its_first_task() -> None:
    made = attributes.transferred(task(), Target("WK2"), ignore_agent="a", ignore_worker_sids=[])
    assert made["conversations"] == {"conversation_id": "WT1"}
    kept = attributes.transferred(
        task(conversations={"case": 7}), Target("WK2"), ignore_agent="a", ignore_worker_sids=[]
    )
    assert kept["conversations"] == {"case": 7}


@pytest.mark.parametrize("character", ["x", "é", "😀"])
def test_the_limit_of_attributes_is_in_characters(character: str) -> None:
    fixed = len('{"a":""}')
    assert attributes.fit({"a": character * (4096 - fixed)})
    assert not attributes.fit({"a": character * (4097 - fixed)})


@pytest.mark.parametrize(
    ("worker_sid", "roles", "allowed"),
    [
        ("WK1", ["agent"], True),
        ("WK2", ["agent"], False),
        (None, ["agent"], False),
        ("WK2", ["supervisor"], True),
        (None, ["admin"], True),
        (None, [], False),
        ("WK2", ["Supervisor", "superadmin"], False),
    ],
)
def test_who_may_transfer(worker_sid: str | None, roles: list[str], allowed: bool) -> None:
    caller = Caller(identity="i", worker_sid=worker_sid, roles=frozenset(roles))
    assert caller.may_act_for("WK1") is allowed


def test_nobody_without_a_worker_holds_a_task_that_nobody_holds() -> None:
    caller = Caller(identity="i", worker_sid=None, roles=frozenset())
    assert not caller.may_act_for(None)


@pytest.mark.parametrize(
    ("statuses", "holder"),
    [
        ([], None),
        (["rejected", "timeout", "pending"], None),
        (["rejected", "accepted"], "WK1"),
        (["wrapping"], "WK0"),
        (["completed", "canceled", "rescinded"], None),
    ],
)
def test_who_holds_a_task(statuses: list[str], holder: str | None) -> None:
    reservations = [Reservation(f"WK{i}", status) for i, status in enumerate(statuses)]
    assert holder_of(reservations) == holder


@pytest.mark.parametrize(
    ("content", "identity"),
    [
        ({"contact_uri": "client:ana_40example_2Ecom"}, "ana_40example_2Ecom"),
        ({"contact_uri": "ana"}, "ana"),
        ({"contact_uri": "client:"}, None),
        ({"contact_uri": 5}, None),
        ({}, None),
    ],
)
def test_the_identity_of_a_worker(content: dict[str, Any], identity: str | None) -> None:
    assert identity_of(content) == identity


def routing(*filters: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "task_routing": {
            "filters": [{"expression": "1==1", "targets": one} for one in filters],
            "default_filter": {"queue": "WQdefault"},
        }
    }


@pytest.mark.parametrize(
    ("configuration", "target", "routed"),
    [
        (routing([{"queue": "WQ1"}]), "WQ1", True),
        (routing([{"queue": "WQ1"}], [{"queue": "WQ2"}, {"queue": "WQ3"}]), "WQ3", True),
        (routing([{"queue": "WQ1"}]), "WQ2", False),
        (routing([{"queue": "WQ1"}]), "WQdefault", False),
        (routing([{"queue": "WQ1"}]), "WK1", False),
        (routing([{"queue": "WQ1", "known_worker_sid": "task.targetSid"}]), "WK1", True),
        (routing(), "WW1", True),
        ({}, "WQ1", False),
        ({"task_routing": None}, "WK1", False),
        ({"task_routing": {"filters": None}}, "WQ1", False),
        ({"task_routing": {"filters": [{}]}}, "WQ1", False),
    ],
)
def test_what_is_routed(configuration: dict[str, Any], target: str, routed: bool) -> None:
    assert is_routed(configuration, Target(target)) is routed


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (RateLimited(2.1), 503, "twilio_rate_limited"),
        (OutOfTime(), 504, "out_of_time"),
        (NoAnswer(), 504, "out_of_time"),
        (CredentialsRefused(), 502, "twilio_credentials"),
        (Refused(400, 20001), 502, "twilio_refused"),
        (ServerFailed(), 502, "twilio_failed"),
        (Unreachable(may_have_happened=True), 502, "twilio_failed"),
    ],
)
@pytest.mark.parametrize("rolled_back", [True, False, None])
def test_the_answer_to_a_failure(
    failure: TwilioFailure, status: int, code: str, rolled_back: bool | None
) -> None:
    problem = answer_to(failure, rolled_back=rolled_back)
    assert (problem.status, problem.code) == (status, code)
    assert problem.as_body().get("rolledBack") is rolled_back
    assert ("same request again" in problem.detail) is (rolled_back is False)


@pytest.mark.parametrize(("header", "answered"), [(2.1, 3), (None, 5), (0.0, 5)])
def test_retry_after_is_always_there(header: float | None, answered: int) -> None:
    assert answer_to(RateLimited(header), rolled_back=True).retry_after == answered


@pytest.mark.parametrize(
    ("url", "sent_to"),
    [
        ("https://taskrouter.twilio.com/v1/Workspaces", "http://e:1/taskrouter/v1/Workspaces"),
        ("https://flex-api.dublin.ie1.twilio.com/v1/C?a=b", "http://e:1/flex-api/v1/C?a=b"),
        ("http://e:1/taskrouter/v1/Tasks?Page=1", "http://e:1/taskrouter/v1/Tasks?Page=1"),
    ],
)
def test_where_calls_to_an_emulator_go(url: str, sent_to: str) -> None:
    assert emulator_url(url, "http://e:1") == sent_to


def test_credentials_are_not_shown() -> None:
    assert "hush" not in repr(Credentials("AC1", "hush"))


ENVIRONMENT = {
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_WORKSPACE_SID": "WS1",
    "TWILIO_CHAT_TRANSFER_WORKFLOW_SID": "WW1",
    "TWILIO_SECRET_ARN": "arn:1",
}


def test_an_empty_variable_is_an_unset_one() -> None:
    settings = Settings.from_environment({**ENVIRONMENT, "TWILIO_REGION": "", "TWILIO_EDGE": "e"})
    assert (settings.region, settings.edge) == (None, "e")
    with pytest.raises(ConfigurationError, match="TWILIO_WORKSPACE_SID, TWILIO_SECRET_ARN"):
        Settings.from_environment(
            {**ENVIRONMENT, "TWILIO_WORKSPACE_SID": "", "TWILIO_SECRET_ARN": ""}
        )


class Clock:
    """Time that goes by only when it is told to."""

    now = 100.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.mark.parametrize(
    ("remaining_ms", "forward", "in_all"),
    [(60_000, 20.0, 28.0), (29_000, 20.0, 28.0), (10_500, 5.7, 9.5), (900, 0.0, 0.0)],
)
def test_a_budget_keeps_time_for_an_undo(remaining_ms: int, forward: float, in_all: float) -> None:
    budget = Budget.of_invocation(remaining_ms, Clock())
    assert budget.remaining() == pytest.approx(forward)
    budget.use_all()
    assert budget.remaining() == pytest.approx(in_all)


def test_retries_end_with_the_budget() -> None:
    clock = Clock()
    budget = Budget.of_invocation(29_000, clock)
    sent: list[None] = []

    def refuse() -> None:
        sent.append(None)
        raise RateLimited(60.0)

    with pytest.raises(RateLimited):
        RetryPolicy(budget).call(refuse)
    assert len(sent) == 1  # a wait of a minute is not begun


def test_what_is_not_transient_is_sent_once() -> None:
    sent: list[None] = []

    def refuse() -> None:
        sent.append(None)
        raise Refused(400)

    with pytest.raises(Refused):
        RetryPolicy(Budget.of_invocation(29_000, Clock())).call(refuse)
    assert len(sent) == 1
