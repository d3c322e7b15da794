"""The kernel engine's steps that run cells: which ones, where, and what a kernel that misbehaves costs."""

from __future__ import annotations

import secrets
from typing import Any

from jupyter_core.utils import run_sync
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from nbgrader.utils import is_grade, is_locked, is_solution
from traitlets import Bool

from chartpath import items
from chartpath.answers import split_cell
from chartpath.errors import BadInput
from chartpath.grading import cells
from chartpath.grading.outputs import NOTES
from chartpath.grading.preprocessors import NOT_RUN, from_dict, lent_to, shown
from chartpath.grading.sandbox import BoxedKernel, why_not
from chartpath.kernels import LocalKernel


class SkipStrayCells(NbGraderPreprocessor):  # type: ignore[misc]
    """For the kernel engine: let only released code, answers to scored items and `cp.show` cells run.

    What a learner added beside them (a `raise`, an endless loop, a new `cp.score`) is kept and not run. Where the
    kernel is boxed, score cells do not run either: no key is in there, and CheckScores works out their points.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Return the notebook with the tag `NOT_RUN` on every cell that is not to run.

        Raises KeyNotAtHand when a key is missing: in the kernel it would only turn into 0 points.
        """
        scored_items = set(cells.counting_answers(nb.cells))
        with lent_to(self, resources):
            for item in scored_items:
                items.key(item)
            for cell in nb.cells:
                if cell.cell_type == "code" and not self._runs(cell, scored_items):
                    cell.metadata["tags"] = [NOT_RUN]
        return nb, resources

    def _runs(self, cell: NotebookNode, scored_items: set[str]) -> bool:
        if is_locked(cell):
            item = cells.scored_item(cell.source) if is_grade(cell) else None
            return not item or not (_boxed(self.config) or item.startswith(items.CLASS))
        answered = cells.answered_item(cell.source)
        if answered in scored_items:
            return not answered.startswith(items.CLASS)  # its chart and key are this process's alone
        if is_solution(cell):
            return cell.metadata.nbgrader.grade_id not in scored_items  # an instructor's own code exercise
        return shown(cell.source) is not None


class ExecuteReleased(Execute):  # type: ignore[misc]
    """nbgrader's Execute, in a box, with answer cells handed to the kernel as data.

    IPython rewrites a cell's text before it runs it: it strips `>>>` from pasted lines and evaluates braces in
    the first line. Calling the magic with the body as a literal leaves the answer as it was typed.
    """

    box: Any = Bool(
        True, help="run kernels inside bubblewrap; without it, learners' code can do what you can"
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any, **settings: Any) -> tuple[NotebookNode, Any]:
        """Run the notebook and return it. A kernel that dies costs the tests below, and a note says so.

        Raises BadInput where the kernel cannot be boxed, or dies before it ran anything of the learner's.
        """
        if self.box:
            reason = why_not()
            if reason:
                raise BadInput(reason)
        self.kernel_manager_class = BoxedKernel if self.box else LocalKernel
        self._begun, self._done, self._remarks, self._manager = False, -1, [], None
        try:
            nb, resources = super().preprocess(nb, resources, **settings)
        except (DeadKernelError, CellTimeoutError, RuntimeError) as error:
            if not self._begun:
                raise BadInput(
                    f"The kernel did not start, before anything of the learner's ran ({_why(error)}). Grade this learner again."
                ) from error
            ended = getattr(self._manager, "ended", "") or _why(error)
            self._remarks.append(
                f"The kernel was ended while the code exercises ran: {ended}. The tests from there on earn 0."
            )
            for cell in nb.cells[self._done + 1 :]:
                if _is_test(cell):
                    cell.outputs = [
                        _failed("DeadKernel", ended)
                    ]  # left without output, nbgrader gives full marks
        if self._remarks:
            nb.metadata[NOTES] = [*nb.metadata.get(NOTES, ()), *self._remarks]
        return nb, resources

    def create_kernel_manager(self) -> Any:
        """The kernel's manager, remembered for what it says when the kernel is ended."""
        self._manager = super().create_kernel_manager()
        return self._manager

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> tuple[NotebookNode, Any]:
        """Run one cell and return it with its outputs."""
        self._begun = True
        parts = split_cell(cell.source) if cell.cell_type == "code" else None
        typed = cell.source
        if parts and NOT_RUN not in cell.metadata.get("tags", ()):
            cell.source = f"get_ipython().run_cell_magic('answer', {parts[0].lower()!r}, {parts[1]!r})"
        try:
            if _is_test(cell) and not self._asserts_fail():
                name = cell.metadata.nbgrader.grade_id
                cell.outputs = [_failed("AssertionError", "asserts had been switched off")]
                self._remarks.append(
                    f"Before the test {name}, the learner's code had switched asserts off, or hung; the test earns 0."
                )
            else:
                cell, resources = super().preprocess_cell(cell, resources, index)
        finally:
            cell.source = typed
        self._done = index
        return cell, resources

    def _asserts_fail(self) -> bool:
        """Whether a false assert still raises in the kernel: code that ran before can have IPython drop them."""
        word = secrets.token_hex(8)
        code = f"get_ipython().ast_transformers.clear()\nassert not {word!r}, {word!r}"
        ask: Any = run_sync(self.kc.execute_interactive)
        silence: Any = lambda message: None  # it would print the error  # noqa: E731
        try:
            reply = ask(
                code,
                silent=True,
                store_history=False,
                allow_stdin=False,
                timeout=self.timeout,
                output_hook=silence,
            )
        except TimeoutError:
            return False
        said = reply["content"]
        return bool(
            said["status"] == "error" and said["ename"] == "AssertionError" and said["evalue"] == word
        )


def _why(error: Exception) -> str:
    if isinstance(error, CellTimeoutError):
        return "it ran too long and did not stop when it was interrupted"
    return "it died" if isinstance(error, DeadKernelError) else " ".join(str(error).split())[:200]


def _boxed(config: Any) -> bool:
    return bool(config.ExecuteReleased.get("box", True))


def _is_test(cell: NotebookNode) -> bool:
    """Whether running this cell decides points: a locked test of a code exercise."""
    return bool(
        cell.cell_type == "code"
        and is_grade(cell)
        and not is_solution(cell)
        and not cells.scored_item(cell.source)
    )


def _failed(name: str, why: str) -> NotebookNode:
    return from_dict({"output_type": "error", "ename": name, "evalue": why, "traceback": [f"{name}: {why}"]})
