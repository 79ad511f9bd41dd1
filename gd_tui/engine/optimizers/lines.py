"""Lines of arithmetic that several optimizers have in common."""

from __future__ import annotations

from gd_tui.engine.optimizers.optimizer import OneWeight
from gd_tui.engine.terms import Number, Term, given, number

Parts = tuple[str | Number, ...]


def l2_decay(one: OneWeight, weight_decay: float) -> tuple[Number, tuple[Term, ...]]:
    """The gradient that the update works with: L2 weight decay adds weight_decay * w to it."""
    gradient = number("gradient", one.gradient)
    if weight_decay == 0:
        return gradient, ()
    value = float(one.gradient + weight_decay * one.w)
    parts: Parts = (gradient, " + ", given("decay", weight_decay), " × ", number(one.name, one.w))
    line = Term("decayed", parts, value, "weight decay pulls the weight towards zero", "gradient")
    return number("decayed", value), (line,)


def shrunk(one: OneWeight, symbol: str, factor: float, meaning: str) -> tuple[Number, tuple[Term, ...]]:
    """The weight that the move starts from, where the update first multiplies it by `factor`."""
    weight = number(one.name, one.w)
    if factor == 1:
        return weight, ()
    value = float(one.w * factor)
    return number("shrunk", value), (Term("shrunk", (weight, " × ", given(symbol, factor)), value, meaning),)


def decoupled_decay(one: OneWeight, lr: float, weight_decay: float) -> tuple[Number, tuple[Term, ...]]:
    """The weight that the move starts from, with decoupled weight decay."""
    return shrunk(one, "(1-lr·decay)", 1 - lr * weight_decay, "weight decay shrinks the weight itself")


def running_mean(one: OneWeight, name: str, keep: tuple[str, float], new: Parts, meaning: str) -> Term:
    """name = keep × name + (1-keep) × new."""
    symbol, share = keep
    parts: Parts = (given(symbol, share), " × ", number(name, one.before[name]), " + ")
    parts += (given(f"(1-{symbol})", 1 - share), " × ", *new)
    return Term(name, parts, float(one.after[name]), meaning, "state")


def unbiased(name: str, source: Number, beta: tuple[str, float], t: float) -> Term:
    """source / (1 - beta^t), which makes up for a mean that began at zero."""
    symbol, share = beta
    bias = 1 - share**t
    parts: Parts = (source, " / ", given(f"(1-{symbol}^{t:g})", bias))
    return Term(name, parts, source.value / bias, f"{source.symbol}, freed of its start at zero", "state")


def move(parts: Parts, value: float, meaning: str) -> Term:
    """How far the weight goes."""
    return Term("move", parts, float(value), meaning, "move")


def new_weight(one: OneWeight, origin: Number, moved: Term) -> Term:
    """origin + move."""
    parts: Parts = (origin, " + ", number("move", moved.value))
    return Term(f"new {one.name}", parts, float(one.new), "the weight after the update", "weight")
