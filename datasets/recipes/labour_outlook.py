"""Employment Projections: every vintage at hand, what openings consist of, and what BLS says drives them."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

from common import tidy
from labour_read import Row, Table, jobs, number, read, records, sheet

BOOK = "ep_2024_34/occupation_2024-34.xlsx"
DOWNLOAD = "ep_2024_34/Employment_Projections_2024-34.csv"
TIDY = "ep_vintages/vintages_tidy.csv"
SKILLS = "ep_2025_35/ep_skills_2025_35_two_socs.csv"
NEWEST, BOOK_VINTAGE, OLD_METHOD = "2025-35", "2024-34", "2012-22"
ALL = "00-0000"
ANNUAL = "annual average; workers who leave the occupation or the labor force, and growth"
TEN_YEARS = (
    "total of ten years by the older replacement method, divided by ten; not comparable with later vintages"
)
HEADER = (
    "vintage",
    "soc",
    "title",
    "base_year",
    "target_year",
    "employment_base",
    "employment_projected",
    "change",
    "change_pct",
    "openings_annual",
    "openings_published",
    "openings_basis",
    "median_wage",
    "median_wage_year",
    "education",
    "work_experience",
    "training",
    "status",
    "release",
)


def years(vintage: str) -> tuple[int, int]:
    """`2012-22` -> (2012, 2022)."""
    base = int(vintage[:4])
    return base, base // 100 * 100 + int(vintage[-2:])


def title(text: str) -> str:
    """The title without the example job titles that the download appends after blanks or a star."""
    return tidy(re.split(r"\s{2,}|\t|\*", text)[0])


def _vintage(raw: Path, vintage: str, words: dict[str, Any], totals: dict[str, dict[str, str]]) -> list[Row]:
    """The rows of one download, and the row of all occupations: published, or the sum of the details."""
    entry = words["vintages"][vintage]
    download = read(raw / entry["file"])
    # The columns keep their order in every vintage; only their names change.
    columns = list(download[0])
    wage_year = int(re.findall(r"\d{4}", columns[7])[0])
    divide = vintage == OLD_METHOD
    basis = TEN_YEARS if divide else ANNUAL
    rows: list[Row] = []
    for record in download:
        cells = [record[name] for name in columns]
        # A spreadsheet formula keeps the code from being read as a date: ="29-2072".
        soc = cells[1].strip('="')
        if soc not in words["occupations"]:
            continue
        openings = jobs(cells[6])
        rows.append(
            [
                vintage,
                soc,
                title(cells[0]),
                *years(vintage),
                jobs(cells[2]),
                jobs(cells[3]),
                jobs(cells[4]),
                number(cells[5]),
                _per_year(openings, divide),
                openings,
                basis,
                number(cells[7]),
                wage_year if number(cells[7]) is not None else None,
                tidy(cells[8]).replace("non-degree", "nondegree"),
                tidy(cells[10]),
                tidy(cells[12]),
                "published",
                entry["release"],
            ]
        )
    sums = [sum((number(record[columns[place]]) or Decimal(0)) for record in download) for place in (2, 3, 6)]
    published = totals.get(vintage)
    if published:
        base, target = published["emp_base_k"], published["emp_proj_k"]
        openings = jobs(published["openings_k(2012-22=10yr_total)"])
        if abs(Decimal(base) - sums[0]) > 3 or abs(Decimal(target) - sums[1]) > 3:
            raise SystemExit(
                f"{vintage}: the occupations add up to {sums}, the published total is {base}, {target}"
            )
    else:
        base, target = str(sums[0]), str(sums[1])
        openings = round(sums[2] * 1000)
    change = Decimal(target) - Decimal(base)
    wage = number(published["median_wage_as_downloaded"]) if published else None
    rows.append(
        [
            vintage,
            ALL,
            words["occupations"][ALL]["title"],
            *years(vintage),
            jobs(base),
            jobs(target),
            round(change * 1000),
            (change / Decimal(base) * 100).quantize(Decimal("0.1")),
            _per_year(openings, divide),
            openings,
            basis,
            wage,
            wage_year if wage is not None else None,
            None,
            None,
            None,
            "published"
            if published
            else "sum of the detailed occupations; the published total differs by rounding",
            entry["release"],
        ]
    )
    return rows


def _per_year(openings: int | None, divide: bool) -> int | None:
    return openings if openings is None or not divide else round(openings / 10)


def _newest(raw: Path, words: dict[str, Any]) -> list[Row]:
    """2025-35: growth, openings and medians; employment only for all occupations together."""
    entry = words["vintages"][NEWEST]
    rows: list[Row] = []
    for record in read(raw / entry["file"]):
        base, target = jobs(record["emp2025_k"]), jobs(record["emp2035_k"])
        openings = round(Decimal(record["openings_annual"]))
        rows.append(
            [
                NEWEST,
                record["soc"],
                words["occupations"][record["soc"]]["title"],
                *years(NEWEST),
                base,
                target,
                None if base is None or target is None else target - base,
                number(record["change_pct"]),
                openings,
                openings,
                ANNUAL,
                number(record["median_2025"]),
                years(NEWEST)[0],
                None,
                None,
                None,
                "published" if base else "growth, openings and pay only; employment is not at hand",
                entry["release"],
            ]
        )
    return rows


def projections(raw: Path, words: dict[str, Any]) -> Table:
    """One row a vintage and occupation, in jobs."""
    totals = {row["vintage"]: row for row in read(raw / TIDY) if row["soc"] == ALL}
    rows: list[Row] = []
    for vintage in words["vintages"]:
        rows += _newest(raw, words) if vintage == NEWEST else _vintage(raw, vintage, words, totals)
    rows.sort(key=lambda row: (str(row[0]), str(row[1])))
    ours = {(row[0], row[1]): row for row in rows}
    for entry in read(raw / TIDY):
        row = ours[entry["vintage"], entry["soc"]]
        wanted = [jobs(entry["emp_base_k"]), jobs(entry["emp_proj_k"]), number(entry["change_pct"])]
        if [row[5], row[6], row[8]] != wanted:
            raise SystemExit(
                f"{entry['vintage']} {entry['soc']}: {[row[5], row[6], row[8]]}, expected {wanted}"
            )
    return Table("projections", HEADER, rows)


def _book(raw: Path, name: str, words: dict[str, Any]) -> list[dict[str, str]]:
    """The rows of our occupations in a sheet of the projections workbook; its second line is the header."""
    found = records(list(sheet(raw / BOOK, name)), 1)
    code = next(key for key in found[0] if key.endswith("code") and "industry" not in key)
    return [
        {**row, "soc": row[code].strip()}
        for row in found
        if row.get(code, "").strip() in words["occupations"]
    ]


def openings(raw: Path, words: dict[str, Any]) -> Table:
    """What a year's openings consist of: people who leave work, who change occupation, and new jobs."""
    rows: list[Row] = []
    for row in _book(raw, "Table 1.10", words):
        get = {re.split(r", (?:projected )?20\d\d", name)[0]: value for name, value in row.items()}
        change = jobs(get["Employment change, numeric"])
        if change is None:
            raise SystemExit(f"{row['soc']}: no change of employment in Table 1.10")
        rows.append(
            [
                BOOK_VINTAGE,
                row["soc"],
                words["occupations"][row["soc"]]["title"],
                jobs(get["Labor force exits"]),
                jobs(get["Occupational transfers"]),
                jobs(get["Total occupational separations"]),
                round(change / 10),
                jobs(get["Occupational openings"]),
                number(get["Labor force exit rate"]),
                number(get["Occupational transfer rate"]),
            ]
        )
    header = ("exits_annual", "transfers_annual", "separations_annual", "growth_annual", "openings_annual")
    return Table("openings", ("vintage", "soc", "title", *header, "exit_rate", "transfer_rate"), rows)


def factors(raw: Path, words: dict[str, Any]) -> Table:
    """What BLS says moves an occupation's share of jobs, in its own words (a work of the Government)."""
    rows: list[Row] = [
        [
            BOOK_VINTAGE,
            row["soc"],
            words["occupations"][row["soc"]]["title"],
            tidy(row["2024 National Employment Matrix industry title"]),
            tidy(row["Factors affecting occupational utilization"]),
        ]
        for row in _book(raw, "Table 1.12", words)
    ]
    if "29-2072" not in {row[1] for row in rows}:
        raise SystemExit("Table 1.12 says nothing about 29-2072; the column may have moved")
    return Table("factors", ("vintage", "soc", "title", "industry", "factors"), rows)


def skills(raw: Path, words: dict[str, Any]) -> Table:
    """BLS skill scores of two occupations, 1 (low) to 5 (high)."""
    rows: list[Row] = [
        [NEWEST, row["soc"], words["occupations"][row["soc"]]["title"], row["skill"], row["score"]]
        for row in read(raw / SKILLS)
    ]
    return Table("skills", ("vintage", "soc", "title", "skill", "score"), rows)
