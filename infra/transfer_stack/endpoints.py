"""The HTTP API that the Flex plugin calls: routes, integrations, CORS, throttling, access logs."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from transfer_stack.component import Component
from transfer_stack.custom_domain import CustomDomain
from transfer_stack.functions import TransferFunction
from transfer_stack.settings import GATEWAY_TIMEOUT_SECONDS, StackSettings

# Neither body nor headers: they hold tokens. Nor the user agent and the path, which a caller writes
# and API Gateway does not escape: a quotation mark in one would forge the fields after it.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
_ACCESS_LOG_FORMAT: Final = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "sourceIp": "$context.identity.sourceIp",
    "routeKey": "$context.routeKey",
    "status": "$context.status",
    "responseLength": "$context.responseLength",
    "latencyMs": "$context.responseLatency",
    "integrationLatencyMs": "$context.integrationLatency",
    "integrationError": "$context.integrationErrorMessage",
    "error": "$context.error.message",
}

# How long a browser caches the answer to a preflight request.
_PREFLIGHT_SECONDS: Final = 3600


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One function and the routes that lead to it.

    Parameters
    ----------
    name
        The name of its resources.
    function
        The function behind it.
    route_keys
        Its routes as API Gateway names them, such as `POST /transfer-chat`.
    apart
        Those of its routes that have the stage's rate and burst each for itself.
    """

    name: str
    function: TransferFunction
    route_keys: Sequence[str]
    apart: Sequence[str] = ()


class TransferApi(Component):
    """An API Gateway HTTP API in front of the functions.

    There is no authorizer: the functions have Twilio validate the Flex token. An HTTP API has one
    throttle for all callers and no resource policy, and AWS WAF does not support it. A company that
    needs a web ACL puts its own CloudFront distribution in front, see docs/web-acl.md.
    https://docs.aws.amazon.com/waf/latest/APIReference/API_AssociateWebACL.html

    Protected: the Flex plugin is built with the API's URL.
    """

    api_id: pulumi.Output[str]
    url: pulumi.Output[str]
    access_log_group_name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        settings: StackSettings,
        endpoints: Sequence[Endpoint],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__(name, opts)
        self._settings = settings
        self._api = self._declare_api(name)
        routes = [route for endpoint in endpoints for route in self._declare_endpoint(endpoint)]
        stage, access_logs = self._declare_stage(name, routes, endpoints)
        self.api_id = self._api.id
        self.url = self._declare_url(name, stage)
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
                "allow_methods": ["DELETE", "GET", "POST"],
                "allow_headers": ["authorization", "content-type"],
                # How long to wait before a retry, and the request's ID in the logs.
                "expose_headers": ["retry-after", "apigw-requestid"],
                "max_age": _PREFLIGHT_SECONDS,
            },
            tags=self._settings.tags,
            opts=self.child(protect=self._settings.protect),
        )

    def _has_one_address(self) -> bool:
        """Whether the API answers only at the company's host name.

        Callers could otherwise bypass what is in front of it. The stage deploys automatically, so
        the change takes effect at once.
        https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-disable-default-endpoint.html
        """
        gateway = self._settings.gateway
        return bool(gateway.domain_name) and not gateway.keeps_execute_api

    def _declare_url(self, name: str, stage: aws.apigatewayv2.Stage) -> pulumi.Output[str]:
        gateway = self._settings.gateway
        if not gateway.domain_name:
            return self._api.api_endpoint.apply(lambda url: url.rstrip("/"))
        return CustomDomain(
            name,
            settings=self._settings,
            api_id=self._api.id,
            stage_id=stage.id,
            opts=self.child(),
        ).url

    def _declare_endpoint(self, endpoint: Endpoint) -> list[aws.apigatewayv2.Route]:
        integration = aws.apigatewayv2.Integration(
            endpoint.name,
            api_id=self._api.id,
            integration_type="AWS_PROXY",
            integration_method="POST",
            integration_uri=endpoint.function.alias.invoke_arn,
            payload_format_version="2.0",
            # The longest that an HTTP API can wait. The function's timeout limits the invoke phase
            # alone; restoring a snapshot is a phase before it.
            # https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-restore
            timeout_milliseconds=GATEWAY_TIMEOUT_SECONDS * 1000,
            opts=self.child(),
        )
        return [self._declare_route(endpoint, key, integration) for key in endpoint.route_keys]

    def _declare_route(
        self, endpoint: Endpoint, key: str, integration: aws.apigatewayv2.Integration
    ) -> aws.apigatewayv2.Route:
        method, path = key.split(" ")
        name = "-".join([method.lower(), *re.findall(r"[\w-]+", path)])
        # A path's parameter stands for any value, and API Gateway may name the one that was called.
        called = re.sub(r"{\w+}", "*", path)
        permission = aws.lambda_.Permission(
            name,
            action="lambda:InvokeFunction",
            function=endpoint.function.function.name,
            qualifier=endpoint.function.alias.name,
            principal="apigateway.amazonaws.com",
            # The stage is "*", as in AWS's examples: the only stage is $default.
            source_arn=self._api.execution_arn.apply(lambda arn: f"{arn}/*/{method}{called}"),
            opts=self.child(),
        )
        return aws.apigatewayv2.Route(
            name,
            api_id=self._api.id,
            route_key=key,
            authorization_type="NONE",
            target=integration.id.apply(lambda integration_id: f"integrations/{integration_id}"),
            opts=self.child(depends_on=[permission]),
        )

    def _declare_stage(
        self, name: str, routes: Sequence[aws.apigatewayv2.Route], endpoints: Sequence[Endpoint]
    ) -> tuple[aws.apigatewayv2.Stage, aws.cloudwatch.LogGroup]:
        gateway = self._settings.gateway
        log_group = aws.cloudwatch.LogGroup(
            name,
            # With this prefix the log group needs no entry in the resource policy, whose size is
            # limited.
            # https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html
            name=f"/aws/vendedlogs/{self._settings.prefix}/access",
            retention_in_days=self._settings.log_retention_days,
            kms_key_id=self._settings.key_arn or None,
            tags=self._settings.tags,
            opts=self.child(),
        )
        limits: aws.apigatewayv2.StageDefaultRouteSettingsArgsDict = {
            "throttling_burst_limit": gateway.throttling_burst,
            "throttling_rate_limit": gateway.throttling_rate,
            "detailed_metrics_enabled": True,
        }
        stage = aws.apigatewayv2.Stage(
            name,
            api_id=self._api.id,
            # Served from the root, so the endpoint needs no prefix.
            name="$default",
            auto_deploy=True,
            default_route_settings=limits,
            route_settings=[
                {"route_key": key, **limits} for endpoint in endpoints for key in endpoint.apart
            ],
            access_log_settings={
                "destination_arn": log_group.arn,
                "format": json.dumps(_ACCESS_LOG_FORMAT),
            },
            tags=self._settings.tags,
            # Routes first: the stage would otherwise answer 404 for them for a moment.
            opts=self.child(depends_on=list(routes)),
        )
        return stage, log_group
