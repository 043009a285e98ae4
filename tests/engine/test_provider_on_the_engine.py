"""`pulumi-twilio` on the real engine: a program with every resource, from preview to destroy."""

from pathlib import Path
from typing import Any, Final

import pytest
import requests
from pulumi import automation

from tests.engine.stack_on_engine import changes, twilio_stack
from tests.provider.cases import CASES
from tests.provider.plugin_process import TASK_QUEUE
from tests.provider.test_docs import EXAMPLES
from twilio_emulator.server import RunningTwilio

PROGRAM: Final = "\n".join(program for _, program in EXAMPLES)
HIDDEN: Final = "https://example.com/events"  # a sink's destination may hold a credential
KINDS: Final = len(CASES)
DECLARED: Final = KINDS + 2  # two of them are queues, and there is the stack itself


@pytest.fixture
def stack(twilio: RunningTwilio, tmp_path: Path) -> automation.Stack:
    """The documentation's examples as one program, nothing deployed yet."""
    return twilio_stack(tmp_path, twilio, PROGRAM)


@pytest.mark.timeout(300)  # eight runs of the CLI
def test_a_program_with_every_resource_lives_and_ends(
    stack: automation.Stack, twilio: RunningTwilio, tmp_path: Path
) -> None:
    queues = names(twilio)
    assert changes(stack.preview().change_summary) == {"create": DECLARED}
    assert names(twilio) == queues

    assert changed(stack.up()) == {"create": DECLARED}
    assert changed(stack.up()) == {"same": DECLARED}
    (state,) = [each.read_text() for each in (tmp_path / "state").rglob("stacks/**/dev.json")]
    assert '"sinkConfiguration"' in state
    assert HIDDEN not in state
    assert twilio.centre.auth_token not in state

    change_outside(stack, twilio)
    assert changed(stack.refresh()) == {"update": KINDS, "same": DECLARED - KINDS}
    assert changed(stack.up()) == {"update": KINDS, "same": DECLARED - KINDS}

    code = imported(stack, twilio, "Late")
    with (tmp_path / "__main__.py").open("a") as program:
        program.write(code)
    assert changed(stack.up(refresh=True)) == {"same": DECLARED + 1}

    made = sids(stack)
    assert changed(stack.destroy()) == {"delete": DECLARED + 1}
    assert names(twilio) == queues
    left = {case.token for case in CASES if made[case.token] in str(case.objects(twilio))}
    # The activity is the workspace's timeout activity, which Twilio does not delete; ana's worker
    # was adopted, and settings of which the account has one are never deleted.
    kept = {"twilio:taskrouter:Activity", "twilio:taskrouter:Worker"}
    assert left == kept | {case.token for case in CASES if not case.creates}


def changed(done: Any) -> dict[str, int]:
    return changes(done.summary.resource_changes)


def sids(stack: automation.Stack) -> dict[str, str]:
    """Return the SIDs of what the stack manages, by type; the night's queue of the two."""
    resources = (stack.export_stack().deployment or {}).get("resources", [])
    return {
        each["type"]: each["id"]
        for each in resources
        if each["custom"] and not each["urn"].endswith("::everyone")
    }


def change_outside(stack: automation.Stack, twilio: RunningTwilio) -> None:
    """Change a property of one object of each kind."""
    made = sids(stack)
    for case in CASES:
        name = next(iter(case.parameters))
        # The documentation's example has some of them as the case would set them.
        text = {"autoCreationEnabled": "false", "uiVersion": "~2.12.0"}.get(name)
        case.change_outside(twilio, made[case.token], name, text)


def imported(stack: automation.Stack, twilio: RunningTwilio, name: str) -> str:
    """Make a queue without Pulumi, import it, and return the code that Pulumi writes for it."""
    case = next(case for case in CASES if case.token == TASK_QUEUE)
    made = requests.post(
        case.url(twilio), data={"FriendlyName": name}, auth=twilio.centre.api_key, timeout=5
    ).json()
    resource_id = f"{twilio.centre.workspace_sid}/{made['sid']}"
    done = stack.import_resources(
        resources=[{"type": TASK_QUEUE, "name": name.lower(), "id": resource_id}], protect=False
    )
    assert changed(done)["import"] == 1
    return done.generated_code


def names(twilio: RunningTwilio) -> set[str]:
    case = next(case for case in CASES if case.token == TASK_QUEUE)
    return {str(each["friendly_name"]) for each in case.objects(twilio)}
