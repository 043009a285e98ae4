"""A case for each resource: what to declare, what to change, where Twilio keeps it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.provider.plugin_process import TASK_QUEUE, WORKFLOW
from twilio_emulator.seed import ContactCentre
from twilio_emulator.server import RunningTwilio
from twilio_emulator.sids import seeded_sid

SINK = "DG" + "0" * 32
Inputs = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """A resource as the tests of all resources use it.

    Attributes
    ----------
    token
        Its type token.
    path
        The path of its list at Twilio, below the host.
    declared
        Makes the inputs of a new object.
    updates
        Another value for each property that can be changed.
    parameters
        The request parameters of those values, for a change from outside Pulumi.
    fixed
        Another value for each property that cannot be changed.
    key
        The property that tells one object from another.
    creates
        False for an object that must exist.
    is_single
        True for settings of which an account has one.
    in_json
        True when they are changed by a JSON document.
    """

    token: str
    path: str
    declared: Callable[[ContactCentre], Inputs]
    updates: Mapping[str, Any]
    parameters: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    key: str = "friendlyName"
    creates: bool = True
    is_single: bool = False
    in_json: bool = False

    def inputs(self, twilio: RunningTwilio) -> Inputs:
        """Return the inputs of a new object; what they name exists."""
        given = self.declared(twilio.centre)
        if "sinkSid" in given:
            given["sinkSid"] = self._sink(twilio)
        return given

    def url(self, twilio: RunningTwilio) -> str:
        """Return the address of the list."""
        return twilio.base_url + self.path.format(workspace=twilio.centre.workspace_sid)

    def objects(self, twilio: RunningTwilio) -> list[dict[str, Any]]:
        """List the objects as Twilio has them."""
        answer = requests.get(self.url(twilio), auth=twilio.centre.api_key, timeout=5).json()
        if self.is_single:
            return [answer | {"sid": answer["account_sid"]}]
        return list(answer[answer["meta"]["key"]])

    def object_url(self, twilio: RunningTwilio, sid: str) -> str:
        """Return the address of one object."""
        return self.url(twilio) if self.is_single else f"{self.url(twilio)}/{sid}"

    def change_outside(
        self, twilio: RunningTwilio, sid: str, name: str, text: str | None = None
    ) -> None:
        """Give a property another value without Pulumi; the case's own, unless `text` is given."""
        parameter, other = self.parameters[name]
        given = {parameter: text or other}
        if self.in_json:
            given["account_sid"] = sid
        requests.post(
            self.object_url(twilio, sid),
            **{"json" if self.in_json else "data": given},  # type: ignore[arg-type]
            auth=twilio.centre.api_key,
            timeout=5,
        ).raise_for_status()

    def _sink(self, twilio: RunningTwilio) -> str:
        made = requests.post(
            f"{twilio.base_url}/events/v1/Sinks",
            data={
                "Description": "for subscriptions",
                "SinkType": "webhook",
                "SinkConfiguration": '{"destination": "https://example.com", "method": "POST"}',
            },
            auth=twilio.centre.api_key,
            timeout=5,
        )
        return str(made.json()["sid"])


def _in_workspace(**given: Any) -> Callable[[ContactCentre], Inputs]:
    return lambda centre: {"workspaceSid": centre.workspace_sid, **given}


def _configuration(queue: str) -> dict[str, Any]:
    return {"task_routing": {"default_filter": {"queue": seeded_sid("WQ", queue)}}}


OTHER_WORKSPACE = {"workspaceSid": "WS" + "0" * 32}
BREAK = seeded_sid("WA", "Break")

CASES = (
    Case(
        "twilio:taskrouter:Workspace",
        "/taskrouter/v1/Workspaces",
        lambda _centre: {"friendlyName": "Flex Task Assignment", "prioritizeQueueOrder": "FIFO"},
        {
            "friendlyName": "Contact centre",
            "defaultActivitySid": BREAK,
            "timeoutActivitySid": BREAK,
            "eventCallbackUrl": "https://example.com/events",
            "eventsFilter": "task.created",
            "multiTaskEnabled": False,
            "prioritizeQueueOrder": "LIFO",
        },
        {"prioritizeQueueOrder": ("PrioritizeQueueOrder", "LIFO")},
        creates=False,
    ),
    Case(
        "twilio:taskrouter:Activity",
        "/taskrouter/v1/Workspaces/{workspace}/Activities",
        _in_workspace(friendlyName="Lunch", available=False),
        {"friendlyName": "Dinner"},
        {"friendlyName": ("FriendlyName", "Dinner")},
        {"available": True, **OTHER_WORKSPACE},
    ),
    Case(
        "twilio:taskrouter:TaskChannel",
        "/taskrouter/v1/Workspaces/{workspace}/TaskChannels",
        _in_workspace(uniqueName="letter", friendlyName="Letters"),
        {"friendlyName": "Post", "channelOptimizedRouting": True},
        {"channelOptimizedRouting": ("ChannelOptimizedRouting", "true")},
        {"uniqueName": "post", **OTHER_WORKSPACE},
        key="uniqueName",
    ),
    Case(
        TASK_QUEUE,
        "/taskrouter/v1/Workspaces/{workspace}/TaskQueues",
        _in_workspace(friendlyName="Night"),
        {
            "friendlyName": "Late",
            "targetWorkers": 'routing.skills HAS "night"',
            "maxReservedWorkers": 3,
            "taskOrder": "LIFO",
            "reservationActivitySid": BREAK,
            "assignmentActivitySid": BREAK,
        },
        {"maxReservedWorkers": ("MaxReservedWorkers", "3"), "taskOrder": ("TaskOrder", "LIFO")},
        OTHER_WORKSPACE,
    ),
    Case(
        WORKFLOW,
        "/taskrouter/v1/Workspaces/{workspace}/Workflows",
        _in_workspace(friendlyName="Transfers", configuration=_configuration("Everyone")),
        {
            "friendlyName": "Hand-overs",
            "configuration": _configuration("Sales"),
            "taskReservationTimeout": 15,
            "assignmentCallbackUrl": "https://example.com/a",
            "fallbackAssignmentCallbackUrl": "https://example.com/b",
        },
        {
            "taskReservationTimeout": ("TaskReservationTimeout", "15"),
            "assignmentCallbackUrl": ("AssignmentCallbackUrl", "https://example.com/a"),
        },
        OTHER_WORKSPACE,
    ),
    Case(
        "twilio:taskrouter:Worker",
        "/taskrouter/v1/Workspaces/{workspace}/Workers",
        _in_workspace(friendlyName="Zoe", attributes={"routing": {"skills": ["night"]}}),
        {
            "friendlyName": "Zoé",
            "attributes": {"routing": {"skills": ["day"], "levels": {"day": 2}}, "team": "late"},
        },
        {"friendlyName": ("FriendlyName", "Zoé"), "attributes": ("Attributes", "{}")},
        OTHER_WORKSPACE,
    ),
    Case(
        "twilio:events:Sink",
        "/events/v1/Sinks",
        lambda _centre: {
            "description": "events",
            "sinkType": "webhook",
            "sinkConfiguration": {"destination": "https://me:hush@example.com", "method": "POST"},
        },
        {"description": "all events"},
        {"description": ("Description", "all events")},
        {"sinkType": "segment", "sinkConfiguration": {"destination": "https://example.com"}},
        key="description",
    ),
    Case(
        "twilio:events:Subscription",
        "/events/v1/Subscriptions",
        lambda _centre: {
            "description": "tasks",
            "sinkSid": SINK,
            "types": {"com.twilio.taskrouter.task.created": 1, "com.twilio.taskrouter.x": 1},
        },
        {
            "description": "all tasks",
            "types": {"com.twilio.taskrouter.task.created": 2, "com.twilio.taskrouter.y": 1},
        },
        {"description": ("Description", "all tasks")},
        {"sinkSid": "DG" + "1" * 32},
        key="description",
    ),
    Case(
        "twilio:conversations:AddressConfiguration",
        "/conversations/v1/Configuration/Addresses",
        lambda _centre: {
            "type": "sms",
            "address": "+15005550006",
            "friendlyName": "Main",
            "autoCreationEnabled": False,
            "autoCreationType": "default",
            "autoCreationConversationServiceSid": "IS" + "0" * 32,
            "autoCreationWebhookUrl": "https://example.com/a",
            "autoCreationWebhookMethod": "post",
            "autoCreationWebhookFilters": ["onMessageAdded", "onMessageUpdated"],
            "autoCreationStudioFlowSid": "FW" + "0" * 32,
            "autoCreationStudioRetryCount": 1,
        },
        {
            "friendlyName": "Second",
            "autoCreationEnabled": True,
            "autoCreationType": "webhook",
            "autoCreationConversationServiceSid": "IS" + "1" * 32,
            "autoCreationWebhookUrl": "https://example.com/b",
            "autoCreationWebhookMethod": "get",
            "autoCreationWebhookFilters": ["onParticipantAdded"],
            "autoCreationStudioFlowSid": "FW" + "1" * 32,
            "autoCreationStudioRetryCount": 2,
        },
        {"autoCreationEnabled": ("AutoCreation.Enabled", "true")},
        {"type": "whatsapp", "address": "+15005550009", "addressCountry": "PT"},
        key="address",
    ),
    Case(
        "twilio:conversations:Configuration",
        "/conversations/v1/Configuration",
        lambda _centre: {"defaultInactiveTimer": "PT1H"},
        {
            "defaultChatServiceSid": "IS" + "2" * 32,
            "defaultMessagingServiceSid": "MG" + "2" * 32,
            "defaultInactiveTimer": "PT2H",
            "defaultClosedTimer": "P1DT12H",
        },
        {"defaultInactiveTimer": ("DefaultInactiveTimer", "PT2H")},
        key="",
        creates=False,
        is_single=True,
    ),
    Case(
        "twilio:conversations:Webhooks",
        "/conversations/v1/Configuration/Webhooks",
        lambda _centre: {"target": "webhook", "filters": ["onMessageAdded", "onMessageUpdated"]},
        {
            "method": "GET",
            "filters": ["onParticipantAdded"],
            "preWebhookUrl": "https://example.com/before",
            "postWebhookUrl": "https://example.com/after",
            "target": "flex",
        },
        {"target": ("Target", "flex")},
        key="",
        creates=False,
        is_single=True,
    ),
    Case(
        "twilio:flex:Configuration",
        "/flex-api/v1/Configuration",
        lambda _centre: {"uiVersion": "~2.12.0", "uiAttributes": {"theme": {"dark": True}}},
        {
            "uiAttributes": {"theme": {"dark": False, "font": "serif"}, "custom": {"a": [1]}},
            "uiVersion": "~2.14.0",
            "callRecordingEnabled": True,
        },
        {"uiVersion": ("ui_version", "~2.14.0")},
        key="",
        creates=False,
        is_single=True,
        in_json=True,
    ),
    Case(
        "twilio:studio:Flow",
        "/studio/v2/Flows",
        lambda _centre: {
            "friendlyName": "Inbound",
            "definition": {"initial_state": "Trigger", "states": []},
            "status": "published",
        },
        {
            "friendlyName": "Outbound",
            "definition": {"initial_state": "Start", "states": [{"name": "Start"}]},
            "status": "draft",
            "commitMessage": "The start has another name",
        },
        {"status": ("Status", "draft")},
    ),
)
