"""The answers that more than one part of a transfer gives."""

from chat_transfer.problems import BadGateway, Conflict, NotFound, Problem


def task_unknown(task_sid: str) -> Problem:
    """The answer for a task that is not there, or not any more."""
    return NotFound(f"There is no task {task_sid} in the workspace.", code="task_unknown")


def kind_unsupported() -> Problem:
    """The answer for a task of neither kind."""
    return Conflict(
        "The task is neither a Flex Conversations task nor a chat or SMS with a channelSid, so it "
        "cannot be transferred here. Voice calls have their own transfer in Flex.",
        code="task_kind_unsupported",
    )


def task_ended() -> Problem:
    """The answer when there is nothing left to transfer."""
    return Conflict(
        "The task was ended by somebody else while it was being transferred.",
        code="task_ended",
        customer_stays=False,
    )


def target_declined(*, rolled_back: bool) -> Problem:
    """The answer when TaskRouter ended the new task before anybody could take it."""
    return Conflict(
        "The target's workflow cancelled the new task at once: no filter takes such a task, or its "
        "last target is past. Look at the workflow in the Console.",
        code="target_declined",
        rolled_back=rolled_back,
    )


def transferred_elsewhere() -> Problem:
    """The answer to a second transfer of a task that goes, or went, somewhere else."""
    return Conflict(
        "This task is being transferred to another target, or was already.",
        code="transferred_elsewhere",
        customer_stays=False,
    )


def transfer_in_progress() -> Problem:
    """The answer when the same transfer runs longer than this request could wait."""
    return Conflict(
        "This task is being transferred already. Wait for that transfer to end.",
        code="transfer_in_progress",
        customer_stays=False,
    )


def transfer_not_finished(made: str) -> Problem:
    """The answer to a transfer that can only go forward and has not arrived yet."""
    return BadGateway(
        f"Task {made} was accepted, but the original task could not be completed yet. "
        "Send the same request again to finish the transfer.",
        code="transfer_not_finished",
        rolled_back=False,
        customer_stays=False,
    )
