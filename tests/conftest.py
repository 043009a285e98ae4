"""The order of the test files: on a machine with few processors the longest must not begin last."""

import os

import pytest

# A child logger is tied to its parent by this name when its module is imported, so it has to be set
# before any module of the functions is.
os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "flex-chat-transfer")

# Each takes most of a minute, whoever runs it. test_concurrency.py is not among them: it starts
# twenty functions at once, which goes better when these are under way.
LONGEST = ("test_faults.py", "test_commands.py")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; the others stay in their order."""
    items.sort(key=lambda item: item.path.name not in LONGEST)
