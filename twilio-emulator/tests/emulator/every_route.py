"""Calls every route of the emulated Twilio at least once, and records the answers."""

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import requests

from twilio_emulator import twilio as emulated_twilio
from twilio_emulator.calls import Call
from twilio_emulator.seed import ContactCentre
from twilio_emulator.server import RunningTwilio

TASKROUTER, FLEX = "taskrouter/v1", "flex-api/v1"
CHAT, CONVERSATIONS, EVENTS = "chat/v2", "conversations/v1", "events/v1"
STUDIO = "studio/v2"

WORKSPACE = "/Workspaces/{workspace}"
CHANNEL = "/Interactions/{interaction}/Channels/{channel}"
CHAT_CHANNEL = "/Services/{service}/Channels/{room}"
CONVERSATION = "/Conversations/{room}"


class Document(dict[str, Any]):
    """Fields that are sent as JSON, not as a form."""


class Noted(dict[str, str]):
    """A mapping that notes which names were looked up in it."""

    def __init__(self, content: Mapping[str, str]) -> None:
        super().__init__(content)
        self.names: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        """Look a name up."""
        self.names.add(name)
        return super().get(name, default)

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.names.add(str(name))
        return super().__contains__(name)


@dataclass(frozen=True)
class Exchange:
    """A call of a route, the answer, and the names of parameters that the route looked for."""

    product: str
    method: str
    route: str
    response: requests.Response
    names: frozenset[str]

    @property
    def key(self) -> tuple[str, str, str]:
        """Return which route it was."""
        return self.product, self.method, self.route


@dataclass
class Api:
    """Asks the emulated Twilio and keeps what was said."""

    twilio: RunningTwilio
    exchanges: list[Exchange] = field(default_factory=list)
    _noted: list[Noted] = field(default_factory=list)

    def ask(
        self,
        method: str,
        product: str,
        route: str,
        fields: Mapping[str, Any] | None = None,
        /,
        **values: str,
    ) -> Any:
        """Call a route; ``fields`` are its query or its form, ``values`` stand in its path."""
        path = route.format_map({"workspace": self.twilio.centre.workspace_sid, **values})
        self._noted.clear()
        response = requests.request(
            method,
            f"{self.twilio.base_url}/{product}{path}",
            params=fields if method == "GET" else None,
            data=None if method == "GET" or isinstance(fields, Document) else fields,
            json=fields if isinstance(fields, Document) else None,
            auth=self.twilio.centre.api_key,
            timeout=5,
        )
        assert response.ok, (method, path, fields, response.text)
        names = frozenset(name for noted in self._noted for name in noted.names)
        self.exchanges.append(Exchange(product, method, route, response, names))
        return response.json() if response.content else None

    def note(self, **parts: Any) -> Call:
        """Make a call whose parameters are noted when they are looked up."""
        for name in ("query", "form", "headers"):
            parts[name] = Noted(parts[name])
            self._noted.append(parts[name])
        return Call(**parts)


def ask_everything(twilio: RunningTwilio) -> Iterator[Exchange]:
    """Call every route, most of them in several ways; nothing is refused."""
    api = Api(twilio)
    with patch.object(emulated_twilio, "Call", api.note):
        parts = (_setup, _workers, _routing, _tasks, _reservations, _flex, _chat, _rooms)
        for part in (*parts, _events, _addresses, _settings, _flows):
            part(api, twilio.centre)
    yield from api.exchanges


def _read(
    api: Api, product: str, route: str, parts: str, filters: Mapping[str, Any], /, **values: str
) -> Any:
    """List all, list by filters and a page at a time, and fetch the first; return that."""
    key, one = parts.split()
    entries = api.ask("GET", product, route, **values)[key]
    api.ask("GET", product, route, {**filters, "PageSize": "1", "Page": "0"}, **values)
    values |= {one: entries[0]["sid"]}
    return api.ask("GET", product, f"{route}/{{{one}}}", **values)


def _setup(api: Api, centre: ContactCentre) -> None:
    _read(api, TASKROUTER, "/Workspaces", "workspaces workspace", {"FriendlyName": "x"})
    filters = {"FriendlyName": "Offline", "Available": "false", "PageSize": "1", "Page": "0"}
    api.ask("GET", TASKROUTER, WORKSPACE + "/Activities")
    api.ask("GET", TASKROUTER, WORKSPACE + "/Activities", filters)
    offline = centre.workspace.default_activity_sid
    api.ask("GET", TASKROUTER, WORKSPACE + "/Activities/{activity}", activity=offline)
    _read(api, TASKROUTER, WORKSPACE + "/TaskChannels", "channels channel", {})
    settings: dict[str, str] = {
        "FriendlyName": "Flex Task Assignment",
        "DefaultActivitySid": offline,
        "TimeoutActivitySid": offline,
        "EventCallbackUrl": "https://example.com/events",
        "EventsFilter": "task.created",
        "MultiTaskEnabled": "true",
        "PrioritizeQueueOrder": "FIFO",
    }
    api.ask("POST", TASKROUTER, WORKSPACE, settings)
    activity: dict[str, str] = {"FriendlyName": "Lunch", "Available": "true"}
    channel: dict[str, str] = {
        "FriendlyName": "Letters",
        "UniqueName": "letter",
        "ChannelOptimizedRouting": "true",
    }
    for kind, one, form, change in (
        ("Activities", "activity", activity, {"FriendlyName": "Dinner"}),
        ("TaskChannels", "channel", channel, {"ChannelOptimizedRouting": "false"}),
    ):
        route = f"{WORKSPACE}/{kind}"
        values = {one: api.ask("POST", TASKROUTER, route, form)["sid"]}
        api.ask("POST", TASKROUTER, f"{route}/{{{one}}}", change, **values)
        api.ask("DELETE", TASKROUTER, f"{route}/{{{one}}}", **values)


def _workers(api: Api, centre: ContactCentre) -> None:
    route = WORKSPACE + "/Workers"
    filters = {
        "ActivityName": "Available",
        "ActivitySid": centre.worker("ana").activity_sid,
        "Available": "yes",
        "FriendlyName": "ana@example.com",
        "TargetWorkersExpression": "1 == 1",
        "TaskQueueName": "Everyone",
        "TaskQueueSid": centre.queues["Everyone"],
    }
    _read(api, TASKROUTER, route, "workers worker", filters)
    new: dict[str, str] = {
        "FriendlyName": "yan",
        "Attributes": "{}",
        "ActivitySid": centre.workspace.default_activity_sid,
    }
    made = api.ask("POST", TASKROUTER, route, new)["sid"]
    api.ask("DELETE", TASKROUTER, route + "/{worker}", worker=made)
    worker = centre.workers["alex"]
    channels = centre.workspace.tables.worker_channels.values()
    sid = next(channel.sid for channel in channels if channel.worker_sid == worker)
    one = route + "/{worker}/Channels/{channel}"
    api.ask("GET", TASKROUTER, route + "/{worker}/Channels", worker=worker)
    api.ask("GET", TASKROUTER, one, worker=worker, channel=sid)
    form: dict[str, str] = {"Capacity": "2", "Available": "false"}
    api.ask("POST", TASKROUTER, one, form, worker=worker, channel=sid)
    form = {"FriendlyName": "zoë", "Attributes": "{}", "RejectPendingReservations": "true"}
    api.ask("POST", TASKROUTER, route + "/{worker}", form, worker=worker)


def _routing(api: Api, centre: ContactCentre) -> None:
    activity = centre.worker("ana").activity_sid
    queue_form: dict[str, str] = {
        "FriendlyName": "French",
        "TargetWorkers": 'languages HAS "fr"',
        "MaxReservedWorkers": "2",
        "TaskOrder": "LIFO",
        "ReservationActivitySid": activity,
        "AssignmentActivitySid": activity,
    }
    workflow_form: dict[str, str] = {
        "FriendlyName": "French",
        "Configuration": '{"task_routing": {}}',
        "TaskReservationTimeout": "30",
        "AssignmentCallbackUrl": "https://example.com/a",
        "FallbackAssignmentCallbackUrl": "https://example.com/b",
    }
    for kind, one, key, form in (
        ("TaskQueues", "queue", "task_queues", queue_form),
        ("Workflows", "workflow", "workflows", workflow_form),
    ):
        route = f"{WORKSPACE}/{kind}"
        made = api.ask("POST", TASKROUTER, route, form)["sid"]
        _read(api, TASKROUTER, route, f"{key} {one}", {"FriendlyName": "French"})
        values = {one: made}
        api.ask("POST", TASKROUTER, f"{route}/{{{one}}}", {"FriendlyName": "Français"}, **values)
        api.ask("DELETE", TASKROUTER, f"{route}/{{{one}}}", **values)
    statistics = WORKSPACE + "/TaskQueues/{queue}/RealTimeStatistics"
    api.ask("GET", TASKROUTER, statistics, queue=centre.queues["Support"])
    escalations = centre.workflows["Escalations"]
    again = {"ReEvaluateTasks": "true"}
    api.ask("POST", TASKROUTER, WORKSPACE + "/Workflows/{workflow}", again, workflow=escalations)


def _tasks(api: Api, centre: ContactCentre) -> None:
    route = WORKSPACE + "/Tasks"
    filters = {
        "Priority": "0",
        "AssignmentStatus": ["pending", "reserved"],
        "WorkflowSid": centre.workflows["Escalations"],
        "WorkflowName": "Escalations",
        "TaskQueueSid": centre.queues["Escalations"],
        "TaskQueueName": "Escalations",
        "EvaluateTaskAttributes": "1 == 1",
        "RoutingTarget": centre.queues["Escalations"],
        "Ordering": "VirtualStartTime:desc,DateCreated:asc",
        "HasAddons": "False",
    }
    _read(api, TASKROUTER, route, "tasks task", filters)
    nowhere = centre.queues["Billing"]
    forms: list[dict[str, str]] = [
        {"WorkflowSid": centre.workflows["Escalations"], "Attributes": '{"a": "é"}'},
        {"RoutingTarget": nowhere, "Timeout": "60", "TaskChannel": "voice", "Priority": "3"},
        {"RoutingTarget": centre.workers["ana"], "IgnoreCapacity": "yes"},
        {"TaskQueueSid": nowhere, "WorkflowSid": centre.workflows["Escalations"]},
        {
            "WorkflowSid": centre.workflows["Escalations"],
            "VirtualStartTime": "2020-01-01T00:00:00Z",
        },
    ]
    made = [api.ask("POST", TASKROUTER, route, form)["sid"] for form in forms]
    one = route + "/{task}"
    changes: list[dict[str, str]] = [
        {"Attributes": "{}", "Priority": "1", "VirtualStartTime": "2020-01-01T00:00:00Z"},
        {"TaskChannel": "sms"},
        {"AssignmentStatus": "canceled", "Reason": "why not"},
    ]
    for change in changes:
        api.ask("POST", TASKROUTER, one, change, task=made[0])
    for task in made:
        api.ask("GET", TASKROUTER, one, task=task)
    for status in ("wrapping", "completed"):
        change = {"AssignmentStatus": status, "Reason": "done"}
        api.ask("POST", TASKROUTER, one, change, task=centre.tasks["sms"])
    for task in made:
        api.ask("DELETE", TASKROUTER, one, task=task)


def _reservations(api: Api, centre: ContactCentre) -> None:
    filters = {"ReservationStatus": "pending", "WorkerSid": centre.workers["ana"]}
    for below in ("/Tasks/{task}", "/Workers/{worker}"):
        made = api.ask(
            "POST",
            TASKROUTER,
            WORKSPACE + "/Tasks",
            {"WorkflowSid": centre.workflows["Escalations"]},
        )
        (offer,) = centre.reservations(made["sid"])
        values = {"task": made["sid"], "worker": offer.worker_sid}
        route = WORKSPACE + below + "/Reservations"
        api.ask("GET", TASKROUTER, route, filters, **values)
        _read(api, TASKROUTER, route, "reservations reservation", {}, **values)
        for status in ("accepted", "wrapping", "completed"):
            form = {"ReservationStatus": status}
            one = {**values, "reservation": offer.sid}
            api.ask("POST", TASKROUTER, route + "/{reservation}", form, **one)


def _flex(api: Api, centre: ContactCentre) -> None:
    api.ask("GET", FLEX, "/Configuration")
    attributes = centre.attributes(centre.tasks["two_agents"])
    values = {
        "interaction": attributes["flexInteractionSid"],
        "channel": attributes["flexInteractionChannelSid"],
    }
    api.ask("GET", FLEX, CHANNEL, **values)
    people = CHANNEL + "/Participants"
    agent = api.ask("GET", FLEX, people, **values)["participants"][1]["sid"]
    for status in ("wrapup", "closed"):
        one = {**values, "participant": agent}
        api.ask("POST", FLEX, people + "/{participant}", {"Status": status}, **one)
    api.ask("GET", FLEX, people, {"PageSize": "2"}, **values)
    for names in (True, False):
        centre.account.settings.invite_names_its_task = names
        properties = {
            "workspace_sid": centre.workspace_sid,
            "workflow_sid": centre.workflows["Escalations"],
        }
        routing = json.dumps({"properties": properties})
        api.ask("POST", FLEX, CHANNEL + "/Invites", {"Routing": routing}, **values)
    api.ask("GET", FLEX, CHANNEL + "/Invites", **values)
    for status in ("setup", "active", "failed", "pause", "transfer"):
        centre.set_channel_status(centre.tasks["two_agents"], status)
        api.ask("GET", FLEX, CHANNEL, **values)
    form = {"Status": "inactive", "Routing": '{"status": "closed"}'}
    api.ask("POST", FLEX, CHANNEL, form, **values)
    api.ask("POST", FLEX, CHANNEL, {"Status": "closed"}, **values)


def _chat(api: Api, centre: ContactCentre) -> None:
    channel = centre.attributes(centre.tasks["chat"])["channelSid"]
    values = {"service": centre.account.flex.chat_service_sid, "room": channel}
    api.ask("GET", CHAT, CHAT_CHANNEL, **values)
    members = CHAT_CHANNEL + "/Members"
    made = api.ask("POST", CHAT, members, {"Identity": "zoe", "Attributes": "{}"}, **values)
    api.ask("GET", CHAT, members, **values)
    api.ask("DELETE", CHAT, members + "/{occupant}", occupant=made["sid"], **values)
    flow = {
        "FriendlyName": "a flow",
        "ChatServiceSid": centre.account.flex.chat_service_sid,
        "ChannelType": "web",
        "ContactIdentity": "a web page",
        "Enabled": "true",
        "LongLived": "false",
        "JanitorEnabled": "true",
        "IntegrationType": "task",
        "Integration.WorkspaceSid": centre.workspace_sid,
        "Integration.WorkflowSid": centre.workflows["Escalations"],
        "Integration.Channel": "chat",
        "Integration.Timeout": "240",
        "Integration.Priority": "1",
    }
    flow_sid = api.ask("POST", FLEX, "/FlexFlows", flow)["sid"]
    api.ask("GET", FLEX, "/FlexFlows", {"FriendlyName": "a flow"})
    chat = {
        "FlexFlowSid": flow_sid,
        "Identity": "quinn",
        "ChatUserFriendlyName": "Quinn",
        "ChatFriendlyName": "a chat",
        "ChatUniqueName": "a-chat",
        "TaskAttributes": '{"name": "Quinn"}',
    }
    made = api.ask("POST", FLEX, "/Channels", chat)
    api.ask("DELETE", FLEX, "/Channels/{room}", room=made["sid"])
    api.ask("DELETE", FLEX, "/FlexFlows/{flow}", flow=flow_sid)


def _rooms(api: Api, centre: ContactCentre) -> None:
    sid = centre.attributes(centre.tasks["sms_conversation"])["conversationSid"]
    values = {"room": sid}
    api.ask("GET", CONVERSATIONS, CONVERSATION, **values)
    people = CONVERSATION + "/Participants"
    made: Any = None
    for added in (
        {"Identity": "zoe"},
        {
            "MessagingBinding.Address": "+15005550009",
            "MessagingBinding.ProxyAddress": "+15005550006",
        },
        {"Identity": "yan", "MessagingBinding.ProjectedAddress": "+15005550006"},
        {"MessagingBinding.Address": "whatsapp:+15005550009"},
    ):
        form = {**added, "Attributes": '{"a": 1}'}
        made = api.ask("POST", CONVERSATIONS, people, form, **values)
    api.ask("GET", CONVERSATIONS, people, **values)
    api.ask("DELETE", CONVERSATIONS, people + "/{occupant}", occupant=made["sid"], **values)
    messages = CONVERSATION + "/Messages"
    written: tuple[dict[str, str], ...] = (
        {"Author": "zoe", "Body": "Hello", "Attributes": '{"a": 1}'},
        {"Body": "Zoe has joined"},
    )
    for form in written:
        api.ask("POST", CONVERSATIONS, messages, form, **values)
    _read(api, CONVERSATIONS, messages, "messages message", {"Order": "DeSc"}, **values)
    changed = {"FriendlyName": "Past", "UniqueName": "past", "Attributes": "{}", "State": "closed"}
    api.ask("POST", CONVERSATIONS, CONVERSATION, changed, **values)
    created = {"FriendlyName": "Robin", "UniqueName": "robin", "Attributes": '{"a": 1}'}
    room = api.ask("POST", CONVERSATIONS, "/Conversations", created)["sid"]
    api.ask("POST", CONVERSATIONS, people, {"Identity": "robin"}, room=room)
    channel = {"type": "web", "properties": {"media_channel_sid": room}}
    properties = {
        "workspace_sid": centre.workspace_sid,
        "workflow_sid": centre.workflows["Escalations"],
    }
    interaction = {
        "Channel": json.dumps(channel),
        "Routing": json.dumps({"properties": properties}),
    }
    api.ask("POST", FLEX, "/Interactions", interaction)
    api.ask("DELETE", CONVERSATIONS, CONVERSATION, room=room)
    mail = centre.attributes(centre.email_conversation_task())["conversationSid"]
    api.ask("GET", CONVERSATIONS, CONVERSATION, room=mail)
    api.ask("GET", CONVERSATIONS, people, room=mail)


def _events(api: Api, _centre: ContactCentre) -> None:
    sink_form: dict[str, str] = {
        "Description": "all events",
        "SinkType": "webhook",
        # Where nothing listens: the test event of the sink is sent there.
        "SinkConfiguration": '{"destination": "http://127.0.0.1:9", "method": "POST"}',
    }
    api.ask("POST", EVENTS, "/Sinks", sink_form)
    sink = _read(api, EVENTS, "/Sinks", "sinks sink", {})["sid"]
    api.ask("POST", EVENTS, "/Sinks/{sink}", {"Description": "events"}, sink=sink)
    api.ask("POST", EVENTS, "/Sinks/{sink}/Test", sink=sink)
    api.ask("POST", EVENTS, "/Sinks/{sink}/Validate", {"TestId": str(uuid.uuid4())}, sink=sink)
    form: dict[str, Any] = {
        "Description": "tasks",
        "SinkSid": sink,
        "Types": ['{"type": "com.twilio.taskrouter.task.created", "schema_version": 1}'],
    }
    api.ask("POST", EVENTS, "/Subscriptions", form)
    filters = {"SinkSid": sink}
    made = _read(api, EVENTS, "/Subscriptions", "subscriptions subscription", filters)
    one, values = "/Subscriptions/{subscription}", {"subscription": made["sid"]}
    api.ask("POST", EVENTS, one, {"Description": "all tasks"}, **values)
    types = one + "/SubscribedEvents"
    added: dict[str, str] = {"Type": "com.twilio.taskrouter.task.canceled", "SchemaVersion": "1"}
    api.ask("POST", EVENTS, types, added, **values)
    api.ask("GET", EVENTS, types, {"PageSize": "1"}, **values)
    values |= {"type": added["Type"]}
    api.ask("POST", EVENTS, types + "/{type}", {"SchemaVersion": "2"}, **values)
    api.ask("DELETE", EVENTS, types + "/{type}", **values)
    api.ask("DELETE", EVENTS, one, **values)
    api.ask("DELETE", EVENTS, "/Sinks/{sink}", sink=sink)


def _addresses(api: Api, _centre: ContactCentre) -> None:
    route = "/Configuration/Addresses"
    changes: dict[str, Any] = {
        "FriendlyName": "Main",
        "AutoCreation.Enabled": "true",
        "AutoCreation.Type": "webhook",
        "AutoCreation.ConversationServiceSid": "IS" + "0" * 32,
        "AutoCreation.WebhookUrl": "https://example.com",
        "AutoCreation.WebhookMethod": "post",
        "AutoCreation.WebhookFilters": ["onMessageAdded", "onMessageUpdated"],
        "AutoCreation.StudioFlowSid": "FW" + "0" * 32,
        "AutoCreation.StudioRetryCount": "2",
    }
    form = {"Type": "sms", "Address": "+15005550006", "AddressCountry": "PT", **changes}
    api.ask("POST", CONVERSATIONS, route, form)
    filters = {"Type": "sms"}
    made = _read(api, CONVERSATIONS, route, "address_configurations address", filters)
    api.ask("POST", CONVERSATIONS, route + "/{address}", changes, address=made["sid"])
    api.ask("DELETE", CONVERSATIONS, route + "/{address}", address=made["sid"])


def _settings(api: Api, centre: ContactCentre) -> None:
    route = "/Configuration"
    configuration: dict[str, str] = {
        "DefaultChatServiceSid": "IS" + "1" * 32,
        "DefaultMessagingServiceSid": "MG" + "1" * 32,
        "DefaultInactiveTimer": "PT1H",
        "DefaultClosedTimer": "P1D",
    }
    webhooks: dict[str, Any] = {
        "Method": "GET",
        "Filters": ["onMessageAdded", "onMessageUpdated"],
        "PreWebhookUrl": "https://example.com/before",
        "PostWebhookUrl": "https://example.com/after",
        "Target": "webhook",
    }
    for path, form in ((route, configuration), (route + "/Webhooks", webhooks)):
        api.ask("GET", CONVERSATIONS, path)
        api.ask("POST", CONVERSATIONS, path, form)
        api.ask("GET", CONVERSATIONS, path)
    changed = {"account_sid": centre.account_sid, "ui_attributes": {"a": {"b": 1}}}
    api.ask("POST", FLEX, route, Document(changed))


def _flows(api: Api, _centre: ContactCentre) -> None:
    form: dict[str, str] = {
        "FriendlyName": "Inbound",
        "Status": "draft",
        "Definition": '{"initial_state": "Trigger", "states": []}',
        "CommitMessage": "The first",
    }
    api.ask("POST", STUDIO, "/Flows", form)
    flow = _read(api, STUDIO, "/Flows", "flows flow", {})["sid"]
    api.ask("POST", STUDIO, "/Flows/{flow}", {"Status": "published"}, flow=flow)
    api.ask("DELETE", STUDIO, "/Flows/{flow}", flow=flow)
