"""Who is who: the caller whom a token names, the worker who holds a task, an agent's identity."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from twilio.rest import Client

from chat_transfer.http.problems import token_invalid
from chat_transfer.twilio.failures import Refused
from chat_transfer.twilio.retries import RetryPolicy
from chat_transfer.twilio.tasks import Reservation

HOLDING = frozenset({"accepted", "wrapping"})
MAY_TRANSFER_ANY_TASK = frozenset({"supervisor", "admin"})

# What Twilio answers to a text that cannot be a token.
_NOT_A_TOKEN = (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The Flex user whom a valid token names.

    Attributes
    ----------
    identity : str
        Such as ``ana_40example_2Ecom``: not a worker's friendly name.
    worker_sid : str or None
        ``WK…``; a user without a worker has none.
    roles : frozenset of str
        Such as ``agent``, ``supervisor``, ``admin``.
    """

    identity: str
    worker_sid: str | None
    roles: frozenset[str]

    def may_act_for(self, worker_sid: str | None) -> bool:
        """Whether the caller is this worker, or a supervisor or an admin."""
        is_that_worker = self.worker_sid is not None and self.worker_sid == worker_sid
        return is_that_worker or self.may_act_for_all

    @property
    def may_act_for_all(self) -> bool:
        """Whether the caller is a supervisor or an admin."""
        return not MAY_TRANSFER_ANY_TASK.isdisjoint(self.roles)


def validate_token(client: Client, account_sid: str, token: str, retries: RetryPolicy) -> Caller:
    """Ask Twilio who holds a Flex token; it is never read here.

    The endpoint is the one that Twilio's own ``twilio-flex-token-validator`` calls; the SDK has no
    method for it, so its client sends the request.

    Raises
    ------
    Forbidden
        The token is invalid or expired, or of another account.
    TwilioFailure
        Twilio could not be asked, so no caller gets in.
    """
    url = f"https://iam.twilio.com/v1/Accounts/{account_sid}/Tokens/validate"
    try:
        answer = retries.call(
            lambda: client.request(
                "POST", url, data={"token": token}, headers={"Content-Type": "application/json"}
            )
        )
    except Refused as refused:
        if refused.status not in _NOT_A_TOKEN:
            raise
        raise token_invalid() from None
    body = json.loads(answer.text)
    if not isinstance(body, dict) or body.get("valid") is not True or not body.get("identity"):
        raise token_invalid()
    roles = body.get("roles")
    return Caller(
        identity=str(body["identity"]),
        worker_sid=body.get("worker_sid") or None,
        roles=frozenset(roles if isinstance(roles, list) else ()),
    )


def holder_of(reservations: Iterable[Reservation]) -> str | None:
    """The SID of the worker who holds a task: who accepted it, or is wrapping it up."""
    return next((one.worker_sid for one in reservations if one.status in HOLDING), None)


def identity_of(worker_attributes: Mapping[str, Any]) -> str | None:
    """The identity of a worker from its ``contact_uri``, ``client:<identity>``.

    https://www.twilio.com/docs/flex/developer/config/worker-attributes
    """
    contact_uri = worker_attributes.get("contact_uri")
    if not isinstance(contact_uri, str):
        return None
    return contact_uri.removeprefix("client:") or None
