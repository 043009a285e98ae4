"""How long the plugin takes to start, and how many calls a large stack costs."""

import resource
from pathlib import Path
from typing import Any

from tests.provider.conftest import FOLDER
from tests.provider.plugin_process import TASK_QUEUE, WORKFLOW, Engine, started
from twilio_emulator.server import RunningTwilio

START_SECONDS = 1.0
TRIES = 3
QUEUES = 200
WORKFLOWS = 30
PREVIEW_SECONDS = 4


def test_the_plugin_answers_soon_after_it_is_started(tmp_path: Path) -> None:
    """The processor time of its start: the machine may be busy with other things."""

    def start() -> float:
        begun = seconds_of_children()
        with started(FOLDER, tmp_path / "stderr", {}) as engine:
            engine.plugin_info()
        return seconds_of_children() - begun

    assert min(start() for _ in range(TRIES)) < START_SECONDS


def test_a_preview_of_many_queues_calls_twilio_for_none_of_them(
    engine: Engine, twilio: RunningTwilio
) -> None:
    declared = {"workspaceSid": twilio.centre.workspace_sid, "friendlyName": "Night"}
    state = engine.create(TASK_QUEUE, declared)
    twilio.journal.clear()
    for number in range(QUEUES):
        inputs = declared | {"friendlyName": f"Queue {number}"}
        assert engine.check(TASK_QUEUE, inputs) == {}
        engine.create(TASK_QUEUE, inputs, preview=True)
        assert engine.diff(TASK_QUEUE, state, inputs)["diffs"] == ["friendlyName"]
        engine.update(TASK_QUEUE, state, inputs, preview=True)
    assert len(twilio.journal) == 0


def test_a_preview_of_a_large_stack_takes_little_time(
    twilio: RunningTwilio, tmp_path: Path
) -> None:
    """The provider's own time from its start to its end: the machine may be busy."""
    place = {"workspaceSid": twilio.centre.workspace_sid}
    queue = {"queue": twilio.centre.queues["Everyone"], "timeout": 60}
    rule = {"expression": "type == 'sales'", "targets": [queue]}
    configuration = {"task_routing": {"filters": [rule] * 20, "default_filter": queue}}
    first: dict[str, dict[str, Any]] = {
        TASK_QUEUE: place | {"friendlyName": "Night"},
        WORKFLOW: place | {"friendlyName": "Inbound", "configuration": configuration},
    }
    begun = seconds_of_children()
    with started(FOLDER, tmp_path / "stderr", {}) as engine:
        engine.configure(
            accountSid=twilio.centre.account_sid,
            authToken=twilio.centre.auth_token,
            baseUrl=twilio.base_url,
        )
        states = {token: engine.create(token, inputs) for token, inputs in first.items()}
        twilio.journal.clear()
        for token, count in ((TASK_QUEUE, QUEUES), (WORKFLOW, WORKFLOWS)):
            for number in range(count):
                inputs = first[token] | {"friendlyName": f"Name {number}"}
                assert engine.check(token, inputs) == {}
                engine.diff(token, states[token], inputs, before=first[token])
                engine.update(token, states[token], inputs, preview=True, before=first[token])
    assert seconds_of_children() - begun < PREVIEW_SECONDS
    assert len(twilio.journal) == 0


def seconds_of_children() -> float:
    """Return the processor time of the child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_a_list_of_many_queues_is_one_call(engine: Engine, twilio: RunningTwilio) -> None:
    place = {"workspaceSid": twilio.centre.workspace_sid}
    for number in range(QUEUES):
        engine.create(TASK_QUEUE, place | {"friendlyName": f"Queue {number}"})
    before = len(twilio.centre.queues)
    twilio.journal.clear()
    found = engine.invoke("twilio:taskrouter:getTaskQueues", **place)
    assert len(found["taskQueues"]) == before + QUEUES
    assert len(twilio.journal) == 1
