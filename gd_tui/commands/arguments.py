"""What commands take: numbers, names of weights, files."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from gd_tui.errors import InputError, unknown
from gd_tui.simulator import Simulator
from gd_tui.words import Word

Words = Sequence[Word]


def told(words: Words) -> str:
    """What was said, for an error."""
    return " ".join(map(str, words)) or "nothing"


def none(words: Words, verb: str) -> None:
    """Raises InputError if anything was said."""
    if words:
        raise InputError(f"{verb}: expected nothing after it, got {told(words)}")


def whole_number(words: Words, verb: str, default: int | None = None) -> int:
    """The one whole number that a command takes. Raises InputError if there is none."""
    if not words and default is not None:
        return default
    if len(words) != 1 or not words[0].text.isdecimal() or len(words[0].text) > 15:
        raise InputError(f"{verb}: expected one whole number of 0 or more, got {told(words)}")
    return int(words[0].text)


def one_name(words: Words, verb: str, what: str) -> str:
    """The one word that a command takes; `what` says what it is. Raises InputError if there is not one."""
    if len(words) != 1:
        raise InputError(f"{verb}: expected {what}, got {told(words)}")
    return words[0].text


def path(words: Words, verb: str) -> str:
    """The name of a file; blanks in it need no quotes. Raises InputError if there is none."""
    if not words:
        raise InputError(f"{verb}: expected the name of a file")
    return " ".join(word.text for word in words)


def real_number(word: str, what: str) -> float:
    """A finite number. Raises InputError, naming `what` it was to be."""
    try:
        value = float(word)
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise InputError(f"{what}: expected a finite number, got {word!r}")
    return value


def weight(simulator: Simulator, words: Words, verb: str, default: int | None = None) -> int:
    """Which weight is named. Raises InputError for a name that there is not."""
    if not words and default is not None:
        return default
    name = " ".join(word.text for word in words)
    if not name:
        raise InputError(f"{verb}: expected the name of a weight")
    if name not in simulator.names:
        raise unknown("weight", name, simulator.names)
    return simulator.names.index(name)
