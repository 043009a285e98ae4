"""Deleting old versions, on the emulated AWS."""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest

from local.aws import emulated_aws
from old_versions import deletable, main

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

NAME = "flex-chat-transfer-dev-transfer-chat"


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator["LambdaClient"]:
    """A function with six versions, the alias on the second."""
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
        for number in range(1, 7):
            code = _zip(f"number = {number}")
            if number == 1:
                client.create_function(
                    FunctionName=NAME,
                    Runtime="python3.13",
                    Handler="main.handler",
                    Role=role["Arn"],
                    Code={"ZipFile": code},
                )
            else:
                client.update_function_code(FunctionName=NAME, ZipFile=code)
            client.publish_version(FunctionName=NAME)
        client.create_alias(FunctionName=NAME, Name="live", FunctionVersion="2")
        yield client


def test_the_newest_versions_and_aliased_ones_are_kept(
    client: "LambdaClient", capsys: pytest.CaptureFixture[str]
) -> None:
    main([NAME, "--keep", "2"])

    assert capsys.readouterr().out == f"{NAME}: deleted 1, 3, 4\n"
    left = client.list_versions_by_function(FunctionName=NAME)["Versions"]
    assert [found["Version"] for found in left] == ["$LATEST", "2", "5", "6"]
    main([NAME, "--keep", "2"])
    assert capsys.readouterr().out == f"{NAME}: deleted nothing\n"


def test_versions_are_sorted_as_numbers() -> None:
    assert deletable({8, 9, 10, 11}, {11}, 2) == [8, 9]


def test_keep_zero_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([NAME, "--keep", "0"])

    assert "--keep must be at least 1" in capsys.readouterr().err


def test_an_error_of_aws_is_printed_as_one_line(
    client: "LambdaClient",  # noqa: ARG001 - what it asks
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["no-such-function"])

    assert ended.value.code == 1
    assert "ResourceNotFoundException" in capsys.readouterr().err


def _zip(source: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("main.py", source)
    return file.getvalue()
