"""The checks of a situation, each fault told in words: its tables against the code set, its charts against the audit."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import frozen

from chartpath.answers import parse
from chartpath.audit.book import book
from chartpath.audit.rules import sections_in
from chartpath.audit.scrub import scrub
from chartpath.codesets import CURRENT_EDITION, edition_for, store
from chartpath.errors import BadInput, ChartpathError
from chartpath.generate import Generated, make_one
from chartpath.generate.draw import Case, Draw, draw_case
from chartpath.generate.keys import answer_line, code_of
from chartpath.generate.likeness import jaccard, shingles
from chartpath.generate.mistakes import FEWEST
from chartpath.generate.model import Condition, Situation, read_situation
from chartpath.generate.tables import choose, facts_in, holds, leaves, reachable
from chartpath.items import Key
from chartpath.scoring import grade, key_lines

EDITIONS = ("2026", CURRENT_EDITION)
FEWEST_FACTS, FEWEST_STYLES, WIDEST, LONGEST_PHRASE = 8, 4, 96, 80
ALIKE = 0.5
"""Two styles of one case may share this part of their word 5-grams at most."""

SCARCE = 0.05
"""Share of draws that may have too few miscodings: the generator draws such a case anew."""

_WORD = re.compile(r"[a-z0-9]+")
# Five digits, or four and a letter, are the shapes of codes that may not be in the kit.
_FORBIDDEN = re.compile(r"(?<![\d.,$/:-])\b(?:\d{5}|\d{4}[FTU]|D\d{4})\b(?![\d.,-])")
_UNTIDY = re.compile(
    r"\{\{|\}\}|\{%|\[\[|\]\]|\.\.(?!\.)|,\.|,,|\( | \)|\(\)|;\.| ,|\b(\w+) \1\b(?<!\d)", re.IGNORECASE
)
_DOUBLED = frozenset({"had", "that"})  # words that English may say twice
_ANY_CODE = re.compile(r"\b[A-Z]\d[0-9A-Z.|]+")
_CODE = re.compile(r"\b[A-TV-Z]\d[0-9AB]\.[0-9A-Z]{1,4}\b")


@frozen
class Report:
    """What a check found: `faults` must be corrected, `remarks` are worth a look."""

    faults: tuple[str, ...]
    remarks: tuple[str, ...]
    charts: int


def check_situation(path: Path, sample: int = 60) -> Report:
    """Check one situation file: every reachable code, then `sample` charts drawn from it in all its styles."""
    try:
        situation = read_situation(path)
        faults = [*_shape(situation, path), *_codes(situation), *_relations(situation)]
    except ChartpathError as error:
        return Report((str(error),), (), 0)
    remarks: Counter[str] = Counter()
    seldom: list[str] = []
    made: list[Generated] = []
    for number in range(sample):
        draw = Draw("check", situation.id, number)
        try:
            case = draw_case(situation, draw)
            one = make_one(case, situation.styles[number % len(situation.styles)], draw)
            made.append(one)
            remarks.update(_ANY_CODE.sub("…", line) for line in one.dropped)
            faults += chart_faults(one)
            if number < 3:
                faults += _styles_differ(case, number)
        except ChartpathError as error:
            faults.append(str(error))
        if len(set(faults)) > 20:
            break
    if len({one.id for one in made}) < len(made):
        faults.append(f"two of {len(made)} charts have the same note")
    scarce = [one for one in made if len(one.key.miscodings) < FEWEST]
    if scarce:
        seen = f"only {len(scarce[0].key.miscodings)} miscodings hold where {_told(scarce[0])}; {FEWEST} are needed"
        line = f"{len(scarce)} of {len(made)} charts would be drawn anew: {seen}"
        if len(scarce) > SCARCE * len(made):
            faults.append(line)
        else:
            seldom.append(line)
    return Report(
        tuple(dict.fromkeys(faults)),
        tuple(seldom + [f"{count} of {len(made)}: {line}" for line, count in remarks.most_common()]),
        len(made),
    )


def _shape(situation: Situation, path: Path) -> Iterator[str]:
    varying = [fact for fact, values in situation.facts.items() if len(values) > 1]
    if len(varying) < FEWEST_FACTS:
        yield f"{len(varying)} facts vary; a situation needs at least {FEWEST_FACTS}"
    if len(set(situation.styles)) < FEWEST_STYLES:
        yield f"{len(set(situation.styles))} styles; a situation needs at least {FEWEST_STYLES}"
    text = path.read_text(encoding="utf-8")
    _, _, rest = text.partition("\nfacts:")
    for fact in varying:
        if len(re.findall(rf"\b{re.escape(fact)}\b", rest)) < 2:
            yield f"fact {fact} changes nothing: no table, `when` or template asks for it"


def _codes(situation: Situation) -> Iterator[str]:
    """Every code that the tables can reach: it exists, is complete, and its title says what the facts say."""
    for name, condition in situation.conditions.items():
        tables = (condition.code, condition.seventh)
        for known in _whenever(situation, condition.when, *tables):
            try:
                code = code_of(condition, known)
            except BadInput as error:
                yield f"condition {name}: {error}"
                continue
            yield from _exists(f"condition {name}", code, condition.system)
            yield from _claims(situation, name, condition, code, known)
            poa, _ = choose(condition.poa, {**_first_values(situation), **known})
            if poa not in ("Y", "N", "U", "W", None):
                yield f"condition {name}: there is no indicator {poa!r}"
    for name, other in {**situation.optional, **situation.symptoms}.items():
        table, when = other.code, other.when  # type: ignore[attr-defined]
        for known in _whenever(situation, when, table):
            yield from _exists(name, str(choose(table, known)[0]), "")
    for name, distractor in situation.distractors.items():
        for code in leaves(distractor.tempts):
            if code is not None:
                yield from _exists(f"distractor {name}", str(code), "")
        for prefixes in leaves(distractor.codes):
            for prefix in prefixes:
                if not any(store().beginning_with(prefix.replace(".", ""), 2026, 1)):
                    yield f"distractor {name}: no code begins with {prefix}"


def _first_values(situation: Situation) -> dict[str, Any]:
    return {fact: next(iter(values)) for fact, values in situation.facts.items()}


def _whenever(situation: Situation, when: Any, *tables: Any) -> Iterator[dict[str, Any]]:
    for known in reachable(situation, facts_in(when, *tables)):
        if holds(when, known):
            yield known


def _exists(where: str, code: str, system: str) -> Iterator[str]:
    if code == "None":
        return
    for year in EDITIONS:
        if system == "hcpcs" and year != EDITIONS[0]:
            continue  # one release at hand
        found = store().get(code, year, system or None)
        if found is None or not found.billable:
            yield f"{where}: {code} {'is not in' if found is None else 'is not complete in'} FY{year}"


def _claims(
    situation: Situation, name: str, condition: Condition, code: str, known: dict[str, Any]
) -> Iterator[str]:
    """The official title must hold the words of the condition, and of each value that led to the code."""
    found = store().get(code, EDITIONS[0], condition.system)
    if found is None:
        return
    wanted = [condition.claims]
    for table in (condition.code, condition.seventh):
        for fact in choose(table, known)[1]:
            if fact in ("sex", "age"):
                continue
            value = str(known[fact])
            own = condition.says.get(fact, {}).get(value)
            given = situation.facts[fact][value].get("claims", value.replace("_", " "))
            wanted.append(str(own if own is not None else given))
    title = set(_WORD.findall(found.title.lower()))
    for claim in wanted:
        ways = [set(_WORD.findall(way.lower())) for way in claim.split("|")]
        if not any(way <= title for way in ways):
            yield f"condition {name}: {code} is “{found.title}”, which does not say “{claim}”"


def _relations(situation: Situation) -> Iterator[str]:
    """A relation rests on a Tabular note, or its reason names a guideline section."""
    opened = book(EDITIONS[0])
    for one in situation.relations:
        first, then = situation.conditions[one.first], situation.conditions[one.then]
        if any(opened.section(number) for number in sections_in(str(one.reason))):
            continue
        for known in _whenever(
            situation,
            None,
            first.code,
            then.code,
            first.seventh,
            then.seventh,
            first.when,
            then.when,
            one.when,
        ):
            if not (holds(first.when, known) and holds(then.when, known) and holds(one.when, known)):
                continue
            before, after = code_of(first, known), code_of(then, known)
            if opened.asks_before(after, before) is None and opened.asks_after(before, after) is None:
                yield (
                    f"relation {one.first} - {one.then}: no note of {before} or {after} names the other."
                    " Name the guideline section in its reason, or drop it"
                )
                break


def chart_faults(one: Generated) -> Iterator[str]:
    """One chart against the rules that every chart of the kit keeps, each fault in words."""
    chart, key, style = one.item.chart, one.key, one.style
    assert chart is not None
    where = f"style {style}"
    for line in chart.note.splitlines():
        if len(line) > WIDEST:
            yield f"{where}: a line is {len(line)} characters wide ({line[:60]}…); break the marked phrase up"
    for text in (chart.note, one.key_text):
        yield from (
            f"{where}: {hit!r} looks like a code that may not be in the kit"
            for hit in _FORBIDDEN.findall(text)
        )
    yield from (
        f"{where}: the record holds the code {hit}"
        for hit in _CODE.findall(chart.note)
        if store().get(hit, EDITIONS[0])
    )
    for hit in _UNTIDY.finditer(chart.note):
        if (hit[1] or "").lower() not in _DOUBLED:
            around = chart.note[max(0, hit.start() - 25) : hit.end() + 25].replace("\n", " / ")
            yield f"{where}: untidy text: {around!r}"
    for row in key.codes:
        yield from (
            f"{where}: the phrase “{one}” is too long; mark less"
            for one in row.evidence
            if len(one) > LONGEST_PHRASE
        )
        if len(row.rationale.split()) < 4 or not row.citations:
            yield f"{row.code}: needs a rationale in words and at least one citation"
    yield from _citations(key)
    yield from _pairs(one)
    yield from (
        f"miscoding {wrong.codes}: explain it"
        for wrong in key.miscodings
        if len(wrong.explanation.split()) < 4
    )
    yield from (
        f"query {query.reason}: nothing in the record is marked for it"
        for query in key.queries
        if not query.evidence
    )
    lines = key_lines(key)
    for extra in key.optional:
        result = grade(one.item, key, parse("\n".join([*lines, extra.code]), "codes", one.item.systems))
        if result.score != 100:
            yield f"optional {extra.code} costs points: {result.score:g}"
    typed = {row.code: answer_line(row) for row in key.codes}
    services = [answer_line(row) for row in key.codes if row.role == "procedure"]
    for codes in key.alternatives:
        other = [*(typed.get(code, code) for code in codes), *services, *lines[len(key.codes) :]]
        result = grade(one.item, key, parse("\n".join(other), "codes", one.item.systems))
        if result.score != 100:
            yield f"alternative {codes} scores {result.score:g}, not 100"
    quoted = grade(one.item, key, parse("\n".join(key_lines(key, evidence=True)), "codes", one.item.systems))
    if quoted.score != 100 or quoted.audit is None or quoted.audit.remarks:
        told = [remark.message for remark in quoted.audit.remarks] if quoted.audit else []
        yield f"{where}: the key with its evidence scores {quoted.score:g}: {'; '.join(told)}"
    if grade(one.item, key, parse("# nothing", "codes", one.item.systems)).score != 0:
        yield "a blank answer earns points"


def _citations(key: Key) -> Iterator[str]:
    cited = [*key.citations, *(text for code in key.codes for text in code.citations)]
    for citation in cited:
        tabular = re.match(r"Tabular (\S+)", citation)
        node = tabular[1].rstrip(",;:") if tabular else ""
        known = (
            node == "chapter" or store().get(node) or store().notes(node)
            if node
            else store().guideline(citation)
        )
        if not known:
            yield f"there is no citation {citation!r}: a guideline section like I.C.4.a, or `Tabular E11 use additional code`"


def _pairs(one: Generated) -> Iterator[str]:
    chart, key = one.item.chart, one.key
    assert chart is not None
    edition = edition_for(chart.encounter_date)
    codes = [row.code for row in key.codes if row.role != "procedure"]
    for a, b in itertools.combinations([*codes, *(extra.code for extra in key.optional)], 2):
        note = book(edition).conflict(a, b)
        if note is not None:
            yield f"{a} and {b} exclude each other (Tabular {note.node})"
    for finding in scrub(codes, edition, chart.age, chart.sex, chart.inpatient):
        yield f"the claim scrubber objects to the key: {finding.kind} {finding.code}: {finding.message}"


def _styles_differ(case: Case, number: int) -> Iterator[str]:
    """The same case in every style: no two may read alike."""
    situation = case.situation
    notes = {}
    for style in situation.styles:
        one = make_one(case, style, Draw("styles", situation.id, number))
        notes[style] = shingles(one.item.chart.note if one.item.chart else "")
    for (one_style, mine), (other_style, yours) in itertools.combinations(notes.items(), 2):
        share = jaccard(mine, yours)
        if share > ALIKE:
            yield f"styles {one_style} and {other_style} share {share:.0%} of their word 5-grams; at most {ALIKE:.0%}"


def _told(one: Generated) -> str:
    return ", ".join(f"{fact} is {value}" for fact, value in one.facts.items())
