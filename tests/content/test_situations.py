"""Every situation of the generator: its codes against the code set, its charts against the audit.

One situation alone: `pytest tests/content/test_situations.py -k <situation id>`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chartpath.generate import make_one
from chartpath.generate.check import FEWEST_FACTS, FEWEST_STYLES, chart_faults, check_situation
from chartpath.generate.draw import Draw, draw_case
from chartpath.generate.mistakes import KINDS
from chartpath.generate.model import folder, read_situation, situation_files

FILES = situation_files()


@pytest.fixture(params=FILES, ids=[path.stem for path in FILES])
def path(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


def test_the_situation_holds(path: Path) -> None:
    report = check_situation(path, sample=50)
    assert list(report.faults) == []
    assert report.charts >= 50


def test_facts_and_styles_are_enough(path: Path) -> None:
    situation = read_situation(path)
    assert sum(len(values) > 1 for values in situation.facts.values()) >= FEWEST_FACTS
    assert len(set(situation.styles)) >= FEWEST_STYLES


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.text(max_size=30))
def test_for_any_seed_the_chart_keeps_every_rule(path: Path, seed: str) -> None:
    situation = read_situation(path)
    draw = Draw(seed, situation.id)
    one = make_one(draw_case(situation, draw), draw.pick(situation.styles), draw)
    assert list(chart_faults(one)) == []


def test_the_guide_tells_every_kind_of_mistake() -> None:
    guide = (folder() / "README.md").read_text(encoding="utf-8")
    table = guide[guide.index("| kind | needs |") :]
    told = {name.strip() for row in re.findall(r"^\| ([a-z_, ]+) \|", table, re.M) for name in row.split(",")}
    assert told - {"kind"} == set(KINDS)


def test_the_guide_names_files_that_are_there() -> None:
    guide = (folder() / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"`([a-z-]+\.yaml)`", guide)
    assert len(named) >= 4
    assert [name for name in named if not (folder() / name).is_file()] == []
