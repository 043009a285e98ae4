"""`pulumi preview` and `pulumi up` of the dev stack on the real engine, AWS stood in for."""

from dataclasses import replace

from tests.engine.stack_on_engine import Engine
from tests.infra.declared import declare
from twilio_emulator.server import RunningTwilio


def test_a_preview_creates_what_the_program_declares(engine: Engine, twilio: RunningTwilio) -> None:
    run = engine.preview(diff=True)

    assert run.changes == {"create": len(declare().resources)}
    assert twilio.centre.auth_token not in run.text


def test_a_queue_that_is_to_stay_leaves_the_stack_and_not_the_workspace(
    engine: Engine, twilio: RunningTwilio
) -> None:
    queues, sid = twilio.centre.workspace.tables.task_queues, twilio.centre.queues["Everyone"]
    queues[sid] = replace(queues[sid], target_workers='routing.skills HAS "support"')
    warned = engine.preview()
    engine.up()
    queues[sid] = replace(queues[sid], target_workers='routing.skills HAS "support"')
    engine.set({"flex-chat-transfer:keepEveryoneQueue": "true"})
    kept = engine.up()

    assert "warning: Queue Everyone" in warned.text
    assert {kind: count for kind, count in kept.changes.items() if kind != "same"} == {"delete": 1}
    assert queues[sid].target_workers == 'routing.skills HAS "support"'
