"""What may be typed as a function, read into a tree; the text is never evaluated as Python.

    sum     = product (("+" | "-") product)*
    product = signed (("*" | "/") signed | power)*          a power right after a number or ")": 2x, 2(x+1)
    signed  = ("-" | "+")* power                            so -x^2 is -(x^2)
    power   = atom superscript? ("^" signed)?               so a^b^c is a^(b^c)
    atom    = number | name | function "(" sum ("," sum)* ")" | "(" sum ")"

Constant parts are worked out while they are read: what they come to must be finite, so that nothing large
is left for later.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from functools import reduce
from math import e, isfinite, pi
from typing import Any

import numpy as np

from gd_tui.errors import InputError

LONGEST, DEEPEST, MOST_NAMES, MOST_CALLS, LONGEST_NAME, HIGHEST_POWER = 10_000, 30, 100, 300, 40, 1000
"""Characters, brackets and signs within each other, parameters, functions, characters of a name, size of a power."""

CONSTANTS = {"pi": pi, "π": pi, "e": e}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan,
    "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "asinh": np.arcsinh, "acosh": np.arccosh, "atanh": np.arctanh,
    "exp": np.exp, "log": np.log, "ln": np.log, "log10": np.log10, "sqrt": np.sqrt,
    "abs": np.abs, "sign": np.sign, "min": np.minimum, "max": np.maximum,
}  # fmt: skip
"""The functions of the language, with what they compute; min and max take two arguments or more, the others one."""

OPERATORS: dict[str, Callable[..., Any]] = {"+": np.add, "*": np.multiply, "/": np.divide, "^": np.power}
OTHER_SIGNS = {"**": "^", "−": "-", "×": "*", "·": "*", "⋅": "*", "÷": "/"}
SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
TOKEN = re.compile(
    rf"""(?P<blank>\s+)
    |(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<superscript>[{SUPERSCRIPTS}]+)
    |(?P<name>[^\W\d](?:(?![{SUPERSCRIPTS}])\w)*)
    |(?P<sign>\*\*|[-+*/^(),−×·⋅÷])
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Constant:
    """A finite number."""

    value: float


@dataclass(frozen=True, slots=True)
class Parameter:
    """A weight."""

    name: str


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator ("+" and "*" of several operands, "^" of two) or a function applied to its operands."""

    name: str
    operands: tuple[Node, ...]


Node = Constant | Parameter | Operation


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the text, `column` counted from 1; signs as `+ - * / ^ ( ) ,`."""

    kind: str
    text: str
    column: int


@dataclass(frozen=True)
class Expression:
    """What was typed: its words, its tree, and the parameters in the order in which they come."""

    tokens: tuple[Token, ...]
    root: Node
    names: tuple[str, ...]


def parse(text: str) -> Expression:
    """The expression that the text says. Raises InputError with the column of what is wrong."""
    if len(text) > LONGEST:
        raise InputError(f"function: {len(text):,} characters are too long; {LONGEST:,} are allowed")
    tokens = tokenize(text)
    parser = _Parser(text, tokens)
    root = parser.whole()
    if not parser.names:
        raise InputError("function: there is no name in it, so there is nothing to change; try x^2")
    return Expression(tokens, root, tuple(parser.names))


def tokenize(text: str) -> tuple[Token, ...]:
    """The words of the text without the blanks. Raises InputError for a character that has no meaning."""
    tokens = []
    for found in TOKEN.finditer(text):
        kind, word = str(found.lastgroup), found.group()
        if kind == "other":
            raise _wrong(text, found.start() + 1, f"{word!r} has no meaning here")
        if kind == "superscript":
            word = "".join(str(SUPERSCRIPTS.index(digit)) for digit in word)
        if kind != "blank":
            tokens.append(Token(kind, OTHER_SIGNS.get(word, word), found.start() + 1))
    return tuple(tokens)


def is_side_by_side(before: Token, after: Token) -> bool:
    """Whether a product is meant between the two, as in 2x, 2(x+1), (x+1)(y+1), x²y."""
    ends = before.kind in ("number", "superscript") or before.text == ")"
    return ends and (after.kind == "name" or after.text == "(")


def _wrong(text: str, column: int, what: str) -> InputError:
    first, last = max(0, column - 11), column + 19
    excerpt = ("..." if first else "") + text[first:last] + ("..." if last < len(text) else "")
    shown = "".join(c if c.isprintable() else "?" for c in excerpt)
    return InputError(f"function: column {column}: {what}: {shown}" if shown else f"function: {what}")


class _Parser:
    """Reads tokens from left to right, one method for each line of the grammar."""

    def __init__(self, text: str, tokens: tuple[Token, ...]) -> None:
        self._text, self._tokens = text, tokens
        self._at = self._depth = self._calls = 0
        self.names: dict[str, None] = {}

    def whole(self) -> Node:
        root = self._sum()
        token = self._next
        if token.kind == "end":
            return root
        if token.text == ")":
            raise self._wrong("this bracket closes nothing")
        if token.kind in ("name", "number", "superscript") or token.text == "(":
            raise self._wrong("an operator is missing; write a product as x * y")
        raise self._wrong(f"{token.text!r} is out of place")

    @property
    def _next(self) -> Token:
        if self._at < len(self._tokens):
            return self._tokens[self._at]
        return Token("end", "", len(self._text) + 1)

    def _accept(self, *signs: str) -> str | None:
        token = self._next
        if token.kind == "sign" and token.text in signs:
            self._at += 1
            return token.text
        return None

    def _wrong(self, what: str, column: int | None = None) -> InputError:
        return _wrong(self._text, column or self._next.column, what)

    @contextmanager
    def _deeper(self) -> Iterator[None]:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._wrong(f"nested more than {DEEPEST} deep")
        yield
        self._depth -= 1

    def _sum(self) -> Node:
        column = self._next.column
        terms = [self._product()]
        while sign := self._accept("+", "-"):
            term = self._product()
            terms.append(self._apply("*", (Constant(-1.0), term), column) if sign == "-" else term)
        return self._apply("+", tuple(terms), column)

    def _product(self) -> Node:
        column = self._next.column
        factors = [self._signed()]
        while True:
            if sign := self._accept("*", "/"):
                divisor = self._next.column
                factor = self._signed()
                if sign == "/":
                    factors = self._divided(factors, factor, divisor)
                else:
                    factors.append(factor)
            elif self._at and is_side_by_side(self._tokens[self._at - 1], self._next):
                factors.append(self._power())
            else:
                return self._apply("*", tuple(factors), column)

    def _divided(self, factors: list[Node], divisor: Node, column: int) -> list[Node]:
        if divisor == Constant(0.0):
            raise self._wrong("division by 0", column)
        if isinstance(divisor, Constant) and all(isinstance(factor, Constant) for factor in factors):
            return [self._apply("/", (self._apply("*", tuple(factors), column), divisor), column)]
        return [*factors, self._apply("^", (divisor, Constant(-1.0)), column)]

    def _signed(self) -> Node:
        column = self._next.column
        sign = self._accept("+", "-")
        if sign is None:
            return self._power()
        with self._deeper():
            operand = self._signed()
        return operand if sign == "+" else self._apply("*", (Constant(-1.0), operand), column)

    def _power(self) -> Node:
        column = self._next.column
        base = self._atom()
        if self._next.kind == "superscript":
            base = self._raised(base, Constant(float(self._next.text[:10])), column)
            self._at += 1
        if self._accept("^"):
            with self._deeper():
                base = self._raised(base, self._signed(), column)
        return base

    def _raised(self, base: Node, exponent: Node, column: int) -> Node:
        huge = isinstance(exponent, Constant) and abs(exponent.value) > HIGHEST_POWER
        if huge and not isinstance(base, Constant):
            raise self._wrong(f"powers go up to {HIGHEST_POWER:,}", column)
        return self._apply("^", (base, exponent), column)

    def _atom(self) -> Node:
        token = self._next
        self._at += 1
        if token.kind == "number":
            if not isfinite(float(token.text)):
                raise self._wrong("this number is not finite", token.column)
            return Constant(float(token.text))
        if token.kind == "name":
            return self._call(token) if token.text in FUNCTIONS else self._named(token)
        self._at -= 1
        if self._accept("("):
            with self._deeper():
                inner = self._sum()
            self._close()
            return inner
        found = "the text ends" if token.kind == "end" else f"{token.text!r} stands here"
        raise self._wrong(f"a number, a name or a bracket is missing, {found}")

    def _close(self) -> None:
        if not self._accept(")"):
            raise self._wrong("a closing bracket is missing")

    def _named(self, token: Token) -> Node:
        name = token.text
        if self._next.text == "(":
            near = get_close_matches(name, FUNCTIONS, n=1)
            hint = f"did you mean {near[0]}?" if near else f"for a product write {name} * (...)"
            raise self._wrong(f"{name[:LONGEST_NAME]} is no known function, {hint}", token.column)
        if name in CONSTANTS:
            return Constant(CONSTANTS[name])
        if len(name) > LONGEST_NAME:
            raise self._wrong(f"a name has {LONGEST_NAME} characters at most", token.column)
        self.names[name] = None
        if len(self.names) > MOST_NAMES:
            raise self._wrong(f"there are more than {MOST_NAMES} names", token.column)
        return Parameter(name)

    def _call(self, token: Token) -> Node:
        name = token.text
        self._calls += 1
        if self._calls > MOST_CALLS:
            raise self._wrong(f"there are more than {MOST_CALLS} functions", token.column)
        if not self._accept("("):
            raise self._wrong(f"{name} needs brackets, {name}(...)", token.column)
        with self._deeper():
            operands = [self._sum()]
            while self._accept(","):
                operands.append(self._sum())
        self._close()
        several = name in ("min", "max")
        if several != (len(operands) > 1):
            wanted = "two arguments or more" if several else "one argument"
            raise self._wrong(f"{name} takes {wanted}, not {len(operands)}", token.column)
        return self._apply(name, tuple(operands), token.column)

    def _apply(self, name: str, operands: tuple[Node, ...], column: int) -> Node:
        """The operation, or the number that it comes to."""
        if len(operands) == 1 and name in OPERATORS:
            return operands[0]
        values = [operand.value for operand in operands if isinstance(operand, Constant)]
        if len(values) < len(operands):
            return Operation("log" if name == "ln" else name, operands)
        function = OPERATORS.get(name) or FUNCTIONS[name]
        with np.errstate(all="ignore"):
            value = float(reduce(function, values) if len(values) > 1 else function(values[0]))
        if not isfinite(value):
            raise self._wrong(f"a constant part comes to {value:g}, which is not a finite number", column)
        return Constant(value)
