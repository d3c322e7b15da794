"""The tables of medical terminology, and words taken apart with them.

A word is read as prefixes, roots with or without their combining vowel, and one suffix. What the tables cannot
spell has no segmentation; where they can spell a word in several ways, all of them are valid.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import lru_cache

from attrs import frozen

from chartpath import paths
from chartpath.errors import BadInput

_VOWELS = "aeiouy"
_PARTS = {"combining-forms": "root", "prefixes": "prefix", "suffixes": "suffix"}
_MOST_PREFIXES = 2
Row = dict[str, str]


@frozen
class Part:
    """A word part as the tables write it: `gastr/o`, `peri-` or `-itis`; `kind` is prefix, root or suffix."""

    form: str
    kind: str
    meaning: str

    @property
    def stem(self) -> str:
        """The part without hyphen, slash and combining vowel."""
        return self.form.strip("-").partition("/")[0]

    @property
    def spellings(self) -> tuple[str, ...]:
        """How the part may stand in a word: a root also with its vowel."""
        stem, _, vowel = self.form.strip("-").partition("/")
        return (stem, stem + vowel) if vowel else (stem,)


Segmentation = tuple[Part, ...]


@lru_cache(maxsize=32)
def table(name: str) -> tuple[Row, ...]:
    """The rows of one table of `datasets/terminology`, in order. Raises BadInput for a name that is not there."""
    path = paths.datasets() / "terminology" / f"{name}.csv"
    if not path.is_file():
        known = ", ".join(sorted(one.stem for one in path.parent.glob("*.csv")))
        raise BadInput(f"There is no table {name[:40]!r} of terminology. The tables are {known}.")
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@lru_cache(maxsize=1)
def parts() -> tuple[Part, ...]:
    """Every word part of the three tables."""
    return tuple(
        Part(row["form"], kind, row["meaning"]) for name, kind in _PARTS.items() for row in table(name)
    )


@lru_cache(maxsize=1)
def examples() -> tuple[Row, ...]:
    """The example words of the three tables with at least one segmentation, each once, in alphabetic order."""
    found = {row["example"]: row for name in _PARTS for row in table(name) if segment(row["example"])}
    return tuple(found[word] for word in sorted(found))


@lru_cache(maxsize=4096)
def segment(word: str) -> tuple[Segmentation, ...]:
    """All ways to read a word with the tables, the one of the fewest and longest parts first; empty if there is none.

    >>> [part.form for part in segment("gastritis")[0]]
    ['gastr/o', '-itis']
    """
    plain = word.strip().lower()
    found = set(_read(plain, ()))
    rooted = {one for one in found if any(part.kind == "root" for part in one)}
    # Without a root, only a prefix and a suffix make a word (dys-pnea), and only where no root fits.
    bare = {one for one in found if [part.kind for part in one] == ["prefix", "suffix"]}
    return tuple(sorted(rooted or bare, key=lambda one: (len(one), [-len(part.form) for part in one])))


def spelled(segmentation: Segmentation, limit: int = 240) -> list[str]:
    """The ways to type a segmentation, parts with a blank between: roots bare, with their vowel, or with it apart."""
    texts = [""]
    for part in segmentation:
        stem, _, vowel = part.form.strip("-").partition("/")
        ways = [stem, stem + vowel, f"{stem} {vowel}"] if vowel else [stem]
        texts = [f"{text} {way}".strip() for text in texts for way in ways][:limit]
    return texts


def _read(rest: str, before: Segmentation) -> Iterator[Segmentation]:
    """Segmentations of a word whose first parts are `before` and whose letters still to read are `rest`."""
    for part in _beginning(rest[:1], before):
        if part.kind == "suffix":
            if rest == part.stem:
                yield (*before, part)
            continue
        for spelling, left in _cuts(part, rest):
            if spelling and left:
                yield from _read(left, (*before, part))


def _cuts(part: Part, rest: str) -> Iterator[tuple[str, str]]:
    """(letters read, letters left) for each way a prefix or root may open `rest`."""
    for spelling in part.spellings:
        if rest.startswith(spelling):
            left = rest[len(spelling) :]
            if part.form == "a-" and left[:1] in _VOWELS:
                continue  # before a vowel it is an-
            yield spelling, left
            # Two equal vowels melt into one: cardi + itis is carditis.
            if part.kind == "root" and spelling[-1] in _VOWELS and left and spelling == part.stem:
                yield spelling, spelling[-1] + left
    stem = part.stem
    # A longer prefix drops its vowel before another one: hypo + oxia is hypoxia.
    if part.kind == "prefix" and len(stem) > 3 and stem[-1] in _VOWELS and rest.startswith(stem[:-1]):
        left = rest[len(stem) - 1 :]
        if left and left[0] in _VOWELS:
            yield stem[:-1], left


@lru_cache(maxsize=64)
def _by_letter(letter: str) -> tuple[Part, ...]:
    return tuple(part for part in parts() if part.stem[:1] == letter)


def _beginning(letter: str, before: Segmentation) -> list[Part]:
    """Parts that may come next: prefixes only in front, a suffix only after something."""
    kinds = {part.kind for part in before}
    allowed = {"root"}
    if "root" not in kinds and len(before) < _MOST_PREFIXES:
        allowed.add("prefix")
    if before:
        allowed.add("suffix")
    found = [part for part in _by_letter(letter) if part.kind in allowed]
    # A prefix of one letter, a-, opens a word and nothing else.
    return [part for part in found if not (before and part.kind == "prefix" and len(part.stem) == 1)]
