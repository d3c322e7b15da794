"""Grades as files: nbgrader's own table, and what Canvas and Moodle import."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest
from classroom import FIRST, UNIT, answer, gold, new_course, submit

from chartpath.errors import BadInput
from chartpath.grading import export_grades, grade_unit
from chartpath.grading.course import Course, set_due


@pytest.fixture
def graded(course: Course) -> Course:
    submit(course, "ann@school.org", lambda book: answer(book, gold(FIRST)))
    submit(course, "bob", lambda book: None)
    set_due(UNIT, dt.datetime(2026, 10, 5, 9, 30, tzinfo=dt.UTC), course)
    grade_unit(UNIT, course=course, feedback=False)
    with course.gradebook() as gradebook:
        gradebook.update_or_create_student("bob", first_name="Robert", last_name='=HYPERLINK("x"), Jr')
        gradebook.update_or_create_student("carl", first_name="Carl")
    return course


def table(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_csv_has_nbgrader_s_columns_and_lateness(graded: Course) -> None:
    path = export_grades(course=graded)
    assert path == graded.folder / "grades.csv"
    head, *rows = table(path)
    assert ",".join(head[:7]) == "assignment,duedate,timestamp,student_id,last_name,first_name,email"
    assert ",".join(head[7:11]) == "raw_score,late_submission_penalty,score,max_score"
    by_learner = {row[3]: dict(zip(head, row, strict=True)) for row in rows}
    assert set(by_learner) == {"ann@school.org", "bob", "carl"}
    ann = by_learner["ann@school.org"]
    assert (ann["score"], ann["max_score"], ann["late"]) == ("10.0", "20.0", "yes")
    assert (by_learner["carl"]["score"], by_learner["carl"]["timestamp"], by_learner["carl"]["late"]) == (
        "0.0",
        "",
        "",
    )


def test_a_name_cannot_become_a_formula(graded: Course) -> None:
    row = next(row for row in table(export_grades(course=graded)) if row[3] == "bob")
    assert row[4] == '\'=HYPERLINK("x"), Jr'


def test_canvas_columns(graded: Course, tmp_path: Path) -> None:
    rows = table(export_grades("canvas", tmp_path / "c.csv", course=graded))
    assert rows[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", UNIT]
    assert rows[1] == ["    Points Possible", "", "", "", "", "20.0"]
    scores = {row[3]: row[5] for row in rows[2:]}
    assert scores == {
        "ann@school.org": "10.0",
        "bob": "0.0",
        "carl": "",
    }  # nothing handed in: Canvas leaves it alone


def test_moodle_columns(graded: Course, tmp_path: Path) -> None:
    rows = table(export_grades("moodle", tmp_path / "m.csv", course=graded))
    assert rows[0] == ["First name", "Last name", "ID number", "Email address", UNIT]
    scores = {row[2]: (row[3], row[4]) for row in rows[1:]}
    assert scores == {"ann@school.org": ("ann@school.org", "10.0"), "bob": ("", "0.0"), "carl": ("", "")}


def test_one_unit_can_be_chosen(graded: Course, tmp_path: Path) -> None:
    assert len(table(export_grades(out=tmp_path / "g.csv", unit=UNIT, course=graded))) == 4
    with pytest.raises(BadInput, match="The gradebook has no unit '91-other'"):
        export_grades(unit="91-other", course=graded)


def test_wrong_asks_are_one_clear_line(graded: Course, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no export format 'xlsx'"):
        export_grades("xlsx", course=graded)
    with pytest.raises(BadInput, match="could not be written"):
        export_grades(out=tmp_path / "no" / "such" / "folder.csv", course=graded)
    assert list(tmp_path.glob("**/*.part")) == []


def test_an_empty_gradebook_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is empty"):
        export_grades(course=new_course(tmp_path))


def test_the_file_is_written_whole_or_not_at_all(
    graded: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "g.csv"
    target.write_text("before", encoding="utf-8")

    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(BadInput, match="No space left on device"):
        export_grades(out=target, course=graded)
    assert target.read_text(encoding="utf-8") == "before"
