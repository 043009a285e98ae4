"""The demo, what it shows, and its checks: they fail when a transfer does not do what it should."""

import io
import re
from collections.abc import Iterator
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, replace
from typing import Any

import pytest
from rich.console import Console

from local.__main__ import PAGE_WIDTH
from local.demo import command
from local.demo.contact_centre import Message, Room, View
from local.demo.expectations import check
from local.demo.outcome import Mismatch, Outcome, play
from local.demo.scenes import SCENES, Scene
from local.demo.tables import show_outcome
from local.stack import LocalStack, local_stack
from tests.local_cli.commands import ANSI, ROOT
from twilio_emulator.seed import contact_centre

TO_QUEUE = next(scene for scene in SCENES if scene.target_kind == "queue")
TO_AGENT = SCENES[0]
FINISHED = SCENES[-1]


@dataclass(frozen=True, slots=True)
class Shown:
    """The demo has ended; its stack is still up.

    Attributes
    ----------
    printed : str
        What it has printed, into a pipe.
    """

    printed: str
    outcomes: dict[str, Outcome]
    stack: LocalStack


@pytest.fixture(scope="module")
def shown() -> Iterator[Shown]:
    console = Console(file=io.StringIO(), width=PAGE_WIDTH, highlight=False)
    outcomes: dict[str, Outcome] = {}
    stacks: list[LocalStack] = []
    with ExitStack() as held, pytest.MonkeyPatch.context() as patch:

        def kept_up(*arguments: Any, **more: Any) -> nullcontext[LocalStack]:
            stacks.append(held.enter_context(local_stack(*arguments, **more)))
            return nullcontext(stacks[-1])

        def noted(scene: Scene, *arguments: Any) -> Outcome:
            outcomes[scene.title] = play(scene, *arguments)
            return outcomes[scene.title]

        patch.setattr(command, "local_stack", kept_up)
        patch.setattr(command, "play", noted)
        command.demo(console)
        assert isinstance(console.file, io.StringIO)
        yield Shown(console.file.getvalue(), outcomes, *stacks)


@pytest.fixture(scope="module")
def stack(shown: Shown) -> LocalStack:
    return shown.stack


@pytest.fixture(scope="module")
def outcomes(shown: Shown) -> dict[str, Outcome]:
    return shown.outcomes


@pytest.fixture(scope="module")
def view(stack: LocalStack) -> View:
    return View.of(stack.twilio.base_url)


def test_the_demo_shows_every_transfer(shown: Shown) -> None:
    assert not ANSI.search(shown.printed)
    for text in (
        "Starting the emulated Twilio",
        "Starting the emulated AWS",
        "created twilio:taskrouter:Workflow transfer",
        "created aws:lambda:Function transfer-chat",
        "Endpoint  http://127.0.0.1:",
        "Ana Almeida, who is in the queue too",
        "completed, reason: task transferred, channelSid removed",
        " s task_not_transferable: The task is completed",
        f"All {len(SCENES)} transfers went as they should",
        *(scene.title for scene in SCENES),
    ):
        assert text in shown.printed


def test_the_readme_shows_what_the_demo_prints(shown: Shown) -> None:
    """But for what differs from run to run."""
    changing = re.compile(r"\b[0-9a-f]{8,32}\b|(?<=[A-Z]{2})[0-9a-f]{8,32}|:\d+/|\d+\.\d+ s\b")
    readme = (ROOT / "README.md").read_text()
    excerpt = readme.partition("```text\nEndpoint")[2].partition("\n```")[0]
    printed = changing.sub("*", shown.printed)
    assert len(excerpt.splitlines()) > 8
    for part in changing.sub("*", excerpt).split("\n\n"):
        assert f"{part}\n" in printed


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.title)
def test_every_scene_meets_its_expectations(
    scene: Scene, outcomes: dict[str, Outcome], view: View
) -> None:
    check(outcomes[scene.title], view)


def changed(outcome: Outcome, task: str, **fields: Any) -> Outcome:
    """Return an outcome whose old or new task is a little different."""
    if task == "new":
        return replace(outcome, new={**(outcome.new or {}), **fields})
    return replace(outcome, old={**outcome.old, **fields})


def test_a_wrong_status_fails_the_check(outcomes: dict[str, Outcome], view: View) -> None:
    for scene, wrong in ((TO_AGENT, 502), (FINISHED, 404)):
        with pytest.raises(Mismatch, match=f"the HTTP status should be {scene.status}"):
            check(replace(outcomes[scene.title], status=wrong), view)


def test_an_additional_task_fails_the_check(outcomes: dict[str, Outcome], view: View) -> None:
    for scene in SCENES:
        outcome = outcomes[scene.title]
        with pytest.raises(Mismatch, match="the number of new tasks"):
            check(replace(outcome, made=outcome.made + 1), view)


def test_an_offer_that_the_sender_did_not_survive_fails_the_check(
    outcomes: dict[str, Outcome], view: View
) -> None:
    declined, accepted, warm = (outcomes[scene.title] for scene in SCENES if scene.status == 202)
    without_sender = Room("Conversation", "active", {"the customer"})
    both = Room("Conversation", "active", {"the customer", "Carla Costa"})
    with pytest.raises(Mismatch, match=r"Ana Almeida, who wrote .* is not in the conversation"):
        check(replace(warm, both=both), view)
    for offer in (declined, accepted):
        with pytest.raises(Mismatch, match="before an agent accepted"):
            check(replace(offer, meanwhile=without_sender), view)
        with pytest.raises(Mismatch, match="the state of the offer"):
            check(replace(offer, state="cancelled"), view)
    with pytest.raises(Mismatch, match="the old task"):
        check(changed(declined, "old", assignment_status="completed"), view)
    with pytest.raises(Mismatch, match="the new task's status"):
        check(changed(declined, "new", assignment_status="pending"), view)
    with pytest.raises(Mismatch, match="the members of the conversation"):
        check(replace(declined, room=without_sender), view)


def test_an_offer_whose_customer_gets_no_reply_fails_the_check(
    outcomes: dict[str, Outcome], view: View
) -> None:
    for offer in (outcomes[scene.title] for scene in SCENES if scene.status == 202):
        question, reply, *_ = offer.messages
        assert [question.author, reply.author] == ["the customer", "Ana Almeida"]
        for messages in ([], [question], [reply, question], [question, reply._replace(text="")]):
            with pytest.raises(Mismatch, match="what was written while the offer was open"):
                check(replace(offer, messages=messages), view)
        stranger = Message("dev_40example_2Ecom", reply.text)
        with pytest.raises(Mismatch, match="dev_40example_2Ecom, who wrote"):
            check(replace(offer, messages=[question, stranger]), view)


def test_the_author_of_a_message_has_a_name_only_as_a_participant(
    stack: LocalStack, view: View
) -> None:
    attributes = stack.twilio.centre.attributes(stack.twilio.centre.conversation_task())
    ana, dev = (view.identity(view.seed["workers"][name]) for name in ("ana", "dev"))
    for author in (view.customer(attributes), ana, dev, "system"):
        view.write(attributes, author, "Hello")
    authors = [message.author for message in view.messages(attributes)]
    assert authors == ["the customer", "Ana Almeida", dev, "system"]


def test_a_different_second_answer_fails_the_check(
    outcomes: dict[str, Outcome], view: View
) -> None:
    with pytest.raises(Mismatch, match="same request again"):
        check(replace(outcomes[TO_AGENT.title], repeated=(200, {"taskSid": "WT0"})), view)
    body = outcomes[TO_AGENT.title].body
    with pytest.raises(Mismatch, match="same request again"):
        check(replace(outcomes[TO_AGENT.title], repeated=(409, body)), view)


@pytest.mark.parametrize(
    "key", ["targetSid", "transferTargetType", "ignoreAgent", "transferredFrom", "conversations"]
)
def test_a_missing_attribute_fails_the_check(
    outcomes: dict[str, Outcome], view: View, key: str
) -> None:
    outcome = outcomes[TO_AGENT.title]
    assert outcome.new is not None
    rest = {k: content for k, content in outcome.new["attributes"].items() if k != key}
    with pytest.raises(Mismatch, match=f"the attribute {key} should be"):
        check(changed(outcome, "new", attributes=rest), view)


def test_an_uncompleted_original_fails_the_check(outcomes: dict[str, Outcome], view: View) -> None:
    outcome = outcomes[TO_AGENT.title]
    with pytest.raises(Mismatch, match="the old task's status"):
        check(changed(outcome, "old", assignment_status="assigned"), view)
    with pytest.raises(Mismatch, match="channelSid"):
        check(changed(outcome, "old", attributes=outcome.before["attributes"]), view)


def test_a_changed_finished_task_fails_the_check(outcomes: dict[str, Outcome], view: View) -> None:
    with pytest.raises(Mismatch, match="the old task should be"):
        check(changed(outcomes[FINISHED.title], "old", priority=1), view)


def test_an_offer_to_the_sender_fails_the_check(outcomes: dict[str, Outcome], view: View) -> None:
    outcome = outcomes[TO_QUEUE.title]
    offers = [{**outcome.offers[0], "worker_sid": outcome.sender_sid}, *outcome.offers[1:]]
    with pytest.raises(Mismatch, match="offers to the sender should be 0"):
        check(replace(outcome, offers=offers), view)


def test_an_offer_outside_the_queue_fails_the_check(
    outcomes: dict[str, Outcome], view: View
) -> None:
    outcome = outcomes[TO_QUEUE.title]
    stranger = {**outcome.offers[0], "worker_sid": view.seed["workers"]["ben"]}
    with pytest.raises(Mismatch, match="not in the queue should be"):
        check(replace(outcome, offers=[stranger, *outcome.offers[1:]]), view)


def test_wrong_conversation_members_fail_the_check(
    outcomes: dict[str, Outcome], view: View
) -> None:
    outcome = outcomes[TO_AGENT.title]
    with pytest.raises(Mismatch, match="Ben Baker is not in the conversation"):
        check(replace(outcome, room=Room("Conversation", "active", {"the customer"})), view)
    everyone = {"Ana Almeida", "Ben Baker", "the customer"}
    with pytest.raises(Mismatch, match="the sender is still in"):
        check(replace(outcome, room=Room("Conversation", "active", everyone)), view)


def test_rooms_have_their_state_and_members_from_the_api(
    outcomes: dict[str, Outcome], view: View
) -> None:
    chat, conversation = outcomes[TO_AGENT.title].room, outcomes[TO_QUEUE.title].room
    # Programmable Chat has no states.
    assert chat == Room("Chat channel", "2 members", {"Ben Baker", "the customer"})
    assert conversation == Room("Conversation", "active", {"Eva Ek", "the customer"})
    outcome = outcomes[TO_AGENT.title]
    with pytest.raises(Mismatch, match="the state of the chat channel"):
        check(replace(outcome, room=chat._replace(state="0 members")), view)


def test_the_second_answer_is_shown_as_it_was(outcomes: dict[str, Outcome], view: View) -> None:
    console = Console(file=io.StringIO(), width=100)
    outcome = replace(outcomes[TO_AGENT.title], repeated=(409, {"taskSid": "WT0"}))
    show_outcome(console, 1, outcome, view)
    assert isinstance(console.file, io.StringIO)
    assert "Sent again      409 WT0" in console.file.getvalue()


def test_60_columns_cut_no_time_and_no_attribute(outcomes: dict[str, Outcome], view: View) -> None:
    console = Console(file=io.StringIO(), width=60)
    outcome = outcomes[TO_QUEUE.title]
    show_outcome(console, 2, outcome, view)
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    assert max(map(len, lines)) <= 60
    assert f"Answer          200 in {outcome.seconds:.2f} s" in lines
    assert any(re.match(r" +conversations\.conversation_id +WT", line) for line in lines)


def test_what_was_written_meanwhile_is_shown_as_twilio_has_it(
    outcomes: dict[str, Outcome], view: View
) -> None:
    console = Console(file=io.StringIO(), width=80)
    offer = next(outcomes[scene.title] for scene in SCENES if scene.goes_back)
    question = offer.messages[0]._replace(text="[bold]Hello[/]?")
    show_outcome(console, 1, replace(offer, messages=[question, *offer.messages[1:]]), view)
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    assert 'Meanwhile       the customer: "[bold]Hello[/]?"\n' in shown
    assert f'\n{16 * " "}Ana Almeida: "I am still here."\n' in shown


def test_a_transfer_that_twilio_refuses_fails_the_check(stack: LocalStack, view: View) -> None:
    sid = stack.twilio.centre.chat_task(name="refused")
    view.seed["tasks"]["refused"] = sid
    scene = Scene("Refused", "refused", "worker", "ben")
    stack.twilio.faults.status(500, method="POST", path=r"/Tasks$", times=None)
    try:
        with pytest.raises(Mismatch, match="the HTTP status should be 200 and is 50"):
            check(play(scene, view, stack.endpoint), view)
    finally:
        stack.twilio.faults.clear()


def test_the_demos_contact_centre_has_the_seeded_workers(stack: LocalStack) -> None:
    assert stack.twilio.centre.summary()["workers"] == contact_centre().summary()["workers"]
