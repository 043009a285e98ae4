"""Flex's configuration, which names the SIDs of its services.

Source: https://www.twilio.com/docs/flex/developer/config/flex-configuration-rest-api
"""

from collections.abc import Mapping
from typing import Any, Final

from twilio_emulator.account import Account
from twilio_emulator.calls import Answer, Call, Routes
from twilio_emulator.clock import iso8601

# The properties that a contact centre may set and this one has not.
_UNSET: Final = """
    taskrouter_target_workflow_sid taskrouter_target_taskqueue_sid taskrouter_taskqueues
    taskrouter_worker_attributes messaging_service_instance_sid flex_service_instance_sid
    service_version call_recording_webhook_url crm_type crm_callback_url crm_fallback_url
    crm_attributes queue_stats_configuration notifications markdown flex_insights_hr
    debugger_integration flex_ui_status_report agent_conv_end_methods citrix_voice_vdi
    offline_config
"""
_DEFAULTS: Final[Mapping[str, Any]] = {
    **dict.fromkeys(_UNSET.split()),
    "attributes": {},
    "taskrouter_skills": [],
    "taskrouter_worker_channels": {},
    "ui_attributes": {},
    "ui_dependencies": {},
    "call_recording_enabled": False,
    "crm_enabled": False,
    "public_attributes": {},
    "plugin_service_enabled": True,
    "plugin_service_attributes": {},
    "integrations": [],
    "outbound_call_flows": {},
    "serverless_service_sids": [],
    "flex_insights_drilldown": False,
    "channel_configs": [],
}


def fetch(account: Account, _call: Call) -> Answer:
    """Show the configuration of the account's Flex."""
    flex = account.flex
    workspace = account.workspaces[flex.workspace_sid]
    created = iso8601(workspace.date_created)
    body = {
        **_DEFAULTS,
        "account_sid": account.sid,
        "date_created": created,
        "date_updated": created,
        "status": "ok",
        "flex_instance_sid": flex.instance_sid,
        "chat_service_instance_sid": flex.chat_service_sid,
        "taskrouter_workspace_sid": flex.workspace_sid,
        "taskrouter_offline_activity_sid": workspace.timeout_activity_sid,
        "runtime_domain": "https://flex.twilio.com",
        "flex_url": "https://flex.twilio.com",
        "ui_language": "en",
        "ui_version": "2.13.0",
        "url": "https://flex-api.twilio.com/v1/Configuration",
    }
    return Answer(200, body | account.changed_settings.get("flex", {}))


ROUTES: Routes = (("GET", "/Configuration", fetch),)
