"""Readers the labour recipes share: official CSV files, the cells of a workbook, numbers with commas."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
Row = list[object]


@dataclass(frozen=True)
class Table:
    """One table to write: its name, columns and rows."""

    name: str
    header: tuple[str, ...]
    rows: list[Row]


def read(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    """Rows of an official text table."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=delimiter))


def number(text: str) -> Decimal | None:
    """A published number without its commas; nothing for the marks BLS uses when it gives none."""
    text = text.replace(",", "").strip()
    if text in ("", "-", "—", "N/A", "n/a", "*", "**"):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        # A cap such as "#" must be kept as a cap, not dropped: the recipe has to be taught how.
        raise SystemExit(f"{text!r}: not a number; teach the recipe this mark") from None


def jobs(thousands: str) -> int | None:
    """Jobs from a number in thousands (one decimal, so exact to a hundred)."""
    value = number(thousands)
    return None if value is None else round(value * 1000)


def sheet(path: Path, name: str | None = None) -> Iterator[list[str]]:
    """Rows of a worksheet as text, the first sheet when no name is given.

    A workbook is a zip of XML; the kit needs no more of it than this, so no spreadsheet library is asked for.
    """
    with zipfile.ZipFile(path) as book:
        texts = []
        if "xl/sharedStrings.xml" in book.namelist():
            for item in ElementTree.fromstring(book.read("xl/sharedStrings.xml")):
                texts.append("".join(part.text or "" for part in item.iter(f"{_MAIN}t")))
        links = {
            link.get("Id"): str(link.get("Target"))
            for link in ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels"))
        }
        sheets = {
            str(entry.get("name")): links[entry.get(_LINK)]
            for entry in ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{_MAIN}sheet")
        }
        if name is not None and name not in sheets:
            raise SystemExit(f"{path.name}: no sheet {name}; it has {', '.join(sheets)}")
        target = sheets[name or next(iter(sheets))].lstrip("/")
        content = book.read(target if target.startswith("xl/") else f"xl/{target}")
    for row in ElementTree.fromstring(content).iter(f"{_MAIN}row"):
        cells: dict[int, str] = {}
        for cell in row.iter(f"{_MAIN}c"):
            value = cell.find(f"{_MAIN}v")
            text = "" if value is None else value.text or ""
            if cell.get("t") == "s" and text:
                text = texts[int(text)]
            elif cell.get("t") == "inlineStr":
                text = "".join(part.text or "" for part in cell.iter(f"{_MAIN}t"))
            elif cell.get("t") in (None, "n") and text:
                # The file keeps 4.6 as 4.5999999999999996.
                text = f"{float(text):.12g}"
            cells[_column(str(cell.get("r")))] = text
        yield [cells.get(place, "") for place in range(max(cells, default=-1) + 1)]


def _column(reference: str) -> int:
    """`A1` -> 0, `AB7` -> 27."""
    found = re.match(r"[A-Z]+", reference)
    if found is None:
        raise SystemExit(f"{reference}: not the reference of a cell")
    place = 0
    for letter in found.group():
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1


def records(rows: list[list[str]], header_at: int = 0) -> list[dict[str, str]]:
    """Rows below the header as dicts. Of two columns with one name the first one counts."""
    header = [name.strip() for name in rows[header_at]]
    found: list[dict[str, Any]] = []
    for row in rows[header_at + 1 :]:
        record: dict[str, str] = {}
        for name, value in zip(header, row, strict=False):
            record.setdefault(name, value)
        found.append(record)
    return found
