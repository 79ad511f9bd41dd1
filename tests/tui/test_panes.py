"""What the panes show of the worked example after twelve updates, line by line."""

from __future__ import annotations

import re
from dataclasses import replace
from math import inf, nan

import numpy as np
import pytest

from gd_tui.engine.engine import Status
from gd_tui.tui.glyphs import ASCII
from gd_tui.tui.panes.weights import WeightsPane
from gd_tui.tui.shown import Shown

from .pictures import (
    SIZES,
    cells,
    fitted,
    in_role,
    many_weights,
    on_screen,
    shown_at,
    shown_of,
    simulator_at,
    text_of,
    texts,
)

SMALL, MIDDLE, LARGE = SIZES


@pytest.fixture(scope="module")
def step12() -> Shown:
    return shown_at(12)


def test_weights_at_80x24(step12: Shown) -> None:
    assert texts(on_screen("weights", step12, SMALL)) == [
        "▌weights ─────────────────────────────",
        "        value   change optimum done",
        "▸w1    8.6779  +0.3331 25.0000 ━╸────┤",
        " w2    9.2278  +0.2845 12.5000 ━━━━──┤",
        " w3    7.7018  +0.1386  8.3333 ━━━━━╸┤",
        " w4    6.1957  +0.0255  6.2500 ━━━━━━┤",
        " w5    4.9988  +0.0012  5.0000 ━━━━━━┤",
    ]


def test_weights_at_120x40(step12: Shown) -> None:
    assert texts(on_screen("weights", step12, MIDDLE))[:7] == [
        "▌weights ─────────────────────────────────────────────",
        "          value     change   optimum   start       opt",
        "▸w1     8.67789   +0.33310   25.0000   ━━━───────────┤",
        " w2     9.22777   +0.28454   12.5000   ━━━━━━━━━─────┤",
        " w3     7.70180   +0.13863    8.3333   ━━━━━━━━━━━━╸─┤",
        " w4     6.19575   +0.02553    6.2500   ━━━━━━━━━━━━━━┤",
        " w5     4.99880   +0.00120    5.0000   ━━━━━━━━━━━━━━┤",
    ]


def test_gradients_at_80x24(step12: Shown) -> None:
    lines = texts(on_screen("gradients", step12, SMALL))
    assert lines[0].startswith(" gradients ───")
    assert lines[0].endswith(" ±10")
    assert lines[1:] == [
        "    slope    0    w",
        "  -6.5288 ─━━┼─── ↑",
        "  -5.2356 ─╺━┼─── ↑",
        "  -2.2735 ──╺┼─── ↑",
        "  -0.3472 ──╺┼─── ↑",
        "  -0.0120 ──╺┼─── ↑",
    ]


def test_gradients_at_120x40(step12: Shown) -> None:
    assert texts(on_screen("gradients", step12, MIDDLE))[1:7] == [
        "      slope  -10     0     +10 w",
        "   -6.52884  ───━━━━━┼──────── ↑",
        "   -5.23557  ────━━━━┼──────── ↑",
        "   -2.27353  ──────━━┼──────── ↑",
        "   -0.34720  ───────╺┼──────── ↑",
        "   -0.01196  ───────╺┼──────── ↑",
    ]


def test_the_word_stands_beside_the_arrow_where_there_is_room(step12: Shown) -> None:
    assert texts(on_screen("gradients", step12, LARGE))[2].endswith("↑ up")


def test_loss_at_80x24(step12: Shown) -> None:
    lines = [line.split() for line in texts(on_screen("loss", step12, SMALL))[1:]]
    assert lines == [
        ["loss", "62.5756"],
        ["change", "-4.1122"],
        ["lowest", "62.5756"],
        ["|grad|", "8.6791"],
        ["lr", "0.05"],
        ["state", "paused"],
    ]


def test_loss_at_120x40_has_large_digits(step12: Shown) -> None:
    lines = texts(on_screen("loss", step12, MIDDLE))
    assert lines[1:4] == [" █▀▀ ▀▀█   █▀▀ ▀▀█ █▀▀ █▀▀", " █▀█ █▀▀   ▀▀█   █ ▀▀█ █▀█", " ▀▀▀ ▀▀▀ ▀ ▀▀▀   ▀ ▀▀▀ ▀▀▀"]
    assert [line.split() for line in lines[5:10]] == [
        ["change", "-4.1122"],
        ["lowest", "62.5756"],
        ["|gradient|", "8.6791"],
        ["learn", "rate", "0.05"],
        ["state", "paused"],
    ]


def test_loss_at_200x60_says_how_much_that_is(step12: Shown) -> None:
    lines = texts(on_screen("loss", step12, LARGE))
    assert lines[5].split() == ["change", "-4.1122", "-6.2", "%"]
    assert lines[6].split() == ["lowest", "62.5756", "now"]


def test_update_at_80x24(step12: Shown) -> None:
    lines = texts(on_screen("update", step12, SMALL))
    assert lines[0] == " next update of w1: 12 → 13 ──────────"
    assert [line[:10].split() for line in lines[1:]] == [
        ["predicted"],
        ["error"],
        ["gradient"],
        ["move"],
        ["new", "w1"],
    ]
    assert [line.split()[-1] for line in lines[1:]] == ["8.6779", "-16.3221", "-6.5288", "+0.3264", "9.0043"]
    assert {len(line) for line in lines[1:]} == {38}
    assert "8.6779 + 0.3264" in lines[5]


def test_update_at_120x40_has_an_equals_sign(step12: Shown) -> None:
    lines = texts(on_screen("update", step12, MIDDLE))[:6]
    assert lines[0].startswith(" next update of w1: step 12 → 13 ───")
    assert [line.split("=")[1].strip() for line in lines[1:]] == ["8.6779", "-16.3221", "-6.5288", "+0.3264", "9.0043"]
    assert len({line.index("=") for line in lines[1:]}) == 1
    assert "2/5 × -16.3221 × 1" in lines[3]


def test_update_at_200x60_has_formula_and_words(step12: Shown) -> None:
    lines = texts(on_screen("update", step12, LARGE))
    assert lines[5].split("=")[0] == " gradient   2/n × error × x1       "
    assert "changes by about this much" in lines[6]
    assert lines[8].strip() == "against the gradient, scaled by the learning rate"


def test_adam_is_told_in_every_line() -> None:
    shown = shown_at(3, optimizer="adam")
    for size in (MIDDLE, LARGE):
        text = "\n".join(texts(on_screen("update", shown, size)))
        for term in shown.snapshot.terms:
            assert f"\n {term.name} " in text, (size, term.name)


def test_what_is_hidden_of_the_arithmetic_is_counted_and_the_end_is_kept() -> None:
    shown = shown_at(3, optimizer="adam")
    lines = texts(fitted("update", shown, 38, 6))
    hidden = len(shown.snapshot.terms) - (len(lines) - 1)
    assert hidden > 0
    assert lines[0].endswith(f" {hidden} more")
    assert lines[-1].startswith(" new w1")


@pytest.mark.parametrize("size", SIZES)
def test_the_curve_is_read_out_above_it(step12: Shown, size: tuple[int, int]) -> None:
    lines = texts(on_screen("curve", step12, size))
    assert lines[0].startswith(" loss curve of w1 ──")
    assert lines[0].endswith("others fixed" if size == SMALL else "other weights fixed")
    digits = 4 if size == SMALL else 6
    snapshot = step12.snapshot
    assert f"● now {snapshot.weights[0]:.{digits}g} " in lines[1]
    assert f"○ next {snapshot.next_weights[0]:.{digits}g} " in lines[1]
    assert "◆" in lines[1]
    assert re.search(r"◆ [a-z ]+ 25\b", lines[1])


@pytest.mark.parametrize("size", SIZES)
def test_curve_and_history_have_their_markers_in_their_colours(step12: Shown, size: tuple[int, int]) -> None:
    curve = [cell for line in on_screen("curve", step12, size)[2:] for cell in cells(line)]
    assert [c for c, role in curve if role == "weight bold" and c != " "] == ["●"]
    assert [c for c, role in curve if role == "bright bold" and c != " "] == ["◆"]
    assert any(role == "loss" for _, role in curve)
    assert any(role == "gradient" for _, role in curve)
    if size != SMALL:
        assert ("○", "weight") in curve
    history = [cell for line in on_screen("history", step12, size)[1:] for cell in cells(line)]
    assert [c for c, role in history if role == "loss bold" and c != " "] == ["●"]
    assert not any(role == "past" and c != " " for c, role in history)


def test_the_future_of_the_history_is_faded_after_a_step_back() -> None:
    simulator = simulator_at(12)
    simulator.back(6)
    history = [
        cell for line in on_screen("history", shown_of(simulator.snapshot()), MIDDLE)[1:] for cell in cells(line)
    ]
    assert any(role == "past" and c != " " for c, role in history)
    assert any(role == "loss" and c != " " for c, role in history)
    header = text_of(on_screen("header", shown_of(simulator.snapshot()), MIDDLE)[0])
    assert "step 6 of 12 " in header
    assert header.rstrip().endswith("PAST")


# How the last step is marked


def test_digits_that_moved_are_bold(step12: Shown) -> None:
    lines = on_screen("weights", step12, SMALL)[2:]
    assert [in_role(line, "bright") for line in lines] == ["6779", "9.2278", "7018", "957", "88"]
    gradients = on_screen("gradients", step12, SMALL)[2:]
    before = shown_at(11).snapshot.gradient
    for line, old, new in zip(gradients, before, step12.snapshot.gradient, strict=True):
        bold = in_role([run for run in line if run[1].startswith("gradient")], "bold")
        assert f"{new:9.4f}".endswith(bold)
        kept = f"{new:9.4f}"[: len(f"{new:9.4f}") - len(bold)]
        assert f"{old:9.4f}".startswith(kept)
        assert bold


def test_at_step_0_nothing_is_marked() -> None:
    shown = shown_at(0)
    lines = on_screen("weights", shown, SMALL)[2:]
    assert [text_of(line)[13:22].strip() for line in lines] == ["·"] * 5
    assert not any(in_role(line, "bright") for line in lines)
    assert texts(on_screen("loss", shown, SMALL))[2].split() == ["change", "·"]


def test_a_weight_that_hardly_moves_has_a_dim_change() -> None:
    line = on_screen("weights", shown_at(40), SMALL)[4]
    assert text_of(line)[13:22].strip() == "+5.4e-04"
    assert "+5.4e-04" in in_role(line, "dim")


def test_decimal_points_stand_below_each_other(step12: Shown) -> None:
    for pane in ("weights", "gradients"):
        for size in SIZES:
            lines = texts(on_screen(pane, step12, size))[2:7]
            points = {tuple(i for i, c in enumerate(line) if c == ".") for line in lines}
            assert len(points) == 1, (pane, size, lines)


# Bars


def bar(shown: Shown, row: int, size: tuple[int, int] = SMALL) -> str:
    return text_of(on_screen("weights", shown, size)[2 + row]).split()[-1]


@pytest.mark.parametrize(
    ("value", "drawn"),
    [
        (4.2, "──────┤"),  # the start
        (4.2 + 20.8 / 12, "╸─────┤"),
        (4.2 + 20.8 / 2, "━━━───┤"),
        (4.2 + 20.8 * 7 / 12, "━━━╸──┤"),
        (25.0, "━━━━━━┤"),
        (27.0, "━━━━━━▸"),  # beyond the optimum
        (inf, "━━━━━━▸"),
        (2.0, "◂─────┤"),  # farther away than at the start
        (-1e308, "◂─────┤"),
    ],
)
def test_the_bar_is_the_share_of_the_way(step12: Shown, value: float, drawn: str) -> None:
    weights = step12.snapshot.weights.copy()
    weights[0] = value
    assert bar(replace(step12, snapshot=replace(step12.snapshot, weights=weights)), 0) == drawn


@pytest.mark.parametrize("value", [-inf, nan])
def test_the_bar_of_what_is_no_number_does_not_lie(step12: Shown, value: float) -> None:
    """-inf is as far on the wrong side as can be; nan is nowhere."""
    weights = step12.snapshot.weights.copy()
    weights[0] = value
    drawn = bar(replace(step12, snapshot=replace(step12.snapshot, weights=weights)), 0)
    assert drawn != "━━━━━━▸"


def test_a_weight_that_began_at_its_optimum_has_arrived(step12: Shown) -> None:
    snapshot = replace(step12.snapshot, weights=np.full(5, 5.0), start=np.full(5, 5.0), optimum=np.full(5, 5.0))
    assert bar(replace(step12, snapshot=snapshot), 0) == "━━━━━━┤"


def test_without_an_optimum_the_bars_are_signed() -> None:
    shown = shown_at(2, problem="explainer-sum")
    lines = texts(on_screen("weights", shown, SMALL))
    assert "optimum" not in lines[1]
    assert "±5" in lines[1]
    assert all("┼" in line for line in lines[2:])


def test_a_zero_gradient_has_an_empty_bar_and_no_arrow(step12: Shown) -> None:
    snapshot = replace(step12.snapshot, gradient=np.zeros(5), next_weights=step12.snapshot.weights)
    lines = texts(on_screen("gradients", replace(step12, snapshot=snapshot), SMALL))
    assert lines[2:] == ["   0.0000 ───┼─── -"] * 5


def test_the_arrow_says_what_the_weight_does_and_not_the_gradient(step12: Shown) -> None:
    """With momentum a weight may go on against the gradient."""
    snapshot = replace(step12.snapshot, next_weights=step12.snapshot.weights - 1.0)
    assert all(
        line.endswith("↓") for line in texts(on_screen("gradients", replace(step12, snapshot=snapshot), SMALL))[2:]
    )


# States


def test_header_at_80x24(step12: Shown) -> None:
    line = on_screen("header", step12, SMALL)[0]
    assert text_of(line) == " gd-tui  explainer  sgd  lr 0.05    step 12         10/s                PAUSED  "
    assert text_of(on_screen("header", step12, MIDDLE)[0]).startswith(" gd-tui  explainer  sgd  learning rate 0.05  ")


@pytest.mark.parametrize("size", SIZES)
def test_step_and_speed_stay_where_they_are(size: tuple[int, int]) -> None:
    places = set()
    for shown in (
        shown_at(0),
        shown_at(12),
        shown_at(12, view={"running": True}),
        shown_at(966),
        shown_at(868, lr=0.25),
    ):
        header = text_of(on_screen("header", shown, size)[0])
        places.add((header.index(" step "), header.index("10/s")))
    assert len(places) == 1


def test_the_speed_stays_where_the_count_of_frames_has_no_room() -> None:
    shown = shown_at(3, view={"frames": "12 of 40 frames"}, problem="explainer-sum", lr=1e-7)
    assert "10/s" in text_of(on_screen("header", shown, SMALL)[0])
    assert "12 of 40 frames  10/s" in text_of(on_screen("header", shown, MIDDLE)[0])


def test_converged() -> None:
    shown = shown_at(1000)
    header = on_screen("header", shown, SMALL)[0]
    assert text_of(header).rstrip().endswith("✓ CONVERGED at 966")
    assert "badge" in header[-1][1]
    assert "loss < 1e-15" in texts(on_screen("loss", shown, SMALL))[-1]


def test_diverged() -> None:
    shown = shown_at(2000, lr=0.25)
    assert shown.snapshot.status is Status.DIVERGED
    header = on_screen("header", shown, SMALL)[0]
    assert text_of(header).rstrip().endswith("✗ DIVERGED at 868")
    assert header[-1][1].split()[0] == "danger"
    state = on_screen("loss", shown, SMALL)[-1]
    assert "loss is inf" in text_of(state)
    assert "lossisinf" in in_role(state, "danger")
    assert texts(on_screen("loss", shown, SMALL))[1].split() == ["loss", "+inf"]


@pytest.mark.parametrize("size", [(60, 16), *SIZES])
@pytest.mark.parametrize("broken", ["weight", "loss"])
def test_the_words_in_place_of_a_curve_are_whole(size: tuple[int, int], broken: str) -> None:
    snapshot = shown_at(214).snapshot
    weights = snapshot.weights.copy()
    words = "the loss is inf at step 214: no curve to draw"
    if broken == "weight":
        weights[0] = inf
        words = "w1 has left every axis at step 214"
    snapshot = replace(snapshot, weights=weights, loss=inf)
    assert " ".join(" ".join(texts(on_screen("curve", shown_of(snapshot), size))[1:]).split()) == words


@pytest.mark.parametrize("value", [nan, inf, -inf])
def test_what_is_no_number_is_a_word_in_danger(step12: Shown, value: float) -> None:
    weights = step12.snapshot.weights.copy()
    weights[1] = value
    line = on_screen("weights", replace(step12, snapshot=replace(step12.snapshot, weights=weights)), SMALL)[3]
    assert in_role(line, "danger") == ("nan" if value != value else f"{value:+}")


def test_columns_hold_their_width_whatever_the_numbers() -> None:
    calm, wild = shown_at(3), shown_at(400, lr=0.25)
    for size in SIZES:
        for a, b in zip(on_screen("weights", calm, size)[2:7], on_screen("weights", wild, size)[2:7], strict=True):
            assert text_of(b)[:4] == text_of(a)[:4]
            assert len(text_of(a)) == len(text_of(b))
            assert text_of(a).rstrip()[-1] in "┤▸"
            assert text_of(b).rstrip()[-1] in "┤▸"


# Many weights


@pytest.mark.parametrize("selected", [0, 1, 417, 500, 998, 999])
@pytest.mark.parametrize("size", SIZES)
def test_the_selected_one_of_a_thousand_weights_is_in_view(selected: int, size: tuple[int, int]) -> None:
    shown = many_weights(1000, selected)
    lines = on_screen("weights", shown, size)
    marked = [line for line in lines if text_of(line).startswith("▸")]
    assert [text_of(line)[1:].split()[0] for line in marked] == [f"w{selected + 1}"]
    assert text_of(lines[0]).rstrip().endswith(f"{selected + 1:,} of 1,000")
    gradients = on_screen("gradients", shown, size)
    assert [("selected" in line[0][1]) for line in gradients] == [text_of(line).startswith("▸") for line in lines]
    assert all(text_of(line)[-1] in "┃│" for line in gradients[2:])
    assert "┃" in "".join(text_of(line)[-1] for line in gradients)


@pytest.mark.parametrize("count", [1, 5, 6, 50])
@pytest.mark.parametrize("rows", [0, 1, 5, 7])
def test_the_window_is_full_and_holds_the_selected_row(count: int, rows: int) -> None:
    for selected in range(count):
        window = many_weights_window(count, selected, rows)
        assert len(window) == min(count, rows)
        assert 0 <= window.start <= window.stop <= count
        assert rows == 0 or selected in window


def many_weights_window(count: int, selected: int, rows: int) -> range:
    snapshot = replace(shown_at(0).snapshot, names=tuple(f"w{i}" for i in range(count)), selected=selected)
    return shown_of(snapshot).window(rows)


def test_rows_are_ordered_by_the_size_of_their_gradients_where_asked() -> None:
    shown = many_weights(50, by_size=True)
    gradients = texts(on_screen("gradients", shown, MIDDLE))
    sizes = [abs(float(line.split()[0])) for line in gradients[2:]]
    assert sizes == sorted(sizes, reverse=True)
    assert "by size" in gradients[0]
    names = [line[1:].split()[0] for line in texts(on_screen("weights", shown, MIDDLE))[2:]]
    assert names[0] != "w1" or abs(shown.snapshot.gradient[0]) == abs(shown.snapshot.gradient).max()


def test_bars_hold_still_while_a_list_of_unknown_optimum_is_stepped() -> None:
    """The scale grows at once and shrinks late, so that bars are comparable from step to step."""
    simulator = simulator_at(0, problem="explainer-sum")
    pane = WeightsPane(id="weights")
    scales = []
    for _ in range(20):
        simulator.step()
        text = text_of(pane.build(shown_of(simulator.snapshot()), 38, 7)[1])
        scales.append(text.split("±")[1].strip())
    assert len(set(scales)) <= 2


# ASCII


def test_the_ascii_screen_says_the_same(step12: Shown) -> None:
    shown = replace(step12, view=replace(step12.view, glyphs=ASCII))
    assert texts(on_screen("weights", shown, SMALL)) == [
        ">weights -----------------------------",
        "        value   change optimum done",
        ">w1    8.6779  +0.3331 25.0000 ==....|",
        " w2    9.2278  +0.2845 12.5000 ====..|",
        " w3    7.7018  +0.1386  8.3333 ======|",
        " w4    6.1957  +0.0255  6.2500 ======|",
        " w5    4.9988  +0.0012  5.0000 ======|",
    ]
    gradients = texts(on_screen("gradients", shown, SMALL))
    assert gradients[0].endswith(" +-10")
    assert gradients[2].split() == ["-6.5288", ".==|...", "^"]
    assert texts(on_screen("update", shown, SMALL))[0].startswith(" next update of w1: 12 -> 13 ---")
    assert "8.6779 * 1 " in texts(on_screen("update", shown, SMALL))[1]
    assert texts(on_screen("curve", shown, SMALL))[1].startswith(" @ now 8.678  o next 9.004  V ")
