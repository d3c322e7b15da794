"""Read the references inside Tabular notes: codes, ranges, wildcards and positions of characters."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping

from chartpath.codesets.models import Ref, plain

_CODE = r"[A-Z][0-9A-Z]{2}(?:\.[0-9A-Z]{1,4})?"
# `I12.-`, `F33-`, `E11.1-`, and the bare dot of `I69. with final characters`. A dash that is followed by
# another code is not a wildcard but a range.
_WILD = r"(?:\.-|-(?=[\s,;:.)\]\-a-z]|$)|\.(?=[\s,;:)]|$))"
_ITEM = re.compile(
    rf"(?<![A-Za-z0-9.])(?P<low>{_CODE})(?![A-Za-z0-9])(?P<wild>{_WILD})?"
    rf"(?:\s*(?:[-\u2013]|\bto\b|\bthrough\b)\s*(?P<high>{_CODE})(?![A-Za-z0-9]){_WILD}?)?"
    r"|[Cc]hapter (?P<chapter>\d{1,2})\b"
)
_POSITION = {
    "fourth": "4",
    "4th": "4",
    "fifth": "5",
    "5th": "5",
    "sixth": "6",
    "6th": "6",
    "seventh": "7",
    "7th": "7",
}
_SET = r"(?P<set>[0-9A-Z](?:\s*(?:-|,|or|through)\s*[0-9A-Z])*)"
_CONDITIONS = (
    ("intent", re.compile(rf"with fifth or six(?:th)? character {_SET}(?![0-9A-Za-z])")),
    ("5-6", re.compile(r"with fifth to sixth characters (?P<set>[0-9A-Z]{2})\b")),
    ("tail", re.compile(r"with final characters? (?P<set>[-.]?[0-9]{1,2}(?:(?:,| or) [-.]?[0-9]{1,2})*)")),
    ("at", re.compile(rf"with (?:a )?(?P<at>\w+)[ -]character \.?{_SET}(?![0-9A-Za-z])")),
    ("decimal", re.compile(r"with (?P<set>\.\d[-\d., ]*)")),
    ("open", re.compile(r"with open fracture 7th character")),
)
# 7th characters that mean an open fracture of the forearm (the definitions at S52, which S51 points to).
OPEN_FRACTURE = ("B", "C", "E", "F", "H", "J", "M", "N", "Q", "R")
# Slips in the official text, corrected for reading only; the note keeps its words.
ERRATA = {
    # A comma is missing twice: these are six subcategories, each for one kind of hemorrhage or infarction.
    "I69.01-I69.11-, I69.21-I69.31-, I69.81- I69.91-": "I69.01-, I69.11-, I69.21-, I69.31-, I69.81-, I69.91-",
    "with .15. .25, .95": "with .15, .25, .95",
}


class Universe:
    """Every code of every edition in the order of the book, to resolve ranges and check existence."""

    def __init__(self, titles: Mapping[str, str], chapters: Mapping[str, tuple[str, str]]) -> None:
        """`titles` maps codes without dot to titles in the book's order; `chapters` a number to its range."""
        self.titles = titles
        self.chapters = chapters
        self.order = list(titles)
        self.rank = {code: number for number, code in enumerate(self.order)}
        self._sorted = sorted(self.order)
        self._spans: dict[tuple[str, str], tuple[str, ...]] = {}
        self._chapter_ends = sorted(
            ((number, self._last(span[1])) for number, span in chapters.items()), key=lambda pair: pair[1]
        )

    def known(self, code: str) -> bool:
        """Whether the code, or one that it begins, exists in any edition (`T451X5` is a stem that does)."""
        spot = bisect_left(self._sorted, code)
        return spot < len(self._sorted) and self._sorted[spot].startswith(code)

    def prefixes(self, low: str, high: str) -> tuple[str, ...]:
        """The fewest stems that cover the range from `low` to the end of `high`, in the order of the book."""
        known = self._spans.get((low, high))
        if known is None:
            known = self._spans[low, high] = self._span(low, high)
        return known

    def _span(self, low: str, high: str) -> tuple[str, ...]:
        if low == high or (low.startswith(high) and low != high):
            return (low,)
        position, end = self._first(low), self._last(high)
        stems: list[str] = []
        while position < end:
            stem = self.order[position]
            after = position + 1
            while after < len(self.order) and self.order[after].startswith(stem):
                after += 1
            if after <= end:
                stems.append(stem)
                position = after
            else:  # T88 is not wholly inside T80-T88.6: look at what is under it
                position += 1
        return tuple(stems)

    def chapter_of(self, code: str) -> str:
        """Number of the chapter that a code, known or not, belongs to by its place in the book."""
        place = self._first(code)
        return next((number for number, end in self._chapter_ends if place < end), "")

    def _first(self, code: str) -> int:
        spot = bisect_left(self._sorted, code)
        if spot < len(self._sorted) and self._sorted[spot].startswith(code):
            return self.rank[self._sorted[spot]]
        return self.rank[self._sorted[max(spot - 1, 0)]] + 1

    def _last(self, code: str) -> int:
        spot = bisect_left(self._sorted, code)
        end = bisect_right(self._sorted, code + "\uffff")
        if spot < end:
            return max(self.rank[known] for known in self._sorted[spot:end]) + 1
        return self.rank[self._sorted[max(spot - 1, 0)]] + 1


def parse(line: str, universe: Universe) -> tuple[Ref, ...]:
    """The references of one note line, in the order in which they stand.

    A code in parentheses is the reference; when a line has one, codes in its prose only describe the
    condition ("tuberculosis, any type in A15 (J65)") and are left out.
    """
    text = line
    for wrong, right in ERRATA.items():
        text = text.replace(wrong, right)
    bracketed: list[Ref] = []
    outside = text
    for match in re.finditer(r"\(([^()]*)\)", text):
        found = _items(match.group(1), text[match.end() :], universe)
        if found:
            outside = outside.replace(match.group(0), " ", 1)
        bracketed += found
    return tuple(bracketed or _items(outside, "", universe))


def _items(segment: str, after: str, universe: Universe) -> list[Ref]:
    """References of one segment; a condition in it, or right behind it, applies to all of them."""
    where, chars, words = _condition(segment, after)
    refs = []
    for match in _ITEM.finditer(segment):
        if match["chapter"]:
            if match["chapter"] in universe.chapters:
                low, high = universe.chapters[match["chapter"]]
                refs.append(Ref(match.group(0), low, high, universe.prefixes(low, high), sweeping=True))
            continue
        low, high = match["low"], match["high"] or match["low"]
        if not re.search(r"\d", low) or re.search(r"LGMD $", segment[: match.start()]):
            continue  # an abbreviation (NOS), or a kind of limb-girdle muscular dystrophy (LGMD R12)
        if not (universe.known(plain(low)) or (match["high"] and universe.known(plain(high)))):
            continue  # vitamin B12, ganglioside GM2
        refs.append(_ref(f"{match.group(0)}{words}", low, high, where, chars, universe))
    ketoacidosis = re.search(r" with (ketoacidosis)$", segment)
    if ketoacidosis:  # the one note that names a range by the words of the titles (E87.2)
        refs = [_by_title(ref, ketoacidosis[1], universe) for ref in refs]
    return refs


def _ref(text: str, low: str, high: str, where: str, chars: tuple[str, ...], universe: Universe) -> Ref:
    stems = universe.prefixes(plain(low), plain(high))
    sweeping = universe.chapter_of(plain(low)) != universe.chapter_of(plain(high))
    return Ref(text, low.rstrip("."), high.rstrip("."), stems, where, chars, sweeping)


def _by_title(ref: Ref, word: str, universe: Universe) -> Ref:
    stems = tuple(
        code
        for code in universe.order
        if code.startswith(ref.prefixes) and word in universe.titles[code].lower() and len(code) > 3
    )
    return Ref(f"{ref.text} with {word}", ref.low, ref.high, stems)


def _condition(segment: str, after: str) -> tuple[str, tuple[str, ...], str]:
    """(where, characters, words) of the condition on characters in a segment, or empty ones."""
    source = segment if "with" in segment else after[:60] if after.lstrip().startswith("with ") else ""
    for where, pattern in _CONDITIONS:
        match = pattern.search(source)
        if not match:
            continue
        words = f" {match.group(0).strip()}"
        if where == "open":
            return "7", OPEN_FRACTURE, words
        if where == "at":
            if match["at"] not in _POSITION:
                continue
            return _POSITION[match["at"]], _characters(match["set"]), words
        if where == "tail":
            chars = tuple(re.findall(r"\d{1,2}", match["set"]))
            # One final character of a poisoning code is the same as its fifth or sixth.
            return ("intent" if len(chars[0]) == 1 else "tail"), chars, words
        if where == "5-6":
            return where, (match["set"],), words
        if where == "decimal":
            return where, _decimals(match["set"]), words
        return where, _characters(match["set"]), words
    return "", (), ""


def _characters(text: str) -> tuple[str, ...]:
    """`1-4 or 6` -> 1, 2, 3, 4, 6; `B or C` -> B, C; `1 through 9` -> 1 to 9."""
    chars: list[str] = []
    for low, high in re.findall(r"([0-9A-Z])(?:\s*(?:-|through)\s*([0-9A-Z]))?", text):
        chars += [chr(number) for number in range(ord(low), ord(high or low) + 1)]
    return tuple(chars)


def _decimals(text: str) -> tuple[str, ...]:
    """`.17, .27, .97` -> 17, 27, 97; `.51-.52` -> 51, 52; `.62-` -> 62."""
    found: list[str] = []
    for low, high in re.findall(r"\.(\d+)(?:-\.(\d+))?", text):
        found += [str(number) for number in range(int(low), int(high) + 1)] if high else [low]
    return tuple(found)
