"""What Twilio's OpenAPI documents say about the answer of a route; see `read_openapi.py`.

A document calls no property required, so here all are: the API sends all of them, null if there
is nothing.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from twilio_emulator.probe.transport import Request

_FACTS: Mapping[str, Any] = json.loads((Path(__file__).parent / "openapi.json").read_text("utf-8"))
ROUTES: Mapping[str, Any] = _FACTS["routes"]


def faults(
    route: str, status: int, headers: Mapping[str, str], body: bytes, path: str
) -> list[str]:
    """Return what an answer has otherwise than the documents say.

    Parameters
    ----------
    route
        Such as ``taskrouter/v1 GET /Workspaces``.
    path
        Where the answer came from, below the product's version.
    """
    documented = ROUTES[route]["answers"].get(str(status))
    if documented is None:
        return [f"status {status}"]
    found = []
    if ("etag" in {name.lower() for name in headers}) is not documented["etag"]:
        found.append("ETag")
    if documented["schema"] is None:
        return [*found, *(["a body"] if body else [])]
    answer = json.loads(body)
    validator = _validator(route, status)
    found += [f"{each.instance_path}: {each.message}" for each in validator.iter_errors(answer)]
    if "links" in answer and not set(answer["links"]) <= set(documented["links"]):
        found.append(f"links {set(answer['links']) - set(documented['links'])}")
    if any(address is None for address in answer.get("links", {}).values()):
        found.append("links that are null")
    product, method, _ = route.split()
    host, version = product.split("/")
    if method == "GET" and "url" in answer:
        expected = f"https://{host}.twilio.com/{version}{path}"
        found += [] if answer["url"] == expected else [f"url {answer['url']}"]
    return found


def undocumented(requests: Iterable[Request]) -> list[tuple[str, set[str]]]:
    """Return the requests that no document has, each with the fields that are not in it."""
    found = []
    for request in requests:
        route = _route(request.method, request.path)
        more = set(request.fields) - set(ROUTES[route]["parameters"] if route else ())
        if route is None or more:
            found.append((f"{request.method} {request.path}", more))
    return found


def _route(method: str, path: str) -> str | None:
    """Return the documented route of a request."""
    product, version, *parts = path.split("/")
    for route in ROUTES:
        base, verb, template = route.split()
        names = template.strip("/").split("/")
        same = len(names) == len(parts) and all(
            name.startswith("{") or name == part for name, part in zip(names, parts, strict=True)
        )
        if (base, verb) == (f"{product}/{version}", method) and same:
            return route
    return None


@cache
def _validator(route: str, status: int) -> jsonschema_rs.Validator:
    definitions = {name: _strict(each) for name, each in _FACTS["schemas"].items()}
    schema = _strict(ROUTES[route]["answers"][str(status)]["schema"])
    return jsonschema_rs.validator_for({**schema, "$defs": definitions}, validate_formats=True)


def _strict(schema: Any) -> Any:
    """Return a JSON Schema in which objects have all of their properties and no others."""
    if reference := schema.get("$ref"):
        return {"$ref": f"#/$defs/{reference.replace('/', '~1')}"}
    strict = {key: schema[key] for key in ("type", "enum", "pattern") if key in schema}
    if schema.get("format") in {"uri", "date-time"}:
        strict["format"] = schema["format"]
    if schema.get("format") == "date-time":
        strict["pattern"] = "Z$"
    if "items" in schema:
        strict["items"] = _strict(schema["items"])
    if "properties" in schema:
        strict["properties"] = {key: _strict(each) for key, each in schema["properties"].items()}
        strict |= {"required": list(strict["properties"]), "additionalProperties": False}
    return {"anyOf": [strict, {"type": "null"}]} if schema.get("nullable") else strict
