"""Grades out of nbgrader's gradebook, through its ExportPlugin: a CSV file, or what Canvas or Moodle imports.

Canvas matches a learner by login id, Moodle by ID number or email address: use those as learner ids.
Canvas columns after its gradebook importer; Moodle columns after its grade export, whose format it imports.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import ExportPlugin

from chartpath.errors import BadInput
from chartpath.grading.course import Course, check_unit, quiet_log, this_course, write_whole


def export_grades(
    format: str = "csv",
    out: Path | None = None,
    *,
    unit: str | None = None,
    course: Course | None = None,
) -> Path:
    """Write the grades of all units, or of one, and return the file's path.

    `format` is `csv`, `canvas` or `moodle`; `out` the file (default: `grades.csv`, `grades-canvas.csv`,
    `grades-moodle.csv` in the grading folder). The file is written whole or not at all. Raises BadInput for
    another format, an unknown unit, an empty gradebook, a disk that refuses.
    """
    if format not in FORMATS:
        raise BadInput(f"There is no export format {format!r}. Use {', '.join(FORMATS)}.")
    course = course or this_course()
    target = out or course.folder / ("grades.csv" if format == "csv" else f"grades-{format}.csv")
    with course.gradebook() as gradebook:
        names = [one.name for one in gradebook.assignments]
        if not names:
            raise BadInput(f"The gradebook of {course.folder} is empty. Release a unit and grade it first.")
        if unit is not None and check_unit(unit) not in names:
            raise BadInput(f"The gradebook has no unit {unit!r}. It has {', '.join(names)}.")
        plugin = FORMATS[format](log=quiet_log(), to=str(target), assignment=[unit] if unit else [])
        plugin.export(gradebook)
    return target


_COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "raw_score", "late_submission_penalty", "score", "max_score", "late",
)  # fmt: skip


class _Export(ExportPlugin):  # type: ignore[misc]
    """What the three formats share: which units and learners, and a file written whole."""

    default_name = "grades.csv"

    def export(self, gradebook: Gradebook) -> None:
        """Write the grades to `self.to`. Raises BadInput when the disk refuses."""
        units = [
            one
            for one in gradebook.assignments
            if not self.assignment or one.name in map(str, self.assignment)
        ]
        wanted = set(map(str, self.student))
        learners = [one for one in gradebook.students if not wanted or one.id in wanted]
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerows(
            [[_harmless(cell) for cell in row] for row in self.rows(gradebook, units, learners)]
        )
        write_whole(Path(self.to or self.default_name), text.getvalue())

    def rows(self, gradebook: Gradebook, units: Sequence[Any], learners: Sequence[Any]) -> list[list[Any]]:
        """The table, its head first."""
        raise NotImplementedError

    def score(self, gradebook: Gradebook, unit: Any, learner: Any) -> Any:
        """Points after the late penalty; empty where nothing was handed in, so that an import leaves it alone."""
        submission = _submission(gradebook, unit, learner)
        return "" if submission is None else _points(submission)


class CsvExport(_Export):
    """nbgrader's own columns, properly quoted, and whether the work was late."""

    def rows(self, gradebook: Gradebook, units: Sequence[Any], learners: Sequence[Any]) -> list[list[Any]]:
        """A row for each unit and learner."""
        table: list[list[Any]] = [list(_COLUMNS)]
        for unit in units:
            for learner in learners:
                submission = _submission(gradebook, unit, learner)
                who = [learner.id, learner.last_name, learner.first_name, learner.email]
                if submission is None:
                    table.append([unit.name, unit.duedate, "", *who, 0.0, 0.0, 0.0, unit.max_score, ""])
                    continue
                penalty = submission.late_submission_penalty or 0.0
                late = "yes" if submission.total_seconds_late > 0 else "no"
                table.append(
                    [
                        unit.name,
                        unit.duedate,
                        submission.timestamp,
                        *who,
                        round(submission.score, 2),
                        penalty,
                        _points(submission),
                        unit.max_score,
                        late,
                    ]
                )
        return table


class CanvasExport(_Export):
    """The columns of Canvas's gradebook import, a column for each unit, with its points possible."""

    default_name = "grades-canvas.csv"

    def rows(self, gradebook: Gradebook, units: Sequence[Any], learners: Sequence[Any]) -> list[list[Any]]:
        """A row for each learner, known to Canvas by login id."""
        table: list[list[Any]] = [
            ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *(unit.name for unit in units)]
        ]
        table.append(["    Points Possible", "", "", "", "", *(unit.max_score for unit in units)])
        for learner in learners:
            name = ", ".join(part for part in (learner.last_name, learner.first_name) if part) or learner.id
            table.append(
                [name, "", "", learner.id, "", *(self.score(gradebook, unit, learner) for unit in units)]
            )
        return table


class MoodleExport(_Export):
    """The columns of Moodle's grade export, which its CSV import takes; map `ID number` or `Email address`."""

    default_name = "grades-moodle.csv"

    def rows(self, gradebook: Gradebook, units: Sequence[Any], learners: Sequence[Any]) -> list[list[Any]]:
        """A row for each learner, known to Moodle by ID number or email address."""
        table: list[list[Any]] = [
            ["First name", "Last name", "ID number", "Email address", *(unit.name for unit in units)]
        ]
        for learner in learners:
            email = learner.email or (learner.id if "@" in learner.id else "")
            scores = [self.score(gradebook, unit, learner) for unit in units]
            table.append([learner.first_name, learner.last_name, learner.id, email, *scores])
        return table


FORMATS: dict[str, type[_Export]] = {"csv": CsvExport, "canvas": CanvasExport, "moodle": MoodleExport}


def _submission(gradebook: Gradebook, unit: Any, learner: Any) -> Any:
    try:
        return gradebook.find_submission(unit.name, learner.id)
    except MissingEntry:
        return None


def _points(submission: Any) -> float:
    return max(0.0, round(float(submission.score - (submission.late_submission_penalty or 0.0)), 2))


def _harmless(cell: Any) -> Any:
    """A spreadsheet runs text that begins like a formula; names come from outside."""
    if cell is None:
        return ""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
