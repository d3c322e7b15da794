"""From the bytes a learner handed in to a scored notebook and a feedback page: pure, so that it runs anywhere.

Nothing here reads a course's files or its gradebook; what is needed of them is in `Setup`, and what is to be written
is in `Marked`. So learners can be marked side by side, in other processes or on other machines.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from attrs import Factory, evolve, frozen

from chartpath.errors import BadInput, ChartpathError
from chartpath.grading import cells, forms, pages
from chartpath.grading.ledger import Hand, ReleasedNotebook
from chartpath.grading.outputs import NOTES, fill
from chartpath.items import Key

Penalty = Callable[[str, float, float], float | None]
"""Points taken off a late notebook, from the learner's id, its points and the seconds it is late; None for none."""

MAX_PARTS = 1_000_000
"""Values of a notebook's JSON. Small ones take a hundred times their bytes in memory: fifty MB would be gigabytes."""

_PART_SIGNS = (b",", b"[", b"{")

Place = tuple[str, str]
"""A cell of a unit: the notebook's name without its ending, and nbgrader's name of the cell."""


@frozen
class Setup:
    """What marking needs to know of a unit: the notebooks that hold graded cells, and the keys of their items.

    `prose` maps a notebook to its released text cells. `form` are the class's own charts where everybody has the same;
    where there are `several` forms, each submission brings its own.
    """

    unit: str
    notebooks: tuple[ReleasedNotebook, ...]
    prose: Mapping[str, frozenset[str]]
    keys: Mapping[str, Key]
    due: dt.datetime | None = None
    feedback: bool = True
    penalty: Penalty | None = None
    form: forms.Form | None = None
    several: bool = False


@frozen
class Submission:
    """One learner's work as it was found: bytes by notebook name, or why a notebook was not read.

    `hands` and `words` are the marks and comments a person has given already; `exchange` are files that travel on
    unread.
    """

    learner: str
    files: Mapping[str, bytes]
    faults: Mapping[str, str] = Factory(dict)
    timestamp: bytes | None = None
    extension: dt.timedelta | None = None
    hands: Mapping[Place, Hand] = Factory(dict)
    words: Mapping[Place, str] = Factory(dict)
    exchange: Mapping[str, bytes] = Factory(dict)
    form: forms.Form | None = None


@frozen
class Marked:
    """What came of one submission. `autograded` and `feedback` map file names to their text."""

    learner: str
    handed_in: dt.datetime | None
    seconds_late: float
    broken: dict[str, str]
    scores: dict[Place, float | None]
    comments: dict[Place, str | None]
    autograded: dict[str, str]
    feedback: dict[str, str]
    notes: tuple[str, ...]
    penalties: dict[str, float | None] = Factory(dict)


def mark(setup: Setup, work: Submission) -> Marked:
    """Score one submission. Raises KeyError for an item without a key, and BadInput for a broken one."""
    form = work.form or setup.form
    with forms.lending(form):
        return _mark(evolve(setup, keys={**setup.keys, **form.keys}) if form else setup, work)


def _mark(setup: Setup, work: Submission) -> Marked:
    handed_in, fault = read_time(work.timestamp)
    due = setup.due + work.extension if setup.due and work.extension else setup.due
    late = max(0.0, (handed_in - due).total_seconds()) if handed_in and due else 0.0
    broken = {book.stem: fault for book in setup.notebooks} if fault else dict(work.faults)
    if not broken and not any(book.stem in work.files for book in setup.notebooks):
        broken[setup.notebooks[0].stem] = "It was not handed in. Ask for it."
    scores: dict[Place, float | None] = {}
    comments: dict[Place, str | None] = {}
    autograded: dict[str, str] = {}
    scored: dict[str, tuple[list[dict[str, Any]], list[str]]] = {}
    for book in setup.notebooks:
        if book.stem in broken or book.stem not in work.files:
            scores |= {(book.stem, name): 0.0 for name in book.graded}
            continue
        try:
            found, notes, points = _score(book, work.files[book.stem], setup.keys, work.form)
        except ChartpathError as error:
            broken[book.stem] = str(error)
            scores |= {(book.stem, name): 0.0 for name in book.graded}
            continue
        scored[book.stem] = (found, notes)
        scores |= _given(book, found, points)
        comments |= _remarks(book, found)
        autograded[f"{book.stem}.ipynb"] = _notebook(book, found, notes)
    made = Marked(
        work.learner,
        handed_in,
        late,
        broken,
        scores,
        comments,
        autograded,
        {},
        tuple(note for _, notes in scored.values() for note in notes),
    )
    for book in setup.notebooks if late else ():
        made.penalties[book.stem] = _penalty(setup, book, work, made)
    if not setup.feedback:
        return made
    remarks = []
    for book in setup.notebooks:
        try:
            made.feedback.update(_pages(setup, book, work, made, scored))
        except Exception as error:  # a page that cannot be made is no reason to lose the points
            said = " ".join(f"{type(error).__name__}: {error}".split())[:200]
            remarks.append(f"No feedback page for {book.stem}.ipynb: {said}")
    return evolve(made, notes=(*remarks, *made.notes)) if remarks else made


def totals(book: ReleasedNotebook, made: Marked, hands: Mapping[Place, Hand]) -> float:
    """Points of one notebook as nbgrader counts them: marks by hand before auto scores, extra credit on top."""
    return sum(
        _counted(made.scores.get((book.stem, name)), hands.get((book.stem, name))) for name in book.graded
    )


def _penalty(setup: Setup, book: ReleasedNotebook, work: Submission, made: Marked) -> float | None:
    """What a late notebook loses: never less than nothing, never more than it earned."""
    earned = totals(book, made, work.hands)
    taken = setup.penalty(work.learner, earned, made.seconds_late) if setup.penalty else None
    return None if taken is None else min(max(0.0, taken), earned)


def _counted(auto: float | None, hand: Hand | None) -> float:
    score = hand.score if hand and hand.score is not None else auto
    if score is None:
        return 0.0
    return score + (hand.extra or 0.0 if hand else 0.0)


def read_time(stamp: bytes | None) -> tuple[dt.datetime | None, str]:
    """When work was handed in (UTC, without zone, as nbgrader keeps it), from the bytes of its timestamp.txt.

    With it what is wrong with that file, in words.
    """
    if stamp is None:
        return None, ""
    from dateutil.parser import parse  # type: ignore[import-untyped]  # nbgrader reads its timestamps with it

    try:
        text = stamp.decode("utf-8").strip()
        when = parse(text) if text else None
        if when is not None and when.tzinfo is not None:
            when = when.astimezone(dt.UTC).replace(tzinfo=None)
        return when, ""
    except (ValueError, OverflowError, TypeError):
        return (
            None,
            "The time in timestamp.txt cannot be read. Write it like 2026-10-05 23:59:00 UTC, or delete the file.",
        )


def why_unreadable(data: bytes) -> str:
    """Why these bytes are no notebook, in words for the instructor; empty when they are one."""
    again = "Ask for it once more."
    if not data.strip():
        return f"The file is empty. {again}"
    if sum(map(data.count, _PART_SIGNS)) > MAX_PARTS:
        return f"It is not a notebook of this unit: it is made of more than {MAX_PARTS:,} parts. {again}"
    try:
        notebook = json.loads(data)
    except RecursionError:
        return f"It is not a notebook: it is nested too deeply. {again}"
    except UnicodeDecodeError:
        return f"It is not a notebook: its bytes are not UTF-8 text. {again}"
    except ValueError:
        what = "It breaks off in the middle" if data.lstrip()[:1] == b"{" else "It is not a notebook"
        return f"{what} (not valid JSON). {again}"
    if (
        not isinstance(notebook, dict)
        or not isinstance(notebook.get("cells"), list)
        or type(notebook.get("nbformat")) is not int  # true is one to isinstance
    ):
        return f"It is not a Jupyter notebook. {again}"
    return ""


def _score(
    book: ReleasedNotebook, data: bytes, keys: Mapping[str, Key], form: forms.Form | None
) -> tuple[list[dict[str, Any]], list[str], dict[str, float]]:
    """Restored cells with their outputs, what had been tampered with, and the points of each score cell."""
    fault = why_unreadable(data)
    if fault:
        raise BadInput(fault)
    notebook = json.loads(data)
    if notebook["nbformat"] != 4:
        raise BadInput(
            f"The file is in notebook format {notebook['nbformat']}. Open it in JupyterLab 4 and save it again."
        )
    restored, notes = cells.restore(notebook["cells"], book.cells)
    if form:
        notes += forms.not_own(notebook, form)
    return restored, notes, fill(restored, keys)


def _given(
    book: ReleasedNotebook, found: list[dict[str, Any]], points: Mapping[str, float]
) -> dict[Place, float | None]:
    """The auto score of every graded cell, as nbgrader decides it: an unanswered essay is worth 0, another waits."""
    released = {cell.name: cell for cell in book.cells}
    given: dict[Place, float | None] = {}
    for cell in found:
        name = (cell["metadata"].get("nbgrader") or {}).get("grade_id")
        if name not in book.graded or released[name].task:
            continue
        if name in points:
            given[book.stem, name] = points[name]
        else:
            given[book.stem, name] = 0.0 if _untouched(cell, released[name]) else None
    return given


def _remarks(book: ReleasedNotebook, found: list[dict[str, Any]]) -> dict[Place, str | None]:
    """nbgrader's own comment on each answer: whether there was one."""
    released = {cell.name: cell for cell in book.cells}
    remarks: dict[Place, str | None] = {}
    for cell in found:
        name = (cell["metadata"].get("nbgrader") or {}).get("grade_id")
        if name in book.commented:
            blank = _untouched(cell, released[name]) and not released[name].task
            remarks[book.stem, name] = "No response." if blank else None
    return remarks


def _untouched(cell: Mapping[str, Any], released: cells.Released) -> bool:
    return bool(cell["source"] == released.source and cell["cell_type"] == released.cell_type)


def _notebook(book: ReleasedNotebook, found: list[dict[str, Any]], notes: list[str]) -> str:
    metadata: dict[str, Any] = {"language_info": {"name": "python"}, NOTES: notes}
    if book.kernelspec:
        metadata["kernelspec"] = json.loads(book.kernelspec)
    notebook = {"cells": found, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    # Not indented: Python's encoder in C does not indent, and the other takes as long as scoring.
    return json.dumps(notebook, ensure_ascii=False, sort_keys=True) + "\n"


def _pages(
    setup: Setup,
    book: ReleasedNotebook,
    work: Submission,
    made: Marked,
    scored: Mapping[str, tuple[list[dict[str, Any]], list[str]]],
) -> dict[str, str]:
    """The feedback page of a notebook that was handed in or is broken; none for one that was not handed in."""
    name = f"{book.stem}.html"
    if book.stem in made.broken:
        return {name: broken_page(book.stem, made.broken[book.stem])}
    if book.stem in scored:
        return {name: _page(setup, book, work, made, *scored[book.stem])}
    return {}


def _page(
    setup: Setup,
    book: ReleasedNotebook,
    work: Submission,
    made: Marked,
    own: list[dict[str, Any]],
    notes: list[str],
) -> str:
    """The page of one scored notebook, with the marks and comments of a person where there are any."""
    shown = [_copy(cell) for cell in own]
    released = {cell.name: cell for cell in book.cells}
    for cell in shown:
        mark = cell["metadata"].get("nbgrader") or {}
        name = mark.get("grade_id")
        if name in book.graded:
            place = (book.stem, name)
            mark["score"] = _counted(made.scores.get(place), work.hands.get(place))
            mark["points"] = released[name].points or 0.0
        if name in book.commented:
            mark["comment"] = work.words.get((book.stem, name)) or made.comments.get((book.stem, name)) or ""
    rows = pages.annotate(shown, setup.prose.get(book.stem, frozenset()))
    about = pages.facts(setup.unit, book.stem, work.learner, rows, notes)
    penalty = made.penalties.get(book.stem) or 0.0
    score = totals(book, made, work.hands) - penalty
    return pages.page(shown, about, score, book.max_score, penalty)


def _copy(cell: Mapping[str, Any]) -> dict[str, Any]:
    """A cell whose marks and outputs can be changed without changing the cell (deepcopy takes ten times as long)."""
    made = dict(cell)
    metadata = dict(cell["metadata"])
    if "nbgrader" in metadata:
        metadata["nbgrader"] = dict(metadata["nbgrader"])
    made["metadata"] = metadata
    if "outputs" in cell:
        made["outputs"] = [output | {"data": dict(output.get("data", {}))} for output in cell["outputs"]]
    return made


def broken_page(stem: str, reason: str) -> str:
    """The page of a notebook that could not be graded: why, and what to do."""
    title = f"{stem.replace('-', ' ').capitalize()}: 0 points"
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title></head>\n'
        '<body style="font-family:system-ui,Arial,sans-serif;font-size:16px;line-height:1.5;max-width:46em;margin:2em auto;padding:0 1em">\n'
        f"<h1>{escape(title)}</h1>\n<p>Your file {escape(stem)}.ipynb could not be graded. {escape(reason)}</p>\n"
        "<p>Open your own copy in JupyterLab, save it, and hand in once more with <code>cp.hand_in</code>. "
        "If your copy does not open, talk to your instructor.</p></body></html>\n"
    )
