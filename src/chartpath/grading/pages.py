"""The feedback page: what it needs beside the cells, and the page itself.

Works on cells as plain JSON objects; nbgrader's own nodes are such objects too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from chartpath import items
from chartpath.answers import parse, split_cell
from chartpath.grading import cells
from chartpath.grading.safety import safe_markdown

TEMPLATES = Path(__file__).resolve().parent / "templates"

# A lesson is a notebook in the learner's folder; a link from the feedback page leads nowhere.
_LESSON_LINK = re.compile(r'<a href="([^":]+\.ipynb)[^"]*"[^>]*>(.*?)</a>', re.DOTALL)


def annotate(notebook_cells: Sequence[Any], prose: Collection[str]) -> list[dict[str, Any]]:
    """Put what the template asks of each cell into its metadata; returns the page's table of scores.

    Every graded cell carries `score` and `points` in its nbgrader metadata, every answer its `comment`. `prose`
    are the released text cells, which the page leaves out.
    """
    rows = _rows(notebook_cells)
    headed: set[str] = set()
    for cell in notebook_cells:
        about = _about(cell, rows, headed)
        if cell["cell_type"] == "markdown" and cell["source"].strip() in prose:
            about["hide"] = True  # the learner has read it; here it hides the results
        cell["metadata"]["chartpath"] = about
    return list(rows.values())


def facts(unit: str, notebook: str, learner: str, rows: list[dict[str, Any]], notes: Any) -> dict[str, Any]:
    """What the template knows as `resources.chartpath`."""
    return {
        "rows": rows,
        "unit": unit.replace("-", " "),
        "title": notebook.replace("-", " ").capitalize(),
        "notes": list(notes),
        "learner": learner,
    }


def page(
    notebook_cells: Sequence[Any],
    about: Mapping[str, Any],
    score: float,
    max_score: float,
    late_penalty: float = 0.0,
) -> str:
    """The page as HTML: `about` as `facts` gives it; `score` is what counts, the penalty taken off already."""
    totals = {"score": score, "max_score": max_score, "late_penalty": late_penalty}
    return str(
        _template().render(
            nb={"cells": notebook_cells}, resources={"chartpath": dict(about), "nbgrader": totals}
        )
    )


@cache
def _template() -> Any:
    from jinja2 import Environment, FileSystemLoader

    # The template escapes by itself, as nbconvert asks of the templates it shares with this page.
    environment = Environment(loader=FileSystemLoader(TEMPLATES / "feedback"), autoescape=False)  # noqa: S701
    environment.filters["markdown2html"] = safe_markdown
    return environment.get_template("index.html.j2")


def _mark(cell: Any) -> dict[str, Any]:
    mark: dict[str, Any] = cell["metadata"].get("nbgrader") or {}
    return mark


def _rows(notebook_cells: Sequence[Any]) -> dict[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    for cell in notebook_cells:
        mark = _mark(cell)
        if mark.get("grade"):
            item = cells.scored_item(cell["source"])
            title, prompt = _words(item) if item else (mark["grade_id"], "")
            rows[item or mark["grade_id"]] = {
                "id": mark["grade_id"],
                "title": title,
                "prompt": prompt,
                "score": mark.get("score") or 0.0,
                "points": mark["points"],
            }
    return rows


def _about(cell: Any, rows: Mapping[str, dict[str, Any]], headed: set[str]) -> dict[str, Any]:
    """What the template asks of one cell: its heading, what was typed, whether it is shown at all."""
    about: dict[str, Any] = {}
    mark = _mark(cell)
    scores = cells.scored_item(cell["source"]) if cell["cell_type"] == "code" and mark.get("grade") else None
    # An item is headed where its answer stands, above its result.
    subject = scores or mark.get("grade_id", "")
    if subject in rows and subject not in headed:
        headed.add(subject)
        about["heading"] = rows[subject]
    if scores:
        about["result"] = True
        for output in cell["outputs"]:
            if "text/html" in output.get("data", {}):
                output["data"]["text/html"] = _LESSON_LINK.sub(r"\2 (in \1)", output["data"]["text/html"])
    if cell["cell_type"] != "code":
        return about
    shown, parts = cells.shown_item(cell["source"]), split_cell(cell["source"])
    about["typed"] = (parts[1] if parts else cell["source"]).strip()
    if mark.get("solution") and subject in rows and not mark.get("grade"):
        item = items.item(subject)
        if parse(about["typed"], item.kind, item.systems).blank:
            about["typed"] = ""
        cell["outputs"] = []  # what the kernel said of it without a key; the result says more
    if shown:
        # A coded record is part of its result, with the evidence marked: once is enough.
        about |= {"shown": True, "hide": shown in rows and items.item(shown).kind == "codes"}
    if mark.get("locked") and not mark.get("grade") and not cell["outputs"]:
        about["hide"] = True  # `import chartpath as cp`
    if mark.get("comment") == "No response.":
        mark["comment"] = ""  # nbgrader's own; the page says so already
    return about


def _words(item_id: str) -> tuple[str, str]:
    """Title and task of an item; a question's task is its title."""
    item = items.item(item_id)
    return (item.title, item.prompt) if item.title else (item.prompt, "")
