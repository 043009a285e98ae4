"""Puts the back end together: a secret, a table, functions, an HTTP API, and what watches it."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from transfer_stack.bundle import Bundle
from transfer_stack.canary import Canary, CanaryArgs
from transfer_stack.endpoints import Endpoint, TransferApi, TransferApiArgs
from transfer_stack.functions import TransferFunction, TransferFunctionArgs
from transfer_stack.idempotency import idempotency_table
from transfer_stack.observability import Observability, ObservabilityArgs
from transfer_stack.permissions import use_idempotency_table
from transfer_stack.secrets import TwilioCredentials
from transfer_stack.settings import StackSettings


@dataclass(frozen=True, slots=True)
class TransferBackendArgs:
    """What `TransferBackend` is made from.

    Parameters
    ----------
    settings
        The stack's settings.
    bundle
        The code of the functions that answer requests.
    canary_bundle
        The canary's code.
    workflow_sid
        The workflow that transferred tasks go through.
    """

    settings: StackSettings
    bundle: Bundle
    canary_bundle: Bundle
    workflow_sid: pulumi.Input[str]


class TransferBackend(pulumi.ComponentResource):
    """All that stands in AWS.

    Parameters
    ----------
    name
        The component's name.
    args
        See `TransferBackendArgs`.
    opts
        Pulumi's resource options.
    """

    url: pulumi.Output[str]
    function_names: dict[str, pulumi.Output[str]]
    log_groups: dict[str, pulumi.Output[str]]
    table_name: pulumi.Output[str]
    secret_arn: pulumi.Output[str]
    alarm_topic_arn: pulumi.Output[str]
    dashboard_name: pulumi.Output[str]

    def __init__(
        self, name: str, args: TransferBackendArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("flex-chat-transfer:index:TransferBackend", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        credentials = TwilioCredentials("twilio", args.settings, child)
        table = idempotency_table(args.settings, child)
        environment = _environment(args, credentials)
        transfer_chat = _transfer_chat(args, environment, credentials, table, child)
        get_workflows = _get_workflows(args, environment, credentials, child)
        endpoints = (
            Endpoint("transfer-chat", transfer_chat, ("POST",), "/transfer-chat"),
            Endpoint("get-workflows", get_workflows, ("GET", "POST"), "/get-workflows"),
        )
        api = TransferApi("api", TransferApiArgs(args.settings, endpoints), child)
        canary = None
        if args.settings.canary:
            canary = Canary(
                "canary", CanaryArgs(args.settings, args.canary_bundle, api.url), child
            ).function
        observed = ObservabilityArgs(args.settings, api, (transfer_chat, get_workflows), canary)
        observability = Observability("observability", observed, child)
        self.url = api.url
        self.function_names = {
            "transferChat": transfer_chat.function.name,
            "getWorkflows": get_workflows.function.name,
        }
        self.log_groups = {
            "transferChat": transfer_chat.log_group_name,
            "getWorkflows": get_workflows.log_group_name,
            "access": api.access_log_group_name,
        }
        if canary:
            self.function_names["canary"] = canary.function.name
            self.log_groups["canary"] = canary.log_group_name
        self.table_name = table.name
        self.secret_arn = credentials.arn
        self.alarm_topic_arn = observability.topic_arn
        self.dashboard_name = observability.dashboard_name
        self.register_outputs({"url": self.url})


def _transfer_chat(
    args: TransferBackendArgs,
    environment: Mapping[str, pulumi.Input[str]],
    credentials: TwilioCredentials,
    table: aws.dynamodb.Table,
    opts: pulumi.ResourceOptions,
) -> TransferFunction:
    function = TransferFunctionArgs(
        settings=args.settings,
        bundle=args.bundle,
        handler="transfer_chat.handler",
        description="Transfers a chat task of Flex to an agent, a queue or a workflow",
        environment={**environment, "IDEMPOTENCY_TABLE": table.name},
        statements=(*credentials.statements, table.arn.apply(use_idempotency_table)),
        needs=(credentials.value,),
    )
    return TransferFunction("transfer-chat", function, opts)


def _get_workflows(
    args: TransferBackendArgs,
    environment: Mapping[str, pulumi.Input[str]],
    credentials: TwilioCredentials,
    opts: pulumi.ResourceOptions,
) -> TransferFunction:
    function = TransferFunctionArgs(
        settings=args.settings,
        bundle=args.bundle,
        handler="get_workflows.handler",
        description="Lists the workflows that a chat can be transferred to",
        environment=environment,
        statements=credentials.statements,
        needs=(credentials.value,),
    )
    return TransferFunction("get-workflows", function, opts)


def _environment(
    args: TransferBackendArgs, credentials: TwilioCredentials
) -> dict[str, pulumi.Input[str]]:
    """Return what both handlers read from the environment; an empty setting is not there at all."""
    twilio = args.settings.twilio
    optional = {
        "TWILIO_REGION": twilio.region,
        "TWILIO_EDGE": twilio.edge,
        "TWILIO_BASE_URL": twilio.base_url,
    }
    return {
        "TWILIO_ACCOUNT_SID": twilio.account_sid,
        "TWILIO_WORKSPACE_SID": args.settings.routing.workspace_sid,
        "TWILIO_CHAT_TRANSFER_WORKFLOW_SID": args.workflow_sid,
        "TWILIO_SECRET_ARN": credentials.arn,
        **{name: value for name, value in optional.items() if value},
        **_powertools(args.settings),
    }


def _powertools(settings: StackSettings) -> dict[str, str]:
    """Return what Powertools reads from the environment.

    Source: https://docs.powertools.aws.dev/lambda/python/latest/environment_variables/
    """
    return {
        # Also a dimension of every metric: it keeps environments in one account apart.
        "POWERTOOLS_SERVICE_NAME": settings.prefix,
        "POWERTOOLS_METRICS_NAMESPACE": settings.project,
        "POWERTOOLS_LOG_LEVEL": settings.functions.log_level,
    }
