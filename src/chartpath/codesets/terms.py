"""Words for searching: tokens, a light stemmer for medical English, and the distance between spellings."""

from __future__ import annotations

import re
from functools import cache

# Words that join others and carry no meaning in a search.
STOP = frozenset(
    [
        "a",
        "an",
        "and",
        "any",
        "are",
        "at",
        "be",
        "but",
        "by",
        "due",
        "eg",
        "for",
        "from",
        "has",
        "have",
        "his",
        "her",
        "i",
        "ie",
        "in",
        "into",
        "is",
        "it",
        "its",
        "my",
        "of",
        "on",
        "onto",
        "or",
        "patient",
        "per",
        "s",
        "see",
        "since",
        "so",
        "such",
        "that",
        "the",
        "their",
        "this",
        "to",
        "was",
        "were",
        "when",
        "which",
        "who",
        "with",
        "within",
    ]
)
# What a token gets in front when the phrase says that it is absent ("cystitis without hematuria").
ABSENT = "0"
_WORD = re.compile(r"[a-z0-9]+")
_TOKEN = re.compile(r"[a-z0-9]+|[,;>()\[\]]")
_CLAUSE = frozenset((",", ";", ">", "(", ")", "[", "]", "with", "but"))  # where an absence ends
_POSSESSIVE = re.compile(r"'s?\b")
_ACCENTS = str.maketrans("áàâäãéèêëíìîïóòôöõúùûüñç", "aaaaaeeeeiiiiooooouuuunc")
# Endings that are cut, longest first; what must be left is the second number's letters at least.
_ENDINGS = (
    ("iness", 4), ("osis", 3), ("otic", 3), ("ness", 4), ("etes", 4), ("etic", 4), ("itis", 3), ("itic", 3),
    ("ions", 4), ("ives", 4), ("ies", 3), ("ion", 4), ("ive", 4), ("ing", 4), ("ous", 4), ("ed", 4), ("es", 4),
    ("ic", 4), ("al", 4), ("ia", 4), ("ly", 4), ("um", 4), ("us", 4), ("s", 3), ("e", 4), ("y", 3),
)  # fmt: skip
_KEEP = {"osis": "os", "otic": "os", "etes": "et", "etic": "et", "itis": "it", "itic": "it"}


def words(text: str) -> list[str]:
    """Lower-case words of a text; `Crohn's` becomes `crohn`, `gastro-esophageal` two words."""
    return _WORD.findall(_bare(text))


def _bare(text: str) -> str:
    lower = text.lower()
    if not lower.isascii():
        lower = lower.translate(_ACCENTS).replace("\u2019", "'")
    return _POSSESSIVE.sub("", lower) if "'" in lower else lower


@cache
def stem(word: str) -> str:
    """The part that related words share: diabetes and diabetic, fractures and fracture, sprained and sprain."""
    if len(word) < 4 or any(letter.isdigit() for letter in word):
        return word
    for ending, least in _ENDINGS:
        if not word.endswith(ending) or len(word) - len(ending) < least:
            continue
        if ending == "s" and word.endswith(("ss", "us", "is")):
            continue
        cut = word[: -len(ending)] + _KEEP.get(ending, "")
        return cut.rstrip("e") if ending in ("s", "es") and len(cut) > 4 else cut
    return word


# What a title adds to say that nothing more is known, and how much it counts against a match (others by rarity).
FILLERS = {
    **dict.fromkeys(
        map(stem, ("unspecified", "nos", "mellitus", "classified", "elsewhere", "otherwise")), 0.05
    ),
    **dict.fromkeys(map(stem, ("not", "part", "site", "state", "encounter", "nec")), 0.3),
    **dict.fromkeys(map(stem, ("other", "specified")), 0.8),
}
_COMPOUND = re.compile(r"\b([a-z]{2,})-([a-z]{3,})\b")


def compounds(text: str) -> list[str]:
    """Stems of hyphenated words written as one: `pre-eclampsia` is also looked for as preeclampsia."""
    return [stem(first + second) for first, second in _COMPOUND.findall(text.lower())] if "-" in text else []


def stems(text: str) -> list[str]:
    """Stems of a text in order, without stop words; what follows `without` is marked as absent."""
    found: list[str] = []
    absent = False
    for word in _TOKEN.findall(_bare(text)):
        if word in _CLAUSE:
            absent = False
        elif word == "without":
            absent = True
        elif word not in STOP:
            token = stem(word)
            found.append(ABSENT + token if absent and token not in FILLERS else token)
    return found


def distance(one: str, other: str, limit: int) -> int:
    """Number of slips between two spellings (a letter wrong, missing, extra, or two swapped); over `limit`: limit + 1."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, row, before = row, [i] + [0] * len(other), row if i == 1 else before
        for j, b in enumerate(other, 1):
            row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                row[j] = min(row[j], before[j - 2] + 1)
        before = last
        if min(row) > limit:
            return limit + 1
    return row[-1]
