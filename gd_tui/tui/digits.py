"""Large digits of half blocks, three cells wide and three high."""

from __future__ import annotations

from math import isfinite

SHAPES = {
    "0": ("█▀█", "█ █", "▀▀▀"),
    "1": ("▀█ ", " █ ", "▀▀▀"),
    "2": ("▀▀█", "█▀▀", "▀▀▀"),
    "3": ("▀▀█", " ▀█", "▀▀▀"),
    "4": ("█ █", "▀▀█", "  ▀"),
    "5": ("█▀▀", "▀▀█", "▀▀▀"),
    "6": ("█▀▀", "█▀█", "▀▀▀"),
    "7": ("▀▀█", "  █", "  ▀"),
    "8": ("█▀█", "█▀█", "▀▀▀"),
    "9": ("█▀█", "▀▀█", "▀▀▀"),
    ".": (" ", " ", "▀"),
    "-": ("   ", "▀▀▀", "   "),
    "+": (" ▄ ", "▀█▀", "   "),
    "e": ("█▀▀", "█▀ ", "▀▀▀"),
    "i": ("█", "█", "▀"),
    "n": ("█▀█", "█ █", "▀ ▀"),
    "f": ("█▀▀", "█▀ ", "▀  "),
    "a": ("█▀█", "█▀█", "▀ ▀"),
}


def large(value: float, width: int) -> tuple[str, str, str]:
    """`value` in three rows of at most `width` cells, with as many digits as fit: 62.5756, 9.7e-16."""
    text = next((t for t in _spellings(value) if _width(t) <= width), "")
    rows = [" ".join(SHAPES[character][y] for character in text) for y in range(3)]
    return rows[0], rows[1], rows[2]


def _width(text: str) -> int:
    return sum(len(SHAPES[character][0]) for character in text) + len(text) - 1


def _spellings(value: float) -> list[str]:
    """Ways to write the number, the best first."""
    if not isfinite(value):
        return ["nan" if value != value else f"{value:g}"]
    spellings = []
    if value == 0 or 1e-3 <= abs(value) < 1e6:
        whole = len(str(int(abs(value))))
        spellings = [f"{value:.{places}f}" for places in range(max(0, 6 - whole), 0, -1)]
    return spellings + [_exponent(value, places) for places in (3, 2, 1, 0)]


def _exponent(value: float, places: int) -> str:
    mantissa, power = f"{value:.{places}e}".split("e")
    return f"{mantissa}e{int(power)}"
