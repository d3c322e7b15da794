"""A small course for tests: two real assessed charts, and learners whose notebooks are edited as raw JSON."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chartpath import answers, items, paths
from chartpath.grading import sandbox
from chartpath.grading.course import Course
from chartpath.scoring import key_lines

UNIT = "90-two-charts"
NOTEBOOK = "code-two-charts.ipynb"
FIRST, SECOND = "op-dysuria-01", "rad-flank-pain-01"
Edit = Callable[[dict[str, Any]], Any]


def gold(item_id: str) -> str:
    """The body of a fully right answer to any kind of item."""
    answer = items.key(item_id).answer
    if isinstance(answer, dict):
        return "".join(f"{left} {right}\n" for left, right in answer.items())
    if isinstance(answer, list):
        return answer[0] if items.item(item_id).kind in ("term", "parts") else "\n".join(map(str, answer))
    if answer is not None:
        return str(answer)
    return "".join(f"{line}\n" for line in key_lines(items.key(item_id)))


def wrong(item_id: str) -> str:
    """The body of the first listed miscoding."""
    return "".join(f"{code}\n" for code in items.key(item_id).miscodings[0].codes)


def mark(grade_id: str, **facts: Any) -> dict[str, Any]:
    base = {
        "cell_type": "code",
        "grade": False,
        "grade_id": grade_id,
        "locked": False,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }
    return {"nbgrader": base | facts}


def code(source: str, cell_id: str, metadata: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": cell_id,
        "metadata": metadata or {},
        "outputs": [],
        "source": source,
    }


def markdown(source: str, cell_id: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": cell_id, "metadata": {}, "source": source}


def unit_cells(item_ids: tuple[str, ...] = (FIRST, SECOND)) -> list[dict[str, Any]]:
    """The cells that `chartpath build` writes for an assessment of these items."""
    cells = [
        markdown("# Code two charts", "title"),
        code("import chartpath as cp", "setup", mark("setup", locked=True)),
    ]
    for item_id in item_ids:
        item = items.item(item_id)
        check = mark(f"score-{item_id}", grade=True, locked=True, points=item.points)
        cells += [
            code(f'cp.show("{item_id}")', f"show-{item_id}"),
            code(answers.stub(item), item_id, mark(item_id, solution=True)),
            code(f'cp.score("{item_id}")', f"score-{item_id}", check | {"tags": ["raises-exception"]}),
        ]
    return cells


def notebook(cells: list[dict[str, Any]]) -> dict[str, Any]:
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def new_course(base: Path, item_ids: tuple[str, ...] = (FIRST, SECOND), unit: str = UNIT) -> Course:
    """A course folder with one unit: an assessment, a lesson, and files that must not travel."""
    folder = base / "notebooks" / unit
    folder.mkdir(parents=True)
    assessment = notebook(unit_cells(item_ids))
    assessment["metadata"]["authors"] = [{"name": "an instructor"}]
    assessment["cells"][1]["metadata"]["slideshow"] = {"slide_type": "notes"}
    (folder / NOTEBOOK).write_text(json.dumps(assessment), encoding="utf-8")
    (folder / "read-a-note.ipynb").write_text(
        json.dumps(notebook([markdown("# A lesson", "a")])), encoding="utf-8"
    )
    (folder / "code-two-charts.md").write_text("the author's text", encoding="utf-8")
    (folder / "INSTRUCTOR.md").write_text("for instructors", encoding="utf-8")
    (base / "grading").mkdir()
    grading = paths.grading()
    assert grading is not None
    shutil.copyfile(grading / "nbgrader_config.py", base / "grading" / "nbgrader_config.py")
    return Course(base / "grading")


def released(course: Course, unit: str = UNIT) -> dict[str, Any]:
    """The released assessment, as a learner's JupyterLab reads it."""
    data: dict[str, Any] = json.loads((course.released / unit / NOTEBOOK).read_bytes())
    return data


def cell(book: dict[str, Any], cell_id: str) -> dict[str, Any]:
    return next(one for one in book["cells"] if one.get("id") == cell_id)


def answer(book: dict[str, Any], first: str | None = None, second: str | None = None) -> None:
    """Type answers below the magic lines."""
    for item_id, body in ((FIRST, first), (SECOND, second)):
        if body is not None:
            cell(book, item_id)["source"] = f"%%answer {item_id}\n{body}"


def submit(course: Course, learner: str, work: bytes | Edit, unit: str = UNIT) -> Path:
    """Put one learner's notebook into `submitted/`: bytes as they are, or the released one edited."""
    folder = course.submitted / learner / unit
    folder.mkdir(parents=True, exist_ok=True)
    if callable(work):
        book = released(course, unit)
        work(book)
        work = json.dumps(book).encode()
    (folder / NOTEBOOK).write_bytes(work)
    (folder / "timestamp.txt").write_text("2026-10-05 10:00:00 UTC", encoding="utf-8")
    return folder / NOTEBOOK


def desk(course: Course, where: Path, unit: str = UNIT) -> Path:
    """The unit's folder as a learner has it after unpacking the bundle."""
    with zipfile.ZipFile(course.released / f"{unit}.zip") as bundle:
        bundle.extractall(where)
    return where / unit


def scores(course: Course, unit: str = UNIT) -> dict[tuple[str, str], float | None]:
    """Every automatic score in the gradebook, by learner and cell."""
    with course.gradebook() as gradebook:
        return {
            (submission.student.id, grade.cell.name): grade.auto_score
            for submission in gradebook.assignment_submissions(unit)
            for book in submission.notebooks
            for grade in book.grades
        }


def autograded(course: Course, learner: str, unit: str = UNIT) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((course.autograded / learner / unit / NOTEBOOK).read_bytes())
    return data


def need_a_box() -> None:
    """Skip a test where kernels cannot be boxed, and say why; CI must have what boxes them."""
    if os.environ.get("CI") and shutil.which("bwrap") is None:
        pytest.fail("CI has no bubblewrap: install the package bubblewrap.")
    if sandbox.why_not():
        pytest.skip(sandbox.why_not())
