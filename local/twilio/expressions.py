"""TaskRouter's expressions: which workers a queue has, which tasks a filter takes.

The grammar is the provider's, in ``pulumi_twilio/taskrouter``; this module turns a parsed
expression into a small tree and evaluates it against task and worker attributes.
Source: https://www.twilio.com/docs/taskrouter/expression-syntax
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput

from pulumi_twilio.taskrouter.expressions import GRAMMAR

Scope = Mapping[str, Any]

_PARSER = Lark(
    GRAMMAR,
    parser="lalr",
    maybe_placeholders=False,
)


class ExpressionError(ValueError):
    """An expression that TaskRouter would not take."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A string, a number, a boolean or null."""

    content: Any

    def evaluate(self, _scope: Scope) -> Any:
        """Return the constant."""
        return self.content


@dataclass(frozen=True, slots=True)
class Array:
    """A list of values."""

    items: tuple["Value", ...]

    def evaluate(self, scope: Scope) -> Any:
        """Return the values of its items."""
        return [item.evaluate(scope) for item in self.items]


@dataclass(frozen=True, slots=True)
class Reference:
    """A key of the attributes, such as ``task.customer.languages[0]``."""

    path: tuple[str | int, ...]

    def evaluate(self, scope: Scope) -> Any:
        """Return what the key holds, and None (NULL) where there is nothing of that name."""
        found: Any = scope
        for step in self.path:
            if isinstance(step, str) and isinstance(found, Mapping):
                found = found.get(step)
            elif isinstance(step, int) and isinstance(found, list) and step < len(found):
                found = found[step]
            else:
                return None
        return found


Value = Constant | Array | Reference


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two values and what is asked about them."""

    left: Value
    operator: str
    right: Value

    def holds(self, scope: Scope) -> bool:
        """Tell whether it is true of these attributes."""
        return _OPERATORS[self.operator](self.left.evaluate(scope), self.right.evaluate(scope))


@dataclass(frozen=True, slots=True)
class Negation:
    """The opposite of a condition."""

    condition: "Condition"

    def holds(self, scope: Scope) -> bool:
        """Tell whether it is true of these attributes."""
        return not self.condition.holds(scope)


@dataclass(frozen=True, slots=True)
class Conjunction:
    """Conditions that must all hold."""

    conditions: tuple["Condition", ...]

    def holds(self, scope: Scope) -> bool:
        """Tell whether it is true of these attributes."""
        return all(condition.holds(scope) for condition in self.conditions)


@dataclass(frozen=True, slots=True)
class Disjunction:
    """Conditions of which one is enough."""

    conditions: tuple["Condition", ...]

    def holds(self, scope: Scope) -> bool:
        """Tell whether it is true of these attributes."""
        return any(condition.holds(scope) for condition in self.conditions)


Condition = Comparison | Negation | Conjunction | Disjunction


def parse(text: str) -> Condition:
    """Parse an expression that is true or false.

    Raises
    ------
    ExpressionError
        When TaskRouter would refuse it; the message says where it stops making sense.
    """
    tree = _parse(text)
    if not isinstance(tree, Condition):
        raise ExpressionError(f"Expression {text!r} is not a comparison")
    return tree


def parse_value(text: str) -> Value:
    """Parse the reference (or constant) of a ``known_worker_sid``, such as ``task.targetSid``.

    Raises
    ------
    ExpressionError
        When it is no single value.
    """
    tree = _parse(f"{text} == null")
    if not isinstance(tree, Comparison):
        raise ExpressionError(f"Expression {text!r} is not a value")
    return tree.left


@lru_cache(maxsize=1024)
def _parse(text: str) -> Any:
    try:
        return _ToTree().transform(_PARSER.parse(text))
    except UnexpectedInput as error:
        where = "at its end" if error.column < 0 else f"at character {error.column}"
        raise ExpressionError(f"Expression {text!r} makes no sense {where}") from error


def _equal(left: Any, right: Any) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return bool(left == right)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """Compare numbers with numbers and strings with strings.

    The documentation advises against comparing different types and does not say what comes of it;
    here nothing is greater or less than a value of another type, NULL included.
    """

    def apply(left: Any, right: Any) -> bool:
        for kind in ((int, float), (str,)):
            if isinstance(left, kind) and isinstance(right, kind):
                return not (isinstance(left, bool) or isinstance(right, bool)) and compare(
                    left, right
                )
        return False

    return apply


def _is_in(item: Any, array: Any) -> bool:
    return isinstance(array, list) and any(_equal(item, other) for other in array)


def _contains(text: Any, part: Any) -> bool:
    return isinstance(text, str) and isinstance(part, str) and part in text


_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": _equal,
    "=": _equal,
    "!=": lambda left, right: not _equal(left, right),
    "<": _ordered(operator.lt),
    "<=": _ordered(operator.le),
    ">": _ordered(operator.gt),
    ">=": _ordered(operator.ge),
    "CONTAINS": _contains,
    "HAS": lambda array, item: _is_in(item, array),
    "IN": _is_in,
}


class _ToTree(Transformer[Token, Any]):
    def disjunction(self, conditions: list[Condition]) -> Disjunction:
        return Disjunction(tuple(conditions))

    def conjunction(self, conditions: list[Condition]) -> Conjunction:
        return Conjunction(tuple(conditions))

    def negation(self, children: list[Condition]) -> Negation:
        return Negation(children[0])

    def comparison(self, children: list[Any]) -> Comparison:
        left, sign, right = children
        return Comparison(left, str(sign).upper(), right)

    def negated_comparison(self, children: list[Any]) -> Negation:
        return Negation(self.comparison(children))

    def reference(self, names: list[Token]) -> Reference:
        return Reference(tuple(int(n) if n.type == "INDEX" else str(n) for n in names))

    def array(self, items: list[Value]) -> Array:
        return Array(tuple(items))

    def string(self, tokens: list[Token]) -> Constant:
        return Constant(re.sub(r"\\(.)", r"\1", tokens[0][1:-1], flags=re.DOTALL))

    def number(self, tokens: list[Token]) -> Constant:
        text = str(tokens[0])
        return Constant(float(text) if "." in text else int(text))

    def true(self, _tokens: list[Token]) -> Constant:
        return Constant(content=True)

    def false(self, _tokens: list[Token]) -> Constant:
        return Constant(content=False)

    def null(self, _tokens: list[Token]) -> Constant:
        return Constant(None)
