"""What the code sets answer with: codes, nodes of the tree, notes and the references inside notes."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from attrs import frozen
else:
    from chartpath.codesets.records import frozen

# Kinds of Tabular note, in the order in which the book prints them.
NOTE_KINDS = (
    "includes",
    "inclusion",
    "excludes1",
    "excludes2",
    "code_first",
    "use_additional",
    "code_also",
    "seventh_character",
    "note",
)
# What people type or paste for a plain dash; and what around and inside a code means nothing.
_TIDY = str.maketrans(
    {**dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-")}
    | dict.fromkeys(". \t\r\n\u00a0\u200b\ufeff")
)


def plain(code: str) -> str:
    """Upper case, without dot, blanks and any sort of dash at the end: `e11.22 ` -> `E1122`."""
    return code.upper().translate(_TIDY).rstrip("-")


def normalize(text: str) -> str:
    """A code as the book writes it: upper case, the dot after the third character, nothing around it.

    Works on the form only: `normalize("zzz9")` is `ZZZ.9`, whether or not such a code exists.
    """
    bare = plain(text)
    return bare if len(bare) <= 3 else f"{bare[:3]}.{bare[3:]}"


@frozen
class Code:
    """A code of one edition: a category, a subcategory or a complete (billable) code."""

    system: str
    edition: str
    code: str
    title: str
    billable: bool
    valid_from: str  # ISO date since which the code is valid in this form
    parent: str | None  # id of the node above: a shorter code, a block (`E08-E13`) or a chapter (`4`)


@frozen
class Node:
    """A place in the Tabular List. `level` is code, category, block or chapter."""

    id: str
    title: str
    level: str


@frozen
class Ref:
    """One reference inside a note, with the words it was read from.

    `prefixes` holds the stems (without dot) that the reference covers, already resolved in the order of
    the book, where C7A stands between C75 and C76. `where` and `chars` narrow it: `intent` is the book's
    "fifth or sixth character" (the sixth, or the fifth when the sixth is the placeholder X), `tail` its
    "final characters", `decimal` what follows the dot, and a digit or a pair (`5`, `5-6`) a position.
    """

    text: str
    low: str
    high: str
    prefixes: tuple[str, ...]
    where: str = ""
    chars: tuple[str, ...] = ()
    sweeping: bool = False  # names a chapter or more: a direction where to look, not a list of codes

    def matches(self, code: str) -> bool:
        """Whether the reference covers this code (any spelling that `normalize` accepts)."""
        bare = plain(code)
        if not bare.startswith(self.prefixes):
            return False
        if not self.where:
            return True
        if self.where == "intent":
            sixth = bare[5:6]
            return (bare[4:5] if sixth in ("", "X") else sixth) in self.chars
        if self.where == "tail":
            # The 7th character and the placeholders before it are not among the "final characters".
            return bare[:6].rstrip("X").endswith(self.chars)
        if self.where == "decimal":
            return bare[3:].startswith(self.chars)
        first, _, last = self.where.partition("-")
        return bare[int(first) - 1 : int(last or first)] in self.chars


@frozen
class Note:
    """One note of the Tabular List, at the node that carries it."""

    kind: str
    node: str
    node_title: str
    lines: tuple[str, ...]
    refs: tuple[Ref, ...]
    edition_label: str
    line_refs: tuple[tuple[Ref, ...], ...] = ()  # the same references, line by line

    @property
    def text(self) -> str:
        """All lines in one, for quoting."""
        joined = ""
        for line in self.lines:
            joined += line if not joined else f" {line}" if joined.endswith(":") else f"; {line}"
        return joined

    def matches(self, code: str) -> bool:
        """Whether any reference of the note covers the code."""
        return any(ref.matches(code) for ref in self.refs)


@frozen
class Hit:
    """A search result; `path` leads from the chapter down to the node above the code."""

    code: str
    system: str
    title: str
    billable: bool
    path: tuple[str, ...]
    score: float


@frozen
class Guideline:
    """A section of the Official Guidelines: number, title and page, never the text."""

    section: str
    title: str
    page: int
    edition: str = "2026"
