"""Every answer and every parameter, compared with Twilio's own OpenAPI documents.

They are published in the public repository ``twilio/twilio-oai``, folder ``spec/json``; the
environment variable ``TWILIO_OPENAPI`` names a copy of that folder. A document calls no property
required, so here all are: the API sends all of them, null where there is nothing.
"""

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from schemathesis import openapi
from schemathesis.specs.openapi.schemas import OpenApiSchema

from local.twilio.application import PRODUCTS
from tests.emulator.every_route import Exchange

FOLDER = os.environ.get("TWILIO_OPENAPI")

pytestmark = pytest.mark.skipif(
    FOLDER is None, reason="TWILIO_OPENAPI names no folder with Twilio's OpenAPI documents"
)

# The validation of Flex tokens, below https://iam.twilio.com/v1, is in none of them.
DOCUMENTS = {
    "taskrouter/v1": "twilio_taskrouter_v1.json",
    "flex-api/v1": "twilio_flex_v1.json",
    "chat/v2": "twilio_chat_v2.json",
    "conversations/v1": "twilio_conversations_v1.json",
    "events/v1": "twilio_events_v1.json",
    "studio/v2": "twilio_studio_v2.json",
}

ROUTES = [
    (product, method, route)
    for product in DOCUMENTS
    for method, route, _handler in PRODUCTS[product]
]


@cache
def document(product: str) -> OpenApiSchema:
    """Return a document in which objects have all of their properties and no others."""
    assert FOLDER is not None
    raw = json.loads((Path(FOLDER) / DOCUMENTS[product]).read_text())
    for schema in _objects(raw):
        schema["required"] = list(schema["properties"])
        schema["additionalProperties"] = False
    return openapi.from_dict(raw)


def _objects(raw: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Go through what answers hold: the resources, and lists of them with their ``meta``."""
    yield from (s for s in raw["components"]["schemas"].values() if "properties" in s)
    for operations in raw["paths"].values():
        for operation in operations.values():
            if not isinstance(operation, dict):
                continue
            for answer in operation.get("responses", {}).values():
                schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
                if "meta" in schema.get("properties", {}):
                    yield schema
                    yield schema["properties"]["meta"]


def exchanges_of(exchanges: list[Exchange], route: tuple[str, str, str]) -> list[Exchange]:
    return [exchange for exchange in exchanges if exchange.key == route]


def operation_of(exchange: Exchange) -> Any:
    path = exchange.response.request.path_url.split("?")[0]
    _, _product, below = path.split("/", 2)
    return document(exchange.product).find_operation_by_path(exchange.method, f"/{below}")


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_every_answer_matches_the_openapi_document(
    exchanges: list[Exchange], route: tuple[str, str, str]
) -> None:
    answers = exchanges_of(exchanges, route)
    assert answers
    for exchange in answers:
        operation = operation_of(exchange)
        assert operation is not None, "no such operation"
        documented = operation.definition.raw["responses"]
        assert str(exchange.response.status_code) in documented
        operation.validate_response(exchange.response)


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_every_parameter_that_is_read_is_documented(
    exchanges: list[Exchange], route: tuple[str, str, str]
) -> None:
    for exchange in exchanges_of(exchanges, route):
        raw = operation_of(exchange).definition.raw
        form = raw.get("requestBody", {}).get("content", {})
        properties = form.get("application/x-www-form-urlencoded", {}).get("schema", {})
        documented = {
            *(parameter["name"].lower() for parameter in raw.get("parameters", [])),
            *(name.lower() for name in properties.get("properties", {})),
        }
        assert {name.lower() for name in exchange.names} <= documented


def test_links_are_named_as_in_the_examples(exchanges: list[Exchange]) -> None:
    """The schemas leave the names of links open."""
    compared = set()
    for exchange in exchanges:
        body = exchange.response.json() if exchange.response.content else {}
        if "links" not in body:
            continue
        answers = operation_of(exchange).definition.raw["responses"]
        content = answers[str(exchange.response.status_code)]["content"]["application/json"]
        example = next(iter(content["examples"].values()))["value"]
        assert set(body["links"]) == set(example["links"]), exchange.key
        compared.add(exchange.key)
    assert len(compared) > len(DOCUMENTS)
