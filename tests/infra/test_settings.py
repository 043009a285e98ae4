"""Reading a stack's config: all errors at once, one line a key, and no secret in them."""

import json

import pulumi
import pytest

from tests.infra.declared import AUTH_TOKEN, CONFIG, SECRETS, declare
from transfer_stack.offer_settings import OfferSettings
from transfer_stack.plugin_settings import PluginSettings
from transfer_stack.read_settings import SettingsError, read_settings
from transfer_stack.settings import (
    KEYS,
    AlarmSettings,
    FunctionSettings,
    GatewaySettings,
    RoutingSettings,
    StackSettings,
)
from transfer_stack.twilio_settings import TwilioSettings

PROJECT = "flex-chat-transfer"
WITHOUT_CREDENTIALS = {key: value for key, value in CONFIG.items() if key != "twilio:authToken"}


def read(config: dict[str, str], stack: str = "dev") -> StackSettings:
    return read_settings(config, SECRETS, project=PROJECT, stack=stack)


def test_more_workflows_than_the_environment_holds_are_refused() -> None:
    config = {**CONFIG, f"{PROJECT}:transferWorkflows": json.dumps([str(n) for n in range(51)])}

    (line,) = problems(config)

    assert line == (
        f"{PROJECT}:transferWorkflows: 51 workflows; expected at most 50, or no such key"
    )


def problems(config: dict[str, str], stack: str = "dev") -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read(config, stack)
    return [str(problem) for problem in caught.value.problems]


def test_only_three_keys_are_needed() -> None:
    needed = ("twilio:accountSid", "twilio:authToken", f"{PROJECT}:workspaceSid")

    settings = read({key: CONFIG[key] for key in needed})

    assert settings == StackSettings(
        project=PROJECT,
        stack="dev",
        twilio=TwilioSettings(CONFIG["twilio:accountSid"], AUTH_TOKEN, "", "", "", "", ""),
        routing=RoutingSettings(
            workspace_sid=CONFIG[f"{PROJECT}:workspaceSid"],
            workflow_name="Chat transfer (dev)",
            transfer_queues=(),
            agent_timeout=120,
            queue_timeout=300,
            fallback_timeout=600,
            reservation_timeout=120,
            keeps_everyone=False,
            strict=False,
        ),
        offers=OfferSettings(hand_over="now", offered=(), events_password=""),
        plugin=PluginSettings(
            workflows=None,
            targets_attribute="",
            unavailable_agents="wait",
            writes_ui_attributes=False,
        ),
        functions=FunctionSettings(
            memory_mb=512,
            timeout_seconds=25,
            architecture="arm64",
            log_level="INFO",
            snap_start=True,
            reserved_concurrency=None,
        ),
        gateway=GatewaySettings(
            ("https://flex.twilio.com",), 20, "", "", "", keeps_execute_api=False
        ),
        alarms=AlarmSettings(email="", ticket_email="", failure_percent=5, latency_seconds=10),
        log_retention_days=30,
        canary=False,
        key_arn="",
        permissions_boundary="",
        protect=True,
        tag_commit=True,
        commit="",
    )


def test_secrets_are_not_in_the_settings_representation() -> None:
    assert AUTH_TOKEN not in repr(read(CONFIG))


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("twilio:accountSid", "AC123", "the SID of an account: AC and 32 hexadecimal digits"),
        ("twilio:accountSid", "AC" + "A" * 32, "in lower case"),
        ("twilio:apiKeySid", "AC" + "a" * 32, "the SID of an API key: SK and 32"),
        ("twilio:region", "Ireland", "a Twilio region such as ie1"),
        ("twilio:edge", "Dublin!", "a Twilio edge location such as dublin"),
        ("twilio:baseUrl", "127.0.0.1:4010", "http://127.0.0.1:port"),
        ("twilio:baseUrl", "http://example.com", "credentials stay on this machine"),
        ("twilio:baseUrl", "https://example.com/path", "https://host"),
        ("workspaceSid", "WK" + "a" * 32, "WS and 32 hexadecimal digits"),
        ("workflowName", " padded ", "1 to 64 characters"),
        ("workflowName", "x" * 65, "1 to 64 characters"),
        ("agentTimeoutSeconds", "0", "a whole number of seconds from 1 to 86400"),
        ("queueTimeoutSeconds", "soon", "a whole number of seconds from 1 to 86400"),
        ("fallbackTimeoutSeconds", "86401", "a whole number of seconds from 1 to 86400"),
        ("reservationTimeoutSeconds", "1.5", "a whole number of seconds from 1 to 86400"),
        ("lambdaMemoryMb", "127", "a whole number of megabytes from 128 to 10240"),
        ("lambdaTimeoutSeconds", "30", "a whole number of seconds from 5 to 29"),
        ("architecture", "arm", "one of arm64, x86_64"),
        ("logLevel", "info", "one of DEBUG, INFO, WARNING, ERROR"),
        ("logRetentionDays", "31", "one of 1, 3, 5, 7, 14, 30, 60, 90"),
        ("throttlingRate", "-1", "a whole number of requests a second from 1 to 500"),
        ("throttlingRate", "501", "a whole number of requests a second from 1 to 500"),
        ("originTrustStore", "https://example.com/ca.pem", "the S3 address of a PEM file"),
        ("rolePermissionsBoundary", "boundary", "the ARN of an IAM policy"),
        ("ticketEmail", "chat-team", "an e-mail address"),
        ("domainName", "Transfers.example.com", "a host name such as transfers.example.com"),
        ("domainName", "localhost", "a host name such as transfers.example.com"),
        ("domainName", "a" * 60 + ".example.com", "at most 64 characters"),
        ("hostedZoneId", "example.com", "the ID of a public hosted zone"),
        ("snapStart", "yes", "one of true, false"),
        ("reservedConcurrency", "0", "from 1 to 1000"),
        ("handOver", "later", "one of now, optional, accepted"),
        ("alarmEmail", "on-call", "an e-mail address"),
        ("alarmFailurePercent", "100", "a whole number of percent from 1 to 99"),
        ("canary", "yes", "one of true, false"),
        ("keepExecuteApi", "yes", "one of true, false"),
        ("alarmLatencySeconds", "29", "a whole number of seconds from 1 to 28"),
        ("kmsKeyArn", "alias/mine", "the ARN of a KMS key"),
        ("protect", "no", "one of true, false"),
        ("tagCommit", "1", "one of true, false"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_expected(key: str, value: str, expected: str) -> None:
    full_key = key if ":" in key else f"{PROJECT}:{key}"

    found = problems({**CONFIG, full_key: value})

    line = next(line for line in found if line.startswith(f"{full_key}: wrong value {value!r};"))
    assert expected in line


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "https://*.twilio.com",
        "https://flex.twilio.com/",
        "https://flex.twilio.com/agent",
        "flex.twilio.com",
        "https://Flex.twilio.com",
        "http://flex.twilio.com",
    ],
)
def test_an_origin_must_be_exact(origin: str) -> None:
    (line,) = problems({**CONFIG, f"{PROJECT}:allowedOrigins": json.dumps([origin])})

    assert line.startswith(f"{PROJECT}:allowedOrigins: wrong value {origin!r}; expected exact")


@pytest.mark.parametrize("value", ["Support", '"Support"', '{"a": 1}', "[1]", "[null]"])
def test_a_value_that_is_no_list_of_strings_is_refused(value: str) -> None:
    (line,) = problems({**CONFIG, f"{PROJECT}:transferQueues": value})

    assert line.endswith(
        "expected a list of task queue SIDs or friendly names; write one by: "
        f"pulumi config set --path '{PROJECT}:transferQueues[0]' …"
    )


def test_a_queue_that_is_configured_twice_is_refused() -> None:
    (line,) = problems({**CONFIG, f"{PROJECT}:transferQueues": '["Support", "Support"]'})

    assert line == f"{PROJECT}:transferQueues: 'Support' is there twice; expected each entry once"


@pytest.mark.parametrize("empty", ["[]", "[ ]"])
def test_an_empty_list_of_origins_is_refused(empty: str) -> None:
    (line,) = problems({**CONFIG, f"{PROJECT}:allowedOrigins": empty})

    assert line.startswith(f"{PROJECT}:allowedOrigins: an empty list;")


@pytest.mark.parametrize("key", ["twilio:authToken", "twilio:apiKeySecret"])
def test_a_secret_in_plain_text_is_refused_and_not_shown(key: str) -> None:
    config = {**WITHOUT_CREDENTIALS, "twilio:apiKeySid": "SK" + "a" * 32, key: "do-not-tell"}

    with pytest.raises(SettingsError) as caught:
        read_settings(config, set(), project=PROJECT, stack="dev")

    assert f"{key}: stored in plain text; expected a secret" in str(caught.value)
    assert f"pulumi config set --secret {key}" in str(caught.value)
    assert "do-not-tell" not in str(caught.value)


@pytest.mark.parametrize("key", sorted({key.full_name() for key in KEYS} - SECRETS))
@pytest.mark.parametrize("value", ["do-not-tell", '["do-not-tell", "do-not-tell"]'])
def test_a_secret_under_a_key_that_takes_none_is_refused_and_not_shown(
    key: str, value: str
) -> None:
    """The program would write it to AWS and to the stack's state in plain text."""
    with pytest.raises(SettingsError) as caught:
        read_settings({**CONFIG, key: value}, {*SECRETS, key}, project=PROJECT, stack="dev")

    assert f"{key}: stored as a secret; expected plain text" in str(caught.value)
    assert f"{key}: missing" not in str(caught.value)
    assert "do-not-tell" not in str(caught.value)


@pytest.mark.parametrize(
    ("credentials", "key", "fault"),
    [
        ({}, "twilio:authToken", "missing"),
        ({"twilio:apiKeySid": "SK" + "a" * 32}, "twilio:apiKeySecret", "missing"),
        ({"twilio:apiKeySecret": "hush"}, "twilio:apiKeySid", "missing"),
        (
            {"twilio:authToken": "t", "twilio:apiKeySid": "SK" + "a" * 32},
            "twilio:authToken",
            "set together with an API key",
        ),
    ],
)
def test_credentials_are_a_token_or_a_whole_api_key(
    credentials: dict[str, str], key: str, fault: str
) -> None:
    (line,) = problems({**WITHOUT_CREDENTIALS, **credentials})

    assert line.startswith(f"{key}: {fault}; expected ")


def test_a_region_needs_an_edge() -> None:
    (line,) = problems({**CONFIG, "twilio:region": "ie1"})

    assert line.startswith("twilio:edge: missing; expected the edge location to go with region ie1")


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        (f"{PROJECT}:lambdaMemoryMB", f"{PROJECT}:lambdaMemoryMb"),
        (f"{PROJECT}:allowedOrigin", f"{PROJECT}:allowedOrigins"),
        ("twilio:accountSID", "twilio:accountSid"),
        ("twilo:region", "twilio:region"),
        ("flex-chat-transfers:lambdaMemoryMb", f"{PROJECT}:lambdaMemoryMb"),
    ],
)
def test_a_misspelt_key_is_refused_with_a_suggestion(key: str, meant: str) -> None:
    (line,) = problems({**CONFIG, key: "1"})

    assert line == f"{key}: unknown key; expected {meant}, perhaps"


def test_an_unknown_key_without_a_similar_one_is_refused() -> None:
    (line,) = problems({**CONFIG, f"{PROJECT}:foo": "1"})

    assert line == f"{PROJECT}:foo: unknown key; expected a key of Pulumi.dev.yaml"


def test_keys_of_other_namespaces_are_ignored() -> None:
    read({**CONFIG, "aws:profile": "production", "other:key": "x"})


def test_an_empty_value_counts_as_none() -> None:
    assert read({**CONFIG, f"{PROJECT}:logLevel": ""}).functions.log_level == "INFO"


@pytest.mark.parametrize("stack", ["x" * 40, "feature.branch"])
def test_a_stack_name_that_aws_would_refuse_is_refused(stack: str) -> None:
    (line,) = problems(CONFIG, stack)

    assert line.startswith(f"stack name: wrong value {stack!r}; expected at most 29 letters")


def test_the_longest_stack_name_makes_a_function_name_that_aws_takes() -> None:
    assert len(f"{read(CONFIG, 's' * 29).prefix}-transfer-events") == 64


def test_all_errors_come_at_once_and_before_any_resource() -> None:
    config = {**CONFIG, "twilio:accountSid": "no", f"{PROJECT}:logLevel": "loud"}

    with pytest.raises(pulumi.RunError) as caught:
        declare(config)

    assert str(caught.value).splitlines() == [
        "The config of stack dev has 2 errors, nothing was changed:",
        (
            "  twilio:accountSid: wrong value 'no'; expected the SID of an account: AC and 32 "
            "hexadecimal digits in lower case"
        ),
        f"  {PROJECT}:logLevel: wrong value 'loud'; expected one of DEBUG, INFO, WARNING, ERROR",
    ]


def test_a_number_may_be_either_bound_and_no_number_beyond() -> None:
    for memory in ("128", "10240"):
        assert read({**CONFIG, f"{PROJECT}:lambdaMemoryMb": memory}).functions.memory_mb
    for memory in ("127", "10241"):
        assert len(problems({**CONFIG, f"{PROJECT}:lambdaMemoryMb": memory})) == 1
