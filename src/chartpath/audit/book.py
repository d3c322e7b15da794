"""The code book as the rules ask it: each answer looked up once and kept.

A chart is audited hundreds of times (a class, a contract, a mutation run) against the same few codes, so every
look-up is remembered for the life of the process. Nothing here decides anything.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from chartpath.codesets import Code, Guideline, Note, Ref, Store, store
from chartpath.errors import BadInput

_BOOKS_KEPT = 8


class Book:
    """One edition of the code sets, with a memory.

    All codes are in the form `normalize` gives them. Unknown codes have no entry, no notes and no relations.
    """

    def __init__(self, source: Store, edition: str) -> None:
        self.store = source
        self.edition = edition
        self._systems: dict[str, bool] = {}
        self._entries: dict[tuple[str, str], Code | None] = {}
        self._notes: dict[tuple[str, str], tuple[Note, ...]] = {}
        self._naming_notes: dict[tuple[str, str, str], Note | None] = {}
        self._additional: dict[tuple[str, str], tuple[tuple[Note, Ref], ...]] = {}
        self._conflicts: dict[tuple[str, str], Note | None] = {}
        self._sections: dict[str, Guideline | None] = {}
        self._stems: dict[str, bool] = {}
        self._lineage: dict[str, tuple[str, ...]] = {}
        self._facts: dict[tuple[str, ...], Any] = {}

    def holds(self, system: str) -> bool:
        """Whether the store has this code set; codes of a set it lacks cannot be judged."""
        if system not in self._systems:
            try:
                self.store.get("A00", self.edition, system)
            except BadInput:
                self._systems[system] = False
            else:
                self._systems[system] = True
        return self._systems[system]

    def entry(self, code: str, system: str = "icd10cm") -> Code | None:
        """The code, category or header of this edition; None when there is none in exactly this form."""
        known = self._entries
        if (code, system) not in known:
            found = self.store.get(code, self.edition, system) if code and self.holds(system) else None
            # The store forgives a misplaced dot; what was typed is judged here as it stands.
            known[code, system] = found if found is not None and found.code == code else None
        return known[code, system]

    def title(self, code: str, system: str = "icd10cm") -> str:
        """The official title, or empty text for an unknown code."""
        found = self.entry(code, system)
        return found.title if found else ""

    def stem(self, code: str) -> bool:
        """Whether the code lacks nothing but its 7th character (placeholders X at its end do not count)."""
        if code not in self._stems:
            self._stems[code] = self._is_stem(code)
        return self._stems[code]

    def _is_stem(self, code: str) -> bool:
        found = self.entry(code)
        if found is not None:
            return not found.billable and self.store.needs_seventh(code, self.edition)
        bare = code.rstrip("X").rstrip(".")
        if bare == code or len(code.replace(".", "")) > 6:
            return False
        return self.entry(bare) is not None and self.store.needs_seventh(bare, self.edition)

    def notes(self, code: str, kind: str) -> tuple[Note, ...]:
        """Notes of one kind that bind the code, its own first, then each ancestor's."""
        if (code, kind) not in self._notes:
            found = self.store.notes(code, kind) if self.entry(code) or self.stem(code) else []
            self._notes[code, kind] = tuple(found)
        return self._notes[code, kind]

    def code_first(self, code: str) -> tuple[Note, ...]:
        """The `code first` notes that bind the code."""
        return tuple(note for note in self.notes(code, "code_first") if _concerns(note, code))

    def asks_before(self, code: str, other: str) -> Note | None:
        """The nearest `code first` note of `code` that names `other`."""
        return self._naming("code_first", code, other)

    def asks_after(self, code: str, other: str) -> Note | None:
        """The nearest `use additional code` note of `code` that names `other`."""
        return self._naming("use_additional", code, other)

    def _naming(self, kind: str, code: str, other: str) -> Note | None:
        slot = (kind, code, other)
        if slot not in self._naming_notes:
            notes = self.notes(code, kind)
            self._naming_notes[slot] = next(
                (one for one in notes if one.matches(other) and _concerns(one, code)), None
            )
        return self._naming_notes[slot]

    def additional_refs(self, code: str, other: str) -> tuple[tuple[Note, Ref], ...]:
        """Each reference to `other` in the `use additional code` notes of `code`, with its note."""
        slot = (code, other)
        if slot not in self._additional:
            notes = self.notes(code, "use_additional")
            self._additional[slot] = tuple(
                (note, ref) for note in notes for ref in note.refs if ref.matches(other)
            )
        return self._additional[slot]

    def conflict(self, one: str, other: str) -> Note | None:
        """The Excludes1 note through which two codes exclude each other, whichever carries it."""
        pair = (one, other) if one < other else (other, one)
        if pair not in self._conflicts:
            known = self.entry(one) is not None and self.entry(other) is not None
            self._conflicts[pair] = self.store.excludes1(*pair) if known else None
        return self._conflicts[pair]

    def lineage(self, code: str) -> tuple[str, ...]:
        """The titles of the code and of each ancestor, nearest first."""
        if code not in self._lineage:
            titles = [self.title(code)] if self.entry(code) else []
            if titles:
                titles += [node.title for node in self.store.ancestors(code)]
            self._lineage[code] = tuple(titles)
        return self._lineage[code]

    def section(self, number: str) -> Guideline | None:
        """A section of the Official Guidelines; None when there is no such number."""
        if number not in self._sections:
            self._sections[number] = self.store.guideline(number)
        return self._sections[number]

    def remembered(self, *question: str) -> Any:
        """The kept answer to a question that a rule worked out from the book, or None."""
        return self._facts.get(question)

    def remember(self, answer: Any, *question: str) -> Any:
        """Keep an answer worked out from the book, and give it back."""
        self._facts[question] = answer
        return answer


def _concerns(note: Note, code: str) -> bool:
    """Whether a note speaks of this code at all: one block note is for adverse effects only, not poisoning."""
    if note.kind != "code_first" or not note.lines or "for adverse effects" not in note.lines[0]:
        return True
    return intent(code) in ("", "5")


def intent(code: str) -> str:
    """The character of a drug code (T36-T50) that holds the intent: 5 adverse effect, 6 underdosing, 1-4 poisoning.

    It is the sixth character or, when that is the placeholder X, the fifth; empty when the code ends before.
    """
    bare = code.replace(".", "")
    return (bare[4:5] if bare[5:6] in ("", "X") else bare[5:6]).replace("X", "")


_BOOKS: OrderedDict[tuple[int, str], Book] = OrderedDict()


def book(edition: str, source: Store | None = None) -> Book:
    """The book of an edition, read through `source` (the kit's own store when None)."""
    opened = store() if source is None else source
    key = (id(opened), edition)
    if key not in _BOOKS:
        # The book holds its store, so the id stays taken for as long as the book is kept.
        _BOOKS[key] = Book(opened, edition)
        while len(_BOOKS) > _BOOKS_KEPT:
            _BOOKS.popitem(last=False)
    return _BOOKS[key]


def forget() -> None:
    """Drop every kept look-up, so that a changed store is read again (for authors, tests and benchmarks)."""
    _BOOKS.clear()
