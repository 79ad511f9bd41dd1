"""Questions about an objective at one point: the lowest point of a slice, derivatives by differences."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gd_tui.engine.objective import Array, Objective

EPS = float(np.finfo(np.float64).eps)
SAMPLES = 257
"""Points of a slice that are compared at once."""
VALLEYS = 4
"""Valleys of a slice that are looked into."""


def slice_minimum(objective: Objective, w: Array, i: int, loss: float, slope: float) -> float | None:
    """The value of weight i that makes the loss least while the other weights stay; None if there is none.

    `loss` and `slope` are L and dL/dw_i at w.

    Exact (one Newton step) on a quadratic. Otherwise a range around w_i, twice as wide as the objective's view, is
    doubled until the lowest of its samples lies well inside; then the lowest valleys are narrowed down.
    """
    if not np.isfinite(w).all():
        return None
    if objective.quadratic:
        return _vertex(float(w[i]), slope, objective.curvature(w, i))

    def at(xs: Array) -> Array:
        losses = objective.slice(w, i, xs, loss, slope)
        return np.where(np.isfinite(losses), losses, np.inf)

    low, high = _range(objective, w, i)
    for _ in range(60):
        xs = np.linspace(low, high, SAMPLES)
        losses = at(xs)
        best = int(losses.argmin())
        if SAMPLES // 4 <= best < SAMPLES - SAMPLES // 4 and np.isfinite(losses[best]):
            narrowed = np.array([_narrow(at, *valley) for valley in _valleys(xs, losses)])
            polished = np.array([_polish(objective, w, i, x) for x in narrowed.tolist()])
            lowest = at(narrowed)
            found = np.where(at(polished) <= lowest + 4 * EPS * np.abs(lowest), polished, narrowed)
            return float(found[at(found).argmin()])
        low, high = low - (high - low) / 2, high + (high - low) / 2
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
        first, last = objective.view[i].tolist()
        return min(low, first - (last - first)), max(high, last + (last - first))
    return low, high


def _valleys(xs: Array, losses: Array) -> list[tuple[float, float]]:
    """The ends of the valleys that the samples show, the few lowest of them."""
    inside = losses[1:-1]
    bottoms = 1 + np.flatnonzero((inside <= losses[:-2]) & (inside <= losses[2:]) & np.isfinite(inside))
    lowest = bottoms[np.argsort(losses[bottoms], kind="stable")[:VALLEYS]]
    return [(float(xs[i - 1]), float(xs[i + 1])) for i in lowest]


def _narrow(at: Callable[[Array], Array], low: float, high: float) -> float:
    """The lowest point of a valley, to the precision that differences of the loss can tell: at a kink, exactly."""
    for _ in range(18):
        xs = np.linspace(low, high, 33)
        losses = at(xs)
        best = int(losses.argmin())
        if best in (0, len(xs) - 1) or losses.max() - losses[best] <= 4 * EPS * abs(losses[best]):
            break
        low, high = float(xs[best - 1]), float(xs[best + 1])
    return 0.5 * (low + high)


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


def central_difference(objective: Objective, w: Array, i: int, h: float) -> float:
    """(L(w + h e_i) - L(w - h e_i)) / 2h."""
    points = np.stack([w, w])
    points[0, i] += h
    points[1, i] -= h
    above, below = objective.losses(points)
    return float((above - below) / (points[0, i] - points[1, i]))


def hessian_by_differences(objective: Objective, w: Array) -> Array:
    """The Hessian at w, shape (d, d), by central differences of the gradient, made symmetric."""
    d = len(w)
    hessian, above, below = np.empty((d, d)), np.empty(d), np.empty(d)
    for i, h in enumerate((np.cbrt(EPS) * np.maximum(1.0, np.abs(w))).tolist()):
        point = w.copy()
        point[i] = high = w[i] + h
        objective.loss_and_gradient(point, above)
        point[i] = low = w[i] - h
        objective.loss_and_gradient(point, below)
        with np.errstate(all="ignore"):
            hessian[i] = (above - below) / (high - low)
    with np.errstate(all="ignore"):
        symmetric: Array = 0.5 * (hessian + hessian.T)
    return symmetric


def euclidean_norm(vector: Array) -> float:
    """The Euclidean norm, scaled so that it overflows only where the result does."""
    largest = float(np.abs(vector).max())
    if not 0 < largest < np.inf:
        return largest
    return largest * float(np.linalg.norm(vector / largest))
