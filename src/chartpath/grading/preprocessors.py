"""The kit's own steps in nbgrader's converters: small preprocessors, listed in `chartpath.grading.config`.

Released: RefuseAnswers, StripMetadata. Handed in: RestoreCells. Scored: ScoreAnswers (no kernel), or
SkipStrayCells, ExecuteReleased and CheckScores (kernel). Feedback: ReadableFeedback.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import notebooknode
from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from nbgrader.utils import is_grade, is_ignored, is_locked, is_solution
from traitlets import List

from chartpath import cards, items
from chartpath.answers import parse, split_cell
from chartpath.errors import BadInput
from chartpath.grading import cells
from chartpath.grading.safety import clean_html, plain_text
from chartpath.scoring import Graded, grade

NOTES = "chartpath_notes"
"""Key of a graded notebook's metadata: what had been tampered with, a list of sentences."""

# A lesson is a notebook in the learner's folder; a link from the feedback page leads nowhere.
_LESSON_LINK = re.compile(r'<a href="([^":]+\.ipynb)[^"]*"[^>]*>(.*?)</a>', re.DOTALL)
_KEPT_METADATA = frozenset({"nbgrader", "tags", "deletable", "editable"})
_KEPT_NOTEBOOK_METADATA = frozenset({"kernelspec", "language_info", "chartpath"})


def scored(item_id: str, body: str) -> Graded:
    """The result of one answer body. Raises BadInput for an unknown item, KeyNotAtHand without its key."""
    item = items.item(item_id)
    return grade(item, items.key(item.id), parse(body, item.kind, item.systems))


def from_dict(value: Any) -> Any:
    """JSON as the nodes that nbformat and nbgrader work on."""
    return notebooknode.from_dict(value)


def _coursedir(step: NbGraderPreprocessor) -> Any:
    """nbgrader's CourseDirectory: a step belongs to an exporter, and that to a converter, which knows it."""
    return step.parent.parent.coursedir


class RefuseAnswers(NbGraderPreprocessor):  # type: ignore[misc]
    """Stop a release that would carry an answer: typed into a cell, or lying as a file in the unit's folder."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Return the notebook as it is. Raises BadInput when it holds an answer to an assessed item."""
        name = resources["metadata"]["name"]
        for cell in nb.cells:
            parts = split_cell(cell.source) if cell.cell_type == "code" else None
            if not parts or not parts[0]:
                continue
            item = items.item(parts[0])
            if item.assessed and not parse(parts[1], item.kind, item.systems).blank:
                raise BadInput(
                    f"{name}.ipynb holds an answer to {item.id}. Run `chartpath build --force`, then release again."
                )
        self._refuse_stray_files(Path(resources["metadata"]["path"]))
        return nb, resources

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
        counted = cells.counting_answers(nb.cells)
        for cell in nb.cells:
            if cell.cell_type != "code":
                continue
            item = cells.scored_item(cell.source) if is_grade(cell) else None
            if item:
                cell.outputs = _score_outputs(scored(item, counted[item]))
            elif is_grade(cell) and not is_solution(cell):
                # Left without output, nbgrader would give it full marks.
                raise BadInput(
                    f"The cell {cell.metadata.nbgrader.grade_id} is graded by running it. Use the kernel engine for this unit."
                )
            else:
                shown = _shown(cell.source)
                cell.outputs = [shown] if shown else []
        return nb, resources


def _score_outputs(result: Graded) -> list[NotebookNode]:
    card = {"text/plain": cards.result_text(result), "text/html": cards.result_html(result, reveal=True)}
    return [
        from_dict({"output_type": "display_data", "data": card, "metadata": {}}),
        from_dict(
            {
                "output_type": "execute_result",
                "execution_count": None,
                "data": {"text/plain": repr(result.points)},
                "metadata": {},
            }
        ),
    ]


def _shown(source: str) -> NotebookNode | None:
    """The output of a `cp.show("ID")` cell of a known item; None for any other cell."""
    item_id = cells.shown_item(source)
    if item_id is None:
        return None
    try:
        item = items.item(item_id)
    except BadInput:  # typed by the learner: no reason to stop grading
        return None
    if item.kind == "codes" and item.chart:
        data = {"text/plain": cards.chart_text(item.chart), "text/html": cards.chart_html(item.chart)}
    else:
        data = {"text/plain": cards.question_text(item), "text/html": cards.question_html(item)}
    made: NotebookNode = from_dict({"output_type": "display_data", "data": data, "metadata": {}})
    return made


class SkipStrayCells(NbGraderPreprocessor):  # type: ignore[misc]
    """For the kernel engine: let only released code, answers to scored items and `cp.show` cells run.

    What a learner added beside them (a `raise`, an endless loop, a new `cp.score`) is kept and not run.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Return the notebook with the tag `skip-execution` on every cell that is not to run.

        Raises KeyNotAtHand when a key is missing: in the kernel it would only turn into 0 points.
        """
        scored_items = set(cells.counting_answers(nb.cells))
        for item in scored_items:
            items.key(item)
        for cell in nb.cells:
            if cell.cell_type == "code" and not self._runs(cell, scored_items):
                cell.metadata["tags"] = ["skip-execution"]
        return nb, resources

    def _runs(self, cell: NotebookNode, scored_items: set[str]) -> bool:
        if is_locked(cell):
            return True
        if cells.answered_item(cell.source) in scored_items:
            return True
        if is_solution(cell):
            return cell.metadata.nbgrader.grade_id not in scored_items  # an instructor's own code exercise
        return _shown(cell.source) is not None


class ExecuteReleased(Execute):  # type: ignore[misc]
    """nbgrader's Execute, with answer cells handed to the kernel as data.

    IPython rewrites a cell's text before it runs it: it strips `>>>` from pasted lines and evaluates braces in
    the first line. Calling the magic with the body as a literal leaves the answer as it was typed.
    """

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> tuple[NotebookNode, Any]:
        """Run one cell and return it with its outputs."""
        parts = split_cell(cell.source) if cell.cell_type == "code" else None
        if not parts or "skip-execution" in cell.metadata.get("tags", ()):
            ran: tuple[NotebookNode, Any] = super().preprocess_cell(cell, resources, index)
            return ran
        typed = cell.source
        cell.source = f"get_ipython().run_cell_magic('answer', {parts[0].lower()!r}, {parts[1]!r})"
        try:
            cell, resources = super().preprocess_cell(cell, resources, index)
        finally:
            cell.source = typed
        return cell, resources


class CheckScores(NbGraderPreprocessor):  # type: ignore[misc]
    """After a kernel run: every score cell holds exactly the points its answer is worth, and no output can act.

    nbgrader gives full marks for a graded cell without a number, and none for a warning on stderr; and where a
    unit has code exercises too, a learner's code could reach into the scoring. So the points are worked out
    here once more, outside the kernel; where they differ, these count and a note says so.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Return the notebook with sound score cells. Raises KeyNotAtHand or BadInput as scoring does."""
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
                shown = _shown(cell.source)
                cell.outputs = [shown] if shown else _harmless(cell.outputs)
        return nb, resources

    def _check(self, cell: NotebookNode, item: str, result: Graded) -> str:
        for output in cell.outputs:
            if output.output_type == "stream" and output.name == "stderr":
                self.log.info("%s wrote to stderr: %s", cell.metadata.nbgrader.grade_id, output.text.strip())
        given, said_by_kernel = _given_points(cell), cell.outputs
        cell.outputs = _score_outputs(result)
        if given == result.points:
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
        rows: dict[str, dict[str, Any]] = {}
        for cell in nb.cells:
            if is_grade(cell):
                mark = cell.metadata.nbgrader
                item = cells.scored_item(cell.source)
                title, prompt = _words(item) if item else (mark.grade_id, "")
                rows[item or mark.grade_id] = {
                    "id": mark.grade_id,
                    "title": title,
                    "prompt": prompt,
                    "score": mark.score or 0.0,
                    "points": mark.points,
                }
        released = self._released_prose(facts)
        headed: set[str] = set()
        for cell in nb.cells:
            cell.metadata["chartpath"] = self._about(cell, rows, headed)
            if cell.cell_type == "markdown" and cell.source.strip() in released:
                cell.metadata["chartpath"]["hide"] = (
                    True  # the learner has read it; here it hides the results
                )
        resources["chartpath"] = {
            "rows": list(rows.values()),
            "unit": facts["assignment"].replace("-", " "),
            "title": facts["notebook"].replace("-", " ").capitalize(),
            "notes": list(nb.metadata.get(NOTES, ())),
            "learner": facts["student"],
        }
        return nb, resources

    def _released_prose(self, facts: Any) -> set[str]:
        coursedir = _coursedir(self)
        folder = Path(coursedir.format_path(coursedir.release_directory, ".", facts["assignment"]))
        path = folder / f"{facts['notebook']}.ipynb"
        if not path.is_file():
            return set()
        notebook = json.loads(path.read_bytes())["cells"]
        return {plain_text(cell["source"]).strip() for cell in notebook if cell["cell_type"] == "markdown"}

    def _about(self, cell: NotebookNode, rows: dict[str, dict[str, Any]], headed: set[str]) -> dict[str, Any]:
        """What the template asks of one cell: its heading, what was typed, whether it is shown at all."""
        about: dict[str, Any] = {}
        scores = cells.scored_item(cell.source) if cell.cell_type == "code" and is_grade(cell) else None
        # An item is headed where its answer stands, above its result.
        subject = scores or cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if subject in rows and subject not in headed:
            headed.add(subject)
            about["heading"] = rows[subject]
        if scores:
            about["result"] = True
            for output in cell.outputs:
                if "text/html" in output.get("data", {}):
                    output.data["text/html"] = _LESSON_LINK.sub(r"\2 (in \1)", output.data["text/html"])
        if cell.cell_type != "code":
            return about
        shown, parts = cells.shown_item(cell.source), split_cell(cell.source)
        about["typed"] = (parts[1] if parts else cell.source).strip()
        if is_solution(cell) and subject in rows and not is_grade(cell):
            item = items.item(subject)
            if parse(about["typed"], item.kind, item.systems).blank:
                about["typed"] = ""
            cell.outputs = []  # what the kernel said of it without a key; the result says more
        if shown:
            # A coded record is part of its result, with the evidence marked: once is enough.
            about |= {"shown": True, "hide": shown in rows and items.item(shown).kind == "codes"}
        if is_locked(cell) and not is_grade(cell) and not cell.outputs:
            about["hide"] = True  # `import chartpath as cp`
        if cell.metadata.get("nbgrader", {}).get("comment") == "No response.":
            cell.metadata.nbgrader.comment = ""  # nbgrader's own; the page says so already
        return about


def _words(item_id: str) -> tuple[str, str]:
    """Title and task of an item; a question's task is its title."""
    item = items.item(item_id)
    return (item.title, item.prompt) if item.title else (item.prompt, "")
