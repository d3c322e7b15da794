"""What cells of a graded notebook show, as plain JSON: one source for the kit's grader and for nbgrader's steps."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from chartpath import cards, items
from chartpath.answers import parse
from chartpath.errors import BadInput
from chartpath.grading import cells
from chartpath.items import Key
from chartpath.scoring import Graded, grade

NOTES = "chartpath_notes"
"""Key of a graded notebook's metadata: what had been tampered with, a list of sentences."""


def scored(item_id: str, body: str, keys: Mapping[str, Key] | None = None) -> Graded:
    """The result of one answer body. Raises BadInput for an unknown item, KeyNotAtHand without its key.

    `keys` are keys read before (for a process that has no key folder); without them they are looked up.
    """
    item = items.item(item_id)
    key = keys[item.id] if keys is not None else items.key(item.id)
    return grade(item, key, parse(body, item.kind, item.systems))


def score_outputs(result: Graded) -> list[dict[str, Any]]:
    """The outputs of a `cp.score` cell: the result's card, then the points as a plain number."""
    card = {"text/plain": cards.result_text(result), "text/html": cards.result_html(result, reveal=True)}
    number = {"text/plain": repr(result.points)}
    return [
        {"output_type": "display_data", "data": card, "metadata": {}},
        {"output_type": "execute_result", "execution_count": None, "data": number, "metadata": {}},
    ]


def shown_output(source: str) -> dict[str, Any] | None:
    """The output of a `cp.show("ID")` cell of a known item; None for any other cell."""
    item_id = cells.shown_item(source)
    if item_id is None:
        return None
    try:
        item = items.item(item_id)
        data = _shown(item.id, item.chart.note if item.chart else "")
    except BadInput:  # typed by the learner: no reason to stop grading
        return None
    return {"output_type": "display_data", "data": dict(data), "metadata": {}}


@lru_cache(maxsize=128)
def _shown(item_id: str, _record: str) -> dict[str, str]:  # two forms of a class have other records for an id
    item = items.item(item_id)
    return {"text/plain": cards.question_text(item), "text/html": cards.question_html(item)}


def fill(notebook_cells: list[dict[str, Any]], keys: Mapping[str, Key]) -> dict[str, float]:
    """Give every code cell its output; returns the points of each score cell by its name.

    Raises BadInput for a code exercise, which only a kernel can grade, and as scoring does.
    """
    counted = cells.counting_answers(notebook_cells)
    points: dict[str, float] = {}
    for cell in notebook_cells:
        if cell["cell_type"] != "code":
            continue
        mark = cell["metadata"].get("nbgrader") or {}
        item = cells.scored_item(cell["source"]) if mark.get("grade") else None
        if item:
            result = scored(item, counted[item], keys)
            cell["outputs"] = score_outputs(result)
            points[mark["grade_id"]] = result.points
        elif mark.get("grade") and not mark.get("solution"):
            raise BadInput(
                f"The cell {mark['grade_id']} is graded by running it. Use the kernel engine for this unit."
            )
        else:
            shown = shown_output(cell["source"])
            cell["outputs"] = [shown] if shown else []
    return points


def notes_of(path: Path) -> list[str]:
    """What had been tampered with in a graded notebook, in words."""
    return [str(note) for note in json.loads(path.read_bytes())["metadata"].get(NOTES, ())]
