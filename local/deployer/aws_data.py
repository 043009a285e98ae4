"""Creates what stores something: secrets, the table and log groups."""

import secrets
from collections.abc import Mapping
from typing import Any, Final

from local.deployer.aws_clients import AwsClients, parameters, tag_list
from local.deployer.resource_types import Create, Created, Inputs


def _create_secret(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    name = f"{inputs['namePrefix']}{secrets.token_hex(5)}"
    given = {key: value for key, value in inputs.items() if key != "namePrefix"}
    given |= {"name": name, "tags": tag_list(inputs["tags"])}
    arn = aws.client("secretsmanager").create_secret(**parameters(given))["ARN"]
    return Created(arn, {"arn": arn, "name": name})


def _create_secret_version(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    answer = aws.client("secretsmanager").put_secret_value(**parameters(inputs))
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
            parameters(attribute, name="AttributeName", type="AttributeType")
            for attribute in inputs["attributes"]
        ],
        GlobalSecondaryIndexes=[_index(index) for index in inputs["globalSecondaryIndexes"]],
        SSESpecification=parameters(inputs["serverSideEncryption"], kmsKeyArn="KMSMasterKeyId"),
        DeletionProtectionEnabled=inputs["deletionProtectionEnabled"],
        Tags=tag_list(inputs["tags"]),
    )
    dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=parameters(inputs["ttl"]))
    recovery = parameters(inputs["pointInTimeRecovery"], enabled="PointInTimeRecoveryEnabled")
    dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=recovery)
    return Created(name, {"arn": answer["TableDescription"]["TableArn"]})


def _index(index: Mapping[str, Any]) -> dict[str, Any]:
    keys = [{"AttributeName": index["hashKey"], "KeyType": "HASH"}]
    if "rangeKey" in index:
        keys.append({"AttributeName": index["rangeKey"], "KeyType": "RANGE"})
    projection = {"ProjectionType": index["projectionType"]}
    if "nonKeyAttributes" in index:
        projection["NonKeyAttributes"] = index["nonKeyAttributes"]
    return {"IndexName": index["name"], "KeySchema": keys, "Projection": projection}


def _create_log_group(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    logs = aws.client("logs")
    name = inputs["name"]
    key = {"kmsKeyId": inputs["kmsKeyId"]} if "kmsKeyId" in inputs else {}
    logs.create_log_group(logGroupName=name, tags=inputs["tags"], **key)
    logs.put_retention_policy(logGroupName=name, retentionInDays=inputs["retentionInDays"])
    groups = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    arn = next(group["arn"] for group in groups if group["logGroupName"] == name)
    return Created(name, {"arn": arn.removesuffix(":*")})


TYPES: Final[Mapping[str, Create]] = {
    "aws:secretsmanager/secret:Secret": _create_secret,
    "aws:secretsmanager/secretVersion:SecretVersion": _create_secret_version,
    "aws:dynamodb/table:Table": _create_table,
    "aws:cloudwatch/logGroup:LogGroup": _create_log_group,
}
