"""The stack: routing for transferred chats, and the endpoints that the Flex plugin calls."""

from pathlib import Path

import pulumi

from transfer_stack.backend import TransferBackend
from transfer_stack.bundle import build_bundle, build_canary
from transfer_stack.commit import deployed_commit
from transfer_stack.flex_plugin import PluginConfiguration
from transfer_stack.read_settings import load_settings
from transfer_stack.routing import TransferRouting, find_everyone, find_queues, find_workflows
from transfer_stack.routing_preview import check_routing

ROOT = Path(__file__).resolve().parent.parent

# Everything that can fail before anything is changed
settings = load_settings(lambda: deployed_commit(ROOT, shipped=["functions", "canary"]))
bundle = build_bundle(ROOT / "functions", ROOT / "build")
canary_bundle = build_canary(ROOT / "canary", ROOT / "build")
queues = find_queues(settings)
everyone = find_everyone(settings)
workflows = find_workflows(settings)
check_routing(settings, queues, everyone)

# Routing
routing = TransferRouting(
    "routing",
    settings=settings,
    queue_sids=[queue.sid for queue in queues],
    everyone=everyone,
)

# Endpoints
backend = TransferBackend(
    "backend",
    settings=settings,
    bundle=bundle,
    canary_bundle=canary_bundle,
    workflow_sid=routing.workflow_sid,
    target_workflows=workflows,
)

# What the plugin reads of it
if settings.plugin.writes_ui_attributes:
    PluginConfiguration("plugin", settings=settings, endpoint=backend.url)

# Outputs for the Flex plugin and the workspace's administrator, then for operators
pulumi.export("endpoint", backend.url)
pulumi.export("transferWorkflowSid", routing.workflow_sid)
pulumi.export("everyoneQueueSid", routing.everyone_queue_sid)
pulumi.export("functionNames", backend.function_names)
pulumi.export("logGroups", backend.log_groups)
pulumi.export("idempotencyTable", backend.table_name)
pulumi.export("secretArn", backend.secret_arn)
pulumi.export("alarmTopicArn", backend.alarm_topic_arn)
pulumi.export("ticketTopicArn", backend.ticket_topic_arn)
pulumi.export("dashboard", backend.dashboard_name)
if backend.queue:
    pulumi.export("eventsQueueUrl", backend.queue.url)
    pulumi.export("failedEventsQueueUrl", backend.queue.failed_url)
