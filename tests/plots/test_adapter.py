"""plotext's pictures: exact size, honest roles, and no number that kills the process."""

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gd_tui.plots
from gd_tui.plots import Axis, Chart, Row, Series, count_axis, draw, nice_axis, rows_for

BULK = Path(__file__).with_name("bulk_draw.py")
ROOT = Path(gd_tui.plots.__file__).parents[2]
ONE = Axis(0.0, 1.0, (0.0, 0.5, 1.0), ("0", "0.5", "1.0"))

numbers = st.floats()
values = st.lists(numbers, max_size=30).map(np.array)
labels = st.text(max_size=9)
axes = st.builds(
    Axis,
    numbers,
    numbers,
    st.lists(numbers, max_size=6).map(tuple),
    st.lists(labels, max_size=6).map(tuple),
)
series = st.builds(
    Series,
    values,
    values,
    st.sampled_from(["loss", "gradient", "weight", ""]),
    st.sampled_from(["line", "points"]),
    st.none() | st.sampled_from(["●", "+", "\x1b", "長", "", "ab", "\u0301"]) | st.characters(),
)
charts = st.builds(Chart, axes, axes, st.lists(series, max_size=3).map(tuple), st.booleans(), st.integers(-2, 12))


def text(rows: tuple[Row, ...]) -> list[str]:
    return ["".join(run for run, _ in row) for row in rows]


def roles_at(row: Row) -> list[str]:
    return [role for run, role in row for _ in run]


def in_own_process(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False, env=environment)


def check(rows: tuple[Row, ...], width: int, height: int, *, ascii_only: bool) -> None:
    assert len(rows) == max(height, 0)
    for row, line in zip(rows, text(rows), strict=True):
        assert len(line) == max(width, 0)
        assert line.isprintable()
        assert all(run for run, _ in row)
        assert line.isascii() or not ascii_only
        assert all(run.isspace() for run, role in row if role == "")


@settings(max_examples=250, deadline=None)
@given(charts, st.integers(-2, 40), st.integers(-2, 16), st.booleans())
def test_any_numbers_and_any_size_give_rows_of_the_exact_size(
    chart: Chart, width: int, height: int, ascii_only: bool
) -> None:
    blank_role = any(s.role == "" for s in chart.series)
    rows = draw(chart, width, height, ascii=ascii_only)
    if blank_role:  # then text without a role is allowed
        rows = tuple(tuple((run, role or "unnamed") for run, role in row) for row in rows)
    check(rows, width, height, ascii_only=ascii_only)


def test_hundreds_of_wild_charts_do_not_kill_the_process() -> None:
    done = in_own_process(str(BULK), "600")
    assert done.returncode == 0, done.stderr[-2000:] or f"killed by signal {-done.returncode}"
    assert done.stdout.strip() == "drawn 600"
    assert done.stderr == ""


def curve_of_w1(*, ascii_only: bool) -> Chart:
    here, after, lowest = 8.6779, 9.0043, 25.0
    x = np.linspace(0, 30, 70)
    before = np.linspace(1, here, 40)
    tangent = np.array([here - 9, here + 9])
    footprint, valley, hollow, full = ("+", "V", "o", "@") if ascii_only else (None, "◆", "○", "●")

    def slice_at(w: np.ndarray) -> np.ndarray:
        return (w - 25) ** 2 / 5 + 9.3

    def mark(w: float, role: str, marker: str) -> Series:
        return Series(np.array([w]), slice_at(np.array([w])), role, "points", marker)

    return Chart(
        nice_axis(0, 30, 3),
        nice_axis(0, 92, 2),
        (
            Series(tangent, 62.5756 - 6.5288 * (tangent - here), "gradient", "line"),
            Series(x, slice_at(x), "loss", "line"),
            Series(before, slice_at(before), "weight", "points", footprint),
            mark(lowest, "bright", valley),
            mark(after, "weight", hollow),
            mark(here, "weight", full),
        ),
    )


def history() -> Chart:
    k = np.arange(13.0)
    loss = 62.5 + 400 * np.exp(-k / 2.5)
    return Chart(
        count_axis(0, 12, 32),
        nice_axis(0, 462.5, 3, 5),
        (Series(k, loss, "loss", "line"), Series(k[-1:], loss[-1:], "loss", "points", "●")),
    )


def test_the_loss_curve_looks_as_on_the_screen() -> None:
    assert text(draw(curve_of_w1(ascii_only=False), 41, 13)) == [
        "                                         ",
        "  100    ⠠⡠⡀                             ",
        "          ⠈⠻⣄                            ",
        "            ⠙⢦⡀                          ",
        "              ⠙⢄                         ",
        "               ⠈●⡀                       ",
        "   50            ⠈⠢⡀                     ",
        "                   ⠘⢖⢄                   ",
        "                     ⠑⢕⠢⣀                ",
        "                       ⠣⡀⠑⠢⢄⣀            ",
        "                        ⠈⠢⡀  ⠉⠑⠒⠒⠤◆⠤⠤⠒⠒⠊⠁",
        "    0                     ⠈              ",
        "      0         10          20         30",
    ]


def test_the_loss_curve_in_ascii_looks_as_on_the_screen() -> None:
    assert text(draw(curve_of_w1(ascii_only=True), 41, 13, ascii=True)) == [
        "                                         ",
        "  100    .++                             ",
        "          .++                            ",
        "            +++                          ",
        "              ++                         ",
        "                @*                       ",
        "   50            ***                     ",
        "                   ***                   ",
        "                     .***                ",
        "                       ..****            ",
        "                         .   *****V******",
        "    0                     .              ",
        "      0         10          20         30",
    ]


def test_the_loss_history_looks_as_on_the_screen() -> None:
    assert text(draw(history(), 38, 8)) == [
        "  600                                 ",
        "      ⢀                               ",
        "  400 ⠈⠢⡀                             ",
        "        ⠈⠢⡀                           ",
        "  200     ⠈⠑⠤⣀⡀                       ",
        "              ⠈⠉⠒⠒⠢⠤⠤⠤⠤⠤⢄⣀⣀⣀⣀⣀⣀●      ",
        "    0                                 ",
        "      0         5         10        15",
    ]


def test_every_cell_knows_its_role() -> None:
    rows = draw(curve_of_w1(ascii_only=False), 41, 13)
    lines = text(rows)
    assert roles_at(rows[1])[:10] == [""] * 2 + ["dim"] * 3 + [""] * 4 + ["gradient"]
    assert roles_at(rows[5])[lines[5].index("●")] == "weight"
    assert roles_at(rows[10])[lines[10].index("◆")] == "bright"
    assert [run for run, role in rows[12] if role == "dim"] == ["0", "10", "20", "30"]
    used = {role for row in rows for _, role in row}
    assert used == {"", "dim", "gradient", "loss", "weight", "bright"}


def test_the_grid_runs_along_the_y_ticks_and_is_left_out_of_ascii() -> None:
    chart = Chart(ONE, ONE, (), grid=True)
    rows = draw(chart, 20, 8)
    assert [i for i, row in enumerate(rows) if "rule" in roles_at(row)] == [0, 3, 6]
    assert text(rows)[3] == "  0.5 " + "┈" * 14
    assert "rule" not in {role for row in draw(chart, 20, 8, ascii=True) for _, role in row}


def test_later_series_win_a_shared_cell_and_braille_dots_merge() -> None:
    across = np.array([0.0, 1.0])
    falling = Series(across, 1 - across, "loss", "line")
    rising = Series(across, across, "weight", "line")
    middle = Series(np.array([0.5]), np.array([0.5]), "bright", "points", "●")
    rows = draw(Chart(ONE, ONE, (middle, falling, rising), label_width=0), 9, 6)
    alone = draw(Chart(ONE, ONE, (rising,), label_width=0), 9, 6)
    assert roles_at(rows[2])[4] == "weight"
    merged, single = text(rows)[2][4], text(alone)[2][4]
    assert ord(merged) & ord(single) == ord(single)
    assert ord(merged) != ord(single)
    assert text(draw(Chart(ONE, ONE, (falling, middle), label_width=0), 9, 6))[2][4] == "●"


def test_a_value_that_is_not_finite_breaks_the_line() -> None:
    y = np.full(101, 0.5)
    y[40:61] = np.nan
    chart = Chart(ONE, ONE, (Series(np.linspace(0, 1, 101), y, "loss", "line", "*"),), label_width=0)
    line = text(draw(chart, 41, 4))[1]
    assert line[:16] == "*" * 16
    assert line[17:24].isspace()
    assert line[25:] == "*" * 16


@settings(deadline=None, max_examples=30)
@given(st.integers(-900, 900), st.lists(st.floats(-2, 2), min_size=2, max_size=20).map(np.array))
def test_the_picture_does_not_depend_on_the_magnitude(power: int, y: np.ndarray) -> None:
    def picture(scale: float) -> tuple[Row, ...]:
        axis = Axis(-scale, scale, (-scale, scale), ("a", "b"))
        x = np.linspace(-scale, scale, len(y))
        return draw(Chart(axis, axis, (Series(x, y * scale, "loss", "line"),)), 24, 7)

    assert picture(2.0**power) == picture(1.0)


def test_a_long_line_keeps_its_spike_and_needs_few_points() -> None:
    x, y = np.linspace(0, 1, 100_000), np.zeros(100_000)
    y[50_000] = 1.0
    top = text(draw(Chart(ONE, ONE, (Series(x, y, "loss", "line"),), label_width=0), 41, 12))[0]
    assert top.strip() != ""


@pytest.mark.parametrize("wide", [8, 12, 20, 30, 33, 34, 35, 36, 60])
def test_x_labels_are_whole_apart_and_regular(wide: int) -> None:
    axis = nice_axis(-3000, 3000, 6)
    words = text(draw(Chart(axis, ONE, (), label_width=0), wide, 5))[-1].split()
    every = [i for i, label in enumerate(axis.labels) if label in words]
    assert words == [axis.labels[i] for i in every]
    assert len({after - before for before, after in pairwise(every)}) <= 1


def test_y_ticks_stand_evenly_with_the_spare_rows_on_top() -> None:
    axis = nice_axis(0, 100, 4)
    for height in range(6, 30):
        lines = text(draw(Chart(ONE, axis, ()), 30, height))[:-1]
        at = [i for i, line in enumerate(lines) if line.strip()]
        assert len(at) == 3
        assert at[1] - at[0] == at[2] - at[1]
        assert at[-1] == len(lines) - 1


@settings(deadline=None)
@given(st.integers(0, 200), st.integers(0, 30))
def test_rows_for_divides_evenly_and_wastes_least(height: int, intervals: int) -> None:
    rows = rows_for(height, intervals)
    assert rows <= height
    if 0 < intervals < height:
        assert (rows - 1) % intervals == 0
        assert height - rows < intervals


def test_more_roles_than_one_byte_holds() -> None:
    spots = [Series(np.array([i / 300]), np.array([0.5]), f"role {i}", "points", "*") for i in range(301)]
    row = draw(Chart(ONE, ONE, tuple(spots), label_width=0), 301, 4)[1]
    assert [role for _, role in row] == [f"role {i}" for i in range(301)]


def test_plotext_is_imported_by_the_first_picture_only() -> None:
    program = (
        "import sys, gd_tui.plots as p; before = 'plotext' in sys.modules; p.warm_up();"
        "print(before, 'plotext' in sys.modules)"
    )
    done = in_own_process("-c", program)
    assert done.stdout.split() == ["False", "True"], done.stderr
