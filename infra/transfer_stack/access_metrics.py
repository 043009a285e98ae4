"""Metric filters that count requests in API Gateway's access log by status and route.

API Gateway's own metric `4xx` does not tell throttled requests, refused agents, scans and the
canary apart. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html

During a flood API Gateway may log fewer requests than it throttles; so do its own metrics.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-monitor.html
"""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from transfer_stack.metrics import (
    ANSWERED,
    END_OFFER_ROUTE,
    EVENTS_ROUTE,
    LEAVE_ROUTE,
    REFUSED,
    TARGET_ROUTES,
    THROTTLED,
    TRANSFER_ROUTE,
)
from transfer_stack.settings import StackSettings


def access_patterns(settings: StackSettings) -> Mapping[str, str]:
    """Return the filter pattern of each metric.

    A 401 is a request without a token, from the canary or a scanner and not from the plugin. It
    counts neither as answered nor as refused, so it does not change the share of refusals. Nor does
    the question what became of an offer, whose normal answers include 404, nor do Twilio's events.

    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
    """
    leave = (LEAVE_ROUTE,) if settings.offers.can_join else ()
    route_keys = (TRANSFER_ROUTE, END_OFFER_ROUTE, *leave, *TARGET_ROUTES)
    routes = " || ".join(f'$.routeKey = "{key}"' for key in route_keys)
    from_an_agent = f'($.status != "401") && ($.status != "429") && ({routes})'
    return {
        ANSWERED: f"{{ {from_an_agent} }}",
        REFUSED: f'{{ ($.status = "4*") && {from_an_agent} }}',
        THROTTLED: f'{{ ($.status = "429") && ($.routeKey != "{EVENTS_ROUTE}") }}',
    }


def declare_access_metrics(
    settings: StackSettings,
    log_group_name: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> None:
    """Declare the metric filters.

    The namespace separates the stacks: a filter's dimensions can only be fields of the log line.
    """
    for name, pattern in access_patterns(settings).items():
        aws.cloudwatch.LogMetricFilter(
            name,
            name=name,
            log_group_name=log_group_name,
            pattern=pattern,
            metric_transformation={
                "namespace": settings.prefix,
                "name": name,
                "value": "1",
                # While there are requests each metric has a value, so the share is always known.
                "default_value": "0",
            },
            opts=opts,
        )
