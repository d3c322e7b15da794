"""No test, and no notebook that nbval runs, reads or writes the record of whoever runs the tests."""

from __future__ import annotations

import gc
import os
from itertools import zip_longest
from pathlib import Path

import nbval.kernel
import pytest

from own_kernel import OwnKernel

os.environ["CHARTPATH_RECORD"] = "none"  # a test of the record sets its own folder, and unsets this
nbval.kernel.KernelManager = OwnKernel
# A worker holds the whole content, hundreds of megabytes that stay: looking through it for garbage took its share.
gc.set_threshold(100_000, 50, 100)

ROOT = Path(__file__).resolve().parents[1]
# What takes longest, longest first. The first wait for browsers and servers most of the time, the others compute.
WAITING = ("tests/site", "tests/browser", "tests/hub")
BUSY = (
    "tests/test_handout.py",
    "tests/figures/test_figures.py",
    "tests/content/test_situations.py",
    "tests/grading",
    "tests/codesets",
    "notebooks",
    "tests/content/test_datapackages.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files in the order in which workers take them; within a file nothing moves.

    Long files begin, so that only short ones remain when a worker runs out of work; those that wait and those that
    compute take turns, so that a core has always something to do.
    """
    waiting: list[tuple[int, str, Path]] = []
    busy: list[tuple[int, str, Path]] = []
    short: list[tuple[int, str, Path]] = []
    for file in dict.fromkeys(item.path for item in items):
        name = file.relative_to(ROOT).as_posix() if file.is_relative_to(ROOT) else file.as_posix()
        kind = waiting if name.startswith(WAITING) else busy if name.startswith(BUSY) else short
        kind.append((_turn(name), name, file))
    long = [one for pair in zip_longest(sorted(waiting), sorted(busy)) for one in pair if one]
    place = {file: at for at, (_, _, file) in enumerate([*long, *short])}
    items.sort(key=lambda item: place[item.path])


def _turn(name: str) -> int:
    return next((turn for turn, start in enumerate((*WAITING, *BUSY)) if name.startswith(start)), 0)
