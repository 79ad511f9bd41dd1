"""Conditions: every form of them, what is wrong with others, and where a run stops for them, forwards and backwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from math import isfinite

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gd_tui.simulator.run
import gd_tui.simulator.slices
from gd_tui.errors import InputError
from gd_tui.scenario import Scenario
from gd_tui.simulator import Simulator
from gd_tui.simulator.conditions import COMPARISONS, Look, parse_condition
from gd_tui.simulator.slices import finish

from ..engine.cases import FEW

NAMES = ("w1", "w2", "living area", "a,b", 'a "q"', "loss", "full", "until", "or", "and", "sign", "nonfinite", "step")


def look(k: int = 7, loss: float = 3.0, w: Sequence[float] = (), gradient: float = 5.0, full: float = 2.0) -> Look:
    """A step at which weight i is 100 + i, and the gradient has one component that is not 0."""
    weights = np.array(w or [100.0 + i for i in range(len(NAMES))])
    return Look(k, loss, weights, np.eye(len(NAMES))[0] * gradient, full)


def holds(text: str, here: Look | None = None, before: Look | None = None) -> bool:
    return parse_condition(text, NAMES).holds(here or look(), before)


@pytest.mark.parametrize("sign", COMPARISONS)
@pytest.mark.parametrize(
    ("quantity", "value"),
    [
        ("loss", 3.0),
        ("full loss", 2.0),
        ("gradient", 5.0),
        ("step", 7.0),
        ("w1", 100.0),
        ('"w2"', 101.0),
        ('"living area"', 102.0),
        ("a,b", 103.0),
        ('"a ""q"""', 104.0),
        ('"loss"', 105.0),
        ('"full"', 106.0),
        ('"until"', 107.0),
        ('"or"', 108.0),
        ('"and"', 109.0),
        ('"sign"', 110.0),
        ('"nonfinite"', 111.0),
        ('"step"', 112.0),
    ],
)
def test_comparisons(quantity: str, value: float, sign: str) -> None:
    for bound in (value - 1, value, value + 1):
        expected = COMPARISONS[sign](value, bound)
        assert holds(f"{quantity} {sign} {bound}") == expected
        assert holds(f"{quantity}{sign}{bound!r}") == expected


@pytest.mark.parametrize(("bound", "value"), [("1e-3", 1e-3), ("-2", -2.0), ("+.5", 0.5), ("inf", np.inf)])
def test_bounds(bound: str, value: float) -> None:
    assert holds(f"loss = {bound}", look(loss=value))


def test_what_happens_between_two_steps() -> None:
    high, low = look(loss=4.0, full=1.0, gradient=-1.0), look(loss=3.0, full=2.0, gradient=1.0)
    assert holds("loss rises", high, low)
    assert not holds("loss rises", low, high)
    assert not holds("loss rises", low, low)
    assert not holds("loss rises", high, None)
    assert holds("full loss rises", low, high)
    assert not holds("full loss rises", high, low)
    assert holds("sign w1", high, low)
    assert holds("sign w1", low, high)
    assert not holds("sign w1", low, low)
    assert not holds("sign w1", low, look(gradient=0.0)), "0 is no sign"
    assert not holds("sign w2", high, low)
    assert not holds("sign w1", high, None)


@pytest.mark.parametrize("broken", [{"loss": np.inf}, {"loss": np.nan}, {"w": [1.0, np.nan]}, {"w": [-np.inf]}])
def test_nonfinite(broken: dict[str, object]) -> None:
    assert holds("nonfinite", look(**broken))  # type: ignore[arg-type]
    assert not holds("nonfinite")


@pytest.mark.parametrize("a", [False, True])
@pytest.mark.parametrize("b", [False, True])
@pytest.mark.parametrize("c", [False, True])
def test_and_binds_tighter_than_or(a: bool, b: bool, c: bool) -> None:
    x, y, z = (f"step {'=' if true else '>'} 7" for true in (a, b, c))
    assert holds(f"{x} or {y} and {z}") == (a or (b and c))
    assert holds(f"{x} and {y} or {z}") == ((a and b) or c)
    assert holds(f"{x} and {y} and {z}") == (a and b and c)
    assert holds(f"{x} or {y} or {z}") == (a or b or c)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected a condition: loss < X, full loss < X, loss rises"),
        (" # nothing", "expected a condition"),
        ("loss", "condition: expected loss < X"),
        ("loss <", "condition: expected loss < X"),
        ("< 3", "condition: expected loss < X"),
        ("loss 3", "condition: expected loss < X"),
        ("loss < 3 4", "condition: expected loss < X"),
        ("loss < < 3", "condition: expected loss < X"),
        ("loss =< 3", "condition: expected loss < X"),
        ("loss != 3", "condition: expected loss < X"),
        ("3 > loss", "unknown weight '3'"),
        ("loss < x", "condition: expected a number, got x"),
        ("loss < nan", "condition: expected a number, got nan"),
        ('loss < "3"', 'condition: expected a number, got "3"'),
        ("loss < w1", "condition: expected a number, got w1"),
        ("loss falls", "condition: expected loss < X"),
        ('loss "rises"', "condition: expected loss < X"),
        ('loss "<" 3', "condition: expected loss < X"),
        ("w1 rises", "condition: expected loss < X"),
        ("full loss", "condition: expected loss < X"),
        ("full gradient < 3", "condition: expected loss < X"),
        ("full nonfinite", "condition: expected loss < X"),
        ("nonfinite loss", "condition: expected loss < X"),
        ("sign", "expected the name of one weight after `sign`, as in `sign w3`"),
        ("sign w1 w2", "expected the name of one weight after `sign`"),
        ("sign w3", "unknown weight 'w3'"),
        ("w3 > 1", "unknown weight 'w3': choose one of"),
        ("living area > 1", "condition: expected loss < X"),
        ("loss < 3 and", "expected a condition on both sides of `and`"),
        ("or loss < 3", "expected a condition on both sides of `or`"),
        ("loss < 3 and and loss < 4", "expected a condition on both sides of `and`"),
        ("loss < 3 or or loss < 4", "expected a condition on both sides of `or`"),
        ("loss < 3 and or loss < 4", "expected a condition on both sides of `and`"),
        ("loss < 3; loss < 4", "condition: expected loss < X"),
        ('"loss < 3', "a quote is not closed"),
        ("until loss < 3", "condition: expected loss < X"),
    ],
)
def test_what_is_no_condition(text: str, message: str) -> None:
    with pytest.raises(InputError, match=r"^[^\n]*$") as error:
        parse_condition(text, NAMES)
    assert message in str(error.value)


@given(st.text(st.sampled_from('<>= "losrifu\nand1.w#;'), max_size=30))
def test_any_text_is_a_condition_or_refused(text: str) -> None:
    try:
        condition = parse_condition(text, NAMES)
    except InputError as wrong:
        condition, said = None, str(wrong)
    if condition is None:
        assert said
        assert "\n" not in said
    else:
        again = parse_condition(condition.text, NAMES)
        assert again.holds(look(), look()) == condition.holds(look(), look())
        assert again.is_event == condition.is_event


# Where a run stops, against a plain look at every step


@dataclass(frozen=True)
class Atom:
    """A part of a condition: how it is typed, and what it means for steps that are all known."""

    text: str
    true: Callable[[list[Look], int], bool]
    is_event: bool = False


def _sign(i: int) -> Callable[[list[Look], int], bool]:
    return lambda run, k: k > 0 and run[k].gradient[i] * run[k - 1].gradient[i] < 0


def _above(i: int, share: float) -> Atom:
    return Atom(f"w{i + 1} > {share!r}", lambda run, k: bool(run[k].w[i] > share))


atoms = st.one_of(
    st.sampled_from([3.0, 10.0, 30.0, 100.0, 400.0]).map(
        lambda x: Atom(f"loss < {x!r}", lambda run, k: run[k].loss < x)
    ),
    st.sampled_from([3.0, 10.0, 30.0, 100.0]).map(lambda x: Atom(f"full loss<{x!r}", lambda run, k: run[k].full < x)),
    st.sampled_from([1.0, 5.0, 20.0]).map(
        lambda x: Atom(f"gradient >= {x!r}", lambda run, k: bool(np.linalg.norm(run[k].gradient) >= x))
    ),
    st.builds(_above, st.integers(0, 1), st.sampled_from([-1.0, 0.0, 2.0, 5.0, 10.0])),
    st.integers(0, 70).map(lambda n: Atom(f"step >= {n}", lambda run, k: k >= n)),
    st.integers(0, 70).map(lambda n: Atom(f"step < {n}", lambda run, k: k < n)),
    st.integers(0, 1).map(lambda i: Atom(f"sign w{i + 1}", _sign(i), is_event=True)),
    st.just(Atom("loss rises", lambda run, k: k > 0 and run[k].loss > run[k - 1].loss, is_event=True)),
    st.just(Atom("full loss rises", lambda run, k: k > 0 and run[k].full > run[k - 1].full, is_event=True)),
    st.just(Atom("nonfinite", lambda run, k: not (isfinite(run[k].loss) and bool(np.isfinite(run[k].w).all())))),
)
choices = st.lists(st.lists(atoms, min_size=1, max_size=3), min_size=1, max_size=3)
"""A condition: any of several, each of which is all of several parts."""


def typed(choice: list[list[Atom]]) -> str:
    return " or ".join(" and ".join(atom.text for atom in part) for part in choice)


def is_true(choice: list[list[Atom]], run: list[Look], k: int) -> bool:
    return any(all(atom.true(run, k) for atom in part) for part in choice)


def stops(choice: list[list[Atom]], run: list[Look], k: int) -> bool:
    """Whether it becomes true at step k, or is true anew since something took place there."""
    anew = any(all(a.true(run, k) for a in part) and any(a.is_event for a in part) for part in choice)
    return is_true(choice, run, k) and (k == 0 or not is_true(choice, run, k - 1) or anew)


def _edited(simulator: Simulator) -> None:
    simulator.step(13)
    simulator.set_rate(0.12)
    simulator.step(1)
    simulator.set_weight(0, -3.0)
    simulator.step(20)
    simulator.set_optimizer("adam")
    simulator.step(30)


def _batches(simulator: Simulator) -> None:
    simulator.step(20)
    simulator.set_seed(5)
    simulator.step(11)
    simulator.set_batch(2)
    simulator.step(3)
    simulator.set_batch(None)
    simulator.step(30)


RUNS: dict[str, tuple[Scenario, Callable[[Simulator], object]]] = {
    "plain": (Scenario(lr=0.19), lambda s: s.step(64)),
    "momentum": (Scenario(optimizer="momentum", lr=0.05), lambda s: s.step(64)),
    "edited": (Scenario(optimizer="momentum", lr=0.05), _edited),
    "batches": (Scenario(problem="explainer-sum", lr=0.02, batch=3, optimizer="momentum"), lambda s: s.step(64)),
    "batches-edited": (Scenario(lr=0.1, batch=1), _batches),
    "diverging": (Scenario(lr=30.0), lambda s: s.step(200)),
}


@cache
def known(name: str) -> tuple[Simulator, list[Look]]:
    """A run, and all that there is to see of every step of it."""
    scenario, make = RUNS[name]
    simulator = Simulator(scenario)
    make(simulator)
    looks = []
    for k in range(simulator.newest + 1):
        simulator.seek(k)
        engine = simulator.engine
        looks.append(Look(k, engine.loss, engine.w.copy(), engine.gradient.copy(), engine.full_loss()))
    return simulator, looks


@contextmanager
def in_short_stretches(lengths: tuple[int, int]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gd_tui.simulator.run, "LOOK_BACK", lengths)
        yield


def visited(simulator: Simulator, texts: list[str], backwards: bool) -> list[int]:
    """The steps that one comes to by going on to the next stop again and again."""
    conditions, found = [simulator.condition(text) for text in texts], []
    while True:
        if backwards:
            stopped = finish(simulator.backward(conditions, stops_only=True))
        else:
            stopped = finish(simulator.forward(simulator.newest - simulator.k, until=conditions))
        if stopped is None:
            return found
        assert simulator.stopped == stopped.text
        found.append(simulator.k)


several = st.lists(choices, min_size=1, max_size=2)


@pytest.mark.parametrize("name", RUNS)
@settings(FEW, max_examples=40)
@given(begin=st.floats(0, 1), breakpoints=several, lengths=st.sampled_from([(1, 1), (3, 7), (64, 4096)]))
def test_a_run_stops_at_the_same_steps_both_ways(
    name: str, begin: float, breakpoints: list[list[list[Atom]]], lengths: tuple[int, int]
) -> None:
    simulator, run = known(name)
    texts = [typed(choice) for choice in breakpoints]
    k = round(begin * simulator.newest)
    with np.errstate(all="ignore"), in_short_stretches(lengths):
        there = [k for k in range(len(run)) if any(stops(choice, run, k) for choice in breakpoints)]
        simulator.seek(k)
        assert visited(simulator, texts, backwards=False) == [stop for stop in there if stop > k]
        assert simulator.k == simulator.newest
        simulator.seek(k)
        assert visited(simulator, texts, backwards=True) == [stop for stop in there if stop < k][::-1]
    assert simulator.k == min([stop for stop in there if stop < k], default=k)


@pytest.mark.parametrize("name", RUNS)
@settings(FEW, max_examples=25)
@given(begin=st.floats(0, 1), choice=choices)
def test_until_goes_to_the_nearest_step_at_which_it_is_true(name: str, begin: float, choice: list[list[Atom]]) -> None:
    simulator, run = known(name)
    k = round(begin * simulator.newest)
    simulator.seek(k)
    condition = simulator.condition(typed(choice))
    has_event = any(atom.is_event for part in choice for atom in part)
    with np.errstate(all="ignore"):
        assert simulator.holds(condition) == is_true(choice, run, k)
        assert simulator.is_met(condition) == (is_true(choice, run, k) and not has_event)
        before = [step for step in range(k) if is_true(choice, run, step)]
        found = finish(simulator.backward([condition], stops_only=False))
    assert (found is condition) == bool(before)
    assert simulator.k == (before[-1] if before else k)


def test_a_walk_back_that_is_broken_off_ends_where_it_began(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gd_tui.simulator.slices, "SLICE_S", 0.0)
    simulator = Simulator(Scenario(lr=0.05))
    simulator.step(500)
    walk = simulator.backward([simulator.condition("loss < 0")], stops_only=False)
    next(walk)
    next(walk)
    assert simulator.k != 500
    walk.close()
    assert simulator.k == 500


@pytest.mark.parametrize("name", RUNS)
def test_the_step_before_is_that_of_the_run_as_it_went_across_edits_too(name: str) -> None:
    simulator, run = known(name)
    signs = [simulator.condition(f"sign w{i + 1}") for i in range(len(simulator.names))]
    rises = [simulator.condition("loss rises"), simulator.condition("full loss rises")]
    for k in range(1, len(run)):
        simulator.seek(k)
        before = simulator.snapshot().previous_gradient
        assert before is not None
        assert before.tobytes() == run[k - 1].gradient.tobytes()
        with np.errstate(all="ignore"):
            assert [simulator.holds(sign) for sign in signs] == [_sign(i)(run, k) for i in range(len(signs))]
        assert simulator.holds(rises[0]) == (run[k].loss > run[k - 1].loss)
        assert simulator.holds(rises[1]) == (run[k].full > run[k - 1].full)
