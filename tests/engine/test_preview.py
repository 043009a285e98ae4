"""`pulumi preview` and `pulumi up` of the dev stack on the real engine, AWS stood in for."""

from local.twilio.server import RunningTwilio
from tests.engine.stack_on_engine import Engine
from tests.infra.declared import declare


def test_a_preview_creates_what_the_program_declares(engine: Engine, twilio: RunningTwilio) -> None:
    run = engine.preview(diff=True)

    assert run.changes == {"create": len(declare().resources)}
    assert twilio.centre.auth_token not in run.text
