"""Rules for events: the sink that Twilio sends them to, and the queues that they wait in."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import urlsplit

from transfer_policy.access import ALIAS_ARN
from transfer_policy.rule import Finding, Resource, nested, of_type, rule, stack_rule, texts

_QUEUE: Final = "aws:sqs/queue:Queue"
_SINK: Final = "twilio:events:Sink"
_FUNCTION: Final = "aws:lambda/function:Function"
_EXECUTE_API: Final = re.compile(r"[a-z0-9]+\.execute-api\.[a-z0-9-]+\.amazonaws\.com(\.cn)?")
_MAPPING: Final = "aws:lambda/eventSourceMapping:EventSourceMapping"
_THIS_MACHINE: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_QUEUE_ARN: Final = re.compile(r"arn:[^:*?]+:sqs:[^:*?]+:[0-9]{12}:[^:*?]+")

# Fewer, and messages are set aside while their function is throttled.
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
_FEWEST_ATTEMPTS: Final = 5


@rule("queue-encryption", _QUEUE, "A queue is encrypted.")
def queue_encryption(resource: Resource) -> Iterator[str]:
    has_key = bool(resource.props.get("kmsMasterKeyId"))
    if not has_key and resource.props.get("sqsManagedSseEnabled") is not True:
        yield "sqsManagedSseEnabled is not true; expected it, or a kmsMasterKeyId"


@stack_rule(
    "dead-letter-queue", "Messages that fail again and again are set aside and kept for longer."
)
def dead_letter_queue(resources: Sequence[Resource]) -> Iterator[Finding]:
    queues = {str(queue.props.get("name")): queue for queue in of_type(resources, _QUEUE)}
    targets: set[str] = set()
    without: dict[str, Resource] = {}
    for name, queue in queues.items():
        if "redrivePolicy" not in set(queue.props):
            without[name] = queue
            continue
        redrive = json.loads(queue.props["redrivePolicy"])
        target = str(redrive.get("deadLetterTargetArn")).rpartition(":")[2]
        targets.add(target)
        attempts = redrive.get("maxReceiveCount")
        if not isinstance(attempts, int) or attempts < _FEWEST_ATTEMPTS:
            yield queue, f"maxReceiveCount is {attempts!r}; expected {_FEWEST_ATTEMPTS} or more"
        if target in queues and _kept(queues[target]) <= _kept(queue):
            yield queues[target], "it keeps messages no longer than the queue that they come from"
    for name, queue in without.items():
        if name not in targets:
            yield queue, "no redrivePolicy; expected a queue for what fails again and again"


def _kept(queue: Resource) -> float:
    return float(queue.props.get("messageRetentionSeconds") or 0)


@rule(
    "event-source",
    _MAPPING,
    "A queue invokes an alias of a function, which names the messages that failed.",
)
def event_source(resource: Resource) -> Iterator[str]:
    if "ReportBatchItemFailures" not in texts(resource.props.get("functionResponseTypes")):
        yield "no ReportBatchItemFailures; expected it, or one failure repeats a whole batch"
    if resource.props.get("enabled") is False:
        yield "enabled is false; expected it: nothing else empties the queue"
    if not nested(resource.props, "scalingConfig", "maximumConcurrency"):
        yield "no scalingConfig.maximumConcurrency; expected one: agents' requests come first"
    # Last, since they are not known in a new stack's preview.
    function = str(resource.props.get("functionName"))
    if not ALIAS_ARN.fullmatch(function):
        yield f"functionName is {function!r}; expected the ARN of an alias"
    source = str(resource.props.get("eventSourceArn"))
    if not _QUEUE_ARN.fullmatch(source):
        yield f"eventSourceArn is {source!r}; expected a queue's"


@stack_rule(
    "visibility-timeout",
    "A message comes again only when the function that has it cannot any more.",
)
def visibility_timeout(resources: Sequence[Resource]) -> Iterator[Finding]:
    queues = {str(it.props.get("name")): it for it in of_type(resources, _QUEUE)}
    functions = {str(it.props.get("name")): it for it in of_type(resources, _FUNCTION)}
    for mapping in of_type(resources, _MAPPING):
        queue = queues.get(str(mapping.props.get("eventSourceArn")).rpartition(":")[2])
        qualified = str(mapping.props.get("functionName")).partition(":function:")[2]
        name = qualified.partition(":")[0]
        if queue and name in functions:
            hidden = float(queue.props.get("visibilityTimeoutSeconds") or 30)
            runs = float(functions[name].props.get("timeout") or 3)
            if hidden < runs:
                message = f"visibilityTimeoutSeconds is {hidden:.0f}; expected {runs:.0f} at least"
                yield queue, message


@stack_rule("own-sink", "Twilio's events, with the password, go to the stack's own API.")
def own_sink(resources: Sequence[Resource]) -> Iterator[Finding]:
    names = {
        str(it.props.get("domainName"))
        for it in of_type(resources, "aws:apigatewayv2/domainName:DomainName")
    }
    for sink in of_type(resources, _SINK):
        host = _host(str(nested(sink.props, "sinkConfiguration", "destination")))
        is_own = host in names if names else bool(_EXECUTE_API.fullmatch(host))
        if not is_own and host not in _THIS_MACHINE:
            yield sink, "the destination is another host than the stack's API; expected its own"


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


@rule(
    "event-sink",
    _SINK,
    "Twilio sends events to a webhook with a password, and over TLS.",
)
def event_sink(resource: Resource) -> Iterator[str]:
    kind = resource.props.get("sinkType")
    if kind != "webhook":
        yield f"sinkType is {kind!r}; expected webhook"
    # What is wrong with the destination is said without showing it.
    try:
        url = urlsplit(str(nested(resource.props, "sinkConfiguration", "destination")))
        is_local = url.hostname in _THIS_MACHINE
    except ValueError:
        yield "the destination is no URL; expected one"
        return
    if url.scheme != "https" and not (url.scheme == "http" and is_local):
        yield "the destination is not https; expected it: the password is sent with each event"
    if not url.password:
        yield "the destination has no password; expected one: anyone could send events"
