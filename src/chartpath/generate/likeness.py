"""How alike two notes are: the share of word 5-grams that they have in common."""

from __future__ import annotations

import re
from collections.abc import Sequence
from zlib import crc32

WORDS = 5
DUPLICATE = 0.8
"""Jaccard index from which two notes count as near duplicates."""

_WORD = re.compile(r"[a-z0-9]+")


def shingles(note: str) -> frozenset[int]:
    """The word 5-grams of a note as numbers (CRC-32: the same on every machine)."""
    words = _WORD.findall(note.lower())
    return frozenset(
        crc32(" ".join(words[place : place + WORDS]).encode())
        for place in range(max(1, len(words) - WORDS + 1))
    )


def jaccard(one: frozenset[int], other: frozenset[int]) -> float:
    """Shared over all 5-grams, 0-1."""
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared) if one or other else 0.0


def near_duplicates(notes: Sequence[str]) -> tuple[int, int]:
    """Notes that have a near duplicate among the others, and pairs of near duplicates."""
    sets = sorted(
        ((shingles(note), number) for number, note in enumerate(notes)), key=lambda row: len(row[0])
    )
    touched: set[int] = set()
    pairs = 0
    for place, (mine, number) in enumerate(sets):
        for other, second in sets[place + 1 :]:
            if len(mine) < DUPLICATE * len(other):
                break  # the rest are longer still: too long to share four fifths
            if jaccard(mine, other) >= DUPLICATE:
                pairs += 1
                touched |= {number, second}
    return len(touched), pairs
