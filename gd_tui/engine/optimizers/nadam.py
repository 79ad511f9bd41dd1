"""NAdam: Adam that looks one update ahead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gd_tui.engine.objective import Array
from gd_tui.engine.optimizers.lines import decoupled_decay, l2_decay, move, new_weight, running_mean, unbiased
from gd_tui.engine.optimizers.optimizer import At, OneWeight, Optimizer, State
from gd_tui.engine.settings import setting
from gd_tui.engine.terms import Number, Term, given, number


@dataclass(frozen=True)
class Nadam(Optimizer):
    """NAdam (Dozat 2016), with its momentum growing as in PyTorch.

    mu_t = beta1 (1 - 0.96^(t momentum_decay) / 2), P_t = mu_1 ... mu_t; m and v as in Adam;
    w -= lr ((1 - mu_t) / (1 - P_t) g + mu_t+1 / (1 - P_t+1) m) / (sqrt(v / (1 - beta2^t)) + eps).
    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.NAdam.html
    """

    beta1: float = setting(0.9, "share of the mean gradient m that is kept", below=1.0)
    beta2: float = setting(0.999, "share of the mean square v that is kept", below=1.0)
    eps: float = setting(1e-8, "keeps the division from blowing up")
    weight_decay: float = setting(0.0, "L2 penalty added to the gradient: weight_decay × w")
    momentum_decay: float = setting(4e-3, "how fast the momentum grows from beta1/2 to beta1")
    decoupled_weight_decay: bool = setting(False, "weight decay shrinks the weight, not the gradient")

    def init(self, w: Array) -> State:
        return {"m": np.zeros_like(w), "v": np.zeros_like(w), "mu_product": np.ones(1), "updates": np.zeros(1)}

    def update(self, w: Array, gradient: Array, state: State, at: At) -> None:
        m, v, updates = state["m"], state["v"], state["updates"]
        updates += 1
        t = float(updates[0])
        if self.weight_decay != 0:
            if self.decoupled_weight_decay:
                w *= 1 - at.lr * self.weight_decay
            else:
                gradient += self.weight_decay * w
        mu = self.beta1 * (1 - 0.5 * 0.96 ** (t * self.momentum_decay))
        mu_next = self.beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * self.momentum_decay))
        state["mu_product"] *= mu
        product = float(state["mu_product"][0])
        m *= self.beta1
        m += (1 - self.beta1) * gradient
        v *= self.beta2
        v += (1 - self.beta2) * (gradient * gradient)
        denominator = v / (1 - self.beta2**t)
        np.sqrt(denominator, out=denominator)
        denominator += self.eps
        gradient *= (1 - mu) / (1 - product)
        gradient += mu_next / (1 - product * mu_next) * m
        gradient *= at.lr
        gradient /= denominator
        w -= gradient

    def lines(self, one: OneWeight, at: At) -> tuple[Term, ...]:
        decoupled = self.weight_decay if self.decoupled_weight_decay else 0.0
        origin, lines = decoupled_decay(one, at.lr, decoupled)
        pull, decayed = l2_decay(one, self.weight_decay - decoupled)
        v_hat = unbiased("v_hat", number("v", one.after["v"]), ("beta2", self.beta2), float(one.after["updates"]))
        ahead = self._look_ahead(one, pull)
        moved = move(
            (
                *(given("-lr", -at.lr), " × ", number("look ahead", ahead[-1].value)),
                *(" / (√", number("v_hat", v_hat.value), " + ", given("eps", self.eps), ")"),
            ),
            -at.lr * ahead[-1].value / (np.sqrt(v_hat.value) + self.eps),
            "about one learning rate, whatever the size of the gradient",
        )
        return (
            *lines,
            *decayed,
            running_mean(one, "m", ("beta1", self.beta1), (pull,), "the gradient, averaged over the last updates"),
            running_mean(one, "v", ("beta2", self.beta2), (pull, "²"), "the squared gradient, averaged for longer"),
            *ahead,
            v_hat,
            moved,
            new_weight(one, origin, moved),
        )

    def _look_ahead(self, one: OneWeight, pull: Number) -> tuple[Term, ...]:
        t, product = float(one.after["updates"]), float(one.after["mu_product"])
        growth, growth_next = (1 - 0.5 * 0.96 ** (n * self.momentum_decay) for n in (t, t + 1))
        mu, mu_next = self.beta1 * growth, self.beta1 * growth_next
        share, share_next = (1 - mu) / (1 - product), mu_next / (1 - product * mu_next)
        g_hat, m_hat = share * pull.value, share_next * float(one.after["m"])
        return (
            self._mu("mu", growth, mu, "this update's momentum"),
            self._mu("mu_next", growth_next, mu_next, "the momentum of the update after it"),
            Term(
                "mu_product",
                (number("mu_product", one.before["mu_product"]), " × ", number("mu", mu)),
                product,
                "all momentums so far, multiplied",
                "state",
            ),
            Term(
                "g_hat",
                (pull, " × ", given("(1-mu)/(1-mu_product)", share)),
                g_hat,
                "the gradient's share",
            ),
            Term(
                "m_hat",
                (number("m", one.after["m"]), " × ", given("mu_next/(1-mu_product·mu_next)", share_next)),
                m_hat,
                "the share of m, as the next update would have it",
            ),
            Term("look ahead", (number("g_hat", g_hat), " + ", number("m_hat", m_hat)), g_hat + m_hat, "both together"),
        )

    def _mu(self, name: str, growth: float, value: float, meaning: str) -> Term:
        return Term(name, (given("beta1", self.beta1), " × ", given("(1-0.96^(t·decay)/2)", growth)), value, meaning)
