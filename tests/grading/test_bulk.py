"""A whole class at once: the same rows as nbgrader's own, and nothing lost when it stops."""

from __future__ import annotations

import importlib.util
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from classroom import FIRST, NOTEBOOK, SECOND, UNIT, answer, cell, gold, scores, submit, wrong

from chartpath.errors import BadInput, ChartpathError
from chartpath.grading import bulk, grade_unit
from chartpath.grading.course import Course
from chartpath.grading.kernel import grade_learner
from chartpath.grading.lock import alone

_GRADE = "from chartpath.grading import grade_unit; from chartpath.grading.course import Course; from pathlib import Path; import sys; grade_unit({unit!r}, jobs=2, again=True, course=Course(Path(sys.argv[1])))"


def rows_of(course: Course) -> list[tuple[Any, ...]]:
    """Every grade and comment of the gradebook, by names instead of row ids."""
    with sqlite3.connect(course.folder / "gradebook.db") as database:
        grades = database.execute(
            "select s.student_id, n.name, b.name, g.auto_score, g.manual_score, g.needs_manual_grade from grade g"
            " join base_cell b on b.id = g.cell_id join submitted_notebook m on m.id = g.notebook_id"
            " join notebook n on n.id = m.notebook_id join submitted_assignment s on s.id = m.assignment_id"
        ).fetchall()
        comments = database.execute(
            "select s.student_id, n.name, b.name, c.auto_comment, c.manual_comment from comment c"
            " join base_cell b on b.id = c.cell_id join submitted_notebook m on m.id = c.notebook_id"
            " join notebook n on n.id = m.notebook_id join submitted_assignment s on s.id = m.assignment_id"
        ).fetchall()
        handed = database.execute("select student_id, timestamp from submitted_assignment").fetchall()
    return sorted(map(repr, [*grades, *comments, *handed]))  # type: ignore[arg-type]


def a_class(course: Course, size: int) -> None:
    for number in range(size):
        first = gold(FIRST) if number % 2 else wrong(FIRST)
        submit(course, f"learner-{number:03d}", lambda book, first=first: answer(book, first, wrong(SECOND)))


def test_the_gradebook_holds_what_nbgrader_would_have_written(course: Course) -> None:
    submit(course, "blank", lambda book: None)
    submit(course, "right", lambda book: answer(book, gold(FIRST), gold(SECOND)))
    submit(course, "wrong", lambda book: answer(book, wrong(FIRST), wrong(SECOND)))
    submit(course, "gone", lambda book: book["cells"].remove(cell(book, f"score-{FIRST}")))
    submit(course, "torn", b"{")
    for learner in ("blank", "gone", "right", "torn", "wrong"):
        grade_learner(UNIT, learner, "answers", [NOTEBOOK], True, course)
    nbgraders = rows_of(course)
    assert len(nbgraders) >= 5 * 5
    grade_unit(UNIT, course=course, again=True)
    assert rows_of(course) == nbgraders
    with sqlite3.connect(course.folder / "gradebook.db") as database:
        for table in ("grade", "comment", "submitted_notebook", "submitted_assignment", "student"):
            database.execute(f"delete from {table}")
    grade_unit(UNIT, course=course)
    assert rows_of(course) == nbgraders


def test_what_did_not_change_is_not_marked_again(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    a_class(course, 4)
    first = grade_unit(UNIT, course=course)
    marked: list[str] = []
    real = bulk.mark

    def count(setup: Any, work: Any) -> Any:
        marked.append(work.learner)
        return real(setup, work)

    monkeypatch.setattr(bulk, "mark", count)
    assert grade_unit(UNIT, course=course).rows == first.rows
    assert marked == []
    submit(course, "learner-001", lambda book: None)
    (course.feedback / "learner-002" / UNIT / "code-two-charts.html").unlink()
    with course.gradebook() as gradebook:
        gradebook.find_grade(f"score-{FIRST}", NOTEBOOK[:-6], UNIT, "learner-003").manual_score = 1.0
        gradebook.db.commit()
    again = grade_unit(UNIT, course=course)
    assert marked == ["learner-001", "learner-002", "learner-003"]
    assert again.rows[1].score == 0
    assert again.rows[3].score < first.rows[3].score
    grade_unit(UNIT, course=course, again=True)
    assert len(marked) == 3 + 4


def test_a_changed_key_marks_everybody_again(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shutil import copytree

    from chartpath import items, paths

    a_class(course, 2)
    before = grade_unit(UNIT, course=course)
    keys = paths.keys()
    assert keys is not None
    copytree(keys, tmp_path / "keys")
    path = tmp_path / "keys" / f"{FIRST}.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace(items.key(FIRST).codes[0].code, "A00.0"), encoding="utf-8"
    )
    monkeypatch.setenv("CHARTPATH_KEYS", str(tmp_path / "keys"))
    items.forget()
    after = grade_unit(UNIT, course=course)
    assert after.rows[1].score < before.rows[1].score


def test_the_journal_survives_a_torn_line(course: Course) -> None:
    a_class(course, 3)
    first = grade_unit(UNIT, course=course)
    journal = course.folder / ".graded" / f"{UNIT}.jsonl"
    text = journal.read_text(encoding="utf-8")
    journal.write_text(text[: len(text) - 40] + "\x00", encoding="utf-8")
    assert grade_unit(UNIT, course=course).rows == first.rows


def test_any_executor_marks(course: Course) -> None:
    a_class(course, 20)
    alone = grade_unit(UNIT, course=course)
    with ThreadPoolExecutor(2) as pool:
        assert grade_unit(UNIT, course=course, executor=pool, again=True).rows == alone.rows


def test_two_graders_do_not_meet(course: Course) -> None:
    submit(course, "ann", lambda book: None)
    with alone(course.folder), pytest.raises(BadInput, match="Another `chartpath grade` is at work"):
        grade_unit(UNIT, course=course)
    kernels = {"engine": "kernel", "unsafe_kernel": True}
    with alone(course.folder), pytest.raises(BadInput, match="Another `chartpath grade` is at work"):
        grade_unit(UNIT, course=course, **kernels)  # type: ignore[arg-type]
    grade_unit(UNIT, course=course)


def test_a_full_disk_is_one_line_and_can_be_gone_on_from(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_class(course, 3)
    real = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        if "learner-001" in str(self):
            raise OSError(28, "No space left on device")
        return real(self, data)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(ChartpathError, match="the disk is full") as told:
            grade_unit(UNIT, course=course)
    assert "\n" not in str(told.value)
    assert [row.status for row in grade_unit(UNIT, course=course).rows] == ["graded"] * 3


@pytest.mark.slow
def test_killed_at_any_moment_nothing_is_lost_or_doubled(course: Course) -> None:
    a_class(course, 120)
    draw = random.Random(7)
    cut_short = 0
    command = [sys.executable, "-c", _GRADE.format(unit=UNIT), str(course.folder)]
    for _ in range(6):
        process = subprocess.Popen(
            command, env=os.environ | {"PYTHONWARNINGS": "ignore"}, start_new_session=True
        )
        started = time.time()
        while process.poll() is None and not any(
            path.stat().st_mtime > started for path in course.autograded.rglob("*.ipynb")
        ):
            time.sleep(0.01)
        time.sleep(draw.uniform(0, 0.3))
        cut_short += process.poll() is None
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for path in [*course.autograded.rglob("*.ipynb"), *course.feedback.rglob("*.html")]:
            text = path.read_text(encoding="utf-8")
            assert text.endswith(("}\n", "</html>", "</html>\n")), f"{path} is half written"
            if path.suffix == ".ipynb":
                json.loads(text)
    assert cut_short >= 3
    finished = grade_unit(UNIT, course=course)
    undisturbed = scores(course)
    rows = rows_of(course)
    assert len(finished.rows) == 120
    assert len(rows) == len(set(rows)) == 120 * 5
    assert grade_unit(UNIT, course=course, again=True).rows == finished.rows
    assert scores(course) == undisturbed
    assert rows_of(course) == rows


def test_postgresql_without_its_driver_says_what_to_install(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit(course, "ann", lambda book: None)
    real = importlib.util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "psycopg" else real(name))
    with pytest.raises(BadInput, match=r'pip install "chartpath\[postgres\]"'):
        grade_unit(UNIT, course=evolve(course, db="postgres://grader@host/book"))
