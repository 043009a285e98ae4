"""The table in which the functions record transfers."""

from typing import Final

import pulumi
import pulumi_aws as aws

from transfer_stack.settings import StackSettings

# Of items with the attribute `unfinished` alone: those of conversations with something under way.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-indexes-general-sparse-indexes.html
UNFINISHED_INDEX: Final = "unfinished"


def idempotency_table(settings: StackSettings, opts: pulumi.ResourceOptions) -> aws.dynamodb.Table:
    """Declare the table: an item for each conversation, and one for each of its tasks.

    No point-in-time recovery: items expire, and a restored one would be out of date.
    """
    return aws.dynamodb.Table(
        "idempotency",
        name=f"{settings.prefix}-idempotency",
        billing_mode="PAY_PER_REQUEST",
        hash_key="id",
        attributes=[{"name": "id", "type": "S"}, {"name": "unfinished", "type": "S"}],
        global_secondary_indexes=[
            {"name": UNFINISHED_INDEX, "hash_key": "unfinished", "projection_type": "KEYS_ONLY"}
        ],
        ttl={"attribute_name": "expiration", "enabled": True},
        # With AWS's managed key, whose use is in the account's CloudTrail.
        server_side_encryption={"enabled": True},
        point_in_time_recovery={"enabled": False},
        tags=settings.tags,
        opts=opts,
    )
