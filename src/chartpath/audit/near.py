"""How near a wrong code is to the one that was wanted: side, 7th character, stem, family."""

from __future__ import annotations

import re
from string import ascii_uppercase, digits

from attrs import frozen

from chartpath.audit.book import Book

_SIDE = re.compile(r"\b(right|left|bilateral)\b")
_WORD = re.compile(r"[a-z0-9][a-z0-9-]*")
_OPPOSITE = {"right": "left", "left": "right"}
# Nouns that only say what the side belongs to: "unspecified ear" is the counterpart of "bilateral".
_BEARERS = frozenset(
    {"side", "eye", "ear", "limb", "part", "extremity", "dominant", "non-dominant", "nondominant"}
)
_UNSPECIFIED_SITE = re.compile(
    r"unspecified (?:site|part|parts|region|location|limb|extremity|joint|digit|finger|toe|quadrant)\b"
    r"|\b(?:site|part|region|location|limb|extremity|joint) unspecified"
)
_CREDIT = {
    "wrong_laterality": 0.5,
    "unspecified_laterality": 0.5,
    "wrong_7th": 0.5,
    "unspecified_site": 0.5,
    "family": 0.25,
    "stem": 0.25,
}


@frozen
class Near:
    """What sets a submitted code apart from a wanted one, and the share of the credit it still earns."""

    kind: str
    credit: float


def near(book: Book, given: str, wanted: str) -> Near | None:
    """The relation of a submitted code to a wanted one that it is not; None outside its category."""
    if given[:3] != wanted[:3] or given == wanted:
        return None
    kept = book.remembered("near", given, wanted)
    if kept is None:
        kind = _kind(book, given, wanted)
        kept = book.remember(Near(kind, _CREDIT[kind]) if kind else False, "near", given, wanted)
    return kept or None


def _kind(book: Book, given: str, wanted: str) -> str:
    found = book.entry(given)
    if found is None:
        return "stem" if book.stem(given) and wanted.startswith(given) else ""
    if not found.billable:
        return "stem" if wanted.startswith(given) else "family"
    titles = book.title(given).lower(), book.title(wanted).lower()
    if _opposite(*titles):
        return "wrong_laterality"
    apart = _differing(given, wanted) if len(given) == len(wanted) else []
    if len(apart) == 1:
        heading = book.title(given[: apart[0]].rstrip("X.")).lower()
        if _side_left_open(*titles, heading) and _has_sides(book, wanted, apart[0]):
            return "unspecified_laterality"
    if len(given) == len(wanted) == 8 and given[:7] == wanted[:7]:
        return "wrong_7th"
    if _UNSPECIFIED_SITE.search(titles[0].replace(",", "")) and not _UNSPECIFIED_SITE.search(
        titles[1].replace(",", "")
    ):
        return "unspecified_site"
    return "family"


def side(title: str) -> str:
    """The side a title names: right, left, bilateral, or empty when it names none or several."""
    found = set(_SIDE.findall(title.lower()))
    return found.pop() if len(found) == 1 else ""


def _differing(one: str, other: str) -> list[int]:
    return [place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]


def _opposite(given: str, wanted: str) -> bool:
    """Right for left or left for right, all else alike but dominance, which one character holds together with
    the side. Bilateral is not the opposite of either."""
    mine, yours = side(given), side(wanted)
    return _OPPOSITE.get(mine) == yours and _bare(given) == _bare(wanted)


def _bare(title: str) -> list[str]:
    words = _WORD.findall(title)
    return [word for word in words if word not in _BEARERS and word not in ("right", "left")]


def _has_sides(book: Book, wanted: str, place: int) -> bool:
    """Whether the character at a place of a code stands for the side: with another one there it is the code of the
    other side. "Left heart disease" has no such counterpart."""
    mine = book.title(wanted).lower()
    for character in ascii_uppercase + digits:
        other = book.title(wanted[:place] + character + wanted[place + 1 :]).lower()
        one_side = side(other) in _OPPOSITE or "unilateral" in other
        if _opposite(other, mine) or (side(mine) == "bilateral" and one_side):
            return True
    return False


def _side_left_open(given: str, wanted: str, heading: str) -> bool:
    """The submitted title leaves the side open that the wanted one names, and says nothing else.

    Some "unspecified" titles keep fewer words than their siblings ("unspecified finger" beside "right index
    finger", "limb, unspecified" beside "left upper limb"), but not where the word may speak of something else
    ("osteoarthritis of knee, unspecified" beside "bilateral primary"). None may bring a word of its own, unless it
    only repeats the heading above both ("unspecified ulna and radius" beside "right ulna").
    """
    if not side(wanted) or _SIDE.search(given) or "unspecified" not in given:
        return False
    mine, yours = _words(given), _words(wanted)
    if mine == [word for word in yours if word not in _OPPOSITE]:
        return True
    if mine.count("unspecified") <= yours.count("unspecified"):
        return False
    own = set(mine) - {"unspecified"} - set(yours)
    if set(yours) - {*_OPPOSITE, "bilateral"} <= set(mine):
        return own <= set(_words(heading))
    *_, bearer, last = ["", "", *_WORD.findall(given)]
    return not own and (last != "unspecified" or bearer in _BEARERS)


def _words(title: str) -> list[str]:
    """The words of a title but for the bearers of a side, a plural read as its singular ("ovaries" as "ovary")."""
    words = [word for word in _WORD.findall(title) if word not in _BEARERS]
    return [re.sub(r"(?<=[a-z]{3})ies$|(?<=[a-rt-z]{3})s$", _singular, word) for word in words]


def _singular(ending: re.Match[str]) -> str:
    return "y" if ending.group() == "ies" else ""
