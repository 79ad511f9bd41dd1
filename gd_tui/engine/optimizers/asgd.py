"""Averaged gradient descent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gd_tui.engine.objective import Array
from gd_tui.engine.optimizers.lines import Parts, l2_decay, move, new_weight, shrunk
from gd_tui.engine.optimizers.optimizer import At, OneWeight, Optimizer, State
from gd_tui.engine.settings import setting
from gd_tui.engine.terms import Term, number


@dataclass(frozen=True)
class Asgd(Optimizer):
    """Averaged stochastic gradient descent (Polyak & Juditsky 1992), in PyTorch's form.

    w *= 1 - lambd eta; w -= eta g; average += mu (w - average). The trajectory is w; the average lies beside it in
    the memory. After update t: eta = lr / (1 + lambd lr t)^alpha and mu = 1 / max(1, t - t0), both for the update
    that follows: so a change of the learning rate shows one update late, as it does there.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.ASGD.html
    """

    lambd: float = setting(1e-4, "how fast the rate shrinks; works as a weight decay too")
    alpha: float = setting(0.75, "power by which the rate shrinks")
    t0: float = setting(1e6, "the update from which weights are averaged")
    weight_decay: float = setting(0.0, "L2 penalty added to the gradient: weight_decay × w")

    def init(self, w: Array) -> State:
        return {"average": np.zeros_like(w), "eta": np.zeros(1), "mu": np.ones(1), "updates": np.zeros(1)}

    def update(self, w: Array, gradient: Array, state: State, at: At) -> None:
        average, eta, mu, updates = state["average"], state["eta"], state["mu"], state["updates"]
        if updates[0] == 0:
            eta[0] = at.lr
        updates += 1
        if self.weight_decay != 0:
            gradient += self.weight_decay * w
        w *= 1 - self.lambd * eta
        gradient *= eta
        w -= gradient
        if mu[0] == 1:
            average[:] = w
        else:
            average += mu * (w - average)
        eta[0] = at.lr / np.power(1 + self.lambd * at.lr * updates[0], self.alpha)
        mu[0] = 1 / max(1.0, updates[0] - self.t0)

    def lines(self, one: OneWeight, at: At) -> tuple[Term, ...]:
        first = one.before["updates"] == 0
        eta = number("eta", at.lr if first else one.before["eta"])
        meaning = "the first rate is the learning rate" if first else "the rate, worked out after the last update"
        pull, decayed = l2_decay(one, self.weight_decay)
        origin, shrink = shrunk(one, "(1-lambd·eta)", 1 - self.lambd * eta.value, "a little towards zero")
        moved = move(("-", eta, " × ", pull), -eta.value * pull.value, f"against the {pull.symbol}, scaled by the rate")
        return (
            *decayed,
            Term("eta", (), eta.value, meaning, "state"),
            *shrink,
            moved,
            self._average(one),
            new_weight(one, origin, moved),
        )

    def _average(self, one: OneWeight) -> Term:
        mu, new = number("mu", one.before["mu"]), number(f"new {one.name}", one.new)
        old = number("average", one.before["average"])
        parts: Parts = (new,) if mu.value == 1 else (old, " + ", mu, " × (", new, " - ", old, ")")
        meaning = "the weight itself, until averaging begins" if mu.value == 1 else "the mean of the last weights"
        return Term("average", parts, float(one.after["average"]), meaning, "state")
