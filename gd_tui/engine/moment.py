"""What an update is told of its place in the run, and what is done to its gradient before it."""

from __future__ import annotations

import numpy as np

from gd_tui.engine.objective import Array, Objective


class Moment:
    """What an update is told of its place in the run."""

    __slots__ = ("_seed", "k", "loss", "lr", "objective")

    def __init__(self, objective: Objective, seed: int, lr: float) -> None:
        self.objective = objective
        self._seed = seed
        self.k = 0
        self.lr = lr
        self.loss = 0.0

    @property
    def random(self) -> np.random.Generator:
        """A generator that is a function of (seed, k) alone."""
        return np.random.Generator(np.random.Philox(key=self._seed, counter=[0, 0, 0, self.k]))

    def losses(self, weights: Array) -> Array:
        """The loss of each row of `weights`, shape (m, d) -> (m,), on the rows that the update uses."""
        return self.objective.losses(weights)


def clip_norm(gradient: Array, largest: float) -> None:
    """Scale a gradient, shape (d,), in place so that its Euclidean norm is at most `largest`.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html
    """
    share = largest / (np.sqrt(gradient.dot(gradient)) + 1e-6)
    if share < 1:
        gradient *= share
