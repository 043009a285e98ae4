"""The component: routing for transferred chats, and the endpoints that the Flex plugin calls."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import pulumi

from flex_chat_transfer.args import FlexChatTransferArgs
from flex_chat_transfer.sources import CANARY, FUNCTIONS, build_folder, program_commit
from transfer_stack.backend import declare_backend
from transfer_stack.bundle import build_bundle, build_canary
from transfer_stack.component import Component
from transfer_stack.flex_plugin import PluginConfiguration
from transfer_stack.read_args import read_args
from transfer_stack.routing import TransferRouting, find_everyone, find_queues, find_workflows
from transfer_stack.routing_preview import check_routing

# Before there was this component, a stack had its parts side by side.
_BACKEND = pulumi.Alias(
    name="backend",
    type_="flex-chat-transfer:index:TransferBackend",
    parent=pulumi.ROOT_STACK_RESOURCE,
)
_AT_ROOT = pulumi.Alias(parent=pulumi.ROOT_STACK_RESOURCE)


class FlexChatTransfer(Component):
    """Transfers of chats and SMS between the agents of a Twilio Flex workspace.

    It declares a transfer workflow and the "Everyone" queue in the workspace, and HTTP endpoints
    on AWS Lambda and API Gateway that the Flex plugin calls. The Twilio account is the one of the
    stack's config: `twilio:accountSid` and `twilio:authToken`, or `twilio:apiKeySid` and
    `twilio:apiKeySecret`. A stack has one such component, whose name and the stack's begin the
    names of its resources in AWS.
    """

    endpoint: pulumi.Output[str]
    """The base of the endpoints: the plugin's `FLEX_APP_FUNCTIONS_BASE`."""
    transfer_workflow_sid: pulumi.Output[str]
    """The SID of the transfer workflow."""
    everyone_queue_sid: pulumi.Output[str]
    """The SID of the workspace's queue "Everyone"."""
    function_names: pulumi.Output[Mapping[str, str]]
    """The names of the Lambda functions, by what they do, such as `transferChat`."""
    log_groups: pulumi.Output[Mapping[str, str]]
    """The log groups of the functions, by the same keys, and `access` of the HTTP API."""
    idempotency_table: pulumi.Output[str]
    """The name of the DynamoDB table with what is remembered of transfers."""
    secret_arn: pulumi.Output[str]
    """The ARN of the secret with the Twilio credentials."""
    alarm_topic_arn: pulumi.Output[str]
    """The ARN of the SNS topic of alarms that cannot wait."""
    ticket_topic_arn: pulumi.Output[str]
    """The ARN of the SNS topic of the other alarms."""
    dashboard: pulumi.Output[str]
    """The name of the CloudWatch dashboard."""
    events_queue_url: pulumi.Output[str] | None
    """The URL of the SQS queue of Twilio's events; none unless `hand_over` is set."""
    failed_events_queue_url: pulumi.Output[str] | None
    """The URL of the SQS queue of events that could not be handled."""

    def __init__(
        self, name: str, args: FlexChatTransferArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        # Everything that can fail before anything is changed
        settings = read_args(_by_name(args), name=name, region=_region(opts), commit=program_commit)
        bundle = build_bundle(FUNCTIONS, build_folder())
        canary_bundle = build_canary(CANARY, build_folder())
        invoke = _invoke_options(opts)
        queues = find_queues(settings, invoke)
        everyone = find_everyone(settings, invoke)
        workflows = find_workflows(settings, invoke)
        check_routing(settings, queues, everyone, invoke)

        moved = pulumi.ResourceOptions(aliases=[_BACKEND])
        super().__init__(name, pulumi.ResourceOptions.merge(moved, opts))
        routing = TransferRouting(
            "routing",
            settings=settings,
            queue_sids=[queue.sid for queue in queues],
            everyone=everyone,
            opts=self.child(aliases=[_AT_ROOT]),
        )
        backend = declare_backend(
            settings,
            bundle=bundle,
            canary_bundle=canary_bundle,
            workflow_sid=routing.workflow_sid,
            target_workflows=workflows,
            opts=self.child(),
        )
        if settings.plugin.writes_ui_attributes:
            PluginConfiguration(
                "plugin",
                settings=settings,
                endpoint=backend.url,
                opts=self.child(aliases=[_AT_ROOT]),
            )
        self.endpoint = backend.url
        self.transfer_workflow_sid = routing.workflow_sid
        self.everyone_queue_sid = routing.everyone_queue_sid
        self.function_names = pulumi.Output.all(**backend.function_names)
        self.log_groups = pulumi.Output.all(**backend.log_groups)
        self.idempotency_table = backend.table_name
        self.secret_arn = backend.secret_arn
        self.alarm_topic_arn = backend.alarm_topic_arn
        self.ticket_topic_arn = backend.ticket_topic_arn
        self.dashboard = backend.dashboard_name
        self.events_queue_url = backend.queue.url if backend.queue else None
        self.failed_events_queue_url = backend.queue.failed_url if backend.queue else None
        self.register_outputs({"endpoint": self.endpoint})


def _by_name(args: FlexChatTransferArgs | Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the arguments by name; a plugin's host gives a component a mapping of them."""
    if isinstance(args, Mapping):
        return args
    return {item.name: getattr(args, item.name) for item in fields(args)}


def _providers(opts: pulumi.ResourceOptions | None) -> dict[str, pulumi.ProviderResource]:
    """Return the providers that the component is given, by their packages."""
    given = opts.providers if opts and opts.providers else []
    found = list(given.values() if isinstance(given, Mapping) else given)
    if opts and opts.provider:
        found.append(opts.provider)
    return {provider.package: provider for provider in found}


def _invoke_options(opts: pulumi.ResourceOptions | None) -> pulumi.InvokeOptions:
    """Return the options of look-ups: in the account in which the resources will be."""
    parent = opts.parent if opts else None
    return pulumi.InvokeOptions(parent=parent, provider=_providers(opts).get("twilio"))


def _region(opts: pulumi.ResourceOptions | None) -> str:
    """Return the region, if no provider of the program's own decides it."""
    is_default = "aws" not in _providers(opts) and not (opts and opts.parent)
    return pulumi.Config("aws").get("region") or "" if is_default else ""
