"""Rprop: only the sign of the gradient counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gd_tui.engine.objective import Array
from gd_tui.engine.optimizers.lines import Parts, move, new_weight
from gd_tui.engine.optimizers.optimizer import At, OneWeight, Optimizer, State
from gd_tui.engine.settings import setting
from gd_tui.engine.terms import Term, given, number
from gd_tui.errors import InputError


@dataclass(frozen=True)
class Rprop(Optimizer):
    """Resilient propagation (Riedmiller & Braun 1993), in the form without backtracking (iRprop-), as in PyTorch.

    Each weight has its own step, at first the learning rate, which later plays no part. The step grows by eta_plus
    while the gradient keeps its sign and shrinks by eta_minus where the sign changes; there the weight stays for
    one update. w -= step sign(g).
    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.Rprop.html
    """

    eta_minus: float = setting(0.5, "factor of the step where the gradient changes its sign", below=1.0)
    eta_plus: float = setting(1.2, "factor of the step while the gradient keeps its sign", low=1.0)
    step_min: float = setting(1e-6, "the shortest step")
    step_max: float = setting(50.0, "the longest step")

    def __post_init__(self) -> None:
        if self.step_min > self.step_max:
            raise InputError(f"rprop: step_min must not be above step_max, {self.step_max:g}")

    def init(self, w: Array) -> State:
        return {"step": np.zeros_like(w), "previous": np.zeros_like(w), "updates": np.zeros(1)}

    def update(self, w: Array, gradient: Array, state: State, at: At) -> None:
        step, previous, updates = state["step"], state["previous"], state["updates"]
        if updates[0] == 0:
            step[:] = at.lr
        updates += 1
        previous *= gradient
        turned = previous < 0
        step[previous > 0] *= self.eta_plus
        step[turned] *= self.eta_minus
        np.maximum(step, self.step_min, out=step)
        np.minimum(step, self.step_max, out=step)
        gradient[turned] = 0
        previous[:] = gradient
        np.sign(gradient, out=gradient)
        gradient *= step
        w -= gradient

    def lines(self, one: OneWeight, at: At) -> tuple[Term, ...]:
        gradient = number("gradient", one.gradient)
        agreement = float(one.before["previous"] * one.gradient)
        turned = agreement < 0
        step = number("step", one.after["step"])
        sign = 0.0 if turned else float(np.sign(one.gradient))
        moved = move(
            ("-", step, " × ", given("sign", sign)),
            -step.value * sign,
            "the last move went too far: none this time" if turned else "one step against the sign of the gradient",
        )
        return (
            Term(
                "agreement",
                (number("previous", one.before["previous"]), " × ", gradient),
                agreement,
                "below 0 where the gradient changed its sign",
            ),
            self._step(one, at.lr, agreement),
            moved,
            new_weight(one, number(one.name, one.w), moved),
        )

    def _step(self, one: OneWeight, lr: float, agreement: float) -> Term:
        first = one.before["updates"] == 0
        parts: Parts = (given("lr", lr) if first else number("step", one.before["step"]),)
        value, meaning = lr if first else float(one.before["step"]), "the same step as before"
        if first:
            meaning = "the first step is the learning rate"
        elif agreement > 0:
            parts, meaning = (given("eta_plus", self.eta_plus), " × ", *parts), "same direction: a longer step"
            value *= self.eta_plus
        elif agreement < 0:
            parts, meaning = (given("eta_minus", self.eta_minus), " × ", *parts), "turned round: a shorter step"
            value *= self.eta_minus
        if value > self.step_max:
            parts, meaning = ("min(", given("step_max", self.step_max), ", ", *parts, ")"), "the longest step"
        elif value < self.step_min:
            parts, meaning = ("max(", given("step_min", self.step_min), ", ", *parts, ")"), "the shortest step"
        return Term("step", parts, float(one.after["step"]), meaning, "state")
