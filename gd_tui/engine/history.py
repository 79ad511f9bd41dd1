"""What a run remembers: the loss of every step, and keyframes from which any step can be computed again."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gd_tui.engine.objective import Array

BLOCK = 1024
"""Steps whose least and greatest loss are kept together, so that long series are read at little cost."""
FIRST_STRIDE = 64
"""Steps between two keyframes, as long as there is room for them."""
NEAR = 1024
"""Losses before the present step that a session keeps, every one."""
LAST = 64
"""Losses at the end that a session keeps, every one: what comes next is compared with them."""


class LossSeries:
    """The loss of every step of one engine, from its first step on.

    Reading is safe while another thread appends: values once written stay where they are.
    A series that a session brought back (`recall`) may have gaps: steps whose loss is not known until they are
    made again (`fill`). The extremes of the whole are known all the same.
    """

    def __init__(self) -> None:
        self._values: Array = np.empty(BLOCK)
        self._count = 0
        self._lows: list[float] = []
        self._highs: list[float] = []
        self.has_gaps = False

    @classmethod
    def recall(cls, count: int, steps: NDArray[np.int64], losses: Array) -> LossSeries:
        """A series of `count` steps of which some are known: `steps` and their `losses`, shape (m,)."""
        series = cls()
        series._values = np.full(max(BLOCK, count), np.nan)
        series._values[steps] = losses
        series._count = count
        series.has_gaps = len(steps) < count
        return series

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, step: int) -> float:
        return float(self._values[: self._count][step])

    def read(self, first: int, count: int) -> Array:
        """The losses of the steps from `first` up to `count`, not to be changed."""
        return self._values[first : min(count, self._count)]

    def extend(self, losses: Sequence[float]) -> None:
        """Add the losses of the next steps."""
        count = self._count + len(losses)
        if count > len(self._values):
            grown = np.empty(max(count, 3 * len(self._values) // 2))
            grown[: self._count] = self._values[: self._count]
            self._values = grown
        self._values[self._count : count] = losses
        self._count = count

    def fill(self, step: int, losses: Sequence[float]) -> None:
        """Take note of losses that were computed again, of `step` and those that follow it."""
        if not losses:
            return
        end = step + len(losses)
        self._values[step:end] = losses
        for block in range(step // BLOCK, min(-(-end // BLOCK), len(self._lows))):
            self._lows[block], self._highs[block] = _range_of(self._values[block * BLOCK : (block + 1) * BLOCK])

    def sketch(self, interval: int, near: int, cuts: Sequence[int] = ()) -> tuple[NDArray[np.int64], Array]:
        """Steps and losses that stand for the series: of every `interval` steps the least and the greatest,
        and each of the NEAR steps up to `near`, of the LAST ones, and the first.

        Among the steps before a multiple of the interval or a cut, or up to one of those near, the least is the
        series' own.
        """
        exact = np.concatenate(
            [np.arange(max(0, near - NEAR + 1), near + 1), np.arange(max(0, self._count - LAST), self._count)]
        )
        edges = np.unique(np.concatenate([np.arange(0, self._count, interval), exact, [near + 1, self._count], cuts]))
        edges = edges[edges <= self._count].astype(np.intp)
        self._close_blocks()
        found = [self._extremes(a, b) for a, b in pairwise(edges.tolist()) if b - a > 1]
        alone = edges[:-1][np.diff(edges) == 1]
        known = np.concatenate([*found, alone, [0]]).astype(np.int64)
        steps = np.unique(known[~np.isnan(self._values[known])])
        return steps, self._values[steps]

    def _extremes(self, begin: int, end: int) -> NDArray[np.intp]:
        """Where the least and the greatest loss of [begin, end) stand; whole blocks are not gone through."""
        if begin % BLOCK or end % BLOCK or end == begin:
            return _extremes(self._values, begin, end)
        first, last = begin // BLOCK, end // BLOCK
        lows, highs = self._lows[first:last], self._highs[first:last]
        low, high = first + lows.index(min(lows)), first + highs.index(max(highs))
        ends = [_extremes(self._values, block * BLOCK, (block + 1) * BLOCK) for block in {low, high}]
        found = np.sort(np.concatenate(ends))
        values = self._values[found]
        return found[[int(values.argmin()), int(values.argmax())]] if len(found) else found

    def lowest(self, count: int) -> tuple[float, int]:
        """The least of the first `count` losses and its step, NaN left out; (inf, 0) if there is none."""
        self._close_blocks()
        whole = min(count // BLOCK, len(self._lows))
        best, block = np.inf, -1
        if whole:
            block = int(np.argmin(self._lows[:whole]))
            best = self._lows[block]
        tail = _lowest(self._values[whole * BLOCK : count])
        if tail[0] < best:
            return tail[0], whole * BLOCK + tail[1]
        if block < 0 or best == np.inf:
            return np.inf, 0
        return best, block * BLOCK + _lowest(self._values[block * BLOCK : (block + 1) * BLOCK])[1]

    def outline(self, first: int, last: int, columns: int) -> tuple[Array, Array]:
        """Steps and losses of [first, last], at most two a column: each column's least and greatest.

        Returns two arrays of the same length, steps ascending. Every loss is returned where there are at
        most two a column; no extreme value is ever left out.
        """
        last = min(last, self._count - 1)
        if last < first:
            return np.empty(0), np.empty(0)
        if last - first + 1 <= 2 * columns:
            steps = np.arange(first, last + 1)
            if self.has_gaps:
                steps = steps[~np.isnan(self._values[first : last + 1]) | (steps == self._count - 1)]
            return steps.astype(np.float64), self._values[steps]
        if (last - first) // columns >= 8 * BLOCK:
            return self._outline_of_blocks(first, last, columns)
        values = self._values[first : last + 1]
        edges = np.linspace(0, len(values), columns + 1).astype(np.intp)
        found = np.concatenate([_extremes(values, a, b) for a, b in pairwise(edges.tolist())])
        return (first + found).astype(np.float64), values[found]

    def _outline_of_blocks(self, first: int, last: int, columns: int) -> tuple[Array, Array]:
        self._close_blocks()
        from_block, to_block = -(-first // BLOCK), (last + 1) // BLOCK
        edges = np.linspace(from_block, to_block, columns + 1).astype(np.intp)
        lows, highs = np.array(self._lows[:to_block]), np.array(self._highs[:to_block])
        ys = np.column_stack([np.minimum.reduceat(lows, edges[:-1]), np.maximum.reduceat(highs, edges[:-1])])
        xs = np.column_stack([edges[:-1] * BLOCK, edges[1:] * BLOCK - 1])
        known = ys[:, 0] <= ys[:, 1]
        xs, ys = xs[known], ys[known]
        head = _extremes(self._values[first : from_block * BLOCK], 0, from_block * BLOCK - first) + first
        tail = _extremes(self._values[to_block * BLOCK : last + 1], 0, last + 1 - to_block * BLOCK) + to_block * BLOCK
        steps = np.concatenate([head, xs.ravel(), tail]).astype(np.float64)
        return steps, np.concatenate([self._values[head], ys.ravel(), self._values[tail]])

    def _close_blocks(self) -> None:
        for begin in range(len(self._lows) * BLOCK, self._count - BLOCK + 1, BLOCK):
            low, high = _range_of(self._values[begin : begin + BLOCK])
            self._lows.append(low)
            self._highs.append(high)


def _range_of(values: Array) -> tuple[float, float]:
    """The least and the greatest of values, NaN left out; (inf, -inf) if there is none."""
    with np.errstate(invalid="ignore"):
        low, high = float(np.fmin.reduce(values)), float(np.fmax.reduce(values))
    return (low, high) if low == low else (np.inf, -np.inf)


def _lowest(values: Array) -> tuple[float, int]:
    if np.isnan(values).all():
        return np.inf, 0
    index = int(np.nanargmin(values))
    return float(values[index]), index


def _extremes(values: Array, begin: int, end: int) -> NDArray[np.intp]:
    """Where the least and the greatest value of a column stand, in the order of the steps; nowhere if all are NaN."""
    column = values[begin:end]
    unknown = np.isnan(column)
    if unknown.all():
        return np.empty(0, dtype=np.intp)
    low, high = np.where(unknown, np.inf, column).argmin(), np.where(unknown, -np.inf, column).argmax()
    return np.sort(np.array([begin + int(low), begin + int(high)], dtype=np.intp))


class Keyframes:
    """Copies of an engine's memory at every stride-th step, within a fixed budget.

    When the budget is full every second frame is dropped and the stride doubles, so that the frames
    always cover the whole run evenly.
    """

    BUDGET_BYTES = 48 * 2**20
    MOST = 2**16

    def __init__(self, size: int, stride: int = FIRST_STRIDE) -> None:
        """`size` numbers a frame, a frame every `stride` steps, a power of two, at first."""
        self.stride = stride
        self._limit = max(64, min(self.MOST, self.BUDGET_BYTES // (8 * size))) & ~1
        self._frames: Array = np.empty((min(64, self._limit), size))
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def nbytes(self) -> int:
        """Bytes held by the frames."""
        return self._frames.nbytes

    @property
    def next_step(self) -> int:
        """The step that is due to be kept next, counted from the engine's first."""
        return self._count * self.stride

    def thinned(self, most: int) -> tuple[int, Array]:
        """The stride and the frames of at most `most` keyframes that cover the whole run evenly."""
        apart = 1
        while -(-self._count // apart) > most:
            apart *= 2
        return self.stride * apart, self._frames[: self._count : apart].copy()

    @classmethod
    def recall(cls, stride: int, frames: Array) -> Keyframes:
        """The keyframes that `thinned` gave."""
        keyframes = cls(frames.shape[1], stride)
        for frame in frames:
            keyframes._append(frame)
        return keyframes

    def keep(self, memory: Array) -> None:
        """Keep the memory of step `next_step`, shape (size,)."""
        if self._count == self._limit:
            half = self._count // 2
            self._frames[:half] = self._frames[: self._count : 2]
            self._count = half
            self.stride *= 2
        self._append(memory)

    def _append(self, memory: Array) -> None:
        if self._count == len(self._frames):
            grown = np.empty((min(2 * self._count, self._limit), self._frames.shape[1]))
            grown[: self._count] = self._frames
            self._frames = grown
        self._frames[self._count] = memory
        self._count += 1

    def has_each_up_to(self, step: int) -> bool:
        """Whether every step up to this one is kept."""
        return self.stride == 1 and step < self._count

    def nearest(self, step: int) -> tuple[int, Array]:
        """The last kept step at or before `step`, and its memory."""
        index = min(step // self.stride, self._count - 1)
        return index * self.stride, self._frames[index]


class Recent:
    """The memory of the last steps before the present one: the trail, and a cheap way one step back."""

    LENGTH = 64

    def __init__(self, size: int) -> None:
        self._rows: Array = np.empty((self.LENGTH, size))
        self.begin = 0
        self.end = 0

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self._rows.nbytes

    def restart(self, step: int) -> None:
        """Forget everything; `step` is the next one to be added."""
        self.begin = self.end = step

    def add(self, memory: Array) -> None:
        """Keep the memory of step `end`, shape (size,)."""
        self._rows[self.end % self.LENGTH] = memory
        self.end += 1
        self.begin = max(self.begin, self.end - self.LENGTH)

    def cut(self, step: int) -> None:
        """Forget `step` and what came after it."""
        self.end = step

    def __contains__(self, step: int) -> bool:
        return self.begin <= step < self.end

    def __getitem__(self, step: int) -> Array:
        row: Array = self._rows[step % self.LENGTH]
        return row

    def rows(self, columns: int) -> Array:
        """The first `columns` numbers of every kept step, oldest first, shape (m, columns)."""
        order = np.arange(self.begin, self.end) % self.LENGTH
        return self._rows[order, :columns]
