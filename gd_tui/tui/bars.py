"""Signed bars around a zero, and the labels of their scales."""

from __future__ import annotations

from math import isfinite

from gd_tui.tui.glyphs import Glyphs
from gd_tui.tui.text import Run


def signed_bar(value: float, scale: float, width: int, role: str, band: str, glyphs: Glyphs) -> list[Run]:
    """A bar of `width` (odd) cells whose middle is 0 and whose ends are -scale and +scale.

    It moves in half cells; what is not zero shows at least half a cell, what is beyond the scale fills it.
    """
    side = width // 2
    zero = (glyphs.zero, f"dim{band}")
    empty = glyphs.track * side
    if value == 0 or value != value:
        return [(empty, f"rule{band}"), zero, (empty, f"rule{band}")]
    share = min(1.0, abs(value) / scale) if isfinite(value) else 1.0
    halves = max(1, min(2 * side, round(share * 2 * side)))
    whole, half = divmod(halves, 2)
    track = (glyphs.track * (side - whole - half), f"rule{band}")
    if value < 0:
        return [track, (glyphs.half_right * half + glyphs.bar * whole, f"{role}{band}"), zero, (empty, f"rule{band}")]
    return [(empty, f"rule{band}"), zero, (glyphs.bar * whole + glyphs.half_left * half, f"{role}{band}"), track]


def tick(scale: float) -> str:
    """A 1-2-5 number as short as it gets: 10, 0.02, 5e-08."""
    return f"{scale:g}"
