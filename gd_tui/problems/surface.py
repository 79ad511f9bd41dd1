"""A function of one or two weights that is given by its formula, and the objective that it makes.

Values are written with products instead of powers: a Python float that overflows in a product becomes inf,
which is a result to show, where a power would raise OverflowError. The functions here that math has too are
those of which math would raise an error for numbers that are not finite, or would refuse arrays.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from gd_tui.engine.objective import Array, Objective
from gd_tui.engine.terms import Number, Term, number

F = TypeVar("F", float, Array)
"""A number, or many at once."""


@dataclass(frozen=True)
class Shape:
    """A function and its derivatives, each beside its formula.

    `value`, `gradient` and `hessian` take the coordinates as separate numbers; `value` takes arrays too.
    In the formulas the coordinates stand as words of their own, so that numbers can be put in.
    `minima` are the lowest points within the view where there are several, or none of them is `optimum`.
    """

    names: tuple[str, ...]
    value: Callable[..., float | Array]
    formula: str
    gradient: Callable[..., tuple[float, ...]]
    slopes: tuple[str, ...]
    hessian: Callable[..., tuple[tuple[float, ...], ...]]
    start: tuple[float, ...]
    view: tuple[tuple[float, float], ...]
    rate: float
    minimum: float | None = None
    optimum: tuple[float, ...] | None = None
    minima: tuple[tuple[float, ...], ...] = ()
    quadratic: bool = False


class Surface(Objective):
    """A loss that is given by its formula, computed in plain floats: for so few weights faster than arrays."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self.names, self.minimum, self.quadratic = shape.names, shape.minimum, shape.quadratic
        self.start, self.view = np.array(shape.start), np.array(shape.view)
        self.optimum = None if shape.optimum is None else np.array(shape.optimum)
        self.minima = np.array(shape.minima) if shape.minima else None
        self._value, self._gradient = shape.value, shape.gradient

    @property
    def default_rate(self) -> float:
        return self._shape.rate

    def loss_and_gradient(self, w: Array, out: Array) -> float:
        point = w.tolist()
        out[:] = self._gradient(*point)
        return self._value(*point)  # type: ignore[return-value]

    def losses(self, weights: Array) -> Array:
        with np.errstate(all="ignore"):
            return np.asarray(self._value(*weights.T), dtype=np.float64)

    def hessian(self, w: Array) -> Array:
        return np.array(self._shape.hessian(*w.tolist()))

    def terms(self, w: Array, i: int) -> tuple[Term, ...]:
        point = dict(zip(self.names, w.tolist(), strict=True))
        value, slopes = self._value(*point.values()), self._gradient(*point.values())
        return (
            Term("loss", put_in(self._shape.formula, point), float(value), "the height of the surface here"),
            Term(
                "gradient",
                put_in(self._shape.slopes[i], point),
                slopes[i],
                f"the slope along {self.names[i]}: how fast the loss rises with it",
                "gradient",
            ),
        )


def put_in(formula: str, point: dict[str, float]) -> tuple[str | Number, ...]:
    """The formula as parts of a `Term`: words that name a coordinate become numbers."""
    names = "|".join(map(re.escape, point))
    words = re.split(rf"(?<![A-Za-z0-9_])({names})(?![A-Za-z0-9_])", formula)
    return tuple(number(word, point[word]) if word in point else word for word in words if word)


def sine(x: F) -> F:
    """sin x; not a number where x is infinite."""
    if isinstance(x, float):
        return math.sin(x) if math.isfinite(x) else math.nan
    return np.sin(x)


def cosine(x: F) -> F:
    """cos x; not a number where x is infinite."""
    if isinstance(x, float):
        return math.cos(x) if math.isfinite(x) else math.nan
    return np.cos(x)


def exponential_less_one(x: F) -> F:
    """e^x - 1 for x <= 0, exact to the last digits where x is next to 0."""
    if isinstance(x, float):
        return math.expm1(x)
    return np.expm1(x)


def distance(x: F, y: F) -> F:
    """sqrt(x^2 + y^2), which overflows only where the result does."""
    if isinstance(x, float):
        return math.hypot(x, y)
    return np.hypot(x, y)
