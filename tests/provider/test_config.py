"""The provider's configuration: each wrong key gets one reason, and secrets stay secret."""

from pathlib import Path

import pytest

from pulumi_twilio import config
from pulumi_twilio.client import redirected, twilio_client
from tests.provider.cases import CASES, Case
from tests.provider.conftest import FOLDER
from tests.provider.plugin_process import (
    GET_TASK_QUEUE,
    TASK_QUEUE,
    UNKNOWN,
    Engine,
    Refused,
    secret,
    started,
)
from twilio_emulator.server import RunningTwilio

ACCOUNT = "AC" + "0" * 32
KEY = "SK" + "0" * 32
GOOD = {"accountSid": ACCOUNT, "authToken": "token"}


@pytest.mark.parametrize(
    ("given", "key", "expectation"),
    [
        ({"authToken": "token"}, "accountSid", "is missing"),
        ({"accountSid": ACCOUNT}, "authToken", "is missing, and so is an API key"),
        ({"accountSid": ACCOUNT, "apiKeySid": KEY}, "apiKeySecret", "is missing"),
        ({"accountSid": ACCOUNT, "apiKeySecret": "s"}, "apiKeySid", "is missing"),
        (GOOD | {"apiKeySid": KEY, "apiKeySecret": "s"}, "authToken", "set either"),
        (GOOD | {"accountSid": "AC12"}, "accountSid", "32 hexadecimal digits"),
        (GOOD | {"accountSid": "AC" + "A" * 32}, "accountSid", "lower-case"),
        (GOOD | {"authToken": ""}, "authToken", "is missing"),
        (GOOD | {"region": "Ireland (EU)", "edge": "dublin"}, "region", "ie1"),
        (GOOD | {"edge": "dublin.ie1"}, "edge", "dublin"),
        (GOOD | {"region": "ie1"}, "edge", "`pulumi config set twilio:edge dublin` for ie1"),
        (GOOD | {"baseUrl": "127.0.0.1:4010"}, "baseUrl", "http://127.0.0.1:4010"),
        (GOOD | {"baseUrl": "http://127.0.0.1:99999"}, "baseUrl", "http://127.0.0.1:4010"),
        (GOOD | {"acountSid": ACCOUNT}, "acountSid", "it knows accountSid, authToken"),
        (GOOD | {"region": 1, "edge": "dublin"}, "region", "a string"),
    ],
)
def test_a_wrong_key_gets_one_reason(
    process: Engine, given: dict[str, object], key: str, expectation: str
) -> None:
    failures = process.check_config(given)
    assert list(failures) == [key]
    assert expectation in failures[key]


@pytest.mark.parametrize(
    "given",
    [
        GOOD,
        GOOD | {"region": "us1"},
        GOOD | {"region": UNKNOWN},
        GOOD | {"edge": "dublin"},
        {"accountSid": ACCOUNT, "apiKeySid": KEY, "apiKeySecret": "s"},
        GOOD | {"region": "ie1", "edge": "dublin", "baseUrl": "https://localhost:1/x"},
        GOOD | {"region": "", "version": "0.1.0"},
        {"accountSid": UNKNOWN, "authToken": UNKNOWN},
    ],
)
def test_what_is_fine_passes(process: Engine, given: dict[str, object]) -> None:
    assert process.check_config(given) == {}


def test_wrong_secrets_are_not_repeated(process: Engine) -> None:
    given = {"accountSid": ACCOUNT, "authToken": "hush hush", "baseUrl": "http://me:hush@host"}
    failures = process.check_config(given)
    assert set(failures) == {"authToken", "baseUrl"}
    assert "hush" not in str(failures)


def test_credentials_are_kept_as_secrets_even_when_given_in_the_clear(process: Engine) -> None:
    kept = process.checked_config(GOOD | {"authToken": "token"})
    assert kept == {"accountSid": ACCOUNT, "authToken": secret("token")}


def test_another_account_replaces_everything(process: Engine) -> None:
    moved = process.diff_config(GOOD, GOOD | {"accountSid": "AC" + "1" * 32})
    assert moved["replaces"] == ["accountSid"]
    assert "replaces" not in process.diff_config(GOOD, GOOD | {"authToken": "another"})
    assert "replaces" not in process.diff_config(GOOD, {"authToken": "token"})


def test_an_api_key_is_as_good_as_the_token(engine: Engine, twilio: RunningTwilio) -> None:
    sid, key_secret = twilio.centre.api_key
    engine.configure(
        accountSid=twilio.centre.account_sid,
        apiKeySid=sid,
        apiKeySecret=secret(key_secret),
        baseUrl=twilio.base_url,
    )
    found = engine.invoke(
        GET_TASK_QUEUE, workspaceSid=twilio.centre.workspace_sid, friendlyName="Sales"
    )
    assert found["sid"] == twilio.centre.queues["Sales"]


OTHER = "AC" + "1" * 32


def with_another_accounts_key(engine: Engine, twilio: RunningTwilio) -> None:
    sid, key_secret = twilio.centre.api_key
    engine.configure(
        accountSid=OTHER,
        apiKeySid=sid,
        apiKeySecret=secret(key_secret),
        baseUrl=twilio.base_url,
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.token)
def test_another_accounts_key_creates_nothing(
    engine: Engine, twilio: RunningTwilio, case: Case
) -> None:
    inputs = case.inputs(twilio)
    with_another_accounts_key(engine, twilio)
    twilio.journal.clear()
    with pytest.raises(Refused, match=f"is of the account {twilio.centre.account_sid}, and"):
        engine.create(case.token, inputs)
    assert twilio.journal.matching("POST") == []


def test_another_accounts_key_finds_nothing(engine: Engine, twilio: RunningTwilio) -> None:
    with_another_accounts_key(engine, twilio)
    with pytest.raises(Refused, match=f"twilio:accountSid is {OTHER}"):
        engine.invoke("twilio:taskrouter:getWorkspaces")


def test_what_a_key_without_other_permissions_creates_elsewhere_is_deleted(
    engine: Engine, twilio: RunningTwilio
) -> None:
    case = next(case for case in CASES if case.token == TASK_QUEUE)
    inputs, before = case.inputs(twilio), len(case.objects(twilio))
    with_another_accounts_key(engine, twilio)
    twilio.faults.status(403, method="GET", path="Workspaces/WS[0-9a-f]+$")
    with pytest.raises(Refused, match="is of the account"):
        engine.create(TASK_QUEUE, inputs)
    assert len(case.objects(twilio)) == before


def test_an_api_keys_account_is_asked_for_once(engine: Engine, twilio: RunningTwilio) -> None:
    sid, key_secret = twilio.centre.api_key
    engine.configure(
        accountSid=twilio.centre.account_sid,
        apiKeySid=sid,
        apiKeySecret=secret(key_secret),
        baseUrl=twilio.base_url,
    )
    place = {"workspaceSid": twilio.centre.workspace_sid}
    for name in ("Night", "Day"):
        engine.create(TASK_QUEUE, place | {"friendlyName": name})
    assert len(twilio.journal.matching("GET", "Workspaces/WS[0-9a-f]+$")) == 1


def test_nothing_is_sent_to_twilio_by_configuring(engine: Engine, twilio: RunningTwilio) -> None:
    assert engine.configure(**GOOD, baseUrl=twilio.base_url) == {"supportsPreview": True}
    assert len(twilio.journal) == 0


def test_the_environment_fills_in(twilio: RunningTwilio, tmp_path: Path) -> None:
    sid, key_secret = twilio.centre.api_key
    environment = {
        "TWILIO_ACCOUNT_SID": twilio.centre.account_sid,
        "TWILIO_API_KEY": sid,
        "TWILIO_API_SECRET": key_secret,
        "TWILIO_AUTH_TOKEN": "out of date",
    }
    with started(FOLDER, tmp_path / "stderr", environment) as engine:
        assert engine.check_config({"baseUrl": twilio.base_url}) == {}
        engine.configure(baseUrl=twilio.base_url)
        engine.invoke(
            GET_TASK_QUEUE, workspaceSid=twilio.centre.workspace_sid, friendlyName="Sales"
        )
        wrong = engine.check_config({"accountSid": "AC1"})
        assert wrong == {
            "accountSid": "must be AC and 32 hexadecimal digits, lower-case, not 'AC1'"
        }


def test_the_configuration_goes_before_the_environment() -> None:
    environment = {
        "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
        "TWILIO_API_KEY": KEY,
        "TWILIO_API_SECRET": "s",
        "TWILIO_REGION": "au1",
    }
    assert config.resolve(GOOD | {"region": "ie1"}, environment) == GOOD | {"region": "ie1"}
    # Nor does it say where the configured account is.
    assert config.resolve(GOOD, environment) == GOOD


def test_a_wrong_environment_variable_is_named() -> None:
    failures = config.check({"authToken": "token"}, {"TWILIO_ACCOUNT_SID": "mine"})
    assert "environment variable TWILIO_ACCOUNT_SID" in failures["accountSid"]


def test_what_state_and_environment_lack_is_named(tmp_path: Path) -> None:
    # Before a refresh the engine sends the state's configuration, and does not ask to check it.
    with started(FOLDER, tmp_path / "stderr", {"TWILIO_API_KEY": "mine"}) as engine:
        with pytest.raises(Refused, match=r"accountSid is missing.*run `pulumi up` first"):
            engine.configure(authToken=secret("hush"))
        with pytest.raises(Refused, match="authToken is missing, and so is an API key"):
            engine.configure(accountSid=ACCOUNT)
        assert engine.configure(**GOOD, keyOfALaterVersion="x") == {"supportsPreview": True}


def test_before_configuring_nothing_can_be_asked(tmp_path: Path) -> None:
    with started(FOLDER, tmp_path / "stderr", {}) as engine:
        inputs = {"workspaceSid": "WS" + "0" * 32, "friendlyName": "Sales"}
        with pytest.raises(Refused, match="no credentials yet"):
            engine.create(TASK_QUEUE, inputs)


@pytest.mark.parametrize(
    ("asked", "base_url", "called"),
    [
        ("https://taskrouter.twilio.com/v1/X?A=1", None, "https://taskrouter.twilio.com/v1/X?A=1"),
        (
            "https://taskrouter.twilio.com/v1/X?A=1",
            "http://127.0.0.1:4010",
            "http://127.0.0.1:4010/taskrouter/v1/X?A=1",
        ),
        (
            "https://taskrouter.dublin.ie1.twilio.com/v1/X",
            "http://127.0.0.1:4010/",
            "http://127.0.0.1:4010/taskrouter/v1/X",
        ),
        ("https://iam.twilio.com/v1/Y", "https://host/twilio", "https://host/twilio/iam/v1/Y"),
    ],
)
def test_calls_go_to_the_base_url(asked: str, base_url: str | None, called: str) -> None:
    assert redirected(asked, base_url) == called


def test_region_and_edge_reach_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_EDGE", "ashburn")
    client = twilio_client(config.Settings(ACCOUNT, ACCOUNT, "token", region="ie1"))
    asked = client.get_hostname("https://taskrouter.twilio.com/v1")
    assert asked == "https://taskrouter.ie1.twilio.com/v1"


def test_settings_do_not_show_the_password() -> None:
    assert "hush" not in repr(config.settings({"accountSid": ACCOUNT, "authToken": "hush"}, {}))
