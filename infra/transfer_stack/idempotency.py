"""The table in which the transfer function remembers which task is, or was, transferred whereto."""

import pulumi
import pulumi_aws as aws

from transfer_stack.settings import StackSettings


def idempotency_table(settings: StackSettings, opts: pulumi.ResourceOptions) -> aws.dynamodb.Table:
    """Declare the table, in the layout of Powertools' idempotency utility.

    No point-in-time recovery and no protection: a row lives for a day at most, and one that was
    restored would only be wrong. What was transferred is known to TaskRouter.

    Source: https://docs.powertools.aws.dev/lambda/python/latest/utilities/idempotency/
    """
    return aws.dynamodb.Table(
        "idempotency",
        name=f"{settings.prefix}-idempotency",
        billing_mode="PAY_PER_REQUEST",
        hash_key="id",
        attributes=[{"name": "id", "type": "S"}],
        ttl={"attribute_name": "expiration", "enabled": True},
        # With AWS's managed key, so that its use is in the account's own CloudTrail.
        server_side_encryption={"enabled": True},
        point_in_time_recovery={"enabled": False},
        tags=settings.tags,
        opts=opts,
    )
