"""The FY2025 index files -> index-terms.csv, neoplasms.csv, drugs.csv.

The Alphabetic Index at hand is a flattened third-party copy that has lost the manifestation codes in square
brackets. It serves searching only and is never an authority; the two tables come from the official XML.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from attrs import define, field
from common import tidy, write_csv

FOLDER = "icd10cm_fy2025_index_tables"
ALPHABETIC = f"{FOLDER}/ICD10CM_2025_Index.derived.csv"
EXTERNAL = f"{FOLDER}/icd-10-cm-eindex-2025.xml"
NEOPLASM = f"{FOLDER}/icd-10-cm-neoplasm-2025.xml"
DRUG = f"{FOLDER}/icd-10-cm-drug-2025.xml"


@define
class Entry:
    """One line of an index, with the lines indented under it."""

    term: str
    optional: str = ""  # nonessential modifiers, in the book's parentheses
    code: str = ""
    see: str = ""
    below: list[Entry] = field(factory=list)


def alphabetic(path: Path) -> list[Entry]:
    """Main terms of the flattened Alphabetic Index, their levels made into a tree again."""
    main: list[Entry] = []
    trail: list[Entry] = []
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            level = int(row["Level"])
            entry = Entry(
                tidy(row["Term"]), tidy(row["NonEssModif"]), tidy(row["Code"]).rstrip(".-"), tidy(row["See"])
            )
            (main if level == 0 else trail[level - 1].below).append(entry)
            trail[level:] = [entry]
    return main


def external(path: Path) -> list[Entry]:
    """Main terms of the External Causes Index."""
    return [_external(term) for term in ElementTree.parse(path).getroot().iter("mainTerm")]


def _external(element: Element) -> Entry:
    title, optional = _title(element)
    code = tidy(element.findtext("code") or "").rstrip(".-")
    see = tidy(element.findtext("see") or "")
    return Entry(title, optional, code, see, [_external(term) for term in element.findall("term")])


def _title(element: Element) -> tuple[str, str]:
    """(words, nonessential modifiers) of an entry's title."""
    title = element.find("title")
    if title is None:
        return "", ""
    optional = " ".join(tidy("".join(part.itertext())) for part in title.findall("nemod"))
    words = tidy((title.text or "") + " " + " ".join(part.tail or "" for part in title))
    return words, optional


def flatten(main: list[Entry], known: set[str]) -> Iterator[tuple[str, str, str, str]]:
    """(code, term, optional words, see) for every entry that leads to a code of any edition at hand."""
    by_word: dict[str, list[Entry]] = {}
    for entry in main:
        for word in _words(entry.term):
            by_word.setdefault(word, []).append(entry)

    def walk(entry: Entry, path: list[str]) -> Iterator[tuple[str, str, str, str]]:
        here = [*path, entry.term]
        term = " > ".join(here)
        if entry.code.replace(".", "") in known:
            yield entry.code, term, entry.optional, ""
        elif entry.see:
            target = _resolve(entry.see, by_word)
            if target is not None and target.code.replace(".", "") in known:
                yield target.code, term, entry.optional, entry.see
        for child in entry.below:
            yield from walk(child, here)

    for entry in main:
        yield from walk(entry, [])


def _words(term: str) -> list[str]:
    """The spellings of an entry: `Infarct, infarction` answers to both words."""
    return [re.sub(r"\(s\)$", "", part).strip().lower() for part in re.split(r", (?:and |or )?", term)]


def _resolve(see: str, by_word: dict[str, list[Entry]], hops: int = 3) -> Entry | None:
    """The entry that a see-reference such as `Infarct, myocardium` points to, across further references."""
    segments = [re.sub(r"\(s\)$", "", part).strip().lower() for part in see.split(", ")]
    found: Entry | None = None
    for main in by_word.get(segments[0], []):
        found = main
        for segment in segments[1:]:
            nearer = next(
                (child for child in (found.below if found else []) if segment in _words(child.term)), None
            )
            if nearer is None and found is not None and segment in found.optional.lower():
                continue  # the word is a nonessential modifier of the entry reached so far
            found = nearer
            if found is None:
                break
        if found is not None:
            break
    if found is not None and not found.code and found.see and hops:
        return _resolve(found.see, by_word, hops - 1)
    return found


def _cells(path: Path) -> Iterator[tuple[str, list[str]]]:
    """(path of titles, the six cells) for every row of an index table."""

    def walk(element: Element, above: list[str]) -> Iterator[tuple[str, list[str]]]:
        words, optional = _title(element)
        here = [*above, tidy(f"{words} {optional}")]
        cells = {cell.get("col"): tidy(cell.text or "") for cell in element.findall("cell")}
        if cells:
            yield " > ".join(here), [cells.get(str(column), "").strip("-") for column in range(2, 8)]
        for term in element.findall("term"):
            yield from walk(term, here)

    for main in ElementTree.parse(path).getroot().iter("mainTerm"):
        yield from walk(main, [])


def write(raw: Path, out: Path, known: set[str]) -> None:
    """Write the three tables. `known` holds every code of every edition, without dot."""
    stems = known | {code[:end] for code in known for end in range(3, len(code))}
    rows = [
        (*row, source)
        for source, main in (("index", alphabetic(raw / ALPHABETIC)), ("external", external(raw / EXTERNAL)))
        for row in flatten(main, stems)
    ]
    unique = sorted(set(rows), key=lambda row: (row[4], row[1].lower(), row))
    count = write_csv(out / "index-terms.csv", ["code", "term", "optional", "see", "index"], unique)
    neoplasms = write_csv(
        out / "neoplasms.csv",
        ["site", "malignant_primary", "malignant_secondary", "in_situ", "benign", "uncertain", "unspecified"],
        ((site, *cells) for site, cells in _cells(raw / NEOPLASM)),
    )
    drugs = write_csv(
        out / "drugs.csv",
        ["substance", "accidental", "self_harm", "assault", "undetermined", "adverse_effect", "underdosing"],
        ((substance, *cells) for substance, cells in _cells(raw / DRUG)),
    )
    print(f"index terms {count}, neoplasms {neoplasms}, drugs {drugs}")
