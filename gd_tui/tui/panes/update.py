"""The next update of the selected weight, as arithmetic with its real numbers."""

from __future__ import annotations

from gd_tui.explain import Line as Explained
from gd_tui.explain import explain
from gd_tui.numerals import fixed
from gd_tui.tui.pane import Pane
from gd_tui.tui.shown import Shown
from gd_tui.tui.text import Line, narrow, title

ROLES = {"gradient": "gradient", "weight": "weight", "state": "text", "move": "text", "value": "text"}
FORMULA_WIDTH = 84
"""From this width on the formula stands before the numbers, and its meaning below where there are rows."""
LEAST_LABEL = 9
LONGEST_LABEL = 12


class UpdatePane(Pane):
    """Prediction, error, gradient, the optimizer's own lines, and the new weight."""

    ID = "update"

    def build(self, shown: Shown, width: int, height: int) -> list[Line]:
        snapshot, glyphs = shown.snapshot, shown.view.glyphs
        name = narrow(snapshot.names[snapshot.selected], LONGEST_LABEL)
        spell = "step " if width >= 50 else ""
        longest = max(len(glyphs.plain(term.name)) for term in snapshot.terms) + (width >= 50)
        label = max(LEAST_LABEL, min(LONGEST_LABEL, longest))
        numbers = width - 1 - label - 1 - (17 if width >= 50 else 10)
        formula = 23 if width >= FORMULA_WIDTH else 0
        lines = explain(snapshot.terms, max(1, numbers - (formula + 2 if formula else 0)))
        room = height - 1
        words = bool(formula) and room >= 2 * len(lines)
        hidden = max(0, len(lines) - room)
        right = f"{hidden} more" if hidden else ""
        heading = f"next update of {name}: {spell}{snapshot.k:,} → {snapshot.k + 1:,}"
        rows = [title(heading, "text", width, glyphs, right=right, focused=shown.view.focus == self.ID)]
        for line in lines[hidden:]:
            rows.append(self._row(line, shown, width, label, formula))
            if words:
                meaning = f" {'':<{label}} {glyphs.plain(line.meaning)}"
                rows.append([(meaning, "dim")])
        return rows

    def _row(self, line: Explained, shown: Shown, width: int, label: int, formula: int) -> Line:
        glyphs = shown.view.glyphs
        role = ROLES[line.kind]
        strong = " bold" if line.kind in ("gradient", "weight") else ""
        wide = width >= 50
        result = fixed(line.value, 12 if wide else 9, 4, signed=line.kind == "move")
        name_role = role if strong else "dim"
        text = glyphs.plain(line.numbers)
        parts: Line = [
            (f" {glyphs.plain(narrow(line.name, label)):<{label}} ", name_role + (strong if role == "weight" else ""))
        ]
        if formula:
            spelt = glyphs.plain(line.formula)
            parts.append((f"{spelt:<{formula}}" if len(spelt) <= formula else f"{spelt} ", "dim"))
            parts.append(("= ", "rule"))
        used = sum(len(t) for t, _ in parts)
        tail = f"= {result}" if wide else f" {result}"
        room = width - used - len(tail)
        parts.append((text[:room].ljust(room), "text"))
        if wide:
            parts.append(("= ", "dim"))
        else:
            parts.append((" ", "text"))
        return [*parts, (result, role + strong)]
