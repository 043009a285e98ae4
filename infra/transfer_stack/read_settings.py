"""Turns the stack's config into settings, before anything else happens.

A wrong value must stop the program before any resource is declared, so everything is read and
checked here. Every key has a default that is safe in production, or is required.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Final, cast

import pulumi
from pulumi.runtime import config as pulumi_config

from transfer_stack.config_reader import ConfigReader, SettingsError
from transfer_stack.read_twilio import expected_sid, read_twilio, sid
from transfer_stack.settings import (
    GATEWAY_TIMEOUT_SECONDS,
    AlarmSettings,
    Architecture,
    DomainSettings,
    FunctionSettings,
    GatewaySettings,
    LogLevel,
    RoutingSettings,
    Settings,
)

# What CloudWatch takes, 0 (never expire) left out on purpose: somebody pays for what nobody
# deletes.
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
LOG_RETENTION_DAYS: Final = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180),
    *(365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
)

# Lambda's limit for a function's name is 64, and the longest of ours ends in "-transfer-chat".
_LONGEST_NAME: Final = 64 - len("-transfer-chat")
_DAY: Final = 86_400
_ARN_PARTS: Final = 6


def load_settings(commit: Callable[[], str]) -> Settings:
    """Read the settings of the stack that is being deployed.

    Parameters
    ----------
    commit
        Tells the commit that is deployed, or an empty string; asked only when it is to be tagged.

    Raises
    ------
    SettingsError
        When the config has errors, with all of them.
    """
    # pulumi.Config reads key by key and cannot tell which keys there are, so a misspelt one would
    # go unnoticed.
    config = cast("dict[str, str]", pulumi_config.CONFIG.get())
    secrets = {key for key in config if pulumi_config.is_config_secret(key)}
    return read_settings(
        config, secrets, project=pulumi.get_project(), stack=pulumi.get_stack(), commit=commit
    )


def read_settings(
    config: Mapping[str, str],
    secrets: Collection[str],
    *,
    project: str,
    stack: str,
    commit: Callable[[], str] = str,
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
    commit
        See `load_settings`; by default it is not known.

    Raises
    ------
    SettingsError
        When there are errors, with all of them.
    """
    reader = ConfigReader(config, secrets)
    _check_stack_name(reader, project, stack)
    twilio = read_twilio(reader)
    retention = _log_retention(reader, project)
    functions = _functions(reader, project, retention)
    settings = Settings(
        project=project,
        stack=stack,
        twilio=twilio,
        routing=_routing(reader, project, stack),
        functions=functions,
        gateway=_gateway(reader, project, retention),
        alarms=_alarms(reader, project, functions.timeout_seconds),
        canary=reader.flag(f"{project}:canary", default=False),
        secret_key_arn=_secret_key_arn(reader, project, config.get("aws:region", "")),
        protect=reader.flag(f"{project}:protect", default=True),
        commit=commit() if reader.flag(f"{project}:tagCommit", default=True) else "",
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


def _routing(reader: ConfigReader, project: str, stack: str) -> RoutingSettings:
    def seconds(name: str, default: int) -> int:
        return reader.number(
            f"{project}:{name}", default=default, at_least=1, at_most=_DAY, unit="seconds"
        )

    return RoutingSettings(
        workspace_sid=reader.text(
            f"{project}:workspaceSid",
            default=None,
            pattern=sid("WS"),
            expected=expected_sid("WS", "the Flex Task Assignment workspace"),
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
        snap_start=reader.flag(f"{project}:snapStart", default=True),
        # A reservation of 0 would switch the function off, so "none" cannot be a number.
        reserved_concurrency=reader.number(
            f"{project}:reservedConcurrency",
            at_least=1,
            at_most=1000,
            unit="concurrent executions of each function",
        )
        or None,
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
            at_most=1_000,
            unit="requests a second",
        ),
        throttling_burst=reader.number(
            f"{project}:throttlingBurst", default=40, at_least=1, at_most=1_000, unit="requests"
        ),
        log_retention_days=retention,
        domain=_domain(reader, project),
        keeps_execute_api=reader.flag(f"{project}:keepExecuteApi", default=False),
    )
    if not settings.allowed_origins:
        reader.refuse(
            f"{project}:allowedOrigins", "an empty list", "at least one origin, or no such key"
        )
    return settings


def _domain(reader: ConfigReader, project: str) -> DomainSettings | None:
    name_key, zone_key = f"{project}:domainName", f"{project}:hostedZoneId"
    name = reader.text(
        name_key,
        pattern=r"(?=.{4,64}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}",
        expected="a host name such as transfers.example.com: lower case, at most 64 characters",
    )
    zone = reader.text(
        zone_key,
        pattern="Z[A-Z0-9]{1,31}",
        expected="the ID of a public hosted zone in Route 53, such as Z0123456789ABCDEFGHIJ",
    )
    if name and not zone:
        reader.refuse(zone_key, "missing", f"the ID of the Route 53 hosted zone that {name} is in")
    if zone and not name:
        reader.refuse(name_key, "missing", f"the host name to make in the hosted zone {zone}")
    return DomainSettings(name, zone) if name else None


def _alarms(reader: ConfigReader, project: str, timeout_seconds: int) -> AlarmSettings:
    latency_key = f"{project}:alarmLatencySeconds"
    latency = reader.number(
        latency_key,
        default=min(10, timeout_seconds - 1),
        at_least=1,
        at_most=GATEWAY_TIMEOUT_SECONDS - 2,
        unit="seconds",
    )
    if latency >= timeout_seconds:
        reader.refuse(
            latency_key,
            f"{latency} is never reached",
            f"less than lambdaTimeoutSeconds, which is {timeout_seconds}: no answer takes longer",
        )
    return AlarmSettings(
        email=reader.text(
            f"{project}:alarmEmail",
            pattern=r"[^@\s]+@[^@\s]+\.[^@\s]+",
            expected="an e-mail address, which AWS asks for its consent",
        ),
        failure_percent=reader.number(
            f"{project}:alarmFailurePercent", default=5, at_least=1, at_most=99, unit="percent"
        ),
        refused_percent=reader.number(
            f"{project}:alarmRefusedPercent", default=50, at_least=1, at_most=99, unit="percent"
        ),
        latency_seconds=latency,
    )


def _secret_key_arn(reader: ConfigReader, project: str, region: str) -> str:
    key = f"{project}:secretKmsKeyArn"
    expected = (
        "the ARN of a KMS key, arn:aws:kms:REGION:ACCOUNT:key/ID; no alias, policies name the key"
    )
    arn = reader.text(
        key,
        pattern=r"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/(mrk-)?[0-9a-f-]{32,36}",
        expected=expected,
    )
    parts = arn.split(":")
    if region and len(parts) == _ARN_PARTS and parts[3] != region:
        reader.refuse(key, f"a key in {parts[3]}", f"one in {region}, the stack's region")
    return arn


def _log_retention(reader: ConfigReader, project: str) -> int:
    days = reader.choice(
        f"{project}:logRetentionDays",
        default="30",
        options=[str(days) for days in LOG_RETENTION_DAYS],
    )
    return int(days) if days.isdecimal() else 0
