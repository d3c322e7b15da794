"""One small course, released once; a fresh copy of it for each test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from classroom import UNIT, new_course

from chartpath.grading import release_unit
from chartpath.grading.course import Course


@pytest.fixture(scope="session")
def released_course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = new_course(tmp_path_factory.mktemp("course"))
    release_unit(UNIT, course=course)
    return course


@pytest.fixture
def course(released_course: Course, tmp_path: Path) -> Course:
    shutil.copytree(released_course.folder.parent, tmp_path / "course")
    return Course(tmp_path / "course" / "grading")
