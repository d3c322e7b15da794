"""What a record says: counts, intervals, competencies, domains."""

from __future__ import annotations

import datetime as dt
import math

import pytest

from chartpath import curriculum, items, learned
from chartpath.errors import BadInput
from chartpath.learned import Share
from chartpath.record import Event

AT = dt.datetime(2026, 11, 4, 12, tzinfo=dt.UTC)  # a Wednesday
EXAMS = ("CPC", "CCA", "CCS")


def answer(item: str, score: float, days: float = 0, via: str = "practice", typed: str = "") -> Event:
    return Event(AT + dt.timedelta(days=days), "answer", item, score, via, typed or f"{score}-{days}")


def test_a_share_has_the_interval_of_wilson() -> None:
    # Newcombe 1998 (Statistics in Medicine 17), table I, method 3, 95 %: 81/263, 15/148, 0/20, 1/29
    for right, tried, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        ends = Share(right, tried).interval
        assert ends is not None
        assert ends == pytest.approx((low, high), abs=5e-5)
    assert Share(0, 0).interval is None
    assert str(Share(0, 0)) == "none yet"
    assert str(Share(5, 5)) == "5 of 5, 100% (57 to 100)"


def test_the_same_answer_run_again_is_one_try() -> None:
    twice = [
        answer("a", 50, typed="x"),
        answer("b", 0, typed="x"),
        answer("a", 50, 1, typed="x"),
        answer("a", 100, 2),
    ]
    assert [one.item for one in learned.tries(twice)] == ["a", "b", "a"]
    reviews = [answer("a", 100, via="review", typed="x"), answer("a", 100, 9, via="review", typed="x")]
    assert len(learned.tries(reviews)) == 2
    marks = [Event(AT, "exam-begun", facts={"exam": "CCA"})]
    assert learned.tries(marks) == []


def test_first_and_latest_tries_tell_different_things() -> None:
    tried = [answer("a", 0), answer("b", 100), answer("a", 100, 1)]
    assert learned.share(learned.first(tried).values()) == Share(1, 2)
    assert learned.share(learned.latest(tried).values()) == Share(2, 2)


def test_weeks_begin_on_monday_and_count_first_tries() -> None:
    tried = [answer("a", 0, -3), answer("b", 100), answer("a", 100), answer("c", 50, 1)]
    assert learned.weeks(tried) == [(dt.date(2026, 10, 26), Share(0, 1)), (dt.date(2026, 11, 2), Share(1, 2))]


def test_a_unit_is_done_when_every_practice_item_was_tried() -> None:
    mine = [one.id for one in learned.bank().values() if one.unit == "00-start-here"]
    unit = learned.units({name: answer(name, 0) for name in mine})[0]
    assert unit.unit == "00-start-here"
    assert unit.done
    assert unit.share == Share(0, len(mine))
    assert not learned.units({mine[0]: answer(mine[0], 100)})[0].done


def test_assessed_items_count_nowhere() -> None:
    assessed = next(one for one in items.items() if one.assessed)
    assert learned.known(assessed.id) is None
    assert assessed.id not in learned.bank()


def test_a_competency_is_mastered_by_enough_right_answers() -> None:
    row = next(one for one in learned.rows({}) if one.there > learned.MASTERED_ITEMS)
    assert row.state == "new"
    mine = [one.id for one in learned.bank().values() if row.row in learned.rows_of(one)]
    assert len(mine) == row.there

    def state(right: int, wrong: int) -> str:
        now = {name: answer(name, 100) for name in mine[:right]}
        now |= {name: answer(name, 99.9) for name in mine[right : right + wrong]}
        return next(one.state for one in learned.rows(now) if one.row == row.row)

    assert state(4, 0) == "begun"
    assert state(4, 1) == "mastered"
    assert state(3, 2) == "begun"
    assert state(5, 0) == "mastered"


def test_a_drill_counts_for_its_competency_and_an_unknown_one_for_nothing() -> None:
    now = {
        "drill-meaning-7-1": answer("drill-meaning-7-1", 100),
        "drill-gone-7-1": answer("drill-gone-7-1", 100),
    }
    terms = next(one for one in learned.rows(now) if one.row == 1)
    assert terms.share == Share(1, 1)


@pytest.mark.parametrize("exam", EXAMS)
def test_the_weights_of_an_exam_add_up(exam: str) -> None:
    every = learned.domains(exam)
    assert math.isclose(sum(one.weight for one in every), 100)
    assert all(one.low <= one.high and one.covered in ("yes", "part", "no") for one in every)
    assert all(one.note for one in every if one.covered != "yes")
    assert learned.domains(exam.lower()) == every


@pytest.mark.parametrize("exam", EXAMS)
def test_a_covered_domain_has_items_and_another_none(exam: str) -> None:
    for domain in learned.domains(exam):
        there = [one for one in learned.bank().values() if learned.belongs(one, domain)]
        assert bool(there) == (domain.covered != "no"), domain.id
        assert all(learned.strands()[one.unit] != "Career" for one in there)


@pytest.mark.parametrize("exam", EXAMS)
def test_every_domain_that_the_blueprint_names_is_one_of_the_exam(exam: str) -> None:
    known = {one.id for one in learned.domains(exam)}
    general = {"every", "area", "domain", "all", "CPT", "sections"}
    for row in curriculum.blueprint():
        cell = str(getattr(row, exam.lower()))
        words = cell.replace("Guidelines/Compliance", "Guidelines, Compliance")
        named = [part.strip() for part in words.split(",")] if exam == "CPC" else words.split()
        if not set(cell.split()) & general:
            assert {one for one in named if one} <= known, row.row


def test_readiness_counts_an_item_where_its_exam_tests_it() -> None:
    item = next(
        one for one in learned.bank().values() if learned.rows_of(one) == {9} and one.kind != "codes"
    )  # ICD-10-PCS, which the CPC exam does not test
    now = {item.id: answer(item.id, 100)}
    cca = {domain.id: share for domain, share in learned.readiness("CCA", now)}
    assert cca["D1"] == Share(1, 1)
    assert cca["D6"] == Share(0, 0)
    assert all(not share.tried for _, share in learned.readiness("CPC", now))


def test_an_unknown_exam_names_those_that_are_there() -> None:
    with pytest.raises(BadInput, match="CPC, CCA, CCS"):
        learned.domains("RHIT")
