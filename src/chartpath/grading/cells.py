"""Reading a handed-in notebook without trusting it: which cell is which, and what was tampered with.

Pure functions on cells as plain JSON objects. The gradebook's copy of the released cells (`Released`) decides;
nothing the learner's file says about points, ids, locks or checksums is believed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import Factory, frozen, mutable

from chartpath import items
from chartpath.answers import split_cell
from chartpath.errors import BadInput
from chartpath.grading.safety import plain_text

MAX_CELLS = 2_000
MAX_SOURCE = 200_000
"""Characters of one cell; the rest is left out, with a note."""

_SCORE = re.compile(r"\s*cp\.score\(\s*[\"']([A-Za-z0-9-]+)[\"']\s*\)\s*")
_SHOW = re.compile(r"\s*cp\.show\(\s*[\"']([A-Za-z0-9-]+)[\"']\s*\)\s*")
_HIDDEN = re.compile(
    r"^[^\n]*BEGIN HIDDEN TESTS[^\n]*$.*?^[^\n]*END HIDDEN TESTS[^\n]*(?:\n|\Z)", re.DOTALL | re.MULTILINE
)
_CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@frozen
class Released:
    """One cell of the released notebook that nbgrader keeps track of, from the gradebook."""

    name: str
    cell_type: str
    source: str
    locked: bool
    checksum: str | None
    grade: bool = False
    solution: bool = False
    task: bool = False
    points: float | None = None

    @property
    def shown(self) -> str:
        """The text that learners got: nbgrader leaves hidden tests out of it (and gives it a checksum of its own)."""
        return _HIDDEN.sub("", self.source).rstrip("\n") if _HIDDEN.search(self.source) else self.source

    @property
    def scores(self) -> str | None:
        """The item whose points this cell gives; None for any other cell."""
        return scored_item(self.source) if self.grade and self.locked else None

    @property
    def answers(self) -> str | None:
        """The item this cell holds the answer to; None for any other cell."""
        return answered_item(self.source) if self.solution and not self.locked else None

    def metadata(self) -> dict[str, Any]:
        """The cell metadata nbgrader expects, as released."""
        mark: dict[str, Any] = {
            "schema_version": 3,
            "grade_id": self.name,
            "grade": self.grade,
            "solution": self.solution,
            "locked": self.locked,
            "task": self.task,
            "cell_type": self.cell_type,
            "checksum": self.checksum,
        }
        if self.points is not None:
            mark["points"] = self.points
        return {"deletable": False, "editable": not self.locked, "nbgrader": mark}


@mutable
class _Cell:
    """A cell on its way: `release` is set once it is known which released cell it is."""

    kind: str
    source: str
    id: str
    mark: dict[str, Any] = Factory(dict)
    release: Released | None = None

    @property
    def claim(self) -> str:
        """The id the file says nbgrader knows this cell by; empty for none."""
        claim = self.mark.get("grade_id")
        return claim if isinstance(claim, str) else ""

    @property
    def answers(self) -> str | None:
        return answered_item(self.source) if self.kind == "code" else None


def scored_item(source: str) -> str | None:
    """The item of a `cp.score("ID")` cell; None for any other source."""
    match = _SCORE.fullmatch(source)
    return match[1].lower() if match else None


def shown_item(source: str) -> str | None:
    """The item of a `cp.show("ID")` cell; None for any other source."""
    match = _SHOW.fullmatch(source)
    return match[1].lower() if match else None


def answered_item(source: str) -> str | None:
    """The item of a `%%answer ID` cell; None for any other source."""
    parts = split_cell(source)
    return parts[0].lower() if parts and parts[0] else None


def counting_answers(cells: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The body that counts for each scored item: that of the last `%%answer` cell above its score cell.

    It is what running the notebook from top to bottom gives. An item without an answer has an empty body.
    """
    last: dict[str, str] = {}
    counted: dict[str, str] = {}
    for cell in cells:
        if cell.get("cell_type") != "code":
            continue
        source = str(cell.get("source", ""))
        parts = split_cell(source)
        if parts and parts[0]:
            last[parts[0].lower()] = parts[1]
        mark = cell.get("metadata", {}).get("nbgrader") or {}
        item = scored_item(source) if mark.get("grade") else None
        if item:
            counted[item] = last.get(item, "")
    return counted


def restore(cells: Any, released: Sequence[Released]) -> tuple[list[dict[str, Any]], list[str]]:
    """The learner's cells with every released cell back in its place, and what had been changed, in words.

    Locked cells get their released text, learners' cells keep theirs; all metadata is made anew. A missing cell
    is put back, so that deleting a check cell loses no points and wins none. Raises BadInput when `cells` is
    not a list of cells.
    """
    found = _tidy(cells)
    notes: list[str] = []
    if any(len(cell.source) > MAX_SOURCE for cell in found):
        notes.append(f"A cell held more than {MAX_SOURCE:,} characters; the rest was left out.")
        for cell in found:
            cell.source = cell.source[:MAX_SOURCE]
    kept = [one for one in released if not one.answers]
    forms: dict[str | None, Released] = {one.answers: one for one in released if one.answers}
    if kept and not any(cell.claim for cell in found):
        notes.append("nbgrader's marks were missing from all cells; they were put back.")
    for one in kept:
        _identify(one, found, forms, notes)
    for place, one in enumerate(kept):
        if not any(cell.release is one for cell in found):
            _put_back(one, kept[:place], found, notes)
    for one in kept:
        item = one.scores
        if item:
            _settle_answer(item, one, forms.get(item), found, notes)
    scored = {one.scores for one in kept}
    strange = _not_asked({cell.answers for cell in found if cell.answers} - scored)
    if strange:
        notes.append(
            f"It answers what this notebook does not score; that was left aside: {', '.join(one[:60] for one in strange)[:200]}."
        )
    _name(found)
    return [_as_json(cell) for cell in found], notes


def _tidy(cells: Any) -> list[_Cell]:
    """Cells as read from a file, whatever they are, in a form that holds only text."""
    if not isinstance(cells, list):
        raise BadInput("The file has no list of cells: it is not a Jupyter notebook.")
    if len(cells) > MAX_CELLS:
        raise BadInput(f"The notebook has {len(cells):,} cells, more than {MAX_CELLS:,}. It was not read.")
    tidied = []
    for cell in cells:
        if not isinstance(cell, dict):
            continue
        kind, source = cell.get("cell_type"), plain_text(cell.get("source"))
        if kind not in ("code", "markdown"):
            # A raw cell is passed to the page as it stands: show its text instead.
            kind = "markdown"
            if not answered_item(source):
                source = "\n".join(f"    {line}" for line in source.splitlines())
        metadata = cell.get("metadata")
        mark = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        own_id = cell.get("id")
        own_id = own_id if isinstance(own_id, str) and _CELL_ID.fullmatch(own_id) else ""
        tidied.append(_Cell(kind, source, own_id, mark if isinstance(mark, dict) else {}))
    if cells and not tidied:
        raise BadInput("The file's cells are no cells: it is not a Jupyter notebook.")
    return tidied


def reduced(cells: Any) -> list[dict[str, Any]]:
    """The parts of a file's cells that grading looks at: outputs and other metadata are not even copied.

    Raises BadInput when `cells` is not a list of cells.
    """
    return [
        {"cell_type": cell.kind, "id": cell.id, "metadata": {"nbgrader": cell.mark}, "source": cell.source}
        for cell in _tidy(cells)
    ]


def _identify(
    one: Released, found: list[_Cell], forms: Mapping[str | None, Released], notes: list[str]
) -> None:
    """Mark the cell that is `one`: by nbgrader's id, else by cell id, else (locked cells) by its text."""
    # An answer is never taken for another cell, whatever id is forged onto it: its text must not be lost.
    free = [cell for cell in found if cell.release is None and answered_item(cell.source) not in forms]
    same = [cell for cell in free if cell.claim == one.name]
    if len(same) > 1:
        notes.append(f"The cell {one.name} stood {len(same)} times in the notebook; the last one was used.")
    same = same or [cell for cell in free if cell.id == one.name and not cell.claim]
    if not same and one.locked:
        texts = (one.source.strip(), one.shown.strip())
        same = [cell for cell in free if cell.source.strip() in texts and not cell.claim]
    if not same:
        return
    cell = same[-1]
    _recognize(cell, one, notes)
    if one.locked:
        if cell.source.rstrip("\n") not in (one.source.rstrip("\n"), one.shown):
            notes.append(f"The locked cell {one.name} had been changed; its released text was put back.")
        cell.source = one.source
    if cell.kind != one.cell_type:
        notes.append(f"The cell {one.name} had been turned into a {cell.kind} cell; it was turned back.")
        cell.kind = one.cell_type


def _recognize(cell: _Cell, one: Released, notes: list[str]) -> None:
    """Say that this cell is that released one, and note marks that were forged."""
    cell.release = one
    expected = {"grade": one.grade, "solution": one.solution, "locked": one.locked, "task": one.task}
    if one.points is not None:
        expected["points"] = one.points  # type: ignore[assignment]
    if one.checksum and one.shown == one.source:
        expected["checksum"] = one.checksum  # type: ignore[assignment]
    forged = [name for name, value in expected.items() if name in cell.mark and cell.mark[name] != value]
    if cell.mark and cell.claim != one.name:
        forged.append("grade_id")
    if forged:
        notes.append(
            f"The marks of the cell {one.name} had been changed ({', '.join(forged)}); they were put back."
        )


def _put_back(one: Released, before: Sequence[Released], found: list[_Cell], notes: list[str]) -> None:
    """Insert a missing cell: a score cell after its item's last answer, others after the one they followed."""
    notes.append(f"The cell {one.name} was missing; it was put back.")
    place = None
    if one.scores:
        place = next((i + 1 for i in reversed(range(len(found))) if found[i].answers == one.scores), None)
    if place is None:
        present = [i for i, cell in enumerate(found) if cell.release in before]
        place = present[-1] + 1 if present else 0
    found.insert(place, _Cell(one.cell_type, one.source, one.name, release=one))


def _settle_answer(
    item: str, check: Released, form: Released | None, found: list[_Cell], notes: list[str]
) -> None:
    """Decide which cell answers `item`, and give that one nbgrader's mark."""
    for cell in found:
        if form and cell.kind != "code" and cell.claim == form.name and answered_item(cell.source) == item:
            notes.append(
                f"The answer cell of {item} had been turned into a {cell.kind} cell; it was turned back."
            )
            cell.kind = "code"
    at = next(i for i, cell in enumerate(found) if cell.release is check)
    places = [i for i, cell in enumerate(found) if cell.answers == item]
    above = [i for i in places if i < at]
    if places and not above:
        notes.append(f"The check cell of {item} stood above the answer; it was moved below it.")
        moved = found.pop(at)
        found.insert(places[-1], moved)  # one place up: the check cell before it is gone
        above = [i - 1 for i in places]
    elif len(above) > 1:
        notes.append(f"{item} was answered {len(above)} times; the last answer above its check cell counts.")
    if above and len(above) < len(places):
        notes.append(f"An answer to {item} stands below its check cell; it does not count.")
    if form is None:
        return
    if above:
        _recognize(found[above[-1]], form, notes)
        return
    unknown = [cell for cell in found if cell.release is None and not answered_item(cell.source)]
    broken = [cell for cell in unknown if form.name in (cell.claim, cell.id)]
    if broken:
        notes.append(
            f"The answer cell of {item} no longer begins with %%answer {item}; it could not be scored."
        )
        broken[-1].release = form
        broken[-1].kind = form.cell_type
        return
    notes.append(f"The answer cell of {item} was missing; an empty one was put back.")
    at = next(i for i, cell in enumerate(found) if cell.release is check)
    found.insert(at, _Cell(form.cell_type, form.source, form.name, release=form))


def _not_asked(item_ids: set[str]) -> list[str]:
    """Those of these ids that no lesson could ask either: a practice item scores itself, wherever it is answered."""
    known = set(items.item_ids()) if item_ids else set()
    return sorted(one for one in item_ids if one not in known or items.item(one).assessed)


def _name(found: list[_Cell]) -> None:
    """Give every cell an id that no other has; released cells get theirs back."""
    used = {cell.release.name for cell in found if cell.release}
    number = 0
    for cell in found:
        if cell.release:
            cell.id = cell.release.name if _CELL_ID.fullmatch(cell.release.name) else ""
        elif cell.id in used:
            cell.id = ""
        while not cell.id:
            number += 1
            if f"cell-{number}" not in used:
                cell.id = f"cell-{number}"
        used.add(cell.id)


def _as_json(cell: _Cell) -> dict[str, Any]:
    made: dict[str, Any] = {
        "cell_type": cell.kind,
        "id": cell.id,
        "metadata": cell.release.metadata() if cell.release else {},
        "source": cell.source,
    }
    if cell.kind == "code":
        made |= {"execution_count": None, "outputs": []}
    return made
