"""Address configurations of Conversations: what becomes of a message to an address.

Source: https://www.twilio.com/docs/conversations/api/address-configuration-resource
"""

from collections.abc import Callable, Mapping
from typing import Any

from twilio_emulator.account import Account
from twilio_emulator.calls import Answer, Call, Routes, truth
from twilio_emulator.clock import iso8601
from twilio_emulator.errors import invalid, not_found
from twilio_emulator.paging import page
from twilio_emulator.sids import new_sid

BASE = "/Configuration/Addresses"
# The documented maximum: https://www.twilio.com/docs/conversations/api/address-configuration-resource
MAX_PAGE_SIZE = 50
_BELOW = "AutoCreation."
_READERS: Mapping[str, Callable[[str], Any]] = {
    "Enabled": truth,
    "WebhookMethod": str.upper,
    "WebhookFilters": lambda text: text.split(","),
    "StudioRetryCount": int,
}
_NAMES = {
    "Enabled": "enabled",
    "Type": "type",
    "ConversationServiceSid": "conversation_service_sid",
    "WebhookUrl": "webhook_url",
    "WebhookMethod": "webhook_method",
    "WebhookFilters": "webhook_filters",
    "StudioFlowSid": "studio_flow_sid",
    "StudioRetryCount": "studio_retry_count",
}


def show_all(account: Account, call: Call) -> Answer:
    """List the configurations, all or those of one type."""
    kind = call.query.get("Type")
    found = [each for each in account.addresses.values() if kind in {None, each["type"]}]
    return page(call, "address_configurations", found, lambda each: each, MAX_PAGE_SIZE)


def create(account: Account, call: Call) -> Answer:
    """Create the configuration of an address that has none."""
    address = call.required("Address")
    if any(each["address"] == address for each in account.addresses.values()):
        raise invalid(f"Address {address} has a configuration already")
    sid, now = new_sid("IG", account.random), iso8601(account.clock.now())
    account.addresses[sid] = {
        "account_sid": account.sid,
        "sid": sid,
        "type": call.required("Type").lower(),
        "address": address,
        "friendly_name": call.form.get("FriendlyName") or None,
        "address_country": call.form.get("AddressCountry") or None,
        "auto_creation": _auto_creation(call, {"enabled": False, "type": "default"}),
        "date_created": now,
        "date_updated": now,
        "url": f"https://conversations.twilio.com/v1{BASE}/{sid}",
    }
    return Answer(201, account.addresses[sid])


def fetch(account: Account, call: Call) -> Answer:
    """Show a configuration."""
    return Answer(200, _find(account, call))


def update(account: Account, call: Call) -> Answer:
    """Change a configuration."""
    found = _find(account, call)
    if "FriendlyName" in call.form:
        found["friendly_name"] = call.form["FriendlyName"] or None
    found["auto_creation"] = _auto_creation(call, found["auto_creation"])
    return Answer(200, found)


def delete(account: Account, call: Call) -> Answer:
    """Delete a configuration."""
    del account.addresses[_find(account, call)["sid"]]
    return Answer(204)


def _find(account: Account, call: Call) -> dict[str, Any]:
    sid = call.path["address"]
    if sid not in account.addresses:
        raise not_found(f"{BASE}/{sid}")
    return account.addresses[sid]


def _auto_creation(call: Call, current: dict[str, Any]) -> dict[str, Any]:
    given = {name: call.form.get(_BELOW + name) for name in _NAMES}
    return current | {
        _NAMES[name]: _READERS.get(name, str)(text)
        for name, text in given.items()
        if text is not None
    }


ROUTES: Routes = (
    ("GET", BASE, show_all),
    ("POST", BASE, create),
    ("GET", BASE + "/{address}", fetch),
    ("POST", BASE + "/{address}", update),
    ("DELETE", BASE + "/{address}", delete),
)
