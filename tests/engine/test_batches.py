"""Mini-batches: rows as a function of (seed, update), epochs, clipping, and exact ways back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gd_tui.engine.batches import Batches
from gd_tui.engine.engine import clip_norm
from gd_tui.scenario import Scenario
from gd_tui.simulator import Simulator


@given(rows=st.integers(1, 40), size=st.integers(1, 50), seed=st.integers(0, 5), epoch=st.integers(0, 5))
def test_an_epoch_uses_every_row_once(rows: int, size: int, seed: int, epoch: int) -> None:
    batches = Batches(rows, size, seed)
    updates = range(epoch * batches.per_epoch, (epoch + 1) * batches.per_epoch)
    parts = [batches.rows_of(update) for update in updates]
    assert sorted(np.concatenate(parts)) == list(range(rows))
    assert [len(part) for part in parts[:-1]] == [min(size, rows)] * (len(parts) - 1)
    assert {batches.epoch(update) for update in updates} == {epoch}


def test_rows_do_not_depend_on_the_way_they_are_asked_for() -> None:
    straight = Batches(24, 5, 3)
    rows = [straight.rows_of(update).tolist() for update in range(60)]
    other = Batches(24, 5, 3)
    for update in (59, 0, 31, 4, 5, 30):
        assert other.rows_of(update).tolist() == rows[update]
    assert rows[:5] != rows[5:10], "a fresh permutation every epoch"
    assert [Batches(24, 5, 4).rows_of(update).tolist() for update in range(5)] != rows[:5]


HUBBLE = Scenario(
    problem="linear", data="hubble_1929", features=("distance_mpc",), target="velocity_kms", lr=0.1, batch=7, seed=5
)


def test_an_update_uses_the_gradient_of_its_rows() -> None:
    simulator = Simulator(HUBBLE)
    objective, engine = simulator.branch.objective, simulator.engine
    batches = Batches(24, 7, 5)
    for k in range(12):
        w = engine.w.copy()
        gradient = np.empty_like(w)
        loss = objective.restricted(batches.rows_of(k)).loss_and_gradient(w, gradient)
        assert (engine.loss, engine.gradient.tolist()) == (loss, gradient.tolist())
        assert engine.full_loss() == pytest.approx(objective.losses(w[None, :])[0], rel=1e-15)
        simulator.step()
        np.testing.assert_allclose(engine.w, w - 0.1 * gradient, rtol=1e-15)


def test_any_step_comes_back_bit_for_bit_with_batches() -> None:
    simulator = Simulator(HUBBLE)
    states = []
    for _ in range(200):
        engine = simulator.engine
        states.append((engine.loss, engine.w.tobytes(), engine.gradient.tobytes()))
        simulator.step()
    for k in (199, 3, 77, 150, 0, 64):
        simulator.seek(k)
        engine = simulator.engine
        assert (engine.loss, engine.w.tobytes(), engine.gradient.tobytes()) == states[k]


def test_a_run_in_batches_does_not_converge_by_itself() -> None:
    simulator = Simulator(Scenario(batch=5, lr=0.1))
    assert simulator.run(2000) == 2000


def test_the_snapshot_tells_update_from_epoch_and_batch_from_all_rows() -> None:
    simulator = Simulator(HUBBLE)
    simulator.step(9)
    snapshot = simulator.snapshot()
    assert snapshot.epoch == 2, "24 rows in batches of 7 make 4 updates an epoch"
    assert snapshot.full_loss == simulator.engine.full_loss() != snapshot.loss
    assert snapshot.slice(0, snapshot.weights[:1])[0] == pytest.approx(snapshot.loss, rel=1e-14)
    assert Simulator(Scenario()).snapshot().full_loss is None


@given(st.lists(st.floats(-1e100, 1e100), min_size=1, max_size=6), st.floats(1e-3, 1e3))
def test_clipping_shortens_and_keeps_the_direction(values: list[float], largest: float) -> None:
    gradient = np.array(values)
    clipped = gradient.copy()
    clip_norm(clipped, largest)
    norm = float(np.linalg.norm(gradient))
    expected = gradient * min(1.0, largest / (norm + 1e-6))
    np.testing.assert_allclose(clipped, expected, rtol=1e-12, atol=1e-300)


def test_an_update_uses_the_clipped_gradient_and_says_so() -> None:
    simulator = Simulator(Scenario(clip=1.0))
    snapshot = simulator.snapshot()
    assert [term.name for term in snapshot.terms] == ["predicted", "error", "gradient", "clipped", "move", "new w1"]
    assert snapshot.terms[-1].value == snapshot.next_weights[0]
    w, gradient = simulator.engine.w.copy(), simulator.engine.gradient.copy()
    simulator.step()
    move = simulator.engine.w - w
    np.testing.assert_allclose(move, -0.05 * gradient / (np.linalg.norm(gradient) + 1e-6), rtol=1e-12)
