"""The IAM statements of each role, with least privilege."""

import json
from collections.abc import Sequence
from typing import Any

from transfer_stack.idempotency import OFFERS_INDEX, UNFINISHED_INDEX

Statement = dict[str, Any]


def lambda_may_assume() -> str:
    """Return the trust policy of a function's role."""
    return policy([_may_assume("lambda.amazonaws.com")])


def scheduler_may_assume(function_arn: str) -> str:
    """Return the trust policy of a schedule's role: for schedules of this account and region alone.

    Source: https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html

    Parameters
    ----------
    function_arn
        The ARN of the function that is invoked, or of its alias; the schedule is where it is.
    """
    _, partition, _, region, account, *_ = function_arn.split(":")
    group = f"arn:{partition}:scheduler:{region}:{account}:schedule-group/default"
    condition = {"aws:SourceAccount": account, "aws:SourceArn": group}
    return policy(
        [{**_may_assume("scheduler.amazonaws.com"), "Condition": {"StringEquals": condition}}]
    )


def _may_assume(service: str) -> Statement:
    return {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}


def policy(statements: Sequence[Statement]) -> str:
    """Return a policy document with these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def write_logs(log_group_arn: str) -> Statement:
    """Allow writing to the function's log group, which the stack creates."""
    # The actions are on log streams; the group's ARN comes with or without the suffix.
    streams = f"{log_group_arn.removesuffix(':*')}:*"
    return _allow("WriteOwnLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], streams)


def send_traces() -> Statement:
    """Allow sending X-Ray segments, for which AWS takes no resource but "*".

    Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
    """
    return _allow("SendTraces", ["xray:PutTelemetryRecords", "xray:PutTraceSegments"], "*")


def read_secret(secret_arn: str) -> Statement:
    """Allow reading one secret's value."""
    return _allow("ReadSecret", "secretsmanager:GetSecretValue", secret_arn)


def decrypt_secret(key_arn: str, secret_arn: str) -> Statement:
    """Allow decrypting one secret with its customer-managed key, through Secrets Manager only.

    AWS's own key for Secrets Manager needs no such statement. Secrets Manager passes the secret's
    ARN to KMS as encryption context.

    Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
    """
    condition = {
        "kms:ViaService": f"secretsmanager.{secret_arn.split(':')[3]}.amazonaws.com",
        "kms:EncryptionContext:SecretARN": secret_arn,
    }
    decrypt = _allow("DecryptSecret", "kms:Decrypt", key_arn)
    return {**decrypt, "Condition": {"StringEquals": condition}}


def use_key(key_arn: str, sid: str, service: str, *, to_write: bool = False) -> Statement:
    """Allow using a customer-managed key through one service, in the key's region.

    Sources:
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
    """
    actions = ["kms:Decrypt", *(["kms:GenerateDataKey"] if to_write else [])]
    through = {"kms:ViaService": f"{service}.{key_arn.split(':')[3]}.amazonaws.com"}
    return {**_allow(sid, actions, key_arn), "Condition": {"StringEquals": through}}


def use_idempotency_table(table_arn: str) -> Statement:
    """Allow reading and writing single items; a transaction of them needs no action of its own.

    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
    """
    names = ("GetItem", "PutItem", "UpdateItem")
    return _allow("RememberTransfers", [f"dynamodb:{name}" for name in names], table_arn)


def find_unfinished(table_arn: str) -> Statement:
    """Allow finding what is under way in the table's index, which is a resource of its own.

    Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
    """
    return _allow("FindUnfinished", "dynamodb:Scan", f"{table_arn}/index/{UNFINISHED_INDEX}")


def find_offers(table_arn: str) -> Statement:
    """Allow finding an agent's offers in the table's index."""
    return _allow("FindOffers", "dynamodb:Query", f"{table_arn}/index/{OFFERS_INDEX}")


def read_offers(table_arn: str) -> Statement:
    """Allow reading the conversations of several offers at once."""
    return _allow("ReadOffers", "dynamodb:BatchGetItem", table_arn)


def send_events(queue_arn: str) -> Statement:
    """Allow putting messages on one queue; a batch needs no action of its own.

    Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-batch-api-actions.html
    """
    return _allow("SendEvents", "sqs:SendMessage", queue_arn)


def take_events(queue_arn: str) -> Statement:
    """Allow what Lambda needs to hand a queue's messages to the function.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    """
    names = ("DeleteMessage", "GetQueueAttributes", "ReceiveMessage")
    return _allow("TakeEvents", [f"sqs:{name}" for name in names], queue_arn)


def invoke_function(alias_arn: str) -> Statement:
    """Allow invoking one function, by its alias."""
    return _allow("InvokeFunction", "lambda:InvokeFunction", alias_arn)


def _allow(sid: str, action: str | list[str], resource: str) -> Statement:
    return {"Sid": sid, "Effect": "Allow", "Action": action, "Resource": resource}
