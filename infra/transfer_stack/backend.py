"""The back end in AWS: secret, table, functions, HTTP API and observability."""

import pulumi

from transfer_stack.bundle import Bundle
from transfer_stack.canary import Canary
from transfer_stack.component import Component
from transfer_stack.endpoints import Endpoint, TransferApi
from transfer_stack.functions import TransferFunction
from transfer_stack.idempotency import idempotency_table
from transfer_stack.metrics import TARGET_ROUTES, TRANSFER_ROUTE
from transfer_stack.observability import Observability
from transfer_stack.permissions import use_idempotency_table
from transfer_stack.secrets import TwilioCredentials
from transfer_stack.settings import StackSettings


class TransferBackend(Component):
    """Everything that the stack has in AWS."""

    url: pulumi.Output[str]
    function_names: dict[str, pulumi.Output[str]]
    log_groups: dict[str, pulumi.Output[str]]
    table_name: pulumi.Output[str]
    secret_arn: pulumi.Output[str]
    alarm_topic_arn: pulumi.Output[str]
    dashboard_name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        settings: StackSettings,
        bundle: Bundle,
        canary_bundle: Bundle,
        workflow_sid: pulumi.Input[str],
    ) -> None:
        super().__init__(name)
        child = self.child()
        credentials = TwilioCredentials("twilio", settings=settings, opts=child)
        table = idempotency_table(settings, child)
        environment = {
            **_twilio(settings),
            **_powertools(settings),
            "TWILIO_CHAT_TRANSFER_WORKFLOW_SID": workflow_sid,
            "TWILIO_SECRET_ARN": credentials.arn,
        }
        transfer_chat = TransferFunction(
            "transfer-chat",
            settings=settings,
            bundle=bundle,
            handler="transfer_chat.handler",
            description="Transfers a chat task of Flex to an agent, a queue or a workflow",
            environment={**environment, "IDEMPOTENCY_TABLE": table.name},
            statements=(*credentials.statements, table.arn.apply(use_idempotency_table)),
            needs=(credentials.value,),
            opts=child,
        )
        get_workflows = TransferFunction(
            "get-workflows",
            settings=settings,
            bundle=bundle,
            handler="get_workflows.handler",
            description="Lists what a chat can be transferred to",
            environment=environment,
            statements=credentials.statements,
            needs=(credentials.value,),
            opts=child,
        )
        endpoints = (
            Endpoint("transfer-chat", transfer_chat, (TRANSFER_ROUTE,)),
            Endpoint("get-workflows", get_workflows, TARGET_ROUTES),
        )
        functions = {"transferChat": transfer_chat, "getWorkflows": get_workflows}
        api = TransferApi("api", settings=settings, endpoints=endpoints, opts=child)
        canary = None
        if settings.canary:
            canary = Canary(
                "canary", settings=settings, bundle=canary_bundle, endpoint=api.url, opts=child
            ).function
        observability = Observability(
            "observability",
            settings=settings,
            api=api,
            functions=tuple(functions.values()),
            canary=canary,
            opts=child,
        )
        if canary:
            functions["canary"] = canary
        self.url = api.url
        self.function_names = {key: found.function.name for key, found in functions.items()}
        self.log_groups = {key: found.log_group_name for key, found in functions.items()}
        self.log_groups["access"] = api.access_log_group_name
        self.table_name = table.name
        self.secret_arn = credentials.arn
        self.alarm_topic_arn = observability.topic_arn
        self.dashboard_name = observability.dashboard_name
        self.register_outputs({"url": self.url})


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
