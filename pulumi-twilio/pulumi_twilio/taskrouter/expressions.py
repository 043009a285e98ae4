"""TaskRouter's expressions: https://www.twilio.com/docs/taskrouter/expression-syntax."""

from functools import cache
from importlib.resources import files
from typing import Any

GRAMMAR = files("pulumi_twilio.taskrouter").joinpath("expressions.lark").read_text("utf-8")


@cache
def _parser() -> Any:
    # Only the provider checks expressions: a program that imports the SDK does not load lark.
    from lark import Lark  # noqa: PLC0415

    return Lark(GRAMMAR, parser="lalr", start=["condition", "value"], maybe_placeholders=False)


def fault(text: str) -> str | None:
    """Find where an expression stops making sense.

    Parameters
    ----------
    text
        An expression that is true or false, such as `skills HAS "sales"`.

    Returns
    -------
    str or None
        What was expected; None for an expression that parses.
    """
    from lark import UnexpectedInput  # noqa: PLC0415

    try:
        tree = _parser().parse(text, start="condition")
    except UnexpectedInput as error:
        ended = getattr(getattr(error, "token", None), "type", "") == "$END"
        where = "at its end" if ended else f"at character {error.column}"
        return f"an expression of TaskRouter; this one cannot be read {where}"
    conditions = {"comparison", "negated_comparison", "negation", "conjunction", "disjunction"}
    if tree.data not in conditions:
        return "a comparison, such as 'skills HAS \"sales\"'"
    return None


def value_fault(text: str) -> str | None:
    """Find what is wrong with an expression that stands for one value, such as `task.agentSid`."""
    return None if fault(f"{text} == null") is None else "a value such as task.agentSid"
