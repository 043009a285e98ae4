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
    """

    token: str
    path: str
    declared: Callable[[ContactCentre], Inputs]
    updates: Mapping[str, Any]
    parameters: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    key: str = "friendlyName"
    creates: bool = True

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
        return list(answer[answer["meta"]["key"]])

    def change_outside(self, twilio: RunningTwilio, sid: str, name: str) -> None:
        """Give a property its other value without Pulumi."""
        parameter, text = self.parameters[name]
        requests.post(
            f"{self.url(twilio)}/{sid}",
            data={parameter: text},
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
        lambda _centre: {"friendlyName": "Flex Task Assignment"},
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
)
