"""CSV -> arrays: tables of numbers and text, with errors that name file, line and column.

`read_table` reads a file or a shipped dataset; `design` and `design_classes` choose target and features from it.
"""

import csv
import difflib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Column = FloatArray | tuple[str, ...]

MISSING = frozenset({"", "NA", "NaN", "nan", "NAN", "null", "NULL", "?", "n/a", "N/A"})
_DELIMITERS = "\t;|,"  # the comma last: it is the one that also occurs inside other formats' cells
_SAMPLE_BYTES = 1 << 16
_BLOCK_BYTES = 1 << 20


class TableError(ValueError):
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
        column = self._column(name)
        if isinstance(column, np.ndarray):
            return column
        row = next(i for i, cell in enumerate(column) if not _is_number(cell))
        advice = "correct it or choose other columns (--target, --features)"
        if _is_number(column[row].replace(",", "")):
            advice = "write numbers with a decimal point and no thousands separators"
        raise TableError(f"{self.place(row, name)}: {_quoted(column[row])} is not a number; {advice}")

    def text(self, name: str) -> tuple[str, ...]:
        """The column's cells as text; numbers in their shortest form ("1", "0.5"), missing numbers as ""."""
        column = self._column(name)
        return column if isinstance(column, tuple) else tuple(map(_number_text, column.tolist()))

    def place(self, row: int, name: str) -> str:
        """Where a cell stands in the file, for messages; `row` counts from 0."""
        return f"{_shown(self.source)}, line {self.lines[row]}, column {_quoted(name)}"

    def _column(self, name: str) -> Column:
        if name not in self.names:
            listed = f"columns: {_listing(self.names)}"
            raise TableError(f"{_shown(self.source)}: no column {_quoted(name)}{_hint(name, self.names)}; {listed}")
        return self.columns[self.names.index(name)]


def datasets() -> dict[str, Path]:
    """The shipped datasets: name -> CSV file, sorted by name."""
    return {path.stem: path for path in sorted(_datasets_folder().glob("*.csv"))}


def dataset_description(name: str) -> str:
    """What a shipped dataset teaches, in one line. TableError if there is no such dataset."""
    if name not in datasets():
        raise TableError(_unknown_source(name))
    sources = (_datasets_folder() / "SOURCES.md").read_text(encoding="utf-8")
    section = sources.partition(f"## {name}.csv")[2].partition("\n## ")[0]
    return section.partition("- teaches: ")[2].partition("\n")[0].strip()


def read_table(source: str, *, drop_missing: bool = False) -> Table:
    """Read a CSV file, or the shipped dataset of that name (a file of that name wins).

    Delimiter and header are found; blank lines and blanks around cells do not count. TableError if the
    file cannot be read, is not UTF-8 text, has no rows, ragged rows, or empty or repeated column names.
    """
    data = _read_bytes(source)
    layout = _find_layout(source, data)
    blocks, line_blocks = [], []
    for columns, lines in _blocks(layout, data):
        blocks.append(columns)
        line_blocks.append(lines)
    if not blocks:
        raise TableError(f"{_shown(source)}: only a header on line {layout.lines_before}; add rows of data below it")
    joined = _join(layout, data, blocks)
    lines = np.concatenate(line_blocks)
    return Table(source, layout.names, joined, len(lines), lines, drop_missing)


def parse_column_list(text: str) -> list[str]:
    """Column names between commas, quoted as in CSV: `a,"b,c"` -> ["a", "b,c"]. TableError if malformed."""
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True))
    except csv.Error as error:
        raise TableError(f"column list {_quoted(text)}: {error}; quote names as in CSV") from None
    names = [name.strip() for name in chain.from_iterable(records)]
    if len(records) != 1 or not all(names):
        raise TableError(f"column list {_quoted(text)}: write names with one comma between, like a,b")
    return names


def design(
    table: Table, target: str | None, features: Sequence[str] | None
) -> tuple[FloatArray, FloatArray, tuple[str, ...], str]:
    """Features X (n, d) C-contiguous and target y (n,), with the features' names and the target's.

    Default target: the last column; default features: all other columns of numbers. Rows with a missing or
    infinite value in a used column are left out if the table drops missing values. TableError if they may
    not be, if no row is left, or if a column is unknown, holds text, or is chosen twice.
    """
    chosen, goal = _choose(table, target, features)
    X = np.stack([table.numeric(name) for name in chosen], axis=1)
    y = table.numeric(goal)
    usable = {name: np.isfinite(table.numeric(name)) for name in (*chosen, goal)}
    keep = _rows_to_keep(table, usable)
    return (X, y.copy(), chosen, goal) if keep.all() else (X[keep], y[keep], chosen, goal)


def design_classes(
    table: Table, target: str | None, features: Sequence[str] | None
) -> tuple[FloatArray, tuple[str, ...], tuple[str, ...], str]:
    """As `design`, with the target as n class labels: text, or numbers in their shortest form."""
    chosen, goal = _choose(table, target, features)
    X = np.stack([table.numeric(name) for name in chosen], axis=1)
    labels = table.text(goal)
    usable = {name: np.isfinite(table.numeric(name)) for name in chosen}
    usable[goal] = np.array([label not in MISSING for label in labels])
    keep = _rows_to_keep(table, usable)
    return X[keep], tuple(labels[row] for row in np.flatnonzero(keep)), chosen, goal


def _choose(table: Table, target: str | None, features: Sequence[str] | None) -> tuple[tuple[str, ...], str]:
    goal = table.names[-1] if target is None else target
    for name in (goal, *(features or ())):
        table._column(name)
    chosen = tuple(features) if features is not None else _default_features(table, goal)
    where = _shown(table.source)
    if goal in chosen:
        raise TableError(f"{where}: column {_quoted(goal)} is both target and feature; take it out of one")
    if repeated := _repeated(chosen):
        raise TableError(f"{where}: feature {_quoted(repeated[0])} is listed twice; list it once")
    if not chosen:
        listed = _listing(table.names)
        raise TableError(f"{where}: no column of numbers beside the target {_quoted(goal)}; columns: {listed}")
    return chosen, goal


def _default_features(table: Table, goal: str) -> tuple[str, ...]:
    for name, column in zip(table.names, table.columns, strict=True):
        if name != goal and isinstance(column, tuple) and _meant_as_numbers(column):
            table.numeric(name)  # raises: a column with a slip of the pen must not vanish from the model unseen
    return tuple(name for name in table.numeric_names() if name != goal)


def _meant_as_numbers(column: tuple[str, ...]) -> bool:
    values = [cell for cell in column if cell not in MISSING]
    return 2 * sum(_is_number(cell.replace(",", ".", 1)) for cell in values) >= len(values)


def _rows_to_keep(table: Table, usable: dict[str, NDArray[np.bool_]]) -> NDArray[np.bool_]:
    keep = np.logical_and.reduce(list(usable.values()))
    if not keep.all() and not table.drop_missing:
        row = int(np.argmin(keep))
        name = next(name for name, mask in usable.items() if not mask[row])
        infinite = name in table.numeric_names() and bool(np.isinf(table.numeric(name)[row]))
        what = "the value is infinite" if infinite else "the value is missing"
        raise TableError(f"{table.place(row, name)}: {what}; fill it in, or leave such rows out: --drop-missing")
    if not keep.any():
        names = _listing(tuple(name for name, mask in usable.items() if not mask.all()))
        raise TableError(f"{_shown(table.source)}: every row lacks a value; incomplete columns: {names}")
    return keep


def _datasets_folder() -> Path:
    package = Path(__file__).parent
    installed = package / "datasets"
    return installed if installed.is_dir() else package.parent / "datasets"


def _read_bytes(source: str) -> bytes:
    path = Path(source)
    shipped = datasets()
    try:
        if source in shipped and not path.is_file():
            path = shipped[source]
        data = path.read_bytes()
    except (FileNotFoundError, ValueError):
        raise TableError(_unknown_source(source)) from None
    except IsADirectoryError:
        raise TableError(f"{_shown(source)}: is a directory; name a CSV file in it") from None
    except OSError as error:
        raise TableError(f"{_shown(source)}: cannot be read ({error.strerror}); check path and permissions") from None
    data = data.removeprefix(b"\xef\xbb\xbf")
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise TableError(f"{_shown(source)}, line {line}: binary, not text; save it as CSV in UTF-8")
    return data if b"\n" in data else data.replace(b"\r", b"\n")


def _unknown_source(source: str) -> str:
    names = tuple(datasets())
    hint = _hint(Path(source).stem, names)
    return f"no file and no shipped dataset {_quoted(source)}{hint}; shipped: {', '.join(names)}"


@dataclass(frozen=True)
class _Layout:
    source: str
    delimiter: str
    names: tuple[str, ...]
    offset: int  # bytes before the first row of data
    lines_before: int


def _find_layout(source: str, data: bytes) -> _Layout:
    delimiter, sample = _sniff(data)
    stream = io.BytesIO(data)
    records = _records(source, delimiter, stream, 0)
    first = next(((last, cells) for _, last, cells in records if not _is_blank(cells)), None)
    if first is None:
        raise TableError(f"{_shown(source)}: the file is empty; it needs rows of data")
    last, cells = first[0], [cell.strip() for cell in first[1]]
    if _is_data(cells, sample[1:]):
        return _Layout(source, delimiter, tuple(f"c{i + 1}" for i in range(len(cells))), 0, 0)
    where = f"{_shown(source)}, line {last}"
    if "" in cells:
        raise TableError(f"{where}: column {cells.index('') + 1} has no name in the header; give it one")
    if repeated := _repeated(cells):
        listed = _listing(tuple(repeated))
        raise TableError(f"{where}: column names used more than once: {listed}; every column needs its own")
    return _Layout(source, delimiter, tuple(cells), stream.tell(), last)


def _sniff(data: bytes) -> tuple[str, list[list[str]]]:
    """The delimiter with which most of the first rows are as wide as the first one, and those rows."""
    cut = data.find(b"\n", _SAMPLE_BYTES) + 1
    text = (data[:cut] if cut else data).decode(errors="replace")
    best, best_rows, best_score = ",", _loose_rows(text, ","), 0.0
    for delimiter in _DELIMITERS:
        rows = _loose_rows(text, delimiter)
        width = len(rows[0]) if rows else 0
        score = sum(len(row) == width for row in rows) / len(rows) if width > 1 else 0.0
        if score > best_score:
            best, best_rows, best_score = delimiter, rows, score
    return best, best_rows


def _loose_rows(text: str, delimiter: str) -> list[list[str]]:
    rows = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True):
            if not _is_blank(row):
                rows.append(row)
    except csv.Error:
        pass  # what was read so far is sample enough; the strict reader will name the line
    return rows


def _is_data(first: list[str], others: list[list[str]]) -> bool:
    """Whether the first row is data, not names: it has a number, and each other cell is missing or, as a
    class label does and a name does not, comes again below in its own column."""
    if not any(_is_number(cell) and cell not in MISSING for cell in first):
        return False
    labels = {(i, cell) for i, cell in enumerate(first) if not _is_number(cell)}
    return labels <= {(i, cell.strip()) for row in others for i, cell in enumerate(row)} if labels else True


def _is_blank(cells: list[str]) -> bool:
    return not cells or (len(cells) == 1 and not cells[0].strip())


def _records(
    source: str, delimiter: str, lines: Iterable[bytes], before: int
) -> Iterator[tuple[int, int, list[str]]]:
    """First line, last line and cells of each record, blank lines left out."""
    reader = csv.reader(map(bytes.decode, lines), delimiter=delimiter, skipinitialspace=True, strict=True)
    previous = before
    try:
        for cells in reader:
            last = before + reader.line_num
            if cells:
                yield previous + 1, last, cells
            previous = last
    except UnicodeDecodeError:
        line = before + reader.line_num + 1
        raise TableError(f"{_shown(source)}, line {line}: not UTF-8 text; save the file as UTF-8") from None
    except csv.Error as error:
        at = f"{_shown(source)}, line {previous + 1}"
        raise TableError(f"{at}: {error}; check the quotes of the row that begins here") from None


def _blocks(layout: _Layout, data: bytes) -> Iterator[tuple[list[Column], NDArray[np.int64]]]:
    """The columns of about a megabyte of rows at a time, and the line on which each row begins."""
    stream = io.BytesIO(data)
    stream.seek(layout.offset)
    before = layout.lines_before
    while chunk := stream.read(_BLOCK_BYTES) + stream.readline():
        end = before + chunk.count(b"\n") + (not chunk.endswith(b"\n"))
        numbers = _plain_numbers(chunk, layout.delimiter)
        if numbers is not None and numbers.shape == (end - before, len(layout.names)):
            yield list(numbers.T), np.arange(before + 1, end + 1)
        else:
            rows, starts, end = _checked_rows(layout, chain(io.BytesIO(chunk), stream), before, end)
            if rows:
                yield [_parse(cells) for cells in zip(*rows, strict=True)], np.array(starts)
        before = end


def _plain_numbers(chunk: bytes, delimiter: str) -> FloatArray | None:
    """The fast way for lines that hold nothing but numbers, (lines, columns); None: read them with care."""
    if b'"' in chunk or not chunk.isascii() or not chunk.strip():
        return None
    lines = chunk.decode().removesuffix("\n").split("\n")
    try:
        return np.loadtxt(lines, dtype=np.float64, delimiter=delimiter, comments=None, ndmin=2)
    except ValueError:
        return None


def _checked_rows(
    layout: _Layout, lines: Iterator[bytes], before: int, end: int
) -> tuple[list[list[str]], list[int], int]:
    """Rows up to line `end`, or further where a quoted cell runs on; their first lines; the last line read."""
    rows, starts, width = [], [], len(layout.names)
    for start, last, cells in _records(layout.source, layout.delimiter, lines, before):
        if len(cells) == width:
            rows.append(cells)
            starts.append(start)
        elif not _is_blank(cells):
            found = f"{width} columns expected, {len(cells)} found"
            raise TableError(f"{_shown(layout.source)}, line {start}: {found}; correct the row or its quotes")
        if last >= end:
            return rows, starts, last
    return rows, starts, end


def _parse(cells: tuple[str, ...]) -> Column:
    together = "".join(cells)
    try:
        if together.isascii() and "_" not in together:
            return np.fromiter(map(float, cells), np.float64, len(cells))
    except ValueError:
        pass  # missing values or text: looked at one by one below
    known: dict[str, str] = {}  # a label that comes a thousand times is kept once
    stripped = [known.setdefault(cell, cell) for cell in map(str.strip, cells)]
    try:
        return np.array([_number(cell) for cell in stripped])
    except ValueError:
        return tuple(stripped)


def _join(layout: _Layout, data: bytes, blocks: list[list[Column]]) -> tuple[Column, ...]:
    columns: list[Column | None] = []
    for parts in zip(*blocks, strict=True):
        arrays = [part for part in parts if isinstance(part, np.ndarray)]
        texts = [part for part in parts if isinstance(part, tuple)]
        columns.append(None if arrays and texts else np.concatenate(arrays) if arrays else tuple(chain(*texts)))
    late = [index for index, column in enumerate(columns) if column is None]
    again = dict(zip(late, _read_again(layout, data, late), strict=True)) if late else {}
    return tuple(again[index] if column is None else column for index, column in enumerate(columns))


def _read_again(layout: _Layout, data: bytes, wanted: list[int]) -> list[Column]:
    """The text of columns whose first text stood so far down that their beginning was read as numbers."""
    stream = io.BytesIO(data)
    stream.seek(layout.offset)
    texts: list[list[str]] = [[] for _ in wanted]
    for _, _, cells in _records(layout.source, layout.delimiter, stream, layout.lines_before):
        if len(cells) == len(layout.names):
            for text, index in zip(texts, wanted, strict=True):
                text.append(cells[index].strip())
    return [tuple(text) for text in texts]


def _number(cell: str) -> float:
    if cell in MISSING:
        return float("nan")
    if "_" in cell or not cell.isascii():  # float() would take 1_000 and digits of other scripts
        raise ValueError(cell)
    return float(cell)


def _is_number(cell: str) -> bool:
    try:
        _number(cell)
    except ValueError:
        return False
    return True


def _number_text(value: float) -> str:
    if value != value:
        return ""
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)


def _repeated(names: Sequence[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})


def _shown(source: str) -> str:
    return source if source and source.isprintable() else repr(source)


def _quoted(text: str, limit: int = 60) -> str:
    """Safe on one line of a terminal, whatever the cell holds."""
    short = text if len(text) <= limit else text[: limit - 1] + "…"
    return f'"{short}"' if short.isprintable() else repr(short)


def _listing(names: Sequence[str], limit: int = 30) -> str:
    rest = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(map(_quoted, names[:limit])) + rest


def _hint(name: str, names: Sequence[str]) -> str:
    by_case = {candidate.casefold(): candidate for candidate in names}
    close = difflib.get_close_matches(name.casefold(), by_case, n=1)
    return f", did you mean {_quoted(by_case[close[0]])}?" if close else ""
