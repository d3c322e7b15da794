"""Points: the parts of the rubric, partial credit, the two gates."""

from __future__ import annotations

import datetime as dt

import pytest
from attrs import evolve, frozen
from audit_cases import by_id, gold, lines, mutants, opened

from chartpath.answers import CodeLine, parse
from chartpath.audit import AuditResult, audit
from chartpath.codesets import Code, Store, store
from chartpath.items import Chart, IntegralSymptom, Key, KeyCode, NotReportable, OptionalCode, SequenceRule

SEPSIS_NOTE = """DISCHARGE SUMMARY 06/12/2026
Pneumococcal sepsis with organ failure, lungs the source, no shock. Lobar consolidation, sputum pneumococcus.
Hypoxic respiratory failure on arrival, high-flow 2 d. All of it there when he came.
"""
SEPSIS = Chart("sepsis", "Chills", "inpatient", 4, dt.date(2026, 6, 12), 61, "M", SEPSIS_NOTE)
SEPSIS_KEY = Key(
    "sepsis",
    codes=(
        KeyCode("A40.3", "principal", poa="Y", evidence=("Pneumococcal sepsis",)),
        KeyCode("J13", "secondary", poa="Y", evidence=("sputum pneumococcus",)),
        KeyCode("R65.20", "secondary", poa="Y", evidence=("with organ failure",)),
        KeyCode("J96.01", "secondary", poa="Y", evidence=("Hypoxic respiratory failure on arrival",)),
    ),
    sequence=(
        SequenceRule("A40.3", "R65.20", True, "R65.2 code first underlying infection"),
        SequenceRule("A40.3", "J13", reason="I.C.1.d.4"),
    ),
)


def quoted(codes: list[str], key: Key) -> list[CodeLine]:
    phrases = {one.code: one.evidence for one in key.codes}
    return [evolve(line, evidence=phrases[line.code]) for line in lines(codes, key)]


def of(result: AuditResult, kind: str) -> list[str]:
    return [one.code for one in result.findings if one.kind == kind]


def test_worked_example_of_the_rubric() -> None:
    """Every code right and the principal wrong: 55 + 0 + 0 + 10 + 10, not audit-ready, code-over-code 100 %."""
    result = audit(quoted(["J13", "A40.3", "R65.20", "J96.01"], SEPSIS_KEY), SEPSIS, SEPSIS_KEY)
    assert result.score == 75
    assert result.parts == {
        "Codes": (55, 55),
        "Principal diagnosis": (0, 15),
        "Mandated order": (0, 10),
        "Present on admission": (10, 10),
        "Evidence quoted": (10, 10),
    }
    assert result.metrics.code_over_code == result.metrics.f1 == 1
    assert (result.claim_ready, result.audit_ready) == (True, False)
    assert [(one.kind, one.code) for one in result.findings] == [("wrong_sequence", "J13")]


def test_parts_that_do_not_apply_give_their_points_to_the_others() -> None:
    chart, key = by_id("thyroid")
    result = audit(["C73"], chart, key)
    assert {name: round(possible) for name, (_, possible) in result.parts.items()} == {
        "Codes": 79,
        "First-listed diagnosis": 21,
    }
    assert result.score == 100


def test_every_key_scores_100_and_both_gates_open(case) -> None:  # type: ignore[no-untyped-def]
    chart, key = opened(case)
    for codes in (gold(key), *key.alternatives, [*gold(key), *(one.code for one in key.optional)]):
        result = audit(lines(codes, key), chart, key)
        assert (result.findings, result.remarks, result.score) == ((), (), 100)
        assert result.claim_ready
        assert result.audit_ready


def test_a_blank_answer_scores_0(case) -> None:  # type: ignore[no-untyped-def]
    result = audit([], *opened(case))
    assert (result.score, result.claim_ready, result.audit_ready) == (0, False, False)
    assert result.metrics.tp == result.metrics.fp == 0
    assert all(earned == 0 for earned, _ in result.parts.values())


def test_parts_add_up_to_the_score(case) -> None:  # type: ignore[no-untyped-def]
    chart, key = opened(case)
    for wrong in case["wrong_submissions"]:
        result = audit(lines(wrong["codes"], key), chart, key)
        assert sum(earned for earned, _ in result.parts.values()) == pytest.approx(result.score, abs=0.05)
        assert sum(possible for _, possible in result.parts.values()) == pytest.approx(100, abs=0.05)


def test_no_mutant_of_a_key_keeps_the_full_score(case) -> None:  # type: ignore[no-untyped-def]
    """Siblings, stems, other sides, other 7th characters, dropped partners, an exchanged first code."""
    chart, key = opened(case)
    found = mutants(chart, key)
    assert found
    alive = []
    for how, codes in found:
        result = audit(lines(codes, key), chart, key)
        if result.score >= 100 or result.audit_ready or not result.findings:
            alive.append(how)
    assert alive == []


CREDIT_NOTE = "Sprain of the right ankle, first visit."
CREDIT = Chart("credit", "Ankle", "ed", 1, dt.date(2026, 6, 1), 30, "F", CREDIT_NOTE)


@pytest.mark.parametrize(
    ("wanted", "given", "credit"),
    [
        ("S93.401A", "S93.401A", 1.0),
        ("S93.401A", "S93.402A", 0.5),  # the other side
        ("S93.401A", "S93.409A", 0.5),  # the side left open
        ("S93.401A", "S93.401D", 0.5),  # the 7th character
        ("S93.401A", "S93.401", 0.25),  # without it
        ("S93.401A", "S93.411A", 0.25),  # another detail of the category
        ("S93.401A", "S93.4", 0.25),  # a heading above it
        ("S93.401A", "S92.001A", 0.0),  # another category
        ("S93.401A", "S93.401Q", 0.0),  # no such code
        ("M17.11", "M17.9", 0.25),
        ("L03.116", "L03.119", 0.5),  # limb and side left open
    ],
)
def test_partial_credit(wanted: str, given: str, credit: float) -> None:
    key = Key("credit", codes=(KeyCode(wanted, "first_listed"),))
    parts = audit([given], CREDIT, key).parts
    assert parts["Codes"][0] / parts["Codes"][1] == pytest.approx(credit, abs=0.001)
    assert parts["First-listed diagnosis"][0] == (
        0 if given != wanted else parts["First-listed diagnosis"][1]
    )


def test_each_wrong_code_stands_in_for_one_missing_code_only() -> None:
    key = Key(
        "credit",
        codes=(
            KeyCode("I10", "first_listed"),
            KeyCode("M25.561", "secondary"),
            KeyCode("M25.562", "secondary"),
        ),
    )
    one = audit(["I10", "M25.569"], CREDIT, key)
    both = audit(["I10", "M25.569", "M25.461"], CREDIT, key)
    # 3 + 1 + 1 wanted: 3 + half of 1; then a quarter of 1 more for the code of the same category.
    assert one.parts["Codes"][0] / one.parts["Codes"][1] == pytest.approx(3.5 / 5, abs=0.001)
    assert both.parts["Codes"][0] / both.parts["Codes"][1] == pytest.approx(3.75 / 5, abs=0.001)


def test_what_was_added_costs_half_its_weight() -> None:
    key = Key(
        "credit",
        codes=(KeyCode("R07.9", "first_listed"), KeyCode("I10", "secondary")),
        not_reportable=(NotReportable("possible GERD", ("K21",), "uncertain"),),
        optional=(OptionalCode("Z79.82"),),
    )

    def share(codes: list[str]) -> float:
        earned, possible = audit(codes, CREDIT, key).parts["Codes"]
        return earned / possible

    assert share(["R07.9", "I10", "Z79.82"]) == 1
    assert share(["R07.9", "I10", "E78.5"]) == pytest.approx(3.5 / 4, abs=0.001)
    assert share(["R07.9", "I10", "K21.9"]) == pytest.approx(3.0 / 4, abs=0.001)  # only suspected: double
    assert share(["R07.9", "I10", "I10"]) == pytest.approx(3.5 / 4, abs=0.001)  # twice the same
    assert share(["R07.9", "I10", "Q1Q.Q"]) == pytest.approx(3.5 / 4, abs=0.001)  # no code at all
    assert share(["R07.9", "1I0"]) == pytest.approx(
        3 / 4, abs=0.001
    )  # in the place of a missing one it costs no more
    assert share(["E78.5", "K21.9", "J18.9"]) == 0


def test_weights_follow_the_notes() -> None:
    """A code that a note of the key demands weighs 2, the principal 3, another secondary 1."""
    chart, key = by_id("foot-ulcer")
    whole = 3 + 2 + 2  # E11.621; the ulcer and the drug, which notes at E11.621 and E11 ask for
    earned, possible = audit(["E11.621", "L97.412"], chart, key).parts["Codes"]
    assert earned / possible == pytest.approx(5 / whole, abs=0.001)


def test_present_on_admission_letters() -> None:
    right = audit(lines(gold(SEPSIS_KEY), SEPSIS_KEY), SEPSIS, SEPSIS_KEY)
    assert right.score == 100
    none = audit(gold(SEPSIS_KEY), SEPSIS, SEPSIS_KEY)
    assert none.findings == ()
    assert none.parts["Present on admission"][0] == 0
    assert [one.kind for one in none.remarks] == ["poa_missing"]
    typed = parse("A40.3 Y\nJ13 n\nR65.20 Y\nJ96.01 Y", "codes")
    one_wrong = audit(typed.lines, SEPSIS, SEPSIS_KEY)
    assert of(one_wrong, "poa_error") == ["J13"]
    earned, possible = one_wrong.parts["Present on admission"]
    assert earned / possible == pytest.approx(3 / 4, abs=0.001)


def test_letters_are_not_judged_outside_the_hospital() -> None:
    chart, key = by_id("gout")
    result = audit(parse("M10.071 N\nI10 Y", "codes").lines, chart, key)
    assert (result.findings, result.score) == ((), 100)


def test_an_exempt_code_takes_no_letter() -> None:
    key = Key("x", codes=(KeyCode("O80", "principal"), KeyCode("Z37.0", "secondary")))
    chart = evolve(SEPSIS, id="x")
    assert of(audit(parse("O80 Y\nZ37.0 1", "codes").lines, chart, key), "poa_error") == ["O80"]


def test_gates() -> None:
    chart, key = by_id("asthma-hayfever")
    states = {
        "J45.30 J30.1": (True, True),
        "J45.30": (True, False),  # code-over-code 50 %
        "J45.30 J30.1 K21.9": (True, False),  # reports what is only possible
        "J45.3 J30.1": (False, False),  # not complete
        "J45.30 J30.1 R06.2": (False, False),  # Excludes1
        "J30.1 J45.30": (True, True),
    }
    for codes, gates in states.items():
        result = audit(codes.split(), chart, key)
        assert (result.claim_ready, result.audit_ready) == gates, codes


def test_a_line_marked_as_principal_leads_wherever_it_stands() -> None:
    typed = parse("J13 Y\nprincipal A40.3 Y\nR65.20 Y\nJ96.01 Y", "codes")
    assert audit(typed.lines, SEPSIS, SEPSIS_KEY).score == 100


def test_an_alternative_with_other_codes_is_as_good_as_the_key() -> None:
    key = Key("x", codes=(KeyCode("J20.9", "first_listed"),), alternatives=(("J40", "R05.1"),))
    chart = evolve(CREDIT, id="x")
    assert audit(["J40", "R05.1"], chart, key).score == 100
    assert audit(["J40", "R05.1"], chart, key).findings == ()
    part = audit(["J40"], chart, key)
    assert 0 < part.score < 100
    mixed = audit(["J20.9", "J40"], chart, key)
    assert mixed.score < 100
    assert mixed.findings or mixed.remarks


@frozen
class SupplyCode(KeyCode):
    modifiers: tuple[str, ...] = ()
    units: int | None = None


def test_modifiers_and_units_of_procedures() -> None:
    key = Key(
        "x",
        codes=(
            KeyCode("S93.401A", "first_listed"),
            SupplyCode("L1902", "procedure", modifiers=("RT",), units=1),
        ),
    )

    def share(typed: str) -> float:
        result = audit(parse(typed, "codes", ("icd10cm", "hcpcs")).lines, CREDIT, key)
        earned, possible = result.parts["Modifiers and units"]
        return round(earned / possible, 2)

    assert share("S93.401A\nL1902-RT x1") == 1
    assert share("S93.401A\nL1902-LT x1") == 0.6
    assert share("S93.401A\nL1902-RT x2") == 0.7
    assert share("S93.401A\nL1902-LT x2") == 0.42
    assert share("S93.401A") == 0
    missing = audit(["S93.401A"], CREDIT, key)
    assert of(missing, "undercoded") == ["L1902"]
    extra = audit(parse("S93.401A\nL1902-RT x1\nE0100", "codes", ("icd10cm", "hcpcs")).lines, CREDIT, key)
    assert of(extra, "overcoded") == ["E0100"]
    assert extra.score < 100


def test_procedures_are_left_alone_where_the_key_has_none() -> None:
    key = Key("x", codes=(KeyCode("S93.401A", "first_listed"),))
    typed = parse("S93.401A\nL1902-RT x1", "codes", ("icd10cm", "hcpcs"))
    assert audit(typed.lines, CREDIT, key).score == 100


def test_a_line_that_is_no_code_does_not_take_the_first_place() -> None:
    chart, key = by_id("foot-ulcer")
    result = audit(["SEE", "E11.621", "L97.412", "Z79.84"], chart, key)
    assert [(one.kind, one.code) for one in result.findings] == [("invalid", "SEE")]
    assert result.parts["First-listed diagnosis"][0] == result.parts["First-listed diagnosis"][1]
    assert result.score < 100
    assert not result.claim_ready
    assert not result.metrics.first_listed_correct


def test_a_symptom_counts_as_an_extra_code() -> None:
    key = Key(
        "x",
        codes=(KeyCode("S93.401A", "first_listed"),),
        integral_symptoms=(IntegralSymptom("M25.571", "S93.401A"),),
    )
    result = audit(["S93.401A", "M25.571"], CREDIT, key)
    assert of(result, "symptom_integral") == ["M25.571"]
    assert result.parts["Codes"][0] / result.parts["Codes"][1] == pytest.approx(2.5 / 3, abs=0.001)


def test_an_alternative_may_replace_what_a_rule_of_the_key_requires() -> None:
    key = Key(
        "x",
        codes=(KeyCode("R53.83", "first_listed"), KeyCode("U09.9", "secondary")),
        alternatives=(("G93.32", "U09.9"),),
        sequence=(SequenceRule("R53.83", "U09.9", requires=True),),
    )
    result = audit(["G93.32", "U09.9"], CREDIT, key)
    assert (result.findings, result.score, result.audit_ready) == ((), 100, True)


class Supplies(Store):
    """The kit's store with one HCPCS code added."""

    def __init__(self, inner: Store) -> None:
        super().__init__(inner.file)

    def get(self, code: str, edition: str = "2026", system: str | None = None) -> Code | None:
        if system != "hcpcs":
            return super().get(code, edition, system)
        return (
            Code("hcpcs", edition, "L1902", "Ankle orthosis", True, "2020-01-01", None)
            if code == "L1902"
            else None
        )


def test_supply_codes_are_looked_up_where_the_store_holds_them() -> None:
    key = Key("x", codes=(KeyCode("S93.401A", "first_listed"), KeyCode("L1902", "procedure")))
    typed = parse("S93.401A\nL1902\nL9999", "codes", ("icd10cm", "hcpcs"))
    with_set = audit(typed.lines, CREDIT, key, Supplies(store()))
    assert of(with_set, "invalid") == ["L9999"]
    assert not with_set.claim_ready
    clean = parse("S93.401A\nL1902", "codes", ("icd10cm", "hcpcs"))
    assert audit(clean.lines, CREDIT, key, Supplies(store())).score == 100
