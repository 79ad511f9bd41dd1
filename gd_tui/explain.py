"""The arithmetic of an update, laid out: objectives and optimizers tell their terms, this sets them in text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gd_tui.engine.terms import Kind, Number, Term
from gd_tui.numerals import computed, plain


@dataclass(frozen=True)
class Line:
    """`name`: `formula` = `numbers` = `value`, and what it means in words."""

    name: str
    formula: str
    numbers: str
    value: float
    meaning: str
    kind: Kind


def explain(terms: Sequence[Term], room: int) -> tuple[Line, ...]:
    """One line for each term; the numbers are shortened, digit by digit, to fit `room` characters."""
    return tuple(
        Line(term.name, formula(term), numbers(term, room), term.value, term.meaning, term.kind) for term in terms
    )


def formula(term: Term) -> str:
    """The term with symbols: `2/n × error × x1`."""
    return "".join(part if isinstance(part, str) else part.symbol for part in term.parts)


def numbers(term: Term, room: int) -> str:
    """The term with its numbers put in: `2/5 × -16.32 × 1`.

    Decimals go first, then the spaces; what is longer still is cut with an ellipsis.
    """
    text = ""
    for decimals, spaced in ((4, True), (3, True), (2, True), (3, False), (2, False), (1, True), (1, False)):
        text = _put_in(term.parts, decimals)
        if not spaced:
            text = text.replace(" ", "")
        if len(text) <= room:
            return text
    return text[: max(0, room - 1)] + "…"


def _put_in(parts: Sequence[str | Number], decimals: int) -> str:
    text = ""
    for i, part in enumerate(parts):
        if isinstance(part, str):
            text += part
            continue
        shown = plain(part.value) if part.given else computed(part.value, decimals)
        follows = parts[i + 1] if i + 1 < len(parts) else ""
        raised = isinstance(follows, str) and follows[:1] in ("²", "³", "⁴")
        if shown.startswith("-") and text.endswith((" + ", " - ")) and not raised:
            sign = "-" if text.endswith(" + ") else "+"
            text, shown = f"{text[:-3]} {sign} ", shown[1:]
        text += f"({shown})" if raised and shown.startswith("-") else shown
    return text
