"""Arithmetic that objectives and optimizers tell of themselves: formulas with the numbers put in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["value", "gradient", "state", "move", "weight"]


@dataclass(frozen=True, slots=True)
class Number:
    """A number inside a formula.

    `symbol` stands for it in the formula; a `given` number (input, constant, hyperparameter) is exact
    and is shown as short as it is, a computed one with as many decimals as there is room for.
    """

    symbol: str
    value: float
    given: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """One line of arithmetic: `name` = `parts` = `value`.

    `parts` alternates text and numbers: their symbols make the formula, their values the arithmetic.
    `meaning` says the line in words.
    """

    name: str
    parts: tuple[str | Number, ...]
    value: float
    meaning: str = ""
    kind: Kind = "value"


def number(symbol: str, value: float) -> Number:
    """A computed number."""
    return Number(symbol, float(value))


def given(symbol: str, value: float) -> Number:
    """An input, constant or hyperparameter."""
    return Number(symbol, float(value), given=True)
