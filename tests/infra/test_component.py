"""The component with arguments that a program gives it, instead of a stack's config."""

from pathlib import Path
from typing import Any

import pulumi
import pytest

from flex_chat_transfer import FlexChatTransferArgs, component, sources
from tests.infra.declared import (
    AUTH_TOKEN,
    CONFIG,
    EVENTS_PASSWORD,
    OFFERS,
    PRODUCTION,
    WORKSPACE_SID,
    Program,
    declare,
    declare_by,
)
from transfer_stack.read_args import ARGUMENTS
from transfer_stack.routing import Queue, find_everyone
from transfer_stack.settings import StackSettings

TWILIO = {key: value for key, value in CONFIG.items() if key.startswith(("aws:", "twilio:"))}
PROGRAM = """
import pulumi
from flex_chat_transfer import FlexChatTransfer, FlexChatTransferArgs

transfer = FlexChatTransfer("transfers", FlexChatTransferArgs(**{arguments}){options})
pulumi.export("endpoint", transfer.endpoint)
pulumi.export("events", transfer.events_queue_url)
"""
REQUIRED = {"workspace_sid": WORKSPACE_SID, "tag_commit": False}


def declare_with(folder: Path, options: str = "", **arguments: Any) -> Program:
    text = repr({**REQUIRED, **arguments}).replace("'SECRET'", "pulumi.Output.secret(PASSWORD)")
    program = f"PASSWORD = {EVENTS_PASSWORD!r}\n" + PROGRAM
    program = program.replace("{arguments}", text).replace("{options}", options)
    (folder / "__main__.py").write_text(program)
    return declare_by(folder, TWILIO)


def refused(folder: Path, **arguments: Any) -> str:
    with pytest.raises(pulumi.RunError) as caught:
        declare_with(folder, **arguments)
    return str(caught.value)


def described(program: Program) -> list[tuple[Any, ...]]:
    """Return what is declared, but for the names of the component and the project."""
    return [
        (
            found.type,
            found.name,
            str({**found.inputs, "code": None}).replace("flex-chat-transfer", "transfers"),
            found.protect,
        )
        for found in program.resources
        if found.type.startswith(("aws:", "twilio:"))
    ]


def test_arguments_declare_what_the_same_config_does(tmp_path: Path) -> None:
    config = {**PRODUCTION, **OFFERS}
    ours = {
        key.argument: key.kind.value(config[f"flex-chat-transfer:{key.name}"])
        for key in ARGUMENTS
        if f"flex-chat-transfer:{key.name}" in config
    }
    (tmp_path / "__main__.py").write_text(
        PROGRAM.replace("{arguments}", repr(ours)).replace("{options}", "")
    )
    of_twilio = {key: value for key, value in config.items() if not key.startswith("flex-")}

    found = declare_by(tmp_path, of_twilio)

    assert len(ours) > 8
    assert described(found) == described(declare(config))


def test_a_secret_may_be_an_output(tmp_path: Path) -> None:
    given = declare_with(tmp_path, hand_over="optional", events_password=EVENTS_PASSWORD)
    later = declare_with(tmp_path, hand_over="optional", events_password="SECRET")

    assert described(later) == described(given)
    sink = later.one("twilio:events:Sink", "events")
    assert EVENTS_PASSWORD in str(sink.inputs)
    assert "sinkConfiguration" in sink.secret_inputs


def test_a_number_of_another_language_is_whole(tmp_path: Path) -> None:
    found = declare_with(tmp_path, lambda_memory_mb=1024.0)

    assert found.one("aws:lambda/function:Function", "transfer-chat").inputs["memorySize"] == 1024


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            {"lambda_memory_mb": 5},
            "  lambda_memory_mb: wrong value '5'; expected a whole number of megabytes from 128",
        ),
        (
            {"transfer_queues": "Support"},
            (
                "  transfer_queues: wrong value 'Support'; expected a list of task queue SIDs or "
                "friendly names"
            ),
        ),
        (
            {"hand_over": "optional"},
            "  events_password: missing; expected one, since handOver is optional",
        ),
        (
            {"workflow_name": "SECRET"},
            "  workflow_name: an output; expected 1 to 64 characters",
        ),
    ],
)
def test_a_wrong_argument_is_named_as_in_the_program(
    tmp_path: Path, arguments: dict[str, Any], line: str
) -> None:
    text = refused(tmp_path, **arguments)

    assert text.splitlines()[0] == "The component transfers has 1 error, nothing was changed:"
    assert text.splitlines()[1].startswith(line)
    assert "pulumi config" not in text


def test_a_wrong_account_is_named_as_in_the_config(tmp_path: Path) -> None:
    (tmp_path / "__main__.py").write_text(
        PROGRAM.replace("{arguments}", repr(REQUIRED)).replace("{options}", "")
    )
    config = {**TWILIO, "twilio:edgy": "x", "twilio:authToken": ""}

    with pytest.raises(pulumi.RunError) as caught:
        declare_by(tmp_path, config)

    assert "twilio:edgy: unknown key" in str(caught.value)
    assert "pulumi config set --secret twilio:authToken" in str(caught.value)


def test_a_wrong_secret_that_becomes_known_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.infra.test_component.EVENTS_PASSWORD", "do-not-tell")
    text = refused(tmp_path, hand_over="optional", events_password="SECRET")

    assert "events_password: a wrong value; expected a secret of 32 to 128" in text
    assert "do-not-tell" not in text


def test_a_secret_argument_is_not_in_a_representation() -> None:
    args = FlexChatTransferArgs(workspace_sid="", events_password=AUTH_TOKEN)

    assert AUTH_TOKEN not in repr(args)


def test_the_programs_own_provider_is_asked_for_the_queues(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[pulumi.InvokeOptions] = []

    def find(settings: StackSettings, invoke: pulumi.InvokeOptions) -> Queue | None:
        asked.append(invoke)
        return find_everyone(settings, invoke)

    monkeypatch.setattr(component, "find_everyone", find)
    given = "twilio.Provider('own', account_sid='ACx', auth_token='x')"
    options = f", pulumi.ResourceOptions(providers=[__import__('pulumi_twilio').{given[7:]}])"

    declare_with(tmp_path, options)

    (invoke,) = asked
    assert isinstance(invoke.provider, pulumi.ProviderResource)
    assert invoke.provider.package == "twilio"


def test_an_installed_package_builds_in_the_users_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    in_checkout = sources.build_folder()
    monkeypatch.setattr(sources, "_IS_INSTALLED", True)

    assert in_checkout.name == "build"
    assert sources.build_folder().is_relative_to(tmp_path / "flex-chat-transfer")
