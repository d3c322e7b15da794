"""What grading a class comes to: a row for each learner."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

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
