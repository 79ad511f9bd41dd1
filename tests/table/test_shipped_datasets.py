"""The datasets that come with the program: all there, as described, found where they are installed."""

import re
from pathlib import Path

import pytest

from gd_tui.table import dataset_description, datasets, design, read_table, shipped_datasets

from .cases import refused

SOURCES = datasets()["iris"].with_name("SOURCES.md").read_text(encoding="utf-8")
SIZES = re.findall(r"## (\w+)\.csv.*\n- (\d+) rows x (\d+) columns", SOURCES)


def test_every_shipped_dataset_is_described() -> None:
    assert sorted(name for name, _, _ in SIZES) == list(datasets())
    assert all(dataset_description(name) for name in datasets())
    assert dataset_description("iris") == "four measures of 150 flowers of three species"
    refused(lambda: dataset_description("iriss"), 'did you mean "iris"?')


@pytest.mark.parametrize(("name", "rows", "columns"), SIZES)
def test_shipped_dataset_has_the_size_its_source_states(name: str, rows: str, columns: str) -> None:
    table = read_table(name)
    assert (table.rows, len(table.names)) == (int(rows), int(columns))
    assert table.lines.tolist() == list(range(2, table.rows + 2))
    assert all(len(column) == table.rows for column in table.columns)


def test_nist_norris_gives_the_certified_line() -> None:
    inputs, y, names, target = design(read_table("nist_norris"), None, None)
    assert (names, target) == (("x",), "y")
    centred = inputs[:, 0] - inputs[:, 0].mean()
    slope = centred @ (y - y.mean()) / (centred @ centred)
    intercept = y.mean() - slope * inputs[:, 0].mean()
    assert slope == pytest.approx(1.00211681802045, rel=1e-10)
    assert intercept == pytest.approx(-0.262323073774029, rel=1e-10)


def test_a_file_wins_over_the_dataset_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_table("iris").rows == 150
    (tmp_path / "iris").write_text("x,y\n1,2\n")
    assert read_table("iris").rows == 1


def test_an_installed_package_finds_the_datasets_beside_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "gd_tui" / "datasets"
    folder.mkdir(parents=True)
    (folder / "mine.csv").write_text("x,y\n1,2\n")
    module = tmp_path / "gd_tui" / "table" / "shipped_datasets.py"
    monkeypatch.setattr(shipped_datasets, "__file__", str(module))
    assert datasets() == {"mine": folder / "mine.csv"}


def test_an_unknown_source_lists_the_shipped_datasets() -> None:
    message = refused(lambda: read_table("hubble_1992"), 'did you mean "hubble_1929"?', "anscombe", "wine")
    assert message.startswith('no file and no shipped dataset "hubble_1992"')
    refused(lambda: read_table("no/such/iris.csv"), "no/such/iris.csv", 'did you mean "iris"?')
    refused(lambda: read_table("a\0b"), "shipped:")
