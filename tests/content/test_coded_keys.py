"""The keys of the charts, held against the official code set and the record itself."""

from __future__ import annotations

import itertools
import re

import pytest

from chartpath import items
from chartpath.answers import parse
from chartpath.codesets import CURRENT_EDITION, edition_for, store
from chartpath.items import Item, Miscoding
from chartpath.scoring import Graded, grade


def graded(item: Item, codes: list[str] | tuple[str, ...], poa: dict[str, str] | None = None) -> Graded:
    lines = [f"{code} {(poa or {}).get(code, '')}" for code in codes]
    return grade(item, items.key(item.id), parse("\n".join(lines), "codes", item.systems))


def gold(item: Item) -> tuple[list[str], dict[str, str]]:
    codes = [code for code in items.key(item.id).codes if code.required]
    return [code.code for code in codes], {code.code: code.poa for code in codes if code.poa}


def edition(item: Item) -> str:
    assert item.chart is not None
    return edition_for(item.chart.encounter_date)


def test_every_code_is_billable_on_the_day_and_today(coded: Item) -> None:
    key = items.key(coded.id)
    for code in [code.code for code in key.codes] + [code.code for code in key.optional]:
        for year in {edition(coded), CURRENT_EDITION}:
            found = store().get(code, year)
            assert found is not None, f"{code} is not in FY{year}"
            assert found.billable, f"{code} is not complete in FY{year}"


def test_no_two_codes_exclude_each_other(coded: Item) -> None:
    codes, _ = gold(coded)
    optional = [code.code for code in items.key(coded.id).optional]
    for one, other in itertools.combinations([*codes, *optional], 2):
        note = store().excludes1(one, other)
        assert note is None, f"{one} and {other}: {note}"


def test_every_evidence_phrase_is_in_the_record(coded: Item) -> None:
    assert coded.chart is not None
    key = items.key(coded.id)
    phrases = [phrase for code in key.codes for phrase in code.evidence]
    phrases += [one.phrase for one in key.not_reportable] + [
        one.phrase for one in key.integral_symptoms if one.phrase
    ]
    note = " ".join(coded.chart.note.split())
    assert phrases
    assert [phrase for phrase in phrases if " ".join(phrase.split()) not in note] == []
    assert [code.code for code in key.codes if code.required and not code.evidence] == []


def test_every_citation_exists(item: Item) -> None:
    key = items.key(item.id)
    cited = list(key.citations) + [one for code in key.codes for one in code.citations]
    if item.kind == "codes":
        assert cited
    for citation in cited:
        tabular = re.match(r"Tabular (\S+)", citation)
        if tabular:
            node = tabular[1].rstrip(",;:")
            assert re.fullmatch(r"chapter", node) or store().get(node) or store().notes(node), citation
        else:
            assert store().guideline(citation), citation


def test_the_key_scores_100(coded: Item) -> None:
    codes, poa = gold(coded)
    result = graded(coded, codes, poa)
    assert result.score == 100
    assert result.points == coded.points
    assert result.audit is not None
    assert result.audit.findings == ()
    assert result.audit.audit_ready


def test_the_key_with_its_evidence_scores_100(coded: Item) -> None:
    key = items.key(coded.id)
    lines = [f'{code.code} {code.poa or ""} "{code.evidence[0]}"' for code in key.codes if code.required]
    assert grade(coded, key, parse("\n".join(lines), "codes", coded.systems)).score == 100


def test_optional_codes_change_nothing(coded: Item) -> None:
    codes, poa = gold(coded)
    for extra in items.key(coded.id).optional:
        assert graded(coded, [*codes, extra.code], poa).score == 100


def test_accepted_alternatives_score_100(coded: Item) -> None:
    _, poa = gold(coded)
    for codes in items.key(coded.id).alternatives:
        assert graded(coded, codes, poa).score == 100


def test_a_blank_answer_scores_0(item: Item) -> None:
    assert grade(item, items.key(item.id), parse("# nothing\n", item.kind)).score == 0


def miscodings() -> list[tuple[str, Item, Miscoding]]:
    coded = [one for one in items.items() if one.kind == "codes"]
    return [
        (f"{one.id}:{'+'.join(wrong.codes)}", one, wrong)
        for one in coded
        for wrong in items.key(one.id).miscodings
    ]


MISCODINGS = miscodings()


@pytest.mark.parametrize(
    ("chart", "wrong"),
    [(one, wrong) for _, one, wrong in MISCODINGS],
    ids=[name for name, _, _ in MISCODINGS],
)
def test_each_listed_miscoding_loses_points_for_its_reason(chart: Item, wrong: Miscoding) -> None:
    def same(code: str) -> str:
        return "|".join(sorted(code.split("|")))

    result = graded(chart, wrong.codes)
    assert result.audit is not None
    assert result.score < 100
    reported = {(finding.kind, same(finding.code)) for finding in result.audit.findings}
    expected = {(error.kind, same(error.code)) for error in wrong.errors}
    assert expected <= reported, f"missed: {expected - reported}"
    codes, _ = gold(chart)
    consequential = {("overcoded", code) for code in wrong.codes if code not in codes}
    consequential |= {("undercoded", code) for code in codes if code not in wrong.codes}
    allowed = expected | consequential | {(error.kind, same(error.code)) for error in wrong.may}
    assert reported <= allowed, f"false alarms: {reported - allowed}"
    assert all(finding.rule for finding in result.audit.findings), "a finding without a rule"
    assert len(wrong.explanation.split()) >= 4


def test_every_chart_lists_the_mistakes_people_make(coded: Item) -> None:
    assert len(items.key(coded.id).miscodings) >= (4 if coded.assessed else 2)
