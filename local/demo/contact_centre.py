"""The contact centre as the demo sees it: over HTTP alone, as any client of Twilio does.

Nothing comes from the emulator's memory, so the demo shows what Twilio's APIs say.
"""

import json
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

import requests

TIMEOUT = 10
# The largest page of Programmable Chat and Conversations, and that of TaskRouter.
PAGE_SIZE = 100
WORKSPACE_PAGE_SIZE = 1000


class Room(NamedTuple):
    """The conversation or chat channel of a task's customer.

    Attributes
    ----------
    kind
        ``Conversation`` or ``Chat channel``.
    state
        What Twilio says of it: a conversation's state, and a channel's number of members, since a
        channel of Programmable Chat has no state.
    present
        The names of its members.
    """

    kind: str
    state: str
    present: set[str]


class Message(NamedTuple):
    """A message in a conversation.

    ``author`` is a name as a `Room` has it; of one who was no participant, what Twilio calls them.
    """

    author: str
    text: str


@dataclass(slots=True)
class View:
    """Twilio's APIs, for one workspace.

    ``seed`` has SIDs by kind and name; ``people`` the full names by worker SID.
    """

    base_url: str
    seed: dict[str, Any]
    session: requests.Session
    people: dict[str, str] = field(default_factory=dict)
    identities: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, base_url: str) -> Self:
        """Read who works in the emulated Twilio at an address."""
        seed = requests.get(f"{base_url}/emulator/seed", timeout=TIMEOUT).json()
        session = requests.Session()
        session.auth = (seed["account_sid"], seed["auth_token"])
        view = cls(base_url, seed, session)
        for worker in view.workspace("Workers")["workers"]:
            # A list shows no attributes.
            attributes = json.loads(view.workspace(f"Workers/{worker['sid']}")["attributes"])
            view.people[worker["sid"]] = attributes["full_name"]
            view.identities[attributes["contact_uri"].removeprefix("client:")] = worker["sid"]
        return view

    def token_of(self, worker: str) -> str:
        """Return a Flex token of a worker."""
        answer = requests.post(
            f"{self.base_url}/emulator/tokens", json={"worker": worker}, timeout=TIMEOUT
        )
        return str(answer.json()["token"])

    def workspace(self, path: str, **query: str) -> dict[str, Any]:
        """Read a resource of the workspace."""
        page_size = {"PageSize": str(WORKSPACE_PAGE_SIZE)}
        return self._get(f"{self._workspace}/{path}", page_size | query)

    def begin_conversation(self, holder: str) -> str:
        """Let a customer begin a conversation, which a worker accepts; return the task's SID."""
        task = {"kind": "conversation", "holder": holder}
        answer = self.session.post(f"{self.base_url}/emulator/tasks", json=task, timeout=TIMEOUT)
        return str(answer.json()["taskSid"])

    def task(self, sid: str) -> dict[str, Any]:
        """Read a task; its attributes as a dictionary."""
        task = self.workspace(f"Tasks/{sid}")
        return {**task, "attributes": json.loads(task["attributes"])}

    def tasks(self) -> set[str]:
        """Return the SIDs of all tasks."""
        return {task["sid"] for task in self.workspace("Tasks")["tasks"]}

    def reservations(self, task_sid: str) -> list[dict[str, Any]]:
        """Read the reservations of a task, oldest first."""
        found: list[dict[str, Any]] = self.workspace(f"Tasks/{task_sid}/Reservations")[
            "reservations"
        ]
        return found

    def members(self, queue_sid: str) -> set[str]:
        """Return the SIDs of the workers in a queue."""
        return {w["sid"] for w in self.workspace("Workers", TaskQueueSid=queue_sid)["workers"]}

    def answer(self, reservation: dict[str, Any], status: str) -> None:
        """Let the worker of a reservation accept or reject it."""
        path = f"Tasks/{reservation['task_sid']}/Reservations/{reservation['sid']}"
        self._post(path, {"ReservationStatus": status})

    def sign_in(self, worker: str) -> None:
        """Make a worker available."""
        activities = self.workspace("Activities", FriendlyName="Available")["activities"]
        sid = self.seed["workers"][worker]
        self._post(f"Workers/{sid}", {"ActivitySid": activities[0]["sid"]})

    def room(self, attributes: dict[str, Any]) -> Room:
        """Read a task's conversation or chat channel, and its members."""
        if "conversationSid" in attributes:
            kind = "Conversation"
            path = self._conversation_path(attributes)
            state = str(self._get(path)["state"])
            present = self._participants(attributes)
        else:
            kind = "Chat channel"
            path = self._channel_path(attributes)
            state = f"{self._get(path)['members_count']} members"
            present = self._get(f"{path}/Members")["members"]
        return Room(kind, state, {self.name(person["identity"]) for person in present})

    def leave_chat(self, attributes: dict[str, Any], worker_sid: str) -> None:
        """Take a worker out of a task's chat channel."""
        self._call(
            "DELETE", f"{self._channel_path(attributes)}/Members/{self.identity(worker_sid)}"
        )

    def customer(self, attributes: dict[str, Any]) -> str:
        """Return the customer of a task's conversation, as its messages name them."""
        for person in self._participants(attributes):
            if person["identity"] not in self.identities:
                return str(person["identity"] or person["messaging_binding"]["address"])
        raise LookupError("The conversation has no customer")

    def write(self, attributes: dict[str, Any], author: str, text: str) -> None:
        """Write into a task's conversation; as the SDK in an agent's browser does."""
        path = f"{self._conversation_path(attributes)}/Messages"
        self._call("POST", path, data={"Author": author, "Body": text})

    def messages(self, attributes: dict[str, Any]) -> list[Message]:
        """Read the messages of a task's conversation, oldest first."""
        found = self._get(f"{self._conversation_path(attributes)}/Messages")["messages"]
        return [
            Message(
                self.name(message["author"]) if message["participant_sid"] else message["author"],
                message["body"],
            )
            for message in found
        ]

    def identity(self, worker_sid: str) -> str:
        """Return a worker's identity."""
        return next(i for i, sid in self.identities.items() if sid == worker_sid)

    def name(self, identity: str | None) -> str:
        """Return the full name of a worker's identity, and "the customer" for any other."""
        return self.people.get(self.identities.get(identity or "", ""), "the customer")

    def _conversation_path(self, attributes: dict[str, Any]) -> str:
        return f"conversations/v1/Conversations/{attributes['conversationSid']}"

    def _participants(self, attributes: dict[str, Any]) -> list[dict[str, Any]]:
        path = f"{self._conversation_path(attributes)}/Participants"
        found: list[dict[str, Any]] = self._get(path)["participants"]
        return found

    def _channel_path(self, attributes: dict[str, Any]) -> str:
        service = self.seed["chat_service_sid"]
        return f"chat/v2/Services/{service}/Channels/{attributes['channelSid']}"

    def _get(self, path: str, query: dict[str, str] | None = None) -> dict[str, Any]:
        query = {"PageSize": str(PAGE_SIZE), **(query or {})}
        found: dict[str, Any] = self._call("GET", path, params=query).json()
        return found

    def _post(self, path: str, form: dict[str, str]) -> None:
        self._call("POST", f"{self._workspace}/{path}", data=form)

    def _call(self, method: str, path: str, **content: Any) -> requests.Response:
        url = f"{self.base_url}/{path}"
        answer = self.session.request(method, url, timeout=TIMEOUT, **content)
        answer.raise_for_status()
        return answer

    @property
    def _workspace(self) -> str:
        return f"taskrouter/v1/Workspaces/{self.seed['workspace_sid']}"
