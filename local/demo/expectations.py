"""Checks each scene; a difference ends the demo with a failure."""

from typing import Any

from local.demo.contact_centre import View
from local.demo.outcome import Mismatch, Outcome


def check(outcome: Outcome, view: View) -> None:
    """Compare an outcome with what a transfer promises.

    Raises
    ------
    Mismatch
        Names the scene and the first difference.
    """
    try:
        _check(outcome, view)
    except Mismatch as difference:
        raise Mismatch(f"{outcome.scene.title}: {difference}") from None


def _check(outcome: Outcome, view: View) -> None:
    scene = outcome.scene
    if scene.status != outcome.status:
        raise Mismatch(
            f"the HTTP status should be {scene.status} and is {outcome.status} ({outcome.body})"
        )
    if outcome.new is None:
        _same("the problem's code", scene.code, outcome.body.get("code"))
        _same("the number of new tasks", 0, outcome.made)
        _same("the old task", _lasting(outcome.before), _lasting(outcome.old))
        return
    _check_attributes(outcome, view, outcome.new["attributes"])
    if scene.hand_over != "now":
        _check_meanwhile(outcome, view)
    if scene.goes_back:
        _check_return(outcome, outcome.new)
        return
    _check_tasks(outcome, outcome.new)
    _check_offers(outcome, view, outcome.new)
    _check_room(outcome, view)


def _check_meanwhile(outcome: Outcome, view: View) -> None:
    """Check that the sender kept the customer while the offer was open, and what became of it."""
    sender = view.people[outcome.sender_sid]
    if outcome.meanwhile is None or sender not in outcome.meanwhile.present:
        raise Mismatch("the sender has left the conversation before an agent accepted")
    present = outcome.both.present if outcome.both else outcome.meanwhile.present
    for author, text in outcome.messages:
        if author not in present:
            raise Mismatch(f"{author}, who wrote {text!r}, is not in the conversation")
    written = [("the customer", outcome.scene.question), (sender, outcome.scene.reply)]
    if outcome.both:
        written.append((view.people[outcome.target_sid], outcome.scene.greeting))
    _same("what was written while the offer was open", written, outcome.messages)
    expected = "declined" if outcome.scene.goes_back else "accepted"
    _same("the state of the offer", expected, outcome.state)


def _check_return(outcome: Outcome, new: dict[str, Any]) -> None:
    """Check that the sender has the task again as it was, and that nothing is left of the offer."""
    _same("the number of new tasks", 1, outcome.made)
    _same("the old task", _lasting(outcome.before), _lasting(outcome.old))
    _same("the new task's status", "canceled", new["assignment_status"])
    _same("the members of the conversation", outcome.meanwhile, outcome.room)


def _check_tasks(outcome: Outcome, new: dict[str, Any]) -> None:
    _same("the number of new tasks", 1, outcome.made)
    _same("the old task's status", "completed", outcome.old["assignment_status"])
    _same("the new task's status", "assigned", new["assignment_status"])
    for kept in ("priority", "task_channel_unique_name"):
        _same(f"the new task's {kept}", outcome.before[kept], new[kept])
    if outcome.repeated is not None:
        answer = (outcome.status, outcome.body)
        _same("the answer to the same request again", answer, outcome.repeated)


def _check_attributes(outcome: Outcome, view: View, attributes: dict[str, Any]) -> None:
    before = outcome.before["attributes"]
    identities = {sid: identity for identity, sid in view.identities.items()}
    expected = {
        **{key: content for key, content in before.items() if key != "flexChannelInviteSid"},
        "targetSid": outcome.target_sid,
        "transferTargetType": outcome.scene.target_kind,
        "ignoreAgent": identities[outcome.sender_sid],
        "transferredFrom": outcome.before["sid"],
        # What Flex has written there for Insights is kept.
        "conversations": {
            **before.get("conversations", {}),
            "conversation_id": outcome.before["sid"],
        },
        "transferHandOver": "now" if outcome.scene.hand_over == "now" else "accepted",
    }
    for key, content in expected.items():
        _same(f"the attribute {key}", content, attributes.get(key))
    first_ignored = attributes["ignoreWorkerSids"][0]
    _same("the first of ignoreWorkerSids", outcome.sender_sid, first_ignored)
    if "flexInteractionSid" not in before:
        _same("the old task's channelSid", None, outcome.old["attributes"].get("channelSid"))
        _same("the old task's reason", "task transferred", outcome.old["reason"])


def _check_offers(outcome: Outcome, view: View, new: dict[str, Any]) -> None:
    kind = outcome.scene.target_kind
    offered = [offer["worker_sid"] for offer in outcome.offers]
    if kind == "workflow":
        _same("the new task's workflow", outcome.target_sid, new["workflow_sid"])
        return
    if kind == "worker":
        _same("the workers who were offered the task", [outcome.target_sid], offered)
        return
    members = view.members(outcome.target_sid)
    if outcome.sender_sid not in members:
        raise Mismatch("the sender is no member of the queue, so nothing is shown")
    _same("the new task's queue", outcome.target_sid, new["task_queue_sid"])
    strangers = sorted(view.people[sid] for sid in offered if sid not in members)
    _same("offers to agents who are not in the queue", [], strangers)
    _same("offers to the sender", 0, offered.count(outcome.sender_sid))


def _check_room(outcome: Outcome, view: View) -> None:
    if outcome.room is None:
        raise Mismatch("the new task has no conversation")
    kind, state, present = outcome.room
    expected = "active" if kind == "Conversation" else f"{len(present)} members"
    _same(f"the state of the {kind.lower()}", expected, state)
    holder = view.people[outcome.offers[-1]["worker_sid"]]
    for name in (holder, "the customer"):
        if name not in present:
            members = ", ".join(sorted(present)) or "no one"
            raise Mismatch(f"{name} is not in the conversation, only {members}")
    if view.people[outcome.sender_sid] in present:
        raise Mismatch("the sender is still in the conversation")


def _lasting(task: dict[str, Any]) -> dict[str, Any]:
    """Return a task without the properties that change with time."""
    return {key: content for key, content in task.items() if key != "age"}


def _same(what: str, expected: Any, found: Any) -> None:
    if expected != found:
        raise Mismatch(f"{what} should be {expected!r} and is {found!r}")
