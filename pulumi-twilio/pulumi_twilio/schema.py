"""The package's schema, made from the declarations and from the docstrings of the SDK.

`pulumi package get-schema` and `gen-sdk` read it, and `pulumi import` writes code by it:
https://www.pulumi.com/docs/iac/guides/building-extending/packages/schema/.
"""

import inspect
import json
import re
from collections.abc import Mapping
from typing import Any

from pulumi_twilio import config
from pulumi_twilio.declaration import Declaration, Kind, Property, snake
from pulumi_twilio.lookups import Lookup
from pulumi_twilio.version import VERSION

_ADOPTED = "True when it was there before: it is then never deleted."

Schema = dict[str, Any]


def schema(resources: Mapping[str, type[Kind]], functions: Mapping[str, Lookup]) -> str:
    """Return the schema as JSON.

    Parameters
    ----------
    resources, functions
        The kinds of objects and the look-ups, by their tokens.

    Returns
    -------
    str
        A document in the form of Pulumi's package schema.
    """
    settings = _settings()
    variables = {
        key: each | {"defaultInfo": {"environment": [config.ENVIRONMENT[key]]}}
        if key in config.ENVIRONMENT
        else each
        for key, each in settings.items()
    }
    document = {
        "name": "twilio",
        "displayName": "Twilio",
        "version": VERSION,
        "description": "Twilio Flex and TaskRouter as Pulumi resources",
        "license": "MIT",
        "publisher": "flex-chat-transfer",
        "keywords": ["twilio", "taskrouter", "flex", "kind/native", "category/infrastructure"],
        "language": {
            "python": {
                "packageName": "pulumi_twilio",
                "pyproject": {"enabled": True},
                "respectSchemaVersion": True,
            },
            "nodejs": {"packageName": "pulumi-twilio", "respectSchemaVersion": True},
        },
        "config": {"variables": variables},
        # Not of the provider's arguments: a program would read the environment for those that it
        # does not give, and mix two accounts.
        "provider": {"description": config.DESCRIPTION, "inputProperties": settings},
        "types": _types(functions) | _choices(resources),
        "resources": {token: _resource(each) for token, each in resources.items()},
        "functions": {token: _function(each) for token, each in functions.items()},
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _settings() -> Schema:
    return {
        key: {"type": "string", "description": config.DESCRIPTIONS[key]}
        | ({"secret": True} if key in config.SECRET_KEYS else {})
        for key in config.KEYS
    }


def _resource(resource: type[Kind]) -> Schema:
    declared, described = resource.declaration, descriptions(resource)
    outputs = _outputs(declared, resource) | {
        "adopted": {"type": "boolean", "description": _ADOPTED}
    }
    return {
        "description": _summary(resource),
        "inputProperties": {
            each.name: _input(declared, each, described[snake(each.name)])
            for each in declared.properties
        },
        "requiredInputs": [each.name for each in declared.properties if each.required],
        "properties": outputs,
        "required": [name for name in outputs if name not in declared.optional],
    }


def _input(of: Declaration, declared: Property, description: str) -> Schema:
    found = {**declared.shape.schema, "description": description}
    if declared.shape.choices:
        found["oneOf"] = [{"type": "string"}, {"$ref": f"#/types/{_choice(of, declared)}"}]
    if declared.secret:
        found["secret"] = True
    if declared.replaces:
        found["willReplaceOnChanges"] = True
    return found


def _outputs(declared: Declaration, kind: type) -> Schema:
    described = descriptions(kind)
    prefix = declared.sid_prefix
    whose = "account" if declared.is_single else declared.kind
    found: Schema = {
        "sid": {
            "type": "string",
            "description": f"The {whose}'s SID, `{prefix}` and 32 hexadecimal digits.",
        }
    }
    for name, description in declared.computed.items():
        kind_of_value = "boolean" if name in declared.flags else "string"
        found[name] = {"type": kind_of_value, "description": description}
    for each in declared.managed:
        shape = each.output_schema or each.shape.schema
        found[each.name] = {**shape, "description": described[snake(each.name)]}
        if each.secret:
            found[each.name]["secret"] = True
    return found


def _function(lookup: Lookup) -> Schema:
    declared = lookup.declaration
    found = _found(lookup)
    if lookup.list_name:
        entries = {"type": "array", "items": {"$ref": f"#/types/{_type_of(declared)}"}}
        found = {
            "type": "object",
            "properties": {lookup.list_name: entries},
            "required": [lookup.list_name],
        }
    verb = "List" if lookup.list_name else "Find"
    kind = declared.kinds if lookup.list_name else f"one {declared.kind}"
    return {
        "description": f"{verb} {kind} that the program does not manage.",
        "inputs": {
            "type": "object",
            "properties": {
                each.name: {**each.shape.schema, "description": lookup.describe(each.name)}
                for each in lookup.arguments
            },
            "required": [each.name for each in lookup.arguments if each.required],
        },
        "outputs": found,
    }


def _found(lookup: Lookup) -> Schema:
    declared = lookup.declaration
    properties = _outputs(declared, lookup.kind)
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in declared.optional],
    }


def _type_of(declared: Declaration) -> str:
    module, _, name = declared.token.rpartition(":")
    return f"{module}:Get{name}Result"


def _types(functions: Mapping[str, Lookup]) -> Schema:
    """Return the objects that are in lists; a list's element needs a type of its own."""
    return {_type_of(each.declaration): _found(each) for each in functions.values()}


def _choice(of: Declaration, declared: Property) -> str:
    """Return the token of a choice's type, such as `twilio:taskrouter:TaskQueueTaskOrder`."""
    return f"{of.token}{declared.name[0].upper()}{declared.name[1:]}"


def _choices(resources: Mapping[str, type[Kind]]) -> Schema:
    """Return the enumerations of the resources' inputs; a string is taken as well."""
    return {
        _choice(each.declaration, one): {
            "type": "string",
            "enum": [{"value": choice} for choice in one.shape.choices],
        }
        for each in resources.values()
        for one in each.declaration.properties
        if one.shape.choices
    }


def descriptions(described: Any) -> dict[str, str]:
    """Return what a NumPy docstring says of each parameter, one line each.

    Parameters
    ----------
    described
        A kind of object; each of its properties has an entry of its own.

    Returns
    -------
    dict
        The descriptions by Python's names.
    """
    text = inspect.getdoc(described) or ""
    section = text.partition("Parameters\n----------\n")[2].split("\n\n")[0]
    entries = re.findall(r"^(\w+)\n((?: +.*\n?)+)", section, flags=re.MULTILINE)
    return {name: " ".join(body.split()) for name, body in entries}


def _summary(described: Any) -> str:
    return (inspect.getdoc(described) or "").partition("\n\nParameters\n")[0]
