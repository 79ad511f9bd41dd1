"""Everything that a user can say to the simulator: the table of keys, and the command language behind it.

`read` turns a text into commands, each of which is done at a front end: the screen, plain mode, or a script.
"""

from gd_tui.commands.front_end import FrontEnd
from gd_tui.commands.keys import BY_ID, COMMANDS, Command
from gd_tui.commands.language import VERBS, Call, Verb, completions, perform, read, verb_of

__all__ = [
    "BY_ID",
    "COMMANDS",
    "VERBS",
    "Call",
    "Command",
    "FrontEnd",
    "Verb",
    "completions",
    "perform",
    "read",
    "verb_of",
]
