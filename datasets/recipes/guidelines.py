"""The FY2026 guideline booklet (extracted text) -> guideline-sections.csv: number, title, page.

Only the numbered headings are taken, never the text under them. The headings are found by their sequence:
a line counts as a heading when its number is the next one expected at its level.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from common import tidy, write_csv

GUIDELINES = "icd10cm_fy2026_guidelines/ICD-10-CM-October-2025-Guidelines.extracted.txt"
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii")
_SECTION = re.compile(r"Section (I{1,3}|IV)\. +(\S.*)")
_LETTER = re.compile(r"([A-Z])\. *(.*)")
_NUMBER = re.compile(r"(\d{1,2})\. *(.*)")
_SMALL = re.compile(r"([a-z])\. *(.*)")
_BRACKET = re.compile(r"(\d{1,2})\) *(.*)")
_INNER = re.compile(r"\(([a-z])\) *(.*)")
_ROMAN_LINE = re.compile(r"\(([ivx]+)\) *(.*)")


# Headings that the extraction tore apart or ran into the text under them. Each must occur in the booklet.
TORN = {
    "I.A.6.b": "Tabular List abbreviations",
    "I.C.2.e.2": "Patient admission/encounter chiefly for administration of antineoplastic chemotherapy,"
    " immunotherapy and radiation therapy",
    "I.C.2.n": "Leukemia, Multiple Myeloma, and Malignant Plasma Cell Neoplasms in remission versus personal history",
    "I.C.3": "Chapter 3: Disease of the blood and blood-forming organs and certain disorders involving the immune"
    " mechanism (D50-D89)",
    "I.C.4.a.6.a": "Secondary diabetes mellitus and the use of insulin, oral hypoglycemic drugs, or injectable"
    " non-insulin drugs",
    "I.C.6.b.1.b.ii": "Sequencing of Category G89 Codes with Site-Specific Pain Codes",
    "I.C.9.d.3": "Codes from category I69 and Personal history of transient ischemic attack (TIA) and cerebral"
    " infarction (Z86.73)",
    "I.C.13.e": "Multisystem Inflammatory Syndrome",
    "I.C.19.e.3": "If the same code would describe the causative agent",
    "I.C.19.e.4": "If two or more drugs, medicinal or biological substances",
    "I.C.20.e": "If the Reporting Format Limits the Number of External Cause Codes",
    "I.C.21.b": "Z Codes Indicate a Reason for an Encounter or Provide Additional Information about a Patient"
    " Encounter",
    "II.B": "Two or more interrelated conditions, each potentially meeting the definition for principal diagnosis",
}


class Section(NamedTuple):
    """One heading: its number (`I.C.4.a.3`), title and printed page."""

    number: str
    title: str
    page: int


def _lines(text: str) -> list[tuple[str, int]]:
    """Lines of the body with the page each stands on; the footer with the page number ends a page."""
    body = text[text.index("\f" + "Section I.") :]
    first = int(re.findall(r"Page (\d+) of \d+", text[: len(text) - len(body)])[-1]) + 1
    out: list[tuple[str, int]] = []
    page = first
    for line in body.splitlines():
        footer = re.match(r"Page (\d+) of \d+", line.strip())
        if footer:
            page = int(footer.group(1)) + 1
        elif not re.match(
            r"(ICD-10-CM Official Guidelines for Coding and Reporting|FY 2026) *$", line.strip()
        ):
            out.append((line.strip("\f "), page))
    return out


def sections(text: str) -> list[Section]:
    """All numbered headings of the booklet, in its order."""
    found: list[Section] = []
    trail: list[str] = []  # the current numbers: section, letter, number, small letter, bracket, inner, roman
    lines = _lines(text)
    for position, (line, page) in enumerate(lines):
        step = _step(trail, line)
        if step is None:
            continue
        depth, mark, rest = step
        trail_here = trail[:depth] + [""] * (depth - len(trail)) + [mark]
        number = ".".join(part for part in trail_here if part)
        title = TORN.get(number) or _title(rest, lines, position)
        if not title:
            continue
        trail[:] = trail_here
        found.append(Section(number, title, page))
    return found


def _step(trail: list[str], line: str) -> tuple[int, str, str] | None:
    """(depth, number, title) when the line opens the next heading at some level."""
    section = _SECTION.match(line)
    if section:
        return (0, section.group(1), section.group(2)) if section.group(1) != (trail or [""])[0] else None
    if not trail:
        return None
    roman = _ROMAN_LINE.match(line)
    if roman and roman.group(1) in _ROMAN and len(trail) > 5:
        before = trail[6] if len(trail) > 6 else ""
        if before != "" or not (trail[5] == "h" and roman.group(1) == "i"):
            place = _ROMAN.index(before) + 1 if before else 0
            if place <= _ROMAN.index(roman.group(1)) <= place + 1:
                return 6, roman.group(1), roman.group(2)
    for depth, pattern in ((5, _INNER), (4, _BRACKET), (3, _SMALL), (2, _NUMBER), (1, _LETTER)):
        match = pattern.match(line)
        if match and _follows(trail, depth, match.group(1)):
            return depth, match.group(1), match.group(2)
    return None


def _follows(trail: list[str], depth: int, mark: str) -> bool:
    """Whether the mark is the next at its level (or one further: one heading in the file is out of place)."""
    if len(trail) < depth:
        return False
    before = trail[depth] if len(trail) > depth else ""
    if mark.isdigit():
        return 1 <= int(mark) - (int(before) if before else 0) <= 2
    return 1 <= ord(mark) - (ord(before) if before else ord("A" if mark.isupper() else "a") - 1) <= 2


def _title(rest: str, lines: list[tuple[str, int]], position: int) -> str:
    """The title, with the line it runs on to; some headings stand on the line below their number."""
    following = [line for line, _ in lines[position + 1 : position + 8]]
    words = rest
    gap = 0
    if not words:
        gap = next((number for number, line in enumerate(following) if line), len(following))
        words = following[gap] if gap < len(following) else ""
        if re.match(r"\(?\w{1,3}[.)]", words):
            return ""  # a number alone, followed by the next number: the heading stands elsewhere
        gap += 1
    rest_of = following[gap:]
    # A heading that runs on stands in two short paragraphs of one line each.
    if len(rest_of) > 1 and rest_of[0] == "" and _runs_on(words, rest_of[1], rest_of[2:3] == [""]):
        words = words + ("" if words.endswith("-") else " ") + rest_of[1]
    return tidy(words).rstrip(".:")


def _runs_on(head: str, tail: str, alone: bool) -> bool:
    if not tail or tail.endswith((".", ":", ";")) or len(tail) > 75 or tail.startswith("Reserved"):
        return False
    if re.match(r"[a-z(0-9]", tail) and not re.match(r"\(?\w{1,3}[.)] ", tail):
        return True
    open_end = re.search(r"(?:,|-|\b(?:of|and|or|to|with|for|the|in|as|other|its|chapter))$", head)
    return bool(open_end) or (alone and len(tail.split()) < 8 and not re.match(r"\(?\w{1,3}[.)]", tail))


def _bare(text: str) -> str:
    """Letters and digits alone, to compare a heading with the booklet across line ends."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def write(raw: Path, out: Path) -> None:
    """Write guideline-sections.csv."""
    text = (raw / GUIDELINES).read_text(encoding="utf-8")
    rows = sections(text)
    missing = [row for row in rows if _bare(row.title) not in _bare(text)]
    if missing:
        raise SystemExit(f"{GUIDELINES}: no such heading: {missing}")
    write_csv(out / "guideline-sections.csv", ["section", "title", "page"], rows)
    print(f"guideline sections {len(rows)}")
