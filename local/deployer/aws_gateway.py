"""Creates the HTTP API: the API itself, integrations, routes and the stage."""

from typing import Final

from local.deployer.aws_clients import ACCOUNT_ID, AwsClients, capitalised
from local.deployer.resource_types import Created, Inputs, ResourceType


def _create_api(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    answer = aws.client("apigatewayv2").create_api(
        Name=inputs["name"],
        Description=inputs["description"],
        ProtocolType=inputs["protocolType"],
        DisableExecuteApiEndpoint=inputs["disableExecuteApiEndpoint"],
        CorsConfiguration=capitalised(inputs["corsConfiguration"]),  # type: ignore[arg-type]
        Tags=inputs["tags"],
    )
    api_id = answer["ApiId"]
    return Created(
        api_id,
        {
            "arn": f"arn:aws:apigateway:{aws.region}::/apis/{api_id}",
            "executionArn": f"arn:aws:execute-api:{aws.region}:{ACCOUNT_ID}:{api_id}",
            # ministack also answers at {api_id}.execute-api.localhost as AWS does by host name,
            # but not every system resolves names below localhost. By path it works everywhere, and
            # the stage needs no prefix.
            "apiEndpoint": f"{aws.endpoint_url}/_aws/execute-api/{api_id}",
        },
    )


def _create_integration(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    answer = aws.client("apigatewayv2").create_integration(
        ApiId=inputs["apiId"],
        IntegrationType=inputs["integrationType"],
        IntegrationMethod=inputs["integrationMethod"],
        IntegrationUri=inputs["integrationUri"],
        PayloadFormatVersion=inputs["payloadFormatVersion"],
        TimeoutInMillis=inputs["timeoutMilliseconds"],
    )
    return Created(answer["IntegrationId"])


def _create_route(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    answer = aws.client("apigatewayv2").create_route(
        ApiId=inputs["apiId"],
        RouteKey=inputs["routeKey"],
        AuthorizationType=inputs["authorizationType"],
        Target=inputs["target"],
    )
    return Created(answer["RouteId"])


def _create_stage(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    aws.client("apigatewayv2").create_stage(
        ApiId=inputs["apiId"],
        StageName=inputs["name"],
        AutoDeploy=inputs["autoDeploy"],
        DefaultRouteSettings=capitalised(inputs["defaultRouteSettings"]),  # type: ignore[arg-type]
        AccessLogSettings=capitalised(inputs["accessLogSettings"]),  # type: ignore[arg-type]
        Tags=inputs["tags"],
    )
    return Created(inputs["name"])


TYPES: Final = {
    "aws:apigatewayv2/api:Api": ResourceType(
        frozenset(
            {
                "corsConfiguration",
                "description",
                "disableExecuteApiEndpoint",
                "name",
                "protocolType",
                "tags",
            }
        ),
        _create_api,
    ),
    "aws:apigatewayv2/integration:Integration": ResourceType(
        frozenset(
            {
                "apiId",
                "integrationMethod",
                "integrationType",
                "integrationUri",
                "payloadFormatVersion",
                "timeoutMilliseconds",
            }
        ),
        _create_integration,
    ),
    "aws:apigatewayv2/route:Route": ResourceType(
        frozenset({"apiId", "authorizationType", "routeKey", "target"}), _create_route
    ),
    "aws:apigatewayv2/stage:Stage": ResourceType(
        frozenset(
            {"accessLogSettings", "apiId", "autoDeploy", "defaultRouteSettings", "name", "tags"}
        ),
        _create_stage,
    ),
}
