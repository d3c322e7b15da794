"""Points for every kind of item, from made-up items and keys."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartpath.answers import parse
from chartpath.errors import BadInput
from chartpath.items import Chart, Item, Key, KeyCode
from chartpath.scoring import SPELLING_CREDIT, Graded, grade


def made(kind: str, answer: object, typed: str, **facts: object) -> Graded:
    options = {"A": "one", "B": "two", "C": "three"} if kind in ("choice", "choices", "order") else {}
    item = Item("an-item", kind, "unit", False, 4, "?", options=options)
    key = Key("an-item", answer=answer, **facts)  # type: ignore[arg-type]
    return grade(item, key, parse(typed, kind))


@pytest.mark.parametrize(
    ("kind", "answer", "typed", "points"),
    [
        ("choice", "B", "b", 4),
        ("choice", "B", "A", 0),
        ("choice", "B", "Z", 0),
        ("choices", ["A", "C"], "c a", 4),
        ("choices", ["A", "C"], "A", 2),
        ("choices", ["A", "C"], "A B", 0),
        ("choices", ["A", "C"], "A B C", 2),
        ("number", 51140, "$51,140", 4),
        ("number", 9.6, "9.7", 0),
        ("term", ["myocardial infarction", "heart attack"], "Heart-Attack", 4),
        ("term", "cholecystitis", "cholecistitis", 4 * SPELLING_CREDIT),
        ("term", "ileum", "ilium", 0),
        ("match", {"1": "B", "2": "A"}, "1 B\n2 C", 2),
        ("order", ["C", "A", "B"], "C A B", 4),
        ("order", ["C", "A", "B"], "C B A", 1.33),
    ],
)
def test_points(kind: str, answer: object, typed: str, points: float) -> None:
    assert made(kind, answer, typed).points == points


def test_the_tolerance_is_the_keys() -> None:
    assert made("number", 9.6, "9.65", tolerance=0.1).right
    assert not made("number", 9.6, "9.75", tolerance=0.1).right


def test_a_wrong_choice_hears_why_it_tempted() -> None:
    assert made("choice", "B", "A", feedback={"A": "It sounds alike."}).remark == "It sounds alike."


def test_a_near_miss_in_spelling_is_named() -> None:
    assert "spelling" in made("term", "cholecystitis", "cholecistitis").remark


def test_number_says_the_direction() -> None:
    assert made("number", 10, "12").remark == "Too high."
    assert made("number", 10, "8").remark == "Too low."


@pytest.mark.parametrize("kind", ["choice", "choices", "number", "term", "match", "order"])
def test_nothing_typed_earns_nothing(kind: str) -> None:
    assert made(kind, "B", "").points == 0


def test_a_key_of_another_item_is_refused() -> None:
    item = Item("an-item", "choice", "unit", False, 1, "?", options={"A": "1", "B": "2"})
    with pytest.raises(BadInput, match="other-item"):
        grade(item, Key("other-item", answer="A"), parse("A", "choice"))


def test_a_broken_key_is_one_clear_line() -> None:
    chart = Chart("an-item", "t", "office", 1, dt.date(2026, 5, 1), 40, "F", "note")
    item = Item("an-item", "codes", "unit", False, 1, "?", chart=chart)
    with pytest.raises(BadInput, match="holds no codes"):
        grade(item, Key("an-item", answer="A"), parse("I10", "codes"))


CHART = Chart(
    "an-item", "t", "office", 1, dt.date(2026, 5, 1), 40, "F", "Essential hypertension. Migraine. Gout."
)
CODED = Item("an-item", "codes", "unit", False, 10, "?", chart=CHART)
KEY = Key(
    "an-item",
    codes=(
        KeyCode("I10", "first_listed", evidence=("Essential hypertension",)),
        KeyCode("G43.909", "secondary", evidence=("Migraine",)),
        KeyCode("M10.9", "secondary", evidence=("Gout",)),
    ),
)


@given(st.permutations(["G43.909", "M10.9"]))
def test_the_order_of_free_codes_never_matters(rest: list[str]) -> None:
    assert grade(CODED, KEY, parse("\n".join(["I10", *rest]), "codes")).points == 10


@given(st.lists(st.text(max_size=12), max_size=8))
def test_no_answer_crashes_and_every_score_is_a_score(lines: list[str]) -> None:
    result = grade(CODED, KEY, parse("\n".join(lines), "codes"))
    assert 0 <= result.score <= 100
    assert 0 <= result.points <= 10


@pytest.mark.parametrize(
    ("typed", "score"),
    [
        ("Maria Lopez\n03/14/2026", 100),
        ("maria lopez.\n“03/14/2026”", 100),
        ("patient Maria Lopez\n03/14/2026", 100),
        ("Maria Lopez", 55.56),
        ("Maria Lopez\n03/14/2026\nfever\ncough", 83.33),
        ("fever", 0),
    ],
)
def test_marking_phrases_counts_what_is_found_before_what_is_too_much(typed: str, score: float) -> None:
    result = made(
        "spans", ["Maria Lopez", "03/14/2026"], typed, feedback={"fever": "A symptom tells nobody's name."}
    )
    assert result.score == score
    if "fever" in typed:
        assert "nobody's name" in result.remark


def test_marking_the_whole_note_marks_nothing() -> None:
    assert made("spans", ["Maria Lopez"], "Seen today was Maria Lopez with a fever and a cough").score == 0
