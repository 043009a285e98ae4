"""The invariant of every transfer: the customer is served, and the answer says what is true."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from tests.functions.lambda_events import Answer
from twilio_emulator.centre import ContactCentre
from twilio_emulator.taskrouter.lifecycle import remove
from twilio_emulator.taskrouter.model import Task, TaskStatus

HELD = {TaskStatus.ASSIGNED, TaskStatus.WRAPPING}


@dataclass(frozen=True, slots=True)
class Served:
    """A customer's chat or conversation, as it was before a transfer.

    Attributes
    ----------
    room : str
        The attribute with the SID of the chat channel or the conversation.
    """

    centre: ContactCentre
    task_sid: str
    room: str
    room_sid: str
    attributes: dict[str, Any]

    def assert_customer_is_served(self, answer: Answer) -> None:
        """Check the invariant after an answer.

        At least one open task leads to the customer; more than one only if the answer says that
        something is left. 200 exactly when the original is done and one new task is open; after a
        rollback the original is as it was.
        """
        rolled_back = answer.body.get("rolledBack")
        leading = self.leading_to_customer()
        assert leading, f"the customer has no task: {answer.text}"
        if rolled_back is not False:
            assert len(leading) == 1, f"two tasks, but {answer.text}"
        assert self.room_is_open(), f"the channel is closed: {answer.text}"
        original = self.centre.workspace.task(self.task_sid)
        made = [task for task in leading if task.sid != self.task_sid]
        is_transferred = original.status is TaskStatus.COMPLETED and len(made) == 1
        may_be_transferred = answer.body.get("code") == "transfer_not_finished"
        assert (answer.status == 200) is is_transferred or may_be_transferred, answer.text
        if answer.status == 200:
            assert made[0].sid == answer.body["taskSid"]
        elif rolled_back is not False:
            assert original.status in HELD
            assert self.centre.attributes(self.task_sid) == self.attributes

    def room_is_open(self) -> bool:
        """Whether the Janitor has left the chat channel, or the conversation, alone."""
        flex = self.centre.account.flex
        rooms = {**flex.chat_channels, **flex.conversations}
        return rooms[self.room_sid].state == "active"

    def leading_to_customer(self) -> list[Task]:
        """The open tasks through which an agent reaches, or will reach, the customer."""
        return self.centre.open_tasks(self.room, self.room_sid)

    def forget(self) -> None:
        """End the conversation and delete the open tasks: an agent has room for so many only."""
        with suppress(LookupError):  # none of an interaction
            self.centre.set_channel_status(self.task_sid, "closed")
        for task in self.leading_to_customer():
            with self.centre.account.lock:
                remove(self.centre.workspace, task)


def served(centre: ContactCentre, task_sid: str) -> Served:
    """Record how a customer is served before a transfer."""
    attributes = centre.attributes(task_sid)
    room = "conversationSid" if "conversationSid" in attributes else "channelSid"
    return Served(centre, task_sid, room, attributes[room], attributes)


def leading(customer: Served) -> list[Task]:
    """The open tasks that lead to the customer, without those whose agent was closed: they end."""
    participants = customer.centre.account.flex.participants
    closed = {one.task_sid for one in list(participants.values()) if not one.present}
    return [task for task in customer.leading_to_customer() if task.sid not in closed]
