"""Procedures, supplies and drugs: tables of ICD-10-PCS, modifiers and units of HCPCS."""

from __future__ import annotations

import datetime as dt

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from chartpath.answers import parse
from chartpath.audit import EXTENSIONS, KINDS, AuditResult, audit
from chartpath.audit.services import pcs_credit
from chartpath.items import Chart, Key, KeyCode
from chartpath.scoring import key_lines

STAY = Chart(
    "appendix",
    "Belly pain",
    "inpatient",
    2,
    dt.date(2026, 5, 4),
    20,
    "F",
    "Acute appendicitis. Laparoscopic appendectomy. All of it there on arrival.",
)
STAY_KEY = Key(
    "appendix",
    codes=(
        KeyCode("K35.80", "principal", poa="Y", evidence=("Acute appendicitis",)),
        KeyCode("0DTJ4ZZ", "procedure", evidence=("Laparoscopic appendectomy",)),
    ),
)
SUPPLY = Chart(
    "sleep",
    "Sleep apnea",
    "supplier",
    2,
    dt.date(2026, 5, 4),
    50,
    "M",
    "Obstructive sleep apnea. CPAP device rented, criteria met and on file. Ketorolac 30 mg; vial rest discarded.",
)
SUPPLY_KEY = Key(
    "sleep",
    codes=(
        KeyCode("G47.33", "first_listed", evidence=("Obstructive sleep apnea",)),
        KeyCode("E0601", "procedure", modifiers=("RR", "KX"), units=1, evidence=("CPAP device rented",)),
        KeyCode("J1885", "procedure", units=2, evidence=("Ketorolac 30 mg",)),
        KeyCode("J1885", "procedure", modifiers=("JW",), units=1, evidence=("vial rest discarded",)),
    ),
)
RIGHT = "G47.33\nE0601-RR-KX x1\nJ1885 x2\nJ1885-JW x1"


def stay(typed: str, key: Key = STAY_KEY) -> AuditResult:
    return audit(parse(typed, "codes", ("icd10cm", "icd10pcs")), STAY, key)


def supply(typed: str) -> AuditResult:
    return audit(parse(typed, "codes", ("icd10cm", "hcpcs")), SUPPLY, SUPPLY_KEY)


def kinds(result: AuditResult) -> set[tuple[str, str]]:
    return {(one.kind, one.code) for one in result.findings}


def test_keys_as_a_learner_would_type_them() -> None:
    assert key_lines(STAY_KEY) == ["principal K35.80 Y", "procedure 0DTJ4ZZ"]
    assert key_lines(SUPPLY_KEY) == RIGHT.splitlines()
    assert key_lines(SUPPLY_KEY, evidence=True)[3] == 'J1885-JW x1 "vial rest discarded"'
    assert stay("\n".join(key_lines(STAY_KEY, evidence=True))).score == 100
    result = supply("\n".join(key_lines(SUPPLY_KEY, evidence=True)))
    assert (result.score, result.findings, result.remarks) == (100, (), ())


@pytest.mark.parametrize(
    ("given", "credit"),
    [("0DTJ4ZZ", 0), ("0DTJ0ZZ", 0.5), ("0DTH4ZZ", 0.5), ("0DTH0ZZ", 0.25), ("0DBJ4ZZ", 0), ("0FT44ZZ", 0)],
)
def test_credit_of_a_procedure_code_for_another(given: str, credit: float) -> None:
    assert pcs_credit(given, "0DTJ4ZZ") == credit


def test_one_wrong_character_is_named_and_not_given_away() -> None:
    result = stay("K35.80 Y\nprocedure 0DTJ0ZZ")
    assert kinds(result) == {("overcoded", "0DTJ0ZZ"), ("undercoded", "0DTJ4ZZ")}
    finding = next(one for one in result.told if one.kind == "overcoded")
    assert "approach (0 Open)" in finding.message
    assert "Endoscopic" not in finding.message + finding.next + finding.rule
    assert finding.rule.startswith("ICD-10-PCS table 0DT")
    assert [one.kind for one in result.told] == ["overcoded"]  # the missing code follows from it
    # 3 for the diagnosis and half of 1 for the procedure, of 4; nothing off for the extra line.
    assert result.parts["Codes"][0] == pytest.approx(result.parts["Codes"][1] * 3.5 / 4, abs=0.01)


def test_another_operation_is_told_by_its_definition() -> None:
    result = stay("K35.80 Y\nprocedure 0DBJ4ZZ")
    finding = next(one for one in result.findings if one.kind == "overcoded")
    assert "another operation" in finding.message
    assert "Excision: Cutting out or off, without replacement, a portion of a body part" in finding.rule
    assert result.parts["Codes"][0] == pytest.approx(result.parts["Codes"][1] * 2.5 / 4, abs=0.01)


def test_a_code_that_no_table_builds_is_told_by_the_table() -> None:
    result = stay("K35.80 Y\nprocedure 0DTJ4ZX")
    assert ("invalid", "0DTJ4ZX") in kinds(result)
    finding = next(one for one in result.told if one.kind == "invalid")
    assert "character 7 (Qualifier) cannot be X" in finding.message
    assert "ICD-10-PCS" in finding.rule
    assert not result.claim_ready
    assert ("overcoded", "0DTJ4ZX") not in {(one.kind, one.code) for one in result.told}


def test_an_accepted_procedure_code_in_place_of_the_keys() -> None:
    key = evolve(STAY_KEY, alternatives=(("K35.80", "0DTJ0ZZ"),))
    assert stay("K35.80 Y\nprocedure 0DTJ0ZZ", key).score == 100
    assert stay("K35.80 Y\nprocedure 0DTJ4ZZ", key).score == 100
    assert stay("K35.80 Y\nprocedure 0DTJ4ZZ\nprocedure 0DTJ0ZZ", key).score < 100


def test_a_key_without_procedures_does_not_judge_them() -> None:
    key = evolve(STAY_KEY, codes=STAY_KEY.codes[:1])
    assert stay("K35.80 Y\nprocedure 0DTJ4ZZ", key).score == 100


@pytest.mark.parametrize(
    ("line", "found", "rule"),
    [
        ("E0601-NU-KX x1", ("wrong_modifier", "E0601"), "Modifier NU: "),
        ("E0601-RR x1", ("wrong_modifier", "E0601"), "conditions of the payer's written policy"),
        ("E0601-RR-NU x1", ("wrong_modifier", "E0601"), "new, used or rented"),
        ("E0601-RR-KX x3", ("wrong_units", "E0601"), "E0601: "),
    ],
)
def test_a_wrong_modifier_or_number_of_units(line: str, found: tuple[str, str], rule: str) -> None:
    result = supply(RIGHT.replace("E0601-RR-KX x1", line))
    assert kinds(result) == {found}
    assert rule in result.findings[0].rule
    assert "KX" not in result.findings[0].message.replace(line, "")
    credit = 0.7 if found[0] == "wrong_units" else 0.6
    earned, possible = result.parts["Modifiers and units"]
    assert earned / possible == pytest.approx((2 + credit) / 3, abs=0.001)
    # 3 for the diagnosis, 1 for each of the two service codes, of 5: the line is not right in the codes either.
    earned, possible = result.parts["Codes"]
    assert earned / possible == pytest.approx((3 + 1 + credit) / 5, abs=0.001)
    assert result.claim_ready
    assert not result.audit_ready


def test_wrong_units_tell_why_and_not_the_number() -> None:
    result = supply(RIGHT.replace("J1885 x2", "J1885 x30"))
    (finding,) = result.findings
    assert (
        finding.message == "J1885: your line bills 30 units, and what the record tells makes another number."
    )
    assert finding.rule.startswith("J1885: Injection, ketorolac")
    assert finding.evidence == ("Ketorolac 30 mg",)
    assert "what one unit is" in finding.next
    # One of the two lines of the code: half of its weight of 1 is at stake.
    earned, possible = result.parts["Codes"]
    assert earned / possible == pytest.approx((3 + 1 + (0.7 + 1) / 2) / 5, abs=0.001)


def test_lines_of_one_code_are_matched_in_any_order() -> None:
    assert supply("G47.33\nJ1885-JW x1\nJ1885 x2\nE0601-KX-RR").score == 100


def test_a_line_too_few_and_a_line_too_many() -> None:
    few = supply("G47.33\nE0601-RR-KX\nJ1885 x2")
    assert kinds(few) == {("undercoded", "J1885")}
    many = supply(RIGHT + "\nE0601-RR-KX x1")
    assert kinds(many) == {("overcoded", "E0601")}
    assert few.score < 100 > many.score


def test_a_diagnosis_without_its_dot_where_supplies_are_asked_for() -> None:
    assert supply(RIGHT.replace("G47.33", "G4733")).score == 100


LINES = st.sampled_from(
    [
        *RIGHT.splitlines(),
        "E0601-NU x9",
        "E0601",
        "J1885-JW-JW x0",
        "procedure 0DTJ4ZZ",
        "procedure 0DTJ4ZX",
        "procedure I10",
        "0DBJ4ZZ",
        "K35.80 N",
        "K35.8",
        "L9999-ZZ",
        "E1122",
        'query cause "vial rest discarded"',
        "query timing",
        'override K35.80 R10.31 "not the same thing"',
        "override I10",
    ]
)


@given(st.lists(LINES, max_size=9), st.sampled_from([(STAY, STAY_KEY), (SUPPLY, SUPPLY_KEY)]))
def test_any_lines_give_a_score_and_rules(lines: list[str], case: tuple[Chart, Key]) -> None:
    chart, key = case
    result = audit(parse("\n".join(lines), "codes", ("icd10cm", "icd10pcs", "hcpcs")), chart, key)
    assert 0 <= result.score <= 100
    assert sum(earned for earned, _ in result.parts.values()) == pytest.approx(result.score, abs=0.05)
    assert all(one.rule and one.source and one.message for one in (*result.findings, *result.remarks))
    assert all(one.kind in {*KINDS, *EXTENSIONS} for one in result.findings)
    if {one.kind for one in result.findings} & {
        "missing_query",
        "wrong_modifier",
        "wrong_units",
        "overcoded",
    }:
        assert not result.audit_ready
