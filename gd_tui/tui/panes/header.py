"""The top line: what is run, how, where it stands."""

from __future__ import annotations

from gd_tui.engine.engine import Status
from gd_tui.numerals import plain
from gd_tui.tui.pane import Pane
from gd_tui.tui.shown import Shown
from gd_tui.tui.text import Line, Run, narrow

BADGE = 22
"""Columns kept for the badge, so that step and speed stay where they are."""


class Header(Pane):
    """Everything in a fixed place: problem and optimizer left, the step in the middle, speed and badge right."""

    ID = "header"

    def build(self, shown: Shown, width: int, height: int) -> list[Line]:
        snapshot, view = shown.snapshot, shown.view
        left: list[Run] = [
            (" gd-tui  ", "dim panel"),
            (view.glyphs.plain(narrow(_problem(shown), max(9, width - 66))), "bright bold panel"),
            (f"  {snapshot.scenario.optimizer}  ", "text panel"),
            ("learning rate " if width >= 110 else "lr ", "dim panel"),
            (plain(snapshot.lr), "text panel"),
        ]
        badge, role = _badge(shown)
        step = f"{snapshot.k:,}" if snapshot.k == snapshot.newest else f"{snapshot.k:,} of {snapshot.newest:,}"
        step_at = max(_length(left) + 2, width // 2 - 4 if width >= 110 else 36)
        line = [
            *left,
            (" " * (step_at - _length(left)), "text panel"),
            ("step ", "dim panel"),
            (step, "bright bold panel"),
        ]
        if snapshot.epoch is not None:
            line.append((f"  epoch {snapshot.epoch + 1:,}", "dim panel"))
        room = max(0, width - BADGE - 2 - _length(line))
        speed = f"{view.frames}  {view.speed_words}"
        if not view.frames or len(speed) >= room:
            speed = view.speed_words
        line.append((f"{speed:>{room}}" if len(speed) < room else " " * room, "dim panel"))
        if _length(line) + len(badge) + 4 > width:
            badge = badge.partition(" at ")[0]
        badge = f"  {badge}  "
        line.append((" " * (width - len(badge) - _length(line)), "text panel"))
        return [[*line, (badge, f"{role} badge bold")]]


def _problem(shown: Shown) -> str:
    scenario = shown.snapshot.scenario
    made_of = scenario.data or scenario.function or scenario.module
    return f"{scenario.problem} {made_of}" if made_of else scenario.problem


def _badge(shown: Shown) -> tuple[str, str]:
    """What the run does or why it ended, and the colour that it is filled with."""
    snapshot, glyphs = shown.snapshot, shown.view.glyphs
    if shown.view.running:
        return f"{glyphs.running} RUNNING", "text"
    if snapshot.status is Status.DIVERGED:
        return _ending(f"{glyphs.diverged} DIVERGED", snapshot.k), "danger"
    if snapshot.status is Status.STOPPED:
        return _ending("BREAK", snapshot.k), "dim"
    if snapshot.k < snapshot.newest:
        return "PAST", "dim"
    if snapshot.converged is not None and snapshot.status is Status.CONVERGED:
        return _ending(f"{glyphs.converged} CONVERGED", snapshot.converged), "bright"
    return "PAUSED", "dim"


def _ending(word: str, k: int) -> str:
    long = f"{word} at {k:,}"
    return long if len(long) + 4 <= BADGE else word


def _length(line: list[Run]) -> int:
    return sum(len(text) for text, _ in line)
