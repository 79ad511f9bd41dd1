"""RAdam: Adam that waits until its mean square can be trusted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gd_tui.engine.objective import Array
from gd_tui.engine.optimizers.lines import decoupled_decay, l2_decay, move, new_weight, running_mean, unbiased
from gd_tui.engine.optimizers.optimizer import At, OneWeight, Optimizer, State
from gd_tui.engine.settings import setting
from gd_tui.engine.terms import Term, given, number


@dataclass(frozen=True)
class Radam(Optimizer):
    """Rectified Adam (Liu et al. 2020, arXiv:1908.03265), with eps where PyTorch has it.

    rho_inf = 2 / (1 - beta2) - 1; rho_t = rho_inf - 2 t beta2^t / (1 - beta2^t); m, v, m_hat as in Adam.
    While rho_t <= 5: w -= lr m_hat, without any division. Then w -= lr m_hat r sqrt(1 - beta2^t) / (sqrt(v) + eps)
    with r^2 = (rho_t - 4)(rho_t - 2) rho_inf / ((rho_inf - 4)(rho_inf - 2) rho_t).
    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.RAdam.html
    """

    beta1: float = setting(0.9, "share of the mean gradient m that is kept", below=1.0)
    beta2: float = setting(0.999, "share of the mean square v that is kept", below=1.0)
    eps: float = setting(1e-8, "keeps the division from blowing up")
    weight_decay: float = setting(0.0, "L2 penalty added to the gradient: weight_decay × w")
    decoupled_weight_decay: bool = setting(False, "weight decay shrinks the weight, not the gradient")

    def init(self, w: Array) -> State:
        return {"m": np.zeros_like(w), "v": np.zeros_like(w), "updates": np.zeros(1)}

    def update(self, w: Array, gradient: Array, state: State, at: At) -> None:
        m, v, updates = state["m"], state["v"], state["updates"]
        updates += 1
        t = float(updates[0])
        if self.weight_decay != 0:
            if self.decoupled_weight_decay:
                w *= 1 - at.lr * self.weight_decay
            else:
                gradient += self.weight_decay * w
        m *= self.beta1
        m += (1 - self.beta1) * gradient
        gradient *= gradient
        gradient *= 1 - self.beta2
        v *= self.beta2
        v += gradient
        bias1, bias2 = 1 - self.beta1**t, 1 - self.beta2**t
        rho_inf = 2 / (1 - self.beta2) - 1
        rho = rho_inf - 2 * t * self.beta2**t / bias2
        np.multiply(m, at.lr / bias1, out=gradient)
        if rho > 5:
            rectifier = ((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho)) ** 0.5
            gradient *= rectifier * bias2**0.5
            gradient /= np.sqrt(v) + self.eps
        w -= gradient

    def lines(self, one: OneWeight, at: At) -> tuple[Term, ...]:
        decoupled = self.weight_decay if self.decoupled_weight_decay else 0.0
        origin, lines = decoupled_decay(one, at.lr, decoupled)
        pull, decayed = l2_decay(one, self.weight_decay - decoupled)
        beta1, beta2, t = ("beta1", self.beta1), ("beta2", self.beta2), float(one.after["updates"])
        m_hat = unbiased("m_hat", number("m", one.after["m"]), beta1, t)
        rho, *rectified = self._rectify(one, t)
        plain = (given("-lr", -at.lr), " × ", number("m_hat", m_hat.value))
        if not rectified:
            moved = move(plain, -at.lr * m_hat.value, "rho is at most 5, so v is not trusted yet: no division")
        else:
            rectifier, root = (number(line.name, line.value) for line in rectified)
            moved = move(
                (*plain, " × ", rectifier, " / ", root),
                -at.lr * m_hat.value * rectifier.value / np.float64(root.value),
                "about one learning rate once the rectifier is near 1",
            )
        return (
            *lines,
            *decayed,
            running_mean(one, "m", beta1, (pull,), "the gradient, averaged over the last updates"),
            running_mean(one, "v", beta2, (pull, "²"), "the squared gradient, averaged over many more updates"),
            m_hat,
            rho,
            *rectified,
            moved,
            new_weight(one, origin, moved),
        )

    def _rectify(self, one: OneWeight, t: float) -> tuple[Term, ...]:
        bias2 = 1 - self.beta2**t
        rho_inf, gap = 2 / (1 - self.beta2) - 1, 2 * t * self.beta2**t / bias2
        value = rho_inf - gap
        parts = (given("rho_inf", rho_inf), " - ", given(f"{2 * t:g}·beta2^{t:g}/(1-beta2^{t:g})", gap))
        rho = Term("rho", parts, value, "how many gradients v has really seen")
        if value <= 5:
            return (rho,)
        above, below = (value - 4) * (value - 2) * rho_inf, (rho_inf - 4) * (rho_inf - 2) * value
        symbols = "(rho-4)(rho-2)rho_inf", "((rho_inf-4)(rho_inf-2)rho)"
        root = float((np.sqrt(one.after["v"]) + self.eps) / bias2**0.5)
        return (
            rho,
            Term(
                "rectifier",
                ("√(", number(symbols[0], above), " / ", number(symbols[1], below), ")"),
                (above / below) ** 0.5,
                "how far v can be trusted, up to 1",
            ),
            Term(
                "root",
                (
                    *("(√", number("v", one.after["v"]), " + ", given("eps", self.eps), ")"),
                    *(" / √", given(f"(1-beta2^{t:g})", bias2)),
                ),
                root,
                "the usual size of the gradient",
            ),
        )
