"""Typed functions: what they come to, their derivatives, and that hostile text gets one line in time."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from math import e, pi
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gd_tui.engine.objective import Array
from gd_tui.engine.terms import Number, Term
from gd_tui.errors import InputError
from gd_tui.problems import build_objective
from gd_tui.problems.expression.symbolic import formula_of
from gd_tui.problems.expression.syntax import FUNCTIONS, parse
from gd_tui.problems.expression.typed_function import TypedFunction
from gd_tui.scenario import Scenario

ROSENBROCK = "(1-x)^2 + 100*(y-x^2)^2"


def function(text: str, start: tuple[float, ...] | None = None) -> TypedFunction:
    built = build_objective(Scenario(problem="function", function=text, start=start))
    assert isinstance(built, TypedFunction)
    return built


def at(text: str, *w: float) -> float:
    return float(function(text).losses(np.array([w]))[0])


def slope(objective: TypedFunction, *w: float) -> Array:
    gradient = np.empty(len(w))
    objective.loss_and_gradient(np.array(w), gradient)
    return gradient


@pytest.mark.parametrize(
    ("text", "w", "value"),
    [
        ("2x", [3], 6),
        ("2(x+1)", [3], 8),
        ("2 x y", None, None),
        ("(x+1)(x-1)", [3], 8),
        ("(x+1)y", [3, 5], 20),
        ("x²y", [3, 2], 18),
        ("x³ − 2·x × 3 ÷ 4", [2], 5),
        ("x¹²", [2], 4096),
        ("-x^2", [3], -9),
        ("(-x)^2", [3], 9),
        ("2^-x", [2], 0.25),
        ("2^x^2", [3], 512),
        ("x**2**3", [2], 256),
        ("1/2x", [4], 2),
        ("x-1-1", [5], 3),
        ("x/2/2", [8], 2),
        ("--x", [3], 3),
        ("+x", [3], 3),
        ("2e1x + .5x + 1.x", [2], 43),
        ("2e*x", [1], 2 * e),
        ("pi*x + π", [1], 2 * pi),
        ("e^x", [2], e**2),
        ("ln(x) + log(x)", [e], 2),
        ("log10(x)", [1000], 3),
        ("sqrt(x)", [9], 3),
        ("max(x, 1, 2, -3) + min(x, 4)", [3], 6),
        ("abs(x) + sign(x)", [-3], 2),
        ("θ_1^2 + β", [3, 1], 10),
        ("lambda + class*numpy", [1, 2, 3], 7),
        ("w^0.5 * w^1.5", [3], 9),
    ],
)
def test_what_may_be_typed(text: str, w: list[float] | None, value: float | None) -> None:
    if w is None or value is None:
        with pytest.raises(InputError, match="operator is missing"):
            parse(text)
        return
    assert at(text, *w) == pytest.approx(value, rel=1e-14)


def test_parameters_come_in_the_order_of_first_appearance() -> None:
    assert function("z + a*z + sin(m)*a").names == ("z", "a", "m")


def test_numbers_keep_all_their_digits() -> None:
    assert at("0.1x", 1.0) == 0.1
    assert at("x*0.30000000000000004", 1.0) == 0.30000000000000004
    assert at("x + 123456789.123456789", 0.0) == 123456789.123456789


LEAVES = st.sampled_from(["x", "y", "zeta"]) | st.floats(0.1, 9).map(lambda v: f"{v:.3g}") | st.integers(1, 9).map(str)


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(st.sampled_from([name for name in FUNCTIONS if name not in ("min", "max")]), inner).map(
            lambda t: f"{t[0]}({t[1]})"
        ),
        st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
        st.tuples(inner, st.integers(-3, 4)).map(lambda t: f"({t[0]})^{t[1]}"),
        st.tuples(inner, inner).map(lambda t: f"({t[0]}) ^ ({t[1]})"),
        inner.map(lambda t: f"(-{t})"),
    )


def has_names(text: str) -> bool:
    return re.search("x|y|zeta", re.sub("exp|max", "", text)) is not None


EXPRESSIONS = st.recursive(LEAVES, _larger, max_leaves=8).filter(has_names)
POINTS = st.lists(st.floats(-3, 3).map(lambda v: round(v, 6)), min_size=3, max_size=3)


def reference(text: str, point: dict[str, float]) -> Any:
    """Evaluated by Python itself, in the longest floats that numpy has."""
    spaced = re.sub(r"(?<![\w.])(\d+\.?\d*(?:e[+-]?\d+)?)", r"number('\1')", text).replace("^", "**")
    values = {name: np.longdouble(value) for name, value in point.items()}
    with np.errstate(all="ignore"):
        return eval(spaced, {"__builtins__": {}, "number": np.longdouble, **FUNCTIONS, **values})


@settings(max_examples=200, deadline=None)
@given(text=EXPRESSIONS, point=POINTS)
def test_random_expressions_come_to_what_python_says(text: str, point: list[float]) -> None:
    named = dict(zip(("x", "y", "zeta"), point, strict=True))
    try:
        objective = function(text)
    except InputError:
        return
    w = np.array([named[name] for name in objective.names])
    expected = reference(text, named)
    near = [reference(text, {k: v * (1 + d) + d * 1e-3 for k, v in named.items()}) for d in (1e-13, -1e-13)]
    assume(np.isfinite([expected, *near]).all() and abs(expected) < 1e100)
    rough = float(max(abs(value - expected) for value in near))
    loss = objective.loss_and_gradient(w, np.empty_like(w))
    assume(np.isfinite(loss) or abs(expected) > 1e-100)
    tolerance = 1e-9 * max(1.0, abs(float(expected))) + 10 * rough
    assert abs(loss - float(expected)) <= tolerance
    assert abs(objective.losses(w[None, :])[0] - loss) <= tolerance


@settings(max_examples=200, deadline=None)
@given(text=EXPRESSIONS, point=st.lists(st.floats(), min_size=3, max_size=3))
def test_nothing_raises_at_any_weights(text: str, point: list[float]) -> None:
    try:
        objective = function(text)
    except InputError:
        return
    w = np.array(point[: len(objective.names)])
    gradient = np.empty_like(w)
    objective.loss_and_gradient(w, gradient)
    assert objective.losses(np.stack([w] * 3)).shape == (3,)
    assert objective.losses(np.empty((0, len(w)))).shape == (0,)
    assert objective.hessian(w).shape == (len(w), len(w))
    assert 0 < objective.default_rate <= 0.1
    objective.terms(w, 0)


SMOOTH = [
    ROSENBROCK,
    "sin(x*y) + cos(x)^2 - tan(x/4)",
    "exp(-x^2-y^2) * (x + 2y)^3",
    "log(1+x^2) / (3+cos(y)) + sqrt(5+x+y)",
    "atan(x*y) + asin(x/9) + acos(y/9) + sinh(x)*cosh(y) - tanh(x-y)",
    "asinh(x) + acosh(3+x^2) + atanh(y/9) + log10(4+y)",
    "(2+sin(x))^(y) + 2^(x*y) + x^2.5^0.5 + (3+x)^y",
    "x^3*y^-2/(1+x)",
    "1/(1+exp(-(a*x+b)))",
]


@pytest.mark.parametrize("text", SMOOTH)
def test_derivatives_are_those_of_sympy(text: str) -> None:
    objective = function(text)
    symbols = [sympy.Symbol(name) for name in objective.names]
    formula = re.sub(r"(\d)([a-z(])", r"\1*\2", text.replace("log10(4+y)", "log(4+y)/log(10.0)")).replace("^", "**")
    tree = sympy.sympify(formula, locals=dict(zip(objective.names, symbols, strict=True)))
    w = np.array([0.7, 1.3, -0.4, 0.9])[: len(symbols)]
    point = dict(zip(symbols, w.tolist(), strict=True))
    expected = [float(tree.diff(symbol).subs(point).evalf(20)) for symbol in symbols]
    np.testing.assert_allclose(slope(objective, *w), expected, rtol=1e-12)
    second = [[float(tree.diff(a, b).subs(point).evalf(20)) for b in symbols] for a in symbols]
    np.testing.assert_allclose(objective.hessian(w), second, rtol=1e-11, atol=1e-12)
    assert objective.hessian_formulas is not None


SIGNED = [
    "x-y-1", "-x-y", "-(x-y-1)", "-x-1", "2-x", "-(-x-1)", "-2(x-1)", "3(1-x)", "x*(y-x)", "-(1-x)(y-x)", "(x-1)^-3",
    "x-x-0.5", "x^0*0.5", "y/2-x/3", "-x*y*-0.1",
]  # fmt: skip


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name not in ("min", "max")])
def test_signs_inside_of_functions(name: str) -> None:
    """Where sympy looks for the sign of an argument, to take it outside."""
    for inner in SIGNED:
        text = f"{name}({inner}) + x*y"
        spelt = re.sub(r"([23)])\(", r"\1*(", text)
        expected = reference(spelt, {"x": 0.3, "y": 1.2})
        if np.isfinite(expected):
            objective = function(text)
            w = [{"x": 0.3, "y": 1.2}[parameter] for parameter in objective.names]
            assert objective.losses(np.array([w]))[0] == pytest.approx(float(expected), rel=1e-13)


def test_sub_gradients_at_kinks_are_finite() -> None:
    assert slope(function("abs(x)"), 0.0).tolist() == [0.0]
    assert slope(function("abs(x)"), -2.0).tolist() == [-1.0]
    assert slope(function("sign(x)*3 + x"), 0.0).tolist() == [1.0]
    assert slope(function("max(x, y)"), 1.0, 1.0).tolist() == [0.5, 0.5]
    assert slope(function("max(x, y, 3)"), 4.0, 1.0).tolist() == [1.0, 0.0]
    assert slope(function("min(x, y)"), 4.0, 1.0).tolist() == [0.0, 1.0]
    objective = function("abs(x)*abs(y) + max(x, y)^2 + min(x, 2y) + sign(x)")
    for w in ([0.0, 0.0], [1.0, 1.0], [-1.0, 2.0]):
        assert np.isfinite(objective.hessian(np.array(w))).all()
    shown = f"{objective.gradient_formulas} {objective.hessian_formulas}"
    assert not re.search("Dirac|Derivative|Heaviside|Piecewise|Subs", shown)


def test_formulas_read_as_one_would_write_them() -> None:
    objective = function(ROSENBROCK)
    assert objective.gradient_formulas == ["-400*x*(y - x^2) - 2*(1 - x)", "200*(y - x^2)"]
    assert objective.hessian_formulas == [["800*x^2 + 2 - 400*(y - x^2)", "-400*x"], ["-400*x", "200"]]
    assert function("x^2/2").gradient_formulas == ["x"]


@settings(max_examples=100, deadline=None)
@given(text=EXPRESSIONS, point=POINTS)
def test_the_shown_formula_of_the_gradient_is_the_gradient(text: str, point: list[float]) -> None:
    try:
        objective = function(text)
    except InputError:
        return
    formula = formula_of(objective._slopes[0])
    again = reference(formula, dict(zip(objective.names, point, strict=False))) if "above" not in formula else None
    w = np.array(point[: len(objective.names)])
    gradient = slope(objective, *w)
    if again is None or not (np.isfinite(again) and np.isfinite(gradient[0]) and abs(again) < 1e50):
        return
    doubled = [
        float(reference(formula, {n: v * (1 + d) for n, v in zip(objective.names, point, strict=False)}))
        for d in (1e-11, -1e-11)
    ]
    rough = max(abs(value - float(again)) for value in doubled)
    assume(np.isfinite(rough))
    assert gradient[0] == pytest.approx(float(again), rel=1e-8, abs=1e-8 + 10 * rough)


def test_terms_put_the_numbers_in() -> None:
    def shown(term: Term) -> str:
        return "".join(p if isinstance(p, str) else f"[{p.symbol}={p.value:g}]" for p in term.parts)

    loss, gradient = function(ROSENBROCK).terms(np.array([-1.5, 2.0]), 1)
    assert [shown(loss), shown(gradient)] == [
        "(1 - [x=-1.5])² + 100 × ([y=2] - [x=-1.5]²)²",
        "200 × ([y=2] - [x=-1.5]²)",
    ]
    assert loss.value == pytest.approx(12.5)
    assert (gradient.name, gradient.kind, gradient.value) == ("gradient", "gradient", pytest.approx(-50))
    (first, *_) = function("-x + 2x^5 - pi*x").terms(np.array([-2.0]), 0)
    text = "".join(str(p.value) if isinstance(p, Number) else p for p in first.parts)
    assert text == "-(-2.0) + 2 × (-2.0)^5 - π × -2.0"


def test_where_it_starts() -> None:
    assert function(ROSENBROCK).start.tolist() == [0, 0]
    assert function("x^2 + y^2").start.tolist() == [1, 1]
    assert function("log(x) + y").start.tolist() == [1, 1]
    assert function("log(-x)").start.tolist() == [-1]
    assert function("sqrt(x - 1.5)").start.tolist() == [2]
    assert function(ROSENBROCK, start=(3.0, 4.0)).start.tolist() == [3, 4]


def test_the_default_rate_is_safe() -> None:
    assert function("x^2").default_rate == 0.1
    assert function("50x^2").default_rate == pytest.approx(0.01)
    assert function("x").default_rate == 0.1
    assert function(ROSENBROCK, start=(1.0, 1.0)).default_rate == pytest.approx(1 / 1001.6, rel=1e-3)


def test_long_hessians_are_differences_of_the_exact_gradient() -> None:
    objective = function("*".join(f"x{i}" for i in range(60)))
    assert objective.hessian_formulas is None
    w = np.linspace(0.9, 1.1, 60)
    expected = np.prod(w) / np.outer(w, w)
    np.fill_diagonal(expected, 0)
    np.testing.assert_allclose(objective.hessian(w), expected, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("x^", 3, "the text ends"),
        ("x +", 4, "the text ends"),
        ("(x", 3, "closing bracket"),
        ("x)", 2, "closes nothing"),
        ("x y", 3, "operator is missing"),
        ("x 2", 3, "operator is missing"),
        ("2 3 x", 3, "operator is missing"),
        ("x.real", 2, "'.' has no meaning"),
        ("x + 'a'", 5, "no meaning"),
        ("sin x", 1, "sin needs brackets"),
        ("sni(x)", 1, "did you mean sin"),
        ("x(y+1)", 1, "write x * (...)"),
        ("max(x)", 1, "two arguments or more"),
        ("sin(x, y)", 1, "one argument"),
        ("x + 1/0", 7, "division by 0"),
        ("x/(2-2)", 3, "division by 0"),
        ("x + log(0)", 5, "-inf"),
        ("x + sqrt(-1)", 5, "nan"),
        ("x + 1e999", 5, "not finite"),
        ("x + 9^9^9^9", 7, "inf"),
        ("x^1001", 1, "1,000"),
        ("x, y", 2, "out of place"),
        ("x * / y", 5, "'/' stands here"),
    ],
)
def test_errors_say_where(text: str, column: int, words: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(text)
    assert str(caught.value).startswith(f"function: column {column}: ")
    assert words in str(caught.value)


@pytest.mark.parametrize("text", ["", "   ", "3", "pi", "2 + 2"])
def test_without_a_name_there_is_nothing_to_change(text: str) -> None:
    with pytest.raises(InputError, match="function: "):
        parse(text)


NESTED = ["tanh({})", "sin(1-{})", "sinh(-1-{})", "1/(1-y/({}))", "log10(-1-y*({}))", "sqrt(-1-{})", "max(y,{})"]


@pytest.mark.parametrize("layer", NESTED)
def test_what_is_nested_takes_no_longer_for_it(layer: str) -> None:
    text = "x-y-1"
    for _ in range(14):
        text = layer.format(text)
    begun = time.perf_counter()
    assert function(text).hessian(np.array([0.3, 0.4])).shape == (2, 2)
    assert time.perf_counter() - begun < 5


HOSTILE = {
    "import": "__import__('os').system('true')",
    "import-statement": "import os",
    "attribute": "x.__class__.__mro__[1].__subclasses__()",
    "lambda": "(lambda: 0)()",
    "walrus": "(x := 9)",
    "string": "'a' * 10**9",
    "newline": "x\nimport os",
    "nul": "x\0",
    "tower": "9^9^9^9",
    "tower-of-names": "^".join("x" * 60),
    "factors": "*".join(f"sin({i}x)" for i in range(1, 900)),
    "factors-of-sums": "*".join(f"(x+{i})" for i in range(1, 1200)),
    "sums": "+".join(f"sin({i}x)" for i in range(1, 900)),
    "brackets": "(" * 10**6,
    "balanced": "(" * 10**6 + "x" + ")" * 10**6,
    "brackets-within-length": "(" * 4999 + "x" + ")" * 4999,
    "signs": "-" * 9000 + "x",
    "functions": "sin(" * 2000 + "x" + ")" * 2000,
    "power": "x^999999999",
    "powers-of-powers": "((((999x)^1000)^1000)^1000)^1000",
    "powers-of-sums": "((((2x+y)^1000)^1000)^1000)^1000",
    "digits": "9" * 9000 + "x",
    "exponent": "x*1e99999999",
    "superscript": "x" + "⁹" * 5000,
    "zero": "x + 1/0",
    "infinite": "1e999*x",
    "log": "log(0)*x",
    "hidden-zero": "x/(y-y)",
    "overflow": "x*1e308*1e308",
    "imaginary": "(-1)^x",
    "names": "+".join(f"x{i}" for i in range(101)),
    "long-name": "x" * 5000,
    "wide": "x+" * 10**6,
}

MEASURE = """
import json, resource, sys, time
from gd_tui.errors import InputError
from gd_tui.problems import build_objective
from gd_tui.scenario import Scenario
for name, text in json.load(sys.stdin).items():
    begun = time.perf_counter()
    try:
        build_objective(Scenario(problem="function", function=text))
        message = None
    except InputError as error:
        message = str(error)
    print(json.dumps([name, message, time.perf_counter() - begun]), flush=True)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024))
"""


@pytest.fixture(scope="module")
def measured() -> tuple[dict[str, tuple[str | None, float]], int]:
    """For every hostile text its message and the seconds that it took, and the bytes that all of them took."""
    command = [sys.executable, "-W", "error", "-c", MEASURE]
    done = subprocess.run(command, input=json.dumps(HOSTILE), capture_output=True, text=True, timeout=60, check=True)
    *lines, size = done.stdout.splitlines()
    rows = [json.loads(line) for line in lines]
    return {name: (message, seconds) for name, message, seconds in rows}, int(size)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_gets_one_line_in_time(
    measured: tuple[dict[str, tuple[str | None, float]], int], name: str
) -> None:
    message, seconds = measured[0][name]
    assert message is not None
    assert message.startswith("function: ")
    assert message.isprintable()
    assert len(message) < 200
    assert seconds < 2


def test_hostile_text_takes_little_memory(measured: tuple[dict[str, tuple[str | None, float]], int]) -> None:
    assert measured[1] < 500e6
