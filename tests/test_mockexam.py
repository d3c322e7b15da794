"""A mock exam keeps to its proportions, to practice items and to its time, and survives a restart."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartpath import desk, examcards, items, learned, mockexam, record
from chartpath.errors import BadInput
from chartpath.mockexam import Exam
from learner import AT, own_home, right_answer

EXAMS = ("CPC", "CCA", "CCS")


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(desk, "_held", {})
    return own_home(tmp_path, monkeypatch)


@given(
    st.dictionaries(st.text(min_size=1, max_size=4), st.floats(0.5, 40), min_size=1, max_size=13),
    st.integers(1, 150),
)
def test_apportioning_gives_every_question_away_and_no_domain_is_off_by_one(
    weights: dict[str, float], total: int
) -> None:
    found = mockexam.apportion(weights, total)
    assert sum(found.values()) == total
    whole = sum(weights.values())
    assert all(abs(found[name] - total * weight / whole) < 1 + 1e-9 for name, weight in weights.items())


@pytest.mark.parametrize("name", EXAMS)
def test_a_paper_is_made_of_practice_items_in_proportion(name: str) -> None:
    paper = mockexam.compose(name, 60, "7")
    assert paper == mockexam.compose(name, 60, "7")
    assert paper.ids != mockexam.compose(name, 60, "8").ids
    assert len(set(paper.ids)) == len(paper.ids)
    domains = {one.id: one for one in learned.domains(name)}
    for domain, item_id in paper.questions:
        item = items.item(item_id)
        assert not item.assessed
        assert learned.belongs(item, domains[domain])
    for domain, wanted in paper.wanted.items():
        there = sum(one == domain for one, _ in paper.questions)
        assert there == wanted or (there < wanted and domains[domain].covered == "part")
    assert all(domains[name].covered != "no" for name in paper.wanted)


def test_the_records_of_ccs_come_from_all_three_settings() -> None:
    paper = mockexam.compose("CCS", 60, "7")
    charts = [items.item(one) for name, one in paper.questions if name == "D1"]
    charts = [one for one in charts if one.kind == "codes"]
    groups = [sum(of(one) for one in charts) for of in mockexam._GROUPS.values()]
    assert sum(groups) == len(charts) == round(paper.wanted["D1"] / 2)
    assert max(groups) - min(groups) <= 1


def test_a_timed_exam_asks_at_the_pace_of_the_real_one(path: Path) -> None:
    assert len(mockexam.exam("CCA", minutes=40, seed=1).paper.ids) == pytest.approx(40 * 105 / 120, abs=1)
    # CPC asks for E/M, of which the kit has a few questions only
    assert len(mockexam.exam("CPC", minutes=24, seed=1).paper.ids) == pytest.approx(24 * 100 / 240, abs=1)


def test_a_full_score_and_a_report_by_domain(path: Path) -> None:
    exam = mockexam.exam("CCA", questions=20, seed="mine")
    for item_id in exam.paper.ids[:-2]:
        assert "noted" in exam.note(item_id, right_answer(items.item(item_id)))
    wrong = exam.paper.ids[-2]
    exam.note(wrong, "Z")
    report = exam.finish()
    assert (report.total.right, report.total.tried) == (18, 20)
    assert report.wrong == exam.paper.ids[-2:]
    assert sum(one.open for one in report.lines) == 1
    assert sum(one.share.tried for one in report.lines) == 20
    assert exam.finish() is report
    kept = learned.tries(record.read().events)
    assert {one.item for one in kept} == set(exam.paper.ids[:-1])
    assert {one.via for one in kept} == {"exam"}
    text, html = repr(report), report._repr_html_()
    assert "18 of 20, 90%" in text
    assert "300 on a scale" in text
    assert f'cp.show("{wrong}")' in text
    assert "18 of 20, 90%" in html


def test_what_the_kit_cannot_ask_is_said(path: Path) -> None:
    exam = mockexam.exam("CPC", questions=10, seed=3)
    absent = sum(one.weight for one in learned.domains("CPC") if one.covered == "no")
    assert f"{absent:g} ask for CPT codes" in repr(exam)
    report = exam.finish()
    assert {one.id for one in report.left_out} == {
        "Surgery",
        "Anesthesia",
        "Radiology",
        "Laboratory",
        "Medicine",
    }
    assert "Not asked at all: Surgery" in repr(report)
    assert "70 percent" in repr(report)


def test_an_exam_goes_on_after_a_restart(path: Path) -> None:
    exam = mockexam.exam("CCS", questions=10)
    exam.note(exam.paper.ids[0], "A")
    exam.note(exam.paper.ids[0], "B")
    again = mockexam.exam("CCS")
    assert again is not exam
    assert again.paper == exam.paper
    assert again.begun == exam.begun
    assert again.noted == {exam.paper.ids[0]: "B"}
    again.finish()
    assert mockexam.exam("CCS").paper.seed != exam.paper.seed
    assert mockexam.unfinished("CPC") is None


def test_an_exam_whose_time_ran_out_is_reported_and_the_next_one_is_new(path: Path) -> None:
    paper = mockexam.compose("CCA", 10, "old", minutes=5)
    begun = record.now() - dt.timedelta(minutes=30)
    record.keep(record.Event(begun, "exam-begun", facts=mockexam._facts(paper)))
    noted = {"id": "old", "exam": "CCA", "item": paper.ids[0], "text": right_answer(items.item(paper.ids[0]))}
    record.keep(record.Event(begun + dt.timedelta(minutes=1), "exam-noted", facts=noted))
    late = mockexam.exam("CCA")
    assert late.report is not None
    assert late.report.total.right == 1
    assert late.report.seconds == 300
    assert mockexam.exam("CCA").report is None


def test_no_answer_is_taken_after_the_time(path: Path) -> None:
    exam = Exam(mockexam.compose("CCA", 5, "x", minutes=10), AT)
    one = exam.paper.ids[0]
    assert "noted" in exam.note(one, "A", AT + dt.timedelta(minutes=9.9))
    assert "time is up" in exam.note(one, "B", AT + dt.timedelta(minutes=10))
    assert exam.noted == {one: "A"}
    untimed = Exam(mockexam.compose("CCA", 5, "x"), AT)
    assert "noted" in untimed.note(one, "A", AT + dt.timedelta(days=9))


@pytest.mark.parametrize(
    "facts",
    [
        {"exam": "CCA", "id": "1"},
        {"exam": "CCA", "id": "1", "questions": [], "wanted": {}, "minutes": None},
        {"exam": "CCA", "id": "1", "questions": [["D1", "gone-item"]], "wanted": {"D1": 1}, "minutes": None},
        {"exam": "CCA", "id": "1", "questions": [["D9", "start-which-line"]], "wanted": {}, "minutes": None},
        {"exam": "CCA", "id": "1", "questions": [7], "wanted": [], "minutes": "soon"},
    ],
)
def test_a_paper_that_is_not_here_any_more_gives_way_to_a_new_one(
    facts: dict[str, object], path: Path
) -> None:
    record.keep(record.Event(AT, "exam-begun", facts=facts))
    assert mockexam.unfinished("CCA") is None
    assert mockexam.exam("CCA", questions=5).noted == {}


def test_an_assessed_item_slipped_into_the_record_is_never_asked(path: Path) -> None:
    assessed = next(one.id for one in items.items() if one.assessed)
    facts = {"exam": "CCA", "id": "1", "questions": [["D1", assessed]], "wanted": {"D1": 1}, "minutes": None}
    record.keep(record.Event(AT, "exam-begun", facts=facts))
    assert mockexam.unfinished("CCA") is None


def test_wrong_requests_name_what_is_possible(path: Path) -> None:
    with pytest.raises(BadInput, match="CPC, CCA, CCS"):
        mockexam.exam("RHIA")
    for wrong in (0, -5, 481, "ten", True):
        with pytest.raises(BadInput, match="minutes is a number up to 480"):
            mockexam.exam("CCA", minutes=wrong)  # type: ignore[arg-type]
    for few in (4, 151, 10.5, True):
        with pytest.raises(BadInput, match="5 to 150"):
            mockexam.exam("CCA", questions=few)  # type: ignore[arg-type]
    assert not path.exists()


def test_a_huge_answer_stays_a_readable_line(path: Path) -> None:
    exam = mockexam.exam("CCA", questions=5)
    exam.note(exam.paper.ids[0], "\x01" * 500_000)
    assert record.read().trouble == ""
    assert max(map(len, path.read_text(encoding="utf-8").splitlines())) < record.MAX_LINE
    assert json.loads(path.read_text(encoding="utf-8").splitlines()[-1])["kind"] == "exam-noted"


@pytest.mark.parametrize("name", EXAMS)
def test_the_source_of_the_weights_is_shown_with_date_and_confidence(name: str) -> None:
    told = examcards.source_line(learned.domains(name))
    assert "2026" in told
    assert "confidence" in told
    assert ("unconfirmed" in told) == any(not one.confirmed for one in learned.domains(name))


@pytest.mark.parametrize("name", EXAMS)
def test_every_weight_in_a_report_has_its_date_and_its_mark(name: str) -> None:
    exam = mockexam.exam(name, questions=5)
    assert "unconfirmed" in repr(exam), "the paper says so before the first question"
    assert "unconfirmed" in examcards.heading(name)
    assert all(one.as_of in examcards.heading(name) for one in learned.domains(name))
    report = exam.finish()
    assert report.lines
    for one in report.lines:
        mark = one.domain.told
        assert one.domain.as_of in mark
        assert ("unconfirmed" in mark) == (one.domain.confidence != "high")
        assert f"weight in the exam {mark}" in repr(report)
        assert f">{mark}</td>" in report._repr_html_()
