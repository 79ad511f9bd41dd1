"""Files that are no session, or one no longer: one clear line, the file as it was, and never a traceback."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zlib import crc32

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gd_tui.session.document
from gd_tui.errors import InputError
from gd_tui.scenario import Scenario
from gd_tui.session import read_document, revive, save
from gd_tui.session.document import FORMAT, Document, decode, encode
from gd_tui.simulator import Simulator

from ..engine.cases import FEW
from .cases import eventful


@cache
def content() -> bytes:
    """A session file with all that there may be in one."""
    with TemporaryDirectory() as directory:
        path = Path(directory) / "session.json"
        save(eventful(Scenario(optimizer="momentum", lr=0.02)), path)
        return path.read_bytes()


def told(damaged: bytes, path: Path) -> str:
    """What there is to say of a file with this content."""
    path.write_bytes(damaged)
    with pytest.raises(InputError, match=r"^[^\n]*$") as error:
        revive(read_document(path), str(path))
    assert str(error.value).startswith(f"{path}: ")
    assert path.read_bytes() == damaged
    return str(error.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "it is no session of gd-tui; it is left as it is"),
        (b"\n", "it is no session of gd-tui"),
        (bytes(range(256)), "it is no session of gd-tui"),
        (b"step,loss\n0,1\n", "it is no session of gd-tui"),
        (b"[1, 2]", "it is no session of gd-tui"),
        (b"null", "it is no session of gd-tui"),
        (b"{}", "it is no session of gd-tui"),
        (b'{"kind": "another"}', "it is no session of gd-tui"),
        (b'{"kind": 3}', "it is no session of gd-tui"),
        (b'{"kind": "gd-tui session"', "it is damaged"),
        (b'{"kind": "gd-tui session"}', "it is damaged"),
        (b'{"kind": "gd-tui session", "format": "1"}', "it is damaged"),
        (b'{"kind": "gd-tui session", "format": 1.5}', "it is damaged"),
        (b'{"kind": "gd-tui session", "x": \xff}', "it is damaged"),
        (b'{"kind": "gd-tui session", "x": ' + b"[" * 100_000, "it is damaged"),
        (b"[" * 100_000, "it is no session of gd-tui"),
    ],
)
def test_files_that_are_no_session(text: bytes, message: str, tmp_path: Path) -> None:
    assert message in told(text, tmp_path / "session.json")


@pytest.mark.parametrize("newer", [b"2", b"10", b"9999999999", b"9" * 40])
def test_a_newer_format_is_refused(newer: bytes, tmp_path: Path) -> None:
    text = content().replace(b'"format":%d' % FORMAT, b'"format":' + newer)
    message = told(text, tmp_path / "session.json")
    assert "it was saved by a newer gd-tui" in message
    assert "update gd-tui" in message


def test_what_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match=r"nowhere\.json: cannot be read: No such file or directory$"):
        read_document(tmp_path / "nowhere.json")
    with pytest.raises(InputError, match=r"cannot be read: Is a directory$"):
        read_document(tmp_path)
    (tmp_path / "large.json").write_bytes(content())
    monkeypatch.setattr(gd_tui.session.document, "LARGEST_BYTES", 1000)
    with pytest.raises(InputError, match="too large to be a session"):
        read_document(tmp_path / "large.json")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_what_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "session.json").write_bytes(content())
    (tmp_path / "session.json").chmod(0)
    with pytest.raises(InputError, match="cannot be read: Permission denied"):
        read_document(tmp_path / "session.json")


@settings(FEW, max_examples=60)
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_file_that_was_cut_off(share: float) -> None:
    with TemporaryDirectory() as directory:
        told(content()[: int(share * len(content()))], Path(directory) / "session.json")


@settings(FEW, max_examples=100)
@given(share=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255), length=st.integers(1, 40))
def test_any_byte_that_is_another_one(share: float, flip: int, length: int) -> None:
    at = int(share * len(content()))
    part = bytes(byte ^ flip for byte in content()[at : at + length])
    with TemporaryDirectory() as directory:
        told(content()[:at] + part + content()[at + length :], Path(directory) / "session.json")


def test_blanks_behind_it_do_no_harm() -> None:
    assert decode(content() + b"\n\n", "s") == decode(content(), "s")
    assert encode(decode(content(), "s")) == content()


# Files with a right checksum that no program of ours would write

JUNK: list[Any] = [
    *(None, True, -1, 0, 1, 2, 7, 63, 10**9, 2**62, -(2**62), 10**30, 0.5, -0.5, 1e308),
    *("", "x", "-1", "99", "loss < 1", "w9 > 1", "AAAAAAAAAAA=", "AAAA", [], [0], [-1], [[0], 5], {}, {"0": 1.0}),
]


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a tree of lists and objects."""
    found = [path] if path else []
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        found += places(child, (*path, key))
    return found


@cache
def tree_places() -> list[tuple[Any, ...]]:
    return [place for place in places(tree()) if place[0] not in ("kind", "format")]


def tree() -> Any:
    body = msgspec.json.decode(content())
    del body["sum"]
    return body


def encoded(body: Any) -> bytes:
    """The tree as a file with its checksum."""
    text = msgspec.json.encode(body)[:-1]
    return text + b',"sum":"%08x"}' % crc32(text)


def use(simulator: Simulator) -> None:
    """All that a user might do next."""
    while simulator.undo():
        simulator.snapshot().ghosts(0, 10**9, 20)
    while simulator.redo():
        simulator.snapshot().rival_histories(0, 10**9, 20)
    for k in (simulator.newest, 0, min(10, simulator.newest)):
        simulator.seek(k)
        snapshot = simulator.snapshot(len(simulator.names) - 1)
        snapshot.history(0, 10**9, 20)
        snapshot.events(0, 10**9, 20)
        simulator.seek_event(1)
        simulator.seek_event(-1)
    simulator.set_weight(0, 1.0)
    simulator.run(3)
    simulator.step(3)
    simulator.drop_ghosts()


@settings(FEW, max_examples=250)
@given(data=st.data())
def test_any_value_may_be_nonsense(data: st.DataObject) -> None:
    body = tree()
    *way, last = data.draw(st.sampled_from(tree_places()))
    node = body
    for key in way:
        node = node[key]
    if data.draw(st.booleans()):
        node[last] = data.draw(st.sampled_from(JUNK))
    else:
        del node[last]
    try:
        simulator = revive(decode(encoded(body), "s"), "s")
    except InputError as error:
        message: str | None = str(error)
    else:
        message = None
        use(simulator)
    assert message is None or (message.startswith("s: ") and "\n" not in message)


IMPOSSIBLE: dict[tuple[Any, ...], list[Any]] = {
    ("here", "k"): [-1, 10**9, 2**62],
    ("here", "run"): [[], [-1], [99], [1, 0], [0, 0]],
    ("here", "ghosts", 0, 1): [-1, 10**9],
    ("here", "rivals", 0, 1): [-1, 1, 99],
    ("here", "notes"): [-1, 99],
    ("done", 0, "k"): [-1, 10**9],
    ("undone", 0, "k"): [-1, 10**9],
    ("notes", 0, "marks"): [{"turn": -1}, {"turn": "x"}],
    ("notes", 0, "breakpoints"): [{"x": "loss < 1"}, {"1": "loss"}, {"1": "w9 > 1"}],
    ("segments", 0, "first"): [1],
    ("segments", 0, "before"): [0, 1, -1],
    ("segments", 1, "first"): [0, 41, 10**9],
    ("segments", 1, "before"): [None, 1, 2, -1],
    ("segments", 1, "edits"): [[""]],
    ("segments", 1, "moved"): [{"x": 1.0}, {"9": 1.0}],
    ("segments", 0, "scenario", "lr"): [None, 0.0, -1.0],
    ("segments", 0, "scenario", "optimizer"): ["nothing", "adam"],
    ("segments", 0, "scenario", "problem"): ["nothing", "bowl", "linear"],
    ("segments", 0, "scenario", "schedule"): ["nothing"],
    ("segments", 0, "engine", "newest"): [-1, 39, 41, 2**62],
    ("segments", 0, "engine", "diverged"): [0, 39, -1],
    ("segments", 0, "engine", "converged"): [-1, 41],
    ("segments", 0, "engine", "stride"): [0, -64],
    ("segments", 0, "engine", "near"): [-1, 41],
    ("segments", 0, "engine", "frames"): ["", "AAAA", "AAAAAAAAAAA="],
    ("segments", 0, "engine", "frame"): ["", "AAAA", "AAAAAAAAAAA="],
    ("segments", 0, "engine", "steps"): ["", "AAAA", "AAAAAAAAAAA="],
    ("segments", 0, "engine", "losses"): ["", "AAAA", "AAAAAAAAAAA="],
    ("segments", 0, "engine", "events"): ["", "AAAA"],
}


@pytest.mark.parametrize(
    ("place", "value"),
    [(place, value) for place, values in IMPOSSIBLE.items() for value in values],
    ids=lambda part: repr(part),
)
def test_what_cannot_have_been_is_refused(place: tuple[Any, ...], value: Any) -> None:
    body = node = tree()
    *way, last = place
    for key in way:
        node = node[key]
    node[last] = value
    with pytest.raises(InputError, match=r"^s: [^\n]*; it is left as it is$|^s: [^\n]*; the session is left as it is$"):
        revive(decode(encoded(body), "s"), "s")


def test_what_an_untouched_tree_encodes_to() -> None:
    assert msgspec.structs.asdict(decode(encoded(tree()), "s")) == msgspec.structs.asdict(decode(content(), "s"))
    assert isinstance(decode(content(), "s"), Document)
