"""What an operator looks at: alarms, the dashboard and saved queries, all of one deployed stack."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import pulumi
import pulumi_aws as aws

from transfer_stack.access_metrics import declare_access_metrics
from transfer_stack.alarms import Alarms, AlarmsArgs
from transfer_stack.dashboard import dashboard_body
from transfer_stack.endpoints import TransferApi
from transfer_stack.functions import TransferFunction
from transfer_stack.log_queries import declare_log_queries
from transfer_stack.metrics import Watched
from transfer_stack.settings import StackSettings


@dataclass(frozen=True, slots=True)
class ObservabilityArgs:
    """What `Observability` is made from.

    Parameters
    ----------
    settings
        The stack's settings.
    api
        The HTTP API.
    functions
        The functions that answer requests, that of transfers first.
    canary
        The function that asks them, where there is one.
    """

    settings: StackSettings
    api: TransferApi
    functions: Sequence[TransferFunction]
    canary: TransferFunction | None


class Observability(pulumi.ComponentResource):
    """Alarms, dashboard and queries.

    Parameters
    ----------
    name
        The component's name.
    args
        See `ObservabilityArgs`.
    opts
        Pulumi's resource options.
    """

    topic_arn: pulumi.Output[str]
    dashboard_name: pulumi.Output[str]

    def __init__(
        self, name: str, args: ObservabilityArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("flex-chat-transfer:index:Observability", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        declare_access_metrics(
            args.settings, args.api.access_log_group_name, args.api.route_keys, child
        )
        watched = _watched(args)
        alarms = Alarms("alarms", AlarmsArgs(args.settings, watched), child)
        dashboard = aws.cloudwatch.Dashboard(
            name,
            # Dashboards are the account's, not a region's, and one of the same name is overwritten.
            # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html
            dashboard_name=watched.apply(lambda found: f"{found.service}-{found.region}"),
            dashboard_body=pulumi.Output.all(watched, alarms.alarm_arns).apply(
                lambda found: dashboard_body(cast("Watched", found[0]), cast("list[str]", found[1]))
            ),
            opts=child,
        )
        declare_log_queries(
            args.settings, args.functions[0].log_group_name, args.api.access_log_group_name, child
        )
        self.topic_arn = alarms.topic_arn
        self.dashboard_name = dashboard.dashboard_name
        self.register_outputs({"topicArn": self.topic_arn, "dashboardName": self.dashboard_name})


def _watched(args: ObservabilityArgs) -> pulumi.Output[Watched]:
    settings = args.settings
    transfers = args.functions[0]
    found = pulumi.Output.all(
        api_id=args.api.api_id,
        arn=transfers.function.arn,
        functions=[function.function.name for function in args.functions],
        canary=args.canary.function.name if args.canary else "",
        transfer_log_group=transfers.log_group_name,
        access_log_group=args.api.access_log_group_name,
    )
    return found.apply(
        lambda known: Watched(
            project=settings.project,
            service=settings.prefix,
            region=known["arn"].split(":")[3],
            api_id=known["api_id"],
            functions=tuple(known["functions"]),
            canary=known["canary"],
            transfer_log_group=known["transfer_log_group"],
            access_log_group=known["access_log_group"],
        )
    )
