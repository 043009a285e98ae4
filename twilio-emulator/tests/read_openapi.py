"""Reads from Twilio's OpenAPI documents what the emulator's routes answer, into `openapi.json`.

    python twilio-emulator/tests/read_openapi.py FOLDER

The documents are published in the public repository ``twilio/twilio-oai``; FOLDER is a copy of its
``spec/json``. Facts are kept, no text. Of each route that is emulated these are the names of its
parameters, its statuses, whether an ``ETag`` comes with them, and the schema of its answer. The
names in ``links`` are those of the examples.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from twilio_emulator.twilio import PRODUCTS

TARGET = Path(__file__).parent / "emulator" / "openapi.json"
# The validation of Flex tokens, below https://iam.twilio.com/v1, is in none of them.
DOCUMENTS = {
    "taskrouter/v1": "twilio_taskrouter_v1.json",
    "flex-api/v1": "twilio_flex_v1.json",
    "chat/v2": "twilio_chat_v2.json",
    "conversations/v1": "twilio_conversations_v1.json",
    "events/v1": "twilio_events_v1.json",
    "studio/v2": "twilio_studio_v2.json",
}
KEPT = ("type", "format", "enum", "pattern", "nullable", "items", "properties")


def main(folder: Path) -> None:
    """Write the facts of all emulated routes."""
    schemas: dict[str, Any] = {}
    routes = {}
    for product, name in DOCUMENTS.items():
        raw = json.loads((folder / name).read_text("utf-8"))
        paths = {_shape(path): operations for path, operations in raw["paths"].items()}
        for method, route, _handler in PRODUCTS[product]:
            operation = paths[_shape(f"/{product.split('/')[1]}{route}")][method.lower()]
            routes[f"{product} {method} {route}"] = _facts(operation, raw, schemas)
    lines = [f'"schemas": {{\n{_lines(schemas)}\n}}', f'"routes": {{\n{_lines(routes)}\n}}']
    TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


def _shape(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


def _lines(entries: dict[str, Any]) -> str:
    compact = {"separators": (",", ":"), "sort_keys": True}
    return ",\n".join(
        f"{json.dumps(name)}: {json.dumps(entries[name], **compact)}"  # type: ignore[arg-type]
        for name in sorted(entries)
    )


def _facts(operation: dict[str, Any], raw: dict[str, Any], schemas: dict[str, Any]) -> Any:
    form = operation.get("requestBody", {}).get("content", {})
    fields = form.get("application/x-www-form-urlencoded", {}).get("schema", {})
    parameters = {each["name"] for each in operation.get("parameters", [])}
    answers = {}
    for status, answer in operation["responses"].items():
        content = answer.get("content", {}).get("application/json", {})
        examples = content.get("examples", {}).values()
        links = {name for each in examples for name in each["value"].get("links") or {}}
        answers[status] = {
            "etag": "etag" in {name.lower() for name in answer.get("headers", {})},
            "links": sorted(links),
            "schema": _schema(content["schema"], raw, schemas) if "schema" in content else None,
        }
    return {
        "parameters": sorted(parameters | set(fields.get("properties", {}))),
        "answers": answers,
    }


def _schema(schema: dict[str, Any], raw: dict[str, Any], schemas: dict[str, Any]) -> Any:
    if reference := schema.get("$ref"):
        name = reference.rpartition("/")[2]
        if name not in schemas:
            schemas[name] = {}
            schemas[name] = _schema(raw["components"]["schemas"][name], raw, schemas)
        return {"$ref": name}
    kept = {key: schema[key] for key in KEPT if key in schema}
    if "items" in kept:
        kept["items"] = _schema(kept["items"], raw, schemas)
    if "properties" in kept:
        kept["properties"] = dict(_properties(kept["properties"], raw, schemas))
    return kept


def _properties(
    properties: dict[str, Any], raw: dict[str, Any], schemas: dict[str, Any]
) -> Iterator[tuple[str, Any]]:
    for name, each in properties.items():
        yield name, _schema(each, raw, schemas)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
