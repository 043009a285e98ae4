"""Reads a request: its body, its token, its fields; refuses what the contract does not allow.

Nothing here calls Twilio, so a malformed request costs nothing and changes nothing.
"""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

import fastjsonschema
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from fastjsonschema import JsonSchemaValueException

from chat_transfer.http.problems import (
    BadRequest,
    ContentTooLarge,
    Unauthorized,
    UnsupportedMediaType,
    token_invalid,
)

LIMIT_BYTES = 65_536
MOST_FIELDS = 100
LIMIT_TOKEN = 8_192
# https://www.rfc-editor.org/rfc/rfc6750#section-2.1
_TOKEN = re.compile("[A-Za-z0-9._~+/-]+=*")

JSON_TYPE = "application/json"
FORM_TYPE = "application/x-www-form-urlencoded"

_TASK_SID = re.compile("WT[0-9a-fA-F]{32}")
_INTERACTION_SID = re.compile("KD[0-9a-fA-F]{32}")
_CHANNEL_SID = re.compile("UO[0-9a-fA-F]{32}")
TRANSFER_SCHEMA: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "properties": {
        "taskSid": {"type": "string", "pattern": f"^{_TASK_SID.pattern}$"},
        "targetSid": {"type": "string", "pattern": "^W[KQW][0-9a-fA-F]{32}$"},
        "workerName": {"type": ["string", "null"]},
        "handOver": {"enum": ["now", "accepted"]},
        "flexInteractionSid": {"type": ["string", "null"]},
        "flexInteractionChannelSid": {"type": ["string", "null"]},
    },
    "required": ["taskSid", "targetSid"],
}
# Compiled once: Powertools' `validate` compiles the schema with every call.
_validate = fastjsonschema.compile(TRANSFER_SCHEMA)
EXPECTED = {
    "taskSid": "taskSid is the SID of the task: WT and 32 hexadecimal digits",
    "targetSid": (
        "targetSid is the SID of a worker (WK), task queue (WQ) or workflow (WW): the prefix and "
        "32 hexadecimal digits"
    ),
    "workerName": "workerName is a string, or left out",
    "handOver": "handOver is now or accepted, or left out",
    "flexInteractionSid": "flexInteractionSid is a string, or left out",
    "flexInteractionChannelSid": "flexInteractionChannelSid is a string, or left out",
}


TARGET_TYPES = {"WK": "worker", "WQ": "queue", "WW": "workflow"}


@dataclass(frozen=True, slots=True)
class Target:
    """A worker, a task queue or a workflow.

    Attributes
    ----------
    sid : str
        ``WK…``, ``WQ…`` or ``WW…``.
    """

    sid: str

    @property
    def type(self) -> str:
        """``worker``, ``queue`` or ``workflow``: the task's ``transferTargetType``."""
        return TARGET_TYPES[self.sid[:2]]


@dataclass(frozen=True, slots=True)
class TransferRequest:
    """What the body of ``POST /transfer-chat`` asks for.

    Attributes
    ----------
    task_sid : str
        ``WT…``, the task to be transferred.
    token : str
        The Flex token of the caller.
    hand_over : str or None
        ``now`` or ``accepted``; None leaves it to the stack.
    hints : tuple of str or None
        The SIDs of the task's interaction and of its channel, as the caller knows them. They save a
        round of calls; what is read by them counts only if the task says the same.
    """

    task_sid: str
    target: Target
    token: str = field(repr=False)
    hand_over: str | None = None
    hints: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class OfferRequest:
    """What a request for ``/transfers/{taskSid}`` asks about, see `TransferRequest`."""

    task_sid: str
    token: str = field(repr=False)


def transfer_request(event: APIGatewayProxyEventV2) -> TransferRequest:
    """Read the request of ``POST /transfer-chat``.

    Raises
    ------
    Unauthorized, BadRequest, ContentTooLarge, UnsupportedMediaType
        The request does not have the form of the contract.
    """
    fields = read_fields(event)
    token = token_of(event, fields)
    try:
        _validate(dict(fields))
    except JsonSchemaValueException as error:
        raise BadRequest(_expectation(error), code="invalid_request") from None
    return TransferRequest(
        _canonical(fields["taskSid"]),
        Target(_canonical(fields["targetSid"])),
        token,
        fields.get("handOver"),
        _hints(fields),
    )


def _hints(fields: Mapping[str, Any]) -> tuple[str, str] | None:
    interaction = fields.get("flexInteractionSid") or ""
    channel = fields.get("flexInteractionChannelSid") or ""
    is_sid = _INTERACTION_SID.fullmatch(interaction) and _CHANNEL_SID.fullmatch(channel)
    return (interaction, channel) if is_sid else None


def offer_request(event: APIGatewayProxyEventV2, task_sid: str) -> OfferRequest:
    """Read a request for ``/transfers/{taskSid}``.

    Raises
    ------
    Unauthorized, Forbidden
        There is no token, or none that can be one.
    BadRequest
        The path has no SID of a task.
    """
    token = token_of(event, {})
    if not _TASK_SID.fullmatch(task_sid):
        raise BadRequest(f"{EXPECTED['taskSid']}.", code="invalid_request")
    return OfferRequest(_canonical(task_sid), token)


def task_asked_about(event: APIGatewayProxyEventV2) -> str | None:
    """Read the parameter ``taskSid`` of a request's query; None if there is none.

    Raises
    ------
    BadRequest
        It is no SID of a task.
    """
    task_sid = event.query_string_parameters.get("taskSid")
    if task_sid is None:
        return None
    if not _TASK_SID.fullmatch(task_sid):
        raise BadRequest(f"{EXPECTED['taskSid']}, or left out.", code="invalid_request")
    return _canonical(task_sid)


def token_of(event: APIGatewayProxyEventV2, fields: Mapping[str, Any]) -> str:
    """Find the Flex token: the field ``Token``, or the header ``Authorization: Bearer``.

    Raises
    ------
    Unauthorized
        There is none.
    BadRequest
        The field is no string.
    Forbidden
        It cannot be a token, so Twilio is not asked.
    """
    field = fields.get("Token")
    if field is not None and not isinstance(field, str):
        raise BadRequest("Token is a string, the agent's Flex token.", code="invalid_request")
    scheme, _, credentials = event.headers.get("Authorization", "").strip().partition(" ")
    bearer = credentials.strip() if scheme.lower() == "bearer" else ""
    token = (field or "").strip() or bearer
    if not token:
        raise Unauthorized(
            "There is no token. Send the agent's Flex token as the field Token, or in the header "
            "Authorization: Bearer.",
            code="token_missing",
        )
    if len(token) > LIMIT_TOKEN or not _TOKEN.fullmatch(token):
        raise token_invalid()
    return token


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


def _canonical(sid: str) -> str:
    """Write a SID in lower case, as Twilio does: Twilio accepts either case."""
    return sid[:2] + sid[2:].lower()


def _expectation(error: JsonSchemaValueException) -> str:
    """Say what was expected: the validator's own message would repeat the token."""
    named = [EXPECTED[name] for name in EXPECTED if name in (error.message)]
    return f"{'; '.join(named) or '; '.join(EXPECTED.values())}."
