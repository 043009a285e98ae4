"""What has happened in a small world, in words."""

from chat_transfer.transfer.record import Record
from tests.functions.decisions.driven import Asked, Ended
from tests.functions.decisions.sids import named


def told(what: tuple[object, ...]) -> str:
    """One happening, as a line."""
    match what:
        case (Asked() as asked,):
            words = asked.what, named(asked.original), named(asked.target), asked.when
            return " ".join(filter(None, words))
        case (Ended() as ended,):
            return f"  answers {_said(ended)}"
        case (tuple() as call, "carried out late"):
            return f"carried out late: {_spoken(call)}"
        case (tuple() as call, label):
            return f"  {_spoken(call)}" + (f": {label}" if label else "")
    return _spoken(what)


def _said(ended: Ended) -> str:
    """An answer, as a person reads it."""
    parts = [str(ended.status), ended.code, named(ended.task or "")]
    if ended.rolled_back is not None:
        parts.append(f"rolledBack={str(ended.rolled_back).lower()}")
    return " ".join(filter(None, parts))


def _spoken(part: object) -> str:
    if isinstance(part, Record):
        return _of_record(part)
    if isinstance(part, tuple):
        return " ".join(map(_spoken, part))
    return named(str(part))


def _of_record(record: Record) -> str:
    wanted = record.wanted
    texts = ["nothing"]
    if wanted:
        state = str(wanted.became or ("back" if wanted.back else "under way"))
        texts = [f"{named(wanted.original)} to {named(wanted.target)} {wanted.when}: {state}"]
    for one in record.creations:
        again, doomed = "again " * one.again, " to be cancelled" * one.cancelling
        texts.append(f"created {again}{named(one.task or '?')}{doomed}")
    texts += [f"ended {named(task)}" for task, _ in record.ends]
    return ", ".join(texts)
