"""The curriculum map: what is claimed as taught is exercised, and every item of a mapped unit serves an objective."""

from __future__ import annotations

import csv

import pytest

from chartpath import curriculum, paths
from chartpath.curriculum import BlueprintRow, Objective

OBJECTIVES = curriculum.objectives()
MAPPED = sorted({one.unit for one in OBJECTIVES})
FEWEST_ITEMS = 3


@pytest.mark.parametrize("aim", OBJECTIVES, ids=lambda aim: aim.id)
def test_an_objective_has_at_least_three_items(aim: Objective) -> None:
    assert len(aim.items) >= FEWEST_ITEMS


@pytest.mark.parametrize("aim", OBJECTIVES, ids=lambda aim: aim.id)
def test_an_objective_begins_with_what_a_learner_does(aim: Objective) -> None:
    vague = ("understand", "know", "learn", "be ", "appreciate", "become")
    assert not aim.text.lower().startswith(vague)
    assert aim.text.endswith(".")


def test_objective_ids_are_unique() -> None:
    ids = [one.id for one in OBJECTIVES]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("row", curriculum.blueprint(), ids=lambda row: f"row{row.row}")
def test_a_row_claimed_as_covered_has_items(row: BlueprintRow) -> None:
    assert bool(row.units) == bool(row.items)


def test_every_objective_names_rows_of_the_blueprint() -> None:
    known = {row.row for row in curriculum.blueprint()}
    assert len(known) == 84
    assert [one.id for one in OBJECTIVES if not one.rows or not set(one.rows) <= known] == []


def test_every_ready_unit_but_the_first_is_mapped() -> None:
    ready = [row["unit"] for row in curriculum.rows() if row["status"] == "ready"]
    assert [unit for unit in ready if unit != "00-start-here"] == MAPPED


def test_the_units_of_the_map_exist() -> None:
    with (paths.datasets() / "curriculum" / "units.csv").open(encoding="utf-8", newline="") as file:
        known = {row["unit"] for row in csv.DictReader(file)}
    assert set(MAPPED) <= known
