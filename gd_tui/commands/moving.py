"""Commands that move along the run."""

from __future__ import annotations

from gd_tui.commands.arguments import Words, none, told, whole_number
from gd_tui.commands.front_end import FrontEnd
from gd_tui.engine.engine import Status
from gd_tui.errors import InputError, unknown
from gd_tui.export.trace import FURTHEST
from gd_tui.simulator import Simulator
from gd_tui.simulator.conditions import Condition
from gd_tui.simulator.slices import Sliced
from gd_tui.words import Word

RUN = 1000
"""Updates of `run` without a number."""


def step(front: FrontEnd, words: Words) -> Sliced[str]:
    yield from front.simulator.forward(whole_number(words, "step", 1))
    return ""


def back(front: FrontEnd, words: Words) -> Sliced[str]:
    if words[:1] == [Word("until")]:
        return (yield from _back_until(front.simulator, front.simulator.condition(words[1:])))
    front.simulator.back(whole_number(words, "back", 1))
    return ""


def goto(front: FrontEnd, words: Words) -> Sliced[str]:
    simulator = front.simulator
    if len(words) == 1 and words[0].text in simulator.marks:
        k = simulator.marks[words[0].text]
    elif len(words) == 1 and not words[0].text[:1].isdecimal() and simulator.marks:
        raise unknown("mark", words[0].text, simulator.marks)
    else:
        k = whole_number(words, "goto")
    yield from simulator.going(k)
    return ""


def newest(front: FrontEnd, words: Words) -> str:
    none(words, "newest")
    front.simulator.seek(front.simulator.newest)
    return ""


def run(front: FrontEnd, words: Words) -> Sliced[str]:
    simulator = front.simulator
    if words[:1] == [Word("until")]:
        return (yield from _run_until(simulator, simulator.condition(words[1:])))
    begun, count = simulator.k, whole_number(words, "run", RUN)
    stops = list(simulator.breakpoints.values())
    yield from simulator.forward(count, to_convergence=True, until=stops)
    made = simulator.k - begun
    return f"{made:,} update{'s' * (made != 1)}: {_where(simulator)}"


def continue_(front: FrontEnd, words: Words) -> Sliced[str]:
    simulator = front.simulator
    backwards = words == [Word("back")]
    if words and not backwards:
        raise InputError(f"continue: expected nothing or `back` after it, got {told(words)}")
    stops = list(simulator.breakpoints.values())
    if not stops:
        raise InputError("there is no breakpoint: set one first, as in `break loss < 1e-3`")
    if not backwards:
        return (yield from _on_to(simulator, stops, "no breakpoint was met"))
    found = yield from simulator.backward(stops, stops_only=True)
    return f"back at step {simulator.k:,}: {simulator.stopped}" if found else "no breakpoint before this step"


def event(front: FrontEnd, words: Words) -> str:
    if words not in ([], [Word("back")]):
        raise InputError(f"event: expected nothing or `back` after it, got {told(words)}")
    said = front.simulator.seek_event(-1 if words else 1)
    if not said:
        return f"no event {'before' if words else 'after'} this step, of those made so far"
    return f"step {front.simulator.k:,}: {said}"


def _run_until(simulator: Simulator, condition: Condition) -> Sliced[str]:
    if simulator.is_met(condition):
        return f"{condition.text}: so it is already, at step {simulator.k:,}"
    return (yield from _on_to(simulator, [condition, *simulator.breakpoints.values()], f"not met: {condition.text}"))


def _on_to(simulator: Simulator, stops: list[Condition], otherwise: str) -> Sliced[str]:
    to_convergence = simulator.status is not Status.CONVERGED
    found = yield from simulator.forward(FURTHEST, to_convergence=to_convergence, until=stops)
    if found is not None:
        return f"step {simulator.k:,}: {simulator.stopped}"
    return f"{otherwise}; {_where(simulator)}"


def _back_until(simulator: Simulator, condition: Condition) -> Sliced[str]:
    if simulator.is_met(condition):
        return f"{condition.text}: so it is already, at step {simulator.k:,}"
    found = yield from simulator.backward([condition], stops_only=False)
    if found is None:
        return f"at no step before this one: {condition.text}"
    return f"back at step {simulator.k:,}: {condition.text}"


def _where(simulator: Simulator) -> str:
    """Where the run stands, and why: `converged at step 966 (loss < 1e-15)`."""
    reason = f" ({simulator.reason})" if simulator.reason else ""
    status = "still on its way" if simulator.status is Status.ACTIVE else simulator.status
    return f"{status} at step {simulator.k:,}{reason}"
