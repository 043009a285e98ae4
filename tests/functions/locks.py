"""The end of a lock, without waiting for it."""

import os
import time

from tests.functions.conftest import Aws


def let_locks_run_out(aws: Aws) -> None:
    """Set the end of each lock to the past: a lock is as long as the time of a function."""
    table, now = os.environ["IDEMPOTENCY_TABLE"], time.time() * 1000
    for item in aws.dynamodb.get_paginator("scan").paginate(TableName=table).search("Items[]"):
        if "held_until" in item and float(item["held_until"]["N"]) > now:
            aws.dynamodb.update_item(
                TableName=table,
                Key={"id": item["id"]},
                UpdateExpression="SET held_until = :past",
                ExpressionAttributeValues={":past": {"N": str(int(now) - 1)}},
            )
