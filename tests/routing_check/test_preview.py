"""What the program says of the routing at a preview, by the provider and the emulated Twilio."""

import contextlib
import json
import logging
from typing import Any

import pulumi
import pytest
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks

from local.deployer.creator import Creator
from local.deployer.deployment import run_program
from local.deployer.twilio_resources import TwilioResources
from routing_check.commands import find_transfer
from routing_check.simulation import Simulation
from routing_check.stack import open_stack
from tests.deployment import SECRETS
from tests.infra.declared import declared_outputs
from tests.routing_check.centres import Broken, centre
from transfer_stack import routing_preview
from transfer_stack.routing_findings import Route, findings
from transfer_stack.routing_preview import RoutingError

BILLING = "Queue Billing has one worker, eva@example.com."
LEGAL = "Queue Legal has no worker: no one matches its expression"


class _Program(Mocks):
    """Declares without creating, and looks up in the emulated Twilio."""

    def __init__(self, twilio: TwilioResources) -> None:
        self._creator = Creator(None, twilio, lambda _event: None)  # type: ignore[arg-type]

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        return declared_outputs(args)

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        return self._creator.call(args)


def run(broken: Broken) -> None:
    config = {**broken.config, "aws:region": "eu-west-1", "flex-chat-transfer:tagCommit": "false"}
    with contextlib.closing(TwilioResources(config)) as twilio:
        run_program(MockMonitor(_Program(twilio)), config, SECRETS, stack="dev")


@pytest.fixture
def preview(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the program take the run for a preview."""
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: True)


@pytest.mark.usefixtures("preview")
def test_a_preview_warns_of_queues_that_leave_a_chat_waiting_for_no_one(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with centre("Billing", "Legal", "Sales") as broken, caplog.at_level(logging.WARNING):
        broken.with_queue("Legal", 'routing.skills HAS "law"')
        run(broken)

    warned = [record.getMessage() for record in caplog.records]
    assert [text.partition(". ")[0] for text in warned if "Queue" in text] == [
        BILLING.removesuffix("."),
        f'{LEGAL}, routing.skills HAS "law"',
    ]


@pytest.mark.usefixtures("preview")
def test_a_preview_says_nothing_of_routing_without_faults(caplog: pytest.LogCaptureFixture) -> None:
    with centre("Sales", "Support") as working, caplog.at_level(logging.WARNING):
        run(working)

    assert [record for record in caplog.records if "queue" in record.getMessage().lower()] == []


def test_strict_routing_stops_the_program_before_anything_is_declared() -> None:
    with centre("Billing", "Legal", strictRouting="true") as broken:
        broken.with_queue("Legal", 'routing.skills HAS "law"')
        with pytest.raises(RoutingError) as stopped:
            run(broken)
        asked = {entry.method for entry in broken.twilio.journal}

    first, *lines = str(stopped.value).splitlines()
    assert first == "The routing has faults, nothing was changed:"
    assert [
        line.strip()[: len(text)] for line, text in zip(lines, (BILLING, LEGAL), strict=True)
    ] == [
        BILLING,
        LEGAL,
    ]
    assert asked == {"GET"}


def test_an_update_is_not_checked_a_second_time() -> None:
    with centre("Billing") as broken:
        run(broken)
        asked = broken.twilio.journal.matching(path="/Workers")

    assert asked == []


@pytest.mark.parametrize("queue", ["Sales", "Support", "Escalations", "Billing", "Legal"])
def test_the_preview_knows_the_route_that_the_simulation_finds(
    queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Route] = []

    def kept(route: Route) -> list[str]:
        seen.append(route)
        return findings(route)

    monkeypatch.setattr(routing_preview, "findings", kept)
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: True)
    with centre(queue) as broken:
        broken.with_queue("Legal", 'routing.skills HAS "law"')
        run(broken)
        checked = open_stack(broken.config, SECRETS, "dev")
        (version,) = checked.versions()
        simulation = Simulation(version.configuration, checked.centre)

        assert seen == [simulation.route(find_transfer(checked.centre, queue))]
        assert json.loads(version.configuration)["task_routing"]["filters"]
