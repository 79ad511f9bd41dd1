"""The prompt at the bottom: a command, a learning rate, or a weight, typed."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.widgets import Input, Static

from gd_tui.commands import VERBS


class Prompt(Container):
    """One line to type in, and above it what can be typed or what was wrong with it."""

    BINDINGS = [  # noqa: RUF012
        Binding("escape,ctrl+c", "leave", "close the prompt"),
        Binding("tab", "complete", "complete the word"),
        Binding("up", "earlier", "the command before"),
        Binding("down", "later", "the command after"),
    ]

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._command = "{}"
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
    def _input(self) -> Input:
        return self.query_one(Input)

    def ask(self, label: str, command: str, value: str) -> None:
        """Open; what is typed takes the place of {} in `command`."""
        self._command, self._at = command, len(self._typed)
        self.query_one("#label", Static).update(label)
        self._input.value = value
        self._input.cursor_position = len(value)
        self._hint()
        self.add_class("asking")
        self._input.disabled = False
        self.screen.set_focus(self._input)

    def action_leave(self) -> None:
        """Close without doing anything."""
        self.app.say("")  # type: ignore[attr-defined]
        self._close()

    def _close(self) -> None:
        self.remove_class("asking")
        self._input.blur()
        self._input.disabled = True

    def action_complete(self) -> None:
        """Complete the verb if only one begins like this."""
        matching = [verb for verb in VERBS if verb.startswith(self._input.value)]
        if self._is_free and len(matching) == 1:
            self._input.value = matching[0] + " "
            self._input.cursor_position = len(self._input.value)

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
        self._input.value = self._typed[self._at] if self._at < len(self._typed) else ""
        self._input.cursor_position = len(self._input.value)

    @property
    def _is_free(self) -> bool:
        """Whether a whole command is asked for, and not one value of it."""
        return self._command == "{}"

    @on(Input.Changed)
    def _hint(self) -> None:
        hint = self.query_one("#hint", Static)
        hint.remove_class("error")
        if not self._is_free:
            hint.update("enter sets it, Esc leaves it")
            return
        words = self._input.value.split()
        matching = [verb for verb in VERBS.values() if not words or verb.name.startswith(words[0])]
        if len(matching) == 1:
            hint.update(f"{matching[0].usage}: {matching[0].words}")
        else:
            hint.update("  ".join(verb.usage for verb in matching))

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        if self._is_free and text:
            self._typed.append(text)
        if not text or self.app.perform(self._command.replace("{}", text), queued=True):  # type: ignore[attr-defined]
            self._close()
            return
        hint = self.query_one("#hint", Static)
        hint.update(self.app.view.message)  # type: ignore[attr-defined]
        hint.add_class("error")
