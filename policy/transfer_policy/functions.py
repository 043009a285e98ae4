"""The functions: a runtime that AWS still mends, and nothing secret in the environment."""

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from transfer_policy.resource import Finding, Resource, nested, of_type

FUNCTION: Final = "aws:lambda/function:Function"
SECRET_VERSION: Final = "aws:secretsmanager/secretVersion:SecretVersion"  # noqa: S105 - a type

# The day on which AWS stops mending each runtime. One that is not here is refused: add it with its
# date when the functions were tested on it.
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
END_OF_SUPPORT: Final = {
    "python3.12": dt.date(2028, 10, 31),
    "python3.13": dt.date(2029, 6, 30),
    "python3.14": dt.date(2029, 6, 30),
}

# $LATEST is what is being changed.
_ALIAS: Final = re.compile(r"arn:[^:]+:lambda:[^:]+:[0-9]{12}:function:[^:/]+:[^:/$]+")

# Names that hold a credential, unless they say that they hold the ARN of one.
_CREDENTIAL_NAME: Final = re.compile(
    r"TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|PRIVATE|(^|_)KEY$", re.IGNORECASE
)
_REFERENCE_NAME: Final = re.compile(r"_ARN$", re.IGNORECASE)
# A Twilio auth token is 32 hexadecimal digits, an API key's secret 32 letters and digits; an AWS
# secret access key is 40 of base64's; a URL may have a user and a password in it.
_CREDENTIAL_VALUE: Final = re.compile(r"[0-9A-Za-z]{32}|[0-9A-Za-z/+]{40}|.*://[^/@]*:[^/@]+@.*")
_SHORTEST_SECRET: Final = 8


def unsupported_runtime(resource: Resource, today: dt.date) -> Iterator[str]:
    """Find a runtime whose support has ended by a day, or that nobody has looked at."""
    runtime = str(resource.props.get("runtime", ""))
    known = ", ".join(sorted(END_OF_SUPPORT))
    end = END_OF_SUPPORT.get(runtime)
    if end is None:
        yield f"runtime {runtime!r}; expected one of {known}"
    elif today > end:
        yield f"runtime {runtime!r} is supported until {end} only; expected one of {known}"


def unpublished(resource: Resource) -> Iterator[str]:
    """Find a function of which a change makes no version: an alias could go to none."""
    if resource.props.get("publish") is not True:
        yield "publish is not true; expected a version for the alias with each change"


def untraced(resource: Resource) -> Iterator[str]:
    """Find a function whose requests X-Ray does not see."""
    mode = nested(resource.props, "tracingConfig", "mode")
    if mode != "Active":
        yield f"tracingConfig.mode is {mode!r}; expected Active"


def scheduled_elsewhere(resource: Resource) -> Iterator[str]:
    """Find a schedule that does anything but invoke an alias of a function: it may call any API.

    Source: https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
    """
    arn = str(nested(resource.props, "target", "arn"))
    if not _ALIAS.fullmatch(arn):
        yield f"the target is {arn!r}; expected an alias of a function"


def credential_in_environment(resource: Resource) -> Iterator[str]:
    """Find variables that look like a credential, by name or by value; the value is not shown."""
    for name, value in _environment(resource).items():
        if _CREDENTIAL_NAME.search(name) and not _REFERENCE_NAME.search(name):
            yield f"variable {name} is named like a credential; expected it in Secrets Manager"
        elif _CREDENTIAL_VALUE.fullmatch(str(value)):
            yield f"variable {name} holds what looks like one; expected it in Secrets Manager"


def secret_in_environment(resources: Sequence[Resource]) -> Iterator[Finding]:
    """Find a value of one of the stack's own secrets in a function's environment."""
    secrets = {
        value
        for version in of_type(resources, SECRET_VERSION)
        for value in _leaves(version.props.get("secretString", ""))
        if len(value) >= _SHORTEST_SECRET
    }
    for function in of_type(resources, FUNCTION):
        for name, value in _environment(function).items():
            if any(secret in str(value) for secret in secrets):
                message = f"variable {name} holds a value that is in Secrets Manager"
                yield Finding(function, f"{message}; expected the secret's ARN alone")


def _environment(resource: Resource) -> Mapping[str, Any]:
    found = nested(resource.props, "environment", "variables")
    return found if isinstance(found, Mapping) else {}


def _leaves(secret: str) -> list[str]:
    """Return what is secret in it: its JSON's values, an API key's SID aside, or all of it."""
    try:
        parsed = json.loads(secret)
    except ValueError:
        return [secret]
    if not isinstance(parsed, dict):
        return [secret]
    return [str(value) for key, value in parsed.items() if not key.endswith("_sid")]
