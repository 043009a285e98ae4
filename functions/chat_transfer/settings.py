"""What the Lambda environment says, read once, so that nothing else in the package reads it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self


class ConfigurationError(RuntimeError):
    """The Lambda environment lacks something that the stack always sets."""


# Which choices go with a stack's own choice of when it hands over, if it names no others.
USUAL_CHOICES = {
    "now": ("now", "accepted"),
    "accepted": ("accepted", "now"),
    "warm": ("warm", "accepted", "now"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The Lambda environment of one function.

    Attributes
    ----------
    account_sid : str
        ``AC…``, from ``TWILIO_ACCOUNT_SID``.
    workspace_sid : str
        ``WS…``, from ``TWILIO_WORKSPACE_SID``.
    transfer_workflow_sid : str
        ``WW…``, from ``TWILIO_CHAT_TRANSFER_WORKFLOW_SID``.
    secret_arn : str
        The Secrets Manager secret with the Twilio credentials, from ``TWILIO_SECRET_ARN``.
    idempotency_table : str or None
        The DynamoDB table of ``IDEMPOTENCY_TABLE``; the functions that transfer have one.
    hand_over : str
        When a conversation is handed over unless the request says so: ``now``, ``accepted`` or
        ``warm``, from ``HAND_OVER``.
    hand_over_choices : tuple of str
        What a request may say, from ``HAND_OVER_CHOICES``, a JSON list; empty for those that go
        with `hand_over`.
    events_queue_url : str or None
        The SQS queue of Twilio's events, from ``EVENTS_QUEUE_URL``; without it there are no offers.
    workflows : frozenset of str or None
        The SIDs of the workflows that are targets, from ``TRANSFER_WORKFLOWS``, a JSON list; None
        for all but transfer workflows.
    targets_attribute : str or None
        The attribute of workers that lists their targets, from ``TRANSFER_TARGETS_ATTRIBUTE``.
    refuses_unavailable : bool
        Whether an agent who is not available is no target now, from ``UNAVAILABLE_AGENTS``:
        ``refuse``, or ``wait``, which is the default.
    region, edge : str or None
        Twilio's region and edge, https://www.twilio.com/docs/global-infrastructure.
    base_url : str or None
        An emulator that stands in for all of Twilio's hosts.
    """

    account_sid: str
    workspace_sid: str
    transfer_workflow_sid: str
    secret_arn: str
    idempotency_table: str | None = None
    hand_over: str = "now"
    hand_over_choices: tuple[str, ...] = ()
    events_queue_url: str | None = None
    workflows: frozenset[str] | None = None
    targets_attribute: str | None = None
    refuses_unavailable: bool = False
    region: str | None = None
    edge: str | None = None
    base_url: str | None = None

    @property
    def hand_overs(self) -> tuple[str, ...]:
        """When a conversation can be handed over, the stack's own choice first."""
        if self.events_queue_url is None:
            return ("now",)
        choices = self.hand_over_choices or USUAL_CHOICES[self.hand_over]
        return tuple(dict.fromkeys((self.hand_over, *choices)))

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the Lambda environment; an empty variable is an unset one.

        Raises
        ------
        ConfigurationError
            When a variable is missing that every function needs; it names them all.
        """
        required = {
            "account_sid": "TWILIO_ACCOUNT_SID",
            "workspace_sid": "TWILIO_WORKSPACE_SID",
            "transfer_workflow_sid": "TWILIO_CHAT_TRANSFER_WORKFLOW_SID",
            "secret_arn": "TWILIO_SECRET_ARN",
        }
        missing = [name for name in required.values() if not environment.get(name)]
        if missing:
            raise ConfigurationError(
                f"not set in the Lambda environment: {', '.join(missing)}; deploy the stack again"
            )
        choices = environment.get("HAND_OVER_CHOICES")
        workflows = environment.get("TRANSFER_WORKFLOWS")
        return cls(
            **{field: environment[name] for field, name in required.items()},
            idempotency_table=environment.get("IDEMPOTENCY_TABLE") or None,
            hand_over=environment.get("HAND_OVER") or "now",
            hand_over_choices=tuple(json.loads(choices)) if choices else (),
            events_queue_url=environment.get("EVENTS_QUEUE_URL") or None,
            workflows=frozenset(json.loads(workflows)) if workflows else None,
            targets_attribute=environment.get("TRANSFER_TARGETS_ATTRIBUTE") or None,
            refuses_unavailable=environment.get("UNAVAILABLE_AGENTS") == "refuse",
            region=environment.get("TWILIO_REGION") or None,
            edge=environment.get("TWILIO_EDGE") or None,
            base_url=environment.get("TWILIO_BASE_URL") or None,
        )
