"""From a unit's notebooks to what a learner gets: nbgrader's release, then one zip file."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from chartpath._version import __version__
from chartpath.errors import BadInput, ChartpathError
from chartpath.grading import forms
from chartpath.grading.course import Course, check_unit, hushed, quiet_log, this_course
from chartpath.handin import MANIFEST, check_learner_id, graded_notebook, write_zip

START = "START-HERE.txt"


def release_unit(
    unit: str, out: Path | None = None, *, force: bool = False, course: Course | None = None
) -> Path:
    """Run nbgrader's generate_assignment on a unit and write the learner's bundle, `UNIT.zip`.

    The bundle holds the released notebooks, START-HERE.txt and manifest.json: no keys, no source text, no
    instructor's notes. The same release gives the same bytes. `out` is the folder it is written to (default:
    the course's release folder). Raises BadInput for an unknown unit, an answer in a notebook, a stray file, an
    item without its key; when another `UNIT.zip` is there already, unless `force`; and for a class whose learners
    get several forms of the unit's charts: each gets a bundle of their own then (`learner_bundles`).
    """
    course = course or this_course()
    if _several_forms(unit, course):
        raise BadInput(
            f"This class has several forms of the charts of {unit}: one bundle for all would give everybody the first. "
            f"Run `chartpath class bundles {unit} --roster FILE`."
        )
    target = (out or course.released) / f"{unit}.zip"
    members = _release(unit, course, lambda members: _check_target(target, members, force))
    write_zip(target, members)
    return target


def learner_bundles(
    unit: str, learners: Iterable[str], out: Path | None = None, *, course: Course | None = None
) -> dict[str, Path]:
    """Release a unit and write a bundle for each learner, `UNIT/LEARNER.zip` in `out`, with the charts of their form.

    `learners.csv` in the grading folder keeps who got which form: a learner in it keeps theirs, a new one gets the form
    that the fewest have. Where all have the same charts, the bundles are the same. `out` is a folder (default: `bundles`
    beside the course's grading folder). Raises BadInput as `release_unit` does, and for what is no learner id.
    """
    course = course or this_course()
    wanted = list(dict.fromkeys(check_learner_id(one) for one in learners))
    shared = _release(unit, course, lambda members: None)
    folder = (out or course.folder.parent / "bundles") / unit
    _make(folder)
    several = _several_forms(unit, course)
    had = forms.given(course) if several else {}
    if several:
        had = _hand_out(course, wanted, had)
    made = {}
    for learner in wanted:
        members = _with_form(unit, shared, forms.read(course, had[learner])) if several else shared
        made[learner] = folder / f"{learner}.zip"
        write_zip(made[learner], members)
    return made


def _hand_out(course: Course, learners: Sequence[str], had: dict[str, str]) -> dict[str, str]:
    """Give each new learner the form that the fewest have, and write it down."""
    spread = dict.fromkeys(forms.names(course), 0)
    for name in had.values():
        spread[name] += 1
    for learner in learners:
        if learner not in had:
            had[learner] = min(spread, key=lambda name: spread[name])
            spread[had[learner]] += 1
    forms.write_given(course, had)
    return had


def _with_form(unit: str, shared: Mapping[str, bytes], form: forms.Form) -> dict[str, bytes]:
    """The bundle's members, with the charts of this form in its notebooks."""
    notebooks = {}
    for name, data in shared.items():
        if name.endswith(".ipynb"):
            notebook = json.loads(data)
            forms.carry(notebook, form)
            text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
            notebooks[name.partition("/")[2]] = text.encode()
    return _bundle(unit, notebooks)


def _several_forms(unit: str, course: Course) -> bool:
    """Whether a unit asks for charts of the class's own, and learners get different ones."""
    if len(forms.names(course)) < 2:
        return False
    ids = forms.read(course, forms.names(course)[0]).charts
    texts = [path.read_text(encoding="utf-8") for path in (course.source / check_unit(unit)).glob("*.ipynb")]
    return any(name in text for text in texts for name in ids)


def _release(unit: str, course: Course, check: Callable[[dict[str, bytes]], None]) -> dict[str, bytes]:
    """Run nbgrader's generate_assignment, once tried and checked; returns the members of the bundle."""
    check_unit(unit)
    folder = course.source / unit
    if not folder.is_dir():
        units = ", ".join(sorted(path.name for path in course.source.glob("*") if path.is_dir()))
        raise BadInput(f"There is no unit {unit!r} in {course.source}. Units are {units}.")
    if not any(folder.glob("*.ipynb")):
        raise BadInput(f"{folder} has no notebooks yet. Run `chartpath build {unit}` first.")
    config = course.config()
    with tempfile.TemporaryDirectory() as scratch:
        # Tried out first, away from the gradebook: a release that cannot be made changes nothing.
        trial = course.config()
        trial.CourseDirectory.release_directory = scratch
        trial.SaveCells.enabled = False
        trial.GenerateAssignment.no_database = True
        _generate(unit, course, trial)
        members = _bundle(unit, _notebooks(Path(scratch, unit)))
    check(members)
    with course.gradebook(config):
        pass  # made whole before nbgrader writes to it
    _generate(unit, course, config)
    return _bundle(unit, _notebooks(course.released / unit))


def _check_target(target: Path, members: dict[str, bytes], force: bool) -> None:
    if target.is_file() and not force and not _same(target, members):
        raise BadInput(
            f"{target} is there already and differs. Give --force to replace it, or --out for another folder."
        )
    _make(target.parent)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"{folder} cannot be made ({error.strerror}). Choose another folder.") from error


def _notebooks(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.ipynb"))}


def released_notebooks(unit: str, course: Course) -> dict[str, bool]:
    """File name of each released notebook of a unit, and whether it holds graded cells.

    Raises BadInput when the unit has not been released.
    """
    folder = course.released / check_unit(unit)
    names = {
        path.name: graded_notebook(json.loads(path.read_bytes())) for path in sorted(folder.glob("*.ipynb"))
    }
    if not names:
        raise BadInput(f"{unit} has not been released. Run `chartpath release {unit}` first.")
    return names


def _generate(unit: str, course: Course, config: Any) -> None:
    from nbgrader.converters import GenerateAssignment
    from nbgrader.converters.base import NbGraderException

    failure: list[Exception] = []

    class Generate(GenerateAssignment):  # type: ignore[misc]
        def convert_single_notebook(self, notebook_filename: str) -> None:
            try:
                super().convert_single_notebook(notebook_filename)
            except Exception as error:  # nbgrader keeps only the traceback, in its log: keep the cause
                failure.append(error)
                raise

    try:
        with hushed():
            Generate(
                coursedir=course.coursedir(config, unit), config=config, force=True, log=quiet_log()
            ).start()
    except NbGraderException as error:
        cause = failure[0] if failure else error
        if isinstance(cause, ChartpathError):
            raise cause from error
        if "submissions associated" in str(cause):
            raise BadInput(
                f"{unit} has other cells than before, and work on its earlier release is in the gradebook. Give the changed unit a new name, "
                f"or take the earlier one out of the gradebook: nbgrader db assignment remove {unit} --force."
            ) from error
        raise ChartpathError(
            f"nbgrader could not release {unit}: {' '.join(str(cause).split())[:300]}"
        ) from error


def _bundle(unit: str, notebooks: Mapping[str, bytes]) -> dict[str, bytes]:
    """Names and bytes of the bundle's files, each below a folder named after the unit."""
    facts = {
        name: {
            "graded": (points := _points(data)) > 0,
            "points": points,
            "sha256": hashlib.sha256(data).hexdigest(),
        }
        for name, data in notebooks.items()
    }
    manifest = {"format": 1, "unit": unit, "kit": __version__, "notebooks": facts}
    files = {
        **notebooks,
        MANIFEST: (json.dumps(manifest, indent=1) + "\n").encode(),
        START: _start_here(unit, facts).encode(),
    }
    return {f"{unit}/{name}": data for name, data in files.items()}


def _points(notebook: bytes) -> float:
    """Points a released notebook is worth: those of its graded cells."""
    marks = [cell["metadata"].get("nbgrader", {}) for cell in json.loads(notebook)["cells"]]
    return float(sum(mark["points"] for mark in marks if mark.get("grade") or mark.get("task")))


def _start_here(unit: str, facts: dict[str, dict[str, Any]]) -> str:
    lessons = [name for name, one in facts.items() if not one["graded"]]
    graded = [name for name, one in facts.items() if one["graded"]]
    points = sum(one["points"] for one in facts.values())
    lines = [
        f"{unit}",
        "=" * len(unit),
        "",
        "1. Unpack this zip file. Keep its files together and keep their names.",
    ]
    lines += ["2. Open JupyterLab in the unpacked folder:   python -m jupyterlab"]
    if lessons:
        lines += [
            "3. Work through the lessons; they score themselves as you go:",
            *(f"     {name}" for name in lessons),
        ]
    if graded:
        lines += [
            f"{4 if lessons else 3}. Do the work that your instructor scores ({points:g} points):",
            *(f"     {name}" for name in graded),
            "   Type your answers below the %%answer lines. Press Ctrl+S (Cmd+S on a Mac) to save.",
            f"{5 if lessons else 4}. Hand in: run this in a new cell at the end, with the id your instructor gave you:",
            '     cp.hand_in("your-id")',
            "   It makes one zip file in this folder. Send that file to your instructor.",
        ]
    lines += ["", "If a command is not found, install the kit first:   python -m pip install chartpath", ""]
    return "\n".join(lines)


def _same(target: Path, members: dict[str, bytes]) -> bool:
    import zipfile

    try:
        with zipfile.ZipFile(target) as bundle:
            return {info.filename: bundle.read(info) for info in bundle.infolist()} == members
    except (zipfile.BadZipFile, OSError):
        return False
