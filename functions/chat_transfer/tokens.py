"""Who asks: a Flex token is validated by Twilio, never read by ourselves.

The endpoint is the one that Twilio's own ``twilio-flex-token-validator`` calls; the SDK has no
method for it, so its client sends the request.
"""

import json
from http import HTTPStatus

from twilio.rest import Client

from chat_transfer.agents import Caller
from chat_transfer.problems import Forbidden
from chat_transfer.retries import RetryPolicy
from chat_transfer.twilio_failures import Refused

# What Twilio answers to a text that it cannot even take for a token.
_NO_TOKEN_AT_ALL = (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND)


def validate_token(client: Client, account_sid: str, token: str, retries: RetryPolicy) -> Caller:
    """Ask Twilio who holds this token.

    Raises
    ------
    Forbidden
        The token is invalid or expired, or of another account.
    TwilioFailure
        Twilio could not be asked, so nobody gets in.
    """
    url = f"https://iam.twilio.com/v1/Accounts/{account_sid}/Tokens/validate"
    try:
        answer = retries.call(
            lambda: client.request(
                "POST", url, data={"token": token}, headers={"Content-Type": "application/json"}
            )
        )
    except Refused as refused:
        if refused.status not in _NO_TOKEN_AT_ALL:
            raise
        raise _invalid() from None
    body = json.loads(answer.text)
    if not isinstance(body, dict) or body.get("valid") is not True or not body.get("identity"):
        raise _invalid()
    roles = body.get("roles")
    return Caller(
        identity=str(body["identity"]),
        worker_sid=body.get("worker_sid") or None,
        roles=frozenset(roles if isinstance(roles, list) else ()),
    )


def _invalid() -> Forbidden:
    return Forbidden(
        "The token is invalid or expired. Send the Flex token of the agent who is signed in: "
        "manager.store.getState().flex.session.ssoTokenPayload.token",
        code="token_invalid",
    )
