"""Every answer and every parameter, compared with the facts of Twilio's OpenAPI documents."""

import pytest

from emulator import openapi
from emulator.every_route import Exchange
from twilio_emulator.twilio import PRODUCTS

# The validation of Flex tokens is in no document.
EMULATED = [
    f"{product} {method} {route}"
    for product in PRODUCTS
    if product != "iam/v1"
    for method, route, _handler in PRODUCTS[product]
]


def exchanges_of(exchanges: list[Exchange], route: str) -> list[Exchange]:
    return [exchange for exchange in exchanges if " ".join(exchange.key) == route]


def test_the_facts_of_all_emulated_routes_are_there() -> None:
    assert set(EMULATED) == set(openapi.ROUTES)


@pytest.mark.parametrize("route", EMULATED)
def test_every_answer_is_as_documented(exchanges: list[Exchange], route: str) -> None:
    answers = [exchange.response for exchange in exchanges_of(exchanges, route)]
    assert answers
    for answer in answers:
        path = answer.request.path_url.removeprefix(f"/{route.split(maxsplit=1)[0]}")
        found = openapi.faults(route, answer.status_code, answer.headers, answer.content, path)
        assert found == []


@pytest.mark.parametrize("route", EMULATED)
def test_every_parameter_that_is_read_is_documented(exchanges: list[Exchange], route: str) -> None:
    documented = {name.lower() for name in openapi.ROUTES[route]["parameters"]}
    for exchange in exchanges_of(exchanges, route):
        assert {name.lower() for name in exchange.names} <= documented
