"""What may not be in the kit is not in it: CPT and CDT codes, machine paths, registry hosts."""

from __future__ import annotations

import re

import pytest

from chartpath import paths

ROOT = paths.root()
PROSE = sorted(
    path
    for folder in (
        "notebooks",
        "datasets/charts",
        "datasets/questions",
        "datasets/keys",
        "datasets/curriculum",
        "grading/keys",
    )
    for path in (ROOT / folder).rglob("*")
    if path.is_file() and path.suffix in {".md", ".yaml", ".csv"} and ".ipynb_checkpoints" not in path.parts
)
# Five digits, or four and a letter, are the shapes of CPT; D and four digits that of CDT.
CODE_SHAPES = re.compile(r"(?<![\d.,$/:-])\b(?:\d{5}|\d{4}[FTU]|D\d{4})\b(?![\d.,-])")


def test_no_licensed_code_in_the_text() -> None:
    assert len(PROSE) > 1000
    found = {
        str(path.relative_to(ROOT)): shapes
        for path in PROSE
        if (shapes := CODE_SHAPES.findall(path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize("shape", ["code 99213 for", "0232T", "1036F", "D0120 exam"])
def test_the_shapes_would_be_found(shape: str) -> None:
    assert CODE_SHAPES.search(shape)


@pytest.mark.parametrize(
    "innocent", ["$51,140", "05/12/2026", "D62", "E11.22", "51140.5", "T44.7X1A", "194,720"]
)
def test_innocent_text_is_not(innocent: str) -> None:
    assert not CODE_SHAPES.search(innocent)
