"""Table -> arrays for a model: the target, the features, and the rows that have a value in all of them."""

import csv
import io
from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from gd_tui.table.cells import MISSING, FloatArray, is_number
from gd_tui.table.table import Table, TableError
from gd_tui.table.words import duplicates, listing, quoted, shown


def parse_column_list(text: str) -> list[str]:
    """Column names between commas, quoted as in CSV: `a,"b,c"` -> ["a", "b,c"]. TableError if malformed."""
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True))
    except csv.Error as error:
        raise TableError(f"column list {quoted(text)}: {error}; quote names as in CSV") from None
    names = [name.strip() for name in chain.from_iterable(records)]
    if len(records) != 1 or not all(names):
        raise TableError(f"column list {quoted(text)}: write names with one comma between, like a,b")
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
    inputs = np.stack([table.numeric(name) for name in chosen], axis=1)
    y = table.numeric(goal)
    usable = {name: np.isfinite(table.numeric(name)) for name in (*chosen, goal)}
    keep = _rows_to_keep(table, usable)
    return (inputs, y.copy(), chosen, goal) if keep.all() else (inputs[keep], y[keep], chosen, goal)


def design_classes(
    table: Table, target: str | None, features: Sequence[str] | None
) -> tuple[FloatArray, tuple[str, ...], tuple[str, ...], str]:
    """As `design`, with the target as n class labels: text, or numbers in their shortest form."""
    chosen, goal = _choose(table, target, features)
    inputs = np.stack([table.numeric(name) for name in chosen], axis=1)
    labels = table.text(goal)
    usable = {name: np.isfinite(table.numeric(name)) for name in chosen}
    usable[goal] = np.array([label not in MISSING for label in labels])
    keep = _rows_to_keep(table, usable)
    return inputs[keep], tuple(labels[row] for row in np.flatnonzero(keep)), chosen, goal


def _choose(table: Table, target: str | None, features: Sequence[str] | None) -> tuple[tuple[str, ...], str]:
    goal = table.names[-1] if target is None else target
    for name in (goal, *(features or ())):
        table.column(name)
    chosen = tuple(features) if features is not None else _default_features(table, goal)
    where = shown(table.source)
    if goal in chosen:
        raise TableError(f"{where}: column {quoted(goal)} is both target and feature; take it out of one")
    if repeated := duplicates(chosen):
        raise TableError(f"{where}: feature {quoted(repeated[0])} is listed twice; list it once")
    if not chosen:
        wanted = f"no column of numbers beside the target {quoted(goal)}"
        raise TableError(f"{where}: {wanted}; columns: {listing(table.names)}")
    return chosen, goal


def _default_features(table: Table, goal: str) -> tuple[str, ...]:
    for name, column in zip(table.names, table.columns, strict=True):
        if name != goal and isinstance(column, tuple) and _meant_as_numbers(column):
            table.numeric(name)  # raises: a column with one bad cell must not vanish unseen
    return tuple(name for name in table.numeric_names() if name != goal)


def _meant_as_numbers(column: tuple[str, ...]) -> bool:
    values = [cell for cell in column if cell not in MISSING]
    return 2 * sum(is_number(cell.replace(",", ".", 1)) for cell in values) >= len(values)


def _rows_to_keep(table: Table, usable: dict[str, NDArray[np.bool_]]) -> NDArray[np.bool_]:
    keep = np.ones(table.rows, np.bool_)
    for mask in usable.values():
        keep &= mask
    if not keep.all() and not table.drop_missing:
        row = int(np.argmin(keep))
        name = next(name for name, mask in usable.items() if not mask[row])
        infinite = name in table.numeric_names() and bool(np.isinf(table.numeric(name)[row]))
        what = "an infinite value" if infinite else "a missing value"
        advice = "fill it in, or leave such rows out with --drop-missing"
        raise TableError(f"{table.place(row, name)}: {what}; {advice}")
    if not keep.any():
        names = listing(tuple(name for name, mask in usable.items() if not mask.all()))
        raise TableError(f"{shown(table.source)}: every row lacks a value; incomplete columns: {names}")
    return keep
