"""What is asked for over HTTP: a transfer, what became of it, and to take it back.

Each checks who asks, takes the lock of the conversation and goes into the loop of `reconcile`.
"""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace

from aws_lambda_powertools import Logger

from chat_transfer.http.problems import (
    BadGateway,
    Conflict,
    Declined,
    Forbidden,
    NotFinished,
    Problem,
    TaskEnded,
    agent_joined,
    cannot_take_back,
    kind_unsupported,
    transferred_elsewhere,
)
from chat_transfer.http.request import TransferRequest
from chat_transfer.metrics import transfer_offered
from chat_transfer.transfer import checks
from chat_transfer.transfer.answers import answer_to, rejoin
from chat_transfer.transfer.facts import OPEN, OVER, Answer, Result
from chat_transfer.transfer.kind import Listed, TaskKind
from chat_transfer.transfer.kinds import kind_of, place_of
from chat_transfer.transfer.lock import Busy, Lock, released
from chat_transfer.transfer.offered import JOINED, OFFERED
from chat_transfer.transfer.progress import going_back, leaving
from chat_transfer.transfer.reading import Reading, read, read_again
from chat_transfer.transfer.reconcile import Run
from chat_transfer.transfer.record import MADE, Place, Record, Wanted, When, milliseconds
from chat_transfer.transfer.table import CLOCKS_DIFFER_MS, Table
from chat_transfer.twilio.agents import Caller
from chat_transfer.twilio.context import Twilio
from chat_transfer.twilio.failures import TwilioFailure
from chat_transfer.twilio.tasks import Task

logger = Logger(child=True)

# The states of an offer that goes on.
STATES = {Result.WAITING: OFFERED, Result.JOINED: JOINED}


@dataclass(frozen=True, slots=True)
class Transferred:
    """The answer to a request for a transfer.

    Attributes
    ----------
    task_sid : str
        The new task.
    state : str or None
        ``offered`` if it waits for an agent while the original's agent keeps the customer,
        ``joined`` if both have the customer; None once the original's end is sent.
    """

    task_sid: str
    state: str | None = None


def transfer(request: TransferRequest, table: Table, connect: Callable[[], Twilio]) -> Transferred:
    """Transfer a task: check who asks, then do it once.

    Parameters
    ----------
    connect : callable
        Makes the Twilio of this invocation; raises a `BadGateway` if its credentials cannot be
        read.

    Raises
    ------
    Problem
        With the status and the code of the contract.
    """
    try:
        twilio = connect()
        reading = read(twilio, table, request)
        interaction_sid, channel_sid = request.hints or (None, None)
        hinted = Place(interaction_sid=interaction_sid, channel_sid=channel_sid)
        listed = _listed(twilio, hinted, request.task_sid)
        caller = reading.caller.result()
    except (TwilioFailure, Problem) as error:
        has_left = not isinstance(error, Forbidden) and table.has_left(request.task_sid)
        raise answer_to(error, rolled_back=not has_left) from error
    logger.append_keys(agent_sid=caller.worker_sid)
    asking = Asking(twilio, table, request, reading, caller, listed)
    try:
        return asking.transfer()
    except Exception as error:
        problem = answer_to(error, rolled_back=not asking.has_left())
        if not asking.is_offer:
            rejoin(twilio, caller, request.task_sid, asking.kind_of, asking.is_served, problem)
        raise problem from error


class Asking:
    """A request for a transfer by a caller whose token is valid.

    Attributes
    ----------
    kind : TaskKind or None
        The conversation; None until the original was read, or if it is of another kind.
    """

    def __init__(
        self,
        twilio: Twilio,
        table: Table,
        request: TransferRequest,
        reading: Reading,
        caller: Caller,
        listed: "Future[Listed] | None",
    ) -> None:
        self.kind: TaskKind | None = None
        self._began = milliseconds()
        self._twilio = twilio
        self._table = table
        self._request = request
        self._reading = reading
        self._caller = caller
        self._asked: Wanted | None = None
        self._listed = listed
        self._run: Run | None = None

    @property
    def is_offer(self) -> bool:
        """Whether the agent keeps the customer until another one accepts."""
        return self._asked is not None and self._asked.when is When.ACCEPTED

    def has_left(self) -> bool:
        """Whether something of a transfer is there, or may still appear or take effect."""
        return self._run.has_left if self._run else self._table.has_left(self._request.task_sid)

    def is_served(self) -> bool:
        """Whether an agent has accepted a new task of this transfer."""
        record = self._run.record if self._run else None
        if record is None and (key := self._table.conversation_of(self._request.task_sid)):
            record = self._table.read(key)
        under_way = record.under_way if record else None
        if under_way and under_way.joined_at and not under_way.leaves:
            return False  # they have joined the original's
        made = {one.task for one in record.creations if one.task} if record else set()
        tasks = [self._twilio.taskrouter.task(sid) for sid in made - {self._request.task_sid}]
        return any(task and task.is_assigned for task in tasks)

    def kind_of(self, original: Task) -> TaskKind | None:
        """The conversation of the original, also if that could not be read at first."""
        if self.kind is None and (place := place_of(original)):
            return kind_of(self._twilio, place, original.sid)
        return self.kind

    def transfer(self) -> Transferred:
        """Check who asks, take the lock of the conversation, and transfer."""
        reading, twilio, request = self._reading, self._twilio, self._request
        reading.authorise(self._table, self._caller)
        place = reading.place(self._table)
        if place is None:
            checks.transferable(request, reading)
            raise kind_unsupported()
        self.kind = kind = kind_of(twilio, place, request.task_sid)
        if request.hints != (place.interaction_sid, place.channel_sid):
            self._listed = _listed(twilio, place, request.task_sid)
        asked = checks.wanted(twilio, request, reading, self._caller, place)
        self._asked = asked
        lock = self._lock(kind.place, asked)
        return released(lock, lambda: self._under_lock(lock, kind, asked))

    def _lock(self, place: Place, asked: Wanted) -> Lock:
        """Take the lock; a transfer that runs elsewhere is waited for.

        If no transfer is under way, the same write records what is asked for.
        """
        begins = Record(place=place, wanted=asked)
        seconds = self._twilio.budget.remaining()
        lock = self._table.lock(place.key, seconds=seconds, begins=begins)
        assert lock is not None
        return lock

    def _under_lock(self, lock: Lock, kind: TaskKind, asked: Wanted) -> Transferred:
        if lock.record.wanted == asked:  # written with the lock, so nothing was under way before
            lock.record = replace(lock.record, wanted=None)
        done = lock.record.done_of(asked.original)
        if done and done.became in MADE:
            return _repeated(asked, done.target, done.new_task)
        if lock.record.touched > self._began - CLOCKS_DIFFER_MS:
            self._read_again(kind)
        under_way = lock.record.under_way
        if under_way and not under_way.asks_for(asked):
            if made := self._end_other(lock, kind, under_way.replaced_by(asked), asked):
                return made
            self._read_again(kind)
            under_way = None
        return self._transfer(lock, kind, asked, under_way)

    def _transfer(
        self, lock: Lock, kind: TaskKind, asked: Wanted, under_way: Wanted | None
    ) -> Transferred:
        """Begin a transfer, or go on with the same one."""
        self._run = run = self._look(lock, kind, under_way or asked)
        refused = None
        try:
            run.begin(*checks.plan(self._twilio, self._request, self._reading, run.wanted, run))
        except Problem as problem:
            if under_way is None:
                raise
            refused = problem  # what has begun is brought to its end all the same
        answer = _ended(run)
        run.settle(answer)
        if answer.result in OPEN and asked.when is When.ACCEPTED and answer.task:
            if under_way is None:
                transfer_offered()
            return Transferred(answer.task, STATES[answer.result])
        return _answer_of(run, answer, refused)

    def _look(self, lock: Lock, kind: TaskKind, wanted: Wanted) -> Run:
        """Begin a run with what was read already."""
        run = Run(self._twilio, lock, kind.place, wanted, asks=True)
        if wanted.original == self._request.task_sid:
            run.look_at(self._reading.task.result(), self._listed)
        return run

    def _end_other(
        self, lock: Lock, kind: TaskKind, other: Wanted, asked: Wanted
    ) -> Transferred | None:
        """Bring another transfer of the conversation to its end, so that this one can begin.

        An offer of the same original is taken back; what may be refused is refused before that. If
        the agent whom this one is for has joined already, the original's agent leaves to them.
        """
        is_same = other.original == asked.original
        self._run = run = self._look(lock, kind, other)
        if is_same:
            checks.plan(self._twilio, self._request, self._reading, asked, run)
        run.asks = False
        if is_same and other.when is When.NOW:  # it was interrupted, and is undone
            run.record = going_back(run.record)
        answer = _ended(run)
        if is_same and (change := _change_of(run, answer, other, asked)):
            run.record = change(run.record)
            answer = _ended(run)
        run.settle(answer)
        if is_same and answer.result is Result.MADE:
            return _repeated(asked, other.target, answer.task)
        if problem := _in_the_way(answer, is_same=is_same):
            raise problem
        return None

    def _read_again(self, kind: TaskKind) -> None:
        """Read again what another transfer may have changed."""
        self._reading = read_again(self._twilio, self._reading)
        self._listed = _listed(self._twilio, kind.place, self._request.task_sid)


def _listed(twilio: Twilio, place: Place, task_sid: str) -> "Future[Listed] | None":
    """List the conversation's tasks at the same time as what comes next."""
    if place.interaction_sid is None:
        return None
    return twilio.threads.submit(kind_of(twilio, place, task_sid).listed)


def _ended(run: Run) -> Answer:
    """Go through the loop; if it cannot go on, record how far it has come."""
    try:
        return run.reconcile()
    except TwilioFailure as failure:
        run.give_up()
        if run.goes_forward_only:
            raise NotFinished(run.new_task) from failure
        raise (run.failure or failure) from failure
    except BadGateway:
        run.give_up()
        raise


def _change_of(
    run: Run, answer: Answer, other: Wanted, asked: Wanted
) -> Callable[[Record], Record] | None:
    """What becomes of an offer that goes on, so that another transfer can begin."""
    if answer.result is Result.WAITING and run.seen.original not in OVER:
        return going_back
    return leaving if answer.result is Result.JOINED and other.target == asked.target else None


def _in_the_way(answer: Answer, *, is_same: bool) -> Problem | None:
    """Why a transfer cannot begin next to another one of the conversation, or of the same task."""
    match answer.result:
        case Result.KEPT:
            return cannot_take_back()
        case Result.JOINED if is_same:
            return agent_joined()
        case Result.WAITING | Result.JOINED if not is_same:
            return Busy()
        case Result.CLOSED | Result.WAITING:
            return TaskEnded()
        case Result.NOT_FINISHED:
            return NotFinished(answer.task)
    return None


def _repeated(asked: Wanted, target: str, new_task: str | None) -> Transferred:
    """Answer with a transfer that was made already."""
    if target != asked.target:
        raise transferred_elsewhere()
    return Transferred(new_task or "")


def _answer_of(run: Run, answer: Answer, refused: Problem | None) -> Transferred:
    """Answer with how a run has ended, if that is not an offer."""
    match answer.result:
        case Result.MADE:
            return Transferred(answer.task or run.new_task or "")
        case Result.CLOSED:
            raise run.failure if isinstance(run.failure, Conflict) else TaskEnded()
        case Result.KEPT:
            raise cannot_take_back()
        case Result.WAITING | Result.NOT_FINISHED:
            raise NotFinished(answer.task) from run.failure
    raise run.failure or refused or Declined()
