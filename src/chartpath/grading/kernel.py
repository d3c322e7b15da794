"""The kernel engine: nbgrader's autograde and feedback for each learner, for units with code exercises.

It runs released cells, and learners' solutions of code exercises, on this machine: inside bubblewrap (see
`chartpath.grading.sandbox`), unless told otherwise.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from chartpath.errors import BadInput, ChartpathError
from chartpath.grading import forms
from chartpath.grading.bulk import bytes_of, time_of
from chartpath.grading.course import LINKED_FOLDER, Course, hushed, quiet_log, write_whole
from chartpath.grading.marking import broken_page, read_time, why_unreadable
from chartpath.grading.outputs import notes_of
from chartpath.grading.row import Row
from chartpath.handin import check_learner_id


def grade_learner(
    unit: str,
    learner: str,
    engine: str,
    graded: list[str],
    feedback: bool,
    course: Course,
    unsafe: bool = False,
) -> Row:
    """Grade one learner's work on a unit; work that cannot be graded is a row that says why, not an exception.

    `unsafe` lets a kernel run outside of bubblewrap.
    """
    try:
        with forms.lending(forms.by_learner(course)(learner)):
            return _grade_learner(unit, learner, engine, graded, feedback, course, unsafe)
    except Exception as error:  # whatever it is, the rest of the class is graded
        why = (
            str(error) if isinstance(error, ChartpathError) else f"It could not be graded: {_one_line(error)}"
        )
        return Row(learner, "damaged", 0.0, 0.0, reason=why)


def _grade_learner(
    unit: str,
    learner: str,
    engine: str,
    graded: list[str],
    feedback: bool,
    course: Course,
    unsafe: bool = False,
) -> Row:
    try:
        check_learner_id(learner)
    except BadInput as error:
        return Row(learner, "damaged", 0.0, 0.0, reason=f"The folder's name is not a learner id: {error}")
    config = course.config(engine)
    if unsafe:
        config.ExecuteReleased.box = False
    folder = course.submitted / learner / unit
    if folder.is_symlink() or folder.parent.is_symlink():
        handed_in, fault = None, LINKED_FOLDER
    else:
        handed_in, fault = read_time(time_of(folder))
    broken = dict.fromkeys(graded, fault) if fault else _broken(folder, graded)
    with course.gradebook(config) as gradebook:
        gradebook.update_or_create_student(learner)
        gradebook.update_or_create_submission(unit, learner, timestamp=handed_in)
    if all(name in broken or not (folder / name).exists() for name in graded):
        _clear(course.autograded / learner / unit)
    else:
        failures = _autograde(unit, learner, course, config, broken)
        broken |= {name: why for name, why in failures.items() if name in graded}
    _give_nothing(unit, learner, sorted(broken), course, config)
    remarks = _feedback(unit, learner, broken, course, config) if feedback else []
    return _row(unit, learner, broken, remarks, course, config)


def _broken(folder: Path, graded: list[str]) -> dict[str, str]:
    """Handed-in notebooks nbgrader could not read, and why, in words; those not handed in are none of them."""
    broken: dict[str, str] = {}
    for name in graded:
        path = folder / name
        if not path.exists() and not path.is_symlink():
            continue
        reason = _why_unreadable(path)
        if reason:
            broken[name] = reason
    if not any((folder / name).exists() for name in graded):
        broken[graded[0]] = "It was not handed in. Ask for it."
    return broken


def _why_unreadable(path: Path) -> str:
    data = bytes_of(path)
    return data if isinstance(data, str) else why_unreadable(data)


def _autograde(
    unit: str, learner: str, course: Course, config: Any, broken: dict[str, str]
) -> dict[str, str]:
    """Run nbgrader's autograde for one learner; returns the notebooks it failed on, with the reason."""
    from nbgrader.converters import Autograde
    from nbgrader.converters.base import NbGraderException

    failures: dict[str, str] = {}

    class OneLearner(Autograde):  # type: ignore[misc]
        """nbgrader's converter, which goes on to the next notebook when one fails."""

        notebooks: Any

        def init_assignment(self, assignment_id: str, student_id: str) -> None:
            self.notebooks = [path for path in self.notebooks if Path(path).name not in broken]
            super().init_assignment(assignment_id, student_id)

        def convert_single_notebook(self, notebook_filename: str) -> None:
            try:
                super().convert_single_notebook(notebook_filename)
            except Exception as error:
                name = Path(notebook_filename).name
                failures[name] = (
                    str(error)
                    if isinstance(error, ChartpathError)
                    else f"nbgrader could not grade it: {_one_line(error)}"
                )
                (Path(self._format_dest(assignment_id=unit, student_id=learner)) / name).unlink(
                    missing_ok=True
                )

    try:
        with hushed():
            OneLearner(
                coursedir=course.coursedir(config, unit, learner), config=config, force=True, log=quiet_log()
            ).start()
    except NbGraderException as error:
        for path in (course.submitted / learner / unit).glob("*.ipynb"):
            failures.setdefault(path.name, f"nbgrader could not grade it: {_one_line(error)}")
    return failures


def _one_line(error: Exception) -> str:
    return re.sub(r"\s+", " ", f"{type(error).__name__}: {error}")[:200]


def _clear(folder: Path) -> None:
    from nbgrader.utils import rmtree

    if folder.exists():
        rmtree(str(folder))  # nbgrader's files are read-only, which stops shutil's on Windows


def _give_nothing(unit: str, learner: str, broken: list[str], course: Course, config: Any) -> None:
    """Record 0 for every graded cell of the notebooks that could not be read; scores given by hand stay."""
    if not broken:
        return
    with course.gradebook(config) as gradebook:
        for name in broken:
            notebook = gradebook.find_submission_notebook(Path(name).stem, unit, learner)
            for grade in notebook.grades:
                grade.auto_score = 0.0
                grade.needs_manual_grade = grade.manual_score is not None
        gradebook.db.commit()


def _feedback(unit: str, learner: str, broken: dict[str, str], course: Course, config: Any) -> list[str]:
    """Write a learner's feedback pages; returns what could not be written, in words."""
    from nbgrader.converters import GenerateFeedback

    failures: list[str] = []

    class Pages(GenerateFeedback):  # type: ignore[misc]
        """nbgrader's converter, which goes on to the next page when one fails."""

        def convert_single_notebook(self, notebook_filename: str) -> None:
            try:
                super().convert_single_notebook(notebook_filename)
            except Exception as error:
                failures.append(f"No feedback page for {Path(notebook_filename).name}: {_one_line(error)}")

    folder = course.feedback / learner / unit
    if any((course.autograded / learner / unit).glob("*.ipynb")):
        with hushed():
            Pages(
                coursedir=course.coursedir(config, unit, learner), config=config, force=True, log=quiet_log()
            ).start()
    else:
        _clear(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, reason in broken.items():
        page = broken_page(Path(name).stem, reason)
        write_whole(folder / f"{Path(name).stem}.html", page)
    return failures


def _row(
    unit: str, learner: str, broken: dict[str, str], remarks: list[str], course: Course, config: Any
) -> Row:
    with course.gradebook(config) as gradebook:
        submission = gradebook.find_submission(unit, learner)
        score = submission.score - (submission.late_submission_penalty or 0.0)
        most, seconds = submission.max_score, submission.total_seconds_late
    notes = list(remarks)
    for path in sorted((course.autograded / learner / unit).glob("*.ipynb")):
        notes += notes_of(path)
    status = "damaged" if broken else "late" if seconds > 0 else "graded"
    reason = "; ".join(f"{name}: {why}" for name, why in sorted(broken.items()))
    return Row(
        learner, status, max(0.0, round(float(score), 2)), float(most), float(seconds), reason, tuple(notes)
    )
