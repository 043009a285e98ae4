"""The examples of the documentation run as they are, against the provider and the emulator."""

import re
from collections.abc import Iterator
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks

from pulumi_twilio.provider import KINDS
from tests.provider.conftest import FOLDER
from tests.provider.plugin_process import Engine
from tests.provider.test_every_resource import plain
from twilio_emulator.server import RunningTwilio

EXAMPLES = re.findall(
    r"^## (.+?)$.*?```python\n(.+?)```", (FOLDER / "docs/_index.md").read_text(), re.M | re.S
)


class Deployment(mocks.Mocks):
    """Checks and creates what a program registers with the provider's process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.made: list[str] = []

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Create a resource."""
        assert self._engine.check(args.typ, args.inputs) == {}
        outputs = plain(self._engine.create(args.typ, args.inputs))
        self.made.append(args.typ)
        return outputs["sid"], outputs

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]]]:
        """Run a look-up."""
        return self._engine.invoke(args.token, **args.args), []


@pytest.fixture
def deployment(engine: Engine) -> Iterator[Deployment]:
    deployment = Deployment(engine)
    mocks.set_mocks(deployment, preview=False)
    yield deployment
    pulumi.runtime.settings.reset_options()


@pytest.mark.parametrize(("title", "program"), EXAMPLES, ids=[title for title, _ in EXAMPLES])
def test_an_example_deploys(
    deployment: Deployment, twilio: RunningTwilio, title: str, program: str
) -> None:
    del twilio

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def run() -> None:
        exec(compile(program, title, "exec"), {})  # noqa: S102 - the example is the test

    run()
    assert len(deployment.made) == len(re.findall(r"= twilio\.\w+\.[A-Z]\w+\(", program)) > 0


def test_there_is_an_example_of_every_resource() -> None:

    shown = " ".join(program for _, program in EXAMPLES)
    missing = [each.__name__ for each in KINDS.values() if f".{each.__name__}(" not in shown]
    assert missing == []
