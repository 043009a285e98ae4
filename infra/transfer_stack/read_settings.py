"""Turns the stack's config into settings before any resource is declared.

`pulumi.Config.require` stops at the first missing key and checks no values. Here all errors are
collected and shown at once.
"""

import difflib
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final, cast

import pulumi
from pulumi.runtime import config as pulumi_config

from transfer_stack.config_keys import REQUIRED, Key
from transfer_stack.offer_settings import NEW_PASSWORD
from transfer_stack.plugin_settings import MOST_WORKFLOWS
from transfer_stack.settings import KEYS, StackSettings

# Lambda's limit for a function's name.
# https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
_LONGEST_NAME: Final = 64
# twilo is close enough to twilio, and aws is not.
_SAME_NAMESPACE: Final = 0.8


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one key, and what is expected; a secret's value is never shown."""

    key: str
    fault: str
    expected: str

    def __str__(self) -> str:
        return f"{self.key}: {self.fault}; expected {self.expected}"


class SettingsError(pulumi.RunError):
    """The stack config has errors. Pulumi prints a `RunError` without a traceback."""

    def __init__(self, stack: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        count = "1 error" if len(self.problems) == 1 else f"{len(self.problems)} errors"
        super().__init__(f"The config of stack {stack} has {count}, nothing was changed:\n{lines}")


def load_settings(commit: Callable[[], str]) -> StackSettings:
    """Read the settings of the stack that is being deployed; see `read_settings`."""
    # pulumi.Config cannot list the keys, so a misspelt one would go unnoticed.
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
) -> StackSettings:
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
        Returns the commit that is deployed, or an empty string; called only when it is to be
        tagged.

    Raises
    ------
    SettingsError
        When there are errors, with all of them.
    """
    reader = _Reader(config, secrets, project, stack)
    settings: StackSettings = reader.read(StackSettings, project=project, stack=stack, commit="")
    settings = _with_reachable_latency(reader, settings)
    _check_stack_name(reader)
    _check_credentials(reader)
    _check_events_password(reader, settings)
    _check_workflows(reader, settings)
    _check_gateway_and_region(reader, settings)
    _check_key_region(reader, settings, config.get("aws:region", ""))
    reader.refuse_unknown()
    if reader.problems:
        raise SettingsError(stack, reader.problems)
    return replace(settings, commit=commit() if settings.tag_commit else "")


class _Reader:
    """Reads keys by their declarations and collects the problems."""

    def __init__(
        self, config: Mapping[str, str], secrets: Collection[str], project: str, stack: str
    ) -> None:
        self._config = config
        self._secrets = secrets
        self.project = project
        self.stack = stack
        self.problems: list[Problem] = []

    def read(self, section: Any, **given: Any) -> Any:
        """Return an instance of a settings class; wrong values are replaced by their defaults."""
        for item in fields(section):
            if item.name not in given:
                key = item.metadata.get("key")
                given[item.name] = self._value(key) if key else self.read(item.type)
        return section(**given)

    def raw(self, name: str) -> str:
        """Return a value as it is in the config; empty if it is not set.

        A secret under a key that takes none reads as not set: a problem with it could show it.
        """
        key = next(key for key in KEYS if key.name == name)
        full = key.full_name(self.project)
        is_misplaced = full in self._secrets and not key.kind.is_secret
        return "" if is_misplaced else self._config.get(full, "")

    def refuse(self, name: str, fault: str, expected: str) -> None:
        """Add a problem with a key."""
        full = name if ":" in name else f"{self.project}:{name}"
        self.problems.append(Problem(full, fault, expected))

    def refuse_unknown(self) -> None:
        """Add a problem for each key of our namespaces, or of a similar one, that is not ours."""
        names = {key.full_name().partition(":")[2]: key.full_name(self.project) for key in KEYS}
        for full in sorted(set(self._config) - set(names.values())):
            namespace, _, name = full.partition(":")
            ours = (self.project, "twilio")
            if difflib.get_close_matches(namespace, ours, n=1, cutoff=_SAME_NAMESPACE):
                close = difflib.get_close_matches(name, names, n=1)
                meant = f"{names[close[0]]}, perhaps" if close else "a key of Pulumi.dev.yaml"
                self.refuse(full, "unknown key", meant)

    def _value(self, key: Key) -> Any:
        full, raw = key.full_name(self.project), self.raw(key.name)
        if not raw:
            if self._config.get(full):
                todo = (
                    f"plain text, the program would show it: pulumi config set --plaintext {full}"
                )
                self.refuse(full, "stored as a secret", todo)
            elif key.default is REQUIRED:
                self.refuse(full, "missing", key.kind.expected)
        elif key.kind.is_secret and full not in self._secrets:
            todo = f"a secret: pulumi config set --secret {full}; replace what was exposed"
            self.refuse(full, "stored in plain text", todo)
        else:
            faults = list(key.kind.faults(raw))
            for fault, expected in faults:
                self.refuse(full, fault, expected.replace("{}", full))
            if not faults:
                return key.kind.value(raw)
        if isinstance(key.default, str):
            return key.default.replace("STACK", self.stack)
        return key.default


def _check_stack_name(reader: _Reader) -> None:
    longest = _LONGEST_NAME - len("-transfer-events") - len(reader.project) - 1
    if not re.fullmatch(r"[A-Za-z0-9_-]+", reader.stack) or len(reader.stack) > longest:
        expected = f"at most {longest} letters, digits, - and _, since AWS resources are named "
        fault = f"wrong value {reader.stack!r}"
        reader.problems.append(Problem("stack name", fault, f"{expected}after it"))


def _check_credentials(reader: _Reader) -> None:
    token, key_sid, key_secret = (
        reader.raw(f"twilio:{name}") for name in ("authToken", "apiKeySid", "apiKeySecret")
    )
    if token and (key_sid or key_secret):
        expected = "one of the two: pulumi config rm what is not to be used"
        reader.refuse("twilio:authToken", "set together with an API key", expected)
    elif key_sid and not key_secret:
        expected = "the API key's secret: pulumi config set --secret twilio:apiKeySecret"
        reader.refuse("twilio:apiKeySecret", "missing", expected)
    elif key_secret and not key_sid:
        reader.refuse("twilio:apiKeySid", "missing", "the SID of the API key with that secret")
    elif not token and not key_sid:
        expected = (
            "a secret: pulumi config set --secret twilio:authToken, or an API key: "
            "twilio:apiKeySid and twilio:apiKeySecret"
        )
        reader.refuse("twilio:authToken", "missing", expected)


def _check_events_password(reader: _Reader, settings: StackSettings) -> None:
    if settings.offers.are_possible and not reader.raw("eventsPassword"):
        expected = f"one, since handOver is {settings.offers.hand_over}: {NEW_PASSWORD}"
        reader.refuse("eventsPassword", "missing", expected)


def _check_workflows(reader: _Reader, settings: StackSettings) -> None:
    number = len(settings.plugin.workflows or ())
    if number > MOST_WORKFLOWS:
        fault = f"{number} workflows"
        reader.refuse("transferWorkflows", fault, f"at most {MOST_WORKFLOWS}, or no such key")


def _check_gateway_and_region(reader: _Reader, settings: StackSettings) -> None:
    region, edge = reader.raw("twilio:region"), reader.raw("twilio:edge")
    if region and not edge:
        # https://www.twilio.com/docs/global-infrastructure/using-the-twilio-rest-api-in-a-non-us-region
        expected = f"the edge location to go with region {region}: Twilio's host names take both"
        reader.refuse("twilio:edge", "missing", expected)
    domain, zone = reader.raw("domainName"), reader.raw("hostedZoneId")
    if domain and not zone:
        expected = f"the ID of the Route 53 hosted zone that {domain} is in"
        reader.refuse("hostedZoneId", "missing", expected)
    if settings.gateway.trust_store and not domain:
        expected = "the host name that the distribution in front forwards"
        reader.refuse("domainName", "missing", expected)
    if settings.gateway.trust_store and settings.gateway.keeps_execute_api:
        fault = "callers could go round the distribution that originTrustStore is for"
        reader.refuse("keepExecuteApi", fault, "one of the two")
    if zone and not domain:
        reader.refuse("domainName", "missing", f"the host name to make in the hosted zone {zone}")
    if not settings.gateway.allowed_origins:
        reader.refuse("allowedOrigins", "an empty list", "at least one origin, or no such key")


def _with_reachable_latency(reader: _Reader, settings: StackSettings) -> StackSettings:
    """Lower the latency alarm's default below the function's timeout; refuse a value above it."""
    latency, timeout = settings.alarms.latency_seconds, settings.functions.timeout_seconds
    if latency < timeout:
        return settings
    if reader.raw("alarmLatencySeconds"):
        expected = f"less than lambdaTimeoutSeconds, which is {timeout}: no answer takes longer"
        reader.refuse("alarmLatencySeconds", f"{latency} is never reached", expected)
    return replace(settings, alarms=replace(settings.alarms, latency_seconds=timeout - 1))


def _check_key_region(reader: _Reader, settings: StackSettings, region: str) -> None:
    if settings.key_arn and region:
        key_region = settings.key_arn.split(":")[3]
        if key_region != region:
            expected = f"one in {region}, the stack's region"
            reader.refuse("kmsKeyArn", f"a key in {key_region}", expected)
