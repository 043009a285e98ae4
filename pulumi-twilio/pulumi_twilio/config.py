"""The provider's configuration: where it comes from, what it must look like, what it becomes."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from pulumi_twilio.errors import NotConfiguredError
from pulumi_twilio.property_values import UNKNOWN, Properties

SECRET_KEYS = frozenset({"authToken", "apiKeySecret"})

# What Twilio's own libraries and CLI read: https://www.twilio.com/docs/usage/secure-credentials,
# https://www.twilio.com/docs/twilio-cli/general-usage/profiles
ENVIRONMENT = {
    "accountSid": "TWILIO_ACCOUNT_SID",
    "authToken": "TWILIO_AUTH_TOKEN",
    "apiKeySid": "TWILIO_API_KEY",
    "apiKeySecret": "TWILIO_API_SECRET",
    "region": "TWILIO_REGION",
    "edge": "TWILIO_EDGE",
}

# The engine's own keys of a provider.
_ENGINE_KEYS = frozenset({"version", "pluginDownloadURL", "__internal"})


@dataclass(frozen=True, slots=True)
class Settings:
    """What it takes to call Twilio for one account.

    Attributes
    ----------
    account_sid
        `AC` and 32 hexadecimal digits.
    username, password
        Account SID and auth token, or API key SID and its secret.
    region, edge
        Where to send the calls: https://www.twilio.com/docs/global-infrastructure.
    base_url
        Where an emulator of Twilio listens, None for Twilio itself.
    """

    account_sid: str
    username: str
    password: str = field(repr=False)
    region: str | None = None
    edge: str | None = None
    base_url: str | None = None


def _matching(pattern: str, expected: str) -> Callable[[str], str | None]:
    def rule(value: str) -> str | None:
        return None if re.fullmatch(pattern, value) else expected

    return rule


def _base_url(value: str) -> str | None:
    expected = "http:// or https://, a host and an optional port, such as http://127.0.0.1:4010"
    try:
        url = urlsplit(value)
        port_is_fine = url.port != 0
    except ValueError:
        return expected
    extras = url.username or url.password or url.query or url.fragment
    fine = url.scheme in {"http", "https"} and url.hostname and port_is_fine and not extras
    return None if fine else expected


_LABEL = r"[a-z0-9]+(-[a-z0-9]+)*"

_RULES: dict[str, Callable[[str], str | None]] = {
    "accountSid": _matching(r"AC[0-9a-f]{32}", "AC and 32 hexadecimal digits, lower-case"),
    "authToken": _matching(r"\S+", "the token without spaces"),
    "apiKeySid": _matching(r"SK[0-9a-f]{32}", "SK and 32 hexadecimal digits, lower-case"),
    "apiKeySecret": _matching(r"\S+", "the secret without spaces"),
    "region": _matching(_LABEL, "a Twilio region such as us1, ie1 or au1"),
    "edge": _matching(_LABEL, "a Twilio edge location such as dublin or ashburn"),
    "baseUrl": _base_url,
}

KEYS = tuple(_RULES)

DESCRIPTION = (
    "Settings for resources that do not use the stack's `twilio:` configuration. What is not given "
    "here comes from the environment (`TWILIO_ACCOUNT_SID`, `TWILIO_AUTH_TOKEN`, `TWILIO_API_KEY`, "
    "`TWILIO_API_SECRET`, `TWILIO_REGION`, `TWILIO_EDGE`)."
)
DESCRIPTIONS = {
    "accountSid": "`AC` and 32 hexadecimal digits.",
    "authToken": "The account's auth token, or else an API key. Kept as a secret.",
    "apiKeySid": "An API key, `SK` and 32 hexadecimal digits.",
    "apiKeySecret": "The API key's secret. Kept as a secret.",
    "region": "A Twilio region such as `ie1`: https://www.twilio.com/docs/global-infrastructure.",
    "edge": "A Twilio edge location such as `dublin`. A region needs its own.",
    "baseUrl": (
        "Where an emulator of Twilio listens. A call to `https://taskrouter.twilio.com/v1/…` then "
        "goes to `<base_url>/taskrouter/v1/…`."
    ),
}


def check(config: Properties, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Find what is wrong with a configuration.

    Parameters
    ----------
    config
        The provider's inputs, by their camelCase keys.
    environment
        The process environment, which fills in for keys that the configuration leaves out.

    Returns
    -------
    dict
        For each wrong key one reason; empty when everything is fine. Reasons never repeat a
        secret's value.
    """
    failures = {
        key: f"is not a key of this provider; it knows {', '.join(KEYS)}"
        for key in config
        if key not in _RULES and key not in _ENGINE_KEYS
    }
    values = resolve(config, environment)
    for key, value in values.items():
        if value is UNKNOWN:
            continue
        expected = _RULES[key](value) if isinstance(value, str) else "a string"
        if expected:
            failures[key] = f"must be {expected}{_found(key, value, config)}"
    return _credential_failures(values) | _edge_failure(values) | failures


def resolve(config: Properties, environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Fill in from the environment what the configuration leaves out; empty means left out.

    The configuration wins. If it has credentials of one kind, the environment's of the other kind
    do not count. If it has the account, the environment's region and edge do not count either: they
    may be another account's.

    Parameters
    ----------
    config
        The provider's inputs, by their camelCase keys.
    environment
        The process environment.

    Returns
    -------
    dict
        Every key that has a value.
    """
    values = {key: config[key] for key in KEYS if config.get(key) not in (None, "")}
    api_key = {"apiKeySid", "apiKeySecret"}
    kinds = [{"authToken"}, api_key]
    fallbacks = {key: environment.get(name) for key, name in ENVIRONMENT.items()}
    declared = [kind for kind in kinds if kind & values.keys()]
    # As in Twilio's own CLI, an API key goes before an auth token.
    complete = all(fallbacks[key] for key in api_key)
    chosen = declared or ([api_key] if complete else [{"authToken"}])
    ignored = set().union(*(kind for kind in kinds if kind not in chosen))
    if "accountSid" in values:
        ignored |= {"region", "edge"}
    for key, value in fallbacks.items():
        if value and key not in ignored:
            values.setdefault(key, value)
    return values


def settings(config: Properties, environment: Mapping[str, str] = os.environ) -> Settings:
    """Make the settings of a configuration.

    Parameters
    ----------
    config
        The provider's inputs, by their camelCase keys.
    environment
        The process environment.

    Returns
    -------
    Settings
        What it takes to call Twilio.

    Raises
    ------
    NotConfiguredError
        A value is missing or wrong. Before a refresh or a destroy the engine does not ask `check`:
        it sends what the state has, and the environment may lack the rest.
    """
    reasons = [
        f"{key} {reason}" for key, reason in check(config, environment).items() if key in KEYS
    ]
    if reasons:
        raise NotConfiguredError(
            f"{'; '.join(reasons)}. `pulumi refresh` and `pulumi destroy` read the environment and "
            "what the last `pulumi up` recorded: after `pulumi config set` run `pulumi up` first"
        )
    values = resolve(config, environment)
    uses_key = "apiKeySid" in values
    return Settings(
        account_sid=values["accountSid"],
        username=values["apiKeySid" if uses_key else "accountSid"],
        password=values["apiKeySecret" if uses_key else "authToken"],
        region=values.get("region"),
        edge=values.get("edge"),
        base_url=values.get("baseUrl"),
    )


def _found(key: str, value: object, config: Properties) -> str:
    # A URL may hold a password.
    shown = "" if key in SECRET_KEYS or "@" in str(value) else f", not {value!r}"
    from_environment = config.get(key) in (None, "") and key in ENVIRONMENT
    return shown + (f" (environment variable {ENVIRONMENT[key]})" if from_environment else "")


def _edge_failure(values: Mapping[str, Any]) -> dict[str, str]:
    # Hosts without an edge location stop working outside us1:
    # https://www.twilio.com/docs/global-infrastructure/understanding-edge-locations
    region = values.get("region")
    if region in {None, UNKNOWN, "us1"} or "edge" in values:
        return {}
    return {
        "edge": f"is missing: region {region!r} needs the edge location that goes with it "
        "(`pulumi config set twilio:edge dublin` for ie1, `sydney` for au1)"
    }


def _credential_failures(values: Mapping[str, Any]) -> dict[str, str]:
    failures = {}
    if "accountSid" not in values:
        failures["accountSid"] = (
            "is missing: `pulumi config set twilio:accountSid AC…`, or the environment variable "
            "TWILIO_ACCOUNT_SID"
        )
    key_parts = {"apiKeySid", "apiKeySecret"} & values.keys()
    if "authToken" in values and key_parts:
        failures["authToken"] = (
            "is set together with an API key: set either authToken, or apiKeySid and apiKeySecret"
        )
    elif "authToken" not in values and not key_parts:
        failures["authToken"] = (
            "is missing, and so is an API key: `pulumi config set --secret twilio:authToken`, or "
            "twilio:apiKeySid and (secret) twilio:apiKeySecret, or the environment variables "
            "TWILIO_AUTH_TOKEN, or TWILIO_API_KEY and TWILIO_API_SECRET"
        )
    elif key_parts == {"apiKeySid"}:
        failures["apiKeySecret"] = (
            "is missing: apiKeySid needs it (`pulumi config set --secret twilio:apiKeySecret`)"
        )
    elif key_parts == {"apiKeySecret"}:
        failures["apiKeySid"] = (
            "is missing: apiKeySecret needs it (`pulumi config set twilio:apiKeySid SK…`)"
        )
    return failures
