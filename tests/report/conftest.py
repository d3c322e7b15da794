"""A class of twelve whose answers are known: the numbers of its report can be worked out by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from twelve import STAY, type_in  # isort: skip  # finds the classroom for what follows
from classroom import FIRST, SECOND, UNIT, new_course, submit

from chartpath.grading import grade_unit, release_unit
from chartpath.grading.course import Course, set_due


@pytest.fixture(scope="session")
def graded_class(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Twelve learners graded, one of them late, and a thirteenth whose file is torn."""
    course = new_course(tmp_path_factory.mktemp("class"), (FIRST, SECOND, STAY))
    release_unit(UNIT, course=course)
    set_due(UNIT, dt.datetime(2026, 10, 5, 12, 0, tzinfo=dt.UTC), course)
    for number in range(12):
        submit(course, f"learner-{number:02d}", lambda book, number=number: type_in(book, number))
    late = course.submitted / "learner-03" / UNIT / "timestamp.txt"
    late.write_text("2026-10-05 15:00:00 UTC", encoding="utf-8")
    submit(course, "torn", b"{")
    grade_unit(UNIT, course=course, feedback=False)
    return course
