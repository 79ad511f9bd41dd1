"""Values as Python text that reads back to the same bits."""

from __future__ import annotations

import base64
import textwrap
import zlib
from collections.abc import Iterator
from itertools import pairwise
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

WIDTH = 110
MOST_ROWS = 60
"""Rows of an array that are still written as numbers."""
MOST_NUMBERS = 400

UNPACKED = '''\
def unpacked(text, *shape):
    """The numbers, as an array of this shape, that a text holds: float64, zlib, base64."""
    numbers = np.frombuffer(zlib.decompress(base64.b64decode(text)), dtype="<f8")
    return numbers.reshape(shape).astype(float)
'''
"""What a script with packed arrays needs."""


def literal(value: Any) -> str:
    """The text of a number, text, tuple, list, slice or array; of an array that is large, a call of `unpacked`.

    Raises TypeError for what has no such text.
    """
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, bool | np.bool_):
        return repr(bool(value))
    if isinstance(value, int | np.integer):
        return repr(int(value))
    if isinstance(value, float | np.floating):
        return _number(float(value))
    if isinstance(value, tuple):
        parts = [literal(part) for part in value]
        return f"({', '.join(parts)}{',' * (len(parts) == 1)})"
    if isinstance(value, slice):
        return f"slice({value.start}, {value.stop})"
    if isinstance(value, str):
        return quoted(value)
    if value is None:
        return "None"
    raise TypeError(f"no text for a {type(value).__name__}")


def wrapped(opening: str, parts: list[str], closing: str) -> str:
    """Parts with commas between, on one line if they fit, else on as many as they need."""
    line = f"{opening}{', '.join(parts)}{closing}"
    if len(line) <= WIDTH:
        return line
    lines: list[str] = []
    for part in parts:
        if not lines or len(lines[-1]) + len(part) + 2 > WIDTH:
            lines.append("   ")
        lines[-1] += f" {part},"
    return "\n".join([opening, *lines, closing])


def quoted(text: str) -> str:
    """The text between double quotes, if it can be as it is."""
    return f'"{text}"' if text.isprintable() and not set(text) & {'"', "\\"} else repr(text)


def is_large(array: NDArray[Any]) -> bool:
    """Whether an array would fill pages."""
    return array.dtype.kind == "f" and (array.size > MOST_NUMBERS or len(np.atleast_1d(array)) > MOST_ROWS)


def _number(value: float) -> str:
    if isfinite(value):
        return repr(value)
    return "np.nan" if value != value else "np.inf" if value > 0 else "-np.inf"


def _array(array: NDArray[Any]) -> str:
    if array.dtype.kind in "iu":
        return f"np.r_[{', '.join(_runs(array))}]" if array.size else "np.zeros(0, dtype=int)"
    if array.dtype != np.float64:
        raise TypeError(f"no text for an array of {array.dtype}")
    if is_large(array):
        return _packed(array)
    if array.ndim == 2 and array.size:
        rows = [f"[{', '.join(map(_number, row))}]" for row in array.tolist()]
        return "np.array([\n    " + ",\n    ".join(rows) + ",\n])"
    flat = wrapped("np.array([", [_number(x) for x in array.ravel().tolist()], "])")
    return flat if array.ndim == 1 else f"{flat}.reshape({literal(array.shape)})"


def _packed(array: NDArray[np.float64]) -> str:
    text = base64.b64encode(zlib.compress(array.astype("<f8").tobytes(), 9)).decode()
    lines = "\n".join(textwrap.wrap(text, WIDTH))
    return f'unpacked("""\n{lines}\n""", {", ".join(map(str, array.shape))})'


def _runs(indices: NDArray[np.integer[Any]]) -> Iterator[str]:
    """The indices as `np.r_` takes them: stretches that rise by one as `first:end`."""
    breaks = [i + 1 for i, (a, b) in enumerate(pairwise(indices.tolist())) if b != a + 1]
    for stretch in np.split(indices, breaks):
        yield f"{stretch[0]}:{stretch[-1] + 1}"
