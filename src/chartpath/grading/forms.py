"""A class's own charts: one form for everybody, or several forms of the same exercise, and who has which.

They lie in the class's grading folder, `forms/FORM/charts/ID.md` and `forms/FORM/keys/ID.yaml`; `learners.csv` there
says which form each learner was given. A form holds the same ids as every other; only the records differ.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from attrs import frozen

from chartpath import items
from chartpath.errors import BadInput
from chartpath.grading.course import Course
from chartpath.items import Item, Key

FOLDER = "forms"
LEARNERS = "learners.csv"
_HEAD = ["learner", "form"]
_MARK = "form"  # in a notebook's metadata, beside the charts


@frozen
class Form:
    """The charts of a class as some of its learners get them. `texts` are the chart files, `digest` is of all files."""

    name: str
    charts: Mapping[str, Item]
    keys: Mapping[str, Key]
    texts: Mapping[str, str]
    digest: str


Of = Callable[[str], Form | None]
"""The form of a learner, by the learner's id."""


def names(course: Course) -> tuple[str, ...]:
    """Names of a class's forms, "1" first; none for a course without charts of its own."""
    folder = course.folder / FOLDER
    found = [path.name for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []
    return tuple(sorted(found, key=lambda name: (len(name), name)))


def read(course: Course, name: str) -> Form:
    """One form of a class. Raises BadInput for a file that is missing or malformed."""
    return _read(course.folder / FOLDER / name)


@lru_cache(maxsize=16)
def _read(folder: Path) -> Form:
    charts, keys, texts = {}, {}, {}
    digest = hashlib.sha256()
    for path in sorted((folder / "charts").glob("*.md")):
        one = items.read_chart(path)
        key = folder / "keys" / f"{one.id}.yaml"
        if not key.is_file():
            raise BadInput(
                f"{key} is missing. Make the class anew from its seed file, or put the key back from your copy."
            )
        charts[one.id], keys[one.id] = one, items.read_key(key)
        texts[one.id] = path.read_text(encoding="utf-8")
        digest.update(path.read_bytes() + key.read_bytes())
    if not charts:
        raise BadInput(f"{folder / 'charts'} holds no charts. Make the class anew from its seed file.")
    return Form(folder.name, charts, keys, texts, digest.hexdigest())


def given(course: Course) -> dict[str, str]:
    """Which form each learner was given, as `learners.csv` says. Raises BadInput for a line that is none."""
    path = course.folder / LEARNERS
    if not path.is_file():
        return {}
    known = set(names(course))
    found: dict[str, str] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.reader(file), 1):
            if not row or row == _HEAD:
                continue
            if len(row) != 2 or row[1] not in known:
                raise BadInput(
                    f"{path}, line {number}: it must read LEARNER,FORM, the form one of {', '.join(sorted(known))}."
                )
            found[row[0]] = row[1]
    return found


def write_given(course: Course, forms: Mapping[str, str]) -> None:
    """Write `learners.csv`, whole or not at all."""
    from chartpath.grading.course import write_whole

    rows = [_HEAD, *([learner, forms[learner]] for learner in sorted(forms))]
    write_whole(course.folder / LEARNERS, "".join(f"{','.join(row)}\n" for row in rows))


def by_learner(course: Course) -> Of:
    """What tells a learner's form; None for all where the course has no charts of its own.

    It raises BadInput where there are several forms and nobody wrote down which one a learner was given.
    """
    found = names(course)
    written = given(course) if len(found) > 1 else {}

    def of(learner: str) -> Form | None:
        if not found:
            return None
        name = found[0] if len(found) == 1 else written.get(learner)
        if name is None:
            raise BadInput(
                f"{learner} is not in {course.folder / LEARNERS}, so nobody knows which of the {len(found)} forms of the charts this is. "
                "Make a bundle with `chartpath class bundles`, or add the line to that file."
            )
        return read(course, name)

    return of


@contextmanager
def lending(form: Form | None) -> Iterator[None]:
    """Let `items` know the charts and keys of a form; nothing to do for None."""
    if form is None:
        yield
        return
    with items.lent(form.charts, form.keys):
        yield


def first(course: Course) -> Form | None:
    """The first form, which the class's own notebooks carry; None for a course without charts of its own."""
    found = names(course)
    return read(course, found[0]) if found else None


def carry(notebook: dict[str, Any], form: Form) -> None:
    """Put the charts that a notebook asks for into its metadata, from a form; a notebook that asks for none stays as it is."""
    wanted = sorted(
        name for name in form.texts if any(name in "".join(cell["source"]) for cell in notebook["cells"])
    )
    if wanted:
        about = notebook["metadata"].setdefault("chartpath", {})
        about[items.CARRIED] = {name: form.texts[name] for name in wanted}
        about[_MARK] = form.name


def not_own(notebook: Mapping[str, Any], form: Form) -> list[str]:
    """A note where a handed-in notebook carries another form than its learner was given; the file says so itself."""
    metadata = notebook.get("metadata")
    about = metadata.get("chartpath") if isinstance(metadata, dict) else None
    carried = about.get(_MARK) if isinstance(about, dict) else None
    if not isinstance(carried, str) or carried == form.name:
        return []
    told = f"form {carried}" if carried.isdecimal() and len(carried) < 5 else "another class"
    return [
        f"The notebook carries the charts of {told}, and this learner was given form {form.name}; the key of form {form.name} was used. "
        "Ask how that came about."
    ]
