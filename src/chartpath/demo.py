"""The whole cycle on a made-up class of twelve: release, answer, hand in, collect, grade, feedback, export.

Everything goes through the same doors as a real class: the learner's bundle, `cp.hand_in`, `collect`,
`grade_unit`. The answers are made from the keys, right ones and the mistakes people really make.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from chartpath import items, paths
from chartpath.answers import split_cell
from chartpath.errors import BadInput, KeyNotAtHand
from chartpath.handin import SUBMISSION, pack, write_zip
from chartpath.scoring import key_lines

if TYPE_CHECKING:
    from chartpath.grading.inbox import CollectReport
    from chartpath.grading.row import GradeReport
    from chartpath.grading.summary import ClassSummary

UNIT = "10-chart-abstraction-outpatient"
MARK = "chartpath-demo.json"
Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many are done, of how many."""

CLASS = {
    "amara.okafor": "excellent",
    "ben.kowalski": "excellent",
    "carla.mendes": "typical",
    "dana.whitfield": "typical",
    "elif.demir": "typical",
    "farid.haddad": "typical",
    "grace.liu": "confused",
    "hugo.lindqvist": "confused",
    "iris.novak": "blank",
    "jonah.peters": "late",
    "kofi.mensah": "damaged: the file breaks off",
    "lena.fischer": "damaged: cells deleted and copied",
}
"""The twelve, and how each of them works."""

# How often each kind of learner has a record right, makes a known mistake, or leaves it out; the rest is a guess.
_HABITS = {"excellent": (0.95, 0.05, 0.0), "typical": (0.55, 0.35, 0.05), "confused": (0.1, 0.55, 0.15)}


@frozen
class DemoReport:
    """What the demonstration made, and where everything is."""

    folder: Path
    bundle: Path
    collected: CollectReport
    graded: GradeReport
    summary: ClassSummary
    grades: Path
    summary_page: Path
    seconds: float

    @property
    def feedback(self) -> Path:
        """Folder of the feedback pages, one for each learner and notebook."""
        return self.folder / "grading" / "feedback"

    def lines(self) -> list[str]:
        """Where everything is, for a person."""
        return [
            f"The learner's bundle     {self.bundle}",
            f"What learners handed in  {self.folder / 'inbox'}",
            f"Feedback pages           {self.feedback}",
            f"Gradebook as CSV         {self.grades}",
            f"Summary of the class     {self.summary_page}",
            f"nbgrader's course folder {self.folder / 'grading'}",
        ]


def run_demo(
    out: Path,
    seed: int = 2026,
    progress: Progress | None = None,
    *,
    unit: str = UNIT,
    engine: str = "answers",
    jobs: int = 1,
) -> DemoReport:
    """Run a unit's whole cycle for twelve made-up learners in the new folder `out`.

    The same `seed` gives the same answers. An earlier demonstration in `out` is replaced; another folder that
    holds files is refused. Raises BadInput for that and for an unknown unit, KeyNotAtHand without the keys.
    """
    from chartpath.grading.course import Course, set_due
    from chartpath.grading.export import export_grades
    from chartpath.grading.grade import grade_unit
    from chartpath.grading.inbox import collect
    from chartpath.grading.release import release_unit
    from chartpath.grading.summary import summarize, write_summary

    started = time.monotonic()
    tell = progress or (lambda stage, done, total: None)
    course = Course(_new_folder(out, unit) / "grading")
    folder = course.folder.parent
    tell("Releasing the unit", 0, 1)
    bundle = release_unit(unit, folder, course=course)
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    due = now - dt.timedelta(hours=12)
    set_due(unit, due, course)
    with course.gradebook() as gradebook:
        for learner in CLASS:
            first, last = learner.title().split(".")
            gradebook.update_or_create_student(
                learner, first_name=first, last_name=last, email=f"{learner}@example.org"
            )
    tell("Releasing the unit", 1, 1)
    inbox = folder / "inbox"
    inbox.mkdir()
    for number, (learner, habit) in enumerate(CLASS.items(), start=1):
        handed_in = due + dt.timedelta(hours=3) if habit == "late" else due - dt.timedelta(hours=number)
        _work(bundle, unit, learner, habit, handed_in, inbox, random.Random(f"{seed} {learner}"))  # noqa: S311 - no secret
        tell("Learners answer and hand in", number, len(CLASS))
    collected = collect([inbox], unit, course=course)
    graded = grade_unit(
        unit,
        engine,
        jobs,
        lambda done, total, _: tell("Grading and writing feedback", done, total),
        unsafe_kernel=True,  # the class is made up
        course=course,
    )
    summary = summarize(graded, course)
    grades = export_grades("csv", folder / "grades.csv", course=course)
    page = write_summary(summary, folder)
    return DemoReport(folder, bundle, collected, graded, summary, grades, page, time.monotonic() - started)


def _new_folder(out: Path, unit: str) -> Path:
    """`out` as a fresh course folder with the unit's notebooks and nbgrader's configuration."""
    grading = paths.grading()
    if grading is None or paths.keys() is None:
        raise KeyNotAtHand(
            "The demonstration needs the keys in grading/keys. Run it in a clone of the whole repository."
        )
    source = paths.notebooks() / unit
    if not any(source.glob("*.ipynb")):
        raise BadInput(
            f"There are no notebooks in {source}. Name a unit of the course, or run `chartpath build {unit}` first."
        )
    out = out.resolve()
    if out.exists() and not out.is_dir():
        raise BadInput(f"{out} is a file. Name a new folder for the demonstration.")
    if out.exists() and any(out.iterdir()):
        if not (out / MARK).is_file():
            raise BadInput(f"{out} holds other files. Name a new folder for the demonstration.")
        shutil.rmtree(out)
    (out / "notebooks" / unit).mkdir(parents=True)
    (out / "grading").mkdir()
    (out / MARK).write_text(json.dumps({"unit": unit}), encoding="utf-8")
    for path in source.glob("*.ipynb"):
        shutil.copyfile(path, out / "notebooks" / unit / path.name)
    shutil.copyfile(grading / "nbgrader_config.py", out / "grading" / "nbgrader_config.py")
    return out


def _work(
    bundle: Path, unit: str, learner: str, habit: str, at: dt.datetime, inbox: Path, dice: random.Random
) -> None:
    """One learner unpacks the bundle, types answers, and hands in."""
    with tempfile.TemporaryDirectory() as desk:
        with zipfile.ZipFile(bundle) as packed:
            packed.extractall(desk)
        folder = Path(desk, unit)
        for path in sorted(folder.glob("*.ipynb")):
            notebook = json.loads(path.read_bytes())
            _type_answers(
                notebook["cells"], "typical" if habit.startswith(("late", "damaged")) else habit, dice
            )
            if habit.endswith("copied"):
                _shuffle_cells(notebook["cells"])
            path.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        handed_in = pack(learner, folder, at)
        if habit.endswith("breaks off"):
            _break_off(handed_in, at)
        shutil.copyfile(handed_in, inbox / handed_in.name)


def _type_answers(cells: list[dict[str, Any]], habit: str, dice: random.Random) -> None:
    for cell in cells:
        parts = split_cell("".join(cell["source"])) if cell["cell_type"] == "code" else None
        if parts and items.item(parts[0]).assessed and habit != "blank":
            cell["source"] = f"%%answer {parts[0]}\n{_answer(parts[0], habit, dice)}".splitlines(
                keepends=True
            )


def _answer(item_id: str, habit: str, dice: random.Random) -> str:
    """The body of one answer, as this kind of learner would type it."""
    item, key = items.item(item_id), items.key(item_id)
    right, mistaken, left_out = _HABITS[habit]
    throw = dice.random()
    if throw >= right + mistaken + left_out:
        return "not sure\n" if habit == "confused" else "R69\n"
    if throw >= right + mistaken:
        return ""
    if item.kind != "codes":
        return _other_answer(item, key, throw < right, dice)
    if throw >= right and key.miscodings:
        return _written(dice.choice(key.miscodings).codes, habit, dice)
    if throw >= right:
        return _written(key_lines(key)[:-1] or ["R69"], habit, dice)
    return "\n".join(key_lines(key, evidence=habit == "excellent")) + "\n"


def _written(lines: Sequence[str], habit: str, dice: random.Random) -> str:
    """Answer lines as people type them: some without the dot, in lower case; quoted words stay as they are."""
    sloppy = habit == "confused" and dice.random() < 0.5
    return "".join(f"{_sloppily(line) if sloppy else line}\n" for line in lines)


def _sloppily(line: str) -> str:
    typed, mark, quoted = line.partition('"')
    return f"{typed.replace('.', '').lower()}{mark}{quoted}"


def _other_answer(item: items.Item, key: items.Key, right: bool, dice: random.Random) -> str:
    answer = key.answer
    if not right:
        return f"{dice.choice(sorted(item.options))}\n" if item.options else "0\n"
    if isinstance(answer, dict):
        return "".join(f"{left} {chosen}\n" for left, chosen in answer.items())
    if isinstance(answer, list):
        return f"{answer[0] if item.kind in ('term', 'parts') else ' '.join(map(str, answer))}\n"
    return f"{answer}\n"


def _shuffle_cells(cells: list[dict[str, Any]]) -> None:
    """Delete the first check cell, and copy the last answer cell: what a slip with the cell menu does."""
    checks = [cell for cell in cells if cell["metadata"].get("nbgrader", {}).get("grade")]
    typed = [cell for cell in cells if cell["metadata"].get("nbgrader", {}).get("solution")]
    if checks and typed:
        cells.remove(checks[0])
        copy = json.loads(json.dumps(typed[-1]))
        cells.insert(cells.index(typed[-1]), copy)


def _break_off(handed_in: Path, at: dt.datetime) -> None:
    """Cut the notebook in the zip file in half, as a full disk or a bad stick does."""
    with zipfile.ZipFile(handed_in) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    write_zip(
        handed_in,
        {name: data if name == SUBMISSION else data[: len(data) // 2] for name, data in members.items()},
        at,
    )
