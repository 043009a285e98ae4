"""Checks each scene; a difference ends the demo with a failure."""

from typing import Any

from local.demo.contact_centre import View
from local.demo.outcome import Mismatch, Outcome


def check(outcome: Outcome, view: View) -> None:
    """Compare an outcome with what a transfer promises.

    Raises
    ------
    Mismatch
        Names the first difference.
    """
    scene = outcome.scene
    _same("the HTTP status", scene.status, outcome.status, scene.title, outcome.body)
    if outcome.new is None:
        _same("the problem's code", scene.code, outcome.body.get("code"), scene.title)
        _same("the number of new tasks", 0, outcome.made, scene.title)
        _same("the old task", _lasting(outcome.before), _lasting(outcome.old), scene.title)
        return
    _check_tasks(outcome, outcome.new)
    _check_attributes(outcome, view, outcome.new["attributes"])
    _check_offers(outcome, view, outcome.new)
    _check_room(outcome, view)


def _check_tasks(outcome: Outcome, new: dict[str, Any]) -> None:
    title = outcome.scene.title
    _same("the number of new tasks", 1, outcome.made, title)
    _same("the old task's status", "completed", outcome.old["assignment_status"], title)
    _same("the new task's status", "assigned", new["assignment_status"], title)
    for kept in ("priority", "task_channel_unique_name"):
        _same(f"the new task's {kept}", outcome.before[kept], new[kept], title)
    if outcome.repeated is not None:
        answer = (outcome.status, outcome.body)
        _same("the answer to the same request again", answer, outcome.repeated, title)


def _check_attributes(outcome: Outcome, view: View, attributes: dict[str, Any]) -> None:
    title, before = outcome.scene.title, outcome.before["attributes"]
    identities = {sid: identity for identity, sid in view.identities.items()}
    expected = {
        **{key: content for key, content in before.items() if key != "flexChannelInviteSid"},
        "targetSid": outcome.target_sid,
        "transferTargetType": outcome.scene.target_kind,
        "ignoreAgent": identities[outcome.sender_sid],
        "transferredFrom": outcome.before["sid"],
        "conversations": {"conversation_id": outcome.before["sid"]},
    }
    for key, content in expected.items():
        _same(f"the attribute {key}", content, attributes.get(key), title)
    _same(
        "the first of ignoreWorkerSids",
        outcome.sender_sid,
        attributes["ignoreWorkerSids"][0],
        title,
    )
    if "flexInteractionSid" not in before:
        _same("the old task's channelSid", None, outcome.old["attributes"].get("channelSid"), title)
        _same("the old task's reason", "task transferred", outcome.old["reason"], title)


def _check_offers(outcome: Outcome, view: View, new: dict[str, Any]) -> None:
    title, kind = outcome.scene.title, outcome.scene.target_kind
    offered = [offer["worker_sid"] for offer in outcome.offers]
    if kind == "workflow":
        _same("the new task's workflow", outcome.target_sid, new["workflow_sid"], title)
        return
    if kind == "worker":
        _same("who was offered the task", [outcome.target_sid], offered, title)
        return
    members = view.members(outcome.target_sid)
    if outcome.sender_sid not in members:
        raise Mismatch(f"{title}: the sender is no member of the queue, so nothing is shown")
    _same("the new task's queue", outcome.target_sid, new["task_queue_sid"], title)
    strangers = sorted(view.people[sid] for sid in offered if sid not in members)
    _same("offers to agents who are not in the queue", [], strangers, title)
    _same("offers to the sender", 0, offered.count(outcome.sender_sid), title)


def _check_room(outcome: Outcome, view: View) -> None:
    title = outcome.scene.title
    if outcome.room is None:
        raise Mismatch(f"{title}: the new task leads to no conversation")
    kind, state, present = outcome.room
    expected = "active" if kind == "Conversation" else f"{len(present)} members"
    _same(f"the state of the {kind.lower()}", expected, state, title)
    holder = view.people[outcome.offers[-1]["worker_sid"]]
    for name in (holder, "the customer"):
        if name not in present:
            raise Mismatch(f"{title}: {name} is not in the conversation, only {_names(present)}")
    if view.people[outcome.sender_sid] in present:
        raise Mismatch(f"{title}: the sender is still in the conversation")


def _lasting(task: dict[str, Any]) -> dict[str, Any]:
    """Return a task without the properties that change with time."""
    return {key: content for key, content in task.items() if key != "age"}


def _names(people: set[str]) -> str:
    return ", ".join(sorted(people)) or "no one"


def _same(what: str, expected: Any, found: Any, title: str, detail: Any = None) -> None:
    if expected != found:
        more = f" ({detail})" if detail else ""
        raise Mismatch(f"{title}: {what} should be {expected!r} and is {found!r}{more}")
