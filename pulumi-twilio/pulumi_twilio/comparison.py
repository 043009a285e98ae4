"""What is wrong with declared inputs, and how they differ from the recorded state.

All of it is pure: nothing here calls Twilio.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

from pulumi.provider.experimental.provider import (
    CheckFailure,
    DiffResponse,
    PropertyDiff,
    PropertyDiffKind,
)

from pulumi_twilio.declaration import Declaration, Property
from pulumi_twilio.json_values import part
from pulumi_twilio.property_values import UNKNOWN, Properties

_NOTHING: Final = object()


def check(properties: tuple[Property, ...], inputs: Properties) -> list[CheckFailure]:
    """Find what is wrong with declared inputs.

    Parameters
    ----------
    properties
        What the resource knows.
    inputs
        What the program declared.

    Returns
    -------
    list
        One failure for each thing wrong, with the path of the property and the expectation.
    """
    known = {each.name: each for each in properties}
    failures = [
        CheckFailure(key, f"{key} is not an argument of this resource; it has {', '.join(known)}")
        for key in inputs
        if key not in known
    ]
    for key, each in known.items():
        value = inputs.get(key)
        if value is None:
            if each.required:
                failures.append(CheckFailure(key, f"{key} is missing"))
        elif value is not UNKNOWN:
            failures += [
                CheckFailure(key + path, f"{key}{path} must be {expected}{_shown(value, path)}")
                for path, expected in each.shape.wrong(value)
            ]
    return failures


def _shown(value: Any, path: str) -> str:
    return f", not {value!r}" if not path and isinstance(value, str | int | float) else ""


@dataclass(frozen=True, slots=True)
class Change:
    """A property whose declared value is not the recorded one.

    Attributes
    ----------
    property
        Which property.
    value
        The value that it should get, possibly unknown.
    kind
        What the change means to Pulumi.
    """

    property: Property
    value: Any
    kind: PropertyDiffKind


def changes(
    properties: tuple[Property, ...], state: Properties, inputs: Properties
) -> list[Change]:
    """Compare declared inputs with the recorded state.

    An input that is not declared stands for Twilio's documented default. On an adopted object it
    stands for whatever the object has: only what is declared is managed there.

    Parameters
    ----------
    properties
        What the resource knows.
    state
        The recorded outputs.
    inputs
        The declared inputs.

    Returns
    -------
    list
        The changes.
    """
    found = []
    for each in properties:
        declared = inputs.get(each.name)
        recorded = state.get(each.name)
        wanted = declared
        if declared is None and not state.get("adopted"):
            wanted = each.default
        if not each.managed or wanted is None or _same(each, recorded, wanted):
            continue
        if recorded is None:
            kind = PropertyDiffKind.ADD_REPLACE if each.replaces else PropertyDiffKind.ADD
        elif declared is None:
            kind = PropertyDiffKind.DELETE
        else:
            kind = PropertyDiffKind.UPDATE_REPLACE if each.replaces else PropertyDiffKind.UPDATE
        found.append(Change(each, wanted, kind))
    return found


def _same(each: Property, recorded: Any, wanted: Any) -> bool:
    # Twilio shows what is empty as null.
    if wanted == "" and recorded is None:
        return True
    return recorded is not None and each.same(recorded, wanted)


def is_let_go(state: Properties, inputs: Properties, old_inputs: Properties | None) -> bool:
    """Tell whether the program has just said of an object that is managed to leave it at Twilio.

    An object of which it said so from the start was made by Pulumi because there was none.
    """
    was_said = old_inputs is None or bool(old_inputs.get("adoptExisting"))
    return not state.get("adopted") and inputs.get("adoptExisting") is True and not was_said


def _parts(old: Any, new: Any, path: str) -> Iterator[tuple[str, PropertyDiffKind]]:
    """Find the smallest parts of a value that differ, by Pulumi's paths: `a.b[0]["c.d"]`."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted(old.keys() | new.keys()):
            below = f".{key}" if re.fullmatch(r"\w+", key) else f"[{json.dumps(key)}]"
            yield from _parts(old.get(key, _NOTHING), new.get(key, _NOTHING), path + below)
    elif isinstance(old, list) and isinstance(new, list):
        pairs = zip_longest(old, new, fillvalue=_NOTHING)
        for position, pair in enumerate(pairs):
            yield from _parts(*pair, f"{path}[{position}]")
    elif old is _NOTHING:
        yield path, PropertyDiffKind.ADD
    elif new is _NOTHING:
        yield path, PropertyDiffKind.DELETE
    elif old != new:
        yield path, PropertyDiffKind.UPDATE


def _detailed(change: Change, old: Any, new: Any) -> dict[str, PropertyDiff]:
    """Say of an object which parts of it change; of anything else, that it does."""
    each = change.property
    if isinstance(old, Mapping) and isinstance(new, Mapping) and not each.replaces:
        if each.merged:
            # What is no longer declared stays at Twilio.
            old = {key: value for key, value in old.items() if key in new}
        # By the inputs, since an output may have another form, such as JSON.
        parts = {path: PropertyDiff(kind, True) for path, kind in _parts(old, new, each.name)}  # noqa: FBT003 - Pulumi's signature
        if parts:
            return parts
    return {each.name: PropertyDiff(change.kind, input_diff=False)}


def _before(each: Property, state: Properties, old_inputs: Properties | None) -> Any:
    """Return the old input of a property if it is what the state has; None if it is not."""
    old = (old_inputs or {}).get(each.name)
    return old if old is not None and _same(each, state.get(each.name), old) else None


def diff(
    declared: Declaration,
    state: Properties,
    inputs: Properties,
    ignore_changes: Iterable[str],
    old_inputs: Properties | None = None,
) -> DiffResponse:
    """Say in Pulumi's terms what `changes` found.

    Parameters
    ----------
    declared
        The kind of object.
    state
        The recorded outputs.
    inputs
        The declared inputs.
    ignore_changes
        Properties whose changes the program wants ignored.
    old_inputs
        The inputs of the last deployment, if the engine tells them.

    Returns
    -------
    DiffResponse
        With a detailed difference for each property, or for each changed part of an object.
    """
    ignored = set(ignore_changes)
    found = [
        each
        for each in changes(declared.properties, state, inputs)
        if each.property.name not in ignored
    ]
    detailed = {
        path: part
        for each in found
        for path, part in _detailed(
            each, _before(each.property, state, old_inputs), inputs.get(each.property.name)
        ).items()
    }
    names = [each.property.name for each in found]
    if is_let_go(state, inputs, old_inputs) and "adoptExisting" not in ignored:
        detailed["adoptExisting"] = PropertyDiff(PropertyDiffKind.ADD, input_diff=True)
        names.append("adoptExisting")
    return DiffResponse(
        changes=bool(names),
        replaces=[each.property.name for each in found if each.property.replaces],
        stables=["sid", *declared.computed, "adopted"],
        # In one place the old object prevents another one of the same name.
        delete_before_replace=all(
            state.get(name) == inputs.get(name)
            for name in (declared.key, *(each.name for each in declared.place))
        ),
        diffs=names,
        detailed_diff=detailed,
    )


def inputs_of(declared: Declaration, outputs: Properties, before: Properties) -> Properties:
    """Return the inputs that declare an object as it is.

    Parameters
    ----------
    declared
        The kind of object.
    outputs
        Its outputs, as Twilio has it now.
    before
        The inputs of the last deployment, of which those change that differ; empty for an import.

    Returns
    -------
    Properties
        The inputs.
    """
    if not before:
        return {
            each.name: each.to_input(outputs[each.name])
            for each in declared.managed
            if each.name in outputs
        }
    drifted = {
        each.property.name: _in_the_form_of(before[each.property.name], each.property, outputs)
        for each in changes(declared.properties, outputs, before)
        if each.property.name in before
    }
    return before | drifted


def _in_the_form_of(before: Any, each: Property, outputs: Properties) -> Any:
    found = outputs.get(each.name)
    if each.merged:
        found = part(found, before)
    # What was declared as an object stays one, so that a preview can say what changed in it.
    return each.to_input(found) if isinstance(before, dict) else each.to_output(found)
