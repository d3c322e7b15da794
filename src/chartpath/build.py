"""From the authors' MyST text to the notebooks learners open: deterministic, executed, and comparable.

An author writes prose, `cp.show(...)` and answer cells that hold only `%%answer ITEM-ID`. The builder puts the
empty form into each answer cell, adds the locked `cp.score(...)` cell after an assessed one, gives every cell a
stable id, executes the notebook without keys, and writes it beside its text.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chartpath import answers, items, paths
from chartpath.errors import BadInput

if TYPE_CHECKING:
    from nbformat import NotebookNode

NOT_NOTEBOOKS = frozenset({"INSTRUCTOR.md", "README.md"})
MAX_CELL_LINES = 10
_SHOW = re.compile(r'cp\.(show|score)\("([^"]+)"\)')
_SETUP = "import chartpath as cp"
_PLAN = "%%plan"
_KINDS = ("start", "lesson", "assessment")


def sources(unit: str | None = None) -> list[Path]:
    """The text files notebooks are built from, of one unit or of all. Raises BadInput for an unknown unit."""
    base = paths.notebooks()
    if unit is not None and not (base / unit).is_dir():
        units = ", ".join(sorted(folder.name for folder in base.iterdir() if folder.is_dir()))
        raise BadInput(f"There is no unit {unit!r} in notebooks/. Units are {units}.")
    found = sorted(base.glob(f"{unit or '*'}/*.md"))
    return [path for path in found if path.name not in NOT_NOTEBOOKS]


def compose(source: Path) -> NotebookNode:
    """The notebook of one text, not executed. Raises BadInput where the text breaks the house rules."""
    import jupytext
    import nbformat

    text = jupytext.reads(source.read_text(encoding="utf-8"), fmt="md:myst")
    facts = text.metadata.get("chartpath") or {}
    kind, minutes, unit = facts.get("kind"), facts.get("minutes"), facts.get("unit")
    if kind not in _KINDS or not isinstance(minutes, int) or unit != source.parent.name:
        raise BadInput(
            f"{source.name}: its head needs `chartpath: {{unit: {source.parent.name}, minutes: 45, kind: lesson}}` (kind: {', '.join(_KINDS)})."
        )
    cells: list[NotebookNode] = []
    for cell in text.cells:
        if cell.cell_type == "markdown":
            cells.append(nbformat.v4.new_markdown_cell(cell.source))
        elif cell.source.strip():
            cells.extend(_code_cells(cell.source.strip(), kind, source.name, facts.get("plan_points")))
    _name_cells(cells, source.name)
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "chartpath": {"kind": kind, "minutes": minutes, "unit": unit},
    }
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
    notebook.nbformat_minor = 5
    return notebook


def _code_cells(source: str, kind: str, where: str, plan_points: float | None = None) -> list[NotebookNode]:
    from nbformat.v4 import new_code_cell as new

    if source.count("\n") >= MAX_CELL_LINES or re.search(r"^\s*(def|class)\s", source, flags=re.MULTILINE):
        raise BadInput(
            f"{where}: a code cell is longer than {MAX_CELL_LINES} lines or defines something. Cells only call chartpath."
        )
    if source == _SETUP:
        return [new(source, metadata=_nbgrader("setup", locked=True) if kind == "assessment" else {})]
    if kind == "assessment" and source.startswith(_PLAN):
        # A plan is marked by a person: nbgrader asks for it where a cell is graded and a solution at once.
        if not plan_points or _filled_in(source):
            raise BadInput(
                f"{where}: its {_PLAN} cell must be empty, and its head needs `plan_points: 20` under chartpath."
            )
        return [new(source, metadata=_nbgrader("plan", grade=True, solution=True, points=plan_points))]
    parts = answers.split_cell(source)
    if parts is None:
        shown = _SHOW.fullmatch(source)
        if shown:
            items.item(shown[2])  # an unknown id stops the build here, with the nearest ids named
        return [new(source)]
    item_id, body = parts
    item = items.item(item_id)
    if body.strip():
        raise BadInput(
            f"{where}: the answer cell of {item_id} holds an answer. The text of a notebook never does; remove it."
        )
    if not item.assessed:
        return [new(answers.stub(item))]
    if kind != "assessment":
        raise BadInput(
            f"{where}: {item_id} is assessed, and this is a {kind}. Move it to an assessment, or mark it practice."
        )
    return [
        new(answers.stub(item), metadata=_nbgrader(item_id, solution=True)),
        new(
            f'cp.score("{item_id}")',
            metadata=_nbgrader(f"score-{item_id}", grade=True, locked=True, points=item.points)
            | {"tags": ["raises-exception"]},
        ),
    ]


def _nbgrader(
    grade_id: str,
    grade: bool = False,
    solution: bool = False,
    locked: bool = False,
    points: float | None = None,
) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "cell_type": "code",
        "grade": grade,
        "grade_id": grade_id,
        "locked": locked,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    if points is not None:
        facts["points"] = points
    return {"nbgrader": facts}


def _name_cells(cells: list[NotebookNode], where: str) -> None:
    """Give every cell an id that stays the same while its own words do."""
    used: dict[str, int] = {}
    fixed: set[str] = set()
    for cell in cells:
        name = _cell_name(cell)
        if cell.metadata.get("nbgrader") or name.startswith("answer-"):
            name = name.removeprefix("answer-")
            if name in fixed:
                raise BadInput(
                    f"{where}: {name} stands twice in this notebook. Each item has one answer cell."
                )
            fixed.add(name)
        used[name] = used.get(name, 0) + 1
        cell.id = name if used[name] == 1 else f"{name[:60]}-{used[name]}"


def _cell_name(cell: NotebookNode) -> str:
    if "nbgrader" in cell.metadata:
        return str(cell.metadata["nbgrader"]["grade_id"])[:64]
    parts = answers.split_cell(cell.source)
    if parts:
        return f"answer-{parts[0]}"
    shown = _SHOW.fullmatch(cell.source)
    text = (
        f"{shown[1]}-{shown[2]}"
        if shown
        else cell.source.strip().splitlines()[0]
        if cell.source.strip()
        else "empty"
    )
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:48].strip("-")
    return slug or "cell"


def execute(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """Run a composed notebook top to bottom without keys, outputs filled in. Raises BadInput when a cell fails."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    from chartpath.kernels import LocalKernel

    with _as_a_learner():
        client = NotebookClient(
            notebook,
            timeout=120,
            kernel_name="python3",
            kernel_manager_class=LocalKernel,
            resources={"metadata": {"path": str(folder)}},
            record_timing=False,
        )
        try:
            client.execute()
        except CellExecutionError as error:
            raise BadInput(
                f"{folder.name}: a cell of the notebook fails: {str(error).strip().splitlines()[-1]}. Correct the text."
            ) from error
    notebook.metadata["language_info"] = {"name": "python"}  # the running version is no part of the course
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                output.traceback = [line.rstrip() for line in output.traceback]
    return notebook


@contextmanager
def _as_a_learner() -> Iterator[None]:
    """Keys out of reach, and this interpreter's own kernel whatever else is installed."""
    before = {
        name: os.environ.get(name)
        for name in ("CHARTPATH_KEYS", "CHARTPATH_RECORD", "JUPYTER_PREFER_ENV_PATH", "PYTHONWARNINGS")
    }
    # Nobody's keys, and nobody's progress.
    os.environ.update({"CHARTPATH_KEYS": "none", "CHARTPATH_RECORD": "none"})
    os.environ.update({"JUPYTER_PREFER_ENV_PATH": "1", "PYTHONWARNINGS": "ignore"})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def build(unit: str | None = None, force: bool = False, only: Path | None = None) -> list[Path]:
    """Build the notebooks of a unit, or all; returns the files written.

    A notebook into which somebody has typed answers is left alone (BadInput) unless `force`.
    """
    written = []
    for source in [only] if only else sources(unit):
        target = source.with_suffix(".ipynb")
        if target.exists() and not force and _holds_work(target):
            raise BadInput(
                f"{target.name} holds answers somebody typed. Save it elsewhere first, or build with --force to replace it."
            )
        notebook = execute(compose(source), source.parent)
        _write(target, _as_json(notebook))
        written.append(target)
    return written


def check(unit: str | None = None) -> list[str]:
    """Differences between the committed notebooks and their text, one line each; empty when they agree.

    Compares every cell, id and metadata; the outputs are compared by nbval, which runs the notebooks.
    """
    found = []
    known = set()
    for source in sources(unit):
        target = source.with_suffix(".ipynb")
        known.add(target)
        name = f"{source.parent.name}/{target.name}"
        if not target.exists():
            found.append(f"{name} is missing: run `chartpath build`.")
            continue
        if _without_outputs(_read(target)) != _without_outputs(compose(source)):
            found.append(f"{name} differs from its text: run `chartpath build`.")
    for stray in sorted(paths.notebooks().glob(f"{unit or '*'}/*.ipynb")):
        if stray not in known:
            found.append(
                f"{stray.parent.name}/{stray.name} has no text it is built from: delete it, or add the text."
            )
    return found


def _read(path: Path) -> NotebookNode:
    import nbformat

    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:  # nbformat raises whatever its JSON reader and validator raise
        raise BadInput(
            f"{path.name} is not a readable notebook. Delete it and run `chartpath build`."
        ) from error


def _without_outputs(notebook: NotebookNode) -> dict[str, Any]:
    cells = [
        {"id": cell.id, "type": cell.cell_type, "source": cell.source, "metadata": dict(cell.metadata)}
        for cell in notebook.cells
    ]
    return {"cells": cells, "metadata": dict(notebook.metadata)}


def _holds_work(path: Path) -> bool:
    """True when an answer cell of the notebook holds more than its empty form."""
    for cell in _read(path).cells:
        parts = answers.split_cell(cell.source) if cell.cell_type == "code" else None
        if parts and any(line.strip() and not line.strip().startswith("#") for line in parts[1].splitlines()):
            return True
        if "nbgrader" in cell.metadata and cell.source.startswith(_PLAN) and _filled_in(cell.source):
            return True
    return False


def _filled_in(plan: str) -> bool:
    """Whether a line of a plan's form holds more than its name."""
    return any(line.partition(":")[2].strip() for line in plan.splitlines()[1:])


def _as_json(notebook: NotebookNode) -> str:
    import nbformat

    return nbformat.writes(notebook, version=4, indent=1, ensure_ascii=False).rstrip("\n") + "\n"


def _write(path: Path, text: str) -> None:
    """Write beside and rename, so that a notebook is whole or not there."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(text, encoding="utf-8", newline="\n")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
