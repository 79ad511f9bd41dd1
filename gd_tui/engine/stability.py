"""How large a learning rate may be before steps along the steepest direction grow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gd_tui.engine.objective import Array, Objective
from gd_tui.engine.optimizers import Optimizer
from gd_tui.engine.optimizers.sgd import Sgd


@dataclass(frozen=True)
class Stability:
    """Curvatures at a point, and what they mean for the learning rate.

    Attributes:
        largest, smallest: eigenvalues of the Hessian. condition: their ratio, where both are above 0.
        limit: rates below it are stable along every direction; None where that is not known, for a reason that
            `why_not` says. best: the constant rate of the fastest descent, for plain gradient descent.
    """

    largest: float
    smallest: float
    condition: float | None
    limit: float | None
    best: float | None
    why_not: str = ""


def stability_of(objective: Objective, w: Array, optimizer: Optimizer) -> Stability:
    """The stability of `optimizer` on the objective at w, shape (d,), as of the quadratic that fits it there.

    With curvature h, momentum m and dampening t the update w -= lr v, v = m v + (1 - t) g is stable for
    lr < 2 (1 + m) / ((1 - t) h); with Nesterov's look ahead, w -= lr (g + m v), for
    lr < 2 (1 + m) / ((1 + 2 m) h): there a root of the characteristic polynomial passes -1. Weight decay adds to h.
    Source: Lessard, Recht & Packard 2016, SIAM Journal on Optimization 26(1); Nesterov's limit from
    z^2 - (1 + m)(1 - lr h) z + m (1 - lr h) = 0 at z = -1.
    """
    hessian = objective.hessian(w)
    if not np.isfinite(hessian).all():
        return Stability(np.nan, np.nan, None, None, None, "the curvature is not finite here")
    eigenvalues = np.linalg.eigvalsh(hessian)
    smallest, largest = float(eigenvalues[0]), float(eigenvalues[-1])
    condition = largest / smallest if smallest > 0 else None
    if not isinstance(optimizer, Sgd):
        why_not = "it is known for gradient descent with or without momentum only"
        return Stability(largest, smallest, condition, None, None, why_not)
    bent = largest + optimizer.weight_decay
    if optimizer.momentum >= 1:
        return Stability(largest, smallest, condition, None, None, "with a momentum of 1 or more nothing comes to rest")
    if not bent > 0:
        return Stability(largest, smallest, condition, None, None, "the loss does not bend upwards here")
    momentum = optimizer.momentum
    share = 1 + 2 * momentum if optimizer.nesterov else 1 - optimizer.dampening if momentum else 1.0
    limit = 2 * (1 + momentum) / (share * bent)
    low = smallest + optimizer.weight_decay
    best = 2 / (bent + low) if momentum == 0 and low > 0 else None
    return Stability(largest, smallest, condition, limit, best)
