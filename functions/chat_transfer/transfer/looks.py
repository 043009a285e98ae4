"""What happens without anybody asking: a look at a conversation, for an event or the schedule."""

from aws_lambda_powertools import Logger

from chat_transfer.http.problems import NotFinished
from chat_transfer.metrics import transfer_succeeded
from chat_transfer.transfer.facts import Answer, Result, State
from chat_transfer.transfer.lock import Lock, TableUnavailable, released
from chat_transfer.transfer.outcome import HAS_CHAT
from chat_transfer.transfer.reconcile import Run
from chat_transfer.transfer.record import Wanted
from chat_transfer.transfer.table import Table
from chat_transfer.twilio.context import Twilio
from chat_transfer.twilio.failures import TwilioFailure

logger = Logger(child=True)

# Who holds a lock does what there is to do, unless they were killed.
LOCK_SECONDS = 2.0


def look(twilio: Twilio, table: Table, key: str, *, is_due: bool = False) -> Answer | None:
    """Look at a conversation, and do what comes next.

    Parameters
    ----------
    is_due : bool
        Whether it is left alone until its next look is due.

    Returns
    -------
    Answer or None
        None if nothing is unfinished, or no look is due.

    Raises
    ------
    NotFinished
        The customer has no task, or two agents, until a later look.
    Problem, TwilioFailure
        Nothing is lost: the next event, schedule or request goes on from there.
    """
    lock = table.lock(key, seconds=LOCK_SECONDS, is_due=is_due)
    if lock is None:
        return None
    wanted = lock.record.wanted
    answer = released(lock, lambda: _look(twilio, lock, wanted, is_due=is_due) if wanted else None)
    if answer and answer.result is Result.NOT_FINISHED:
        raise NotFinished(answer.task)
    return answer


def _look(twilio: Twilio, lock: Lock, wanted: Wanted, *, is_due: bool) -> Answer:
    run = Run(twilio, lock, lock.record.place, wanted, is_due=is_due)
    logger.thread_safe_append_keys(task_sid=wanted.original, target_sid=wanted.target)
    try:
        answer = run.reconcile()
    except (TwilioFailure, TableUnavailable):
        run.give_up()
        raise
    run.settle(answer)
    if wanted.became is None and answer.result is Result.MADE:
        transfer_succeeded()
    if wanted.became is None and wanted.has_left and _has_chat(run, answer):
        _put_back(twilio, run, wanted.identity)
    return answer


def _has_chat(run: Run, answer: Answer) -> bool:
    """Whether the original's agent has the customer, or only one who wraps up has them too."""
    is_alone = run.seen.others.get(answer.task or "") is State.LEAVES
    return answer.result in HAS_CHAT or (is_alone and run.seen.original is State.SERVES)


def _put_back(twilio: Twilio, run: Run, identity: str | None) -> None:
    """Put the agent of a transfer that was killed into the chat again.

    A plugin that asks for a transfer at once has made the agent leave before that.
    """
    twilio.budget.use_all()
    try:
        if identity is not None:
            run.kind.join(identity)
    except TwilioFailure as failure:
        logger.warning("agent not rejoined", failure=repr(failure))
