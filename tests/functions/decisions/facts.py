"""Combinations of facts, and what has to hold for each move that `decide` makes of them.

The full product has more than a hundred million. Every state of the original is combined with the
kinds of other tasks. Each of these is combined with 32 rows, in which any three of the other facts
have every combination of values. The rows are an orthogonal array of strength 3, whose columns are
the vectors of five bits with an odd number of ones. A row of `decide` reads few facts, so that is
where it could go wrong.
https://en.wikipedia.org/wiki/Orthogonal_array
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from chat_transfer.transfer.facts import (
    CLOSED,
    OVER,
    Answer,
    Cancel,
    Create,
    CreateAgain,
    Detach,
    End,
    Facts,
    Look,
    Move,
    OtherTask,
    Restore,
    Result,
    SendAway,
    State,
)
from chat_transfer.transfer.record import MADE, Became, Wanted, When

ORIGINAL = "original"
BITS = 5
COLUMNS = tuple(one for one in range(2**BITS) if one.bit_count() % 2)
TO_CUSTOMER = (State.WAITS, State.SERVES)

Case = tuple[Wanted, Facts]


def combinations() -> Iterator[Case]:
    """Every case."""
    rows = [_row(number) for number in range(2**BITS)]
    # Only a held task is transferred, so the original never waits.
    originals = (None, *(state for state in State if state is not State.WAITS))
    for (wanted, facts), original, others in product(rows, originals, _tasks()):
        yield wanted, replace(facts, original=original, others=others)


def _tasks() -> list[tuple[OtherTask, ...]]:
    """No other task, each kind of one, and each kind of one with those that differ most from it."""
    first, second = _others("a"), _others("b")
    return [(), *((one,) for one in first), *product(first, second[:3] + second[5::4])]


def _others(sid: str) -> list[OtherTask]:
    """The kinds of another task that `decide` tells apart."""
    waits = OtherTask(sid=sid, state=State.WAITS)
    waiting = [
        waits,
        replace(waits, fits=False),
        replace(waits, ours=False, fits=False),
        replace(waits, offered=True),
        replace(waits, offered=True, fits=False),
        replace(waits, kept=True),
        replace(waits, kept=True, fits=False),
        replace(waits, offered=True, declined=True),
        replace(waits, offered=True, declined=True, kept=True),
    ]
    serves = OtherTask(sid=sid, state=State.SERVES)
    by_others = [serves, replace(serves, ours=False, fits=False)]
    by_others += [replace(one, present=True) for one in by_others]
    leaving = [replace(one, state=State.LEAVES) for one in by_others]
    over = [
        replace(serves, state=state, ours=ours, fits=ours)
        for state in (State.LEFT, State.CANCELLED)
        for ours in (True, False)
    ]
    return [OtherTask(sid=sid), *waiting, *by_others, replace(serves, kept=True), *leaving, *over]


def _row(number: int) -> Case:
    """One row of the array: what is wanted, and the facts apart from the tasks' states."""
    bits = [bool((number & column).bit_count() % 2) for column in COLUMNS[:15]]
    became = (None, None, Became.MADE, Became.DECLINED)[2 * bits[0] + bits[1]]
    is_open = (None, True, True, False)[2 * bits[2] + bits[3]]
    wanted = Wanted(
        original=ORIGINAL,
        when=When.ACCEPTED if bits[4] else When.NOW,
        back=bits[5],
        became=became,
        warm=bits[4] and bits[6],
        leaves=bits[7],
        joined_at=int(bits[8]),
    )
    detaches = bits[6] and not bits[4]  # what is offered is a conversation
    return wanted, Facts(
        conversation_open=is_open,
        detaches=detaches,
        attached=not detaches or bits[7],
        end_unanswered=not detaches and bits[8],
        complete=bits[9],
        creation_unanswered=bits[10],
        end_failed=bits[11],
        may_create=bits[12] and became is None,  # a request begins again
        may_create_again=bits[13],
        unconfirmed=bits[14] and became is not None,
    )


class Held:
    """What has to hold for a move: the principles of `decide`, one method a kind of move."""

    def __init__(self, wanted: Wanted, facts: Facts) -> None:
        self.wanted, self.facts = wanted, facts
        self.is_over = facts.original in OVER
        self.states = {one.sid: one.state for one in facts.others}
        self.has_chat_again = wanted.became is not None and wanted.became not in MADE

    def holds(self, move: Move) -> bool:
        """Whether a move is one of those that the principles allow."""
        facts = self.facts
        match move:
            case Look(everything=False):
                is_unknown = facts.original is None or None in self.states.values()
                return is_unknown or facts.conversation_open is None
            case Look():
                return not facts.complete or facts.conversation_open is None
            case Create():
                return self._may_create()
            case CreateAgain():
                return self._may_create_again()
            case Detach():
                return facts.detaches and facts.attached and self._may_end("", When.NOW)
            case Restore():
                return not facts.attached and not self.is_over and facts.original is not None
            case SendAway(task=task, instead=instead):
                return self._may_send_away(task, instead)
            case End(instead=instead):
                return self._may_end(instead, self.wanted.when)
            case Cancel(task=task, instead=instead):
                return self._may_cancel(task, instead)
            case Answer(result=result, task=task):
                return self._may_answer(result, task)

    def _leads(self, sid: str) -> bool:
        """Whether a task leads to the customer, and is there to stay."""
        if sid == ORIGINAL:
            is_sure = self.facts.attached and not self.facts.end_unanswered
            return is_sure and not self.is_over and self.facts.original is not None
        return self.states.get(sid) in TO_CUSTOMER

    def _is_served_by_another(self) -> bool:
        others = self.facts.others
        return any(one.state is State.SERVES and not one.present for one in others)

    def _may_create(self) -> bool:
        """A request asks, its agent has the customer, and nothing that was made waits (2, 5)."""
        facts = self.facts
        return (
            facts.may_create
            and not self.is_over
            and facts.attached
            and not self._is_served_by_another()
            and self._alone(None)
            and (not self.wanted.back or facts.end_unanswered)
            and (facts.complete or not facts.creation_unanswered)
        )

    def _may_create_again(self) -> bool:
        """No agent has the customer, as far as Twilio shows (6)."""
        facts = self.facts
        return (
            self.is_over
            and facts.complete
            and facts.conversation_open is True
            and facts.may_create_again
            and not any(state in TO_CUSTOMER for state in self.states.values())
        )

    def _may_end(self, instead: str, when: When) -> bool:
        """A task leads to the customer instead, and no old request does it (1, 4, 5, 8)."""
        facts, wanted = self.facts, self.wanted
        serves = self.states.get(instead) is State.SERVES
        if instead and not serves:  # as soon as one waits
            is_forward = when is When.NOW and (not wanted.back or self._goes_forward(instead))
            if not (is_forward and self._leads(instead) and wanted.became is None):
                return False
        return (
            not self.is_over
            and facts.original is not None
            and not facts.end_failed
            and not self.has_chat_again
            and facts.conversation_open is not False
        )

    def _may_send_away(self, task: str, instead: str) -> bool:
        """The original's agent has the customer, and does so for sure; that was asked for (1)."""
        one = next(one for one in self.facts.others if one.sid == task)
        is_joined = one.ours and one.state is State.SERVES and not one.kept
        is_asked_for = self.wanted.warm and self.wanted.back
        is_held = instead == ORIGINAL and self.facts.original is State.SERVES
        return is_joined and is_asked_for and is_held and self._leads(ORIGINAL)

    def _is_joined(self, task: str | None) -> bool:
        """Whether an agent has joined the original's, and neither is to leave."""
        is_served = self.states.get(task or "") is State.SERVES
        is_to_stay = not (self.wanted.back or self.facts.end_unanswered or self.wanted.leaves)
        return self.wanted.warm and is_served and is_to_stay

    def _goes_forward(self, task: str) -> bool:
        """Whether it cannot be taken back: the original may be over, or the new task stays."""
        is_kept = any(one.kept and one.sid == task for one in self.facts.others)
        return self.facts.end_unanswered or is_kept

    def _may_cancel(self, task: str, instead: str) -> bool:
        """Only what a transfer made and no agent has; another one leads to the customer (1, 7)."""
        one = next(one for one in self.facts.others if one.sid == task)
        if not one.ours or one.kept or one.state is not State.WAITS or task == instead:
            return False
        if self.facts.conversation_open is False:
            return instead == CLOSED
        return self._leads(instead)

    def _may_answer(self, result: Result, task: str | None) -> bool:
        """Nothing is left to do, and the result is true."""
        facts, others = self.facts, self.facts.others
        left = [one for one in others if one.ours and one.state is State.WAITS and not one.kept]
        is_held = not self.is_over and not self._is_served_by_another()
        match result:
            case Result.CLOSED:
                return facts.conversation_open is False and not left
            case Result.MADE:
                is_led = task is None or self._leads(task)
                has_left = self.wanted.warm and facts.original is State.LEAVES
                is_ended = self.is_over or has_left or self.has_chat_again
                return is_led and is_ended and self._alone(task)
            case Result.JOINED:
                is_held = self._leads(ORIGINAL) and facts.original is State.SERVES
                return is_held and self._is_joined(task) and self._alone(task)
            case Result.BACK | Result.DECLINED:
                is_alone = self._alone(None) and not any(one.kept for one in others)
                return is_held and self._leads(ORIGINAL) and is_alone
            case Result.KEPT:
                waiting = [one for one in others if one.ours and one.state is State.WAITS]
                is_kept = is_held and any(self._goes_forward(one.sid) for one in waiting)
                return is_kept or (self.wanted.warm and self._leads(task or ""))
            case Result.UNKNOWN:
                is_unanswered = facts.creation_unanswered or facts.end_unanswered
                return is_held and is_unanswered and not left
            case Result.WAITING:
                return self.states.get(task or "") in (State.WAITS, State.LEAVES)
            case Result.NOT_FINISHED:
                is_tried = facts.end_failed if task else not facts.may_create_again
                return is_tried and (task is None or self._leads(task))

    def _alone(self, task: str | None) -> bool:
        """Whether no other task that a transfer made waits (2)."""
        return not any(
            one.ours and one.state is State.WAITS and not one.kept and one.sid != task
            for one in self.facts.others
        )
