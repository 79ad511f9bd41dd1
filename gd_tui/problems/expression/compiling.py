"""Sympy trees as numpy functions: straight-line code in which every distinct subtree is worked out once.

sympy.lambdify does the same, but takes many seconds to look for what is common in long expressions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sympy

from gd_tui.problems.expression.symbolic import COMPUTED, Tree

AT_ONCE = 50
"""Operands in a line of code: Python's compiler cannot read a sum of thousands."""


def compiled(names: Sequence[str], trees: Sequence[Tree]) -> Callable[..., Sequence[Any]]:
    """A function of the parameters, numpy floats or arrays, that gives the values of all trees.

    Its code is made of the trees' nodes alone: of what the user typed not even the names are in it. Its attribute
    `source` is that code.
    """
    code = _Code([sympy.Symbol(name) for name in names])
    values = ", ".join([code.place(tree) for tree in trees])
    arguments = ", ".join(f"w{i}" for i in range(len(names)))
    source = "\n    ".join([f"def function({arguments}):", *code.lines, f"return [{values}]"])
    space: dict[str, Any] = {"__builtins__": {}, **COMPUTED}
    exec(source, space)
    function: Callable[..., Sequence[Any]] = space["function"]
    vars(function)["source"] = source
    return function


class _Code:
    """Lines of code, and for every tree that they work out the variable that holds it."""

    def __init__(self, symbols: Sequence[Tree]) -> None:
        self.lines: list[str] = []
        self._places = {symbol: f"w{i}" for i, symbol in enumerate(symbols)}

    def place(self, tree: Tree) -> str:
        """The variable, or the number, that the tree's value is in."""
        if tree.is_Number:
            return f"({float(tree)!r})"
        if tree not in self._places:
            self._places[tree] = self._line(self._operation(tree))
        return self._places[tree]

    def _line(self, operation: str) -> str:
        variable = f"v{len(self.lines)}"
        self.lines.append(f"{variable} = {operation}")
        return variable

    def _operation(self, tree: Tree) -> str:
        if tree.is_Add:
            return self._chain(" + ", [self.place(part) for part in tree.args])
        if tree.is_Mul:
            return self._product(tree)
        if tree.is_Pow:
            return self._power(*tree.args)
        return f"{tree.func.__name__}({', '.join([self.place(part) for part in tree.args])})"

    def _product(self, tree: Tree) -> str:
        below = [part.base for part in tree.args if part.is_Pow and part.exp == -1]
        above = [part for part in tree.args if not (part.is_Pow and part.exp == -1)]
        product = self._chain(" * ", [self.place(part) for part in above] or ["1.0"])
        if not below:
            return product
        return f"{product} / {self._line(self._chain(' * ', [self.place(part) for part in below]))}"

    def _power(self, base: Tree, exponent: Tree) -> str:
        if exponent == -1:
            return f"1.0 / {self.place(base)}"
        if exponent == sympy.Rational(1, 2):
            return f"sqrt({self.place(base)})"
        return f"{self.place(base)} ** {f'({int(exponent)})' if exponent.is_Integer else self.place(exponent)}"

    def _chain(self, sign: str, operands: list[str]) -> str:
        while len(operands) > AT_ONCE:
            operands = [self._line(sign.join(operands[:AT_ONCE])), *operands[AT_ONCE:]]
        return sign.join(operands)
