"""What an optimizer is: hyperparameters, a memory of named arrays, and an update done in place."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from gd_tui.engine.objective import Array
from gd_tui.engine.terms import Term

State = dict[str, Array]


class At(Protocol):
    """What an update is told of its place in the run."""

    k: int
    lr: float
    loss: float

    @property
    def random(self) -> np.random.Generator:
        """A generator made from (seed, k), so that update k draws the same numbers at every replay."""

    def losses(self, weights: Array) -> Array:
        """The loss of each row of `weights`, shape (m, d) -> (m,)."""


@dataclass(frozen=True)
class OneWeight:
    """What an update does to one weight: all its numbers before and after.

    Attributes:
        i, name: which weight. count: how many there are.
        w, new: its value before and after. gradient: dL/dw_i before.
        before, after: the optimizer's memory by name; of an array with one number for every weight, this
            weight's, of an array of shape (1,), that number.
    """

    i: int
    name: str
    count: int
    w: np.float64
    new: np.float64
    gradient: np.float64
    before: dict[str, np.float64]
    after: dict[str, np.float64]


class Optimizer(ABC):
    """A rule that turns a gradient into a move. Hyperparameters are the fields of its dataclass."""

    @abstractmethod
    def init(self, w: Array) -> State:
        """The memory before the first update: named float64 arrays, for weights of shape (d,)."""

    @abstractmethod
    def update(self, w: Array, gradient: Array, state: State, at: At) -> None:
        """Move w and the state one update on, in place; `gradient` may be used as scratch space."""

    def lines(self, one: OneWeight, at: At) -> tuple[Term, ...]:
        """The arithmetic of one weight's update; the last line is the new weight."""
        return (Term(f"new {one.name}", (), float(one.new), "the weight after the update", "weight"),)

    def terms(self, i: int, name: str, w: Array, gradient: Array, state: State, at: At) -> tuple[Term, ...]:
        """The arithmetic that `update` will do for weight i, called `name`; the last line is the new weight.

        The update is made on copies, so that what is told cannot differ from what will be done.
        """
        moved, memory = w.copy(), {key: array.copy() for key, array in state.items()}
        with np.errstate(all="ignore"):
            self.update(moved, gradient.copy(), memory, at)
            before, after = (
                {key: array[i] if array.shape == w.shape else array[0] for key, array in arrays.items()}
                for arrays in (state, memory)
            )
            return self.lines(OneWeight(i, name, len(w), w[i], moved[i], gradient[i], before, after), at)
