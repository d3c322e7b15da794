"""Questions to the provider: the right one, half of one, none, one too many."""

from __future__ import annotations

import datetime as dt

import pytest
from attrs import evolve

from chartpath.answers import QUERY_REASONS, parse
from chartpath.audit import EXTENSIONS, AuditResult, audit
from chartpath.items import Chart, Item, Key, KeyCode, Query
from chartpath.scoring import grade, key_lines

NOTE = """CC: knee pain, both knees by the intake sheet.
HPI: Pain in the LEFT knee for a year, worse on stairs. Hypertension, on lisinopril, BP at goal today.
Exam: right knee with crepitus and effusion. Left knee quiet.
A/P: Primary osteoarthritis of the knee, injected today. Hypertension: refill.
"""
CHART = Chart("knee", "Knee pain", "office", 2, dt.date(2026, 5, 4), 66, "F", NOTE)
ASKED = Query(
    "conflict",
    evidence=("Pain in the LEFT knee", "right knee with crepitus and effusion"),
    why="The history names the left knee and the examination the right one.",
    ask="Your note has pain in the left knee and findings in the right. Which knee has the osteoarthritis?",
    about=("M17.1",),
    accept=("support",),
)
KEY = Key(
    "knee",
    codes=(KeyCode("I10", "first_listed", evidence=("Hypertension: refill",)),),
    queries=(ASKED,),
)


def of(typed: str, key: Key = KEY, chart: Chart = CHART) -> AuditResult:
    return audit(parse(typed, "codes"), chart, key)


def kinds(result: AuditResult) -> list[tuple[str, str]]:
    return [(one.kind, one.code) for one in result.findings]


def share(result: AuditResult) -> float:
    earned, possible = result.parts["Question to the provider"]
    return round(earned / possible, 2)


def test_the_part_is_worth_15_beside_the_others() -> None:
    result = of('I10\nquery conflict "Pain in the LEFT knee"')
    assert (result.score, result.findings, result.remarks, result.audit_ready) == (100, (), (), True)
    assert result.parts == {
        "Codes": (64.71, 64.71),
        "First-listed diagnosis": (17.65, 17.65),
        "Question to the provider": (17.65, 17.65),
    }


@pytest.mark.parametrize(
    ("line", "credit"),
    [
        ('query conflict "right knee with crepitus and effusion"', 1),
        ('query conflict "the right  KNEE with crepitus and effusion. Left knee quiet"', 1),
        ('query conflict "in the left knee"', 1),
        ('query support "Pain in the LEFT knee"', 1),
        ('query timing "Pain in the LEFT knee"', 0.5),
        ("query conflict", 0.5),
        ("query timing", 0),
        ('query conflict "left knee"', 0),  # two words of a phrase may be anything
        ('query conflict "Hypertension: refill"', 0),
        ("", 0),
    ],
)
def test_credit_of_a_question(line: str, credit: float) -> None:
    assert share(of(f"I10\n{line}")) == credit


def test_a_question_that_is_not_asked() -> None:
    result = of("I10")
    assert kinds(result) == [("missing_query", "conflict")]
    finding = result.findings[0]
    assert "I.A.19" in finding.rule
    assert "conflict" not in finding.message + finding.next
    assert finding.evidence == ()
    assert (result.claim_ready, result.audit_ready) == (True, False)


def test_a_question_for_another_reason() -> None:
    result = of('I10\nquery timing "Pain in the LEFT knee"')
    assert kinds(result) == [("wrong_query", "timing")]
    assert result.score == pytest.approx(100 * (1 - 15 / 85 / 2), abs=0.01)


def test_a_code_that_has_to_wait() -> None:
    result = of('I10\nM17.12\nquery conflict "Pain in the LEFT knee"')
    assert kinds(result) == [("overcoded", "M17.12")]
    assert "provider" in result.findings[0].message
    assert "I.A.19" in result.findings[0].rule
    assert not result.audit_ready


def test_trying_every_reason_is_no_way_to_the_right_one() -> None:
    tried = "\n".join(
        f'query {reason} "Pain in the LEFT knee"' for reason in sorted(QUERY_REASONS, reverse=True)
    )
    assert share(of(f"I10\n{tried}")) == 0.5


def test_two_questions_of_one_reason_are_two_findings() -> None:
    other = evolve(ASKED, evidence=("both knees by the intake sheet",))
    key = evolve(KEY, queries=(ASKED, other))
    assert kinds(of("I10", key)) == [("missing_query", "conflict"), ("missing_query", "conflict-2")]
    half = of('I10\nquery conflict "both knees by the intake sheet"', key)
    assert share(half) == 0.5
    assert kinds(half) == [("missing_query", "conflict")]
    assert share(of("I10\nquery conflict", key)) == 0  # with two of them a bare reason says too little


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ('query timing "Hypertension: refill"', "needless_query"),
        ('query timing "words of my own"', "quote_not_found"),
        ("query conflict", "query_unquoted"),
    ],
)
def test_remarks_cost_nothing(line: str, kind: str) -> None:
    result = of(f"I10\n{line}")
    assert [one.kind for one in result.remarks] == [kind]
    plain = evolve(KEY, queries=())
    assert of(f"I10\n{line}", plain).score == 100


@pytest.mark.parametrize(
    ("reason", "inpatient", "about", "section"),
    [
        ("conflict", False, (), "I.A.19"),
        ("specificity", False, (), "I.B.18"),
        ("diagnosis", True, (), "III.B"),
        ("diagnosis", False, (), "I.B.4"),
        ("cause", False, ("E11.4",), "I.A.15"),
        ("cause", True, ("T81.4",), "I.B.16"),
        ("cause", True, ("J95.821",), "I.B.16"),
        ("support", False, (), "I.A.19"),
        ("timing", True, (), "Appendix I"),
    ],
)
def test_every_reason_has_its_rule(
    reason: str, inpatient: bool, about: tuple[str, ...], section: str
) -> None:
    chart = evolve(CHART, setting="inpatient" if inpatient else "office")
    key = evolve(KEY, queries=(evolve(ASKED, reason=reason, accept=(), about=about),))
    finding = next(one for one in of("I10", key, chart).findings if one.kind == "missing_query")
    assert section in finding.rule
    assert finding.kind in EXTENSIONS


def test_the_key_as_a_learner_would_type_it() -> None:
    assert key_lines(KEY) == ["I10", 'query conflict "Pain in the LEFT knee"']
    item = Item("knee", "codes", "unit", False, 10, "?", chart=CHART)
    assert grade(item, KEY, parse("\n".join(key_lines(KEY, evidence=True)), "codes")).points == 10


def test_a_question_alone_earns_its_part() -> None:
    item = Item("knee", "codes", "unit", False, 10, "?", chart=CHART)
    assert grade(item, KEY, parse('query conflict "in the LEFT knee"', "codes")).score == pytest.approx(17.65)
