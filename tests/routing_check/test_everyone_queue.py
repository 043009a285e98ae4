"""The workspace's "Everyone" queue: what a preview says of it, and what a deployment changes."""

import logging

import pulumi
import pytest

from tests.routing_check.centres import Broken, centre
from tests.routing_check.program import run
from transfer_stack.routing import UnknownTargetError
from transfer_stack.routing_preview import RoutingError

NARROWED = 'routing.skills HAS "support"'
KEEP = "To leave it as it is: pulumi config set keepEveryoneQueue true."


def _expression(broken: Broken) -> str:
    queues = broken.twilio.centre.workspace.tables.task_queues
    return queues[broken.queues["Everyone"]].target_workers


@pytest.fixture
def preview(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Let the program take the run for a preview, and hear all that it says."""
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: True)
    caplog.set_level(logging.INFO)


def _said(caplog: pytest.LogCaptureFixture, level: int) -> list[str]:
    texts = [record.getMessage() for record in caplog.records if record.levelno == level]
    return [text for text in texts if text.startswith("Queue Everyone")]


@pytest.mark.usefixtures("preview")
def test_a_preview_says_that_the_queue_is_adopted(caplog: pytest.LogCaptureFixture) -> None:
    with centre("Sales") as working:
        run(working)

    (found,) = _said(caplog, logging.INFO)
    assert found == (
        f"Queue Everyone ({working.queues['Everyone']}) is in the workspace, with every worker. "
        "If the preview says 'create', the stack takes this queue as it is."
    )
    assert _said(caplog, logging.WARNING) == []


@pytest.mark.usefixtures("preview")
def test_a_preview_warns_before_a_narrowed_queue_is_changed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with centre("Sales") as narrowed:
        narrowed.narrow_everyone(NARROWED)
        run(narrowed)

    (warned,) = _said(caplog, logging.WARNING)
    assert f" has 4 of 7 workers, by its expression {NARROWED}. " in warned
    assert _said(caplog, logging.INFO) == []
    assert "`pulumi up` sets that to 1==1" in warned
    assert warned.endswith(KEEP)


def test_strict_routing_stops_before_a_narrowed_queue_is_changed() -> None:
    with centre("Sales", strictRouting="true") as narrowed:
        narrowed.narrow_everyone(NARROWED)
        with pytest.raises(
            RoutingError, match=r"nothing was changed:\n  Queue Everyone .* has 4 of 7"
        ):
            run(narrowed, creates=True)
        assert _expression(narrowed) == NARROWED


def test_an_update_gives_the_queue_every_worker() -> None:
    with centre("Sales") as narrowed:
        narrowed.narrow_everyone(NARROWED)
        run(narrowed, creates=True)
        assert _expression(narrowed) == "1==1"


@pytest.mark.usefixtures("preview")
def test_a_kept_queue_is_said_and_is_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    with centre("Sales", keepEveryoneQueue="true", strictRouting="true") as kept:
        kept.narrow_everyone(NARROWED)
        run(kept)

    (found,) = _said(caplog, logging.INFO)
    assert "It stays as it is (keepEveryoneQueue): a chat for an agent who is not in it" in found


def test_an_update_leaves_a_kept_queue_as_it_is() -> None:
    with centre("Sales", keepEveryoneQueue="true") as kept:
        kept.narrow_everyone(NARROWED)
        outputs = run(kept, creates=True)
        sent = kept.twilio.journal.matching("POST", path="/TaskQueues")
        (workflow,) = [
            each.configuration
            for each in kept.twilio.centre.workspace.tables.workflows.values()
            if each.friendly_name == "Chat transfer (dev)"
        ]

    assert _expression(kept) == NARROWED
    assert sent == []
    assert outputs["everyoneQueueSid"] == kept.queues["Everyone"]
    assert kept.queues["Everyone"] in workflow


def test_a_kept_queue_without_workers_is_a_fault() -> None:
    with centre(keepEveryoneQueue="true", strictRouting="true") as kept:
        kept.narrow_everyone('routing.skills HAS "law"')
        with pytest.raises(RoutingError, match=r"Queue Everyone .* has 0 of 7 workers"):
            run(kept, creates=True)


def test_a_queue_to_keep_that_is_not_there_stops_the_program() -> None:
    with centre(keepEveryoneQueue="true") as without:
        del without.twilio.centre.workspace.tables.task_queues[without.queues["Everyone"]]
        with pytest.raises(UnknownTargetError, match="pulumi config rm keepEveryoneQueue"):
            run(without, creates=True)
