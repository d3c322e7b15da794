"""Marks of several graders on the same essays, and how far they agree.

nbgrader keeps one mark by hand for each answer. A second grader's marks come from a CSV file (learner, cell, grader,
score), or from a copy of the gradebook in which that grader marked.
"""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path

from attrs import frozen

from chartpath.errors import BadInput
from chartpath.grading.course import Course
from chartpath.report.read import ClassBook, read_book
from chartpath.report.stats import krippendorff, mean, weighted_kappa

COLUMNS = ("learner", "cell", "grader", "score")
_COPIES = frozenset({".db", ".sqlite", ".sqlite3"})
OWN = "gradebook"
"""The name of whoever marked in the course's own gradebook."""

Marks = dict[tuple[str, str], dict[str, float]]
"""(cell, learner) -> grader -> score."""


@frozen
class Agreement:
    """How far graders agree on one cell. `essays` were marked by two or more; coefficients are None where not defined.

    `alpha` is Krippendorff's for interval scales; `kappa` Cohen's with squared weights, for just two graders.
    `alike` is the share of pairs of marks that are the same, `apart` the mean difference of a pair in points.
    """

    cell: str
    graders: tuple[str, ...]
    essays: int
    alpha: float | None
    kappa: float | None
    alike: float
    apart: float


def read_marks(files: Sequence[Path], book: ClassBook, course: Course) -> Marks:
    """The marks of all graders: those of the course's gradebook, when other gradebooks are among `files`, and theirs.

    Raises BadInput (file, line, what to do) for a file that holds something else.
    """
    cells = {cell.name: cell.points for cell in book.cells}
    marks: Marks = {}
    copies = [path for path in files if path.suffix.lower() in _COPIES]
    if copies:
        _take(marks, OWN, book)
    for path in files:
        if not path.is_file():
            raise BadInput(f"{path} is not there. Give a CSV file of marks, or a copy of the gradebook.")
        if path in copies:
            url = f"sqlite:///{path.resolve()}"
            _take(marks, path.stem, read_book(book.unit, Course(course.folder, url)))
        else:
            _read_table(marks, path, cells, {one.id for one in book.learners})
    return marks


def _take(marks: Marks, grader: str, book: ClassBook) -> None:
    for one in book.learners:
        for cell, score in one.by_hand.items():
            marks.setdefault((cell, one.id), {})[grader] = score


def _read_table(marks: Marks, path: Path, cells: Mapping[str, float], learners: set[str]) -> None:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (UnicodeDecodeError, OSError) as error:
        raise BadInput(f"{path} cannot be read as UTF-8 text. Save the table as CSV (UTF-8).") from error
    table = csv.DictReader(io.StringIO(text))
    if not set(COLUMNS) <= set(table.fieldnames or ()):
        raise BadInput(f"{path}, line 1: the columns must be {', '.join(COLUMNS)}. Correct the head.")
    for row in table:
        where = f"{path}, line {table.line_num}"
        learner, cell, grader = (str(row[name] or "").strip() for name in COLUMNS[:3])
        if cell not in cells or learner not in learners or not grader:
            what = f"there is no cell {cell!r}" if cell not in cells else f"{learner!r} handed in nothing"
            what = what if grader or cell not in cells else "the grader is missing"
            raise BadInput(f"{where}: {what}. Cells are {', '.join(cells)}.")
        try:
            score = float(str(row["score"]))
        except ValueError:
            score = math.nan
        if not 0 <= score <= cells[cell]:
            raise BadInput(
                f"{where}: the score {row['score']!r} is not between 0 and {cells[cell]:g}. Correct it."
            )
        marks.setdefault((cell, learner), {})[grader] = score


def agreements(marks: Marks) -> tuple[Agreement, ...]:
    """How far the graders agree, for each cell that two or more of them marked."""
    return tuple(
        _agreement(
            cell, [given for (name, _), given in sorted(marks.items()) if name == cell and len(given) > 1]
        )
        for cell in sorted({cell for (cell, _), given in marks.items() if len(given) > 1})
    )


def _agreement(cell: str, essays: Sequence[Mapping[str, float]]) -> Agreement:
    graders = tuple(sorted({grader for given in essays for grader in given}))
    pairs = [pair for given in essays for pair in combinations(given.values(), 2)]
    kappa = None
    if len(graders) == 2:
        one, other = graders
        kappa = weighted_kappa(Counter((given[one], given[other]) for given in essays))
    return Agreement(
        cell,
        graders,
        len(essays),
        krippendorff([list(given.values()) for given in essays]),
        kappa,
        mean([float(a == b) for a, b in pairs]),
        mean(_distances(pairs)),
    )


def _distances(pairs: Iterable[tuple[float, float]]) -> list[float]:
    return [abs(a - b) for a, b in pairs]
