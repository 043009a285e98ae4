"""Settings of which an account has one: of Conversations, of its webhooks, and of Flex.

Sources: https://www.twilio.com/docs/conversations/api/configuration-resource,
https://www.twilio.com/docs/conversations/api/conversations-webhook-resource,
https://www.twilio.com/docs/flex/developer/config/flex-configuration-rest-api
"""

from typing import Any

from twilio_emulator.account import Account
from twilio_emulator.calls import Answer, Call, Routes
from twilio_emulator.errors import invalid
from twilio_emulator.flex import configuration_routes

HOST = "https://conversations.twilio.com/v1"
CONFIGURATION = "/Configuration"
WEBHOOKS = CONFIGURATION + "/Webhooks"

Settings = dict[str, Any]


def fetch_configuration(account: Account, _call: Call) -> Answer:
    """Show the settings of Conversations."""
    service = account.flex.chat_service_sid
    settings = {
        "account_sid": account.sid,
        "default_chat_service_sid": service,
        "default_messaging_service_sid": None,
        "default_inactive_timer": None,
        "default_closed_timer": None,
        "url": f"{HOST}/Configuration",
        "links": {
            "service": f"{HOST}/Services/{service}/Configuration",
            "webhooks": f"{HOST}/Configuration/Webhooks",
        },
    }
    return Answer(200, settings | account.changed_settings.get("conversations", {}))


def update_configuration(account: Account, call: Call) -> Answer:
    """Change the settings of Conversations."""
    names = {
        "DefaultChatServiceSid": "default_chat_service_sid",
        "DefaultMessagingServiceSid": "default_messaging_service_sid",
        "DefaultInactiveTimer": "default_inactive_timer",
        "DefaultClosedTimer": "default_closed_timer",
    }
    _change(account, "conversations", {names[n]: call.form[n] for n in names if n in call.form})
    return fetch_configuration(account, call)


def fetch_webhooks(account: Account, _call: Call) -> Answer:
    """Show the webhooks of Conversations."""
    settings: Settings = {
        "account_sid": account.sid,
        "method": "POST",
        "filters": [],
        "pre_webhook_url": None,
        "post_webhook_url": None,
        "target": "webhook",
        "url": f"{HOST}/Configuration/Webhooks",
    }
    return Answer(200, settings | account.changed_settings.get("webhooks", {}))


def update_webhooks(account: Account, call: Call) -> Answer:
    """Change the webhooks of Conversations; an empty URL clears one."""
    names = {"Method": "method", "Target": "target"}
    changed: Settings = {names[n]: call.form[n] for n in names if n in call.form}
    if changed.get("method", "GET") not in {"GET", "POST"}:
        raise invalid(f"Method must be GET or POST, not {changed['method']}")
    urls = {"PreWebhookUrl": "pre_webhook_url", "PostWebhookUrl": "post_webhook_url"}
    changed |= {urls[name]: call.form[name] or None for name in urls if name in call.form}
    if "Filters" in call.form:
        changed["filters"] = call.form["Filters"].split(",")
    _change(account, "webhooks", changed)
    return fetch_webhooks(account, call)


def update_flex(account: Account, call: Call) -> Answer:
    """Change Flex's configuration: a JSON document, which has to name the account.

    What is named is replaced as a whole, ``ui_attributes`` too.
    """
    document = call.document
    if not isinstance(document, dict) or document.get("account_sid") != account.sid:
        raise invalid("account_sid is missing, or not the account's")
    shown = configuration_routes.fetch(account, call).body
    unknown = sorted(document.keys() - shown.keys())
    if unknown:
        raise invalid(f"{', '.join(unknown)}: no properties of the configuration")
    _change(account, "flex", document)
    return configuration_routes.fetch(account, call)


def _change(account: Account, name: str, changed: Settings) -> None:
    account.changed_settings[name] = account.changed_settings.get(name, {}) | changed


CONVERSATIONS_ROUTES: Routes = (
    ("GET", CONFIGURATION, fetch_configuration),
    ("POST", CONFIGURATION, update_configuration),
    ("GET", WEBHOOKS, fetch_webhooks),
    ("POST", WEBHOOKS, update_webhooks),
)
FLEX_ROUTES: Routes = (("POST", CONFIGURATION, update_flex),)
