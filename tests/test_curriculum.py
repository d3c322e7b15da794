"""The map reads its files, counts items, and names what is wrong."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest

from chartpath import curriculum, items, paths
from chartpath.errors import BadInput


def test_rows_are_in_teaching_order_and_bare_without_coverage() -> None:
    units = [str(row["unit"]) for row in curriculum.rows()]
    assert units == sorted(units)
    assert "assessed_items" not in curriculum.rows()[0]


def test_coverage_counts_items_and_objectives() -> None:
    row = next(row for row in curriculum.rows(coverage=True) if str(row["unit"]).startswith("10-"))
    mine = [one for one in items.items() if one.unit == row["unit"]]
    assert row["assessed_items"] == sum(one.assessed for one in mine)
    assert row["objectives"] == len([one for one in curriculum.objectives() if one.unit == row["unit"]])


def test_a_chart_objective_holds_every_chart_of_its_unit() -> None:
    aim = next(one for one in curriculum.objectives() if one.id == "10-conclude")
    charts = {one.id for one in items.items(aim.unit) if one.kind == "codes"}
    assert charts <= set(aim.items)


def test_a_blueprint_row_names_its_units() -> None:
    row = next(row for row in curriculum.blueprint() if row.competency == "ICD-10-CM")
    assert "10-chart-abstraction-outpatient" in row.units
    assert row.cpc


@pytest.mark.parametrize("text", ["- id: x-1\n  rows: [1]\n", "- text: Do it.\n", "- plain\n"])
def test_a_broken_objective_file_is_named(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copytree(paths.datasets() / "curriculum", tmp_path / "curriculum")
    (tmp_path / "curriculum" / "objectives" / "99-x.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(paths, "datasets", lambda: tmp_path)
    with pytest.raises(BadInput, match=r"99-x\.yaml"):
        curriculum.objectives(bank=[])
