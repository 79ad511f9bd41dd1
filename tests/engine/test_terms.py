"""The arithmetic that objectives and optimizers tell: what stands there is what is computed."""

from __future__ import annotations

from math import cos, e, exp, log, pi, sin, sqrt, tanh

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gd_tui.engine.engine import Engine
from gd_tui.engine.objective import Objective
from gd_tui.engine.optimizers import Optimizer
from gd_tui.engine.terms import Number, Term

from .cases import FEW, FEWER, OBJECTIVES, VARIANTS, at_point, points

every_problem = pytest.mark.parametrize("objective", OBJECTIVES.values(), ids=OBJECTIVES)


FUNCTIONS = {
    "π": pi,
    "e": e,
    "sqrt": sqrt,
    "abs": abs,
    "sign": lambda z: float((z > 0) - (z < 0)),
    "sin": sin,
    "cos": cos,
    "max": max,
    "min": min,
    "exp": exp,
    "tanh": tanh,
    "log": log,
    "sigmoid": lambda z: 1 / (1 + exp(-z)),
    "relu": lambda z: max(z, 0.0),
}
"""The functions and constants that formulas name."""


def worked_out(term: Term) -> float:
    """The value of the line, from nothing but what is written in it."""
    written = "".join(
        f"({part.value!r})" if isinstance(part, Number) else part
        for part in (p if isinstance(p, str) else Number(p.symbol, float(p.value)) for p in term.parts)
    )
    for sign, python in (("×", "*"), ("²", "**2"), ("³", "**3"), ("⁴", "**4"), ("√(", "sqrt("), ("^", "**")):
        written = written.replace(sign, python)
    return float(eval(written, {"__builtins__": {}, **FUNCTIONS}))


def check(lines: tuple[Term, ...]) -> None:
    """Every line holds, and a number that bears the name of an earlier line has its value."""
    known: dict[str, float] = {}
    for line in lines:
        numbers = [part for part in line.parts if isinstance(part, Number)]
        if numbers:
            scale = max([abs(n.value) for n in numbers] + [abs(line.value)])
            assert worked_out(line) == pytest.approx(line.value, rel=1e-9, abs=1e-12 * scale), line
        for n in numbers:
            assert n.symbol, line
            if n.symbol in known and n.symbol != line.name:
                assert n.value == pytest.approx(known[n.symbol], rel=1e-12), (line, n)
        assert line.name
        assert line.meaning
        known[line.name] = float(line.value)


@every_problem
@FEWER
@given(data=st.data())
def test_the_arithmetic_of_every_problem_ends_in_the_gradient(objective: Objective, data: st.DataObject) -> None:
    w = data.draw(points(objective))
    loss, gradient = at_point(objective, w)
    for i in range(len(w)):
        lines = objective.terms(w, i)
        check(lines)
        last = lines[-1]
        assert (last.name, last.kind) == ("gradient", "gradient")
        assert last.value == pytest.approx(gradient[i], rel=1e-9, abs=1e-12 * float(abs(gradient).max()))
        for line in lines:
            if line.name == "loss":
                assert line.value == pytest.approx(loss, rel=1e-12)


@pytest.mark.parametrize("optimizer", VARIANTS.values(), ids=VARIANTS)
@FEWER
@given(data=st.data())
def test_the_arithmetic_of_every_optimizer_holds(optimizer: Optimizer, data: st.DataObject) -> None:
    objective = OBJECTIVES["explainer"]
    engine = Engine(objective, optimizer, data.draw(st.sampled_from([0.001, 0.05])), data.draw(points(objective)))
    engine.run(data.draw(st.integers(0, 12)))
    assume(engine.diverged is None)
    for i, name in enumerate(objective.names):
        terms = optimizer.terms(i, name, engine.w, engine.gradient, engine.state, engine.moment())
        check(objective.terms(engine.w, i) + terms)
        assert terms[-1].name == f"new {name}"


@every_problem
def test_terms_leave_the_weights_alone(objective: Objective) -> None:
    w = objective.start.copy()
    objective.terms(w, 0)
    assert w.tobytes() == objective.start.tobytes()


def test_the_worked_example_in_its_own_numbers() -> None:
    lines = {line.name: line.value for line in OBJECTIVES["explainer"].terms(OBJECTIVES["explainer"].start, 0)}
    assert lines == pytest.approx({"predicted": 4.2, "error": -20.8, "gradient": -8.32}, rel=1e-14)


@FEW
@given(data=st.data())
def test_the_worked_example_tells_its_gradient_to_the_bit(data: st.DataObject) -> None:
    objective = OBJECTIVES["explainer"]
    w = data.draw(points(objective))
    told = [objective.terms(w, i)[-1].value for i in range(5)]
    assert told == at_point(objective, w)[1].tolist()
