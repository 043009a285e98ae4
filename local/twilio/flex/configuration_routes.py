"""Flex's configuration, of which integrations need the SIDs.

Source: https://www.twilio.com/docs/flex/developer/config/flex-configuration-rest-api
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from local.twilio.account import Account
from local.twilio.calls import Answer, Call, Routes
from local.twilio.clock import iso8601

# What a contact centre may set and this one has not.
NOT_SET: Mapping[str, Any] = MappingProxyType(
    {
        "attributes": {},
        "taskrouter_target_workflow_sid": None,
        "taskrouter_target_taskqueue_sid": None,
        "taskrouter_taskqueues": None,
        "taskrouter_skills": [],
        "taskrouter_worker_channels": {},
        "taskrouter_worker_attributes": None,
        "messaging_service_instance_sid": None,
        "flex_service_instance_sid": None,
        "ui_attributes": {},
        "ui_dependencies": {},
        "service_version": None,
        "call_recording_enabled": False,
        "call_recording_webhook_url": None,
        "crm_enabled": False,
        "crm_type": None,
        "crm_callback_url": None,
        "crm_fallback_url": None,
        "crm_attributes": None,
        "public_attributes": {},
        "plugin_service_enabled": True,
        "plugin_service_attributes": {},
        "integrations": [],
        "outbound_call_flows": {},
        "serverless_service_sids": [],
        "queue_stats_configuration": None,
        "notifications": None,
        "markdown": None,
        "flex_insights_hr": None,
        "flex_insights_drilldown": False,
        "channel_configs": [],
        "debugger_integration": None,
        "flex_ui_status_report": None,
        "agent_conv_end_methods": None,
        "citrix_voice_vdi": None,
        "offline_config": None,
    }
)


def fetch(account: Account, _call: Call) -> Answer:
    """Show the configuration of the account's Flex."""
    flex = account.flex
    workspace = account.workspaces[flex.workspace_sid]
    created = iso8601(workspace.date_created)
    body = {
        **NOT_SET,
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
    return Answer(200, body)


ROUTES: Routes = (("GET", "/Configuration", fetch),)
