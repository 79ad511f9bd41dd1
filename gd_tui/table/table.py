"""Table: named columns of numbers and text, and the place in the file where each cell stands."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gd_tui.errors import InputError
from gd_tui.table.cells import Column, FloatArray, is_number, number_text
from gd_tui.table.words import did_you_mean, listing, quoted, shown


class TableError(InputError):
    """One line: what is wrong with the table, where (file, line, column), and what to do about it."""


@dataclass(frozen=True, eq=False)
class Table:
    """Named columns of equal length; numbers are float64 (missing: NaN), anything else is text.

    `lines` holds the 1-based line of the file on which each row begins.
    `drop_missing` says whether a design leaves out rows with a missing value or refuses them.
    """

    source: str
    names: tuple[str, ...]
    columns: tuple[Column, ...] = field(repr=False)
    rows: int
    lines: NDArray[np.int64] = field(repr=False)
    drop_missing: bool = False

    def has(self, name: str) -> bool:
        return name in self.names

    def numeric_names(self) -> tuple[str, ...]:
        """Names of the columns that hold numbers, in file order."""
        pairs = zip(self.names, self.columns, strict=True)
        return tuple(name for name, column in pairs if isinstance(column, np.ndarray))

    def numeric(self, name: str) -> FloatArray:
        """The column as (rows,) float64, NaN where missing. TableError if unknown or if it holds text."""
        column = self.column(name)
        if isinstance(column, np.ndarray):
            return column
        row = next(i for i, cell in enumerate(column) if not is_number(cell))
        advice = "correct it or choose other columns (--target, --features)"
        if is_number(column[row].replace(",", "")):
            advice = "write numbers with a decimal point and no thousands separators"
        raise TableError(f"{self.place(row, name)}: {quoted(column[row])} is not a number; {advice}")

    def text(self, name: str) -> tuple[str, ...]:
        """The column's cells as text; numbers in their shortest form ("1", "0.5"), missing numbers as ""."""
        column = self.column(name)
        return column if isinstance(column, tuple) else tuple(map(number_text, column.tolist()))

    def place(self, row: int, name: str) -> str:
        """Where a cell stands in the file, for messages; `row` counts from 0."""
        return f"{shown(self.source)}, line {self.lines[row]}, column {quoted(name)}"

    def column(self, name: str) -> Column:
        """Numbers or text, as read. TableError if there is no column of that name."""
        if name not in self.names:
            known = f"{did_you_mean(name, self.names)}; columns: {listing(self.names)}"
            raise TableError(f"{shown(self.source)}: no column {quoted(name)}{known}")
        return self.columns[self.names.index(name)]
