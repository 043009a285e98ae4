"""The HTTP API that the Flex plugin calls: routes, integrations, CORS, throttling, access logs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from transfer_stack.custom_domain import CustomDomain, CustomDomainArgs
from transfer_stack.functions import TransferFunction
from transfer_stack.settings import GATEWAY_TIMEOUT_SECONDS, StackSettings

# What one searches access logs for. Neither body nor headers: they hold tokens.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
_ACCESS_LOG_FORMAT: Final = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "sourceIp": "$context.identity.sourceIp",
    "userAgent": "$context.identity.userAgent",
    "routeKey": "$context.routeKey",
    # Tells what was asked for where no route matched. There is no query string in it.
    "path": "$context.path",
    "status": "$context.status",
    "responseLength": "$context.responseLength",
    "latencyMs": "$context.responseLatency",
    "integrationLatencyMs": "$context.integrationLatency",
    "integrationError": "$context.integrationErrorMessage",
    "error": "$context.error.message",
}

# A browser keeps a preflight's answer for this long: no more than two of them an agent and shift,
# nearly.
_PREFLIGHT_SECONDS: Final = 3600


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One function and the routes that lead to it.

    Parameters
    ----------
    name
        What its resources are named after.
    function
        What answers.
    methods
        The HTTP methods that are routed.
    path
        The path, without a stage.
    """

    name: str
    function: TransferFunction
    methods: Sequence[str]
    path: str

    def route_keys(self) -> list[str]:
        """Return its routes as API Gateway and its access log name them."""
        return [f"{method} {self.path}" for method in self.methods]


@dataclass(frozen=True, slots=True)
class TransferApiArgs:
    """What `TransferApi` is made from."""

    settings: StackSettings
    endpoints: Sequence[Endpoint]


class TransferApi(pulumi.ComponentResource):
    """An API Gateway HTTP API in front of the functions.

    Nothing is authorized here: the Flex token is validated by the functions, since only Twilio can
    tell. An HTTP API has one throttle for all callers, and no resource policy that could keep some
    out. There is no AWS WAF in front of it either: a web ACL protects a REST API, a load balancer
    or a CloudFront distribution, but no HTTP API. What a company wants of one goes into a
    distribution of its own, with this API as its origin.
    https://docs.aws.amazon.com/waf/latest/APIReference/API_AssociateWebACL.html

    Protected: with the API its URL would go, and the Flex plugin has that built in.

    Parameters
    ----------
    name
        The component's name.
    args
        See `TransferApiArgs`.
    opts
        Pulumi's resource options.
    """

    api_id: pulumi.Output[str]
    url: pulumi.Output[str]
    route_keys: tuple[str, ...]
    access_log_group_name: pulumi.Output[str]

    def __init__(
        self, name: str, args: TransferApiArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("flex-chat-transfer:index:TransferApi", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        self._settings = args.settings
        self._api = self._declare_api(name)
        routes = [
            route for endpoint in args.endpoints for route in self._declare_endpoint(endpoint)
        ]
        stage, access_logs = self._declare_stage(name, routes)
        self.api_id = self._api.id
        self.url = self._declare_url(name, stage)
        self.route_keys = tuple(key for endpoint in args.endpoints for key in endpoint.route_keys())
        self.access_log_group_name = access_logs.name
        self.register_outputs({"url": self.url, "accessLogGroupName": self.access_log_group_name})

    def _declare_api(self, name: str) -> aws.apigatewayv2.Api:
        return aws.apigatewayv2.Api(
            name,
            name=self._settings.prefix,
            description="Chat transfers for Twilio Flex",
            protocol_type="HTTP",
            disable_execute_api_endpoint=self._has_one_address(),
            cors_configuration={
                "allow_origins": list(self._settings.gateway.allowed_origins),
                "allow_methods": ["GET", "POST"],
                "allow_headers": ["authorization", "content-type"],
                # A browser hides them from the plugin otherwise: how long to wait, and the ID by
                # which the logs have the request.
                "expose_headers": ["retry-after", "apigw-requestid"],
                "max_age": _PREFLIGHT_SECONDS,
            },
            tags=self._settings.tags,
            opts=pulumi.ResourceOptions.merge(
                self._child, pulumi.ResourceOptions(protect=self._settings.protect)
            ),
        )

    def _has_one_address(self) -> bool:
        """Whether the API answers at the company's host name alone.

        What stands in front of the host name would otherwise be passed by at API Gateway's own.
        The stage deploys by itself, so the change takes effect at once.
        https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-disable-default-endpoint.html
        """
        gateway = self._settings.gateway
        return bool(gateway.domain_name) and not gateway.keeps_execute_api

    def _declare_url(self, name: str, stage: aws.apigatewayv2.Stage) -> pulumi.Output[str]:
        gateway = self._settings.gateway
        if not gateway.domain_name:
            return self._api.api_endpoint.apply(lambda url: url.rstrip("/"))
        args = CustomDomainArgs(gateway, self._api.id, stage.id, self._settings.tags)
        return CustomDomain(name, args, self._child).url

    def _declare_endpoint(self, endpoint: Endpoint) -> list[aws.apigatewayv2.Route]:
        integration = aws.apigatewayv2.Integration(
            endpoint.name,
            api_id=self._api.id,
            integration_type="AWS_PROXY",
            integration_method="POST",
            integration_uri=endpoint.function.alias.invoke_arn,
            payload_format_version="2.0",
            # As long as an HTTP API can wait: the time in which a snapshot is restored comes on top
            # of the function's own, and the function is to answer, not API Gateway.
            # https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
            timeout_milliseconds=GATEWAY_TIMEOUT_SECONDS * 1000,
            opts=self._child,
        )
        return [self._declare_route(endpoint, method, integration) for method in endpoint.methods]

    def _declare_route(
        self, endpoint: Endpoint, method: str, integration: aws.apigatewayv2.Integration
    ) -> aws.apigatewayv2.Route:
        name = f"{method.lower()}-{endpoint.name}"
        permission = aws.lambda_.Permission(
            name,
            action="lambda:InvokeFunction",
            function=endpoint.function.function.name,
            qualifier=endpoint.function.alias.name,
            principal="apigateway.amazonaws.com",
            # The stage is "*", as in AWS's own examples: there is only $default, and no other can
            # serve this route.
            source_arn=self._api.execution_arn.apply(
                lambda arn: f"{arn}/*/{method}{endpoint.path}"
            ),
            opts=self._child,
        )
        return aws.apigatewayv2.Route(
            name,
            api_id=self._api.id,
            route_key=f"{method} {endpoint.path}",
            authorization_type="NONE",
            target=integration.id.apply(lambda integration_id: f"integrations/{integration_id}"),
            opts=pulumi.ResourceOptions.merge(
                self._child, pulumi.ResourceOptions(depends_on=[permission])
            ),
        )

    def _declare_stage(
        self, name: str, routes: Sequence[aws.apigatewayv2.Route]
    ) -> tuple[aws.apigatewayv2.Stage, aws.cloudwatch.LogGroup]:
        gateway = self._settings.gateway
        log_group = aws.cloudwatch.LogGroup(
            name,
            # Under this prefix API Gateway needs no entry per group in a resource policy that has
            # a size limit.
            # https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html
            name=f"/aws/vendedlogs/{self._settings.prefix}/access",
            retention_in_days=self._settings.log_retention_days,
            tags=self._settings.tags,
            opts=self._child,
        )
        stage = aws.apigatewayv2.Stage(
            name,
            api_id=self._api.id,
            # Served from the root, so the endpoint needs no prefix.
            name="$default",
            auto_deploy=True,
            default_route_settings={
                "throttling_burst_limit": gateway.throttling_burst,
                "throttling_rate_limit": gateway.throttling_rate,
                "detailed_metrics_enabled": True,
            },
            access_log_settings={
                "destination_arn": log_group.arn,
                "format": json.dumps(_ACCESS_LOG_FORMAT),
            },
            tags=self._settings.tags,
            # Routes first: the stage would otherwise answer 404 for them for a moment.
            opts=pulumi.ResourceOptions.merge(
                self._child, pulumi.ResourceOptions(depends_on=list(routes))
            ),
        )
        return stage, log_group
