"""Task queues over gRPC: what is declared is checked and compared, without Twilio."""

import pytest

from tests.provider.plugin_process import TASK_QUEUE, UNKNOWN, Engine

WS = "WS" + "0" * 32
OTHER_WS = "WS" + "1" * 32
DECLARED = {"workspaceSid": WS, "friendlyName": "Night"}
STATE = {
    "sid": "WQ" + "0" * 32,
    "accountSid": "AC" + "0" * 32,
    "workspaceSid": WS,
    "friendlyName": "Night",
    "targetWorkers": "1==1",
    "maxReservedWorkers": 1,
    "taskOrder": "FIFO",
    "dateCreated": "2026-01-02T03:04:05Z",
    "adopted": False,
}


# Check


@pytest.mark.parametrize(
    ("given", "wrong", "expectation"),
    [
        ({"friendlyName": None}, "friendlyName", "is missing"),
        ({"friendlyName": "  "}, "friendlyName", "a name, not empty"),
        ({"workspaceSid": WS.lower()}, "workspaceSid", "WS and 32 hexadecimal digits, lower-case"),
        ({"workspaceSid": "WS" + "A" * 32}, "workspaceSid", "lower-case"),
        ({"workspaceSid": WS + "\n"}, "workspaceSid", "WS and 32"),
        ({"maxReservedWorkers": 0}, "maxReservedWorkers", "from 1 to 50, not 0"),
        ({"maxReservedWorkers": 51}, "maxReservedWorkers", "from 1 to 50, not 51"),
        ({"maxReservedWorkers": 1.5}, "maxReservedWorkers", "a whole number"),
        ({"maxReservedWorkers": True}, "maxReservedWorkers", "a whole number"),
        ({"taskOrder": "fifo"}, "taskOrder", "FIFO or LIFO, not 'fifo'"),
        ({"targetWorkers": 1}, "targetWorkers", "a string"),
        ({"targetWorkers": "skills HAS (("}, "targetWorkers", "cannot be read at character 12"),
        ({"targetWorkers": "skills"}, "targetWorkers", "cannot be read at its end"),
        ({"reservationActivitySid": "busy"}, "reservationActivitySid", "WA and 32"),
        ({"assignmentActivitySid": WS}, "assignmentActivitySid", "WA and 32"),
        ({"adoptExisting": "yes"}, "adoptExisting", "true or false"),
        ({"friendly_name": "Night"}, "friendly_name", "it has workspaceSid, friendlyName"),
    ],
)
def test_check_says_what_was_expected(
    process: Engine, given: dict[str, object], wrong: str, expectation: str
) -> None:
    failures = process.check(TASK_QUEUE, DECLARED | given)
    assert list(failures) == [wrong]
    assert expectation in failures[wrong]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"maxReservedWorkers": 50, "taskOrder": "LIFO", "targetWorkers": "", "adoptExisting": True},
        {"reservationActivitySid": "WA" + "0" * 32, "assignmentActivitySid": None},
        {"workspaceSid": UNKNOWN, "maxReservedWorkers": UNKNOWN, "friendlyName": UNKNOWN},
    ],
)
def test_check_passes_what_is_fine(process: Engine, given: dict[str, object]) -> None:
    assert process.check(TASK_QUEUE, DECLARED | given) == {}


# Diff


@pytest.mark.parametrize(
    ("given", "kinds"),
    [
        ({"friendlyName": "Day"}, {"friendlyName": "UPDATE"}),
        (
            {"maxReservedWorkers": 2, "taskOrder": "LIFO"},
            {"maxReservedWorkers": "UPDATE", "taskOrder": "UPDATE"},
        ),
        ({"reservationActivitySid": "WA" + "0" * 32}, {"reservationActivitySid": "ADD"}),
        ({"targetWorkers": UNKNOWN}, {"targetWorkers": "UPDATE"}),
    ],
)
def test_diff_names_each_change(
    process: Engine, given: dict[str, object], kinds: dict[str, str]
) -> None:
    answer = process.diff(TASK_QUEUE, STATE, DECLARED | given)
    assert answer["changes"] == "DIFF_SOME"
    assert "replaces" not in answer
    assert {key: each.get("kind", "ADD") for key, each in answer["detailedDiff"].items()} == kinds


@pytest.mark.parametrize("workspace_sid", [OTHER_WS, UNKNOWN])
def test_another_workspace_needs_another_queue(process: Engine, workspace_sid: str) -> None:
    answer = process.diff(TASK_QUEUE, STATE, DECLARED | {"workspaceSid": workspace_sid})
    assert answer["replaces"] == ["workspaceSid"]
    assert answer["detailedDiff"]["workspaceSid"]["kind"] == "UPDATE_REPLACE"
    assert "deleteBeforeReplace" not in answer


@pytest.mark.parametrize(
    "given",
    [{}, {"maxReservedWorkers": 1}, {"adoptExisting": True}, {"reservationActivitySid": None}],
)
def test_what_is_the_same_is_no_change(process: Engine, given: dict[str, object]) -> None:
    answer = process.diff(TASK_QUEUE, STATE, DECLARED | given)
    assert answer["changes"] == "DIFF_NONE"
    assert "detailedDiff" not in answer


def test_what_is_not_declared_is_the_default_but_not_on_an_adopted_queue(process: Engine) -> None:
    drifted = STATE | {"taskOrder": "LIFO"}
    assert process.diff(TASK_QUEUE, drifted, DECLARED)["diffs"] == ["taskOrder"]
    adopted = drifted | {"adopted": True}
    assert process.diff(TASK_QUEUE, adopted, DECLARED)["changes"] == "DIFF_NONE"


def test_ignored_changes_are_ignored(process: Engine) -> None:
    answer = process.diff(TASK_QUEUE, STATE, DECLARED | {"friendlyName": "Day"}, "friendlyName")
    assert answer["changes"] == "DIFF_NONE"
