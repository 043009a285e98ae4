"""The command `demo`, from the deployment to the last transfer."""

import time
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from local.arguments import COMMAND
from local.demo.contact_centre import View
from local.demo.expectations import check
from local.demo.outcome import Mismatch, play, send
from local.demo.scenes import AGENT_SECONDS, SCENES
from local.demo.tables import show_outcome, show_workflows
from local.progress import progress_on
from local.stack import local_stack


def demo(console: Console, package: Path | None = None) -> None:
    """Deploy, transfer, and show the results.

    Parameters
    ----------
    package
        The wheel whose component is deployed, if not that of this checkout.

    Raises
    ------
    Mismatch
        When a transfer did not do what it should.
    """
    started = time.monotonic()
    with ExitStack() as held:
        with progress_on(console) as progress:
            stack = held.enter_context(
                local_stack(progress, agent_timeout=AGENT_SECONDS, package=package)
            )
        console.print(f"\nEndpoint  [bold]{stack.endpoint}[/]", soft_wrap=True)
        console.print(f"Console   {stack.twilio.base_url}/console", soft_wrap=True)
        view = View.of(stack.twilio.base_url)
        with console.status("Asking get-workflows"):
            workflows = _workflows(stack.endpoint, view)
        show_workflows(console, workflows)
        for number, scene in enumerate(SCENES, 1):
            with console.status(scene.title):
                outcome = play(scene, view, stack.endpoint)
                check(outcome, view)
            show_outcome(console, number, outcome, view)
    seconds = time.monotonic() - started
    console.print(
        f"\n[green]All {len(SCENES)} transfers went as they should[/] [dim]{seconds:.1f} s[/]. "
        f"To try it yourself:  {COMMAND} up",
        soft_wrap=True,
    )


def _workflows(endpoint: str, view: View) -> list[dict[str, str]]:
    """Ask the endpoint for the workflows, and compare them with TaskRouter's own list."""
    status, body = send(f"{endpoint}/get-workflows", {"Token": view.token_of("ana")})
    if "workflows" not in body:
        raise Mismatch(f"get-workflows answered {status}: {body}")
    listed: list[dict[str, str]] = body["workflows"]
    known = {
        w["sid"]: w["friendly_name"]
        for w in view.workspace("Workflows")["workflows"]
        if not w["friendly_name"].startswith("Chat transfer (")  # the stack's own is no target
    }
    if {workflow["sid"]: workflow["friendlyName"] for workflow in listed} != known:
        raise Mismatch(f"get-workflows answered {listed}, TaskRouter has {known}")
    return listed
