"""Calculates the bill of docs/cost.md from what its tables count, and writes it there.

Run `python docs/bill.py` after a change of the counts, of a price or of the program. A test
compares the page with what this calculates, the counts with what the functions do, and `FIXED` with
what the program declares.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).with_name("cost.md")
VOLUMES: Final = (0, 10_000, 1_000_000)

# US dollars in us-east-1, most of them looked up on 22 November 2026. X-Ray's were read on AWS's
# page. AWS's other pages load their prices by script, so the numbers are from pages that quote
# them. Those of SQS, KMS, storage in CloudWatch Logs and in DynamoDB, and of metrics by route were
# not looked up in a second place.
#   Lambda: https://cloudchipr.com/blog/aws-lambda-pricing
#   SnapStart: https://awsnegotiations.com/blog/lambda-snapstart-cost-impact/
#   API Gateway: https://www.apigatewaycost.com/aws
#   DynamoDB: https://airbyte.com/data-engineering-resources/dynamodb-pricing
#   CloudWatch: https://www.factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards/
#   Secrets Manager: https://hivebook.wiki/wiki/aws-secrets-manager-rotated-secrets-dynamic-db-credentials-kms
#   X-Ray, SQS, KMS: https://aws.amazon.com/xray/pricing/, /sqs/pricing/, /kms/pricing/
# DynamoDB asks KMS for AWS's key every five minutes for each caller, and an environment counts as
# one here:
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html
PRICES: Final = {
    "API Gateway request": 1.00e-6,
    "Lambda request": 0.20e-6,
    "Lambda GB-s": 0.0000133334,
    "SnapStart restore, GB": 0.0001397998,
    "SnapStart snapshot, GB-s": 0.0000015046,
    "DynamoDB write": 0.625e-6,
    "DynamoDB read": 0.125e-6,
    "SQS request": 0.40e-6,
    "log, GB": 0.50 + 0.03,
    "X-Ray trace": 5.00e-6,
    "secret": 0.40,
    "secret read": 0.05e-4,
    "KMS key": 1.00,
    "KMS request": 0.03e-4,
    "transfer out, GB": 0.09,
    "alarm metric": 0.10,
    "metric": 0.30,
    "dashboard": 3.00,
}

# Assumptions, the larger of which the page states; nothing here is measured. Log bytes are for a
# request, codes are of failures, and an answer is as large as a request to Twilio.
GB: Final = 0.5
SECONDS: Final = {
    "transfer": 1.5,
    "list": 0.3,
    "poll": 0.3,
    "acceptance": 1.2,
    "look": 0.6,
    "event": 0.05,
    "run of the schedule": 0.1,
}
POLLS: Final = 30
EVENTS: Final = 4
LOOKS: Final = 1
RUNS: Final = 30 * 24 * 60
OPEN_SECONDS: Final = 22 * 8 * 3600
MONTH_SECONDS: Final = 30 * 86_400
CODES: Final = 10
LIST_LOG_BYTES: Final = 750
LAMBDA_LOG_BYTES: Final = 400
ANSWER_BYTES: Final = 1_000
MOST_ENVIRONMENTS: Final = 20


@dataclass(frozen=True, slots=True)
class Fixed:
    """What the program declares in one shape of the stack.

    Attributes
    ----------
    functions
        How many there are.
    alarm_metrics
        How many metrics the alarms are on.
    metrics
        Our own metrics, those of the access log with them, without codes of failures.
    always
        Those of them that have values without any transfer.
    routes
        The routes of the API, each with six metrics.
    secrets
        How many there are.
    """

    functions: int
    alarm_metrics: int
    metrics: int
    always: int
    routes: int
    secrets: int


FIXED: Final = {
    False: Fixed(functions=3, alarm_metrics=20, metrics=11, always=3, routes=7, secrets=1),
    True: Fixed(functions=4, alarm_metrics=30, metrics=16, always=3, routes=8, secrets=2),
}


@dataclass(frozen=True, slots=True)
class Counts:
    """What the page's tables count: calls of Twilio, writes and reads, bytes of logs."""

    calls: Mapping[str, int]
    writes: Mapping[str, int]
    reads: Mapping[str, int]
    log_bytes: int
    access_bytes: int


def counts(page: str) -> Counts:
    """Read the counts from the page's tables."""

    def of_transfer(what: str) -> int:
        (number,) = re.findall(rf"^\| {re.escape(what)} \| ([0-9,]+) \|", page, re.MULTILINE)
        return int(number.replace(",", ""))

    def of_offer(what: str) -> dict[str, int]:
        (row,) = re.findall(rf"^\| {what} ((?:\| [0-9]+ )+)\|$", page, re.MULTILINE)
        numbers = [int(number) for number in re.findall("[0-9]+", row)]
        return dict(zip(("offer", "acceptance", "look", "poll"), numbers, strict=True))

    calls = of_offer("calls of Twilio")
    writes, reads = of_offer("write units of DynamoDB"), of_offer("reads of DynamoDB")
    return Counts(
        {"transfer": of_transfer("requests to Twilio, conversation"), **calls},
        {"transfer": of_transfer("DynamoDB write units"), **writes},
        {"transfer": of_transfer("DynamoDB reads"), **reads},
        of_transfer("bytes of our log lines"),
        of_transfer("bytes of the access log's line"),
    )


def bill(counted: Counts, transfers: int, *, offers: bool) -> dict[str, float]:
    """Return a month's costs by what they are for, in US dollars.

    Parameters
    ----------
    transfers
        How many in the month; with offers each of them is offered and accepted.
    """
    fixed, some = FIXED[offers], int(transfers > 0)
    done: dict[str, float] = {"list": transfers}
    if offers:
        done |= {"offer": transfers, "acceptance": transfers, "look": transfers * LOOKS}
        done |= {"poll": transfers * POLLS, "event": transfers * EVENTS}
    else:
        done["transfer"] = transfers
    seconds = {**SECONDS, "offer": SECONDS["transfer"]}
    over_http = sum(done.get(it, 0) for it in ("transfer", "offer", "list", "poll", "event"))
    # A look is a part of a run of the schedule, and an acceptance comes by the queue.
    invocations = over_http + done.get("acceptance", 0) + RUNS
    busy = (
        sum(count * seconds[it] for it, count in done.items())
        + RUNS * SECONDS["run of the schedule"]
    )
    calls, writes, reads = (
        sum(count * by.get(it, 0) for it, count in done.items())
        for by in (counted.calls, counted.writes, counted.reads)
    )
    calls += transfers * 2  # of a list
    ours = done.get("transfer", 0) + done.get("offer", 0) + done.get("acceptance", 0)
    logged = (
        ours * counted.log_bytes
        + transfers * LIST_LOG_BYTES
        + (over_http + transfers) * counted.access_bytes
        + (invocations - transfers) * LAMBDA_LOG_BYTES
    )
    environments = min(MOST_ENVIRONMENTS, math.ceil(transfers / 50_000)) * OPEN_SECONDS / 300
    secret_reads = environments + MONTH_SECONDS / 300
    traces = sum(_traced(done.get(it, 0)) for it in ("transfer", "offer", "list", "poll"))
    traces += _traced(done.get("event", 0)) * 2 + RUNS
    queue = done.get("event", 0) * 3 + (MONTH_SECONDS / 20 * 5 if offers else 0)
    price = PRICES
    return {
        "API Gateway": (over_http + transfers) * price["API Gateway request"],
        "Lambda": invocations * price["Lambda request"] + busy * GB * price["Lambda GB-s"],
        "SnapStart": transfers / 1_000 * GB * price["SnapStart restore, GB"]
        + fixed.functions * 2 * GB * MONTH_SECONDS * price["SnapStart snapshot, GB-s"],
        # Each transfer enters the index and leaves it. Each offer enters that of offers, and its
        # end moves it there, which is a deletion and a write.
        "DynamoDB": (writes + (5 if offers else 2) * transfers) * price["DynamoDB write"]
        + (reads + RUNS / 2) * price["DynamoDB read"],
        "SQS": queue * price["SQS request"],
        "logs": logged / 1e9 * price["log, GB"],
        "X-Ray": traces * price["X-Ray trace"],
        "secrets and keys": fixed.secrets * price["secret"]
        + price["KMS key"]
        + secret_reads * (price["secret read"] + 2 * price["KMS request"]),
        "alarms and dashboard": fixed.alarm_metrics * price["alarm metric"] + price["dashboard"],
        "metrics": (
            some * (fixed.metrics + CODES) + (1 - some) * fixed.always + some * fixed.routes * 6
        )
        * price["metric"],
        "data transfer out": (over_http + calls) * ANSWER_BYTES / 1e9 * price["transfer out, GB"],
    }


def _traced(requests: float) -> float:
    """Return how many requests X-Ray samples: the first of each second and 5 % of the others."""
    firsts = OPEN_SECONDS * (1 - math.exp(-requests / OPEN_SECONDS))
    return firsts + 0.05 * (requests - firsts)


def table(counted: Counts) -> str:
    """Return the page's bill in Markdown."""
    bills = [bill(counted, volume, offers=offers) for offers in (False, True) for volume in VOLUMES]
    volumes = " | ".join(f"{volume:,}" for volume in VOLUMES)
    lines = [f"| USD a month | {volumes} | {volumes} |", f"| --- {'| ---: ' * len(bills)}|"]
    lines += [
        f"| {name} | " + " | ".join(f"{it[name]:,.2f}" for it in bills) + " |" for name in bills[0]
    ]
    totals = (sum(round(cost, 2) for cost in it.values()) for it in bills)
    lines.append("| **total** | " + " | ".join(f"**{total:,.2f}**" for total in totals) + " |")
    return "\n".join(lines) + "\n"


def with_bill(page: str) -> str:
    """Return the page with its bill replaced."""
    return re.sub(r"^\| USD a month .*\n(\|.*\n)+", table(counts(page)), page, flags=re.MULTILINE)


if __name__ == "__main__":
    PAGE.write_text(with_bill(PAGE.read_text()))
