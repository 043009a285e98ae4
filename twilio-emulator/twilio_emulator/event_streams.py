"""Event Streams: sinks, the subscriptions that fill them, and what is published to them.

Sources: https://www.twilio.com/docs/events/event-streams/sink-resource,
https://www.twilio.com/docs/events/event-streams/subscription,
https://www.twilio.com/docs/events/event-streams/subscribed-events
"""

import json
import uuid
from typing import Any

from twilio_emulator.account import Account
from twilio_emulator.calls import Answer, Call, Routes
from twilio_emulator.clock import iso8601
from twilio_emulator.errors import invalid, not_found
from twilio_emulator.paging import page
from twilio_emulator.sids import new_sid
from twilio_emulator.taskrouter.events import PREFIX, milliseconds, task_event
from twilio_emulator.taskrouter.model import Reservation, Task
from twilio_emulator.taskrouter.workspace import Workspace

HOST = "https://events.twilio.com/v1"
SINKS = "/Sinks"
SUBSCRIPTIONS = "/Subscriptions"
EVENTS = SUBSCRIPTIONS + "/{subscription}/SubscribedEvents"

Entry = dict[str, Any]


def publish(
    account: Account, workspace: Workspace, name: str, task: Task, reservation: Reservation | None
) -> None:
    """Send an event of TaskRouter to the sinks of those who subscribed to it; cheap without any."""
    event: Entry = {}
    for subscription in account.subscriptions.values():
        if version := subscription["events"].get(PREFIX + name):
            event = event or task_event(workspace, name, task, reservation)
            dataschema = f"https://events-schemas.twilio.com/TaskRouter.WDSEvent/{version}"
            account.deliver(subscription["sink_sid"], event | {"dataschema": dataschema})


def show_sinks(account: Account, call: Call) -> Answer:
    """List the sinks."""
    return page(call, "sinks", list(account.sinks.values()), lambda sink: sink)


def create_sink(account: Account, call: Call) -> Answer:
    """Create a sink, which is active at once: "the status of Sinks is active by default".

    Source: https://www.twilio.com/docs/events/event-streams/sink-resource/validate
    """
    kind = call.required("SinkType")
    if kind not in {"kinesis", "webhook", "segment", "email"}:
        raise invalid(f"SinkType {kind} is not known")
    call.required("SinkConfiguration")
    configuration = json.loads(call.json_object("SinkConfiguration"))
    if kind == "webhook" and not configuration.get("destination"):
        raise invalid("SinkConfiguration needs a destination")
    sid, now = new_sid("DG", account.random), iso8601(account.clock.now())
    url = f"{HOST}/Sinks/{sid}"
    account.sinks[sid] = {
        "sid": sid,
        "description": call.required("Description"),
        "sink_type": kind,
        "sink_configuration": configuration,
        "status": "active",
        "date_created": now,
        "date_updated": now,
        "url": url,
        "links": {"sink_test": f"{url}/Test", "sink_validate": f"{url}/Validate"},
    }
    return Answer(201, account.sinks[sid])


def fetch_sink(account: Account, call: Call) -> Answer:
    """Show a sink."""
    return Answer(200, _find(account.sinks, "Sinks", call.path["sink"]))


def update_sink(account: Account, call: Call) -> Answer:
    """Change a sink's description, which is all that can be changed of one."""
    sink = _find(account.sinks, "Sinks", call.path["sink"])
    sink = sink | {"description": call.required("Description")}
    account.sinks[sink["sid"]] = sink
    return Answer(200, sink)


def delete_sink(account: Account, call: Call) -> Answer:
    """Delete a sink that no subscription uses; the documentation does not tell of one in use."""
    sink = _find(account.sinks, "Sinks", call.path["sink"])
    if any(each["sink_sid"] == sink["sid"] for each in account.subscriptions.values()):
        raise invalid(f"Sink {sink['sid']} has subscriptions")
    del account.sinks[sink["sid"]]
    return Answer(204)


def test_sink(account: Account, call: Call) -> Answer:
    """Send a test event to a sink, which needs no subscription.

    Sources: https://www.twilio.com/docs/events/event-streams/sink-resource/test, and for the event
    https://www.twilio.com/docs/events/eventstreams-quickstart
    """
    sink = _find(account.sinks, "Sinks", call.path["sink"])
    event = {
        "specversion": "1.0",
        "type": "com.twilio.eventstreams.test-event",
        "source": "Sink",
        "id": account.sid,
        "dataschema": "https://events-schemas.twilio.com/EventStreams.TestSink/1.json",
        "datacontenttype": "application/json",
        "time": milliseconds(account.clock.now()),
        "data": {"test_id": str(uuid.UUID(int=account.random.getrandbits(128), version=4))},
    }
    account.deliver(sink["sid"], event)
    return Answer(201, {"result": "submitted"})


def validate_sink(account: Account, call: Call) -> Answer:
    """Call every sink valid, as Twilio does since "there is no longer a need for validating".

    Source: https://www.twilio.com/docs/events/event-streams/sink-resource/validate
    """
    _find(account.sinks, "Sinks", call.path["sink"])
    call.required("TestId")
    return Answer(201, {"result": "valid"})


def show_subscriptions(account: Account, call: Call) -> Answer:
    """List the subscriptions, all or those of one sink."""
    sink = call.query.get("SinkSid")
    found = [s for s in account.subscriptions.values() if sink in {None, s["sink_sid"]}]
    return page(call, "subscriptions", found, _shown)


def create_subscription(account: Account, call: Call) -> Answer:
    """Create a subscription of an active sink."""
    sink = account.sinks.get(call.required("SinkSid"))
    if sink is None or sink["status"] != "active":
        raise invalid("SinkSid is not the SID of an active sink")
    try:
        types = json.loads(f"[{call.required('Types')}]")
        events = {each["type"]: int(each.get("schema_version", 1)) for each in types}
    except (ValueError, TypeError, KeyError):
        raise invalid("Types must be JSON objects with type and schema_version") from None
    sid, now = new_sid("DF", account.random), iso8601(account.clock.now())
    url = f"{HOST}/Subscriptions/{sid}"
    account.subscriptions[sid] = {
        "account_sid": account.sid,
        "sid": sid,
        "description": call.required("Description"),
        "sink_sid": sink["sid"],
        "date_created": now,
        "date_updated": now,
        "url": url,
        "links": {"subscribed_events": f"{url}/SubscribedEvents"},
        "events": events,
    }
    return Answer(201, _shown(account.subscriptions[sid]))


def fetch_subscription(account: Account, call: Call) -> Answer:
    """Show a subscription."""
    return Answer(200, _shown(_subscription(account, call)))


def update_subscription(account: Account, call: Call) -> Answer:
    """Change a subscription's description."""
    subscription = _subscription(account, call)
    subscription["description"] = call.required("Description")
    return Answer(200, _shown(subscription))


def delete_subscription(account: Account, call: Call) -> Answer:
    """Delete a subscription."""
    del account.subscriptions[_subscription(account, call)["sid"]]
    return Answer(204)


def show_events(account: Account, call: Call) -> Answer:
    """List the types of events of a subscription."""
    subscription = _subscription(account, call)
    names = list(subscription["events"])
    return page(call, "types", names, lambda name: _event(subscription, name))


def create_event(account: Account, call: Call) -> Answer:
    """Add a type of event to a subscription."""
    subscription, name = _subscription(account, call), call.required("Type")
    subscription["events"][name] = call.integer("SchemaVersion", 1, minimum=1)
    return Answer(201, _event(subscription, name))


def update_event(account: Account, call: Call) -> Answer:
    """Change the schema version of a type of event."""
    subscription, name = _subscription(account, call), call.path["type"]
    _find(subscription["events"], "SubscribedEvents", name)
    subscription["events"][name] = call.integer("SchemaVersion", 1, minimum=1)
    return Answer(200, _event(subscription, name))


def delete_event(account: Account, call: Call) -> Answer:
    """Take a type of event from a subscription."""
    events, name = _subscription(account, call)["events"], call.path["type"]
    _find(events, "SubscribedEvents", name)
    del events[name]
    return Answer(204)


def _find(table: dict[str, Any], collection: str, sid: str) -> Any:
    if sid not in table:
        raise not_found(f"/{collection}/{sid}")
    return table[sid]


def _subscription(account: Account, call: Call) -> Entry:
    found: Entry = _find(account.subscriptions, "Subscriptions", call.path["subscription"])
    return found


def _shown(subscription: Entry) -> Entry:
    return {name: value for name, value in subscription.items() if name != "events"}


def _event(subscription: Entry, name: str) -> Entry:
    return {
        "account_sid": subscription["account_sid"],
        "subscription_sid": subscription["sid"],
        "type": name,
        "schema_version": subscription["events"][name],
        "url": f"{subscription['url']}/SubscribedEvents/{name}",
    }


ROUTES: Routes = (
    ("GET", SINKS, show_sinks),
    ("POST", SINKS, create_sink),
    ("GET", SINKS + "/{sink}", fetch_sink),
    ("POST", SINKS + "/{sink}", update_sink),
    ("DELETE", SINKS + "/{sink}", delete_sink),
    ("POST", SINKS + "/{sink}/Test", test_sink),
    ("POST", SINKS + "/{sink}/Validate", validate_sink),
    ("GET", SUBSCRIPTIONS, show_subscriptions),
    ("POST", SUBSCRIPTIONS, create_subscription),
    ("GET", SUBSCRIPTIONS + "/{subscription}", fetch_subscription),
    ("POST", SUBSCRIPTIONS + "/{subscription}", update_subscription),
    ("DELETE", SUBSCRIPTIONS + "/{subscription}", delete_subscription),
    ("GET", EVENTS, show_events),
    ("POST", EVENTS, create_event),
    ("POST", EVENTS + "/{type}", update_event),
    ("DELETE", EVENTS + "/{type}", delete_event),
)
