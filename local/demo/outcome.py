"""Plays a scene: the request, what the agents do, and what Twilio's APIs say after it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import requests

from local import LocalError
from local.demo.contact_centre import Message, Room, View
from local.demo.scenes import Scene

TIMEOUT = 35
POLL_SECONDS = 0.2


class Mismatch(LocalError):
    """A transfer did not do what it should; the text says what was expected and what was found."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a scene.

    ``offers`` are the reservations of the new task in order; ``room`` the conversation or
    channel. After a refusal there is no new task, and neither of the two. ``repeated`` is the
    status and the body of the answer to the same request again.

    Of an offer, ``meanwhile`` is the conversation while it was open, ``both`` with the agent who
    has joined, and ``messages`` what was written there. ``state`` is what became of it, and
    ``ended_after`` how many seconds after the last agent's answer that was known.
    """

    scene: Scene
    sender_sid: str
    target_sid: str
    status: int
    body: dict[str, Any]
    seconds: float
    before: dict[str, Any]
    old: dict[str, Any]
    new: dict[str, Any] | None = None
    offers: list[dict[str, Any]] = field(default_factory=list)
    room: Room | None = None
    made: int = 0
    repeated: tuple[int, dict[str, Any]] | None = None
    meanwhile: Room | None = None
    both: Room | None = None
    messages: list[Message] = field(default_factory=list)
    state: str | None = None
    ended_after: float = 0.0

    @property
    def written(self) -> dict[str, Any]:
        """Return the attributes that the original did not have, or had with other values."""
        if self.new is None:
            return {}
        had = self.before["attributes"]
        return {
            key: content
            for key, content in self.new["attributes"].items()
            if had.get(key) != content and key != "flexChannelInviteSid"
        }


def play(scene: Scene, view: View, endpoint: str) -> Outcome:
    """Send the transfer, let the agents answer, and read the result.

    The Flex plugin makes the agent leave a chat channel before it calls; so does this.

    Raises
    ------
    Mismatch
        When an agent has nothing to answer.
    """
    target_sid = view.seed[f"{scene.target_kind}s"][scene.target]
    sender_sid = view.seed["workers"][scene.sender]
    task_sid = (
        view.seed["tasks"][scene.task] if scene.task else view.begin_conversation(scene.sender)
    )
    before, tasks = view.task(task_sid), view.tasks()
    request = {
        "Token": view.token_of(scene.sender),
        "taskSid": before["sid"],
        "targetSid": target_sid,
        "handOver": scene.hand_over,
    }
    if "channelSid" in before["attributes"] and scene.code is None:
        view.leave_chat(before["attributes"], sender_sid)
    started = time.monotonic()
    status, body = send(f"{endpoint}/transfer-chat", request)
    seconds = time.monotonic() - started
    repeated = send(f"{endpoint}/transfer-chat", request) if scene.twice else None
    after = _after(scene, view, body["taskSid"], endpoint, request) if "taskSid" in body else {}
    return Outcome(
        scene=scene,
        sender_sid=sender_sid,
        target_sid=target_sid,
        status=status,
        body=body,
        seconds=seconds,
        before=before,
        old=view.task(before["sid"]),
        made=len(view.tasks() - tasks),
        repeated=repeated,
        **after,
    )


def send(url: str, request: dict[str, str]) -> tuple[int, dict[str, Any]]:
    """Send a request to an endpoint; return the status and the JSON document of its answer.

    Raises
    ------
    Mismatch
        When there is no answer, or it is no JSON object.
    """
    try:
        answer = requests.post(url, json=request, timeout=TIMEOUT)
    except requests.RequestException as error:
        raise Mismatch(f"{url} gave no answer: {type(error).__name__}") from error
    try:
        body = answer.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Mismatch(f"{url} answered {answer.status_code}, and not in JSON: {answer.text[:200]}")
    return answer.status_code, body


def _after(
    scene: Scene, view: View, task_sid: str, endpoint: str, request: dict[str, str]
) -> dict[str, Any]:
    """Let the agents answer, and read the new task after that."""
    offer: dict[str, Any] = {}
    if scene.hand_over != "now":
        offer = _ended_offer(scene, view, task_sid, endpoint, request)
    else:
        _let_agents_answer(scene, view, task_sid)
    new = view.task(task_sid)
    return {
        **offer,
        "new": new,
        "offers": view.reservations(task_sid),
        "room": view.room(new["attributes"]),
    }


def _ended_offer(
    scene: Scene, view: View, task_sid: str, endpoint: str, request: dict[str, str]
) -> dict[str, Any]:
    """Let customer and sender write before the agents answer, and wait for the offer's end."""
    attributes = view.task(request["taskSid"])["attributes"]
    meanwhile, earlier = view.room(attributes), len(view.messages(attributes))
    view.write(attributes, view.customer(attributes), scene.question)
    view.write(attributes, view.identity(view.seed["workers"][scene.sender]), scene.reply)
    _let_agents_answer(scene, view, task_sid)
    started = time.monotonic()
    both = None
    if scene.hand_over == "warm":
        both = _leave(scene, view, endpoint, request)
    state = _end_of_offer(view, endpoint, request)
    return {
        "meanwhile": meanwhile,
        "both": both,
        "state": state,
        "ended_after": time.monotonic() - started,
        "messages": view.messages(attributes)[earlier:],
    }


def _let_agents_answer(scene: Scene, view: View, task_sid: str) -> None:
    for _ in range(scene.declined):
        view.answer(_offer(view, task_sid), "rejected")
    if scene.newcomer:
        waiting = [r for r in view.reservations(task_sid) if r["reservation_status"] == "pending"]
        if waiting:
            name = view.people[waiting[0]["worker_sid"]]
            raise Mismatch(f"Only the sender was left, yet the task is offered to {name}")
        view.sign_in(scene.newcomer)
    if not scene.goes_back:
        view.answer(_offer(view, task_sid), "accepted")


def _leave(scene: Scene, view: View, endpoint: str, request: dict[str, str]) -> Room:
    """Wait for the agent who joins, let them write, and leave; return the room with both."""
    _wait_for(endpoint, request, lambda state: state == "joined")
    attributes = view.task(request["taskSid"])["attributes"]
    view.write(attributes, view.identity(request["targetSid"]), scene.greeting)
    both = view.room(attributes)
    leaves = {"Token": request["Token"], "end": "leave"}
    status, body = send(f"{endpoint}/transfers/{request['taskSid']}", leaves)
    if (status, body.get("state")) != (HTTPStatus.OK, "accepted"):
        raise Mismatch(f"the sender could not leave: {status} {body}")
    return both


def _end_of_offer(view: View, endpoint: str, request: dict[str, str]) -> str:
    """Ask what became of an offer until it is over, and the original if it was accepted."""

    def is_over(state: str) -> bool:
        # The original is closed a moment after the offer is known to be accepted.
        if state == "accepted":
            return bool(view.task(request["taskSid"])["assignment_status"] == "completed")
        return state != "offered"

    return _wait_for(endpoint, request, is_over)


def _wait_for(endpoint: str, request: dict[str, str], is_so: Callable[[str], bool]) -> str:
    """Ask for the state of an offer until it is as it should be."""
    deadline = time.monotonic() + TIMEOUT
    headers = {"Authorization": f"Bearer {request['Token']}"}
    state = ""
    while time.monotonic() < deadline:
        answer = requests.get(
            f"{endpoint}/transfers/{request['taskSid']}", headers=headers, timeout=TIMEOUT
        )
        state = str(answer.json().get("state"))
        if is_so(state):
            return state
        time.sleep(POLL_SECONDS)
    raise Mismatch(f"The offer is still {state} after {TIMEOUT} s")


def _offer(view: View, task_sid: str) -> dict[str, Any]:
    offers = view.reservations(task_sid)
    for offer in offers:
        if offer["reservation_status"] == "pending":
            return offer
    raise Mismatch(f"Task {task_sid} has no open offer; it was offered {len(offers)} times")
