"""Expressions as sympy trees, their derivatives, and the formulas of both.

sympy is told of numbers as floats: its exact integers could grow beyond all memory. Its functions are replaced by
our own: to find forms of the same value sympy's take time that grows exponentially where they are nested, and
where they have a kink their derivatives hold Dirac's delta.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
import sympy
from sympy.printing.str import StrPrinter

from gd_tui.errors import InputError
from gd_tui.problems.expression import syntax
from gd_tui.problems.expression.syntax import Constant, Node, Parameter

Tree = Any
"""A sympy expression: sympy has no types to go by."""

LARGEST_EXPONENT = 10**9
"""Of powers of powers; numpy takes no larger whole number."""


class TooLargeError(Exception):
    """The derivatives would be larger than the budget allows."""


COMPUTED: dict[str, Callable[..., Any]] = {
    **syntax.FUNCTIONS,
    "above": lambda a, b: np.heaviside(np.subtract(a, b), 0.5),
}
"""What the functions in a tree compute, by the names of their classes."""


class Computed(sympy.Function):  # type: ignore[misc]
    """A function that is a number of numbers, and of everything else stays what it is."""

    @classmethod
    def eval(cls, *operands: Tree) -> Tree | None:
        if not all(operand.is_Number for operand in operands):
            return None
        with np.errstate(all="ignore"):
            return sympy.Float(COMPUTED[cls.__name__](*map(float, operands)))

    def fdiff(self, argindex: int = 1) -> Tree:
        return SLOPES[type(self).__name__][argindex - 1](*self.args)


def _root(a: Tree) -> Tree:
    return sympy.Pow(a, sympy.Rational(1, 2))


SLOPES: dict[str, tuple[Callable[..., Tree], ...]] = {
    "sin": (lambda a: call("cos", a),),
    "cos": (lambda a: -call("sin", a),),
    "tan": (lambda a: 1 + call("tan", a) ** 2,),
    "asin": (lambda a: 1 / _root(1 - a**2),),
    "acos": (lambda a: -1 / _root(1 - a**2),),
    "atan": (lambda a: 1 / (1 + a**2),),
    "sinh": (lambda a: call("cosh", a),),
    "cosh": (lambda a: call("sinh", a),),
    "tanh": (lambda a: 1 - call("tanh", a) ** 2,),
    "asinh": (lambda a: 1 / _root(a**2 + 1),),
    "acosh": (lambda a: 1 / (_root(a - 1) * _root(a + 1)),),
    "atanh": (lambda a: 1 / (1 - a**2),),
    "exp": (lambda a: call("exp", a),),
    "log": (lambda a: 1 / a,),
    "log10": (lambda a: sympy.Float(1 / np.log(10)) / a,),
    "abs": (lambda a: call("sign", a),),
    "sign": (lambda a: sympy.S.Zero,),
    "above": (lambda a, b: sympy.S.Zero, lambda a, b: sympy.S.Zero),
    "max": (lambda a, b: call("above", a, b), lambda a, b: call("above", b, a)),
    "min": (lambda a, b: call("above", b, a), lambda a, b: call("above", a, b)),
}
"""The derivatives of each function by its arguments.

At kinks they are sub-gradients: 0 for |a| at 0, half of each slope where two are equal. `above(a, b)` is 1 where
a > b, 0 where a < b, 1/2 where they are equal.
"""

CALLED: dict[str, Any] = {name: type(sympy.Function)(name, (Computed,), {}) for name in SLOPES}
"""The class of each function."""


def call(name: str, *operands: Tree) -> Tree:
    """The function of that name, applied to trees."""
    return CALLED[name](*operands)


def tree_of(node: Node) -> Tree:
    """The sympy tree of what was typed. Raises InputError if its numbers do not stay real and finite."""
    return _checked(_built(node))


def _built(node: Node) -> Tree:
    if isinstance(node, Constant):
        return sympy.Float(node.value)
    if isinstance(node, Parameter):
        return sympy.Symbol(node.name)
    return _as_float(_applied(node.name, [_built(operand) for operand in node.operands]))


def _applied(name: str, operands: list[Tree]) -> Tree:
    match name:
        case "+":
            return sympy.Add(*operands)
        case "*":
            return _tidy(sympy.Mul(*operands))
        case "^":
            return _power(*operands)
        case "sqrt":
            return _root(*operands)
        case "min" | "max":
            return _halved(CALLED[name], operands)
        case _:
            return call(name, *operands)


def _as_float(tree: Tree) -> Tree:
    """What has turned out constant (x - x, x^0) as a float: of exact numbers sympy makes pi and its like."""
    if tree.free_symbols or tree.is_Float:
        return tree
    with suppress(TypeError):
        return sympy.Float(float(tree))
    return _checked(tree)


def _power(base: Tree, exponent: Tree) -> Tree:
    """Halves and whole numbers stay exact as exponents, and e^x is exp(x)."""
    if base == sympy.Float(np.e):
        return call("exp", exponent)
    if exponent.is_Float and (2 * float(exponent)).is_integer():
        exponent = sympy.Rational(int(2 * exponent), 2)
    return sympy.Pow(base, exponent)


def _halved(function: Callable[..., Tree], operands: Sequence[Tree]) -> Tree:
    """A function of two, applied to many with as little nesting as can be."""
    if len(operands) == 1:
        return operands[0]
    middle = len(operands) // 2
    return function(_halved(function, operands[:middle]), _halved(function, operands[middle:]))


def _tidy(tree: Tree) -> Tree:
    """Without the factors 1.0 and -1.0."""
    coefficient, rest = tree.as_coeff_Mul()
    is_sign = coefficient.is_Float and float(coefficient) in (-1.0, 1.0)
    return sympy.Mul(int(coefficient), rest) if is_sign else tree


def product(*factors: Tree) -> Tree:
    """The product, written as short as can be.

    1.0 is left out and -1.0 is a sign, both of which sympy would keep as numbers, and 2 (x + y) is not multiplied out.
    """
    coefficient, rest = sympy.Mul(*(factor for factor in factors if not factor.is_Number)).as_coeff_Mul()
    coefficient = sympy.Mul(coefficient, *(factor for factor in factors if factor.is_Number))
    if coefficient.is_Float and float(coefficient) in (-1.0, 1.0):
        coefficient = sympy.Integer(int(coefficient))
    is_sum = rest.is_Add and coefficient not in (0, 1)
    return sympy.Mul(coefficient, rest, evaluate=not is_sum)


def _checked(tree: Tree) -> Tree:
    """The tree itself. Raises InputError if a number in it is not real and finite, or an exponent is huge."""
    seen, unseen = {tree}, [tree]
    while unseen:
        part = unseen.pop()
        _check_number(part)
        new = [operand for operand in part.args if operand not in seen]
        seen.update(new)
        unseen.extend(new)
    return tree


def _check_number(part: Tree) -> None:
    if part in (sympy.I, sympy.nan, sympy.zoo, sympy.oo, -sympy.oo):
        raise InputError("function: a part of it, or of its derivatives, is not a real finite number anywhere")
    if part.is_Integer and not -LARGEST_EXPONENT < part < LARGEST_EXPONENT:
        raise InputError("function: its powers of powers are too high")
    if part.is_Float and not np.isfinite(float(part)):
        raise InputError("function: its numbers, or those of its derivatives, grow beyond 1.8e308")


class Derivation:
    """The chain rule, with an account of its work: derivatives of long products can be very long."""

    def __init__(self, budget: int) -> None:
        self._left = budget
        self._known: dict[tuple[Tree, Tree], Tree] = {}
        self._symbols: dict[Tree, frozenset[Tree]] = {}

    def derivative(self, tree: Tree, by: Tree) -> Tree:
        """d tree / d by. Raises TooLargeError when the budget is spent, InputError if it is nowhere real and finite."""
        return _checked(self._derivative(tree, by))

    def _derivative(self, tree: Tree, by: Tree) -> Tree:
        if by not in self._symbols_of(tree):
            return sympy.S.Zero
        if tree == by:
            return sympy.S.One
        if (tree, by) not in self._known:
            self._known[tree, by] = self._worked_out(tree, by)
        return self._known[tree, by]

    def _worked_out(self, tree: Tree, by: Tree) -> Tree:
        self._spend(len(tree.args))
        parts = [(i, part) for i, part in enumerate(tree.args) if by in self._symbols_of(part)]
        if tree.is_Add:
            return sympy.Add(*(self._derivative(part, by) for _, part in parts))
        if tree.is_Mul:
            self._spend(len(tree.args) * len(parts))
            return sympy.Add(
                *(product(*tree.args[:i], self._derivative(part, by), *tree.args[i + 1 :]) for i, part in parts)
            )
        if tree.is_Pow:
            return self._of_power(tree, by)
        return sympy.Add(*(product(tree.fdiff(i + 1), self._derivative(part, by)) for i, part in parts))

    def _of_power(self, tree: Tree, by: Tree) -> Tree:
        base, exponent = tree.args
        if by not in self._symbols_of(exponent):
            return product(exponent, sympy.Pow(base, exponent - 1), self._derivative(base, by))
        grown = product(self._derivative(exponent, by), call("log", base))
        if by in self._symbols_of(base):
            grown += product(exponent, self._derivative(base, by), sympy.Pow(base, -1))
        return product(tree, grown)

    def _symbols_of(self, tree: Tree) -> frozenset[Tree]:
        if tree not in self._symbols:
            own = frozenset([tree]) if tree.is_Symbol else frozenset()
            self._symbols[tree] = own.union(*map(self._symbols_of, tree.args))
        return self._symbols[tree]

    def _spend(self, work: int) -> None:
        self._left -= work
        if self._left < 0:
            raise TooLargeError


class _Formula(StrPrinter):  # type: ignore[misc]
    def _print_Float(self, number: Tree) -> str:  # noqa: N802
        return f"{float(number):.12g}"

    def _as_ordered_terms(self, tree: Tree, order: str | None = None) -> list[Tree]:
        """What is added comes before what is taken away: y - x^2."""
        terms = super()._as_ordered_terms(tree, order)
        return sorted(terms, key=lambda term: bool(term.as_coeff_Mul()[0] < 0))


def formula_of(tree: Tree) -> str:
    """The tree in the language that `parse` reads."""
    return str(_Formula().doprint(tree)).replace("**", "^")
