"""The table in the process does what moto's does, in each call that the functions make."""

from collections import Counter
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.functions.conftest import Aws, create_table
from tests.simulation.expressions import Item
from tests.simulation.plans import drawn
from tests.simulation.sequences import Simulation
from tests.simulation.table import Items

OF_EACH = 10
# An update: the item before it, the call, and the item after it, or None if it was refused.
Update = tuple[Item | None, Mapping[str, Any], Item | None]


@pytest.fixture(scope="module")
def updates(simulated: Simulation) -> list[Update]:
    """Updates of random sequences, those that are refused among them."""
    seen: list[Update] = []
    update = Items.update

    def note(self: Items, call: Mapping[str, Any]) -> Item:
        before = deepcopy(self.items.get(call["Key"]["id"]["S"]))
        try:
            after = update(self, call)
        except ClientError:
            seen.append((before, call, None))
            raise
        seen.append((before, call, after))
        return after

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Items, "update", note)
        for seed in range(40):
            simulated.run(drawn(seed))
    return seen


def test_updates_are_those_of_moto(aws: Aws, updates: list[Update]) -> None:
    name = create_table(aws)
    outcomes: Counter[tuple[str, str, bool]] = Counter()
    for before, call, after in updates:
        outcome = (call["UpdateExpression"], call["ConditionExpression"], after is None)
        outcomes[outcome] += 1
        if outcomes[outcome] > OF_EACH:
            continue
        key = call["Key"]
        aws.dynamodb.delete_item(TableName=name, Key=key)
        if before is not None:
            aws.dynamodb.put_item(TableName=name, Item=before)
        try:
            expected = aws.dynamodb.update_item(
                **{**call, "TableName": name, "ReturnValues": "ALL_NEW"}
            )["Attributes"]
        except ClientError as error:
            assert error.response["Error"]["Code"] == "ConditionalCheckFailedException"
            expected = None
        assert after == expected, call
    assert len(outcomes) > 8
