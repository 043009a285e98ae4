"""What the deployer refuses: always with an error that names it, and without hanging."""

import os
import signal
import threading
from pathlib import Path

import pytest

from local.aws import EmulatedAws
from local.deployer import (
    DeploymentError,
    ResourceEvent,
    UnknownFunctionError,
    UnknownInputError,
    UnknownResourceTypeError,
    deploy,
)
from tests.deployment import SECRETS, stack_config
from transfer_stack.read_settings import SettingsError
from transfer_stack.routing import UnknownTargetError
from twilio_emulator.server import RunningTwilio

LOG_GROUP = "aws.cloudwatch.LogGroup({name!r}, name={name!r}, retention_in_days=1, tags={{}}{more})"


@pytest.fixture
def events() -> list[ResourceEvent]:
    return []


def run(tmp_path: Path, running_aws: EmulatedAws, events: list[ResourceEvent], *lines: str) -> None:
    (tmp_path / "__main__.py").write_text("\n".join(["import pulumi_aws as aws", *lines]))
    deploy({}, set(), running_aws.endpoint_url, events.append, program=tmp_path)


def test_an_unknown_resource_type_is_named_in_the_error(
    tmp_path: Path, running_aws: EmulatedAws, events: list[ResourceEvent]
) -> None:
    with pytest.raises(UnknownResourceTypeError, match=r"aws:kinesis/stream:Stream \(alarms\)"):
        run(tmp_path, running_aws, events, "aws.kinesis.Stream('alarms')")

    assert events == []


def test_an_unknown_input_is_named_in_the_error(
    tmp_path: Path, running_aws: EmulatedAws, events: list[ResourceEvent]
) -> None:
    line = LOG_GROUP.format(name="encrypted", more=", log_group_class='STANDARD'")

    with pytest.raises(
        UnknownInputError, match=r"logGroupClass of a aws:cloudwatch/logGroup:LogGroup"
    ):
        run(tmp_path, running_aws, events, line)

    assert events == []


def test_an_unknown_function_is_named_in_the_error(
    tmp_path: Path, running_aws: EmulatedAws, events: list[ResourceEvent]
) -> None:
    with pytest.raises(UnknownFunctionError, match="aws:index/getCallerIdentity"):
        run(tmp_path, running_aws, events, "aws.get_caller_identity()")


def test_a_failed_creation_is_named_and_its_dependents_do_not_wait(
    tmp_path: Path, running_aws: EmulatedAws, events: list[ResourceEvent]
) -> None:
    twice = LOG_GROUP.format(name="twice", more="")
    again = twice.replace("'twice', name", "'again', name").replace("{}", "{'on': first.arn}")
    after = LOG_GROUP.format(name="after", more="").replace("{}", "{'on': second.arn}")

    with pytest.raises(DeploymentError, match=r"LogGroup again could not be created: .*exist"):
        run(tmp_path, running_aws, events, f"first = {twice}", f"second = {again}", after)

    assert [event.name for event in events] == ["twice"]


def test_an_error_of_the_program_is_raised_unchanged(
    tmp_path: Path, running_aws: EmulatedAws, events: list[ResourceEvent]
) -> None:
    with pytest.raises(ZeroDivisionError):
        run(tmp_path, running_aws, events, "1 / 0")


def test_wrong_config_is_reported_before_any_creation(
    running_twilio: RunningTwilio, running_aws: EmulatedAws, events: list[ResourceEvent]
) -> None:
    config = stack_config(running_twilio, logLevel="loud")

    with pytest.raises(SettingsError, match="flex-chat-transfer:logLevel: wrong value 'loud'"):
        deploy(config, SECRETS, running_aws.endpoint_url, events.append)

    assert events == []


def test_all_missing_queues_are_named_before_any_creation(
    running_twilio: RunningTwilio, running_aws: EmulatedAws, events: list[ResourceEvent]
) -> None:
    config = stack_config(running_twilio, transferQueues='["Unknown", "Support", "Noone"]')

    with pytest.raises(Exception, match="nothing was changed") as caught:
        deploy(config, SECRETS, running_aws.endpoint_url, events.append)

    workspace = running_twilio.centre.workspace_sid
    first, *lines = str(caught.value).splitlines()
    assert first == "transferQueues cannot be looked up, nothing was changed:"
    assert [line.partition(". It has")[0] for line in lines] == [
        f"  'Unknown': {workspace} has no task queue 'Unknown'",
        f"  'Noone': {workspace} has no task queue 'Noone'",
    ]
    assert events == []


def test_a_missing_workflow_is_named_before_any_creation(
    running_twilio: RunningTwilio, running_aws: EmulatedAws, events: list[ResourceEvent]
) -> None:
    config = stack_config(running_twilio, transferWorkflows='["Escalations", "Noone"]')

    with pytest.raises(UnknownTargetError, match="transferWorkflows cannot be") as caught:
        deploy(config, SECRETS, running_aws.endpoint_url, events.append)

    assert "has no workflow 'Noone'" in str(caught.value)
    assert "'Escalations':" not in str(caught.value)
    assert events == []


def test_refused_twilio_credentials_stop_the_program_in_time(
    running_twilio: RunningTwilio, running_aws: EmulatedAws
) -> None:
    config = {**stack_config(running_twilio, transferQueues="[]"), "twilio:authToken": "wr0ng"}
    events: list[ResourceEvent] = []

    with pytest.raises(UnknownTargetError, match="nothing was changed: could not list") as caught:
        deploy(config, SECRETS, running_aws.endpoint_url, events.append, stack="refused")

    assert events == []
    assert "wr0ng" not in str(caught.value)


def test_a_signal_ends_a_deployment_before_its_next_resource(
    tmp_path: Path, running_aws: EmulatedAws
) -> None:
    first = LOG_GROUP.format(name="first", more="")
    after = LOG_GROUP.format(name="after", more="").replace("{}", "{'on': first.arn}")
    lines = ["import pulumi_aws as aws", f"first = {first}", after]
    (tmp_path / "__main__.py").write_text("\n".join(lines))
    heard = threading.Event()
    created = []

    def interrupt(event: ResourceEvent) -> None:
        created.append(event.name)
        os.kill(os.getpid(), signal.SIGINT)
        heard.wait(30)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            deploy(
                {},
                set(),
                running_aws.endpoint_url,
                interrupt,
                program=tmp_path,
                on_interrupt=heard.set,
            )
    finally:
        signal.signal(signal.SIGINT, before)
    assert heard.is_set()
    assert created == ["first"]


def test_a_deployment_after_a_failed_one_succeeds(
    tmp_path: Path, running_aws: EmulatedAws, events: list[ResourceEvent]
) -> None:
    with pytest.raises(UnknownResourceTypeError):
        run(tmp_path, running_aws, events, "aws.kinesis.Stream('alarms')")

    run(tmp_path, running_aws, events, LOG_GROUP.format(name="after-failure", more=""))

    assert [event.name for event in events] == ["after-failure"]
