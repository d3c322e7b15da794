"""O*NET 29.2: tasks, technology, interests, related occupations, titles and job zones of our occupations.

CC BY 4.0; the Data Package carries the credit that O*NET asks for. Only the `.00` profile of each occupation
is kept, numbers of tasks are left out, and related occupations get the title of their SOC group.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from common import tidy
from labour_outlook import DOWNLOAD, title
from labour_read import Row, Table, read

FOLDER = "onet"
CODE = "O*NET-SOC Code"
HIGH_POINTS = {"First": 1, "Second": 2, "Third": 3}


def _rows(raw: Path, name: str, words: dict[str, Any]) -> list[dict[str, str]]:
    """Rows of one text table for our occupations, in the order of their codes, `soc` added."""
    found = []
    for row in read(raw / FOLDER / f"29.2_{name}.txt", "\t"):
        soc, _, detail = row[CODE].partition(".")
        if soc in words["occupations"] and detail == "00":
            found.append(
                {**{key: "" if value == "n/a" else tidy(value) for key, value in row.items()}, "soc": soc}
            )
    if not found:
        raise SystemExit(f"O*NET {name}: nothing about our occupations")
    return sorted(found, key=lambda row: row["soc"])


def tables(raw: Path, words: dict[str, Any]) -> list[Table]:
    """The six tables."""
    tasks: list[Row] = [
        [row["soc"], place, row["Task"], row["Task Type"], row["Date"], row["Domain Source"]]
        for place, row in _numbered(_rows(raw, "Task Statements", words))
    ]
    technology: list[Row] = [
        [
            row["soc"],
            row["Example"],
            row["Commodity Title"],
            _yes(row["Hot Technology"]),
            _yes(row["In Demand"]),
        ]
        for row in _rows(raw, "Technology Skills", words)
    ]
    zones: list[Row] = [
        [
            row["soc"],
            int(row["Job Zone"]),
            words["job_zones"][int(row["Job Zone"])],
            row["Date"],
            row["Domain Source"],
        ]
        for row in _rows(raw, "Job Zones", words)
    ]
    titles: list[Row] = [
        [row["soc"], row["Alternate Title"], row["Short Title"]]
        for row in _rows(raw, "Alternate Titles", words)
    ]
    return [
        Table("onet_tasks", ("soc", "number", "task", "kind", "date", "origin"), tasks),
        Table("onet_technology", ("soc", "example", "category", "hot", "in_demand"), technology),
        _interests(raw, words),
        _related(raw, words),
        Table("onet_titles", ("soc", "title", "short"), titles),
        Table("onet_zones", ("soc", "zone", "meaning", "date", "origin"), zones),
    ]


def _numbered(rows: list[dict[str, str]]) -> list[tuple[int, dict[str, str]]]:
    """Rows with their place within the occupation, from 1."""
    counts: dict[str, int] = {}
    found = []
    for row in rows:
        counts[row["soc"]] = counts.get(row["soc"], 0) + 1
        found.append((counts[row["soc"]], row))
    return found


def _yes(mark: str) -> str:
    return {"Y": "true", "N": "false"}[mark]


def _interests(raw: Path, words: dict[str, Any]) -> Table:
    """Interest scores, with the rank of the high points."""
    rows = _rows(raw, "Interests", words)
    order = [row["Element Name"] for row in rows if row["Scale ID"] == "OI" and row["soc"] == rows[0]["soc"]]
    ranks: dict[tuple[str, str], int] = {}
    for row in rows:
        if row["Scale ID"] == "IH" and float(row["Data Value"]):
            # A high point is written as the number of the interest, 1 for Realistic and so on.
            ranks[row["soc"], order[int(float(row["Data Value"])) - 1]] = HIGH_POINTS[
                row["Element Name"].split()[0]
            ]
    found: list[Row] = [
        [
            row["soc"],
            row["Element Name"],
            row["Data Value"],
            ranks.get((row["soc"], row["Element Name"])),
            row["Date"],
            row["Domain Source"],
        ]
        for row in rows
        if row["Scale ID"] == "OI"
    ]
    return Table("onet_interests", ("soc", "interest", "score", "high_point", "date", "origin"), found)


def _related(raw: Path, words: dict[str, Any]) -> Table:
    """Related occupations, nearest first, with the title of the SOC group they belong to."""
    titles = {row["Occupation Code"]: title(row["Occupation Title"]) for row in read(raw / DOWNLOAD)}
    for row in read(raw / FOLDER / "30.2_skills_importance_wide_by_soc.csv"):
        # The carrier of this table wrote a dash where the official title has a comma.
        titles[row["Occupation Code"]] = row["Occupation Title"].replace(" — ", ", ")
    found: list[Row] = []
    for row in _rows(raw, "Related Occupations", words):
        related = row["Related O*NET-SOC Code"]
        found.append(
            [
                row["soc"],
                int(row["Index"]),
                related,
                titles[related.split(".")[0]],
                row["Relatedness Tier"],
            ]
        )
    found.sort(key=lambda row: (str(row[0]), int(str(row[1]))))
    return Table("onet_related", ("soc", "rank", "related", "related_title", "tier"), found)
