"""Cells of text -> numbers, each the float nearest to its text; what is no number stays text.

`number` says what a cell means. Many cells at once go through the JSON parser, which is several times
faster and reads the same numbers; what JSON does not know (`+1`, `.5`, `1.`, `nan`, text) goes to `number`.
"""

import math
import re
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Column = FloatArray | tuple[str, ...]

MISSING = frozenset({"", "NA", "NaN", "nan", "NAN", "null", "NULL", "?", "n/a", "N/A"})
_JSON = msgspec.json.Decoder(list[float | None])
_INTEGER_MINUS_ZERO = re.compile(rb"-0(?![\d.eE])")


def number(cell: str) -> float:
    """The number a cell holds, NaN if it is missing. ValueError if it is text."""
    if cell in MISSING:
        return float("nan")
    if "_" in cell or not cell.isascii():  # float() would take 1_000 and digits of other scripts
        raise ValueError(cell)
    return float(cell)


def is_number(cell: str) -> bool:
    """Whether `number` takes the cell; a missing one it does."""
    try:
        number(cell)
    except ValueError:
        return False
    return True


def number_text(value: float) -> str:
    """The shortest form: "1", "0.5"; "" for NaN."""
    if math.isnan(value):
        return ""
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)


def parse_block(lines: bytes, delimiter: str, width: int) -> list[Column] | None:
    """The columns of plain lines: UTF-8, no quotes, each of `width` cells and none empty; else None.

    Such lines need no CSV reader: it would cut them at the same places.
    """
    text, mark = lines.replace(b"\r\n", b"\n").removesuffix(b"\n"), delimiter.encode()
    rows = text.split(b"\n")
    if b'"' in text or b"\r" in text or b"" in rows or {row.count(mark) for row in rows} != {width - 1}:
        return None
    if mark == b"," or b"," not in text:
        numbers = _parse_json(text.replace(mark, b",").replace(b"\n", b","), len(rows) * width)
        if numbers is not None:
            return list(numbers.reshape(-1, width).T)
    try:
        cells = text.decode().replace("\n", delimiter).split(delimiter)
    except UnicodeDecodeError:
        return None
    return [parse_column(cells[i::width]) for i in range(width)]


def parse_column(cells: Sequence[str]) -> Column:
    """Numbers if every cell is one or is missing; else the cells as text, blanks around them taken off."""
    numbers = _parse_json(",".join(cells).encode(), len(cells))
    if numbers is not None:
        return numbers
    known: dict[str, str] = {}  # a label that comes a thousand times is kept once
    stripped = [known.setdefault(cell, cell) for cell in map(str.strip, cells)]
    nulled = ",".join("null" if cell in MISSING else cell for cell in stripped)
    numbers = _parse_json(nulled.encode(), len(cells))
    if numbers is not None:
        return numbers
    try:
        return np.array([number(cell) for cell in stripped])
    except ValueError:
        return tuple(stripped)


def _parse_json(cells: bytes, count: int) -> FloatArray | None:
    """Exactly `count` JSON numbers between commas, null as NaN; else None. An empty cell is no JSON."""
    if _INTEGER_MINUS_ZERO.search(cells):  # the one number that JSON reads otherwise than float(): as +0.0
        return None
    try:
        numbers = _JSON.decode(b"[" + cells + b"]")
    except msgspec.DecodeError:
        return None
    return np.array(numbers, np.float64) if len(numbers) == count else None
