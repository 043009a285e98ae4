"""Runs the Pulumi program in `infra/`, as it is, against the emulated AWS and Twilio."""

import asyncio
import contextlib
import logging
import runpy
import threading
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, cast

import pulumi.runtime
from pulumi.runtime import settings as pulumi_settings
from pulumi.runtime.mocks import MockMonitor, set_mocks
from pulumi.runtime.stack import Stack, run_pulumi_func

from local.deployer.aws_clients import AwsClients
from local.deployer.creator import Creator, ResourceEvent
from local.deployer.twilio_resources import TwilioResources

ROOT: Final = Path(__file__).resolve().parents[2]
PROGRAM: Final = ROOT / "infra"
PROJECT: Final = "flex-chat-transfer"
_REGION: Final = "us-east-1"
# Resources created at the same time; the engine's own default is similar.
_PARALLEL: Final = 16

_logger = logging.getLogger(__name__)
# runpy replaces sys.modules["__main__"] while a program runs.
_one_at_a_time = threading.Lock()


def deploy(
    config: Mapping[str, str],
    secrets: Collection[str],
    aws_endpoint: str,
    on_resource: Callable[[ResourceEvent], None],
    *,
    stack: str = "local",
    program: Path = PROGRAM,
    on_interrupt: Callable[[], None] = lambda: None,
) -> Mapping[str, Any]:
    """Deploy a new stack; resources of earlier deployments are neither updated nor deleted.

    Parameters
    ----------
    config
        The stack's config by full key (`twilio:accountSid`), lists as JSON, as Pulumi hands it to
        a program.
    secrets
        The keys whose values count as stored encrypted.
    aws_endpoint
        Where the emulated AWS is. The emulated Twilio is at the config's `twilio:baseUrl`.
    on_resource
        Called after each resource's creation, from other threads but one call at a time.
    stack
        The stack's name.
    program
        The program's folder.
    on_interrupt
        Called when a signal ends the wait: what makes the creations that are under way fail ends
        the deployment sooner.

    Returns
    -------
    Mapping
        The stack's outputs.

    Raises
    ------
    pulumi.RunError
        What the program itself refuses, such as a wrong config value; nothing was created then.
    DeploymentError
        When a resource cannot be created. What was created before stays.
    """
    aws = AwsClients(aws_endpoint, config.get("aws:region", _REGION))
    with contextlib.closing(TwilioResources(config)) as twilio:
        creator = Creator(aws, twilio, on_resource)

        def stop() -> None:
            creator.stop()
            on_interrupt()

        return run_program(
            MockMonitor(creator),
            config,
            secrets,
            stack=stack,
            program=program,
            on_interrupt=stop,
        )


def run_program(
    monitor: MockMonitor,
    config: Mapping[str, str],
    secrets: Collection[str],
    *,
    stack: str,
    program: Path = PROGRAM,
    on_interrupt: Callable[[], None] = lambda: None,
) -> Mapping[str, Any]:
    """Run the program with a monitor in the engine's place; see `deploy` for the other parameters.

    Parameters
    ----------
    monitor
        Is told of each resource, from several threads.
    on_interrupt
        Called when a signal ends the wait for the program, which still has to come to its end.
    """

    async def run() -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        # After a failure the results of its dependents are never awaited, and asyncio would log
        # each of them.
        loop.set_exception_handler(lambda _loop, _context: None)
        loop.set_default_executor(ThreadPoolExecutor(_PARALLEL, thread_name_prefix="resource"))
        pulumi_settings.reset_options(project=PROJECT, stack=stack, root_directory=str(ROOT))
        pulumi.runtime.set_all_config(dict(config), list(secrets))
        set_mocks(
            monitor.mocks,
            project=PROJECT,
            stack=stack,
            preview=False,
            logger=_logger,
            monitor=monitor,
        )
        await run_pulumi_func(lambda: _run_main(program))
        root = pulumi_settings.get_root_resource()
        assert isinstance(root, Stack)
        return cast("dict[str, Any]", await pulumi.Output.from_input(root.outputs).future())

    # Pulumi keeps its state in context variables and an event loop, which a new thread does not
    # share with earlier or later deployments.
    with _one_at_a_time, ThreadPoolExecutor(1, thread_name_prefix="deployment") as thread:
        deployment = thread.submit(asyncio.run, run())
        try:
            return deployment.result()
        except (KeyboardInterrupt, SystemExit):
            on_interrupt()
            raise


def _run_main(program: Path) -> None:
    runpy.run_path(str(program), run_name="__main__")
