"""The CDC Tabular XML (April 2026) -> tree.csv, notes.csv, seventh-characters.csv.

Codes and titles are not taken from the XML; only the chapters, the blocks and the notes are.
"""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from common import tidy, write_csv

TABULAR = "icd10cm_2026_04_tabular/icd10c-tabular-April-1-2026.xml"
KINDS = {
    "includes": "includes",
    "inclusionTerm": "inclusion",
    "excludes1": "excludes1",
    "excludes2": "excludes2",
    "codeFirst": "code_first",
    "useAdditionalCode": "use_additional",
    "codeAlso": "code_also",
    "sevenChrNote": "seventh_character",
    "notes": "note",
}


def block_id(raw: str) -> str:
    """`B20` names a block and a category in the book; as a block it is written `B20-B20` here."""
    return raw if "-" in raw else f"{raw}-{raw}"


def untitled(desc: str) -> str:
    """The title without the range that the book prints after it: `Tuberculosis (A15-A19)` -> `Tuberculosis`."""
    return re.sub(r" ?\([A-Z][0-9A-Z]{2}(?:-[A-Z][0-9A-Z]{2})?\)$", "", tidy(desc))


def notes_of(element: Element, node: str) -> list[tuple[str, str, int, int, str]]:
    """(node, kind, group, line, text) of one element's own notes, in the order of the book."""
    rows = []
    groups: dict[str, int] = {}
    for child in element:
        kind = "note" if child.tag == "visualImpairment" else KINDS.get(child.tag)
        if kind is None:
            continue
        groups[kind] = groups.get(kind, 0) + 1
        lines = [tidy("".join(note.itertext())) for note in child.findall("note")]
        lines += [
            _visual(category)
            for category in child.findall("visCategory")
            if category.find("value") is not None
        ]
        for number, text in enumerate((line for line in lines if line), 1):
            rows.append((node, kind, groups[kind], number, text))
    return rows


def _visual(category: Element) -> str:
    """One row of the table of visual impairment (H54.8) as a line: its bounds in the three notations."""
    worse = [tidy(value.text or "") for value in category.findall("visRange/visMax/value")]
    better = [tidy(value.text or "") for value in category.findall("visRange/visMin/value")]
    line = f"Category {category.findtext('value')}: "
    if not better and len(worse) == 1:
        return line + worse[0]
    line += f"best corrected acuity less than {', '.join(worse)}"
    return f"{line}; equal to or better than {', '.join(better)}" if better else line


def seventh_of(element: Element, node: str) -> list[tuple[str, str, str, str]]:
    """(node, character, meaning, inclusion term) of one 7th-character definition."""
    rows: list[tuple[str, str, str, str]] = []
    definition = element.find("sevenChrDef")
    for child in definition if definition is not None else ():
        text = tidy("".join(child.itertext()))
        if child.tag == "extension":
            rows.append((node, str(child.get("char")), text, ""))
        else:
            rows[-1] = (*rows[-1][:3], text)  # a note belongs to the character printed above it
    return rows


def write(raw: Path, out: Path, categories: list[str]) -> None:
    """Write the three tables. `categories` lists the categories of all editions in the order of the book."""
    root = ElementTree.parse(raw / TABULAR).getroot()
    tree: list[tuple[str, str, str, str]] = []
    notes: list[tuple[str, str, int, int, str]] = []
    seventh: list[tuple[str, str, str, str]] = []
    home: dict[str, str] = {}
    for chapter in root.findall("chapter"):
        number = tidy(chapter.findtext("name") or "")
        tree.append((number, "chapter", untitled(chapter.findtext("desc") or ""), ""))
        notes += notes_of(chapter, number)
        open_blocks: list[str] = []
        for section in chapter.findall("section"):
            block = block_id(str(section.get("id")))
            # The XML lists blocks flat; an outer block (C00-C96) comes before the inner ones (C00-C14).
            mine = [tidy(diag.findtext("name") or "") for diag in section.findall("diag")]
            low, high = block.split("-")
            while open_blocks and not _holds(open_blocks[-1], low, high, categories):
                open_blocks.pop()
            parent = open_blocks[-1] if open_blocks else number
            open_blocks.append(block)
            tree.append((block, "block", untitled(section.findtext("desc") or ""), parent))
            notes += notes_of(section, block)
            for code in mine:
                home[code] = block
            for diag in section.iter("diag"):
                code = tidy(diag.findtext("name") or "")
                notes += notes_of(diag, code)
                seventh += seventh_of(diag, code)
    chapter_of = {node: node if level == "chapter" else parent for node, level, _, parent in tree}
    for index, category in enumerate(categories):
        if category not in home:
            home[category] = _new_home(category, categories[index - 1], home, chapter_of)
        tree.append((category, "category", "", home[category]))
    write_csv(out / "tree.csv", ["node", "level", "title", "parent"], tree)
    write_csv(out / "notes.csv", ["node", "kind", "group", "line", "text"], notes)
    write_csv(out / "seventh-characters.csv", ["node", "character", "meaning", "inclusion"], seventh)
    print(f"tree {len(tree)}, notes {len(notes)}, seventh characters {len(seventh)}")


def _holds(outer: str, low: str, high: str, categories: list[str]) -> bool:
    rank = {category: number for number, category in enumerate(categories)}
    first, last = outer.split("-")
    return _rank(rank, first) <= _rank(rank, low) and _rank(rank, high) <= _rank(rank, last)


def _rank(rank: dict[str, int], category: str) -> float:
    """Place of a category; a block may be bounded by one that does not exist (U00-U49, W00-X58)."""
    if category in rank:
        return rank[category]
    return max((number for known, number in rank.items() if known < category), default=-1) + 0.5


def _new_home(category: str, previous: str, home: dict[str, str], chapter_of: dict[str, str]) -> str:
    """Where a category that the XML does not have yet belongs: its neighbour's block, or only the chapter."""
    block = home[previous]
    if block.split("-")[0] == block.split("-")[-1]:  # a block of one category does not take in the next one
        return chapter_of[block]
    return block
