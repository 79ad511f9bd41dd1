"""What an optimizer tells of an update is what the update does, line by line."""

from __future__ import annotations

import re
from math import sqrt

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gd_tui.engine.objective import Objective
from gd_tui.engine.optimizers import OPTIMIZERS, Optimizer, make_optimizer
from gd_tui.engine.terms import Number, Term

from .variants import EXPLAINER, LINEAR, ROSENBROCK, SETTINGS, VARIANTS, bits, engine_of

every_variant = pytest.mark.parametrize("optimizer", VARIANTS.values(), ids=VARIANTS)
BARE = {"eta", "slope", "trial loss", "draw", "guess loss"}
"""Lines that are no arithmetic of this weight: kept from before, drawn, or taken over all weights."""


def worked_out(term: Term) -> float:
    """The value of a line, from nothing but what is written in it."""
    written = "".join(f"({part.value!r})" if isinstance(part, Number) else part for part in term.parts)
    for sign, python in (("×", "*"), ("²", "**2"), ("√(", "sqrt(")):
        written = written.replace(sign, python)
    return float(eval(written, {"__builtins__": {}, "sqrt": sqrt, "max": max, "min": min}))


def check(lines: tuple[Term, ...], known: dict[str, float]) -> None:
    """Every line holds, and a number that bears the name of an earlier line has its value."""
    for line in lines:
        numbers = [part for part in line.parts if isinstance(part, Number)]
        if numbers:
            scale = max(abs(n.value) for n in numbers)
            assert worked_out(line) == pytest.approx(line.value, rel=1e-9, abs=1e-12 * scale), line
        else:
            assert line.name in BARE or (line.name, line.value) == ("step", 0), line
        for n in numbers:
            if n.symbol != line.name:
                assert n.value == known.get(n.symbol, n.value), (line, n)
        known[line.name] = line.value


@pytest.mark.parametrize("objective", [EXPLAINER, ROSENBROCK], ids=["explainer", "rosenbrock"])
@every_variant
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_the_lines_are_the_update(optimizer: Optimizer, objective: Objective, data: st.DataObject) -> None:
    shift = data.draw(st.lists(st.floats(-2, 2), min_size=len(objective.start), max_size=len(objective.start)))
    lr = data.draw(st.sampled_from([1e-4, 1e-3, 0.01, 0.1, 3.0]))
    engine = engine_of(optimizer, objective, lr, start=objective.start + shift, seed=data.draw(st.integers(0, 99)))
    engine.run(data.draw(st.sampled_from([0, 1, 2, 3, 5, 8, 13])))
    assume(engine.diverged is None and max(abs(engine.gradient)) < 1e60)
    at, w, gradient, state = engine.moment(), engine.w, engine.gradient, engine.state
    told = [optimizer.terms(i, name, w, gradient, state, at) for i, name in enumerate(objective.names)]
    for i, name in enumerate(objective.names):
        check(told[i], {"gradient": float(gradient[i]), name: float(w[i]), "loss": engine.loss})
        assert (told[i][-1].name, told[i][-1].kind) == (f"new {name}", "weight")
    engine.step()
    assert [lines[-1].value for lines in told] == engine.w.tolist()
    for i, lines in enumerate(told):
        for line in lines:
            if line.name in engine.state:
                array = engine.state[line.name]
                assert line.value == array[i if array.shape == engine.w.shape else 0] or line.name == "eta"


@every_variant
def test_telling_changes_nothing(optimizer: Optimizer) -> None:
    engine = engine_of(optimizer, LINEAR, 0.01)
    engine.run(3)
    arrays = {"w": engine.w, "gradient": engine.gradient, **engine.state}
    before = {name: array.copy() for name, array in arrays.items()}
    optimizer.terms(1, "w", engine.w, engine.gradient, engine.state, engine.moment())
    for name, array in arrays.items():
        assert array.tobytes() == before[name].tobytes()


@every_variant
def test_lines_are_short_and_say_what_they_mean(optimizer: Optimizer) -> None:
    engine = engine_of(optimizer, EXPLAINER, 0.05)
    for _ in range(8):
        lines = optimizer.terms(0, "w1", engine.w, engine.gradient, engine.state, engine.moment())
        assert len(lines) <= 13
        for line in lines:
            assert len(line.name) <= 12
            assert 8 <= len(line.meaning) <= 80
            assert not re.search(r"[A-Z]$|\.$", line.meaning)
            assert sum(isinstance(part, Number) for part in line.parts) <= 5
        engine.step()


@every_variant
def test_every_piece_of_memory_is_told_by_its_name(optimizer: Optimizer) -> None:
    """All but counts and what stays the same appears in the lines, as a line or in one."""
    engine = engine_of(optimizer, EXPLAINER, 0.05)
    engine.run(20)
    lines = optimizer.terms(0, "w1", engine.w, engine.gradient, engine.state, engine.moment())
    told = {line.name for line in lines} | {p.symbol for line in lines for p in line.parts if isinstance(p, Number)}
    counts = {"updates", "trials"}
    assert {name.replace("_loss", " loss") for name in engine.state} - told - counts <= {"start", "mu"}


ALONE = {
    f"{name}-{key}": (name, key)
    for name, entry in OPTIMIZERS.items()
    for key in entry.settings()
    if f"{name}-{key}" in SETTINGS
}


@pytest.mark.parametrize(("variant", "key"), [(v, key) for v, (_, key) in ALONE.items()], ids=ALONE)
def test_every_hyperparameter_has_an_effect(variant: str, key: str) -> None:
    """Where one hyperparameter is moved, the run or the memory is another one."""
    optimizer, moved = SETTINGS[variant]
    rest = {other: value for other, value in moved.items() if other != key}
    lr = {"rprop": 1e-3, "line-search": 100.0}.get(optimizer, 0.1)
    engines = [engine_of(made, EXPLAINER, lr) for made in (VARIANTS[variant], make_optimizer(optimizer, rest))]
    for engine in engines:
        engine.run(80)
    assert bits(engines[0]) != bits(engines[1])
    if key in ("momentum", "centered", "amsgrad"):
        assert engines[0].w.tobytes() != engines[1].w.tobytes()
