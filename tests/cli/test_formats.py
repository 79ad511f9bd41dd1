"""Every format of `gd-tui run` against the engine's own numbers."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from gd_tui import Scenario, Simulator

RUNS = {
    "explainer --lr 0.05": Scenario(lr=0.05),
    "explainer --lr 3": Scenario(lr=3.0),
    "explainer --optimizer adam --lr 1e308": Scenario(optimizer="adam", lr=1e308),
    "two-valleys --start 1e-300": Scenario(problem="two-valleys", start=(1e-300,)),
    "--data longley --standardize": Scenario(problem="linear", data="longley", standardize=True),
}


class Step(NamedTuple):
    loss: float
    lr: float
    norm: float
    weights: list[float]
    gradient: list[float]


def steps_of(scenario: Scenario, count: int = 120) -> list[Step]:
    """The run as the engine makes it, one update at a time."""
    simulator = Simulator(scenario)
    steps = []
    while True:
        s = simulator.snapshot()
        steps.append(Step(s.loss, s.lr, s.gradient_norm, s.weights.tolist(), s.gradient.tolist()))
        if simulator.k == count or not simulator.step():
            return steps


@pytest.fixture(params=list(RUNS))
def run(request: pytest.FixtureRequest, call: Any) -> tuple[Any, list[Step]]:
    """A run's printer, by format, and the engine's steps."""
    words = ("run", *request.param.split(), "--steps", "120", "--format")
    return lambda style: call(*words, style).out, steps_of(RUNS[request.param])


def nulled(values: list[float]) -> list[float | None]:
    return [value if np.isfinite(value) else None for value in values]


def test_csv_reads_back_to_the_same_numbers(run: Any) -> None:
    print_as, steps = run
    header, *rows = csv.reader(io.StringIO(print_as("csv")))
    names = header[4 : 4 + len(steps[0].weights)]
    assert header == ["step", "loss", "lr", "gradient_norm", *names, *(f"grad {name}" for name in names)]
    assert [row[0] for row in rows] == [str(k) for k in range(len(steps))]
    expected = [[s.loss, s.lr, s.norm, *s.weights, *s.gradient] for s in steps]
    np.testing.assert_array_equal(np.array([row[1:] for row in rows], dtype=np.float64), np.array(expected))
    assert {cell for row in rows for cell in row if not re.search(r"\d", cell)} <= {"nan", "inf", "-inf"}


def test_json_reads_back_to_the_same_numbers(run: Any) -> None:
    print_as, steps = run
    told = json.loads(print_as("json"), parse_constant=pytest.fail)
    assert {"scenario", "parameters", "steps", "status", "reason"} <= set(told)
    expected = [
        {
            "step": k,
            "loss": nulled([s.loss])[0],
            "lr": s.lr,
            "weights": nulled(s.weights),
            "gradient": nulled(s.gradient),
        }
        for k, s in enumerate(steps)
    ]
    assert told["steps"] == expected


def test_jsonl_is_the_json_line_by_line(run: Any) -> None:
    print_as, _ = run
    *steps, end = [json.loads(line, parse_constant=pytest.fail) for line in print_as("jsonl").splitlines()]
    assert end | {"steps": steps} == json.loads(print_as("json"))


def test_the_table_is_aligned_and_right_to_its_digits(run: Any) -> None:
    print_as, steps = run
    lines = print_as("table").splitlines()
    top = next(i for i, line in enumerate(lines) if line.split()[:1] == ["step"])
    rows = lines[top + 1 : top + 1 + len(steps)]
    assert {len(line) for line in lines[top : top + 1 + len(steps)]} == {len(lines[top])}
    for k, (row, step) in enumerate(zip(rows, steps, strict=True)):
        number, loss, lr, norm, *weights = row.split()
        assert int(number) == k
        printed = [float(x) for x in (loss, lr, norm, *weights)]
        expected = [step.loss, step.lr, step.norm, *step.weights[: len(weights)]]
        np.testing.assert_allclose(printed, expected, rtol=6e-3, atol=0)


def test_markdown_has_a_cell_for_every_number(run: Any) -> None:
    print_as, steps = run
    table = [line for line in print_as("markdown").splitlines() if line.startswith("|")]
    header, rule, *rows = [line.strip("|").split("|") for line in table]
    assert len(header) == len(rule) == 4 + 2 * len(steps[0].weights)
    expected = [[k, s.loss, s.lr, s.norm, *s.weights, *s.gradient] for k, s in enumerate(steps)]
    np.testing.assert_allclose(np.array(rows, dtype=np.float64), np.array(expected), rtol=1e-7)


def wide_table(path: Path, columns: int) -> Path:
    rows = np.random.default_rng(0).normal(size=(5, columns)).tolist()
    lines = [[f"x{i}" for i in range(columns - 1)] + ["y"], *rows]
    path.write_text("\n".join(",".join(map(str, line)) for line in lines))
    return path


@pytest.mark.parametrize(("columns", "shown"), [(60, 1), (100, 5), (200, 13)])
def test_the_table_says_how_many_weights_it_leaves_out(
    call: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: int, shown: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    data = wide_table(tmp_path / "wide.csv", 100)
    out = call("run", "--data", str(data), "--steps", "3", "--standardize").out.splitlines()
    assert out[1] == f"{shown} of 100 weights, + {100 - shown} more (use --format csv)"
    assert all(len(line) <= columns for line in out[2:7])
    assert out[-1].endswith("+ 92 more (use --format json)")


def test_the_worked_example_fits_a_hundred_columns(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    out = call("run", "--lr", "0.05", "--every", "500").out.splitlines()
    assert out[0] == "explainer, optimizer sgd, lr 0.05"
    assert out[1].split() == ["step", "loss", "lr", "gradient_norm", "w1", "w2", "w3", "w4", "w5"]
    assert out[2].split()[:4] == ["0", "452.564000", "0.05", "67.378264"]
    assert out[2].split()[4:] == ["4.200000", "3.600000", "1.500000", "0.700000", "0.100000"]
    assert out[-1] == "converged at step 966: loss < 1e-15"


def test_the_table_ends_with_the_weights_in_the_datas_own_units(call: Any) -> None:
    words = "run --data hubble_1929 --features distance_mpc --target velocity_kms --standardize --lr 0.4"
    last = call(*words.split()).out.splitlines()[-1]
    assert last == "in the data's own units: distance_mpc = 454.15844, b = -40.783649"


def test_odd_column_names_do_not_break_lines_or_cells(call: Any, tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_text('"a|b","c\td",y\n1,2,3\n2,1,4\n3,5,1\n')
    words = ("run", "--data", str(tmp_path / "odd.csv"), "--steps", "1", "--format")
    assert r"| a\|b | c?d | b |" in call(*words, "markdown").out
    assert call(*words, "table").out.splitlines()[1].split()[4:] == ["a|b", "c?d", "b"]
