"""Grading a class: what nbgrader gets wrong by itself, and the batch that goes on."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from classroom import (
    FIRST,
    NOTEBOOK,
    SECOND,
    UNIT,
    answer,
    autograded,
    cell,
    code,
    gold,
    mark,
    markdown,
    new_course,
    notebook,
    scores,
    submit,
)
from nbgrader.utils import determine_grade

from chartpath import items, paths
from chartpath.answers import stub
from chartpath.errors import BadInput, KeyNotAtHand
from chartpath.grading import bulk, grade_unit, release_unit, sandbox
from chartpath.grading.course import Course, set_due
from chartpath.grading.marking import Marked, Setup, Submission
from chartpath.grading.preprocessors import CheckScores, ScoreAnswers, from_dict, scored

ASSESSED = [one.id for one in items.items() if one.assessed]


@pytest.mark.parametrize("item_id", ASSESSED)
def test_the_key_earns_everything_and_the_untouched_form_nothing(item_id: str) -> None:
    item = items.item(item_id)
    assert scored(item_id, gold(item_id)).points == item.points
    assert scored(item_id, stub(item).split("\n", 1)[1]).points == 0


def test_a_class_is_graded_row_by_row(course: Course) -> None:
    submit(course, "blank", lambda book: None)
    submit(course, "right", lambda book: answer(book, gold(FIRST), gold(SECOND)))
    submit(course, "torn", b'{"cells": [')
    told: list[tuple[int, int, str]] = []
    report = grade_unit(
        UNIT, progress=lambda done, total, who: told.append((done, total, who)), course=course
    )
    assert [(row.learner, row.status, row.score, row.max_score) for row in report.rows] == [
        ("blank", "graded", 0, 20),
        ("right", "graded", 20, 20),
        ("torn", "damaged", 0, 20),
    ]
    assert told == [(1, 3, "blank"), (2, 3, "right"), (3, 3, "torn")]
    assert not report.ok
    assert (
        report.damaged[0].reason
        == f"{NOTEBOOK}: It breaks off in the middle (not valid JSON). Ask for it once more."
    )


@pytest.mark.slow
def test_several_processes_give_the_same_rows(course: Course) -> None:
    for number in range(6):
        submit(
            course,
            f"learner-{number}",
            lambda book, n=number: answer(book, gold(FIRST) if n % 2 else "A00.0\n"),
        )
    one = grade_unit(UNIT, course=course)
    before = scores(course)
    many = grade_unit(UNIT, jobs=3, course=course)
    assert many.rows == one.rows
    assert scores(course) == before


def test_late_work_is_marked_and_keeps_its_points(course: Course) -> None:
    submit(course, "ann", lambda book: answer(book, gold(FIRST)))
    set_due(UNIT, dt.datetime(2026, 10, 5, 9, tzinfo=dt.UTC), course)
    (row,) = grade_unit(UNIT, course=course).rows
    assert (row.status, row.seconds_late, row.score) == ("late", 3600, 10)
    with pytest.raises(BadInput, match="does not say its time zone"):
        set_due(UNIT, dt.datetime(2026, 10, 5, 9), course)


def test_a_late_penalty_of_the_course_counts(course: Course) -> None:
    config = course.folder / "nbgrader_config.py"
    config.write_text(
        config.read_text(encoding="utf-8") + '\nc.LateSubmissionPlugin.penalty_method = "zero"\n',
        encoding="utf-8",
    )
    submit(course, "ann", lambda book: answer(book, gold(FIRST)))
    set_due(UNIT, dt.datetime(2026, 10, 5, 9, tzinfo=dt.UTC), course)
    (row,) = grade_unit(UNIT, course=course).rows
    assert (row.status, row.score) == ("late", 0)


def test_scores_and_comments_given_by_hand_stay(course: Course) -> None:
    submit(course, "ann", lambda book: answer(book, gold(FIRST)))
    grade_unit(UNIT, course=course)
    with course.gradebook() as gradebook:
        grade = gradebook.find_grade(f"score-{FIRST}", NOTEBOOK[:-6], UNIT, "ann")
        grade.manual_score = 7.5
        gradebook.find_comment(FIRST, NOTEBOOK[:-6], UNIT, "ann").manual_comment = "Talk to me."
        gradebook.db.commit()
    submit(course, "ann", b"")  # even when a later file is broken
    (row,) = grade_unit(UNIT, course=course).rows
    assert (row.status, row.score) == ("damaged", 7.5)
    submit(course, "ann", lambda book: None)
    (row,) = grade_unit(UNIT, course=course).rows
    assert row.score == 7.5
    page = (course.feedback / "ann" / UNIT / "code-two-charts.html").read_text(encoding="utf-8")
    assert "Talk to me." in page


def test_a_learner_can_be_graded_alone(course: Course) -> None:
    submit(course, "ann", lambda book: None)
    submit(course, "bob", lambda book: None)
    assert [row.learner for row in grade_unit(UNIT, learners=["bob"], course=course).rows] == ["bob"]
    with pytest.raises(BadInput, match="eve handed in nothing"):
        grade_unit(UNIT, learners=["eve"], course=course)


def test_grading_too_early_says_what_to_do(course: Course, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="Nothing was collected"):
        grade_unit(UNIT, course=course)
    with pytest.raises(BadInput, match="has not been released"):
        grade_unit("91-other", course=course)
    with pytest.raises(BadInput, match="There is no grading engine 'magic'"):
        grade_unit(UNIT, "magic", course=course)


def test_folders_that_are_no_learners_are_listed(course: Course) -> None:
    submit(course, "ann", lambda book: None)
    submit(course, "no body", lambda book: None)
    report = grade_unit(UNIT, course=course)
    assert [(row.learner, row.status) for row in report.rows] == [("ann", "graded"), ("no body", "damaged")]
    assert "is not a learner id" in report.damaged[0].reason


def test_work_without_the_scored_notebook_is_listed(course: Course) -> None:
    folder = course.submitted / "ann" / UNIT
    folder.mkdir(parents=True)
    (folder / "other.ipynb").write_text("{}", encoding="utf-8")
    (row,) = grade_unit(UNIT, course=course).rows
    assert (row.status, row.score, row.reason) == (
        "damaged",
        0,
        f"{NOTEBOOK}: It was not handed in. Ask for it.",
    )
    assert None not in scores(course).values()


def test_a_time_nobody_can_read_is_named(course: Course) -> None:
    path = submit(course, "ann", lambda book: answer(book, gold(FIRST)))
    (path.parent / "timestamp.txt").write_text("when I had time", encoding="utf-8")
    (row,) = grade_unit(UNIT, course=course).rows
    assert "The time in timestamp.txt cannot be read" in row.reason


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_link_in_a_submission_is_not_followed(course: Course) -> None:
    path = submit(course, "ann", lambda book: None)
    path.unlink()
    path.symlink_to(course.released / UNIT / NOTEBOOK)
    (row,) = grade_unit(UNIT, course=course).rows
    assert "It is a link to another file, which was not followed" in row.reason


def test_extra_files_of_a_submission_go_nowhere(course: Course) -> None:
    path = submit(course, "ann", lambda book: None)
    for name in ("chartpath.py", "sitecustomize.py", "page.html", "notes.txt"):
        (path.parent / name).write_text("raise SystemExit", encoding="utf-8")
    grade_unit(UNIT, course=course)
    assert sorted(file.name for file in (course.autograded / "ann" / UNIT).iterdir()) == [
        NOTEBOOK,
        "timestamp.txt",
    ]


def test_without_keys_nothing_is_graded(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    submit(course, "ann", lambda book: answer(book, gold(FIRST)))
    monkeypatch.setenv("CHARTPATH_KEYS", "none")
    items.forget()
    with pytest.raises(BadInput, match=f"No key for {FIRST}, {SECOND}"):
        grade_unit(UNIT, course=course)
    assert scores(course) == {}


def test_a_missing_key_raises_and_is_never_full_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARTPATH_KEYS", "none")
    book = from_dict(
        notebook([code(f'cp.score("{FIRST}")', "x", mark("x", grade=True, locked=True, points=10))])
    )
    with pytest.raises(KeyNotAtHand):
        ScoreAnswers().preprocess(book, {})


def test_a_broken_key_is_named(course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    submit(course, "ann", lambda book: None)
    keys = paths.keys()
    assert keys is not None
    shutil.copytree(keys, tmp_path / "keys")
    (tmp_path / "keys" / f"{FIRST}.yaml").write_text("item: [", encoding="utf-8")
    monkeypatch.setenv("CHARTPATH_KEYS", str(tmp_path / "keys"))
    items.forget()
    with pytest.raises(BadInput, match=f"No key for {FIRST} \\({FIRST}.yaml"):
        grade_unit(UNIT, course=course)
    items.forget()


def _score_cell(*outputs: dict[str, Any]) -> Any:
    """A notebook after a kernel run: a right answer, and a score cell with these outputs."""
    check = code(f'cp.score("{FIRST}")', "check", mark("check", grade=True, locked=True, points=10))
    check["outputs"] = list(outputs)
    typed = code(f"%%answer {FIRST}\n{gold(FIRST)}", FIRST, mark(FIRST, solution=True))
    return from_dict(notebook([typed, check]))


def _result(text: str) -> dict[str, Any]:
    return {
        "output_type": "execute_result",
        "execution_count": 1,
        "data": {"text/plain": text},
        "metadata": {},
    }


STDERR = {"output_type": "stream", "name": "stderr", "text": "FutureWarning: soon"}
ERROR = {"output_type": "error", "ename": "NameError", "evalue": "cp", "traceback": []}


@pytest.mark.parametrize(
    ("outputs", "stock", "note"),
    [
        ([_result("10.0")], 10, ""),
        ([STDERR, _result("10.0")], 0, ""),
        ([_result("'ten'")], 10, "The kernel gave no points"),
        ([], 10, "The kernel gave no points"),
        ([_result("nan")], 10, "The kernel gave nan points"),
        ([_result("3.0")], 3, "The kernel gave 3 points"),
        ([_result("3.0"), _result("10.0")], 3, "The kernel gave no points"),
        ([ERROR], 0, "The kernel gave no points (NameError: cp)"),
    ],
)
def test_what_nbgrader_misreads_in_a_score_cell(
    outputs: list[dict[str, Any]], stock: float, note: str
) -> None:
    """`stock` is what nbgrader makes of these outputs by itself; here the answer's own worth is recorded."""
    book = _score_cell(*outputs)
    assert determine_grade(book.cells[1])[0] == pytest.approx(stock)
    checked, _ = CheckScores().preprocess(book, {})
    assert determine_grade(checked.cells[1]) == (10, 10)
    notes = checked.metadata.get("chartpath_notes", [])
    assert [one for one in notes if note and one.startswith(note)] == notes
    assert bool(notes) == bool(note)


def test_a_code_exercise_is_never_full_marks_without_a_kernel() -> None:
    book = from_dict(
        notebook([code("assert add(1, 1) == 2", "t", mark("t", grade=True, locked=True, points=5))])
    )
    with pytest.raises(BadInput, match="Use the kernel engine"):
        ScoreAnswers().preprocess(book, {})


@pytest.mark.slow
@pytest.mark.parametrize("boxed", [True, False])
def test_code_exercises_run_in_the_kernel_and_cannot_touch_the_scoring(tmp_path: Path, boxed: bool) -> None:
    if boxed and sandbox.why_not():
        pytest.skip(sandbox.why_not())
    course = new_course(tmp_path)
    path = course.source / UNIT / NOTEBOOK
    book = json.loads(path.read_bytes())
    book["cells"] += [
        code("def add(a, b):\n    return 0", "add", mark("add", solution=True)),
        code("assert add(1, 1) == 2", "test-add", mark("test-add", grade=True, locked=True, points=5)),
        markdown("Why?", "why")
        | {"metadata": mark("why", grade=True, solution=True, points=3, cell_type="markdown")},
    ]
    path.write_text(json.dumps(book), encoding="utf-8")
    release_unit(UNIT, course=course)

    def cheat(book: dict[str, Any]) -> None:
        answer(book, "A00.0\n")
        exercise = book["cells"].pop(book["cells"].index(cell(book, "add")))
        book["cells"].insert(2, exercise)
        exercise["source"] = (
            "from IPython.display import HTML, display\nadd = lambda a, b: a + b\ncp.score = lambda item: 10.0\n"
            "display(HTML('<script>window.pwned = 1</script><b>bold</b>'))"
        )

    submit(course, "cheat", cheat)
    with pytest.raises(BadInput, match=r"has a code exercise \(test-add\), which only a kernel can grade"):
        grade_unit(UNIT, course=course)
    submit(course, "honest", lambda book: cell(book, "why").__setitem__("source", "Because."))
    report = grade_unit(UNIT, "kernel", unsafe_kernel=not boxed, course=course)
    assert scores(course) == {
        ("cheat", f"score-{FIRST}"): 0,
        ("cheat", f"score-{SECOND}"): 0,
        ("cheat", "test-add"): 5,
        ("cheat", "why"): 0,
        ("honest", f"score-{FIRST}"): 0,
        ("honest", f"score-{SECOND}"): 0,
        ("honest", "test-add"): 0,
        ("honest", "why"): None,
    }
    cheated = next(row for row in report.rows if row.learner == "cheat")
    told = f"The kernel gave 10 points for {FIRST}, and the answer is worth 0; that was recorded."
    assert (told in cheated.notes) is not boxed  # in the box nothing is scored that could be touched
    exercise = cell(autograded(course, "cheat"), "add")
    assert exercise["outputs"][0]["data"]["text/html"] == ["window.pwned = 1<b>bold</b>"]


def test_a_failure_nobody_foresaw_is_one_row(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    submit(course, "ann", lambda book: None)
    submit(course, "bob", lambda book: answer(book, gold(FIRST)))
    real = bulk.mark

    def fail_for_ann(setup: Setup, work: Submission) -> Marked:
        if work.learner == "ann":
            raise MemoryError("no room")
        return real(setup, work)

    monkeypatch.setattr(bulk, "mark", fail_for_ann)
    ann, bob = grade_unit(UNIT, course=course).rows
    assert (ann.status, ann.score) == ("damaged", 0)
    assert ann.reason == "It could not be graded: MemoryError: no room"
    assert (bob.status, bob.score) == ("graded", 10)


@pytest.mark.parametrize("fault", ["raise ValueError('no such setting')", "import no_such_module"])
def test_a_configuration_that_fails_stops_everything(course: Course, fault: str) -> None:
    """nbgrader would carry on with its defaults, which run learners' code."""
    config = course.folder / "nbgrader_config.py"
    before = config.read_text(encoding="utf-8")
    config.write_text(
        before.replace("from chartpath.grading.config import configure", fault), encoding="utf-8"
    )
    submit(course, "ann", lambda book: None)
    with pytest.raises(BadInput, match=r"nbgrader_config\.py: "):
        grade_unit(UNIT, course=course)


def test_old_marks_do_not_stop_the_others(course: Course) -> None:
    def old(book: dict[str, Any]) -> None:
        for one in book["cells"]:
            one["metadata"].get("nbgrader", {})["schema_version"] = 0

    submit(course, "ann", old)
    submit(course, "bob", lambda book: None)
    assert [row.status for row in grade_unit(UNIT, course=course).rows] == ["graded", "graded"]


def test_a_second_release_after_grading_keeps_the_scores(course: Course) -> None:
    submit(course, "ann", lambda book: answer(book, gold(FIRST)))
    grade_unit(UNIT, course=course)
    release_unit(UNIT, course=course, force=True)
    assert scores(course)["ann", f"score-{FIRST}"] == 10
