"""Takes a new task back, unless an agent has accepted it."""

from chat_transfer.transfer.handover import Handover, NoWayBack
from chat_transfer.twilio.context import Twilio
from chat_transfer.twilio.failures import Refused, Stale
from chat_transfer.twilio.retries import is_stale
from chat_transfer.twilio.taskrouter import Task

REASON = "transfer undone"


def cancel(twilio: Twilio, handover: Handover, task_sid: str) -> None:
    """Cancel a new task that is not over yet.

    For a Flex Conversations task this cancels a task that belongs to an interaction. Twilio's best
    practices advise against that in general, since the interaction may stay open without an agent;
    here the original's participant is still in it. Twilio's own ``flex-project-template`` takes
    back an open invite in the same way.
    https://www.twilio.com/docs/flex/developer/conversations/best-practices

    Raises
    ------
    NoWayBack
        An agent has accepted it, or Twilio refuses to cancel it.
    """
    for attempt in twilio.retries.retrying(is_stale):
        with attempt:
            task = waiting_task(twilio, task_sid)
            if task is None:
                return
            try:
                twilio.taskrouter.cancel(handover.take_channel(task), REASON)
            except Stale:
                raise
            except Refused as refused:
                if waiting_task(twilio, task_sid) is not None:
                    raise NoWayBack from refused


def waiting_task(twilio: Twilio, task_sid: str) -> Task | None:
    """Read a new task that waits for an agent; None where it was cancelled, or deleted.

    Raises
    ------
    NoWayBack
        An agent has accepted it.
    """
    task = twilio.taskrouter.task(task_sid)
    if task is not None and task.is_accepted:
        raise NoWayBack
    return None if task is None or task.is_ended else task
