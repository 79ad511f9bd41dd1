"""What happened along the way: the loss began to rise, a gradient turned, the loss came to a best again, or stood."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from enum import IntFlag

import numpy as np
from numpy.typing import NDArray

from gd_tui.engine.engine import Engine
from gd_tui.engine.objective import Array

WINDOW = 50
"""Updates over which the loss has hardly changed on a plateau."""
HARDLY = 1e-4
"""What the loss changes by on a plateau at most, as a share of itself."""
BLOCK = 1024
AT_ONCE = 2**16
"""Steps that are looked at together, so that looking takes little memory."""
KEPT_BYTES = 2**16
"""What the events of one engine may take in a session; of more, some are left out."""
EVENLY = 1000
"""Events that are kept where they are too many."""


class Event(IntFlag):
    """What happened at a step; where it goes on for several steps, it happened at the first of them."""

    RISE = 1
    TURN = 2
    BEST = 4
    PLATEAU = 8
    EDIT = 16
    CONVERGED = 32
    DIVERGED = 64

    @property
    def words(self) -> str:
        """What happened, as people say it."""
        return ", ".join(WORDS[event] for event in Event if event in self)


WORDS = {
    Event.RISE: "the loss rose",
    Event.TURN: "a gradient changed its sign",
    Event.BEST: "the lowest loss so far again",
    Event.PLATEAU: f"the loss has hardly changed for {WINDOW} updates",
    Event.EDIT: "an edit",
    Event.CONVERGED: "converged",
    Event.DIVERGED: "diverged",
}

Flags = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class KeptEvents:
    """What brings the events of an engine back: a flag for each step, compressed, and what the last one was amid."""

    flags: bytes
    amid: int


class Events:
    """The events of one engine's steps, found whenever somebody asks, from where it was left last time."""

    def __init__(self, engine: Engine, best: float = np.inf) -> None:
        """`best` is the least loss of the run before this engine took over."""
        self._engine = engine
        self._best = float(np.fmin(best, engine.losses[0]))
        self._flags: Flags = np.zeros(BLOCK, dtype=np.uint8)
        self._count = 1
        self._blocks: list[int] = []
        self._packer, self._packed = zlib.compressobj(1), bytearray()
        self._packed_count = 0
        self._amid = Event.BEST if engine.loss < best else Event(0)
        """What was the case at the last step that was looked at."""

    def next_after(self, k: int) -> int | None:
        """The first step after k at which something happened."""
        found = np.flatnonzero(self._read()[max(0, k + 1 - self._engine.first) :])
        return None if not len(found) else max(k + 1, self._engine.first) + int(found[0])

    def last_before(self, k: int) -> int | None:
        """The last step before k at which something happened."""
        found = np.flatnonzero(self._read()[: max(0, k - self._engine.first)])
        return None if not len(found) else self._engine.first + int(found[-1])

    def at(self, k: int) -> Event:
        """What happened at step k."""
        return Event(int(self._read()[k - self._engine.first]))

    def marks(self, first: int, last: int, columns: int) -> tuple[Array, Flags]:
        """The first step in each column of [first, last] at which something happened, and all that did in it."""
        flags, begin = self._read(), self._engine.first
        low, high = first - begin, min(last - begin, len(flags) - 1) + 1
        if high - low < 8 * BLOCK * columns:
            steps, found = _by_column(flags[low:high], columns)
            return (first + steps).astype(np.float64), found
        # Whole blocks are looked up; what stands before the first and behind the last of them is a column each.
        inner, end = -(-low // BLOCK), min(high // BLOCK, len(self._blocks))
        blocks, found = _by_column(np.array(self._blocks[inner:end], dtype=np.uint8), columns)
        starts = ((inner + blocks) * BLOCK).tolist()
        inside = [start + int(np.flatnonzero(flags[start : start + BLOCK])[0]) for start in starts]
        head, head_found = _by_column(flags[low : inner * BLOCK], 1)
        tail, tail_found = _by_column(flags[end * BLOCK : high], 1)
        every = np.concatenate([low + head, inside, end * BLOCK + tail])
        return (begin + every).astype(np.float64), np.concatenate([head_found, found, tail_found])

    def keep(self) -> KeptEvents:
        """What `recall` brings back."""
        flags = self._read()
        # What was packed for an earlier session file is not packed again: a long run is saved every second.
        self._packed += self._packer.compress(flags[self._packed_count :].tobytes())
        self._packed_count = len(flags)
        packed = bytes(self._packed) + self._packer.copy().flush()
        if len(packed) > KEPT_BYTES:
            happened = np.flatnonzero(flags)
            some = happened[np.linspace(0, len(happened) - 1, EVENLY).astype(np.intp)]
            thinned = np.zeros_like(flags)
            thinned[some] = flags[some]
            packed = zlib.compress(thinned.tobytes(), 1)
        return KeptEvents(packed, int(self._amid))

    def recall(self, kept: KeptEvents) -> None:
        """Take up again what was kept. Raises ValueError if it is not of this engine's steps."""
        count = len(self._engine.losses)
        unpack = zlib.decompressobj()
        try:
            flags = unpack.decompress(kept.flags, count)
        except zlib.error as error:
            raise ValueError(f"its events cannot be read: {error}") from None
        if len(flags) != count:
            raise ValueError(f"it has the events of {len(flags)} steps, not of {count}")
        self._flags, self._count = np.frombuffer(flags, dtype=np.uint8).copy(), count
        self._amid = Event(kept.amid)
        self._best = min(self._best, self._engine.losses.lowest(count)[0])

    def _read(self) -> Flags:
        """The flags of all steps, brought up to the newest."""
        count = len(self._engine.losses)
        if self._count < count:
            turns = self._engine.turns.take().astype(bool)
            if count > len(self._flags):
                self._flags = np.concatenate([self._flags, np.zeros(count, dtype=np.uint8)])
            for begin in range(self._count, count, AT_ONCE):
                end = min(begin + AT_ONCE, count)
                self._flags[begin:end] = self._found(begin, end, turns[begin - self._count : end - self._count])
            self._count = count
        for begin in range(len(self._blocks) * BLOCK, count - BLOCK + 1, BLOCK):
            self._blocks.append(int(np.bitwise_or.reduce(self._flags[begin : begin + BLOCK])))
        return self._flags[:count]

    def _found(self, known: int, count: int, turns: NDArray[np.bool_]) -> Flags:
        """The flags of the steps from `known` up to `count`; `turns` is where the gradient turned among them."""
        begin = max(0, known - WINDOW)
        losses = self._engine.losses.read(begin, count)
        new = losses[known - begin :]
        with np.errstate(all="ignore"):
            lowest = np.fmin.accumulate(np.concatenate([[self._best], new]))
            is_best = new < lowest[:-1]
            rises = new > losses[known - begin - 1 : -1]
            flat = np.zeros(len(new), dtype=bool)
            before = losses[: max(0, count - begin - WINDOW)]
            after = losses[WINDOW:]
            flat[len(new) - len(after) :] = np.abs(after - before) <= HARDLY * np.abs(before)
        self._best = float(lowest[-1])
        cases = {Event.RISE: rises, Event.TURN: turns, Event.BEST: is_best, Event.PLATEAU: flat}
        flags = np.zeros(len(new), dtype=np.uint8)
        amid = Event(0)
        for event, case in cases.items():
            earlier = np.concatenate([[event in self._amid], case[:-1]])
            flags[case & ~earlier] |= np.uint8(event)
            amid |= event if case[-1] else Event(0)
        self._amid = amid
        return flags


def _by_column(flags: Flags, columns: int) -> tuple[NDArray[np.intp], Flags]:
    """Where the first flag of each column that has one stands, and all of its flags together."""
    happened = np.flatnonzero(flags)
    if not len(happened):
        return happened, np.empty(0, dtype=np.uint8)
    _, starts = np.unique(happened * columns // len(flags), return_index=True)
    return happened[starts], np.bitwise_or.reduceat(flags[happened], starts)
