"""The updates of a run told again as a Python function: one loop for each stretch between two edits."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from textwrap import indent
from typing import Any, cast

from gd_tui.engine.batches import Batches
from gd_tui.engine.engine import Engine
from gd_tui.engine.moment import Moment, clip_norm
from gd_tui.engine.objective import Array, Objective
from gd_tui.engine.schedules import Constant
from gd_tui.export.carving import Carving
from gd_tui.export.literals import literal
from gd_tui.export.user_module import function_of, user_lines
from gd_tui.problems.module import Origin, UserFunction
from gd_tui.simulator import Simulator
from gd_tui.simulator.branch import Segment

CARRIED = '''\
def carried(old, new):
    """The optimizer's new memory, in which what has the same name and shape as before keeps its numbers."""
    return {name: old[name] if name in old and old[name].shape == new[name].shape else new[name] for name in new}
'''


class Retelling:
    """A simulator's run up to the present step, and what a script needs of it.

    Attributes:
        start: the weights at step 0, shape (d,). origin: the user's own file, if the problem is from one.
    """

    def __init__(self, simulator: Simulator, carving: Carving) -> None:
        """Tell the carving which objects the script will have, and what it calls of them."""
        self._end, self._carving = simulator.k, carving
        self._segments = [s for s in simulator.branch.segments if s.engine.first <= simulator.k]
        first = self._segments[0].engine
        self.start: Array = first.keyframes.nearest(0)[1][: len(first.w)].copy()
        objective = simulator.branch.objective
        self.origin: Origin | None = vars(objective).get("origin")
        self._whole, self._objective = objective, cast(Any, objective)
        if isinstance(objective, UserFunction) and self.origin is not None:
            self._objective = function_of(objective)
        self._now: dict[str, str] = {}
        self._has_batches = any(s.engine.batches is not None for s in self._segments)
        self._has_whole = any(s.engine.batches is None for s in self._segments)
        self._use()

    def _use(self) -> None:
        carving = self._carving
        if self._is_carved:
            methods = ["loss_and_gradient"] * self._has_whole + ["restricted"] * self._has_batches
            carving.use(self._objective, *methods, derives="_take" if self._taken else None)
        for segment in self._segments * self._is_carved:
            if segment.engine.batches is not None:
                self._use_part(segment.engine.present)
        carving.fill(Moment)
        for segment in self._segments:
            engine = segment.engine
            carving.use(engine.optimizer, "update", *["init"] * bool(engine.state))
            if _is_scheduled(engine):
                watching = ["init", "observe"] * engine.schedule.watches
                carving.use(engine.schedule, "rate", *watching)
            if engine.batches is not None:
                carving.make(Batches, "rows_of")
            if engine.clip is not None:
                carving.call(clip_norm)  # type: ignore[arg-type]

    def _use_part(self, part: Objective) -> None:
        if type(part) is type(self._objective):
            self._carving.use(self._objective, "loss_and_gradient")
        else:
            self._carving.make(type(part), "loss_and_gradient")

    @property
    def _is_carved(self) -> bool:
        """Whether the objective is gd-tui's own, and not made by the user's file."""
        return self.origin is None or self._objective.__class__.__module__.startswith("gd_tui.export")

    @property
    def _taken(self) -> tuple[str, ...]:
        return getattr(self._objective, "taken", ())

    def user_lines(self) -> list[str]:
        """Lines that name what is taken from the user's file."""
        return [] if self.origin is None else user_lines(self._whole, self.origin)

    def objective_lines(self) -> list[str]:
        """Lines that make the objective."""
        if not self._is_carved:
            return ["objective = user_objective"]
        lines = [f"objective = {type(self._objective).__name__}()"]
        if self._taken:
            names = list(inspect.signature(self._objective._take).parameters)
            values = [getattr(self._objective, attribute) for attribute in self._taken]
            lines += [f"{name} = {literal(value)}" for name, value in zip(names, values, strict=True)]
            lines.append(f"objective._take({', '.join(names)})")
        return lines

    def function(self) -> str:
        """The text of `run(objective, w)`, which makes all updates; after the carving has grown."""
        lines = ['"""Make the updates, w in place; returns the loss after the last."""', "gradient = np.empty_like(w)"]
        lines.append("at = Moment()")
        ends = [segment.engine.first for segment in self._segments[1:]] + [self._end]
        previous = None
        for segment, end in zip(self._segments, ends, strict=True):
            lines += self._edit(segment, previous)
            lines += self._loop(segment.engine, end)
            previous = segment
        body = indent("\n".join([*lines, "return loss"]), "    ")
        head = f'@np.errstate(all="ignore")\ndef run(objective, w):\n{body}'
        return f"{CARRIED}\n\n{head}" if "carried(" in body else head

    def _edit(self, segment: Segment, previous: Segment | None) -> Iterator[str]:
        """What is otherwise from the segment's first step on."""
        engine = segment.engine
        if previous is not None:
            yield f"# step {engine.first}: {' '.join('; '.join(segment.edits).splitlines())}"
            for i, value in segment.moved.items():
                yield f"w[{i}] = {literal(value)}"
        before = None if previous is None else previous.engine
        yield from self._optimizer(engine, before, segment.fresh)
        yield from self._rate(segment, previous)
        if (Moment, "random") in self._carving.methods:
            yield from self._set("at._seed", literal(segment.scenario.seed))
        batches = f"Batches({engine.objective.rows}, {segment.scenario.batch}, {segment.scenario.seed})"
        new_rows = list(self._set("batches", batches if engine.batches is not None else ""))
        yield from new_rows if engine.batches is not None else []
        if previous is None or segment.moved or new_rows:
            yield from self._evaluation(engine, str(engine.first))

    def _optimizer(self, engine: Engine, before: Engine | None, fresh: bool) -> Iterator[str]:
        if before is None or before.optimizer != engine.optimizer:
            yield from self._made("optimizer", engine.optimizer)
        if before is None or fresh:
            self._now.pop("state", None)
            yield from self._set("state", "optimizer.init(w)" if engine.state else "{}")
        elif _shapes(before) != _shapes(engine):
            yield "state = carried(state, optimizer.init(w))" if engine.state else "state = {}"

    def _rate(self, segment: Segment, previous: Segment | None) -> Iterator[str]:
        engine = segment.engine
        if not _is_scheduled(engine):
            yield from self._set("at.lr", literal(engine.lr)) if "lr" in self._carving.read else []
            return
        self._now.pop("at.lr", None)
        yield from self._set("lr", literal(engine.lr))
        if previous is None or _schedule(previous) != _schedule(segment):
            yield from self._made("schedule", engine.schedule)
            yield "memory = schedule.init()" if engine.schedule.watches else "memory = {}"

    def _set(self, name: str, text: str) -> Iterator[str]:
        """The assignment, unless that is what the variable holds."""
        if self._now.get(name) != text:
            self._now[name] = text
            yield f"{name} = {text}"

    def _made(self, name: str, thing: object) -> Iterator[str]:
        """A new object, with the attributes in which it differs from the one that its class was written for."""
        yield f"{name} = {type(thing).__name__}()"
        first = next(other for other in self._carving.objects if type(other) is type(thing))
        for attribute, value in self._carving.data[id(first)].items():
            if getattr(thing, attribute) != value:
                yield f"{name}.{attribute} = {literal(getattr(thing, attribute))}"

    def _loop(self, engine: Engine, end: int) -> Iterator[str]:
        """The updates from the engine's first step to `end`."""
        if engine.first == end:
            return
        k = "at.k" if "k" in self._carving.read else "k"
        body = list(self._update(engine, k))
        if k == "k" and not re.search(r"\bk\b", "\n".join(body)):
            k = "_"
        reach = f"{engine.first}, {end}" if engine.first else f"{end}"
        yield f"for {k} in range({reach}):"
        yield from (f"    {line}" for line in body)

    def _update(self, engine: Engine, k: str) -> Iterator[str]:
        if _is_scheduled(engine) and "lr" in self._carving.read:
            yield f"at.lr = schedule.rate(lr, {k}, memory)"
        if engine.clip is not None:
            yield f"clip_norm(gradient, {literal(engine.clip)})"
        if "loss" in self._carving.read:
            yield "at.loss = loss"
        yield "optimizer.update(w, gradient, state, at)"
        if _is_scheduled(engine) and engine.schedule.watches:
            yield "schedule.observe(loss, lr, memory)"
        yield from self._evaluation(engine, f"{k} + 1")

    def _evaluation(self, engine: Engine, k: str) -> Iterator[str]:
        """Loss and gradient at step k."""
        name = "objective"
        if engine.batches is not None:
            name = "batch"
            yield f"batch = objective.restricted(batches.rows_of({k}))"
        if "objective" in self._carving.read:
            yield from [f"at.objective = {name}"] if name == "batch" else self._set("at.objective", name)
        if name == "batch":
            self._now.pop("at.objective", None)
        yield f"loss = {name}.loss_and_gradient(w, gradient)"


def _is_scheduled(engine: Engine) -> bool:
    return not isinstance(engine.schedule, Constant)


def _schedule(segment: Segment) -> tuple[object, ...]:
    return segment.scenario.schedule, segment.scenario.schedule_settings


def _shapes(engine: Engine) -> dict[str, tuple[int, ...]]:
    return {name: array.shape for name, array in engine.state.items()}
