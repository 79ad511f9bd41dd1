"""The prompt at the bottom: a command, a learning rate, or a weight, typed."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.message import Message
from textual.widgets import Input, Static

from gd_tui.commands import VERBS, completions, verb_of
from gd_tui.simulator import Simulator
from gd_tui.words import OPEN, begun

ONE_VALUE = "enter sets it, Esc leaves it"


class Prompt(Container):
    """One line to type in, and above it what can be typed or what was wrong with it."""

    BINDINGS = [  # noqa: RUF012
        Binding("escape,ctrl+c", "leave", "close the prompt"),
        Binding("tab", "complete", "complete the word"),
        Binding("up", "earlier", "the command before"),
        Binding("down", "later", "the command after"),
    ]

    class Left(Message):
        """It was closed, and nothing is to be done."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._command, self._usual_hint = "{}", ""
        self._simulator: Simulator | None = None
        self._typed: list[str] = []
        self._at = 0

    def compose(self) -> ComposeResult:
        yield Static(id="hint", markup=False)
        with Container(id="line"):
            yield Static(id="label", markup=False)
            typed = Input(id="input", select_on_focus=False, compact=True, disabled=True)
            typed.cursor_blink = False  # a terminal that shows the same is sent nothing
            yield typed

    @property
    def is_open(self) -> bool:
        """Whether something is being asked for."""
        return self.has_class("asking")

    @property
    def _input(self) -> Input:
        return self.query_one(Input)

    def ask(self, label: str, command: str, value: str, hint: str, simulator: Simulator) -> None:
        """Open; what is typed takes the place of {} in `command`, and is completed by what the simulator has."""
        self._command, self._usual_hint, self._at = command, hint or ONE_VALUE, len(self._typed)
        self._simulator = simulator
        self.query_one("#label", Static).update(label)
        self._put(value)
        self._hint()
        self.add_class("asking")
        self._input.disabled = False
        self.screen.set_focus(self._input)

    def type(self, text: str) -> None:
        """Put a text where the cursor is, in the place of what is selected."""
        self._input.replace(text, *self._input.selection)

    def take(self) -> str:
        """Close, and return the command that was typed; "" if none was."""
        text = self._input.value.strip()
        if self._is_free and text and self._typed[-1:] != [text]:
            self._typed.append(text)
        self._close()
        return self._command.replace("{}", text) if text else ""

    def open_again(self, wrong: str) -> None:
        """Open with what was typed last, to be mended; say what was wrong with it."""
        self.add_class("asking")
        self._input.disabled = False
        self.screen.set_focus(self._input)
        self.warn(wrong)

    def warn(self, wrong: str) -> None:
        """Say what was wrong, until something else is typed."""
        self._say(wrong, is_error=True)

    def action_leave(self) -> None:
        """Close without doing anything."""
        self._close()
        self.post_message(self.Left())

    def _close(self) -> None:
        self.remove_class("asking")
        self._input.blur()
        self._input.disabled = True

    def action_complete(self) -> None:
        """Complete the last word as far as all that it can become agree."""
        text = self._input.value[: self._input.cursor_position]
        found = self._completions(text)
        _, word = begun(text)
        common = found[0] + " " if len(found) == 1 else _common(found)
        if len(common.lstrip(OPEN)) > len(word.lstrip(OPEN)):
            self._put(text[: len(text) - len(word)] + common, self._input.value[len(text) :])

    def _completions(self, text: str) -> list[str]:
        return completions(text, self._simulator) if self._is_free and self._simulator else []

    def action_earlier(self) -> None:
        """Recall the command typed before."""
        self._recall(-1)

    def action_later(self) -> None:
        """Recall the command typed after."""
        self._recall(1)

    def _recall(self, by: int) -> None:
        if not (self._is_free and self._typed):
            return
        self._at = min(max(0, self._at + by), len(self._typed))
        self._put(self._typed[self._at] if self._at < len(self._typed) else "")

    def _put(self, before: str, behind: str = "") -> None:
        """Have this in the line, with the cursor between the two."""
        self._input.value = before + behind
        self._input.cursor_position = len(before)

    @property
    def _is_free(self) -> bool:
        """Whether a whole command is asked for, and not one value of it."""
        return self._command == "{}"

    @on(Input.Changed)
    def _hint(self) -> None:
        self._say(self._hint_for(self._input.value) if self._is_free else self._usual_hint)

    def _hint_for(self, text: str) -> str:
        """What the last word can become, and what the command takes."""
        found, verb = self._completions(text), verb_of(text)
        if verb is not None:
            return f"{verb.usage}  {'  '.join(found)}" if found else f"{verb.usage}: {verb.words}"
        if len(found) == 1:
            return f"{VERBS[found[0]].usage}: {VERBS[found[0]].words}"
        return "  ".join(VERBS[name].usage for name in found)

    def _say(self, said: str, *, is_error: bool = False) -> None:
        hint = self.query_one("#hint", Static)
        hint.set_class(is_error, "error")
        hint.update(said)


def _common(words: Sequence[str]) -> str:
    """What all of them begin with."""
    first, last = min(words, default=""), max(words, default="")
    return next((first[:at] for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), first)
