"""Losses of a row: values in closed form, derivatives against differences, logits of any size."""

from __future__ import annotations

from math import exp, log1p

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gd_tui.engine.losses import (
    LOSSES,
    AbsoluteError,
    BinaryCrossEntropy,
    Huber,
    Loss,
    Penalty,
    SoftmaxCrossEntropy,
    SquaredError,
    SquaredProbabilityError,
    sigmoid,
    softmax,
)
from gd_tui.engine.objective import Array

from .cases import FEW

NUMBERS = (SquaredError(), AbsoluteError(), Huber(0.7), Huber(3.0))
LOGITS = (BinaryCrossEntropy(), SquaredProbabilityError())
H = 1e-5

sizes = st.floats(-30, 30, allow_subnormal=False)


def of(value: float) -> Array:
    return np.array([value])


def close_to_differences(loss: Loss, output: float, target: float) -> None:
    around = np.array([output + H, output - H])
    targets = np.full(2, target)
    values, slopes = loss.value(around, targets), loss.derivative(around, targets)
    slope, bend = (values[0] - values[1]) / (2 * H), (slopes[0] - slopes[1]) / (2 * H)
    assert loss.derivative(of(output), of(target))[0] == pytest.approx(slope, rel=1e-7, abs=1e-8)
    assert loss.curvature(of(output), of(target))[0] == pytest.approx(bend, rel=1e-7, abs=1e-8)


@pytest.mark.parametrize("loss", NUMBERS, ids=["mse", "mae", "huber-0.7", "huber-3"])
@FEW
@given(sizes, sizes)
def test_derivatives_of_losses_of_numbers(loss: Loss, output: float, target: float) -> None:
    kinks = (0.0, loss.delta, -loss.delta) if isinstance(loss, Huber) else (0.0,)
    assume(all(abs(output - target - kink) > 1e-3 for kink in kinks))
    close_to_differences(loss, output, target)


@pytest.mark.parametrize("loss", LOGITS, ids=["cross-entropy", "mse"])
@FEW
@given(sizes, st.sampled_from([0.0, 1.0]))
def test_derivatives_of_losses_of_a_logit(loss: Loss, output: float, target: float) -> None:
    close_to_differences(loss, output, target)


@FEW
@given(arrays(np.float64, 4, elements=sizes), st.integers(0, 3))
def test_derivatives_of_softmax(logits: Array, true: int) -> None:
    loss, target = SoftmaxCrossEntropy(), np.eye(4)[[true]]
    slopes = loss.derivative(logits[None], target)[0]
    assert slopes.sum() == pytest.approx(0, abs=1e-15)
    for c in range(4):
        above, below = logits + H * np.eye(4)[c], logits - H * np.eye(4)[c]
        difference = loss.value(above[None], target) - loss.value(below[None], target)
        assert slopes[c] == pytest.approx(difference[0] / (2 * H), rel=1e-6, abs=1e-8)
        bend = (loss.derivative(above[None], target) - loss.derivative(below[None], target))[0] / (2 * H)
        np.testing.assert_allclose(loss.curvature(logits[None], target)[0, c], bend, rtol=1e-6, atol=1e-8)


def test_values_by_hand() -> None:
    predicted, wanted = np.array([3.0, -1.0, 2.0]), np.array([1.0, -1.0, 2.5])
    assert SquaredError().value(predicted, wanted).tolist() == [4, 0, 0.25]
    assert AbsoluteError().value(predicted, wanted).tolist() == [2, 0, 0.5]
    assert Huber(1.0).value(predicted, wanted).tolist() == [1.5, 0, 0.125]
    assert Huber(0.25).value(predicted, wanted).tolist() == pytest.approx([0.25 * (2 - 0.125), 0, 0.25 * 0.375])
    assert BinaryCrossEntropy().value(of(0.0), of(1.0))[0] == pytest.approx(np.log(2))
    thirds = SoftmaxCrossEntropy().value(np.zeros((1, 3)), np.eye(3)[[1]])
    assert thirds[0] == pytest.approx(np.log(3))


def test_the_sub_gradient_of_the_absolute_error_is_0_at_0() -> None:
    assert AbsoluteError().derivative(of(2.0), of(2.0))[0] == 0


@pytest.mark.parametrize("true", [0, 1])
def test_nothing_cancels_where_the_model_is_sure_and_right(true: int) -> None:
    """log(1 + e^-40) is 4e-18, which 1 + e^-40 - 1 would lose."""
    logit, target = of(40.0 if true else -40.0), of(float(true))
    tiny = exp(-40)
    assert BinaryCrossEntropy().value(logit, target)[0] == pytest.approx(log1p(tiny), rel=1e-14)
    slope = BinaryCrossEntropy().derivative(logit, target)[0]
    assert slope == pytest.approx((-1 if true else 1) * tiny, rel=1e-14)
    several, wanted = np.array([[0.0, 40.0, -1000.0]]), np.eye(3)[[1]]
    assert SoftmaxCrossEntropy().value(several, wanted)[0] == pytest.approx(tiny, rel=1e-14)
    assert SoftmaxCrossEntropy().derivative(several, wanted)[0, 1] == pytest.approx(-tiny, rel=1e-14)


@pytest.mark.parametrize("size", [800.0, 1e8, 1e300])
def test_huge_logits_overflow_nowhere(size: float) -> None:
    logits, right, wrong = np.array([size, -size]), np.array([1.0, 0.0]), np.array([0.0, 1.0])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert sigmoid(logits).tolist() == [1, 0]
        for loss in LOGITS:
            for target in (right, wrong):
                for values in (loss.value, loss.derivative, loss.curvature):
                    assert np.isfinite(values(logits, target)).all()
        assert BinaryCrossEntropy().value(logits, right).tolist() == [0, 0]
        assert BinaryCrossEntropy().value(logits, wrong).tolist() == [size, size]
        assert BinaryCrossEntropy().derivative(logits, wrong).tolist() == [1, -1]
        several = np.array([[size, 0.0, -1.0]])
        assert softmax(several).tolist() == [[1, 0, 0]]
        assert SoftmaxCrossEntropy().value(several, np.eye(3)[[0]])[0] == 0
        assert SoftmaxCrossEntropy().value(several, np.eye(3)[[1]])[0] == size
        assert SoftmaxCrossEntropy().derivative(several, np.eye(3)[[1]]).tolist() == [[1, -1, 0]]


@FEW
@given(sizes, sizes, st.integers(0, 1))
def test_softmax_of_two_is_the_sigmoid_of_their_difference(first: float, second: float, true: int) -> None:
    two = SoftmaxCrossEntropy().value(np.array([[first, second]]), np.eye(2)[[true]])
    one = BinaryCrossEntropy().value(of(second - first), of(float(true)))
    np.testing.assert_allclose(two, one, rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize(
    ("loss", "shape", "target"),
    [
        *((loss, (3, 5), np.ones(5)) for loss in (*NUMBERS, *LOGITS)),
        (SoftmaxCrossEntropy(), (3, 5, 4), np.eye(4)[[0, 1, 2, 3, 0]]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_many_weight_vectors_at_once(loss: Loss, shape: tuple[int, ...], target: Array) -> None:
    outputs = np.random.default_rng(0).standard_normal(shape)
    expected = [loss.value(one, target) for one in outputs]
    np.testing.assert_array_equal(loss.value(outputs, target), expected)
    assert loss.derivative(outputs, target).shape == shape


def test_the_table() -> None:
    assert list(LOSSES) == ["mse", "mae", "huber", "cross-entropy"]
    assert all(loss.description and "\n" not in loss.description for loss in LOSSES.values())


def test_a_penalty_leaves_biases_alone() -> None:
    penalty = Penalty(0.5, 2.0, np.array([0, 2]))
    w, out = np.array([3.0, 100.0, -1.0]), np.ones(3)
    assert penalty.value(w) == 2 * (9 + 1) + 0.5 * (3 + 1)
    penalty.add_derivative(w, out)
    assert out.tolist() == [1 + 12 + 0.5, 1, 1 - 4 - 0.5]
    assert penalty.curvature(3).tolist() == [4, 0, 4]
    assert penalty.terms("b", w, 1) == ()
