"""What becomes of a task's attributes in a transfer."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat_transfer.http.request import Target
from chat_transfer.transfer import attributes
from chat_transfer.twilio.taskrouter import Task
from tests.functions.conftest import Deployment
from tests.sampling import examples

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def task(**content: Any) -> Task:
    return Task(
        sid="WT1",
        attributes=content,
        etag='"1"',
        assignment_status="assigned",
        priority=0,
        task_channel="chat",
        workflow_sid="WW1",
        date_created=None,
        virtual_start_time=None,
    )


def transferred(original: Task, *, offered: bool = False) -> dict[str, Any]:
    return attributes.transferred(
        original,
        Target("WQ1"),
        ignore_agent="ana",
        ignore_worker_sids=["WK1", "WK2"],
        offered=offered,
    )


@settings(max_examples=examples(40), deadline=None)
@given(st.dictionaries(st.text(), JSON))
def test_a_transfer_adds_attributes_and_keeps_the_others(content: dict[str, Any]) -> None:
    original = task(**{"channelSid": "CH1", **content})
    made = transferred(original)
    ours = {"targetSid", "transferTargetType", "ignoreAgent", "ignoreWorkerSids", "transferredFrom"}
    for name, value in original.attributes.items():
        assert name in ours or made[name] == value
    assert set(made) == set(original.attributes) | ours | {"conversations"}


def test_the_conversation_id_is_the_first_tasks_unless_there_is_one() -> None:
    assert transferred(task())["conversations"] == {"conversation_id": "WT1"}
    assert transferred(task(conversations={"case": 7}))["conversations"] == {"case": 7}


def test_only_what_is_offered_says_so() -> None:
    """The workflow would cancel it, so a task that was once offered does not keep it."""
    offered = transferred(task(), offered=True)

    assert offered["transferHandOver"] == "accepted"
    assert "transferHandOver" not in transferred(task(**offered))


@pytest.mark.parametrize("character", ["x", "é", "😀"])
def test_the_limit_of_attributes_is_in_characters(character: str) -> None:
    fixed = len('{"a":""}')
    assert attributes.fit({"a": character * (4096 - fixed)})
    assert not attributes.fit({"a": character * (4097 - fixed)})


def test_attributes_beyond_4096_bytes_are_transferred(deployment: Deployment) -> None:
    centre = deployment.twilio.centre
    original = centre.tasks["chat"]
    task = centre.workspace.task(original)
    content = {**centre.attributes(original), "notes": "é" * 3300}
    centre.workspace.put_task(replace(task, attributes=json.dumps(content, ensure_ascii=False)))
    answer = deployment.transfer("chat", centre.workers["dev"])
    assert answer.status == 200, answer.text
    assert centre.attributes(answer.body["taskSid"])["notes"] == "é" * 3300


def test_half_of_a_surrogate_pair_in_the_attributes_is_kept(deployment: Deployment) -> None:
    centre = deployment.twilio.centre
    centre.set_attributes(centre.tasks["chat"], name="Robin \ud83d")
    answer = deployment.transfer("chat", centre.workers["dev"])
    assert answer.status == 200
    assert centre.attributes(answer.body["taskSid"])["name"] == "Robin \ud83d"


@pytest.mark.parametrize("attribute", ["flexInteractionSid", "conversationSid"])
def test_a_task_with_an_empty_interaction_sid_is_a_chat(
    deployment: Deployment, attribute: str
) -> None:
    centre = deployment.twilio.centre
    empty = {"flexInteractionSid": "UO", "flexInteractionChannelSid": "KD", "conversationSid": "CH"}
    centre.set_attributes(centre.tasks["chat"], **{**empty, attribute: ""})
    assert deployment.transfer("chat", centre.workers["dev"]).status == 200
