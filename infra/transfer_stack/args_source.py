"""Writes the class of the component's arguments from the declarations of the config keys."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Final, Literal, get_args, get_origin

from transfer_stack.config_keys import FLAG, REQUIRED, Key
from transfer_stack.read_args import ARGUMENTS
from transfer_stack.settings import StackSettings

_HEAD: Final = '''\
"""The arguments of `FlexChatTransfer`. Written by transfer_stack.config_reference."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pulumi


@dataclass(frozen=True, kw_only=True)
class FlexChatTransferArgs:
    """What a deployment decides. An argument that is None has the default that is given with it.

    Only a secret can be an output: all others are checked before anything is changed.
    """

'''


def arguments_source() -> str:
    """Return the module `flex_chat_transfer.args`."""
    # Python has arguments without a default first.
    ordered = sorted(_typed(StackSettings), key=lambda found: found[0].default is not REQUIRED)
    return _HEAD + "".join(_argument(key, type_) for key, type_ in ordered)


def _typed(settings: Any) -> Iterator[tuple[Key, Any]]:
    """Yield each key that is an argument, with the type of its field."""
    for item in fields(settings):
        if item.metadata.get("key") in ARGUMENTS:
            yield item.metadata["key"], item.type
        elif is_dataclass(item.type):
            yield from _typed(item.type)


def _argument(key: Key, type_: Any) -> str:
    name = _type_name(key, type_)
    if key.default is REQUIRED:
        declared = f"    {key.argument}: {name}\n"
    elif key.kind.is_secret:
        declared = f"    {key.argument}: {name} | None = field(default=None, repr=False)\n"
    else:
        declared = f"    {key.argument}: {name} | None = None\n"
    return declared + _docstring(key)


def _type_name(key: Key, type_: Any) -> str:
    if key.kind.is_secret:
        return "pulumi.Input[str]"
    if get_origin(type_) is Literal:
        return "str"
    given = get_args(type_) if get_origin(type_) is UnionType else (type_,)
    (bare,) = (found for found in given if found is not NoneType)
    return "Sequence[str]" if get_origin(bare) is tuple else str(bare.__name__)


def _docstring(key: Key) -> str:
    meaning = key.meaning
    for other in ARGUMENTS:
        meaning = meaning.replace(f"`{other.name}`", f"`{other.argument}`")
    text = f"{meaning}."
    if key.kind is not FLAG:
        text += f" Value: {key.kind.expected}."
    if key.default is not REQUIRED and key.default_text():
        text += f" Default: `{key.default_text()}`."
    # On one line: Pulumi's analyzer takes line ends and indentation into its schema.
    return f'    """{text}"""\n'
