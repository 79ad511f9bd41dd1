"""The gradient check: what an objective says its slopes are, against differences of its losses.

For each weight the central difference (L(w + h) - L(w - h)) / 2h is taken at many h, from the size of the
weight (at least 1) downwards by factors of 8. Its error has two parts: rounding, about eps |L| / h, and what the
slope changes within h, which is told by the differences at the next two smaller h. The h with the least sum
counts; it is chosen without a look at the slope that is checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite, nan

import numpy as np

from gd_tui.engine.objective import Array, Objective

EPS = float(np.finfo(np.float64).eps)
FACTOR = 8.0
SMALLEST = 5e-8
"""The smallest h that counts, as part of the weight (of 1 for weights that are 0 or larger than 1)."""
LEAST_SIZE = 1e-100
"""Weights smaller than this are taken as 0: no loss can tell."""
TOLERANCE = 1e-6
"""Relative error that a right gradient may have beside the error of the difference itself."""
CERTAIN = 1e-3
"""A difference whose own error is a larger part of it decides nothing."""


class Verdict(StrEnum):
    """What the check finds of one component."""

    AGREES = "agrees"
    KINK = "a kink"
    UNCLEAR = "unclear"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Component:
    """The check of dL/dw_i.

    Attributes:
        analytic: what the objective says. numerical: the central difference at the distance h, off by about
            `error`; NaN where no loss nearby is finite.
        verdict: KINK where the slopes on either side differ and the analytic one lies between them, as a
            sub-gradient does; UNCLEAR where the losses are too rough, or not finite, to decide.
    """

    i: int
    name: str
    analytic: float
    numerical: float
    error: float
    h: float
    verdict: Verdict

    @property
    def relative_error(self) -> float:
        """|analytic - numerical| / the larger of the two; 0 where they are equal, NaN where one is not finite."""
        difference = abs(self.analytic - self.numerical)
        if not isfinite(difference):
            return nan
        return difference / max(abs(self.analytic), abs(self.numerical)) if difference != 0 else 0.0


@dataclass(frozen=True, slots=True)
class _Ladder:
    """Differences at all h, from the largest down, and the one of the least error."""

    loss: float
    h: Array
    central: Array
    forward: Array
    backward: Array
    rounding: Array
    best: int | None
    error: float

    @property
    def steepness(self) -> float:
        """The largest slope to one side at h or further out, or the loss over the size of the weight.

        Next to it a slope can be as good as 0.
        """
        far = slice(0, (self.best or 0) + 1)
        slopes = np.abs(np.concatenate([self.forward[far], self.backward[far]]))
        return max(float(slopes[np.isfinite(slopes)].max(initial=0.0)), abs(self.loss) / float(self.h[0]))

    @property
    def sides(self) -> tuple[float, float] | None:
        """The slopes on the left and on the right, where they stay apart however small h is; else None."""
        if self.best is None:
            return None
        k = len(self.h) - 3
        while k > self.best and self.rounding[k] > 1e-3 * abs(self.forward[k] - self.backward[k]):
            k -= 1
        if k == 0:
            return None
        apart = abs(self.forward[k] - self.backward[k])
        moved = max(abs(self.forward[k] - self.forward[k - 1]), abs(self.backward[k] - self.backward[k - 1]))
        if apart <= 100 * self.rounding[k] or moved > apart / 5:
            return None
        low, high = sorted([float(self.forward[k]), float(self.backward[k])])
        return low, high


def check_gradient(objective: Objective, w: Array) -> list[Component]:
    """The check of every component of the gradient at w, shape (d,)."""
    gradient = np.empty_like(w)
    with np.errstate(all="ignore"):
        objective.loss_and_gradient(w, gradient)
        loss = float(objective.losses(w[None, :])[0])
        return [_component(objective, w, i, float(gradient[i]), loss) for i in range(len(w))]


def wrong_ones(components: Sequence[Component]) -> list[Component]:
    """The components that are wrong, the worst first."""
    wrong = [component for component in components if component.verdict is Verdict.WRONG]
    return sorted(wrong, key=lambda component: -component.relative_error)


def _component(objective: Objective, w: Array, i: int, analytic: float, loss: float) -> Component:
    ladder = _ladder(objective, w, i, loss)
    numerical = float("nan") if ladder.best is None else float(ladder.central[ladder.best])
    h = float(ladder.h[ladder.best or 0])
    verdict = _verdict(analytic, numerical, ladder)
    return Component(i, objective.names[i], analytic, numerical, ladder.error, h, verdict)


def _ladder(objective: Objective, w: Array, i: int, loss: float) -> _Ladder:
    """Differences along weight i; two more h than may be chosen, by which the error of the last is told."""
    size = abs(float(w[i]))
    if not LEAST_SIZE < size < np.inf:
        size = 0.0
    smallest = max(SMALLEST * min(1.0, size or 1.0), 4 * float(np.spacing(size)))
    count = 3 + int(np.log(max(1.0, size) / smallest) / np.log(FACTOR))
    h: Array = max(1.0, size) / FACTOR ** np.arange(count, dtype=np.float64)
    points = np.repeat(w[None, :], 2 * count, axis=0)
    points[:count, i] += h
    points[count:, i] -= h
    losses = objective.losses(points)
    above, below = losses[:count], losses[count:]
    to_right, to_left = points[:count, i] - w[i], w[i] - points[count:, i]
    central = (above - below) / (to_right + to_left)
    rounding = 4 * EPS * np.fmax(np.abs(above), np.abs(below)) / h
    changes = np.fmax(np.abs(central[:-2] - central[1:-1]), np.abs(central[:-2] - central[2:]))
    errors = rounding[:-2] + np.where(np.isfinite(central[1:-1]) & np.isfinite(central[2:]), changes, np.inf)
    errors = np.where(np.isfinite(errors), errors, np.inf)
    best = int(errors.argmin())
    return _Ladder(
        loss=loss,
        h=h,
        central=central,
        forward=(above - loss) / to_right,
        backward=(loss - below) / to_left,
        rounding=rounding,
        best=best if np.isfinite(errors[best]) else None,
        error=float(errors[best]),
    )


def _verdict(analytic: float, numerical: float, ladder: _Ladder) -> Verdict:
    if not np.isfinite(numerical):
        return Verdict.UNCLEAR
    if not np.isfinite(analytic):
        return Verdict.WRONG
    larger = max(abs(analytic), abs(numerical))
    if ladder.sides is not None:
        low, high = ladder.sides
        margin = TOLERANCE * max(abs(low), abs(high)) + 10 * ladder.error
        return Verdict.KINK if low - margin <= analytic <= high + margin else Verdict.WRONG
    if abs(analytic - numerical) > TOLERANCE * larger + 10 * ladder.error:
        return Verdict.WRONG
    is_certain = ladder.error <= CERTAIN * max(larger, CERTAIN * ladder.steepness)
    return Verdict.AGREES if is_certain else Verdict.UNCLEAR
