"""Grading a unit: the whole class without a kernel, or learner by learner with nbgrader's own."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed

from chartpath import items
from chartpath.errors import BadInput, KeyNotAtHand
from chartpath.grading import forms
from chartpath.grading.cells import counting_answers, scored_item
from chartpath.grading.course import Course, check_unit, this_course
from chartpath.grading.lock import alone
from chartpath.grading.release import released_notebooks
from chartpath.grading.row import GradeReport, Progress, Row
from chartpath.grading.safety import plain_text


def grade_unit(
    unit: str,
    engine: str = "answers",
    jobs: int = 1,
    progress: Progress | None = None,
    *,
    learners: Iterable[str] | None = None,
    feedback: bool = True,
    again: bool = False,
    executor: Executor | None = None,
    unsafe_kernel: bool = False,
    course: Course | None = None,
) -> GradeReport:
    """Grade what was collected of a unit, write feedback pages, and say what came of each learner.

    Scores and comments given by hand stay. `engine` is `answers` (no kernel, no learner's code runs) or `kernel`;
    `jobs` processes work side by side, or for `answers` any `executor` of concurrent.futures. `learners` limits the
    work to some ids. The answers engine takes over what it graded before and nothing has changed of, unless `again`.
    A kernel runs inside bubblewrap; `unsafe_kernel` lets it run without, where learners' code can do what you can.
    Raises BadInput when the unit is not released, nothing was collected, the key of an item is missing, or another
    grader is at work, or kernels cannot be boxed here.
    """
    course = course or this_course()
    started = time.monotonic()
    graded = [name for name, has_cells in released_notebooks(unit, course).items() if has_cells]
    config = course.config(engine)
    wanted = _learners(unit, course, learners)
    with forms.lending(forms.first(course)):
        _require_keys(unit, graded, engine, course)
    if engine == "answers":
        from chartpath.grading.bulk import grade_class

        rows = grade_class(
            unit,
            wanted,
            course,
            config=config,
            jobs=jobs,
            executor=executor,
            feedback=feedback,
            again=again,
            progress=progress,
        )
    else:
        from chartpath.grading.sandbox import why_not

        reason = "" if unsafe_kernel or not config.ExecuteReleased.get("box", True) else why_not()
        if reason:
            raise BadInput(reason)
        with alone(course.folder) as lock:
            rows = _with_kernels(unit, wanted, graded, jobs, feedback, progress, course, unsafe_kernel, lock)
    rows.sort(key=lambda row: row.learner)
    return GradeReport(unit, engine, tuple(rows), time.monotonic() - started)


def _with_kernels(
    unit: str,
    wanted: list[str],
    graded: list[str],
    jobs: int,
    feedback: bool,
    progress: Progress | None,
    course: Course,
    unsafe: bool,
    lock: int,
) -> list[Row]:
    from chartpath.grading.kernel import grade_learner
    from chartpath.grading.workers import begin, inherited

    rows: list[Row] = []
    if jobs > 1 and len(wanted) > 1:
        with course.gradebook() as gradebook:
            for learner in wanted:  # one writer makes the rows, so that the processes only fill them
                gradebook.update_or_create_student(learner)
        many = min(jobs, len(wanted))
        with ProcessPoolExecutor(many, initializer=begin, initargs=(inherited(lock),)) as pool:
            tasks = {
                pool.submit(grade_learner, unit, learner, "kernel", graded, feedback, course, unsafe): learner
                for learner in wanted
            }
            for task in as_completed(tasks):
                rows.append(task.result())
                if progress:
                    progress(len(rows), len(wanted), tasks[task])
        return rows
    for learner in wanted:
        rows.append(grade_learner(unit, learner, "kernel", graded, feedback, course, unsafe))
        if progress:
            progress(len(rows), len(wanted), learner)
    return rows


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
