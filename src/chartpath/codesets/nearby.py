"""Real codes near one that does not exist, and what the slip of the pen may have been."""

from __future__ import annotations

from chartpath.codesets.models import Code, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from chartpath.codesets.lookup import Store

# Letters that are typed for the digit they look like.
LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "S": "5", "Z": "2", "B": "8"})
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def likely_slip(store: Store, code: str, edition: str) -> tuple[Code, str] | None:
    """The code meant and the words for the slip, when a letter stands for the digit it looks like (or the reverse)."""
    bare = plain(code)
    for letter, digit, words in (
        ("O", "0", "the letter O typed for a zero"),
        ("I", "1", "the letter I typed for a one"),
        ("L", "1", "the letter l typed for a one"),
    ):
        # The first character of a code is a letter, so only what follows it can be meant as a digit.
        if letter in bare[1:]:
            found = store.get(bare[0] + bare[1:].replace(letter, digit), edition)
            if found:
                return found, words
    if bare[:1] == "0":
        found = store.get("O" + bare[1:], edition)
        if found:
            return found, "a zero typed for the letter O"
    if bare[:1] == "1":
        found = store.get("I" + bare[1:], edition)
        if found:
            return found, "a one typed for the letter I"
    both = store.get(bare[:1] + bare[1:].translate(LOOKALIKES), edition)
    return (both, "a letter typed for a digit") if both and both.code != code else None


def nearest(store: Store, code: str, year: int, limit: int) -> list[Code]:
    """Codes one slip away that begin alike, then those with the longest shared start, then any one slip away."""
    bare = plain(code)
    if len(bare) < 2:
        return []
    edition = str(year)
    found: dict[str, Code] = {}

    def add(codes: Iterable[Code]) -> None:
        for hit in codes:
            if len(found) < limit:
                found.setdefault(hit.code, hit)

    slip = likely_slip(store, bare, edition)
    add([slip[0]] if slip else [])
    shorter = store.get(bare[:-1], edition) if len(bare) > 3 else None
    add([shorter] if shorter else [])  # a character too many
    slips = sorted(_one_slip(bare), key=lambda other: (-_shared(bare, other), other))
    alike = [other for other in slips if _shared(bare, other) >= min(3, len(bare) - 1)]
    add(store.existing(alike, year))
    for end in range(min(len(bare) - 1, 6), 2, -1):
        if len(found) < limit:
            add(store.beginning_with(bare[:end], year, limit + len(found)))
    if len(found) < limit:
        add(store.existing(slips, year))
    return list(found.values())


def _shared(one: str, other: str) -> int:
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def _one_slip(bare: str) -> set[str]:
    """Every string one change away: a character replaced, dropped, added, or two neighbours swapped."""
    near: set[str] = set()
    for spot in range(len(bare) + 1):
        head, tail = bare[:spot], bare[spot:]
        near |= {head + extra + tail for extra in _ALPHABET}
        if tail:
            near.add(head + tail[1:])
            near |= {head + other + tail[1:] for other in _ALPHABET}
        if len(tail) > 1:
            near.add(head + tail[1] + tail[0] + tail[2:])
    near.discard(bare)
    return near
