"""Turns a component's arguments into settings, by the declarations of the config keys."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pulumi

from transfer_stack.config_keys import Key
from transfer_stack.read_settings import Given, SettingsError, read_given, stack_values
from transfer_stack.settings import KEYS, StackSettings

# A Twilio account is the provider's, and so is its config.
ARGUMENTS: tuple[Key, ...] = tuple(key for key in KEYS if ":" not in key.name)


def read_args(
    args: Mapping[str, Any], *, name: str, region: str, commit: Callable[[], str]
) -> StackSettings:
    """Turn the arguments of a component into settings.

    Parameters
    ----------
    args
        The arguments by name; one that is None is not set.
    name
        The component's name, which begins the names of its resources in AWS.
    region, commit
        See `read_given`.

    Raises
    ------
    SettingsError
        When there are errors in them or in the config of the Twilio account, with all of them.
    """
    config, secrets = stack_values()
    of_twilio = {key: value for key, value in config.items() if not key.startswith(f"{name}:")}
    given = {
        f"{name}:{key.name}": _text(args[key.argument])
        for key in ARGUMENTS
        if args.get(key.argument) is not None
    }
    encrypted = {key for key in secrets if key.startswith("twilio:")}
    encrypted |= {f"{name}:{key.name}" for key in ARGUMENTS if key.kind.is_secret}
    where = f"component {name}"
    found = Given({**of_twilio, **given}, encrypted, ("twilio",), where)
    stack = pulumi.get_stack()
    try:
        return read_given(found, project=name, stack=stack, region=region, commit=commit)
    except SettingsError as error:
        called = {f"{name}:{key.name}": key.argument for key in ARGUMENTS}
        problems = [
            replace(problem, key=called[problem.key], in_config="")
            if problem.key in called
            else problem
            for problem in error.problems
        ]
        raise SettingsError(where, problems) from None


def _text(value: Any) -> str | pulumi.Output[str]:
    """Return an argument as the config would have it."""
    if isinstance(value, str | pulumi.Output):
        return value
    # A number that comes from a program in another language is a float.
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(list(value) if isinstance(value, tuple) else value)
