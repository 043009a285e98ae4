"""The table in which the functions record transfers."""

from typing import Final

import pulumi
import pulumi_aws as aws

from transfer_stack.settings import StackSettings

# Of items with the attribute `unfinished` alone: those of conversations with something under way.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-indexes-general-sparse-indexes.html
UNFINISHED_INDEX: Final = "unfinished"
# Of the items that lead from a task whose offer is in an agent's list to its conversation, by that
# agent and by when it leaves the list.
OFFERS_INDEX: Final = "offers"


def idempotency_table(settings: StackSettings, opts: pulumi.ResourceOptions) -> aws.dynamodb.Table:
    """Declare the table: an item for each conversation, and one for each of its tasks.

    No point-in-time recovery: items expire, and a restored one would be out of date. Protected: a
    transfer that is under way is finished by its item alone.
    """
    encryption: aws.dynamodb.TableServerSideEncryptionArgsDict = {"enabled": True}
    if settings.key_arn:
        encryption["kms_key_arn"] = settings.key_arn
    return aws.dynamodb.Table(
        "idempotency",
        name=f"{settings.prefix}-idempotency",
        billing_mode="PAY_PER_REQUEST",
        hash_key="id",
        attributes=[
            {"name": "id", "type": "S"},
            {"name": "unfinished", "type": "S"},
            {"name": "holder", "type": "S"},
            {"name": "listed_until", "type": "N"},
        ],
        # An index's `hash_key` is deprecated. It stays while moving to `key_schemas` has open bugs:
        # with it the provider deletes and makes again indexes that have not changed.
        # https://github.com/hashicorp/terraform-provider-aws/issues/46601
        global_secondary_indexes=[
            {"name": UNFINISHED_INDEX, "hash_key": "unfinished", "projection_type": "KEYS_ONLY"},
            {
                "name": OFFERS_INDEX,
                "hash_key": "holder",
                "range_key": "listed_until",
                "projection_type": "INCLUDE",
                "non_key_attributes": ["conversation"],
            },
        ],
        ttl={"attribute_name": "expiration", "enabled": True},
        # With AWS's managed key, or the company's; the use of both is in the account's CloudTrail.
        server_side_encryption=encryption,
        point_in_time_recovery={"enabled": False},
        deletion_protection_enabled=settings.protect,
        tags=settings.tags,
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(protect=settings.protect)),
    )
