"""One Twilio account: its credentials, and the state of all its products.

Every change holds `Account.lock`: the server's calls, its timer, and tests in the same process.
"""

import base64
import binascii
import hmac
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from local.twilio.clock import Clock, SystemClock
from local.twilio.errors import not_found
from local.twilio.flex.model import Flex
from local.twilio.switches import Switches
from local.twilio.taskrouter.workspace import Workspace

Event = dict[str, Any]


def no_delivery(_sink_sid: str, _event: Event) -> None:
    """Drop an event, where no server runs that could deliver it."""


@dataclass(slots=True)
class Account:
    """An account and its state. ``api_keys`` are secrets by key SID.

    ``settings`` are shared with its workspaces: change their fields, never replace them.
    """

    sid: str
    auth_token: str = field(repr=False)
    api_keys: dict[str, str] = field(default_factory=dict, repr=False)
    clock: Clock = field(default_factory=SystemClock)
    settings: Switches = field(default_factory=Switches)
    workspaces: dict[str, Workspace] = field(default_factory=dict)
    flex: Flex = field(default_factory=Flex)
    # Sinks, subscriptions and address configurations, as the API shows them.
    sinks: dict[str, dict[str, Any]] = field(default_factory=dict)
    subscriptions: dict[str, dict[str, Any]] = field(default_factory=dict)
    addresses: dict[str, dict[str, Any]] = field(default_factory=dict)
    # Studio's flows, and what was changed of the settings of which an account has one.
    flows: dict[str, dict[str, Any]] = field(default_factory=dict)
    changed_settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    # Takes an event to the sink of that SID, in the background.
    deliver: Callable[[str, Event], None] = no_delivery
    lock: threading.RLock = field(default_factory=threading.RLock)

    def workspace(self, sid: str) -> Workspace:
        """Return the workspace of that SID; 404 when there is none."""
        try:
            return self.workspaces[sid]
        except KeyError:
            raise not_found(f"/Workspaces/{sid}") from None

    def admits(self, authorization: str) -> bool:
        """Tell whether an ``Authorization`` header is that of the account or of an API key.

        Source: https://www.twilio.com/docs/usage/requests-to-twilio#authenticate-with-http
        """
        scheme, _, encoded = authorization.partition(" ")
        try:
            name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        known = {self.sid: self.auth_token, **self.api_keys}.get(name)
        return (
            scheme.lower() == "basic"
            and known is not None
            and hmac.compare_digest(known.encode(), secret.encode())
        )
