"""RMSprop: the gradient divided by its usual size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gd_tui.engine.objective import Array
from gd_tui.engine.optimizers.lines import l2_decay, move, new_weight, running_mean
from gd_tui.engine.optimizers.optimizer import At, OneWeight, Optimizer, State
from gd_tui.engine.settings import setting
from gd_tui.engine.terms import Number, Term, given, number


@dataclass(frozen=True)
class Rmsprop(Optimizer):
    """RMSprop (Hinton 2012, lecture 6e), with eps outside the root and no learning rate in the velocity, as in PyTorch.

    v = alpha v + (1 - alpha) g^2; w -= lr g / (sqrt(v) + eps). Centered, the square of the mean gradient is taken
    off v before the root. With momentum: velocity = momentum velocity + g / (sqrt(v) + eps); w -= lr velocity.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.RMSprop.html
    """

    alpha: float = setting(0.99, "share of the mean square v that is kept", below=1.0)
    eps: float = setting(1e-8, "keeps the division from blowing up")
    weight_decay: float = setting(0.0, "L2 penalty added to the gradient: weight_decay × w")
    momentum: float = setting(0.0, "share of the velocity that is kept")
    centered: bool = setting(False, "divide by the spread of the gradient about its mean")

    def init(self, w: Array) -> State:
        state = {"v": np.zeros_like(w)}
        if self.centered:
            state["mean"] = np.zeros_like(w)
        if self.momentum > 0:
            state["velocity"] = np.zeros_like(w)
        return state

    def update(self, w: Array, gradient: Array, state: State, at: At) -> None:
        v = state["v"]
        if self.weight_decay != 0:
            gradient += self.weight_decay * w
        v *= self.alpha
        v += (1 - self.alpha) * (gradient * gradient)
        if self.centered:
            mean = state["mean"]
            mean *= self.alpha
            mean += (1 - self.alpha) * gradient
            # Rounding can leave a spread of zero just below zero.
            v = np.maximum(v - mean * mean, 0.0)
        denominator = np.sqrt(v)
        denominator += self.eps
        gradient /= denominator
        if self.momentum > 0:
            velocity = state["velocity"]
            velocity *= self.momentum
            velocity += gradient
            gradient[:] = velocity
        gradient *= at.lr
        w -= gradient

    def lines(self, one: OneWeight, at: At) -> tuple[Term, ...]:
        pull, lines = l2_decay(one, self.weight_decay)
        alpha = ("alpha", self.alpha)
        lines += (running_mean(one, "v", alpha, (pull, "²"), "the squared gradient, averaged over the last updates"),)
        square = number("v", one.after["v"])
        if self.centered:
            spread = self._spread(one)
            lines += (running_mean(one, "mean", alpha, (pull,), "the gradient, averaged"), spread)
            square = number("spread", spread.value)
        root = float(np.sqrt(square.value) + self.eps)
        parts = ("√", square, " + ", given("eps", self.eps))
        lines += (Term("root", parts, root, "the usual size of the gradient"),)
        scaled = (pull, " / ", number("root", root))
        if self.momentum > 0:
            velocity = number("velocity", one.after["velocity"])
            old = (given("momentum", self.momentum), " × ", number("velocity", one.before["velocity"]), " + ")
            meaning = "most of the old velocity, plus the scaled gradient"
            lines += (Term("velocity", (*old, *scaled), velocity.value, meaning, "state"),)
            moved = self._move(at.lr, (velocity,), velocity.value)
        else:
            moved = self._move(at.lr, scaled, pull.value / np.float64(root))
        return (*lines, moved, new_weight(one, number(one.name, one.w), moved))

    def _spread(self, one: OneWeight) -> Term:
        mean = one.after["mean"]
        value = float(np.maximum(one.after["v"] - mean * mean, 0.0))
        parts = ("max(0, ", number("v", one.after["v"]), " - ", number("mean", mean), "²)")
        return Term("spread", parts, value, "how much the gradient varies about its mean")

    def _move(self, lr: float, parts: tuple[str | Number, ...], size: float) -> Term:
        meaning = "the gradient measured by its usual size, times the learning rate"
        return move((given("-lr", -lr), " × ", *parts), -lr * size, meaning)
