"""One deployment for all cases of a module, and a customer for each."""

from collections.abc import Iterator

import pytest

from tests.functions.conftest import Aws, Deployment, deployed, wait_shortly
from tests.functions.failures.switches import POSITIONS, Case
from tests.functions.failures.table_faults import TableFaults, table_faults
from tests.functions.recording import KINDS, cases
from tests.functions.served import Served, served


@pytest.fixture(scope="module")
def running(aws: Aws) -> Iterator[Deployment]:
    """One deployment for all cases of a module: each has a task of its own."""
    cases()  # recorded with a deployment of their own, which must not replace this one
    with deployed(aws) as deployment, pytest.MonkeyPatch.context() as patch:
        wait_shortly(patch)
        yield deployment


@pytest.fixture
def customer(running: Deployment, case: Case) -> Iterator[Served]:
    """A customer whom Ana serves, in an account that behaves as the case says."""
    centre = running.twilio.centre
    settings = centre.account.settings
    running.twilio.journal.clear()
    with centre.account.lock:
        settings.restore()
        # The waits between searches are shorter too.
        settings.change({**POSITIONS[case.position].switches, "evaluations_per_second": 30})
    customer = served(centre, KINDS[case.kind](centre))
    yield customer
    running.twilio.faults.clear()
    customer.forget()


@pytest.fixture
def forger(running: Deployment, customer: Served) -> str:
    """A task that Ben holds, and whose attributes claim that it was transferred from Ana's."""
    centre = running.twilio.centre
    return centre.chat_task(
        "ben",
        transferredFrom=customer.task_sid,
        targetSid=centre.workers["ben"],
        transferTargetType="worker",
        ignoreWorkerSids=[centre.workers["ben"]],
        ignoreAgent="ana_40example_2Ecom",
    )


@pytest.fixture(scope="module")
def table(aws: Aws) -> Iterator[TableFaults]:  # noqa: ARG001 - moto is there first
    """Calls to DynamoDB that fail."""
    with table_faults() as faults:
        yield faults
