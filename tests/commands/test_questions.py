"""Whatever state a run is in, every question is answered: what overflowed is a result to show."""

from __future__ import annotations

import msgspec
import pytest

from gd_tui.commands import VERBS, FrontEnd, perform
from gd_tui.commands.telling import SHOWN
from gd_tui.simulator import Simulator

from ..engine.cases import SCENARIOS

QUESTIONS = [
    *(f"show {what}" for what in SHOWN),
    "show curve",
    *("explain", "predict", "stability", "check", "breaks", "help"),
]


def test_no_question_is_forgotten() -> None:
    assert {question.split()[0] for question in QUESTIONS} == {v.name for v in VERBS.values() if v.is_question}


@pytest.mark.parametrize("lr", [None, 1e3, 1e-300])
@pytest.mark.parametrize("name", SCENARIOS)
def test_every_question_is_answered(name: str, lr: float | None) -> None:
    scenario = SCENARIOS[name]
    front = FrontEnd(Simulator(scenario if lr is None else msgspec.structs.replace(scenario, lr=lr)))
    for count in (1, 60):
        perform(f"step {count}", front)
        for question in QUESTIONS:
            (answer,) = perform(question, front)
            assert answer.strip()
