"""The resources of Flex, Programmable Chat and Conversations.

Sources: the tables and examples below https://www.twilio.com/docs/chat/rest,
https://www.twilio.com/docs/conversations/api,
https://www.twilio.com/docs/flex/developer/config/flex-configuration-rest-api and
https://www.twilio.com/docs/flex/developer/conversations/interactions-api
"""

from emulator.schemas import (
    DATES,
    NULL,
    NUMBER,
    TEXT,
    TIME,
    TRUTH,
    URL,
    links,
    maybe,
    one_of,
    only,
    sid,
)

OF_INTERACTION = {"interaction_sid": sid("KD"), "channel_sid": sid("UO"), "url": URL}
AN_INTERACTION_CHANNEL = only(
    sid=sid("UO"),
    interaction_sid=sid("KD"),
    type=one_of("voice", "sms", "email", "web", "whatsapp", "chat", "messenger", "gbm"),
    status=one_of("setup", "active", "failed", "closed", "inactive", "pause", "transfer"),
    error_code=maybe(NUMBER),
    error_message=maybe(TEXT),
    url=URL,
    links=links("participants invites transfers"),
)
A_CHANNEL_PARTICIPANT = only(
    **OF_INTERACTION,
    sid=sid("UT"),
    type=one_of("supervisor", "customer", "external", "agent", "unknown"),
    routing_properties=maybe(
        only(task_sid=sid("WT"), worker_sid=sid("WK"), reservation_sid=sid("WR"))
    ),
)
# Where the documents' example has an empty reason, the page "Park an Interaction" has null.
AN_INVITE = only(
    **OF_INTERACTION,
    sid=sid("KG"),
    routing=only(reservation=NULL, properties={"type": "object"}),
)
THE_CONFIGURATION = only(
    account_sid=sid("AC"),
    flex_instance_sid=sid("GO"),
    chat_service_instance_sid=sid("IS"),
    flex_service_instance_sid=maybe(sid("IS")),
    messaging_service_instance_sid=maybe(sid("MG")),
    taskrouter_workspace_sid=sid("WS"),
    taskrouter_target_workflow_sid=maybe(sid("WW")),
    taskrouter_target_taskqueue_sid=maybe(sid("WQ")),
    taskrouter_offline_activity_sid=maybe(sid("WA")),
    status=one_of("ok", "inprogress", "notstarted"),
    runtime_domain=TEXT,
    flex_url=TEXT,
    url=URL,
    **DATES,
    **dict.fromkeys(("ui_language", "ui_version", "service_version"), maybe(TEXT)),
    **dict.fromkeys(
        ("crm_type", "crm_callback_url", "crm_fallback_url", "call_recording_webhook_url"),
        maybe(TEXT),
    ),
    **dict.fromkeys(
        (
            "call_recording_enabled",
            "crm_enabled",
            "plugin_service_enabled",
            "flex_insights_drilldown",
        ),
        maybe(TRUTH),
    ),
    **dict.fromkeys(
        (
            "taskrouter_taskqueues",
            "taskrouter_skills",
            "integrations",
            "serverless_service_sids",
            "channel_configs",
        ),
        maybe({"type": "array"}),
    ),
    **dict.fromkeys(
        (
            "attributes",
            "taskrouter_worker_channels",
            "taskrouter_worker_attributes",
            "ui_attributes",
            "ui_dependencies",
            "crm_attributes",
            "public_attributes",
            "plugin_service_attributes",
            "outbound_call_flows",
            "queue_stats_configuration",
            "notifications",
            "markdown",
            "flex_insights_hr",
            "debugger_integration",
            "flex_ui_status_report",
            "agent_conv_end_methods",
            "citrix_voice_vdi",
            "offline_config",
        ),
        maybe({"type": "object"}),
    ),
)
A_CHAT_CHANNEL = only(
    sid=sid("CH"),
    account_sid=sid("AC"),
    service_sid=sid("IS"),
    friendly_name=TEXT,
    unique_name=maybe(TEXT),
    attributes=TEXT,
    type=one_of("public", "private"),
    created_by=TEXT,
    members_count=NUMBER,
    messages_count=NUMBER,
    url=URL,
    links=links("members messages invites webhooks last_message"),
    **DATES,
)
A_MEMBER = only(
    sid=sid("MB"),
    account_sid=sid("AC"),
    service_sid=sid("IS"),
    channel_sid=sid("CH"),
    identity=TEXT,
    attributes=TEXT,
    role_sid=maybe(sid("RL")),
    last_consumed_message_index=maybe(NUMBER),
    last_consumption_timestamp=maybe(TIME),
    url=URL,
    **DATES,
)
A_CONVERSATION = only(
    sid=sid("CH"),
    account_sid=sid("AC"),
    chat_service_sid=sid("IS"),
    messaging_service_sid=maybe(sid("MG")),
    friendly_name=TEXT,
    unique_name=maybe(TEXT),
    attributes=TEXT,
    state=one_of("initializing", "active", "inactive", "closed"),
    timers={"type": "object"},
    bindings={"type": "object"},
    url=URL,
    links=links("participants messages webhooks export"),
    **DATES,
)
ADDRESSES = ("address", "proxy_address", "projected_address")
A_CONVERSATION_PARTICIPANT = only(
    sid=sid("MB"),
    account_sid=sid("AC"),
    conversation_sid=sid("CH"),
    identity=maybe(TEXT),
    attributes=TEXT,
    messaging_binding=maybe(
        {
            "type": "object",
            "properties": {"type": TEXT, **dict.fromkeys(ADDRESSES, TEXT)},
            "required": ["type"],
            "additionalProperties": False,
        }
    ),
    role_sid=maybe(sid("RL")),
    last_read_message_index=maybe(NUMBER),
    last_read_timestamp=maybe(TEXT),
    url=URL,
    **DATES,
)
# Of "date_updated", the page says: "null if the message has not been edited".
A_MESSAGE = only(
    sid=sid("IM"),
    account_sid=sid("AC"),
    conversation_sid=sid("CH"),
    index=NUMBER,
    author=TEXT,
    participant_sid=maybe(sid("MB")),
    body=maybe(TEXT),
    media=maybe({"type": "array"}),
    content_sid=maybe(sid("HX")),
    attributes=TEXT,
    delivery=maybe({"type": "object"}),
    date_created=TIME,
    date_updated=maybe(TIME),
    url=URL,
    links=links("delivery_receipts channel_metadata"),
)
