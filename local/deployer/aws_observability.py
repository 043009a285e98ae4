"""Creates what an operator looks at: the alarms, their topic and metrics, and the dashboard."""

from collections.abc import Mapping
from typing import Any, Final

from local.deployer.aws_clients import AwsClients, parameters, tag_list
from local.deployer.errors import DeploymentError
from local.deployer.resource_types import Create, Created, Inputs


def _create_topic(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    given = {"Name": inputs["name"], "Tags": tag_list(inputs["tags"])}
    if "kmsMasterKeyId" in inputs:
        given["Attributes"] = {"KmsMasterKeyId": inputs["kmsMasterKeyId"]}
    arn = aws.client("sns").create_topic(**given)["TopicArn"]
    return Created(arn, {"arn": arn})


def _create_subscription(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    given = parameters(inputs, topic="TopicArn")
    arn = aws.client("sns").subscribe(**given, ReturnSubscriptionArn=True)["SubscriptionArn"]
    return Created(arn, {"arn": arn})


def _create_alarm(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    cloudwatch, name = aws.client("cloudwatch"), inputs["name"]
    given = parameters(inputs, name="AlarmName", okActions="OKActions", metricQueries="Metrics")
    given["Metrics"] = [_metric_query(query) for query in inputs["metricQueries"]]
    given["Tags"] = tag_list(inputs["tags"])
    cloudwatch.put_metric_alarm(**given)
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return Created(name, {"arn": alarm["AlarmArn"]})


def _metric_query(query: Mapping[str, Any]) -> dict[str, Any]:
    given = parameters({key: value for key, value in query.items() if key != "metric"})
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
    answer = aws.client("cloudwatch").put_dashboard(**parameters(inputs))
    if wrong := answer.get("DashboardValidationMessages"):
        raise DeploymentError(f"dashboard {name}: {wrong}")
    return Created(name)


TYPES: Final[Mapping[str, Create]] = {
    "aws:sns/topic:Topic": _create_topic,
    "aws:sns/topicSubscription:TopicSubscription": _create_subscription,
    "aws:cloudwatch/metricAlarm:MetricAlarm": _create_alarm,
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": _create_metric_filter,
    "aws:cloudwatch/dashboard:Dashboard": _create_dashboard,
}
