"""Offers on the deployed stack: Twilio's events go by the API, the queue and the functions."""

import re
import shutil
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http import HTTPStatus
from pathlib import Path

import pytest
import requests

from tests.deployment import EVENTS_PASSWORD, events_of
from tests.e2e.conftest import SECONDS, Plugin
from tests.sampling import IS_FULL, examples
from twilio_emulator.sids import new_sid

EVENTS = examples(100)
PAGE = Path(__file__).resolve().parents[2] / "docs" / "local.md"
OFFERS = 10
AT_ONCE = 5


def wait_until(met: Callable[[], bool], seconds: float = SECONDS) -> float:
    """Wait until something is so; how many seconds that took."""
    began = time.monotonic()
    while not met():
        assert time.monotonic() - began < seconds, "not in time"
        time.sleep(0.05)
    return time.monotonic() - began


def state_of(plugin: Plugin, task_sid: str) -> str:
    return str(plugin.offer("GET", task_sid).json()["state"])


def is_accepted(plugin: Plugin, task_sid: str) -> bool:
    """Whether an agent has accepted, and the original is over: its close follows a moment later."""
    is_over = plugin.centre.workspace.task(task_sid).status.ended
    return is_over and state_of(plugin, task_sid) == "accepted"


def agents(plugin: Plugin, conversation_sid: str) -> set[str | None]:
    """The agents who hold a task of the conversation."""
    tasks = plugin.centre.open_tasks("conversationSid", conversation_sid)
    return {plugin.centre.holder_of(task.sid) for task in tasks} - {None}


def offered(plugin: Plugin, target: str = "ben") -> tuple[str, str]:
    """A conversation that Ana holds and offers: its task, and the new one."""
    task_sid = plugin.centre.conversation_task()
    answer = plugin.transfer(task_sid, plugin.centre.workers[target], handOver="accepted")
    assert answer.status_code == 202, answer.text
    return task_sid, answer.json()["taskSid"]


def test_an_accepted_offer_is_handed_over_by_twilios_event(plugin: Plugin) -> None:
    task_sid, made = offered(plugin)
    conversation = plugin.centre.attributes(task_sid)["conversationSid"]
    assert state_of(plugin, task_sid) == "offered"
    assert agents(plugin, conversation) == {"ana"}

    with events_of(plugin.stack.twilio):
        plugin.centre.accept(made)

    wait_until(partial(is_accepted, plugin, task_sid))
    assert agents(plugin, conversation) == {"ben"}
    plugin.centre.complete(made)


def test_an_offer_is_in_its_agents_list_until_it_has_ended(plugin: Plugin) -> None:
    task_sid, made = offered(plugin)

    def listed(by: str = "ana") -> dict[str, str]:
        headers = {"Authorization": f"Bearer {plugin.centre.token_of(by)}"}
        answer = plugin.call("GET", "/transfers", headers=headers)
        assert answer.status_code == 200, answer.text
        return {one["taskSid"]: one["state"] for one in answer.json()["transfers"]}

    assert listed()[task_sid] == "offered"
    assert task_sid not in listed("ben")

    with events_of(plugin.stack.twilio):
        plugin.centre.accept(made)

    wait_until(lambda: listed()[task_sid] == "accepted")
    plugin.centre.complete(made)


def test_an_offer_is_taken_back(plugin: Plugin) -> None:
    task_sid, made = offered(plugin)

    answer = plugin.offer("DELETE", task_sid)

    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert plugin.centre.holder_of(task_sid) == "ana"
    assert plugin.centre.workspace.task(made).status.ended
    plugin.centre.complete(task_sid)


def test_an_offer_whose_task_is_cancelled_is_declined_by_the_event(plugin: Plugin) -> None:
    task_sid, made = offered(plugin, "eva")
    workspace = f"/taskrouter/v1/Workspaces/{plugin.centre.workspace_sid}"
    with events_of(plugin.stack.twilio):
        cancelled = requests.post(
            f"{plugin.stack.twilio.base_url}{workspace}/Tasks/{made}",
            data={"AssignmentStatus": "canceled"},
            auth=(plugin.centre.account_sid, plugin.centre.auth_token),
            timeout=SECONDS,
        )
    assert cancelled.ok, cancelled.text

    wait_until(lambda: state_of(plugin, task_sid) == "declined")
    assert plugin.centre.holder_of(task_sid) == "ana"
    plugin.centre.complete(task_sid)


@pytest.mark.skipif(not shutil.which("jq"), reason="the page's commands need jq")
def test_the_commands_of_the_local_stacks_page_end_an_offer_and_switch_events(
    plugin: Plugin,
) -> None:
    page = PAGE.read_text().partition("## Trying an offer by hand")[2].partition("\n## Why")[0]
    commands = "\n".join(re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL))
    deployed, up = re.subn(r"^\S+ -m local up -d$", "set -eu", commands, flags=re.MULTILINE)
    assert up == 1
    for name, address in (
        ("endpoint", plugin.stack.endpoint),
        ("twilio", plugin.stack.twilio.base_url),
    ):
        deployed, found = re.subn(
            rf"^{name}=\S+$", f"{name}={address}", deployed, flags=re.MULTILINE
        )
        assert found == 1
    with events_of(plugin.stack.twilio):
        done = subprocess.run(
            ["bash", "-c", f"{deployed}\necho; echo $task"],  # noqa: S607 - as a reader of the page
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=True,
        )
    *_, task_sid = done.stdout.split()
    states = re.findall(r'"state": "(\w+)"', done.stdout)
    assert states[:4] == ["offered", "offered", "cancelled", "offered"]
    assert re.findall(r'"events_lost":(\w+)', done.stdout) == ["true", "false"]
    wait_until(partial(is_accepted, plugin, task_sid))
    (made,) = plugin.centre.open_tasks("transferredFrom", task_sid)
    assert plugin.centre.holder_of(made.sid) == "ben"
    plugin.centre.complete(made.sid)


@pytest.mark.skipif(not IS_FULL, reason="takes a minute; FULL_MATRIX=1 runs it")
def test_an_accepted_offer_whose_event_is_lost_is_handed_over_by_the_schedule(
    plugin: Plugin,
) -> None:
    task_sid, made = offered(plugin)
    plugin.centre.accept(made)

    wait_until(partial(is_accepted, plugin, task_sid), seconds=100)
    assert plugin.centre.holder_of(made) == "ben"
    plugin.centre.complete(made)


@pytest.mark.timeout(300)
def test_a_burst_of_events_loses_none_and_hands_each_offer_over_once(plugin: Plugin) -> None:
    """1,000 events, or 100 in a sample, of which 10 are about offers that were accepted.

    How fast they are taken is measured by the benchmark, on a machine that does nothing else.
    """
    for name in ("eva", "sam"):
        plugin.centre.set_activity(name, "Available")
    offers = [offered(plugin, target) for target in ("ben", "carla", "dev", "eva", "sam") * 2]
    assert len(offers) == OFFERS
    for _, made in offers:
        plugin.centre.accept(made)
    sids = [new_sid("WT") for _ in range(EVENTS - OFFERS)]
    for index, (_, made) in enumerate(offers):
        sids.insert(index * EVENTS // OFFERS, made)
    plugin.stack.twilio.journal.clear()

    def send(task_sid: str) -> int:
        event = {
            "specversion": "1.0",
            "id": new_sid("EZ"),
            "source": plugin.centre.workspace_sid,
            "type": "com.twilio.taskrouter.reservation.accepted",
            "data": {"payload": {"task_sid": task_sid, "task_attributes": "x" * 500}},
        }
        answer = requests.post(
            f"{plugin.stack.endpoint}/events",
            json=[event],
            auth=("twilio", EVENTS_PASSWORD),
            timeout=SECONDS,
        )
        return answer.status_code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert set(pool.map(send, sids)) == {HTTPStatus.NO_CONTENT}

    for task_sid, made in offers:
        wait_until(partial(is_accepted, plugin, task_sid), seconds=120)
        assert plugin.centre.holder_of(made)
        assert plugin.centre.workspace.task(task_sid).status.ended
    # One close for each offer: each was handed over once.
    closes = plugin.stack.twilio.journal.matching("POST", "/Participants/")
    assert len(closes) == OFFERS
    plugin.centre.set_activity("eva", "Offline")
