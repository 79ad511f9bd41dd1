"""What holds for all tests."""

from __future__ import annotations

import os

from hypothesis import settings

# A check that decides whether a change lands must not draw lots; people who run the tests go on searching.
settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI"):
    settings.load_profile("ci")
