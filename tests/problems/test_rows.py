"""What all problems on a table share: some rows alone, mean and sum, penalties, the data's own units."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gd_tui.engine.engine import Engine
from gd_tui.engine.objective import Array
from gd_tui.engine.optimizers import make_optimizer
from gd_tui.problems import build_objective
from gd_tui.problems.rows import RowsObjective
from gd_tui.scenario import Scenario

from ..engine.cases import OBJECTIVES, SCENARIOS, at_point

TABLES = {name: objective for name, objective in OBJECTIVES.items() if isinstance(objective, RowsObjective)}
on_tables = pytest.mark.parametrize("name", [name for name in TABLES if SCENARIOS[name].data])


def some_weights(objective: RowsObjective, seed: int = 0) -> Array:
    return objective.random_start(np.random.default_rng(seed)) + 0.01


def rebuilt(name: str, **changes: Any) -> RowsObjective:
    scenario = SCENARIOS[name]
    fields = {field: getattr(scenario, field) for field in scenario.__struct_fields__}
    objective = build_objective(Scenario(**{**fields, **changes}))
    assert isinstance(objective, RowsObjective)
    return objective


@on_tables
def test_batches_of_one_add_up_to_the_whole(name: str) -> None:
    """The mean over rows of the loss of a row alone is the loss, and so with gradients; a sum likewise."""
    whole = rebuilt(name, l1=0.0, l2=0.0)
    w = some_weights(whole)
    loss, gradient = at_point(whole, w)
    alone = [whole.restricted(np.array([row])) for row in range(whole.rows)]
    assert {(batch.rows, type(batch)) for batch in alone} == {(1, type(whole))}
    parts = [at_point(batch, w) for batch in alone]
    combine = np.sum if SCENARIOS[name].reduction == "sum" else np.mean
    assert combine([part[0] for part in parts]) == pytest.approx(loss, rel=1e-11)
    together = combine([part[1] for part in parts], axis=0)
    np.testing.assert_allclose(together, gradient, rtol=1e-9, atol=1e-9 * abs(gradient).max())


@on_tables
def test_a_batch_of_all_rows_is_the_whole(name: str) -> None:
    whole = TABLES[name]
    w = some_weights(whole)
    whole.hessian(w), whole.optimum  # what was worked out for all rows must not be taken for a batch's
    backwards = whole.restricted(np.arange(whole.rows)[::-1])
    np.testing.assert_allclose(at_point(backwards, w)[1], at_point(whole, w)[1], rtol=1e-9, atol=1e-9)
    half = whole.restricted(np.arange(whole.rows // 2))
    h = 1e-5 * max(1.0, abs(w[0]))
    above, below = w.copy(), w.copy()
    above[0] += h
    below[0] -= h
    bend = (at_point(half, above)[1][0] - at_point(half, below)[1][0]) / (2 * h)
    size = abs(at_point(half, w)[1][0]) * 1e-6
    assert half.curvature(w, 0) == pytest.approx(bend, rel=1e-4, abs=1e-4 + size)
    assert half.hessian(w)[0, 0] == pytest.approx(half.curvature(w, 0), rel=1e-9, abs=1e-12)


@on_tables
def test_a_sum_is_the_mean_times_the_rows(name: str) -> None:
    mean, total = (rebuilt(name, reduction=how, l1=0.0, l2=0.0) for how in ("mean", "sum"))
    w = some_weights(mean)
    (loss, gradient), (sum_loss, sum_gradient) = at_point(mean, w), at_point(total, w)
    assert sum_loss == pytest.approx(mean.rows * loss, rel=1e-12)
    np.testing.assert_allclose(sum_gradient, mean.rows * gradient, rtol=1e-9, atol=1e-12)


@on_tables
def test_penalties_add_to_the_loss_and_spare_biases(name: str) -> None:
    bare, penalized = rebuilt(name, l1=0.0, l2=0.0), rebuilt(name, l1=0.7, l2=0.3)
    biases = [i for i, n in enumerate(bare.names) if n in ("b", "c0") or n.startswith("b:")]
    w = some_weights(bare)
    charged = np.delete(w, biases)
    expected = 0.3 * (charged**2).sum() + 0.7 * np.abs(charged).sum()
    before, after = at_point(bare, w), at_point(penalized, w)
    assert after[0] == pytest.approx(before[0] + expected, rel=1e-12)
    added = after[1] - before[1]
    rounding = 1e-12 * abs(before[1]).max()
    np.testing.assert_allclose(
        np.delete(added, biases), 0.6 * charged + 0.7 * np.sign(charged), rtol=1e-9, atol=1e-9 + rounding
    )
    np.testing.assert_allclose(added[biases], 0, atol=rounding)
    assert SCENARIOS[name].bias == bool(biases)


@pytest.mark.parametrize("problem", ["linear", "polynomial", "logistic", "softmax"])
@pytest.mark.parametrize("bias", [True, False])
def test_in_the_units_of_the_data_the_model_answers_the_same(problem: str, bias: bool) -> None:
    """Outputs of the standardized model = outputs of the raw one with the weights in the data's units."""
    tables: dict[str, dict[str, Any]] = {
        "linear": {"data": "stackloss"},
        "polynomial": {"data": "cars_speed_dist", "degree": 4},
        "logistic": {"data": "breast_cancer_5"},
        "softmax": {"data": "iris"},
    }
    scenario = {"problem": problem, **tables[problem]}
    standardized = build_objective(Scenario(**scenario, standardize=True, bias=bias))
    raw = build_objective(Scenario(**scenario))
    assert isinstance(standardized, RowsObjective)
    assert isinstance(raw, RowsObjective)
    w = np.random.default_rng(1).standard_normal(len(standardized.names))
    told = standardized.data_units(w)
    assert told is not None
    assert tuple(told[0]) == raw.names
    np.testing.assert_allclose(raw.forward(told[1])[0], standardized.forward(w)[0], rtol=1e-8, atol=1e-8)
    assert raw.data_units(told[1]) is None


@on_tables
def test_overflow_is_a_result_and_no_warning(name: str) -> None:
    objective = TABLES[name]
    w = np.full(len(objective.names), 1e306)
    assert objective.losses(np.stack([w, -w])).shape == (2,)
    for i in (0, len(w) - 1):
        assert objective.terms(w, i)[-1].name == "gradient"
        objective.curvature(w, i)
    objective.hessian(w)
    objective.data_units(w)


def test_many_weight_vectors_are_taken_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("linear-mae", "softmax-iris", "network-iris"):
        objective = TABLES[name]
        weights = np.random.default_rng(0).standard_normal((7, len(objective.names)))
        at_once = objective.losses(weights)
        monkeypatch.setattr("gd_tui.problems.rows.CELLS_AT_ONCE", 1)
        np.testing.assert_allclose(objective.losses(weights), at_once, rtol=1e-13)
        monkeypatch.undo()


@pytest.mark.parametrize("name", ["linear-ridge", "logistic-orings", "logistic-orings-mse", "softmax-penguins"])
def test_the_default_rate_is_1_over_the_largest_curvature_at_the_start(name: str) -> None:
    objective = TABLES[name]
    largest = np.linalg.eigvalsh(objective.hessian(objective.start))[-1]
    assert 1 / objective.default_rate == pytest.approx(largest, rel=1e-9)


def test_no_start_bends_more_than_the_default_rate_of_hubers_loss_allows_for() -> None:
    wide, narrow = rebuilt("linear-huber", delta=1e9), TABLES["linear-huber"]
    largest = np.linalg.eigvalsh(wide.hessian(wide.start))[-1]
    assert 1 / wide.default_rate == pytest.approx(largest, rel=1e-9)
    assert narrow.default_rate == wide.default_rate


@pytest.mark.parametrize("name", ["linear-mae", "logistic-orings-standardized", "network-iris"])
def test_mini_batches_descend(name: str) -> None:
    objective = TABLES[name]
    engine = Engine(objective, make_optimizer("sgd", {}), objective.default_rate, objective.start, batch=8)
    engine.run(300)
    assert at_point(objective, engine.w)[0] < 0.9 * at_point(objective, objective.start)[0]
