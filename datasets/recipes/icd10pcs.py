"""ICD-10-PCS: official files -> tidy tables in datasets/codesets/icd10pcs.

    python datasets/recipes/icd10pcs.py FOLDER

FOLDER holds one folder a release, as listed in `datasets/codesets/icd10pcs/datapackage.json` under `sources`:
tables, definitions, order file and order addenda of FY2026, the code addenda of FY2027, the index of FY2025 and
the list of FY2027. `icd10pcs_2027.py` beside this file holds what those leave out, `validity.csv` the dates of
validity (made by `icd10pcs_validity.py`). Run it for a new release after changing the constants below.

What it decides, and why:
- An edition is a fiscal year with its April update, so "2026" holds the 79,115 codes of October 2025 and the 80
  of April 2026. `validity.csv` says from when to when each is valid.
- FY2025 is FY2026 with the order addenda undone: the list of April 2025, 78,986 codes.
- A row of a table is valid for the editions from `first_edition` to `last_edition`. A row of FY2026 that loses
  codes in FY2027 ends with FY2026, and what is left of it follows as rows of FY2027. So the rows of an edition
  expand to exactly its codes; how the book of FY2027 groups them into rows may differ.
- The tables of FY2025 are not at hand: rows begin with FY2026.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import datapackage
import icd10pcs_2027 as later
import icd10pcs_definitions
from common import DATASETS, raw_folder, tidy, write_csv

OUT = DATASETS / "codesets" / "icd10pcs"
TABLES_2026 = "icd10pcs_fy2026/icd10pcs_tables_2026.xml"
ORDER_2026 = "icd10pcs_fy2026/icd10pcs_order_2026.txt"
ORDER_ADDENDA_2026 = "icd10pcs_fy2026/order_addenda_2026.txt"
ADDENDA_2027 = "icd10pcs_fy2027_addenda/icd10pcs_codes_addenda_2027.txt"
LIST_2027 = "derived_fy2027/icd10pcs_codes_2027_derived.txt"
# What the official files state about themselves; a mismatch stops the recipe. The key is a day, because a
# fiscal year has two releases.
COUNTS = {"2025-04-01": 78_986, "2025-10-01": 79_115, "2026-04-01": 79_193, "2026-10-01": 79_256}
FIRST_USE = "2015-10-01"
PARTS = (
    ("codes-00-to-09", "00", "09"),
    ("codes-0b-to-0n", "0B", "0N"),
    ("codes-0p-to-0y", "0P", "0Y"),
    ("codes-1-to-x", "10", "XY"),
)

Value = tuple[str, str]  # (character, label)


class Title(NamedTuple):
    """The wording of a code from one edition to another."""

    text: str
    source: str  # order, order_addenda, addenda or codes (see the Data Package)
    first: int
    last: int


class Row(NamedTuple):
    """A row of a table: for each of the characters 4 to 7 the values that go together."""

    axes: tuple[tuple[Value, ...], ...]
    first: int
    last: int


class Table(NamedTuple):
    """A table: the labels of its first three characters, the definition of the operation, its rows."""

    labels: tuple[str, str, str]
    axes: tuple[str, ...]  # what the seven characters are called
    definition: str
    rows: list[Row]


def changes(path: Path, width: int) -> Iterator[tuple[str, str, str]]:
    """(action, code, long title) for each line of addenda about a complete code; the title begins at `width`."""
    for line in path.read_text(encoding="utf-8").splitlines():
        match = re.match(r"(Add|Delete|Revise from|Revise to): +(\S{7}) ", line)
        if match:
            yield match.group(1), match.group(2), line[width:].strip()


def titles(raw: Path) -> dict[str, list[Title]]:
    """Every code of FY2025 to FY2027 with its wordings, oldest first."""
    found: dict[str, list[Title]] = {}
    for line in (raw / ORDER_2026).read_text(encoding="ascii").splitlines():
        if line[14] == "1":
            found[line[6:14].strip()] = [Title(line[77:].strip(), "order", 2025, 2027)]
    for action, code, text in changes(raw / ORDER_ADDENDA_2026, 82):
        if action == "Add":
            found[code] = [found[code][0]._replace(first=2026)]
        elif action == "Delete":
            found[code] = [Title(text, "order_addenda", 2025, 2025)]
    for line in later.TITLES_APRIL_2026.splitlines():
        code, text = line.split(" ", 1)
        found[code] = [Title(text, "codes", 2026, 2027)]
    for code in later.DELETED_APRIL_2026:
        found[code] = [found[code][0]._replace(last=2026)]
    for action, code, text in changes(raw / ADDENDA_2027, 21):
        known = found.get(code, [])
        if action == "Add":
            found[code] = [Title(text, "addenda", 2027, 2027)]
        elif action == "Revise from" and not known:  # added in April under this name
            found[code] = [Title(text, "addenda", 2026, 2026)]
        elif action in ("Delete", "Revise from"):
            if known[0].text != text:
                raise SystemExit(
                    f"{ADDENDA_2027}: {code} is {known[0].text!r} before the change, not {text!r}"
                )
            found[code] = [known[0]._replace(last=2026)]
        else:
            found[code].append(Title(text, "addenda", 2027, 2027))
    return found


def validity() -> dict[str, tuple[str, str]]:
    """(valid from, valid to or empty) of the codes that have not been valid all the time since the first use."""
    with (OUT / "validity.csv").open(encoding="utf-8", newline="") as stream:
        return {row["code"]: (row["valid_from"], row["valid_to"]) for row in csv.DictReader(stream)}


def on_day(codes: Iterable[str], dates: dict[str, tuple[str, str]], day: str) -> set[str]:
    """The codes valid on a day (ISO)."""
    spans = ((code, *dates.get(code, (FIRST_USE, ""))) for code in codes)
    return {code for code, start, end in spans if start <= day <= (end or "9999")}


def read_tables(path: Path) -> dict[str, Table]:
    """The tables of the XML of FY2026; `rows` without an end yet."""
    found: dict[str, Table] = {}
    for node in ElementTree.parse(path).getroot().iter("pcsTable"):
        head = node.findall("axis")
        key = "".join(axis.find("label").get("code") for axis in head)  # type: ignore[union-attr,misc]
        rows = []
        names: tuple[str, ...] = ()
        for part in node.findall("pcsRow"):
            names = tuple(tidy(axis.findtext("title") or "") for axis in part.findall("axis"))
            axes = tuple(
                tuple((label.get("code") or "", tidy(label.text or "")) for label in axis.findall("label"))
                for axis in part.findall("axis")
            )
            rows.append(Row(axes, 2026, 2027))
        one, two, three = (tidy(axis.findtext("label") or "") for axis in head)
        titles_ = tuple(tidy(axis.findtext("title") or "") for axis in head)
        found[key] = Table(
            (one, two, three), titles_ + names, tidy(head[2].findtext("definition") or ""), rows
        )
    return found


def add_new_tables(tables: dict[str, Table]) -> None:
    """Tables that came after October 2025: the axes and the definition are those of the nearest relatives."""
    for line in later.NEW_TABLES.splitlines():
        key, system, operation = line.split("|")
        alike = [table for name, table in tables.items() if name[0] == key[0] and name[2] == key[2]]
        axes = next(table.axes for name, table in tables.items() if name[0] == key[0])
        meanings = {table.definition for table in alike if table.labels[2] == operation}
        if len(meanings) != 1:
            raise SystemExit(f"{key}: {len(meanings)} definitions of {operation} in section {key[0]}")
        section = next(table.labels[0] for name, table in tables.items() if name[0] == key[0])
        tables[key] = Table((section, system, operation), axes, meanings.pop(), [])


def add_new_rows(tables: dict[str, Table]) -> None:
    """The rows of April 2026 and of FY2027; a value without a label takes the one its table gives it."""
    known: dict[tuple[str, int, str], set[str]] = {}
    for key, table in tables.items():
        for row in table.rows:
            for place, values in enumerate(row.axes):
                for value, label in values:
                    known.setdefault((key, place, value), set()).add(label)
    for line in later.NEW_ROWS.splitlines():
        first, key, *fields = line.split("|")
        axes = []
        for place, field in enumerate(fields):
            values = []
            for item in field.split(";"):
                value, _, label = item.partition("=")
                labels = known.get((key, place, value), set())
                if not label and len(labels) != 1:
                    raise SystemExit(
                        f"{line}: {value} has {len(labels)} labels in table {key}; write the one meant"
                    )
                values.append((value, label or next(iter(labels))))
            axes.append(tuple(values))
        tables[key].rows.append(Row(tuple(axes), int(first), 2027))


def expand(key: str, row: Row) -> dict[str, tuple[Value, ...]]:
    """Every code of a row with its four values."""
    return {key + "".join(value for value, _ in one): one for one in product(*row.axes)}


def settle(tables: dict[str, Table], members: set[str]) -> None:
    """End the rows that lose codes or labels in FY2027 and add what is left of them as rows of FY2027."""
    relabeled = {
        code: (int(place) - 4, label)
        for code, place, label in (line.split("|") for line in later.NEW_LABELS.splitlines())
    }
    for key, table in tables.items():
        after: list[Row] = []
        for number, row in enumerate(table.rows):
            codes = expand(key, row)
            kept = {
                code: values for code, values in codes.items() if code in members and code not in relabeled
            }
            if len(kept) == len(codes):
                continue
            table.rows[number] = row._replace(last=2026)
            after += [Row(axes, 2027, 2027) for axes in boxes(kept.values())]
            for code in codes.keys() & relabeled.keys():
                place, label = relabeled[code]
                values = list(codes[code])
                values[place] = (values[place][0], label)
                after.append(Row(tuple((value,) for value in values), 2027, 2027))
        table.rows.extend(after)


def boxes(codes: Iterable[tuple[Value, ...]]) -> list[tuple[tuple[Value, ...], ...]]:
    """The codes as few rows: combinations that differ in one character only are put together, last one first."""
    found = [tuple((value,) for value in code) for code in codes]
    for place in (3, 2, 1, 0):
        groups: dict[tuple[tuple[Value, ...], ...], list[Value]] = {}
        for box in found:
            groups.setdefault(box[:place] + box[place + 1 :], []).extend(box[place])
        found = [
            (*rest[:place], tuple(sorted(values)), *rest[place:]) for rest, values in sorted(groups.items())
        ]
    return found


def check(raw: Path, found: dict[str, list[Title]], tables: dict[str, Table]) -> None:
    """Stop when the tables do not fit the counts, the dates or the lists of the official files."""
    dates = validity()
    for day, count in COUNTS.items():
        valid = on_day(found, dates, day)
        if len(valid) != count:
            raise SystemExit(f"{day}: {len(valid)} codes are valid, the official count is {count}")
    listed = [line[:7] for line in (raw / LIST_2027).read_text(encoding="utf-8").splitlines() if line]
    now = {code: rows[-1].text for code, rows in found.items() if rows[-1].last == 2027}
    if (
        set(listed) != now.keys()
        or sum(len(code) + len(text) + 2 for code, text in now.items()) != later.CHARACTERS_2027
    ):
        raise SystemExit("the codes or titles of FY2027 differ from the official list")
    for year in (2026, 2027):
        codes = {code for code, rows in found.items() if rows[0].first <= year <= rows[-1].last}
        rows_ = [
            (key, row) for key, table in tables.items() for row in table.rows if row.first <= year <= row.last
        ]
        from_rows = [code for key, row in rows_ for code in expand(key, row)]
        if len(from_rows) != len(set(from_rows)) or set(from_rows) != codes:
            strays = sorted(set(from_rows) ^ codes)[:5]
            raise SystemExit(f"FY{year}: the rows of the tables and the codes differ: {strays}")


def write(found: dict[str, list[Title]], tables: dict[str, Table]) -> None:
    """Write codes, axes, tables and rows."""
    header = ["code", "title", "title_source", "first_edition", "last_edition"]
    for name, low, high in PARTS:
        lines = ([code, *title] for code in sorted(found) if low <= code[:2] <= high for title in found[code])
        print(f"{name}.csv: {write_csv(OUT / f'{name}.csv', header, lines)} rows")
    axes = {(key[0], table.labels[0]): table.axes for key, table in tables.items()}
    write_csv(
        OUT / "axes.csv",
        ["section", "section_title", "position", "name"],
        (
            [section, title, place, name]
            for (section, title), names in sorted(axes.items())
            for place, name in enumerate(names, 1)
        ),
    )
    for key, table in tables.items():
        if table.axes != axes[key[0], table.labels[0]]:
            raise SystemExit(f"{key}: its axes are named unlike those of other tables in section {key[0]}")
    ordered = sorted(tables.items())
    write_csv(
        OUT / "tables.csv",
        ["table", "body_system", "operation", "definition", "first_edition", "last_edition"],
        (
            [key, *table.labels[1:], table.definition, min(row.first for row in table.rows),
             max(row.last for row in table.rows)]
            for key, table in ordered
        ),
    )  # fmt: skip
    count = write_csv(
        OUT / "rows.csv",
        ["table", "row", "position", "value", "label", "first_edition", "last_edition"],
        (
            [key, number, place, value, label, row.first, row.last]
            for key, table in ordered
            for number, row in enumerate(table.rows, 1)
            for place, values in enumerate(row.axes, 4)
            for value, label in values
        ),
    )
    print(f"{len(tables)} tables, rows.csv: {count} values")


def main(raw: Path) -> None:
    """Write every ICD-10-PCS table and refresh the hashes of the Data Packages."""
    found = titles(raw)
    tables = read_tables(raw / TABLES_2026)
    add_new_tables(tables)
    add_new_rows(tables)
    settle(tables, {code for code, rows in found.items() if rows[-1].last == 2027})
    check(raw, found, tables)
    write(found, tables)
    icd10pcs_definitions.write(raw, OUT)
    datapackage.refresh(DATASETS)


if __name__ == "__main__":
    main(raw_folder(sys.argv))
