"""The moves: each sends one change to Twilio, is recorded before it, and tells what became of it.

A move calls no other move. What it changes of what is known is in `progress`.
"""

from concurrent.futures import Future
from dataclasses import dataclass, replace

from aws_lambda_powertools import Logger
from tenacity import Retrying, retry_if_result, stop_before_delay, wait_fixed

from chat_transfer.http.problems import interaction_gone
from chat_transfer.transfer import looking, progress
from chat_transfer.transfer.attributes import next_task
from chat_transfer.transfer.facts import (
    OVER,
    Cancel,
    Create,
    CreateAgain,
    Detach,
    End,
    Look,
    Move,
    Restore,
    SendAway,
    State,
)
from chat_transfer.transfer.lock import Lock, TableUnavailable
from chat_transfer.transfer.looking import state_of
from chat_transfer.transfer.progress import Effect
from chat_transfer.transfer.record import Creation, Place, Record, Wanted, When, milliseconds
from chat_transfer.twilio.context import Twilio
from chat_transfer.twilio.failures import Missing, NoAnswer, Refused, Stale, TwilioFailure
from chat_transfer.twilio.retries import is_stale
from chat_transfer.twilio.tasks import NewTask, Task

logger = Logger(child=True)

# No agent accepts a new task and leaves in so little time.
FRESH_MS = 2000
# What Twilio answers to a second close: https://www.twilio.com/docs/api/errors/20001 and 20404.
CLOSED_ALREADY = frozenset({20001, 20404})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The new task that a request asks for, after its checks.

    Attributes
    ----------
    watched : bool
        Whether the task's workflow may cancel it, by the configuration that was read.
    """

    task: NewTask
    watched: bool


class Moves(looking.Looking):
    """The moves of one run, under the lock of a conversation.

    Attributes
    ----------
    failure : Exception or None
        The first failure of this run, which is its answer if it goes back.
    asks : bool
        Whether a request waits for it: then a failure goes back, if that is possible.
    """

    def __init__(
        self,
        twilio: Twilio,
        lock: Lock,
        place: Place,
        wanted: Wanted,
        *,
        asks: bool = False,
        is_due: bool = False,
    ) -> None:
        super().__init__(twilio, lock, place, wanted, is_due=is_due)
        self.failure: Exception | None = None
        self.asks = asks
        self._plan: Plan | None = None
        self._has_created = False  # this request has sent something that it can undo
        self._is_served = False  # an agent had the new task when the original's end was sent
        self._saving: Future[None] | None = None

    def move(self, move: Move) -> None:
        """Do what was decided."""
        match move:
            case Look(everything=everything):
                self.look(everything=everything)
            case Create():
                plan = self._plan
                assert plan is not None
                self._create(move, plan.task, self.wanted.when, watched=plan.watched)
            case CreateAgain():
                self._create_again(move)
            case Detach():
                self._detach()
            case Restore():
                self.kind.restore()
                self.seen = replace(self.seen, detached=False)
                self.record = progress.without_end(self.record, self.seen)
            case End():
                self._end(move)
            case SendAway():
                self._send_away(move)
            case Cancel():
                self._cancel(move)

    def _create(self, move: Move, task: NewTask, when: When, *, watched: bool) -> None:
        creation = Creation(
            workflow=task.workflow_sid,
            target=str(task.attributes["targetSid"]),
            when=when,
            at=milliseconds(),
            again=isinstance(move, CreateAgain),
        )
        recorded = progress.before(self.record, self.seen, move, creation.at, creation)
        self.lock.pointers.add(self.wanted.original)
        self._save(recorded)
        made, effect = None, Effect.DONE
        try:
            for retry in self._twilio.retries.retrying(_did_not_happen):
                with retry:
                    made = self.kind.create(task)
            if made is None:
                raise NoAnswer("no task SID in the answer")
        except TwilioFailure as failure:
            effect = self._moved_in_vain(failure)
        is_fresh = milliseconds() < creation.at + FRESH_MS
        state = State.WAITS if is_fresh and not watched else None
        self.record, self.seen = progress.created(self.record, self.seen, effect, made, state)
        if made:
            self.lock.pointers.add(made)
            self._save_later()
        elif effect is Effect.UNANSWERED:
            self.searches = True
            if self._twilio.budget.remaining() < looking.SEARCH_PAUSE_SECONDS:
                self._twilio.budget.use_all()  # before the search there is nothing to undo
        elif isinstance(self.failure, Refused) and not self.kind.detaches:
            self.failure = interaction_gone() if self._is_open() is False else self.failure
        if not creation.again:
            self._has_created = self.asks
            if effect is Effect.NOT_DONE:
                self.record = progress.going_back(self.record)

    def _create_again(self, move: CreateAgain) -> None:
        """Create a task for a customer who has none."""
        self._twilio.budget.use_all()
        wanted = self.wanted
        # One that this transfer made has what its request added.
        models = sorted(self.tasks.values(), key=lambda task: _unlikeness(task, wanted.original))
        model = next(iter(models), None)
        if model is None:  # Twilio has deleted all of its tasks: that was hours or days ago
            self.seen = replace(self.seen, conversation_open=False)
            return
        agents = self.listed.agents if self.listed else {}
        others = [agents.get(task) or "" for task in wanted.present]
        channel_sid = self.kind.place.conversation_sid if self.kind.detaches else None
        task = next_task(
            model,
            replace(wanted, when=When.NOW),  # nothing cancels it
            self._twilio.settings.transfer_workflow_sid,
            others,
            channel_sid=channel_sid,
        )
        self._create(move, task, When.NOW, watched=False)

    def _detach(self) -> None:
        self.seen = replace(self.seen, detached=True)
        try:
            self.kind.detach(self.tasks.get(self.wanted.original))
        except TwilioFailure as failure:
            self._moved_in_vain(failure)
            # An agent may have taken the new task meanwhile.
            self.seen = replace(
                self.seen,
                original=None,
                others=dict.fromkeys(self.seen.others),
                detached=failure.may_have_happened,
            )
            self.record = progress.going_back(self.record, back=self.asks)
            if not self.asks:
                raise

    def _end(self, move: End) -> None:
        self._save_before(move)
        self._is_served = self.seen.others.get(move.instead) is State.SERVES
        if self.seen.end_in_doubt or not self.asks:
            self._twilio.budget.use_all()
        is_open = None if self.kind.detaches else self._twilio.threads.submit(self._is_open)
        instead = self.tasks.get(move.instead)
        effect, began = Effect.DONE, milliseconds()
        try:
            self.kind.end(self.wanted, instead)
        except TwilioFailure as failure:
            effect = self._moved_in_vain(failure)
            if not self.kind.detaches and _is_closed_already(failure):
                effect = Effect.DONE if self._is_over(self.wanted.original) else Effect.UNANSWERED
                began = 0
        if is_open and milliseconds() >= began + FRESH_MS:  # its agent may have ended it meanwhile
            is_open = self._twilio.threads.submit(self._is_open)
        may_be_cancelled = self._may_be_cancelled(move.instead)
        self.seen = progress.ended(
            self.seen, effect, move.instead, may_be_cancelled=may_be_cancelled
        )
        if effect is Effect.DONE:
            is_open_now = is_open.result() if is_open else True
            self.seen = replace(self.seen, conversation_open=is_open_now)
        elif self.asks and self.wanted.when is When.NOW:
            self.record = progress.going_back(self.record)

    def _send_away(self, move: SendAway) -> None:
        self._save_before(move)
        is_gone = True
        try:
            self.kind.send_away(move.task)
        except Refused as failure:
            self._moved_in_vain(failure)
            is_gone = _is_closed_already(failure) and self._is_over(move.task)
        except TwilioFailure as failure:
            if self._moved_in_vain(failure) is Effect.NOT_DONE:
                self.record = progress.without_cancellation(self.record, move.task)
            raise
        self.record, self.seen = progress.sent_away(
            self.record, self.seen, move.task, is_gone=is_gone
        )

    def _is_over(self, task: str) -> bool:
        """Wait a little for the end of the task of an agent whose participant is closed already."""

        def is_over() -> bool:
            return state_of(self._twilio.taskrouter.task(task)) in OVER

        seconds = min(looking.SEARCH_SECONDS, self._twilio.budget.remaining())
        waiting = Retrying(
            retry=retry_if_result(lambda over: not over),
            wait=wait_fixed(looking.SEARCH_PAUSE_SECONDS),
            stop=stop_before_delay(seconds),
            retry_error_callback=lambda _: False,
        )
        try:
            return waiting(is_over)
        except TwilioFailure:
            return False

    def _is_open(self) -> bool | None:
        try:
            return self.kind.is_open()
        except TwilioFailure as failure:
            logger.warning("channel not read", failure=repr(failure))
            return None

    def _may_be_cancelled(self, task: str) -> bool:
        """Whether a task is read again after the original has ended."""
        creation = self.record.creation_of(task)
        if self.seen.others.get(task) is State.SERVES or creation is None:
            return True  # who accepted may have left meanwhile
        if milliseconds() >= creation.at + FRESH_MS:
            return True
        return not creation.again and (self._plan is None or self._plan.watched)

    def _cancel(self, move: Cancel) -> None:
        self._save_before(move)
        state, known = State.CANCELLED, self.tasks.pop(move.task, None)
        try:
            for attempt in self._twilio.retries.retrying(is_stale):
                with attempt:
                    task, known = known or self._twilio.taskrouter.task(move.task), None
                    state = state_of(task)
                    if task is not None and state is State.WAITS:
                        self.kind.cancel(task)
                        state = State.CANCELLED
        except Stale:
            raise
        except Refused as failure:
            self._moved_in_vain(failure)
            task = self._twilio.taskrouter.task(move.task)
            state = state_of(task)
            if task is not None:  # its channel may be off, and is given back
                self.tasks[move.task] = task
        except TwilioFailure as failure:
            effect = self._moved_in_vain(failure)
            if effect is Effect.NOT_DONE:
                self.record = progress.without_cancellation(self.record, move.task)
            self._has_created = False  # there is nothing else to try
            raise
        self.record, self.seen = progress.cancelled(
            self.record, self.seen, move, Effect.DONE, state
        )

    def _moved_in_vain(self, failure: TwilioFailure) -> Effect:
        logger.warning("move failed", failure=repr(failure))
        self.failure = self.failure or failure
        if self.asks:
            self._twilio.budget.use_all()
        return Effect.UNANSWERED if failure.may_have_happened else Effect.NOT_DONE

    def _save_before(self, move: Move) -> None:
        """Save what a move is recorded as, unless that is so already."""
        recorded = progress.before(self.record, self.seen, move, milliseconds())
        if recorded != self.record:
            self._save(recorded)

    def _save(self, record: Record) -> None:
        self._saved()
        self.lock.save(record)
        self.record = record

    def _save_later(self) -> None:
        """Save at the same time as the next move: the record leads to the same task without it."""
        self._saved()
        self._saving = self._twilio.threads.submit(self.lock.save, self.record)

    def _saved(self) -> None:
        saving, self._saving = self._saving, None
        if saving is not None:
            try:
                saving.result()
            except TableUnavailable:
                logger.exception("record not written", conversation=self.lock.key)


def _unlikeness(task: Task, original: str) -> tuple[bool, bool]:
    """By what tasks are sorted as models for one that is created again."""
    return task.attributes.get("transferredFrom") != original, task.sid != original


def _is_closed_already(failure: TwilioFailure) -> bool:
    return isinstance(failure, Missing) or getattr(failure, "code", None) in CLOSED_ALREADY


def _did_not_happen(error: BaseException) -> bool:
    return isinstance(error, TwilioFailure) and error.transient and not error.may_have_happened
