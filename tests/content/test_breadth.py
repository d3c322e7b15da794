"""The library is as broad as it says: every setting and every section of the guidelines has two charts or more."""

from __future__ import annotations

import csv
from collections import Counter

import pytest

from chartpath import items, paths
from chartpath.encounters import SETTINGS

CHARTS = [one for one in items.items() if one.kind == "codes"]


def sections() -> list[str]:
    """The sections the library is measured by: I.A.1, I.B.5, I.C.9.a, II.C, III.B, IV.G and those above them."""
    path = paths.datasets() / "codesets" / "icd10cm" / "guideline-sections.csv"
    with path.open(encoding="utf-8", newline="") as file:
        found = [row["section"] for row in csv.DictReader(file)]
    return [one for one in found if not one.startswith("App") and one.count(".") <= _depth(one)]


def _depth(section: str) -> int:
    return 3 if section.startswith("I.C.") else 2 if section.startswith("I.") else 1


def cited() -> Counter[str]:
    """In how many charts each section is cited, counting what stands below it."""
    count: Counter[str] = Counter()
    for one in CHARTS:
        key = items.key(one.id)
        named = {*key.citations, *(section for code in key.codes for section in code.citations)}
        above = {".".join(name.split(".")[: end + 1]) for name in named for end in range(name.count(".") + 1)}
        count.update(above)
    return count


CITED = cited()


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_setting_has_two_charts(setting: str) -> None:
    assert sum(one.chart is not None and one.chart.setting == setting for one in CHARTS) >= 2


@pytest.mark.parametrize("section", sections())
def test_every_section_has_two_charts(section: str) -> None:
    assert CITED[section] >= 2


def test_there_are_as_many_as_the_readme_says() -> None:
    assert f"{len(CHARTS)} in {len(SETTINGS)} settings" in (paths.root() / "README.md").read_text(
        encoding="utf-8"
    )
