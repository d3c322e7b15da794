"""What money buys: consumer prices, regional price parities; the tile layout of the states; survey claims."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from common import tidy
from labour_read import Row, Table, number, read

CPI = "cpi/cpi_u_CUUR0000SA0.csv"
PARITIES = "rpp/SARPP_STATE_2008_2023.csv"
PARTIAL, PARTIAL_YEAR = "rpp/rpp_2024_partial.csv", 2024
TILES = "geo/state_tile_grid.csv"
ALL_ITEMS = "RPPs: All items"


def cpi(raw: Path) -> tuple[Table, Table]:
    """The monthly index, and by year its average and its May value (the reference month of OEWS)."""
    values = {(int(row["year"]), row["period"]): row["value"] for row in read(raw / CPI)}
    last = max(key for key in values if key[1] != "M13")
    monthly: list[Row] = []
    yearly: list[Row] = []
    for year in sorted({year for year, _ in values}):
        for month in range(1, 13):
            if (year, f"M{month:02d}") <= last:
                value = values.get((year, f"M{month:02d}"))
                monthly.append([year, month, value, "" if value else "BLS published no index for this month"])
        average, may = values.get((year, "M13")), values.get((year, "M05"))
        yearly.append([year, average, may, "" if average else "the year is not over at the source"])
    return (
        Table("cpi", ("year", "month", "value", "note"), monthly),
        Table("cpi_annual", ("year", "annual_average", "may", "note"), yearly),
    )


def parities(raw: Path, words: dict[str, Any]) -> Table:
    """Price level of a state against the nation (100), all items; the newest year only where it is at hand."""
    names = {**{name: usps for usps, name in words["states"].items()}, "United States": "US"}
    rows: list[Row] = []
    with (raw / PARITIES).open(encoding="utf-8", newline="") as stream:
        for record in csv.DictReader(stream, skipinitialspace=True):
            if tidy(record["Description"] or "") != ALL_ITEMS:
                continue
            state = tidy(record["GeoName"])
            for year in sorted(name for name in record if name and name.isdigit()):
                rows.append([names[state], state, int(year), number(record[year]), "published"])
    newest = {row["usps"]: row["rpp_all_items_2024"] for row in read(raw / PARTIAL)}
    for usps, state in sorted({(str(row[0]), str(row[1])) for row in rows}):
        value = newest.get(usps)
        status = "published" if value else "not at hand: only part of the 2024 release was found"
        rows.append([usps, state, PARTIAL_YEAR, value, status])
    rows.sort(key=lambda row: (row[0], row[2]))
    return Table("rpp", ("usps", "state", "year", "rpp", "status"), rows)


def tiles(raw: Path, words: dict[str, Any]) -> Table:
    """A square for each state, the District and the territories."""
    rows: list[Row] = [[row["usps"], int(row["row"]), int(row["col"])] for row in read(raw / TILES)]
    rows += [[usps, *place] for usps, place in words["territory_tiles"].items()]
    if {row[0] for row in rows} != set(words["states"]) or len({(row[1], row[2]) for row in rows}) != len(
        rows
    ):
        raise SystemExit("the tiles are not one for each state and territory")
    return Table("tiles", ("usps", "row", "col"), sorted(rows, key=lambda row: str(row[0])))


def surveys(raw: Path, words: dict[str, Any]) -> Table:
    """Pay claims of membership surveys, with what is known of their source."""
    official = {
        str(value).strip("%")
        for row in read(raw / "surveys/aapc_facts.csv")
        if (value := row["value"].strip())
    }
    header = ("organization", "year", "measure", "value", "unit", "respondents", "status", "source")
    rows: list[Row] = [[entry.get(name) for name in header] for entry in words["surveys"]]
    if {str(row[3]) for row in rows} != official:
        raise SystemExit("labour_words.yaml: the survey claims are not those of the collected file")
    return Table("survey_facts", header, rows)
