"""Steepest descent with a step found by trying."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gd_tui.engine.objective import Array
from gd_tui.engine.optimizers.lines import move, new_weight
from gd_tui.engine.optimizers.optimizer import At, OneWeight, Optimizer, State
from gd_tui.engine.settings import setting
from gd_tui.engine.terms import Term, given, number
from gd_tui.errors import InputError


@dataclass(frozen=True)
class LineSearch(Optimizer):
    """Backtracking: the first of the steps lr, rho lr, rho^2 lr ... that meets Armijo's condition
    L(w - step g) <= L(w) - c1 step |g|^2; where none of them does, the weights stay.

    Near a minimum above zero the promised fall drowns in the rounding of L, at a gradient of about the square root
    of that rounding: there it comes to rest.

    Source: Nocedal & Wright, Numerical Optimization (2nd ed., 2006), Algorithm 3.1; Armijo (1966).
    """

    c1: float = setting(1e-4, "share of the promised fall that a step must keep", below=1.0)
    rho: float = setting(0.5, "factor by which a step that is too long is shortened", below=1.0)
    max_trials: float = setting(50.0, "how many steps are tried before the weights stay", low=1.0, below=1001.0)

    def __post_init__(self) -> None:
        if self.max_trials != int(self.max_trials):
            raise InputError(f"line-search: max_trials must be a whole number, not {self.max_trials:g}")

    def init(self, w: Array) -> State:
        return {"step": np.zeros(1), "trials": np.zeros(1), "slope": np.zeros(1), "trial_loss": np.zeros(1)}

    def update(self, w: Array, gradient: Array, state: State, at: At) -> None:
        slope, step, loss, trials = float(gradient.dot(gradient)), at.lr, at.loss, 0
        while trials < self.max_trials:
            trial = w - step * gradient
            loss = float(at.losses(trial[None, :])[0])
            trials += 1
            if loss <= at.loss - self.c1 * step * slope:
                w[:] = trial
                break
            step *= self.rho
        else:
            step = 0.0
        state["step"][0], state["trials"][0] = step, trials
        state["slope"][0], state["trial_loss"][0] = slope, loss

    def lines(self, one: OneWeight, at: At) -> tuple[Term, ...]:
        slope, step = number("slope", one.after["slope"]), number("step", one.after["step"])
        trials, weight = int(one.after["trials"]), number(one.name, one.w)
        steepness = Term("slope", (), slope.value, "the squared length of the gradient", "state")
        if step.value == 0:
            stays = Term("step", (), 0.0, f"none of {trials} steps lowered the loss enough: all weights stay", "state")
            same = Term(f"new {one.name}", (weight,), float(one.new), "the weight stays", "weight")
            return (steepness, stays, same)
        lr, promised = given("lr", at.lr), at.loss - self.c1 * step.value * slope.value
        halved = (lr, " × ", given(f"rho^{trials - 1}", self.rho ** (trials - 1))) if trials > 1 else (lr,)
        bound = (number("loss", at.loss), " - ", given("c1", self.c1), " × ", step, " × ", slope)
        against = "against the gradient, as far as the step goes"
        moved = move(("-", step, " × ", number("gradient", one.gradient)), -step.value * one.gradient, against)
        return (
            steepness,
            Term("step", halved, step.value, f"the first of {trials} tried that is short enough", "state"),
            Term("bound", bound, promised, "how low the loss must come"),
            Term("trial loss", (), float(one.after["trial_loss"]), "the loss there: within the bound", "state"),
            moved,
            new_weight(one, weight, moved),
        )
