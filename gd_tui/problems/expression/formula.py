"""Formulas set in the signs of mathematics, with room for the numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gd_tui.engine.terms import Number, number
from gd_tui.problems.expression.syntax import Token, is_side_by_side, tokenize

SPACED = {"+": " + ", "-": " - ", "*": " × ", "/": " / ", ",": ", "}
RAISED = {"2": "²", "3": "³", "4": "⁴"}
CONSTANTS = {"pi": "π"}


def put_in(tokens: Sequence[Token], point: Mapping[str, float]) -> tuple[str | Number, ...]:
    """The words of an expression as parts of a `Term`: names of `point` become numbers.

    A negative number gets brackets where a sign or a power beside it would be misread.
    """
    parts: list[str | Number] = []
    for i, token in enumerate(tokens):
        before = tokens[i - 1] if i else None
        if before and is_side_by_side(before, token):
            parts.append(" × ")
        if token.text not in point or token.kind != "name":
            parts.append(_sign(tokens, i))
            continue
        value = point[token.text]
        misread = value < 0 and (_is_unary(tokens, i - 1) or _raised_without_sign(tokens, i + 1))
        parts += ["(", number(token.text, value), ")"] if misread else [number(token.text, value)]
    return _joined(parts)


def _sign(tokens: Sequence[Token], i: int) -> str:
    token = tokens[i]
    if token.kind == "superscript":
        return RAISED.get(token.text, f"^{token.text}")
    if token.text == "^":
        return "" if _short_power(tokens, i) else "^"
    if i and tokens[i - 1].text == "^" and _short_power(tokens, i - 1):
        return RAISED[token.text]
    if token.kind == "sign" and not _is_unary(tokens, i):
        return SPACED.get(token.text, token.text)
    return CONSTANTS.get(token.text, token.text)


def _short_power(tokens: Sequence[Token], i: int) -> bool:
    """Whether the sign at i and the number after it are ², ³ or ⁴; not where a further power follows."""
    follows = tokens[i + 1 : i + 3]
    ends = len(follows) < 2 or (follows[1].text != "^" and follows[1].kind != "superscript")
    return bool(follows) and follows[0].text in RAISED and ends


def _is_unary(tokens: Sequence[Token], i: int) -> bool:
    """Whether a plus or minus stands at i that has nothing before it to add to or take from."""
    if i < 0 or tokens[i].text not in ("+", "-"):
        return False
    return i == 0 or (tokens[i - 1].kind == "sign" and tokens[i - 1].text != ")")


def _raised_without_sign(tokens: Sequence[Token], i: int) -> bool:
    """Whether a power follows at i that is not written as ², ³ or ⁴."""
    if i >= len(tokens):
        return False
    if tokens[i].kind == "superscript":
        return tokens[i].text not in RAISED
    return tokens[i].text == "^" and not _short_power(tokens, i)


def _joined(parts: Sequence[str | Number]) -> tuple[str | Number, ...]:
    """The parts, with neighbouring texts made one."""
    joined: list[str | Number] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        elif part != "":
            joined.append(part)
    return tuple(joined)


def text(formula: str) -> str:
    """The formula in the signs of mathematics: `2*x^2` as `2 × x²`."""
    return "".join(part if isinstance(part, str) else part.symbol for part in put_in(tokenize(formula), {}))
