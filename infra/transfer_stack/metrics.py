"""The metrics of alarms and dashboard: names, namespaces and dimensions.

The functions emit those of our own namespace. Each has few dimensions with few values, since
CloudWatch bills every combination as a metric.

Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html and
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

TRANSFER_ROUTE: Final = "POST /transfer-chat"
LIST_OFFERS_ROUTE: Final = "GET /transfers"
READ_OFFER_ROUTE: Final = "GET /transfers/{taskSid}"
END_OFFER_ROUTE: Final = "DELETE /transfers/{taskSid}"
LEAVE_ROUTE: Final = "POST /transfers/{taskSid}"
OFFER_ROUTES: Final = (LIST_OFFERS_ROUTE, READ_OFFER_ROUTE, END_OFFER_ROUTE)
EVENTS_ROUTE: Final = "POST /events"
TARGET_ROUTES: Final = ("GET /get-workflows", "POST /get-workflows", "GET /transfer-targets")

SUCCEEDED: Final = "TransferSucceeded"
FAILED: Final = "TransferFailed"
ROLLED_BACK: Final = "TransferRolledBack"
NOT_ROLLED_BACK: Final = "TransferNotRolledBack"
TWILIO_LATENCY: Final = "TwilioLatency"

OFFERED: Final = "TransferOffered"
ACCEPTED: Final = "TransferAccepted"
DECLINED: Final = "TransferDeclined"
TAKEN_BACK: Final = "TransferTakenBack"
TIME_TO_ACCEPTANCE: Final = "TimeToAcceptance"

UNDER_WAY: Final = "ConversationsUnderWay"
LOOK_FAILED: Final = "LookFailed"
LEFT_OUT: Final = "LookLeftOut"

OF_OFFERS: Final = (OFFERED, ACCEPTED, DECLINED, TAKEN_BACK, TIME_TO_ACCEPTANCE)
# What the functions emit in every stack.
OURS: Final = (
    *(SUCCEEDED, FAILED, ROLLED_BACK, NOT_ROLLED_BACK, TWILIO_LATENCY),
    *(UNDER_WAY, LOOK_FAILED, LEFT_OUT),
)

# Counted in the access log, in the stack's own namespace.
ANSWERED: Final = "RequestsAnswered"
REFUSED: Final = "RequestsRefused"
THROTTLED: Final = "RequestsThrottled"

# The dimensions that separate the stacks of an account, and the reasons of failures.
SERVICE: Final = "service"
CODE: Final = "code"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric in CloudWatch."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]


def offer_routes(*, can_join: bool) -> tuple[str, ...]:
    """Return the routes of offers, with that of leaving if an agent may join another."""
    return (*OFFER_ROUTES, LEAVE_ROUTE) if can_join else OFFER_ROUTES


@dataclass(frozen=True, slots=True)
class Watched:
    """The names and IDs of one deployed stack that its metrics need.

    Parameters
    ----------
    project
        The namespace of our own metrics.
    service
        The value of their dimension `service`.
    region
        The AWS region.
    api_id
        The HTTP API's ID.
    functions
        The names of the functions that answer requests.
    canary
        The canary's function name; empty without a canary.
    events_queue, failed_events_queue
        The names of the queues of events; empty without offers.
    can_join
        Whether an agent who accepts may join the one who asks.
    transfer_log_group, access_log_group
        The log groups of transfers and of requests.
    """

    project: str
    service: str
    region: str
    api_id: str
    functions: tuple[str, ...]
    canary: str
    events_queue: str
    failed_events_queue: str
    can_join: bool
    transfer_log_group: str
    access_log_group: str

    def ours(self, name: str) -> Metric:
        """Return a metric that the functions emit."""
        return Metric(self.project, name, {SERVICE: self.service})

    def of_transfers(self, name: str) -> Metric:
        """Return a metric of the HTTP API for the route of transfers."""
        return self._of_route(name, TRANSFER_ROUTE)

    def of_target_lists(self, name: str) -> list[Metric]:
        """Return a metric of the HTTP API for each route of lists of targets."""
        return [self._of_route(name, key) for key in TARGET_ROUTES]

    def of_offers(self, name: str) -> list[Metric]:
        """Return a metric of the HTTP API for each route of offers."""
        return [self._of_route(name, key) for key in offer_routes(can_join=self.can_join)]

    def of_function(self, name: str, function: str) -> Metric:
        """Return a metric of Lambda for one function, by the end of its name."""
        return _of_function(name, f"{self.service}-{function}")

    def of_events(self, name: str) -> Metric:
        """Return a metric of the HTTP API for the route of events."""
        return self._of_route(name, EVENTS_ROUTE)

    def of_events_queue(self, name: str) -> Metric:
        """Return a metric of SQS for the queue of events."""
        return _of_queue(name, self.events_queue)

    def of_failed_events_queue(self, name: str) -> Metric:
        """Return a metric of SQS for the dead-letter queue of events."""
        return _of_queue(name, self.failed_events_queue)

    def of_access_log(self, name: str) -> Metric:
        """Return a metric that is counted in the access log."""
        return Metric(self.service, name, {})

    def of_functions(self, name: str) -> list[Metric]:
        """Return a metric of Lambda for each function."""
        return [_of_function(name, function) for function in self.functions]

    def of_canary(self, name: str) -> Metric:
        """Return a metric of Lambda for the canary."""
        return _of_function(name, self.canary)

    def _of_route(self, name: str, key: str) -> Metric:
        method, path = key.split(" ")
        dimensions = {
            "ApiId": self.api_id,
            "Method": method,
            "Resource": path,
            "Stage": "$default",
        }
        return Metric("AWS/ApiGateway", name, dimensions)


def _of_function(name: str, function: str) -> Metric:
    return Metric("AWS/Lambda", name, {"FunctionName": function})


def _of_queue(name: str, queue: str) -> Metric:
    return Metric("AWS/SQS", name, {"QueueName": queue})
