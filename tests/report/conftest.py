"""A class of twelve whose answers are known: the numbers of its report can be worked out by hand."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).resolve().parents[1] / "grading"))

from classroom import FIRST, SECOND, UNIT, cell, gold, new_course, submit

from chartpath.grading import grade_unit, release_unit
from chartpath.grading.course import Course, set_due

STAY = "ip-late-pregnancy-headache-01"


def answers_of(number: int) -> dict[str, str]:
    """What the learner of this number (0-11) types: some right, some wrong, one blank."""
    first = gold(FIRST) if number < 8 else "N30.00" if number < 11 else ""
    second = gold(SECOND) if number % 3 == 0 else "R10.A1"
    stay = gold(STAY)
    if number >= 9:
        stay = "principal R51.9"
    elif number >= 6:
        stay = "principal O80\nO14.14 Y\nZ37.0\nZ3A.37\nprocedure 10E0XZZ"
    return {FIRST: first, SECOND: second, STAY: stay}


def type_in(book: dict[str, Any], number: int) -> None:
    for item, body in answers_of(number).items():
        if body:
            cell(book, item)["source"] = f"%%answer {item}\n{body}"


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
