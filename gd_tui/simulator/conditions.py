"""Conditions on a run: `loss < 1e-3`, `loss rises`, `sign w3`, `w2 > 1 and step >= 40`, ...

The one parser of breakpoints, `run until`, `--until` and lessons.
"""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np

from gd_tui.engine.analysis import euclidean_norm
from gd_tui.engine.objective import Array
from gd_tui.engine.turns import turned
from gd_tui.errors import InputError, unknown
from gd_tui.words import Word, joined, split

FORMS = "loss < X, full loss < X, loss rises, gradient < X, NAME > X, sign NAME, step >= N or nonfinite"
RESERVED = ("loss", "full", "gradient", "step", "sign", "nonfinite", "and", "or", "until", "rises")
"""Words of the language: a weight that is called so is quoted in a condition."""
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "==": operator.eq,
}


@dataclass(frozen=True, eq=False)
class Look:
    """What a condition sees of one step; arrays of shape (d,). `full` is the loss of all rows, if it is asked for."""

    k: int
    loss: float
    w: Array
    gradient: Array
    full: float


class Test(ABC):
    """A condition or a part of one. `happens`: whether something takes place at this very step, as `rises` does."""

    needs_full = False

    @abstractmethod
    def holds(self, here: Look, before: Look | None) -> bool:
        """Whether it is true of step `here`; `before` is the step before it, None at step 0."""

    def happens(self, here: Look, before: Look | None) -> bool:
        """Whether it is true of this step for what has taken place there."""
        return False


@dataclass(frozen=True)
class Comparison(Test):
    """A number of the step against a bound."""

    value: Callable[[Look], float]
    sign: str
    bound: float
    needs_full: bool = False

    def holds(self, here: Look, before: Look | None) -> bool:
        return COMPARISONS[self.sign](self.value(here), self.bound)


@dataclass(frozen=True)
class Happening(Test):
    """Something that takes place between two steps."""

    takes_place: Callable[[Look, Look], bool]
    needs_full: bool = False

    def holds(self, here: Look, before: Look | None) -> bool:
        return before is not None and self.takes_place(before, here)

    def happens(self, here: Look, before: Look | None) -> bool:
        return self.holds(here, before)


@dataclass(frozen=True)
class NonFinite(Test):
    """The loss or a weight is no longer a finite number."""

    def holds(self, here: Look, before: Look | None) -> bool:
        return not (isfinite(here.loss) and bool(np.isfinite(here.w).all()))


@dataclass(frozen=True)
class Joined(Test):
    """Several tests, of which all (`and`) or any (`or`) must be true."""

    tests: tuple[Test, ...]
    together: Callable[[list[bool]], bool]

    @property
    def needs_full(self) -> bool:  # type: ignore[override]
        return any(test.needs_full for test in self.tests)

    def holds(self, here: Look, before: Look | None) -> bool:
        return self.together([test.holds(here, before) for test in self.tests])

    def happens(self, here: Look, before: Look | None) -> bool:
        return self.holds(here, before) and any(test.happens(here, before) for test in self.tests)


@dataclass(frozen=True)
class Condition:
    """A condition with the text that says it.

    A run stops where a condition becomes true, and where something in it happens (`loss rises`, `sign`) at every
    step where it does.
    """

    text: str
    test: Test

    def holds(self, here: Look, before: Look | None) -> bool:
        """Whether it is true of step `here`."""
        return self.test.holds(here, before)

    def stops(self, here: Look, before: Look | None, held: bool) -> bool:
        """Whether a run stops for it at step `here`; `held`: whether it was true of the step before."""
        return self.test.holds(here, before) and (not held or self.test.happens(here, before))

    @property
    def is_event(self) -> bool:
        """Whether it is about something that happens, so that it may be true again and again."""
        return _has_happening(self.test)


def _has_happening(test: Test) -> bool:
    return isinstance(test, Happening) or (isinstance(test, Joined) and any(map(_has_happening, test.tests)))


def parse_condition(text: str | Sequence[Word], names: Sequence[str]) -> Condition:
    """The condition that a text says about a run with weights of these names.

    Raises InputError that says what was expected.
    """
    words = [word for command in split(text) for word in command] if isinstance(text, str) else list(text)
    if not words:
        raise InputError(f"expected a condition: {FORMS}")
    choices = [
        _together([_test(part, names) for part in _parted(choice, "and")], all) for choice in _parted(words, "or")
    ]
    return Condition(joined(words), _together(choices, any))


def _together(tests: list[Test], how: Callable[[list[bool]], bool]) -> Test:
    return tests[0] if len(tests) == 1 else Joined(tuple(tests), how)


def _parted(words: Sequence[Word], by: str) -> list[list[Word]]:
    parts: list[list[Word]] = [[]]
    for word in words:
        if word == Word(by):
            parts.append([])
        else:
            parts[-1].append(word)
    if not all(parts):
        raise InputError(f"condition: expected a condition on both sides of `{by}`: {joined(words)}")
    return parts


def _test(words: list[Word], names: Sequence[str]) -> Test:
    full = words[:2] == [Word("full"), Word("loss")]
    if full:
        words = words[1:]
    if words[0] == Word("loss") and words[1:] == [Word("rises")]:
        return Happening(_full_rises, needs_full=True) if full else Happening(_rises)
    if words == [Word("nonfinite")]:
        return NonFinite()
    if words[0] == Word("sign"):
        return _turn(words, names)
    if len(words) == 3 and words[1].text in COMPARISONS and not words[1].quoted:
        return Comparison(_quantity(words[0], full, names), words[1].text, _bound(words[2]), full)
    raise InputError(f"condition: expected {FORMS}, got {joined(words)}")


def _rises(before: Look, here: Look) -> bool:
    return here.loss > before.loss


def _full_rises(before: Look, here: Look) -> bool:
    return here.full > before.full


def _turn(words: list[Word], names: Sequence[str]) -> Test:
    if len(words) != 2:
        raise InputError("condition: expected the name of one weight after `sign`, as in `sign w3`")
    i = _index(words[1], names)
    return Happening(lambda before, here: bool(turned(before.gradient[i : i + 1], here.gradient[i : i + 1])[0]))


def _quantity(word: Word, full: bool, names: Sequence[str]) -> Callable[[Look], float]:
    if not word.quoted:
        if word.text == "loss":
            return (lambda look: look.full) if full else (lambda look: look.loss)
        if word.text == "gradient":
            return lambda look: euclidean_norm(look.gradient)
        if word.text == "step":
            return lambda look: float(look.k)
    i = _index(word, names)
    return lambda look: float(look.w[i])


def _index(word: Word, names: Sequence[str]) -> int:
    if word.text not in names:
        raise unknown("weight", word.text, names)
    return list(names).index(word.text)


def _bound(word: Word) -> float:
    try:
        value = float(word.text)
    except ValueError:
        value = float("nan")
    if word.quoted or value != value:
        raise InputError(f"condition: expected a number, got {word}")
    return value
