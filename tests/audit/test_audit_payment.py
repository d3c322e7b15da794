"""What codes mean for the payment of a stay: weights of complications, MS-DRG before and after."""

from __future__ import annotations

import datetime as dt

import pytest
from attrs import evolve

from chartpath.answers import parse
from chartpath.audit import AuditResult, audit
from chartpath.audit import payment as payments
from chartpath.items import Chart, Key, KeyCode

NOTE = """Pneumococcal pneumonia, lobar. Hypoxic respiratory failure on arrival. Hypertension, home drugs continued.
Blood loss anemia after the line was placed.
"""
STAY = Chart(
    "stay", "Chills", "inpatient", 3, dt.date(2026, 6, 12), 61, "M", NOTE, admitted=dt.date(2026, 6, 8)
)
KEY = Key(
    "stay",
    codes=(
        KeyCode("J13", "principal", poa="Y", evidence=("Pneumococcal pneumonia",)),
        KeyCode("I10", "secondary", poa="Y", evidence=("Hypertension",)),
        KeyCode("D62", "secondary", poa="N", evidence=("Blood loss anemia",)),
    ),
)


def judged(typed: str, key: Key = KEY, chart: Chart = STAY) -> AuditResult:
    return audit(parse(typed, "codes", ("icd10cm", "icd10pcs")), chart, key)


def codes_share(result: AuditResult) -> float:
    earned, possible = result.parts["Codes"]
    return earned / possible


def test_a_complication_that_counts_weighs_2() -> None:
    # 3 for the principal diagnosis, 1 for hypertension, 2 for D62, which is a CC.
    assert codes_share(judged("J13 Y\nI10 Y")) == pytest.approx(4 / 6, abs=0.001)
    assert codes_share(judged("J13 Y\nD62 N")) == pytest.approx(5 / 6, abs=0.001)


@pytest.mark.parametrize(
    "facts",
    [
        {"setting": "nursing_home"},  # paid by another system
        {"encounter_date": dt.date(2026, 10, 3)},  # the tables at hand are those of FY2026
    ],
)
def test_elsewhere_it_weighs_1(facts: dict[str, object]) -> None:
    chart = evolve(STAY, **facts)  # type: ignore[arg-type]
    assert codes_share(judged("J13 Y\nI10 Y", chart=chart)) == pytest.approx(4 / 5, abs=0.001)


def test_a_complication_that_the_principal_diagnosis_excludes_weighs_1() -> None:
    key = evolve(KEY, codes=(*KEY.codes[:2], KeyCode("J18.9", "secondary", poa="Y", evidence=("lobar",))))
    assert codes_share(judged("J13 Y\nI10 Y", key)) == pytest.approx(4 / 5, abs=0.001)


def test_an_extra_code_costs_more_where_it_raises_the_payment() -> None:
    right = "J13 Y\nI10 Y\nD62 N\n"
    assert codes_share(judged(right + "J96.01 Y")) == pytest.approx((6 - 1.0) / 6, abs=0.001)  # CC to MCC
    assert codes_share(judged(right + "N17.9 Y")) == pytest.approx((6 - 0.5) / 6, abs=0.001)  # a CC is there
    assert codes_share(judged(right + "E78.5 Y")) == pytest.approx((6 - 0.5) / 6, abs=0.001)


def test_sequencing_shows_group_and_weight_before_and_after() -> None:
    stay = judged("D62 N\nJ13 Y\nI10 Y").ms_drg
    assert stay is not None
    assert stay.given is not None
    assert stay.reordered is not None
    assert stay.right is not None
    assert (stay.given.drg, stay.reordered.drg, stay.right.drg) == ("811", "194", "194")
    assert stay.given.weight != stay.reordered.weight
    assert stay.note == payments.DIAGNOSES_ALONE
    assert set(stay.as_json()) == {"given", "reordered", "label", "note"}


def test_the_right_order_has_nothing_to_compare() -> None:
    stay = judged("J13 Y\nI10 Y\nD62 N").ms_drg
    assert stay is not None
    assert stay.reordered is None
    assert stay.given == stay.right


def test_a_group_that_cannot_be_given_says_why() -> None:
    stay = judged("J13.0 Y\nI10 Y").ms_drg
    assert stay is not None
    assert stay.given is not None
    assert (stay.given.drg, "J13.0" in stay.given.reason) == (None, True)
    later = judged("J13 Y", chart=evolve(STAY, encounter_date=dt.date(2026, 10, 3))).ms_drg
    assert later is not None
    assert later.given is not None
    assert "FY2027" in later.given.reason


@pytest.mark.parametrize("facts", [{"admitted": None}, {"setting": "nursing_home"}, {"setting": "office"}])
def test_only_acute_stays_with_their_dates_are_grouped(facts: dict[str, object]) -> None:
    assert judged("J13\nI10", chart=evolve(STAY, **facts)).ms_drg is None  # type: ignore[arg-type]


def test_without_the_grouper_a_line_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payments, "find_spec", lambda name: None)
    stay = judged("J13 Y").ms_drg
    assert stay is not None
    assert (stay.given, stay.right) == (None, None)
    assert "pip install" in stay.note


def test_procedures_of_the_answer_count() -> None:
    done = KeyCode("0W993ZZ", "procedure", evidence=("lobar",))
    stay = judged("J13 Y\nI10 Y\nprocedure 0W993ZZ", evolve(KEY, codes=(*KEY.codes, done))).ms_drg
    assert stay is not None
    assert stay.note == ""
    assert stay.given is not None
