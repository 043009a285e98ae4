"""What the program says of the routing at a preview, by the provider and the emulated Twilio."""

import json
import logging

import pulumi
import pytest

from routing_check.commands import find_transfer
from routing_check.simulation import Simulation
from routing_check.stack import open_stack
from tests.deployment import SECRETS
from tests.routing_check.centres import centre
from tests.routing_check.program import run
from transfer_stack import routing_preview
from transfer_stack.routing_findings import Route, findings
from transfer_stack.routing_preview import RoutingError

BILLING = "Queue Billing has one worker, eva@example.com."
LEGAL = "Queue Legal has no worker: no one matches its expression"


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


@pytest.mark.parametrize("expression", ["1==1", 'routing.skills HAS "support"'])
@pytest.mark.parametrize("queue", ["Sales", "Support", "Escalations", "Billing", "Legal"])
def test_the_preview_knows_the_route_that_the_simulation_finds(
    queue: str, expression: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Route] = []

    def kept(route: Route) -> list[str]:
        seen.append(route)
        return findings(route)

    monkeypatch.setattr(routing_preview, "findings", kept)
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: True)
    with centre(queue, keepEveryoneQueue="true") as broken:
        broken.with_queue("Legal", 'routing.skills HAS "law"')
        broken.narrow_everyone(expression)
        run(broken)
        checked = open_stack(broken.config, SECRETS, "dev")
        (version,) = checked.versions()
        simulation = Simulation(version.configuration, checked.centre)

        assert seen == [simulation.route(find_transfer(checked.centre, queue))]
        assert json.loads(version.configuration)["task_routing"]["filters"]
