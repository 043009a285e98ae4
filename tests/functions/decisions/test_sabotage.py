"""The search and the table of facts find what is broken on purpose, one defect after the other."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

import pytest

from chat_transfer.transfer import decide, looking, moves, outcome, progress
from chat_transfer.transfer.facts import OVER, Answer, Cancel, Facts, OtherTask, Result, State
from chat_transfer.transfer.progress import Effect, Seen
from chat_transfer.transfer.reconcile import Run
from chat_transfer.transfer.record import Record, Wanted, When
from chat_transfer.twilio.failures import TwilioFailure
from chat_transfer.twilio.tasks import Task
from tests.functions.decisions.facts import Held, combinations
from tests.functions.decisions.scenarios import B, Scenario, leave, now, offer, take_back, warm
from tests.functions.decisions.search import search
from tests.functions.decisions.sids import QUEUE, WORKFLOW

Place = tuple[object, str]


@dataclass(frozen=True)
class Defect:
    """Something of the functions is otherwise, and where the search looks for that.

    Attributes
    ----------
    instead : callable
        Stands in for what is at the places.
    is_confirmed : bool
        Whether a later look confirms an answer, as it does; it would repair some of the defects.
    """

    name: str
    instead: object
    places: tuple[Place, ...]
    scenario: Scenario
    is_confirmed: bool = True

    def made(self) -> AbstractContextManager[Any]:
        """Make it for a while."""
        stack = ExitStack()
        for where, name in self.places:
            stack.enter_context(patch.object(where, name, self.instead))
        if not self.is_confirmed:
            stack.enter_context(patch.object(outcome, "CONFIRMED_MS", 0))
        return stack

    def __str__(self) -> str:
        return self.name


def not_done(run: Run, failure: TwilioFailure) -> Effect:
    run.failure = run.failure or failure
    return Effect.NOT_DONE


def served_by_the_past(task: Task | None) -> State:
    state = state_of(task)
    return State.SERVES if state is State.LEFT else state


def without_unanswered(run: Run, *arguments: Any) -> None:
    begin(run, *arguments)
    answered = tuple(one for one in run.record.creations if one.task)
    run.record = replace(run.record, creations=answered)


def only_what_was_made(look: looking.Looking, listed: Any) -> list[Task]:
    return [task for task in named(look, listed) if task.sid in look.record.tasks()]


def read_without_doubt(record: Record, seen: Seen, states: Mapping[str, State]) -> Seen:
    others = {**seen.others, **states}
    original = others.pop(record.wanted.original if record.wanted else "", seen.original)
    is_in_doubt = seen.end_in_doubt and original not in OVER
    return replace(seen, original=original, others=others, end_in_doubt=is_in_doubt)


def ended_as_before(seen: Seen, *arguments: Any, **more: Any) -> Seen:
    return replace(ended(seen, *arguments, **more), others=seen.others)


def cancelled_as_before(
    record: Record, seen: Seen, move: Cancel, effect: Effect, state: State
) -> tuple[Record, Seen]:
    after, then = cancelled(record, seen, move, effect, state)
    return after, replace(then, original=seen.original, others={**seen.others, move.task: state})


def sent_away_as_before(record: Record, seen: Seen, *more: Any, **rest: Any) -> tuple[Record, Seen]:
    after, then = sent_away(record, seen, *more, **rest)
    return after, replace(then, original=seen.original)


def joined_for_good(wanted: Wanted, facts: Facts, _serving: OtherTask) -> bool:
    return wanted.warm and wanted.became is None and facts.original is State.SERVES


sent_away = progress.sent_away
state_of, begin, named = looking.state_of, Run.begin, looking.Looking._named
ended, cancelled = progress.ended, progress.cancelled

DEFECTS = (
    Defect(
        "an answer is lost, and so is that it may have happened",
        not_done,
        ((Run, "_moved_in_vain"),),
        Scenario((now(0, B),), faults=1),
    ),
    Defect(
        "an agent who has left counts as one who serves",
        served_by_the_past,
        ((looking, "state_of"), (moves, "state_of")),
        Scenario((now(0, B), now(0, B)), faults=1, acts=2),
    ),
    Defect(
        "a look stops at the next task",
        only_what_was_made,
        ((looking.Looking, "_named"),),
        Scenario((now(0, B),), faults=1),
    ),
    Defect(
        "an old request makes an agent leave",
        lambda _: False,
        ((decide, "_has_chat_again"),),
        Scenario((now(0, B),), faults=1, acts=1),
    ),
    Defect(
        "a close that is refused leaves the original open",
        lambda _: False,
        ((moves, "_is_closed_already"),),
        Scenario((now(0, B),), acts=1),
        is_confirmed=False,
    ),
    Defect(
        "the doubt about a close ends with the function",
        lambda *_: False,
        ((Record, "end_unanswered"),),
        Scenario((now(0, WORKFLOW),), faults=1, kills=1, acts=1),
    ),
    Defect(
        "the doubt about an invite ends with the next request",
        without_unanswered,
        ((Run, "begin"),),
        Scenario((now(0, B), now(0, QUEUE)), faults=1),
    ),
    Defect(
        "the schedule looks at offers only",
        property(lambda record: record.wanted and record.wanted.when is When.ACCEPTED),
        ((Record, "is_unfinished"),),
        Scenario((now(0, B),), kills=1, acts=1),
    ),
    Defect(
        "no function looks at the channel after the invite",
        lambda _: True,
        ((Run, "_is_open"),),
        Scenario((now(0, B),), acts=1),
    ),
    Defect(
        "a task that is over changes nothing that was read before",
        read_without_doubt,
        ((progress, "read"),),
        Scenario((offer(0, B),), kills=1, acts=2),
        is_confirmed=False,
    ),
    Defect(
        "the new task is not read after a slow invite",
        lambda *_: False,
        ((Run, "_may_be_cancelled"),),
        Scenario((now(0, B),), faults=1, acts=2),
    ),
    Defect(
        "who has the customer is not read again after the end",
        ended_as_before,
        ((progress, "ended"),),
        Scenario((offer(0, B),), acts=2),
        is_confirmed=False,
    ),
    Defect(
        "no task is read again after a cancellation",
        cancelled_as_before,
        ((progress, "cancelled"),),
        Scenario((now(0, B),), kills=1, acts=2),
        is_confirmed=False,
    ),
    Defect(
        "an agent who is about to leave serves",
        0,
        ((outcome, "CONFIRMED_MS"),),
        Scenario((offer(0, B),), acts=2),
    ),
    Defect(
        "the doubt about who is sent away ends with the function",
        lambda record, *_, **__: record,
        ((progress, "_cancelling"),),
        Scenario(
            (warm(0, B), take_back(0)), faults=1, acts=2, only=frozenset({"accept", "wrap up"})
        ),
    ),
    Defect(
        "no task is read again after an agent is sent away",
        sent_away_as_before,
        ((progress, "sent_away"),),
        Scenario((warm(0, B), take_back(0)), acts=2),
        is_confirmed=False,
    ),
    Defect(
        "who is to leave stays with who has joined",
        joined_for_good,
        ((decide, "_has_joined"),),
        Scenario((warm(0, B), leave(0)), acts=1),
    ),
)


@pytest.mark.parametrize("defect", DEFECTS, ids=str)
def test_the_search_finds_a_defect(defect: Defect) -> None:
    with defect.made():
        found = search(defect.scenario.world(), defect.scenario.rules())
    assert found.broken, str(found)


def ours_alone(facts: Facts, state: State, *, present: bool) -> OtherTask | None:
    known = (one for one in facts.others if one.state is state and one.present is present)
    return next((one for one in known if one.ours), None)


def also_kept(facts: Facts) -> list[OtherTask]:
    return [one for one in facts.others if one.ours and one.state is State.WAITS]


def also_by_others(facts: Facts) -> list[OtherTask]:
    return [one for one in facts.others if one.state is State.WAITS and not one.kept]


@pytest.mark.parametrize(
    ("row", "instead"),
    [
        ("_first", ours_alone),
        ("_cancellable", also_kept),
        ("_cancellable", also_by_others),
        ("_has_chat_again", lambda _: False),
        ("_closed", lambda _: Answer(Result.CLOSED)),
        ("_served", lambda *_: Answer(Result.MADE)),
    ],
)
def test_the_facts_show_a_defect(row: str, instead: object) -> None:
    with patch.object(decide, row, instead):
        assert not all(
            Held(wanted, facts).holds(decide.decide(wanted, facts))
            for wanted, facts in combinations()
        )
