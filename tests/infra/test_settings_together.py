"""Config keys that depend on each other."""

import pytest

from tests.infra.declared import CONFIG, KEY_ARN, SECRETS
from transfer_stack.bundle import PYTHON_VERSION
from transfer_stack.read_settings import SettingsError, read_settings
from transfer_stack.settings import StackSettings

PROJECT = "flex-chat-transfer"
COMMIT = "0123456789ab"


def read(**changes: str) -> StackSettings:
    config = {**CONFIG, **{f"{PROJECT}:{key}": value for key, value in changes.items()}}
    return read_settings(config, SECRETS, project=PROJECT, stack="dev", commit=lambda: COMMIT)


@pytest.mark.parametrize(
    ("given", "key", "fault"),
    [
        ({"domainName": "transfers.example.com"}, "hostedZoneId", "missing"),
        ({"hostedZoneId": "Z0123456789"}, "domainName", "missing"),
        ({"alarmLatencySeconds": "25"}, "alarmLatencySeconds", "25 is never reached"),
        (
            {"alarmLatencySeconds": "10", "lambdaTimeoutSeconds": "10"},
            "alarmLatencySeconds",
            "10 is never reached",
        ),
        (
            {"kmsKeyArn": KEY_ARN.replace("eu-west-1", "us-east-1")},
            "kmsKeyArn",
            "a key in us-east-1",
        ),
    ],
)
def test_keys_that_contradict_each_other_are_refused(
    given: dict[str, str], key: str, fault: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        read(**given)

    (problem,) = caught.value.problems
    assert str(problem).startswith(f"{PROJECT}:{key}: {fault}; expected ")


def test_a_short_timeout_brings_the_latency_alarm_down_with_it() -> None:
    assert read(lambdaTimeoutSeconds="7").alarms.latency_seconds == 6


def test_the_commit_is_tagged_unless_configured_off() -> None:
    assert read(tagCommit="true").tags["commit"] == COMMIT
    assert "commit" not in read(tagCommit="false").tags


def test_the_functions_runtime_has_snap_start() -> None:
    # https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html#snapstart-runtimes
    assert tuple(map(int, PYTHON_VERSION.split("."))) >= (3, 12)
