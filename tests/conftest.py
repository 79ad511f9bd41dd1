"""What holds for all tests."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# A check that decides whether a change lands must not draw lots; people who run the tests go on searching.
settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI"):
    settings.load_profile("ci")


@pytest.fixture(autouse=True, scope="session")
def _no_session_of_a_user_is_touched(tmp_path_factory: pytest.TempPathFactory) -> None:
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))
