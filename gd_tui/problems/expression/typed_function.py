"""The objective of a typed expression: exact derivatives, and the formulas that they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import sympy

from gd_tui.engine.analysis import hessian_by_differences
from gd_tui.engine.objective import Array, Objective
from gd_tui.engine.terms import Term
from gd_tui.errors import InputError
from gd_tui.problems.expression.compiling import compiled
from gd_tui.problems.expression.formula import put_in
from gd_tui.problems.expression.symbolic import Derivation, TooLargeError, formula_of, tree_of
from gd_tui.problems.expression.syntax import parse, tokenize
from gd_tui.problems.rows import rate_of_curvature

BUDGET = 20_000
"""Operands handled while a gradient, or a Hessian, is derived: a fraction of a second."""
LONGEST_SHOWN = 2_000
"""Characters of a formula; longer ones cannot be read anyway."""


class TypedFunction(Objective):
    """The function that an expression says.

    Attributes:
        hessian_formulas: d2L/dw_i dw_j as text, d lists of d, or None where they are so long that the Hessian
            is computed by differences of the exact gradient.

    Raises InputError for what is no expression, or none with real and finite derivatives of a reasonable length.
    """

    def __init__(self, text: str, start: Array | None = None) -> None:
        expression = parse(text)
        self.names = expression.names
        self._tokens = expression.tokens
        self._symbols = [sympy.Symbol(name) for name in self.names]
        self._tree = tree_of(expression.root)
        derivation = Derivation(BUDGET)
        try:
            self._slopes = [derivation.derivative(self._tree, symbol) for symbol in self._symbols]
        except TooLargeError:
            raise InputError("function: its gradient is too long to be derived; use --module instead") from None
        self._value = compiled(self.names, [self._tree])
        self._both = compiled(self.names, [self._tree, *self._slopes])
        self.start = self._first_usable_start() if start is None or len(start) != len(self.names) else start

    @cached_property
    def default_rate(self) -> float:
        """0.1, or 1 / the largest curvature at the start where that is smaller."""
        return min(0.1, rate_of_curvature(self.hessian(self.start)))

    def loss_and_gradient(self, w: Array, out: Array) -> float:
        with np.errstate(all="ignore"):
            values = self._both(*w)
        out[:] = values[1:]
        return float(values[0])

    def losses(self, weights: Array) -> Array:
        with np.errstate(all="ignore"):
            losses = np.asarray(self._value(*weights.T)[0], dtype=np.float64)
        return np.array(np.broadcast_to(losses, len(weights)))

    def hessian(self, w: Array) -> Array:
        if self._compiled_hessian is None:
            return hessian_by_differences(self, w)
        with np.errstate(all="ignore"):
            upper = self._compiled_hessian(*w)
        hessian = np.empty((len(w), len(w)))
        rows, columns = np.triu_indices(len(w))
        hessian[rows, columns] = hessian[columns, rows] = upper
        return hessian

    def terms(self, w: Array, i: int) -> tuple[Term, ...]:
        gradient = np.empty_like(w)
        loss = self.loss_and_gradient(w, gradient)
        point = dict(zip(self.names, w.tolist(), strict=True))
        slope = tokenize(formula_of(self._slopes[i])[:LONGEST_SHOWN])
        return (
            Term("loss", put_in(self._tokens, point), loss, "the function as it was typed"),
            Term(
                "gradient",
                put_in(slope, point),
                float(gradient[i]),
                f"the derivative by {self.names[i]}: how fast the loss rises with it",
                "gradient",
            ),
        )

    @property
    def gradient_formulas(self) -> list[str]:
        """dL/dw_i as text."""
        return [formula_of(slope) for slope in self._slopes]

    @property
    def hessian_formulas(self) -> list[list[str]] | None:
        """d2L/dw_i dw_j as text."""
        if self._upper is None:
            return None
        d = len(self.names)
        texts = [[""] * d for _ in range(d)]
        for i, j, tree in zip(*(indices.tolist() for indices in np.triu_indices(d)), self._upper, strict=True):
            texts[i][j] = texts[j][i] = formula_of(tree)
        return texts

    @cached_property
    def _upper(self) -> Sequence[Any] | None:
        """The upper triangle of the Hessian, row by row; None where it is too long."""
        derivation = Derivation(BUDGET)
        try:
            return [
                derivation.derivative(slope, symbol)
                for i, slope in enumerate(self._slopes)
                for symbol in self._symbols[i:]
            ]
        except (TooLargeError, RecursionError):
            return None

    @cached_property
    def _compiled_hessian(self) -> Callable[..., Sequence[Any]] | None:
        return None if self._upper is None else compiled(self.names, self._upper)

    def _first_usable_start(self) -> Array:
        """Zeros or, where loss or gradient are not finite there or the gradient is exactly 0, the first of ones,
        minus ones, twos, halves and 1, 1.1, 1.2, ... where they are finite and it is not.
        """
        d = len(self.names)
        candidates: list[Array] = [np.full(d, value) for value in (0.0, 1.0, -1.0, 2.0, 0.5)]
        candidates.append(np.linspace(1.0, 1 + 0.1 * (d - 1), d))
        gradient = np.empty(d)
        for start in candidates:
            loss = self.loss_and_gradient(start, gradient)
            if np.isfinite(loss) and np.isfinite(gradient).all() and gradient.any():
                return start
        return candidates[0]
