"""An endpoint for transfers without a server, right or wrong: a stand-in that the probe plays with.

It does what the contract says, in the simplest way: each time it is asked whether it has answered,
it does its next step. `Wrong` names what it does wrong.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from emulator.probing import InProcess
from twilio_emulator.probe.endpoint import Answered
from twilio_emulator.probe.transport import Request

WORKFLOW = "Transfers"


@dataclass
class Steps:
    """A request, carried out step by step."""

    steps: Iterator[Answered | None]

    def answer(self) -> Answered | None:
        """Do the next step; return the answer if it was the last one."""
        return next(self.steps)


@dataclass
class Fake:
    """The endpoint. ``wrong`` is the name of a defect, or empty."""

    line: InProcess
    wrong: str = ""
    done: dict[tuple[str, str], str] = field(default_factory=dict)
    offers: dict[str, str] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the workflow that new tasks go through."""
        target = {"queue": "Everyone", "known_worker_sid": "task.targetSid"}
        filters = [{"expression": "targetSid != null", "targets": [target]}]
        self.line.centre.add({"workflows": {WORKFLOW: {"task_routing": {"filters": filters}}}})

    def transfer(self, task: str, target: str, hand_over: str) -> Steps:
        """Begin a transfer."""
        return Steps(self._now(task, target) if hand_over == "now" else self._offer(task, target))

    def offer(self, task: str) -> Answered:
        """Tell of an offer, after a look at it."""
        self._look(task)
        return Answered(200, {"state": self.states[task]})

    def _now(self, task: str, target: str) -> Iterator[Answered | None]:
        if (task, target) in self.done and self.wrong != "forgets":
            yield Answered(200, {"taskSid": self.done[task, target]})
        if self.wrong == "refuses":
            yield Answered(502, {"code": "twilio_failed"})
        if self.wrong == "forgets" and (task, target) in self.done:
            self._end(self.done[task, target])
            self._end(self.offers[self.done[task, target]])
            yield Answered(200, {"taskSid": self.done[task, target]})
        if self.wrong == "ends first":
            self._end(task)
            yield None
            yield None
        made = self._create(task, target)
        if self.wrong == "creates twice":
            self._create(task, target)
        yield None
        if self.wrong not in {"ends first", "never ends"}:
            self._end(task)
        self.done[task, target] = made
        yield Answered(200, {"taskSid": made})

    def _offer(self, task: str, target: str) -> Iterator[Answered | None]:
        if self.wrong == "no offers":
            yield Answered(409, {"code": "hand_over_off"})
        made = self._create(task, target)
        self.offers[task], self.states[task] = made, "offered"
        if self.wrong == "ends on offering":
            self._end(task)
        yield Answered(202, {"taskSid": made, "state": "offered"})

    def _look(self, task: str) -> None:
        """End the original of an accepted offer, cancel a declined one."""
        made = self.offers[task]
        states = [r.status for r in self.line.centre.reservations(made)]
        if "accepted" in states and self.states[task] == "offered":
            if self.wrong != "keeps both":
                self._end(task)
            self.states[task] = "accepted"
        if "rejected" in states and self.states[task] == "offered":
            if self.wrong != "keeps declined":
                self._cancel(made)
            if self.wrong == "leaves no one":
                self._end(task)
            self.states[task] = "declined"

    def tick(self) -> None:
        """Do what an event would make it do."""
        for task in self.offers:
            self._look(task)

    def _create(self, task: str, target: str) -> str:
        attributes = self.line.centre.attributes(task)
        properties = {
            "workspace_sid": self.line.centre.workspace_sid,
            "workflow_sid": self.line.centre.workflows[WORKFLOW],
            "task_channel_unique_name": "default",
            "attributes": {**attributes, "targetSid": target},
            "timeout": 86_400,
        }
        routing = json.dumps({"properties": properties})
        made = self._send(self._channel(attributes) + "/Invites", {"Routing": routing})
        return str(made["routing"]["properties"]["sid"])

    def _end(self, task: str) -> None:
        """Close the participant of the agent who has a task."""
        for each in list(self.line.centre.account.flex.participants.values()):
            if each.task_sid == task and each.present:
                channel = self._channel(self.line.centre.attributes(task))
                self._send(f"{channel}/Participants/{each.sid}", {"Status": "closed"})

    def _cancel(self, task: str) -> None:
        workspace = f"taskrouter/v1/Workspaces/{self.line.centre.workspace_sid}"
        self._send(f"{workspace}/Tasks/{task}", {"AssignmentStatus": "canceled"})

    def _channel(self, attributes: dict[str, Any]) -> str:
        interaction = attributes["flexInteractionSid"]
        channel = attributes["flexInteractionChannelSid"]
        return f"flex-api/v1/Interactions/{interaction}/Channels/{channel}"

    def _send(self, path: str, fields: dict[str, str]) -> Any:
        reply = self.line.send(Request("POST", path, fields))
        assert reply.status < 300, reply
        return reply.body
