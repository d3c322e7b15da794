"""Privacy and compliance: collected facts and the breach portal -> tables in datasets/hipaa.

    python datasets/recipes/hipaa.py FOLDER

FOLDER holds the two exports of the HHS breach portal (`breach_report_*.csv`). What people collected, each with its
source and its date, stands in `hipaa_words.yaml` beside this file.

What it decides, and why:
- Names of organizations and the descriptions of their breaches are left out: a count needs neither.
- An incident with several types or places is counted once, as "More than one", so that the parts add up to the whole.
- A year is complete only in the archive and only if the portal had closed it: cases stay out of the archive while they
  are investigated, about two years, so the years after the last complete one are too low and are marked.
- A breach without a number of people counts as a breach, and adds no people.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from pathlib import Path
from statistics import median
from typing import Any

import datapackage
import yaml
from common import DATASETS, raw_folder, tidy, write_csv

OUT = DATASETS / "hipaa"
HERE = Path(__file__).parent
SNAPSHOTS = {
    "closed": "breach_report_archive_2024-04-26.csv",
    "open": "breach_report_under_investigation_2026-04-07.csv",
}
# Closed cases of 2022 and later are incomplete in an archive of April 2024; 2009 began in September.
COMPLETE = range(2010, 2022)
COMMON_PLACES = (
    "Network Server",
    "Email",
    "Paper/Films",
    "Laptop",
    "Desktop Computer",
    "Electronic Medical Record",
    "Other Portable Electronic Device",
)
COMMON_TYPES = (
    "Hacking/IT Incident",
    "Unauthorized Access/Disclosure",
    "Theft",
    "Loss",
    "Improper Disposal",
)
AS_OF = "2025-07-22"  # a law firm wrote on this day that all older provisions of HIPAA remain in effect


def read_portal(path: Path) -> list[dict[str, Any]]:
    """One row a breach: year (int), people (int or None), type and place. Raises SystemExit for another layout.

    The columns are taken by their place: two headings of the second export are broken.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *lines = csv.reader(file)
    if len(header) != 9 or header[3] != "Individuals Affected":
        raise SystemExit(
            f"{path.name}: not an export of the breach portal. Compare its first line with the nine columns."
        )
    found = []
    for line in lines:
        people = line[3].strip()
        found.append(
            {
                "year": int(line[4][-4:]),
                "people": int(people) if people else None,
                "type": _one_of(line[5], COMMON_TYPES),
                "place": _one_of(line[6], COMMON_PLACES),
            }
        )
    return found


def _one_of(text: str, known: tuple[str, ...]) -> str:
    text = tidy(text)
    if text in known:
        return text
    return "More than one" if "," in text else "Other or unknown"


def breaches(rows: dict[str, list[dict[str, Any]]]) -> list[list[object]]:
    """Breaches and people by list, year, type and place."""
    count: dict[tuple[str, int, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for name, one_list in rows.items():
        for row in one_list:
            cell = count[name, row["year"], row["type"], row["place"]]
            cell[0] += 1
            cell[1] += row["people"] or 0
    return [[*key, *cell] for key, cell in sorted(count.items())]


def years(rows: dict[str, list[dict[str, Any]]]) -> list[list[object]]:
    """Breaches, people, the median and the largest of each list and year, and whether the year is complete."""
    found: list[list[object]] = []
    for name, one_list in rows.items():
        for year in sorted({row["year"] for row in one_list}):
            mine = [row for row in one_list if row["year"] == year]
            people = [row["people"] for row in mine if row["people"] is not None]
            complete = "yes" if name == "closed" and year in COMPLETE else "no"
            found.append([name, year, len(mine), sum(people), median(people), max(people), complete])
    return found


def law(words: dict[str, Any]) -> list[list[object]]:
    """One row a rule; the status is in force, and the date AS_OF, where the words say nothing else."""
    return [
        [
            row["key"],
            row["topic"],
            row["citation"],
            row["says"],
            row.get("days"),
            row.get("runs_from"),
            row.get("status", "in force"),
            row.get("as_of", AS_OF),
            words["sources"][row["source"]]["title"],
            words["sources"][row["source"]]["url"],
        ]
        for row in words["law"]
    ]


def main(raw: Path) -> None:
    """Write the tables and refresh the hashes of the Data Packages."""
    words = yaml.safe_load((HERE / "hipaa_words.yaml").read_text(encoding="utf-8"))
    try:
        portal = {name: read_portal(raw / file) for name, file in SNAPSHOTS.items()}
    except FileNotFoundError as error:
        raise SystemExit(
            f"{error.filename}: missing. Name the folder that holds the exports of the breach portal."
        ) from None
    fca = words["false_claims"]
    tables: dict[str, tuple[tuple[str, ...], list[list[object]]]] = {
        "law": (
            ("key", "topic", "citation", "says", "days", "runs_from", "status", "as_of", "source", "url"),
            law(words),
        ),
        "identifiers": (("letter", "kind", "goes", "may_stay"), words["identifiers"]),
        "zip3": (("zip3",), [[one] for one in words["zip3"]]),
        "penalties": (
            ("tier", "what", "low", "high", "cap", "cap_2019", "since"),
            [[*one, words["penalties_since"]] for one in words["penalties"]],
        ),
        "false_claims": (
            ("since", "low", "high", "multiple"),
            [[fca[name] for name in ("since", "low", "high", "multiple")]],
        ),
        "breaches": (("list", "year", "type", "place", "breaches", "people"), breaches(portal)),
        "breach_years": (
            ("list", "year", "breaches", "people", "median", "largest", "complete"),
            years(portal),
        ),
    }
    for name, (header, rows) in tables.items():
        print(f"{name}: {write_csv(OUT / f'{name}.csv', header, rows)} rows")
    datapackage.refresh(DATASETS)


if __name__ == "__main__":
    main(raw_folder(sys.argv))
