"""The metrics that alarms and dashboard look at: their names, and the dimensions that lead to them.

The functions emit those of our own namespace, AWS the others. Each has few dimensions with few
values, since CloudWatch bills every combination of them as a metric.

Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html and
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

SUCCEEDED: Final = "TransferSucceeded"
FAILED: Final = "TransferFailed"
ROLLED_BACK: Final = "TransferRolledBack"
NOT_ROLLED_BACK: Final = "TransferNotRolledBack"
TWILIO_LATENCY: Final = "TwilioLatency"

# The dimension that keeps the stacks of an account apart, and the one that tells why.
SERVICE: Final = "service"
CODE: Final = "code"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric as CloudWatch finds it."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Watched:
    """What there is to watch in one deployed stack.

    Parameters
    ----------
    project
        The namespace of our own metrics.
    service
        The stack, as their dimension names it.
    region
        Where everything is.
    api_id
        The HTTP API's ID.
    functions
        The functions' names.
    transfer_log_group, access_log_group
        Where transfers and requests are logged.
    """

    project: str
    service: str
    region: str
    api_id: str
    functions: tuple[str, ...]
    transfer_log_group: str
    access_log_group: str

    def ours(self, name: str) -> Metric:
        """Return a metric that the functions emit."""
        return Metric(self.project, name, {SERVICE: self.service})

    def of_transfers(self, name: str) -> Metric:
        """Return a metric of the HTTP API for the route of transfers alone."""
        dimensions = {
            "ApiId": self.api_id,
            "Method": "POST",
            "Resource": "/transfer-chat",
            "Stage": "$default",
        }
        return Metric("AWS/ApiGateway", name, dimensions)

    def of_functions(self, name: str) -> list[Metric]:
        """Return a metric of Lambda, one a function."""
        return [
            Metric("AWS/Lambda", name, {"FunctionName": function}) for function in self.functions
        ]
