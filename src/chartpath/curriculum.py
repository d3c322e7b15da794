"""The map of the units: what each is about, and what of it is ready."""

from __future__ import annotations

import csv

from chartpath import items, paths


def rows(coverage: bool = False) -> list[dict[str, str | int]]:
    """One row a unit in teaching order; with `coverage`, counts of practice and assessed items and points too.

    Source: `datasets/curriculum/units.csv`, and the item bank.
    """
    with (paths.datasets() / "curriculum" / "units.csv").open(encoding="utf-8", newline="") as file:
        units: list[dict[str, str | int]] = [dict(row) for row in csv.DictReader(file)]
    if not coverage:
        return units
    bank = items.items()
    for row in units:
        mine = [one for one in bank if one.unit == row["unit"]]
        row["practice_items"] = sum(not one.assessed for one in mine)
        row["assessed_items"] = sum(one.assessed for one in mine)
        row["points"] = f"{sum(one.points for one in mine if one.assessed):g}"
    return units
