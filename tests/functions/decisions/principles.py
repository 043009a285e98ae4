"""What has to hold in a small world: the principles of `decide`, and what an answer promises."""

from tests.functions.decisions.driven import Ended
from tests.functions.decisions.sids import named, task_sid
from tests.functions.decisions.world import (
    ASSIGNED,
    CANCELLED,
    LEAVING,
    OPEN,
    SERVED,
    WAITING,
    WRAPPING,
    Broken,
    Task,
    World,
    rested,
)


def answered(world: World, ended: Ended) -> World:
    """A function has answered: hold it to that, now and later.

    Raises
    ------
    Broken
        The answer is not true.
    """
    if ended.code == "internal_error":
        raise Broken("a defect")
    world = rested(world)._replace(run=None)
    original = ended.asked.original
    if not original:
        return world
    wanted, status = world.record.wanted, world.task(original).status
    if ended.status == 200 and ended.task and world.is_open and not wanted:
        task = world.task(ended.task)
        if task.status == CANCELLED and not task.may_be_cancelled:
            raise Broken(f"200 names {named(ended.task)}, which leads nowhere")
        if status in SERVED:
            raise Broken(f"200, and {named(original)} is open")
    if ended.asked.what == "leave" and ended.status == 200 and status in SERVED:
        raise Broken(f"{named(original)} was left to another agent, and is open")
    if ended.code == "cancelled" and world.is_open:
        for number, one in enumerate(world.tasks):
            if one.origin == original and one.status in SERVED and one.agent:
                raise Broken(f"the transfer is cancelled, and an agent serves by WT{number}")
    if status in SERVED and (ended.rolled_back is True or ended.code == "cancelled"):
        world = world._replace(told=tuple(sorted({*world.told, original})))
    return world


def is_quiet(world: World) -> bool:
    """Whether nothing happens any more unless an agent acts."""
    return (
        world.run is None
        and not world.late
        and not any(task.status in LEAVING + WRAPPING for task in world.tasks)
    )


def check(world: World) -> None:
    """Hold a world at rest to the principles.

    Raises
    ------
    Broken
        One does not hold.
    """
    waiting = [task for task in world.tasks if task.status in WAITING]
    _check_record(world, waiting)
    if not world.is_open:
        if waiting and not world.has_closed and not world.is_kept:
            raise Broken("the conversation is closed, and a task waits (7)")
        return
    if not world.is_exempt and not any(t.status in OPEN and t.leads for t in world.tasks):
        raise Broken("the conversation is open, and no task leads to the customer (1)")
    known = [(task_sid(number), task) for number, task in enumerate(world.tasks)]
    serving = {
        sid: task
        for sid, task in known
        if task.status == ASSIGNED and task.origin and sid not in world.helpers
    }
    if not world.is_kept:
        _check_waiting(world, waiting, serving)
    for sid, task in serving.items():
        is_double = world.task(task.origin).status == ASSIGNED and task.origin not in world.told
        if is_double and not _has_joined(world, task.origin):
            raise Broken(f"two agents serve: by {named(task.origin)} and {named(sid)} (4)")


def _has_joined(world: World, original: str) -> bool:
    """Whether two agents serve because that was asked for, and neither is to leave."""
    wanted = world.record.under_way
    is_joined = wanted is not None and wanted.original == original and wanted.joined_at > 0
    return is_joined and wanted is not None and not (wanted.leaves or wanted.back)


def _check_record(world: World, waiting: list[Task]) -> None:
    record = world.record
    is_answered = not record.ends and all(one.task for one in record.creations)
    # One that may be cancelled, or could not be, is looked at until an agent has it.
    may_be_cancelled = any(task.may_be_cancelled for task in waiting)
    is_doomed = any(one.cancelling for one in record.creations)
    is_sure = not (world.is_kept or may_be_cancelled or is_doomed)
    if record.is_unfinished and not record.under_way and is_answered and is_sure:
        raise Broken("the schedule looks at what has ended, and is answered (9)")


def _check_waiting(world: World, waiting: list[Task], serving: dict[str, Task]) -> None:
    if len(waiting) > 1:
        raise Broken("two tasks wait (2)")
    if waiting and serving and not world.record.under_way:
        raise Broken(f"an agent serves by {named(next(iter(serving)))}, and a task waits (2)")
    for task in waiting:
        if task.origin in world.told and world.task(task.origin).status == ASSIGNED:
            raise Broken(f"nothing should be left of the transfer of {named(task.origin)}")
