"""A deployment over transfers that are under way in the layout of an earlier version."""

import json
import os
import time

from tests.functions.conftest import Aws
from tests.functions.cutting import cut_off_after
from tests.functions.offers.conftest import Offering
from tests.functions.recording import INVITE


def test_an_offer_of_an_earlier_version_leaves_the_customer_with_who_accepts_it(
    offering: Offering, aws: Aws
) -> None:
    made = offering.offer().body["taskSid"]
    forget(aws, offering, "OFFERED", made)
    offering.schedule()
    assert offering.ask().code == "offer_unknown"
    assert offering.agents() == {"ana"}

    offering.running.twilio.centre.accept(made)
    offering.event(made)
    offering.schedule()

    assert offering.agents() == {"ana", "ben"}, "no one is made to leave because of an old item"
    offering.running.twilio.centre.complete(offering.task_sid)
    assert offering.agents() == {"ben"}


def test_a_killed_transfer_of_an_earlier_version_leaves_the_customer_with_the_first_agent(
    offering: Offering, aws: Aws
) -> None:
    """An invite that is open is not taken for ours, so nothing is made and no one leaves."""
    cut_off_after(offering.running, INVITE, offering.task_sid, "ben")
    [made] = [task.sid for task in offering.tasks() if task.sid != offering.task_sid]
    forget(aws, offering, "CREATING", None)

    offering.schedule()
    assert offering.agents() == {"ana"}
    assert offering.offer("carla", hand_over="now").code == "invite_open"
    assert {task.sid for task in offering.tasks()} == {offering.task_sid, made}

    offering.running.twilio.centre.accept(made)
    offering.running.twilio.centre.complete(offering.task_sid)
    assert offering.agents() == {"ben"}


def forget(aws: Aws, offering: Offering, phase: str, made: str | None) -> None:
    """Let the table have only what the earlier version wrote: its items expire in two days."""
    table = os.environ["IDEMPOTENCY_TABLE"]
    for item in aws.dynamodb.get_paginator("scan").paginate(TableName=table).search("Items[]"):
        aws.dynamodb.delete_item(TableName=table, Key={"id": item["id"]})
    attempt = {
        "task_sid": offering.task_sid,
        "target_sid": offering.sid("ben"),
        "held_by": offering.sid("ana"),
        "identity": "ana_40example_2Ecom",
        "channel_sid": None,
        "began_at": 1796050316028,
        "since": 1796050316101,
        "hand_over": "accepted" if made else "now",
        "asked_by": "ana_40example_2Ecom",
        "phase": phase,
        "new_task_sid": made,
        "close_sent": False,
        "accepted": False,
        "doubted": None,
    }
    aws.dynamodb.put_item(
        TableName=table,
        Item={
            "id": {"S": f"attempt#{offering.task_sid}"},
            "expiration": {"N": str(int(time.time()) + 172_800)},
            "attempt": {"S": json.dumps(attempt)},
            **({"offer": {"S": made}} if made else {}),
        },
    )
