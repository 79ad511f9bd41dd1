"""Adam and AdamW: running means of the gradient and of its square."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gd_tui.engine.objective import Array
from gd_tui.engine.optimizers.lines import decoupled_decay, l2_decay, move, new_weight, running_mean, unbiased
from gd_tui.engine.optimizers.optimizer import At, OneWeight, Optimizer, State
from gd_tui.engine.settings import setting
from gd_tui.engine.terms import Number, Term, given, number


@dataclass(frozen=True)
class Adam(Optimizer):
    """Adam (Kingma & Ba 2015, arXiv:1412.6980, Algorithm 1), with weight decay and AMSGrad as in PyTorch.

    m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; m_hat = m / (1 - beta1^t);
    v_hat = v / (1 - beta2^t); w -= lr m_hat / (sqrt(v_hat) + eps).
    AMSGrad takes the largest v so far in place of v. Decoupled weight decay makes it AdamW (Loshchilov &
    Hutter 2019, arXiv:1711.05101): w *= 1 - lr weight_decay before the move.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.Adam.html
    """

    beta1: float = setting(0.9, "share of the mean gradient m that is kept", below=1.0)
    beta2: float = setting(0.999, "share of the mean square v that is kept", below=1.0)
    eps: float = setting(1e-8, "keeps the division from blowing up")
    weight_decay: float = setting(0.0, "L2 penalty added to the gradient: weight_decay × w")
    amsgrad: bool = setting(False, "divide by the largest v so far")
    decoupled_weight_decay: bool = setting(False, "weight decay shrinks the weight, not the gradient")

    def init(self, w: Array) -> State:
        state = {"m": np.zeros_like(w), "v": np.zeros_like(w), "updates": np.zeros(1)}
        if self.amsgrad:
            state["v_max"] = np.zeros_like(w)
        return state

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
        if self.amsgrad:
            v = np.maximum(state["v_max"], v, out=state["v_max"])
        denominator = np.sqrt(v, out=gradient)
        denominator /= (1 - self.beta2**t) ** 0.5
        denominator += self.eps
        np.divide(m, denominator, out=denominator)
        denominator *= at.lr / (1 - self.beta1**t)
        w -= denominator

    def lines(self, one: OneWeight, at: At) -> tuple[Term, ...]:
        decoupled = self.weight_decay if self.decoupled_weight_decay else 0.0
        origin, lines = decoupled_decay(one, at.lr, decoupled)
        pull, decayed = l2_decay(one, self.weight_decay - decoupled)
        beta1, beta2, t = ("beta1", self.beta1), ("beta2", self.beta2), float(one.after["updates"])
        lines += (
            *decayed,
            running_mean(one, "m", beta1, (pull,), "the gradient, averaged over the last updates"),
            running_mean(one, "v", beta2, (pull, "²"), "the squared gradient, averaged over many more updates"),
        )
        square = number("v", one.after["v"])
        if self.amsgrad:
            square, largest = self._largest(one, square)
            lines += (largest,)
        m_hat = unbiased("m_hat", number("m", one.after["m"]), beta1, t)
        v_hat = unbiased("v_hat", square, beta2, t)
        moved = move(
            (
                *(given("-lr", -at.lr), " × ", number("m_hat", m_hat.value)),
                *(" / (√", number("v_hat", v_hat.value), " + ", given("eps", self.eps), ")"),
            ),
            -at.lr * (m_hat.value / (np.sqrt(v_hat.value) + self.eps)),
            "about one learning rate, whatever the size of the gradient",
        )
        return (*lines, m_hat, v_hat, moved, new_weight(one, origin, moved))

    def _largest(self, one: OneWeight, square: Number) -> tuple[Number, Term]:
        value = float(one.after["v_max"])
        parts = ("max(", number("v_max", one.before["v_max"]), ", ", square, ")")
        return number("v_max", value), Term("v_max", parts, value, "the largest v so far", "state")
