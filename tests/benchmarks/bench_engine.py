"""What the engine costs beside the bare loop, and how fast it goes back.

Run it as `python tests/benchmarks/bench_engine.py`.

Rounds of both loops alternate, so that a noisy machine disturbs both alike. Exit status 1 if the law is
broken: an update with its recording costs at most 1.3 times the bare hand-written numpy loop (linear,
n = 100, d = 5).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter, thread_time

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from gd_tui.engine.engine import Engine
from gd_tui.engine.objective import Array
from gd_tui.engine.optimizers import make_optimizer
from gd_tui.problems.regression import LinearRegression, numbered

LAW = 1.3
ROWS, WEIGHTS, LR = 100, 5, 1e-3
UPDATES, ROUNDS = 1000, 201
MILLION = 1_000_000


def data() -> tuple[Array, Array]:
    """A design matrix, shape (n, d), and a target that no weights fit exactly."""
    generator = np.random.default_rng(0)
    return generator.standard_normal((ROWS, WEIGHTS)), generator.standard_normal(ROWS)


def bare(a: Array, y: Array, updates: int) -> Array:
    """Gradient descent as one would write it by hand for speed; keeps nothing but the weights."""
    w, error, gradient = np.zeros(WEIGHTS), np.empty(ROWS), np.empty(WEIGHTS)
    twice, share, at, subtract = np.ascontiguousarray((2 / ROWS) * a.T), 1 / ROWS, a.dot, np.subtract
    multiply, loss = np.multiply, 0.0
    for _ in range(updates):
        at(w, out=error)
        subtract(error, y, out=error)
        loss = float(error.dot(error)) * share
        twice.dot(error, out=gradient)
        multiply(gradient, LR, out=gradient)
        subtract(w, gradient, out=w)
    assert loss == loss
    return w


def engine(a: Array, y: Array, optimizer: str = "sgd") -> Engine:
    """The engine on the same problem."""
    names = numbered("w", WEIGHTS)
    objective = LinearRegression(a, y, names, names)
    return Engine(objective, make_optimizer(optimizer, {}), LR, objective.start)


def seconds(work: Callable[[], object], clock: Callable[[], float] = perf_counter) -> float:
    """How long the work takes by this clock."""
    begun = clock()
    work()
    return clock() - begun


def overhead(a: Array, y: Array) -> float:
    """The median over paired rounds of engine time / bare time, each engine beginning afresh."""
    ratios, per_update = [], []
    for index in range(ROUNDS):
        run = engine(a, y)
        work: list[Callable[[], object]] = [lambda: bare(a, y, UPDATES), lambda run=run: run.run(UPDATES)]
        order = (0, 1) if index % 2 else (1, 0)
        taken = {which: seconds(work[which], thread_time) for which in order}
        np.testing.assert_allclose(run.w, bare(a, y, UPDATES), rtol=1e-9)
        ratios.append(taken[1] / taken[0])
        per_update.append((taken[0] / UPDATES * 1e6, taken[1] / UPDATES * 1e6))
    bare_us, engine_us = (min(column) for column in zip(*per_update, strict=True))
    print(f"bare loop {bare_us:.2f} us/update, Engine.run with recording {engine_us:.2f} us/update (least of {ROUNDS})")
    return median(ratios)


def one_by_one(a: Array, y: Array) -> None:
    run = engine(a, y)
    taken = min(seconds(lambda: [run.step() for _ in range(UPDATES)]) for _ in range(7))
    print(f"Engine.step one by one {taken / UPDATES * 1e6:.2f} us/update")


def time_travel(a: Array, y: Array, optimizer: str) -> None:
    """Latencies of seeks and single steps back in a run of a million updates."""
    run = engine(a, y, optimizer)
    whole = seconds(lambda: run.run(MILLION))
    size = run.keyframes.nbytes / 2**20
    places = np.random.default_rng(1).integers(0, MILLION, 100).tolist()
    seeks = [seconds(lambda k=k: run.seek(k)) * 1e3 for k in places]
    run.seek(MILLION)
    backs = [seconds(lambda: run.seek(run.k - 1)) * 1e3 for _ in range(500)]
    print(
        f"{optimizer}: a million updates {whole:.1f} s, "
        f"keyframes {size:.1f} MiB every {run.keyframes.stride}; "
        f"seek median {median(seeks):.2f} max {max(seeks):.2f} ms; "
        f"back median {median(backs):.3f} max {max(backs):.2f} ms"
    )


def main() -> int:
    a, y = data()
    ratio = overhead(a, y)
    print(f"median ratio of {ROUNDS} paired rounds: {ratio:.3f} (law: at most {LAW})")
    one_by_one(a, y)
    for optimizer in ("sgd", "adam"):
        time_travel(a, y, optimizer)
    return 0 if ratio <= LAW else 1


if __name__ == "__main__":
    sys.exit(main())
