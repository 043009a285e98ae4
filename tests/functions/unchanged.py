"""The proof that a refused request changed nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy

from local.twilio.centre import ContactCentre


@contextmanager
def unchanged(centre: ContactCentre) -> Iterator[None]:
    """Fail when a task, a reservation or a participant is not as it was before."""
    before = _state(centre)
    yield
    assert _state(centre) == before


def _state(centre: ContactCentre) -> object:
    with centre.account.lock:
        tables, flex = centre.workspace.tables, centre.account.flex
        return deepcopy((tables.tasks, tables.reservations, flex.participants, flex.chat_channels))
