"""Creates what an operator looks at: the alarms, their topic and metrics, and the dashboard."""

from collections.abc import Mapping
from typing import Any, Final

from local.deployer.aws_clients import AwsClients, capitalised, tag_list
from local.deployer.errors import DeploymentError
from local.deployer.resource_types import Created, Inputs, ResourceType


def _create_topic(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    arn = aws.client("sns").create_topic(Name=inputs["name"], Tags=tag_list(inputs["tags"]))
    return Created(arn["TopicArn"], {"arn": arn["TopicArn"]})


def _create_subscription(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    answer = aws.client("sns").subscribe(
        TopicArn=inputs["topic"],
        Protocol=inputs["protocol"],
        Endpoint=inputs["endpoint"],
        ReturnSubscriptionArn=True,
    )
    return Created(answer["SubscriptionArn"], {"arn": answer["SubscriptionArn"]})


def _create_alarm(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    cloudwatch = aws.client("cloudwatch")
    name = inputs["name"]
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        AlarmDescription=inputs["alarmDescription"],
        ComparisonOperator=inputs["comparisonOperator"],
        Threshold=inputs["threshold"],
        EvaluationPeriods=inputs["evaluationPeriods"],
        DatapointsToAlarm=inputs["datapointsToAlarm"],
        TreatMissingData=inputs["treatMissingData"],
        Metrics=[_metric_query(query) for query in inputs["metricQueries"]],
        AlarmActions=inputs["alarmActions"],
        OKActions=inputs["okActions"],
        Tags=tag_list(inputs["tags"]),
    )
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return Created(name, {"arn": alarm["AlarmArn"]})


def _metric_query(query: Mapping[str, Any]) -> Any:
    given = capitalised({key: value for key, value in query.items() if key != "metric"})
    metric = query.get("metric")
    if metric is None:
        return given
    dimensions = [{"Name": name, "Value": value} for name, value in metric["dimensions"].items()]
    found = {
        "Namespace": metric["namespace"],
        "MetricName": metric["metricName"],
        "Dimensions": dimensions,
    }
    stat = {"Metric": found, "Period": metric["period"], "Stat": metric["stat"]}
    return {**given, "MetricStat": stat}


def _create_metric_filter(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    name, counted = inputs["name"], inputs["metricTransformation"]
    aws.client("logs").put_metric_filter(
        logGroupName=inputs["logGroupName"],
        filterName=name,
        filterPattern=inputs["pattern"],
        metricTransformations=[
            {
                "metricNamespace": counted["namespace"],
                "metricName": counted["name"],
                "metricValue": counted["value"],
                "defaultValue": float(counted["defaultValue"]),
            }
        ],
    )
    return Created(name)


def _create_dashboard(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    name = inputs["dashboardName"]
    answer = aws.client("cloudwatch").put_dashboard(
        DashboardName=name, DashboardBody=inputs["dashboardBody"]
    )
    if wrong := answer.get("DashboardValidationMessages"):
        raise DeploymentError(f"dashboard {name}: {wrong}")
    return Created(name)


TYPES: Final = {
    "aws:sns/topic:Topic": ResourceType(frozenset({"name", "tags"}), _create_topic),
    "aws:sns/topicSubscription:TopicSubscription": ResourceType(
        frozenset({"endpoint", "protocol", "topic"}), _create_subscription
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": ResourceType(
        frozenset(
            {
                "alarmActions",
                "alarmDescription",
                "comparisonOperator",
                "datapointsToAlarm",
                "evaluationPeriods",
                "metricQueries",
                "name",
                "okActions",
                "tags",
                "threshold",
                "treatMissingData",
            }
        ),
        _create_alarm,
    ),
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": ResourceType(
        frozenset({"logGroupName", "metricTransformation", "name", "pattern"}),
        _create_metric_filter,
    ),
    "aws:cloudwatch/dashboard:Dashboard": ResourceType(
        frozenset({"dashboardBody", "dashboardName"}), _create_dashboard
    ),
}
