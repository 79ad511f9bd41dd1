"""The table of keys: what each does, and the command that it stands for.

Keys, footer, palette, help and `gd-tui list keys` come from it.
"""

from __future__ import annotations

from dataclasses import dataclass


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
    Command("break.next", ("c",), "c", "on to the next breakpoint", RUNNING, "continue"),
    Command("break.previous", ("C",), "C", "back to the breakpoint before", RUNNING, "continue back"),
    Command(
        "event.next",
        ("e",),
        "e",
        "on to the next event: the loss rose, a gradient turned ...",
        STEPPING,
        "event",
        "event",
    ),
    Command("event.previous", ("E",), "E", "back to the event before", STEPPING, "event back"),
    Command("break.set", ("b",), "b", "set a breakpoint, as in `loss < 1e-3`", RUNNING),
    Command("mark.set", ("m",), "m", "mark this step with a letter", STEPPING),
    Command("mark.goto", ("apostrophe",), "'", "go to the step that a letter marks", STEPPING),
    Command("run.export", ("x",), "x", "write the run to a file, or as a script", LEAVING),
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
