"""What is still to be decided about a diagnosis code: its next character, the side, the 7th character."""

from __future__ import annotations

import re

from attrs import frozen

from chartpath.codebook.places import Place
from chartpath.codesets import Code, store
from chartpath.codesets.models import plain
from chartpath.codesets.systems import FIRST

_SIDES = ("right", "left", "bilateral")
_SIDE = re.compile(r"\b(right|left|bilateral)\b")
_WORD = re.compile(r"[a-z0-9-]+")


@frozen
class Chooser:
    """One decision: what is decided, the ways to decide it as (words, code), and the code that stands now.

    `chosen` is empty while nothing is decided.
    """

    name: str
    options: tuple[tuple[str, str], ...]
    chosen: str = ""


def choosers(here: Place, edition: str) -> list[Chooser]:
    """The decisions that are open or made at an ICD-10-CM code, in the order of its characters."""
    if here.system != FIRST or here.level in ("chapter", "block"):
        return []
    found = [side(here.id, edition), seventh(here.id, edition)]
    if not here.billable and not any(one and not one.chosen for one in found):
        children = store().children(here.id, edition)
        sided = _sided(children)
        options = sided or [(child.title, child) for child in children]
        if options:
            name = "Side" if sided else "Next character"
            found.append(
                Chooser(name, tuple((f"{words}: {child.code}", child.code) for words, child in options))
            )
    return [one for one in found if one]


def side(code: str, edition: str) -> Chooser | None:
    """The other sides of a code that names one, or leaves it open; None where the book knows no sides."""
    bare = plain(code)
    character = bare[6:7]
    stem = store().get(bare[:6].rstrip("X"), edition) if character else store().get(bare, edition)
    if stem is None or not stem.parent:
        return None
    family = [one for one in store().children(stem.parent, edition) if _same_thing(one.title, stem.title)]
    options = []
    for words, sibling in _sided(family):
        full = _with_character(sibling.code, character, edition) if character else sibling
        if full:
            options.append((f"{words}: {full.code}", full.code))
    mine = store().get(bare, edition)
    chosen = mine.code if mine else ""
    if len(options) < 2 or chosen not in [one for _, one in options]:
        return None
    return Chooser("Side", tuple(options), chosen)


def seventh(code: str, edition: str) -> Chooser | None:
    """The 7th characters that a code can take, with the full code of each; None where it takes none."""
    bare = plain(code)
    full = len(bare) == 7
    if not full and not store().needs_seventh(bare, edition):
        return None
    stem = bare[:6] if full else bare
    options = []
    for character, meaning in store().seventh_characters(code, edition).items():
        built = _with_character(stem, character, edition)
        if built:
            options.append((f"{character} {meaning}: {built.code}", built.code))
    mine = store().get(bare, edition)
    return Chooser("7th character", tuple(options), mine.code if full and mine else "") if options else None


def _with_character(stem: str, character: str, edition: str) -> Code | None:
    """The code with a 7th character, the placeholder X in between where the stem is short."""
    return store().get(plain(stem).ljust(6, "X") + character, edition)


def _sided(family: list[Code]) -> list[tuple[str, Code]]:
    """(side, code) of codes that differ in the side alone; empty when they differ in anything else."""
    found: dict[str, Code] = {}
    for code in family:
        said = set(_SIDE.findall(code.title.lower()))
        words = said.pop() if len(said) == 1 else "unspecified" if not said and _open(code.title) else ""
        if not words or words in found:
            return []
        found[words] = code
    ordered = sorted(found.items(), key=lambda pair: (*_SIDES, "unspecified").index(pair[0]))
    named = [code for words, code in ordered if words in _SIDES]
    same = all(_same_thing(one.title, other.title) for one in family for other in named)
    return ordered if len(named) > 1 and same else []


def _open(title: str) -> bool:
    return "unspecified" in title.lower()


def _same_thing(one: str, other: str) -> bool:
    """Whether two titles say the same but for the side; "bilateral" may leave out what the side belongs to."""
    a, b = _rest(one), _rest(other)
    return a <= b or b <= a


def _rest(title: str) -> set[str]:
    words = _WORD.findall(title.lower())
    return {word.rstrip("s") for word in words if word not in (*_SIDES, "unspecified")}
