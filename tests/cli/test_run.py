"""`gd-tui run`: which updates it makes, which of them it prints, and how it says that it ended."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from gd_tui import Scenario, Simulator

HUBBLE = ("linear", "--data", "hubble_1929", "--features", "distance_mpc", "--target", "velocity_kms")


def test_the_worked_example_follows_its_closed_form(call: Any) -> None:
    words = "run explainer --optimizer sgd --lr 0.05 --steps 1000 --format json"
    told = call(*words.split()).json
    losses = [step["loss"] for step in told["steps"]]
    assert losses[0] == pytest.approx(452.564, rel=1e-15)
    assert losses[1:3] == pytest.approx([268.8417296, 191.78621486144], rel=1e-13)
    assert next(k for k, loss in enumerate(losses) if loss < 1e-15) == 966
    assert [step["step"] for step in told["steps"]] == list(range(1001))
    start = told["steps"][0]["weights"]
    for step in told["steps"]:
        for x, (w, w0) in enumerate(zip(step["weights"], start, strict=True), start=1):
            optimum, factor = 25 / x, 1 - 0.05 * 2 / 5 * x * x
            assert w == pytest.approx(optimum + (w0 - optimum) * factor ** step["step"], rel=1e-12)
    assert told["parameters"] == ["w1", "w2", "w3", "w4", "w5"]
    assert (told["status"], told["reason"]) == ("converged", "loss < 1e-15")


def test_hubbles_galaxies_converge_by_themselves_on_raw_data(call: Any) -> None:
    told = call("run", *HUBBLE, "--lr", "0.3", "--format", "json").json
    assert told["status"] == "converged"
    assert told["parameters"] == ["distance_mpc", "b"]
    assert told["steps"][-1]["weights"] == pytest.approx([454.158, -40.784], abs=5e-4)
    assert "data_units" not in told


def test_hubbles_galaxies_converge_by_themselves_on_standardized_data(call: Any) -> None:
    told = call("run", *HUBBLE, "--standardize", "--lr", "0.4", "--format", "json").json
    assert told["status"] == "converged"
    assert told["data_units"]["names"] == ["distance_mpc", "b"]
    assert told["data_units"]["weights"] == pytest.approx([454.158, -40.784], abs=5e-4)


@pytest.mark.parametrize(
    ("words", "status", "reason", "last"),
    [
        ("explainer", "converged", "loss < 1e-15", 966),
        ("rosenbrock --lr 0.0001", "limit", "not converged after 1,000 updates; --steps N makes more", 1000),
        ("explainer --steps 7", "stopped", "--steps 7 done", 7),
        ("explainer --steps 0", "stopped", "--steps 0 done", 0),
        ("explainer --steps 970", "converged", "loss < 1e-15", 970),
        ("explainer --steps 1000 --lr 3", "diverged", "loss is inf", 105),
        ("explainer --lr 3", "diverged", "loss is inf", 105),
        ("parabola --start 1e300", "diverged", "loss is inf", 0),
        ("parabola --start 0", "converged", "loss < 1e-15", 0),
    ],
)
def test_how_a_run_ends(call: Any, words: str, status: str, reason: str, last: int) -> None:
    outcome = call("run", *words.split(), "--format", "json")
    told = outcome.json
    assert (outcome.status, outcome.err) == (0, "")
    assert (told["status"], told["reason"], told["steps"][-1]["step"]) == (status, reason, last)


@pytest.mark.parametrize("every", [1, 7, 10, 40, 1000])
def test_every_kth_step_and_always_the_last(call: Any, every: int) -> None:
    words = ("run", "--lr", "0.2", "--steps", "40", "--format", "json")
    whole = call(*words).json
    thinned = call(*words, "--every", str(every)).json
    assert thinned["steps"] == [s for s in whole["steps"] if s["step"] % every == 0 or s["step"] == 40]
    assert thinned["status"] == whole["status"]


def test_a_divergence_between_two_printed_steps_is_printed(call: Any) -> None:
    told = call("run", "--lr", "3", "--every", "50", "--format", "json").json
    assert [step["step"] for step in told["steps"]] == [0, 50, 100, 105]


@pytest.mark.parametrize("style", ["table", "csv", "json", "jsonl", "markdown"])
def test_a_file_gets_what_stdout_would_get(call: Any, tmp_path: Path, style: str) -> None:
    words = ("run", *HUBBLE, "--standardize", "--steps", "5", "--format", style)
    printed = call(*words).out
    outcome = call(*words, "--output", str(tmp_path / "run.txt"))
    assert (outcome.status, outcome.out) == (0, "")
    assert (tmp_path / "run.txt").read_bytes().decode() == printed != ""


def test_a_wrong_scenario_leaves_the_output_file_alone(call: Any, tmp_path: Path) -> None:
    (tmp_path / "kept.csv").write_text("precious")
    assert call("run", "nonsense", "--output", str(tmp_path / "kept.csv")).status == 2
    assert (tmp_path / "kept.csv").read_text() == "precious"


def test_the_scenario_in_the_json_makes_the_same_run_again(call: Any) -> None:
    words = "run valley --problem-set k=30 --optimizer adam --set beta1=0.8 --set amsgrad=true --start -3,2"
    told = call(*words.split(), "--steps", "20", "--format", "json").json
    simulator = Simulator(msgspec.convert(told["scenario"], Scenario))
    simulator.step(20)
    assert simulator.engine.w.tolist() == told["steps"][-1]["weights"]
    assert told["scenario"]["lr"] == 2 / 31


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", {"problem": "explainer", "lr": 0.05, "optimizer": "sgd"}),
        (
            "--data hubble_1929 --target velocity_kms --features distance_mpc",
            {"problem": "linear", "target": "velocity_kms", "features": ["distance_mpc"]},
        ),
        (
            "--data penguins --features bill_length_mm,year --target body_mass_g --standardize --no-bias",
            {"features": ["bill_length_mm", "year"], "standardize": True, "bias": False},
        ),
        ("--data hubble_1929 --raw --drop-missing", {"standardize": False, "drop_missing": True}),
        ("rosenbrock --start -1.2,1", {"start": [-1.2, 1.0]}),
        ("rosenbrock --start=-1.2,-1", {"start": [-1.2, -1.0]}),
        ("bowl --start zeros", {"start": "zeros"}),
        ("bowl --start random --seed 3", {"start": "random", "seed": 3}),
        ("explainer --problem-set x=2,-4 --problem-set y=8", {"settings": {"x": [2.0, -4.0], "y": 8.0}}),
        ("explainer --problem-set x=2", {"settings": {"x": [2.0]}}),
        ("--set momentum=0.9 --set nesterov=true", {"hyperparameters": {"momentum": 0.9, "nesterov": True}}),
        ("--lr 1e-3", {"lr": 0.001}),
    ],
)
def test_options_make_the_scenario(call: Any, words: str, expected: dict[str, Any]) -> None:
    scenario = call("run", *words.split(), "--steps", "1", "--format", "json").json["scenario"]
    assert {key: scenario[key] for key in expected} == expected


def test_column_names_are_quoted_as_in_csv(call: Any, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text('"a, b",c d,y\n1,2,3\n2,1,4\n3,5,1\n')
    words = ("run", "--data", str(tmp_path / "data.csv"), "--features", '"a, b",c d', "--steps", "1")
    assert call(*words, "--format", "json").json["parameters"] == ["a, b", "c d", "b"]
    header = call(*words, "--format", "csv").out.splitlines()[0]
    assert header == 'step,loss,lr,gradient_norm,"a, b",c d,b,"grad a, b",grad c d,grad b'


@pytest.mark.parametrize(
    ("words", "status", "reason", "last"),
    [
        (["--until", "loss < 100"], "stopped", "loss < 100", 6),
        (["--until", "loss < 100", "--steps", "50"], "stopped", "loss < 100", 6),
        (["--until", "loss < 100", "--steps", "6"], "stopped", "loss < 100", 6),
        (["--until", "loss < 100", "--steps", "5"], "stopped", "--steps 5 done", 5),
        (["--until", "loss < 1000"], "stopped", "loss < 1000", 0),
        (["--until", "step >= 0", "--steps", "9"], "stopped", "step >= 0", 0),
        (["--until", "loss < 0"], "converged", "loss < 1e-15", 966),
        (["--until", "loss < 0", "--lr", "3"], "diverged", "loss is inf", 105),
        (["--until", "nonfinite", "--lr", "3"], "diverged", "loss is inf", 105),
        (["--until", "loss rises or sign w1"], "converged", "loss < 1e-15", 966),
        (["--until", "w5>2   and gradient<50"], "stopped", "w5 > 2 and gradient < 50", 1),
        (["--until", "full loss < 100", "--batch", "2"], "stopped", "full loss < 100", None),
    ],
)
@pytest.mark.parametrize("every", ["1", "4", "1000"])
def test_until_stops_at_the_very_step(
    call: Any, words: list[str], status: str, reason: str, last: int | None, every: str
) -> None:
    outcome = call("run", *words, "--every", every, "--format", "json")
    told = outcome.json
    assert (outcome.status, outcome.err) == (0, "")
    assert (told["status"], told["reason"]) == (status, reason)
    steps = [row["step"] for row in told["steps"]]
    end = steps[-1]
    assert steps == sorted({*range(0, end, int(every)), end})
    assert last in (None, end)
    if last is None:
        whole = call("run", *words[2:], "--steps", str(end), "--format", "json").json["steps"]
        assert [row["step"] for row in whole if row["loss"] < 100] == [end]


@pytest.mark.parametrize("until", ["", "loss", "w9 > 1", "loss < x", '"loss < 3'])
def test_a_wrong_condition_is_one_line_and_leaves_the_output_file_alone(call: Any, tmp_path: Path, until: str) -> None:
    (tmp_path / "kept.csv").write_text("precious")
    outcome = call("run", "--until", until, "--output", str(tmp_path / "kept.csv"))
    assert (outcome.status, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert (tmp_path / "kept.csv").read_text() == "precious"
