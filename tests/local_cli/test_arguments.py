"""The command line's arguments, and the isolation from this machine's settings."""

import os
from unittest import mock

import pytest
from requests.utils import should_bypass_proxies

from local.arguments import parse
from local.deployer.aws_clients import AwsClients
from local.isolation import isolate


@pytest.mark.parametrize("name", ["", "a/b", "../x", ".hidden", "-", "a b", "x" * 65, "ä"])
@pytest.mark.parametrize("command", [["up", "-d", "--name"], ["down"], ["status"]])
def test_a_name_that_is_no_valid_file_name_is_refused(
    command: list[str], name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse([*command, name])
    assert ended.value.code == 2
    assert "is not a valid name" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["a", "local-2", "My_stack.1", "9"])
def test_a_valid_name_is_accepted(name: str) -> None:
    assert parse(["up", "-d", "--name", name]).name == name
    assert parse(["down", name]).name == name


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        (["up", "--name", "x"], "--name is for the background: add -d"),
        (["up", "--detached"], "unrecognized arguments: --detached"),
        (["down", "a", "b"], "unrecognized arguments: b"),
    ],
)
def test_wrong_usage_shows_the_commands_usage(
    arguments: list[str], wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(arguments)
    shown = capsys.readouterr().err
    assert ended.value.code == 2
    assert f"-m local {arguments[0]} [-h]" in shown
    assert wrong in shown


@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
def test_requests_to_the_emulators_bypass_the_proxy(name: str) -> None:
    proxies = {"HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"}
    with mock.patch.dict(os.environ, {**proxies, name: "internal.example"}):
        isolate()
        for host in ("127.0.0.1:4566", "localhost:4566", "internal.example"):
            assert should_bypass_proxies(f"http://{host}/", None)
        assert not should_bypass_proxies("http://elsewhere.example/", None)


def test_aws_settings_of_the_machine_are_ignored() -> None:
    with mock.patch.dict(os.environ, {"AWS_PROFILE": "nope", "AWS_CONFIG_FILE": "/nowhere"}):
        isolate()
        client = AwsClients("http://127.0.0.1:9", "us-east-1").client("sns")
    assert client.meta.endpoint_url == "http://127.0.0.1:9"
