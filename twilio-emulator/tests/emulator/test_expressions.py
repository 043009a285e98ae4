"""TaskRouter's expressions: https://www.twilio.com/docs/taskrouter/expression-syntax."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twilio_emulator.workflows.expressions import ExpressionError, parse, parse_value

TASK = {
    "string_const": "foo",
    "object": {"array": ["a", "b", "c"], "attr": "bar"},
    "language": "en",
    "skill_rating": 5.5,
    "condition_a": True,
    "customer-value": "gold",
    "empty": [],
}


@pytest.mark.parametrize(
    "expression",
    [
        "1 == 1",
        "1==1",
        "0 != 1",
        '"apple" != "orange"',
        "skill_rating > 1",
        "skill_rating >= 5.5",
        "-1 < 0",
        'object.param != "apple"',
        'language IN ["en", "es"]',
        "language NOT IN ['fr']",
        "(condition_a == true) OR (condition_b == true)",
        '(language == "en" OR language == "fr") AND skill_rating >= 5.1',
        "object.array[2] == 'c'",
        "object.array HAS 'b'",
        "string_const CONTAINS 'oo'",
        "NOT (language == 'fr')",
        "NOT language == 'fr' AND 1 == 1",
        "missing == null",
        "object.attr.deeper == null",
        "object.array[9] == null",
    ],
)
def test_an_expression_holds_for_matching_attributes(expression: str) -> None:
    assert parse(expression)(TASK)


@pytest.mark.parametrize(
    "expression",
    [
        "condition_a == 1",
        "skill_rating == '5.5'",
        "missing > 0",
        "missing < 0",
        "string_const > 1",
        "language IN []",
        "language IN missing",
        "missing HAS 'a'",
        "empty HAS 'a'",
        "string_const HAS 'foo'",
        "object.array CONTAINS 'a'",
        "1 == 2 OR 1 == 1 AND 1 == 2",
        # Scalar operators on arrays, and array operators on scalars.
        "object.array == 'a'",
        "object.array != 'a'",
        "object.array != object.array",
        "object.array NOT CONTAINS 'a'",
        "language NOT IN 'fr'",
        "language NOT IN missing",
        "string_const NOT HAS 'bar'",
    ],
)
def test_an_expression_does_not_hold_for_other_attributes(expression: str) -> None:
    assert not parse(expression)(TASK)


def test_not_in_does_not_hold_for_a_missing_list() -> None:
    """A missing key is NULL, a scalar: array operators on two scalars are false."""
    condition = parse("worker.sid NOT IN task.ignoreWorkerSids")
    assert not condition({"worker": {"sid": "WK1"}, "task": {}})
    assert condition({"worker": {"sid": "WK1"}, "task": {"ignoreWorkerSids": []}})


@pytest.mark.parametrize(
    "expression",
    [
        "",
        " ",
        "1 ==",
        "language",
        "(1 == 1",
        "1 == 1)",
        "1 == 1 AND",
        "a == 'open",
        "a ~ 1",
        "a b",
        "a-b == 1",
    ],
)
def test_an_invalid_expression_is_refused_with_its_position(expression: str) -> None:
    with pytest.raises(ExpressionError, match=r"makes no sense (at character \d+|at its end)"):
        parse(expression)


@pytest.mark.parametrize("reference", ["1 == 1", "a AND b", "", "a.b ==", "a == 1 OR b"])
def test_a_reference_that_is_not_one_value_is_refused(reference: str) -> None:
    with pytest.raises(ExpressionError):
        parse_value(reference)


def test_a_reference_reads_a_nested_attribute() -> None:
    assert parse_value("task.targetSid")({"task": {"targetSid": "WK1"}}) == "WK1"


@settings(deadline=None)
@given(st.text())
def test_any_text_is_either_parsed_or_refused(text: str) -> None:
    try:
        parse(text)(TASK)
    except ExpressionError:
        return


@settings(deadline=None)
@given(st.text(), st.sampled_from("'\""))
def test_any_string_can_be_written_as_a_constant(text: str, quote: str) -> None:
    escaped = text.replace("\\", "\\\\").replace(quote, "\\" + quote)
    assert parse(f"key == {quote}{escaped}{quote}")({"key": text})


scalars = st.one_of(
    st.integers(-99, 99), st.booleans(), st.none(), st.sampled_from(["", "a", "b", "en", "1"])
)


@settings(deadline=None)
@given(scalars, scalars)
def test_equal_and_not_equal_are_opposites(left: Any, right: Any) -> None:
    text = f"{json.dumps(left)} {{}} {json.dumps(right)}"
    equal = type(left) is type(right) and left == right
    assert parse(text.format("=="))({}) is equal
    assert parse(text.format("!="))({}) is not equal


@settings(deadline=None)
@given(scalars, st.lists(scalars))
def test_in_has_and_not_in_agree(item: Any, array: list[Any]) -> None:
    found = any(type(item) is type(other) and item == other for other in array)
    scope = {"item": item, "array": array}
    assert parse("item IN array")(scope) is found
    assert parse("array HAS item")(scope) is found
    assert parse("item NOT IN array")(scope) is not found
    assert parse(f"item IN {json.dumps(array)}")(scope) is found


def logic() -> st.SearchStrategy[tuple[str, bool]]:
    """Generate conditions of TaskRouter's together with their truth by Python's rules."""

    def combine(children: st.SearchStrategy[tuple[str, bool]]) -> st.SearchStrategy[Any]:
        pair = st.tuples(children, children)
        return st.one_of(
            pair.map(lambda p: (f"({p[0][0]}) AND ({p[1][0]})", p[0][1] and p[1][1])),
            pair.map(lambda p: (f"({p[0][0]}) OR ({p[1][0]})", p[0][1] or p[1][1])),
            children.map(lambda c: (f"NOT ({c[0]})", not c[1])),
        )

    return st.recursive(st.sampled_from([("1 == 1", True), ("1 == 2", False)]), combine)


@settings(deadline=None)
@given(logic())
def test_and_or_and_not_follow_boolean_logic(case: tuple[str, bool]) -> None:
    text, truth = case
    assert parse(text)({}) is truth


@settings(deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.sampled_from(["AND", "OR"])), min_size=1, max_size=6))
def test_and_binds_tighter_than_or(words: list[tuple[bool, str]]) -> None:
    """The page shows mixed conditions with parentheses only; this is SQL's order."""
    parts = [f"1 == {1 if truth else 2} {operator}" for truth, operator in words]
    python = " ".join(f"{truth} {operator.lower()}" for truth, operator in words)
    text = " ".join(parts).rsplit(" ", 1)[0]
    assert parse(text)({}) is eval(python.rsplit(" ", 1)[0])  # noqa: S307
