"""No answer one step beside a key keeps the full score: every key against its mutants.

The mutants of a key: each code in turn left out, cut to its stem, or replaced by each sibling, which covers other
sides, other 7th characters and other detail; by the same code on the other side; a procedure code with one character
changed to another that its table allows; a HCPCS line with other units, without a modifier or with another one; each
question left out or asked for another reason; a code added that the record tempts to; the two leading codes exchanged
where the key fixes the first.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

import pytest
from attrs import evolve, frozen

from chartpath import items
from chartpath.answers import QUERY_REASONS, parse
from chartpath.audit import system_of
from chartpath.codesets import Code, edition_for, pcs, store
from chartpath.items import Item, Key, KeyCode
from chartpath.scoring import grade, key_lines

pytestmark = pytest.mark.slow
_OTHER_SIDE = {"right": "left", "left": "right"}
SWAPS = ("left out", "stem", "sibling", "7th character", "other side", "one PCS character")
"""Mutants that differ in their codes, and may be another accepted answer."""


@frozen
class Mutant:
    """A wrong answer: what was done to the key, and its lines."""

    how: str
    what: str
    lines: tuple[str, ...]


def changed(key: Key, place: int, *codes: KeyCode) -> tuple[str, ...]:
    """The lines of a key with one required code replaced by others, or by none."""
    required = [one for one in key.codes if one.required]
    return tuple(key_lines(evolve(key, codes=(*required[:place], *codes, *required[place + 1 :]))))


def mutants(item: Item, key: Key) -> Iterator[Mutant]:
    assert item.chart is not None
    edition = edition_for(item.chart.encounter_date)
    required = [one for one in key.codes if one.required]
    for place, one in enumerate(required):
        if len(required) > 1:
            yield Mutant("left out", one.code, changed(key, place))
        system = system_of(one.code)
        if system == "icd10cm":
            swaps = diagnoses_beside(one.code, edition)
        else:
            swaps = procedures_beside(one.code, edition) if system == "icd10pcs" else []
        for how, code in swaps:
            yield Mutant(how, f"{code} for {one.code}", changed(key, place, evolve(one, code=code)))
        if system == "hcpcs":
            yield from supply_lines(key, place, one)
    lines = key_lines(key)
    for code in tempting(key, edition):
        yield Mutant("tempting code added", code, (*lines, code))
    yield Mutant("nothing but an illness", "R69", ("R69",))
    if len(required) > 1 and {one.role for one in required[:2]} & {"principal", "first_listed"}:
        # The words that mark a role would set the order right again.
        bare = [re.sub(r"^(principal|other) ", "", line) for line in lines]
        yield Mutant("order", "first and second exchanged", (bare[1], bare[0], *bare[2:]))
    for number, query in enumerate(key.queries):
        place = len(required) + number
        yield Mutant("question left out", query.reason, (*lines[:place], *lines[place + 1 :]))
        other = next(one for one in QUERY_REASONS if one not in (query.reason, *query.accept))
        asked = lines[place].replace(f"query {query.reason}", f"query {other}", 1)
        yield Mutant("question of another reason", other, (*lines[:place], asked, *lines[place + 1 :]))


def tempting(key: Key, edition: str) -> list[str]:
    """The complete codes of the phrases that tempt, and of the symptoms that a diagnosis explains."""
    named = [one.code for one in key.integral_symptoms]
    named += [code for one in key.not_reportable for code in one.codes]
    welcome = {one.code for one in (*key.codes, *key.optional)} | {
        one for codes in key.alternatives for one in codes
    }
    found = [store().get(code, edition) for code in named]
    codes = dict.fromkeys(one.code for one in found if one is not None and one.billable)
    return [code for code in codes if code not in welcome]


def diagnoses_beside(code: str, edition: str) -> list[tuple[str, str]]:
    found = store().get(code, edition)
    assert found is not None
    swaps: list[tuple[str, str]] = []
    if found.parent and "-" not in found.parent and len(found.parent) >= 3:
        swaps.append(("stem", found.parent))
        siblings = [one for one in store().children(found.parent, edition) if one.code != code]
        seventh = len(code) == 8
        swaps += [("7th character" if seventh else "sibling", one.code) for one in siblings if one.billable]
    side = re.search(r"\b(right|left)\b", found.title)
    if side:
        turned = found.title.replace(side[0], _OTHER_SIDE[side[0]])
        stem = code[:5]
        swaps += [
            ("other side", one.code)
            for one in below(stem, edition)
            if one.title == turned and one.code not in {other for _, other in swaps}
        ]
    return swaps


def below(stem: str, edition: str) -> list[Code]:
    """Every complete code under a stem."""
    found: list[Code] = []
    for one in store().children(stem.rstrip("."), edition):
        found += [one] if one.billable else below(one.code, edition)
    return found


def procedures_beside(code: str, edition: str) -> list[tuple[str, str]]:
    swaps = []
    for place in range(3, 7):
        for value in pcs.options(code[:place], edition):
            other = code[:place] + value.value + code[place + 1 :]
            if other != code and pcs.exists(other, edition):
                swaps.append(("one PCS character", other))
    return swaps


def supply_lines(key: Key, place: int, one: KeyCode) -> Iterator[Mutant]:
    units = one.units or 1
    yield Mutant("units", one.code, changed(key, place, evolve(one, units=units + 1)))
    for mark in one.modifiers:
        fewer = tuple(other for other in one.modifiers if other != mark)
        yield Mutant(
            "modifier left out", f"{one.code}-{mark}", changed(key, place, evolve(one, modifiers=fewer))
        )
    if "GZ" not in one.modifiers:
        more = (*one.modifiers, "GZ")
        yield Mutant("modifier added", f"{one.code}-GZ", changed(key, place, evolve(one, modifiers=more)))


def accepted(key: Key) -> set[frozenset[str]]:
    """The code sets that earn the full score: the key's, its alternatives', each with any optional codes."""
    own = [code.code for code in key.codes if code.required]
    services = [code for code in own if system_of(code) != "icd10cm"]
    lists = [own]
    for codes in key.alternatives:
        named = any(system_of(code) != "icd10cm" for code in codes)
        lists.append([*codes] if named else [*codes, *services])
    return {frozenset(codes) for codes in lists}


@cache
def outcome(item_id: str) -> tuple[Counter[str], tuple[Mutant, ...]]:
    """How many mutants of each sort a key has, and those that keep the full score."""
    item, key = items.item(item_id), items.key(item_id)
    right = accepted(key)
    leading = {codes[0] for codes in key.alternatives if codes}
    optional = {one.code for one in key.optional} | {one.code for one in key.codes if not one.required}
    made: Counter[str] = Counter()
    survivors = []
    for mutant in mutants(item, key):
        answer = parse("\n".join(mutant.lines), "codes", item.systems)
        if mutant.how in SWAPS and frozenset(answer.codes) - optional in right:
            continue  # another accepted answer is no mutant
        if mutant.how == "order" and answer.codes[0] in leading:
            continue
        made[mutant.how] += 1
        if grade(item, key, answer).score >= 100:
            survivors.append(mutant)
    return made, tuple(survivors)


def test_no_mutant_keeps_the_full_score(coded: Item) -> None:
    made, survivors = outcome(coded.id)
    assert made
    assert [f"{one.how}: {one.what}" for one in survivors] == []


def test_the_kill_rate_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    made: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    for item in items.items():
        if item.kind == "codes":
            mutated, survivors = outcome(item.id)
            made += mutated
            kept += Counter(one.how for one in survivors)
    total, killed = made.total(), made.total() - kept.total()
    with capsys.disabled():
        print(f"\nmutants of the keys: {killed:,} of {total:,} lose points ({killed / total:.2%})")
        for how, count in made.most_common():
            print(f"  {how:<26} {count - kept[how]:>6,} of {count:,}")
    assert killed == total
