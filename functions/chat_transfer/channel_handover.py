"""How a chat or an SMS of Programmable Chat is handed over."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from twilio.rest.chat.v2.service.channel.member import MemberList

from chat_transfer.attributes import CHANNEL, with_channel, without_channel
from chat_transfer.handover import Step, TaskEnded, unless
from chat_transfer.retries import is_stale
from chat_transfer.taskrouter import NewTask, Task
from chat_transfer.twilio_context import TwilioContext
from chat_transfer.twilio_failures import Missing, Refused, Stale

REASON = "task transferred"
CHAT_SERVICE_SECONDS = 3600.0

# What attributes become, None where they are right already.
Change = Callable[[Mapping[str, Any]], Mapping[str, Any] | None]


class ChannelHandover:
    """A chat or an SMS of Programmable Chat: the task's ``channelSid`` is the whole conversation.

    The channel is taken off the original before that is completed, since the Channel Janitor closes
    the channel of a task that ends
    (https://www.twilio.com/docs/flex/developer/messaging/chat-channel-janitor).
    """

    def __init__(self, twilio: TwilioContext, original: Task, channel_sid: str) -> None:
        self._twilio = twilio
        self._taskrouter = twilio.taskrouter
        self._retries = twilio.retries
        self._original = original
        self._channel_sid = channel_sid
        self._detached: Task | None = None

    @property
    def steps(self) -> Sequence[Step]:
        """Take the channel off the original, then complete it."""
        return (
            Step("detach channel", self._detach, self._attach),
            Step("complete original", self._complete, lambda: None),
        )

    def other_agents(self) -> Sequence[str]:
        """Nobody: such a channel has one agent."""
        return ()

    def create(self, task: NewTask) -> str | None:
        """Create the task in TaskRouter."""
        return self._taskrouter.create(task)

    def has_open_invite(self) -> bool:
        """Never: only interactions have invites."""
        return False

    def equip(self, made: str) -> None:
        """Give the new task the channel, unless an agent is done with it already."""
        try:
            self._rewrite(made, self._attached)
        except TaskEnded:
            if not self._taskrouter.fetch_task(made).is_accepted:
                raise Missing(HTTPStatus.NOT_FOUND) from None

    def strip(self, made: Task) -> Task:
        """Take the channel off the new task, for the Janitor's sake.

        That the Janitor comes for completed tasks is documented, and for deleted ones; TaskRouter
        deletes cancelled tasks after a while.
        https://www.twilio.com/docs/flex/developer/messaging/manage-flows#channel-janitor
        """
        if CHANNEL not in made.attributes:
            return made
        return self._taskrouter.write_attributes(made, without_channel(made.attributes))

    def join(self, identity: str) -> None:
        """Add a member to the channel."""
        members = self._members()
        unless(
            HTTPStatus.CONFLICT,
            lambda: self._retries.call(lambda: members.create(identity=identity)),
        )

    def leave(self, identity: str) -> None:
        """Remove the agent's membership, sent once: the answer waits for it.

        A user can be in 250 channels, says
        https://www.twilio.com/docs/chat/chat-limits, and only the browser makes an agent leave.
        """
        members = self._members()
        # The SDK puts it into the path as it is.
        unless(HTTPStatus.NOT_FOUND, lambda: members(quote(identity, safe="")).delete())

    def _members(self) -> MemberList:
        """The channel's members; Flex's configuration names the service that the channel is in."""
        service_sid = self._twilio.warm.get(
            "chat service", CHAT_SERVICE_SECONDS, self._chat_service
        )
        return self._twilio.client.chat.v2.services(service_sid).channels(self._channel_sid).members

    def _chat_service(self) -> str:
        configuration = self._retries.call(self._twilio.client.flex_api.v1.configuration().fetch)
        return configuration.chat_service_instance_sid or ""

    def _detach(self) -> None:
        self._detached = self._rewrite(self._original.sid, _without, known=self._original)

    def _attach(self) -> None:
        self._rewrite(self._original.sid, self._attached)

    def _attached(self, attributes: Mapping[str, Any]) -> Mapping[str, Any] | None:
        is_attached = attributes.get(CHANNEL) == self._channel_sid
        return None if is_attached else with_channel(attributes, self._channel_sid)

    def _rewrite(self, task_sid: str, change: Change, known: Task | None = None) -> Task:
        """Write a task's attributes; what others wrote in between stays."""
        for attempt in self._retries.retrying(is_stale):
            with attempt:
                task = known or self._open_task(task_sid)
                known = None
                attributes = change(task.attributes)
                return task if attributes is None else self._write(task, attributes)
        raise AssertionError("tenacity either returns or raises")

    def _write(self, task: Task, attributes: Mapping[str, Any]) -> Task:
        try:
            return self._taskrouter.write_attributes(task, attributes)
        except Stale:
            raise
        except Refused:
            self._open_task(task.sid)
            raise

    def _open_task(self, sid: str) -> Task:
        try:
            task = self._taskrouter.fetch_task(sid)
        except Missing:
            raise TaskEnded from None
        if task.is_ended:
            raise TaskEnded
        return task

    def has_let_go(self) -> bool:
        """Whether the original has lost its channel, which only a transfer takes from it."""
        try:
            return CHANNEL not in self._taskrouter.fetch_task(self._original.sid).attributes
        except Missing:
            return True

    def _complete(self) -> None:
        for attempt in self._retries.retrying(is_stale):
            with attempt:
                try:
                    task = self._detached or self._open_task(self._original.sid)
                    self._detached = None
                    self._taskrouter.complete(task, REASON)
                except TaskEnded:
                    return
                except Stale:
                    raise
                except Refused:
                    if not self._taskrouter.has_ended(self._original.sid):
                        raise


def _without(attributes: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return without_channel(attributes) if CHANNEL in attributes else None
