"""CSV text -> Table, a block of rows at a time: a large file needs little memory beside its numbers."""

import io
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gd_tui.table.cells import Column, parse_block, parse_column
from gd_tui.table.layout import Layout, find_layout
from gd_tui.table.records import is_blank, read_records
from gd_tui.table.shipped_datasets import datasets, unknown_source
from gd_tui.table.table import Table, TableError
from gd_tui.table.words import shown

_BLOCK_BYTES = 1 << 16  # in a larger block one odd cell slows more rows


def read_table(source: str, *, drop_missing: bool = False) -> Table:
    """Read a CSV file, or the shipped dataset of that name (a file of that name wins).

    Delimiter and header are found; blank lines and blanks around cells do not count. TableError if the
    file cannot be read, is not UTF-8 text, has no rows, ragged rows, or empty or repeated column names.
    """
    data = _read_bytes(source)
    layout = find_layout(source, data)
    blocks, line_blocks = [], []
    for columns, lines in _blocks(layout, data):
        blocks.append(columns)
        line_blocks.append(lines)
    if not blocks:
        where = f"{shown(source)}, line {layout.lines_before}"
        raise TableError(f"{where}: a header and no rows; add rows of data below it")
    joined = _join(layout, data, blocks)
    lines = np.concatenate(line_blocks)
    return Table(source, layout.names, joined, len(lines), lines, drop_missing)


def _read_bytes(source: str) -> bytes:
    path = Path(source)
    shipped = datasets()
    try:
        if source in shipped and not path.is_file():
            path = shipped[source]
        data = path.read_bytes()
    except (FileNotFoundError, ValueError):
        raise TableError(unknown_source(source)) from None
    except IsADirectoryError:
        raise TableError(f"{shown(source)}: is a directory; name a CSV file in it") from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise TableError(f"{shown(source)}: cannot be read: {reason}; check the path") from None
    data = data.removeprefix(b"\xef\xbb\xbf")
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise TableError(f"{shown(source)}, line {line}: binary, not text; save it as CSV in UTF-8")
    return data if b"\n" in data else data.replace(b"\r", b"\n")


def _blocks(layout: Layout, data: bytes) -> Iterator[tuple[list[Column], NDArray[np.int64]]]:
    """The columns of some hundred rows at a time, and the line on which each row begins."""
    stream = io.BytesIO(data)
    stream.seek(layout.offset)
    before = layout.lines_before
    while chunk := stream.read(_BLOCK_BYTES) + stream.readline():
        end = before + chunk.count(b"\n") + (not chunk.endswith(b"\n"))
        columns = parse_block(chunk, layout.delimiter, len(layout.names))
        if columns is not None:
            yield columns, np.arange(before + 1, end + 1)
        else:
            rows, starts, end = _checked_rows(layout, chain(io.BytesIO(chunk), stream), before, end)
            if rows:
                yield [parse_column(cells) for cells in zip(*rows, strict=True)], np.array(starts)
        before = end


def _checked_rows(
    layout: Layout, lines: Iterator[bytes], before: int, end: int
) -> tuple[list[list[str]], list[int], int]:
    """Rows up to line `end`, or on to a quoted cell's end; their first lines; the last line read."""
    rows, starts, width = [], [], len(layout.names)
    for start, last, cells in read_records(layout.source, layout.delimiter, lines, before):
        if len(cells) == width:
            rows.append(cells)
            starts.append(start)
        elif not is_blank(cells):
            found = f"{width} columns expected, {len(cells)} found"
            raise TableError(f"{shown(layout.source)}, line {start}: {found}; correct the row or its quotes")
        if last >= end:
            return rows, starts, last
    return rows, starts, end


def _join(layout: Layout, data: bytes, blocks: list[list[Column]]) -> tuple[Column, ...]:
    columns: list[Column | None] = []
    for parts in zip(*blocks, strict=True):
        arrays = [part for part in parts if isinstance(part, np.ndarray)]
        texts = [part for part in parts if isinstance(part, tuple)]
        whole = np.concatenate(arrays) if arrays else tuple(chain(*texts))
        columns.append(None if arrays and texts else whole)
    late = [index for index, column in enumerate(columns) if column is None]
    again = dict(zip(late, _read_again(layout, data, late), strict=True)) if late else {}
    return tuple(again[index] if column is None else column for index, column in enumerate(columns))


def _read_again(layout: Layout, data: bytes, wanted: list[int]) -> list[Column]:
    """The text of columns whose first text stood so far down that their beginning was read as numbers."""
    stream = io.BytesIO(data)
    stream.seek(layout.offset)
    texts: list[list[str]] = [[] for _ in wanted]
    for _, _, cells in read_records(layout.source, layout.delimiter, stream, layout.lines_before):
        if len(cells) == len(layout.names):
            for text, index in zip(texts, wanted, strict=True):
                text.append(cells[index].strip())
    return [tuple(text) for text in texts]
