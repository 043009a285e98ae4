"""Sends a transfer through a workflow's configuration, by the library of workflows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from routing_check import RoutingCheckError
from routing_check.centre import Centre, Member
from transfer_stack.routing_findings import Route, Stage, refusal
from twilio_emulator.workflows import matching
from twilio_emulator.workflows.configuration import (
    ConfigurationError,
    Place,
    Target,
    read_configuration,
)
from twilio_emulator.workflows.expressions import parse

_CHANNEL: Final = "chat"
_QUEUE: Final = re.compile("WQ[0-9a-fA-F]{32}")
_NEW_TASK: Final = "WT" + "0" * 31


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
        return self.sender is not None and self.sender.sid == self.target_sid


@dataclass(frozen=True, slots=True)
class _Match:
    """The workers that match a target, and what of the task that depends on."""

    read: dict[str, Any]
    workers: list[Member]
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
    RoutingCheckError
        When TaskRouter would refuse the configuration, for another reason than a queue that the
        workspace does not have.
    """

    def __init__(self, configuration: str, centre: Centre) -> None:
        self._centre = centre
        named = _QUEUE.findall(configuration)
        try:
            self._configuration = read_configuration(configuration, named)
        except ConfigurationError as error:
            raise RoutingCheckError(f"TaskRouter would refuse the workflow: {error}") from error
        centre.read_members(named)
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
            return self._route(
                transfer, next(one for one in others if one.friendly_name == offered[0])
            )
        return route

    def _is_routed(self, transfer: Transfer) -> bool:
        """Tell whether a filter leads to the target, as the endpoint asks before it makes a task.

        A workflow routes by itself. The default filter does not count.
        """
        if transfer.kind == "workflow":
            return True
        targets = [target for each in self._configuration.filters for target in each.targets]
        if transfer.kind == "worker":
            return any(target.known_worker_sid for target in targets)
        return any(_leads(transfer, target) for target in targets)

    def _route(self, transfer: Transfer, sender: Member | None) -> Route:
        name = sender.friendly_name if sender else "an agent"
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
        scope = matching.filter_scope(self._scope(task, 0))
        taking = [each for each in self._configuration.filters if parse(each.expression)(scope)]
        passed, leads_on_to = self.passed(task, sender)
        meant = (each.name for each in taking if any(_leads(transfer, one) for one in each.targets))
        first = taking[0].name if taking else None
        return Route(
            target=transfer.target,
            sender=name,
            filter=first,
            stages=tuple(stage for _, stage in passed),
            # A workflow's default filter is its own, and not for what is transferred elsewhere.
            reaches_target=(bool(taking) or transfer.kind == "workflow")
            and any(_leads(transfer, target) for target, _ in passed),
            meant=next(meant, None),
            leads_on_to=leads_on_to,
        )

    def _task(self, transfer: Transfer, sender: Member | None) -> dict[str, Any]:
        """Return the attributes that the functions give the new task."""
        return {
            "targetSid": transfer.target_sid,
            "transferTargetType": transfer.kind,
            "transferHandOver": "now",
            "ignoreWorkerSids": [sender.sid] if sender else [],
            "ignoreAgent": _identity(sender) if sender and self._names_agents else "",
            "transferredFrom": _NEW_TASK + "1",
        }

    def _scope(self, task: Mapping[str, Any], age: int) -> dict[str, Any]:
        return matching.task_scope(task, sid=_NEW_TASK + "2", priority=0, age=age, channel=_CHANNEL)

    def passed(
        self, task: Mapping[str, Any], sender: Member | None
    ) -> tuple[list[tuple[Target, Stage]], str | None]:
        """Return the targets that a chat with these attributes comes to if everyone declines it.

        And the filter that the second of Twilio's two pages leads it to after them, see
        `Configuration.after`.
        """
        passed: list[tuple[Target, Stage]] = []
        configuration, now, entered = self._configuration, 0, 0
        place = configuration.first(matching.filter_scope(self._scope(task, 0)))
        while place is not None:
            seconds = configuration.ends_after(place)
            ends = None if seconds is None else max(now, entered + seconds)
            target = configuration.target_at(place)
            stage = self._stage(self._scope(task, now), target, now, ends, sender)
            passed.append((target, stage))
            if not stage.skipped:
                if ends is None:
                    break
                now = ends
            scope = matching.filter_scope(self._scope(task, now))
            left: Literal["skip", "timeout"] = "skip" if stage.skipped else "timeout"
            after = configuration.after(place, left, scope, timeout_leads_on=False)
            if after is None:
                return passed, self._filter_after(place, scope)
            entered = now if after.filter != place.filter else entered
            place = after
        return passed, None

    def _filter_after(self, place: Place, scope: dict[str, Any]) -> str | None:
        other = self._configuration.after(place, "timeout", scope, timeout_leads_on=True)
        if other is None or other.filter is None:
            return None
        return self._configuration.filters[other.filter].name

    def _stage(
        self,
        scope: dict[str, Any],
        target: Target,
        begins: int,
        ends: int | None,
        sender: Member | None,
    ) -> Stage:
        queue = self._centre.queues.get(target.queue_sid)
        members = self._centre.members(target.queue_sid)
        match = self._match(target, scope)
        agent = target.known_worker_sid or target.known_worker_friendly_name
        asked = [f"the agent in {agent}" if agent else "", target.expression or ""]
        return Stage(
            queue=queue.name if queue else target.queue_sid,
            workers=len(members),
            only_sender=members == [sender],
            queue_expression=queue.target_workers if queue else None,
            expression=" and ".join(filter(None, asked)),
            available=match.available,
            away=match.away,
            has_sender=sender is not None and sender.sid in match.sids,
            begins=begins,
            ends=ends,
            # A target is left at once only if no one can be offered the task there and then.
            skipped=not match.available and matching.is_skipped(target, scope, members),
        )

    def _match(self, target: Target, scope: dict[str, Any]) -> _Match:
        """Return who matches a target; the same for tasks that differ in what it does not read."""
        known = self._matches.setdefault((target.queue_sid, target.expression), [])
        is_plain = target.known_worker_sid is None and target.known_worker_friendly_name is None
        for match in known if is_plain else ():
            if all(scope.get(key) == content for key, content in match.read.items()):
                return match
        task = _Recorded(scope)
        workers = matching.matching(target, task, self._centre.members(target.queue_sid))
        match = _Match(
            read=task.read,
            workers=workers,
            sids=frozenset(one.sid for one in workers),
            available=tuple(one.friendly_name for one in workers if one.ready),
            away=tuple(one.friendly_name for one in workers if not one.ready),
        )
        if is_plain:
            known.append(match)
        return match


def _leads(transfer: Transfer, target: Target) -> bool:
    """Tell whether a target is the one that the chat was transferred to."""
    if transfer.kind == "worker":
        return bool(target.known_worker_sid or target.known_worker_friendly_name)
    return transfer.kind == "workflow" or target.queue_sid == transfer.target_sid


def _identity(member: Member) -> Any:
    return str(member.known.get("contact_uri", "")).removeprefix("client:")
