"""The events that API Gateway sends to a function, and its answers."""

import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a handler."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def body(self) -> dict[str, Any]:
        """The body, which is a JSON object in every answer."""
        body: dict[str, Any] = json.loads(self.text)
        return body

    @property
    def code(self) -> str | None:
        """The problem's stable code."""
        return self.body.get("code")


class Context:
    """The Lambda context of one invocation."""

    function_name = "transfer-chat"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:transfer-chat"
    aws_request_id = "52fdfc07-2182-454f-963f-5f0f9a621d72"

    def __init__(self, seconds: float = 29.0) -> None:
        self._ends_at = time.monotonic() + seconds

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda would kill the function."""
        return max(0, int((self._ends_at - time.monotonic()) * 1000))


def http_event(
    method: str,
    path: str,
    body: str | bytes | None = None,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Make an event of an HTTP API, payload format 2.0; bytes are base64-encoded, text is not.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    is_base64 = isinstance(body, bytes)
    text = base64.b64encode(body).decode() if isinstance(body, bytes) else body
    return {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": urlencode(query or {}),
        **({"queryStringParameters": dict(query)} if query else {}),
        "headers": {name.lower(): value for name, value in (headers or {}).items()},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api",
            "domainName": "api.execute-api.us-east-1.amazonaws.com",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1"},
            "requestId": "id",
            "routeKey": f"{method} {path}",
            "stage": "$default",
            "timeEpoch": 1577836800000,
        },
        "isBase64Encoded": is_base64,
        **({} if text is None else {"body": text}),
    }


def json_event(path: str, fields: Any) -> dict[str, Any]:
    return http_event("POST", path, json.dumps(fields), {"Content-Type": "application/json"})


def form_event(path: str, fields: Mapping[str, str]) -> dict[str, Any]:
    """Make a POST with a form, base64-encoded as API Gateway does with a binary body."""
    content_type = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
    return http_event("POST", path, urlencode(fields).encode(), content_type)
