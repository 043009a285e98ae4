"""Reads a request: its token and its fields; refuses what the contract does not allow.

Nothing here calls Twilio, so a malformed request costs nothing and changes nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import fastjsonschema
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from fastjsonschema import JsonSchemaValueException

from chat_transfer.http.body import read_fields
from chat_transfer.http.problems import BadRequest, Unauthorized, token_invalid

LIMIT_TOKEN = 8_192
# https://www.rfc-editor.org/rfc/rfc6750#section-2.1
_TOKEN = re.compile("[A-Za-z0-9._~+/-]+=*")

_TASK_SID = re.compile("WT[0-9a-fA-F]{32}")
_INTERACTION_SID = re.compile("KD[0-9a-fA-F]{32}")
_CHANNEL_SID = re.compile("UO[0-9a-fA-F]{32}")
# Attributes that lead to the customer, and those that a transfer itself writes.
OWN_NAMES = frozenset(
    {
        "channelSid",
        "conversationSid",
        "flexInteractionSid",
        "flexInteractionChannelSid",
        "flexChannelInviteSid",
        "conversations",
        "targetSid",
        "transferTargetType",
        "ignoreAgent",
        "ignoreWorkerSids",
        "transferredFrom",
        "transferHandOver",
        "transferNote",
    }
)
LONGEST_NOTE = 500
TRANSFER_SCHEMA: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "properties": {
        "taskSid": {"type": "string", "pattern": f"^{_TASK_SID.pattern}$"},
        "targetSid": {"type": "string", "pattern": "^W[KQW][0-9a-fA-F]{32}$"},
        "workerName": {"type": ["string", "null"]},
        "handOver": {"enum": ["now", "accepted", "warm"]},
        "attributes": {"type": "object", "propertyNames": {"not": {"enum": sorted(OWN_NAMES)}}},
        "priority": {"type": "integer", "minimum": 0, "maximum": 2**31 - 1},
        "note": {"type": ["string", "null"], "maxLength": LONGEST_NOTE},
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
    "handOver": "handOver is now, accepted or warm, or left out",
    "attributes": (
        "attributes is a JSON object without names that lead to the customer or that a transfer "
        f"writes ({', '.join(sorted(OWN_NAMES))}), or left out"
    ),
    "priority": "priority is an integer from 0 to 2147483647, or left out",
    "note": f"note is a string of at most {LONGEST_NOTE} characters, or left out",
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
        ``now``, ``accepted`` or ``warm``; None leaves it to the stack.
    attributes : Mapping
        What the new task has besides the original's attributes.
    priority : int or None
        Of the new task; None for the original's.
    note : str
        What the agent who asks tells the next one.
    hints : tuple of str or None
        The SIDs of the task's interaction and of its channel, as the caller knows them. They save a
        round of calls; what is read by them counts only if the task says the same.
    """

    task_sid: str
    target: Target
    token: str = field(repr=False)
    hand_over: str | None = None
    hints: tuple[str, str] | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict, repr=False)
    priority: int | None = None
    note: str = field(default="", repr=False)


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
        fields.get("attributes") or {},
        fields.get("priority"),
        (fields.get("note") or "").strip(),
    )


def _hints(fields: Mapping[str, Any]) -> tuple[str, str] | None:
    interaction = fields.get("flexInteractionSid") or ""
    channel = fields.get("flexInteractionChannelSid") or ""
    is_sid = _INTERACTION_SID.fullmatch(interaction) and _CHANNEL_SID.fullmatch(channel)
    return (interaction, channel) if is_sid else None


def offer_request(
    event: APIGatewayProxyEventV2, task_sid: str, fields: Mapping[str, Any] = MappingProxyType({})
) -> OfferRequest:
    """Read a request for ``/transfers/{taskSid}``.

    Raises
    ------
    Unauthorized, Forbidden
        There is no token, or none that can be one.
    BadRequest
        The path has no SID of a task.
    """
    token = token_of(event, fields)
    if not _TASK_SID.fullmatch(task_sid):
        raise BadRequest(f"{EXPECTED['taskSid']}.", code="invalid_request")
    return OfferRequest(_canonical(task_sid), token)


def leave_request(event: APIGatewayProxyEventV2, task_sid: str) -> OfferRequest:
    """Read a request of ``POST /transfers/{taskSid}``, whose body says ``"end": "leave"``.

    Raises
    ------
    Unauthorized, Forbidden, BadRequest, ContentTooLarge, UnsupportedMediaType
        The request does not have the form of the contract.
    """
    fields = read_fields(event)
    request = offer_request(event, task_sid, fields)
    if fields.get("end") != "leave":
        raise BadRequest("end is leave.", code="invalid_request")
    return request


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


def _canonical(sid: str) -> str:
    """Write a SID in lower case, as Twilio does: Twilio accepts either case."""
    return sid[:2] + sid[2:].lower()


def _expectation(error: JsonSchemaValueException) -> str:
    """Say what was expected: the validator's own message would repeat the token."""
    named = [EXPECTED[name] for name in EXPECTED if name in (error.message)]
    return f"{'; '.join(named) or '; '.join(EXPECTED.values())}."
