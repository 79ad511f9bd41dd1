"""How far back a long run reaches, how fast, and in how much memory.

Run it as `python tests/benchmarks/bench_time_travel.py [UPDATES]`; 10 million by default, which take about a minute.

Two runs: the worked example (five weights, sgd), and a linear model of 1,000 weights (adam, a tenth of the updates).
Of each it tells what steps, jumps, drawing and sessions cost once the run is made. Exit status 1 if a law is broken:
a jump to any step within 50 ms (300 ms for the 1,000 weights) and one step back within 5 ms, both in the median;
keyframes and states within 64 MiB, the whole process of the 1,000 weights within 200 MB.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from gd_tui.problems.regression import LinearRegression, numbered
from gd_tui.scenario import Scenario
from gd_tui.session.document import decode, encode
from gd_tui.session.reviving import revive
from gd_tui.session.saving import Recorder
from gd_tui.simulator import Simulator
from gd_tui.simulator.branch import Branch
from gd_tui.simulator.building import first_segment
from gd_tui.simulator.simulator import Position

JUMPS, BACKS, COLUMNS = 200, 500, 200
MIB = 2**20


def timed(action: object, *arguments: object) -> float:
    """Milliseconds that a call takes."""
    begun = perf_counter()
    action(*arguments)  # type: ignore[operator]
    return 1e3 * (perf_counter() - begun)


def wide() -> Simulator:
    """Adam on a linear model of 1,000 weights, on so few rows that the run and not the problem is measured."""
    generator = np.random.default_rng(0)
    names = numbered("w", 1000)
    objective = LinearRegression(generator.standard_normal((20, 1000)), generator.standard_normal(20), names, names)
    scenario = Scenario(problem="linear", optimizer="adam", lr=1e-3)
    branch = Branch(objective, (first_segment(objective, scenario, np.zeros(1000)),))
    return Simulator.at(Position(branch, 0), [], [])


def measure(name: str, simulator: Simulator, updates: int, jump_law_ms: float) -> bool:
    """Make the run, then go all over it; whether the laws hold."""
    begun = perf_counter()
    simulator.step(updates)
    took = perf_counter() - begun
    engine, generator = simulator.engine, np.random.default_rng(1)
    jumps = [timed(simulator.seek, int(k)) for k in generator.integers(0, updates, JUMPS)]
    backs = []
    for k in generator.integers(BACKS, updates, 5).tolist():
        simulator.seek(k)
        backs += [timed(simulator.back) for _ in range(BACKS // 5)]
    simulator.seek(updates)
    snapshot = simulator.snapshot()
    snapshot.events(0, updates, COLUMNS)
    drawing = [
        timed(lambda: (snapshot.history(0, updates, COLUMNS), snapshot.events(0, updates, COLUMNS))) for _ in range(9)
    ]
    recorder = Recorder()
    first = timed(lambda: encode(recorder.document(simulator)))
    simulator.step(1)
    saving = timed(lambda: encode(recorder.document(simulator)))
    content = encode(recorder.document(simulator))
    held = (engine.keyframes.nbytes + engine.recent.nbytes) / MIB
    print(
        f"{name}: {updates:,} updates in {took:.1f} s; keyframes and recent states {held:.1f} MiB, "
        f"stride {engine.keyframes.stride}; the process {peak_mb():.0f} MB\n"
        f"  jump median {median(jumps):.2f} max {max(jumps):.2f} ms; back median {median(backs):.3f} "
        f"max {max(backs):.2f} ms; history and events of {COLUMNS} columns {median(drawing):.2f} ms\n"
        f"  session {len(content) / 1e3:.0f} kB, made in {first:.1f} ms, again {saving:.1f} ms"
    )
    if name == "five weights":
        resumed = timed(lambda: revive(decode(content, "it"), "it"))
        print(f"  resumed in {resumed:.0f} ms")
    return median(jumps) < jump_law_ms and median(backs) < 5 and held < 64


def peak_mb() -> float:
    """The most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def main() -> int:
    """Measure both runs; 1 if a law is broken."""
    updates = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    right = measure("1,000 weights", wide(), updates // 10, 300)
    right &= peak_mb() < 200
    right &= measure("five weights", Simulator(Scenario(lr=0.05)), updates, 50)
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
