"""From a scenario to the columns of its table: features, standardized or not, numbers or classes to predict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gd_tui.engine.losses import LOSSES, Loss
from gd_tui.engine.objective import Array
from gd_tui.errors import InputError, unknown
from gd_tui.scenario import Scenario
from gd_tui.table import Table, design, design_classes, read_table
from gd_tui.table.cells import MISSING, is_number

MOST_CLASSES = 100
"""More than these are numbers to predict rather than classes to tell apart."""


@dataclass(frozen=True, eq=False)
class Features:
    """The inputs of a model.

    Attributes:
        values: shape (n, p). names: of the p columns. source: the table they are from.
        mean, deviation: of each column before it was standardized, shape (p,); None where it was not.
    """

    values: Array
    names: tuple[str, ...]
    source: str
    mean: Array | None = None
    deviation: Array | None = None

    def with_bias(self, bias: bool) -> tuple[Array, tuple[str, ...], tuple[str, ...]]:
        """The design matrix, the names of its columns, and the inputs in formulas; ones come last."""
        if not bias:
            return self.values, self.names, ("x",) * len(self.names)
        ones = np.ones(len(self.values))
        return np.column_stack([self.values, ones]), (*self.names, self.bias_name), (*["x"] * len(self.names), "")

    @property
    def bias_name(self) -> str:
        return "b" if "b" not in self.names else "bias"

    def units(self, bias: bool) -> tuple[tuple[str, ...], Array] | None:
        """Names of weights in the data's own units, and the matrix that makes them of a linear model's weights.

        `sum_i w_i (x_i - mean_i) / deviation_i + b`, multiplied out, has a bias even where the model has none.
        """
        if self.mean is None or self.deviation is None:
            return None
        p = len(self.names)
        matrix = np.zeros((p + 1, p + bias))
        matrix[np.arange(p), np.arange(p)] = 1 / self.deviation
        matrix[p, :p] = -self.mean / self.deviation
        if bias:
            matrix[p, p] = 1
        return (*self.names, self.bias_name), matrix


@dataclass(frozen=True, eq=False)
class Classes:
    """Classes to tell apart: their names, sorted, and the index of each row's class, shape (n,)."""

    names: tuple[str, ...]
    index: NDArray[np.intp]
    column: str

    def one_hot(self) -> Array:
        """1 in the column of each row's class, shape (n, K)."""
        return np.eye(len(self.names))[self.index]


def open_table(scenario: Scenario) -> Table:
    """The table that the scenario names. Raises InputError if it names none, or none that can be read."""
    if scenario.data is None:
        raise InputError(
            f"the {scenario.problem} problem needs data: --data with a CSV file or one of `gd-tui list datasets`"
        )
    return read_table(scenario.data, drop_missing=scenario.drop_missing)


def target_is_text(scenario: Scenario, table: Table) -> bool:
    """Whether the target is text throughout; numbers with a bad cell are not, and that cell is worth naming."""
    cells = table.column(scenario.target or table.names[-1])
    return isinstance(cells, tuple) and not any(is_number(cell) and cell not in MISSING for cell in cells)


def read_numbers(scenario: Scenario, table: Table) -> tuple[Features, Array]:
    """Features and the numbers to predict, shape (n,). Raises InputError for a target of text."""
    target = scenario.target or table.names[-1]
    if target_is_text(scenario, table):
        raise InputError(
            f"{table.source}: column {target!r} holds text ({table.text(target)[0]!r}), and numbers are to be "
            "predicted: choose another --target, or use logistic, softmax or network with --loss cross-entropy"
        )
    values, y, names, _ = design(table, target, scenario.features or None)
    return _features(scenario, table, values, names), y


def read_classes(scenario: Scenario, table: Table) -> tuple[Features, Classes]:
    """Features and the classes to tell apart, two or more. Raises InputError where there are not as many."""
    values, labels, names, target = design_classes(table, scenario.target, scenario.features or None)
    found = sorted(set(labels))
    if all(is_number(label) for label in found):
        found.sort(key=float)
    where = f"{table.source}: column {target!r}"
    if len(labels) == 1 and found[0] in ("0", "1"):
        found = ["0", "1"]  # a single row, as the lesson of one neuron has it: the number names its class
    if len(found) == 1:
        raise InputError(f"{where} has one class only ({found[0]!r}): there is nothing to tell apart")
    if len(found) > MOST_CLASSES:
        raise InputError(
            f"{where} has {len(found):,} different values, too many for classes: choose another --target, "
            "or predict numbers with linear"
        )
    place = {label: i for i, label in enumerate(found)}
    index = np.array([place[label] for label in labels], dtype=np.intp)
    return _features(scenario, table, values, names), Classes(tuple(found), index, target)


def two_classes(scenario: Scenario, classes: Classes) -> Classes:
    """The same two classes with `--positive` as class 1. Raises InputError if it is neither."""
    if scenario.positive is None:
        return classes
    if scenario.positive not in classes.names:
        raise InputError(
            f"--positive {scenario.positive!r} is no class of column {classes.column!r}: "
            f"choose {' or '.join(map(repr, classes.names))}"
        )
    if scenario.positive == classes.names[1]:
        return classes
    return replace(classes, names=classes.names[::-1], index=1 - classes.index)


def no_positive(scenario: Scenario, classes: Classes) -> None:
    """Raises InputError if the scenario picks class 1 of two where several have an output each."""
    if scenario.positive is not None:
        raise InputError(
            f"--positive picks class 1 of two: {scenario.problem} gives each of the {len(classes.names)} classes "
            f"of column {classes.column!r} an output of its own; leave it out"
        )


def choose_loss(scenario: Scenario, fitting: Mapping[str, Loss]) -> Loss:
    """The loss of the scenario, by default the first that fits. Raises InputError for one that does not fit."""
    name = scenario.loss or next(iter(fitting))
    if name not in LOSSES:
        raise unknown("loss", name, LOSSES)
    if name not in fitting:
        raise InputError(f"the loss {name} does not fit {scenario.problem}: choose one of: {', '.join(fitting)}")
    return fitting[name]


def distinct(names: Sequence[str]) -> tuple[str, ...]:
    """The names, with a number behind each that was there before."""
    seen: dict[str, None] = {}
    for name in names:
        count, new = 1, name
        while new in seen:
            count += 1
            new = f"{name}#{count}"
        seen[new] = None
    return tuple(seen)


def _features(scenario: Scenario, table: Table, values: Array, names: tuple[str, ...]) -> Features:
    if not scenario.standardize:
        return Features(values, names, table.source)
    with np.errstate(over="ignore", invalid="ignore"):
        mean, deviation = values.mean(axis=0), values.std(axis=0)
    if not (np.isfinite(mean).all() and np.isfinite(deviation).all()):
        raise InputError(f"{table.source}: numbers too large to standardize; use --raw or rescale the column")
    constant = (values == values[0]).all(axis=0) | (deviation == 0)
    if constant.any():
        raise InputError(
            f"{table.source}: column {names[int(constant.argmax())]!r} is constant and cannot be standardized; "
            "leave it out with --features"
        )
    return Features((values - mean) / deviation, names, table.source, mean, deviation)
