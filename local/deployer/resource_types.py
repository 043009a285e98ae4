"""What the creation of every resource takes and returns."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.deployer.aws_clients import AwsClients


class Inputs(Mapping[str, Any]):
    """A resource's inputs by name.

    Attributes
    ----------
    unread
        The names that nothing has looked up so far.
    """

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._content = content
        self.unread = set(content)

    def __getitem__(self, name: str) -> Any:
        self.unread.discard(name)
        return self._content[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._content)

    def __len__(self) -> int:
        return len(self._content)


@dataclass(frozen=True, slots=True)
class Created:
    """A resource as it exists now.

    Parameters
    ----------
    id
        Its physical ID, the same as the real provider's.
    outputs
        What the provider adds to the inputs, by Pulumi's property names.
    """

    id: str
    outputs: Mapping[str, Any] = field(default_factory=dict)


# Creates a resource from the emulated AWS, its logical name and its inputs. It has to read every
# input that it takes into account: the deployment fails because of any other.
Create = Callable[[AwsClients, str, Inputs], Created]
