"""The loop: look, decide, do one move, and let its answer change what is known.

A request, a take-back, an event of Twilio and the schedule all come here with the lock of the
conversation. What comes next is decided in `decide`; what a move changes is in `progress`.
"""

from contextlib import suppress
from dataclasses import replace

from aws_lambda_powertools import Logger

from chat_transfer.metrics import transfer_became
from chat_transfer.transfer import outcome, progress
from chat_transfer.transfer.decide import decide
from chat_transfer.transfer.facts import OPEN, OVER, Answer, Look, Result, State
from chat_transfer.transfer.moves import Moves, Plan
from chat_transfer.transfer.record import Became, Wanted, When, milliseconds
from chat_transfer.twilio.failures import TwilioFailure

logger = Logger(child=True)


class Run(Moves):
    """One run through the loop, under the lock of a conversation."""

    @property
    def new_task(self) -> str | None:
        """The last new task."""
        creation = self.record.last_made
        return creation.task if creation else None

    @property
    def has_left(self) -> bool:
        """Whether something of a transfer is there, or may still appear or take effect."""
        over = {task for task, state in self.seen.others.items() if state in OVER}
        is_open = any(one.task not in over for one in self.record.creations)
        return self.lock.unanswered or is_open or bool(self.record.ends)

    @property
    def goes_forward_only(self) -> bool:
        """Whether the original is over, or may be, or another agent serves the customer."""
        return self._is_served or self.seen.end_in_doubt or self.seen.original in OVER

    def begin(self, wanted: Wanted, plan: Plan) -> None:
        """Want a transfer, with a new task if there is none; what was sent earlier stays."""
        self._plan = plan
        self.record = replace(self.record, wanted=replace(wanted, back=False))
        self.seen = replace(self.seen, may_create=True)

    def reconcile(self) -> Answer:
        """Do what comes next until there is an answer, see `step`.

        Raises
        ------
        TwilioFailure, TableUnavailable
            It could not go on; the record says from where the next look does.
        """
        while True:
            if answer := self.step():
                return answer

    def step(self) -> Answer | None:
        """Decide once, and do what was decided unless that is an answer."""
        known = progress.facts(self.record, self.seen, milliseconds())
        move = decide(self.wanted, known)
        if isinstance(move, Answer):
            return move
        if not isinstance(move, Look):
            logger.debug("move", what=str(move))
        try:
            self.move(move)
        except TwilioFailure as failure:
            self._failed(failure)
        return None

    def settle(self, answer: Answer) -> None:
        """Record what came of it, to be written when the lock is released."""
        wanted = self.wanted
        became = outcome.became_of(wanted, answer) if wanted.became is None else None
        serves, joins = None, answer.result is Result.JOINED and not wanted.joined_at
        if (joins or became is Became.ACCEPTED) and answer.task:
            with suppress(TwilioFailure):
                serves = self._twilio.holder(answer.task)
        now = milliseconds()
        self._saved()
        self.record = outcome.after(self.record, self.seen, answer, now, serves=serves)
        self.record = replace(self.record, waits=answer.result in OPEN)
        self.lock.record = self.record
        if became is not None:
            if not self.asks:  # a request has a line of its own
                logger.info("ended", became=became, new_task_sid=answer.task)
            is_undone = State.CANCELLED in self.seen.others.values()
            transfer_became(became, (now - wanted.since) / 1000, undone=is_undone)

    def give_up(self) -> None:
        """Record how far it has come: the next look goes on from there."""
        self._saved()
        is_doomed = any(one.cancelling for one in self.record.creations)
        wanted = self.wanted
        if not self.record.creations and not self.record.ends and wanted.became is None:
            self.record = replace(self.record, wanted=None)
        elif wanted.when is When.ACCEPTED and wanted.back and not is_doomed:
            self.record = progress.going_back(self.record, back=False)
        elif wanted.when is When.NOW and self.asks and not self.goes_forward_only:
            self.record = progress.going_back(self.record)  # the agent has the chat again
        self.lock.record = self.record

    def _failed(self, failure: TwilioFailure) -> None:
        """Go back once, if a request waits and something was sent; else give up."""
        self.failure = self.failure or failure
        self._twilio.budget.use_all()
        if not self._has_created or self.wanted.back:
            raise failure
        self.record = progress.going_back(self.record)
