"""Rolling all functions of a stack back, on the emulated AWS."""

import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest

from local.aws import emulated_aws
from roll_back import Function, NothingToGoBackToError, Version, chosen, main

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

PREFIX = "flex-chat-transfer-dev"
NAMES = [f"{PREFIX}-{name}" for name in ("get-workflows", "receive-events", "transfer-chat")]
NINE = dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator["LambdaClient"]:
    """Three functions of a stack and one of another, each with two versions, the newer one live."""
    with emulated_aws() as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.endpoint_url)
        monkeypatch.setenv("AWS_DEFAULT_REGION", aws.region)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
        client = boto3.client("lambda")
        trust = {"Version": "2012-10-17", "Statement": []}
        role = boto3.client("iam").create_role(
            RoleName="role", AssumeRolePolicyDocument=json.dumps(trust)
        )["Role"]
        for name in [*NAMES, f"{PREFIX}eloper-transfer-chat"]:
            client.create_function(
                FunctionName=name,
                Runtime="python3.13",
                Handler="main.handler",
                Role=role["Arn"],
                Code={"ZipFile": code(1)},
                Publish=True,
            )
            client.update_function_code(FunctionName=name, ZipFile=code(2), Publish=True)
            client.create_alias(FunctionName=name, Name="live", FunctionVersion="2")
        yield client


def code(number: int) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("main.py", f"number = {number}")
    return written.getvalue()


def live(client: "LambdaClient") -> set[str]:
    return {client.get_alias(FunctionName=name, Name="live")["FunctionVersion"] for name in NAMES}


def version(number: int, hour: int, state: str = "Active") -> Version:
    return Version(number, NINE.replace(hour=hour), state)


def test_all_functions_of_the_stack_go_back_together(
    client: "LambdaClient", monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # The emulated AWS gives both versions the second in which they were published.
    monkeypatch.setattr("roll_back.chosen", lambda functions, _: {it.name: 1 for it in functions})

    main([PREFIX, "--to", "2026-11-30T09:00Z"])

    assert live(client) == {"1"}
    other = client.get_alias(FunctionName=f"{PREFIX}eloper-transfer-chat", Name="live")
    assert other["FunctionVersion"] == "2"
    shown = capsys.readouterr().out
    assert [line for line in shown.splitlines() if not line.startswith(" ")] == NAMES
    assert shown.count("goes live") == 3


def test_without_a_time_nothing_changes(
    client: "LambdaClient", capsys: pytest.CaptureFixture[str]
) -> None:
    main([PREFIX])

    assert live(client) == {"2"}
    assert capsys.readouterr().out.count("live") == 3


def test_a_time_before_the_first_version_changes_nothing(
    client: "LambdaClient", capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([PREFIX, "--to", "2001-01-01T00:00Z"])

    assert live(client) == {"2"}
    assert "get-workflows has no version from before 2001" in capsys.readouterr().err


def test_each_function_goes_back_to_its_own_version() -> None:
    functions = [
        Function("a", (version(7, 7), version(9, 8), version(10, 10)), 10),
        Function("b", (version(3, 8),), 3),
    ]

    assert chosen(functions, NINE) == {"a": 9, "b": 3}


def test_a_version_without_a_snapshot_is_refused() -> None:
    functions = [Function("a", (version(1, 7, "Inactive"), version(2, 10)), 2)]

    with pytest.raises(NothingToGoBackToError, match="a 1 is Inactive"):
        chosen(functions, NINE)


@pytest.mark.parametrize("time", ["2026-11-30T09:00", "yesterday"])
def test_a_time_without_a_zone_is_refused(time: str) -> None:
    with pytest.raises(SystemExit):
        main([PREFIX, "--to", time])
