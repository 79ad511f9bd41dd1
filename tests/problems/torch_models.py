"""Writes tests/data/torch_models.json: losses and gradients of every model on tables, by PyTorch's autograd.

Run it as `python tests/problems/torch_models.py` where torch 2.13.0 is installed; the tests need only the file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

Model = tuple[list[Tensor], Callable[..., Tensor]]

PATH = Path(__file__).parents[1] / "data" / "torch_models.json"
ROWS, INPUTS, HIDDEN, CLASSES = 12, 3, 4, 3
torch.set_default_dtype(torch.float64)
torch.manual_seed(0)

X = torch.randn(ROWS, INPUTS).round(decimals=3)
TARGETS = {
    "numbers": (3 * torch.randn(ROWS)).round(decimals=3),
    "two": torch.randint(0, 2, (ROWS,)),
    "three": torch.arange(ROWS) % CLASSES,
}
LABELS = {"two": "ab", "three": "pqr"}
ACTIVATIONS = {"tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid}


def rows_of(table: str) -> list[list[Any]]:
    y = TARGETS[table].tolist()
    return [[*x, LABELS[table][t] if table in LABELS else t] for x, t in zip(X.tolist(), y, strict=True)]


def loss_of(name: str, outputs: Tensor, y: Tensor, reduction: str, delta: float) -> Tensor:
    if name == "mse":
        return functional.mse_loss(outputs, y, reduction=reduction)
    if name == "mae":
        return functional.l1_loss(outputs, y, reduction=reduction)
    if name == "huber":
        return functional.huber_loss(outputs, y, reduction=reduction, delta=delta)
    if outputs.ndim == 1:
        return functional.binary_cross_entropy_with_logits(outputs, y.double(), reduction=reduction)
    return functional.cross_entropy(outputs, y, reduction=reduction)


def linear(size: float = 1.0) -> Model:
    parts = [size * torch.randn(INPUTS), size * torch.randn(1)]
    return parts, lambda w, b: X @ w + b


def softmax(size: float = 1.0) -> Model:
    parts = [size * torch.randn(INPUTS, CLASSES), size * torch.randn(CLASSES)]
    return parts, lambda w, b: X @ w + b


def polynomial() -> Model:
    return [torch.randn(1), torch.randn(4)], lambda c0, c: c0 + sum(c[k] * X[:, 0] ** (k + 1) for k in range(4))


def network(activation: str, outputs: int = 1) -> Model:
    parts = [torch.randn(HIDDEN, INPUTS), torch.randn(HIDDEN), torch.randn(outputs, HIDDEN), torch.randn(outputs)]

    def answer(w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor) -> Tensor:
        hidden = ACTIVATIONS[activation](functional.linear(X, w1, b1))
        return functional.linear(hidden, w2, b2).squeeze(1)

    return parts, answer


def case(problem: str, table: str, model: Model, **settings: Any) -> dict[str, Any]:
    parts, answer = model
    for part in parts:
        part.requires_grad_()
    outputs = answer(*parts)
    if problem == "logistic" and settings.get("loss") == "mse":
        outputs = torch.sigmoid(outputs)
    y = TARGETS[table]
    name = settings.get("loss") or ("mse" if problem in ("linear", "polynomial") else "cross-entropy")
    y = y.double() if outputs.ndim == 1 else y
    loss = loss_of(name, outputs, y, settings.get("reduction", "mean"), settings.get("delta", 1.0))
    penalized = [parts[1]] if problem == "polynomial" else parts[::2]
    loss = loss + settings.get("l2", 0.0) * sum((part**2).sum() for part in penalized)
    loss = loss + settings.get("l1", 0.0) * sum(part.abs().sum() for part in penalized)
    gradient = torch.autograd.grad(loss, parts)
    weights = torch.cat([part.detach().ravel() for part in parts])
    return {
        "scenario": {"problem": problem, **settings},
        "table": table,
        "weights": weights.tolist(),
        "loss": loss.item(),
        "gradient": torch.cat([part.ravel() for part in gradient]).tolist(),
    }


def cases() -> Iterator[dict[str, Any]]:
    both = {"l1": 0.3, "l2": 0.2}
    for loss in ("mse", "mae", "huber"):
        yield case("linear", "numbers", linear(), loss=loss, delta=1.5)
        yield case("linear", "numbers", linear(), loss=loss, delta=1.5, reduction="sum", **both)
        yield case("polynomial", "numbers", polynomial(), loss=loss, degree=4, features=["x1"], **both)
    for size in (1.0, 300.0):
        yield case("logistic", "two", linear(size))
        yield case("logistic", "two", linear(size), loss="mse")
        yield case("softmax", "three", softmax(size))
    yield case("logistic", "two", linear(), reduction="sum", **both)
    yield case("softmax", "three", softmax(), reduction="sum", **both)
    for activation in ACTIVATIONS:
        shared = {"activation": activation, "hidden": HIDDEN}
        yield case("network", "numbers", network(activation), loss="mse", **shared)
        yield case("network", "two", network(activation), loss="cross-entropy", **shared)
        yield case("network", "three", network(activation, CLASSES), loss="cross-entropy", **shared, **both)


if __name__ == "__main__":
    tables = {table: rows_of(table) for table in TARGETS}
    written = {"torch": torch.__version__.split("+")[0], "tables": tables, "cases": list(cases())}
    PATH.write_text(json.dumps(written, separators=(",", ":")) + "\n")
