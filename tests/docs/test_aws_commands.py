"""The AWS CLI's commands of the pages, held against AWS's own descriptions of its services.

Options that only the CLI has are listed here:
https://docs.aws.amazon.com/cli/latest/reference/#global-options
"""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from typing import Any

import botocore.session
import jmespath  # type: ignore[import-untyped]
import pytest
from botocore import xform_name
from botocore.exceptions import UnknownServiceError

from tests.docs.test_pages import PAGES, ROOT, code

CLI_ONLY = {"--query", "--output", "--region"}
# Not a call of the service's API, but a command of the CLI's own, with its options.
CUSTOM = {("logs", "tail"): {"--since"}}
ARITHMETIC = re.compile(r"\$\(\(.*?\)\)(?!\))", re.DOTALL)


@cache
def service(name: str) -> Any:
    """AWS's description of a service."""
    return botocore.session.get_session().get_service_model(name)


@cache
def waiters(name: str) -> set[str]:
    """What the CLI can wait for, as it is written there."""
    names = botocore.session.get_session().get_waiter_model(name).waiter_names
    return {xform_name(each, "-") for each in names}


def commands(text: str) -> Iterator[list[str]]:
    """Find the words of each command of the AWS CLI in a page's code."""
    joined = ARITHMETIC.sub("1", re.sub(r"\\\n\s*", " ", code(text)))
    for found in re.findall(r"\baws ([a-z0-9-]+ [a-z][^\n|;]*)", joined):
        # One that stands in `$(…)` ends with it.
        cut = found[:-1] if found.count(")") > found.count("(") else found
        yield shlex.split(cut, comments=True)


def wrong(words: list[str]) -> str | None:
    """Say what the CLI would not take of a command; None for one that it takes."""
    name, call, *rest = words
    options = {word for word in rest if word.startswith("--")}
    if (name, call) in CUSTOM:
        return str(options - CUSTOM[name, call] - CLI_ONLY or "") or None
    try:
        model = service(name)
        if call == "wait":
            return None if rest[0] in waiters(name) else f"no waiter {rest[0]}"
        [operation] = [each for each in model.operation_names if xform_name(each, "-") == call]
    except (UnknownServiceError, ValueError):
        return "no such call"
    described = model.operation_model(operation)
    shape = described.input_shape
    members = {f"--{xform_name(each, '-')}" for each in (shape.members if shape else {})}
    required = {f"--{xform_name(each, '-')}" for each in (shape.required_members if shape else [])}
    # A command in the text names the call alone.
    missing = required - options if rest else set()
    if unknown := options - members - CLI_ONLY:
        return f"no options {unknown}"
    if missing:
        return f"without {missing}"
    return _wrong_query(rest[rest.index("--query") + 1], described) if "--query" in rest else None


def _wrong_query(query: str, described: Any) -> str | None:
    jmespath.compile(query)
    asked = query[1:-1].split(", ") if query.startswith("[") else [query]
    first = {re.split(r"\W", each)[0] for each in asked}
    unknown = first - set(described.output_shape.members)
    return f"nothing like {unknown} in the answer" if unknown else None


FOUND = [
    pytest.param(words, id=f"{page.stem}: {' '.join(words[:2])}")
    for page in [*PAGES, ROOT / "README.md"]
    for words in commands(page.read_text())
]


def test_commands_are_found_on_several_pages() -> None:
    assert len(FOUND) > 20
    assert len({str(each.id).partition(":")[0] for each in FOUND}) > 2


@pytest.mark.parametrize("words", FOUND)
def test_the_cli_takes_a_command(words: list[str]) -> None:
    assert wrong(words) is None


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("lambda get-functions --function-name x", "no such call"),
        ("lamda get-function --function-name x", "no such call"),
        ("lambda get-function --name x", "no options {'--name'}"),
        ("lambda get-function --qualifier x", "without {'--function-name'}"),
        ("lambda get-function --function-name x --query Config.State", "nothing like {'Config'}"),
        ("lambda wait version-active --function-name x", "no waiter version-active"),
        ("logs tail group --sense 3m", "{'--sense'}"),
    ],
)
def test_a_wrong_command_is_found(command: str, expected: str) -> None:
    assert expected in str(wrong(shlex.split(command)))
