"""The keys of the charts, held against the official code set and the record itself."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from chartpath import items
from chartpath.answers import parse
from chartpath.audit import EXTENSIONS, KINDS, scrub
from chartpath.codesets import CURRENT_EDITION, edition_for, store
from chartpath.codesets.claimline import check_line
from chartpath.items import Item, Miscoding
from chartpath.scoring import Graded, grade, key_lines


def graded(item: Item, lines: Sequence[str]) -> Graded:
    return grade(item, items.key(item.id), parse("\n".join(lines), "codes", item.systems))


def gold(item: Item) -> list[str]:
    return [code.code for code in items.key(item.id).codes if code.required]


def edition(item: Item) -> str:
    assert item.chart is not None
    return edition_for(item.chart.encounter_date)


def system(code: str) -> str:
    """A code of a key carries its dot when it is a long ICD-10-CM code."""
    if "." in code or len(code) == 3:
        return "icd10cm"
    return "icd10pcs" if len(code) == 7 else "hcpcs"


def test_every_code_is_billable_on_the_day_and_today(coded: Item) -> None:
    key = items.key(coded.id)
    for code in [code.code for code in key.codes] + [code.code for code in key.optional]:
        # A claim for what was done is judged by the day it was done; the HCPCS release at hand is one for all.
        years = {edition(coded), CURRENT_EDITION} if system(code) == "icd10cm" else {edition(coded)}
        for year in years:
            found = store().get(code, year, system(code))
            assert found is not None, f"{code} is not in FY{year}"
            assert found.billable, f"{code} is not complete in FY{year}"


def test_procedure_and_supply_lines_fit_their_code_set(coded: Item) -> None:
    for code in items.key(coded.id).codes:
        kind = system(code.code)
        assert kind in coded.systems, f"{code.code}: `systems:` of {coded.id} does not name {kind}"
        assert (code.role == "procedure") == (kind != "icd10cm"), f"{code.code}: its role is {code.role}"
        if kind == "hcpcs":
            slips = check_line(code.code, code.modifiers, code.units)
            assert slips == [], f"{code.code}: {slips[0].message}"
        else:
            assert (code.modifiers, code.units) == ((), None), (
                f"{code.code}: modifiers and units are for HCPCS"
            )


def test_no_two_codes_exclude_each_other(coded: Item) -> None:
    key = items.key(coded.id)
    codes = [
        code for code in [*gold(coded), *(one.code for one in key.optional)] if system(code) == "icd10cm"
    ]
    for one, other in itertools.combinations(codes, 2):
        note = store().excludes1(one, other)
        assert note is None, f"{one} and {other}: {note}"


def test_every_evidence_phrase_is_in_the_record(coded: Item) -> None:
    assert coded.chart is not None
    key = items.key(coded.id)
    phrases = [phrase for code in key.codes for phrase in code.evidence]
    phrases += [one.phrase for one in key.not_reportable] + [
        one.phrase for one in key.integral_symptoms if one.phrase
    ]
    phrases += [phrase for query in key.queries for phrase in query.evidence]
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
            # The appendix on present-on-admission reporting has no number in the list of sections.
            assert citation == "Appendix I" or store().guideline(citation), citation


def test_the_key_scores_100(coded: Item) -> None:
    result = graded(coded, key_lines(items.key(coded.id)))
    assert result.problems == ()
    assert result.audit is not None
    assert result.audit.findings == ()
    assert result.score == 100
    assert result.points == coded.points
    assert result.audit.audit_ready


def test_the_key_with_its_evidence_scores_100(coded: Item) -> None:
    result = graded(coded, key_lines(items.key(coded.id), evidence=True))
    assert result.score == 100
    assert result.audit is not None
    assert result.audit.remarks == ()


def test_the_claim_scrubber_is_silent_on_every_key(coded: Item) -> None:
    assert coded.chart is not None
    chart, key = coded.chart, items.key(coded.id)
    answer = parse("\n".join(key_lines(key)), "codes", coded.systems)
    findings = scrub(answer, edition(coded), chart.age, chart.sex, chart.inpatient)
    assert [(one.kind, one.code, one.message) for one in findings] == []


def test_optional_codes_change_nothing(coded: Item) -> None:
    key = items.key(coded.id)
    for extra in key.optional:
        word = "procedure " if system(extra.code) == "icd10pcs" else ""
        assert graded(coded, [*key_lines(key), f"{word}{extra.code}"]).score == 100, extra.code


def test_accepted_alternatives_score_100(coded: Item) -> None:
    key = items.key(coded.id)
    typed = {
        code.code: line
        for code, line in zip([c for c in key.codes if c.required], key_lines(key), strict=False)
    }
    others = key_lines(key)[len(gold(coded)) :]
    for codes in key.alternatives:
        # An alternative without service codes leaves those of the key as they are.
        services = (
            []
            if any(system(code) != "icd10cm" for code in codes)
            else [c for c in gold(coded) if system(c) != "icd10cm"]
        )
        lines = [re.sub(r"^(principal|other) ", "", typed.get(code, code)) for code in (*codes, *services)]
        lines = [f"procedure {line}" if system(line) == "icd10pcs" else line for line in lines]
        assert graded(coded, [*lines, *others]).score == 100, codes


def test_a_question_to_the_provider_is_whole(coded: Item) -> None:
    key = items.key(coded.id)
    for query in key.queries:
        assert query.evidence, f"{query.reason}: quote the words that raise it"
        assert len(query.why.split()) >= 6, query.why
        assert query.ask.strip().endswith(("?", ".", ")")), query.ask
        assert len(query.ask.split()) >= 10, "a question that does not lead gives the facts and the choices"
        for prefix in query.about:
            assert store().get(prefix, edition(coded)) is not None, (
                f"about {prefix}: no such code or category"
            )
            covered = [
                code
                for code in [*gold(coded), *(one.code for one in key.optional)]
                if code.replace(".", "").startswith(prefix.replace(".", ""))
            ]
            assert covered == [], (
                f"about {prefix} would hold back {covered}, which the key asks for or allows"
            )
        others = [line for line in key_lines(key) if not line.startswith("query")]
        unasked = graded(coded, others)
        assert unasked.audit is not None
        assert unasked.score < 100
        assert not unasked.audit.audit_ready
        assert {one.kind for one in unasked.audit.findings} == {"missing_query"}


def test_a_blank_answer_scores_0(item: Item) -> None:
    assert grade(item, items.key(item.id), parse("# nothing\n", item.kind)).score == 0


def test_each_listed_miscoding_loses_points_for_its_reason(coded: Item) -> None:
    for wrong in items.key(coded.id).miscodings:
        try:
            loses_points_for_its_reason(coded, wrong)
        except AssertionError as error:
            raise AssertionError(f"{' '.join(wrong.codes)}: {error}") from error


def loses_points_for_its_reason(chart: Item, wrong: Miscoding) -> None:
    def same(code: str) -> str:
        return "|".join(sorted(code.split("|")))

    result = graded(chart, wrong.codes)
    assert not [problem for problem in result.problems if problem.fatal], result.problems
    assert result.audit is not None
    assert result.score < 100
    reported = {(finding.kind, same(finding.code)) for finding in result.audit.findings}
    expected = {
        # The reason of a question need not be written: then any finding of the kind is meant.
        next(
            (one for one in reported if one[0] == error.kind and not error.code),
            (error.kind, same(error.code)),
        )
        for error in wrong.errors
    }
    assert {kind for kind, _ in expected} <= {*KINDS, *EXTENSIONS}
    assert expected <= reported, f"missed: {expected - reported}; reported: {reported}"
    right, submitted = gold(chart), result.answer.codes
    consequential = {("overcoded", code) for code in submitted if code not in right}
    consequential |= {("undercoded", code) for code in right if code not in submitted}
    if not result.answer.queries:
        consequential |= {
            (one.kind, one.code) for one in result.audit.findings if one.kind == "missing_query"
        }
    allowed = expected | consequential | {(error.kind, same(error.code)) for error in wrong.may}
    assert reported <= allowed, f"false alarms: {reported - allowed}"
    assert all(finding.rule for finding in result.audit.findings), "a finding without a rule"
    assert len(wrong.explanation.split()) >= 4


def test_every_chart_lists_the_mistakes_people_make(coded: Item) -> None:
    assert len(items.key(coded.id).miscodings) >= (4 if coded.assessed else 2)
