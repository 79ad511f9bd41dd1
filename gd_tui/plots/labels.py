"""Labels of ticks, made from whole numbers: exact, with equal decimals or in the short style of 2.5e7.

A tick is given as digits * 10 ** exponent, both whole.
"""

from __future__ import annotations

from collections.abc import Sequence

LONG = 6  # plain labels up to this length are taken even where the exponent form is shorter
LARGE = 100_000


def tick_labels(digits: Sequence[int], exponent: int, width: int) -> tuple[str, ...]:
    """A label for each tick; "" where it would be longer than `width`."""
    plain = [_plain(d, exponent) for d in digits]
    short = [_short(d, exponent) for d in digits]
    forms = (short, plain) if _prefers_short(digits, exponent, plain, short) else (plain, short)
    fitting = [tuple(label if len(label) <= width else "" for label in form) for form in forms]
    return min(fitting, key=lambda labels: labels.count(""))


def offset_labels(digits: Sequence[int], exponent: int, width: int) -> tuple[float, tuple[str, ...]]:
    """The roundest tick, and a signed label for the distance of each tick from it."""
    origin = max(digits, key=lambda d: (_trailing_zeros(d), -abs(d)))
    offsets = tick_labels([d - origin for d in digits], exponent, width - 1)
    pairs = zip(digits, offsets, strict=True)
    signed = tuple(f"+{label}" if d > origin and label else label for d, label in pairs)
    return float(f"{origin}e{exponent}"), signed


def _prefers_short(digits: Sequence[int], exponent: int, plain: list[str], short: list[str]) -> bool:
    whole = len(str(max(map(abs, digits)))) + exponent
    if whole >= len(str(LARGE)):
        return _longest(short) <= _longest(plain)
    return _longest(plain) > max(LONG, _longest(short))


def _plain(digits: int, exponent: int) -> str:
    if digits == 0:
        return "0"
    if exponent >= 0:
        return str(digits) + "0" * exponent
    text = str(abs(digits)).rjust(1 - exponent, "0")
    return f"{'-' if digits < 0 else ''}{text[:exponent]}.{text[exponent:]}"


def _short(digits: int, exponent: int) -> str:
    if digits == 0:
        return "0"
    text = str(abs(digits))
    mantissa = text.rstrip("0")
    point = f".{mantissa[1:]}" if len(mantissa) > 1 else ""
    return f"{'-' if digits < 0 else ''}{mantissa[0]}{point}e{exponent + len(text) - 1}"


def _longest(labels: Sequence[str]) -> int:
    return max(map(len, labels))


def _trailing_zeros(digits: int) -> int:
    text = str(abs(digits))
    return len(text) - len(text.rstrip("0"))
