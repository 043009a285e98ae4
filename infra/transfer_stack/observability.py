"""Alarms, the dashboard and saved queries of one deployed stack."""

from collections.abc import Mapping
from typing import Any, cast

import pulumi
import pulumi_aws as aws

from transfer_stack.access_metrics import declare_access_metrics
from transfer_stack.alarms import Alarms
from transfer_stack.component import Component
from transfer_stack.dashboard import dashboard_body
from transfer_stack.endpoints import TransferApi
from transfer_stack.events_queue import EventQueue
from transfer_stack.functions import TransferFunction
from transfer_stack.log_queries import declare_log_queries
from transfer_stack.metrics import Watched
from transfer_stack.settings import StackSettings


class Observability(Component):
    """Alarms, dashboard and queries of one deployed stack."""

    topic_arn: pulumi.Output[str]
    ticket_topic_arn: pulumi.Output[str]
    dashboard_name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        settings: StackSettings,
        api: TransferApi,
        functions: Mapping[str, TransferFunction],
        queue: EventQueue | None,
        canary: TransferFunction | None,
        opts: pulumi.ResourceOptions,
    ) -> None:
        """Declare what watches the functions, which have their names in the outputs."""
        super().__init__(name, opts)
        child = self.child()
        access_logs, transfers = api.access_log_group_name, functions["transferChat"]
        declare_access_metrics(settings, access_logs, child)
        watched = pulumi.Output.all(
            api_id=api.api_id,
            arn=transfers.function.arn,
            functions=[function.function.name for function in functions.values()],
            canary=canary.function.name if canary else "",
            events_queue=queue.name if queue else "",
            failed_events_queue=queue.failed_name if queue else "",
            transfer_log_group=transfers.log_group_name,
            access_log_group=access_logs,
        ).apply(lambda known: _watched(settings, known))
        names = [function.short_name for function in functions.values()]
        alarms = Alarms("alarms", settings=settings, watched=watched, functions=names, opts=child)
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
        log_groups = {key: found.log_group_name for key, found in functions.items()}
        declare_log_queries(settings, log_groups, access_logs, child)
        self.topic_arn, self.ticket_topic_arn = alarms.topic_arn, alarms.ticket_topic_arn
        self.dashboard_name = dashboard.dashboard_name
        self.register_outputs({"topicArn": self.topic_arn, "dashboardName": self.dashboard_name})


def _watched(settings: StackSettings, known: Mapping[str, Any]) -> Watched:
    return Watched(
        project=settings.project,
        service=settings.prefix,
        region=known["arn"].split(":")[3],
        api_id=known["api_id"],
        functions=tuple(known["functions"]),
        canary=known["canary"],
        events_queue=known["events_queue"],
        failed_events_queue=known["failed_events_queue"],
        can_join=settings.offers.can_join,
        transfer_log_group=known["transfer_log_group"],
        access_log_group=known["access_log_group"],
    )
