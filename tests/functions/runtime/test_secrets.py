"""The Twilio credentials: read from the secret, again when Twilio refuses them, never shown."""

import io
import json

import pytest

from chat_transfer.twilio.client import Credentials
from tests.functions.conftest import Aws, Deployment

pytestmark = pytest.mark.usefixtures("short_waits")


@pytest.mark.parametrize("content", ["{}", "no", "[]"])
def test_a_secret_that_is_not_of_its_form_is_502_and_changes_nothing(
    deployment: Deployment, aws: Aws, content: str
) -> None:
    centre = deployment.twilio.centre
    arn = deployment.transfer_chat.runtime().settings.secret_arn
    aws.secrets.put_secret_value(SecretId=arn, SecretString=content)
    transfer = deployment.transfer("chat", centre.workers["dev"])
    listed = deployment.list_workflows(centre.token_of("ana"))
    assert (transfer.status, transfer.code) == (502, "twilio_credentials")
    assert transfer.body["rolledBack"] is True
    assert (listed.status, listed.code) == (502, "twilio_credentials")
    assert "rolledBack" not in listed.body


def test_a_corrected_secret_is_read_by_the_next_request(
    deployment: Deployment, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cached secret is dropped, and the log has the error."""
    arn = deployment.get_workflows.runtime().settings.secret_arn
    right = aws.secrets.get_secret_value(SecretId=arn)["SecretString"]
    token = deployment.twilio.centre.token_of("ana")
    aws.secrets.put_secret_value(SecretId=arn, SecretString="{}")
    logged = io.StringIO()
    monkeypatch.setattr(deployment.get_workflows.logger.registered_handler, "stream", logged)
    assert deployment.list_workflows(token).code == "twilio_credentials"
    aws.secrets.put_secret_value(SecretId=arn, SecretString=right)

    assert deployment.list_workflows(token).status == 200
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    (failed,) = (line for line in lines if line["message"] == "targets not listed")
    assert (failed["level"], failed["code"]) == ("ERROR", "twilio_credentials")


def test_a_rotated_secret_is_read_by_the_request_after_the_one_that_failed(
    deployment: Deployment, aws: Aws
) -> None:
    centre = deployment.twilio.centre
    arn = deployment.get_workflows.runtime().settings.secret_arn
    token = centre.token_of("ana")
    assert deployment.list_workflows(token).status == 200
    centre.account.auth_token = "a new auth token"
    aws.secrets.put_secret_value(SecretId=arn, SecretString='{"auth_token": "a new auth token"}')
    assert deployment.list_workflows(token).code == "twilio_credentials"
    assert deployment.list_workflows(token).status == 200


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("path", ["/Tokens/validate", "/Tasks/WT", "/Workflows/"])
def test_credentials_that_twilio_refuses_are_502_not_401_or_403(
    deployment: Deployment, path: str, status: int
) -> None:
    """A plugin would take 401 for an error of its own token."""
    deployment.twilio.faults.status(status, path=path, times=None)
    answer = deployment.transfer("chat", deployment.twilio.centre.workers["dev"])
    assert (answer.status, answer.code) == (502, "twilio_credentials")


def test_the_repr_of_credentials_does_not_show_the_auth_token() -> None:
    assert "hush" not in repr(Credentials("AC1", "hush"))


def test_no_token_or_credential_is_logged(
    deployment: Deployment, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    centre = deployment.twilio.centre
    caplog.set_level("DEBUG")
    deployment.transfer("sms", centre.workers["dev"])
    deployment.transfer("chat", "WK" + "f" * 32)
    deployment.twilio.faults.close(path="/Tasks$", times=None)
    deployment.transfer("chat", centre.workers["dev"])
    deployment.twilio.faults.status(401, times=None)
    deployment.transfer("conversation", centre.workers["dev"])
    printed = capfd.readouterr()
    everything = printed.out + printed.err + caplog.text
    assert "not transferred" in everything
    for secret in (centre.auth_token, centre.token_of("ana"), "Authorization"):
        assert secret not in everything
