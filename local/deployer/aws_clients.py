"""Access to the emulated AWS: clients that are made once, and how its APIs spell things."""

import threading
from typing import TYPE_CHECKING, Any, Literal, overload

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_acm import ACMClient
    from mypy_boto3_apigatewayv2 import ApiGatewayV2Client
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_route53 import Route53Client
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sns import SNSClient

# ministack takes any account's keys, and these for its default account's administrator.
ACCOUNT_ID = "000000000000"
_ACCESS_KEY = "test"


class AwsClients:
    """The clients of one emulated AWS; safe to use from several threads.

    Parameters
    ----------
    endpoint_url
        Where every service's API is.
    region
        The region that resources are created in.
    """

    def __init__(self, endpoint_url: str, region: str) -> None:
        self.endpoint_url = endpoint_url.rstrip("/")
        self.region = region
        self._session = boto3.Session(
            aws_access_key_id=_ACCESS_KEY, aws_secret_access_key=_ACCESS_KEY, region_name=region
        )
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    @overload
    def client(self, service: Literal["acm"]) -> "ACMClient": ...
    @overload
    def client(self, service: Literal["apigatewayv2"]) -> "ApiGatewayV2Client": ...
    @overload
    def client(self, service: Literal["cloudwatch"]) -> "CloudWatchClient": ...
    @overload
    def client(self, service: Literal["dynamodb"]) -> "DynamoDBClient": ...
    @overload
    def client(self, service: Literal["iam"]) -> "IAMClient": ...
    @overload
    def client(self, service: Literal["lambda"]) -> "LambdaClient": ...
    @overload
    def client(self, service: Literal["logs"]) -> "CloudWatchLogsClient": ...
    @overload
    def client(self, service: Literal["route53"]) -> "Route53Client": ...
    @overload
    def client(self, service: Literal["scheduler"]) -> "EventBridgeSchedulerClient": ...
    @overload
    def client(self, service: Literal["secretsmanager"]) -> "SecretsManagerClient": ...
    @overload
    def client(self, service: Literal["sns"]) -> "SNSClient": ...
    def client(self, service: str) -> Any:
        """Return the client of a service, made when it is first asked for."""
        # A session is not safe for several threads, its clients are.
        # https://docs.aws.amazon.com/boto3/latest/guide/session.html
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._session.client(
                    service,  # type: ignore[call-overload]
                    endpoint_url=self.endpoint_url,
                    config=Config(
                        connect_timeout=5, read_timeout=30, retries={"total_max_attempts": 2}
                    ),
                )
            return self._clients[service]


def capitalised(properties: dict[str, Any]) -> dict[str, Any]:
    """Turn Pulumi's property names (`allowOrigins`) into the API's (`AllowOrigins`)."""
    return {key[0].upper() + key[1:]: value for key, value in properties.items()}


def tag_list(tags: dict[str, str]) -> list[Any]:
    """Turn tags into the list of keys and values that some services want."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
