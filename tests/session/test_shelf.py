"""The shelf of sessions: two programs never write the same one, and a killed one holds nothing back."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import gd_tui.session.shelf
from gd_tui.errors import InputError
from gd_tui.session import Shelf, Slot

HOLD = """
import sys
from pathlib import Path
from gd_tui.session import Shelf
shelf = Shelf(Path(sys.argv[1]))
slot = shelf.take(sys.argv[2]) if len(sys.argv) > 2 else shelf.new("explainer")
slot.write(b"theirs")
print(slot.name, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "shelf")


def filled(shelf: Shelf, *stems: str) -> list[str]:
    """Sessions that are saved and let go, the later the newer."""
    names = []
    for i, stem in enumerate(stems):
        slot = shelf.new(stem)
        slot.write(b"{}")
        os.utime(slot.path, (i, i))
        slot.release()
        names.append(slot.name)
    return names


def test_the_shelf_is_in_the_state_directory(state_directory: Path) -> None:
    assert Shelf().directory == state_directory / "gd-tui" / "sessions"
    assert Shelf().names() == []
    assert not state_directory.exists()


def test_places_are_called_after_what_they_are_of_and_never_the_same(shelf: Shelf) -> None:
    slots = [shelf.new(stem) for stem in ("explainer", "explainer", "bowl", "explainer")]
    assert [slot.name for slot in slots] == ["explainer-1", "explainer-2", "bowl-1", "explainer-3"]
    assert shelf.names() == [], "nothing is written yet"
    slots[1].write(b"2")
    assert shelf.names() == ["explainer-2"]
    assert shelf.path("explainer-2").read_bytes() == b"2"
    slots[1].release()
    assert shelf.new("explainer").name == "explainer-4", "what was written once is not begun anew"


def test_names_come_newest_first(shelf: Shelf) -> None:
    assert filled(shelf, "a", "b", "a", "c") == ["a-1", "b-1", "a-2", "c-1"]
    assert shelf.names() == ["c-1", "a-2", "b-1", "a-1"]
    os.utime(shelf.path("a-1"), (99, 99))
    assert shelf.names()[0] == "a-1"


def test_an_open_session_cannot_be_taken(shelf: Shelf) -> None:
    slot = shelf.new("explainer")
    slot.write(b"mine")
    assert shelf.is_open("explainer-1")
    assert shelf.take("explainer-1") is None
    slot.release()
    assert not shelf.is_open("explainer-1")
    taken = shelf.take("explainer-1")
    assert isinstance(taken, Slot)
    assert shelf.take("explainer-1") is None


def test_an_unknown_name_is_told_with_those_there_are(shelf: Shelf) -> None:
    with pytest.raises(InputError, match=r"there is no session 'x': there are none yet in .*/shelf$"):
        shelf.path("x")
    filled(shelf, "explainer")
    with pytest.raises(InputError, match=r"unknown session 'explainr-1': did you mean explainer-1\?"):
        shelf.path("explainr-1")
    with pytest.raises(InputError, match="unknown session"):
        shelf.path("../explainer-1")


def test_the_oldest_make_room_but_never_an_open_one(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gd_tui.session.shelf, "MOST", 3)
    oldest, *others = filled(shelf, "a", "b", "c", "d")
    assert (oldest, others) == ("a-1", ["b-1", "c-1", "d-1"]), "there was room when it was begun"
    held = shelf.take("b-1")
    assert held is not None
    shelf.new("e").write(b"{}")
    assert shelf.names() == ["e-1", "d-1", "c-1", "b-1"]
    held.release()
    shelf.new("f").write(b"{}")
    assert shelf.names() == ["f-1", "e-1", "d-1"]


def test_a_place_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    shelf = Shelf(tmp_path / "file" / "sessions")
    with pytest.raises(InputError, match=r"^[^\n]*: sessions cannot be kept there: Not a directory$"):
        shelf.new("explainer")
    assert shelf.names() == []


@pytest.mark.parametrize("own", [False, True])
def test_another_program_holds_its_session_until_it_is_killed(shelf: Shelf, own: bool) -> None:
    filled(shelf, "explainer")
    words = ["explainer-1"] if own else []
    command = [sys.executable, "-c", HOLD, str(shelf.directory), *words]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        name = other.stdout.readline().strip()
        assert name == ("explainer-1" if own else "explainer-2")
        assert shelf.is_open(name)
        assert shelf.take(name) is None
        assert shelf.new("explainer").name == ("explainer-2" if own else "explainer-3")
        other.kill()
        other.wait(60)
        slot = shelf.take(name)
        assert slot is not None
        slot.write(b"ours")
    assert shelf.path(name).read_bytes() == b"ours"
