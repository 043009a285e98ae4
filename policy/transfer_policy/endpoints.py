"""The edge: who may call from a browser, how often, and what is written down about it."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from transfer_policy.resource import Resource, nested, texts

# An exact origin; plain HTTP is for a developer's own machine.
# https://fetch.spec.whatwg.org/#http-access-control-allow-origin
_ORIGIN: Final = re.compile(r"(https://[a-z0-9.-]+|http://localhost)(:[0-9]+)?")

# They hold the agent's Flex token.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
_WITH_TOKENS: Final = ("$context.authorizer", "$request", "Authorization", "authorization")


# More than agents ever send. With as much as the account has, 10,000, a flood would use all of it.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
_HIGHEST_LIMIT: Final = 1_000

_REQUEST_ID: Final = "$context.requestId"

# …:function:NAME:ALIAS/invocations; $LATEST is what is being changed.
_ALIAS: Final = re.compile(r":function:[^:/]+:[^:/$]+/invocations$")


def open_cors(resource: Resource) -> Iterator[str]:
    """Find origins, methods and headers that any page in a browser could use."""
    cors = resource.props.get("corsConfiguration")
    if not isinstance(cors, Mapping):
        yield "no corsConfiguration; expected the origins that Flex runs on"
        return
    for origin in texts(cors.get("allowOrigins")):
        if not _ORIGIN.fullmatch(origin):
            yield f"origin {origin!r}; expected an exact https origin, or http://localhost"
    for key in ("allowMethods", "allowHeaders", "exposeHeaders"):
        if "*" in texts(cors.get(key)):
            yield f"{key} is '*'; expected what the plugin sends"
    if cors.get("allowCredentials"):
        yield "allowCredentials is set; expected a token in the request, no cookie"


def missing_throttle(resource: Resource) -> Iterator[str]:
    """Find a stage, or a route with settings of its own, that has no limit but the account's."""
    default = resource.props.get("defaultRouteSettings")
    yield from _unlimited("defaultRouteSettings", default)
    routes = resource.props.get("routeSettings") or ()
    for number, route in enumerate(routes):
        yield from _unlimited(f"routeSettings[{number}]", route)


def _unlimited(where: str, settings: Any) -> Iterator[str]:
    for key in ("throttlingRateLimit", "throttlingBurstLimit"):
        limit = nested({"settings": settings}, "settings", key)
        if not isinstance(limit, int | float) or not 0 < limit <= _HIGHEST_LIMIT:
            yield f"{where}.{key} is {limit!r}; expected a number up to {_HIGHEST_LIMIT}"


def poor_access_log(resource: Resource) -> Iterator[str]:
    """Find a stage without access logs, or with a format that nobody can search or tells tokens."""
    settings = resource.props.get("accessLogSettings")
    if not isinstance(settings, Mapping) or not {"destinationArn", "format"} <= set(settings):
        yield "no accessLogSettings; expected a destination and a format"
        return
    log_format = str(settings["format"])
    if _REQUEST_ID not in _fields(log_format):
        yield f"the access log's format is no JSON with {_REQUEST_ID}; expected that"
    for variable in _WITH_TOKENS:
        if variable in log_format:
            yield f"the access log's format has {variable}; expected nothing that holds a token"


def function_itself(resource: Resource) -> Iterator[str]:
    """Find an integration that calls a function, not an alias of it: it would serve half an update.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html
    """
    uri = str(resource.props["integrationUri"])
    if not _ALIAS.search(uri):
        yield f"integrationUri is {uri!r}; expected an alias of the function"


def _fields(log_format: str) -> list[str]:
    try:
        fields = json.loads(log_format)
    except ValueError:
        return []
    return list(fields.values()) if isinstance(fields, dict) else []
