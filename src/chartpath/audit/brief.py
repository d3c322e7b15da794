"""What a key asks for, worked out once: the accepted lists, the weights, the mandated order.

Everything comes from the key's structure (roles, sequence rules, alternatives) and the Tabular notes of its own
codes. The miscodings that a key lists are for its readers; nothing here looks at them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
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
class Accepted:
    """One accepted answer: its diagnosis codes in order, and the lines for what was done or supplied.

    Two lines may carry the same service code: a drug given and the rest of its vial, one operation at two sites.
    """

    codes: tuple[str, ...]
    services: tuple[KeyCode, ...]

    @property
    def done(self) -> tuple[str, ...]:
        """The service codes, each once."""
        return tuple(dict.fromkeys(one.code for one in self.services))


@frozen
class Brief:
    """A key, ready to be held against an answer.

    `lists` are the accepted answers, the key's own first; `welcome` holds every code that is never called
    unsupported, `weights` what each diagnosis or service code counts when it does not lead.
    """

    lists: tuple[Accepted, ...]
    optional: frozenset[str]
    welcome: frozenset[str]
    firsts: frozenset[str]
    pairs: tuple[Pair, ...]
    weights: dict[str, float]
    by_code: dict[str, KeyCode]
    evidence: dict[str, tuple[str, ...]]

    @property
    def required(self) -> tuple[str, ...]:
        """The diagnosis codes of the key itself, in its order."""
        return self.lists[0].codes

    @property
    def services(self) -> bool:
        """Whether the key asks for procedures or supplies at all; where it does not, they are not judged."""
        return bool(self.lists[0].services)


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
    required = [one for one in key.codes if one.required]
    own = Accepted(
        tuple(one.code for one in required if one.role != "procedure"),
        tuple(one for one in required if one.role == "procedure"),
    )
    others = [_alternative(codes, own) for codes in key.alternatives if codes]
    lists = (own, *(one for one in others if one != own))
    optional = frozenset(
        [one.code for one in key.optional] + [one.code for one in key.codes if not one.required]
    )
    diagnoses = tuple(dict.fromkeys(one.codes for one in lists))
    done = frozenset(code for one in lists for code in one.done)
    return Brief(
        lists=lists,
        optional=optional,
        welcome=frozenset(code for codes in diagnoses for code in codes) | optional | done,
        firsts=frozenset(codes[0] for codes in diagnoses if codes),
        pairs=_pairs(key, diagnoses, book),
        weights=_weights(diagnoses, key, book, done),
        by_code={one.code: one for one in reversed(key.codes)},
        evidence={
            code: tuple(phrase for one in key.codes if one.code == code for phrase in one.evidence)
            for code in {one.code for one in key.codes}
        },
    )


def _alternative(codes: Sequence[str], own: Accepted) -> Accepted:
    """An accepted list of the key; one without service codes leaves those of the key as they are."""
    services = [code for code in codes if system_of(code) != "icd10cm"]
    known = {one.code: one for one in own.services}
    return Accepted(
        tuple(code for code in codes if system_of(code) == "icd10cm"),
        tuple(known.get(code) or KeyCode(code, "procedure") for code in services)
        if services
        else own.services,
    )


def system_of(code: str) -> str:
    """The code set of a code as a key writes it: a long ICD-10-CM code has its dot, the other sets have none."""
    if "." in code or len(code) <= 3:
        return "icd10cm"
    return "icd10pcs" if len(code) == 7 else "hcpcs"


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
    lists: Sequence[tuple[str, ...]], key: Key, book: Book, services: Iterable[str]
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
    weights = dict.fromkeys(services, SECONDARY_WEIGHT)
    for codes in lists:
        for code in codes:
            weights[code] = DEMANDED_WEIGHT if code in demanded else SECONDARY_WEIGHT
    return weights
