"""Questions about an objective at one point: the lowest point of a slice, derivatives by differences."""

from __future__ import annotations

import numpy as np

from gd_tui.engine.objective import Array, Objective

SAMPLES = 129
"""Points of a slice that are compared at once."""


def slice_minimum(objective: Objective, w: Array, i: int, loss: float, slope: float) -> float | None:
    """The value of weight i that makes the loss least while the other weights stay; None if there is none.

    `loss` and `slope` are L and dL/dw_i at w.

    Exact (one Newton step) on a quadratic; otherwise the lowest of a grid over the objective's view, or a
    range around w_i that is doubled until the loss rises at both ends, narrowed down around the best point.
    """
    if not np.isfinite(w).all():
        return None
    if objective.quadratic:
        return _vertex(float(w[i]), slope, objective.curvature(w, i))
    low, high = _range(objective, w, i)
    for _ in range(60):
        xs = np.linspace(low, high, SAMPLES)
        best = _lowest_index(objective.slice(w, i, xs, loss, slope))
        if best is None:
            return None
        if 0 < best < SAMPLES - 1:
            return _narrow(objective, w, i, (xs[best - 1], xs[best + 1]), loss, slope)
        reach = high - low
        low, high = (low - reach, high) if best == 0 else (low, high + reach)
    return None


def _vertex(w: float, slope: float, curvature: float) -> float | None:
    if not curvature > 0:
        return None
    x = w - slope / curvature
    return x if np.isfinite(x) else None


def _range(objective: Objective, w: Array, i: int) -> tuple[float, float]:
    reach = max(1.0, abs(float(w[i])))
    low, high = float(w[i]) - reach, float(w[i]) + reach
    if objective.view is not None:
        return min(low, float(objective.view[i, 0])), max(high, float(objective.view[i, 1]))
    return low, high


def _narrow(objective: Objective, w: Array, i: int, bracket: tuple[float, float], loss: float, slope: float) -> float:
    """The lowest point of a bracketed valley, to the precision that differences of the loss can tell."""
    low, high = bracket
    for _ in range(6):
        xs = np.linspace(low, high, SAMPLES)
        best = _lowest_index(objective.slice(w, i, xs, loss, slope))
        if best is None or best in (0, SAMPLES - 1):
            break
        low, high = xs[best - 1], xs[best + 1]
    return _polish(objective, w, i, 0.5 * (low + high))


def _polish(objective: Objective, w: Array, i: int, x: float) -> float:
    """Newton steps on the slope, which stays precise where the loss has gone flat."""
    point, gradient = w.copy(), np.empty_like(w)
    for _ in range(4):
        point[i] = x
        with np.errstate(all="ignore"):
            objective.loss_and_gradient(point, gradient)
            step = gradient[i] / objective.curvature(point, i)
        if not np.isfinite(step) or abs(step) > 1e-3 * max(1.0, abs(x)):
            break
        x -= float(step)
    return x


def _lowest_index(losses: Array) -> int | None:
    finite = np.where(np.isfinite(losses), losses, np.inf)
    return int(finite.argmin()) if np.isfinite(finite).any() else None


def central_difference(objective: Objective, w: Array, i: int, h: float) -> float:
    """(L(w + h e_i) - L(w - h e_i)) / 2h."""
    points = np.stack([w, w])
    points[0, i] += h
    points[1, i] -= h
    above, below = objective.losses(points)
    return float((above - below) / (points[0, i] - points[1, i]))


def euclidean_norm(vector: Array) -> float:
    """The Euclidean norm, scaled so that it overflows only where the result does."""
    largest = float(np.abs(vector).max())
    if not 0 < largest < np.inf:
        return largest
    return largest * float(np.linalg.norm(vector / largest))
