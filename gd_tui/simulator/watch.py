"""Following a run step by step until a condition says stop."""

from __future__ import annotations

from collections.abc import Sequence

from gd_tui.simulator.conditions import Condition, Look


class Watch:
    """Looks at one step after the other, up to the one that a condition stops the run at.

    Attributes:
        full: whether it needs the loss of all rows. found: the condition that stopped the run, or None.
    """

    def __init__(self, conditions: Sequence[Condition], here: Look, before: Look | None) -> None:
        """Begin at step `here`, which itself stops nothing; `before` is the step before it, None at step 0."""
        self.full = need_full(conditions)
        self.found: Condition | None = None
        self._conditions = conditions
        self._before = here
        self._held = [condition.holds(here, before) for condition in conditions]

    def look_at(self, here: Look) -> Condition | None:
        """The first condition that stops the run at step `here`, which follows the one looked at last."""
        before = self._before
        for i, condition in enumerate(self._conditions):
            if self.found is None and condition.stops(here, before, self._held[i]):
                self.found = condition
            self._held[i] = condition.holds(here, before)
        self._before = here
        return self.found


def need_full(conditions: Sequence[Condition]) -> bool:
    """Whether one of them asks for the loss of all rows."""
    return any(condition.test.needs_full for condition in conditions)
