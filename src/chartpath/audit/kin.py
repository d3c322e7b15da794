"""What an unsupported code has to do with a right one: less exact, an alternative, one half of it, its germ."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from chartpath.audit.book import Book
from chartpath.codesets import Note

# What follows "unspecified" is what the title leaves open; at its beginning that may be the condition itself.
_OPEN = re.compile(r"^unspecified(?: (?:site|part))?\b|\bunspecified(?: \w+)?", re.IGNORECASE)
_CIRCUMSTANCES = tuple("VWXYZ")
_NO_COMPLICATION = re.compile(r" without complications?$", re.IGNORECASE)
_TERM = re.compile(r"[a-z]{3,}")
_LINKING = frozenset({"and", "for", "not", "other", "the", "with", "without"})
_GERM_CODE = re.compile(r"B9[5-7]")
_GERM = re.compile(r"[a-z]{6,}")
_NO_GERM = frozenset(
    {"agents", "bacterial", "infection", "infectious", "methicillin", "resistant", "respiratory", "specified"}
    | {"susceptible", "unspecified"}
)
_SPECIES_ENDING = "ae"  # Mycoplasma pneumoniae, Hemophilus influenzae: the species sounds like a disease


def leaves_open(book: Book, given: str, wanted: str) -> bool:
    """Whether an "unspecified" code says nothing that the wanted code does not say as well.

    In the same category the headings above the wanted code count with it; elsewhere its title alone must hold every
    word (anemia, and anemia in neoplastic disease). A code for a person's circumstances is never the same condition.
    """
    title = book.title(given)
    if not _OPEN.search(title):
        return False
    if given[:3] == wanted[:3]:
        # A heading that lists several things ("Streptococcus, Staphylococcus, and Enterococcus") says none of them.
        own_title, *above = book.lineage(wanted) or ("",)
        lines = (own_title, *(line for line in above if ", and " not in line))
    else:
        lines = () if wanted.startswith(_CIRCUMSTANCES) else (book.title(wanted),)
    own = set(_terms(_OPEN.sub(" ", title)))
    return bool(own) and own <= {word for line in lines for word in _terms(line)}


def alternatives(book: Book, one: str, other: str) -> bool:
    """Whether two codes of a category cannot both be right: one leaves open (or denies) what the other says, or a
    note has them exclude each other."""
    if one[:3] != other[:3] or one == other:
        return False
    return (
        book.conflict(one, other) is not None
        or _opener(book, one, other)
        or _opener(book, other, one)
        or _denies(book, one, other)
        or _denies(book, other, one)
    )


def _opener(book: Book, one: str, other: str) -> bool:
    """Whether `one` is the unspecified code of the heading under which `other` stands."""
    found = book.entry(one)
    if found is None or not found.parent or _OPEN.search(book.title(other)):
        return False
    return other.startswith(found.parent) and leaves_open(book, one, other)


def _denies(book: Book, one: str, other: str) -> bool:
    """Whether `one` is a disease "without complications" and `other` the same one with something."""
    title = book.title(one)
    trunk = _NO_COMPLICATION.sub("", title)
    return trunk != title and book.title(other).startswith(f"{trunk} with ")


def halved(book: Book, given: str, missing: Iterable[str]) -> tuple[Note, str] | None:
    """The Excludes1 note that sends from a code to a missing one for both of two things, and that code.

    Such a line joins the two by "with", and the code's own words are on one side of it only: "lumbago with
    sciatica" at either of the two.
    """
    own: set[str] = set()
    for text in (
        book.title(given),
        *(line for note in book.notes(given, "inclusion") for line in note.lines),
    ):
        own |= set(_terms(text))
    for wanted in missing:
        for note in book.notes(given, "excludes1"):
            for line, refs in zip(note.lines, note.line_refs, strict=False):
                if not any(ref.matches(wanted) for ref in refs):
                    continue
                before, joint, after = re.sub(r"\(.*?\)", " ", line).partition(" with ")
                if joint and bool(own & set(_terms(before))) != bool(own & set(_terms(after))):
                    return note, wanted
    return None


def germ_held(book: Book, code: str, wanted: Sequence[str], submitted: Sequence[str]) -> str | None:
    """The right code whose own title names the germ of a B95-B97 code, submitted ones first; None when another
    submitted code asks for the germ."""
    if not _GERM_CODE.match(code) or any(book.asks_after(one, code) for one in submitted):
        return None
    germs = _germs(book.title(code).partition(" as the cause")[0])
    naming = [one for one in wanted if any(_same_germ(a, b) for a in germs for b in _germs(book.title(one)))]
    return min(naming, key=lambda one: one not in submitted, default=None)


def _germs(title: str) -> list[str]:
    words = _GERM.findall(title.lower())
    return [word for word in words if word not in _NO_GERM and not word.endswith(_SPECIES_ENDING)]


def _same_germ(one: str, other: str) -> bool:
    """Streptococcus and streptococcal: alike but for the ending."""
    alike = next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    return alike >= max(6, min(len(one), len(other)) - 3)


def _terms(text: str) -> list[str]:
    return [word for word in _TERM.findall(text.lower()) if word not in _LINKING]
