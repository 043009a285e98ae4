"""What is recorded when a look ends: what became of a transfer, and what is still unanswered."""

from dataclasses import replace

from chat_transfer.transfer.facts import OPEN, OVER, Answer, Result, State
from chat_transfer.transfer.progress import Seen, going_back, without_end
from chat_transfer.transfer.record import MADE, UNANSWERED_MS, Became, Done, Record, Wanted, When

# Twilio does not say how soon the task of an agent who leaves ends. So an answer that relies on an
# agent who serves is confirmed by a look that much later.
CONFIRMED_MS = 30_000
HAS_CHAT = frozenset({Result.BACK, Result.DECLINED, Result.UNKNOWN})
GOES_ON = OPEN | {Result.NOT_FINISHED}


def after(
    record: Record, seen: Seen, answer: Answer, now: int, *, serves: str | None = None
) -> Record:
    """What is recorded when a look ends.

    A transfer that has ended stays in the record until a later look has confirmed it. It also stays
    while something that it sent is unanswered, and while its agent wraps up.

    Parameters
    ----------
    now : int
        In milliseconds since the epoch.
    serves : str or None
        The worker SID of the agent who serves by the new task.
    """
    wanted = record.wanted
    if wanted is None:
        return record
    sent = record.creations, record.ends
    record = _without_answered(record, seen, answer)
    is_made = answer.result is Result.MADE
    became = wanted.became or became_of(wanted, answer)
    if wanted.warm and became in MADE and answer.result in HAS_CHAT:
        became = Became.CANCELLED  # who had joined was sent away after all
    if seen.end_in_doubt and answer.result is Result.UNKNOWN:
        became = wanted.became  # its agent may yet be made to leave
    if became is None or answer.result in GOES_ON:
        return _going_on(record, wanted, answer, now, serves)
    if became is not wanted.became:
        done = _done(record, wanted, answer, became)
        record = _remembering(record, replace(done, accepted_by=serves, since=now))
    relies = _relies_on_an_agent(seen, answer)
    doomed = {one.task for one in record.creations if one.cancelling}
    record = _without_over(record, seen, None if relies else answer.task)
    # What goes away while an agent leaves has to be confirmed again.
    is_news = wanted.became is None or (record.creations, record.ends) != sent
    became_at = now if is_news else wanted.became_at
    is_sure = answer.task not in doomed and now >= became_at + CONFIRMED_MS
    if is_sure or not relies:
        record = _without_over(record, seen, answer.task)
        may_leave = seen.original is State.LEAVES and not (is_made and became in MADE)
        if not (record.creations or record.ends or may_leave):
            return replace(record, wanted=None)
    return replace(record, wanted=replace(wanted, became=became, became_at=became_at))


def became_of(wanted: Wanted, answer: Answer) -> Became | None:
    """What became of a transfer; None if it is still under way."""
    is_offer = wanted.when is When.ACCEPTED
    match answer.result:
        case Result.MADE:
            return Became.ACCEPTED if is_offer else Became.MADE
        case Result.DECLINED if is_offer and not wanted.joined_at:
            return Became.DECLINED
        case Result.DECLINED | Result.CLOSED:
            return Became.CANCELLED if is_offer else Became.FAILED
        case Result.BACK:
            return Became.CANCELLED if is_offer and wanted.back else Became.FAILED
        case Result.UNKNOWN:
            return Became.FAILED
    return None


def _going_on(
    record: Record, wanted: Wanted, answer: Answer, now: int, serves: str | None
) -> Record:
    """What is recorded of a transfer that goes on."""
    if answer.result is Result.JOINED and not wanted.joined_at:
        return replace(record, wanted=replace(wanted, joined_at=now, joined_by=serves))
    if answer.result is Result.NOT_FINISHED and now > wanted.since + UNANSWERED_MS:
        return replace(record, wanted=None)
    is_waiting = answer.result is Result.WAITING
    if wanted.became is not None and is_waiting:  # it is confirmed when an agent has it
        return replace(record, wanted=replace(wanted, became_at=now))
    return going_back(record, back=False) if answer.result is Result.KEPT else record


def _done(record: Record, wanted: Wanted, answer: Answer, became: Became) -> Done:
    creation = record.creation_of(answer.task) if answer.task else None
    target = creation.target if creation else wanted.target
    made = [one.task for one in record.creations if one.target == target and one.task]
    return Done(
        original=wanted.original,
        target=target,
        when=wanted.when,
        new_task=answer.task or (made[-1] if made else None),
        held_by=wanted.held_by,
        asked_by=wanted.asked_by,
        became=became,
    )


def _remembering(record: Record, done: Done) -> Record:
    """With what became of a transfer; a failure is not remembered."""
    return record if done.became is Became.FAILED else replace(record, done=(*record.done, done))


def _relies_on_an_agent(seen: Seen, answer: Answer) -> bool:
    if answer.result is Result.MADE:
        return seen.others.get(answer.task or "") is State.SERVES
    return answer.result in HAS_CHAT


def _without_answered(record: Record, seen: Seen, answer: Answer) -> Record:
    """Without the end of an original that is over, or that was not ended by us."""
    wanted = record.wanted or Wanted()
    is_over = seen.original in OVER and not seen.end_in_doubt
    if is_over or answer.result is Result.CLOSED:
        seen = replace(seen, detached=False, end_in_doubt=False)
    goes_on = answer.result in GOES_ON
    # TaskRouter may show one that was ended as open for a while.
    if goes_on and (wanted.when is When.NOW or seen.original in OVER):
        return record
    return without_end(record, seen)


def _without_over(record: Record, seen: Seen, settled: str | None) -> Record:
    """Without the creations whose tasks are over, and the one that the customer has for good.

    They stay as long as one is unanswered: no task is taken for what two creations have made.
    """
    over = {task for task, state in seen.others.items() if state in OVER}
    over.add((record.wanted or Wanted()).original)  # an agent has it, or had it
    if record.ends or any(one.task is None for one in record.creations):
        marked = (replace(one, is_over=one.is_over or one.task in over) for one in record.creations)
        return replace(record, creations=tuple(marked))
    over |= {settled or ""}
    kept = (one for one in record.creations if not one.is_over and one.task not in over)
    return replace(record, creations=tuple(kept))
