"""The command language: one table of its words, for the `:` prompt, plain mode, `--exec`, script files and lessons."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from inspect import isgeneratorfunction

import numpy as np

from gd_tui.commands import changing, keeping, moving, telling
from gd_tui.commands.arguments import Words, told
from gd_tui.commands.front_end import FrontEnd
from gd_tui.engine.optimizers import OPTIMIZERS
from gd_tui.engine.schedules import SCHEDULES
from gd_tui.errors import InputError, unknown
from gd_tui.problems import PROBLEMS
from gd_tui.simulator import Simulator
from gd_tui.simulator.conditions import RESERVED
from gd_tui.simulator.slices import Sliced, finish
from gd_tui.words import OPEN, begun, quoted, split

Choices = Callable[[Simulator], Sequence[str]]


def _nothing(simulator: Simulator) -> Sequence[str]:
    return ()


def _weights(simulator: Simulator) -> Sequence[str]:
    return [quoted(name, RESERVED) for name in simulator.names]


def _settings(simulator: Simulator) -> Sequence[str]:
    scenario = simulator.scenario
    return [*OPTIMIZERS[scenario.optimizer].settings(), *SCHEDULES[scenario.schedule].settings()]


def _conditions(simulator: Simulator) -> Sequence[str]:
    return ["loss", "full loss", "gradient", "step", "sign", "nonfinite", *_weights(simulator)]


def _until(simulator: Simulator) -> Sequence[str]:
    return ["until", *_conditions(simulator)]


def _optimizers(simulator: Simulator) -> Sequence[str]:
    return list(OPTIMIZERS)


@dataclass(frozen=True)
class Verb:
    """A word of the command language.

    Attributes:
        usage: the word with what follows it. words: what it does.
        act: does it at a front end and says so in a few words ("" where the picture says it); what may take long
            is done in slices. choices: what may follow the word, for completion.
        is_question: whether it changes nothing, and what it says is all that it is for.
    """

    usage: str
    words: str
    act: Callable[[FrontEnd, Words], str | Sliced[str]]
    choices: Choices = _nothing
    is_question: bool = False

    @property
    def name(self) -> str:
        """The word itself."""
        return self.usage.split()[0]


@dataclass(frozen=True)
class Call:
    """One command as it was given: a word of the language and what follows it."""

    verb: Verb
    words: Words

    def __str__(self) -> str:
        return " ".join([self.verb.name, *map(str, self.words)])

    @property
    def is_sliced(self) -> bool:
        """Whether it may take long, and gives way now and then."""
        return isgeneratorfunction(self.verb.act)

    def act(self, front: FrontEnd) -> Sliced[str]:
        """Do it, in slices; the value is what there is to say.

        Raises InputError, with nothing done, if what follows the word is wrong.
        """
        with np.errstate(all="ignore"):  # numbers that overflow are results to show
            said = self.verb.act(front, list(self.words))
        if not isinstance(said, str):
            said = yield from said
        return said


def read(text: str) -> list[Call]:
    """The commands of a text, parted by `;` or new lines; `#` begins a remark.

    Raises InputError for a word that is no command.
    """
    calls = []
    for word, *following in split(text):
        if word.quoted or word.text not in VERBS:
            raise unknown("command", word.text, VERBS)
        calls.append(Call(VERBS[word.text], following))
    return calls


def perform(text: str, front: FrontEnd) -> list[str]:
    """Do the commands of a text one after the other; returns what each of them says.

    Raises InputError at the first that is wrong; those before it are done.
    """
    return [finish(call.act(front)) for call in read(text)]


def completions(text: str, simulator: Simulator) -> list[str]:
    """What the last word of a text that is being typed can become: commands, or what may follow one.

    A name that needs quotes is offered in quotes, whether or not they were typed.
    """
    head, word = begun(text)
    if not head:
        return [name for name in VERBS if name.startswith(word)]
    verb = verb_of(text)
    known = verb.choices(simulator) if verb else ()
    return [choice for choice in known if choice.startswith((word, OPEN + word))]


def verb_of(text: str) -> Verb | None:
    """The command whose words are being typed at the end of a text; None while it is itself being typed."""
    head, _ = begun(text)
    return VERBS.get(head[0].text) if head else None


def help_lines(name: str = "") -> Iterator[str]:
    """The table in words, or what it says of one command."""
    verbs = [VERBS[name]] if name else list(VERBS.values())
    width = max(len(verb.usage) for verb in verbs)
    for verb in verbs:
        yield f"{verb.usage:<{width}}  {verb.words}"


def _help(front: FrontEnd, words: Words) -> str:
    if len(words) > 1 or (words and words[0].text not in VERBS):
        raise InputError(f"help: expected nothing or one command, got {told(words)}")
    return "\n".join(help_lines(*(word.text for word in words)))


VERBS: dict[str, Verb] = {
    verb.name: verb
    for verb in (
        Verb("step [N]", "make N updates (1)", moving.step),
        Verb(
            "back [N]|until COND",
            "go N updates back (1), or to the last step before where COND holds",
            moving.back,
            _until,
        ),
        Verb("goto K|MARK", "stand at step K, or at a marked one", moving.goto, lambda s: list(s.marks)),
        Verb("newest", "stand at the newest step", moving.newest),
        Verb(
            "run [N]|until COND",
            "make up to N updates (1000), fewer if it converges, diverges or meets a breakpoint; or until COND holds",
            moving.run,
            _until,
        ),
        Verb(
            "continue [back]",
            "on to the next breakpoint, or back to the one before",
            moving.continue_,
            lambda s: ["back"],
        ),
        Verb("event [back]", "on to the next event, or back to the one before", moving.event, lambda s: ["back"]),
        Verb(
            "lr X",
            "go on with learning rate X; `lr up` and `lr down` move it a notch",
            changing.lr,
            lambda s: ["up", "down"],
        ),
        Verb(
            "set NAME VALUE",
            "give a hyperparameter, or a setting of the schedule, another value",
            changing.set_,
            _settings,
        ),
        Verb("w NAME VALUE", "give a weight another value", changing.w, _weights),
        Verb("optimizer NAME", "go on with another optimizer", changing.optimizer, _optimizers),
        Verb(
            "schedule NAME",
            "go on with another schedule of the learning rate",
            changing.schedule,
            lambda s: list(SCHEDULES),
        ),
        Verb("batch N|all", "use N rows for each update, or all of them", changing.batch, lambda s: ["all"]),
        Verb("seed N", "draw random numbers from another seed", changing.seed),
        Verb(
            "problem NAME [DATA]",
            "begin another problem; some take data, `function` an expression",
            changing.problem,
            lambda s: list(PROBLEMS),
        ),
        Verb(
            "reset [random]", "start again, from the same or from random weights", changing.reset, lambda s: ["random"]
        ),
        Verb("undo", "take the last edit back", changing.undo),
        Verb("redo", "make the undone edit again", changing.redo),
        Verb("drop", "drop the old futures that edits left on the plots", changing.drop),
        Verb(
            "break COND",
            "stop runs where COND becomes true, as in `break loss rises or sign w3`",
            changing.break_,
            _conditions,
        ),
        Verb("breaks", "list the breakpoints", changing.breaks, is_question=True),
        Verb("delete N", "delete breakpoint N", changing.delete, lambda s: list(map(str, s.breakpoints))),
        Verb("mark NAME", "mark this step, for `goto NAME`", changing.mark),
        Verb(
            "show [WHAT]",
            f"print numbers: {', '.join([*telling.SHOWN, 'curve NAME'])}",
            telling.show,
            lambda s: [*telling.SHOWN, "curve", *_weights(s)],
            is_question=True,
        ),
        Verb(
            "explain [NAME]",
            "the arithmetic of the next update of a weight, with its numbers",
            telling.explain,
            _weights,
            is_question=True,
        ),
        Verb("predict", "what the next update will do", telling.predict, is_question=True),
        Verb("stability", "which learning rates are safe here, and why", telling.stability, is_question=True),
        Verb("check", "compare the gradient with differences of the loss", telling.check, is_question=True),
        Verb(
            "compare OPTIMIZER [lr X]",
            "show another optimizer's run from the same start beside this one; `compare none` ends it",
            changing.compare,
            lambda s: [*OPTIMIZERS, "none"],
        ),
        Verb(
            "export FILE",
            "write the run as .csv, .json, .jsonl, .md or .py (a numpy script), the screen as .svg",
            keeping.export,
        ),
        Verb("save FILE", "save the session, for `gd-tui resume FILE`", keeping.save),
        Verb("speed X|max", "run by itself at X updates a second", keeping.speed, lambda s: ["max"]),
        Verb(
            "help [COMMAND]",
            "list the commands, or say what one does",
            _help,
            lambda s: list(VERBS),
            is_question=True,
        ),
        Verb("quit", "leave", keeping.quit_),
    )
}
