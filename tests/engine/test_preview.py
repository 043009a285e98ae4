"""`pulumi preview` and `pulumi up` of the dev stack on the real engine, AWS stood in for."""

from tests.engine.stack_on_engine import Engine
from tests.infra.declared import declare
from twilio_emulator.server import RunningTwilio


def test_a_preview_creates_what_the_program_declares(engine: Engine, twilio: RunningTwilio) -> None:
    run = engine.preview(diff=True)

    assert run.changes == {"create": len(declare().resources)}
    assert twilio.centre.auth_token not in run.text
