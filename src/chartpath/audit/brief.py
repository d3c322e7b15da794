"""What a key asks for, worked out once: the accepted lists, the weights, the mandated order.

Everything comes from the key's structure (roles, sequence rules, alternatives) and the Tabular notes of its own
codes. The miscodings that a key lists are for its readers; nothing here looks at them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from itertools import permutations

from attrs import frozen

from chartpath.audit.book import Book
from chartpath.audit.firsts import fixed_order
from chartpath.codesets import Note
from chartpath.items import Key, KeyCode

_KEPT = 512
PRINCIPAL_WEIGHT, DEMANDED_WEIGHT, SECONDARY_WEIGHT = 3.0, 2.0, 1.0


@frozen
class Pair:
    """A mandated order: `after` may not stand before every one of `before` that is on the list.

    `note` is the Tabular note it rests on, `reason` the key's own words or a guideline section; one of them is there.
    """

    before: tuple[str, ...]
    after: str
    reason: str = ""
    note: Note | None = None


@frozen
class Brief:
    """A key, ready to be held against an answer.

    `lists` are the accepted lists of diagnosis codes, the key's own first; `procedures` the required
    procedure and supply codes; `welcome` every code that is never called unsupported.
    """

    lists: tuple[tuple[str, ...], ...]
    procedures: tuple[str, ...]
    optional: frozenset[str]
    welcome: frozenset[str]
    firsts: frozenset[str]
    pairs: tuple[Pair, ...]
    weights: dict[str, float]
    by_code: dict[str, KeyCode]

    @property
    def required(self) -> tuple[str, ...]:
        """The diagnosis codes of the key itself, in its order."""
        return self.lists[0]


_BRIEFS: OrderedDict[tuple[int, int], tuple[Key, Book, Brief]] = OrderedDict()


def brief(key: Key, book: Book) -> Brief:
    """The brief of a key under a book; worked out once for each pair of objects."""
    slot = (id(key), id(book))
    kept = _BRIEFS.get(slot)
    if kept is None:
        # Key and book are kept beside their brief, so that neither id can be taken by another object.
        kept = _BRIEFS[slot] = (key, book, _work_out(key, book))
        while len(_BRIEFS) > _KEPT:
            _BRIEFS.popitem(last=False)
    return kept[2]


def _work_out(key: Key, book: Book) -> Brief:
    diagnoses = [one for one in key.codes if one.role != "procedure"]
    required = tuple(one.code for one in diagnoses if one.required)
    procedures = tuple(one.code for one in key.codes if one.role == "procedure" and one.required)
    lists = (required, *(codes for codes in key.alternatives if codes and codes != required))
    optional = frozenset(
        [one.code for one in key.optional] + [one.code for one in key.codes if not one.required]
    )
    pairs = _pairs(key, lists, book)
    return Brief(
        lists=lists,
        procedures=procedures,
        optional=optional,
        welcome=frozenset(code for codes in lists for code in codes) | optional | frozenset(procedures),
        firsts=frozenset(codes[0] for codes in lists if codes),
        pairs=pairs,
        weights=_weights(lists, key, book, procedures),
        by_code={one.code: one for one in key.codes},
    )


def _pairs(key: Key, lists: Sequence[tuple[str, ...]], book: Book) -> tuple[Pair, ...]:
    """The key's own sequence rules, then what the notes of its codes add, minus what an accepted list breaks."""
    pairs = [
        Pair((rule.before,), rule.after, rule.reason, _note_for(rule.before, rule.after, book))
        for rule in key.sequence
    ]
    stated = {(pair.before, pair.after) for pair in pairs}
    for codes in lists:
        for one, other in permutations(codes, 2):
            note, section = book.asks_before(one, other), fixed_order(other, one)
            if (note is not None or section) and ((other,), one) not in stated:
                stated.add(((other,), one))
                pairs.append(Pair((other,), one, section, note))
        for added in codes:
            carriers = [
                (code, note) for code in codes if code != added and (note := book.asks_after(code, added))
            ]
            before = tuple(code for code, _ in carriers)
            if carriers and (before, added) not in stated:
                stated.add((before, added))
                pairs.append(Pair(before, added, note=carriers[0][1]))
    return tuple(pair for pair in pairs if not any(too_early(pair, codes) for codes in lists))


def too_early(pair: Pair, codes: Sequence[str]) -> bool:
    """Whether `after` stands on the list before all of the pair's codes that are there."""
    if pair.after not in codes:
        return False
    place = codes.index(pair.after)
    places = [codes.index(code) for code in pair.before if code in codes]
    return bool(places) and place < min(places)


def _note_for(before: str, after: str, book: Book) -> Note | None:
    """The Tabular note behind a sequence rule, where there is one."""
    return book.asks_before(after, before) or book.asks_after(before, after)


def _weights(
    lists: Sequence[tuple[str, ...]], key: Key, book: Book, procedures: Sequence[str]
) -> dict[str, float]:
    """2 for a code that a note or rule of the key demands (an etiology, a partner), 1 for another.

    The first code of a list weighs 3 wherever it stands on the answer; that is not decided here.
    """
    demanded = {rule.before for rule in key.sequence if rule.requires}
    demanded |= {rule.after for rule in key.sequence if rule.requires_after}
    for codes in lists:
        for carrier, other in permutations(codes, 2):
            if book.asks_before(carrier, other) or book.asks_after(carrier, other):
                demanded.add(other)
    weights = dict.fromkeys(procedures, SECONDARY_WEIGHT)
    for codes in lists:
        for code in codes:
            weights[code] = DEMANDED_WEIGHT if code in demanded else SECONDARY_WEIGHT
    return weights
