"""What the events of Event Streams look like, which no OpenAPI document says.

Sources: https://www.twilio.com/docs/events/event-types/taskrouter/task,
https://www.twilio.com/docs/events/event-types/taskrouter/reservation,
https://www.twilio.com/docs/events/event-streams/sink-resource/test
"""

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
TIME: Schema = {"type": "string", "format": "date-time", "pattern": "Z$"}
URL: Schema = {"type": "string", "format": "uri", "pattern": "^https://"}


def sid(prefix: str) -> Schema:
    """Return the schema of a SID with that prefix, a pattern."""
    return {"type": "string", "pattern": f"^{prefix}[0-9a-fA-F]{{32}}$"}


def one_of(*values: str) -> Schema:
    """Return the schema of an enumeration."""
    return {"enum": list(values)}


def only(**properties: Schema) -> Schema:
    """Return the schema of an object with all of these properties and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _event(kind: Schema, data: Schema, **others: Schema) -> Schema:
    """Return the schema of a CloudEvent: https://www.twilio.com/docs/events."""
    properties = {
        "specversion": one_of("1.0"),
        "type": kind,
        "source": TEXT,
        "id": sid("EZ"),
        "dataschema": URL,
        "datacontenttype": one_of("application/json"),
        "time": TIME,
        "data": data,
    }
    return only(**(properties | others))


A_TEST_EVENT = _event(
    one_of("com.twilio.eventstreams.test-event"),
    only(test_id={"type": "string", "format": "uuid"}),
    id=sid("AC"),
    source=one_of("Sink"),
)

_TASK: dict[str, Any] = {
    "sid": sid("EV"),
    "eventtype": TEXT,
    "account_sid": sid("AC"),
    "timestamp": TIME,
    "workspace_sid": sid("WS"),
    "workspace_name": TEXT,
    "resource_type": TEXT,
    "resource_sid": sid("W[TR]"),
    "task_sid": sid("WT"),
    "task_attributes": TEXT,
    "task_age": NUMBER,
    "task_date_created": TIME,
    "task_priority": NUMBER,
    "task_assignment_status": one_of(
        "pending", "reserved", "assigned", "wrapping", "completed", "canceled"
    ),
    "task_channel_sid": sid("TC"),
    "task_channel_unique_name": TEXT,
    "task_version": NUMBER,
    "workflow_sid": sid("WW"),
    "workflow_name": TEXT,
}
_RESERVATION: dict[str, Any] = {
    "reservation_sid": sid("WR"),
    "reservation_version": NUMBER,
    "worker_sid": sid("WK"),
    "worker_name": TEXT,
    "worker_attributes": TEXT,
    "worker_activity_sid": sid("WA"),
    "worker_activity_name": TEXT,
}
# These are there if they apply: a task that left its workflow is in no queue any more.
_QUEUE: dict[str, Any] = {"task_queue_sid": sid("WQ"), "task_queue_name": TEXT}
_REASONS: dict[str, Any] = {"task_completed_reason": TEXT, "task_canceled_reason": TEXT}


def a_taskrouter_event(name: str) -> Schema:
    """Return the schema of an event such as ``reservation.accepted``."""
    group, always = name.partition(".")[0], _TASK
    if group == "reservation":
        always = always | _RESERVATION
    payload = only(**always)
    payload["properties"] = always | _QUEUE | _REASONS
    data = only(
        sid=sid("EV"),
        name=TEXT,
        account_sid=sid("AC"),
        timestamp=TIME,
        level=one_of("INFO"),
        group=one_of(group),
        product_name=one_of("TaskRouter"),
        publisher=TEXT,
        publisher_metadata=TEXT,
        payload_type=one_of("application/json"),
        payload=payload,
    )
    return _event(one_of(f"com.twilio.taskrouter.{name}"), data)
