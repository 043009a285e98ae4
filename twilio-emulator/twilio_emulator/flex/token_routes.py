"""The validation of a Flex user's token.

Flex's token validators ask this endpoint, https://www.npmjs.com/package/twilio-flex-token-validator
and https://www.twilio.com/docs/flex/developer/plugins/call-functions-from-flex; the answer's fields
are those that the validator passes on.
"""

from base64 import urlsafe_b64encode
from datetime import datetime
from random import Random
from typing import Any

from twilio_emulator.account import Account
from twilio_emulator.calls import Answer, Call, Routes
from twilio_emulator.clock import iso8601
from twilio_emulator.errors import invalid, not_found
from twilio_emulator.flex.model import UserToken

# The validator's own codes for tokens that are unknown or expired.
INVALID = 20101
EXPIRED = 20104


def new_token_value(random: Random) -> str:
    """Return a token in the form of Flex's: a compact JWE, which is opaque to clients.

    Source: https://www.twilio.com/docs/flex/developer/user-management/flex-token-api
    """
    header = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwiY3R5IjoidHdpbGlvLWZwYTtycz0xIn0"
    parts = (
        urlsafe_b64encode(random.randbytes(size)).decode().rstrip("=") for size in (12, 96, 16)
    )
    return f"{header}..{'.'.join(parts)}"


def validate(account: Account, call: Call) -> Answer:
    """Return whose token it is, or that it is not valid: always with status 200."""
    if call.path["account"] != account.sid:
        raise not_found(f"/Accounts/{call.path['account']}/Tokens/validate")
    document: Any = call.document if isinstance(call.document, dict) else call.form
    value = document.get("token") or document.get("Token")
    if not isinstance(value, str) or not value:
        raise invalid("Missing required parameter token")
    token = account.flex.tokens.get(value)
    if token is None:
        return _refusal("Token is not valid", INVALID)
    if token.expires_at <= account.clock.now():
        return _refusal("Token is expired", EXPIRED)
    return Answer(200, _form(token, account.clock.now()))


def _refusal(message: str, code: int) -> Answer:
    return Answer(200, {"valid": False, "message": message, "code": code})


def _form(token: UserToken, now: datetime) -> dict[str, Any]:
    return {
        "valid": True,
        "code": 0,
        "message": None,
        "identity": token.identity,
        "worker_sid": token.worker_sid,
        "roles": list(token.roles),
        "realm_user_id": token.realm_user_id,
        "expiration": iso8601(token.expires_at),
        "expires_in": int((token.expires_at - now).total_seconds()),
    }


ROUTES: Routes = (("POST", "/Accounts/{account}/Tokens/validate", validate),)
