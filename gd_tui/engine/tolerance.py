"""When a run has converged."""

from __future__ import annotations

from math import inf

import numpy as np

from gd_tui.engine.objective import Array


class Tolerance:
    """When a run has converged: the loss is within 1e-15 of its known minimum or, where none is known,
    |gradient| <= 1e-10 max(1, |gradient at the start|).
    """

    def __init__(self, minimum: float | None, start_gradient: Array) -> None:
        self.minimum = minimum
        size = float(np.linalg.norm(start_gradient))
        self.norm = 1e-10 * (size if 1.0 < size < inf else 1.0)
        self.square = self.norm * self.norm

    def met(self, loss: float, gradient: Array) -> bool:
        """Whether a step with this loss and gradient is close enough."""
        if self.minimum is not None:
            return loss - self.minimum < 1e-15
        return bool(gradient.dot(gradient) <= self.square)

    @property
    def words(self) -> str:
        """The rule that was met."""
        if self.minimum is None:
            return f"|gradient| <= {self.norm:.3g}"
        return "loss < 1e-15" if self.minimum == 0 else f"loss - {self.minimum:.6g} < 1e-15"
