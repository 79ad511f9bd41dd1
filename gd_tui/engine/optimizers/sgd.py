"""Gradient descent, with and without momentum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gd_tui.engine.objective import Array
from gd_tui.engine.optimizers.lines import l2_decay, move, new_weight
from gd_tui.engine.optimizers.optimizer import At, OneWeight, Optimizer, State
from gd_tui.engine.settings import setting
from gd_tui.engine.terms import Number, Term, given, number
from gd_tui.errors import InputError


@dataclass(frozen=True)
class Sgd(Optimizer):
    """Gradient descent: w -= lr g; with momentum, in PyTorch's form, v = momentum v + (1 - dampening) g; w -= lr v.

    The first update takes v = g undamped; nesterov moves along g + momentum v. With lr_in_velocity the
    velocity holds lr g in place of g, and w -= v: the same run while the learning rate stays, another one
    where it changes (the form of Sutskever et al. 2013 and of Keras).
    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html
    """

    momentum: float = setting(0.0, "share of the velocity that is kept")
    dampening: float = setting(0.0, "share of the gradient that the velocity leaves out", below=1.0)
    nesterov: bool = setting(False, "look ahead along the velocity")
    weight_decay: float = setting(0.0, "L2 penalty added to the gradient: weight_decay × w")
    lr_in_velocity: bool = setting(False, "the velocity holds lr × gradient, and the move is the velocity")

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
        if self.momentum == 0:
            gradient *= at.lr
            w -= gradient
            return
        velocity, updates = state["velocity"], state["updates"]
        if self.lr_in_velocity:
            gradient *= at.lr
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
        if not self.lr_in_velocity:
            gradient *= at.lr
        w -= gradient

    def lines(self, one: OneWeight, at: At) -> tuple[Term, ...]:
        pull, lines = l2_decay(one, self.weight_decay)
        inside = self.momentum != 0 and self.lr_in_velocity
        if inside:
            scaled = at.lr * pull.value
            lines += (Term("scaled", (given("lr", at.lr), " × ", pull), scaled, "the gradient in steps of the rate"),)
            pull = number("scaled", scaled)
        if self.momentum != 0:
            lines += (self._velocity(one, pull),)
            if self.nesterov:
                lines += (self._look_ahead(one, pull),)
            pull = number(lines[-1].name, lines[-1].value)
        if inside:
            moved = move(
                (given("-1", -1), " × ", pull), -pull.value, f"against the {pull.symbol}, which holds the rate already"
            )
        else:
            against = f"against the {pull.symbol}, scaled by the learning rate"
            moved = move((given("-lr", -at.lr), " × ", pull), -at.lr * pull.value, against)
        return (*lines, moved, new_weight(one, number(one.name, one.w), moved))

    def _velocity(self, one: OneWeight, pull: Number) -> Term:
        value = float(one.after["velocity"])
        if one.before["updates"] == 0:
            return Term("velocity", (pull,), value, f"the first velocity is the {pull.symbol} itself", "state")
        old = (given("momentum", self.momentum), " × ", number("velocity", one.before["velocity"]))
        damped = (given("(1-dampening)", 1 - self.dampening), " × ") if self.dampening else ()
        return Term(
            "velocity", (*old, " + ", *damped, pull), value, "most of the old velocity, plus the new gradient", "state"
        )

    def _look_ahead(self, one: OneWeight, pull: Number) -> Term:
        velocity = number("velocity", one.after["velocity"])
        value = pull.value + self.momentum * velocity.value
        parts = (pull, " + ", given("momentum", self.momentum), " × ", velocity)
        return Term("look ahead", parts, value, "the gradient plus where the velocity leads", "state")
