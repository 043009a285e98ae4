"""All experiments: together they answer every switch."""

from typing import Final

from twilio_emulator.probe import agents, events, interactions, janitor, routing

EXPERIMENTS: Final = (
    *routing.EXPERIMENTS,
    *interactions.EXPERIMENTS,
    *agents.EXPERIMENTS,
    *janitor.EXPERIMENTS,
    *events.EXPERIMENTS,
)
