"""Many simultaneous requests, each in its own Lambda process: one transfer."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http import HTTPStatus

import pytest
import requests

from tests.deployment import DeployedStack
from tests.e2e.conftest import Plugin
from tests.functions.recording import KINDS
from tests.sampling import IS_FULL

# Each needs a process of its own, which takes more than a second of a processor to start.
AT_ONCE = 20 if IS_FULL else 6


@pytest.fixture(scope="module")
def crowd(deployed_stack: DeployedStack) -> Plugin:
    """A plugin that has as many warm functions as it will call at once.

    Processes that start at once take their time on a small machine, which says nothing of
    transfers; so what becomes of these requests does not matter.
    """
    plugin = Plugin(deployed_stack)

    def malformed(_number: int) -> None:
        with suppress(requests.RequestException):
            plugin.call("POST", "/transfer-chat", json={})

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(malformed, range(AT_ONCE)))
    return plugin


def all_at_once(plugin: Plugin, requested: list[tuple[str, str]]) -> list[requests.Response]:
    with ThreadPoolExecutor(len(requested)) as pool:
        return list(pool.map(lambda one: plugin.transfer(*one), requested))


@pytest.mark.parametrize("kind", KINDS)
def test_identical_requests_at_once_create_one_task(crowd: Plugin, kind: str) -> None:
    task_sid, dev = KINDS[kind](crowd.centre), crowd.centre.workers["dev"]

    answers = all_at_once(crowd, [(task_sid, dev)] * AT_ONCE)
    # On a machine that is busy with other things, the first may take longer than the others wait.
    late = [answer for answer in answers if answer.status_code == HTTPStatus.CONFLICT]
    assert {answer.json()["code"] for answer in late} <= {"transfer_in_progress"}
    answers = [answer for answer in answers if answer not in late]
    answers += [crowd.transfer(task_sid, dev) for _ in late]

    assert Counter(answer.status_code for answer in answers) == {200: AT_ONCE}
    [made] = crowd.centre.open_tasks("transferredFrom", task_sid)
    assert {answer.json()["taskSid"] for answer in answers} == {made.sid}


@pytest.mark.parametrize("kind", KINDS)
def test_one_of_many_simultaneous_targets_wins(crowd: Plugin, kind: str) -> None:
    centre = crowd.centre
    task_sid = KINDS[kind](centre)
    targets = [centre.workers[name] for name in ("ben", "carla", "dev", "eva", "sam", "alex")]
    targets += [centre.queues[name] for name in ("Sales", "Support")]
    targets += list(centre.workflows.values())[:2]
    # Targets of each kind, if it is not all of them.
    targets = targets[::-1][:AT_ONCE]

    answers = all_at_once(crowd, [(task_sid, target) for target in targets])

    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: len(targets) - 1}
    assert len(centre.open_tasks("transferredFrom", task_sid)) == 1
    losers = [answer.json() for answer in answers if answer.status_code == 409]
    assert {one["code"] for one in losers} == {"transferred_elsewhere"}
    assert not any("agentRejoined" in one for one in losers)
