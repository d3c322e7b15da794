"""Review asks what is due, own errors among it, and its state is nothing but the record."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from chartpath import items, learned, recall, record
from chartpath.errors import BadInput
from learner import AT, event, own_home, right_answer

CHART = next(one.id for one in learned.bank().values() if one.kind == "codes" and one.unit.startswith("10-"))
TERM = next(one.id for one in learned.bank().values() if one.unit.startswith("02-") and one.kind == "choice")
LAW = next(one.id for one in learned.bank().values() if one.unit.startswith("15-") and one.kind == "choice")


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return own_home(tmp_path, monkeypatch)


def minutes(number: float) -> dt.timedelta:
    return dt.timedelta(minutes=number)


def test_terms_are_cards_and_so_is_whatever_went_wrong() -> None:
    tried = [event(TERM, 100), event(LAW, 100), event(CHART, 40)]
    assert set(recall.schedule(tried)) == {TERM, CHART}
    later_wrong = [event(LAW, 100), event(LAW, 0, 1)]
    assert set(recall.schedule(later_wrong)) == {LAW}
    assert recall.schedule([event("no-such-item", 0)]) == {}
    assessed = next(one.id for one in items.items() if one.assessed)
    assert recall.schedule([event(assessed, 0)]) == {}


def test_the_schedule_is_that_of_fsrs_and_always_the_same() -> None:
    from fsrs import Card, Rating, Scheduler

    tried = [event(TERM, 100), event(TERM, 60, 0.1), event(TERM, 0, 3), event(TERM, 100, 4)]
    plan, card = Scheduler(enable_fuzzing=False), Card(card_id=0, due=AT)
    for one, rating in zip(tried, (Rating.Good, Rating.Hard, Rating.Again, Rating.Good), strict=True):
        card, _ = plan.review_card(card, rating, one.at)
    made = recall.schedule(tried)[TERM]
    assert (made.due, made.stability, made.difficulty) == (card.due, card.stability, card.difficulty)
    assert recall.schedule(tried)[TERM] == made


def test_right_answers_move_further_away() -> None:
    tried, gaps, at = [], [], 0.0
    for _ in range(5):
        tried.append(event(TERM, 100, at))
        due = recall.schedule(tried)[TERM].due
        gaps.append(due - tried[-1].at)
        at = (due - AT) / dt.timedelta(days=1)
    assert gaps == sorted(gaps)
    assert gaps[-1] > dt.timedelta(days=20)


def test_what_is_due_comes_least_known_first() -> None:
    tried = [event(TERM, 100), event(TERM, 100, 0.01), event(CHART, 0), event(LAW, 0, 29.9)]
    state = recall.schedule(tried)
    assert recall.due(state, AT) == []
    ripe = recall.due(state, AT + dt.timedelta(days=30))
    assert set(ripe) == {TERM, CHART, LAW}
    assert ripe.index(CHART) < ripe.index(TERM) < ripe.index(LAW)


def test_new_cards_come_from_the_units_begun() -> None:
    assert {recall.learned.known(name).unit[:2] for name in recall.fresh([])[:10]} == {"02", "06"}  # type: ignore[union-attr]
    begun = next(one.id for one in learned.bank().values() if one.unit.startswith("09-"))
    new = recall.fresh([event(begun, 100)])
    assert new
    assert begun not in new
    assert {items.item(name).unit[:2] for name in new} == {"09"}
    assert all(items.item(name).kind != "codes" and not items.item(name).assessed for name in new)


def test_a_session_asks_judges_keeps_and_ends(path: Path) -> None:
    session = recall.Session(5, AT)
    asked = []
    now = AT
    while item := session.ask(now):
        asked.append(item.id)
        graded = session.answer(right_answer(item), now)
        assert graded.right
        now += minutes(0.4)
    assert len(set(asked)) >= recall.NEW
    kept = record.read().events
    assert [one.item for one in kept] == asked
    assert {one.via for one in kept} == {"review"}
    assert session.summary.startswith(f"{len(asked)} of {len(asked)} right.")


def test_no_question_is_asked_after_the_time(path: Path) -> None:
    session = recall.Session(5, AT)
    assert session.ask(AT + minutes(5)) is None
    assert session.ask(AT + minutes(4.9)) is not None


def test_a_wrong_answer_comes_back_in_the_same_session(path: Path) -> None:
    session = recall.Session(30, AT)
    wrong = session.ask(AT)
    assert wrong is not None
    assert not session.answer("Z" if wrong.kind == "choice" else "nothing of the kind", AT).right
    asked = []
    now = AT
    for _ in range(8):
        now += minutes(0.5)
        item = session.ask(now)
        assert item is not None
        asked.append(item.id)
        session.answer(right_answer(item), now)
    assert wrong.id in asked
    assert asked[0] != wrong.id


def test_a_blank_answer_is_no_try(path: Path) -> None:
    session = recall.Session(5, AT)
    session.ask(AT)
    assert session.answer("# nothing", AT).answer.blank
    assert session.asked == 0
    assert not path.exists()
    assert session.summary.startswith("No card answered.")


def test_the_state_survives_a_restart_and_moves_with_an_export(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = recall.Session(5, AT)
    item = session.ask(AT)
    assert item is not None
    session.answer(right_answer(item), AT)
    out = recall.review_export(tmp_path / "mine.jsonl")
    other = own_home(tmp_path / "other", monkeypatch)
    assert recall.review_import(out) == "1 new answer and marks added."
    assert other.is_file()
    again = recall.Session(5, AT + minutes(1))
    assert again._cards == session._cards
    assert item.id not in again._fresh


def test_minutes_out_of_range_and_an_answer_to_nothing(path: Path) -> None:
    for wrong in (0, -1, 61, "five", True, float("nan")):
        with pytest.raises(BadInput, match="minutes is a number up to 60"):
            recall.review(wrong)  # type: ignore[arg-type]
    session = recall.Session(5, AT)
    with pytest.raises(BadInput, match=r"Run cp\.review"):
        session.answer("A")
