"""Saving by itself: soon after every edit, and every second while steps are made."""

from __future__ import annotations

from threading import Condition, Thread
from time import monotonic

from gd_tui.errors import InputError
from gd_tui.session.document import encode
from gd_tui.session.saving import Recorder
from gd_tui.session.shelf import Shelf, Slot
from gd_tui.simulator import Simulator

PATIENCE_S = 0.05
"""How long an edit waits to be on the disk before it is shown."""
INTERVAL_S = 1.0
"""How long a step may be made and not be saved."""


class Autosave:
    """Keeps a simulator's session on the shelf.

    The file is written in a thread, the newest state alone where states come faster than the disk takes them.

    Attributes:
        problem: why the session could not be saved, "" while it can.
    """

    def __init__(self, simulator: Simulator, shelf: Shelf, slot: Slot | None = None) -> None:
        """`slot` is the session's own place; by default it gets a new one once there is something to save."""
        self._simulator, self._shelf, self._slot = simulator, shelf, slot
        self._recorder = Recorder()
        self._saved = self._state()
        self._saved_at = -INTERVAL_S
        self._writer = Writer()
        self.problem = ""

    @property
    def name(self) -> str:
        """What the session is called; "" as long as there is none."""
        return self._slot.name if self._slot is not None else ""

    def look(self, speed: float | None = None, *, at_once: bool = False) -> None:
        """Save if something has changed: an edit at once, steps when the last saving is a while ago.

        `speed` is what the run runs at by itself; `at_once` saves steps too, however fresh.
        """
        state = self._state()
        self.problem = self._writer.problem if self._slot is not None else self.problem
        edited = state[1:] != self._saved[1:]
        if state == self._saved and not self.problem:
            return
        if not (edited or at_once or monotonic() - self._saved_at >= INTERVAL_S):
            return
        self._saved, self._saved_at = state, monotonic()
        try:
            if self._slot is None:
                self._slot = self._shelf.new(_stem(self._simulator))
        except InputError as error:
            self.problem = str(error)
            return
        self._writer.put(self._slot, encode(self._recorder.document(self._simulator, speed)))
        if edited:
            self._writer.wait(PATIENCE_S)

    def close(self) -> None:
        """Save what is not saved yet and let go of the session; to be called once more does no harm."""
        if self._writer.is_closed:
            return
        self.look(at_once=True)
        self._writer.close()
        self.problem = self._writer.problem or (self.problem if self._slot is None else "")
        if self._slot is not None:
            self._slot.release()

    def _state(self) -> tuple[object, ...]:
        """All that would make another session file; the step comes first."""
        simulator = self._simulator
        return (
            (simulator.k, simulator.newest),
            simulator.version,
            len(simulator.done),
            len(simulator.undone),
            tuple((number, condition.text) for number, condition in simulator.breakpoints.items()),
            tuple(simulator.marks.items()),
        )


class Writer:
    """Writes in a thread, so that a slow disk holds nobody up; only the newest content counts."""

    def __init__(self) -> None:
        self.problem = ""
        self._next: tuple[Slot, bytes] | None = None
        self.is_closed = self._is_writing = False
        self._changed = Condition()
        self._thread: Thread | None = None

    def put(self, slot: Slot, content: bytes) -> None:
        """Have this written next."""
        with self._changed:
            self._next = slot, content
            if self._thread is None:
                self._thread = Thread(target=self._work, name="autosave", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def wait(self, seconds: float) -> None:
        """Wait until everything is written, but not longer."""
        with self._changed:
            self._changed.wait_for(lambda: self._next is None and not self._is_writing, seconds)

    def close(self) -> None:
        """Wait until everything is written."""
        with self._changed:
            self.is_closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        while True:
            with self._changed:
                while self._next is None:
                    if self.is_closed:
                        return
                    self._changed.wait()
                (slot, content), self._next = self._next, None
                self._is_writing = True
            try:
                slot.write(content)
                self.problem = ""
            except InputError as error:
                self.problem = str(error)
            with self._changed:
                self._is_writing = False
                self._changed.notify_all()


def _stem(simulator: Simulator) -> str:
    """What a session is called after: its problem, and its data where it has some."""
    scenario = simulator.scenario
    words = [
        scenario.problem,
        *([scenario.data.rpartition("/")[2].rpartition(".csv")[0] or scenario.data] if scenario.data else []),
    ]
    return "-".join("".join(c if c.isalnum() or c in "-_" else "_" for c in word)[:30] for word in words)
