"""The three code sets as one tree: where a code stands, what is above it and below it, and what a search finds."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from attrs import frozen

from chartpath.codesets import Code, Hit, Note, modifiers, store, views
from chartpath.codesets import hcpcs as level2
from chartpath.codesets.lookup import NOTES_LABEL
from chartpath.codesets.models import plain
from chartpath.codesets.pcs_store import pcs_store
from chartpath.codesets.systems import FIRST

PCS, HCPCS = "icd10pcs", "hcpcs"
NAMES = {FIRST: "ICD-10-CM", PCS: "ICD-10-PCS", HCPCS: "HCPCS Level II"}
MOST = 40  # results of one set
SHARE = 12  # results of each set when all are searched
EXACT = 2.0  # score of the beginning of a code, where the search of words has none
FAR = 0.4  # share of the best score below which a hit is not shown beside it


@frozen
class Place:
    """One place in a code set: a code, or a heading above codes.

    `id` is a code, a chapter or block (`4`, `E08-E13`), the first characters of a procedure code, a HCPCS section
    and its groups (`L`, `L19`), or a modifier (`RT`) and the place above them all. `billable` is true for a complete
    code only.
    """

    system: str
    id: str
    title: str
    billable: bool = False
    level: str = "code"

    @property
    def name(self) -> str:
        """The id as people say it: `Chapter 4`, `E11.22`."""
        return f"Chapter {self.id}" if self.level == "chapter" else self.id


_MODIFIERS = Place(HCPCS, modifiers.PARENT, "two characters behind a code", False, "modifiers")


def find(text: str, system: str, edition: str) -> list[Hit]:
    """Codes and modifiers of one set for a few words or the beginning of a code, best first.

    One letter is not a question yet: nothing is found. Raises BadInput for an edition or a system that the kit does
    not hold.
    """
    return list(_found(text.strip(), system, edition)) if len(plain(text)) > 1 else []


@lru_cache(maxsize=512)
def _found(text: str, system: str, edition: str) -> tuple[Hit, ...]:
    """Remembered: who types and takes back asks the same again."""
    hits = views.search(text, system, MOST, edition)
    return tuple([*_begun(plain(text), hits, edition), *hits][:MOST] if system == PCS else hits)


def _begun(stem: str, hits: list[Hit], edition: str) -> list[Hit]:
    """The characters typed, as the place they are, before the codes that go on from it: what is open stays open.

    CT and DM are the beginnings of procedure codes and, far more often, words.
    """
    typed = any(one.isdigit() for one in stem) or (hits and hits[0].code.startswith(stem))
    one = _procedure(stem, edition) if typed else None
    if one is None or one.billable:
        return []
    return [Hit(one.id, PCS, one.title, False, (), hits[0].score if hits else EXACT)]


def merged(found: Iterable[list[Hit]]) -> list[Hit]:
    """Hits of several sets: the set with the best hit first, of each set no more than a share.

    What fits far worse than the best hit of all is left out: it came in by one word or one number.
    """
    sets = [hits for hits in found if hits]
    # To a tenth: for the beginning of a code that two sets share, the sets keep the order they come in.
    sets.sort(key=lambda hits: -round(_best(hits), 1))
    least = FAR * _best(sets[0]) if sets else 0.0
    return [hit for hits in sets for hit in hits[:SHARE] if hit.score >= least]


def _best(hits: list[Hit]) -> float:
    """The score of the best code: a modifier's two characters are an abbreviation of clinicians more often than not."""
    return max((hit.score for hit in hits if not modifiers.among(hit)), default=0.0)


def place(system: str, name: str, edition: str) -> Place | None:
    """The place of this id in a set, or None when the edition has none."""
    if system == FIRST:
        return _diagnosis(name, edition)
    if system == PCS:
        return _procedure(plain(name), edition)
    found = level2.get(name) or modifiers.get(name)
    return _of(found) if found else _section(plain(name))


def above(here: Place, edition: str) -> list[Place]:
    """The places above, outermost first."""
    if here.system == FIRST:
        nodes = reversed(store().ancestors(here.id))
        return [Place(FIRST, node.id, node.title, False, node.level) for node in nodes]
    if here.system == PCS:
        chosen = pcs_store().characters(here.id, int(edition))[: len(here.id) - 1]
        return [Place(PCS, here.id[: one.position], one.label, False, one.name) for one in chosen]
    if here.level == "modifier":
        return [_MODIFIERS]
    stems = [here.id[:1], here.id[:3]][: {1: 0, 3: 1}.get(len(here.id), 2)]
    return [one for stem in stems if (one := _section(stem))]


def below(here: Place, edition: str) -> list[Place]:
    """The places one level below, in the order of the book. Raises BadInput for procedures of FY2025 (no tables)."""
    if here.system == FIRST:
        return _diagnoses_below(here, edition)
    if here.system == PCS:
        return list(_steps(here.id, edition))
    if here == _MODIFIERS:
        return [_of(mark) for mark in modifiers.every()]
    if len(here.id) == 1:
        rows = level2.hcpcs_store().rows(
            "SELECT DISTINCT substr(code, 1, 3) FROM codes WHERE code >= ? AND code < ? ORDER BY 1",
            (here.id, here.id + "\uffff"),
        )
        return [_group(stem) for (stem,) in rows]
    if len(here.id) == 3:
        return [_of(code) for code in level2.hcpcs_store().beginning_with(here.id, 0, 1000)]
    return []


def roots(system: str, edition: str) -> list[Place]:
    """Where a set begins: chapters, sections of procedures, sections of HCPCS and its modifiers."""
    if system == FIRST:
        rows = store().rows("SELECT node, title FROM tree WHERE level = 'chapter' ORDER BY low")
        return [Place(FIRST, node, title, False, "chapter") for node, title in rows]
    if system == PCS:
        return list(_steps("", edition))
    rows = level2.hcpcs_store().rows("SELECT section, title FROM sections ORDER BY section")
    return [*(Place(HCPCS, letter, title, False, "section") for letter, title in rows), _MODIFIERS]


def notes(here: Place) -> list[tuple[str, list[Note]]]:
    """(name of the place that carries them, its notes), nearest first; only ICD-10-CM has notes.

    Another name of a place above does not bind the code, so it is left out; 7th characters are chosen elsewhere.
    """
    if here.system != FIRST:
        return []
    levels = {node.id: node.level for node in store().ancestors(here.id)}
    groups: dict[str, list[Note]] = {}
    for note in store().notes(here.id):
        own = note.node == here.id
        if note.kind == "seventh_character" or (note.kind == "inclusion" and not own):
            continue
        carrier = Place(FIRST, note.node, note.node_title, False, levels.get(note.node, here.level))
        groups.setdefault("At this place" if own else f"{carrier.name} {carrier.title}", []).append(note)
    return list(groups.items())


def named(here: Place, edition: str, most: int = 12) -> list[Place]:
    """Places that the notes name, nearest note first: where to look next. A range over categories names no one place."""
    found: dict[str, Place] = {}
    for _, group in notes(here):
        for ref in (ref for note in group for ref in note.refs):
            shared = _beginning(ref.low, ref.high)
            if len(shared) < 3 or shared in (here.id, *found):
                continue
            if one := place(FIRST, shared, edition):
                found[shared] = one
                if len(found) == most:
                    return list(found.values())
    return list(found.values())


def _beginning(low: str, high: str) -> str:
    """What both ends of a range begin with: N18 for N18.1-N18.6."""
    end = next(
        (n for n, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), min(len(low), len(high))
    )
    return low[:end].rstrip(".")


def of_hit(hit: Hit) -> Place:
    """The place that a search found."""
    level = "modifier" if modifiers.among(hit) else "code"
    return Place(hit.system, hit.code, hit.title, hit.billable, level)


def answer_line(here: Place) -> str:
    """The line that reports a complete code in an answer cell; empty for a heading."""
    if not here.billable:
        return ""
    return f"procedure {here.id}" if here.system == PCS else here.id


def source(here: Place, edition: str) -> str:
    """Where title and notes come from, with their editions."""
    if here.system == HCPCS:
        return f"CMS, HCPCS Level II, {level2.RELEASE} release."
    if here.system == PCS:
        defined = pcs_store().definitions("0", 3)[0].edition
        return f"CMS, {NAMES[PCS]} FY{edition}; definitions: FY{defined}."
    return f"CMS and CDC/NCHS, {NAMES[FIRST]} FY{edition}; notes: Tabular List, {NOTES_LABEL}."


def _of(code: Code) -> Place:
    if code.parent == modifiers.PARENT:
        return Place(code.system, code.code, code.title, False, "modifier")
    level = "category" if code.system == FIRST and len(code.code) == 3 else "code"
    return Place(code.system, code.code, code.title, code.billable, level)


def _diagnosis(name: str, edition: str) -> Place | None:
    code = store().get(name, edition)
    if code:
        return _of(code)
    rows = store().rows("SELECT title, level FROM tree WHERE node = ?", (name.strip().upper(),))
    # A category of another edition is in the tree, and no code of this one.
    known = [row for row in rows if row[1] != "category"]
    return Place(FIRST, name.strip().upper(), known[0][0], False, known[0][1]) if known else None


def _diagnoses_below(here: Place, edition: str) -> list[Place]:
    if here.level not in ("chapter", "block"):
        return [_of(code) for code in store().children(here.id, edition)]
    rows: list[tuple[Any, ...]] = store().rows(
        "SELECT tree.node, tree.title, tree.level FROM tree JOIN codes ON codes.plain = tree.low"
        " WHERE tree.parent = ? GROUP BY tree.node ORDER BY min(codes.rank)",
        (here.id,),
    )
    found = [
        Place(FIRST, node, title, False, level) if level == "block" else _diagnosis(node, edition)
        for node, title, level in rows
    ]
    return [one for one in found if one]


def _procedure(prefix: str, edition: str) -> Place | None:
    if not prefix:
        return None
    code = pcs_store().get(prefix, edition)
    if code:
        return _of(code) if code.billable else Place(PCS, prefix, code.title, False, "table")
    if len(prefix) >= 7 or not pcs_store().count(prefix, int(edition)):
        return None
    last = pcs_store().characters(prefix, int(edition))[-1]
    return Place(PCS, prefix, last.label, False, last.name)


@lru_cache(maxsize=512)
def _steps(prefix: str, edition: str) -> tuple[Place, ...]:
    """What may follow some characters. Remembered: the builder asks for seven of these at each step."""
    found = []
    for value in pcs_store().options(prefix, int(edition)):
        stem = prefix + value.value
        found.append(Place(PCS, stem, value.label, len(stem) == 7, value.name))
    return tuple(found)


def _section(bare: str) -> Place | None:
    if bare == plain(_MODIFIERS.id):
        return _MODIFIERS
    if len(bare) == 3 and level2.hcpcs_store().beginning_with(bare, 0, 1):
        return _group(bare)
    rows = level2.hcpcs_store().rows("SELECT section, title FROM sections WHERE section = ?", (bare,))
    return Place(HCPCS, rows[0][0], rows[0][1], False, "section") if rows else None


def _group(stem: str) -> Place:
    """The codes that share three characters: a shelf to hold on to, not a heading of the book."""
    return Place(HCPCS, stem, f"Codes that begin with {stem}", False, "group")
