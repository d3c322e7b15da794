"""How near a wrong code is to the one that was wanted: side, 7th character, stem, family."""

from __future__ import annotations

import re

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
    if len(given) == len(wanted) and _differing(given, wanted) == 1 and _side_left_open(*titles):
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


def _differing(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=True))


def _opposite(given: str, wanted: str) -> bool:
    """Right for left or left for right, all else alike but dominance, which one character holds together with
    the side. Bilateral is not the opposite of either."""
    mine, yours = side(given), side(wanted)
    return _OPPOSITE.get(mine) == yours and _bare(given) == _bare(wanted)


def _bare(title: str) -> list[str]:
    words = _WORD.findall(title)
    return [word for word in words if word not in _BEARERS and word not in ("right", "left")]


def _side_left_open(given: str, wanted: str) -> bool:
    """The submitted title leaves the side open that the wanted one names, and says nothing else.

    A few "unspecified" titles keep fewer words than their siblings ("limb, unspecified" beside "left upper
    limb"); none may bring a word of its own.
    """
    if not side(wanted) or _SIDE.search(given):
        return False
    mine, yours = _WORD.findall(given), _WORD.findall(wanted)
    if mine.count("unspecified") <= yours.count("unspecified"):
        return False
    return set(mine) - _BEARERS - {"unspecified"} <= set(yours)
