"""The kit's own steps in nbgrader's converters: small preprocessors, listed in `chartpath.grading.config`.

Released: RefuseAnswers, StripMetadata. Handed in: RestoreCells. Scored: ScoreAnswers (no kernel), or
SkipStrayCells, ExecuteReleased (both in `chartpath.grading.execute`) and CheckScores (kernel). Feedback:
ReadableFeedback.
"""

from __future__ import annotations

import json
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import notebooknode
from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_ignored, is_solution
from traitlets import List

from chartpath import items
from chartpath.answers import parse, split_cell
from chartpath.errors import BadInput
from chartpath.grading import cells, forms, pages
from chartpath.grading.course import Course
from chartpath.grading.outputs import NOTES, score_outputs, scored, shown_output
from chartpath.grading.safety import clean_html, plain_text
from chartpath.scoring import Graded

NOT_RUN = "skip-execution"
"""nbclient's tag of a cell that is not to run."""

_KEPT_METADATA = frozenset({"nbgrader", "tags", "deletable", "editable"})
_KEPT_NOTEBOOK_METADATA = frozenset({"kernelspec", "language_info", "chartpath"})


def from_dict(value: Any) -> Any:
    """JSON as the nodes that nbformat and nbgrader work on."""
    return notebooknode.from_dict(value)


def lent_to(step: NbGraderPreprocessor, resources: Any) -> AbstractContextManager[None]:
    """The class's own charts with their keys, where the course has any: of this learner, or of the release."""
    if step.parent is None:
        return nullcontext()  # a step by itself belongs to no course
    course = Course(Path(_coursedir(step).root))
    learner = resources.get("nbgrader", {}).get("student", "")
    form = forms.first(course) if learner in ("", ".") else forms.by_learner(course)(learner)
    return forms.lending(form)


def _coursedir(step: NbGraderPreprocessor) -> Any:
    """nbgrader's CourseDirectory: a step belongs to an exporter, and that to a converter, which knows it."""
    return step.parent.parent.coursedir


class RefuseAnswers(NbGraderPreprocessor):  # type: ignore[misc]
    """Stop a release that would carry an answer: typed into a cell, or lying as a file in the unit's folder."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Return the notebook as it is. Raises BadInput when it holds an answer to an assessed item."""
        with lent_to(self, resources):
            self._refuse_typed(nb, resources["metadata"]["name"])
        self._refuse_stray_files(Path(resources["metadata"]["path"]))
        return nb, resources

    def _refuse_typed(self, nb: NotebookNode, name: str) -> None:
        for cell in nb.cells:
            parts = split_cell(cell.source) if cell.cell_type == "code" else None
            if not parts or not parts[0]:
                continue
            item = items.item(parts[0])
            if item.assessed and not parse(parts[1], item.kind, item.systems).blank:
                raise BadInput(
                    f"{name}.ipynb holds an answer to {item.id}. Run `chartpath build --force`, then release again."
                )

    def _refuse_stray_files(self, folder: Path) -> None:
        patterns = [*_coursedir(self).ignore, "*.ipynb"]
        for path in sorted(folder.iterdir()):
            if not is_ignored(str(path), patterns) and not (path.is_dir() and not any(path.iterdir())):
                raise BadInput(
                    f"{path} would travel to the learners with the notebooks. Move it out of the unit's folder."
                )


class StripMetadata(NbGraderPreprocessor):  # type: ignore[misc]
    """Let only the metadata travel that learners' notebooks need."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Return the notebook with the other metadata removed."""
        for name in set(nb.metadata) - _KEPT_NOTEBOOK_METADATA:
            del nb.metadata[name]
        for cell in nb.cells:
            for name in set(cell.metadata) - _KEPT_METADATA:
                del cell.metadata[name]
        return nb, resources


class HandedInExporter(NotebookExporter):
    """Reads a handed-in notebook as plain JSON: cells that are not well formed are no reason to give up."""

    def from_file(self, file_stream: Any, resources: Any = None, **kw: Any) -> tuple[NotebookNode, Any]:
        """Read, run the steps, return. Raises BadInput for what is not a notebook of this format."""
        if not getattr(self.parent, "_sanitizing", False):
            again: tuple[NotebookNode, Any] = super().from_file(file_stream, resources, **kw)
            return again
        try:
            data = json.loads(file_stream.buffer.read())  # bytes: JSON finds out the encoding by itself
        except (ValueError, RecursionError) as error:
            raise BadInput("The file is not whole JSON: it is not a Jupyter notebook.") from error
        version = data.get("nbformat") if isinstance(data, dict) else None
        if version != 4:
            raise BadInput(
                f"The file is in notebook format {version}. Open it in JupyterLab 4 and save it again."
            )
        plain = {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {},
            "cells": cells.reduced(data.get("cells")),
        }
        convert: Any = self.from_notebook_node
        made: tuple[NotebookNode, Any] = convert(from_dict(plain), resources=resources, **kw)
        return made


class RestoreCells(NbGraderPreprocessor):  # type: ignore[misc]
    """Put every released cell of a handed-in notebook back, and note in words what had been changed."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Return the restored notebook. Raises BadInput when the file is no notebook."""
        facts = resources["nbgrader"]
        with Gradebook(facts["db_url"]) as gradebook:
            released = released_cells(gradebook, facts["notebook"], facts["assignment"])
        restored, notes = cells.restore(nb.get("cells"), released)
        for note in notes:
            self.log.warning("%s, %s: %s", facts["student"], facts["notebook"], note)
        clean = from_dict(
            {
                "nbformat": 4,
                "nbformat_minor": 5,
                "metadata": {"language_info": {"name": "python"}, NOTES: notes},
                "cells": restored,
            }
        )
        return clean, resources


def released_cells(gradebook: Gradebook, notebook: str, unit: str) -> list[cells.Released]:
    """The cells of a released notebook that nbgrader keeps track of, in order."""
    found = gradebook.find_notebook(notebook, unit)
    points = {cell.name: cell.max_score for cell in [*found.grade_cells, *found.task_cells]}
    grades = {cell.name for cell in found.grade_cells}
    solutions = {cell.name for cell in found.solution_cells}
    tasks = {cell.name for cell in found.task_cells}
    return [
        cells.Released(
            name=cell.name,
            cell_type=cell.cell_type,
            source=cell.source,
            locked=bool(cell.locked),
            checksum=cell.checksum,
            grade=cell.name in grades,
            solution=cell.name in solutions,
            task=cell.name in tasks,
            points=points.get(cell.name),
        )
        for cell in found.source_cells
    ]


class ScoreAnswers(NbGraderPreprocessor):  # type: ignore[misc]
    """The answers engine: parse what was typed, score it, write the outputs a kernel would have written."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Return the notebook with results. Raises KeyNotAtHand or BadInput where an item cannot be scored."""
        with lent_to(self, resources):
            self._score(nb)
        return nb, resources

    def _score(self, nb: NotebookNode) -> None:
        counted = cells.counting_answers(nb.cells)
        for cell in nb.cells:
            if cell.cell_type != "code":
                continue
            item = cells.scored_item(cell.source) if is_grade(cell) else None
            if item:
                cell.outputs = _scored_outputs(scored(item, counted[item]))
            elif is_grade(cell) and not is_solution(cell):
                # Left without output, nbgrader would give it full marks.
                raise BadInput(
                    f"The cell {cell.metadata.nbgrader.grade_id} is graded by running it. Use the kernel engine for this unit."
                )
            else:
                output = shown(cell.source)
                cell.outputs = [output] if output else []


def _scored_outputs(result: Graded) -> list[NotebookNode]:
    return [from_dict(output) for output in score_outputs(result)]


def shown(source: str) -> NotebookNode | None:
    """The output of a `cp.show("ID")` cell of a known item; None for any other cell."""
    output = shown_output(source)
    return from_dict(output) if output else None


class CheckScores(NbGraderPreprocessor):  # type: ignore[misc]
    """After a kernel run: every score cell holds exactly the points its answer is worth, and no output can act.

    nbgrader gives full marks for a graded cell without a number, and none for a warning on stderr; and where a
    unit has code exercises too, a learner's code could reach into the scoring. So the points are worked out
    here once more, outside the kernel; where they differ, these count and a note says so.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Return the notebook with sound score cells. Raises KeyNotAtHand or BadInput as scoring does."""
        with lent_to(self, resources):
            self._check_all(nb)
        return nb, resources

    def _check_all(self, nb: NotebookNode) -> None:
        counted = cells.counting_answers(nb.cells)
        for cell in nb.cells:
            if cell.cell_type != "code":
                continue
            item = cells.scored_item(cell.source) if is_grade(cell) else None
            if item:
                note = self._check(cell, item, scored(item, counted[item]))
                if note:
                    nb.metadata[NOTES] = [*nb.metadata.get(NOTES, ()), note]
            else:
                output = shown(cell.source)
                cell.outputs = [output] if output else _harmless(cell.outputs)

    def _check(self, cell: NotebookNode, item: str, result: Graded) -> str:
        for output in cell.outputs:
            if output.output_type == "stream" and output.name == "stderr":
                self.log.info("%s wrote to stderr: %s", cell.metadata.nbgrader.grade_id, output.text.strip())
        given, said_by_kernel = _given_points(cell), cell.outputs
        cell.outputs = _scored_outputs(result)
        if given == result.points or NOT_RUN in cell.metadata.get("tags", ()):
            return ""
        errors = [f" ({one.ename}: {one.evalue})" for one in said_by_kernel if one.output_type == "error"]
        said = f"no points{''.join(errors[:1])[:200]}" if given is None else f"{given:g} points"
        note = f"The kernel gave {said} for {item}, and the answer is worth {result.points:g}; that was recorded."
        self.log.warning(note)
        return note


def _given_points(cell: NotebookNode) -> float | None:
    """The one number a score cell gave; None when it gave none, several, or an error."""
    results = [one for one in cell.outputs if one.output_type in ("execute_result", "error")]
    if len(results) != 1 or results[0].output_type == "error":
        return None
    try:
        return float(results[0].data["text/plain"])
    except (KeyError, ValueError):
        return None


def _harmless(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Outputs of code exercises, without what could run in the browser of whoever grades them."""
    kept = []
    for output in outputs:
        if "data" in output:
            data = {
                kind: value
                for kind, value in output.data.items()
                if kind in ("text/plain", "image/png", "image/jpeg")
            }
            if "text/html" in output.data:
                data["text/html"] = clean_html(plain_text(output.data["text/html"]))
            output.data, output.metadata = from_dict(data), from_dict({})
        kept.append(output)
    return kept


class ReadableFeedback(NbGraderPreprocessor):  # type: ignore[misc]
    """What the feedback page needs beside the cells: the unit, each item with its points, remarks."""

    display_data_priority: Any = List(config=True)  # nbconvert's HTML settings name it for every step

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Return the notebook, with `resources["chartpath"]` and each cell's `chartpath` filled for the template."""
        facts = resources["nbgrader"]
        with lent_to(self, resources):
            rows = pages.annotate(nb.cells, self._released_prose(facts))
        notes = nb.metadata.get(NOTES, ())
        resources["chartpath"] = pages.facts(
            facts["assignment"], facts["notebook"], facts["student"], rows, notes
        )
        return nb, resources

    def _released_prose(self, facts: Any) -> set[str]:
        coursedir = _coursedir(self)
        folder = Path(coursedir.format_path(coursedir.release_directory, ".", facts["assignment"]))
        path = folder / f"{facts['notebook']}.ipynb"
        if not path.is_file():
            return set()
        notebook = json.loads(path.read_bytes())["cells"]
        return {plain_text(cell["source"]).strip() for cell in notebook if cell["cell_type"] == "markdown"}
