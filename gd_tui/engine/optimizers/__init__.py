"""The table of optimizers, one file for each rule, with PyTorch's formulas, names and defaults.

An optimizer keeps nothing of its own: `init(w)` makes its memory as named arrays, `update` changes the
weights and that memory in place. So any past update can be computed again, bit for bit.
"""

from __future__ import annotations

from collections.abc import Mapping

from gd_tui.engine.optimizers.adadelta import Adadelta
from gd_tui.engine.optimizers.adagrad import Adagrad
from gd_tui.engine.optimizers.adam import Adam
from gd_tui.engine.optimizers.adamax import Adamax
from gd_tui.engine.optimizers.asgd import Asgd
from gd_tui.engine.optimizers.line_search import LineSearch
from gd_tui.engine.optimizers.nadam import Nadam
from gd_tui.engine.optimizers.optimizer import At, Optimizer, State
from gd_tui.engine.optimizers.radam import Radam
from gd_tui.engine.optimizers.random_guess import RandomGuess
from gd_tui.engine.optimizers.rmsprop import Rmsprop
from gd_tui.engine.optimizers.rprop import Rprop
from gd_tui.engine.optimizers.sgd import Sgd
from gd_tui.engine.settings import Entry, Value
from gd_tui.errors import unknown

__all__ = ["OPTIMIZERS", "At", "Optimizer", "State", "make_optimizer"]


def _entry(name: str, description: str, rule: type[Optimizer], **defaults: Value) -> Entry[Optimizer]:
    return Entry("optimizer", name, description, rule, defaults, "hyperparameter")


OPTIMIZERS: dict[str, Entry[Optimizer]] = {
    entry.name: entry
    for entry in (
        _entry("sgd", "gradient descent: a step against the gradient", Sgd),
        _entry("momentum", "sgd with a velocity that remembers the last gradients", Sgd, momentum=0.9),
        _entry("nesterov", "momentum that looks ahead", Sgd, momentum=0.9, nesterov=True),
        _entry("adagrad", "steps that shrink with all gradients seen so far", Adagrad),
        _entry("rmsprop", "the gradient divided by its usual size", Rmsprop),
        _entry("adadelta", "moves sized by earlier moves; meant for lr 1", Adadelta),
        _entry("adam", "a step of its own size for each weight, from running means", Adam),
        _entry(
            "adamw",
            "adam whose weight decay shrinks the weights themselves",
            Adam,
            weight_decay=1e-2,
            decoupled_weight_decay=True,
        ),
        _entry("adamax", "adam that divides by the largest gradient it remembers", Adamax),
        _entry("nadam", "adam that looks ahead", Nadam),
        _entry("radam", "adam that waits until its mean square can be trusted", Radam),
        _entry("rprop", "only the sign of the gradient counts; steps grow and shrink", Rprop),
        _entry("asgd", "gradient descent that averages its late weights", Asgd),
        _entry("line-search", "tries lr and shorter steps until one lowers the loss enough", LineSearch),
        _entry("random", "trial and error: guesses weights, keeps the best", RandomGuess),
    )
}


def make_optimizer(name: str, settings: Mapping[str, Value]) -> Optimizer:
    """The optimizer called `name`. Raises InputError for an unknown name or a wrong hyperparameter."""
    if name not in OPTIMIZERS:
        raise unknown("optimizer", name, OPTIMIZERS)
    return OPTIMIZERS[name].make(settings)
