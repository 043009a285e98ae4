"""Reads the body of a request: a JSON object, or a form."""

import base64
import json
from collections.abc import Mapping
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from chat_transfer.http.problems import BadRequest, ContentTooLarge, UnsupportedMediaType

LIMIT_BYTES = 65_536
MOST_FIELDS = 100

JSON_TYPE = "application/json"
FORM_TYPE = "application/x-www-form-urlencoded"


def read_fields(event: APIGatewayProxyEventV2) -> Mapping[str, Any]:
    """Read a body that is a JSON object or a form.

    Raises
    ------
    ContentTooLarge
        It has more than 65,536 bytes.
    UnsupportedMediaType
        It is neither, or has no Content-Type.
    BadRequest
        It is not what its Content-Type says.
    """
    content = _content(event)
    media_type = _media_type(event.headers.get("Content-Type"))
    try:
        text = content.decode()
        return _json_object(text) if media_type == JSON_TYPE else _form(text)
    except (ValueError, RecursionError):
        raise BadRequest(
            f"The body is not what its Content-Type says. Send {_EXPECTED_BODY}.",
            code="malformed_body",
        ) from None


def has_body(event: APIGatewayProxyEventV2) -> bool:
    """Whether the request has a body at all."""
    return bool(event.body)


_EXPECTED_BODY = "one JSON object, or a form without duplicate keys, in UTF-8"


def _content(event: APIGatewayProxyEventV2) -> bytes:
    body = event.body or ""
    try:
        content = (
            base64.b64decode(body, validate=True) if event.is_base64_encoded else body.encode()
        )
    except ValueError:
        raise BadRequest("The body is not valid base64 or UTF-8.", code="malformed_body") from None
    if len(content) > LIMIT_BYTES:
        raise ContentTooLarge(
            f"The body has {len(content)} bytes; at most {LIMIT_BYTES} are read.",
            code="body_too_large",
        )
    return content


def _media_type(header: str | None) -> str:
    message = Message()
    message["Content-Type"] = header or ""
    media_type = message.get_content_type()
    charset = message.get_content_charset("utf-8")
    if media_type not in (JSON_TYPE, FORM_TYPE) or charset not in ("utf-8", "utf8"):
        raise UnsupportedMediaType(
            f"Send the body as {JSON_TYPE} or {FORM_TYPE}, in UTF-8, and say so in Content-Type.",
            code="unsupported_media_type",
        )
    return media_type


def _json_object(text: str) -> Mapping[str, Any]:
    value = json.loads(text, object_pairs_hook=_unique)
    if not isinstance(value, dict):
        raise ValueError  # noqa: TRY004 - handled like any other malformed body
    return value


def _form(text: str) -> Mapping[str, Any]:
    return _unique(
        parse_qsl(
            text,
            keep_blank_values=True,
            strict_parsing=bool(text),
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    )


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError
    return fields
