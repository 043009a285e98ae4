"""The stack: routing for transferred chats, and the endpoints that the Flex plugin calls."""

from pathlib import Path

import pulumi

from transfer_stack.backend import TransferBackend, TransferBackendArgs
from transfer_stack.bundle import build_bundle, build_canary
from transfer_stack.commit import deployed_commit
from transfer_stack.read_settings import load_settings
from transfer_stack.routing import TransferRouting, TransferRoutingArgs, find_queue_sids

ROOT = Path(__file__).resolve().parent.parent

# Settings, and all else that can stop the program while nothing is changed yet
settings = load_settings(lambda: deployed_commit(ROOT, shipped=["functions", "canary"]))
bundle = build_bundle(ROOT / "functions", ROOT / "build")
canary_bundle = build_canary(ROOT / "canary", ROOT / "build")
queue_sids = find_queue_sids(settings.routing)

# Routing
routing = TransferRouting(
    "routing", TransferRoutingArgs(settings.routing, queue_sids, settings.protect)
)

# Endpoints
backend = TransferBackend(
    "backend", TransferBackendArgs(settings, bundle, canary_bundle, routing.workflow_sid)
)

# Exports: first what the Flex plugin and the workspace's administrator need, then what an operator
# looks for next
pulumi.export("endpoint", backend.url)
pulumi.export("transferWorkflowSid", routing.workflow_sid)
pulumi.export("everyoneQueueSid", routing.everyone_queue_sid)
pulumi.export("functionNames", backend.function_names)
pulumi.export("logGroups", backend.log_groups)
pulumi.export("idempotencyTable", backend.table_name)
pulumi.export("secretArn", backend.secret_arn)
pulumi.export("alarmTopicArn", backend.alarm_topic_arn)
pulumi.export("dashboard", backend.dashboard_name)
