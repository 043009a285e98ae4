"""Creates the HTTP API: the API itself, integrations, routes and the stage."""

from collections.abc import Mapping
from typing import Final

from local.deployer.aws_clients import ACCOUNT_ID, AwsClients, parameters
from local.deployer.resource_types import Create, Created, Inputs


def _create_api(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    api_id = aws.client("apigatewayv2").create_api(**parameters(inputs))["ApiId"]
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
    given = parameters(inputs, timeoutMilliseconds="TimeoutInMillis")
    return Created(aws.client("apigatewayv2").create_integration(**given)["IntegrationId"])


def _create_route(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    return Created(aws.client("apigatewayv2").create_route(**parameters(inputs))["RouteId"])


def _create_stage(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    given = parameters(inputs, name="StageName")
    given["RouteSettings"] = {
        settings.pop("RouteKey"): settings for settings in given.get("RouteSettings", [])
    }
    aws.client("apigatewayv2").create_stage(**given)
    return Created(inputs["name"])


TYPES: Final[Mapping[str, Create]] = {
    "aws:apigatewayv2/api:Api": _create_api,
    "aws:apigatewayv2/integration:Integration": _create_integration,
    "aws:apigatewayv2/route:Route": _create_route,
    "aws:apigatewayv2/stage:Stage": _create_stage,
}
