"""Draws many charts of wild numbers, in a process of its own: an abort inside plotext cannot be caught.

Run as `python bulk_draw.py COUNT`; prints `drawn COUNT` where every picture had its exact size.
"""

import sys
from typing import Literal

import numpy as np

from gd_tui.plots import Axis, Chart, Series, draw

WILD = np.array([np.nan, np.inf, -np.inf, 1e308, -1e308, 5e-324, 0.0, -0.0, 1.0, 1 + 1e-15, 1e150, -1e20, 1e-200])


def wild(rng: np.random.Generator, count: int) -> np.ndarray:
    """Numbers of every magnitude, smooth or jumping, with some of the worst strewn in."""
    scale = 10.0 ** rng.uniform(-12, 12)
    smooth = scale * np.cumsum(rng.normal(size=count))
    jumping = rng.normal(size=count) * 10.0 ** rng.uniform(-300, 300, size=count)
    data = smooth if rng.random() < 0.6 else jumping
    return np.where(rng.random(count) < rng.choice([0, 0.05, 0.5]), rng.choice(WILD, count), data)


def wild_axis(rng: np.random.Generator, near: np.ndarray) -> Axis:
    finite = near[np.isfinite(near)]
    if rng.random() < 0.7 and len(finite):
        low, high = np.quantile(finite, rng.random(2))
    else:
        low, high = wild(rng, 2)
    count = int(rng.integers(0, 8))
    with np.errstate(all="ignore"):
        ticks = np.linspace(low, high, count)
    return Axis(float(low), float(high), tuple(ticks.tolist()), tuple(f"{tick:.3g}" for tick in ticks))


def wild_series(rng: np.random.Generator) -> Series:
    count = int(rng.integers(0, rng.choice([4, 60, 2000])))
    x = np.arange(float(count)) if rng.random() < 0.5 else wild(rng, count)
    role = str(rng.choice(["loss", "gradient", "weight"]))
    style: Literal["line", "points"] = "line" if rng.random() < 0.7 else "points"
    return Series(x, wild(rng, count), role, style, "●" if rng.random() < 0.3 else None)


def main(count: int) -> None:
    rng = np.random.default_rng(20240607)
    for _ in range(count):
        series = tuple(wild_series(rng) for _ in range(int(rng.integers(0, 4))))
        x = np.concatenate([np.zeros(1), *(s.x for s in series)])
        y = np.concatenate([np.zeros(1), *(s.y for s in series)])
        chart = Chart(wild_axis(rng, x), wild_axis(rng, y), series, bool(rng.random() < 0.5))
        width, height = int(rng.integers(0, 90)), int(rng.integers(0, 30))
        rows = draw(chart, width, height, ascii=bool(rng.random() < 0.3))
        sizes = {sum(len(run) for run, _ in row) for row in rows}
        if len(rows) != height or sizes - {width}:
            sys.exit(f"asked {width} x {height}, got {len(rows)} rows of {sizes}")
    print("drawn", count)


if __name__ == "__main__":
    main(int(sys.argv[1]))
