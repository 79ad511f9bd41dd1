"""Functions of one or two weights whose shape is the lesson.

They are written with products instead of powers: a Python float that overflows in a product becomes inf,
which is a result to show, where a power would raise OverflowError.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gd_tui.engine.objective import Array, Objective
from gd_tui.engine.terms import Number, Term, number
from gd_tui.errors import InputError
from gd_tui.problems.table import Problem, Settings
from gd_tui.scenario import Scenario

Floats = float | Array


@dataclass(frozen=True)
class Shape:
    """A function and its derivatives, each beside its formula.

    `value`, `gradient` and `hessian` take the coordinates as separate numbers; `value` takes arrays too.
    In the formulas the coordinates stand as words of their own, so that numbers can be put in.
    """

    names: tuple[str, ...]
    value: Callable[..., Floats]
    formula: str
    gradient: Callable[..., tuple[float, ...]]
    slopes: tuple[str, ...]
    hessian: Callable[..., tuple[tuple[float, ...], ...]]
    start: tuple[float, ...]
    view: tuple[tuple[float, float], ...]
    rate: float
    minimum: float | None = None
    optimum: tuple[float, ...] | None = None
    quadratic: bool = False


class Surface(Objective):
    """The objective of a `Shape`, computed in plain floats: for so few weights faster than arrays."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self.names, self.minimum, self.quadratic = shape.names, shape.minimum, shape.quadratic
        self.start, self.view = np.array(shape.start), np.array(shape.view)
        self.optimum = None if shape.optimum is None else np.array(shape.optimum)
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


PARABOLA = Shape(
    names=("w",),
    value=lambda w: w * w,
    formula="w²",
    gradient=lambda w: (2 * w,),
    slopes=("2 × w",),
    hessian=lambda w: ((2.0,),),
    start=(10.0,),
    view=((-12.0, 12.0),),
    rate=0.1,
    minimum=0.0,
    optimum=(0.0,),
    quadratic=True,
)

QUARTIC = Shape(
    names=("w",),
    value=lambda w: w * w * (w * w),
    formula="w⁴",
    gradient=lambda w: (4 * w * w * w,),
    slopes=("4 × w³",),
    hessian=lambda w: ((12 * w * w,),),
    start=(2.0,),
    view=((-3.0, 3.0),),
    rate=0.1,
    minimum=0.0,
    optimum=(0.0,),
)

TWO_VALLEYS = Shape(
    names=("w",),
    value=lambda w: (w * w - 1) * (w * w - 1) + 0.3 * w,
    formula="(w² - 1)² + 0.3 × w",
    gradient=lambda w: (4 * w * (w * w - 1) + 0.3,),
    slopes=("4 × w × (w² - 1) + 0.3",),
    hessian=lambda w: ((12 * w * w - 4,),),
    start=(2.0,),
    view=((-2.2, 2.2),),
    rate=0.01,
)

ROSENBROCK = Shape(
    names=("x", "y"),
    value=lambda x, y: (1 - x) * (1 - x) + 100 * ((y - x * x) * (y - x * x)),
    formula="(1 - x)² + 100 × (y - x²)²",
    gradient=lambda x, y: (-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)),
    slopes=("-2 × (1 - x) - 400 × x × (y - x²)", "200 × (y - x²)"),
    hessian=lambda x, y: ((2 - 400 * y + 1200 * x * x, -400 * x), (-400 * x, 200.0)),
    start=(-1.2, 1.0),
    view=((-2.0, 2.0), (-1.0, 3.0)),
    rate=0.002,
    minimum=0.0,
    optimum=(1.0, 1.0),
)

BOWL = Shape(
    names=("x", "y"),
    value=lambda x, y: x * x + y * y,
    formula="x² + y²",
    gradient=lambda x, y: (2 * x, 2 * y),
    slopes=("2 × x", "2 × y"),
    hessian=lambda x, y: ((2.0, 0.0), (0.0, 2.0)),
    start=(4.0, 3.0),
    view=((-5.0, 5.0), (-5.0, 5.0)),
    rate=0.1,
    minimum=0.0,
    optimum=(0.0, 0.0),
    quadratic=True,
)


def valley(k: float) -> Shape:
    """(x^2 + k y^2) / 2: the condition number of its Hessian is k. Best constant rate 2 / (1 + k)."""
    reach = 1.2 * max(k, 1.0)
    return Shape(
        names=("x", "y"),
        value=lambda x, y: 0.5 * (x * x + k * (y * y)),
        formula=f"(x² + {k:g} × y²) / 2",
        gradient=lambda x, y: (x, k * y),
        slopes=("x", f"{k:g} × y"),
        hessian=lambda x, y: ((1.0, 0.0), (0.0, k)),
        start=(k, 1.0),
        view=((-reach, reach), (-2.0, 2.0)),
        rate=2 / (1 + k),
        minimum=0.0,
        optimum=(0.0, 0.0),
        quadratic=True,
    )


def _build_valley(scenario: Scenario, settings: Settings) -> Surface:
    k = settings["k"]
    if isinstance(k, tuple) or k <= 0:
        raise InputError("valley: k must be one number above 0, as in --problem-set k=10")
    return Surface(valley(k))


def _surface(name: str, description: str, shape: Shape) -> Problem:
    return Problem(name, description, lambda scenario, settings: Surface(shape))


PROBLEMS = (
    _surface("parabola", "w^2: the simplest slope there is", PARABOLA),
    _surface("quartic", "w^4: flat at the bottom, so the slope fades long before the end", QUARTIC),
    _surface("two-valleys", "(w^2 - 1)^2 + 0.3 w: a shallow valley on the way to the deep one", TWO_VALLEYS),
    _surface("rosenbrock", "(1 - x)^2 + 100 (y - x^2)^2: a bent, narrow valley", ROSENBROCK),
    _surface("bowl", "x^2 + y^2: the same slope in every direction", BOWL),
    Problem("valley", "(x^2 + k y^2) / 2: k times steeper across than along", _build_valley, {"k": 10.0}),
)
