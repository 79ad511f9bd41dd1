"""What is kept of an engine brings it back: every step to the bit, the least losses, and all that comes after."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gd_tui.engine.engine
import gd_tui.engine.history as history
from gd_tui.engine.engine import Engine
from gd_tui.engine.history import Keyframes, LossSeries
from gd_tui.engine.kept import Kept
from gd_tui.engine.optimizers import OPTIMIZERS
from gd_tui.engine.schedules import SCHEDULES
from gd_tui.problems import start_weights
from gd_tui.scenario import Scenario
from gd_tui.simulator.building import make_engine

from .cases import FEW, OBJECTIVES, SCENARIOS, frame_of
from .test_history import losses as any_losses

SCHEDULE_SETTINGS: dict[str, dict[str, Any]] = {
    "multistep": {"milestones": (20.0, 60.0)},
    "plateau": {"patience": 3.0},
    "step": {"size": 9.0},
}
CASES: dict[str, Scenario] = {
    **{optimizer: Scenario(optimizer=optimizer, lr=0.02) for optimizer in OPTIMIZERS},
    **{
        f"schedule-{name}": Scenario(schedule=name, schedule_settings=SCHEDULE_SETTINGS.get(name, {}), lr=0.05)
        for name in SCHEDULES
    },
    "batches": Scenario(batch=2, optimizer="adam", lr=0.1, clip=3.0, seed=5),
    "batches-random": Scenario(batch=3, optimizer="random", lr=0.1, seed=2),
    "batches-plateau": Scenario(batch=1, schedule="plateau", schedule_settings={"patience": 2.0}, lr=0.05),
    "diverging": Scenario(optimizer="momentum", lr=20.0),
    "converging": Scenario(lr=0.19),
}


def engine_of(scenario: Scenario) -> Engine:
    objective = OBJECTIVES["explainer"]
    return make_engine(objective, scenario, start_weights(scenario, objective))


@contextmanager
def little_kept(frames: int, losses: int, near: int, slow: bool = False) -> Iterator[None]:
    """Keep less than usual, so that short runs are like long ones; `slow` updates leave a keyframe each."""
    with pytest.MonkeyPatch.context() as patch:
        thinned = history.Keyframes.thinned
        patch.setattr(history.Keyframes, "thinned", lambda keyframes, most: thinned(keyframes, min(most, frames)))
        patch.setattr(gd_tui.engine.engine, "KEPT_LOSSES", losses)
        patch.setattr(history, "NEAR", near)
        patch.setattr(history, "BLOCK", 16)
        patch.setattr(gd_tui.engine.engine, "FIRST_STRIDE", 8)
        patch.setattr(Engine, "_is_slow", lambda engine: slow)
        yield


def seen(engine: Engine) -> tuple[object, ...]:
    """Every bit that an engine shows at its present step."""
    memory = {name: array.tobytes() for name, array in engine.schedule_memory.items()}
    lowest = engine.losses.lowest(engine.k - engine.first + 1)
    return (
        engine.k,
        engine.newest,
        frame_of(engine).bits(),
        memory,
        engine.trail().tobytes(),
        engine.peek().tobytes(),
        engine.rate,
        engine.status,
        engine.diverged,
        engine.converged,
        repr(engine.losses[engine.k - engine.first]),
        lowest,
    )


@pytest.mark.parametrize("name", CASES)
@settings(FEW, max_examples=8)
@given(
    made=st.integers(0, 260),
    stands=st.floats(0, 1),
    elsewhere=st.floats(0, 1),
    little=st.tuples(st.integers(2, 9), st.integers(1, 40), st.integers(1, 60), st.booleans()),
    onwards=st.integers(1, 70),
)
def test_a_recalled_engine_is_the_engine(
    name: str, made: int, stands: float, elsewhere: float, little: tuple[int, int, int, bool], onwards: int
) -> None:
    with little_kept(*little):
        engine, again = engine_of(CASES[name]), engine_of(CASES[name])
        engine.run(made)
        engine.seek(round(stands * engine.newest))
        kept = engine.keep()
        again.recall(kept, engine.k)
        assert seen(again) == seen(engine)
        at = round(elsewhere * engine.newest)
        engine.seek(at)
        again.seek(at)
        assert seen(again)[:-1] == seen(engine)[:-1]
        third = engine_of(CASES[name])
        third.recall(kept, at)
        assert seen(third)[:-1] == seen(engine)[:-1]
        for one in (engine, again, third):
            one.seek(one.newest)
            one.run(onwards)
        assert seen(again) == seen(engine) == seen(third)
        everything = [engine.losses[k] for k in range(engine.newest + 1)]
        assert repr([again.loss_at(k) for k in range(again.newest + 1)]) == repr(everything)
        assert seen(again) == seen(engine)


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_problem_is_kept(name: str) -> None:
    objective, scenario = OBJECTIVES[name], SCENARIOS[name]
    with little_kept(4, 8, 10):
        engine, again = (
            make_engine(objective, Scenario(optimizer="adam", lr=1e-3), start_weights(scenario, objective))
            for _ in range(2)
        )
        engine.run(100)
        engine.seek(70)
        again.recall(engine.keep(), 70)
        assert seen(again) == seen(engine)


WRONG: dict[str, Callable[[Kept], Kept]] = {
    "frames of another size": lambda kept: replace(kept, frames=kept.frames[:, 1:]),
    "a frame of another size": lambda kept: replace(kept, frame=kept.frame[1:]),
    "no frames": lambda kept: replace(kept, frames=kept.frames[:0]),
    "too few frames": lambda kept: replace(kept, frames=kept.frames[:-1]),
    "more frames than steps": lambda kept: replace(kept, newest=1, near=0),
    "a negative stride": lambda kept: replace(kept, stride=-64),
    "no stride": lambda kept: replace(kept, stride=0),
    "a later newest step": lambda kept: replace(kept, newest=10**6),
    "a negative newest step": lambda kept: replace(kept, newest=-1),
    "a near step beyond the end": lambda kept: replace(kept, near=10**6),
    "a near step before the first": lambda kept: replace(kept, near=-1),
    "more steps than losses": lambda kept: replace(kept, losses=kept.losses[1:]),
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_what_is_not_of_this_engine_is_refused(change: Callable[[Kept], Kept]) -> None:
    engine = engine_of(CASES["adam"])
    engine.run(200)
    kept = engine.keep()
    with pytest.raises((ValueError, IndexError)):
        engine_of(CASES["adam"]).recall(change(kept), 150)
    for k in (-1, 201):
        with pytest.raises(ValueError, match=r"lies outside 0\.\.200"):
            engine_of(CASES["adam"]).recall(kept, k)


# The loss series and keyframes by themselves


def series_of(values: Any) -> LossSeries:
    made = LossSeries()
    made.extend(values.tolist())
    return made


@settings(FEW, max_examples=120)
@given(
    values=any_losses,
    interval=st.integers(1, 50),
    near=st.floats(0, 1),
    nears=st.integers(1, 20),
    last=st.integers(0, 9),
    cuts=st.lists(st.floats(0, 1), max_size=4),
    block=st.sampled_from([2, 4, 1024]),
    filled=st.tuples(st.floats(0, 1), st.integers(0, 60)),
)
def test_a_sketch_knows_the_least_loss_up_to_every_step_that_matters(
    values: Any,
    interval: int,
    near: float,
    nears: int,
    last: int,
    cuts: list[float],
    block: int,
    filled: tuple[float, int],
) -> None:
    count, here = len(values), round(near * (len(values) - 1))
    places = [round(cut * count) for cut in cuts]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(history, "BLOCK", block)
        patch.setattr(history, "NEAR", nears)
        patch.setattr(history, "LAST", last)
        whole = series_of(values)
        steps, known = whole.sketch(interval, here, places)
        assert (np.diff(steps) > 0).all()
        assert known.tobytes() == values[steps].tobytes()
        assert len(steps) <= 2 * (count // interval + 1) + nears + last + 2 * len(places) + 7
        again = LossSeries.recall(count, steps, known)
        assert len(again) == count
        exact = range(max(0, here - nears + 1), here + 1)
        ends = {*range(interval, count + 1, interval), *places, *(k + 1 for k in exact), count} - {0}
        for end in ends:
            assert again.lowest(end) == whole.lowest(end)
        assert [again[k] for k in exact if values[k] == values[k]] == [v for v in values[exact] if v == v]
        begin = round(filled[0] * (count - 1))
        again.fill(begin, values[begin : begin + filled[1]].tolist())
        for end in ends:
            assert again.lowest(end) == whole.lowest(end)
        more = [0.5, -7.0, np.nan, 3.0]
        again.extend(more)
        whole.extend(more)
        assert again.lowest(count + 4) == whole.lowest(count + 4)
        xs, ys = again.outline(0, count + 3, 5)
    everything = np.concatenate([values, more])
    finite = everything[~np.isnan(everything)]
    assert finite.min() in ys
    assert finite.max() in ys
    assert (np.diff(xs) >= 0).all()
    # A value of a block's range may stand at the block's border instead of at its own step.
    assert set(ys[~np.isnan(ys)].tolist()) <= set(finite.tolist())


@settings(FEW, max_examples=60)
@given(count=st.integers(1, 700), stride=st.sampled_from([1, 4, 64]), most=st.integers(2, 40), more=st.integers(0, 300))
def test_thinned_keyframes_cover_the_run_and_are_added_to(count: int, stride: int, most: int, more: int) -> None:
    frames = Keyframes(2, stride)
    for step in range(count):
        if step == frames.next_step:
            frames.keep(np.full(2, float(step)))
    apart, kept = frames.thinned(most)
    assert len(kept) <= most
    assert 2 * len(kept) > min(most, len(frames))
    again = Keyframes.recall(apart, kept)
    assert again.next_step >= count
    for step in range(count, count + more):
        if step == again.next_step:
            again.keep(np.full(2, float(step)))
    for step in range(count + more):
        at, memory = again.nearest(step)
        assert at <= step < at + again.stride
        assert (memory == at).all()
