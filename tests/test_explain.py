"""The arithmetic as text: it fits its room, reads as mathematics, and what stands there is true."""

from __future__ import annotations

import re
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gd_tui.engine.terms import Term, number
from gd_tui.engine.terms import given as given_number
from gd_tui.explain import explain, formula, numbers
from gd_tui.scenario import Scenario
from gd_tui.simulator import Simulator

RUNS = {
    "explainer": Scenario(),
    "adam": Scenario(optimizer="adam"),
    "nesterov": Scenario(optimizer="nesterov"),
    "sum": Scenario(problem="explainer-sum"),
    "rosenbrock": Scenario(problem="rosenbrock", optimizer="adam"),
    "two-valleys": Scenario(problem="two-valleys"),
    "hubble": Scenario(problem="linear", data="hubble_1929", standardize=True, lr=0.4),
    "longley": Scenario(problem="linear", data="longley", standardize=True, lr=0.01),
}
every_run = pytest.mark.parametrize("scenario", RUNS.values(), ids=RUNS)
AMPLE = 400
TWO_SIGNS = re.compile(r"(?<!e)[+-] ?[+-]")

values = st.floats(allow_nan=True)


def all_terms(scenario: Scenario, k: int) -> list[Term]:
    simulator = Simulator(scenario)
    simulator.step(k)
    return [term for i in range(len(simulator.names)) for term in simulator.snapshot(i).terms]


@st.composite
def terms(draw: st.DrawFn) -> Term:
    """Sums, differences, products and powers of numbers of any size."""
    operators = st.sampled_from([" + ", " - ", " × ", " / "])
    powers = st.sampled_from(["", "²", "³", "⁴"])
    made = st.builds(lambda v, g: (given_number if g else number)("a", v), values, st.booleans())
    parts = [draw(made), draw(powers)]
    for _ in range(draw(st.integers(0, 3))):
        parts += [draw(operators), draw(made), draw(powers)]
    joined: list[object] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        elif part != "":
            joined.append(part)
    return Term("name", tuple(joined), draw(values))  # type: ignore[arg-type]


@given(terms(), st.integers(1, 80))
def test_the_numbers_never_take_more_than_their_room(term: Term, room: int) -> None:
    assert len(numbers(term, room)) <= room


@given(terms(), st.integers(1, 80))
def test_no_sign_follows_another(term: Term, room: int) -> None:
    assert not TWO_SIGNS.search(numbers(term, room))


@given(terms())
def test_the_power_of_a_negative_number_is_in_brackets(term: Term) -> None:
    text = numbers(term, AMPLE)
    assert not re.search(r"(?<!e)-[\d.]+(e[+-]\d+)?[²³⁴]", text)


@given(terms())
def test_where_there_is_room_nothing_is_left_out(term: Term) -> None:
    assert "…" not in numbers(term, AMPLE)


@every_run
@pytest.mark.parametrize("k", [0, 1, 7])
def test_the_shown_arithmetic_is_true(scenario: Scenario, k: int) -> None:
    """Worked out from the very text on the screen, each line gives its value, up to the digits shown."""
    for term in all_terms(scenario, k):
        text = numbers(term, AMPLE)
        if any(isinstance(part, str) and part[:1].isalpha() for part in term.parts) or "Σ" in text:
            continue
        for sign, python in (("×", "*"), ("²", "**2"), ("³", "**3"), ("⁴", "**4")):
            text = text.replace(sign, python)
        text = re.sub(r"√(\([^()]*\)|[\d.e+-]+)", r"sqrt(\1)", text)
        worked_out = float(eval(text, {"__builtins__": {}, "sqrt": sqrt, "max": max}))
        largest = max((abs(p.value) for p in term.parts if not isinstance(p, str)), default=0.0)
        assert worked_out == pytest.approx(term.value, rel=2e-2, abs=1e-3 * max(1.0, largest)), (term, text)


@every_run
def test_every_room_is_kept_by_every_problem(scenario: Scenario) -> None:
    shown = all_terms(scenario, 3)
    for room in range(1, 60):
        for line in explain(shown, room):
            assert len(line.numbers) <= room
            assert not TWO_SIGNS.search(line.numbers)


def test_the_worked_example_as_the_text_has_it() -> None:
    simulator = Simulator(Scenario())
    simulator.step(12)
    lines = explain(simulator.snapshot(0).terms, 20)
    assert [(line.name, line.numbers) for line in lines] == [
        ("predicted", "8.6779 × 1"),
        ("error", "8.6779 - 25"),
        ("gradient", "2/5 × -16.3221 × 1"),
        ("move", "-0.05 × -6.5288"),
        ("new w1", "8.6779 + 0.3264"),
    ]
    assert [line.formula for line in lines] == [
        "w1 × x1",
        "predicted - y",
        "2/n × error × x1",
        "-lr × gradient",
        "w1 + move",
    ]
    assert all(line.meaning for line in lines)


@pytest.mark.parametrize(
    ("room", "text"),
    [
        (18, "2/5 × -16.3221 × 1"),
        (17, "2/5 × -16.322 × 1"),
        (16, "2/5 × -16.32 × 1"),
        (14, "2/5×-16.322×1"),
        (12, "2/5×-16.32×1"),
        (11, "2/5×-16.3×1"),
        (10, "2/5×-16.3…"),
    ],
)
def test_digits_go_one_by_one_as_the_room_shrinks(room: int, text: str) -> None:
    term = Term(
        "gradient",
        ("2/", given_number("n", 5), " × ", number("error", -16.32211), " × ", given_number("x1", 1)),
        -6.5288,
    )
    assert numbers(term, room) == text


def test_a_negative_number_turns_the_sign_before_it() -> None:
    assert numbers(Term("t", (number("a", 1.0), " + ", number("b", -2.0)), -1.0), 40) == "1.0000 - 2.0000"
    assert numbers(Term("t", (number("a", 1.0), " - ", number("b", -2.0)), 3.0), 40) == "1.0000 + 2.0000"


def test_symbols_stand_in_the_formula_as_they_are() -> None:
    term = Term("t", ("(", number("1 - x", -2.0), ")² / ", given_number("n", 4)), 1.0)
    assert formula(term) == "(1 - x)² / n"
