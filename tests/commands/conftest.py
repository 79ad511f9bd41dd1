"""A place to give commands at."""

from __future__ import annotations

import pytest

from gd_tui.commands import FrontEnd
from gd_tui.scenario import Scenario
from gd_tui.simulator import Simulator


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(Scenario(lr=0.05))


@pytest.fixture
def front(simulator: Simulator) -> FrontEnd:
    return FrontEnd(simulator)
