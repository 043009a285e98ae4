"""The stack: the component with the arguments that the stack's config sets."""

import pulumi

from flex_chat_transfer import FlexChatTransfer
from flex_chat_transfer.config import args_from_config

# Named after the project, so that its resources in AWS are.
transfer = FlexChatTransfer(pulumi.get_project(), args_from_config())

# Outputs for the Flex plugin and the workspace's administrator, then for operators
pulumi.export("endpoint", transfer.endpoint)
pulumi.export("transferWorkflowSid", transfer.transfer_workflow_sid)
pulumi.export("everyoneQueueSid", transfer.everyone_queue_sid)
pulumi.export("functionNames", transfer.function_names)
pulumi.export("logGroups", transfer.log_groups)
pulumi.export("idempotencyTable", transfer.idempotency_table)
pulumi.export("secretArn", transfer.secret_arn)
pulumi.export("alarmTopicArn", transfer.alarm_topic_arn)
pulumi.export("ticketTopicArn", transfer.ticket_topic_arn)
pulumi.export("dashboard", transfer.dashboard)
if transfer.events_queue_url:
    pulumi.export("eventsQueueUrl", transfer.events_queue_url)
    pulumi.export("failedEventsQueueUrl", transfer.failed_events_queue_url)
