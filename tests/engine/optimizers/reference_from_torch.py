"""Writes tests/data/torch_more_optimizers.json: runs of torch.optim in float64, with gradients by autograd.

Run it where torch is installed: `python tests/engine/optimizers/reference_from_torch.py`.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

OUT = Path(__file__).parents[2] / "data" / "torch_more_optimizers.json"
UPDATES, CHANGE, LISTED = 50, 25, (1, 2, 10, 26, 50)
NOT_OURS = {"params", "lr", "foreach", "maximize", "capturable", "differentiable", "fused"}

ROWS = [[0.5, 1.5], [-1.0, 0.25], [2.0, -0.75], [0.0, 1.0], [-1.5, -2.0], [1.25, 0.5], [0.75, -1.25]]
TARGET = [3.0, 1.5, 0.25, 2.5, -2.0, 3.25, -0.5]
A = torch.tensor([[*row, 1.0] for row in ROWS])
X = torch.arange(1.0, 6.0)

PROBLEMS: dict[str, tuple[list[float], Callable[[Any], Any], float]] = {
    "explainer": ([4.2, 3.6, 1.5, 0.7, 0.1], lambda w: ((w * X - 25) ** 2).mean(), 0.02),
    "rosenbrock": ([-1.2, 1.0], lambda w: (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2, 2e-4),
    "bowl": ([3.0, -2.0], lambda w: (w**2).sum(), 0.1),
    "linear": ([0.0, 0.0, 0.0], lambda w: ((A @ w - torch.tensor(TARGET)) ** 2).mean(), 0.05),
}

ADAM: list[dict[str, Any]] = [
    {},
    {"weight_decay": 0.1},
    {"betas": (0.5, 0.8)},
    {"betas": (0.0, 0.9), "eps": 1e-3},
]
SETTINGS: dict[str, list[dict[str, Any]]] = {
    "SGD": [
        {},
        {"weight_decay": 0.1},
        {"momentum": 0.9},
        {"momentum": 0.8, "dampening": 0.3},
        {"momentum": 0.9, "nesterov": True},
        {"momentum": 0.6, "nesterov": True, "weight_decay": 0.05},
        {"momentum": 0.7, "dampening": 0.5, "weight_decay": 0.1},
    ],
    "Adagrad": [
        {},
        {"lr_decay": 0.1},
        {"initial_accumulator_value": 0.5},
        {"eps": 0.1},
        {"lr_decay": 0.02, "initial_accumulator_value": 2.0, "eps": 1e-3, "weight_decay": 0.1},
    ],
    "RMSprop": [
        {},
        {"alpha": 0.8, "eps": 1e-2},
        {"momentum": 0.5},
        {"centered": True},
        {"weight_decay": 0.1},
        {"centered": True, "momentum": 0.8, "alpha": 0.9, "weight_decay": 0.05},
    ],
    "Adadelta": [{}, {"rho": 0.7, "eps": 1e-3}, {"weight_decay": 0.1}],
    "Adam": [*ADAM, {"amsgrad": True, "betas": (0.7, 0.8)}, {"amsgrad": True, "weight_decay": 0.1}],
    "AdamW": [*ADAM, {"amsgrad": True, "betas": (0.7, 0.8)}, {"amsgrad": True, "weight_decay": 0.1}],
    "Adamax": ADAM,
    "NAdam": [
        *ADAM,
        {"decoupled_weight_decay": True, "weight_decay": 0.1},
        {"momentum_decay": 1.0},
        {"momentum_decay": 0.0},
    ],
    "RAdam": [*ADAM, {"decoupled_weight_decay": True, "weight_decay": 0.1}],
    "Rprop": [{}, {"etas": (0.3, 1.5)}, {"step_sizes": (1e-3, 0.1)}],
    "ASGD": [{}, {"lambd": 0.1}, {"t0": 10.0, "alpha": 0.5}, {"t0": 0.0, "lambd": 0.02, "weight_decay": 0.1}],
}
BY_GRADIENT = ("SGD", "ASGD", "RAdam")


def run(problem: str, kind: str, settings: dict[str, Any], lr: float, lr_after: float) -> dict[str, Any]:
    """UPDATES updates; the learning rate is `lr_after` from update CHANGE (counted from 0) on."""
    start, loss, _ = PROBLEMS[problem]
    w = torch.tensor(start, requires_grad=True)
    optimizer = getattr(torch.optim, kind)([w], lr=lr, **settings)
    weights = {}
    for k in range(UPDATES):
        optimizer.param_groups[0]["lr"] = lr if k < CHANGE else lr_after
        optimizer.zero_grad()
        loss(w).backward()
        optimizer.step()
        if k + 1 in LISTED:
            weights[k + 1] = w.tolist()
    told = {"problem": problem, "class": kind, "settings": settings, "lr": lr, "lr_after": lr_after}
    return told | {"weights": weights, "loss": loss(w).item()}


def runs() -> Iterator[dict[str, Any]]:
    """Every class with every setting on every problem; the rate changes on two of them."""
    for kind, choices in SETTINGS.items():
        for problem, (_, _, steep) in PROBLEMS.items():
            lr = steep if kind in BY_GRADIENT else 0.5 if kind == "Adadelta" else 0.02
            for settings in choices:
                yield run(problem, kind, settings, lr, lr * {"explainer": 0.1, "bowl": 1.3}.get(problem, 1))


def defaults(kind: str) -> dict[str, Any]:
    """The hyperparameters of a torch class that are ours as well, with torch's defaults."""
    signature = inspect.signature(getattr(torch.optim, kind).__init__).parameters
    return {name: p.default for name, p in signature.items() if name not in NOT_OURS | {"self"}}


def main() -> None:
    about = (
        f"Runs of torch.optim {torch.__version__} (CPU, float64), gradients by autograd; class and settings are "
        f"torch's. lr up to update {CHANGE} (counted from 0), lr_after from there on; weights after the listed "
        f"numbers of updates, loss after {UPDATES}. explainer: mean (w_i x_i - 25)^2, x = 1..5; rosenbrock: (1-x)^2 + "
        "100(y-x^2)^2; bowl: x^2 + y^2; linear: mean squared error of rows @ w + b, weights w1, w2, b."
    )
    data = {
        "about": about,
        "torch": torch.__version__,
        "change": CHANGE,
        "rows": ROWS,
        "target": TARGET,
        "start": {name: problem[0] for name, problem in PROBLEMS.items()},
        "defaults": {kind: defaults(kind) for kind in SETTINGS},
    }
    head = "".join(f'"{key}": {json.dumps(value)},\n' for key, value in data.items())
    lines = ",\n".join(json.dumps(one) for one in runs())
    OUT.write_text(f'{{\n{head}"runs": [\n{lines}\n]\n}}\n')


if __name__ == "__main__":
    main()
