"""Twilio as one invocation uses it: the client, its time, its retries, and what is kept warm."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar

from twilio.rest import Client
from twilio.rest.chat.v2.service.channel.member import MemberList
from twilio.rest.conversations.v1.conversation.participant import ParticipantList

from chat_transfer.http.problems import Forbidden
from chat_transfer.settings import Settings
from chat_transfer.twilio.agents import Caller, holder_of, identity_of, validate_token
from chat_transfer.twilio.failures import Missing, Refused
from chat_transfer.twilio.retries import Budget, RetryPolicy
from chat_transfer.twilio.taskrouter import TaskRouter

T = TypeVar("T")

INVALID_TOKENS = "invalid tokens"
SUSPICIOUS_SECONDS = 60.0


class WarmCache:
    """What a warm function remembers of Twilio between invocations, each value for its own time.

    Parameters
    ----------
    clock : callable
        Seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[float, Any]] = {}

    def get(self, name: str, seconds: float, read: Callable[[], T]) -> T:
        """Return the value of that name, read again once it is older than so many seconds."""
        now = self._clock()
        if name in self._kept and now < self._kept[name][0]:
            value: T = self._kept[name][1]
            return value
        value = read()
        self._kept[name] = (now + seconds, value)
        return value

    def has(self, name: str) -> bool:
        """Whether a value of that name is kept."""
        return name in self._kept and self._clock() < self._kept[name][0]

    def forget(self, name: str) -> None:
        """Read it again next time."""
        self._kept.pop(name, None)


@dataclass(frozen=True, slots=True)
class Twilio:
    """The Twilio of one invocation.

    Attributes
    ----------
    client : Client
        Its calls end within the time of `budget`.
    warm : WarmCache
        Shared by the invocations of a warm function, like `threads`.
    threads : ThreadPoolExecutor
        For calls that are made at the same time.
    """

    settings: Settings
    client: Client
    budget: Budget
    warm: WarmCache
    threads: ThreadPoolExecutor
    retries: RetryPolicy = field(init=False)
    taskrouter: TaskRouter = field(init=False)

    def __post_init__(self) -> None:
        retries = RetryPolicy(self.budget)
        taskrouter = TaskRouter(self.client, self.settings.workspace_sid, retries)
        object.__setattr__(self, "retries", retries)
        object.__setattr__(self, "taskrouter", taskrouter)

    def caller(self, token: str) -> "Future[Caller]":
        """Validate a Flex token, see `validate_token`, at the same time as what follows.

        For a minute after an invalid one, each is validated before anything else is asked, so that
        who has no valid token costs one call.

        Raises
        ------
        Forbidden, TwilioFailure
            It is not valid, or was not validated.
        """
        asked = self.threads.submit(self._validate, token)
        if self.warm.has(INVALID_TOKENS):
            asked.result()
        return asked

    def _validate(self, token: str) -> Caller:
        try:
            return validate_token(self.client, self.settings.account_sid, token, self.retries)
        except Forbidden:
            self.warm.get(INVALID_TOKENS, SUSPICIOUS_SECONDS, lambda: True)
            raise

    def holder(self, task_sid: str) -> str | None:
        """Read which worker holds a task; None if no worker does, or there is no task."""
        try:
            return holder_of(self.taskrouter.reservations(task_sid))
        except Missing:
            return None

    def join(self, room: MemberList | ParticipantList, identity: str) -> None:
        """Add an agent to a chat channel or a conversation; one who is there already is fine."""
        try:
            self.retries.call(lambda: room.create(identity=identity))
        except Refused as refused:
            if refused.status != HTTPStatus.CONFLICT:
                raise

    def identity(self, worker_sid: str, caller: Caller) -> str | None:
        """The identity of a worker, read where the caller is another one.

        Returns
        -------
        str or None
            None for a worker without ``contact_uri``, who is no Flex agent.
        """
        if caller.worker_sid == worker_sid:
            return caller.identity
        return identity_of(self.taskrouter.worker_attributes(worker_sid))
