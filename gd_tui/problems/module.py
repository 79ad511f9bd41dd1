"""The user's own Python: a function of the weights, with or without its gradient, or an Objective.

`--module FILE.py:NAME`, where NAME is one of

- a function f(w) of an array of shape (d,) that returns the loss, or the loss and its gradient, shape (d,);
  a gradient may also be given by a function NAME_gradient of the file, or by an attribute `gradient` of f;
  attributes `names` and `start` of f say what the weights are called and where they begin;
- an Objective, a class of them that is made without arguments, or a function without arguments that returns one.

Opening a module runs its code. A Python float that overflows (OverflowError) counts as a loss that is infinite;
every other exception is the user's to mend, and is told with file and line.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from gd_tui.engine.analysis import EPS, hessian_by_differences
from gd_tui.engine.objective import Array, Objective
from gd_tui.engine.terms import Term, given, number
from gd_tui.errors import InputError, unknown
from gd_tui.problems.rows import rate_of_curvature
from gd_tui.problems.table import Problem, Settings
from gd_tui.scenario import Scenario

LONGEST_MESSAGE = 200
ASKED = ("loss_and_gradient", "losses", "hessian", "terms", "curvature", "slice", "random_start", "data_units")
"""The methods of an Objective, in which the user's own code may fail."""


@dataclass(frozen=True)
class Origin:
    """Where an objective of the user's own is from: NAME in a file, with the text that was run."""

    path: str
    name: str
    source: bytes


def load(path: str) -> tuple[ModuleType, bytes]:
    """Run the Python file and give back its module and its source. Raises InputError where there is none, or it fails.

    This runs whatever code is in the file: whoever calls must know that the user asked for it.
    """
    try:
        source = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"--module {path}: cannot be read: {error.strerror}") from None
    module = ModuleType(f"gd_tui_module_{Path(path).stem}")
    module.__file__ = path
    sys.modules[module.__name__] = module  # dataclasses look their module up there
    sys.path.insert(0, str(Path(path).resolve().parent))
    try:
        _asked(path, lambda: exec(compile(source, path, "exec", dont_inherit=True), module.__dict__))
    finally:
        del sys.path[0]
    return module, source


def _asked(path: str, call: Callable[[], Any]) -> Any:
    """What the user's code answers. Raises InputError that names file, line and exception where it fails."""
    try:
        with np.errstate(all="ignore"):
            return call()
    except (InputError, OverflowError):
        raise
    except SyntaxError as error:
        place = f"line {error.lineno}: " if error.filename == path else ""
        raise InputError(f"{path}: {place}{type(error).__name__}: {error.msg}") from None
    except (Exception, SystemExit) as error:
        message = " ".join(f"{type(error).__name__}: {error}".split())[:LONGEST_MESSAGE]
        raise InputError(f"{path}: {_line(path, error)}{message}") from None


def _line(path: str, error: BaseException) -> str:
    """The last line of the user's file that was under way."""
    line, trace = "", error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == path:
            line = f"line {trace.tb_lineno}: "
        trace = trace.tb_next
    return line


def build_module(scenario: Scenario, settings: Settings) -> Objective:
    """The objective that the user's file defines. Raises InputError for what is wrong with it."""
    path, colon, name = (scenario.module or "").rpartition(":")
    if not (colon and path and name):
        raise InputError("the module problem needs a file and a name in it: --module FILE.py:NAME")
    module, source = load(path)
    objective = _objective(scenario, path, name, module)
    vars(objective)["origin"] = Origin(path, name, source)
    return objective


def _objective(scenario: Scenario, path: str, name: str, module: ModuleType) -> Objective:
    if not hasattr(module, name):
        public = [word for word in vars(module) if not word.startswith("_")]
        raise InputError(f"{path}: {unknown('name', name, public) if public else f'there is no {name} in it'}")
    found = getattr(module, name)
    if isinstance(found, Objective):
        return _guarded(path, name, found)
    if not callable(found):
        raise InputError(f"{path}: {name} is no function, but {type(found).__name__}")
    if isinstance(found, type) or _takes_nothing(found):
        return _guarded(path, name, _unless_overflow(path, found))
    companion = getattr(found, "gradient", getattr(module, f"{name}_gradient", None))
    start = scenario.start if isinstance(scenario.start, tuple) else None
    return UserFunction(path, name, found, companion, start)


def _takes_nothing(function: Callable[..., Any]) -> bool:
    try:
        return not inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False


def _unless_overflow(path: str, call: Callable[[], Any]) -> Any:
    try:
        return _asked(path, call)
    except OverflowError as error:
        raise InputError(f"{path}: {_line(path, error)}OverflowError: {error}") from None


def _guarded(path: str, name: str, objective: Any) -> Objective:
    """The user's objective, whose failures name file and line."""
    if not isinstance(objective, Objective):
        raise InputError(f"{path}: {name} makes no Objective, but {type(objective).__name__}, and takes no weights")
    names, start = getattr(objective, "names", None), getattr(objective, "start", None)
    objective.names = _names(path, name, names)
    objective.start = _vector(path, f"{name}.start", start, len(objective.names))
    for method in ASKED:
        setattr(objective, method, _guard(path, getattr(objective, method)))
    return objective


def _guard(path: str, method: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *arguments: _unless_overflow(path, lambda: method(*arguments))


def _names(path: str, name: str, names: Any) -> tuple[str, ...]:
    if (
        not isinstance(names, Sequence)
        or isinstance(names, str)
        or not names
        or not all(isinstance(word, str) and word for word in names)
        or len(set(names)) < len(names)
    ):
        raise InputError(f"{path}: {name}.names must be different texts, one for each weight")
    return tuple(names)


def _vector(path: str, what: str, numbers: Any, d: int | None = None) -> Array:
    """The numbers as an array of shape (d,). Raises InputError where they are none, or too many or few."""
    try:
        vector = np.array(numbers, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{path}: {what} must be numbers, not {type(numbers).__name__}") from None
    if vector.ndim == 0 and d == 1:
        vector = vector.reshape(1)
    if vector.ndim != 1 or len(vector) == 0 or (d is not None and len(vector) != d):
        wanted = "one number for each weight" if d is None else f"shape ({d},)"
        raise InputError(f"{path}: {what} must have {wanted}, not shape {vector.shape}")
    return vector


class UserFunction(Objective):
    """A loss that is the user's Python function.

    Attributes:
        gradient_is_numerical: whether the user gave no gradient, so that it is made by central differences.

    Raises InputError, also later, where the function fails or returns something else than numbers.
    """

    def __init__(
        self,
        path: str,
        name: str,
        function: Callable[..., Any],
        companion: Callable[..., Any] | None = None,
        start: Sequence[float] | None = None,
    ) -> None:
        self._path, self._name, self._function, self._companion = path, name, function, companion
        self.names, self.start = self._weights(start)
        answer = self._first_answer()
        self._is_pair = isinstance(answer, tuple | list) and len(answer) == 2
        self.gradient_is_numerical = not self._is_pair and companion is None
        self.loss_and_gradient(self.start, np.empty_like(self.start))

    def _weights(self, wanted: Sequence[float] | None) -> tuple[tuple[str, ...], Array]:
        """Names and start: what the function says, and else as many weights as the scenario's start has."""
        names, start = getattr(self._function, "names", None), getattr(self._function, "start", None)
        if names is None and start is None and wanted is None:
            raise InputError(
                f"{self._path}: how many weights does {self._name} have? Give --start, as in --start 0,0, "
                f"or write {self._name}.start = [0, 0] below the function"
            )
        if names is not None:
            names = _names(self._path, self._name, names)
            d: int | None = len(names)
        else:
            d = None
        if start is not None:
            start = _vector(self._path, f"{self._name}.start", start, d)
            d = len(start)
        if wanted is not None and (d is None or len(wanted) == d):
            start, d = np.array(wanted), len(wanted)
        assert d is not None
        return names or tuple(f"w{i + 1}" for i in range(d)), np.zeros(d) if start is None else start

    def _first_answer(self) -> Any:
        try:
            return self._asked(self._function, self.start)
        except OverflowError:
            return np.inf

    @property
    def default_rate(self) -> float:
        """0.1, or 1 / the largest curvature at the start where that is smaller."""
        return min(0.1, rate_of_curvature(self.hessian(self.start)))

    def loss_and_gradient(self, w: Array, out: Array) -> float:
        if self.gradient_is_numerical:
            out[:] = self._differences(w)
            return self._loss(w)
        try:
            loss, gradient = self._answer(w)
            if not self._is_pair:
                gradient = self._asked(self._companion, w)
        except OverflowError:
            out[:] = np.nan
            return np.inf
        out[:] = _vector(self._path, f"the gradient of {self._name}", gradient, len(w))
        return self._number(loss)

    def losses(self, weights: Array) -> Array:
        return np.array([self._loss(w) for w in weights])

    def hessian(self, w: Array) -> Array:
        if not self.gradient_is_numerical:
            return hessian_by_differences(self, w)
        d, h = len(w), EPS**0.25 * np.maximum(1.0, np.abs(w))
        steps = np.diag(h)
        hessian = np.empty((d, d))
        with np.errstate(all="ignore"):
            for i in range(d):
                for j in range(i + 1):
                    corners = [self._loss(w + a * steps[i] + b * steps[j]) for a in (1, -1) for b in (1, -1)]
                    second = (corners[0] - corners[1] - corners[2] + corners[3]) / (4 * h[i] * h[j])
                    hessian[i, j] = hessian[j, i] = second
        return hessian

    def terms(self, w: Array, i: int) -> tuple[Term, ...]:
        gradient = np.empty_like(w)
        loss = self.loss_and_gradient(w, gradient)
        of_w = ", ".join(self.names) if len(self.names) <= 4 else f"{self.names[0]}, ..., {self.names[-1]}"
        first = Term("loss", (f"{self._name}({of_w})",), loss, "what your function returns")
        if not self.gradient_is_numerical:
            return first, Term(
                "gradient",
                (f"∂{self._name}/∂{self.names[i]}",),
                float(gradient[i]),
                "what your function says is its slope; `gd-tui check` tests it",
                "gradient",
            )
        above, below, width = self._around(w, i)
        name = self.names[i]
        return (
            first,
            Term("above", (f"{self._name} at {name} + h",), above, f"with h = {width / 2:g}, all else as it is"),
            Term("below", (f"{self._name} at {name} - h",), below, f"with h = {width / 2:g}, all else as it is"),
            Term(
                "gradient",
                ("(", number("above", above), " - ", number("below", below), ") / ", given("2h", width)),
                float(gradient[i]),
                "numerical, by central differences: your function gives no gradient",
                "gradient",
            ),
        )

    def _differences(self, w: Array) -> list[float]:
        """The gradient by central differences, h = eps^(1/3) max(1, |w_i|)."""
        gradient = []
        for i in range(len(w)):
            above, below, width = self._around(w, i)
            gradient.append((above - below) / width)
        return gradient

    def _around(self, w: Array, i: int) -> tuple[float, float, float]:
        """The losses on either side of w_i, and how far they lie apart."""
        h = float(np.cbrt(EPS) * max(1.0, abs(float(w[i]))))
        high, low = w.copy(), w.copy()
        high[i] += h
        low[i] -= h
        return self._loss(high), self._loss(low), float(high[i] - low[i])

    def _loss(self, w: Array) -> float:
        try:
            return self._number(self._answer(w)[0])
        except OverflowError:
            return np.inf

    def _answer(self, w: Array) -> tuple[Any, Any]:
        """Loss and gradient as the function returns them; None for a gradient that it does not return."""
        answer = self._asked(self._function, w)
        if not self._is_pair:
            return answer, None
        if not (isinstance(answer, tuple | list) and len(answer) == 2):
            raise InputError(f"{self._path}: {self._name} returned (loss, gradient) before, but not for w = {w}")
        return answer[0], answer[1]

    def _asked(self, function: Callable[..., Any] | None, w: Array) -> Any:
        assert function is not None
        return _asked(self._path, lambda: function(w.copy()))

    def _number(self, answer: Any) -> float:
        if isinstance(answer, float | int | np.generic | np.ndarray) or hasattr(answer, "__float__"):
            with suppress(TypeError, ValueError):
                return float(np.asarray(answer, dtype=np.float64).reshape(()))
        kind = f"an array of shape {answer.shape}" if isinstance(answer, np.ndarray) else type(answer).__name__
        raise InputError(
            f"{self._path}: {self._name} must return the loss as one number, or (loss, gradient), not {kind}"
        )


PROBLEMS = (
    Problem(
        "module",
        "a Python function of yours: --module FILE.py:NAME, with or without a gradient",
        build_module,
        needs="module",
    ),
)
