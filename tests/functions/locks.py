"""The end of a lock, without waiting for it."""

import os
import time

from tests.functions.conftest import Aws


def let_locks_run_out(aws: Aws) -> None:
    """Set the end of each lock to the past: a lock is as long as the time of a function."""
    table = os.environ["IDEMPOTENCY_TABLE"]
    for item in aws.dynamodb.get_paginator("scan").paginate(TableName=table).search("Items[]"):
        if "in_progress_expiration" in item:
            aws.dynamodb.update_item(
                TableName=table,
                Key={"id": item["id"]},
                UpdateExpression="SET in_progress_expiration = :past",
                ExpressionAttributeValues={":past": {"N": str(int(time.time() * 1000) - 1)}},
            )
