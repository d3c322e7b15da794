"""Grading without a kernel and with one: the same points for the same work, whatever the work is."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest
from classroom import UNIT, autograded, need_a_box, scores
from variants import DAMAGED, VARIANTS, hand_in

from chartpath.grading import GradeReport, grade_unit
from chartpath.grading.course import Course

Outcome = tuple[GradeReport, Course]
FOR_THE_BOX = (
    "right",
    "half",
    "strange-text",
    "stripped",
    "endless",
    "kills-kernel",
    "redefines-score",
    "patches-scoring",
    "magic-injection",
    "code-in-answer",
    "d-empty",
)


@pytest.fixture(scope="module")
def answers(released_course: Course, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return _grade(released_course, tmp_path_factory.mktemp("answers"), "answers")


@pytest.fixture(scope="module")
def kernel(released_course: Course, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Unboxed: the only way in which the kernel itself scores."""
    return _grade(released_course, tmp_path_factory.mktemp("kernel"), "kernel", unsafe=True)


@pytest.fixture(scope="module")
def boxed(released_course: Course, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Of the work that the unboxed kernel marks, what could meet the walls of the box."""
    need_a_box()
    return _grade(released_course, tmp_path_factory.mktemp("boxed"), "kernel", names=FOR_THE_BOX)


def _grade(
    released: Course,
    folder: Path,
    engine: str,
    unsafe: bool = False,
    names: Iterable[str] = (*VARIANTS, *DAMAGED),
) -> Outcome:
    shutil.copytree(released.folder.parent, folder / "course")
    course = Course(folder / "course" / "grading")
    hand_in(course, names)
    return grade_unit(UNIT, engine, jobs=2, unsafe_kernel=unsafe, course=course), course


@pytest.mark.parametrize("name", [name for name, (_, points) in VARIANTS.items() if points is not None])
def test_the_answers_engine_gives_what_the_work_is_worth(answers: Outcome, name: str) -> None:
    given = {cell: score for (learner, cell), score in scores(answers[1]).items() if learner == name}
    assert given == VARIANTS[name][1]


def test_nobody_is_left_without_a_score(answers: Outcome) -> None:
    report, course = answers
    assert [row.learner for row in report.rows] == sorted([*VARIANTS, *DAMAGED])
    assert [who for who, score in scores(course).items() if score is None] == []


def test_damaged_work_earns_nothing_and_says_why(answers: Outcome) -> None:
    damaged = {row.learner: row for row in answers[0].damaged}
    assert set(damaged) == set(DAMAGED)
    for row in damaged.values():
        assert row.score == 0
        assert row.reason.startswith("code-two-charts.ipynb: ")
        assert "Traceback" not in row.reason


def test_only_changed_work_has_notes(answers: Outcome) -> None:
    untouched = {
        "blank",
        "right",
        "miscoded",
        "half",
        "strange-text",
        "prompt-pasted",
        "capitals",
        "deep-metadata",
    }
    untouched |= {
        "raises",
        "endless",
        "kills-kernel",
        "redefines-score",
        "patches-scoring",
        "odd-cells",
    }
    untouched |= {"old-format"}
    noted = {row.learner for row in answers[0].rows if row.notes}
    assert noted == set(VARIANTS) - untouched


@pytest.mark.slow
def test_both_engines_give_the_same_points(answers: Outcome, kernel: Outcome) -> None:
    assert scores(kernel[1]) == scores(answers[1])
    assert [(row.learner, row.status, row.score, row.reason) for row in kernel[0].rows] == [
        (row.learner, row.status, row.score, row.reason) for row in answers[0].rows
    ]


@pytest.mark.slow
def test_a_boxed_kernel_gives_the_same_rows(answers: Outcome, boxed: Outcome) -> None:
    of_these = {key: score for key, score in scores(answers[1]).items() if key[0] in FOR_THE_BOX}
    assert scores(boxed[1]) == of_these
    assert [row.learner for row in boxed[0].rows] == sorted(FOR_THE_BOX)
    assert list(boxed[0].rows) == [row for row in answers[0].rows if row.learner in FOR_THE_BOX]


@pytest.mark.slow
def test_the_kernel_itself_gave_these_points(answers: Outcome, kernel: Outcome) -> None:
    """No score of the kernel had to be set right: the two are equal by themselves."""
    assert [note for row in kernel[0].rows for note in row.notes if note.startswith("The kernel gave")] == []
    assert [row.notes for row in kernel[0].rows] == [row.notes for row in answers[0].rows]


@pytest.mark.slow
def test_the_kernel_really_ran_and_stray_cells_did_not(kernel: Outcome) -> None:
    for name in ("raises", "endless", "kills-kernel", "redefines-score"):
        cells = autograded(kernel[1], name)["cells"]
        own = [cell for cell in cells if cell["id"].startswith("own-")]
        assert [cell["execution_count"] for cell in own] == [None] * len(own)
        setup = next(cell for cell in cells if cell["id"] == "setup")
        assert setup["execution_count"] == 1
