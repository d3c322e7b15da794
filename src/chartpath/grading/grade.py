"""Grading a unit: nbgrader's autograde and feedback for each learner, going on past whatever cannot be graded."""

from __future__ import annotations

import datetime as dt
import json
import re
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from html import escape
from pathlib import Path
from typing import Any

from attrs import frozen

from chartpath import items
from chartpath.errors import BadInput, ChartpathError, KeyNotAtHand
from chartpath.grading.cells import counting_answers, scored_item
from chartpath.grading.course import Course, check_unit, hushed, quiet_log, this_course, write_whole
from chartpath.grading.release import released_notebooks
from chartpath.grading.safety import plain_text
from chartpath.handin import MAX_BYTES, check_learner_id

Progress = Callable[[int, int, str], None]
"""Called after each learner with how many are done, of how many, and who it was."""


@frozen
class Row:
    """One learner's outcome.

    `status` is `graded`, `late` (graded, handed in after the due time) or `damaged` (a graded notebook could not
    be read and earned 0; `reason` says which and what to do). `notes` tell in words what had been tampered with.
    """

    learner: str
    status: str
    score: float
    max_score: float
    seconds_late: float = 0.0
    reason: str = ""
    notes: tuple[str, ...] = ()


@frozen
class GradeReport:
    """What came of grading a unit, a row for each learner, in the order of their ids."""

    unit: str
    engine: str
    rows: tuple[Row, ...]
    seconds: float

    @property
    def damaged(self) -> tuple[Row, ...]:
        """Rows whose work could not be read, or only in part."""
        return tuple(row for row in self.rows if row.status == "damaged")

    @property
    def late(self) -> tuple[Row, ...]:
        """Rows handed in after the due time."""
        return tuple(row for row in self.rows if row.seconds_late > 0)

    @property
    def ok(self) -> bool:
        """True when all that was handed in could be graded."""
        return not self.damaged


def grade_unit(
    unit: str,
    engine: str = "answers",
    jobs: int = 1,
    progress: Progress | None = None,
    *,
    learners: Iterable[str] | None = None,
    feedback: bool = True,
    course: Course | None = None,
) -> GradeReport:
    """Grade what was collected of a unit, write feedback pages, and say what came of each learner.

    Everything is graded anew; scores and comments given by hand stay. `engine` is `answers` (no kernel, no
    learner's code runs) or `kernel`; `jobs` processes work side by side. `learners` limits the work to some ids.
    Raises BadInput when the unit is not released, nothing was collected, or the key of an item is missing.
    """
    course = course or this_course()
    started = time.monotonic()
    graded = [name for name, has_cells in released_notebooks(unit, course).items() if has_cells]
    course.config(engine)
    wanted = _learners(unit, course, learners)
    _require_keys(unit, graded, engine, course)
    rows: list[Row] = []
    if jobs > 1 and len(wanted) > 1:
        with course.gradebook() as gradebook:
            for learner in wanted:  # one writer makes the rows, so that the processes only fill them
                gradebook.update_or_create_student(learner)
        with ProcessPoolExecutor(min(jobs, len(wanted))) as pool:
            tasks = {
                pool.submit(grade_learner, unit, learner, engine, graded, feedback, course): learner
                for learner in wanted
            }
            for task in as_completed(tasks):
                rows.append(task.result())
                if progress:
                    progress(len(rows), len(wanted), tasks[task])
    else:
        for learner in wanted:
            rows.append(grade_learner(unit, learner, engine, graded, feedback, course))
            if progress:
                progress(len(rows), len(wanted), learner)
    rows.sort(key=lambda row: row.learner)
    return GradeReport(unit, engine, tuple(rows), time.monotonic() - started)


def grade_learner(
    unit: str, learner: str, engine: str, graded: list[str], feedback: bool, course: Course
) -> Row:
    """Grade one learner's work on a unit; work that cannot be graded is a row that says why, not an exception."""
    try:
        return _grade_learner(unit, learner, engine, graded, feedback, course)
    except Exception as error:  # whatever it is, the rest of the class is graded
        why = (
            str(error) if isinstance(error, ChartpathError) else f"It could not be graded: {_one_line(error)}"
        )
        return Row(learner, "damaged", 0.0, 0.0, reason=why)


def _grade_learner(
    unit: str, learner: str, engine: str, graded: list[str], feedback: bool, course: Course
) -> Row:
    try:
        check_learner_id(learner)
    except BadInput as error:
        return Row(learner, "damaged", 0.0, 0.0, reason=f"The folder's name is not a learner id: {error}")
    config = course.config(engine)
    folder = course.submitted / learner / unit
    handed_in, fault = _handed_in(folder)
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


def _handed_in(folder: Path) -> tuple[dt.datetime | None, str]:
    """When work was handed in (UTC, without zone, as nbgrader keeps it), and what is wrong with its timestamp.txt."""
    from nbgrader.utils import parse_utc

    path = folder / "timestamp.txt"
    if not path.exists():
        return None, ""
    try:
        text = path.read_text(encoding="utf-8").strip()
        return (parse_utc(text) if text else None), ""
    except (OSError, ValueError, OverflowError):
        return (
            None,
            "The time in timestamp.txt cannot be read. Write it like 2026-10-05 23:59:00 UTC, or delete the file.",
        )


def _learners(unit: str, course: Course, wanted: Iterable[str] | None) -> list[str]:
    check_unit(unit)
    found = sorted(path.parent.name for path in course.submitted.glob(f"*/{unit}") if path.is_dir())
    if wanted is not None:
        asked = list(wanted)
        missing = sorted(set(asked) - set(found))
        if missing:
            raise BadInput(
                f"{', '.join(missing)} handed in nothing for {unit}. Collect first, or correct the id."
            )
        return asked
    if not found:
        raise BadInput(
            f"Nothing was collected for {unit}. Run `chartpath collect` on the files learners sent."
        )
    return found


def _require_keys(unit: str, graded: list[str], engine: str, course: Course) -> None:
    """Without its key an item cannot be scored: say so once, before the first learner."""
    missing = []
    for name in graded:
        cells = json.loads((course.released / unit / name).read_bytes())["cells"]
        for cell in cells:
            cell["source"] = plain_text(cell["source"])
            mark = cell["metadata"].get("nbgrader", {})
            exercise = cell["cell_type"] == "code" and mark.get("grade") and not scored_item(cell["source"])
            if exercise and not mark.get("solution") and engine != "kernel":
                raise BadInput(
                    f"{name} has a code exercise ({mark['grade_id']}), which only a kernel can grade: give --engine kernel. "
                    "It runs learners' code on this machine."
                )
        for item in counting_answers(cells):
            try:
                items.key(item)
            except KeyNotAtHand:
                missing.append(item)
            except BadInput as error:
                missing.append(f"{item} ({error})")
    if missing:
        raise BadInput(
            f"No key for {', '.join(missing)}: look in grading/keys, or at CHARTPATH_KEYS. Nothing was graded."
        )


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
    again = "Ask for it once more."
    if path.is_symlink():
        return "It is a link to another file, which was not followed. Remove it."
    try:
        if path.stat().st_size > MAX_BYTES:
            return f"It is larger than {MAX_BYTES // 2**20} MB. {again}"
        data = path.read_bytes()
    except OSError as error:
        return f"It cannot be read ({error.strerror})."
    if not data.strip():
        return f"The file is empty. {again}"
    try:
        notebook = json.loads(data)
    except RecursionError:
        return f"It is not a notebook: it is nested too deeply. {again}"
    except ValueError:
        what = "It breaks off in the middle" if data.lstrip()[:1] == b"{" else "It is not a notebook"
        return f"{what} (not valid JSON). {again}"
    if (
        not isinstance(notebook, dict)
        or not isinstance(notebook.get("cells"), list)
        or not isinstance(notebook.get("nbformat"), int)
    ):
        return f"It is not a Jupyter notebook. {again}"
    return ""


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
        title = f"{Path(name).stem.replace('-', ' ').capitalize()}: 0 points"
        page = (
            f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title></head>\n'
            '<body style="font-family:system-ui,Arial,sans-serif;font-size:16px;line-height:1.5;max-width:46em;margin:2em auto;padding:0 1em">\n'
            f"<h1>{escape(title)}</h1>\n<p>Your file {escape(name)} could not be graded. {escape(reason)}</p>\n"
            "<p>Open your own copy in JupyterLab, save it, and hand in once more with <code>cp.hand_in</code>. "
            "If your copy does not open, talk to your instructor.</p></body></html>\n"
        )
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


def notes_of(path: Path) -> list[str]:
    """What had been tampered with in a graded notebook, in words."""
    from chartpath.grading.outputs import NOTES

    return [str(note) for note in json.loads(path.read_bytes())["metadata"].get(NOTES, ())]
