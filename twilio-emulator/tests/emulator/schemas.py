"""The parts of the schemas of documented answers."""

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
TRUTH: Schema = {"type": "boolean"}
TIME: Schema = {"type": "string", "format": "date-time", "pattern": "Z$"}
URL: Schema = {"type": "string", "format": "uri", "pattern": "^https://"}
NULL: Schema = {"type": "null"}


def sid(prefix: str) -> Schema:
    """Return the schema of a SID with that prefix, a pattern."""
    return {"type": "string", "pattern": f"^{prefix}[0-9a-fA-F]{{32}}$"}


def one_of(*values: str) -> Schema:
    """Return the schema of an enumeration."""
    return {"enum": list(values)}


def maybe(schema: Schema) -> Schema:
    """Return the schema of what may also be null."""
    return {"anyOf": [schema, NULL]}


def only(**properties: Schema) -> Schema:
    """Return the schema of an object with all of these properties and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def links(names: str) -> Schema:
    """Return the schema of a ``links`` object with these names, separated by spaces."""
    return only(**dict.fromkeys(names.split(), maybe(URL)))


DATES = {"date_created": TIME, "date_updated": TIME}
