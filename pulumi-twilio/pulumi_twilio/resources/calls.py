"""What differs from one kind of TaskRouter object to the next: names, properties, five calls."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar

from twilio.rest.taskrouter.v1.workspace import WorkspaceContext

from pulumi_twilio.resources.properties import Property
from pulumi_twilio.resources.state import State

S = TypeVar("S", bound=State)


class Calls(ABC, Generic[S]):
    """What a kind of object must say of itself, and its calls to the SDK, errors as they come.

    Attributes
    ----------
    token
        The resource's type token.
    kind
        What people call it: "task queue".
    sid_prefix
        The first two letters of its SIDs.
    declared
        Its input properties.
    recorded
        The class of its state.
    """

    token: ClassVar[str]
    kind: ClassVar[str]
    sid_prefix: ClassVar[str]
    declared: ClassVar[tuple[Property, ...]]
    recorded: ClassVar[type[State]]

    @abstractmethod
    def named(self, workspace: WorkspaceContext, friendly_name: str) -> Sequence[S]:
        """List the objects of a workspace that have a friendly name."""

    @abstractmethod
    def fetch(self, workspace: WorkspaceContext, sid: str) -> S:
        """Fetch one object."""

    @abstractmethod
    def post_new(self, workspace: WorkspaceContext, arguments: dict[str, Any]) -> S:
        """Create an object with the SDK's arguments."""

    @abstractmethod
    def post_changes(self, workspace: WorkspaceContext, sid: str, arguments: dict[str, Any]) -> S:
        """Change what the arguments name, nothing else."""

    @abstractmethod
    def remove(self, workspace: WorkspaceContext, sid: str) -> None:
        """Delete one object."""
