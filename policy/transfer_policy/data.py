"""What is kept: for a time, encrypted; and the queue that others rely on."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from transfer_policy.functions import FUNCTION
from transfer_policy.resource import Finding, Resource, nested, of_type

LOG_GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"

EVERYONE: Final = "Everyone"


def endless_logs(resource: Resource) -> Iterator[str]:
    """Find a log group that never forgets: no retention, or 0, means for ever."""
    days = resource.props.get("retentionInDays")
    if not isinstance(days, int | float) or days <= 0:
        yield f"retentionInDays is {days!r}; expected a number of days"


def missing_log_group(resources: Sequence[Resource]) -> Iterator[Finding]:
    """Find a function whose log group the stack does not declare: Lambda's own never forgets."""
    declared = {group.props.get("name") for group in of_type(resources, LOG_GROUP)}
    for function in of_type(resources, FUNCTION):
        name = function.props.get("name")
        own = nested(function.props, "loggingConfig", "logGroup") or f"/aws/lambda/{name}"
        if own not in declared:
            yield Finding(function, f"the stack declares no log group {own}; expected one")


def unencrypted_table(resource: Resource) -> Iterator[str]:
    """Find a table that is not encrypted with a key whose use can be followed."""
    if nested(resource.props, "serverSideEncryption", "enabled") is not True:
        yield "serverSideEncryption is not enabled; expected it, so that CloudTrail shows its use"


def endless_rows(resource: Resource) -> Iterator[str]:
    """Find a table whose rows stay."""
    ttl = resource.props.get("ttl")
    if (
        not isinstance(ttl, Mapping)
        or ttl.get("enabled") is not True
        or not ttl.get("attributeName")
    ):
        yield "ttl is not enabled; expected it: a row names a task and its target"


def endangered_queue(resource: Resource) -> Iterator[str]:
    """Find an "Everyone" queue that is not the workspace's own, or not everyone's.

    That it outlives the stack cannot be seen from here: the engine does not tell policy packs of
    `retainOnDelete`. The program's tests hold that.
    """
    name = resource.props.get("friendlyName")
    is_adopted = resource.props.get("adoptExisting") is True
    if name != EVERYONE:
        if is_adopted:
            yield f"{name!r} is adopted; expected {EVERYONE} alone: others are looked up by name"
        return
    if not is_adopted:
        yield "adoptExisting is not true; expected the workspace's own queue to be taken over"
    if str(resource.props.get("targetWorkers", "")).replace(" ", "") != "1==1":
        yield "targetWorkers is not 1==1; expected every worker, other workflows rely on it"
