"""DynamoDB's expressions, as far as the functions use them.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html

A test holds each expression that a sequence has evaluated against moto.
"""

import operator
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

Item = dict[str, Any]
Values = Mapping[str, Any]
# Of an item, the names and the values of a call.
Operand = Callable[[Item, Mapping[str, str], Values], Any]
Condition = Callable[[Item, Mapping[str, str], Values], bool]

_TOKEN = re.compile(r"\s*([#:]?\w+|<=|>=|[(),=<>+])")
_ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


class _Reader:
    """Reads an expression from left to right."""

    def __init__(self, text: str) -> None:
        self._tokens = _TOKEN.findall(text)
        assert "".join(self._tokens) == re.sub(r"\s", "", text), f"not understood: {text}"
        self._next = 0

    def peek(self) -> str:
        return self._tokens[self._next] if self._next < len(self._tokens) else ""

    def take(self, *expected: str) -> str:
        token = self.peek()
        assert token and (not expected or token in expected), f"{token!r} is not understood"
        self._next += 1
        return token

    def arguments(self) -> list[str]:
        self.take("(")
        found = [self.take()]
        while self.take(",", ")") == ",":
            found.append(self.take())
        return found


@cache
def condition_of(text: str) -> Condition:
    """Read a condition: comparisons and ``attribute_exists``, with ``AND``, ``OR``, parentheses."""
    reader = _Reader(text)
    condition = _any_of(reader)
    assert not reader.peek(), f"not understood: {text}"
    return condition


def _any_of(reader: _Reader) -> Condition:
    parts = [_all_of(reader)]
    while reader.peek() == "OR":
        reader.take()
        parts.append(_all_of(reader))
    return lambda *of: any(part(*of) for part in parts)


def _all_of(reader: _Reader) -> Condition:
    parts = [_one(reader)]
    while reader.peek() == "AND":
        reader.take()
        parts.append(_one(reader))
    return lambda *of: all(part(*of) for part in parts)


def _one(reader: _Reader) -> Condition:
    if reader.peek() == "(":
        reader.take()
        inner = _any_of(reader)
        reader.take(")")
        return inner
    name = reader.take()
    if name in ("attribute_exists", "attribute_not_exists"):
        operand = _operand(reader.arguments()[0])
        wanted = name == "attribute_exists"
        return lambda *of: (operand(*of) is not None) is wanted
    left, sign, right = _operand(name), reader.take("=", *_ORDERS), _operand(reader.take())
    return _equal(left, right) if sign == "=" else _ordered(left, right, _ORDERS[sign])


def _equal(left: Operand, right: Operand) -> Condition:
    def check(item: Item, names: Mapping[str, str], values: Values) -> bool:
        one, other = left(item, names, values), right(item, names, values)
        return one is not None and one == other

    return check


def _ordered(left: Operand, right: Operand, order: Callable[[Any, Any], bool]) -> Condition:
    def check(item: Item, names: Mapping[str, str], values: Values) -> bool:
        one, other = left(item, names, values), right(item, names, values)
        if one is None or other is None or set(one) != set(other):
            return False  # a comparison with what is missing, or of another type, is not true
        if "N" in one:
            return order(Decimal(one["N"]), Decimal(other["N"]))
        return order(str(one["S"]), str(other["S"]))

    return check


def _operand(token: str) -> Operand:
    if token.startswith(":"):
        return lambda _item, _names, values: values[token]
    if token.startswith("#"):
        return lambda item, names, _values: item.get(names[token])
    return lambda item, _names, _values: item.get(token)


def updated(text: str, item: Item, names: Mapping[str, str], values: Values) -> Item:
    """Give an item as an update leaves it: ``SET`` and ``REMOVE``, ``if_not_exists``, ``+``."""
    sets, removed = _update_of(text)
    # What is set is computed from the item as it was before.
    changed = {names.get(name, name): operand(item, names, values) for name, operand in sets}
    gone = {names.get(name, name) for name in removed}
    return {name: one for name, one in {**item, **changed}.items() if name not in gone}


@cache
def _update_of(text: str) -> tuple[list[tuple[str, Operand]], list[str]]:
    reader = _Reader(text)
    sets: list[tuple[str, Operand]] = []
    removed: list[str] = []
    clause = reader.take("SET", "REMOVE")
    while True:
        name = reader.take()
        if clause == "SET":
            reader.take("=")
            sets.append((name, _sum(reader)))
        else:
            removed.append(name)
        if not reader.peek():
            return sets, removed
        if reader.take(",", "REMOVE") == "REMOVE":
            clause = "REMOVE"


def _sum(reader: _Reader) -> Operand:
    first = _value(reader)
    if reader.peek() != "+":
        return first
    reader.take()
    second = _value(reader)

    def added(*of: Any) -> Any:
        return {"N": str(Decimal(first(*of)["N"]) + Decimal(second(*of)["N"]))}

    return added


def _value(reader: _Reader) -> Operand:
    token = reader.take()
    if token != "if_not_exists":
        return _operand(token)
    name, default = map(_operand, reader.arguments())

    def known(*of: Any) -> Any:
        found = name(*of)
        return default(*of) if found is None else found

    return known
