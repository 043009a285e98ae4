"""Sends a transfer through a workflow's configuration by the emulator's routing engine."""

import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from local import LocalError
from local.routing_check.centre import Centre, Member
from local.twilio.errors import TwilioError
from local.twilio.expressions import parse
from local.twilio.sids import new_sid
from local.twilio.taskrouter import routing
from local.twilio.taskrouter.model import Task
from local.twilio.taskrouter.routing import Candidate
from local.twilio.taskrouter.workflow_configuration import Step, read_configuration
from transfer_stack.routing_findings import Route, Stage, refusal

_CHANNEL: Final = "chat"
_QUEUE: Final = re.compile("WQ[0-9a-fA-F]{32}")


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer to try; without a sender, it is the one for whom it is hardest.

    ``kind`` is ``queue``, ``worker`` or ``workflow``, and ``target`` what the target is called;
    ``is_own`` says that it is the stack's own transfer workflow.
    """

    kind: str
    target_sid: str
    target: str
    sender: Member | None = None
    is_own: bool = False

    @property
    def is_to_sender(self) -> bool:
        """Return whether the agent who has the chat is its target."""
        return self.sender is not None and self.sender.worker.sid == self.target_sid


@dataclass(frozen=True, slots=True)
class _Match:
    """The workers that match a target, and what of the task that depends on."""

    read: dict[str, Any]
    workers: list[Candidate]
    sids: frozenset[str]
    available: tuple[str, ...]
    away: tuple[str, ...]


class _Recorded(dict[str, Any]):
    """A task's scope that keeps what is read of it."""

    def __init__(self, scope: dict[str, Any]) -> None:
        super().__init__(scope)
        self.read: dict[str, Any] = {}

    def get(self, key: str, default: Any = None) -> Any:
        """Return an attribute."""
        return self.read.setdefault(key, super().get(key, default))


class Simulation:
    """The routes of transfers through one workflow.

    Parameters
    ----------
    configuration
        The workflow's configuration as JSON.
    centre
        The workspace. The members of the queues that the configuration names are read.

    Raises
    ------
    LocalError
        When TaskRouter would refuse the configuration, for another reason than a queue that the
        workspace does not have.
    """

    def __init__(self, configuration: str, centre: Centre) -> None:
        self._centre = centre
        named = _QUEUE.findall(configuration)
        try:
            self._configuration = read_configuration(configuration, named)
        except TwilioError as error:
            raise LocalError(f"TaskRouter would refuse the workflow: {error}") from error
        centre.read_members(named)
        filters = json.loads(configuration)["task_routing"].get("filters", [])
        self._names = [
            each.get("filter_friendly_name") or each.get("friendly_name") or f"filter {number}"
            for number, each in enumerate(filters, 1)
        ]
        self._names_agents = "ignoreAgent" in configuration
        self._matches: dict[tuple[str, str | None], list[_Match]] = {}

    def route(self, transfer: Transfer) -> Route:
        """Return where a transferred chat goes that everyone declines."""
        if transfer.sender is not None:
            return self._route(transfer, transfer.sender)
        others = [one for one in self._centre.everyone() if not one.is_called(transfer.target_sid)]
        route = self._route(transfer, next(iter(others), None))
        offered = route.stages[0].available + route.stages[0].away if route.stages else ()
        if transfer.kind == "queue" and len(offered) == 1:
            # The hard case: the only agent who could take it is the one who transfers it.
            return self._route(transfer, next(one for one in others if one.name == offered[0]))
        return route

    def _is_routed(self, transfer: Transfer) -> bool:
        """Tell whether a filter leads to the target, as the endpoint asks before it makes a task.

        A workflow routes by itself. The default filter does not count.
        """
        if transfer.kind == "workflow":
            return True
        steps = [step for one in self._configuration.filters for step in one.steps]
        if transfer.kind == "worker":
            return any(step.known_worker_sid for step in steps)
        return any(_leads(transfer, step) for step in steps)

    def _route(self, transfer: Transfer, sender: Member | None) -> Route:
        name = sender.name if sender else "an agent"
        refused = refusal(
            is_routed=self._is_routed(transfer),
            is_own=transfer.is_own,
            is_to_sender=transfer.is_to_sender,
        )
        if refused:
            return Route(
                target=transfer.target,
                sender=name,
                filter=None,
                stages=(),
                reaches_target=False,
                meant=None,
                refused=refused,
            )
        task = self._task(transfer, sender)
        scope = routing.filter_scope(routing.task_scope(task, _CHANNEL, task.date_created))
        taking = [
            (name, each.steps)
            for name, each in zip(self._names, self._configuration.filters, strict=True)
            if parse(each.expression)(scope)
        ]
        task = replace(task, steps=self._configuration.steps_for(scope))
        passed = self._passed(task, sender)
        meant = (name for name, steps in taking if any(_leads(transfer, one) for one in steps))
        return Route(
            target=transfer.target,
            sender=name,
            filter=taking[0][0] if taking else None,
            stages=tuple(stage for _, stage in passed),
            # A workflow's default filter is its own, and not for what is transferred elsewhere.
            reaches_target=(bool(taking) or transfer.kind == "workflow")
            and any(_leads(transfer, step) for step, _ in passed),
            meant=next(meant, None),
        )

    def _task(self, transfer: Transfer, sender: Member | None) -> Task:
        """Return the new task, with the attributes that the functions give it."""
        now = datetime.now(UTC)
        attributes = {
            "targetSid": transfer.target_sid,
            "transferTargetType": transfer.kind,
            "ignoreWorkerSids": [sender.worker.sid] if sender else [],
            "ignoreAgent": _identity(sender) if sender and self._names_agents else "",
            "transferredFrom": new_sid("WT"),
        }
        return Task(new_sid("WT"), json.dumps(attributes), None, "", now, now, now)

    def _passed(self, task: Task, sender: Member | None) -> list[tuple[Step, Stage]]:
        passed: list[tuple[Step, Stage]] = []
        begins = 0
        for index, step in enumerate(task.steps):
            stage = self._stage(replace(task, step_index=index), step, begins, sender)
            passed.append((step, stage))
            if not stage.skipped:
                if stage.ends is None:
                    break
                begins = stage.ends
        return passed

    def _stage(self, task: Task, step: Step, begins: int, sender: Member | None) -> Stage:
        scope = routing.task_scope(task, _CHANNEL, task.date_created + timedelta(seconds=begins))
        queue = self._centre.queues.get(step.queue_sid)
        members = self._centre.members(step.queue_sid)
        match = self._match(step, scope)
        agent = step.known_worker_sid or step.known_worker_friendly_name
        asked = [f"the agent in {agent}" if agent else "", step.expression or ""]
        ends = task.step_ends_at
        return Stage(
            queue=queue.name if queue else step.queue_sid,
            workers=len(members),
            only_sender=members == [sender],
            queue_expression=queue.target_workers if queue else None,
            expression=" and ".join(filter(None, asked)),
            available=match.available,
            away=match.away,
            has_sender=sender is not None and sender.worker.sid in match.sids,
            begins=begins,
            ends=None if ends is None else int((ends - task.date_created).total_seconds()),
            # A target is left at once only where no one can be offered the task there and then.
            skipped=not match.available and routing.is_skipped(step, scope, match.workers),
        )

    def _match(self, step: Step, scope: dict[str, Any]) -> _Match:
        """Return who matches a target; the same for tasks that differ in what it does not read."""
        known = self._matches.setdefault((step.queue_sid, step.expression), [])
        is_plain = step.known_worker_sid is None and step.known_worker_friendly_name is None
        for match in known if is_plain else ():
            if all(scope.get(key) == content for key, content in match.read.items()):
                return match
        task = _Recorded(scope)
        workers = routing.matching(step, task, self._centre.members(step.queue_sid))
        match = _Match(
            read=task.read,
            workers=workers,
            sids=frozenset(one.worker.sid for one in workers),
            available=tuple(one.worker.friendly_name for one in workers if one.ready),
            away=tuple(one.worker.friendly_name for one in workers if not one.ready),
        )
        if is_plain:
            known.append(match)
        return match


def _leads(transfer: Transfer, step: Step) -> bool:
    """Tell whether a target is the one that the chat was transferred to."""
    if transfer.kind == "worker":
        return bool(step.known_worker_sid or step.known_worker_friendly_name)
    return transfer.kind == "workflow" or step.queue_sid == transfer.target_sid


def _identity(member: Member) -> Any:
    return str(member.known.get("contact_uri", "")).removeprefix("client:")
