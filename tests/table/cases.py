"""What the tests of tables share: writing a file, catching a refusal, looking at rows."""

from collections.abc import Callable

import pytest
from hypothesis import strategies as st

from gd_tui.table import Table, TableError

Write = Callable[[str | bytes], str]
NUMBERS = st.floats(allow_nan=False) | st.integers(-(10**20), 10**20).map(float) | st.floats(-100, 100)


def refused(action: Callable[[], object], *parts: str) -> str:
    """The one-line message of the TableError that `action` raises; it must hold all `parts`."""
    with pytest.raises(TableError) as caught:
        action()
    message = str(caught.value)
    assert "\n" not in message
    for part in parts:
        assert part in message
    return message


def rows_of(table: Table) -> list[tuple[object, ...]]:
    columns = (column if isinstance(column, tuple) else column.tolist() for column in table.columns)
    return list(zip(*columns, strict=True))
