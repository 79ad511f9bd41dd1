"""Commands that change the run, and those that watch it."""

from __future__ import annotations

from gd_tui.commands.arguments import Words, none, one_name, real_number, told, weight, whole_number
from gd_tui.commands.front_end import FrontEnd
from gd_tui.engine.optimizers import OPTIMIZERS
from gd_tui.engine.schedules import SCHEDULES
from gd_tui.engine.settings import Value
from gd_tui.errors import InputError
from gd_tui.problems import PROBLEMS
from gd_tui.simulator import Simulator
from gd_tui.simulator.slices import Sliced
from gd_tui.words import Word, joined


def lr(front: FrontEnd, words: Words) -> str:
    simulator = front.simulator
    word = one_name(words, "lr", "one number, or `up` or `down`")
    if word in ("up", "down"):
        simulator.nudge_rate(1 if word == "up" else -1)
    else:
        simulator.set_rate(real_number(word, "lr"))
    return _from_here(simulator, f"learning rate {simulator.engine.lr:g}", "the optimizer's memory stays")


def set_(front: FrontEnd, words: Words) -> str:
    words = [word for word in words if word != Word("=")]
    if len(words) != 2:
        raise InputError(f"set: expected a hyperparameter and its value, as in `set momentum 0.9`, got {told(words)}")
    name, simulator = words[0].text, front.simulator
    simulator.set_setting(name, _value(name, words[1].text))
    return _from_here(simulator, f"{name} {words[1].text}", "the optimizer's memory stays")


def w(front: FrontEnd, words: Words) -> str:
    words = [word for word in words if word != Word("=")]
    if len(words) < 2:
        raise InputError("w: expected the name of a weight and its new value, as in `w w1 3.5`")
    simulator = front.simulator
    i = weight(simulator, words[:-1], "w")
    simulator.set_weight(i, real_number(words[-1].text, simulator.names[i]))
    return f"{simulator.names[i]} set at step {simulator.k:,}"


def optimizer(front: FrontEnd, words: Words) -> str:
    name = one_name(words, "optimizer", f"one of {', '.join(OPTIMIZERS)}")
    front.simulator.set_optimizer(name)
    return _from_here(front.simulator, name, "its memory begun afresh")


def schedule(front: FrontEnd, words: Words) -> str:
    name = one_name(words, "schedule", f"one of {', '.join(SCHEDULES)}")
    front.simulator.set_schedule(name)
    return _from_here(front.simulator, f"schedule {name}", "counted from step 0; `set` changes its settings")


def batch(front: FrontEnd, words: Words) -> str:
    is_all = list(words) == [Word("all")]
    rows = None if is_all else whole_number(words, "batch")
    if rows == 0:
        raise InputError("batch: expected 1 or more rows, or `all`")
    front.simulator.set_batch(rows)
    return _from_here(front.simulator, "all rows for each update" if rows is None else f"{rows} rows for each update")


def seed(front: FrontEnd, words: Words) -> str:
    number = whole_number(words, "seed")
    front.simulator.set_seed(number)
    return _from_here(front.simulator, f"seed {number}")


def problem(front: FrontEnd, words: Words) -> str:
    if not words:
        raise InputError(f"problem: expected one of {', '.join(PROBLEMS)}")
    front.simulator.open_problem(words[0].text, " ".join(word.text for word in words[1:]) or None)
    front.selected = 0
    return f"{joined(words)}; u brings the last run back"


def reset(front: FrontEnd, words: Words) -> str:
    if list(words) not in ([], [Word("random")]):
        raise InputError(f"reset: expected nothing or `random` after it, got {told(words)}")
    front.simulator.reset(new_seed=bool(words))
    new = f" with seed {front.simulator.scenario.seed}" if words else ""
    return f"started again{new}; u brings the last run back"


def undo(front: FrontEnd, words: Words) -> str:
    none(words, "undo")
    return "undone" if front.simulator.undo() else "nothing to undo"


def redo(front: FrontEnd, words: Words) -> str:
    none(words, "redo")
    return "redone" if front.simulator.redo() else "nothing to redo"


def drop(front: FrontEnd, words: Words) -> str:
    none(words, "drop")
    count = front.simulator.drop_ghosts()
    return f"{count} old future{'s' * (count != 1)} dropped from the plots" if count else "there is no old future"


def compare(front: FrontEnd, words: Words) -> Sliced[str]:
    simulator = front.simulator
    if list(words) == [Word("none")]:
        simulator.compare_none()
        return "compared with no other run"
    if len(words) not in (1, 3) or (len(words) == 3 and words[1] != Word("lr")):
        raise InputError(f"compare: expected an optimizer, as in `compare adam lr 0.1`, or `none`, got {told(words)}")
    rival = simulator.compare(words[0].text, real_number(words[2].text, "lr") if len(words) == 3 else None)
    yield from simulator.accompany()
    here, reached = simulator.k, rival.branch.newest
    if reached < here:
        return f"{rival.label} diverged at step {reached:,}"
    return (
        f"at step {here:,}: {rival.label} has loss {rival.branch.loss(here):.8g}, this run {simulator.engine.loss:.8g}"
    )


def break_(front: FrontEnd, words: Words) -> str:
    condition = front.simulator.condition(words)
    return f"breakpoint {front.simulator.add_breakpoint(condition)}: {condition.text}"


def breaks(front: FrontEnd, words: Words) -> str:
    none(words, "breaks")
    known = front.simulator.breakpoints.items()
    return "\n".join(f"breakpoint {number}: {condition.text}" for number, condition in known) or "no breakpoint is set"


def delete(front: FrontEnd, words: Words) -> str:
    number = whole_number(words, "delete")
    if number not in front.simulator.breakpoints:
        raise InputError(f"delete: there is no breakpoint {number}; `breaks` lists them")
    condition = front.simulator.breakpoints.pop(number)
    return f"breakpoint {number} is gone: {condition.text}"


def mark(front: FrontEnd, words: Words) -> str:
    name = one_name(words, "mark", "one word")
    if not name or name[0].isdecimal():
        raise InputError(f"mark: a name begins with a letter, not as {told(words)}: `goto` would take it for a step")
    front.simulator.marks[name] = front.simulator.k
    return f"step {front.simulator.k:,} is marked {name}"


def _from_here(simulator: Simulator, what: str, remark: str = "") -> str:
    return f"{what} from step {simulator.k:,} on" + (f", {remark}" if remark and simulator.k else "")


def _value(name: str, text: str) -> Value:
    if text in ("true", "false"):
        return text == "true"
    numbers = tuple(real_number(part, name) for part in text.split(","))
    return numbers if len(numbers) > 1 else numbers[0]
