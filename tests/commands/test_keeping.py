"""Commands about files and the front end."""

from __future__ import annotations

from pathlib import Path

import pytest

from gd_tui.commands import FrontEnd, perform
from gd_tui.errors import InputError
from gd_tui.session import read_document, revive


def test_a_session_is_saved_under_a_name_with_blanks(front: FrontEnd, tmp_path: Path) -> None:
    (said,) = perform(f"step 3; save {tmp_path}/my  own session.json", front)[1:]
    path = tmp_path / "my own session.json"
    assert said == f"saved in {path}; `gd-tui resume {path}` goes on from here"
    perform(f'save "{tmp_path}/my  own.json"', front)
    assert (tmp_path / "my  own.json").exists()
    assert revive(read_document(path), str(path)).k == 3


@pytest.mark.parametrize("suffix", ["csv", "json", "jsonl", "md", "py"])
def test_exports_by_what_the_file_is_called(suffix: str, front: FrontEnd, tmp_path: Path) -> None:
    (said,) = perform(f"step 3; export {tmp_path}/run.{suffix}", front)[1:]
    assert "run." + suffix in said
    assert (tmp_path / f"run.{suffix}").stat().st_size > 100


@pytest.mark.parametrize("verb", ["save", "export"])
def test_the_data_of_the_run_are_never_overwritten(verb: str, front: FrontEnd, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("a,y\n1,2\n2,3\n4,4\n")
    before = table.read_bytes()
    with pytest.raises(InputError, match=r"table\.csv"):
        perform(f"problem linear {table}; {verb} {table}", front)
    assert table.read_bytes() == before


def test_speed_and_quit_without_a_screen(front: FrontEnd) -> None:
    assert perform("speed 20", front) == ["the speed is for running on the screen: here every command is done at once"]
    assert perform("quit", front) == [""]
    assert front.ended
