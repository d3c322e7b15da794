"""A class of its own: a course folder whose assessed charts were made from a seed that only its instructor has.

The folder holds the course's notebooks with the class's assessments in place of the published ones, and a grading
folder with the charts and keys of each form. The same seed, made with the same version of the kit, gives the same
class; nothing in the folder tells the seed.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from chartpath import paths
from chartpath._version import __version__
from chartpath.build import compose
from chartpath.codesets import edition_for
from chartpath.errors import BadInput, ChartpathError
from chartpath.generate import Generated, charts, may_fit, situations
from chartpath.generate.draw import Draw
from chartpath.generate.model import Situation
from chartpath.generate.output import chart_text, key_text
from chartpath.grading import forms
from chartpath.grading.course import CONFIG, Course
from chartpath.items import CLASS, Item, Key
from chartpath.scoring import key_lines

UNITS = {"10": "10-chart-abstraction-outpatient", "11": "11-chart-abstraction-inpatient"}
NOTEBOOK = {"10": "code-your-charts", "11": "code-your-stays"}
MOST_CHARTS, MOST_FORMS = 30, 500
# The published assessment of unit 11 is about hospital stays: what follows a stay is practiced there, not assessed.
_SETTING = {"10": "", "11": "inpatient"}
_MINUTES = {"10": 9, "11": 18}
_WORD = {"10": "Chart", "11": "Stay"}
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LEAST_SEED = 16

Told = Callable[[int, int], None]
"""Called with the number of charts made and of all."""


@frozen
class NewClass:
    """What was made. `folder` is the class's; `charts` counts the assessed charts of one form."""

    folder: Path
    charts: int
    forms: int
    new_seed: bool

    @property
    def course(self) -> Course:
        """The class's course."""
        return Course(self.folder / "grading")


@frozen
class _Slot:
    """One assessed chart of a unit: its id, and the record and key of each form."""

    id: str
    situation: str
    forms: tuple[tuple[Item, Key], ...]


def new_class(
    folder: Path,
    seed_file: Path,
    *,
    units: Sequence[str] = ("10", "11"),
    count: int = 10,
    variants: int = 1,
    told: Told = lambda done, total: None,
) -> NewClass:
    """Make a class in the new folder `folder`, from the seed in `seed_file` (made, when there is none).

    `units` are some of `UNITS`, `count` the assessed charts of each, `variants` the forms that they come in: charts of
    the same situations and difficulty about other patients. All is written beside `folder` first and then renamed.
    Raises BadInput for a folder that holds files, a seed that others can read or that would travel with the kit, and
    numbers out of range; KeyNotAtHand never: the keys are made here.
    """
    folder = folder.resolve()
    if not _NAME.fullmatch(folder.name):
        raise BadInput(
            f"{folder.name!r} cannot name a class: use a-z, 0-9 and single hyphens, like spring-2027."
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput(f"{folder} holds files already. Name a new class; an existing one is never replaced.")
    if not units or set(units) - set(UNITS):
        raise BadInput(
            f"Charts can be made for the units {' and '.join(UNITS)}. Give --unit 10 or --unit 11."
        )
    if not 1 <= count <= MOST_CHARTS or not 1 <= variants <= MOST_FORMS:
        raise BadInput(f"A class has 1 to {MOST_CHARTS} charts a unit, in 1 to {MOST_FORMS} forms.")
    grading = paths.grading()
    if grading is None:
        raise BadInput("There is no grading/ folder here. Clone the whole repository to make a class.")
    seed, new_seed = _seed(seed_file, folder)
    total = len(units) * count * variants
    done = 0

    def one_more() -> None:
        nonlocal done
        done += 1
        told(done, total)

    made = {unit: _slots(seed, unit, count, variants, one_more) for unit in sorted(set(units))}
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _write(work, folder.name, grading, made, variants)
        if folder.exists():
            folder.rmdir()
        work.rename(folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)  # nothing is left of it after the rename
    return NewClass(folder, count * len(made), variants, new_seed)


def _seed(path: Path, folder: Path) -> tuple[str, bool]:
    """The seed in a file, and whether it was made just now."""
    path = path.expanduser().resolve()
    for home, why in (
        (folder, "of the class, which you hand on"),
        (paths.root(), "of the kit, which is public"),
    ):
        if path.is_relative_to(home):
            raise BadInput(
                f"The seed file {path.name} would lie in the folder {why}. Keep it elsewhere, like ~/{path.name}."
            )
    if not path.exists():
        seed = secrets.token_urlsafe(32)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(f"{seed}\n")
        except OSError as error:
            raise BadInput(
                f"{path} cannot be written ({error.strerror}). Choose another place for the seed."
            ) from error
        return seed, True
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise BadInput(f"Others can read {path}, and with the seed make your keys. Run: chmod 600 {path}")
        seed = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"{path} cannot be read as text. Name a text file, or a new one to have a seed made."
        ) from error
    if len(seed) < _LEAST_SEED:
        raise BadInput(
            f"The seed in {path.name} has {len(seed)} characters, which can be guessed. Use {_LEAST_SEED} or more, "
            "or name a new file to have one made."
        )
    return seed, False


def _slots(
    seed: str, unit: str, count: int, variants: int, one_more: Callable[[], None]
) -> tuple[_Slot, ...]:
    """The assessed charts of a unit, easier ones first; each of another situation as long as there are some."""
    pool = _pool(seed, unit)
    found: list[tuple[str, tuple[Generated, ...]]] = []
    for number in range(count):
        found.append(_cases(f"{seed} {unit} {number}", unit, variants, pool))
        for _ in range(variants):
            one_more()
    found.sort(key=lambda row: _difficulty(row[1][0]))
    return tuple(
        _Slot(name, situation, tuple(_named(one, name) for one in cases))
        for name, (situation, cases) in zip(
            (f"{CLASS}{unit}-{number:02}" for number in range(1, count + 1)), found, strict=True
        )
    )


def _pool(seed: str, unit: str) -> Iterator[Situation]:
    """Situations that a unit's charts can come from, in the seed's order; the same again when all were taken."""
    fitting = [one for one in situations() if may_fit(one, _SETTING[unit], unit)]
    for lap in range(MOST_CHARTS):
        yield from Draw(seed, "class", unit, lap).shuffled(fitting)


def _cases(
    seed: str, unit: str, variants: int, pool: Iterator[Situation]
) -> tuple[str, tuple[Generated, ...]]:
    """`variants` cases of one situation at one difficulty; a situation that has too few is passed over."""
    for situation in pool:
        try:
            cases = partial(charts, seed, names=[situation.id], unit=unit, setting=_SETTING[unit])
            first = next(cases(1))
            if variants == 1:
                return situation.id, (first,)
            level = _difficulty(first)
            return situation.id, tuple(cases(variants, difficulty=level))
        except ChartpathError:
            continue
    raise BadInput(f"No situation has {variants} different cases of one difficulty. Ask for fewer variants.")


def _difficulty(one: Generated) -> int:
    return one.item.chart.difficulty if one.item.chart else 0


def _named(one: Generated, name: str) -> tuple[Item, Key]:
    chart = evolve(one.item.chart, id=name) if one.item.chart else None
    return evolve(one.item, id=name, chart=chart), evolve(one.key, item=name)


def _write(work: Path, name: str, grading: Path, made: dict[str, tuple[_Slot, ...]], variants: int) -> None:
    course = Course(work / "grading")
    for form in range(variants):
        for part in ("charts", "keys"):
            (course.folder / forms.FOLDER / str(form + 1) / part).mkdir(parents=True)
        for slot in (slot for slots in made.values() for slot in slots):
            item, key = slot.forms[form]
            base = course.folder / forms.FOLDER / str(form + 1)
            _text(base / "charts" / f"{slot.id}.md", chart_text(item))
            _text(base / "keys" / f"{slot.id}.yaml", key_text(key))
    course.folder.chmod(0o700)  # the keys
    shutil.copyfile(grading / CONFIG, course.folder / CONFIG)
    _copy_course(work, set(made))
    first = forms.read(course, "1")
    for unit, slots in made.items():
        _notebook(work, unit, slots, first, grading / "class" / f"{UNITS[unit]}.md")
    facts: dict[str, Any] = {
        "format": 1,
        "class": name,
        "kit": __version__,
        "forms": variants,
        "units": {UNITS[unit]: [slot.id for slot in slots] for unit, slots in made.items()},
    }
    _text(course.folder / "class.json", json.dumps(facts, indent=1) + "\n")
    _text(course.folder / "charts.csv", _overview(made))
    # Whoever makes the class inside of a checkout must not publish it by a careless commit.
    _text(work / ".gitignore", "*\n")
    work.chmod(0o755)


def _copy_course(work: Path, own: set[str]) -> None:
    """The course's notebooks, but for the published assessments that the class's own stand for."""
    replaced = {UNITS[unit] for unit in own}
    for source in sorted(paths.notebooks().glob("*/*.ipynb")):
        if source.parent.name in replaced and _kind(source) == "assessment":
            continue
        target = work / "notebooks" / source.parent.name / source.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def _kind(notebook: Path) -> str:
    return str(json.loads(notebook.read_bytes())["metadata"].get("chartpath", {}).get("kind", ""))


def _notebook(work: Path, unit: str, slots: Sequence[_Slot], form: forms.Form, template: Path) -> None:
    """The unit's assessment: the template's words, and a place for each chart."""
    word = _WORD[unit]
    places = [
        f'## {word} {number} of {len(slots)}\n\n```{{code-cell}}\ncp.show("{slot.id}")\n```\n\n```{{code-cell}}\n%%answer {slot.id}\n```'
        for number, slot in enumerate(slots, 1)
    ]
    items = [item for slot in slots for item, _ in slot.forms]
    words = {
        "minutes": str(_MINUTES[unit] * len(slots)),
        "points": f"{sum(slot.forms[0][0].points for slot in slots):g}",
        "book": _book(items),
        "charts": "\n\n".join(places),
    }
    text = re.sub(r"@(\w+)@", lambda found: words[found[1]], template.read_text(encoding="utf-8"))
    folder = work / "notebooks" / UNITS[unit]
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / f"{NOTEBOOK[unit]}.md"
    _text(source, text)
    with forms.lending(form):
        notebook = compose(source)
    source.unlink()
    forms.carry(notebook, form)
    _text(source.with_suffix(".ipynb"), json.dumps(notebook, ensure_ascii=False, indent=1) + "\n")


def _book(items: Sequence[Item]) -> str:
    """Which book the charts are judged by, in words."""
    editions = sorted({edition_for(item.chart.encounter_date) for item in items if item.chart})
    if len(editions) == 1:
        return f"the FY{editions[0]} book, in force on all their dates"
    return f"the book in force on each record's date ({' or '.join(f'FY{one}' for one in editions)})"


def _overview(made: dict[str, tuple[_Slot, ...]]) -> str:
    """All charts with their keys' codes, for the instructor's spreadsheet."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["unit", "form", "chart", "situation", "difficulty", "setting", "title", "codes"])
    for unit, slots in made.items():
        for slot in slots:
            for number, (item, key) in enumerate(slot.forms, 1):
                chart = item.chart
                if chart is not None:
                    codes = "; ".join(key_lines(key))
                    row = [UNITS[unit], number, slot.id, slot.situation, chart.difficulty, chart.setting]
                    table.writerow([*row, item.title, codes])
    return out.getvalue()


def _text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def read_roster(path: Path) -> list[str]:
    """Learner ids of a roster: a CSV file whose first column, or the one named learner, id or username, holds them.

    Raises BadInput for a file that cannot be read or names nobody, and for an id that stands twice.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file) if any(cell.strip() for cell in row)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{path} cannot be read as a CSV file. Save the roster as CSV, in UTF-8.") from error
    names = ("learner", "learner_id", "id", "username", "student", "student_id")
    head = [cell.strip().lower() for cell in rows[0]] if rows else []
    column = next((head.index(name) for name in names if name in head), None)
    found = [
        row[column or 0].strip() for row in rows[0 if column is None else 1 :] if len(row) > (column or 0)
    ]
    twice = sorted({one for one in found if found.count(one) > 1})
    if twice:
        raise BadInput(f"{path}: {twice[0]} stands twice. Each learner has one line.")
    if not found:
        raise BadInput(f"{path} names nobody. Give a CSV file with a learner's id on each line.")
    return found
