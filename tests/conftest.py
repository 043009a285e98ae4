"""What is run, in which order, and what a worker needs before its first test.

On a machine with few processors the longest files must not begin last.
"""

import gc
import os

import pytest

from tests.sampling import IS_FULL, SEED, sampled

# A child logger is tied to its parent by the name when its module is imported, and the metrics keep
# their namespace from then, so both have to be set before any module of the functions is imported.
os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "flex-chat-transfer")
os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "FlexChatTransfer")

# What is imported to collect the tests stays. Looking through it for garbage, again and again, takes
# as long as importing it.
gc.disable()

# The longest files. test_concurrency.py is not among them: it starts twenty functions at once,
# which goes better when these are under way.
LONGEST = (
    "test_twilio_calls.py",
    "test_commands.py",
    "test_program.py",
    "test_concurrent_changes.py",
)


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
    items.sort(key=lambda item: item.path.name not in LONGEST)


def pytest_collection_finish() -> None:
    """Collect garbage from now on, but not among what is there already."""
    gc.freeze()
    gc.enable()
