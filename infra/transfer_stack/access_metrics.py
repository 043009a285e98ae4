"""Metrics that API Gateway does not have, counted in its access log by status, route and caller.

Its own metric `4xx` counts whatever was not answered well: a request beyond the throttle, a refused
agent, a stranger's scan and the canary alike.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html

Of a flood, API Gateway may log less than it turns away; its own metrics have that limit too.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-monitor.html
"""

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from transfer_stack.metrics import ANSWERED, REFUSED, THROTTLED
from transfer_stack.settings import StackSettings


def access_patterns(route_keys: Sequence[str]) -> Mapping[str, str]:
    """Return which lines of the access log each metric counts, as filter patterns by its name.

    A 401 is a request without a token. The plugin sends none, the canary and strangers do: they
    count neither as answered nor as refused, so they neither hide a refusal nor make one up.

    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html

    Parameters
    ----------
    route_keys
        The routes that lead to a function, such as `POST /transfer-chat`.
    """
    routes = " || ".join(f'$.routeKey = "{key}"' for key in route_keys)
    from_an_agent = f'($.status != "401") && ($.status != "429") && ({routes})'
    return {
        ANSWERED: f"{{ {from_an_agent} }}",
        REFUSED: f'{{ ($.status = "4*") && {from_an_agent} }}',
        THROTTLED: '{ $.status = "429" }',
    }


def declare_access_metrics(
    settings: StackSettings,
    log_group_name: pulumi.Input[str],
    route_keys: Sequence[str],
    opts: pulumi.ResourceOptions,
) -> None:
    """Declare a metric filter for each of them, in the stack's own namespace.

    The namespace keeps stacks apart: a metric filter's dimensions can only be fields of the line.
    """
    for name, pattern in access_patterns(route_keys).items():
        aws.cloudwatch.LogMetricFilter(
            name,
            name=name,
            log_group_name=log_group_name,
            pattern=pattern,
            metric_transformation={
                "namespace": settings.prefix,
                "name": name,
                "value": "1",
                # While there are requests, there are values: a share of them is never unknown.
                "default_value": "0",
            },
            opts=opts,
        )
