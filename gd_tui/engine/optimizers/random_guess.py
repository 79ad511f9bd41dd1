"""Trial and error."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np

from gd_tui.engine.objective import Array
from gd_tui.engine.optimizers.lines import Parts
from gd_tui.engine.optimizers.optimizer import At, OneWeight, Optimizer, State
from gd_tui.engine.settings import setting
from gd_tui.engine.terms import Term, given, number
from gd_tui.errors import InputError


@dataclass(frozen=True)
class RandomGuess(Optimizer):
    """One uniform guess of all weights an update; the best so far is kept. Neither gradient nor rate is used.

    The box [low, high) lies around the start or, with around_start off, is the same for every weight. w is the best
    guess so far; the last guess and its loss are in the memory. Pure random search: Brooks (1958), Operations
    Research 6(2).
    """

    low: float = setting(-25.0, "lower end of the box that guesses are drawn from", low=-np.inf)
    high: float = setting(25.0, "upper end of the box that guesses are drawn from", low=-np.inf)
    around_start: bool = setting(True, "the box is measured from the start, not from zero")

    def __post_init__(self) -> None:
        if self.low > self.high or not isfinite(self.high - self.low):
            raise InputError(f"random: low must not be above high, {self.high:g}, nor endlessly far below it")

    def init(self, w: Array) -> State:
        return {"start": w.copy(), "guess": w.copy(), "guess_loss": np.full(1, np.nan)}

    def update(self, w: Array, gradient: Array, state: State, at: At) -> None:
        guess = state["guess"]
        np.multiply(at.random.random(len(w)), self.high - self.low, out=guess)
        guess += self.low
        if self.around_start:
            guess += state["start"]
        state["guess_loss"][:] = at.losses(guess[None, :])
        if state["guess_loss"][0] < at.loss:
            w[:] = guess

    def lines(self, one: OneWeight, at: At) -> tuple[Term, ...]:
        draw = number("draw", at.random.random(one.count)[one.i])
        guess, loss = number("guess", one.after["guess"]), number("guess loss", one.after["guess_loss"])
        box: Parts = (given("low", self.low), " + ", given("(high-low)", self.high - self.low), " × ", draw)
        if self.around_start:
            box = (number("start", one.before["start"]), " + ", *box)
        kept = loss.value < at.loss
        best = loss.value if kept else at.loss
        outcome = "the guess is better: it is kept" if kept else "the guess is no better: it is dropped"
        return (
            Term("draw", (), draw.value, "a random number between 0 and 1"),
            Term("guess", box, guess.value, "somewhere in the box, every place as likely", "state"),
            Term("guess loss", (), loss.value, "the loss with all weights guessed", "state"),
            Term("best loss", ("min(", number("loss", at.loss), ", ", loss, ")"), best, outcome),
            Term(
                f"new {one.name}",
                (guess if kept else number(one.name, one.w),),
                float(one.new),
                "the best weight so far",
                "weight",
            ),
        )
