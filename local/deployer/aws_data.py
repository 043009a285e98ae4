"""Creates what stores something: secrets, the table and log groups."""

import secrets
from typing import Final

from local.deployer.aws_clients import AwsClients, tag_list
from local.deployer.resource_types import Created, Inputs, ResourceType


def _create_secret(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    name = f"{inputs['namePrefix']}{secrets.token_hex(5)}"
    key = {"KmsKeyId": inputs["kmsKeyId"]} if "kmsKeyId" in inputs else {}
    answer = aws.client("secretsmanager").create_secret(
        Name=name, Description=inputs["description"], Tags=tag_list(inputs["tags"]), **key
    )
    return Created(answer["ARN"], {"arn": answer["ARN"], "name": name})


def _create_secret_version(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    answer = aws.client("secretsmanager").put_secret_value(
        SecretId=inputs["secretId"], SecretString=inputs["secretString"]
    )
    version = answer["VersionId"]
    return Created(f"{answer['ARN']}|{version}", {"arn": answer["ARN"], "versionId": version})


def _create_table(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    dynamodb = aws.client("dynamodb")
    name = inputs["name"]
    answer = dynamodb.create_table(
        TableName=name,
        BillingMode=inputs["billingMode"],
        KeySchema=[{"AttributeName": inputs["hashKey"], "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": attribute["name"], "AttributeType": attribute["type"]}
            for attribute in inputs["attributes"]
        ],
        SSESpecification={"Enabled": inputs["serverSideEncryption"]["enabled"]},
        Tags=tag_list(inputs["tags"]),
    )
    ttl = inputs["ttl"]
    dynamodb.update_time_to_live(
        TableName=name,
        TimeToLiveSpecification={"AttributeName": ttl["attributeName"], "Enabled": ttl["enabled"]},
    )
    dynamodb.update_continuous_backups(
        TableName=name,
        PointInTimeRecoverySpecification={
            "PointInTimeRecoveryEnabled": inputs["pointInTimeRecovery"]["enabled"]
        },
    )
    return Created(name, {"arn": answer["TableDescription"]["TableArn"]})


def _create_log_group(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    logs = aws.client("logs")
    name = inputs["name"]
    logs.create_log_group(logGroupName=name, tags=inputs["tags"])
    logs.put_retention_policy(logGroupName=name, retentionInDays=inputs["retentionInDays"])
    groups = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    arn = next(group["arn"] for group in groups if group["logGroupName"] == name)
    return Created(name, {"arn": arn.removesuffix(":*")})


TYPES: Final = {
    "aws:secretsmanager/secret:Secret": ResourceType(
        frozenset({"description", "kmsKeyId", "namePrefix", "tags"}), _create_secret
    ),
    "aws:secretsmanager/secretVersion:SecretVersion": ResourceType(
        frozenset({"secretId", "secretString"}), _create_secret_version
    ),
    "aws:dynamodb/table:Table": ResourceType(
        frozenset(
            {
                "attributes",
                "billingMode",
                "hashKey",
                "name",
                "pointInTimeRecovery",
                "serverSideEncryption",
                "tags",
                "ttl",
            }
        ),
        _create_table,
    ),
    "aws:cloudwatch/logGroup:LogGroup": ResourceType(
        frozenset({"name", "retentionInDays", "tags"}), _create_log_group
    ),
}
