"""The README's examples: commands after `$ ` in console blocks, each with the output that stands below it.

python -m tests.readme      writes what the commands print now into README.md
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)


def output_of(commands: str, folder: Path) -> str:
    """What a shell in `folder` prints for the lines, where gd-tui is the program under test."""
    shim = folder / "bin"
    shim.mkdir(exist_ok=True)
    for name, runs in (("gd-tui", f'"{sys.executable}" -m gd_tui'), ("python3", f'"{sys.executable}"')):
        program = shim / name
        program.write_text(f'#!/bin/sh\nexec {runs} "$@"\n')
        program.chmod(0o755)
    path = os.pathsep.join(filter(None, (str(README.parent), os.environ.get("PYTHONPATH"))))
    environment = os.environ | {"COLUMNS": "100", "PYTHONPATH": path}
    environment["PATH"] = f"{shim}{os.pathsep}{os.environ['PATH']}"
    run = subprocess.run(
        ["sh", "-e", "-c", commands],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return run.stdout + run.stderr


def replayed(block: str, folder: Path) -> str:
    """The block with the output that its commands have now."""
    lines: list[str] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            lines += [line, *output_of(line[2:], folder).rstrip("\n").splitlines()]
    return "\n".join(lines) + "\n"


def blocks() -> Iterator[str]:
    """The console blocks of the README."""
    return (match[1] for match in BLOCK.finditer(README.read_text(encoding="utf-8")))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        text = BLOCK.sub(
            lambda match: f"```console\n{replayed(match[1], Path(name))}```", README.read_text(encoding="utf-8")
        )
    README.write_text(text, encoding="utf-8")
