"""A user's own Python file inside a script: its text, and the loss that a function in it makes.

gd-tui guards every call of the user's function, so that a mistake is told with file and line. A script leaves that
to Python, and has the arithmetic alone.
"""

from __future__ import annotations

import io
import re
import tokenize
from ast import literal_eval
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from gd_tui.engine.objective import Array, Objective
from gd_tui.export.carving import Verbatim
from gd_tui.problems.module import Origin, UserFunction

EPS = float(np.finfo(np.float64).eps)


class Function:
    """The loss that a Python function of the weights returns, alone or with its gradient.

    A Python float that overflows counts as an infinite loss.
    """

    function: Callable[[Array], Any]
    companion: Callable[[Array], Any]
    is_pair: bool
    is_numerical: bool

    def loss_and_gradient(self, w: Array, out: Array) -> float:
        if self.is_numerical:
            out[:] = self.differences(w)
            return self.loss(w)
        try:
            if self.is_pair:
                loss, gradient = self.function(w.copy())
            else:
                loss, gradient = self.function(w.copy()), self.companion(w.copy())
        except OverflowError:
            out[:] = np.nan
            return np.inf
        out[:] = np.array(gradient, dtype=np.float64)
        return float(np.asarray(loss, dtype=np.float64).reshape(()))

    def losses(self, weights: Array) -> Array:
        return np.array([self.loss(w) for w in weights])

    def loss(self, w: Array) -> float:
        try:
            answer = self.function(w.copy())
            return float(np.asarray(answer[0] if self.is_pair else answer, dtype=np.float64).reshape(()))
        except OverflowError:
            return np.inf

    def differences(self, w: Array) -> list[float]:
        """The gradient by central differences, h = eps^(1/3) max(1, |w_i|)."""
        gradient = []
        for i in range(len(w)):
            h = float(np.cbrt(EPS) * max(1.0, abs(float(w[i]))))
            high, low = w.copy(), w.copy()
            high[i] += h
            low[i] -= h
            gradient.append((self.loss(high) - self.loss(low)) / float(high[i] - low[i]))
        return gradient


def function_of(objective: UserFunction) -> Function:
    """The user's function as the script calls it, where `user_lines` have named it and its gradient."""
    made = Function()
    made.is_pair, made.is_numerical = objective._is_pair, objective.gradient_is_numerical
    vars(made)["function"] = Verbatim("staticmethod(user_loss)")
    vars(made)["companion"] = Verbatim("staticmethod(user_gradient)")
    return made


def user_lines(objective: Objective, origin: Origin) -> list[str]:
    """Lines that name what the script takes from the user's file."""
    found = f"module.{origin.name}"
    if not isinstance(objective, UserFunction):
        return [f"user_objective = {found}", "if callable(user_objective):", "    user_objective = user_objective()"]
    if objective._is_pair or objective._companion is None:
        return [f"user_loss = {found}"]
    own = getattr(objective._function, "gradient", None) is objective._companion
    return [f"user_loss = {found}", f"user_gradient = {found}{'.' if own else '_'}gradient"]


def user_text(origin: Origin) -> str:
    """Lines that run the user's file, as it was, in a module of its own called `module`."""
    text, file = _text(origin), Path(origin.path).name
    return "\n".join(
        [
            f"SOURCE = {_quoted(text)}",
            f"module = ModuleType({f'user_{Path(file).stem}'!r})",
            "sys.modules[module.__name__] = module  # dataclasses look their module up there",
            f'exec(compile(SOURCE, {file!r}, "exec"), module.__dict__)',
        ]
    )


def imports_gd_tui(origin: Origin) -> bool:
    """Whether the user's file leans on gd-tui itself."""
    return bool(re.search(r"^\s*(from|import)\s+gd_tui\b", _text(origin), re.MULTILINE))


def _text(origin: Origin) -> str:
    encoding, _ = tokenize.detect_encoding(io.BytesIO(origin.source).readline)
    return io.TextIOWrapper(io.BytesIO(origin.source), encoding).read()


def _quoted(text: str) -> str:
    """The text between triple quotes, as it is if that can be."""
    for quotes in ("'''", '"""'):
        plain = f"r{quotes}{text}{quotes}"
        if quotes not in text and not text.endswith(("\\", quotes[0])) and literal_eval(plain) == text:
            return plain
    return repr(text)
