"""Numbers as text in a column of fixed width: rounded, never cut, readable from 1e-300 to 1e300."""

from __future__ import annotations

from math import isfinite, isnan


def plain(value: float) -> str:
    """A number that was given: as short as it is, `25` and not `25.0000`."""
    return f"{value:g}"


def exact(value: float) -> str:
    """The shortest text that reads back to the same float64."""
    return repr(float(value)).removesuffix(".0")


def fixed(value: float, width: int, decimals: int, *, signed: bool = False) -> str:
    """`value` in exactly `width` characters, right-aligned, with `decimals` if there is room.

    Large numbers lose decimals down to two and then turn to exponent form, small ones turn to it below
    1e-3, so that three digits stay. `signed` numbers carry a plus as well.
    """
    if not isfinite(value):
        return ("nan" if isnan(value) else "+inf" if value > 0 else "-inf").rjust(width)[-width:]
    value = value or 0.0  # -0.0 is shown as 0
    plus = "+" if signed and value != 0 else ""
    if value == 0 or max(1e-3, 10.0 ** (1 - decimals)) <= abs(value) < 1e6:
        for places in range(decimals, min(decimals, 2) - 1, -1):
            text = f"{value:{plus}.{places}f}"
            if len(text) <= width:
                return text.rjust(width)
    return _exponent(value, width, decimals + 1, plus).rjust(width)


def _exponent(value: float, width: int, most: int, plus: str) -> str:
    for places in range(min(most, width), -1, -1):
        text = f"{value:{plus}.{places}e}"
        if len(text) <= width:
            return text
    return "#" * width


def computed(value: float, decimals: int) -> str:
    """A computed number inside a formula, with about `decimals` decimals and no fixed width."""
    if not isfinite(value):
        return "nan" if isnan(value) else "inf" if value > 0 else "-inf"
    if value == 0 or 1e-3 <= abs(value) < 1e6:
        return f"{value:.{decimals}f}"
    return f"{value:.{max(1, decimals - 1)}e}"


def first_difference(text: str, before: str) -> int:
    """Where two right-aligned numbers of the same width begin to differ; len(text) if nowhere."""
    return next((i for i, (a, b) in enumerate(zip(text, before, strict=True)) if a != b), len(text))
