"""What keys ask the user for, before there is a command to do: by command id, each given the app."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from gd_tui.numerals import exact
from gd_tui.problems import PROBLEMS
from gd_tui.tui.screens.choose import DATA_FOR, TEXT_FOR, ChooseScreen
from gd_tui.words import quoted

if TYPE_CHECKING:
    from gd_tui.tui.app import GdTui

EXPORT_HINT = "numbers .csv .json .jsonl .md  script .py  screen .svg  (or :show command)"


def command(app: GdTui) -> None:
    """Any command."""
    app.ask(":", "{}", "")


def weight(app: GdTui) -> None:
    """Another value of the selected weight."""
    name = app.simulator.names[app.front.selected]
    app.ask(name, f"w {quoted(name)} " + "{}", exact(float(app.simulator.engine.w[app.front.selected])))


def rate(app: GdTui) -> None:
    """Another learning rate."""
    app.ask("learning rate", "lr {}", exact(app.simulator.engine.lr))


def breakpoint_(app: GdTui) -> None:
    """A condition to stop at."""
    app.ask("break", "break {}", "", "stops runs where it becomes true: loss < 1e-3, loss rises, sign w1, step >= 40")


def file(app: GdTui) -> None:
    """Where to write the run to."""
    scenario = app.simulator.scenario
    app.ask("export", "export {}", f"{scenario.problem}-{scenario.optimizer}.csv", EXPORT_HINT)


def mark(app: GdTui) -> None:
    """A letter for the present step."""
    app.look(replace(app.view, pending="mark", message="mark this step with a letter"))


def marked(app: GdTui) -> None:
    """The letter of a step to go to."""
    marks = ", ".join(app.simulator.marks)
    if marks:
        app.look(replace(app.view, pending="goto", message=f"go to the step marked {marks}"))
    else:
        app.say("no step is marked yet: m and a letter marks one")


def optimizer(app: GdTui) -> None:
    """One of the optimizers."""
    _choose(app, "optimizer", app.simulator.scenario.optimizer)


def problem(app: GdTui) -> None:
    """One of the problems."""
    _choose(app, "problem", app.simulator.scenario.problem)


def data(app: GdTui) -> None:
    """Data for the present problem, or for a linear one if it takes none."""
    scenario = app.simulator.scenario
    _choose_data(app, scenario.problem if PROBLEMS[scenario.problem].needs == "data" else "linear")


def _choose_data(app: GdTui, problem: str) -> None:
    _choose(app, DATA_FOR + problem, app.simulator.scenario.data or "")


def _choose(app: GdTui, what: str, current: str) -> None:
    app.control.pause()
    app.push_screen(ChooseScreen(what, current, app.view.glyphs), lambda text: chosen(app, text or ""))


def chosen(app: GdTui, text: str) -> None:
    """Do what was chosen, or ask for what it still needs."""
    if text.startswith(DATA_FOR):
        _choose_data(app, text.removeprefix(DATA_FOR))
    elif text.startswith(TEXT_FOR):
        name = text.removeprefix(TEXT_FOR)
        app.ask(name, f"problem {name} {{}}", "")
    elif text:
        app.perform(text)


ASKS: dict[str, Callable[[GdTui], None]] = {
    "app.prompt": command,
    "weight.edit": weight,
    "rate.type": rate,
    "break.set": breakpoint_,
    "run.export": file,
    "mark.set": mark,
    "mark.goto": marked,
    "choose.optimizer": optimizer,
    "choose.problem": problem,
    "choose.data": data,
}
