"""The one table of what a user can do: its key, its command, its words of help.

Keys, the `:` prompt, scripts, footer, help and `gd-tui list commands|keys` all come from it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite

from gd_tui.engine.optimizers import OPTIMIZERS
from gd_tui.errors import InputError, unknown
from gd_tui.problems import PROBLEMS
from gd_tui.simulator import Simulator


@dataclass(frozen=True)
class Command:
    """A line of the table.

    Attributes:
        id: its name for remapping keys. keys: what triggers it on the screen.
        shown: how help writes the keys. words: what it does.
        text: the command that the key stands for; "" where only the screen is concerned. A count typed
            before the key takes the place of the number in it.
        label: the word in the footer, "" to be left out of it; pinned ones stand at its right end.
    """

    id: str
    keys: tuple[str, ...]
    shown: str
    words: str
    group: str
    text: str = ""
    label: str = ""
    pinned: bool = False

    def counted(self, count: str) -> str:
        """The command's text, with a count typed before the key in the place of its number."""
        words = self.text.split()
        return f"{words[0]} {count}" if count and len(words) == 2 and words[1].isdecimal() else self.text


STEPPING, RUNNING, CHANGING, LOOKING, LEAVING = "stepping", "running", "changing the run", "looking", "the program"

COMMANDS: tuple[Command, ...] = (
    Command(
        "step.forward",
        ("n", "full_stop", "right"),
        "n . →",
        "one update forward; 10n makes ten",
        STEPPING,
        "step 1",
        "step",
    ),
    Command(
        "step.back", ("N", "comma", "left"), "N , ←", "one update back; 10N goes ten back", STEPPING, "back 1", "back"
    ),
    Command("run.toggle", ("space",), "space", "run, or pause", RUNNING, label="run"),
    Command("run.slower", ("left_square_bracket",), "[", "slower", RUNNING, label="speed"),
    Command("run.faster", ("right_square_bracket",), "]", "faster", RUNNING, label="speed"),
    Command(
        "rate.up", ("plus", "equals_sign"), "+ =", "learning rate up a notch (times 1.26)", CHANGING, "lr up", "lr"
    ),
    Command("rate.down", ("minus",), "-", "learning rate down a notch", CHANGING, "lr down", "lr"),
    Command(
        "weight.next",
        ("j", "down"),
        "j ↓",
        "next weight; the curve and the arithmetic are about it",
        LOOKING,
        label="weight",
    ),
    Command("weight.previous", ("k", "up"), "k ↑", "previous weight", LOOKING, label="weight"),
    Command("weight.edit", ("enter",), "enter", "give the selected weight another value", CHANGING, label="edit"),
    Command("view.zoom_in", ("z",), "z", "zoom the loss curve in", LOOKING, label="zoom"),
    Command("view.log", ("y",), "y", "loss history on a logarithmic axis, and back", LOOKING, label="log"),
    Command("choose.optimizer", ("o",), "o", "choose the optimizer", CHANGING, label="optimizer"),
    Command("choose.problem", ("p",), "p", "choose the problem", CHANGING, label="problem"),
    Command("choose.data", ("d",), "d", "choose the data", CHANGING, label="data"),
    Command("step.first", ("g", "home"), "g Home", "first step; 40g goes to step 40", STEPPING, "goto 0", "first"),
    Command("step.newest", ("G", "end"), "G End", "newest step", STEPPING, "newest", "newest"),
    Command("edit.undo", ("u",), "u", "undo the last edit or restart", CHANGING, "undo", "undo"),
    Command("edit.redo", ("ctrl+r",), "Ctrl+R", "redo", CHANGING, "redo"),
    Command("run.restart", ("r",), "r", "start again from the same weights", CHANGING, "reset", "restart"),
    Command("run.reseed", ("R",), "R", "start again from random weights of a new seed", CHANGING, "reset random"),
    Command("step.forward10", ("pagedown",), "PgDn", "ten updates forward", STEPPING, "step 10"),
    Command("step.back10", ("pageup",), "PgUp", "ten updates back", STEPPING, "back 10"),
    Command("run.half", ("left_curly_bracket",), "{", "half the speed", RUNNING),
    Command("run.double", ("right_curly_bracket",), "}", "double the speed", RUNNING),
    Command("run.normal", ("backspace",), "Backspace", "normal speed (10 updates a second)", RUNNING),
    Command("run.max", ("M",), "M", "as fast as the machine can", RUNNING),
    Command("rate.type", ("L",), "L", "type a learning rate", CHANGING),
    Command("view.zoom_out", ("Z",), "Z", "zoom the loss curve out", LOOKING),
    Command("view.follow", ("f",), "f", "let the loss curve follow the point again", LOOKING),
    Command("view.order", ("w",), "w", "order the weights by the size of their gradients, and back", LOOKING),
    Command("pane.next", ("tab",), "Tab", "next pane", LOOKING),
    Command("pane.previous", ("shift+tab",), "Shift+Tab", "previous pane", LOOKING),
    Command("app.suspend", ("ctrl+z",), "Ctrl+Z", "suspend to the shell; `fg` comes back", LEAVING),
    Command("app.palette", ("ctrl+p",), "Ctrl+P", "command palette", LEAVING),
    Command("app.prompt", ("colon",), ":", "type a command", LEAVING, label="command", pinned=True),
    Command("app.help", ("question_mark", "f1"), "? F1", "this help", LEAVING, label="help", pinned=True),
    Command("app.quit", ("q", "ctrl+c"), "q Ctrl+C", "quit", LEAVING, label="quit", pinned=True),
)
BY_ID = {command.id: command for command in COMMANDS}


@dataclass(frozen=True)
class Verb:
    """A word of the command language.

    Attributes:
        usage: the word with its arguments. words: what it does. act: does it, and says so in a few words
            where the picture does not ("" otherwise).
    """

    usage: str
    words: str
    act: Callable[[Simulator, Sequence[str]], str]

    @property
    def name(self) -> str:
        """The word itself."""
        return self.usage.split()[0]


def perform(text: str, simulator: Simulator) -> str:
    """Do what a command says, as in `step 10` or `lr 0.1`; commands are parted by `;` or newlines.

    Returns what there is to say about it. Raises InputError, with nothing done by the faulty command, if
    it is no command or its arguments are wrong.
    """
    said = ""
    for line in text.replace(";", "\n").splitlines():
        words = line.split()
        if not words:
            continue
        if words[0] not in VERBS:
            raise unknown("command", words[0], VERBS)
        said = VERBS[words[0]].act(simulator, words[1:])
    return said


def whole_number(words: Sequence[str], verb: str, default: int | None = None) -> int:
    """The one whole number that a command takes. Raises InputError if there is none."""
    if not words and default is not None:
        return default
    if len(words) != 1 or not words[0].isdecimal() or len(words[0]) > 15:
        raise InputError(f"{verb}: expected one whole number of 0 or more, got {' '.join(words) or 'nothing'}")
    return int(words[0])


def real_number(word: str, what: str) -> float:
    """A finite number. Raises InputError, naming `what` it was to be."""
    try:
        value = float(word)
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise InputError(f"{what}: expected a finite number, got {word!r}")
    return value


def _step(simulator: Simulator, words: Sequence[str]) -> str:
    simulator.step(whole_number(words, "step", 1))
    return ""


def _back(simulator: Simulator, words: Sequence[str]) -> str:
    simulator.back(whole_number(words, "back", 1))
    return ""


def _goto(simulator: Simulator, words: Sequence[str]) -> str:
    simulator.goto(whole_number(words, "goto"))
    return ""


def _newest(simulator: Simulator, words: Sequence[str]) -> str:
    simulator.seek(simulator.newest)
    return ""


def _run(simulator: Simulator, words: Sequence[str]) -> str:
    made = simulator.run(whole_number(words, "run", 1000))
    return f"{made:,} updates: {simulator.status}"


def _lr(simulator: Simulator, words: Sequence[str]) -> str:
    if len(words) != 1:
        raise InputError("lr: expected one number, or `up` or `down`")
    if words[0] in ("up", "down"):
        simulator.nudge_rate(1 if words[0] == "up" else -1)
    else:
        simulator.set_rate(real_number(words[0], "lr"))
    return f"learning rate {simulator.engine.lr:g} from step {simulator.k:,} on"


def _weight(simulator: Simulator, words: Sequence[str]) -> str:
    if len(words) < 2:
        raise InputError("w: expected the name of a weight and its new value, as in `w w1 3.5`")
    name = " ".join(words[:-1]).strip('"')
    if name not in simulator.names:
        raise unknown("weight", name, simulator.names)
    simulator.set_weight(simulator.names.index(name), real_number(words[-1], name))
    return f"{name} set at step {simulator.k:,}"


def _optimizer(simulator: Simulator, words: Sequence[str]) -> str:
    if len(words) != 1:
        raise InputError(f"optimizer: expected one of {', '.join(OPTIMIZERS)}")
    simulator.set_optimizer(words[0])
    return f"{words[0]} from step {simulator.k:,} on, its memory begun afresh"


def _problem(simulator: Simulator, words: Sequence[str]) -> str:
    if not words:
        raise InputError(f"problem: expected one of {', '.join(PROBLEMS)}")
    simulator.open_problem(words[0], " ".join(words[1:]) or None)
    return f"{' '.join(words)}; u brings the last run back"


def _reset(simulator: Simulator, words: Sequence[str]) -> str:
    if words not in ([], ["random"]):
        raise InputError("reset: expected nothing or `random` after it")
    simulator.reset(new_seed=bool(words))
    seed = f" with seed {simulator.scenario.seed}" if words else ""
    return f"started again{seed}; u brings the last run back"


def _undo(simulator: Simulator, words: Sequence[str]) -> str:
    return "undone" if simulator.undo() else "nothing to undo"


def _redo(simulator: Simulator, words: Sequence[str]) -> str:
    return "redone" if simulator.redo() else "nothing to redo"


VERBS: dict[str, Verb] = {
    verb.name: verb
    for verb in (
        Verb("step [N]", "make N updates (1)", _step),
        Verb("back [N]", "go N updates back (1)", _back),
        Verb("goto K", "stand at step K", _goto),
        Verb("newest", "stand at the newest step", _newest),
        Verb("run [N]", "make up to N updates (1000), fewer if it converges or diverges", _run),
        Verb("lr X", "go on with learning rate X; `lr up` and `lr down` move it a notch", _lr),
        Verb("w NAME VALUE", "give a weight another value", _weight),
        Verb("optimizer NAME", "go on with another optimizer", _optimizer),
        Verb("problem NAME [DATA]", "begin another problem; some take data, `function` an expression", _problem),
        Verb("reset [random]", "start again, from the same or from random weights", _reset),
        Verb("undo", "take the last edit back", _undo),
        Verb("redo", "make the undone edit again", _redo),
    )
}
