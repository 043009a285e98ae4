"""How Twilio and the table may answer a call.

As Twilio documents it, in either way if the documentation is silent, or not at all: then it was
carried out, or is later, or never.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from chat_transfer.transfer.record import Record
from tests.functions.decisions.calls import Call, Reply
from tests.functions.decisions.driven import Asked
from tests.functions.decisions.sids import AGENTS, task_sid
from tests.functions.decisions.world import (
    DELETED,
    LEAVING,
    REJECTED,
    SERVED,
    Rules,
    World,
    aged,
    carried_out,
    promised,
)

# What is said of it, the world after it, and the answer.
Answered = tuple[str, World, Reply]


def answers(world: World, call: Call, asked: Asked, rules: Rules) -> Iterator[Answered]:
    """Every answer to a call, the healthy one first."""
    match call:
        case ("lock", begins):
            yield _locked(world, begins, asked)
        case ("save" | "release", _):
            yield from _written(world, call, rules)
        case ("create", *_):
            yield from _created(world, call, rules)
        case ("close", sid):
            yield from _closed(world, call, sid, rules)
        case ("cancel" | "complete" | "write", sid, version, *_):
            if world.version(sid) != version:
                yield "refused, it has changed", world, ("stale", None)
                return
            done = carried_out(world, call)
            value = _told(done, sid) if call[0] == "write" else None
            yield "", done, ("ok", value)
            yield from _faults(world, call, rules, value)
        case ("request", sid):
            holder = world.task(sid).agent if world.task(sid).status in SERVED + "LW" else ""
            told = _told(world, sid), AGENTS.get(holder), _listed(world, rules)
            yield "", _with_helpers(world, asked), ("ok", told)
        case _:
            yield from _read(world, call, rules)


def _told(world: World, sid: str) -> tuple[Any, ...] | None:
    task = world.task(sid)
    if task.status == DELETED:
        return None
    what = task.workflow, task.target, task.origin, task.when, task.made_at
    return sid, task.status, *what, task.channel, task.version


def _listed(world: World, rules: Rules) -> tuple[Any, ...]:
    shown = SERVED + "LWC" if rules.closed_are_listed else SERVED
    known = [(task_sid(number), task) for number, task in enumerate(world.tasks)]
    agents = tuple((sid, task.agent) for sid, task in known if task.agent and task.status in shown)
    return agents, tuple(sid for sid, task in known if task.workflow)


def _read(world: World, call: Call, rules: Rules) -> Iterator[Answered]:
    value: Any
    match call:
        case ("read", sids):
            value = tuple(_told(world, sid) for sid in sids)
        case ("list",):
            value = _listed(world, rules)
        case ("search", origin):
            known = [task_sid(number) for number in range(len(world.tasks))]
            value = tuple(_told(world, sid) for sid in known if world.task(sid).origin == origin)
        case ("open",):
            value = world.is_open
        case ("declined", sid):
            value = world.task(sid).status == REJECTED
        case ("record",):
            value = world.record
        case _:
            raise AssertionError(call)
    yield "", world, ("ok", value)
    if world.faults and "read" in rules.faults and call[0] != "record":
        yield "not answered", world._replace(faults=world.faults - 1), ("not sent", None)


def _locked(world: World, begins: Record | None, asked: Asked) -> Answered:
    if asked.what == "look":
        world = aged(world)
    record = world.record
    if begins is None and not record.is_unfinished:
        return "nothing is unfinished", world, ("ok", None)
    if begins and record.wanted is None:
        record = replace(record if record != Record() else begins, wanted=begins.wanted)
    return "", _with_helpers(promised(world._replace(record=record)), asked), ("ok", record)


def _written(world: World, call: Call, rules: Rules) -> Iterator[Answered]:
    yield "", carried_out(world, call), ("ok", None)
    if world.faults and "table" in rules.faults:
        faulty = world._replace(faults=world.faults - 1)
        yield "written, but not answered", carried_out(faulty, call), ("table", None)
        yield "not written", faulty, ("table", None)


def _created(world: World, call: Call, rules: Rules) -> Iterator[Answered]:
    if not world.is_open:  # the documentation does not say whether it is refused
        yield "refused, as the conversation is closed", world, ("refused", None)
    sid = task_sid(len(world.tasks))
    yield "", carried_out(world, call), ("ok", sid)
    yield from _faults(world, call, rules, sid)
    if world.faults and "create" in rules.faults and not world.is_chat:
        faulty = world._replace(faults=world.faults - 1)
        yield "no task in the answer", carried_out(faulty, call), ("ok", None)


def _closed(world: World, call: Call, sid: str, rules: Rules) -> Iterator[Answered]:
    if world.task(sid).status not in SERVED:
        yield "refused, closed already", world, ("closed", None)
        return
    done = carried_out(world, call)
    yield "", done, ("ok", None)
    if rules.is_lagging:
        yield "completed later", done.with_task(sid, status=LEAVING), ("ok", None)
    yield from _faults(world, call, rules, None)


def _with_helpers(world: World, asked: Asked) -> World:
    """Who serves when a transfer is asked for stays, whatever becomes of it."""
    if asked.what != "post":
        return world
    wanted = world.record.wanted
    is_other = wanted is not None and wanted.original != asked.original
    creations = () if is_other else world.record.creations
    if any(one.task is None for one in creations):
        return world  # one of them may be what was not answered
    known = {one.task for one in creations} | {asked.original}
    helpers = {
        task_sid(number) for number, task in enumerate(world.tasks) if task.status in SERVED
    } - known
    return world._replace(helpers=tuple(sorted({*world.helpers, *helpers})))


def _faults(world: World, call: Call, rules: Rules, value: Any) -> Iterator[Answered]:
    """How a call that changes something can fail."""
    if not world.faults or call[0] not in rules.faults:
        return
    faulty = world._replace(faults=world.faults - 1)
    done = carried_out(faulty, call)
    yield "not answered, carried out", done, ("unanswered", None)
    late = faulty._replace(late=tuple(sorted((*faulty.late, call))))
    yield "not answered, carried out later", late, ("unanswered", None)
    yield "not answered, never carried out", faulty, ("unanswered", None)
    yield "not sent", faulty, ("not sent", None)
    yield (
        "refused",
        faulty._replace(is_kept=call[0] == "cancel" or world.is_kept),
        ("refused", None),
    )
    if "slow" in rules.faults and call[0] == "create":
        yield "takes seconds", done._replace(slow=("slow", value)), ("slow", value)
    if "slow" in rules.faults and call[0] == "close":
        yield "takes seconds", faulty._replace(slow=call), ("slow", value)
