"""The stack whose routing is checked: its settings, its workspace, and its transfer workflow."""

import difflib
import json
import subprocess
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pulumi
from pulumi import automation
from twilio.base.exceptions import TwilioException

from pulumi_twilio.client import twilio_client
from pulumi_twilio.config import Settings
from routing_check import RoutingCheckError
from routing_check.centre import Centre
from transfer_stack.config_keys import PROJECT
from transfer_stack.read_settings import read_settings
from transfer_stack.settings import StackSettings
from transfer_stack.workflow import Timeouts, workflow_configuration

# Where Pulumi.yaml is.
_PROJECT: Final = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Version:
    """A state of the transfer workflow: which one, and its configuration as JSON."""

    title: str
    configuration: str


@dataclass(frozen=True, slots=True)
class CheckedStack:
    """A stack's settings and its workspace.

    Attributes
    ----------
    queue_sids
        The configured queues that the workspace has, then "Everyone".
    unknown
        A finding for each that it does not have.
    """

    settings: StackSettings
    centre: Centre
    queue_sids: tuple[str, ...]
    unknown: tuple[str, ...]

    def versions(self) -> list[Version]:
        """Return the workflow as it is in TaskRouter, and as it is declared if that differs."""
        routing = self.settings.routing
        timeouts = Timeouts(routing.agent_timeout, routing.queue_timeout, routing.fallback_timeout)
        declared = workflow_configuration(
            self.centre.everyone_sid,
            self.queue_sids,
            timeouts,
            offers=self.settings.offers.are_possible,
        )
        name = routing.workflow_name
        after = Version(f"{name}, after the next pulumi up", json.dumps(declared))
        for workflow in self.centre.workflows.values():
            if workflow.name == name:
                now = Version(f"{name}, as it is in TaskRouter", workflow.configuration)
                return [now] if json.loads(now.configuration) == declared else [now, after]
        return [after]


def checked_stack(stack: str) -> CheckedStack:
    """Read a stack's config by the Pulumi CLI, and its workspace; nothing is changed.

    Raises
    ------
    RoutingCheckError
        If there is no such stack, its config has errors, or Twilio refuses or fails.
    """
    return open_stack(*_config_of(stack), stack.rpartition("/")[2])


def open_stack(config: Mapping[str, str], secrets: Collection[str], stack: str) -> CheckedStack:
    """Return a stack by its config, whose secrets are in plain text; raises as `checked_stack`."""
    try:
        return _open(config, secrets, stack)
    except (pulumi.RunError, TwilioException) as error:
        raise RoutingCheckError(str(error)) from error


def _open(config: Mapping[str, str], secrets: Collection[str], stack: str) -> CheckedStack:
    settings = read_settings(config, secrets, project=PROJECT, stack=stack)
    twilio, routing = settings.twilio, settings.routing
    client = twilio_client(
        Settings(
            account_sid=twilio.account_sid,
            username=twilio.api_key_sid or twilio.account_sid,
            password=twilio.api_key_secret or twilio.auth_token,
            region=twilio.region or None,
            edge=twilio.edge or None,
            base_url=twilio.base_url or None,
        )
    )
    centre = Centre(client, routing.workspace_sid)
    found = {name: centre.queues_named(name) for name in routing.transfer_queues}
    known = [sid for sids in found.values() for sid in sids if len(sids) == 1]
    return CheckedStack(
        settings,
        centre,
        tuple(dict.fromkeys([*known, centre.everyone_sid])),
        tuple(_not_one(name, sids, centre) for name, sids in found.items() if len(sids) != 1),
    )


def _config_of(stack: str) -> tuple[dict[str, str], tuple[str, ...]]:
    try:
        config = automation.LocalWorkspace(work_dir=str(_PROJECT)).get_all_config(stack)
    except FileNotFoundError as error:
        raise RoutingCheckError(
            "The config of a stack is read by the Pulumi CLI: install it"
        ) from error
    except (
        automation.CommandError,
        automation.InvalidVersionError,
        subprocess.SubprocessError,
    ) as error:
        raise RoutingCheckError(
            f"The config of stack {stack} cannot be read: {_said(error)}"
        ) from error
    return (
        {key: str(found.value) for key, found in config.items()},
        tuple(key for key, found in config.items() if found.secret),
    )


def _said(error: Exception) -> str:
    """Return the CLI's own errors, without the code and the streams that the SDK adds."""
    said = [line.partition("error: ")[2] for line in str(error).splitlines() if "error: " in line]
    text = "; ".join(said) or str(error).strip()
    return f"{text}. `pulumi stack ls` lists the stacks" if "no stack named" in text else text


def _not_one(queue: str, found: Sequence[str], centre: Centre) -> str:
    if found:
        return (
            f"The workspace has {len(found)} queues named '{queue}': use a SID in transferQueues."
        )
    close = difflib.get_close_matches(queue, [one.name for one in centre.queues.values()], n=1)
    meant = f" Did you mean '{close[0]}'?" if close else ""
    return (
        f"transferQueues names the queue '{queue}', which the workspace does not have.{meant} "
        "Deploying the stack stops there."
    )
