"""What a line of the table of problems says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from gd_tui.engine.objective import Objective
from gd_tui.scenario import Scenario

Settings = Mapping[str, "float | tuple[float, ...]"]


@dataclass(frozen=True)
class Problem:
    """A family of objectives under the name it goes by.

    Attributes:
        build: makes the objective from the scenario and the problem's settings.
        settings: what `--problem-set` may change, with the defaults.
        needs: the field of the scenario without which there is no objective, "" if it needs none.
    """

    name: str
    description: str
    build: Callable[[Scenario, Settings], Objective]
    settings: Settings = field(default_factory=dict)
    needs: Literal["", "data", "function", "module"] = ""
