"""All experiments, and the switches for which there is none."""

from collections.abc import Mapping
from typing import Final

from twilio_emulator.probe import agents, interactions, routing

EXPERIMENTS: Final = (*routing.EXPERIMENTS, *interactions.EXPERIMENTS, *agents.EXPERIMENTS)

_SINK = "it takes a web server that Twilio reaches, and "
NOT_PROBED: Final[Mapping[str, str]] = {
    "janitor_after": "it takes a channel of Programmable Chat in Flex, which reached its end of "
    "life on 2026-06-01: an account of today has none",
    "events_repeated": _SINK + "events are repeated too seldom for ten minutes to show it",
    "events_delayed": _SINK + "the time differs from event to event",
    "events_lost": _SINK + "events are lost too seldom for ten minutes to show it",
    "events_reordered": _SINK + "the order differs from event to event",
    "events_of_others": "it takes a second account that sends to the same address",
}
