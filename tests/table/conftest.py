"""A file to read, written for one test."""

from pathlib import Path

import pytest

from .cases import Write


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_file(content: str | bytes) -> str:
        path = tmp_path / "data.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write_file
