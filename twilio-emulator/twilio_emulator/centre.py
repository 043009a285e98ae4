"""The contact centre for tests in the same process: its people, and what they can do.

Every method holds the account's lock, so it can be called while the server runs.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from twilio_emulator.flex import rooms
from twilio_emulator.flex.model import (
    CHANNEL_STATUSES,
    InteractionChannel,
    UserToken,
)
from twilio_emulator.flex.token_routes import new_token_value
from twilio_emulator.sids import seeded_sid
from twilio_emulator.taskrouter.lifecycle import complete, wrap
from twilio_emulator.taskrouter.model import (
    Reservation,
    ReservationStatus,
    Task,
    TaskQueue,
    Worker,
    Workflow,
)
from twilio_emulator.taskrouter.reservation_routes import answer
from twilio_emulator.taskrouter.routing_loop import settle
from twilio_emulator.work import Work
from twilio_emulator.workflows.configuration import read_configuration
from twilio_emulator.workflows.expressions import parse

TOKEN_LIFE = timedelta(hours=24)


@dataclass(slots=True)
class ContactCentre(Work):
    """An account with one workspace.

    ``workers``, ``queues``, ``workflows`` and ``tasks`` give SIDs by name: ``workers["ana"]``,
    ``queues["Sales"]``, ``workflows["Escalations"]``, ``tasks["chat"]``.
    """

    tokens: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def account_sid(self) -> str:
        """Return the account's SID."""
        return self.account.sid

    @property
    def auth_token(self) -> str:
        """Return the account's auth token."""
        return self.account.auth_token

    @property
    def api_key(self) -> tuple[str, str]:
        """Return the SID and the secret of an API key."""
        return next(iter(self.account.api_keys.items()))

    @property
    def workspace_sid(self) -> str:
        """Return the workspace's SID."""
        return self.workspace.sid

    def add(self, document: Mapping[str, Any]) -> None:
        """Add queues and workflows: expressions by name, and configurations by name.

        In a configuration, a queue may be called by its name.

        Raises
        ------
        ValueError
            For anything else, or for what TaskRouter would refuse.
        """
        unknown = set(document) - {"queues", "workflows"}
        if unknown:
            raise ValueError(f"{', '.join(sorted(unknown))}: expected queues and workflows")
        now, tables = self.workspace.now(), self.workspace.tables
        for name, expression in document.get("queues", {}).items():
            parse(expression)
            queue = TaskQueue(seeded_sid("WQ", name), name, expression, now, now)
            tables.task_queues[queue.sid] = queue
            self.queues[name] = queue.sid
        for name, configuration in document.get("workflows", {}).items():
            text = json.dumps(configuration)
            for queue_name, sid in self.queues.items():
                text = text.replace(f'"queue": {json.dumps(queue_name)}', f'"queue": "{sid}"')
            read_configuration(text, tables.task_queues)
            workflow = Workflow(seeded_sid("WW", name), name, text, now, now)
            tables.workflows[workflow.sid] = workflow
            self.workflows[name] = workflow.sid

    # Reading

    def task(self, sid: str) -> Task | None:
        """Return a task as it is now, and None when it does not exist."""
        return self.workspace.tables.tasks.get(sid)

    def attributes(self, sid: str) -> dict[str, Any]:
        """Return the attributes of a task that exists."""
        attributes: dict[str, Any] = json.loads(self.workspace.tables.tasks[sid].attributes)
        return attributes

    def worker(self, name: str) -> Worker:
        """Return a worker as they are now."""
        return self.workspace.tables.workers[self.workers[name]]

    def name_of(self, worker_sid: str | None) -> str | None:
        """Return the short name of a worker, such as ``ana``."""
        names = {sid: name for name, sid in self.workers.items()}
        return names.get(worker_sid or "")

    def holder_of(self, task_sid: str) -> str | None:
        """Return the name of the worker who has a task, and None when it has none."""
        with self.account.lock:
            holder = self.workspace.holder(task_sid)
        return self.name_of(holder.sid) if holder else None

    def offered_to(self, task_sid: str) -> str | None:
        """Return the name of the worker to whom a task is offered now."""
        offer = self._offer(task_sid)
        return self.name_of(offer.worker_sid) if offer else None

    def reservations(self, task_sid: str) -> list[Reservation]:
        """Return the reservations of a task, oldest first."""
        with self.account.lock:
            return self.workspace.reservations_of(task_sid)

    def open_tasks(self, key: str, content: str) -> list[Task]:
        """Return the tasks that have not ended and have that content in an attribute."""
        with self.account.lock:
            tasks = list(self.workspace.tables.tasks.values())
        return [t for t in tasks if not t.status.ended and t.attribute(key) == content]

    def present_in(self, channel_sid: str) -> set[str | None]:
        """Return the identities in a conversation or chat channel (None stands for an address)."""
        with self.account.lock:
            flex = self.account.flex
            tables = (flex.conversation_participants, flex.chat_members)
            found = [o for table in tables for o in rooms.occupants_of(table, channel_sid)]
        return {occupant.identity for occupant in found}

    def summary(self) -> dict[str, Any]:
        """Return credentials and SIDs for using the centre over HTTP. All of it is made up."""
        key_sid, key_secret = self.api_key
        return {
            "account_sid": self.account_sid,
            "auth_token": self.auth_token,
            "api_key_sid": key_sid,
            "api_key_secret": key_secret,
            "workspace_sid": self.workspace_sid,
            "chat_service_sid": self.account.flex.chat_service_sid,
            "workers": self.workers,
            "queues": self.queues,
            "workflows": self.workflows,
            "tasks": self.tasks,
        }

    # Tokens

    def token_of(self, name: str) -> str:
        """Return a valid Flex token of a worker; the same one every time."""
        with self.account.lock:
            if name not in self.tokens:
                self.tokens[name] = self._issue(name, TOKEN_LIFE)
            return self.tokens[name]

    def expired_token(self, name: str = "ana") -> str:
        """Return a token of a worker that is not valid any more."""
        with self.account.lock:
            return self._issue(name, -timedelta(minutes=1))

    def invalid_token(self) -> str:
        """Return a token that was never issued."""
        return new_token_value(self.account.random)

    def _issue(self, name: str, life: timedelta) -> str:
        worker = self.worker(name)
        token = UserToken(
            value=new_token_value(self.account.random),
            identity=worker.identity,
            worker_sid=worker.sid,
            roles=tuple(worker.attribute("roles")),
            expires_at=self.account.clock.now() + life,
            realm_user_id=worker.friendly_name,
        )
        self.account.flex.tokens[token.value] = token
        return token.value

    def settle(self) -> None:
        """Do what is due by now, rather than at the server's next tick."""
        with self.account.lock:
            settle(self.workspace)

    # What workers and customers do

    def accept(self, task_sid: str) -> str:
        """Let the worker to whom a task is offered accept it; return their name."""
        return self._answer(task_sid, ReservationStatus.ACCEPTED)

    def reject(self, task_sid: str) -> str:
        """Let the worker to whom a task is offered reject it; return their name."""
        return self._answer(task_sid, ReservationStatus.REJECTED)

    def wrap(self, task_sid: str) -> None:
        """Let the worker who has a task wrap up."""
        with self.account.lock:
            wrap(self.workspace, self.workspace.task(task_sid), None)

    def complete(self, task_sid: str, reason: str = "resolved") -> None:
        """Let the worker who has a task complete it."""
        with self.account.lock:
            complete(self.workspace, self.workspace.task(task_sid), reason)
            settle(self.workspace)

    def set_activity(self, name: str, activity: str) -> None:
        """Put a worker into an activity, such as ``Offline``."""
        with self.account.lock:
            self.workspace.set_activity(self.workers[name], seeded_sid("WA", activity))
            settle(self.workspace)

    def set_attributes(self, task_sid: str, **changed: Any) -> None:
        """Change some of a task's attributes, as another client might; None removes one."""
        with self.account.lock:
            attributes = {**self.attributes(task_sid), **changed}
            kept = {key: content for key, content in attributes.items() if content is not None}
            task = self.workspace.task(task_sid)
            self.workspace.put_task(replace(task, attributes=json.dumps(kept)))

    def set_channel_status(self, task_sid: str, status: str) -> None:
        """Set the status of a task's interaction channel, and change nothing else.

        Raises
        ------
        ValueError
            For a status that interaction channels do not have.
        LookupError
            For a task that belongs to no interaction.
        """
        if status not in CHANNEL_STATUSES:
            raise ValueError(f"{status}: expected one of {', '.join(CHANNEL_STATUSES)}")
        with self.account.lock:
            channel = self._interaction_channel(task_sid)
            self.account.flex.channels[channel.sid] = replace(channel, status=status)

    def remove_interaction(self, task_sid: str) -> None:
        """Remove a task's interaction, as after 180 days: every call about it is answered 404.

        The task and the conversation stay as they are. Raises as `set_channel_status`.
        """
        with self.account.lock:
            sid = self._interaction_channel(task_sid).interaction_sid
            flex = self.account.flex
            tables: tuple[dict[str, Any], ...] = (flex.channels, flex.participants, flex.invites)
            for table in tables:
                for key in [k for k, part in table.items() if part.interaction_sid == sid]:
                    del table[key]

    def _interaction_channel(self, task_sid: str) -> InteractionChannel:
        flex = self.account.flex
        channel = flex.channel_of(task_sid)
        if channel is None:
            raise LookupError(f"Task {task_sid} belongs to no interaction")
        return channel

    def _offer(self, task_sid: str) -> Reservation | None:
        for reservation in self.reservations(task_sid):
            if reservation.status is ReservationStatus.PENDING:
                return reservation
        return None

    def _answer(self, task_sid: str, status: ReservationStatus) -> str:
        with self.account.lock:
            offer = self._offer(task_sid)
            if offer is None:
                raise LookupError(f"Task {task_sid} has no open offer")
            answer(self.workspace, offer, status)
        return self.name_of(offer.worker_sid) or offer.worker_sid
