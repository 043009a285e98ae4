"""How a chat or an SMS of Programmable Chat is handed over.

The task's ``channelSid`` is the whole conversation. It is taken off the original before that is
completed, since the Channel Janitor closes the channel of a task that ends
(https://www.twilio.com/docs/flex/developer/messaging/chat-channel-janitor).
"""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote

from aws_lambda_powertools import Logger
from twilio.rest.chat.v2.service.channel.member import MemberList

from chat_transfer.http.request import Target
from chat_transfer.transfer.attributes import CHANNEL, without_channel
from chat_transfer.transfer.handover import OriginalEnded
from chat_transfer.twilio.context import Twilio
from chat_transfer.twilio.failures import Refused, Stale, TwilioFailure
from chat_transfer.twilio.retries import is_stale
from chat_transfer.twilio.taskrouter import NewTask, Task

logger = Logger(child=True)
T = TypeVar("T")

REASON = "task transferred"
CHAT_SERVICE_SECONDS = 3600.0


class ChatHandover:
    """The handover of a task with a ``channelSid``, see `Handover`.

    Parameters
    ----------
    original : Task or None
        As it was read; None where it is deleted.
    resumed : bool
        Whether writes of an earlier attempt at it may still take effect.
    """

    is_final = False

    def __init__(
        self,
        twilio: Twilio,
        task_sid: str,
        original: Task | None,
        channel_sid: str,
        *,
        resumed: bool,
    ) -> None:
        self._twilio = twilio
        self._taskrouter = twilio.taskrouter
        self._retries = twilio.retries
        self._task_sid = task_sid
        self._original = original
        self._channel_sid = channel_sid
        self._may_be_detached_late = resumed

    def other_agents(self, target: Target, offered: str | None) -> Sequence[str]:  # noqa: ARG002 - the kinds are alike
        """None: such a channel has one agent."""
        return ()

    def create(self, task: NewTask) -> str | None:
        """Create the task in TaskRouter."""
        return self._taskrouter.create(task)

    def candidates(self) -> Sequence[Task]:
        """The tasks from this one that have its virtual start time, which no browser can write.

        Another customer's can have that too, as it is in whole seconds. So theirs are left out, by
        the channel; a task without one is ours where an undo took that from it.
        """
        original = self._original
        if original is None:
            return ()
        since = original.virtual_start_time
        found = self._taskrouter.search(self._task_sid)
        return [
            task
            for task in found
            if since in (None, task.virtual_start_time)
            and (
                task.attributes.get(CHANNEL) == self._channel_sid
                or (CHANNEL not in task.attributes and not task.is_accepted)
            )
        ]

    def detach(self) -> None:
        """Take the channel off the original."""
        try:
            self._original = self._rewrite(self._original, without=True)
        except TwilioFailure as failure:
            self._may_be_detached_late |= failure.may_have_happened
            raise

    def finish(self, leaving: str | None) -> None:
        """Complete the original, without its channel; the agent leaves at the same time."""
        leave = self._twilio.threads.submit(self._leave, leaving)
        try:
            for attempt in self._retries.retrying(is_stale):
                with attempt:
                    known, self._original = self._original, None
                    task = known or self._open_task()
                    # A browser that had read it before may have written the channel back.
                    if CHANNEL in task.attributes:
                        task = self._write(task, without_channel(task.attributes))
                    self._complete(task)
        finally:
            leave.result()

    def restore(self) -> None:
        """Give the original its channel back.

        A write that has not been answered may take effect later, unless the task's version is
        another by then. So the channel is taken off and put back where it is there already: "if
        the ETag is the same, then the resource is the same"
        (https://www.twilio.com/docs/taskrouter/api/task#task-version).
        """
        if self._may_be_detached_late:
            self._rewrite(None, without=True)
        self._rewrite(None, without=False)

    def outlives(self, original: Task | None, made: Task | None) -> bool:
        """Whether the original ended without its channel, or the new task has it."""
        if original is not None:
            return CHANNEL not in original.attributes
        return made is not None and (made.is_accepted or CHANNEL in made.attributes)

    def give_channel(self, task: Task) -> None:
        """Write the ``channelSid``, unless the task is over."""
        for attempt in self._retries.retrying(is_stale):
            with attempt:
                now = self._taskrouter.task(task.sid)
                if now and not now.is_ended and CHANNEL not in now.attributes:
                    self._taskrouter.write_attributes(now, self._attached(now.attributes))

    def take_channel(self, task: Task) -> Task:
        """Remove the ``channelSid``, so that the Janitor does not close the channel.

        That the Janitor comes for completed tasks is documented, and for deleted ones; TaskRouter
        deletes cancelled tasks after a while.
        https://www.twilio.com/docs/flex/developer/messaging/manage-flows#channel-janitor
        """
        if CHANNEL not in task.attributes:
            return task
        return self._taskrouter.write_attributes(task, without_channel(task.attributes))

    def join(self, identity: str) -> None:
        """Add a member to the channel."""
        self._twilio.join(self._members(), identity)

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
        return self._twilio.client.chat.v2.services(service_sid).channels(self._channel_sid).members

    def _chat_service(self) -> str:
        configuration = self._retries.call(self._twilio.client.flex_api.v1.configuration().fetch)
        return configuration.chat_service_instance_sid or ""

    def _rewrite(self, known: Task | None, *, without: bool) -> Task:
        """Take the channel off the original, or put it back; what others wrote in between stays."""
        for attempt in self._retries.retrying(is_stale):
            with attempt:
                task, known = known or self._open_task(), None
                change = without_channel if without else self._attached
                attributes = change(task.attributes)
                return task if attributes == task.attributes else self._write(task, attributes)
        raise AssertionError("tenacity either returns or raises")

    def _attached(self, attributes: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**attributes, CHANNEL: self._channel_sid}

    def _write(self, task: Task, attributes: Mapping[str, Any]) -> Task:
        return self._unless_over(lambda: self._taskrouter.write_attributes(task, attributes))

    def _complete(self, task: Task) -> None:
        self._unless_over(lambda: self._taskrouter.complete(task, REASON))

    def _unless_over(self, call: Callable[[], T]) -> T:
        """Make a call, and tell from its refusal whether the original is over."""
        try:
            return call()
        except Stale:
            raise
        except Refused:
            self._open_task()
            raise

    def _open_task(self) -> Task:
        task = self._taskrouter.task(self._task_sid)
        if task is None or task.is_ended:
            raise OriginalEnded
        return task
