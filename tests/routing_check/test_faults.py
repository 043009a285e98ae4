"""Each fault is named, in words that an administrator understands."""

import json

import pytest

from routing_check.stack import open_stack
from tests.deployment import SECRETS
from tests.routing_check.centres import WORKFLOW, Broken, centre, filter_to
from twilio_emulator.taskrouter.model import Workflow


def declared_configuration(broken: Broken) -> str:
    """Return the workflow that the stack declares."""
    return open_stack(broken.config, SECRETS, "dev").versions()[-1].configuration


def test_the_example_centre_has_no_faults_and_shows_where_each_transfer_goes() -> None:
    with centre("Sales", "Support") as example:
        text, faults = example.check()

    assert faults == 0
    assert "No faults found." in text
    for row in ("queue Sales ", "queue Support ", "the fallback, ", "agent "):
        assert any(line.startswith(row) for line in text.splitlines())
    assert "at 5 min: Everyone (6)   after 15 min    waits for Everyone" in text


def test_a_check_reads_and_changes_nothing() -> None:
    with centre("Sales", "Support") as example:
        example.check()
        asked = example.twilio.journal.entries

    assert {entry.method for entry in asked} == {"GET"}
    # Queues, workflows, and who is in each of the three queues: no worker on their own.
    assert len(asked) == 5


def test_a_configured_queue_that_does_not_exist() -> None:
    with centre("Suport", "WQ" + "0" * 31 + "1") as broken:
        text, faults = broken.check()

    assert faults == 2
    assert (
        "transferQueues names the queue 'Suport', which the workspace does not have. "
        "Did you mean 'Support'?" in text
    )
    assert f"names the queue 'WQ{'0' * 31}1'" in text


def test_a_configured_name_that_two_queues_have() -> None:
    with centre("Support") as broken:
        broken.with_queue("Support", "1==1")
        text, faults = broken.check()

    assert faults == 1
    assert "The workspace has 2 queues named 'Support': use a SID in transferQueues." in text


def test_a_target_whose_queue_was_deleted() -> None:
    gone = "WQ" + "9" * 32
    with centre() as broken:
        everyone = broken.queues["Everyone"]
        broken.with_workflow(
            [filter_to(everyone, {"queue": gone, "timeout": 60}, {"queue": everyone}, name="All")]
        )
        text, _ = broken.check()

    assert f"Queue {gone} is not in the workspace, but 'All' leads to it." in text
    assert "A chat waits there for no one, 1 min." in text


def test_a_queue_that_no_worker_matches() -> None:
    with centre("Legal", queueTimeoutSeconds="90") as broken:
        broken.with_queue("Legal", 'routing.skills HAS "law"')
        text, faults = broken.check()

    assert faults == 1
    assert (
        'Queue Legal has no worker: no one matches its expression, routing.skills HAS "law". '
        "Correct the expression or the workers' attributes. A chat waits there for no one, 90 s."
        in text
    )


def test_a_filter_that_hides_a_later_one() -> None:
    with centre("Support") as broken:
        support, everyone = broken.queues["Support"], broken.queues["Everyone"]
        broken.with_workflow(
            [
                filter_to("", {"queue": everyone}, name="All chats", expression="1==1"),
                filter_to(support, {"queue": support, "timeout": 60}, name="To Support"),
            ]
        )
        text, _ = broken.check()

    assert (
        "Transfer to queue Support: the filter 'All chats' comes first and takes it, so the "
        "filter 'To Support' never sees it. Move 'To Support' up" in text
    )


def test_a_target_after_one_without_a_time_limit() -> None:
    with centre("Support") as broken:
        support, everyone = broken.queues["Support"], broken.queues["Everyone"]
        broken.with_workflow(
            [filter_to(support, {"queue": everyone}, {"queue": support}, name="To Support")]
        )
        text, _ = broken.check()

    assert (
        "Transfer to queue Support: in the filter 'To Support' it stays at an earlier target, "
        "which has no time limit." in text
    )


def test_a_chat_that_is_dropped_without_a_fallback() -> None:
    with centre("Support") as broken:
        support = broken.queues["Support"]
        broken.with_workflow(
            [filter_to(support, {"queue": support, "timeout": 45}, name="To Support")]
        )
        text, _ = broken.check()

    assert "dropped after 45 s" in text
    assert (
        "Transfer to queue Support: when no one accepts it, TaskRouter drops the chat after 45 s: "
        "the last target has a time limit." in text
    )


def test_a_chat_that_waits_for_ever() -> None:
    with centre("Legal") as broken:
        legal = broken.with_queue("Legal", 'routing.skills HAS "law"')
        broken.with_workflow([filter_to(legal, {"queue": legal}, name="To Legal")])
        text, _ = broken.check()

    assert "waits for no one" in text
    assert "Transfer to queue Legal: in the end the chat waits for no one, until its task" in text


def test_a_queue_whose_only_member_is_the_sender() -> None:
    with centre("Billing") as broken:
        text, faults = broken.check()

    assert faults == 1
    assert (
        "Queue Billing has one worker, eva@example.com. When that agent transfers a chat to "
        "queue Billing, no one else is there to take it. Add a worker." in text
    )


def test_a_target_that_only_the_sender_matches_by_an_attribute() -> None:
    """The worker's attributes, which no list shows, are read when an expression names one."""
    with centre("Support") as broken:
        support, everyone = broken.queues["Support"], broken.queues["Everyone"]
        expression = (
            "worker.routing.skills HAS 'billing' AND worker.sid NOT IN task.ignoreWorkerSids"
        )
        first = {"queue": support, "expression": expression, "timeout": 60}
        broken.with_workflow([filter_to(support, first, {"queue": everyone}, name="To Support")])
        text, _ = broken.check()

    assert "When eva@example.com transfers a chat to queue Support, no worker in queue" in text


def test_a_queue_that_the_workflow_in_taskrouter_does_not_route_yet() -> None:
    with centre("Sales") as broken:
        everyone = broken.queues["Everyone"]
        known = {"queue": everyone, "known_worker_sid": "task.targetSid"}
        agent = "transferTargetType == 'worker'"
        broken.with_workflow(
            [
                filter_to("", known, name="To an agent", expression=agent),
                filter_to(everyone, {"queue": everyone}, name="To everyone"),
            ]
        )
        text, faults = broken.check()

    assert faults == 1
    assert "Chat transfer (dev), as it is in TaskRouter" in text
    assert "Chat transfer (dev), after the next pulumi up" in text
    assert "Transfer to queue Sales: no filter of the workflow leads there" in text
    assert "queue Sales             422 target_not_routed" in text


def test_a_target_that_is_skipped_when_no_one_is_available() -> None:
    with centre("Escalations") as broken:
        queue, everyone = broken.queues["Escalations"], broken.queues["Everyone"]
        for name in ("carla", "dev"):
            broken.twilio.centre.set_activity(name, "Offline")
        first = {"queue": queue, "timeout": 60, "skip_if": "workers.available == 0"}
        broken.with_workflow([filter_to(queue, first, {"queue": everyone}, name="To Escalations")])
        text = broken.route("Escalations")

    assert "no one: a chat skips it" in text
    assert "At 0 s          Queue Everyone, no time limit; 7 workers" in text


def test_a_workspace_without_the_queue_of_everyone() -> None:
    with centre("Sales") as broken:
        del broken.twilio.centre.workspace.tables.task_queues[broken.queues["Everyone"]]
        text, faults = broken.check()

    assert faults == 0
    assert "waits for Everyone" in text


def test_a_route_is_explained_step_by_step() -> None:
    with centre("Support") as example:
        text = example.route(example.queues["Support"], "dev@example.com")

    lines = [line.split("  ")[0] for line in text.splitlines()]
    steps = ("Transfer", "Workflow", "Filter", "At 0 s", "At 5 min", "At 15 min", "In the end")
    assert [step for step in lines if step in steps] == list(steps)
    assert "dev@example.com transfers a chat to queue Support" in text
    assert "Offered to 3 workers, 2 now: ana@example.com, carla@example.com, eva" in text
    assert "after 15 min" in text


def test_a_route_to_an_agent_and_one_to_a_workflow() -> None:
    with centre("Support", "Escalations") as example:
        agent = example.route("eva@example.com", "ana@example.com")
        workflow = example.route("Escalations", "ana@example.com")
        del example.twilio.centre.workspace.tables.task_queues[example.queues["Escalations"]]
        gone = example.route("Escalations", "ana@example.com")

    assert "Offered to 1 worker, 0 now: eva@example.com (away)" in agent
    assert "transfers a chat to queue Escalations" in workflow  # a queue of that name goes first
    assert "transfers a chat to workflow Escalations" in gone
    assert f"Queue {example.queues['Escalations']} is not in the workspace" in gone


@pytest.mark.parametrize(
    ("target", "sender", "answer", "advice"),
    [
        ("Escalations", "dev", "422 target_not_routed", "Add the queue to transferQueues"),
        ("ana", "ana", "409 target_holds_task", "that agent has the chat already"),
        (WORKFLOW, "ana", "422 target_not_routed", "it is the stack's own workflow"),
    ],
)
def test_a_transfer_that_the_endpoint_refuses_is_not_routed(
    target: str, sender: str, answer: str, advice: str
) -> None:
    with centre("Support") as example:
        filters = json.loads(declared_configuration(example))["task_routing"]["filters"]
        example.with_workflow(filters)
        text = example.route(target, sender)

    assert f"Answer          {answer}: no new task is made" in text
    assert advice in text
    assert "Offered to" not in text
    assert text.endswith("error: 1 fault\n")


def test_a_workflow_that_only_has_a_default_filter_has_no_fault() -> None:
    with centre() as example:
        text = example.route("Assign to Anyone", "ana")

    assert "Filter          none takes it: the default queue gets it" in text
    assert "No faults found." in text
    assert "error" not in text


def test_a_workflow_that_takes_no_chat_is_a_fault() -> None:
    with centre() as broken:
        now = broken.twilio.centre.workspace.now()
        sales = filter_to(broken.queues["Sales"], {"queue": broken.queues["Sales"]}, name="Sales")
        routing = json.dumps({"task_routing": {"filters": [sales]}})
        workflow = Workflow("WW" + "1" * 32, "Sales only", routing, now, now)
        broken.twilio.centre.workspace.tables.workflows[workflow.sid] = workflow
        text = broken.route("Sales only", "ana")

    assert "it has no default filter: TaskRouter cancels the chat" in text
    assert text.endswith("error: 1 fault\n")


def test_workers_are_found_by_the_part_before_the_at_sign() -> None:
    with centre("Support") as example:
        assert "dev@example.com transfers a chat to agent ana@" in example.route("ana", "dev")


@pytest.mark.parametrize(
    ("target", "sender", "said"),
    [
        ("Suport", "ana", "no queue, workflow or worker 'Suport'. Did you mean 'Support'?"),
        ("support", "ana", "no queue, workflow or worker 'support'. Did you mean 'Support'?"),
        ("Support", "an", "no worker 'an'. Did you mean 'ana@example.com'?"),
        ("Support", "Sales", "no worker 'Sales'."),
    ],
)
def test_an_unknown_name_is_answered_with_near_ones(target: str, sender: str, said: str) -> None:
    with centre("Support") as example:
        assert said in " ".join(example.route(target, sender).split())


def test_what_is_declared_is_what_the_deployed_workflow_is_compared_with() -> None:
    with centre("Support") as example:
        everyone, support = example.queues["Everyone"], example.queues["Support"]
        text, _ = example.check()
        assert "after the next pulumi up" in text
        from transfer_stack.workflow import Timeouts, workflow_configuration  # noqa: PLC0415

        declared = workflow_configuration(
            everyone, [support], Timeouts(120, 300, 600), offers=False
        )
        example.with_workflow(json.loads(json.dumps(declared["task_routing"]["filters"])))
        text, faults = example.check()

    assert faults == 0
    assert "as it is in TaskRouter" in text
    assert "after the next pulumi up" not in text
