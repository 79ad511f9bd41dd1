"""Only changed cells are written, and the terminal then shows the very picture it should."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from itertools import pairwise

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from gd_tui.tui.spans import NO_CODES, Codes, SpansUpdate, codes, turn
from gd_tui.tui.text import Line, changed_spans, fit
from gd_tui.tui.theme import DARK, LIGHT, Palette

WIDTH, ROWS = 40, 4
COLOURS = {
    "dark": {**DARK, "background": "#121212", "panel": "#1c1c1c"},
    "light": {**LIGHT, "background": "#ffffff", "panel": "#eeeeee"},
    "colourless": {"background": "#000000", "panel": "#000000"},
}
ROLES = [
    f"{colour}{bold}{ground}"
    for colour in ("text", "dim", "weight", "gradient", "loss", "danger")
    for bold in ("", " bold")
    for ground in ("", " selected", " panel", " badge")
]
roles = st.sampled_from(ROLES)
runs = st.tuples(st.text("ab 0.5-━╸⢀⣄●  ", min_size=1, max_size=12), roles)
lines = st.lists(runs, max_size=8).map(lambda line: fit(line, WIDTH))
pictures = st.lists(lines, min_size=ROWS, max_size=ROWS)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[list[Line], list[Line]]:
    """A picture, and another that differs from it in a few places, as one step does."""
    old = draw(pictures)
    new = [draw(st.sampled_from([line, draw(lines), changed(line, draw(st.integers(0, WIDTH - 1)))])) for line in old]
    return old, new


def changed(line: Line, at: int) -> Line:
    text = "".join(t for t, _ in line)
    cells = [(c, role) for t, role in line for c in t]
    cells[at] = ("8" if text[at] != "8" else "9", cells[at][1])
    return fit(cells, WIDTH)


def palette_of(name: str) -> Palette:
    """A new one each time: rich's styles keep the codes of the first terminal they were rendered for."""
    return Palette(COLOURS[name], dark=name == "dark", colourless=name == "colourless")


def strip(line: Line, palette: Palette) -> Strip:
    return Strip([Segment(text, palette[role]) for text, role in line], WIDTH)


def update(
    picture: Sequence[Line], spans: list[tuple[int, int, int]], palette: Palette, cuts: list[int]
) -> SpansUpdate:
    """What the compositor makes of the picture where widgets meet at the cuts."""
    edges = [0, *cuts, WIDTH]
    chops: list[dict[int, Strip | None]] = [
        {a: strip(line, palette).crop(a, b) for a, b in pairwise(edges)} for line in picture
    ]
    return SpansUpdate(chops, spans, [edges[1:]] * len(picture))  # type: ignore[arg-type]


def console(system: str | None) -> Console:
    return Console(file=StringIO(), force_terminal=True, color_system=system, width=WIDTH, legacy_windows=False)  # type: ignore[arg-type]


def rendered(picture: Sequence[Line], palette: Palette, system: ColorSystem | None) -> str:
    """The picture written anew, every run with all its colours, by rich."""
    return "".join(
        f"\x1b[{y + 1};1H" + "".join(palette[role].render(text, color_system=system) for text, role in line)
        for y, line in enumerate(picture)
    )


def visible(screen: pyte.Screen) -> list[list[tuple[object, ...]]]:
    """What the eye sees of each cell: of a space only its ground."""
    seen = []
    for y in range(ROWS):
        row: list[tuple[object, ...]] = []
        for x in range(WIDTH):
            cell = screen.buffer[y][x]
            ground = cell.fg if cell.reverse else cell.bg
            ink = () if cell.data == " " else (cell.fg, cell.bg, cell.bold, cell.reverse)
            row.append((cell.data, ground, *ink))
        seen.append(row)
    return seen


def screen_after(*written: str) -> pyte.Screen:
    screen = pyte.Screen(WIDTH, ROWS)
    stream = pyte.Stream(screen)
    for text in written:
        stream.feed(text)
    return screen


@settings(max_examples=60, deadline=None)
@given(
    pairs(),
    st.sampled_from(sorted(COLOURS)),
    st.sampled_from(["truecolor", "256", "standard", None]),
    st.lists(st.integers(1, WIDTH - 1), unique=True, max_size=3).map(sorted),
)
def test_the_changed_spans_turn_the_old_picture_into_the_new(
    pair: tuple[list[Line], list[Line]], name: str, system: str | None, cuts: list[int]
) -> None:
    old, new = pair
    palette, terminal = palette_of(name), console(system)
    spans = [(y, *span) for y in range(ROWS) for span in changed_spans(old[y], new[y])]
    before = rendered(old, palette, terminal._color_system)
    bytes_of_update = update(new, spans, palette, cuts).render_segments(terminal)
    wanted = screen_after(rendered(new, palette, terminal._color_system))
    assert visible(screen_after(before, bytes_of_update)) == visible(wanted)


@given(pairs())
def test_spans_are_apart_in_order_and_hold_every_difference(pair: tuple[list[Line], list[Line]]) -> None:
    for old, new in zip(*pair, strict=True):
        spans = changed_spans(old, new)
        assert all(0 <= begin < end <= WIDTH for begin, end in spans)
        assert all(after[0] - before[1] >= 6 for before, after in pairwise(spans))
        cells = [[c for text, role in line for c in text] for line in (old, new)]
        outside = [x for x in range(WIDTH) if not any(begin <= x < end for begin, end in spans)]
        assert [cells[0][x] for x in outside] == [cells[1][x] for x in outside]
        assert bool(spans) or cells[0] == cells[1]


@given(lines)
def test_what_stayed_is_not_written(line: Line) -> None:
    assert changed_spans(line, line) == []


def test_one_digit_is_one_cell() -> None:
    old = fit([("  8.6779", "text selected"), (" ", "text"), ("0.1", "dim")], 20)
    new = fit([("  8.6770", "text selected"), (" ", "text"), ("0.1", "dim")], 20)
    assert changed_spans(old, new) == [(7, 8)]


def test_a_colour_alone_is_a_change_but_not_that_of_a_space() -> None:
    assert changed_spans([("a b", "text")], [("a b", "loss")]) == [(0, 3)]
    assert changed_spans([("a", "text"), ("   ", "dim")], [("a", "text"), ("   ", "loss bold")]) == []
    assert changed_spans([(" ", "text")], [(" ", "text selected")]) == [(0, 1)]


@given(st.lists(runs, max_size=9), st.integers(1, 60))
def test_a_fitted_line_has_its_width_and_the_same_look(line: Line, width: int) -> None:
    fitted = fit(line, width)
    text = "".join(t for t, _ in line)
    assert "".join(t for t, _ in fitted) == text[:width].ljust(width)
    cells = [(c, role) for t, role in line for c in t][:width]
    again = [(c, role) for t, role in fitted for c in t]
    assert all(a == b for a, b in zip(cells, again, strict=False) if a[0] != " ")
    assert changed_spans(fitted, [*cells, *[(" ", "text")] * (width - len(cells))]) == []


# The way from one style to the next

plain, bold = Codes("", "38;5;81", "48;5;233"), Codes("1", "38;5;81", "48;5;233")


@pytest.mark.parametrize(
    ("before", "after", "sequence"),
    [
        (plain, plain, ""),
        (plain, bold, "\x1b[1m"),
        (bold, plain, "\x1b[22m"),
        (plain, plain._replace(colour="38;5;205"), "\x1b[38;5;205m"),
        (plain, plain._replace(ground="48;5;235"), "\x1b[48;5;235m"),
        (bold, plain._replace(colour="38;5;205"), "\x1b[22;38;5;205m"),
        (NO_CODES, bold, "\x1b[1;38;5;81;48;5;233m"),
        (bold, NO_CODES, "\x1b[0m"),
        (plain, plain._replace(colour=""), "\x1b[0;48;5;233m"),
        (Codes("7", "", ""), Codes("1;7", "", ""), "\x1b[0;1;7m"),
    ],
)
def test_only_what_differs_is_told(before: Codes, after: Codes, sequence: str) -> None:
    assert turn(before, after) == sequence


attributes = st.sampled_from(["", "1", "7", "1;7", "3"])
styles = st.builds(
    Codes, attributes, st.sampled_from(["", "38;5;81", "38;2;1;2;3", "94"]), st.sampled_from(["", "48;5;233", "44"])
)


@given(st.lists(styles, min_size=1, max_size=8))
def test_any_way_leads_to_the_same_style(way: list[Codes]) -> None:
    written, now = "", NO_CODES
    for style in way:
        written += turn(now, style) + "x"
        now = style
    last = "\x1b[0" + "".join(f";{part}" for part in way[-1] if part) + "m"
    by_turns, at_once = screen_after(written), screen_after("x" * (len(way) - 1), last + "x")
    x = len(way) - 1
    assert by_turns.buffer[0][x] == at_once.buffer[0][x]


@pytest.mark.parametrize(
    ("style", "system", "parts"),
    [
        (
            Style(color="#5fd7ff", bgcolor="#121212", bold=True),
            ColorSystem.TRUECOLOR,
            Codes("1", "38;2;95;215;255", "48;2;18;18;18"),
        ),
        (Style(color="#5fd7ff", bgcolor="#121212"), ColorSystem.EIGHT_BIT, Codes("", "38;5;81", "48;5;233")),
        (Style(color="bright_cyan", reverse=True), ColorSystem.STANDARD, Codes("7", "96", "")),
        (Style(color="#5fd7ff", bold=True), None, NO_CODES),
        (Style.null(), ColorSystem.TRUECOLOR, NO_CODES),
    ],
)
def test_the_parts_of_a_style(style: Style, system: ColorSystem | None, parts: Codes) -> None:
    assert codes(style, system) == parts
