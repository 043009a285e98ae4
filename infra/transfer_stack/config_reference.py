"""Writes what the keys' declarations decide: tables, Pulumi.dev.yaml, the component's arguments.

`PYTHONPATH=infra python -m transfer_stack.config_reference` writes all of them.
"""

import re
import textwrap
from pathlib import Path
from typing import Final

from transfer_stack.args_source import arguments_source
from transfer_stack.config_keys import REQUIRED, Key, declared_keys
from transfer_stack.offer_settings import OfferSettings
from transfer_stack.plugin_settings import PluginSettings
from transfer_stack.settings import (
    KEYS,
    FunctionSettings,
    GatewaySettings,
    RoutingSettings,
)
from transfer_stack.twilio_settings import TwilioSettings

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = ROOT / "docs" / "configuration.md"
ARGUMENTS_MODULE: Final = ROOT / "infra/flex_chat_transfer/args.py"
_HEADER: Final = "| key | default | value | meaning |\n| --- | --- | --- | --- |\n"
_TABLES: Final = re.compile(r"^## .*", re.MULTILINE | re.DOTALL)

# What differs in development from the defaults, and why.
_IN_DEVELOPMENT: Final = {
    "snapStart": ("false", "The default is true; each deployment would leave another snapshot."),
    "protect": ("false", "The default is true; a development stack should be easy to delete."),
}

_SECTIONS: Final = (
    ("Twilio", TwilioSettings),
    ("Routing", RoutingSettings),
    ("Offers", OfferSettings),
    ("Flex plugin", PluginSettings),
    ("Endpoints", GatewaySettings),
    ("Functions", FunctionSettings),
)

_INTRODUCTION: Final = """\
# An example of a stack for development, with every key. Replace the placeholders. A key that is
# commented out shows its default, or an example if there is none. `pulumi preview` and `pulumi up`
# report all wrong values, one line a key, before anything is changed.
# Pulumi.production.yaml is an example of a stack that customers depend on.
# Written by transfer_stack.config_reference.
#
#   pulumi stack init dev   (pulumi stack rm would delete this file: add --preserve-config)
#   pulumi config set --secret twilio:authToken      (or twilio:apiKeySecret, with twilio:apiKeySid)
#   pulumi preview

config:
  # ---- AWS
  # The region of all resources. Credentials come from the environment, as for the AWS CLI. Every
  # other key of Pulumi's AWS provider works too, such as aws:defaultTags.
  aws:region: eu-west-1
"""


def tables() -> str:
    """Return a heading and a table in Markdown for each section, with one row a key."""
    return "\n".join(
        f"## {title}\n\n{_HEADER}{''.join(map(_row, keys))}" for title, keys in _sections()
    )


def with_tables(page: str) -> str:
    """Return the page with its tables replaced: all from its first heading of level 2 on."""
    return _TABLES.sub(lambda _: tables(), page)


def development_stack() -> str:
    """Return Pulumi.dev.yaml."""
    return _INTRODUCTION + "".join(
        f"\n  # ---- {title}\n" + "".join(map(_entry, keys)) for title, keys in _sections()
    )


def _sections() -> list[tuple[str, list[Key]]]:
    sections = [(title, declared_keys(section)) for title, section in _SECTIONS]
    in_sections = {key.name for _, keys in sections for key in keys}
    return [*sections, ("Operations", [key for key in KEYS if key.name not in in_sections])]


def _row(key: Key) -> str:
    value = key.kind.expected.removeprefix("one of ").removeprefix("a whole number of ")
    return f"| `{as_set(key)}` | {_default(key)} | {value} | {key.meaning} |\n"


def as_set(key: Key) -> str:
    """Return the key as `pulumi config set` takes it: the project's own need no namespace."""
    return key.full_name().removeprefix("flex-chat-transfer:")


def _default(key: Key) -> str:
    if key.default is REQUIRED:
        return "required"
    return f"`{key.default_text()}`" if key.default_text() else "none"


def _entry(key: Key) -> str:
    name = key.full_name()
    value, why = _IN_DEVELOPMENT.get(key.name, ("", ""))
    text = f"{key.meaning}. {why}".replace("`", "").strip()
    lines = [text, f"Value: {key.kind.expected}."]
    filled = "\n".join(textwrap.fill(line, 96, break_on_hyphens=False) for line in lines)
    comment = textwrap.indent(filled, "  # ") + "\n"
    if key.default is REQUIRED:
        return f"{comment}  {name}: {key.example}\n"
    if value:
        return f"{comment}  {name}: {value}\n"
    if key.kind.is_secret:
        todo = f"(written by pulumi config set --secret {name})"
        return f"{comment}  # {name}:\n  #   secure: {todo}\n"
    shown = key.default_text().replace("STACK", "dev") or key.example
    return f"{comment}  # {name}: {shown}\n"


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text()))
    (ROOT / "Pulumi.dev.yaml").write_text(development_stack())
    ARGUMENTS_MODULE.write_text(arguments_source())
