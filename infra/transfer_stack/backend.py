"""The back end in AWS: secret, table, functions, HTTP API and observability."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from transfer_stack.bundle import Bundle
from transfer_stack.canary import Canary
from transfer_stack.endpoints import Endpoint, TransferApi
from transfer_stack.events_queue import EventQueue
from transfer_stack.functions import TransferFunction
from transfer_stack.idempotency import idempotency_table
from transfer_stack.metrics import (
    EVENTS_ROUTE,
    LIST_OFFERS_ROUTE,
    TARGET_ROUTES,
    TRANSFER_ROUTE,
    offer_routes,
)
from transfer_stack.observability import Observability
from transfer_stack.offers import EventReceiver, EventStream
from transfer_stack.permissions import (
    Statement,
    find_offers,
    find_unfinished,
    read_offers,
    use_idempotency_table,
    use_key,
)
from transfer_stack.secrets import StackSecret
from transfer_stack.settings import StackSettings
from transfer_stack.transfer_events import TransferEvents


@dataclass(frozen=True, slots=True)
class Backend:
    """Everything that the stack has in AWS, by what its user asks for."""

    url: pulumi.Output[str]
    function_names: dict[str, pulumi.Output[str]]
    log_groups: dict[str, pulumi.Output[str]]
    table_name: pulumi.Output[str]
    secret_arn: pulumi.Output[str]
    alarm_topic_arn: pulumi.Output[str]
    ticket_topic_arn: pulumi.Output[str]
    dashboard_name: pulumi.Output[str]
    queue: EventQueue | None


def declare_backend(
    settings: StackSettings,
    *,
    bundle: Bundle,
    canary_bundle: Bundle,
    workflow_sid: pulumi.Input[str],
    target_workflows: Sequence[str] | None,
    opts: pulumi.ResourceOptions,
) -> Backend:
    """Declare what the stack has in AWS, and what has Twilio send its events there."""
    credentials = StackSecret(
        "twilio",
        settings=settings,
        resource_name="credentials",
        holds="Twilio credentials",
        content=settings.twilio.credentials(),
        protect=settings.protect,
        opts=opts,
    )
    table = idempotency_table(settings, opts)
    queue = None
    if settings.offers.are_possible:
        queue = EventQueue("events", settings=settings, opts=opts)
    environment = {
        **_twilio(settings),
        **_powertools(settings),
        **_offers(settings, queue),
        **_targets(settings, target_workflows),
        "TWILIO_CHAT_TRANSFER_WORKFLOW_SID": workflow_sid,
        "TWILIO_SECRET_ARN": credentials.arn,
    }
    functions = _declare_functions(settings, bundle, credentials, table, queue, environment, opts)
    api = TransferApi(
        "api", settings=settings, endpoints=list(_endpoints(settings, functions)), opts=opts
    )
    if queue:
        EventStream("event-stream", settings=settings, api=api, opts=opts)
    canary = None
    if settings.canary:
        canary = Canary(
            "canary", settings=settings, bundle=canary_bundle, endpoint=api.url, opts=opts
        ).function
    observability = Observability(
        "observability",
        settings=settings,
        api=api,
        functions=functions,
        queue=queue,
        canary=canary,
        opts=opts,
    )
    if canary:
        functions["canary"] = canary
    log_groups = {key: found.log_group_name for key, found in functions.items()}
    return Backend(
        url=api.url,
        function_names={key: found.function.name for key, found in functions.items()},
        log_groups={**log_groups, "access": api.access_log_group_name},
        table_name=table.name,
        secret_arn=credentials.arn,
        alarm_topic_arn=observability.topic_arn,
        ticket_topic_arn=observability.ticket_topic_arn,
        dashboard_name=observability.dashboard_name,
        queue=queue,
    )


def _declare_functions(
    settings: StackSettings,
    bundle: Bundle,
    credentials: StackSecret,
    table: aws.dynamodb.Table,
    queue: EventQueue | None,
    environment: Mapping[str, pulumi.Input[str]],
    opts: pulumi.ResourceOptions,
) -> dict[str, TransferFunction]:
    """Declare the functions of the bundle; return them by their names in the outputs."""
    with_table = {**environment, "IDEMPOTENCY_TABLE": table.name}
    remember: tuple[pulumi.Input[Statement], ...] = (
        *credentials.statements,
        table.arn.apply(use_idempotency_table),
    )
    if settings.key_arn:
        remember = (*remember, use_key(settings.key_arn, "UseTablesKey", "dynamodb"))
    needs = (credentials.value,)
    functions = {
        "transferChat": TransferFunction(
            "transfer-chat",
            settings=settings,
            bundle=bundle,
            handler="transfer_chat.handler",
            description="Transfers a chat task of Flex to an agent, a queue or a workflow",
            environment=with_table,
            statements=(
                *remember,
                table.arn.apply(find_unfinished),
                table.arn.apply(find_offers),
                table.arn.apply(read_offers),
            ),
            needs=needs,
            opts=opts,
        ),
        "getWorkflows": TransferFunction(
            "get-workflows",
            settings=settings,
            bundle=bundle,
            handler="get_workflows.handler",
            description="Lists what a chat can be transferred to",
            environment=environment,
            statements=credentials.statements,
            needs=needs,
            opts=opts,
        ),
        "transferEvents": TransferEvents(
            "transfer-events",
            settings=settings,
            bundle=bundle,
            queue=queue,
            environment=with_table,
            statements=(*remember, table.arn.apply(find_unfinished)),
            needs=needs,
            opts=opts,
        ).function,
    }
    if queue:
        functions["receiveEvents"] = EventReceiver(
            "receive-events",
            settings=settings,
            bundle=bundle,
            queue=queue,
            environment=_powertools(settings),
            opts=opts,
        ).function
    return functions


def _endpoints(
    settings: StackSettings, functions: Mapping[str, TransferFunction]
) -> Iterator[Endpoint]:
    """Yield what leads to the functions that there are."""
    # What is asked every few seconds, and a flood of events, take none of the agents' requests.
    yield Endpoint(
        "transfer-chat",
        functions["transferChat"],
        (TRANSFER_ROUTE, *offer_routes(can_join=settings.offers.can_join)),
        apart=(LIST_OFFERS_ROUTE,),
    )
    yield Endpoint("get-workflows", functions["getWorkflows"], TARGET_ROUTES)
    if "receiveEvents" in functions:
        events = (EVENTS_ROUTE,)
        yield Endpoint("receive-events", functions["receiveEvents"], events, apart=events)


def _offers(settings: StackSettings, queue: EventQueue | None) -> dict[str, pulumi.Input[str]]:
    if queue is None:
        return {}
    choices = {"HAND_OVER_CHOICES": json.dumps(settings.offers.choices)}
    return {
        "HAND_OVER": settings.offers.default,
        "EVENTS_QUEUE_URL": queue.url,
        **(choices if settings.offers.offered else {}),
    }


def _targets(settings: StackSettings, workflows: Sequence[str] | None) -> dict[str, str]:
    """Return the variables of what chats can be transferred to; without one all can be."""
    plugin = settings.plugin
    variables = {"TRANSFER_TARGETS_ATTRIBUTE": plugin.targets_attribute}
    if plugin.unavailable_agents != "wait":
        variables["UNAVAILABLE_AGENTS"] = plugin.unavailable_agents
    if workflows is not None:
        variables["TRANSFER_WORKFLOWS"] = json.dumps(list(workflows))
    return {name: value for name, value in variables.items() if value}


def _twilio(settings: StackSettings) -> dict[str, str]:
    """Return the variables of the Twilio account; one without a value is left out."""
    twilio = settings.twilio
    variables = {
        "TWILIO_ACCOUNT_SID": twilio.account_sid,
        "TWILIO_WORKSPACE_SID": settings.routing.workspace_sid,
        "TWILIO_REGION": twilio.region,
        "TWILIO_EDGE": twilio.edge,
        "TWILIO_BASE_URL": twilio.base_url,
    }
    return {name: value for name, value in variables.items() if value}


def _powertools(settings: StackSettings) -> dict[str, str]:
    """Return the variables that Powertools reads.

    Source: https://docs.powertools.aws.dev/lambda/python/latest/environment_variables/
    """
    return {
        # Also a dimension of every metric: it separates the environments of an account.
        "POWERTOOLS_SERVICE_NAME": settings.prefix,
        "POWERTOOLS_METRICS_NAMESPACE": settings.project,
        "POWERTOOLS_LOG_LEVEL": settings.functions.log_level,
    }
