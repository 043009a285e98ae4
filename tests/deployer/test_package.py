"""The template, and the component of a wheel, deployed to the emulators without a CLI."""

from pathlib import Path

import pulumi
import pytest
import requests

from local.aws import EmulatedAws
from local.deployer import DeploymentError, ResourceEvent, deploy
from local.package import PackageError, deploy_package
from tests.deployment import SECRETS, stack_config
from tests.engine.packages import build_packages
from tests.sampling import IS_FULL
from twilio_emulator.server import RunningTwilio

TEMPLATE = Path(__file__).resolve().parents[2] / "template"


def template_config(twilio: RunningTwilio) -> dict[str, str]:
    answers = {"transferQueues": "Sales, Support", "alarmEmail": "on-call@example.com"}
    return {**stack_config(twilio), **{f"flex-chat-transfer:{k}": v for k, v in answers.items()}}


def test_the_template_is_deployed(running_twilio: RunningTwilio, running_aws: EmulatedAws) -> None:
    outputs = deploy(
        template_config(running_twilio),
        SECRETS,
        running_aws.endpoint_url,
        lambda _: None,
        stack="template",
        program=TEMPLATE,
    )

    assert outputs.keys() == {"endpoint"}
    answer = requests.get(f"{outputs['endpoint']}/get-workflows", timeout=30)
    assert answer.status_code == 401


@pytest.mark.parametrize("missing", ["workspaceSid", "transferQueues", "alarmEmail"])
def test_the_template_needs_each_of_its_own_values(
    running_twilio: RunningTwilio, running_aws: EmulatedAws, missing: str
) -> None:
    config = template_config(running_twilio)
    del config[f"flex-chat-transfer:{missing}"]

    with pytest.raises(pulumi.ConfigMissingError, match=missing):
        deploy(config, SECRETS, running_aws.endpoint_url, lambda _: None, program=TEMPLATE)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    (wheel,) = build_packages(tmp_path_factory.mktemp("packages")).glob("flex_chat_transfer-*")
    return wheel


@pytest.mark.skipif(not IS_FULL, reason="installs packages twice; FULL_MATRIX=1 runs it")
@pytest.mark.timeout(600)
def test_a_wheel_is_deployed_from_an_empty_environment(
    running_twilio: RunningTwilio, running_aws: EmulatedAws, wheel: Path
) -> None:
    created: list[ResourceEvent] = []
    config = stack_config(running_twilio, tagCommit="false")

    outputs = deploy_package(
        wheel, config, SECRETS, running_aws.endpoint_url, created.append, stack="package"
    )

    assert "aws:lambda/function:Function" in {event.type for event in created}
    assert outputs["functionNames"]["transferChat"] == "flex-chat-transfer-package-transfer-chat"
    answer = requests.get(f"{outputs['endpoint']}/get-workflows", timeout=30)
    assert answer.status_code == 401
    with pytest.raises(DeploymentError, match="workspaceSid: wrong value 'WSx'"):
        deploy_package(
            wheel,
            config | {"flex-chat-transfer:workspaceSid": "WSx"},
            SECRETS,
            running_aws.endpoint_url,
            created.append,
        )


def test_a_file_that_is_no_wheel_is_refused(running_aws: EmulatedAws, tmp_path: Path) -> None:
    broken = tmp_path / "flex_chat_transfer-1.0.0-py3-none-any.whl"
    broken.write_bytes(b"no archive")

    with pytest.raises(PackageError, match="cannot be installed"):
        deploy_package(broken, {}, SECRETS, running_aws.endpoint_url, lambda _: None)
