"""The form of a CSV file: its delimiter, its column names, and where its rows begin."""

import csv
import io
from contextlib import suppress
from dataclasses import dataclass

from gd_tui.table.cells import MISSING, is_number
from gd_tui.table.records import is_blank, read_records
from gd_tui.table.table import TableError
from gd_tui.table.words import duplicates, listing, shown

_DELIMITERS = "\t;|,"  # the comma last: it is the one that also occurs inside other formats' cells
_SAMPLE_BYTES = 1 << 16


@dataclass(frozen=True)
class Layout:
    """How to read the rows of `source`, and where they begin."""

    source: str
    delimiter: str
    names: tuple[str, ...]
    offset: int  # bytes before the first row of data
    lines_before: int


def find_layout(source: str, data: bytes) -> Layout:
    """Delimiter and names found in the text; c1, c2, ... where the first row is data already.

    TableError if there is no row, or if a name in the header is empty or repeated.
    """
    delimiter, sample = _sniff(data)
    stream = io.BytesIO(data)
    records = read_records(source, delimiter, stream, 0)
    first = next(((last, cells) for _, last, cells in records if not is_blank(cells)), None)
    if first is None:
        raise TableError(f"{shown(source)}: the file is empty; it needs rows of data")
    last, cells = first[0], [cell.strip() for cell in first[1]]
    if _is_data(cells, sample[1:]):
        return Layout(source, delimiter, tuple(f"c{i + 1}" for i in range(len(cells))), 0, 0)
    where = f"{shown(source)}, line {last}"
    if "" in cells:
        raise TableError(f"{where}: column {cells.index('') + 1} has no name in the header; give it one")
    if repeated := duplicates(cells):
        listed = listing(tuple(repeated))
        raise TableError(f"{where}: column names used more than once: {listed}; every column needs its own")
    return Layout(source, delimiter, tuple(cells), stream.tell(), last)


def _sniff(data: bytes) -> tuple[str, list[list[str]]]:
    """The delimiter with which most of the first rows are as wide as the first one, and those rows.

    Of two equally good ones that which finds more rows: a wrong one may take quotes for what they are not.
    """
    cut = data.find(b"\n", _SAMPLE_BYTES) + 1
    text = (data[:cut] if cut else data).decode(errors="replace")
    best, best_rows, best_score = ",", _loose_rows(text, ","), (0.0, 0)
    for delimiter in _DELIMITERS:
        rows = _loose_rows(text, delimiter)
        width = len(rows[0]) if rows else 0
        score = (sum(len(row) == width for row in rows) / len(rows) if width > 1 else 0.0, len(rows))
        if score[0] and score > best_score:
            best, best_rows, best_score = delimiter, rows, score
    return best, best_rows


def _loose_rows(text: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    with suppress(csv.Error):  # what was read so far is sample enough; the strict reader will name the line
        rows.extend(row for row in reader if not is_blank(row))
    return rows


def _is_data(first: list[str], others: list[list[str]]) -> bool:
    """Whether the first row is data, not names: it has a number, and each other cell is missing or, as a
    class label does and a name does not, comes again below in its own column."""
    if not any(is_number(cell) and cell not in MISSING for cell in first):
        return False
    labels = {(i, cell) for i, cell in enumerate(first) if not is_number(cell)}
    return labels <= {(i, cell.strip()) for row in others for i, cell in enumerate(row)} if labels else True
