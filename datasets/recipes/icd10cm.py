"""ICD-10-CM: official files -> tidy tables in datasets/codesets/icd10cm.

    python datasets/recipes/icd10cm.py FOLDER

FOLDER holds one folder a release, as listed in `datasets/codesets/datapackage.json` under `sources`:
the CMS order file of FY2026 with its addenda, the CMS code addenda of FY2027 and order addenda of FY2025,
the CDC Tabular XML of April 2026, the POA-exempt list, the conversion table and the guidelines of FY2026.
Run it for a new release after changing the constants below; it rewrites the tables and their hashes.

What it decides, and why:
- Titles are the long titles of the order file. The XML's own titles carry tabs and differ.
- FY2027 is FY2026 plus the CMS addenda, which name billable codes only. A code that gains subdivisions
  stays as a heading. A heading that is wholly new has no released title in these files: it gets the words
  its codes share, or its range, in square brackets, and `title_source` says `derived`.
- FY2025 is FY2026 with the order addenda of FY2026 undone, so it is exact, headings included.
- `valid_from` is the date in the CDC conversion table; a code that is not in it has been valid since
  ICD-10-CM came into use on 1 October 2015.
"""

from __future__ import annotations

import re
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import datapackage
import guidelines
import icd10cm_index
import icd10cm_tabular
from common import DATASETS, dotted, raw_folder, write_csv

OUT = DATASETS / "codesets" / "icd10cm"
ORDER_2026 = "icd10cm_fy2026_codes/icd10cm_order_2026.txt"
ADDENDA_2026 = "icd10cm_fy2026_codes/icd10cm_order_addenda_2026.txt"
ADDENDA_2027 = "icd10cm_fy2027_addenda/icd10cm_codes_addenda_2027.txt"
POA_2026 = "icd10cm_fy2026_poa_conversion/POAexemptCodesFY26.zip"
CONVERSIONS = "icd10cm_fy2026_poa_conversion/ICD-10-CM-CONVERSION-TABLE-FY2026.xlsx"
# The counts the official files state about themselves; a mismatch stops the recipe.
BILLABLE = {"2025": 74_260, "2026": 74_719, "2027": 74_879}
FIRST_USE = "2015-10-01"
PARTS = (("codes-a-to-r", "ABCDEFGHIJKLMNOPQR"), ("codes-s-to-t", "ST"), ("codes-u-to-z", "VWXYZU"))


class Row(NamedTuple):
    """One code in one edition."""

    billable: bool
    title: str
    source: str  # order, addenda or derived


Edition = dict[str, Row]


def read_order(path: Path) -> Edition:
    """The fixed-width order file: code in columns 7-13, billable flag in 15, long title from 78."""
    edition: Edition = {}
    for line in path.read_text(encoding="ascii").splitlines():
        edition[line[6:14].strip()] = Row(line[14] == "1", line[77:].strip(), "order")
    return edition


def undo_order_addenda(edition: Edition, path: Path) -> Edition:
    """The edition before the one whose order addenda are given."""
    before = dict(edition)
    removed: list[tuple[str, Row]] = []
    for line in path.read_text(encoding="ascii").splitlines():
        match = re.match(r"(Add|Delete|Revise from|Revise to): +([01]) (\S+)", line)
        if not match:
            continue
        action, flag, code = match.groups()
        row = Row(flag == "1", line[13 + 2 + 8 + 61 :].strip(), "order")
        if action == "Add" and before.get(code, row).billable == row.billable:
            before.pop(code, None)
        elif action in ("Delete", "Revise from"):
            removed.append((code, row))
    before.update(removed)
    return before


def apply_code_addenda(edition: Edition, path: Path) -> Edition:
    """The edition after the code addenda (billable codes only); headings follow from the codes."""
    after = dict(edition)
    for line in path.read_text(encoding="ascii").splitlines():
        match = re.match(r"(Add|Delete|Revise from|Revise to): +(\S+) +(.*)", line)
        if not match:
            continue
        action, code, title = match.group(1), match.group(2), match.group(3).strip()
        if action == "Add" or action == "Revise to":
            after[code] = Row(True, title, "addenda")
        elif after[code].title != title:
            raise SystemExit(f"{path.name}: {code} is {after[code].title!r} before the change, not {title!r}")
        elif action == "Delete":
            after[code] = Row(False, title, after[code].source)  # a heading, unless nothing is left under it
    stems = {stem for code, row in after.items() if row.billable for stem in headings(code)}
    for stem in stems - after.keys():
        after[stem] = Row(False, derived_title(stem, after), "derived")
    return {code: row for code, row in after.items() if row.billable or code in stems}


def headings(code: str) -> Iterator[str]:
    """The proper stems of a code. A placeholder X before another X or the 7th character is no stem of its own."""
    for end in range(3, len(code)):
        if not (code[end - 1] == "X" and (end == 6 or code[end] == "X")):
            yield code[:end]


def derived_title(stem: str, edition: Edition) -> str:
    """Words for a heading without a released title, in square brackets: the longest run that all titles share."""
    below = sorted(code for code, row in edition.items() if row.billable and code.startswith(stem))
    first, *others = (f" {edition[code].title.lower().replace(',', ' ,')} " for code in below)
    words = first.split()
    runs = (words[start:end] for start in range(len(words)) for end in range(len(words), start + 1, -1))
    shared = [run for run in runs if all(f" {' '.join(run)} " in other for other in others)]
    best = max(shared, key=len, default=[])
    while best and best[-1] in (",", "of", "and", "to", "with", "or", "the", "unspecified"):
        best.pop()
    if len(best) < 2:
        return f"[{dotted(below[0])} to {dotted(below[-1])}]"
    spot = first.replace(" ,", ",").index(" ".join(best).replace(" ,", ","))
    text = f" {edition[below[0]].title} "[spot:][: len(" ".join(best).replace(" ,", ","))]
    return f"[{text[0].upper()}{text[1:]}]"


def tabular_order(base: Edition, *others: Edition) -> list[str]:
    """All codes of all editions in the order of the book (C7A stands between C75 and C76)."""
    order = list(base)
    for code in sorted({code for edition in others for code in edition} - base.keys()):
        stem = code[:-1]
        while len(stem) > 1 and not any(known.startswith(stem) for known in order):
            stem = stem[:-1]
        family = [place for place, known in enumerate(order) if known.startswith(stem)]
        before = [place for place in family if order[place] < code]
        # Behind the sibling that comes next in the alphabet, wherever the book has put that one (J4A, J4B).
        order.insert(max(before, key=order.__getitem__) + 1 if before else family[0], code)
    return order


def conversions(path: Path) -> list[tuple[str, str, str]]:
    """(code, valid from, code used before) from the CDC conversion table, a workbook of one sheet."""
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(path) as book:
        shared = [
            "".join(text.text or "" for text in item.iter(f"{space}t"))
            for item in ElementTree.fromstring(book.read("xl/sharedStrings.xml")).findall(f"{space}si")
        ]
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    rows = []
    for line in sheet.iter(f"{space}row"):
        cells = []
        for cell in line.findall(f"{space}c"):
            value = cell.findtext(f"{space}v") or ""
            cells.append(shared[int(value)] if cell.get("t") == "s" else value)
        if len(cells) != 3 or not cells[1].isdigit():
            continue  # the heading, and empty rows at the end
        number = int(cells[1])
        # A bare year means 1 October of it; anything larger is Excel's count of days from 1899-12-30.
        day = date(number, 10, 1) if number < 3000 else date(1899, 12, 30) + timedelta(days=number)
        rows.append((cells[0].strip(), day.isoformat(), re.sub(r"\s+", " ", cells[2]).strip()))
    return sorted(rows)


def intervals(
    order: list[str], editions: dict[str, Edition], since: dict[str, str]
) -> Iterator[list[object]]:
    """Rows (code, title, billable, title_source, first_edition, last_edition, valid_from), a new one at each change."""
    years = sorted(editions)
    for code in order:
        rows: list[list[object]] = []
        for year in years:
            now = editions[year].get(code)
            if now is None:
                continue
            last = rows[-1] if rows else None
            if last and last[1:3] == [now.title, int(now.billable)] and last[5] == str(int(year) - 1):
                last[5] = year
                continue
            start = f"{int(year) - 1}-10-01"
            if last is None and year == years[0]:
                start = since.get(code, FIRST_USE)
            elif last is None:
                start = since.get(code, start) if year != "2027" else start
            elif last[2] == int(now.billable):
                start = str(last[6])  # only the wording changed
            rows.append([dotted(code), now.title, int(now.billable), now.source, year, year, start])
        yield from rows


def poa_exempt(path: Path) -> list[str]:
    """Codes exempt from present-on-admission reporting, FY2026, with the dot."""
    with zipfile.ZipFile(path) as archive:
        text = archive.read("POAexemptCodesFY26.txt").decode("ascii")
    return [line.split("\t")[1] for line in text.splitlines()[1:] if "\t" in line]


def main(raw: Path) -> None:
    """Write every ICD-10-CM table and refresh the hashes of the Data Package."""
    fy2026 = read_order(raw / ORDER_2026)
    editions = {
        "2025": undo_order_addenda(fy2026, raw / ADDENDA_2026),
        "2026": fy2026,
        "2027": apply_code_addenda(fy2026, raw / ADDENDA_2027),
    }
    for year, edition in editions.items():
        count = sum(row.billable for row in edition.values())
        if count != BILLABLE[year]:
            raise SystemExit(f"FY{year}: {count} billable codes, the official count is {BILLABLE[year]}")
    table = conversions(raw / CONVERSIONS)
    since: dict[str, str] = {}
    for code, day, _ in table:
        plain = code.replace(".", "")
        since[plain] = min(day, since.get(plain, day))
    order = tabular_order(fy2026, editions["2025"], editions["2027"])
    rows = list(intervals(order, editions, since))
    header = ["code", "title", "billable", "title_source", "first_edition", "last_edition", "valid_from"]
    for name, letters in PARTS:
        count = write_csv(OUT / f"{name}.csv", header, (row for row in rows if str(row[0])[0] in letters))
        print(f"{name}.csv: {count} rows")
    write_csv(OUT / "conversions.csv", ["code", "valid_from", "previous"], table)
    exempt = poa_exempt(raw / POA_2026)
    write_csv(OUT / "poa-exempt.csv", ["code", "edition"], ((code, "2026") for code in exempt))
    icd10cm_tabular.write(raw, OUT, [code for code in order if len(code) == 3])
    icd10cm_index.write(raw, OUT, set(order))
    guidelines.write(raw, OUT)
    datapackage.refresh(DATASETS)


if __name__ == "__main__":
    main(raw_folder(sys.argv))
