"""How a rule is named: a Tabular note quoted with the ancestor that carries it, or a guideline section.

Guidelines are named by number and official title and never copied; a Tabular note is quoted by the line that
matters and the heading that line stands under.
"""

from __future__ import annotations

import re

from attrs import frozen

from chartpath.audit.book import Book
from chartpath.codesets import Note

# How the book itself begins a note of each kind; the words of the note follow.
_OPENINGS = {
    "includes": "Includes: ",
    "inclusion": "",
    "excludes1": "Excludes1: ",
    "excludes2": "Excludes2: ",
    "code_first": "code first ",
    "use_additional": "use additional ",
    "code_also": "code also ",
    "seventh_character": "",
    "note": "",
}
_SECTION = re.compile(
    r"(?:I\.[A-C](?:\.[0-9a-z]+)*|III(?:\.[A-C])?|II(?:\.[A-K])?|IV(?:\.[A-Q](?:\.\d)?)?|Appendix I)"
)
# The appendix has no section number of its own in the guidelines' table of contents.
_TITLES = {"Appendix I": "Present on Admission Reporting Guidelines"}
_QUOTE_LIMIT = 240


@frozen
class Rule:
    """A rule as a finding shows it: the words, and the document they come from."""

    text: str
    source: str


def tabular(note: Note, *codes: str) -> Rule:
    """A Tabular note, quoted by the lines that concern `codes` (from its beginning when none does)."""
    node = f"chapter {note.node}:" if note.node.isdigit() else note.node
    where = f"Tabular {node} {_short(note.node_title)}".strip()
    return Rule(f"{where}: “{quote(note, *codes)}”", f"ICD-10-CM Tabular List, {note.edition_label}")


def quote(note: Note, *codes: str) -> str:
    """The lines of a note that concern the codes, with their heading, cut to a length that can be read."""
    wanted: list[int] = []
    heading: int | None = None
    for number, line in enumerate(note.lines):
        if line.rstrip().endswith(":"):
            heading = number
        refs = note.line_refs[number] if number < len(note.line_refs) else ()
        if any(ref.matches(code) for ref in refs for code in codes):
            wanted += [place for place in (heading, number) if place is not None and place not in wanted]
    text = ""
    last = -1
    for number in wanted or range(len(note.lines)):
        joint = "" if not text else " " if text.endswith(":") else "; "
        gap = "… " if text and number > last + 1 else ""
        text += joint + gap + note.lines[number].strip()
        last = number
    text = (_OPENINGS.get(note.kind, "") + text).replace(" ,", ",")
    return text if len(text) <= _QUOTE_LIMIT else text[: _QUOTE_LIMIT - 1].rsplit(" ", 1)[0] + " …"


def guideline(book: Book, *sections: str) -> Rule:
    """Guideline sections by number and official title."""
    named = []
    edition = book.edition
    for number in sections:
        found = book.section(number)
        title = _whole_title(found.title) if found else _TITLES.get(number, "")
        edition = found.edition if found else edition
        named.append(f"{number}, {title}" if title else number)
    word = "Guideline" if len(sections) == 1 else "Guidelines"
    return Rule(f"{word} {'; '.join(named)}", f"ICD-10-CM Official Guidelines, FY{edition}")


def listed(book: Book, what: str) -> Rule:
    """The code list itself, for codes that do not exist or are not complete."""
    return Rule(what, f"ICD-10-CM code list, FY{book.edition}")


def sections_in(text: str) -> tuple[str, ...]:
    """The guideline section numbers named in free text, such as the reason of a sequence rule."""
    return tuple(match.group(0) for match in _SECTION.finditer(text) if _whole(text, match))


def _whole(text: str, match: re.Match[str]) -> bool:
    before = text[match.start() - 1 : match.start()]
    after = text[match.end() : match.end() + 1]
    return not before.isalnum() and not after.isalnum()


def _whole_title(title: str) -> str:
    """A section title without an opened parenthesis that its line did not close."""
    return title if title.count("(") == title.count(")") else title.rsplit("(", 1)[0].strip()


def _short(title: str) -> str:
    """A node's title without the code range that some carry at the end."""
    return re.sub(r"\s*\([A-Z]\w\w-[A-Z]\w\w\)$", "", title)
