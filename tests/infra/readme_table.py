"""Reads the table of config keys out of a Markdown text, however its columns are padded."""

import re

from transfer_stack.settings_table import HEADER


def table_rows(markdown: str) -> list[list[str]]:
    """Return the cells of the table whose header is ours, row by row.

    Raises
    ------
    AssertionError
        When there is no such table, or more than one.
    """
    lines = [_cells(line) for line in markdown.splitlines()]
    headers = [index for index, cells in enumerate(lines) if cells == _cells(HEADER)]
    assert len(headers) == 1, f"expected one table with the header {HEADER}, found {len(headers)}"
    rows: list[list[str]] = []
    for cells in lines[headers[0] + 2 :]:
        if not cells:
            break
        rows.append(cells)
    return rows


def _cells(line: str) -> list[str]:
    """Return a row's cells without their padding; nothing for a line that is no row."""
    found = re.fullmatch(r"\|(.*)\|\s*", line)
    return [cell.strip() for cell in found[1].split("|")] if found else []
