"""The order of the test files: on a machine with few processors the longest must not begin last."""

import pytest

# Each takes most of a minute, whoever runs it.
LONGEST = ("test_faults.py", "test_commands.py", "test_concurrency.py")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; the others stay in their order."""
    items.sort(key=lambda item: item.path.name not in LONGEST)
