"""No test, and no notebook that nbval runs, reads or writes the record of whoever runs the tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ["CHARTPATH_RECORD"] = "none"  # a test of the record sets its own folder, and unsets this

ROOT = Path(__file__).resolve().parents[1]
# Files that take longest begin first: at the end, when a worker has nothing left to do, only short ones remain.
LONGEST = (
    "tests/hub",
    "tests/site",
    "tests/browser",
    "tests/content/test_situations.py",
    "tests/grading",
    "notebooks",
    "tests/content/test_datapackages.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files in the order in which they are handed to workers; within a file nothing moves."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    path = item.path.relative_to(ROOT).as_posix() if item.path.is_relative_to(ROOT) else ""
    return next((turn for turn, start in enumerate(LONGEST) if path.startswith(start)), len(LONGEST))
