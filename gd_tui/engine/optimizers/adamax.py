"""Adamax: Adam that divides by the largest gradient it remembers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gd_tui.engine.objective import Array
from gd_tui.engine.optimizers.lines import l2_decay, move, new_weight, running_mean, unbiased
from gd_tui.engine.optimizers.optimizer import At, OneWeight, Optimizer, State
from gd_tui.engine.settings import setting
from gd_tui.engine.terms import Term, given, number


@dataclass(frozen=True)
class Adamax(Optimizer):
    """Adamax (Kingma & Ba 2015, arXiv:1412.6980, Algorithm 2), with eps where PyTorch has it.

    m = beta1 m + (1 - beta1) g; u = max(beta2 u, |g| + eps); w -= lr / (1 - beta1^t) m / u.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.Adamax.html
    """

    beta1: float = setting(0.9, "share of the mean gradient m that is kept", below=1.0)
    beta2: float = setting(0.999, "share of the largest gradient u that is kept", below=1.0)
    eps: float = setting(1e-8, "keeps the division from blowing up")
    weight_decay: float = setting(0.0, "L2 penalty added to the gradient: weight_decay × w")

    def init(self, w: Array) -> State:
        return {"m": np.zeros_like(w), "u": np.zeros_like(w), "updates": np.zeros(1)}

    def update(self, w: Array, gradient: Array, state: State, at: At) -> None:
        m, u, updates = state["m"], state["u"], state["updates"]
        updates += 1
        if self.weight_decay != 0:
            gradient += self.weight_decay * w
        m *= self.beta1
        m += (1 - self.beta1) * gradient
        np.abs(gradient, out=gradient)
        gradient += self.eps
        u *= self.beta2
        np.maximum(u, gradient, out=u)
        np.divide(m, u, out=gradient)
        gradient *= at.lr / (1 - self.beta1 ** float(updates[0]))
        w -= gradient

    def lines(self, one: OneWeight, at: At) -> tuple[Term, ...]:
        pull, lines = l2_decay(one, self.weight_decay)
        beta1 = ("beta1", self.beta1)
        m_hat = unbiased("m_hat", number("m", one.after["m"]), beta1, float(one.after["updates"]))
        u = number("u", one.after["u"])
        faded = (given("beta2", self.beta2), " × ", number("u", one.before["u"]))
        size = (number(f"|{pull.symbol}|", abs(pull.value)), " + ", given("eps", self.eps))
        moved = move(
            (given("-lr", -at.lr), " × ", number("m_hat", m_hat.value), " / ", u),
            -at.lr * (m_hat.value / one.after["u"]),
            "at most about one learning rate",
        )
        return (
            *lines,
            running_mean(one, "m", beta1, (pull,), "the gradient, averaged over the last updates"),
            Term("u", ("max(", *faded, ", ", *size, ")"), u.value, "the largest gradient, slowly forgotten", "state"),
            m_hat,
            moved,
            new_weight(one, number(one.name, one.w), moved),
        )
