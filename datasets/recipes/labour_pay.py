"""OEWS: pay and jobs by area and industry of May 2025, the areas, and the national history since 2011."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from common import tidy
from labour_read import Row, Table, number, read, records, sheet

FILE = "oews_2025/oews_may2025_8socs.csv"
FOOTNOTES = "oews_2025/datatypes_footnotes.json"
HISTORY = "oews_history"
RELEASE_YEAR = 2025
CROSS_INDUSTRY = "000000"
# The name of the datatype in the official list -> our column. A name that is not there stops the recipe.
COLUMNS = {
    "Employment": "employment",
    "Employment percent relative standard error": "employment_rse",
    "Employment per 1,000 jobs": "jobs_per_1000",
    "Location Quotient": "location_quotient",
    "Annual mean wage": "mean",
    "Wage percent relative standard error": "mean_rse",
    "Annual 10th percentile wage": "p10",
    "Annual 25th percentile wage": "p25",
    "Annual median wage": "median",
    "Annual 75th percentile wage": "p75",
    "Annual 90th percentile wage": "p90",
    "Hourly mean wage": "h_mean",
    "Hourly 10th percentile wage": "h_p10",
    "Hourly 25th percentile wage": "h_p25",
    "Hourly median wage": "h_median",
    "Hourly 75th percentile wage": "h_p75",
    "Hourly 90th percentile wage": "h_p90",
}
JOBS, SHARE = ("employment", "employment_rse"), ("jobs_per_1000", "location_quotient")
WAGES = tuple(name for name in COLUMNS.values() if name not in JOBS + SHARE)
# Footnotes that say why a cell has no number; the rest explain a method.
NOT_RELEASED, CAPPED = "8", "5"
KEYS = ("area_type", "area_code", "area_name", "usps", "industry_code", "industry_name", "industry_level")
HEADER = (
    *KEYS,
    "soc",
    "title",
    *COLUMNS.values(),
    "employment_note",
    "wage_note",
    "share_note",
    "capped",
)


def area_type(row: dict[str, str]) -> str:
    """nation, state, metro or nonmetro, from the letter and the name."""
    kind = {"N": "nation", "S": "state", "M": "metro"}[row["area_type"]]
    return "nonmetro" if kind == "metro" and "nonmetropolitan" in row["area_name"] else kind


def oews(raw: Path, words: dict[str, Any]) -> Table:
    """Every row of the May 2025 file with named columns; a withheld cell is empty and its note says why."""
    official = json.loads((raw / FOOTNOTES).read_text(encoding="utf-8"))
    names = {code: COLUMNS[meaning] for code, meaning in official["datatype"].items()}
    notes: dict[str, str] = official["footnote"]
    postal = {name: usps for usps, name in words["states"].items()}
    rows: list[Row] = []
    for row in read(raw / FILE):
        kind = area_type(row)
        marks = {names[code]: row[f"f{code}"] for code in names}
        values = {names[code]: row[f"v{code}"] for code in names}
        for name, value in values.items():
            withheld = value == "-"
            if withheld != (marks[name] in (NOT_RELEASED, CAPPED)):
                raise SystemExit(
                    f"{row['area_code']} {row['soc']} {name}: {value!r} with footnote {marks[name]!r}"
                )
        groups = []
        for group in (JOBS, WAGES, SHARE):
            found = {marks[name] for name in group} - {"", CAPPED}
            if len(found) > 1 or (found and any(not marks[name] for name in group)):
                raise SystemExit(
                    f"{row['area_code']} {row['soc']}: footnotes differ within {', '.join(group)}"
                )
            groups.append(notes[found.pop()] if found else "")
        capped = " ".join(name for name, mark in marks.items() if mark == CAPPED)
        rows.append(
            [
                kind,
                row["area_code"],
                "United States" if kind == "nation" else row["area_name"],
                "US" if kind == "nation" else postal[row["area_name"]] if kind == "state" else "",
                row["industry_code"],
                tidy(row["industry_name"]),
                int(row["industry_level"]),
                row["soc"],
                row["title"],
                *("" if values[name] == "-" else values[name] for name in COLUMNS.values()),
                *groups,
                capped,
            ]
        )
    order = {"nation": 0, "state": 1, "metro": 2, "nonmetro": 3}
    # Nation first and industries by level, so that a person who opens the file meets the totals at the top.
    rows.sort(key=lambda row: (order[str(row[0])], row[1], row[6], row[4], row[7]))
    return Table("oews", HEADER, rows)


def footnotes(raw: Path) -> Table:
    """The footnotes of the release by number."""
    notes = json.loads((raw / FOOTNOTES).read_text(encoding="utf-8"))["footnote"]
    return Table("footnotes", ("footnote", "text"), [[int(code), text] for code, text in notes.items()])


def areas(table: Table, words: dict[str, Any]) -> Table:
    """One row an area, with the postal codes of the states it lies in."""
    fips = {str(row[1])[:2]: str(row[3]) for row in table.rows if row[0] == "state"}
    found: dict[str, Row] = {}
    for row in table.rows:
        kind, code, name, usps = (str(row[place]) for place in range(4))
        states = usps if kind == "state" else ""
        if kind == "nonmetro":
            states = fips[code[:2]]
        elif kind == "metro":
            tail = re.search(r", ([A-Z]{2}(?:-[A-Z]{2})*)$", name)
            if tail is None:
                raise SystemExit(f"{code} {name}: no state in the name of a metropolitan area")
            states = tail.group(1).replace("-", " ")
        if not set(states.split()) <= set(words["states"]):
            raise SystemExit(f"{code} {name}: unknown state in {states}")
        found[code] = [code, kind, name, usps, states]
    return Table("areas", ("area_code", "area_type", "name", "usps", "states"), list(found.values()))


def occupations(table: Table, words: dict[str, Any]) -> Table:
    """The occupations of the course and the codes that came before them."""
    published = {str(row[7]): str(row[8]) for row in table.rows}
    rows: list[Row] = []
    for soc, entry in words["occupations"].items():
        if soc in published and published[soc] != entry["title"]:
            raise SystemExit(f"{soc}: the official title is {published[soc]}")
        rows.append(
            [
                soc,
                entry["title"],
                entry["what"],
                "true" if entry["in_course"] else "false",
                entry["role"],
                entry.get("until"),
                " ".join(entry.get("successors", [])),
                "; ".join(entry.get("aliases", [])),
                "true" if soc in published else "false",
            ]
        )
    header = ("soc", "title", "what", "in_course", "role", "until", "successors", "aliases", "in_oews")
    return Table("occupations", header, rows)


_FIGURES = ("TOT_EMP", "EMP_PRSE", "A_MEAN", "A_PCT10", "A_PCT25", "A_MEDIAN", "A_PCT75", "A_PCT90")


def history(raw: Path, table: Table, words: dict[str, Any]) -> Table:
    """National figures by year. Retired codes keep their own rows; nothing is joined across codes."""
    breaks = {(entry["soc"], entry["year"]): entry["note"] for entry in words["breaks"]}
    rows: list[Row] = []
    for path in sorted((raw / HISTORY).glob("national_M*_dl.*")):
        year = int(path.stem.split("_M")[1][:4])
        found = read(path) if path.suffix == ".csv" else records(list(sheet(path)))
        for entry in found:
            entry = {str(name).upper(): value for name, value in entry.items()}
            soc, group = entry["OCC_CODE"], entry.get("O_GROUP") or entry.get("OCC_GROUP") or ""
            # From 2019 on a broad group can carry the code of its only member.
            if soc not in words["occupations"] or (group not in ("detailed", "total") and year >= 2019):
                continue
            figures = [number(entry[name]) for name in _FIGURES]
            source = f"BLS, OEWS national estimates, May {year}"
            rows.append([year, soc, tidy(entry["OCC_TITLE"]), *figures, "published", source])
    for point in words["points"]:
        rows.append(
            [
                point["year"],
                point["soc"],
                words["occupations"][point["soc"]]["title"],
                point.get("employment"),
                None,
                point.get("mean"),
                None,
                None,
                point["median"],
                None,
                None,
                "one figure from a page, not the national file",
                point["source"],
            ]
        )
    rows += _latest(raw, table)
    rows.sort(key=lambda row: (row[1], row[0]))
    finished: list[Row] = []
    for row in rows:
        note = breaks.pop((str(row[1]), int(str(row[0]))), "")
        finished.append([*row[:11], "true" if note else "false", note, *row[11:]])
    if breaks:
        raise SystemExit(f"labour_words.yaml: breaks without a row: {sorted(breaks)}")
    if len({(row[0], row[1]) for row in finished}) != len(finished):
        raise SystemExit("two rows for one year and occupation in the history")
    _compare(raw, finished)
    header = (
        "year",
        "soc",
        "title",
        "employment",
        "employment_rse",
        "mean",
        "p10",
        "p25",
        "median",
        "p75",
        "p90",
    )
    return Table("oews_history", (*header, "series_break", "break_note", "status", "source"), finished)


def _latest(raw: Path, table: Table) -> list[Row]:
    """The rows of May 2025: from the table, and 29-2099 from the national series, which alone has it."""
    at = {name: place for place, name in enumerate(HEADER)}
    keep = ("employment", "employment_rse", "mean", "p10", "p25", "median", "p75", "p90")
    source = f"BLS, OEWS national estimates, May {RELEASE_YEAR}"
    rows: list[Row] = [
        [
            RELEASE_YEAR,
            row[at["soc"]],
            row[at["title"]],
            *(row[at[name]] for name in keep),
            "published",
            source,
        ]
        for row in table.rows
        if row[0] == "nation" and row[at["industry_code"]] == CROSS_INDUSTRY
    ]
    have = {row[1] for row in rows}
    for entry in read(raw / HISTORY / "national_wage_series.csv"):
        if int(entry["year"]) == RELEASE_YEAR and entry["soc"] not in have:
            figures = [entry[name] for name in ("a_mean", "a_p10", "a_p25", "a_median", "a_p75", "a_p90")]
            rows.append(
                [
                    RELEASE_YEAR,
                    entry["soc"],
                    entry["title"],
                    entry["tot_emp"],
                    None,
                    *figures,
                    "published",
                    source,
                ]
            )
    return rows


def _compare(raw: Path, rows: list[Row]) -> None:
    """The series that was derived at collection must say the same; a difference stops the recipe."""
    ours = {(str(row[0]), str(row[1])): row for row in rows}
    places = {"tot_emp": 3, "a_mean": 5, "a_p10": 6, "a_p25": 7, "a_median": 8, "a_p75": 9, "a_p90": 10}
    for entry in read(raw / HISTORY / "national_wage_series.csv"):
        row = ours.get((entry["year"], entry["soc"]))
        if row is None:
            raise SystemExit(
                f"{entry['year']} {entry['soc']}: no row; is a national file of {HISTORY} missing?"
            )
        for name, place in places.items():
            if entry[name] and str(row[place]) != entry[name]:
                raise SystemExit(f"{entry['year']} {entry['soc']} {name}: {entry[name]} and {row[place]}")
