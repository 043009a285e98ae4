"""The settings of offers, each config key with its field."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, get_args

import pulumi

from transfer_stack.config_keys import Fault, Kind, choice, key, strings

HandOver = Literal["now", "optional", "accepted", "warm"]
When = Literal["now", "accepted", "warm"]

# Characters that a URL holds as they are: the password is part of the sink's.
# https://datatracker.ietf.org/doc/html/rfc3986#section-2.3
_PASSWORD: Final = re.compile(r"[A-Za-z0-9_-]{32,128}")
_PASSWORD_EXPECTED: Final = "a secret of 32 to 128 letters, digits, - and _"  # noqa: S105
NEW_PASSWORD: Final = ': pulumi config set --secret eventsPassword "$(openssl rand -hex 24)"'  # noqa: S105


def _password_faults(raw: str) -> Iterator[Fault]:
    if not _PASSWORD.fullmatch(raw):
        yield Fault("a wrong value", _PASSWORD_EXPECTED, NEW_PASSWORD)


@dataclass(frozen=True, slots=True)
class OfferSettings:
    """Whether a transfer can wait for its acceptance, and what Twilio's events need for it."""

    hand_over: HandOver = key(  # noqa: RUF009
        "handOver",
        choice(get_args(HandOver)),
        "Whether a request may be an offer: the agent stays with the customer until another agent "
        "accepts. `now` is no, `optional` is yes. With `accepted` a request is one by default. "
        "With `warm` it is one after which both agents have the customer",
        default="now",
    )
    offered: tuple[When, ...] = key(
        "handOverChoices",
        strings("now, accepted or warm", "|".join(get_args(When))),
        "What agents can choose from. By default `now` and `accepted`, and `warm` if `handOver` is "
        "`warm`. None, if `handOver` is `now`",
        default=(),
        example='["now", "warm"]',
    )
    events_password: str | pulumi.Output[str] = key(  # noqa: RUF009
        "eventsPassword",
        Kind(_PASSWORD_EXPECTED, _password_faults, is_secret=True),
        "The password with which Twilio sends events to the stack. Required unless `handOver` is "
        "`now`",
        default="",
    )

    @property
    def are_possible(self) -> bool:
        """Whether the stack has offers."""
        return self.hand_over != "now"

    @property
    def choices(self) -> list[str]:
        """When a request can hand over, the default first."""
        if not self.are_possible:
            return ["now"]
        usual = ("accepted", "now") if self.default != "now" else ("now", "accepted")
        return list(dict.fromkeys((self.default, *(self.offered or usual))))

    @property
    def can_join(self) -> bool:
        """Whether an agent who accepts may join the one who asks."""
        return "warm" in self.choices

    @property
    def default(self) -> When:
        """What a request is that does not say: a transfer now, or an offer."""
        return self.hand_over if self.hand_over in ("accepted", "warm") else "now"
