"""The routing check says of each workflow of Twilio's pages what the page says."""

import json
from collections.abc import Iterator

import pytest

from emulator.documented_workflows import DOCUMENTS, Document, Expected, with_sids
from routing_check.simulation import Simulation
from routing_check.stack import open_stack
from tests.deployment import SECRETS
from tests.routing_check.centres import Broken, centre

CASES = [
    pytest.param(document, expected, id=f"{document.name}, {number}")
    for document in DOCUMENTS
    for number, expected in enumerate(document.tasks, 1)
]


@pytest.fixture(scope="module")
def example() -> Iterator[Broken]:
    with centre() as running:
        with_sids("", running.twilio.centre)
        yield running


@pytest.mark.parametrize(("document", "expected"), CASES)
def test_a_chat_goes_where_the_page_says(
    example: Broken, document: Document, expected: Expected
) -> None:
    twilio = example.twilio.centre
    attributes = json.loads(with_sids(json.dumps(expected.attributes), twilio))
    checked = open_stack(example.config, SECRETS, "dev")
    simulation = Simulation(document.configuration(twilio), checked.centre)

    passed, leads_on_to = simulation.passed(attributes, None)

    at = [
        stage
        for _, stage in passed
        if not stage.skipped and (stage.ends is None or expected.after < stage.ends)
    ]
    if not at:
        # What times out is dropped, or leads on: the check names both.
        assert (leads_on_to is not None) is (document.timeout_leads_on is not None)
        return
    assert at[0].queue == expected.queue
    names = {name.partition("@")[0] for name in at[0].available}
    assert bool(names) is bool(expected.offered)
    assert not names or names & set(expected.offered)


def test_a_chat_that_may_lead_on_is_said_to(example: Broken) -> None:
    twilio = example.twilio.centre
    sales, everyone = twilio.queues["Sales"], twilio.queues["Everyone"]
    example.with_workflow(
        [
            {"expression": "1==1", "targets": [{"queue": sales, "timeout": 60}]},
            {
                "filter_friendly_name": "Rest",
                "expression": "1==1",
                "targets": [{"queue": everyone}],
            },
        ],
        name="Of the company",
    )
    text = " ".join(example.route("Of the company").split())
    assert "dropped after 1 min, or on to Rest" in text
    assert (
        "TaskRouter drops the chat after 1 min, or the filter 'Rest' takes it, since two of "
        "Twilio's pages differ" in text
    )
