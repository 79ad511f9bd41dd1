"""Adadelta: moves whose size follows from earlier moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gd_tui.engine.objective import Array
from gd_tui.engine.optimizers.lines import l2_decay, move, new_weight, running_mean
from gd_tui.engine.optimizers.optimizer import At, OneWeight, Optimizer, State
from gd_tui.engine.settings import setting
from gd_tui.engine.terms import Number, Term, given, number


@dataclass(frozen=True)
class Adadelta(Optimizer):
    """Adadelta (Zeiler 2012, arXiv:1212.5701); it is meant for a learning rate of 1.

    v = rho v + (1 - rho) g^2; delta = sqrt(v_delta + eps) / sqrt(v + eps) g;
    v_delta = rho v_delta + (1 - rho) delta^2; w -= lr delta.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.Adadelta.html
    """

    rho: float = setting(0.9, "share of the two mean squares that is kept", below=1.0)
    eps: float = setting(1e-6, "lets the first move begin, and keeps the division from blowing up")
    weight_decay: float = setting(0.0, "L2 penalty added to the gradient: weight_decay × w")

    def init(self, w: Array) -> State:
        return {"v": np.zeros_like(w), "v_delta": np.zeros_like(w)}

    def update(self, w: Array, gradient: Array, state: State, at: At) -> None:
        v, v_delta = state["v"], state["v_delta"]
        if self.weight_decay != 0:
            gradient += self.weight_decay * w
        v *= self.rho
        v += (1 - self.rho) * (gradient * gradient)
        delta = np.sqrt(v_delta + self.eps)
        delta /= np.sqrt(v + self.eps)
        delta *= gradient
        v_delta *= self.rho
        v_delta += (1 - self.rho) * (delta * delta)
        delta *= at.lr
        w -= delta

    def lines(self, one: OneWeight, at: At) -> tuple[Term, ...]:
        pull, lines = l2_decay(one, self.weight_decay)
        rho = ("rho", self.rho)
        size = self._root("rms_g", number("v", one.after["v"]), "the usual size of the gradient")
        reach = self._root("rms_delta", number("v_delta", one.before["v_delta"]), "the usual size of a move")
        ratio = reach.value / np.float64(size.value)
        delta = number("delta", ratio * pull.value)
        parts = (number("rms_delta", reach.value), " / ", number("rms_g", size.value), " × ", pull)
        moved = move(
            (given("-lr", -at.lr), " × ", delta), -at.lr * delta.value, "against delta, scaled by the learning rate"
        )
        return (
            *lines,
            running_mean(one, "v", rho, (pull, "²"), "the squared gradient, averaged over the last updates"),
            size,
            reach,
            Term("delta", parts, delta.value, "the gradient, brought to the usual size of a move"),
            running_mean(one, "v_delta", rho, (delta, "²"), "the squared delta, averaged over the last updates"),
            moved,
            new_weight(one, number(one.name, one.w), moved),
        )

    def _root(self, name: str, square: Number, meaning: str) -> Term:
        value = float(np.sqrt(square.value + self.eps))
        return Term(name, ("√(", square, " + ", given("eps", self.eps), ")"), value, meaning)
