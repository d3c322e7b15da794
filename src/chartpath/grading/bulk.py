"""Grading a whole class without a kernel: many learners side by side, one writer, and nothing lost when it stops.

The class is taken in parts. Of each part the bytes are read, marked (in other processes, when there are some), and
written: first the files, whole or not at all, then the gradebook in one transaction, then a line for each learner in
a journal. Killed at any moment and run again, it marks again whatever the journal does not hold, or whatever changed
since: a learner's file, a key, the release, a mark given by hand.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import pickle
import stat
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import cattrs
from attrs import evolve, frozen

from chartpath import items
from chartpath._version import __version__
from chartpath.errors import BadInput, ChartpathError
from chartpath.grading import forms
from chartpath.grading.cells import scored_item
from chartpath.grading.course import LINKED_FOLDER, Course
from chartpath.grading.ledger import Entry, Ledger, ReleasedUnit, Standing
from chartpath.grading.lock import alone
from chartpath.grading.marking import Marked, Penalty, Setup, Submission, mark, totals
from chartpath.grading.outputs import score_outputs, scored
from chartpath.grading.row import Progress, Row
from chartpath.grading.safety import plain_text
from chartpath.grading.workers import in_flight, workers
from chartpath.handin import MAX_BYTES, check_learner_id
from chartpath.scoring import key_lines

_EXCHANGE = ("timestamp.txt", "submission_secret.txt")
"""What nbgrader's exchange reads beside the pages that it gives back to learners."""

PART = 16
"""Learners read, marked and written together."""

PART_BYTES = 16 * 2**20
"""Bytes of their notebooks, at most (a single larger one is a part of its own): huge files must not add up."""


@frozen
class _Part:
    """Some learners on their way: their work, what the gradebook holds of them, and a digest of both."""

    works: tuple[Submission, ...]
    standing: dict[str, Standing]
    digests: dict[str, str]


def grade_class(
    unit: str,
    learners: Sequence[str],
    course: Course,
    *,
    config: Any,
    jobs: int = 1,
    executor: Executor | None = None,
    feedback: bool = True,
    again: bool = False,
    progress: Progress | None = None,
) -> list[Row]:
    """Grade these learners' work on a unit; returns a row for each, in their order.

    `jobs` processes mark side by side, or `executor` does (any of concurrent.futures). What the journal holds
    unchanged is not marked again, unless `again`. Raises BadInput when another grader is at work in the course,
    and ChartpathError when a file or the gradebook cannot be written: what was done before is kept.
    """
    with alone(course.folder) as lock, _ledger(config) as ledger, ledger.alone():
        released = ledger.unit(unit)
        setup = _setup(unit, released, course, config, feedback)
        journal = _Journal(course.folder / ".graded" / f"{unit}.jsonl", _fingerprint(setup))
        rows: dict[str, Row] = {}
        form_of = forms.by_learner(course)

        def done(learner: str, row: Row) -> None:
            rows[learner] = row
            if progress:
                progress(len(rows), len(learners), learner)

        def pending() -> Iterator[_Part]:
            for some in _in_parts(learners, unit, setup, course):
                part, known = _read_part(some, unit, released, setup, ledger, course, journal, again, form_of)
                for learner, row in known.items():
                    done(learner, row)
                if part.works:
                    yield part

        with workers(jobs if len(learners) > PART else 1, executor, lock, partial(_warm, setup)) as pool:
            for part, marked in in_flight(pool, jobs, partial(mark_all, setup), pending()):
                outcome = _write_part(part, marked, released, setup, ledger, course)
                journal.add(
                    {name: (part.digests[name], row) for name, row in outcome.items() if name in part.digests}
                )
                for learner, row in outcome.items():
                    done(learner, row)
        return [rows[learner] for learner in learners]


def _warm(setup: Setup) -> None:
    """Have the code sets and rules in memory that scoring these items takes: mark the keys themselves."""
    keys = {**setup.keys, **(setup.form.keys if setup.form else {})}
    with forms.lending(setup.form):
        for item, key in keys.items():
            if key.codes:
                score_outputs(scored(item, "\n".join(key_lines(key)), keys))


def mark_all(setup: Setup, works: Sequence[Submission]) -> list[Marked | str]:
    """Mark some submissions; one that fails for a reason nobody foresaw is told in a line, and the rest go on."""
    found: list[Marked | str] = []
    for work in works:
        try:
            found.append(mark(setup, work))
        except Exception as error:  # whatever it is, the rest of the class is marked
            said = " ".join(f"{type(error).__name__}: {error}".split())[:200]
            found.append(f"It could not be graded: {said}")
    return found


def _setup(unit: str, released: ReleasedUnit, course: Course, config: Any, feedback: bool) -> Setup:
    """What marking needs. Raises BadInput when a key is missing or broken, or a cell needs a kernel."""
    folder = course.released / unit
    books, prose = [], {}
    for book in released.notebooks:
        path = folder / f"{book.stem}.ipynb"
        cells = json.loads(path.read_bytes())["cells"] if path.is_file() else []
        order = {
            cell.get("metadata", {}).get("nbgrader", {}).get("grade_id"): place
            for place, cell in enumerate(cells)
        }
        # The gradebook promises no order of its rows.
        book = evolve(book, cells=tuple(sorted(book.cells, key=lambda one: order.get(one.name, len(order)))))
        prose[book.stem] = frozenset(
            plain_text(cell["source"]).strip() for cell in cells if cell["cell_type"] == "markdown"
        )
        if book.graded:
            books.append(book)
    if not books:
        raise BadInput(f"{unit} has nothing to grade: none of its notebooks holds a graded cell.")
    wanted = {
        item for book in books for cell in book.cells if (item := scored_item(cell.source)) and cell.grade
    }
    own = {item for item in wanted if item.startswith(items.CLASS)}
    keys = {item: items.key(item) for item in sorted(wanted - own)}
    form = forms.first(course) if own and len(forms.names(course)) == 1 else None
    several = bool(own) and form is None
    return Setup(unit, tuple(books), prose, keys, released.due, feedback, late_penalty(config), form, several)


def late_penalty(config: Any) -> Penalty | None:
    """What the course's configuration takes off late work; None where it says nothing of it."""
    if not {"AssignLatePenalties", "LateSubmissionPlugin"} & set(config):
        return None
    return _PluginPenalty(config)


@frozen
class _PluginPenalty:
    """nbgrader's plugin for late work, made where it is needed: it cannot travel between processes itself."""

    config: Any

    def __call__(self, learner: str, score: float, seconds_late: float) -> float | None:
        from nbgrader.preprocessors import AssignLatePenalties

        step = AssignLatePenalties(config=self.config)
        step.init_plugin()
        taken = step.plugin_inst.late_submission_penalty(learner, score, seconds_late)
        return None if taken is None else float(taken)


@contextmanager
def _ledger(config: Any) -> Iterator[Ledger]:
    ledger = Ledger(config.CourseDirectory.db_url)
    try:
        yield ledger
    finally:
        ledger.close()


def _in_parts(learners: Sequence[str], unit: str, setup: Setup, course: Course) -> Iterator[list[str]]:
    """Learners in their order, a few at a time."""
    some: list[str] = []
    room = PART_BYTES
    for learner in learners:
        paths = [course.submitted / learner / unit / f"{book.stem}.ipynb" for book in setup.notebooks]
        size = sum(path.stat().st_size for path in paths if path.is_file())
        if some and (len(some) == PART or size > room):
            yield some
            some, room = [], PART_BYTES
        some.append(learner)
        room -= size
    if some:
        yield some


def _read_part(
    learners: Sequence[str],
    unit: str,
    released: ReleasedUnit,
    setup: Setup,
    ledger: Ledger,
    course: Course,
    journal: _Journal,
    again: bool,
    form_of: forms.Of,
) -> tuple[_Part, dict[str, Row]]:
    """The work of some learners that is to be marked, and the rows of those whose row stands already."""
    known: dict[str, Row] = {}
    fit: list[str] = []
    for learner in learners:
        try:
            fit.append(check_learner_id(learner) or learner)
        except BadInput as error:
            reason = f"The folder's name is not a learner id: {error}"
            known[learner] = Row(learner, "damaged", 0.0, 0.0, reason=reason)
    standing = ledger.standing(released, fit)
    works, digests = [], {}
    for learner in fit:
        work = _read(course.submitted / learner / unit, learner, setup, standing[learner], form_of)
        digest = hashlib.sha256(pickle.dumps(_plain(work), protocol=5)).hexdigest()
        row = None if again else journal.row(learner, digest)
        if row and standing[learner].submission and _files_stand(course, unit, row, setup):
            known[learner] = row
            continue
        works.append(work)
        digests[learner] = digest
    return _Part(tuple(works), standing, digests), known


def _plain(work: Submission) -> Any:
    """A submission as nested tuples: the same work gives the same bytes in every process."""
    hands = sorted((place, hand.score, hand.extra) for place, hand in work.hands.items())
    files = sorted((name, hashlib.sha256(data).hexdigest()) for name, data in work.files.items())
    extension = work.extension.total_seconds() if work.extension else None
    form = work.form.digest if work.form else ""
    words = sorted(work.words.items())
    return (files, sorted(work.faults.items()), work.timestamp, extension, hands, words, form)


def _read(folder: Path, learner: str, setup: Setup, standing: Standing, form_of: forms.Of) -> Submission:
    files: dict[str, bytes] = {}
    faults: dict[str, str] = {}
    timestamp = None
    exchange: dict[str, bytes] = {}
    if folder.is_symlink() or folder.parent.is_symlink():
        faults = {book.stem: LINKED_FOLDER for book in setup.notebooks}
    else:
        for book in setup.notebooks:
            path = folder / f"{book.stem}.ipynb"
            if not path.exists() and not path.is_symlink():
                continue
            data = bytes_of(path)
            if isinstance(data, bytes):
                files[book.stem] = data
            else:
                faults[book.stem] = data
        timestamp = time_of(folder)
        exchange = {name: data for name in _EXCHANGE if isinstance(data := bytes_of(folder / name), bytes)}
    form = None
    if setup.several:
        try:
            form = form_of(learner)
        except BadInput as error:
            faults = {book.stem: str(error) for book in setup.notebooks}
    return Submission(
        learner,
        files,
        faults,
        timestamp,
        standing.extension,
        dict(standing.hands),
        dict(standing.words),
        exchange,
        form,
    )


def time_of(folder: Path) -> bytes | None:
    """What timestamp.txt of a hand-in holds; None without one."""
    stamp = folder / "timestamp.txt"
    data = bytes_of(stamp) if stamp.exists() or stamp.is_symlink() else None
    return b"?" if isinstance(data, str) else data  # a link or a folder: no time can be read from it


def bytes_of(path: Path) -> bytes | str:
    """What a file holds, or why it was not read."""
    if path.is_symlink():
        return "It is a link to another file, which was not followed. Remove it."
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for forever
            return "It is not a file. Remove it, and ask for the notebook once more."
        if path.stat().st_size > MAX_BYTES:
            return f"It is larger than {MAX_BYTES // 2**20} MB. Ask for it once more."
        return path.read_bytes()
    except OSError as error:
        return f"It cannot be read ({error.strerror})."


def _files_stand(course: Course, unit: str, row: Row, setup: Setup) -> bool:
    """Whether what an earlier run wrote of a learner is still there."""
    broken = {part.split(".ipynb:")[0] for part in row.reason.split("; ")} if row.reason else set()
    for book in setup.notebooks:
        page = course.feedback / row.learner / unit / f"{book.stem}.html"
        notebook = course.autograded / row.learner / unit / f"{book.stem}.ipynb"
        handed_in = (course.submitted / row.learner / unit / f"{book.stem}.ipynb").exists()
        if setup.feedback and (handed_in or book.stem in broken) and not page.is_file():
            return False
        if handed_in and book.stem not in broken and not notebook.is_file():
            return False
    return True


def _write_part(
    part: _Part,
    marked: Sequence[Marked | str],
    released: ReleasedUnit,
    setup: Setup,
    ledger: Ledger,
    course: Course,
) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    entries = []
    for work, made in zip(part.works, marked, strict=True):
        if isinstance(made, str):
            rows[work.learner] = Row(work.learner, "damaged", 0.0, 0.0, reason=made)
            part.digests.pop(work.learner)  # not to be taken for settled
            continue
        _write_files(course, setup, work, made)
        entries.append(
            Entry(
                made.learner,
                made.handed_in,
                made.scores,
                frozenset(made.broken),
                made.comments,
                {book.stem: made.penalties.get(book.stem) for book in setup.notebooks},
            )
        )
        rows[work.learner] = _row(setup, work, made)
    if entries:
        ledger.write(released, entries, part.standing)
    return {work.learner: rows[work.learner] for work in part.works}


def _row(setup: Setup, work: Submission, made: Marked) -> Row:
    score = sum(totals(book, made, work.hands) for book in setup.notebooks)
    score -= sum(penalty or 0.0 for penalty in made.penalties.values())
    most = sum(book.max_score for book in setup.notebooks)
    status = "damaged" if made.broken else "late" if made.seconds_late > 0 else "graded"
    reason = "; ".join(f"{stem}.ipynb: {why}" for stem, why in sorted(made.broken.items()))
    return Row(
        made.learner, status, max(0.0, round(score, 2)), most, made.seconds_late, reason, tuple(made.notes)
    )


def _write_files(course: Course, setup: Setup, work: Submission, made: Marked) -> None:
    for base, texts, ending in (
        (course.autograded, made.autograded, ".ipynb"),
        (course.feedback, made.feedback, ".html"),
    ):
        folder = base / made.learner / setup.unit
        for book in setup.notebooks:
            name = f"{book.stem}{ending}"
            if name in texts:
                _write_whole(folder / name, texts[name])
            elif ending == ".ipynb" or setup.feedback:
                (folder / name).unlink(missing_ok=True)  # of an earlier, better file
        for name, data in work.exchange.items() if texts else ():
            _write_whole(folder / name, data.decode("utf-8", "replace"))


def _write_whole(target: Path, text: str) -> None:
    """Write a text file whole or not at all. Raises ChartpathError, in a line, when the disk refuses."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(text.encode("utf-8", "replace"))
        temporary.replace(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        full = error.errno in (errno.ENOSPC, errno.EDQUOT) if hasattr(errno, "EDQUOT") else False
        what = "the disk is full" if full else str(error.strerror)
        raise ChartpathError(
            f"{target} could not be written: {what}. What was graded before is kept; make room and grade again to go on."
        ) from error


def _fingerprint(setup: Setup) -> str:
    """A digest of all that decides a result besides the learner's own work."""
    parts = [
        __version__,
        cattrs.unstructure(setup.notebooks),
        cattrs.unstructure(dict(setup.keys)),
        str(setup.due),
        setup.feedback,
        repr(getattr(setup.penalty, "config", None)),
        setup.form.digest if setup.form else "",
    ]
    return hashlib.sha256(json.dumps(parts, default=str, sort_keys=True).encode()).hexdigest()


class _Journal:
    """Which learners are graded: a line each, added when their results are safe. A torn last line counts as none."""

    def __init__(self, path: Path, fingerprint: str) -> None:
        self.path, self.fingerprint = path, fingerprint
        self.rows: dict[str, tuple[str, Row]] = {}
        if not path.is_file():
            return
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                entry = json.loads(line)
                if entry["of"] == fingerprint:
                    row = Row(**{**entry["row"], "notes": tuple(entry["row"]["notes"])})
                    self.rows[row.learner] = (entry["digest"], row)
            except (ValueError, KeyError, TypeError):
                continue

    def row(self, learner: str, digest: str) -> Row | None:
        """The learner's row, if it was made from just this work."""
        known = self.rows.get(learner)
        return known[1] if known and known[0] == digest else None

    def add(self, outcome: Mapping[str, tuple[str, Row]]) -> None:
        """Note that these results are safe."""
        lines = [
            json.dumps({"of": self.fingerprint, "digest": digest, "row": cattrs.unstructure(row)}) + "\n"
            for digest, row in outcome.values()
        ]
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.write("".join(lines))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise ChartpathError(
                f"{self.path} could not be written ({error.strerror}). Grade again to go on."
            ) from error
