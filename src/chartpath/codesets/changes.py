"""What a new edition changes: codes added, deleted and revised, and what of the kit each of them touches."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from chartpath import paths
from chartpath.codesets.editions import EDITIONS, check_edition
from chartpath.codesets.lookup import store
from chartpath.codesets.models import normalize, plain
from chartpath.errors import BadInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from attrs import frozen
else:
    from chartpath.codesets.records import frozen

KINDS = ("added", "deleted", "revised")
# Where a replacement comes from, in words for people.
TABLE = "conversion table"  # the CDC names it
DIVIDED = "subdivided"  # the old code is now the heading of these
NEARBY = "same stem"  # new codes beside the old one that agree in the characters after the stem
# Folders whose texts name codes, and what a file there is called.
_PLACES = (
    ("charts", "chart", "*.md"),
    ("keys", "key", "*.yaml"),
    ("questions", "question", "*.yaml"),
)
_CODE = re.compile(r"(?<![0-9A-Za-z.])[A-Z][0-9A-Z]{2}(?:\.[0-9A-Z]{1,4})?(?![0-9A-Za-z])")


@frozen
class Change:
    """One code that an edition adds, deletes or revises (complete codes only, as in the official addenda)."""

    kind: str
    code: str
    title: str  # of the new edition; of the old one when the code is deleted
    before: str = ""  # the old title of a revised code
    replacements: tuple[str, ...] = ()  # complete codes of the new edition, for a deleted code
    source: str = ""  # how the replacements are known: TABLE, DIVIDED, NEARBY, or empty without any


@frozen
class Touch:
    """A place in the kit that a changed code touches: it names the code, or belongs to an item whose key does."""

    code: str
    change: str
    kind: str  # chart, key, question or notebook
    file: str  # path from the root of the kit, or the bare name for a key kept elsewhere
    line: int


@frozen
class Changes:
    """All changes from one edition to a later one, in the order of the book, and what they touch."""

    old: str
    new: str
    added: tuple[Change, ...]
    deleted: tuple[Change, ...]
    revised: tuple[Change, ...]
    touched: tuple[Touch, ...]


@frozen
class Stale:
    """A code of a key that an edition does not hold any more."""

    owner: str  # the item, or empty when plain codes were asked about
    code: str
    title: str
    last_edition: str
    replacements: tuple[str, ...]
    source: str

    def __str__(self) -> str:
        """One line for a failing test: the item, the code, and what to use now."""
        now = (
            f"use {' or '.join(self.replacements)} ({self.source})" if self.replacements else "none is named"
        )
        head = f"{self.owner}: " if self.owner else ""
        return f"{head}{self.code} {self.title} was last valid in FY{self.last_edition}; {now}"


@cache
def _titles(year: int) -> dict[str, str]:
    """Complete codes of an edition (without dot) and their titles, in the order of the book."""
    rows = store().rows(
        "SELECT plain, title FROM codes WHERE billable = 1 AND first <= ? AND last >= ? ORDER BY rank",
        (year, year),
    )
    return dict(rows)


def _replacements(code: str, new: int) -> tuple[tuple[str, ...], str]:
    """Complete codes of edition `new` that took the place of a code (without dot), and how that is known."""
    current = _titles(new)
    # Earlier rows of the table name codes that were split off while the old one stayed.
    left = max(
        (int(name) for name in EDITIONS if int(name) < new and code in _titles(int(name))), default=new
    )
    rows = store().rows(
        "SELECT code FROM conversions WHERE previous = ? AND valid_from >= ? ORDER BY rowid",
        (normalize(code), f"{left}-10-01"),
    )
    named: list[str] = []
    for (successor,) in rows:
        bare = plain(successor)
        # A successor that was itself replaced later leads on to its own.
        named += [bare] if bare in current else [plain(other) for other in _replacements(bare, new)[0]]
    if named:
        return tuple(map(normalize, dict.fromkeys(named))), TABLE
    below = [other for other in current if other.startswith(code) and other != code]
    if below:
        return tuple(map(normalize, below)), DIVIDED
    return tuple(map(normalize, _beside(code, new))), NEARBY


def _beside(code: str, new: int) -> list[str]:
    """New codes of the same subcategory that agree with a seven-character code in its last two characters."""
    if len(code) < 7:
        return []
    before = _titles(new - 1)
    return [
        other
        for other in _titles(new)
        if other.startswith(code[:4]) and other[5:] == code[5:] and other not in before
    ]


def _successors(code: str, new: int) -> tuple[tuple[str, ...], str]:
    found, source = _replacements(code, new)
    return found, source if found else ""


def changes(old: str, new: str) -> Changes:
    """Compare two editions of ICD-10-CM (`"2026"`, `"2027"`) and list what of the kit each change touches.

    The replacements of a deleted code are those of the CDC conversion table where it names them; for an
    edition without one, the codes into which the old code is divided. Raises BadInput for an edition that the
    kit does not hold and when `new` is not the later one.
    """
    first, last = check_edition(old), check_edition(new)
    if int(first) >= int(last):
        raise BadInput(f"editions {first} and {last}: name the earlier one first, for example 2026 2027.")
    before, after = _titles(int(first)), _titles(int(last))
    added = [Change("added", normalize(code), title) for code, title in after.items() if code not in before]
    deleted = [
        Change("deleted", normalize(code), title, "", *_successors(code, int(last)))
        for code, title in before.items()
        if code not in after
    ]
    revised = [
        Change("revised", normalize(code), title, before[code])
        for code, title in after.items()
        if code in before and before[code] != title
    ]
    kinds = {change.code: change.kind for change in (*added, *deleted, *revised)}
    return Changes(first, last, tuple(added), tuple(deleted), tuple(revised), _touched(kinds))


def _touched(kinds: Mapping[str, str]) -> tuple[Touch, ...]:
    """Every line of the kit that names one of the codes, and the chart and notebooks of an item whose key does."""
    texts = [
        (file, kind, path, path.read_text(encoding="utf-8").splitlines()) for file, kind, path in _texts()
    ]
    named = [
        (path.stem if kind == "key" else "", Touch(code, kinds[code], kind, file, number))
        for file, kind, path, lines in texts
        for number, line in enumerate(lines, 1)
        for code in dict.fromkeys(_CODE.findall(line))
        if code in kinds
    ]
    found = [touch for _, touch in named]
    items = dict.fromkeys((item, touch.code) for item, touch in named if item)
    for item, code in items:
        word = re.compile(rf"(?<![\w-]){re.escape(item)}(?![\w-])")
        for file, kind, path, lines in texts:
            if kind == "chart" and path.stem == item:
                found.append(Touch(code, kinds[code], kind, file, 1))
            elif kind == "notebook":
                numbers = [number for number, line in enumerate(lines, 1) if word.search(line)]
                found += [Touch(code, kinds[code], kind, file, number) for number in numbers[:1]]
    return tuple(dict.fromkeys(found))


def _texts() -> Iterable[tuple[str, str, Path]]:
    """(name to show, kind, path) of every text of the kit that may name codes."""
    root = paths.root()
    for folder, kind, pattern in _PLACES:
        for path in sorted((paths.datasets() / folder).rglob(pattern)):
            yield path.relative_to(root).as_posix(), kind, path
    keys = paths.keys()
    if keys:
        for path in sorted(keys.glob("*.yaml")):
            inside = path.is_relative_to(root)
            yield path.relative_to(root).as_posix() if inside else path.name, "key", path
    for path in sorted(paths.notebooks().glob("*/*.md")):
        yield path.relative_to(root).as_posix(), "notebook", path


def changes_json(old: str, new: str) -> dict[str, Any]:
    """The object that `chartpath changes OLD NEW --json` prints. Raises as `changes` does."""
    found = changes(old, new)
    return {
        "system": "icd10cm",
        "old": found.old,
        "new": found.new,
        "counts": {kind: len(getattr(found, kind)) for kind in KINDS},
        "added": [{"code": one.code, "title": one.title} for one in found.added],
        "deleted": [
            {
                "code": one.code,
                "title": one.title,
                "replacements": list(one.replacements),
                "replacement_source": one.source,
            }
            for one in found.deleted
        ],
        "revised": [{"code": one.code, "title": one.title, "before": one.before} for one in found.revised],
        "touched": [
            {"code": one.code, "change": one.change, "kind": one.kind, "file": one.file, "line": one.line}
            for one in found.touched
        ],
    }


def changes_lines(found: Changes) -> list[str]:
    """The comparison in lines for a person: the counts, each change, then what each touches."""
    lines = [
        f"ICD-10-CM FY{found.old} to FY{found.new}: {len(found.added)} added, {len(found.deleted)} deleted,"
        f" {len(found.revised)} revised"
    ]
    for change in found.deleted:
        now = f" -> {', '.join(change.replacements)} ({change.source})" if change.replacements else ""
        lines.append(f"- {change.code} {change.title}{now}")
    for change in found.revised:
        lines.append(f"~ {change.code} {change.title} (was: {change.before})")
    lines += [f"+ {change.code} {change.title}" for change in found.added]
    if not found.touched:
        lines.append("Nothing in the kit names any of them.")
    for touch in found.touched:
        lines.append(f"{touch.file}:{touch.line}: {touch.kind} of {touch.code} ({touch.change})")
    return lines


def stale(key_codes: Mapping[str, Iterable[str]] | Iterable[str], edition: str) -> list[Stale]:
    """Codes of keys that an edition does not hold though an earlier one did, with the replacement named.

    `key_codes` maps an item to its codes, or is a list of codes. A code that no edition ever held is no matter
    of editions and is left to the check that codes exist; a heading that was never complete likewise.
    """
    year = int(check_edition(edition))
    owners: Iterable[tuple[str, Iterable[str]]]
    owners = key_codes.items() if hasattr(key_codes, "items") else [("", key_codes)]
    found = []
    for owner, codes in owners:
        for code in codes:
            bare = plain(code)
            held = [name for name in EDITIONS if int(name) < year and bare in _titles(int(name))]
            if bare not in _titles(year) and held:
                title = _titles(int(held[-1]))[bare]
                found.append(Stale(owner, normalize(code), title, held[-1], *_successors(bare, year)))
    return found
