"""Who is who: the caller whom a token names, who holds a task, and who may transfer it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chat_transfer.taskrouter import Reservation

HOLDING = frozenset({"accepted", "wrapping"})
MAY_TRANSFER_ANY_TASK = frozenset({"supervisor", "admin"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The Flex user whom a valid token names.

    Attributes
    ----------
    identity : str
        Such as ``ana_40example_2Ecom``: not a worker's friendly name.
    worker_sid : str or None
        ``WK…``; a user without a worker has none.
    roles : frozenset of str
        Such as ``agent``, ``supervisor``, ``admin``.
    """

    identity: str
    worker_sid: str | None
    roles: frozenset[str]

    @property
    def may_transfer_any_task(self) -> bool:
        """Whether the caller's role is enough to transfer a task that somebody else holds."""
        return not MAY_TRANSFER_ANY_TASK.isdisjoint(self.roles)


def holder_of(reservations: Iterable[Reservation]) -> str | None:
    """The SID of the worker who holds a task: who accepted it, or is wrapping it up."""
    return next((one.worker_sid for one in reservations if one.status in HOLDING), None)


def may_transfer(caller: Caller, worker_sids: Collection[str | None]) -> bool:
    """Tell whether the caller is one of these workers, or may transfer any task."""
    is_one_of_them = caller.worker_sid is not None and caller.worker_sid in worker_sids
    return is_one_of_them or caller.may_transfer_any_task


def identity_of(worker_attributes: Mapping[str, Any]) -> str | None:
    """The identity of a worker from its ``contact_uri``, ``client:<identity>``.

    https://www.twilio.com/docs/flex/developer/config/worker-attributes
    """
    contact_uri = worker_attributes.get("contact_uri")
    if not isinstance(contact_uri, str):
        return None
    return contact_uri.removeprefix("client:") or None
