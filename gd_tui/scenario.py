"""Scenario: everything that fixes a run, so that the same scenario gives the same numbers everywhere."""

from __future__ import annotations

import re
from math import isfinite
from typing import Literal

import msgspec

from gd_tui.errors import InputError, unknown

DEFAULT_PROBLEM = "explainer"


class Scenario(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What to descend, from where, and how.

    Attributes:
        problem: a name of the table of problems; settings: what `--problem-set` changes of it.
        data, target, features, standardize, drop_missing, bias, positive: the table and how to use it;
            `positive` is the label of class 1 of two.
        degree: of a polynomial. hidden, activation: the hidden layer of a network.
        loss, reduction, delta: the loss of a row (None for the problem's own), how rows are put together,
            and where Huber's loss turns straight. l1, l2: penalties on the weights, biases left out.
        function, module: what the user typed or wrote.
        optimizer, hyperparameters: the update rule; lr: the learning rate, None for the problem's own.
        schedule, schedule_settings: how the learning rate changes. clip: the largest gradient norm.
        batch: rows per update, None for all.
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
    positive: str | None = None
    degree: int = 2
    loss: str | None = None
    reduction: Literal["mean", "sum"] = "mean"
    delta: float = 1.0
    l1: float = 0.0
    l2: float = 0.0
    hidden: int = 8
    activation: str = "tanh"
    function: str | None = None
    module: str | None = None
    optimizer: str = "sgd"
    hyperparameters: dict[str, float | bool] = {}
    lr: float | None = None
    schedule: str = "constant"
    schedule_settings: dict[str, float | tuple[float, ...]] = {}
    clip: float | None = None
    batch: int | None = None
    start: str | tuple[float, ...] | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.lr is not None and not (isfinite(self.lr) and self.lr > 0):
            raise InputError(f"the learning rate must be a finite number above 0, not {self.lr:g}")
        for name, value in (("delta", self.delta), ("clip", self.clip)):
            if value is not None and not (isfinite(value) and value > 0):
                raise InputError(f"{name} must be a finite number above 0, not {value:g}")
        for name, value in (("l1", self.l1), ("l2", self.l2)):
            if not (isfinite(value) and value >= 0):
                raise InputError(f"{name} must be a finite number of 0 or more, not {value:g}")
        for name, count in (("batch", self.batch), ("hidden", self.hidden)):
            if count is not None and count < 1:
                raise InputError(f"{name} must be 1 or more, not {count}")
        if not 0 <= self.degree <= 30:
            raise InputError(f"degree must lie between 0 and 30, not {self.degree}")
        if self.seed < 0:
            raise InputError(f"the seed must be 0 or above, not {self.seed}")
        if isinstance(self.start, str) and self.start not in ("zeros", "random"):
            raise InputError(f"start must be 'zeros', 'random' or a list of numbers, not {self.start!r}")
        if isinstance(self.start, tuple) and not all(isfinite(value) for value in self.start):
            raise InputError("every start weight must be a finite number")


def to_toml(scenario: Scenario) -> str:
    """The scenario as TOML; what is as it is by default is left out. Numbers read back to the same float64."""
    return msgspec.toml.encode(scenario).decode()


def from_toml(text: str, source: str) -> Scenario:
    """The scenario of a TOML text. Raises InputError that names the source, the key, and what was expected."""
    try:
        return msgspec.toml.decode(text, type=Scenario)
    except msgspec.ValidationError as error:
        raise InputError(f"{source}: {_plain(str(error))}") from None
    except msgspec.DecodeError as error:
        raise InputError(f"{source}: not TOML: {error}") from None
    except RecursionError:
        raise InputError(f"{source}: not TOML that makes sense: it is nested too deeply") from None
    except InputError as error:
        raise InputError(f"{source}: {error}") from None


def _plain(message: str) -> str:
    """msgspec's words for a wrong key or type, with the key first: `lr: expected float or null, got str`."""
    if found := re.match(r"Object contains unknown field `(.*)`$", message):
        return str(unknown("key", found[1], Scenario.__struct_fields__))
    what, _, where = message.partition(" - at `$.")
    what = what.replace("`", "").replace("Expected", "expected").replace(" | null", "").replace(" | ", " or ")
    return f"{where.rstrip('`')}: {what}" if where else what
