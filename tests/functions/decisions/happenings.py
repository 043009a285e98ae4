"""Everything that can happen next in a small world."""

from collections.abc import Iterator

from chat_transfer.transfer.record import MADE
from tests.functions.decisions.answering import answers
from tests.functions.decisions.driven import Asked, Machine
from tests.functions.decisions.principles import answered
from tests.functions.decisions.sids import AGENTS, number_of, task_sid
from tests.functions.decisions.world import (
    ASSIGNED,
    CANCELLED,
    COMPLETED,
    DELETED,
    LEAVING,
    LED,
    NEW,
    PENDING,
    REJECTED,
    SERVED,
    WAITING,
    WRAPPING,
    Rules,
    Task,
    World,
    carried_out,
    rested,
)

# What is told of it, see `telling`, and the world after it.
Happening = tuple[tuple[object, ...], World]
LOOK = Asked("look")
UNSEEN = frozenset({"save", "release", "end"})
CHANGING = frozenset({"save", "release", "create", "close", "cancel", "slow", "write", "complete"})


def happenings(world: World, machine: Machine, rules: Rules) -> Iterator[Happening]:
    """What can happen next, and the world after it."""
    if world.run is not None:
        yield from of_run(world, machine, rules)
        call = _next_call(world, machine)
        if world.kills and call in CHANGING:  # a kill before a read is as good as one after it
            yield ("  killed",), rested(world)._replace(run=None, slow=None, kills=world.kills - 1)
        if call in UNSEEN:  # what happens before these may as well happen after them
            return
    else:
        yield from _begun(rested(world), machine)
    yield from _by_itself(world)
    if world.slow:  # there is time to accept and to leave
        world = rested(world)
    if world.acts:
        yield from _acts(world._replace(acts=world.acts - 1), machine, rules)


def _next_call(world: World, machine: Machine) -> str:
    """What the function that runs calls next."""
    assert world.run
    if world.slow:
        return "slow"
    what, *rest = machine.resume(*world.run)
    return "end" if what == "end" else str(rest[2][0])


def begun(world: World, asked: Asked, machine: Machine) -> World:
    """A function begins."""
    return world._replace(run=(machine.start(asked), ()))


def _begun(world: World, machine: Machine) -> Iterator[Happening]:
    # A task that ends is completed within a minute, which is how often the schedule looks.
    is_lagging = any(task.status == LEAVING for task in world.tasks)
    if world.record.is_unfinished and not is_lagging:
        yield ("the schedule looks",), begun(world, LOOK, machine)
    for at, asked in enumerate(world.asks):
        if asked.original and number_of(asked.original) >= len(world.tasks):
            continue
        asks = world.asks[:at] + world.asks[at + 1 :]
        yield (asked,), begun(world._replace(asks=asks), asked, machine)


def of_run(world: World, machine: Machine, rules: Rules) -> Iterator[Happening]:
    """What the function that runs does next, its healthy way first."""
    assert world.run
    if world.slow:
        yield ("  its answer comes",), carried_out(rested(world)._replace(slow=None), world.slow)
        return
    what, *rest = machine.resume(*world.run)
    if what == "end":
        yield (rest[0],), answered(world, rest[0])
        return
    number, replies, call = rest
    for label, after, reply in answers(world, call, machine.asked(number), rules):
        yield (call, label), after._replace(run=(number, (*replies, reply)))


def _by_itself(world: World) -> Iterator[Happening]:
    for number, task in enumerate(world.tasks):
        if task.status in LEAVING + WRAPPING:
            sid = task_sid(number)
            yield (sid, "is completed"), world.with_task(sid, status=COMPLETED)
    for at, call in enumerate(world.late):
        late = world.late[:at] + world.late[at + 1 :]
        yield (call, "carried out late"), carried_out(world._replace(late=late), call)


def _acts(world: World, machine: Machine, rules: Rules) -> Iterator[Happening]:
    if not world.is_open:
        return
    for number, task in enumerate(world.tasks):
        sid = task_sid(number)
        if task.status in WAITING and task.leads:
            yield from _of_waiting(world, sid, machine, rules)
        if task.status in SERVED and world.is_chat:
            yield from _of_chat(world, sid, rules)
        elif task.status in SERVED:
            yield from _of_served(world, sid, rules)
    is_served = any(task.status in SERVED for task in world.tasks)
    is_new = all(task.agent != "D" for task in world.tasks)
    if "join" in rules.acts and is_served and is_new and not world.is_chat:
        tasks = (*world.tasks, Task(NEW, "D"))
        yield ("D joins by other means",), world._replace(tasks=tasks, is_exempt=False)


def _of_waiting(world: World, sid: str, machine: Machine, rules: Rules) -> Iterator[Happening]:
    task = world.task(sid)
    agents = {worker: name for name, worker in AGENTS.items()}
    agent = agents.get(task.target, "C")
    if "accept" in rules.acts and task.status == PENDING:
        yield (agent, "accepts", sid), world.with_task(sid, status=NEW, agent=agent)
    is_for_one = task.target in agents and task.when == "accepted"
    if "reject" in rules.acts and task.status == PENDING and is_for_one:
        yield (agent, "rejects", sid), world.with_task(sid, status=REJECTED)
    if "cancel" in rules.acts and task.may_be_cancelled:
        after = world.with_task(sid, status=CANCELLED)
        # What a company's workflow does with a transferred task is the company's affair.
        is_ours = world.record.creation_of(sid) and not _has_been_read(world, machine)
        is_theirs = not is_ours and (_is_last(world, sid) or world.record.is_unfinished)
        after = after._replace(is_exempt=after.is_exempt or is_theirs)
        yield (sid, "is cancelled by its workflow"), after


def _of_served(world: World, sid: str, rules: Rules) -> Iterator[Happening]:
    task = world.task(sid)
    if "end" in rules.acts:
        tasks = tuple(
            one._replace(status=WRAPPING) if one.status in SERVED + LEAVING else one
            for one in world.tasks
        )
        is_alone = _is_done(world) or not world.record.creations or _has_ended(world)
        closed = world._replace(tasks=tasks, is_open=False, has_closed=world.has_closed or is_alone)
        yield (task.agent, "ends the conversation"), closed
    if task.status != ASSIGNED:
        return
    left = _left(world, sid)
    if "leave" in rules.acts:
        status = LEAVING if rules.is_lagging else COMPLETED
        yield (task.agent, "leaves", sid), left.with_task(sid, status=status)
    if "wrap up" in rules.acts:
        yield (task.agent, "wraps up", sid), left.with_task(sid, status=WRAPPING)


def _of_chat(world: World, sid: str, rules: Rules) -> Iterator[Happening]:
    """The agent of a chat's task completes it, or it is deleted: the Janitor closes its channel."""
    task = world.task(sid)
    is_alone = _is_done(world) or not world.record.creations
    for status, text in ((COMPLETED, "completes"), (DELETED, "deletes")):
        if text not in rules.acts:
            continue
        done = _left(world, sid).with_task(sid, status=status)
        if task.leads:
            done = done._replace(is_open=False, has_closed=world.has_closed or is_alone)
        yield (task.agent, text, sid), done


def _left(world: World, sid: str) -> World:
    """An agent leaves by themselves: who leaves no agent behind is not ours to replace."""
    wanted = world.record.wanted
    is_made = wanted is not None and wanted.became in MADE
    return world._replace(
        is_exempt=world.is_exempt or _is_last(world, sid) or is_made,
        told=tuple(one for one in world.told if one != sid),
    )


def _is_last(world: World, sid: str) -> bool:
    """Whether no other task leads to the customer."""
    last = number_of(sid)
    others = (t for number, t in enumerate(world.tasks) if number != last)
    return not any(t.status in LED and t.leads for t in others)


def _is_done(world: World) -> bool:
    """Whether no transfer is under way."""
    wanted = world.record.wanted
    return wanted is None or wanted.became in MADE


def _has_been_read(world: World, machine: Machine) -> bool:
    """Whether no transfer is under way, or its tasks are not read any more."""
    return _is_done(world) or (world.run is not None and _next_call(world, machine) == "open")


def _has_ended(world: World) -> bool:
    """Whether a function has ended the original: the conversation was open a moment before."""
    wanted = world.record.wanted
    if world.run is None or wanted is None:
        return False
    return world.task(wanted.original).status in LEAVING + COMPLETED
