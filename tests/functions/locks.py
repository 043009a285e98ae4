"""The end of a killed function's time, without waiting for it."""

import os
import time

from tests.functions.conftest import Aws


def let_locks_run_out(aws: Aws) -> None:
    """Put the end of each lock into the past.

    With so little time that a test could wait for its end, a function would sometimes, on a busy
    machine, run out of it before it does what it is to do.
    """
    table = os.environ["IDEMPOTENCY_TABLE"]
    for item in aws.dynamodb.scan(TableName=table)["Items"]:
        if "in_progress_expiration" in item:
            aws.dynamodb.update_item(
                TableName=table,
                Key={"id": item["id"]},
                UpdateExpression="SET in_progress_expiration = :past",
                ExpressionAttributeValues={":past": {"N": str(int(time.time() * 1000) - 1)}},
            )
