"""The table in which the transfer function records transfers."""

from typing import Final

import pulumi
import pulumi_aws as aws

from transfer_stack.settings import StackSettings

# Of items with the attribute `offer` alone: those of open offers.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-indexes-general-sparse-indexes.html
OFFERS_INDEX: Final = "offers"


def idempotency_table(settings: StackSettings, opts: pulumi.ResourceOptions) -> aws.dynamodb.Table:
    """Declare the table, in the layout of Powertools' idempotency utility.

    No point-in-time recovery and no protection: rows expire after a day, and a restored row would
    be out of date. TaskRouter has the transferred tasks.

    The index is there without offers too: they can then be switched off and on while some are open.

    Source: https://docs.powertools.aws.dev/lambda/python/latest/utilities/idempotency/
    """
    return aws.dynamodb.Table(
        "idempotency",
        name=f"{settings.prefix}-idempotency",
        billing_mode="PAY_PER_REQUEST",
        hash_key="id",
        attributes=[{"name": "id", "type": "S"}, {"name": "offer", "type": "S"}],
        global_secondary_indexes=[
            {"name": OFFERS_INDEX, "hash_key": "offer", "projection_type": "KEYS_ONLY"}
        ],
        ttl={"attribute_name": "expiration", "enabled": True},
        # With AWS's managed key, whose use is in the account's CloudTrail.
        server_side_encryption={"enabled": True},
        point_in_time_recovery={"enabled": False},
        tags=settings.tags,
        opts=opts,
    )
