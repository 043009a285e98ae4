"""Flex's configuration, of which integrations need the SIDs.

Source: https://www.twilio.com/docs/flex/developer/config/flex-configuration-rest-api
"""

from local.twilio.account import Account
from local.twilio.calls import Answer, Call, Routes


def fetch(account: Account, _call: Call) -> Answer:
    """Show the configuration of the account's Flex."""
    flex = account.flex
    body = {
        "account_sid": account.sid,
        "instance_sid": account.sid,
        "flex_instance_sid": flex.instance_sid,
        "chat_service_instance_sid": flex.chat_service_sid,
        "taskrouter_workspace_sid": flex.workspace_sid,
        "taskrouter_worker_channels": {},
        "runtime_domain": "https://flex.twilio.com",
        "status": "ok",
        "ui_version": "2.13.0",
        "url": "https://flex-api.twilio.com/v1/Configuration",
    }
    return Answer(200, body)


ROUTES: Routes = (("GET", "/Configuration", fetch),)
