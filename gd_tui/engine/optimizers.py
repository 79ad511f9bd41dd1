"""Optimizers as init/update pairs, with PyTorch's formulas, names and defaults.

An optimizer keeps nothing of its own: `init(w)` makes its memory as named arrays, `update` changes the
weights and that memory in place. So any past update can be computed again, bit for bit.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Protocol

import numpy as np

from gd_tui.engine.objective import Array
from gd_tui.engine.terms import Term, given, number
from gd_tui.errors import InputError, unknown

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


class Optimizer(ABC):
    """A rule that turns a gradient into a move. Hyperparameters are the fields of its dataclass."""

    @abstractmethod
    def init(self, w: Array) -> State:
        """The memory before the first update: named float64 arrays, for weights of shape (d,)."""

    @abstractmethod
    def update(self, w: Array, gradient: Array, state: State, at: At) -> None:
        """Move w and the state one update on, in place; `gradient` may be used as scratch space."""

    @abstractmethod
    def terms(self, i: int, name: str, w: Array, gradient: Array, state: State, at: At) -> tuple[Term, ...]:
        """The arithmetic that `update` will do for weight i, called `name`; the last line is the new weight."""


def hyperparameter(default: float | bool, meaning: str, low: float = 0.0, below: float = np.inf) -> Any:
    """A dataclass field whose values lie in [low, below)."""
    return field(default=default, metadata={"meaning": meaning, "low": low, "below": below})


def _decay(weight_decay: float, name: str, w: float, gradient: float) -> tuple[float, tuple[Term, ...]]:
    """The gradient that the update works with: L2 weight decay adds weight_decay * w to it."""
    if weight_decay == 0:
        return gradient, ()
    value = gradient + weight_decay * w
    parts = (number("gradient", gradient), " + ", given("decay", weight_decay), " × ", number(name, w))
    return value, (Term("decayed", parts, value, "weight decay pulls the weight towards zero", "gradient"),)


def _new_weight(name: str, w: float, move: float) -> Term:
    parts = (number(name, w), " + ", number("move", move))
    return Term(f"new {name}", parts, w + move, "the weight after the update", "weight")


@dataclass(frozen=True)
class Sgd(Optimizer):
    """Gradient descent, with momentum in PyTorch's form: v = momentum v + (1 - dampening) g; w -= lr v.

    The first update takes v = g undamped; nesterov moves along g + momentum v.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html
    """

    momentum: float = hyperparameter(0.0, "share of the velocity that is kept")
    dampening: float = hyperparameter(0.0, "share of the gradient that the velocity leaves out", below=1.0)
    nesterov: bool = hyperparameter(False, "look ahead along the velocity")
    weight_decay: float = hyperparameter(0.0, "L2 penalty added to the gradient: weight_decay × w")

    def __post_init__(self) -> None:
        if self.nesterov and (self.momentum <= 0 or self.dampening != 0):
            raise InputError("sgd: nesterov needs a momentum above 0 and a dampening of 0")

    def init(self, w: Array) -> State:
        if self.momentum == 0:
            return {}
        return {"velocity": np.zeros_like(w), "updates": np.zeros(1)}

    def update(self, w: Array, gradient: Array, state: State, at: At) -> None:
        if self.weight_decay != 0:
            gradient += self.weight_decay * w
        if self.momentum != 0:
            velocity, updates = state["velocity"], state["updates"]
            if updates[0] == 0:
                velocity[:] = gradient
            else:
                velocity *= self.momentum
                velocity += (1 - self.dampening) * gradient
            updates += 1
            if self.nesterov:
                gradient += self.momentum * velocity
            else:
                gradient[:] = velocity
        gradient *= at.lr
        w -= gradient

    def terms(self, i: int, name: str, w: Array, gradient: Array, state: State, at: At) -> tuple[Term, ...]:
        g, lines = _decay(self.weight_decay, name, w[i], gradient[i])
        symbol, direction = "gradient" if not lines else "decayed", g
        if self.momentum != 0:
            velocity = self._velocity(g, symbol, float(state["velocity"][i]), state["updates"][0] == 0)
            lines += (velocity,)
            direction = velocity.value
            if self.nesterov:
                ahead = g + self.momentum * velocity.value
                sum_ = (
                    number(symbol, g),
                    " + ",
                    given("momentum", self.momentum),
                    " × ",
                    number("velocity", velocity.value),
                )
                lines += (Term("look ahead", sum_, ahead, "the gradient plus where the velocity leads", "state"),)
                direction = ahead
            symbol = lines[-1].name
        move = -at.lr * direction
        parts = (given("-lr", -at.lr), " × ", number(symbol, direction))
        lines += (Term("move", parts, move, f"against the {symbol}, scaled by the learning rate", "move"),)
        return (*lines, _new_weight(name, w[i], move))

    def _velocity(self, g: float, symbol: str, velocity: float, first: bool) -> Term:
        if first:
            return Term("velocity", (number(symbol, g),), g, "the first velocity is the gradient itself", "state")
        share = 1 - self.dampening
        value = self.momentum * velocity + share * g
        damped = (given("1-dampening", share), " × ") if self.dampening else ()
        parts = (
            given("momentum", self.momentum),
            " × ",
            number("velocity", velocity),
            " + ",
            *damped,
            number(symbol, g),
        )
        return Term("velocity", parts, value, "most of the old velocity, plus the new gradient", "state")


@dataclass(frozen=True)
class Adam(Optimizer):
    """Adam (Kingma & Ba 2015, arXiv:1412.6980, Algorithm 1), with L2 weight decay and AMSGrad as in PyTorch.

    m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; m_hat = m / (1 - beta1^t);
    v_hat = v / (1 - beta2^t); w -= lr m_hat / (sqrt(v_hat) + eps).
    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.Adam.html
    """

    beta1: float = hyperparameter(0.9, "share of the mean gradient m that is kept", below=1.0)
    beta2: float = hyperparameter(0.999, "share of the mean square v that is kept", below=1.0)
    eps: float = hyperparameter(1e-8, "keeps the division from blowing up")
    weight_decay: float = hyperparameter(0.0, "L2 penalty added to the gradient: weight_decay × w")
    amsgrad: bool = hyperparameter(False, "divide by the largest v so far")

    def init(self, w: Array) -> State:
        state = {"m": np.zeros_like(w), "v": np.zeros_like(w), "updates": np.zeros(1)}
        if self.amsgrad:
            state["v_max"] = np.zeros_like(w)
        return state

    def update(self, w: Array, gradient: Array, state: State, at: At) -> None:
        m, v, updates = state["m"], state["v"], state["updates"]
        updates += 1
        t = float(updates[0])
        if self.weight_decay != 0:
            gradient += self.weight_decay * w
        m *= self.beta1
        m += (1 - self.beta1) * gradient
        gradient *= gradient
        gradient *= 1 - self.beta2
        v *= self.beta2
        v += gradient
        if self.amsgrad:
            v = np.maximum(state["v_max"], v, out=state["v_max"])
        denominator = np.sqrt(v, out=gradient)
        denominator /= (1 - self.beta2**t) ** 0.5
        denominator += self.eps
        np.divide(m, denominator, out=denominator)
        denominator *= at.lr / (1 - self.beta1**t)
        w -= denominator

    def terms(self, i: int, name: str, w: Array, gradient: Array, state: State, at: At) -> tuple[Term, ...]:
        g, lines = _decay(self.weight_decay, name, w[i], gradient[i])
        symbol = "gradient" if not lines else "decayed"
        t = float(state["updates"][0]) + 1
        old_m, old_v = float(state["m"][i]), float(state["v"][i])
        m = self.beta1 * old_m + (1 - self.beta1) * g
        v = self.beta2 * old_v + (1 - self.beta2) * (g * g)
        lines += (
            Term(
                "m",
                (
                    given("beta1", self.beta1),
                    " × ",
                    number("m", old_m),
                    " + ",
                    given("(1-beta1)", 1 - self.beta1),
                    " × ",
                    number(symbol, g),
                ),
                m,
                "the gradient, averaged over the last updates",
                "state",
            ),
            Term(
                "v",
                (
                    given("beta2", self.beta2),
                    " × ",
                    number("v", old_v),
                    " + ",
                    given("(1-beta2)", 1 - self.beta2),
                    " × ",
                    number(symbol, g),
                    "²",
                ),
                v,
                "the squared gradient, averaged over many more updates",
                "state",
            ),
        )
        root = v
        if self.amsgrad:
            old_max = float(state["v_max"][i])
            root = max(old_max, v) if v == v else v
            lines += (
                Term(
                    "v_max",
                    ("max(", number("v_max", old_max), ", ", number("v", v), ")"),
                    root,
                    "the largest v so far",
                    "state",
                ),
            )
        return (*lines, *self._move(name, float(w[i]), m, root, t, at.lr))

    def _move(self, name: str, w: float, m: float, v: float, t: float, lr: float) -> tuple[Term, ...]:
        bias1, bias2 = 1 - self.beta1**t, 1 - self.beta2**t
        m_hat, v_hat = m / bias1, v / bias2
        move = -(lr / bias1) * (m / (np.sqrt(v) / bias2**0.5 + self.eps))
        source = "v_max" if self.amsgrad else "v"
        return (
            Term(
                "m_hat",
                (number("m", m), " / ", given(f"(1-beta1^{t:g})", bias1)),
                m_hat,
                "m, freed of its start at zero",
                "state",
            ),
            Term(
                "v_hat",
                (number(source, v), " / ", given(f"(1-beta2^{t:g})", bias2)),
                v_hat,
                f"{source}, freed of its start at zero",
                "state",
            ),
            Term(
                "move",
                (
                    given("-lr", -lr),
                    " × ",
                    number("m_hat", m_hat),
                    " / (√",
                    number("v_hat", v_hat),
                    " + ",
                    given("eps", self.eps),
                    ")",
                ),
                float(move),
                "about one learning rate, whatever the size of the gradient",
                "move",
            ),
            _new_weight(name, w, float(move)),
        )


@dataclass(frozen=True)
class OptimizerEntry:
    """A line of the table of optimizers: the rule, and the defaults that make it go by this name."""

    name: str
    description: str
    rule: Callable[..., Optimizer]
    defaults: Mapping[str, float | bool] = field(default_factory=dict)

    def hyperparameters(self) -> dict[str, float | bool]:
        """Names and default values, in the order of the rule's fields."""
        known = {f.name: f.default for f in fields(self.rule) if f.default is not MISSING}  # type: ignore[arg-type]
        return known | dict(self.defaults)

    def meaning(self, hyperparameter_name: str) -> str:
        """What a hyperparameter does, in words."""
        return str(self._field(hyperparameter_name).metadata["meaning"])

    def make(self, settings: Mapping[str, float | bool]) -> Optimizer:
        """The optimizer with these hyperparameters. Raises InputError for a wrong name or value."""
        for key, value in settings.items():
            self._check(key, value)
        return self.rule(**(self.hyperparameters() | dict(settings)))

    def _field(self, key: str) -> Any:
        return next(f for f in fields(self.rule) if f.name == key)  # type: ignore[arg-type]

    def _check(self, key: str, value: float | bool) -> None:
        defaults = self.hyperparameters()
        if key not in defaults:
            raise unknown(f"hyperparameter of {self.name}", key, defaults)
        if isinstance(defaults[key], bool) != isinstance(value, bool):
            wanted = "true or false" if isinstance(defaults[key], bool) else "a number"
            raise InputError(f"{self.name}: {key} must be {wanted}, not {value!r}")
        limits = self._field(key).metadata
        if not limits["low"] <= value < limits["below"]:
            room = f"at least {limits['low']:g}"
            room += f" and below {limits['below']:g}" if np.isfinite(limits["below"]) else " and finite"
            raise InputError(f"{self.name}: {key} must be {room}, not {value:g}")


OPTIMIZERS: dict[str, OptimizerEntry] = {
    entry.name: entry
    for entry in (
        OptimizerEntry("sgd", "gradient descent: a step against the gradient", Sgd),
        OptimizerEntry("momentum", "sgd with a velocity that remembers the last gradients", Sgd, {"momentum": 0.9}),
        OptimizerEntry("nesterov", "momentum that looks ahead", Sgd, {"momentum": 0.9, "nesterov": True}),
        OptimizerEntry("adam", "a step of its own size for each weight, from running means", Adam),
    )
}


def make_optimizer(name: str, settings: Mapping[str, float | bool]) -> Optimizer:
    """The optimizer called `name`. Raises InputError for an unknown name or a wrong hyperparameter."""
    if name not in OPTIMIZERS:
        raise unknown("optimizer", name, OPTIMIZERS)
    return OPTIMIZERS[name].make(settings)
