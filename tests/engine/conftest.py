"""An engine a test: what one deploys would stand in the next one's way."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.stack_on_engine import Engine
from twilio_emulator.seed import contact_centre
from twilio_emulator.server import RunningTwilio, serve

NO_ENGINE = "there is no pulumi on the PATH; it cannot be had from a package index"


@pytest.fixture
def twilio() -> Iterator[RunningTwilio]:
    """The emulated Twilio that the stack's config points at."""
    if shutil.which("pulumi") is None:
        pytest.skip(NO_ENGINE)
    with serve(contact_centre()) as running:
        yield running


@pytest.fixture
def engine(twilio: RunningTwilio, tmp_path: Path) -> Engine:
    """A project of its own, nothing deployed yet."""
    return Engine(tmp_path, twilio)
