"""The loss: one large number, and what there is to say about it."""

from __future__ import annotations

from math import isfinite
from textwrap import wrap

from gd_tui.engine.engine import Status
from gd_tui.numerals import fixed, plain
from gd_tui.tui.digits import large
from gd_tui.tui.pane import Pane
from gd_tui.tui.shown import Shown
from gd_tui.tui.text import Line, narrow, title

HERO_WIDTH, HERO_HEIGHT = 26, 10
"""Below this size the loss is a number among the others."""


class LossPane(Pane):
    """Loss, change, lowest so far, size of the gradient, learning rate, and why the run stands still."""

    ID = "loss"

    def build(self, shown: Shown, width: int, height: int) -> list[Line]:
        snapshot, glyphs = shown.snapshot, shown.view.glyphs
        hero = width >= HERO_WIDTH and height >= HERO_HEIGHT and not glyphs.ascii
        name = "loss" if snapshot.full_loss is None else "batch loss"
        lines: list[Line] = [title(name, "loss", width, glyphs, focused=shown.view.focus == self.ID)]
        if hero:
            lines += [[(" " + row, "loss bold")] for row in large(snapshot.loss, width - 1)]
            lines += [[]] if snapshot.full_loss is None else []
        label, number = (12, 11) if width >= 24 else (7, width - 9)
        room = width - label - number - 2

        def line(name: str, value: str, role: str, remark: str = "") -> Line:
            return [
                (f" {name:<{label}}", "dim"),
                (value.rjust(number), role),
                (f"  {remark}" if len(remark) + 2 <= room else "", "dim"),
            ]

        if not hero:
            lines.append(line("loss", fixed(snapshot.loss, number, 4), "loss bold"))
        change = glyphs.nothing if snapshot.loss_change is None else fixed(snapshot.loss_change, number, 4, signed=True)
        lowest_at = "now" if snapshot.lowest_at == snapshot.k else f"at {snapshot.lowest_at:,}"
        wide = width >= 24
        if snapshot.full_loss is not None:
            lines.append(line("all rows", fixed(snapshot.full_loss, number, 4), "loss"))
        lines += [
            line("change", change, "text", _percent(snapshot.loss, snapshot.loss_change)),
            line("lowest", fixed(snapshot.lowest, number, 4), "text", lowest_at),
            line("|gradient|" if wide else "|grad|", fixed(snapshot.gradient_norm, number, 4), "gradient"),
            line("learn rate" if wide else "lr", plain(snapshot.lr), "text"),
        ]
        return lines + self._state(shown, width, label, height - len(lines))

    def _state(self, shown: Shown, width: int, label: int, room: int) -> list[Line]:
        """Why it stopped, else what it does; a long reason takes the label's place, and more lines if there are."""
        snapshot = shown.snapshot
        words = snapshot.reason or ("running" if shown.view.running else "paused")
        if shown.view.running and snapshot.status is Status.ACTIVE:
            words = "running"
        role = "danger bold" if snapshot.status is Status.DIVERGED else "text bold"
        if len(words) <= width - label - 1:
            number = 11 if width >= 24 else width - 9
            return [[(f" {'state':<{label}}", "dim"), (words.rjust(number), role)]]
        lines = wrap(words, max(1, width - 1))
        if len(lines) > room:
            lines = [narrow(words.partition(": ")[2] or words, max(1, width - 1))]  # the condition, without its number
        return [[(f" {shown.view.glyphs.plain(line)}", role)] for line in lines]


def _percent(loss: float, change: float | None) -> str:
    if change is None or not isfinite(change) or loss == change or not isfinite(loss):
        return ""
    percent = 100 * change / abs(loss - change)
    return f"{percent:+.1f} %" if abs(percent) < 1e4 else f"{percent:+.0e} %"
