"""Turns the stack's config into settings, before anything else happens.

A wrong value must stop the program before any resource is declared, so everything is read and
checked here. Every key has a default that is safe in production, or is required.
"""

import re
from collections.abc import Collection, Mapping
from typing import Final, cast
from urllib.parse import urlsplit

import pulumi
from pulumi.runtime import config as pulumi_config

from transfer_stack.config_reader import ConfigReader, SettingsError
from transfer_stack.settings import (
    Architecture,
    FunctionSettings,
    GatewaySettings,
    LogLevel,
    RoutingSettings,
    Settings,
    TwilioSettings,
)

# What CloudWatch takes, 0 (never expire) left out on purpose: somebody pays for what nobody
# deletes.
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
LOG_RETENTION_DAYS: Final = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180),
    *(365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
)

# An HTTP API gives an integration 30 s at most, and the function must end first to answer with a
# problem of its own.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
GATEWAY_TIMEOUT_SECONDS: Final = 30

# Lambda's limit for a function's name is 64, and the longest of ours ends in "-transfer-chat".
_LONGEST_NAME: Final = 64 - len("-transfer-chat")
_DAY: Final = 86_400


def load_settings() -> Settings:
    """Read the settings of the stack that is being deployed.

    Raises
    ------
    SettingsError
        When the config has errors, with all of them.
    """
    # pulumi.Config reads key by key and cannot tell which keys there are, so a misspelt one would
    # go unnoticed.
    config = cast("dict[str, str]", pulumi_config.CONFIG.get())
    secrets = {key for key in config if pulumi_config.is_config_secret(key)}
    return read_settings(config, secrets, project=pulumi.get_project(), stack=pulumi.get_stack())


def read_settings(
    config: Mapping[str, str], secrets: Collection[str], *, project: str, stack: str
) -> Settings:
    """Turn config values into settings.

    Parameters
    ----------
    config
        All config values by full key, lists as JSON.
    secrets
        The keys whose values are stored encrypted.
    project, stack
        The names of the project, which is the namespace of our own keys, and of the stack.

    Raises
    ------
    SettingsError
        When there are errors, with all of them.
    """
    reader = ConfigReader(config, secrets)
    _check_stack_name(reader, project, stack)
    twilio = _twilio(reader)
    retention = _log_retention(reader, project)
    settings = Settings(
        project=project,
        stack=stack,
        twilio=twilio,
        routing=_routing(reader, project, stack),
        functions=_functions(reader, project, retention),
        gateway=_gateway(reader, project, retention),
    )
    reader.refuse_unknown({project, "twilio"})
    if reader.problems:
        raise SettingsError(stack, reader.problems)
    return settings


def _check_stack_name(reader: ConfigReader, project: str, stack: str) -> None:
    longest = _LONGEST_NAME - len(project) - 1
    if not re.fullmatch(r"[A-Za-z0-9_-]+", stack) or len(stack) > longest:
        expected = (
            f"at most {longest} letters, digits, - and _, since AWS resources are named after it"
        )
        reader.refuse("stack name", f"wrong value {stack!r}", expected)


def _twilio(reader: ConfigReader) -> TwilioSettings:
    settings = TwilioSettings(
        account_sid=reader.text(
            "twilio:accountSid",
            default=None,
            pattern=_sid("AC"),
            expected=_expected_sid("AC", "an account"),
        ),
        auth_token=reader.secret("twilio:authToken"),
        api_key_sid=reader.text(
            "twilio:apiKeySid", pattern=_sid("SK"), expected=_expected_sid("SK", "an API key")
        ),
        api_key_secret=reader.secret("twilio:apiKeySecret"),
        region=reader.text(
            "twilio:region", pattern="[a-z]{2}[0-9]", expected="a Twilio region such as ie1 or au1"
        ),
        edge=reader.text(
            "twilio:edge",
            pattern="[a-z]+(-[a-z]+)*",
            expected="a Twilio edge location such as dublin or sydney",
        ),
        base_url=_base_url(reader),
    )
    _check_credentials(reader)
    if settings.region and not settings.edge:
        # https://www.twilio.com/docs/global-infrastructure/using-the-twilio-rest-api-in-a-non-us-region
        expected = (
            f"the edge location to go with region {settings.region}: Twilio's host names take both"
        )
        reader.refuse("twilio:edge", "missing", expected)
    return settings


def _check_credentials(reader: ConfigReader) -> None:
    token = reader.has("twilio:authToken")
    key_sid, key_secret = reader.has("twilio:apiKeySid"), reader.has("twilio:apiKeySecret")
    if token and (key_sid or key_secret):
        expected = "one of the two: pulumi config rm what is not to be used"
        reader.refuse("twilio:authToken", "set beside an API key", expected)
    elif key_sid and not key_secret:
        expected = "the API key's secret: pulumi config set --secret twilio:apiKeySecret"
        reader.refuse("twilio:apiKeySecret", "missing", expected)
    elif key_secret and not key_sid:
        reader.refuse(
            "twilio:apiKeySid",
            "missing",
            _expected_sid("SK", "the API key that the secret belongs to"),
        )
    elif not token and not key_sid:
        expected = (
            "a secret: pulumi config set --secret twilio:authToken, or an API key in its place: "
            "twilio:apiKeySid and twilio:apiKeySecret"
        )
        reader.refuse("twilio:authToken", "missing", expected)


def _base_url(reader: ConfigReader) -> str:
    key = "twilio:baseUrl"
    expected = "https://host, or http://127.0.0.1:port: over http credentials stay on this machine"
    value = reader.text(key, pattern=r"https?://[^/?#@\s]+", expected=expected)
    url = urlsplit(value)
    if url.scheme == "http" and url.hostname not in {"127.0.0.1", "localhost", "::1"}:
        reader.refuse(key, f"wrong value {value!r}", expected)
    return value


def _routing(reader: ConfigReader, project: str, stack: str) -> RoutingSettings:
    def seconds(name: str, default: int) -> int:
        return reader.number(
            f"{project}:{name}", default=default, at_least=1, at_most=_DAY, unit="seconds"
        )

    return RoutingSettings(
        workspace_sid=reader.text(
            f"{project}:workspaceSid",
            default=None,
            pattern=_sid("WS"),
            expected=_expected_sid("WS", "the Flex Task Assignment workspace"),
        ),
        workflow_name=reader.text(
            f"{project}:workflowName",
            default=f"Chat transfer ({stack})",
            pattern=r"\S(.{0,62}\S)?",
            expected="1 to 64 characters that neither begin nor end with whitespace",
        ),
        transfer_queues=reader.strings(
            f"{project}:transferQueues",
            default=(),
            pattern=r"\S(.*\S)?",
            expected="task queue SIDs or friendly names",
        ),
        agent_timeout=seconds("agentTimeoutSeconds", 120),
        queue_timeout=seconds("queueTimeoutSeconds", 300),
        fallback_timeout=seconds("fallbackTimeoutSeconds", 600),
        reservation_timeout=seconds("reservationTimeoutSeconds", 120),
    )


def _functions(reader: ConfigReader, project: str, retention: int) -> FunctionSettings:
    return FunctionSettings(
        memory_mb=reader.number(
            f"{project}:lambdaMemoryMb", default=512, at_least=128, at_most=10_240, unit="megabytes"
        ),
        timeout_seconds=reader.number(
            f"{project}:lambdaTimeoutSeconds",
            default=25,
            at_least=5,
            at_most=GATEWAY_TIMEOUT_SECONDS - 1,
            unit="seconds",
        ),
        architecture=cast(
            "Architecture",
            reader.choice(f"{project}:architecture", default="arm64", options=("arm64", "x86_64")),
        ),
        log_level=cast(
            "LogLevel",
            reader.choice(
                f"{project}:logLevel", default="INFO", options=("DEBUG", "INFO", "WARNING", "ERROR")
            ),
        ),
        log_retention_days=retention,
    )


def _gateway(reader: ConfigReader, project: str, retention: int) -> GatewaySettings:
    settings = GatewaySettings(
        allowed_origins=reader.strings(
            f"{project}:allowedOrigins",
            default=("https://flex.twilio.com",),
            pattern=r"(https://[a-z0-9]([a-z0-9.-]*[a-z0-9])?|http://localhost)(:[0-9]{1,5})?",
            expected="exact origins in lower case such as https://flex.twilio.com, or "
            "http://localhost:3000 while developing: no wildcard, no path, no final /",
        ),
        throttling_rate=reader.number(
            f"{project}:throttlingRate",
            default=20,
            at_least=1,
            at_most=10_000,
            unit="requests a second",
        ),
        throttling_burst=reader.number(
            f"{project}:throttlingBurst", default=40, at_least=1, at_most=5_000, unit="requests"
        ),
        log_retention_days=retention,
    )
    if not settings.allowed_origins:
        reader.refuse(
            f"{project}:allowedOrigins", "an empty list", "at least one origin, or no such key"
        )
    return settings


def _log_retention(reader: ConfigReader, project: str) -> int:
    days = reader.choice(
        f"{project}:logRetentionDays",
        default="30",
        options=[str(days) for days in LOG_RETENTION_DAYS],
    )
    return int(days) if days.isdecimal() else 0


def _sid(prefix: str) -> str:
    return f"{prefix}[0-9a-f]{{32}}"


def _expected_sid(prefix: str, what: str) -> str:
    return f"the SID of {what}: {prefix} and 32 hexadecimal digits in lower case"
