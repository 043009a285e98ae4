"""Least privilege, spelled out: what each function's role may do, statement by statement.

Pure functions, so that a test can read every statement and fail on one that is wider than it must
be.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

Statement = dict[str, Any]

_ASSUME_ROLE: Final = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


def lambda_may_assume() -> str:
    """Return the trust policy of a function's role."""
    return json.dumps(_ASSUME_ROLE)


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
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "scheduler.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": account, "aws:SourceArn": group}},
    }
    return policy([statement])


def policy(statements: Sequence[Statement]) -> str:
    """Return a policy document with these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def write_logs(log_group_arn: str) -> Statement:
    """Allow writing to the function's own log group; the stack makes it, so creating is not."""
    return {
        "Sid": "WriteOwnLogs",
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        # Log streams are what is acted upon, hence the suffix; the group's ARN comes with or
        # without one.
        "Resource": f"{log_group_arn.removesuffix(':*')}:*",
    }


def send_traces() -> Statement:
    """Allow sending X-Ray segments. These actions know no resources, AWS takes only "*" for them.

    Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
    """
    return {
        "Sid": "SendTraces",
        "Effect": "Allow",
        "Action": ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
        "Resource": "*",
    }


def read_secret(secret_arn: str) -> Statement:
    """Allow reading one secret's value."""
    return {
        "Sid": "ReadTwilioCredentials",
        "Effect": "Allow",
        "Action": "secretsmanager:GetSecretValue",
        "Resource": secret_arn,
    }


def decrypt_secret(key_arn: str, secret_arn: str) -> Statement:
    """Allow decrypting one secret with its customer-managed key, through Secrets Manager alone.

    AWS's own key for Secrets Manager needs no such statement. Secrets Manager gives KMS the
    secret's ARN as encryption context.

    Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
    """
    region = secret_arn.split(":")[3]
    return {
        "Sid": "DecryptTwilioCredentials",
        "Effect": "Allow",
        "Action": "kms:Decrypt",
        "Resource": key_arn,
        "Condition": {
            "StringEquals": {
                "kms:ViaService": f"secretsmanager.{region}.amazonaws.com",
                "kms:EncryptionContext:SecretARN": secret_arn,
            }
        },
    }


def use_idempotency_table(table_arn: str) -> Statement:
    """Allow what Powertools' idempotency utility does with its table, on that table.

    Source: https://docs.powertools.aws.dev/lambda/python/latest/utilities/idempotency/
    """
    return {
        "Sid": "RememberTransfers",
        "Effect": "Allow",
        "Action": [
            "dynamodb:DeleteItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
        ],
        "Resource": table_arn,
    }


def invoke_function(alias_arn: str) -> Statement:
    """Allow invoking one function, by its alias."""
    return {
        "Sid": "InvokeFunction",
        "Effect": "Allow",
        "Action": "lambda:InvokeFunction",
        "Resource": alias_arn,
    }
