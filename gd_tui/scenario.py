"""Scenario: everything that fixes a run, so that the same scenario gives the same numbers everywhere."""

from __future__ import annotations

from math import isfinite

import msgspec

from gd_tui.errors import InputError

DEFAULT_PROBLEM = "explainer"


class Scenario(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What to descend, from where, and how.

    Attributes:
        problem: a name of the table of problems; settings: what `--problem-set` changes of it.
        data, target, features, standardize, drop_missing, bias: the table and how to use it.
        optimizer, hyperparameters: the update rule; lr: the learning rate, None for the problem's own.
        start: None for the problem's own, "zeros", "random" (a function of the seed), or the weights.

    Raises InputError for a learning rate or start that is no usable number.
    """

    problem: str = DEFAULT_PROBLEM
    settings: dict[str, float | tuple[float, ...]] = {}
    data: str | None = None
    target: str | None = None
    features: tuple[str, ...] = ()
    standardize: bool = False
    drop_missing: bool = False
    bias: bool = True
    optimizer: str = "sgd"
    hyperparameters: dict[str, float | bool] = {}
    lr: float | None = None
    start: str | tuple[float, ...] | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.lr is not None and not (isfinite(self.lr) and self.lr > 0):
            raise InputError(f"the learning rate must be a finite number above 0, not {self.lr:g}")
        if self.seed < 0:
            raise InputError(f"the seed must be 0 or above, not {self.seed}")
        if isinstance(self.start, str) and self.start not in ("zeros", "random"):
            raise InputError(f"start must be 'zeros', 'random' or a list of numbers, not {self.start!r}")
        if isinstance(self.start, tuple) and not all(isfinite(value) for value in self.start):
            raise InputError("every start weight must be a finite number")
