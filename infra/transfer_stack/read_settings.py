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
    """What is wrong with one key, and what is expected; a secret's value is never shown.

    `in_config` tells how to write that to the config.
    """

    key: str
    fault: str
    expected: str
    in_config: str = ""

    def __str__(self) -> str:
        return f"{self.key}: {self.fault}; expected {self.expected}{self.in_config}"


class SettingsError(pulumi.RunError):
    """The settings have errors. Pulumi prints a `RunError` without a traceback.

    Parameters
    ----------
    where
        What has the errors, such as `config of stack dev`.
    """

    def __init__(self, where: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        count = "1 error" if len(self.problems) == 1 else f"{len(self.problems)} errors"
        super().__init__(f"The {where} has {count}, nothing was changed:\n{lines}")


@dataclass(frozen=True, slots=True)
class Given:
    """What a stack is given: the config's values, or a component's arguments.

    Parameters
    ----------
    values
        All values by full key: as text, lists as JSON. A secret may be an output.
    secrets
        The keys whose values are stored encrypted.
    namespaces
        The namespaces that have no keys but ours.
    where
        What it is, for an error: `config of stack dev`.
    """

    values: Mapping[str, str | pulumi.Output[str]]
    secrets: Collection[str]
    namespaces: tuple[str, ...]
    where: str


def stack_values() -> tuple[dict[str, str], set[str]]:
    """Return the config of the stack that is being deployed, and the keys that are encrypted."""
    # pulumi.Config cannot list the keys, so a misspelt one would go unnoticed.
    config = cast("dict[str, str]", pulumi_config.CONFIG.get())
    return config, {key for key in config if pulumi_config.is_config_secret(key)}


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
    given = Given(config, secrets, (project, "twilio"), f"config of stack {stack}")
    region = config.get("aws:region", "")
    return read_given(given, project=project, stack=stack, region=region, commit=commit)


def read_given(
    given: Given, *, project: str, stack: str, region: str, commit: Callable[[], str]
) -> StackSettings:
    """Turn what a stack is given into settings; see `read_settings`.

    Parameters
    ----------
    region
        The region that the stack's resources are in; empty if it is not known here.
    """
    reader = _Reader(given, project, stack)
    settings: StackSettings = reader.read(StackSettings, project=project, stack=stack, commit="")
    settings = _with_reachable_latency(reader, settings)
    _check_stack_name(reader)
    _check_credentials(reader)
    _check_offers(reader, settings)
    _check_workflows(reader, settings)
    _check_gateway_and_region(reader, settings)
    _check_key_region(reader, settings, region)
    reader.refuse_unknown()
    if reader.problems:
        raise SettingsError(given.where, reader.problems)
    return replace(settings, commit=commit() if settings.tag_commit else "")


class _Reader:
    """Reads keys by their declarations and collects the problems."""

    def __init__(self, given: Given, project: str, stack: str) -> None:
        self._given = given
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
        """Return a value as it is given; empty if it is not set, or an output.

        A secret under a key that takes none reads as not set: a problem with it could show it.
        """
        key = next(key for key in KEYS if key.name == name)
        full = key.full_name(self.project)
        is_misplaced = full in self._given.secrets and not key.kind.is_secret
        value = self._given.values.get(full, "")
        return "" if is_misplaced or isinstance(value, pulumi.Output) else value

    def is_set(self, name: str) -> bool:
        """Whether a value is given, be it an output."""
        value = self._given.values.get(f"{self.project}:{name}", "")
        return isinstance(value, pulumi.Output) or bool(value)

    def refuse(self, name: str, fault: str, expected: str, in_config: str = "") -> None:
        """Add a problem with a key."""
        full = name if ":" in name else f"{self.project}:{name}"
        self.problems.append(Problem(full, fault, expected, in_config.replace("{}", full)))

    def refuse_unknown(self) -> None:
        """Add a problem for each key of our namespaces, or of a similar one, that is not ours."""
        names = {key.full_name().partition(":")[2]: key.full_name(self.project) for key in KEYS}
        for full in sorted(set(self._given.values) - set(names.values())):
            namespace, _, name = full.partition(":")
            ours = self._given.namespaces
            if difflib.get_close_matches(namespace, ours, n=1, cutoff=_SAME_NAMESPACE):
                close = difflib.get_close_matches(name, names, n=1)
                meant = f"{names[close[0]]}, perhaps" if close else "a key of Pulumi.dev.yaml"
                self.refuse(full, "unknown key", meant)

    def _value(self, key: Key) -> Any:
        full, raw = key.full_name(self.project), self.raw(key.name)
        given = self._given.values.get(full)
        if isinstance(given, pulumi.Output) and key.kind.is_secret:
            return given.apply(lambda text: _checked(key, text))
        if isinstance(given, pulumi.Output):
            self.refuse(full, "an output", f"{key.kind.expected}, as a plain value")
        elif not raw and given:
            todo = f": pulumi config set --plaintext {full}"
            self.refuse(full, "stored as a secret", "plain text, the program would show it", todo)
        elif not raw and key.default is REQUIRED:
            self.refuse(full, "missing", key.kind.expected)
        elif raw and key.kind.is_secret and full not in self._given.secrets:
            todo = f": pulumi config set --secret {full}; replace what was exposed"
            self.refuse(full, "stored in plain text", "a secret", todo)
        elif raw:
            faults = list(key.kind.faults(raw))
            for fault in faults:
                self.refuse(full, *fault)
            if not faults:
                return key.kind.value(raw)
        if isinstance(key.default, str):
            return key.default.replace("STACK", self.stack)
        return key.default


def _checked(key: Key, text: str) -> str:
    """Return an argument's secret that has become known, if it has no faults."""
    for fault in key.kind.faults(text):
        raise pulumi.RunError(str(Problem(key.argument, fault.fault, fault.expected)))
    return text


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
        todo = ": pulumi config rm what is not to be used"
        reader.refuse("twilio:authToken", "set together with an API key", "one of the two", todo)
    elif key_sid and not key_secret:
        todo = ": pulumi config set --secret twilio:apiKeySecret"
        reader.refuse("twilio:apiKeySecret", "missing", "the API key's secret", todo)
    elif key_secret and not key_sid:
        reader.refuse("twilio:apiKeySid", "missing", "the SID of the API key with that secret")
    elif not token and not key_sid:
        expected = (
            "a secret: pulumi config set --secret twilio:authToken, or an API key: "
            "twilio:apiKeySid and twilio:apiKeySecret"
        )
        reader.refuse("twilio:authToken", "missing", expected)


def _check_offers(reader: _Reader, settings: StackSettings) -> None:
    offers = settings.offers
    if offers.are_possible and not reader.is_set("eventsPassword"):
        expected = f"one, since handOver is {offers.hand_over}"
        reader.refuse("eventsPassword", "missing", expected, NEW_PASSWORD)
    if offers.offered and not offers.are_possible:
        fault = "choices, though handOver is now"
        reader.refuse("handOverChoices", fault, "no such key, or another handOver")


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
