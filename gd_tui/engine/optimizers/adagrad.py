"""Adagrad: steps that shrink with all the gradients seen so far."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gd_tui.engine.objective import Array
from gd_tui.engine.optimizers.lines import l2_decay, move, new_weight
from gd_tui.engine.optimizers.optimizer import At, OneWeight, Optimizer, State
from gd_tui.engine.settings import setting
from gd_tui.engine.terms import Number, Term, given, number


@dataclass(frozen=True)
class Adagrad(Optimizer):
    """Adagrad (Duchi, Hazan & Singer 2011): squares += g^2; w -= lr / (1 + (t - 1) lr_decay) g / (sqrt(squares) + eps).

    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.Adagrad.html
    """

    lr_decay: float = setting(0.0, "divides the learning rate by 1 + lr_decay × updates made")
    weight_decay: float = setting(0.0, "L2 penalty added to the gradient: weight_decay × w")
    initial_accumulator_value: float = setting(0.0, "what the sum of squares starts at")
    eps: float = setting(1e-10, "keeps the division from blowing up")

    def init(self, w: Array) -> State:
        return {"squares": np.full_like(w, self.initial_accumulator_value), "updates": np.zeros(1)}

    def update(self, w: Array, gradient: Array, state: State, at: At) -> None:
        squares, updates = state["squares"], state["updates"]
        lr = at.lr / (1 + float(updates[0]) * self.lr_decay)
        updates += 1
        if self.weight_decay != 0:
            gradient += self.weight_decay * w
        squares += gradient * gradient
        denominator = np.sqrt(squares)
        denominator += self.eps
        gradient *= lr
        gradient /= denominator
        w -= gradient

    def lines(self, one: OneWeight, at: At) -> tuple[Term, ...]:
        pull, lines = l2_decay(one, self.weight_decay)
        squares = number("squares", one.after["squares"])
        total = (number("squares", one.before["squares"]), " + ", pull, "²")
        lines += (Term("squares", total, squares.value, "all squared gradients so far, added up", "state"),)
        rate = given("-lr", -at.lr)
        if self.lr_decay != 0:
            rate, decayed = self._rate(one, at.lr)
            lines += (decayed,)
        moved = move(
            (rate, " × ", pull, " / (√", squares, " + ", given("eps", self.eps), ")"),
            rate.value * pull.value / (np.sqrt(one.after["squares"]) + self.eps),
            "the more it has been pulled before, the smaller the move",
        )
        return (*lines, moved, new_weight(one, number(one.name, one.w), moved))

    def _rate(self, one: OneWeight, lr: float) -> tuple[Number, Term]:
        growth = 1 + float(one.before["updates"]) * self.lr_decay
        parts = (given("-lr", -lr), " / ", given("(1+updates·lr_decay)", growth))
        rate = number("-rate", -lr / growth)
        return rate, Term("-rate", parts, rate.value, "a learning rate that shrinks by itself")
