"""Every step comes back bit for bit, whatever way led to it; the loss series answers as brute force does."""

from __future__ import annotations

from functools import cache
from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gd_tui.engine.engine as engine_module
import gd_tui.engine.history as history
from gd_tui.engine.engine import Engine
from gd_tui.engine.history import Keyframes, LossSeries, Recent
from gd_tui.engine.moment import Moment
from gd_tui.engine.objective import Array

from .cases import FEW, OBJECTIVES, VARIANTS, Frame, Jitter, frame_of, loop, trail_of

OPTIMIZERS = VARIANTS | {"jitter": Jitter()}
LONGEST = 400
PROBLEMS = {"explainer": 0.02, "rosenbrock": 1e-4, "linear-stackloss-standardized": 0.01, "two-valleys": 0.01}

moves = st.one_of(
    st.tuples(st.just("seek"), st.floats(0, 1)),
    st.tuples(st.just("step"), st.integers(1, 20)),
    st.tuples(st.just("back"), st.integers(1, 90)),
    st.tuples(st.just("run"), st.integers(1, 250)),
    st.tuples(st.just("run to convergence"), st.integers(1, 250)),
    st.tuples(st.just("peek"), st.just(0)),
)


@cache
def straight(problem: str, optimizer: str) -> list[Frame]:
    """The run without engine or history."""
    objective = OBJECTIVES[problem]
    frames = loop(objective, OPTIMIZERS[optimizer], PROBLEMS[problem], objective.start, seed=7)
    return list(islice(frames, LONGEST + 1))


def move(engine: Engine, kind: str, size: float) -> None:
    room = min(int(size), LONGEST - engine.k)
    if kind == "seek":
        engine.seek(engine.first + round(size * (engine.newest - engine.first)))
    elif kind == "back":
        engine.seek(max(engine.first, engine.k - int(size)))
    elif kind == "step":
        for _ in range(room):
            engine.step()
    elif kind.startswith("run"):
        assert engine.run(room, to_convergence=kind != "run") <= room
    else:
        engine.peek()


def follow(problem: str, optimizer: str, route: list[tuple[str, float]]) -> Engine:
    """Walk the route, comparing every stop with the straight run."""
    frames, objective = straight(problem, optimizer), OBJECTIVES[problem]
    engine = Engine(objective, OPTIMIZERS[optimizer], PROBLEMS[problem], objective.start, seed=7)
    for kind, size in route:
        move(engine, kind, size)
        assert frame_of(engine).bits() == frames[engine.k].bits()
        assert engine.trail().tobytes() == trail_of(frames, engine.k)
        assert len(engine.losses) == engine.newest + 1
    losses = [engine.losses[k] for k in range(engine.newest + 1)]
    assert losses == [frame.loss for frame in frames[: engine.newest + 1]]
    return engine


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("problem", PROBLEMS)
@settings(FEW, max_examples=6)
@given(route=st.lists(moves, min_size=2, max_size=7))
def test_any_route_leads_to_the_same_bits(problem: str, optimizer: str, route: list[tuple[str, float]]) -> None:
    follow(problem, optimizer, route)


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "jitter"])
@FEW
@given(stride=st.sampled_from([1, 2, 3]), route=st.lists(moves, min_size=3, max_size=10))
def test_any_route_across_thinned_keyframes(optimizer: str, stride: int, route: list[tuple[str, float]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Keyframes, "MOST", 1)
        patch.setattr(engine_module, "FIRST_STRIDE", stride)
        patch.setattr(Recent, "LENGTH", 33)
        engine = follow("explainer", optimizer, [("run", 390), *route])
    assert engine.keyframes.stride > stride
    assert len(engine.keyframes) <= 64


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "jitter"])
@FEW
@given(route=st.lists(moves, min_size=3, max_size=10))
def test_any_route_where_every_step_is_a_keyframe(optimizer: str, route: list[tuple[str, float]]) -> None:
    """As it is where updates are slow: then a seek makes none of them again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine_module, "SLOW_S", 0.0)
        engine = follow("explainer", optimizer, [("run", 250), *route])
        assert engine.keyframes.stride == 1
        calls = []
        evaluate = engine._evaluate
        patch.setattr(engine, "_evaluate", lambda w, out: calls.append(1) or evaluate(w, out))
        engine.seek(100)
        engine.seek(10)
    assert len(calls) <= 4


@given(size=st.integers(1, 40), count=st.integers(1, 2000), budget=st.integers(1, 60_000))
@FEW
def test_keyframes_stay_within_their_budget_and_cover_the_run(size: int, count: int, budget: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Keyframes, "BUDGET_BYTES", budget)
        frames = Keyframes(size, 1)
        for step in range(count):
            if step == frames.next_step:
                frames.keep(np.full(size, float(step)))
    assert frames.nbytes <= max(budget, 64 * 8 * size)
    for step in range(count):
        at, memory = frames.nearest(step)
        assert at <= step < at + frames.stride
        assert (memory == at).all()


def test_random_numbers_are_a_function_of_seed_and_step() -> None:
    def draw(seed: int, k: int) -> list[float]:
        moment = Moment(OBJECTIVES["bowl"], seed, 0.1)
        moment.k = k
        first = moment.random.standard_normal(4).tolist()
        assert moment.random.standard_normal(4).tolist() == first
        return first  # type: ignore[no-any-return]

    drawn = {(seed, k): tuple(draw(seed, k)) for seed in (0, 1, 2**40) for k in (0, 1, 2, 10**12)}
    assert len(set(drawn.values())) == len(drawn)
    assert all(tuple(draw(*place)) == numbers for place, numbers in drawn.items())


def series(values: Array, chunks: list[int]) -> LossSeries:
    made, begin = LossSeries(), 0
    for chunk in [*chunks, len(values)]:
        made.extend(values[begin : begin + chunk].tolist())
        begin += chunk
    return made


odd = st.sampled_from([np.nan, np.inf, -np.inf, 0.0, -0.0, 1e308, -1e308, 5e-324])
losses = st.one_of(
    st.lists(st.one_of(odd, st.floats()), min_size=1, max_size=40).map(np.array),
    st.tuples(
        st.integers(0, 2**32 - 1), st.integers(40, 700), st.lists(st.tuples(st.floats(0, 1), odd), max_size=6)
    ).map(lambda drawn: planted(*drawn)),
)


def planted(seed: int, count: int, extremes: list[tuple[float, float]]) -> Array:
    """A random walk with odd values planted into it."""
    values = np.random.default_rng(seed).standard_normal(count).cumsum()
    for place, value in extremes:
        values[round(place * (count - 1))] = value
    return values


block_sizes = st.sampled_from([2, 4, 1024])


@settings(FEW, max_examples=80)
@given(values=losses, chunks=st.lists(st.integers(0, 60), max_size=8), block=block_sizes, data=st.data())
def test_lowest_is_the_first_least_loss(values: Array, chunks: list[int], block: int, data: st.DataObject) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(history, "BLOCK", block)
        made = series(values, chunks)
        assert len(made) == len(values)
        for count in data.draw(st.lists(st.integers(1, len(values)), min_size=1, max_size=5)):
            known = [(v, k) for k, v in enumerate(values[:count].tolist()) if v < np.inf]
            assert made.lowest(count) == min(known, default=(np.inf, 0))


@settings(FEW, max_examples=120)
@given(values=losses, chunks=st.lists(st.integers(0, 60), max_size=4), block=block_sizes, data=st.data())
def test_outline_keeps_every_extreme(values: Array, chunks: list[int], block: int, data: st.DataObject) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(history, "BLOCK", block)
        made = series(values, chunks)
        first = data.draw(st.integers(0, len(values) - 1))
        last = data.draw(st.integers(first, len(values) + 5))
        columns = data.draw(st.integers(1, 40))
        steps, found = made.outline(first, last, columns)
    window = values[first : last + 1]
    in_blocks = (min(last, len(values) - 1) - first) // columns >= 8 * block
    assert len(steps) == len(found) <= 2 * columns + 4 * in_blocks
    assert (np.diff(steps) >= 0).all()
    assert steps[0] >= first
    assert steps[-1] < first + len(window)
    if len(window) <= 2 * columns:
        assert steps.tolist() == list(range(first, first + len(window)))
    if not in_blocks:
        assert found.tobytes() == values[steps.astype(int)].tobytes()
    width = -(-len(window) // columns) + 2 * block * in_blocks
    near = np.abs(steps[None, :] - np.arange(first, first + len(window))[:, None]) < width
    below = (near & (found[None, :] <= window[:, None])).any(axis=1)
    above = (near & (found[None, :] >= window[:, None])).any(axis=1)
    assert (below & above)[~np.isnan(window)].all()
    known = window[~np.isnan(window)]
    if len(known):
        assert known.min() in found
        assert known.max() in found


def test_outline_of_nothing_is_empty() -> None:
    made = LossSeries()
    made.extend([3.0])
    for first, last in ((0, -1), (1, 5)):
        steps, found = made.outline(first, last, 10)
        assert len(steps) == len(found) == 0


@pytest.mark.parametrize("spike", [0, 1, 1023, 1024, 99_999, 250_000, 262_143, 299_999])
def test_a_single_spike_in_a_long_series_is_seen(spike: int) -> None:
    values = np.linspace(1, 0, 300_000)
    values[spike] = 7.0
    made = series(values, [])
    steps, found = made.outline(0, len(values) - 1, 30)
    assert found.max() == 7.0
    assert abs(steps[found.argmax()] - spike) <= 300_000 / 30 + 1024
    assert found.min() == values.min()
