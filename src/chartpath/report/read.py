"""What a class did on a unit, out of the gradebook and the scored notebooks: learner by learner, not all at once."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from attrs import Factory, frozen, mutable

from chartpath.errors import BadInput, ChartpathError
from chartpath.grading.bulk import bytes_of
from chartpath.grading.cells import counting_answers, scored_item
from chartpath.grading.course import Course
from chartpath.grading.ledger import Ledger, ReleasedUnit
from chartpath.grading.marking import why_unreadable

PAUSE = dt.timedelta(minutes=30)
"""A longer gap between two runs of a cell is taken for a break."""


@frozen
class Cell:
    """One graded cell of a unit; `item` is empty for one that a person marks."""

    name: str
    notebook: str
    points: float
    item: str = ""


@mutable
class Learner:
    """One learner's marks. `scores` maps cell names to points (None: still to be marked by a person).

    `hours_early` is negative for late work and None where the unit has no due time; `minutes` is the working time
    that JupyterLab noted, None where it did not. `unread` are graded notebooks that are missing or damaged.
    """

    id: str
    scores: dict[str, float | None] = Factory(dict)
    by_hand: dict[str, float] = Factory(dict)
    penalty: float = 0.0
    handed_in: dt.datetime | None = None
    hours_early: float | None = None
    minutes: float | None = None
    unread: tuple[str, ...] = ()

    @property
    def points(self) -> float:
        """Points that count: what was given, less the penalty for late work, never below 0."""
        return max(0.0, round(sum(score or 0.0 for score in self.scores.values()) - self.penalty, 2))


@frozen
class ClassBook:
    """A unit's graded cells in the order of the notebooks, and everybody who handed it in, by id."""

    unit: str
    due: dt.datetime | None
    cells: tuple[Cell, ...]
    learners: tuple[Learner, ...]

    @property
    def most(self) -> float:
        """Points of all its cells."""
        return sum(cell.points for cell in self.cells)


def read_book(unit: str, course: Course) -> ClassBook:
    """The marks of a class on a unit. Raises BadInput when it is not released, or nothing of it is graded."""
    with closing(Ledger(course.config().CourseDirectory.db_url)) as ledger:
        released = ledger.unit(unit)
        cells = tuple(_cells(released, course.released / unit))
        known = {(cell.notebook, cell.name): cell for cell in cells}
        learners = {one.id: one for one in _learners(ledger, released)}
        if not learners:
            raise BadInput(f"Nothing of {unit} is graded yet. Run `chartpath grade {unit}` first.")
        stems = tuple(dict.fromkeys(cell.notebook for cell in cells))
        for who, stem, name, score, by_hand in _marks(ledger, released):
            if (stem, name) in known:
                learners[who].scores[name] = score
                if by_hand is not None:
                    learners[who].by_hand[name] = by_hand
    for one in learners.values():
        folder = course.autograded / one.id / unit
        one.unread = tuple(stem for stem in stems if not (folder / f"{stem}.ipynb").is_file())
        one.minutes = _minutes(course.submitted / one.id / unit, stems)
    return ClassBook(unit, released.due, cells, tuple(learners[who] for who in sorted(learners)))


def _cells(released: ReleasedUnit, folder: Path) -> Iterator[Cell]:
    for book in released.notebooks:
        graded = {cell.name: cell for cell in book.cells if cell.name in book.graded}
        path = folder / f"{book.stem}.ipynb"
        # The gradebook promises no order of its rows; the released notebook has the order of reading.
        shown = json.loads(path.read_bytes())["cells"] if path.is_file() else []
        order = [(cell["metadata"].get("nbgrader") or {}).get("grade_id") for cell in shown]
        for name in sorted(graded, key=lambda one: order.index(one) if one in order else len(order)):
            cell = graded[name]
            yield Cell(name, book.stem, cell.points or 0.0, scored_item(cell.source) or "")


def _learners(ledger: Ledger, released: ReleasedUnit) -> Iterator[Learner]:
    submitted, books = ledger.table["submitted_assignment"], ledger.table["submitted_notebook"]
    taken = sa.func.coalesce(sa.func.sum(books.c.late_submission_penalty), 0.0).label("taken")
    query = (
        sa.select(submitted.c.id, submitted.c.student_id, submitted.c.timestamp, taken)
        .join(books, books.c.assignment_id == submitted.c.id)
        .where(submitted.c.assignment_id == released.id)
        .group_by(submitted.c.id, submitted.c.student_id, submitted.c.timestamp)
    )
    rows = _rows(ledger, query)
    extensions = {
        who: one.extension
        for who, one in ledger.standing(released, [row.student_id for row in rows]).items()
        if one.extension
    }
    for row in rows:
        due = released.due + extensions.get(row.student_id, dt.timedelta()) if released.due else None
        early = (due - row.timestamp).total_seconds() / 3600 if due and row.timestamp else None
        yield Learner(row.student_id, penalty=row.taken, handed_in=row.timestamp, hours_early=early)


def _marks(
    ledger: Ledger, released: ReleasedUnit
) -> Iterator[tuple[str, str, str, float | None, float | None]]:
    """Learner, notebook, cell, the points that count (None: still to be marked), those given by hand."""
    t = ledger.table
    grade, books, submitted, cell = (
        t["grade"],
        t["submitted_notebook"],
        t["submitted_assignment"],
        t["base_cell"],
    )
    stems = {one.id: one.stem for one in released.notebooks}
    query = (
        sa.select(
            submitted.c.student_id,
            books.c.notebook_id,
            cell.c.name,
            grade.c.auto_score,
            grade.c.manual_score,
            grade.c.extra_credit,
        )
        .select_from(grade)
        .join(books, grade.c.notebook_id == books.c.id)
        .join(submitted, submitted.c.id == books.c.assignment_id)
        .join(cell, cell.c.id == grade.c.cell_id)
        .where(submitted.c.assignment_id == released.id)
    )
    for row in _rows(ledger, query):
        score = row.auto_score if row.manual_score is None else row.manual_score
        counted = None if score is None else score + (row.extra_credit or 0.0)
        yield row.student_id, stems[row.notebook_id], row.name, counted, row.manual_score


def _rows(ledger: Ledger, query: Any) -> list[Any]:
    try:
        with ledger.engine.connect() as connection:
            return list(connection.execute(query))
    except sa.exc.SQLAlchemyError as error:
        said = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise ChartpathError(f"The gradebook could not be read: {said}.") from error


def answers(book: ClassBook, course: Course) -> Iterator[tuple[Learner, dict[str, str]]]:
    """Each learner whose graded notebooks could all be read, with the answer that counts for each item."""
    stems = tuple(dict.fromkeys(cell.notebook for cell in book.cells))
    for one in book.learners:
        if one.unread:
            continue
        found: dict[str, str] = {}
        for stem in stems:
            cells = json.loads((course.autograded / one.id / book.unit / f"{stem}.ipynb").read_bytes())[
                "cells"
            ]
            for cell in cells:
                cell["source"] = "".join(cell["source"])
            found |= counting_answers(cells)
        yield one, found


def _minutes(folder: Path, stems: tuple[str, ...]) -> float | None:
    """Minutes at work on the graded notebooks, from the times that JupyterLab noted; None where it noted none."""
    if folder.is_symlink() or folder.parent.is_symlink():
        return None
    times: list[dt.datetime] = []
    for stem in stems:
        path = folder / f"{stem}.ipynb"
        data = bytes_of(path) if path.exists() else b""
        # The learner's own file: only looked into where the word is there at all, and read as grading reads it.
        if isinstance(data, bytes) and b'"iopub.execute_input"' in data and not why_unreadable(data):
            times += _noted(json.loads(data)["cells"])
    times.sort()
    gaps = [later - earlier for earlier, later in pairwise(times)]
    worked = sum((gap for gap in gaps if gap <= PAUSE), dt.timedelta())
    return worked.total_seconds() / 60 if len(times) > 1 else None


def _noted(cells: Any) -> Iterator[dt.datetime]:
    for cell in cells:
        metadata = cell.get("metadata") if isinstance(cell, dict) else None
        noted = metadata.get("execution") if isinstance(metadata, dict) else None
        if not isinstance(noted, dict):
            continue
        for name in ("iopub.execute_input", "shell.execute_reply"):
            try:
                when = dt.datetime.fromisoformat(str(noted.get(name)))
            except ValueError:
                continue  # a learner's file may say anything: a time that is none is no time
            yield when if when.tzinfo else when.replace(tzinfo=dt.UTC)
