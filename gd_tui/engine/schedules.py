"""Learning-rate schedules: the rate of each update, as PyTorch's torch.optim.lr_scheduler has it.

Updates are counted from 0. A schedule keeps nothing of its own: one with a memory (plateau) keeps it in
named arrays, which are part of the engine's memory.
Source: https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, inf, pi, sqrt

import numpy as np

from gd_tui.engine.objective import Array
from gd_tui.engine.settings import Entry, Value, setting
from gd_tui.errors import InputError, unknown

Memory = dict[str, Array]


class Schedule(ABC):
    """The learning rate as a function of the update's number; settings are the fields of its dataclass."""

    watches = False
    """Whether it looks at the losses."""

    @abstractmethod
    def rate(self, lr: float, k: int, memory: Memory) -> float:
        """The learning rate of update k, where lr is the base rate."""

    def init(self) -> Memory:
        """The memory before the first update: named float64 arrays."""
        return {}

    def observe(self, loss: float, lr: float, memory: Memory) -> None:
        """Take note of the loss before an update that was just made, in place."""
        return


def _cosine(lr: float, minimum: float, share: float) -> float:
    """From lr at share 0 down to the minimum at share 1."""
    return minimum + (lr - minimum) * (1 + cos(pi * share)) / 2


def _linear(start: float, end: float, share: float) -> float:
    return start + (end - start) * min(1.0, share)


@dataclass(frozen=True)
class Constant(Schedule):
    """The base rate, always."""

    def rate(self, lr: float, k: int, memory: Memory) -> float:
        return lr


@dataclass(frozen=True)
class Step(Schedule):
    """lr gamma^(k // size). torch: StepLR."""

    size: float = setting(100, "updates between two falls", 1, whole=True)
    gamma: float = setting(0.1, "factor of each fall")

    def rate(self, lr: float, k: int, memory: Memory) -> float:
        return lr * self.gamma ** (k // int(self.size))


@dataclass(frozen=True)
class Multistep(Schedule):
    """lr gamma^(number of milestones reached). torch: MultiStepLR."""

    milestones: tuple[float, ...] = setting((100.0, 200.0), "updates at which the rate falls", 0, whole=True)
    gamma: float = setting(0.1, "factor of each fall")

    def rate(self, lr: float, k: int, memory: Memory) -> float:
        return lr * self.gamma ** sum(k >= milestone for milestone in self.milestones)


@dataclass(frozen=True)
class Exponential(Schedule):
    """lr gamma^k. torch: ExponentialLR."""

    gamma: float = setting(0.99, "factor of every update")

    def rate(self, lr: float, k: int, memory: Memory) -> float:
        return lr * float(np.float64(self.gamma) ** k)


@dataclass(frozen=True)
class Cosine(Schedule):
    """Down to the minimum along half a cosine, and up again: periodic. torch: CosineAnnealingLR."""

    period: float = setting(1000, "updates from the base rate down to the minimum", 1, whole=True)
    minimum: float = setting(0.0, "the lowest rate")

    def rate(self, lr: float, k: int, memory: Memory) -> float:
        return _cosine(lr, self.minimum, k / self.period)


@dataclass(frozen=True)
class CosineRestarts(Schedule):
    """Down along half a cosine, then at once up to the base rate. torch: CosineAnnealingWarmRestarts."""

    period: float = setting(100, "updates of the first descent", 1, whole=True)
    factor: float = setting(1, "how many times longer each descent is than the one before", 1, whole=True)
    minimum: float = setting(0.0, "the lowest rate")

    def rate(self, lr: float, k: int, memory: Memory) -> float:
        begun, length = 0, int(self.period)
        if self.factor == 1:
            begun = k // length * length
        while self.factor > 1 and k >= begun + length:
            begun, length = begun + length, length * int(self.factor)
        return _cosine(lr, self.minimum, (k - begun) / length)


@dataclass(frozen=True)
class Warmup(Schedule):
    """In a straight line from lr start_factor up to lr. torch: LinearLR with end_factor 1."""

    steps: float = setting(5, "updates until the base rate is reached", 1, whole=True)
    start_factor: float = setting(1 / 3, "share of the base rate at the first update", below=1.0000001)

    def rate(self, lr: float, k: int, memory: Memory) -> float:
        return lr * _linear(self.start_factor, 1.0, k / self.steps)


@dataclass(frozen=True)
class WarmupCosine(Schedule):
    """A warm-up, then half a cosine down to 0. torch: SequentialLR of LinearLR and CosineAnnealingLR."""

    steps: float = setting(20, "updates until the base rate is reached", 1, whole=True)
    start_factor: float = setting(0.1, "share of the base rate at the first update", below=1.0000001)
    period: float = setting(1000, "updates from the base rate down to 0", 1, whole=True)

    def rate(self, lr: float, k: int, memory: Memory) -> float:
        if k < self.steps:
            return lr * _linear(self.start_factor, 1.0, k / self.steps)
        return _cosine(lr, 0.0, (k - self.steps) / self.period)


@dataclass(frozen=True)
class Polynomial(Schedule):
    """lr (1 - k / total)^power, 0 from update `total` on. torch: PolynomialLR."""

    total: float = setting(1000, "updates until the rate is 0", 1, whole=True)
    power: float = setting(1.0, "how the rate falls: 1 in a straight line")

    def rate(self, lr: float, k: int, memory: Memory) -> float:
        share: float = (1 - min(k, self.total) / self.total) ** self.power
        return lr * share


@dataclass(frozen=True)
class InverseTime(Schedule):
    """lr / (1 + decay k)."""

    decay: float = setting(0.01, "how fast the rate falls")

    def rate(self, lr: float, k: int, memory: Memory) -> float:
        return lr / (1 + self.decay * k)


@dataclass(frozen=True)
class InverseSqrt(Schedule):
    """lr / sqrt(1 + k)."""

    def rate(self, lr: float, k: int, memory: Memory) -> float:
        return lr / sqrt(1 + k)


@dataclass(frozen=True)
class OneCycle(Schedule):
    """Up to lr along half a cosine over the first 30 %, then down to lr / 250,000.

    torch: OneCycleLR(max_lr=lr, total_steps=total, cycle_momentum=False). After `total` updates the last rate stays.
    """

    total: float = setting(1000, "updates of the whole cycle (torch's total_steps)", 2, whole=True)

    PEAK, FIRST, LAST = 0.3, 1 / 25, 1e-4

    def rate(self, lr: float, k: int, memory: Memory) -> float:
        first = lr * self.FIRST
        top, end = self.PEAK * self.total - 1, self.total - 1
        if k <= top:
            return _cosine(first, lr, k / top) if top else lr
        return _cosine(lr, first * self.LAST, min(1.0, (k - top) / (end - top)))


@dataclass(frozen=True)
class Cyclic(Schedule):
    """Up and down in straight lines between lr floor and lr. torch: CyclicLR, triangular."""

    size_up: float = setting(100, "updates from the lowest rate to the highest", 1, whole=True)
    floor: float = setting(0.1, "the lowest rate as a share of the highest", below=1.0000001)

    def rate(self, lr: float, k: int, memory: Memory) -> float:
        distance = abs(k / self.size_up - 2 * (k // (2 * self.size_up)) - 1)
        return lr * (self.floor + (1 - self.floor) * (1 - distance))


@dataclass(frozen=True)
class Plateau(Schedule):
    """The rate falls when the loss has not fallen for a while. torch: ReduceLROnPlateau, mode min, relative.

    It is fed the loss before each update, after that update.
    """

    factor: float = setting(0.1, "factor of each fall", below=1.0)
    patience: float = setting(10, "updates without a better loss that are borne", whole=True)
    threshold: float = setting(1e-4, "a loss is better if it is lower by this share of the best")

    watches = True
    LEAST_FALL = 1e-8

    def init(self) -> Memory:
        return {"best": np.full(1, inf), "bad": np.zeros(1), "falls": np.zeros(1)}

    def rate(self, lr: float, k: int, memory: Memory) -> float:
        return lr * float(np.float64(self.factor) ** memory["falls"][0])

    def observe(self, loss: float, lr: float, memory: Memory) -> None:
        if loss < memory["best"][0] * (1 - self.threshold):
            memory["best"][0], memory["bad"][0] = loss, 0
        else:
            memory["bad"][0] += 1
        if memory["bad"][0] > self.patience:
            memory["bad"][0] = 0
            rate = self.rate(lr, 0, memory)
            if rate - rate * self.factor > self.LEAST_FALL:
                memory["falls"][0] += 1


def _entry(name: str, description: str, rule: type[Schedule]) -> Entry[Schedule]:
    return Entry("schedule", name, description, rule)


SCHEDULES: dict[str, Entry[Schedule]] = {
    entry.name: entry
    for entry in (
        _entry("constant", "the same rate always", Constant),
        _entry("step", "falls by a factor every so many updates", Step),
        _entry("multistep", "falls by a factor at given updates", Multistep),
        _entry("exponential", "falls by the same factor at every update", Exponential),
        _entry("cosine", "falls along half a cosine, and rises again", Cosine),
        _entry("cosine-restarts", "falls along half a cosine, and begins anew", CosineRestarts),
        _entry("warmup", "rises in a straight line, then stays", Warmup),
        _entry("warmup-cosine", "rises in a straight line, then falls along half a cosine", WarmupCosine),
        _entry("polynomial", "falls to 0 in a given number of updates", Polynomial),
        _entry("inverse-time", "falls as 1 / (1 + decay k)", InverseTime),
        _entry("inverse-sqrt", "falls as 1 / sqrt(1 + k)", InverseSqrt),
        _entry("one-cycle", "rises, then falls far below where it began", OneCycle),
        _entry("cyclic", "rises and falls in straight lines, again and again", Cyclic),
        _entry("plateau", "falls when the loss no longer does", Plateau),
    )
}


def make_schedule(name: str, settings: Mapping[str, Value]) -> Schedule:
    """The schedule called `name`. Raises InputError for an unknown name or a wrong setting."""
    if name not in SCHEDULES:
        raise unknown("schedule", name, SCHEDULES)
    if "milestones" in settings and not isinstance(settings["milestones"], tuple):
        settings = dict(settings) | {"milestones": (settings["milestones"],)}
    schedule = SCHEDULES[name].make(settings)
    if isinstance(schedule, Multistep) and list(schedule.milestones) != sorted(schedule.milestones):
        raise InputError("multistep: milestones must rise, as in 60,120")
    return schedule
