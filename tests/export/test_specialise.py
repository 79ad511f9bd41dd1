"""Functions as one run needs them."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gd_tui.export.prose import text_of, without_underscores
from gd_tui.export.source import free_values, written
from gd_tui.export.specialise import UNKNOWN, read_by_need, specialised, without_stores

KNOWN = {"on": True, "off": False, "nothing": None, "zero": 0.0}


def special(function: Any, free: dict[str, object] | None = None) -> str:
    """The text of the function, where KNOWN are the attributes of self that never change."""
    node = specialised(written(function), "f", lambda name: KNOWN.get(name, UNKNOWN), free or {})
    return text_of(node)


def branches(self: Any, x: float) -> float:
    assert x > 0
    y: float = x
    if self.on and self.nothing is None:
        y += 1
    elif x > 2:
        y += 2
    if self.off or self.open:
        y += 3
    if self.zero != 0:
        y += 4
    return y if not self.off else -y


def nested(self: Any, x: float) -> float:
    with np.errstate(all="ignore"):
        if self.on:
            return x
        x += 1
    return 2 * x


def given_up(self: Any, w: Any) -> None:
    if self.zero == 0:
        w += 1
        return
    w += 2


def test_branches_that_are_never_taken_vanish() -> None:
    lines = [
        "def f(self, x):",
        "    y = x",
        "    y += 1",
        "    if self.off or self.open:",
        "        y += 3",
        "    return y",
    ]
    assert special(branches) == "\n".join(lines)


def test_nothing_is_left_behind_a_return() -> None:
    assert special(nested) == "def f(self, x):\n    return x"
    assert special(given_up) == "def f(self, w):\n    w += 1"


def power(n: float) -> tuple[Callable[[float], float], Callable[[float], float]]:
    return lambda x: x**n, lambda x: n * x ** (n - 1)


def test_lambdas_of_one_line_are_told_apart_and_closed() -> None:
    first, second = power(3.0)
    assert special(first, free_values(first)) == "def f(x):\n    return x ** 3.0"  # type: ignore[arg-type]
    assert special(second, free_values(second)) == "def f(x):\n    return 3.0 * x ** (3.0 - 1)"  # type: ignore[arg-type]


def test_what_nothing_reads_is_not_set() -> None:
    text = (
        "def f(self, x):\n    self.a, self.b = x, 2\n    self.c = self.a + self.d\n    self.d = self.c\n"
        "    self.e = self.first = x\n    return self.b"
    )
    node = ast.parse(text).body[0]
    assert isinstance(node, ast.FunctionDef)
    assert read_by_need([node]) == {"b"}
    kept = text_of(without_stores(node, {"b"}))
    assert kept == "def f(self, x):\n    self.b = 2\n    return self.b"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("def _f(_g):\n    return _g", "def f(g):\n    return g"),
        ("class A:\n    _x = 1\n\n    def f(self, x):\n        return self._x + x", None),
        ("def _f(x):\n    f = 1\n    return x", "def _f(x):\n    f = 1\n    return x"),
        ("class A:\n    x = 1\n    _x = 2", "class A:\n    x = 1\n    _x = 2"),
        ("def f(_if):\n    return _if", "def f(_if):\n    return _if"),
    ],
)
def test_underscores_go_where_no_name_is_in_the_way(text: str, plain: str | None) -> None:
    assert without_underscores([text]) == [plain or text.replace("_x", "x")]


def test_brackets_go_where_they_mean_nothing() -> None:
    text = 'def f(a, b):\n    """It\'s \'a\' swap."""\n    a, b = b, a\n    c = (a + b) * (a - b)\n    return a, c'
    node = ast.parse(text).body[0]
    assert isinstance(node, ast.FunctionDef)
    assert text_of(node) == text
