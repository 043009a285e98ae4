"""How a chat or an SMS of Programmable Chat is looked at, and how it moves.

Programmable Chat in Flex reached its end of life on 2026-06-01. This module keeps it as it was.

The task's ``channelSid`` is the whole conversation. It is taken off the original before that is
completed, since the Channel Janitor closes the channel of a task that ends
(https://www.twilio.com/docs/flex/developer/messaging/chat-channel-janitor).
"""

from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from aws_lambda_powertools import Logger
from twilio.rest.chat.v2.service.channel.member import MemberList

from chat_transfer.transfer.attributes import CHANNEL, without_channel
from chat_transfer.transfer.kind import Listed
from chat_transfer.transfer.record import Creation, Place, Wanted
from chat_transfer.twilio.context import Twilio
from chat_transfer.twilio.failures import Missing, Refused, TwilioFailure
from chat_transfer.twilio.retries import is_stale
from chat_transfer.twilio.tasks import NewTask, Task, sid_in

logger = Logger(child=True)

REASON = "task transferred"
CANCEL_REASON = "transfer undone"
CHAT_SERVICE_SECONDS = 3600.0


def place_of(task: Task) -> Place | None:
    """Where the customer of a Programmable Chat task is; None if it has no channel."""
    channel = sid_in(task.attributes, CHANNEL)
    return Place(conversation_sid=channel) if channel else None


class Chat:
    """The chat channel of a task, see `TaskKind`.

    Parameters
    ----------
    task_sid : str
        The original.
    """

    detaches = True

    def __init__(self, twilio: Twilio, place: Place, task_sid: str) -> None:
        self.place = place
        self._twilio = twilio
        self._taskrouter = twilio.taskrouter
        self._retries = twilio.retries
        self._task_sid = task_sid
        # As it was written last, so that what follows need not read it again.
        self._original: Task | None = None
        # Whether a write of ours that was not answered may still take the channel off.
        self._may_be_detached_late = True

    def listed(self) -> Listed:
        """Search for the tasks that were transferred from the original."""
        return Listed(invited=[task.sid for task in self._taskrouter.search(self._task_sid)])

    def made(self, creation: Creation, task: Task, original: Task | None) -> bool:  # noqa: ARG002
        """Whether it has the original's virtual start time, which no browser can write.

        Another customer's can have that too, as it is in whole seconds. So theirs are left out, by
        the channel; a task without one is ours if an undo took that from it.
        """
        since = original.virtual_start_time if original else None
        return since in (None, task.virtual_start_time) and (
            task.attributes.get(CHANNEL) == self.place.conversation_sid
            or (CHANNEL not in task.attributes and not task.is_accepted)
        )

    def is_open(
        self,
        original: Task | None = None,
        others: Collection[Task] = (),
        *,
        detached: bool = False,
    ) -> bool:
        """Whether no task was completed with its channel, which the Janitor closes then."""
        if any(
            one.assignment_status == "completed" and CHANNEL in one.attributes for one in others
        ):
            return False
        if original is None:
            return detached
        return not original.is_ended or CHANNEL not in original.attributes

    def create(self, task: NewTask) -> str | None:
        """Create the task in TaskRouter."""
        return self._taskrouter.create(task)

    def detach(self, original: Task | None) -> None:
        """Take the channel off the original."""
        self._may_be_detached_late = False
        try:
            self._original = self._rewrite(original, without=True)
        except TwilioFailure as failure:
            self._may_be_detached_late = failure.may_have_happened
            raise

    def end(self, wanted: Wanted, instead: Task | None) -> None:
        """Complete the original, without its channel; the agent leaves at the same time."""
        if instead is not None and CHANNEL not in instead.attributes:
            self._give_channel(instead.sid)
        leave = self._twilio.threads.submit(self._leave, wanted.identity)
        try:
            for attempt in self._retries.retrying(is_stale):
                with attempt:
                    known, self._original = self._original, None
                    task = known or self._existing()
                    # A browser that had read it before may have written the channel back.
                    if CHANNEL in task.attributes:
                        without = without_channel(task.attributes)
                        task = self._taskrouter.write_attributes(task, without)
                    self._taskrouter.complete(task, REASON)
        finally:
            leave.result()

    def send_away(self, task: str) -> None:
        """Do nothing: no agent joins another in a chat that is no conversation."""

    def restore(self) -> None:
        """Give the original its channel back.

        A write that has not been answered may take effect later, unless the task's version is
        another by then. So the channel is taken off and put back if it is there already: "if the
        ETag is the same, then the resource is the same"
        (https://www.twilio.com/docs/taskrouter/api/task#task-version).
        """
        if self._may_be_detached_late:
            self._rewrite(None, without=True)
        self._rewrite(None, without=False)

    def cancel(self, task: Task) -> None:
        """Cancel a task after its channel is taken off, so that the Janitor leaves that alone.

        That the Janitor comes for completed tasks is documented, and for deleted ones; TaskRouter
        deletes cancelled tasks after a while.
        https://www.twilio.com/docs/flex/developer/messaging/manage-flows#channel-janitor
        """
        if CHANNEL in task.attributes:
            task = self._taskrouter.write_attributes(task, without_channel(task.attributes))
        self._taskrouter.cancel(task, CANCEL_REASON)

    def join(self, identity: str) -> None:
        """Add a member to the channel."""
        self._twilio.join(self._members(), identity)

    def _give_channel(self, task_sid: str) -> None:
        """Write the ``channelSid`` that a cancellation has taken, unless the task is over."""
        for attempt in self._retries.retrying(is_stale):
            with attempt:
                now = self._taskrouter.task(task_sid)
                if now and not now.is_ended and CHANNEL not in now.attributes:
                    self._taskrouter.write_attributes(now, self._attached(now.attributes))

    def _leave(self, identity: str | None) -> None:
        """Remove the agent's membership; sent once, and no reason to undo a transfer.

        A user can be in 250 channels, says https://www.twilio.com/docs/chat/chat-limits, and only
        the browser makes an agent leave.
        """
        if identity is None:
            return
        try:
            # The SDK puts it into the path as it is.
            self._members()(quote(identity, safe="")).delete()
        except TwilioFailure as failure:
            if not isinstance(failure, Refused) or failure.status != HTTPStatus.NOT_FOUND:
                logger.warning("agent still in the chat channel", failure=repr(failure))

    def _members(self) -> MemberList:
        """The channel's members; Flex's configuration names the service that the channel is in."""
        service_sid = self._twilio.warm.get(
            "chat service", CHAT_SERVICE_SECONDS, self._chat_service
        )
        channels = self._twilio.client.chat.v2.services(service_sid).channels
        return channels(self.place.conversation_sid).members

    def _chat_service(self) -> str:
        configuration = self._retries.call(self._twilio.client.flex_api.v1.configuration().fetch)
        return configuration.chat_service_instance_sid or ""

    def _rewrite(self, known: Task | None, *, without: bool) -> Task:
        """Write the original's attributes without its channel, or with it."""
        for attempt in self._retries.retrying(is_stale):
            with attempt:
                task, known = known or self._existing(), None
                change = without_channel if without else self._attached
                attributes = change(task.attributes)
                if attributes == task.attributes:
                    return task
                return self._taskrouter.write_attributes(task, attributes)
        raise AssertionError("tenacity either returns or raises")

    def _attached(self, attributes: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**attributes, CHANNEL: self.place.conversation_sid}

    def _existing(self) -> Task:
        task = self._taskrouter.task(self._task_sid)
        if task is None or task.is_ended:  # one that is over keeps what it has
            raise Missing(HTTPStatus.NOT_FOUND)
        return task
