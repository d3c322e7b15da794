"""The map of the course: units, the objectives of each, the items that exercise them, the blueprint they cover.

`datasets/curriculum/units.csv` lists the units, `objectives/<unit>.yaml` what a learner can do after each, and
`blueprint.csv` the 84 competencies that coding certifications and employers ask for. An item names its objectives;
an objective names its blueprint rows, and with `charts: true` every chart of its unit exercises it.
"""

from __future__ import annotations

import csv
from collections import Counter

import yaml
from attrs import frozen

from chartpath import items, paths
from chartpath.errors import BadInput


@frozen
class Objective:
    """What a learner can do after a unit, the blueprint rows that this covers, and the items that exercise it."""

    id: str
    unit: str
    text: str
    rows: tuple[int, ...]
    items: tuple[str, ...]


@frozen
class BlueprintRow:
    """One competency: where certification exams and the O*NET task list ask for it, and what of it is covered."""

    row: int
    section: str
    competency: str
    cpc: str
    cca: str
    ccs: str
    onet_tasks: str
    units: tuple[str, ...]
    items: tuple[str, ...]


def rows(coverage: bool = False) -> list[dict[str, str | int]]:
    """One row a unit in teaching order; with `coverage`, counts of objectives, practice and assessed items, and points.

    Source: `datasets/curriculum/units.csv`, and the item bank.
    """
    with (paths.datasets() / "curriculum" / "units.csv").open(encoding="utf-8", newline="") as file:
        units: list[dict[str, str | int]] = [dict(row) for row in csv.DictReader(file)]
    if not coverage:
        return units
    bank = items.items()
    aims = Counter(one.unit for one in objectives(bank))
    for row in units:
        mine = [one for one in bank if one.unit == row["unit"]]
        row["objectives"] = aims[str(row["unit"])]
        row["practice_items"] = sum(not one.assessed for one in mine)
        row["assessed_items"] = sum(one.assessed for one in mine)
        row["points"] = f"{sum(one.points for one in mine if one.assessed):g}"
    return units


def objectives(bank: list[items.Item] | None = None) -> list[Objective]:
    """Every objective in teaching order, with its items. Raises BadInput for a file that cannot be read.

    Raises BadInput too where an item names an objective that does not exist.
    """
    bank = items.items() if bank is None else bank
    by_objective: dict[str, list[str]] = {}
    for one in bank:
        for name in one.objectives:
            by_objective.setdefault(name, []).append(one.id)
    found: list[Objective] = []
    for path in sorted((paths.datasets() / "curriculum" / "objectives").glob("*.yaml")):
        unit = path.stem
        for row in yaml.safe_load(path.read_text(encoding="utf-8")) or ():
            try:
                named = by_objective.pop(row["id"], [])
                charts = [one.id for one in bank if one.unit == unit and one.kind == "codes"]
                exercised = {*named, *(charts if row.get("charts") else ())}
                found.append(
                    Objective(row["id"], unit, row["text"], tuple(row["rows"]), tuple(sorted(exercised)))
                )
            except (KeyError, TypeError) as error:
                raise BadInput(f"{path.name}: an objective needs id, text and rows ({error}).") from error
    if by_objective:
        name, ids = next(iter(by_objective.items()))
        raise BadInput(
            f"{ids[0]} names the objective {name!r}, and no file in curriculum/objectives has it. Correct one of them."
        )
    return found


def blueprint() -> list[BlueprintRow]:
    """The competencies in order, each with the units and items that cover it."""
    aims = objectives()
    with (paths.datasets() / "curriculum" / "blueprint.csv").open(encoding="utf-8", newline="") as file:
        found = []
        for line in csv.DictReader(file):
            number = int(line["row"])
            mine = [one for one in aims if number in one.rows]
            found.append(
                BlueprintRow(
                    row=number,
                    section=line["section"],
                    competency=line["competency"],
                    cpc=line["cpc"],
                    cca=line["cca"],
                    ccs=line["ccs"],
                    onet_tasks=line["onet_tasks"],
                    units=tuple(dict.fromkeys(one.unit for one in mine)),
                    items=tuple(sorted({item for one in mine for item in one.items})),
                )
            )
    return found
