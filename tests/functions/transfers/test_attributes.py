"""What becomes of a task's attributes in a transfer."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat_transfer.transfer import attributes
from chat_transfer.transfer.record import Wanted, When
from chat_transfer.twilio.tasks import Task
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
        timeout=86_400,
        task_channel="chat",
        workflow_sid="WW1",
        date_created=None,
        virtual_start_time=None,
    )


def transferred(original: Task, when: When = When.NOW) -> Mapping[str, Any]:
    wanted = Wanted(original=original.sid, target="WQ1", when=when, held_by="WK1", identity="ana")
    return attributes.next_task(original, wanted, "WW1", ["WK2"]).attributes


@settings(max_examples=examples(40), deadline=None)
@given(st.dictionaries(st.text(), JSON))
def test_a_transfer_adds_attributes_and_keeps_the_others(content: dict[str, Any]) -> None:
    original = task(**{"channelSid": "CH1", **content})
    made = transferred(original)
    ours = {"targetSid", "transferTargetType", "ignoreAgent", "ignoreWorkerSids", "transferredFrom"}
    ours |= {"transferHandOver", "conversations"}
    for name, value in original.attributes.items():
        assert name in ours or made[name] == value
    assert set(made) == set(original.attributes) | ours


def test_the_conversation_id_is_the_first_tasks_unless_there_is_one() -> None:
    assert transferred(task())["conversations"] == {"conversation_id": "WT1"}
    linked = {"conversation_id": "WT0", "case": 7}
    assert transferred(task(conversations=linked))["conversations"] == linked


@pytest.mark.parametrize("unlinked", [None, 7, "text", [], {}, {"conversation_id": ""}])
def test_a_task_without_a_conversation_id_is_linked(unlinked: object) -> None:
    """Twilio makes ``conversations`` without it: then Flex Insights would not link the segments."""
    assert transferred(task(conversations=unlinked))["conversations"]["conversation_id"] == "WT1"


def test_notes_of_insights_are_kept_when_the_task_is_linked() -> None:
    notes = {"content": "called back", "conversation_attribute_1": "gold", "case": 7}
    made = transferred(task(conversations=notes))
    assert made["conversations"] == {**notes, "conversation_id": "WT1"}


def test_what_describes_the_first_agents_segment_is_not_the_next_ones() -> None:
    segment = {
        "outcome": "Resolved",
        "hang_up_by": "Agent",
        "conversation_measure_1": 7,
        "conversation_measure_10": 7,
        "average_response_time": 12,
    }
    made = transferred(task(conversations={**segment, "conversation_id": "WT0"}))
    assert made["conversations"] == {"conversation_id": "WT0"}


def test_a_new_task_says_when_the_original_ends() -> None:
    offered = transferred(task(), When.ACCEPTED)

    assert offered["transferHandOver"] == "accepted"
    assert transferred(task(**offered))["transferHandOver"] == "now"


@pytest.mark.parametrize(("original", "new"), [(604_800, 604_800), (60, 86_400), (86_400, 86_400)])
def test_a_new_task_lives_as_long_as_the_original(original: int, new: int) -> None:
    wanted = Wanted(original="WT1", target="WQ1", held_by="WK1")
    model = replace(task(), timeout=original)
    assert attributes.next_task(model, wanted, "WW1").timeout == new


@pytest.mark.parametrize("number", ["1E400", "-1e999", "NaN", "Infinity"])
def test_attributes_are_json_by_rfc_8259(deployment: Deployment, number: str) -> None:
    """https://www.rfc-editor.org/rfc/rfc8259#section-6 has no infinite numbers."""
    centre = deployment.twilio.centre
    task = centre.workspace.task(centre.tasks["chat"])
    text = task.attributes[:-1] + f', "score": {number}}}'
    centre.workspace.put_task(replace(task, attributes=text))

    answer = deployment.transfer("chat", centre.workers["dev"])

    assert answer.status == 200, answer.text
    made = centre.workspace.task(answer.body["taskSid"])
    json.loads(made.attributes, parse_constant=pytest.fail)


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
