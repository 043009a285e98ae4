"""Reads who asks and what a transfer depends on, in parallel, and tells who may ask."""

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any

from chat_transfer.http.problems import Forbidden, task_unknown
from chat_transfer.http.request import TransferRequest
from chat_transfer.targets import allowed
from chat_transfer.targets.allowed import Names
from chat_transfer.targets.routing import configuration_of
from chat_transfer.transfer.kinds import place_of
from chat_transfer.transfer.record import MADE, Place, Record
from chat_transfer.transfer.table import Table
from chat_transfer.twilio.agents import Caller
from chat_transfer.twilio.context import Twilio
from chat_transfer.twilio.tasks import Named, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """Who asks, and for which task. Each part raises what its call failed with.

    Attributes
    ----------
    task : Future of Task or None
        The original; None if there is none of that SID.
    holder : Future of str or None
        The worker SID of the agent who holds it.
    conversation : Future of str or None
        The key of the record that a transfer of it, or to it, has.
    """

    task_sid: str
    caller: "Future[Caller]"
    task: "Future[Task | None]"
    holder: "Future[str | None]"
    conversation: "Future[str | None]"

    def place(self, table: Table) -> Place | None:
        """Where the customer is: as recorded, since an agent's browser can write attributes."""
        task, key = self.task.result(), self.conversation.result()
        place = place_of(task) if task else None
        if key is not None and (place is None or place.key != key):
            record = table.read(key)
            place = record.place if record and record.place.key else place
        return place

    def authorise(self, table: Table, caller: Caller, *, reads: bool = False) -> None:
        """Allow the task's holder, supervisors, admins, and who held it when its transfer began.

        Parameters
        ----------
        reads : bool
            Whether the agent who accepted may ask too.

        Raises
        ------
        Forbidden, NotFound
            The caller is none of them, or there is no such task.
        """
        if caller.may_act_for(self.holder.result()):
            return
        place = self.place(table)
        record = (table.read(place.key) if place else None) or Record()
        wanted, done = record.wanted, record.done_of(self.task_sid)
        if wanted and wanted.original == self.task_sid:
            who = {wanted.held_by, wanted.joined_by if reads else None} - {None}
            if any(map(caller.may_act_for, who)):
                return
        if done and (
            caller.may_act_for(done.held_by)
            or (caller.identity == done.asked_by and done.became in MADE)
            or (reads and caller.may_act_for(done.accepted_by))
        ):
            return
        if done is None and self.task.result() is None:
            raise task_unknown(self.task_sid)
        raise Forbidden(
            "Only the agent who holds the task, a supervisor or an admin may transfer it.",
            code="not_your_task",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Original):
    """What a transfer depends on.

    Attributes
    ----------
    target : Future of Named or None
        The target; None if the workspace has none of that SID.
    names : Future of Names or None
        What the caller may transfer to; None if that is not asked for each agent.
    configuration : Future of Mapping
        That of the transfer workflow; a copy may be a minute old.
    """

    target: "Future[Named | None]"
    names: "Future[Names] | None"
    configuration: "Future[Mapping[str, Any]]"


def read_original(twilio: Twilio, table: Table, token: str, task_sid: str) -> Original:
    """Read who asks, and who holds the task, in parallel."""
    submit, taskrouter = twilio.threads.submit, twilio.taskrouter
    return Original(
        task_sid=task_sid,
        caller=twilio.caller(token),
        task=submit(taskrouter.task, task_sid),
        holder=submit(twilio.holder, task_sid),
        conversation=submit(table.conversation_of, task_sid),
    )


def read(twilio: Twilio, table: Table, request: TransferRequest) -> Reading:
    """Read what a transfer depends on, in one round of parallel calls."""
    original = read_original(twilio, table, request.token, request.task_sid)
    return Reading(
        task_sid=original.task_sid,
        caller=original.caller,
        task=original.task,
        holder=original.holder,
        conversation=original.conversation,
        target=twilio.threads.submit(twilio.taskrouter.target, request.target.sid),
        names=_names(twilio, original),
        configuration=twilio.threads.submit(configuration_of, twilio),
    )


def _names(twilio: Twilio, original: Original) -> "Future[Names] | None":
    if twilio.settings.targets_attribute is None:
        return None
    return twilio.threads.submit(lambda: allowed.names_of(twilio, original.caller.result()))


def read_again(twilio: Twilio, reading: Reading) -> Reading:
    """Read again what another transfer of the task may have changed."""
    return replace(
        reading,
        task=twilio.threads.submit(twilio.taskrouter.task, reading.task_sid),
        holder=twilio.threads.submit(twilio.holder, reading.task_sid),
    )
