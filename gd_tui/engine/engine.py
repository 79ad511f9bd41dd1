"""The stepwise engine: one objective, one optimizer, and every step of their run within reach."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from math import inf
from time import perf_counter
from typing import Final

import numpy as np

from gd_tui.engine.batches import Batches
from gd_tui.engine.history import FIRST_STRIDE, Keyframes, LossSeries, Recent
from gd_tui.engine.kept import KEPT_BYTES, KEPT_BYTES_AT_MOST, KEPT_LOSSES, KEPT_STRIDE, Kept
from gd_tui.engine.moment import Moment, clip_norm
from gd_tui.engine.objective import Array, Objective
from gd_tui.engine.optimizers import At, Optimizer, State
from gd_tui.engine.schedules import Constant, Memory, Schedule
from gd_tui.engine.tolerance import Tolerance
from gd_tui.engine.turns import Turns

SLOW_S: Final = 1e-3
"""An evaluation that takes longer than this makes every step a keyframe, as long as there is room for them."""
TRAIL: Final = 32
"""Steps before the present one that are always at hand, whatever way led to it."""


class Status(StrEnum):
    """Why a run stands where it stands."""

    ACTIVE = "active"
    CONVERGED = "converged"
    DIVERGED = "diverged"
    LIMIT = "limit"
    STOPPED = "stopped"


class Engine:
    """A run of `optimizer` on `objective` that can stand at any of its steps.

    Step k is the state after k updates, with the loss and gradient there. Every step that was reached
    once comes back bit for bit: memory is kept at keyframes, and the updates in between are made again.

    Attributes:
        k: the present step. first, newest: the reach of this engine's steps.
        w, gradient: arrays of shape (d,) at step k, changed in place by every move.
        state: the optimizer's memory at step k, by name.
        loss: L(w) at step k; with mini-batches that of the rows which the next update uses.
        losses: the loss of every step from `first` on. turns: where the gradient changed a sign.
        diverged: the step at which the loss or a weight ceased to be finite, or None.
        converged: the first step within `tolerance`, or None.
    """

    def __init__(
        self,
        objective: Objective,
        optimizer: Optimizer,
        lr: float,
        start: Array,
        *,
        state: State | None = None,
        first: int = 0,
        seed: int = 0,
        tolerance: Tolerance | None = None,
        schedule: Schedule | None = None,
        schedule_memory: Memory | None = None,
        clip: float | None = None,
        batch: int | None = None,
    ) -> None:
        """Stand at step `first` with the weights `start`, shape (d,).

        `state` and `schedule_memory` are the memories of the optimizer and the schedule, by default fresh
        ones; lr is the base learning rate, `clip` the largest norm of a gradient, `batch` the rows per update.
        """
        self.objective, self.optimizer, self.lr = objective, optimizer, lr
        self.schedule, self.clip = schedule or Constant(), clip
        self.batches = Batches(objective.rows, batch, seed) if batch is not None else None
        self.first = self.newest = first
        self.k: int
        self.loss: float
        self.diverged: int | None
        self.converged: int | None
        self._lay_out(
            start,
            optimizer.init(start) if state is None else state,
            self.schedule.init() if schedule_memory is None else schedule_memory,
        )
        self.gradient: Array = np.empty_like(self.w)
        self._at = Moment(objective, seed, lr)
        self.losses = LossSeries()
        self.recent = Recent(len(self._memory))
        self.recent.restart(first)
        plain = clip is None and isinstance(self.schedule, Constant)
        self._make_update = optimizer.update if plain else self._scheduled_update
        self._evaluate = objective.loss_and_gradient if self.batches is None else self._evaluate_batch
        self._load(first, self._memory)
        self.keyframes = Keyframes(len(self._memory), 1 if self._is_slow() else FIRST_STRIDE)
        self.turns = Turns()
        self.losses.extend([self.loss])
        self.keyframes.keep(self._memory)
        with np.errstate(all="ignore"):
            self.tolerance = tolerance or Tolerance(objective.minimum, self.gradient)
            self.diverged = None if self._finite() else first
            met = self.batches is None and self.tolerance.met(self.loss, self.gradient)
            self.converged = first if met else None

    def _lay_out(self, start: Array, state: State, schedule_memory: Memory) -> None:
        """Put everything that changes side by side in one array, so that a keyframe is one copy."""
        arrays = [start, *state.values(), *schedule_memory.values()]
        self._memory: Array = np.concatenate([np.ravel(a) for a in arrays]).astype(np.float64)
        parts = np.split(self._memory, np.cumsum([a.size for a in arrays])[:-1])
        views = [part.reshape(array.shape) for part, array in zip(parts, arrays, strict=True)]
        self.w: Array = views[0]
        self.state: State = dict(zip(state, views[1:], strict=False))
        self.schedule_memory: Memory = dict(zip(schedule_memory, views[1 + len(state) :], strict=True))

    @property
    def rate(self) -> float:
        """The learning rate of the next update."""
        return self.schedule.rate(self.lr, self.k, self.schedule_memory)

    @property
    def present(self) -> Objective:
        """The objective as the next update sees it: with mini-batches, on the rows of that update."""
        return self._at.objective

    def full_loss(self) -> float:
        """L(w) at step k over all rows."""
        if self.batches is None:
            return self.loss
        with np.errstate(all="ignore"):
            return float(self.objective.losses(self.w[None, :])[0])

    @property
    def status(self) -> Status:
        """Whether step k lies beyond convergence, at divergence, or neither."""
        if self.k == self.diverged:
            return Status.DIVERGED
        if self.converged is not None and self.k >= self.converged:
            return Status.CONVERGED
        return Status.ACTIVE

    def step(self) -> bool:
        """Make one update. False if the run has diverged, so that there is none to make."""
        return self.run(1) == 1

    def run(self, count: int, *, to_convergence: bool = False) -> int:
        """Make up to `count` updates and return how many were made.

        Fewer are made where the run diverges or, if asked, where it has converged.
        """
        begun, target = self.k, self.k + count
        with np.errstate(all="ignore"):
            while self.k < target and self.k != self.diverged:
                if to_convergence and self.status is Status.CONVERGED:
                    break
                stop = self._next_stop(target, to_convergence)
                if self.k == self.newest:
                    self._extend(stop, target, to_convergence)
                else:
                    self._update_again(stop, target)
        if not self._trail_is_whole():
            self._restore(self.k)
        return self.k - begun

    def seek(self, k: int) -> None:
        """Stand at step k, first <= k <= newest. Raises ValueError outside that range."""
        if not self.first <= k <= self.newest:
            raise ValueError(f"step {k} lies outside {self.first}..{self.newest}")
        if k == self.k:
            return
        if k in self.recent:
            self._load(k, self.recent[k])
            self.recent.cut(k)
        if self.k != k or not self._trail_is_whole():
            self._restore(k)

    def keep(self, cuts: Iterable[int] = ()) -> Kept:
        """What there is to keep of this engine so that `recall` brings it back to its present step at once.

        The least loss up to each of the steps `cuts` stays known.
        """
        size = self._memory.nbytes
        wanted = max(KEPT_BYTES // size, len(self.losses) // KEPT_STRIDE)
        stride, frames = self.keyframes.thinned(max(2, min(wanted, KEPT_BYTES_AT_MOST // size)))
        here, interval = self.k - self.first, stride
        while interval > 1 and len(self.losses) // interval < KEPT_LOSSES:
            interval //= 2
        steps, losses = self.losses.sketch(interval, here, [cut - self.first for cut in cuts])
        near = self.recent.begin
        frame = self.recent[near] if self.recent.begin < self.recent.end else self._memory
        return Kept(self.newest, self.diverged, self.converged, stride, frames, near, frame.copy(), steps, losses)

    def recall(self, kept: Kept, k: int) -> None:
        """Take up again what was kept, and stand at step k, where it stood then or elsewhere.

        Raises ValueError if it is not this engine's.
        """
        count, size = kept.newest - self.first + 1, len(self._memory)
        if kept.frames.shape[1:] != (size,) or kept.frame.shape != (size,) or not 0 < len(kept.frames) <= count:
            raise ValueError(f"the memory of this run takes {size} numbers")
        if not self.first <= kept.near <= kept.newest or not self.first <= k <= kept.newest:
            raise ValueError(f"step {k} lies outside {self.first}..{kept.newest}")
        if kept.diverged not in (None, kept.newest) or not self.first <= (kept.converged or self.first) <= kept.newest:
            raise ValueError("it ended at a step that it never came to")
        self.keyframes = Keyframes.recall(kept.stride, kept.frames)
        if not self.first + self.keyframes.next_step > kept.newest:
            raise ValueError(f"there are {len(kept.frames)} keyframes for {count} steps")
        self.losses = LossSeries.recall(count, kept.steps, kept.losses)
        self.turns = Turns()
        self.newest, self.diverged, self.converged = kept.newest, kept.diverged, kept.converged
        begin, frame = kept.near, kept.frame
        if not k - Recent.LENGTH <= begin <= max(self.first, k - TRAIL):
            begin, frame = self._nearest(k)
        self._go_over(begin, frame, k)

    def peek(self) -> Array:
        """The weights that the next update will give, shape (d,); nothing is changed."""
        memory, w, state = self._memory.copy(), self.w, self.state
        try:
            self._at.k, self._at.loss = self.k, self.loss
            with np.errstate(all="ignore"):
                self._make_update(w, self.gradient.copy(), state, self._at)
            return w.copy()
        finally:
            self._memory[:] = memory

    def loss_at(self, k: int) -> float:
        """The loss of step k, which is made again if a session did not keep it."""
        loss = self.losses[k - self.first]
        if loss == loss or not self.losses.has_gaps:
            return loss
        stood = self.k
        self.seek(k)
        loss = self.loss
        self.seek(stood)
        return loss

    def gradient_at(self, k: int, w: Array) -> Array:
        """The gradient at w that the update from step k uses, shape (d,)."""
        gradient = np.empty_like(w)
        rows = None if self.batches is None else self.batches.rows_of(k)
        objective = self.objective if rows is None else self.objective.restricted(rows)
        with np.errstate(all="ignore"):
            objective.loss_and_gradient(w, gradient)
        return gradient

    def clipped(self) -> Array:
        """The gradient that the next update will use, shape (d,)."""
        gradient = self.gradient.copy()
        if self.clip is not None:
            with np.errstate(all="ignore"):
                clip_norm(gradient, self.clip)
        return gradient

    def moment(self) -> Moment:
        """The place in the run of the next update."""
        moment = Moment(self.present, self._at._seed, self.rate)
        moment.k, moment.loss = self.k, self.loss
        return moment

    def trail(self) -> Array:
        """The weights of up to TRAIL steps before step k, oldest first, shape (m, d)."""
        return self.recent.rows(len(self.w))[-TRAIL:]

    def _next_stop(self, target: int, to_convergence: bool) -> int:
        """How far the next stretch of updates may go without a pause for bookkeeping."""
        if self.k == self.newest:
            self.turns.begin(self.gradient)
            return min(target, self.k + self.turns.room, self.first + self.keyframes.next_step)
        if to_convergence and self.converged is not None:
            target = min(target, self.converged)
        return min(target, self.newest)

    def _extend(self, stop: int, target: int, to_convergence: bool) -> None:
        """Make updates that were never made before, up to step `stop` or the end of the run."""
        begun, fresh, mark = self.k, list[float](), self.turns.mark
        self._update(stop, target, fresh, to_convergence)
        if not self._finite():
            made = self.k - begun
            self._restore(begun)
            self.turns.cut(mark)
            fresh = []
            while made and self._finite():
                self._update(self.k + 1, self.k + 1, fresh, to_convergence)
                made -= 1
            self.diverged = self.k
        self.losses.extend(fresh)
        self.newest = self.k
        if self.k == self.first + self.keyframes.next_step:
            self.keyframes.keep(self._memory)

    def _update_again(self, stop: int, target: int) -> None:
        """Make updates once more that were made before; losses that are not known are noted."""
        if not self.losses.has_gaps:
            self._update(stop, target, None, False)
            return
        begun, fresh = self.k, list[float]()
        self._update(stop, target, fresh, False)
        self.losses.fill(begun - self.first + 1, fresh)

    def _update(self, stop: int, target: int, fresh: list[float] | None, to_convergence: bool) -> None:
        """Make updates up to step `stop`, or to convergence if asked, on the way to step `target`.

        New losses go into `fresh`; None when the steps were made before. Only the steps just before the
        target are remembered as recent, since that costs a copy each.
        """
        quiet = min(stop, target - Recent.LENGTH)
        if self.k < quiet:
            ended = self._loop(quiet, fresh, to_convergence, None)
            self.recent.restart(self.k)
            if ended:
                return
        self._loop(stop, fresh, to_convergence, self.recent)

    def _loop(self, stop: int, fresh: list[float] | None, to_convergence: bool, recent: Recent | None) -> bool:
        """Make updates up to step `stop`. True if the run ended there or before."""
        w, gradient, memory, state, at = self.w, self.gradient, self._memory, self.state, self._at
        evaluate, update = self._evaluate, self._make_update
        minimum, square = self.tolerance.minimum, self.tolerance.square
        # A gradient is not short while its first component is long: one look spares the product.
        component, reach = self.gradient.item, 1.000001 * self.tolerance.norm
        watch = fresh is not None and self.converged is None and self.batches is None
        note_gradient = self.turns.note if self.k >= self.newest else None
        k, loss, ended = self.k, self.loss, False
        while k < stop:
            if recent is not None:
                recent.add(memory)
            at.k = k
            at.loss = loss
            update(w, gradient, state, at)
            loss = evaluate(w, gradient)
            k += 1
            if fresh is not None:
                fresh.append(loss)
                if note_gradient is not None:
                    note_gradient(gradient.tobytes())
                if not -inf < loss < inf:
                    ended = True
                    break
            if watch and (
                loss - minimum < 1e-15
                if minimum is not None
                else -reach <= component(0) <= reach and gradient.dot(gradient) <= square
            ):
                self.converged, watch = k, False
                if to_convergence:
                    ended = True
                    break
        self.k, self.loss = k, loss
        return ended

    def _is_slow(self) -> bool:
        """Whether updates take so long that to make a few again would be noticed; the first one may, by itself."""
        with np.errstate(all="ignore"):
            for _ in range(2):
                begun = perf_counter()
                self._evaluate(self.w, self.gradient)
                if perf_counter() - begun < SLOW_S:
                    return False
        return True

    def _restore(self, k: int) -> None:
        """Stand at step k, with the steps before it in `recent`: from keyframes where each step has one, else by
        computing them again.
        """
        begin, memory = self._nearest(k)
        if not self.keyframes.has_each_up_to(k - self.first):
            self._go_over(begin, memory, k)
            return
        self.recent.restart(begin)
        for step in range(begin - self.first, k - self.first):
            self.recent.add(self.keyframes.nearest(step)[1])
        self._load(k, self.keyframes.nearest(k - self.first)[1])

    def _nearest(self, k: int) -> tuple[int, Array]:
        """The last keyframe from which the trail of step k can be made, and its memory."""
        begin, memory = self.keyframes.nearest(max(0, k - self.first - TRAIL))
        return self.first + begin, memory

    def _go_over(self, begin: int, memory: Array, k: int) -> None:
        """Make the updates from the memory of step `begin` to step k again."""
        self._load(begin, memory)
        self.recent.restart(self.k)
        with np.errstate(all="ignore"):
            self._update_again(k, k)

    def _load(self, k: int, memory: Array) -> None:
        self._memory[:] = memory
        self.k = k
        self._at.k = k - 1
        with np.errstate(all="ignore"):
            self.loss = self._evaluate(self.w, self.gradient)

    def _scheduled_update(self, w: Array, gradient: Array, state: State, at: At) -> None:
        """An update whose learning rate comes from a schedule, or whose gradient is clipped."""
        at.lr = self.schedule.rate(self.lr, at.k, self.schedule_memory)
        if self.clip is not None:
            clip_norm(gradient, self.clip)
        self.optimizer.update(w, gradient, state, at)
        if self.schedule.watches:
            self.schedule.observe(at.loss, self.lr, self.schedule_memory)

    def _evaluate_batch(self, w: Array, gradient: Array) -> float:
        """Loss and gradient on the rows of the update after the last one made."""
        assert self.batches is not None
        self._at.objective = self.objective.restricted(self.batches.rows_of(self._at.k + 1))
        return self._at.objective.loss_and_gradient(w, gradient)

    def _trail_is_whole(self) -> bool:
        return self.k - self.recent.begin >= min(TRAIL, self.k - self.first)

    def _finite(self) -> bool:
        """Whether loss and weights are numbers; the square alone may overflow."""
        return -inf < self.loss < inf and (bool(self.w.dot(self.w) < inf) or bool(np.isfinite(self.w).all()))
