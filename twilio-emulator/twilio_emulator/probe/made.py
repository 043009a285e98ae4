"""What a probe made: a journal that outlives it, and how it is removed.

A line is written before an object is created, so whatever stops the probe, the next one knows what
may be there. Objects are found by their names, which no other object has.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from twilio_emulator.probe.transport import Caller, CallFailed, Reply, Request

NOT_FOUND: Final = 404
CONFIGURATION: Final = "flex-api/v1/Configuration"
FINISHED: Final = {"completed", "canceled"}
# A task that may not be canceled ends by itself within its timeout.
PATIENCE: Final = 260.0
LISTS: Final = {
    "queue": "TaskQueues",
    "workflow": "Workflows",
    "worker": "Workers",
    "sink": "Sinks",
    "subscription": "Subscriptions",
}


@dataclass(frozen=True, slots=True)
class Thing:
    """An object that may be there.

    ``name`` of a channel, and of its invites, is the interaction's SID, a slash, and its own.
    """

    workspace: str
    kind: str
    name: str


class Journal:
    """The things that may be there, in a file.

    Raises
    ------
    ValueError
        The file is no journal.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.things: list[Thing] = []
        if path.exists():
            try:
                lines = path.read_text("utf-8").splitlines()
                self.things = [Thing(**json.loads(line)) for line in lines]
            except (ValueError, TypeError) as error:
                raise ValueError(f"{path}: expected a probe's journal; {error}") from error

    def add(self, thing: Thing) -> None:
        """Note a thing before it is created."""
        self.things.append(thing)
        self._write()

    def remove(self, thing: Thing) -> None:
        """Forget a thing that is gone; the file goes with the last one."""
        self.things.remove(thing)
        self._write()

    def _write(self) -> None:
        if not self.things:
            self._path.unlink(missing_ok=True)
            return
        new = self._path.with_name(self._path.name + ".new")
        lines = [
            json.dumps({"workspace": t.workspace, "kind": t.kind, "name": t.name})
            for t in self.things
        ]
        new.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        new.replace(self._path)


def clean(caller: Caller, journal: Journal, things: Iterable[Thing] | None = None) -> list[Thing]:
    """Remove things, all of the journal's unless some are given; return what is left."""
    wanted = list(journal.things if things is None else things)
    for kind, remove in _ORDER:
        for thing in [one for one in wanted if one.kind == kind]:
            # What cannot be removed now stays in the journal, for the next run.
            with suppress(CallFailed):
                if remove(caller, thing):
                    journal.remove(thing)
    return [thing for thing in wanted if thing in journal.things]


def _remove_workflow(caller: Caller, workflow: Thing) -> bool:
    """Delete a workflow after its tasks, which could not be found without it."""
    return _end_tasks(caller, workflow) and _delete(caller, workflow)


def _end_tasks(caller: Caller, workflow: Thing) -> bool:
    """End all tasks of a workflow, and the interactions that they belong to."""
    sid = _find(caller, workflow)
    if sid is None:
        return True
    waited = 0.0
    while True:
        for task in _tasks(caller, workflow.workspace, sid):
            _end(caller, workflow.workspace, task["sid"])
        unfinished = [
            one
            for one in _tasks(caller, workflow.workspace, sid)
            if one["assignment_status"] not in FINISHED
        ]
        if not unfinished or waited > PATIENCE:
            return not unfinished
        caller.transport.sleep(5)
        waited += 5


def _end_invited(caller: Caller, channel: Thing) -> bool:
    """End the tasks of all that were ever invited to a channel, in whichever workflow they are."""
    interaction, _, sid = channel.name.partition("/")
    path = f"taskrouter/v1/Workspaces/{channel.workspace}/Tasks"
    waited = 0.0
    while True:
        invited = tasks_of(caller, interaction, sid)
        for task in invited:
            _end(caller, channel.workspace, task)
        looks = [caller.read(f"{path}/{task}") for task in invited]
        if all(_is_over(look) for look in looks):
            return True
        if waited > PATIENCE:
            return False
        caller.transport.sleep(5)
        waited += 5


def tasks_of(caller: Caller, interaction: str, channel: str) -> list[str]:
    """Return the SIDs of the tasks that an interaction channel's invites and agents have."""
    path = f"flex-api/v1/Interactions/{interaction}/Channels/{channel}"
    invites = caller.read(f"{path}/Invites").body or {}
    agents = caller.read(f"{path}/Participants").body or {}
    routings = [
        (one.get("routing") or {}).get("properties") for one in invites.get("invites") or []
    ]
    found = [(each or {}).get("sid") for each in routings]
    held = [one.get("routing_properties") for one in agents.get("participants") or []]
    found += [(each or {}).get("task_sid") for each in held]
    return sorted({str(sid) for sid in found if sid})


def _is_over(look: Reply) -> bool:
    return look.status == NOT_FOUND or (look.body or {}).get("assignment_status") in FINISHED


def _tasks(caller: Caller, workspace: str, workflow_sid: str) -> list[dict[str, Any]]:
    path = f"taskrouter/v1/Workspaces/{workspace}/Tasks"
    reply = caller.read(path, {"WorkflowSid": workflow_sid})
    return list((reply.body or {}).get("tasks") or [])


def _end(caller: Caller, workspace: str, sid: str) -> None:
    """End a task and the interaction that it belongs to, which only the task itself names."""
    path = f"taskrouter/v1/Workspaces/{workspace}/Tasks/{sid}"
    task = caller.read(path)
    if task.status == NOT_FOUND:
        return
    attributes = json.loads(task.body["attributes"] or "{}")
    interaction = attributes.get("flexInteractionSid")
    if interaction:
        channel = attributes.get("flexInteractionChannelSid")
        _close(caller, Thing(workspace, "channel", f"{interaction}/{channel}"))
    status = caller.read(path).body.get("assignment_status", "completed")
    if status not in FINISHED:
        held = status in {"assigned", "wrapping"}
        ended = {"AssignmentStatus": "completed" if held else "canceled"}
        caller.repeat(Request("POST", path, ended))
    # Refused for a task of an interaction, perhaps: then Twilio deletes it itself after a while.
    caller.repeat(Request("DELETE", path))


def _close(caller: Caller, channel: Thing) -> bool:
    interaction, _, sid = channel.name.partition("/")
    path = f"flex-api/v1/Interactions/{interaction}/Channels/{sid}"
    now = caller.read(path)
    if now.status == NOT_FOUND or now.body.get("status") in {"closed", "inactive"}:
        return True
    fields = {"Status": "closed", "Routing": '{"status": "closed"}'}
    return _is_done(caller.repeat(Request("POST", path, fields)))


def _retire(caller: Caller, worker: Thing) -> bool:
    """Delete a worker, who must not be available then."""
    sid = _find(caller, worker)
    if sid is None:
        return True
    base = f"taskrouter/v1/Workspaces/{worker.workspace}"
    activities = caller.read(f"{base}/Activities").body["activities"]
    offline = next(each["sid"] for each in activities if not each["available"])
    fields = {"ActivitySid": offline, "RejectPendingReservations": "true"}
    caller.repeat(Request("POST", f"{base}/Workers/{sid}", fields))
    return _is_done(caller.repeat(Request("DELETE", f"{base}/Workers/{sid}")))


def _delete(caller: Caller, thing: Thing) -> bool:
    sid = _find(caller, thing)
    if sid is None:
        return True
    path = f"taskrouter/v1/Workspaces/{thing.workspace}/{LISTS[thing.kind]}/{sid}"
    return _is_done(caller.repeat(Request("DELETE", path)))


def _delete_conversation(caller: Caller, conversation: Thing) -> bool:
    """Delete a conversation; a unique name may stand for the SID in its path."""
    path = f"conversations/v1/Conversations/{conversation.name}"
    return _is_done(caller.repeat(Request("DELETE", path)))


def _delete_described(caller: Caller, thing: Thing) -> bool:
    """Delete a sink or a subscription, which are found by their descriptions."""
    path = f"events/v1/{LISTS[thing.kind]}"
    reply = caller.read(path, {"PageSize": "1000"})
    entries = (reply.body or {}).get(LISTS[thing.kind].lower())
    if not isinstance(entries, list):
        raise CallFailed(f"GET {path}: {reply.status}")
    sids = [one["sid"] for one in entries if one["description"] == thing.name]
    return all(_is_done(caller.repeat(Request("DELETE", f"{path}/{sid}"))) for sid in sids)


def _delete_chat(caller: Caller, chat: Thing) -> bool:
    """Delete a chat channel of Flex, whose unique name stands for its SID in Programmable Chat."""
    service = (caller.read(CONFIGURATION).body or {}).get("chat_service_instance_sid")
    found = caller.read(f"chat/v2/Services/{service}/Channels/{chat.name}")
    if found.status == NOT_FOUND:
        return True
    path = f"flex-api/v1/Channels/{(found.body or {}).get('sid')}"
    return _is_done(found) and _is_done(caller.repeat(Request("DELETE", path)))


def _delete_flow(caller: Caller, flow: Thing) -> bool:
    reply = caller.read("flex-api/v1/FlexFlows", {"FriendlyName": flow.name})
    found = [one["sid"] for one in (reply.body or {}).get("flex_flows") or []]
    paths = [f"flex-api/v1/FlexFlows/{sid}" for sid in found]
    return _is_done(reply) and all(
        _is_done(caller.repeat(Request("DELETE", path))) for path in paths
    )


def _find(caller: Caller, thing: Thing) -> str | None:
    """Return the SID of the object with a name."""
    path = f"taskrouter/v1/Workspaces/{thing.workspace}/{LISTS[thing.kind]}"
    reply = caller.read(path, {"FriendlyName": thing.name})
    if reply.status == NOT_FOUND:
        return None
    # A list that is not one says nothing about what is there.
    if not isinstance(reply.body, dict) or not 200 <= reply.status < 300:  # noqa: PLR2004
        raise CallFailed(f"GET {path}: {reply.status}")
    entries = next((v for v in reply.body.values() if isinstance(v, list)), [])
    return next((str(e["sid"]) for e in entries if e["friendly_name"] == thing.name), None)


def _is_done(reply: Reply) -> bool:
    return 200 <= reply.status < 300 or reply.status == NOT_FOUND  # noqa: PLR2004


_ORDER: Sequence[tuple[str, Callable[[Caller, Thing], bool]]] = (
    ("subscription", _delete_described),
    ("sink", _delete_described),
    ("invites", _end_invited),
    ("channel", _close),
    ("workflow", _remove_workflow),
    ("queue", _delete),
    ("chat", _delete_chat),
    ("flow", _delete_flow),
    ("worker", _retire),
    ("conversation", _delete_conversation),
)
