"""The `gd-tui` command: its words become a Scenario, and one front end, imported last, shows the run.

`--help` and `--version` import neither numpy nor textual, `run` and `list` neither textual nor plotext.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem, shell_complete

from gd_tui import __version__
from gd_tui.cli.batch import print_run
from gd_tui.cli.check import print_check
from gd_tui.cli.listing import LISTINGS
from gd_tui.cli.options import F, complete_session, is_script, read_scenario, read_simulator, scenario_options
from gd_tui.cli.screen import open_screen
from gd_tui.errors import InputError
from gd_tui.export.formats import FORMATS

NAME = "gd-tui"
COMPLETION = "_GD_TUI_COMPLETE"
SCREEN = ""
"""What the group calls the screen: nothing that could be typed as a command."""

EXAMPLES = """\
Examples:

\b
  gd-tui                                  the worked example, step by step
  gd-tui rosenbrock --optimizer adam --lr 0.1
  gd-tui --data hubble_1929 --standardize --lr 0.4
  gd-tui run --steps 100 --format csv     no screen: print the run

Completion of words with Tab, in bash (zsh and fish have theirs):

\b
  eval "$(_GD_TUI_COMPLETE=bash_source gd-tui)"
"""

RUN_EXAMPLES = """\
Examples:

\b
  gd-tui run --lr 0.2 --every 10
  gd-tui run rosenbrock --start -1.2,1 --steps 5000 --every 500
  gd-tui run valley --problem-set k=100 --set momentum=0.9
  gd-tui run --data penguins --drop-missing --standardize
  gd-tui run --steps 1000 --format json --output run.json
"""

CHECK_EXAMPLES = """\
Examples:

\b
  gd-tui check rosenbrock --start 3,-2
  gd-tui check --function "(1-x)^2 + 100*(y-x^2)^2" --start 3,-2
  gd-tui check --module mine.py:loss --start 0,0
"""

PLAIN_EXAMPLES = """\
Examples:

\b
  gd-tui plain                            Enter makes one update, help lists the commands
  gd-tui plain --exec "step 12; lr 0.1; step 8; show weights"
  gd-tui plain rosenbrock script.txt      commands from a file, one a line or parted by ;
"""

RESUME_EXAMPLES = """\
Examples:

\b
  gd-tui resume                           the session that was left last
  gd-tui sessions
  gd-tui resume explainer-2
"""

LIST_EXAMPLES = """\
Examples:

\b
  gd-tui list problems
  gd-tui list keys
"""


class Program(click.Group):
    """A group that takes words which name none of its commands for those of the screen."""

    @property
    def screen(self) -> click.Command:
        """The command that has no name."""
        return self.commands[SCREEN]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the screen's name where no command is named."""
        own = {*self.commands, *(word for parameter in self.get_params(ctx) for word in parameter.opts)}
        completing_first_word = ctx.resilient_parsing and not args
        if not completing_first_word and (not args or args[0] not in own):
            args = [SCREEN, *args]
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The screen's options along with the group's own."""
        parameters = [*self.screen.params, *self.get_params(ctx)]
        options = [parameter for parameter in parameters if isinstance(parameter, click.Option)]
        records = [record for option in options if (record := option.get_help_record(ctx)) is not None]
        with formatter.section("Options"):
            formatter.write_dl(records)
        self.format_commands(ctx, formatter)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands, and what may stand first for the screen."""
        own = super().shell_complete(ctx, incomplete)
        if incomplete.startswith("-"):
            known = {item.value for item in own}
            return own + [i for i in self.screen.shell_complete(ctx, incomplete) if i.value not in known]
        return own + self.screen.params[0].shell_complete(ctx, incomplete)


class Screen(click.Command):
    """The command whose help is that of the whole program."""

    def get_help(self, ctx: click.Context) -> str:
        """The group's help."""
        return ctx.find_root().get_help()


@click.group(
    cls=Program,
    name=NAME,
    options_metavar="[PROBLEM] [OPTIONS]",
    subcommand_metavar="| COMMAND ...",
    epilog=EXAMPLES,
)
@click.version_option(__version__, prog_name=NAME, message="%(prog)s %(version)s")
def program() -> None:
    """Step through gradient descent in the terminal.

    Opens the screen on a PROBLEM (explainer; see `gd-tui list problems`); press ? there for its keys.
    Numbers and names in brackets below are what an option is when left out.
    """


EXEC = click.option("--exec", "commands", default="", metavar="COMMANDS", help="Do these commands first, parted by ;.")


def screen_options(command: F) -> F:
    """Give a command the options of the screen."""
    for option in reversed(
        (
            click.option("--speed", metavar="X|max", help="Updates a second while running (10), or max."),
            click.option("--theme", metavar="NAME", help="The colours (those that fit the terminal)."),
            click.option("--ascii", is_flag=True, help="Draw with ASCII characters alone."),
            click.option("--no-color", is_flag=True, help="Draw without colours; NO_COLOR does the same."),
            click.option("--no-mouse", is_flag=True, help="Leave the mouse to the terminal."),
            click.option("--fps", default="30", metavar="X", help="Pictures a second at most (30)."),
            EXEC,
        )
    ):
        command = option(command)
    return command


@click.command(cls=Screen, hidden=True)
@scenario_options
@screen_options
def screen(
    speed: str | None,
    theme: str | None,
    ascii: bool,
    no_color: bool,
    no_mouse: bool,
    fps: str,
    commands: str,
    **scenario: Any,
) -> int:
    """Open the screen."""
    return open_screen(
        read_simulator(**scenario),
        speed=speed,
        theme=theme,
        ascii=ascii,
        no_color=no_color,
        no_mouse=no_mouse,
        fps=fps,
        commands=commands,
    )


@click.command(epilog=RUN_EXAMPLES)
@scenario_options
@click.option(
    "--steps", type=click.IntRange(0), metavar="N", help="Make exactly N updates (until it converges, at most 1000)."
)
@click.option("--until", metavar="COND", help='Stop where this becomes true, as in "loss < 1e-3".')
@click.option(
    "--every", type=click.IntRange(1), metavar="K", default=1, help="Print every K-th step, and always the last (1)."
)
@click.option("--format", "style", type=click.Choice(list(FORMATS)), default="table", help="How to print (table).")
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Where to print (stdout).")
def run(steps: int | None, until: str | None, every: int, style: str, output: Path | None, **scenario: Any) -> int:
    """Print a run, without a screen.

    Row k is the state after k updates, with the gradient that update k+1 uses. The numbers of csv, json and
    jsonl read back to the very same ones; table and markdown round them.
    """
    return print_run(read_simulator(**scenario), steps=steps, until=until, every=every, style=style, output=output)


@click.command(epilog=PLAIN_EXAMPLES)
@scenario_options
@click.argument("script", required=False, type=click.Path(path_type=Path))
@EXEC
def plain(script: Path | None, commands: str, **scenario: Any) -> int:
    """Read commands line by line and answer in plain text.

    Commands come from --exec, from a SCRIPT file, or as they are typed or piped in. Nothing but text is written, so
    it suits screen readers and dumb terminals.
    """
    from gd_tui.cli.plain import read_plainly

    problem = scenario["problem"]
    if script is None and problem is not None and is_script(problem):
        script, scenario["problem"] = Path(problem), None
    return read_plainly(read_simulator(**scenario), commands=commands, script=script)


@click.command(epilog=RESUME_EXAMPLES)
@click.argument("session", required=False, shell_complete=complete_session)
@click.option("--plain", is_flag=True, help="Go on without a screen, line by line.")
@screen_options
def resume(session: str | None, plain: bool, commands: str, **own: Any) -> int:
    """Go on where a SESSION stopped, at the same step with the same numbers.

    SESSION is a name that `gd-tui sessions` lists, or a file that the command `save` wrote; the last one if left out.
    """
    from gd_tui.cli.resume import take_up

    simulator, slot, speed = take_up(session)
    if plain:
        from gd_tui.cli.plain import read_plainly

        return read_plainly(simulator, commands=commands, slot=slot, is_resumed=True)
    if own["speed"] is None and speed is not None:
        own["speed"] = str(speed)
    return open_screen(simulator, commands=commands, slot=slot, **own)


@click.command()
def sessions() -> int:
    """List the sessions that can be gone on with."""
    from gd_tui.cli.resume import list_sessions

    for line in list_sessions():
        click.echo(line)
    return 0


@click.command(epilog=CHECK_EXAMPLES)
@scenario_options
def check(**scenario: Any) -> int:
    """Compare the gradient at the start with differences of the loss.

    Each component is shown beside the central difference (L(w + h) - L(w - h)) / 2h at the h where that is most
    exact, +- its own error. Exit status 1 if a component is wrong.
    """
    return print_check(read_scenario(**scenario))


@click.command(epilog=LIST_EXAMPLES)
@click.argument("table", type=click.Choice(list(LISTINGS)))
def list_(table: str) -> int:
    """Tell the names that can be used, and what they mean."""
    for line in LISTINGS[table]():
        click.echo(line)
    return 0


program.commands.update(
    {
        SCREEN: screen,
        "run": run,
        "plain": plain,
        "check": check,
        "list": list_,
        "resume": resume,
        "sessions": sessions,
    }
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; returns the exit status.

    0 done, 1 the output could not be written, 2 wrong usage or input (one line on stderr), 130 interrupted.
    A reader that takes no more is no failure: 0.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")
        status = _perform(words)
        if sys.stdout is not None:
            sys.stdout.flush()
    except click.UsageError as error:
        place = error.ctx.command_path.strip() if error.ctx is not None else NAME
        return _complain(f"{error.format_message().rstrip('.')} (see `{place} --help`)", 2)
    except (InputError, click.ClickException) as error:
        return _complain(str(error), 2)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        _drop_output()
        return 0
    except OSError as error:
        _drop_output()
        return _complain(f"{error.filename or 'the output'}: {error.strerror}", 1)
    return status


def _perform(words: list[str]) -> int:
    if instruction := os.environ.get(COMPLETION):
        return shell_complete(program, {}, NAME, COMPLETION, instruction)
    try:
        with program.make_context(NAME, words) as context:
            return int(program.invoke(context))
    except click.exceptions.Exit as end:
        return end.exit_code


def _complain(message: str, status: int) -> int:
    click.echo(f"{NAME}: error: {' '.join(message.split())}", err=True)
    return status


def _drop_output() -> None:
    """Turn stdout away, or what is left in its buffer would fail once more at the interpreter's end."""
    with suppress(OSError, ValueError, AttributeError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
