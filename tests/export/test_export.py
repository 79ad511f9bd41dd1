"""Runs written to files: what is in them, and that no file is harmed."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from gd_tui.errors import InputError
from gd_tui.export import export
from gd_tui.scenario import Scenario
from gd_tui.simulator import Simulator

from ..test_imports import imported_by
from .running import edit, run_script, simulated

RUNS = {
    "plain": (Scenario(lr=0.05), ()),
    "edited": (Scenario(lr=0.05), ("lr 0.1; w w1 -3", "optimizer adam")),
    "batched-later": (Scenario(lr=0.05), ("batch 2", "seed 3; schedule cosine")),
    "diverged": (Scenario(lr=1e160), ()),
    "standardized": (Scenario(problem="linear", data="longley", standardize=True, batch=4), ("lr 0.01",)),
}


@pytest.fixture(params=RUNS.values(), ids=RUNS)
def simulator(request: pytest.FixtureRequest) -> Simulator:
    """A run that stands a little before its newest step."""
    scenario, edits = request.param
    made = simulated(scenario, 10)
    for commands in edits:
        edit(made, commands)
        made.step(10)
    made.back(3)
    return made


def steps_of(simulator: Simulator) -> Iterator[list[float]]:
    """Loss, batch loss, rate, weights, gradient of every step up to the present one."""
    end = simulator.k
    for k in range(end + 1):
        simulator.seek(k)
        engine = simulator.engine
        yield [engine.full_loss(), engine.loss, engine.rate, *engine.w.tolist(), *engine.gradient.tolist()]


def exported(simulator: Simulator, path: Path) -> str:
    """The text of the file that is written; the simulator must stand where it stood."""
    before = simulator.k, simulator.newest, simulator.engine.w.tobytes(), simulator.scenario
    assert export(simulator, str(path)) == f"steps 0 to {simulator.k} written to {path}"
    assert before == (simulator.k, simulator.newest, simulator.engine.w.tobytes(), simulator.scenario)
    return path.read_text(encoding="utf-8")


def has_batches(simulator: Simulator) -> bool:
    return any(segment.scenario.batch is not None for segment in simulator.branch.segments)


def nulled(values: list[float]) -> list[float | None]:
    return [value if np.isfinite(value) else None for value in values]


def test_csv_reads_back_to_the_same_numbers(simulator: Simulator, tmp_path: Path) -> None:
    header, *rows = csv.reader(io.StringIO(exported(simulator, tmp_path / "run.csv")))
    names, first = simulator.names, 3 + has_batches(simulator)
    assert header[:2] + header[first + 1 :] == ["step", "loss", *names, *(f"grad {name}" for name in names)]
    assert [row[0] for row in rows] == [str(k) for k in range(simulator.k + 1)]
    without_norm = [[*row[1 : first - 1], row[first - 1], *row[first + 1 :]] for row in rows]
    expected = [step if has_batches(simulator) else [step[0], *step[2:]] for step in steps_of(simulator)]
    np.testing.assert_array_equal(np.array(without_norm, dtype=np.float64), np.array(expected))


def test_json_reads_back_to_the_same_numbers(simulator: Simulator, tmp_path: Path) -> None:
    told = json.loads(exported(simulator, tmp_path / "run.json"), parse_constant=pytest.fail)
    d = len(simulator.names)
    for step, (loss, batch_loss, lr, *numbers) in zip(told["steps"], steps_of(simulator), strict=True):
        assert [step["loss"]] == nulled([loss])
        assert [step.get("batch_loss", step["loss"])] == nulled([batch_loss])
        assert step["lr"] == lr
        assert (step["weights"], step["gradient"]) == (nulled(numbers[:d]), nulled(numbers[d:]))
    assert told["scenario"]["lr"] == simulator.branch.segments[0].scenario.lr
    edits = [(segment.engine.first, list(segment.edits)) for segment in simulator.branch.segments[1:]]
    assert [(e["step"], e["commands"]) for e in told.get("edits", [])] == edits
    active = simulator.status == "active"
    assert told["status"] == ("stopped" if active else simulator.status)
    assert told["reason"] == (f"exported at step {simulator.k}" if active else simulator.reason)


def test_jsonl_is_the_json_line_by_line(simulator: Simulator, tmp_path: Path) -> None:
    *steps, end = map(json.loads, exported(simulator, tmp_path / "run.jsonl").splitlines())
    assert end | {"steps": steps} == json.loads(exported(simulator, tmp_path / "run.json"))


@pytest.mark.parametrize("name", ["run.md", "run.txt", "RUN.TXT"])
def test_tables_for_people(simulator: Simulator, tmp_path: Path, name: str) -> None:
    text = exported(simulator, tmp_path / name)
    rows = re.findall(r"^\|? *(\d+) +[|\d]", text, re.MULTILINE)
    assert rows == [str(k) for k in range(simulator.k + 1)]
    for segment in simulator.branch.segments[1:]:
        assert f"from step {segment.engine.first} on: {'; '.join(segment.edits)}" in text
    assert f"\n{'stopped' if simulator.status == 'active' else 'diverged'} at step {simulator.k}: " in text


def test_a_script(simulator: Simulator, tmp_path: Path) -> None:
    space, _ = run_script(exported(simulator, tmp_path / "run.py"))
    assert space["w"].tobytes() == simulator.engine.w.tobytes()


@pytest.mark.parametrize("name", ["run.svg", "run", "run.xlsx", ".csv"])
def test_an_unknown_suffix(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"must end in one of \.csv, \.json, \.jsonl, \.md, \.txt, \.py"):
        export(simulated(Scenario(), 1), str(tmp_path / name))
    assert not list(tmp_path.iterdir())


def test_places_that_cannot_be_written_to(tmp_path: Path) -> None:
    simulator = simulated(Scenario(), 1)
    with pytest.raises(InputError, match=r"nowhere/run.csv: cannot be written: No such file or directory"):
        export(simulator, str(tmp_path / "nowhere" / "run.csv"))
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError, match="that is a directory"):
        export(simulator, str(tmp_path / "folder.csv"))


def test_a_write_protected_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.csv"
    path.write_text("kept")
    monkeypatch.setattr(os, "access", lambda *_: False)  # whoever is root may write anything
    with pytest.raises(InputError, match="write-protected"):
        export(simulated(Scenario(), 1), str(path))
    assert path.read_text() == "kept"


def test_the_runs_own_files_are_never_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    data, module, link = Path("own.csv"), Path("own.py"), Path("link.csv")
    data.write_text("x,y\n1,2\n2,3\n3,5\n")
    module.write_text("def f(w): return w[0]**2\n")
    link.symlink_to(data)
    of_data = simulated(Scenario(problem="linear", data="own.csv"), 1)
    of_module = simulated(Scenario(problem="module", module="own.py:f", start=(1.0,)), 1)
    for simulator, path in ((of_data, "./own.csv"), (of_data, "link.csv"), (of_module, str(module.resolve()))):
        before = Path(path).read_text()
        with pytest.raises(InputError, match="the run is made from that file"):
            export(simulator, path)
        assert Path(path).read_text() == before


def test_a_failure_leaves_the_old_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.csv"
    path.write_text("kept")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(InputError, match="No space left on device"):
        export(simulated(Scenario(), 1), str(path))
    assert path.read_text() == "kept"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_is_replaced_with_its_permissions_and_through_a_link(tmp_path: Path) -> None:
    path, link = tmp_path / "run.csv", tmp_path / "link.csv"
    path.write_text("old")
    path.chmod(0o640)
    link.symlink_to(path)
    export(simulated(Scenario(), 1), str(link))
    assert link.is_symlink()
    assert path.read_text().startswith("step,loss")
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import gd_tui.export.formats, gd_tui.export.trace", {"numpy", "textual", "sympy", "plotext"}),
        ("import gd_tui.export.script", {"click", "textual", "sympy", "plotext"}),
    ],
)
def test_what_an_import_does_not_bring_in(statement: str, absent: set[str]) -> None:
    held = imported_by(statement)
    assert "gd_tui" in held
    assert not held & absent
