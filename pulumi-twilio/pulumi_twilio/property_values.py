"""Between Pulumi's property values and plain Python values.

The rest of the provider works on `Properties`: a dictionary of what JSON can hold, and `UNKNOWN`
for a value that only exists once another resource has been created.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pulumi.provider.experimental.property_value import Computed, PropertyValue
from pulumi.runtime.rpc import UNKNOWN as UNKNOWN_ON_THE_WIRE

Properties = dict[str, Any]

# Where a recorded state carries the inputs of the last deployment: the engine sends them, and the
# SDK's requests have no place for them.
OLD_INPUTS: Final = "__inputs"


class Unknown:
    """The type of `UNKNOWN`, a value that a preview cannot know yet."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


def to_plain(value: PropertyValue) -> Any:
    """Turn one property value into a plain value.

    Secrets lose their mark here: the engine gives it back to outputs of the same name, because
    the provider tells it that it does not take secrets (see `TwilioProvider.configure`).

    Parameters
    ----------
    value
        A property value. Unknown ones come as a fixed string, since the property values of the
        Python SDK have a type for them but do not read it from the wire.

    Returns
    -------
    Any
        None, bool, int (for whole numbers), float, str, list, dict or `UNKNOWN`.
    """
    match value.value:
        case Computed() | str() as unknown if (
            isinstance(unknown, Computed) or unknown == UNKNOWN_ON_THE_WIRE
        ):
            return UNKNOWN
        case float() as number if number.is_integer():
            return int(number)
        case None | bool() | float() | str() as scalar:
            return scalar
        case Mapping() as mapping:
            return {key: to_plain(item) for key, item in mapping.items()}
        case Sequence() as items:
            return [to_plain(item) for item in items]
        case other:
            raise TypeError(f"a {type(other).__name__} where a plain value was expected")


def from_plain(value: Any) -> PropertyValue:
    """Turn a plain value into a property value.

    Parameters
    ----------
    value
        What `to_plain` returns.

    Returns
    -------
    PropertyValue
        The same as a property value.
    """
    match value:
        case Unknown():
            return PropertyValue(UNKNOWN_ON_THE_WIRE)
        case bool() | None | str():
            return PropertyValue(value)
        case int() | float():
            return PropertyValue(float(value))
        case Mapping():
            return PropertyValue({key: from_plain(item) for key, item in value.items()})
        case Sequence():
            return PropertyValue([from_plain(item) for item in value])
        case _:
            raise TypeError(f"a {type(value).__name__} cannot be a Pulumi property")


def plain_map(values: Mapping[str, PropertyValue] | None) -> Properties:
    """Turn a map of property values into plain properties, leaving out nulls.

    Parameters
    ----------
    values
        A map of property values, or None for an empty one.

    Returns
    -------
    Properties
        The plain properties.
    """
    plain = {name: to_plain(value) for name, value in (values or {}).items()}
    return {name: value for name, value in plain.items() if value is not None}


def property_map(properties: Mapping[str, Any]) -> dict[str, PropertyValue]:
    """Turn plain properties into a map of property values, leaving out nulls.

    Parameters
    ----------
    properties
        Plain properties.

    Returns
    -------
    dict
        The map of property values.
    """
    return {name: from_plain(value) for name, value in properties.items() if value is not None}


def has_unknown(value: Any) -> bool:
    """Tell whether a plain value is, or holds at any depth, a value that is not known yet.

    Parameters
    ----------
    value
        A plain value.

    Returns
    -------
    bool
        True when something in it is `UNKNOWN`.
    """
    if isinstance(value, Mapping):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(has_unknown(item) for item in value)
    return value is UNKNOWN
