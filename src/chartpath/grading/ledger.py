"""The gradebook: nbgrader's own tables, read and written in few statements.

nbgrader's models commit cell by cell, and importing them takes seconds. Here the same rows are read for many
learners at once and written in one transaction. The tables are made by nbgrader, when a unit is released.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from attrs import Factory, frozen, mutable

from chartpath.errors import BadInput, ChartpathError
from chartpath.grading.cells import Released
from chartpath.grading.lock import BUSY

_TABLES = [
    "assignment",
    "notebook",
    "base_cell",
    "grade_cells",
    "solution_cells",
    "task_cells",
    "source_cell",
    "student",
    "submitted_assignment",
    "submitted_notebook",
    "grade",
    "comment",
]
_EPOCH = dt.datetime(1970, 1, 1)
_LOCK = int.from_bytes(b"chartpat")
"""PostgreSQL's name of the lock that a grader holds: a number."""
_MANY = 400
"""Values of one IN clause: older SQLite takes 999."""


@frozen
class ReleasedNotebook:
    """One notebook of a unit as the gradebook knows it; `graded` and `commented` map cell names to row ids."""

    id: str
    stem: str
    kernelspec: str
    cells: tuple[Released, ...]
    graded: dict[str, str]
    commented: dict[str, str]

    @property
    def max_score(self) -> float:
        """Points of all its graded cells."""
        return sum(cell.points or 0.0 for cell in self.cells)


@frozen
class ReleasedUnit:
    """A unit as the gradebook knows it. `due` is UTC without a zone, as nbgrader keeps it."""

    id: str
    due: dt.datetime | None
    notebooks: tuple[ReleasedNotebook, ...]


@frozen
class Hand:
    """What a person gave one graded cell: None where nobody did."""

    score: float | None = None
    extra: float | None = None


@mutable
class Standing:
    """What the gradebook holds of one learner on one unit; keys are (notebook stem, cell name)."""

    submission: str = ""
    extension: dt.timedelta | None = None
    notebooks: dict[str, str] = Factory(dict)
    grades: dict[tuple[str, str], str] = Factory(dict)
    comments: dict[tuple[str, str], str] = Factory(dict)
    hands: dict[tuple[str, str], Hand] = Factory(dict)
    words: dict[tuple[str, str], str] = Factory(dict)


@frozen
class Entry:
    """What is to be written of one learner: auto scores (None: a person must mark), blanks, penalties by notebook."""

    learner: str
    handed_in: dt.datetime | None
    scores: dict[tuple[str, str], float | None]
    broken: frozenset[str]
    comments: dict[tuple[str, str], str | None]
    penalties: dict[str, float | None]


class Ledger:
    """An open gradebook. Raises BadInput when there is none, or it is of another nbgrader."""

    def __init__(self, url: str) -> None:
        tables = sa.MetaData()
        try:
            self.engine = sa.create_engine(url)
            with self.engine.connect() as connection:
                tables.reflect(connection, only=lambda name, _: name in _TABLES)
        except sa.exc.ArgumentError as error:
            raise BadInput(
                f"{url!r} is no gradebook's address. Write it like postgresql://USER@HOST/DATABASE."
            ) from error
        except sa.exc.SQLAlchemyError as error:
            raise BadInput(
                f"The gradebook cannot be opened: {_reason(error)}. Look at {_place(url)}."
            ) from error
        missing = [name for name in _TABLES if name not in tables.tables]
        if missing:
            raise BadInput(f"{_place(url)} is no gradebook yet. Run `chartpath release` on the unit first.")
        self.table = tables.tables

    def close(self) -> None:
        """Give the database free."""
        self.engine.dispose()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold a server's gradebook against graders on other machines. Raises BadInput when one of them holds it.

        (For a file there is the lock of the course's folder.) PostgreSQL lets it go when the connection ends.
        """
        if self.engine.dialect.name != "postgresql":
            yield
            return
        with self._reading() as connection:
            connection.detach()  # not to the pool when it is done with, but closed: that lets the lock go
            if not connection.scalar(sa.select(sa.func.pg_try_advisory_lock(_LOCK))):
                raise BadInput(BUSY)
            connection.commit()  # an open transaction would keep the server from cleaning up
            yield

    def unit(self, name: str) -> ReleasedUnit:
        """The released unit of this name. Raises BadInput when it has not been released."""
        t = self.table
        with self._reading() as connection:
            row = connection.execute(sa.select(t["assignment"]).where(t["assignment"].c.name == name)).first()
            if row is None:
                raise BadInput(f"{name} has not been released. Run `chartpath release {name}` first.")
            books = connection.execute(
                sa.select(t["notebook"])
                .where(t["notebook"].c.assignment_id == row.id)
                .order_by(t["notebook"].c.name)
            ).all()
            return ReleasedUnit(row.id, row.duedate, tuple(self._notebook(connection, one) for one in books))

    def _notebook(self, connection: sa.Connection, book: Any) -> ReleasedNotebook:
        t = self.table
        base, source = t["base_cell"], t["source_cell"]
        kinds: dict[str, dict[str, Any]] = {}
        for kind in ("grade_cells", "solution_cells", "task_cells"):
            query = (
                sa.select(base.c.name, base.c.id, *(c for c in t[kind].c if c.name == "max_score"))
                .join(t[kind], t[kind].c.id == base.c.id)
                .where(base.c.notebook_id == book.id)
            )
            kinds[kind] = {one.name: one for one in connection.execute(query)}
        points = {
            name: one.max_score for kind in ("grade_cells", "task_cells") for name, one in kinds[kind].items()
        }
        rows = connection.execute(sa.select(source).where(source.c.notebook_id == book.id)).all()
        cells = tuple(
            Released(
                name=one.name,
                cell_type=one.cell_type,
                source=one.source,
                locked=bool(one.locked),
                checksum=one.checksum,
                grade=one.name in kinds["grade_cells"],
                solution=one.name in kinds["solution_cells"],
                task=one.name in kinds["task_cells"],
                points=points.get(one.name),
            )
            for one in rows
        )
        graded = {name: one.id for kind in ("grade_cells", "task_cells") for name, one in kinds[kind].items()}
        commented = {
            name: one.id for kind in ("solution_cells", "task_cells") for name, one in kinds[kind].items()
        }
        return ReleasedNotebook(book.id, book.name, book.kernelspec or "", cells, graded, commented)

    def standing(self, unit: ReleasedUnit, learners: Collection[str]) -> dict[str, Standing]:
        """What is recorded of these learners; one that has no rows yet has an empty standing."""
        found = {learner: Standing() for learner in learners}
        with self._reading() as connection:
            for some in _in_parts(list(learners)):
                self._read(connection, unit, some, found)
        return found

    def _read(
        self, connection: sa.Connection, unit: ReleasedUnit, some: list[str], found: dict[str, Standing]
    ) -> None:
        t = self.table
        submitted, books, grade, comment = (
            t["submitted_assignment"],
            t["submitted_notebook"],
            t["grade"],
            t["comment"],
        )
        mine = sa.and_(submitted.c.assignment_id == unit.id, submitted.c.student_id.in_(some))
        for row in connection.execute(
            sa.select(submitted.c.id, submitted.c.student_id, submitted.c.extension).where(mine)
        ):
            found[row.student_id].submission = row.id
            found[row.student_id].extension = _as_delta(row.extension)
        stems = {one.id: one.stem for one in unit.notebooks}
        query = (
            sa.select(books.c.id, books.c.notebook_id, submitted.c.student_id)
            .join(submitted, submitted.c.id == books.c.assignment_id)
            .where(mine)
        )
        for row in connection.execute(query):
            if row.notebook_id in stems:
                found[row.student_id].notebooks[stems[row.notebook_id]] = row.id
        graded = {cell: (one.stem, name) for one in unit.notebooks for name, cell in one.graded.items()}
        joined = sa.join(grade, books, grade.c.notebook_id == books.c.id).join(
            submitted, submitted.c.id == books.c.assignment_id
        )
        for mark in connection.execute(
            sa.select(
                grade.c.id,
                grade.c.cell_id,
                grade.c.manual_score,
                grade.c.extra_credit,
                submitted.c.student_id,
            )
            .select_from(joined)
            .where(mine)
        ):
            if mark.cell_id in graded:
                place = graded[mark.cell_id]
                found[mark.student_id].grades[place] = mark.id
                if mark.manual_score is not None or mark.extra_credit is not None:
                    found[mark.student_id].hands[place] = Hand(mark.manual_score, mark.extra_credit)
        commented = {cell: (one.stem, name) for one in unit.notebooks for name, cell in one.commented.items()}
        joined = sa.join(comment, books, comment.c.notebook_id == books.c.id).join(
            submitted, submitted.c.id == books.c.assignment_id
        )
        for word in connection.execute(
            sa.select(comment.c.id, comment.c.cell_id, comment.c.manual_comment, submitted.c.student_id)
            .select_from(joined)
            .where(mine)
        ):
            if word.cell_id in commented:
                place = commented[word.cell_id]
                found[word.student_id].comments[place] = word.id
                if word.manual_comment is not None:
                    found[word.student_id].words[place] = word.manual_comment

    def write(self, unit: ReleasedUnit, entries: Iterable[Entry], standing: Mapping[str, Standing]) -> None:
        """Record some learners' results in one transaction: all of it or nothing.

        Missing rows are made; scores and comments given by hand stay. Raises ChartpathError when the database
        refuses (a full disk, another program's lock).
        """
        entries = list(entries)
        try:
            with self.engine.begin() as connection:
                self._make_rows(connection, unit, entries, standing)
                self._fill_rows(connection, entries, standing)
        except sa.exc.SQLAlchemyError as error:
            raise ChartpathError(
                f"The gradebook could not be written: {_reason(error)}. What was graded before is in it; grade again to go on."
            ) from error

    def _make_rows(
        self,
        connection: sa.Connection,
        unit: ReleasedUnit,
        entries: list[Entry],
        standing: Mapping[str, Standing],
    ) -> None:
        t = self.table
        known: set[str] = set()
        for some in _in_parts([entry.learner for entry in entries]):
            query = sa.select(t["student"].c.id).where(t["student"].c.id.in_(some))
            known |= set(connection.scalars(query))
        new: dict[str, list[dict[str, Any]]] = {
            name: [] for name in ("student", "submitted_assignment", "submitted_notebook", "grade", "comment")
        }
        new["student"] = [{"id": entry.learner} for entry in entries if entry.learner not in known]
        for entry in entries:
            mine = standing[entry.learner]
            if not mine.submission:
                mine.submission = _new_id()
                new["submitted_assignment"].append(
                    {"id": mine.submission, "assignment_id": unit.id, "student_id": entry.learner}
                )
            for book in unit.notebooks:
                if book.stem not in mine.notebooks:
                    mine.notebooks[book.stem] = _new_id()
                    new["submitted_notebook"].append(
                        {
                            "id": mine.notebooks[book.stem],
                            "assignment_id": mine.submission,
                            "notebook_id": book.id,
                            "flagged": False,
                        }
                    )
                for table, cells, rows in (
                    ("grade", book.graded, mine.grades),
                    ("comment", book.commented, mine.comments),
                ):
                    for name, cell in cells.items():
                        place = (book.stem, name)
                        if place not in rows:
                            rows[place] = _new_id()
                            row = {
                                "id": rows[place],
                                "notebook_id": mine.notebooks[book.stem],
                                "cell_id": cell,
                            }
                            new[table].append(row | {"needs_manual_grade": True} if table == "grade" else row)
        for table, some_rows in new.items():
            if some_rows:
                connection.execute(sa.insert(t[table]), some_rows)

    def _fill_rows(
        self, connection: sa.Connection, entries: list[Entry], standing: Mapping[str, Standing]
    ) -> None:
        handed, grades, comments, penalties = [], [], [], []
        for entry in entries:
            mine = standing[entry.learner]
            handed.append({"row": mine.submission, "timestamp": entry.handed_in})
            for place, score in entry.scores.items():
                by_hand = mine.hands.get(place, Hand()).score is not None
                grades.append(
                    {
                        "row": mine.grades[place],
                        "auto_score": score,
                        # As nbgrader decides it: a mark by hand is looked at again, and what it cannot score.
                        "needs_manual_grade": by_hand or score is None,
                    }
                )
            comments += [
                {"row": mine.comments[place], "auto_comment": text}
                for place, text in entry.comments.items()
                if place[0] not in entry.broken
            ]
            penalties += [
                {"row": mine.notebooks[stem], "late_submission_penalty": penalty}
                for stem, penalty in entry.penalties.items()
            ]
        for table, values in (
            ("submitted_assignment", handed),
            ("grade", grades),
            ("comment", comments),
            ("submitted_notebook", penalties),
        ):
            if values:
                columns = [name for name in values[0] if name != "row"]
                connection.execute(
                    sa.update(self.table[table])
                    .where(self.table[table].c.id == sa.bindparam("row"))
                    .values({name: sa.bindparam(name) for name in columns}),
                    values,
                )

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        try:
            with self.engine.connect() as connection:
                yield connection
        except sa.exc.SQLAlchemyError as error:
            raise ChartpathError(f"The gradebook could not be read: {_reason(error)}.") from error


def _in_parts(values: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(values), _MANY):
        yield values[start : start + _MANY]


def _new_id() -> str:
    return uuid.uuid4().hex  # as nbgrader makes them


def _as_delta(value: Any) -> dt.timedelta | None:
    """An extension: SQLite holds an interval as a time since 1970."""
    if isinstance(value, dt.datetime):
        return value - _EPOCH
    return value if isinstance(value, dt.timedelta) else None


def _reason(error: sa.exc.SQLAlchemyError) -> str:
    inner = getattr(error, "orig", None) or error
    return str(inner).splitlines()[0]


def _place(url: str) -> str:
    """The address without a password, for a message."""
    return sa.engine.make_url(url).render_as_string(hide_password=True)
