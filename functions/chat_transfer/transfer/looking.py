"""What is known of a conversation under its lock: read in parallel, and no more than is needed."""

from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import replace

from aws_lambda_powertools import Logger
from tenacity import Retrying, retry_if_result, stop_before_delay, wait_fixed

from chat_transfer.transfer import progress
from chat_transfer.transfer.facts import OVER, State
from chat_transfer.transfer.kind import Listed
from chat_transfer.transfer.kinds import kind_of
from chat_transfer.transfer.lock import Lock
from chat_transfer.transfer.progress import Seen
from chat_transfer.transfer.record import Place, Wanted, When
from chat_transfer.twilio.context import Twilio
from chat_transfer.twilio.failures import Missing
from chat_transfer.twilio.tasks import Task

logger = Logger(child=True)

SEARCH_SECONDS = 3.0
SEARCH_PAUSE_SECONDS = 0.5
# Lambda's clock and Twilio's may differ, and Twilio's times are whole seconds.
CLOCKS_DIFFER_MS = 5000


class Looking:
    """A look at one conversation, under its lock.

    Attributes
    ----------
    record : Record
        As it is saved, or about to be.
    seen : Seen
        What was read and done.
    tasks : dict of str to Task
        The tasks as they were read last.
    listed : Listed or None
        What Twilio listed last.
    searches : bool
        Whether a creation that was not answered is waited for.
    """

    def __init__(
        self, twilio: Twilio, lock: Lock, place: Place, wanted: Wanted, *, is_due: bool = False
    ) -> None:
        self.kind = kind_of(twilio, place, wanted.original)
        self.record = replace(lock.record, wanted=wanted, place=place)
        self.seen = Seen.of(self.record, detaches=self.kind.detaches)
        self.lock = lock
        self.tasks: dict[str, Task] = {}
        self.listed: Listed | None = None
        self.searches = False
        self._twilio = twilio
        self._is_due = is_due

    @property
    def wanted(self) -> Wanted:
        """The transfer that is under way, or has ended and left something unanswered."""
        return self.record.wanted or Wanted()

    def look_at(self, original: Task | None, listed: "Future[Listed] | None") -> None:
        """Take what was read already for what is known."""
        self._note({self.wanted.original: original})
        if listed is not None:
            try:
                self._look_at_listed(listed.result())
            except Missing:
                self._gone()

    def look(self, *, everything: bool = False) -> None:
        """Read what is not known, in parallel."""
        known = {task for task, state in self.seen.others.items() if state is not None}
        made = {one.task for one in self.record.creations if one.task and not one.is_over}
        unknown = {*made, *self.seen.others} - known
        is_offer = self.wanted.when is When.ACCEPTED and self.wanted.became is None
        # Nothing depends on the original of an offer that waits.
        is_enough = self._is_due and is_offer and unknown
        if self.seen.original is None and not is_enough:
            unknown.add(self.wanted.original)
        reads_channel = is_offer and self.seen.conversation_open is None and not everything
        submit = self._twilio.threads.submit
        is_open = submit(self.kind.is_open) if reads_channel else None
        read = self._twilio.threads.map(self._read_one, sorted(unknown))
        listed = self._listed() if everything else None
        self._note(dict(read))
        if is_open is not None:
            self.seen = replace(self.seen, conversation_open=is_open.result())
        if listed is not None:
            self._look_at_listed(listed)
        self._note_declined()

    def _listed(self) -> Listed | None:
        try:
            return self.kind.listed()
        except Missing:
            self._gone()
            return None

    def _look_at_listed(self, listed: Listed) -> None:
        """Read what is listed; wait a little for what this run has created."""
        self._note_listed(listed, self._named(listed))
        if self.searches and self._unanswered():
            self.searches = False
            seconds = min(SEARCH_SECONDS, self._twilio.budget.remaining())
            waiting = Retrying(
                retry=retry_if_result(lambda found: not found),
                wait=wait_fixed(SEARCH_PAUSE_SECONDS),
                stop=stop_before_delay(seconds),
                retry_error_callback=lambda _: False,
            )
            waiting(self._search_once)
        if self.seen.original in OVER and self.seen.conversation_open is None:
            original = self.tasks.get(self.wanted.original)
            others = [one for one in self.tasks.values() if one is not original]
            is_open = self.kind.is_open(original, others, detached=self.seen.detached)
            self.seen = replace(self.seen, conversation_open=is_open)

    def _search_once(self) -> bool:
        listed = self.kind.listed()
        self._note_listed(listed, self._named(listed))
        return not self._unanswered()

    def _named(self, listed: Listed) -> list[Task]:
        """Read the tasks that are listed and not known to be over."""
        over = {task for task, state in self.seen.others.items() if state in OVER}
        named = {*listed.agents, *listed.invited} - over - {self.wanted.original}
        return [task for _, task in self._twilio.threads.map(self._read_one, named) if task]

    def _gone(self) -> None:
        """Note that the interaction is gone."""
        self.seen = replace(self.seen, conversation_open=False, everything=True)

    def _note_listed(self, listed: Listed, tasks: Iterable[Task]) -> None:
        self.listed = listed
        self._note({task.sid: task for task in tasks})
        self.seen = replace(self.seen, everything=True)

    def _match(self, task: Task) -> None:
        """Record that an unanswered creation has made a task, if it can have."""
        if task.sid in self.record.tasks() or task.date_created is None:
            return
        made_at = task.date_created.timestamp() * 1000
        for index, one in enumerate(self.record.creations):
            if (
                one.task is None
                and one.workflow == task.workflow_sid
                and made_at >= one.at - CLOCKS_DIFFER_MS
                and task.attributes.get("targetSid") in (None, one.target)
                and self.kind.made(one, task, self.tasks.get(self.wanted.original))
            ):
                logger.info("unanswered creation found", new_task_sid=task.sid)
                self.record = progress.found(self.record, index, task.sid)
                self.lock.pointers.add(task.sid)
                return

    def _unanswered(self) -> bool:
        return any(one.task is None for one in self.record.creations)

    def is_original_over(self) -> bool:
        """Whether the original is over now."""
        self._note(dict([self._read_one(self.wanted.original)]))
        return self.seen.original in OVER

    def _read_one(self, sid: str) -> tuple[str, Task | None]:
        return sid, self._twilio.taskrouter.task(sid)

    def _note(self, tasks: Mapping[str, Task | None]) -> None:
        """Note what was read at the same time; it may be what an unanswered creation has made."""
        for task in filter(None, tasks.values()):
            self._match(task)
        # A search of Programmable Chat finds tasks that may be of other conversations.
        known = {self.wanted.original, *self.record.tasks()}
        of_this = {sid: tasks[sid] for sid in tasks if sid in known or not self.kind.detaches}
        kept = {sid: task for sid, task in self.tasks.items() if sid not in of_this}
        self.tasks = {**kept, **{sid: task for sid, task in of_this.items() if task}}
        states = {sid: state_of(task) for sid, task in of_this.items()}
        self.seen = progress.read(self.record, self.seen, states)

    def _note_declined(self) -> None:
        """Read whether the one agent whom an offer is for has declined it."""
        wanted = self.wanted
        if wanted.when is not When.ACCEPTED or not wanted.target.startswith("WK"):
            return
        for sid, state in self.seen.others.items():
            creation = self.record.creation_of(sid)
            task = self.tasks.get(sid)
            is_idle = state is State.WAITS and task and task.assignment_status == "pending"
            if creation and creation.target == wanted.target and is_idle:
                declined = self._twilio.taskrouter.declined(sid, wanted.target)
                if declined:
                    self.seen = replace(self.seen, declined=self.seen.declined | {sid})


def state_of(task: Task | None) -> State:
    """What a task does for its customer; one that is deleted may have been accepted before."""
    if task is None or task.assignment_status == "completed":
        return State.LEFT
    states = {"assigned": State.SERVES, "wrapping": State.LEAVES, "canceled": State.CANCELLED}
    return states.get(task.assignment_status, State.WAITS)
