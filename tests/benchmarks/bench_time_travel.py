"""How far back a long run reaches, how fast, and in how much memory.

Run it as `python tests/benchmarks/bench_time_travel.py [UPDATES]`; 10 million by default, which take about a minute.

Two runs: the worked example (five weights, sgd), and a linear model of 1,000 weights (adam, a tenth of the updates).
Of each it tells what steps, jumps, drawing and sessions cost once the run is made, and jumps once its session was
taken up. Exit status 1 if a law is broken: a jump to any step within 50 ms (300 ms for the 1,000 weights) and one
step back within 5 ms, in the median; keyframes and states within 64 MiB, the process of the 1,000 weights within
200 MB until its session is taken up.
"""

from __future__ import annotations

import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from gd_tui.scenario import Scenario
from gd_tui.session.document import decode, encode
from gd_tui.session.reviving import revive
from gd_tui.session.saving import Recorder
from gd_tui.simulator import Simulator

JUMPS, BACKS, COLUMNS = 200, 500, 200
MIB = 2**20
WIDE, FEW_ROWS = 1000, 20
"""Weights of the wide model, and rows: so few that the run is measured and not the problem."""


def timed(action: Callable[..., object], *arguments: object) -> float:
    """Milliseconds that a call takes."""
    begun = perf_counter()
    action(*arguments)
    return 1e3 * (perf_counter() - begun)


def write_wide_table(path: Path) -> None:
    """A table of standard normal numbers, WIDE features and a target."""
    numbers = np.random.default_rng(0).standard_normal((FEW_ROWS, WIDE + 1)).tolist()
    path.write_text("\n".join(",".join(map(repr, row)) for row in numbers))


def jumps(simulator: Simulator, updates: int) -> list[float]:
    """What jumps to steps all over the run take."""
    return [timed(simulator.seek, k) for k in np.random.default_rng(1).integers(0, updates, JUMPS).tolist()]


def backs(simulator: Simulator, updates: int) -> list[float]:
    """What single steps back take, in several parts of the run."""
    taken: list[float] = []
    for k in np.random.default_rng(2).integers(BACKS, updates, 5).tolist():
        simulator.seek(k)
        taken += [timed(simulator.back) for _ in range(BACKS // 5)]
    return taken


def told(what: str, taken: list[float]) -> str:
    """Median and worst of some times."""
    return f"{what} median {median(taken):.3f} max {max(taken):.2f} ms"


def measure(name: str, scenario: Scenario, updates: int, jump_law_ms: float, process_law_mb: float = np.inf) -> bool:
    """Make the run, then go all over it, and again after its session was taken up; whether the laws hold."""
    simulator = Simulator(scenario)
    seconds = timed(simulator.step, updates) / 1e3
    there, back = jumps(simulator, updates), backs(simulator, updates)
    simulator.seek(updates)
    snapshot, recorder = simulator.snapshot(), Recorder()
    snapshot.events(0, updates, COLUMNS)
    drawing = [
        timed(lambda: (snapshot.history(0, updates, COLUMNS), snapshot.events(0, updates, COLUMNS))) for _ in range(9)
    ]
    encode(recorder.document(simulator))
    simulator.step()
    content = b""

    def save() -> None:
        nonlocal content
        content = encode(recorder.document(simulator))

    saving = timed(save)
    held = (simulator.engine.keyframes.nbytes + simulator.engine.recent.nbytes) / MIB
    process = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    begun = perf_counter()
    resumed = revive(decode(content, "it"), "it")
    reviving = 1e3 * (perf_counter() - begun)
    again = jumps(resumed, updates)
    print(
        f"{name}: {updates:,} updates in {seconds:.1f} s; keyframes and recent states {held:.1f} MiB, stride "
        f"{simulator.engine.keyframes.stride}; the process {process:.0f} MB\n"
        f"  {told('jump', there)}; {told('back', back)}; {told(f'history and events of {COLUMNS} columns', drawing)}\n"
        f"  session {len(content) / 1e3:.0f} kB, made in {saving:.1f} ms, taken up in {reviving:.0f} ms; "
        f"{told('then a jump', again)}"
    )
    is_quick = max(median(there), median(again)) < jump_law_ms and median(back) < 5
    return is_quick and held < 64 and process < process_law_mb


def main() -> int:
    """Measure both runs; 1 if a law is broken."""
    updates = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "wide.csv"
        write_wide_table(table)
        wide = Scenario(problem="linear", data=str(table), bias=False, optimizer="adam", lr=1e-3)
        right = measure("1,000 weights", wide, updates // 10, 300, 200)
        right &= measure("five weights", Scenario(lr=0.05), updates, 50)
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
