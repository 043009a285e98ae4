"""One Twilio account: its credentials, and the state of all its products.

Every change holds `Account.lock`: the server's calls, its timer, and tests in the same process.
"""

import base64
import binascii
import hmac
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random, SystemRandom
from typing import Any

from twilio_emulator.clock import Clock, SystemClock
from twilio_emulator.errors import not_found
from twilio_emulator.flex.model import Flex
from twilio_emulator.switches import Switches
from twilio_emulator.taskrouter.workspace import Workspace

Event = dict[str, Any]


def no_delivery(_sink_sid: str, _event: Event) -> None:
    """Drop an event, since no server runs that could deliver it."""


@dataclass(slots=True)
class Account:
    """An account and its state. ``api_keys`` are secrets by key SID.

    SIDs and tokens come from ``random``: with a seeded one and a `ManualClock`, the same calls have
    the same answers.
    ``settings`` are shared with its workspaces: change their fields, never replace them.
    """

    sid: str
    auth_token: str = field(repr=False)
    api_keys: dict[str, str] = field(default_factory=dict, repr=False)
    clock: Clock = field(default_factory=SystemClock)
    random: Random = field(default_factory=SystemRandom)
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
    # How many requests to sinks there were, and how many of them were taken or refused by now.
    deliveries: Counter[str] = field(default_factory=Counter)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def workspace(self, sid: str) -> Workspace:
        """Return the workspace of that SID; 404 when there is none."""
        try:
            return self.workspaces[sid]
        except KeyError:
            raise not_found(f"/Workspaces/{sid}") from None

    @property
    def authorization(self) -> str:
        """Return the ``Authorization`` header of the account's own credentials."""
        return "Basic " + base64.b64encode(f"{self.sid}:{self.auth_token}".encode()).decode()

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
