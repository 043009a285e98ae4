"""Moves the alias `live` of all functions of a stack back to the versions of an earlier time.

Run `python infra/roll_back.py flex-chat-transfer-production --to 2026-11-30T09:00Z`. Without `--to`
it shows each function's versions. It needs neither Pulumi nor the program.
"""

import argparse
import datetime as dt
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import boto3
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

LIVE: Final = "live"


class NothingToGoBackToError(Exception):
    """A function has no version of that time that can answer; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Version:
    """A published version: its number, when it was published, and Lambda's state of it."""

    number: int
    published: dt.datetime
    state: str


@dataclass(frozen=True, slots=True)
class Function:
    """A function, its versions from the oldest to the newest, and the one that is live."""

    name: str
    versions: tuple[Version, ...]
    live: int


def find_functions(client: "LambdaClient", prefix: str) -> list[Function]:
    """Return the functions whose names begin with a prefix and a hyphen, by name."""
    names = sorted(
        found["FunctionName"]
        for page in client.get_paginator("list_functions").paginate()
        for found in page["Functions"]
        if found["FunctionName"].startswith(f"{prefix}-")
    )
    return [_function(client, name) for name in names]


def _function(client: "LambdaClient", name: str) -> Function:
    numbers = sorted(
        int(found["Version"])
        for page in client.get_paginator("list_versions_by_function").paginate(FunctionName=name)
        for found in page["Versions"]
        if found["Version"] != "$LATEST"
    )
    versions = []
    for number in numbers:
        found = client.get_function_configuration(FunctionName=name, Qualifier=str(number))
        published = dt.datetime.fromisoformat(found["LastModified"])
        versions.append(Version(number, published, found.get("State", "Active")))
    live = client.get_alias(FunctionName=name, Name=LIVE)["FunctionVersion"]
    return Function(name, tuple(versions), int(live))


def chosen(functions: Sequence[Function], to: dt.datetime) -> dict[str, int]:
    """Return the version of each function that was the newest at a time.

    Raises
    ------
    NothingToGoBackToError
        When a function had none, or one that is not `Active`: see docs/operations.md.
    """
    found: dict[str, int] = {}
    for function in functions:
        earlier = [version for version in function.versions if version.published <= to]
        if not earlier:
            raise NothingToGoBackToError(f"{function.name} has no version from before {to}")
        newest = earlier[-1]
        if newest.state != "Active":
            raise NothingToGoBackToError(
                f"{function.name} {newest.number} is {newest.state}, not Active: invoke it until "
                "it is, see docs/operations.md"
            )
        found[function.name] = newest.number
    return found


def table(functions: Sequence[Function], target: Mapping[str, int]) -> str:
    """Return a line for each version, with what is live and what it becomes."""
    lines = []
    for function in functions:
        lines.append(function.name)
        for version in function.versions:
            marks = [
                *(["live"] if version.number == function.live else []),
                *(["goes live"] if version.number == target.get(function.name) else []),
            ]
            published = f"{version.published:%Y-%m-%d %H:%M} UTC"
            line = f"  {version.number:>5}  {published}  {version.state:<8}  {', '.join(marks)}"
            lines.append(line.rstrip())
    return "\n".join(lines)


def _time(text: str) -> dt.datetime:
    found = dt.datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise argparse.ArgumentTypeError("a time with its zone, such as 2026-11-30T09:00Z")
    return found.astimezone(dt.UTC)


def main(arguments: Sequence[str] | None = None) -> None:
    """Show the versions of a stack's functions, or make those of a time live."""
    parser = argparse.ArgumentParser(description="Roll all functions of a stack back.")
    parser.add_argument("prefix", help="the stack's prefix, such as flex-chat-transfer-production")
    parser.add_argument("--to", type=_time, metavar="TIME", help="2026-11-30T09:00Z; none: show")
    parser.add_argument(
        "--region",
        default=os.environ.get("AWS_REGION"),
        help="AWS's region; by default AWS_REGION or the profile's",
    )
    given = parser.parse_args(arguments)
    try:
        client = boto3.client("lambda", region_name=given.region)
        functions = find_functions(client, given.prefix)
        if not functions:
            parser.exit(1, f"{parser.prog}: no function's name begins with {given.prefix}-\n")
        target = chosen(functions, given.to) if given.to else {}
        print(table(functions, target))  # noqa: T201
        for name, number in target.items():
            client.update_alias(FunctionName=name, Name=LIVE, FunctionVersion=str(number))
    except (BotoCoreError, ClientError, NothingToGoBackToError) as error:
        parser.exit(1, f"{parser.prog}: {error}\n")


if __name__ == "__main__":
    main()
