"""Creates queues, and what hands their messages to a function."""

from collections.abc import Mapping
from typing import Final

from local.deployer.aws_clients import AwsClients, parameters
from local.deployer.resource_types import Create, Created, Inputs

# By Pulumi's names, what SQS calls the attributes.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
_ATTRIBUTES: Final = {
    "kmsMasterKeyId": "KmsMasterKeyId",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "redrivePolicy": "RedrivePolicy",
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
}


def _create_queue(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    sqs = aws.client("sqs")
    attributes = {
        called: str(inputs[name]) for name, called in _ATTRIBUTES.items() if name in inputs
    }
    url = sqs.create_queue(QueueName=inputs["name"], Attributes=attributes, tags=inputs["tags"])[
        "QueueUrl"
    ]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    return Created(url, {"arn": found["QueueArn"], "url": url})


def _create_event_source(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    answer = aws.client("lambda").create_event_source_mapping(**parameters(inputs))
    return Created(answer["UUID"], {"arn": answer["EventSourceMappingArn"]})


TYPES: Final[Mapping[str, Create]] = {
    "aws:sqs/queue:Queue": _create_queue,
    "aws:lambda/eventSourceMapping:EventSourceMapping": _create_event_source,
}
