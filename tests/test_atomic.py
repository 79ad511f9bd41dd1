"""Files are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gd_tui.atomic import replacing
from gd_tui.errors import InputError


def write(path: Path, content: bytes = b"new") -> None:
    with replacing(path, "the file") as file:
        file.write(content)


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write(path, b"old")
    path.chmod(0o640)
    write(path)
    assert (path.read_bytes(), path.stat().st_mode & 0o777, names(tmp_path)) == (b"new", 0o640, ["file"])


def test_a_new_file_has_the_usual_permissions(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    write(tmp_path / "file")
    assert (tmp_path / "file").stat().st_mode == (tmp_path / "usual").stat().st_mode


@pytest.mark.parametrize("is_relative", [False, True])
def test_a_link_stays_a_link(is_relative: bool, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "file", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to("there/file" if is_relative else target)
    write(link)
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert names(tmp_path / "there") == ["file"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), RuntimeError("a bug"), KeyboardInterrupt()])
def test_a_failing_write_leaves_the_old_file(error: BaseException, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    expected = InputError if isinstance(error, OSError) else type(error)
    with pytest.raises(expected), replacing(path, "the file") as file:  # noqa: PT012
        file.write(b"half of")
        raise error
    assert (path.read_bytes(), names(tmp_path)) == (b"old", ["file"])


def test_a_disk_that_fails_at_the_very_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def fail(handle: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(InputError, match=r"^the file: cannot be written: Input/output error$"):
        write(path)
    assert (path.read_bytes(), names(tmp_path)) == (b"old", ["file"])


def test_places_where_nothing_can_be_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^the file: that is a directory$"):
        write(tmp_path)
    with pytest.raises(InputError, match=r"^the file: cannot be written: No such file or directory$"):
        write(tmp_path / "nowhere" / "file")


def test_a_protected_file_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write to any file
    with pytest.raises(InputError, match=r"^the file: that file is write-protected$"):
        write(path)
    assert path.read_bytes() == b"old"
