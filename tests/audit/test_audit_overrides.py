"""The exception of I.A.12.a: two codes that exclude each other, reported together on the coder's word."""

from __future__ import annotations

import datetime as dt

from chartpath.answers import parse
from chartpath.audit import AuditResult, audit, scrub, scrub_remarks
from chartpath.items import Chart, Key, KeyCode

CHART = Chart(
    "lungs", "t", "office", 2, dt.date(2026, 5, 4), 60, "F", "Respiratory failure. Hypoxemia. Gout."
)
KEY = Key(
    "lungs",
    codes=(
        KeyCode("J96.01", "first_listed", evidence=("Respiratory failure",)),
        KeyCode("M10.9", "secondary", evidence=("Gout",)),
    ),
)
PAIR = "J96.01\nM10.9\nR09.02\n"
WORD = 'override J96.01 R09.02 "the two have separate causes"'


def of(typed: str) -> AuditResult:
    return audit(parse(typed, "codes"), CHART, KEY)


def test_a_reason_turns_the_conflict_into_a_remark() -> None:
    closed, opened = of(PAIR), of(PAIR + WORD)
    assert ("excludes1_conflict", "J96.01|R09.02") in [(one.kind, one.code) for one in closed.findings]
    assert not closed.claim_ready
    assert "excludes1_conflict" not in [one.kind for one in opened.findings]
    assert opened.claim_ready
    assert not opened.audit_ready  # the record still does not support the second code
    (remark,) = opened.remarks
    assert remark.kind == "excludes1_override"
    assert "separate causes" in remark.message
    assert "I.A.12.a" in remark.rule
    assert "R09" in remark.rule
    assert opened.score == closed.score


def test_an_override_of_nothing_is_told() -> None:
    for typed in (f"J96.01\nM10.9\n{WORD}", 'J96.01\nM10.9\noverride J96.01 M10.9 "not related at all"'):
        result = of(typed)
        assert [one.kind for one in result.remarks] == ["needless_override"]
        assert result.score == 100


def test_the_scrubber_honors_it_too() -> None:
    answer = parse(PAIR + WORD, "codes")
    assert "excludes1_conflict" not in [one.kind for one in scrub(answer, "2026")]
    assert [one.kind for one in scrub_remarks(answer, "2026")] == ["excludes1_override"]
    assert scrub_remarks(["J96.01", "R09.02"], "2026") == []
    # One override speaks for its own pair only.
    other = parse('J96.01\nR09.02\nR09.2\noverride J96.01 R09.02 "they are not related"', "codes")
    assert ("excludes1_conflict", "J96.01|R09.2") in [(one.kind, one.code) for one in scrub(other, "2026")]
