"""TaskRouter's expressions: which workers a queue has, which tasks a filter takes.

``expressions.lark`` is the grammar; this module turns a parsed expression into a function of task
and worker attributes.
Source: https://www.twilio.com/docs/taskrouter/expression-syntax
"""

import operator
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

from lark import Lark, Token, Transformer, UnexpectedInput

Scope = Mapping[str, Any]
Value = Callable[[Scope], Any]
Condition = Callable[[Scope], bool]


class ExpressionError(ValueError):
    """An expression that TaskRouter would not take."""


def parse(text: str) -> Condition:
    """Parse an expression; the function that is returned tells whether it holds.

    Raises
    ------
    ExpressionError
        When TaskRouter would refuse it; the message names the place.
    """
    condition: Condition = _parse(text, "condition")
    return condition


@lru_cache(maxsize=1024)
def is_constant(text: str) -> bool:
    """Tell whether an expression that parses is the same for all, as ``1==1`` is."""
    return next(_PARSER.parse(text, start="condition").find_data("reference"), None) is None


def parse_value(text: str) -> Value:
    """Parse the reference (or constant) of a ``known_worker_sid``, such as ``task.targetSid``.

    Raises
    ------
    ExpressionError
        When it is no single value.
    """
    value: Value = _parse(text, "value")
    return value


@lru_cache(maxsize=1024)
def _parse(text: str, start: Literal["condition", "value"]) -> Any:
    try:
        return _ToFunction().transform(_PARSER.parse(text, start=start))
    except UnexpectedInput as error:
        where = "at its end" if error.column < 0 else f"at character {error.column}"
        raise ExpressionError(f"Expression {text!r} makes no sense {where}") from error


# NULL is taken as a scalar; an object is neither a scalar nor an array.
_SCALARS = frozenset({type(None), str, int, float, bool})


def _equal(left: Any, right: Any) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return bool(left == right)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """Compare numbers with numbers and strings with strings.

    The documentation advises against comparing different types and does not give the result; here
    nothing is greater or less than a value of another type, NULL included.
    """

    def apply(left: Any, right: Any) -> bool:
        for kind in ((int, float), (str,)):
            if isinstance(left, kind) and isinstance(right, kind):
                return not (isinstance(left, bool) or isinstance(right, bool)) and compare(
                    left, right
                )
        return False

    return apply


def _contains(text: Any, part: Any) -> bool:
    return isinstance(text, str) and isinstance(part, str) and part in text


def _among(item: Any, array: Any, *, negated: bool) -> bool:
    fits = isinstance(array, list) and item.__class__ in _SCALARS
    return fits and any(_equal(item, other) for other in array) is not negated


_SCALAR: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": _equal,
    "=": _equal,
    "!=": lambda left, right: not _equal(left, right),
    "<": _ordered(operator.lt),
    "<=": _ordered(operator.le),
    ">": _ordered(operator.gt),
    ">=": _ordered(operator.ge),
    "CONTAINS": _contains,
}


def _comparison(sign: str, *, negated: bool) -> Callable[[Any, Any], bool]:
    """Return what compares two values.

    "Using scalar operators on arrays will always return false. Using array operators on two scalar
    values also returns false", says the page: ``!=`` and ``NOT IN`` as well.
    """
    if sign == "HAS":
        return lambda array, item: _among(item, array, negated=negated)
    if sign == "IN":
        return lambda item, array: _among(item, array, negated=negated)
    compare = _SCALAR[sign]

    def apply(left: Any, right: Any) -> bool:
        fits = left.__class__ in _SCALARS and right.__class__ in _SCALARS
        return fits and compare(left, right) is not negated

    return apply


def _step(found: Any, key: str | int) -> Any:
    """Return what a key holds, and None (NULL) if there is nothing of that name."""
    if isinstance(key, str) and isinstance(found, dict):
        return found.get(key)
    if isinstance(key, int) and isinstance(found, list) and key < len(found):
        return found[key]
    return None


class _ToFunction(Transformer[Token, Any]):
    """Makes a function of the scope out of each rule of the grammar."""

    def disjunction(self, conditions: list[Condition]) -> Condition:
        return lambda scope: any(condition(scope) for condition in conditions)

    def conjunction(self, conditions: list[Condition]) -> Condition:
        return lambda scope: all(condition(scope) for condition in conditions)

    def negation(self, children: list[Condition]) -> Condition:
        return lambda scope: not children[0](scope)

    def comparison(self, children: list[Any], *, negated: bool = False) -> Condition:
        left, sign, right = children
        compare = _comparison(sign.upper(), negated=negated)
        return lambda scope: compare(left(scope), right(scope))

    def negated_comparison(self, children: list[Any]) -> Condition:
        return self.comparison(children, negated=True)

    def reference(self, names: list[Token]) -> Value:
        path = [int(name) if name.type == "INDEX" else str(name) for name in names]

        def evaluate(scope: Scope) -> Any:
            found: Any = scope
            for key in path:
                found = _step(found, key)
            return found

        return evaluate

    def array(self, items: list[Value]) -> Value:
        return lambda scope: [item(scope) for item in items]

    def string(self, tokens: list[Token]) -> Value:
        text = re.sub(r"\\(.)", r"\1", tokens[0][1:-1], flags=re.DOTALL)
        return lambda _scope: text

    def number(self, tokens: list[Token]) -> Value:
        number = float(tokens[0]) if "." in tokens[0] else int(tokens[0])
        return lambda _scope: number

    def true(self, _tokens: list[Token]) -> Value:
        return lambda _scope: True

    def false(self, _tokens: list[Token]) -> Value:
        return lambda _scope: False

    def null(self, _tokens: list[Token]) -> Value:
        return lambda _scope: None


_PARSER = Lark(
    files("twilio_emulator.workflows").joinpath("expressions.lark").read_text("utf-8"),
    parser="lalr",
    start=["condition", "value"],
    maybe_placeholders=False,
)
