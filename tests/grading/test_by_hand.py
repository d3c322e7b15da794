"""A cell that a person marks: it waits for the mark, keeps it, and nothing in it runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from classroom import NOTEBOOK, UNIT, autograded, cell, code, mark, new_course, submit

from chartpath.grading import grade_unit, release_unit
from chartpath.grading.course import Course

FORM = "%%plan\ngoal: \nplace: "


@pytest.fixture
def with_a_plan(tmp_path: Path) -> Course:
    course = new_course(tmp_path)
    path = course.source / UNIT / NOTEBOOK
    book = json.loads(path.read_text(encoding="utf-8"))
    book["cells"].append(code(FORM, "plan", mark("plan", grade=True, solution=True, points=20)))
    path.write_text(json.dumps(book), encoding="utf-8")
    release_unit(UNIT, course=course)
    return course


def test_a_plan_waits_for_a_person_and_keeps_the_mark(with_a_plan: Course) -> None:
    course = with_a_plan

    def write(book: dict) -> None:  # type: ignore[type-arg]
        cell(book, "plan")["source"] = "%%plan\ngoal: coder-inpatient\nplace: <b>Ohio</b>\n__import__('os')"

    submit(course, "ann", write)
    submit(course, "bob", lambda book: None)
    ann, bob = grade_unit(UNIT, course=course).rows
    assert (ann.score, ann.max_score, bob.score) == (0, 40, 0)
    with course.gradebook() as gradebook:
        waiting = gradebook.find_grade("plan", NOTEBOOK[:-6], UNIT, "ann")
        untouched = gradebook.find_grade("plan", NOTEBOOK[:-6], UNIT, "bob")
        assert (waiting.auto_score, waiting.needs_manual_grade) == (None, True)
        assert (untouched.auto_score, untouched.needs_manual_grade) == (0, False)
        waiting.manual_score = 17.0
        gradebook.db.commit()
    assert cell(autograded(course, "ann"), "plan")["outputs"] == []
    assert grade_unit(UNIT, course=course).rows[0].score == 17
    page = (course.feedback / "ann" / UNIT / "code-two-charts.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;Ohio" in page
    assert "<b>Ohio" not in page
