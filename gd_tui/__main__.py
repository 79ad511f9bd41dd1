"""python -m gd_tui"""

from __future__ import annotations

import sys


def main() -> None:
    """The `gd-tui` command."""
    from gd_tui.cli.main import main as command

    sys.exit(command())


if __name__ == "__main__":
    main()
