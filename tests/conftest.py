"""What is run, in which order, and what a worker needs before its first test.

On a machine with few processors the longest files must not begin last.
"""

import gc
import os

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling
from xdist.scheduler.protocol import Scheduling

from tests.sampling import IS_FULL, SEED, sampled

# A child logger is tied to its parent by the name when its module is imported, and the metrics keep
# their namespace from then, so both have to be set before any module of the functions is imported.
os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "flex-chat-transfer")
os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "FlexChatTransfer")

# What is imported to collect the tests stays. Looking through it for garbage takes as long as
# importing it.
gc.disable()

# What takes longest, in files and folders.
LONGEST = (
    "tests/e2e/",
    "tests/deployer/",
    "tests/local_cli/test_commands.py",
    "tests/simulation/test_random_sequences.py",
    "tests/functions/decisions/test_interleavings.py",
)
# The files of these share one deployment, which takes a worker ten seconds.
TOGETHER = ("tests/deployer/", "tests/e2e/")


def pytest_configure(config: pytest.Config) -> None:
    """Tell pytest of the marker of this folder."""
    config.addinivalue_line("markers", "sampled(count): run so many of the cases, see sampling.py")


def pytest_report_header() -> str:
    """Say which sample is run."""
    return "all cases: FULL_MATRIX=1" if IS_FULL else f"sample: TRANSFER_TEST_SEED={SEED}"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Draw the sample, and put the longest files first; the others stay in their order."""
    items[:], left_out = sampled(items)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


class ByDeployment(LoadFileScheduling):
    """One worker gets all tests of a file, and all files that share a deployment."""

    def _split_scope(self, nodeid: str) -> str:
        scope = super()._split_scope(nodeid)
        return next((folder for folder in TOGETHER if scope.startswith(folder)), scope)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling | None:
    """Share out files as ``--dist loadfile`` does, but some together."""
    return ByDeployment(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection_finish() -> None:
    """Collect garbage from now on, but not among what is there already."""
    gc.freeze()
    gc.enable()
