"""From the files learners sent to nbgrader's `submitted/` folder. Every file is hostile until it is read.

No name in an archive is ever used as a path: only members that carry exactly the name of a released notebook
are read, up to a limit of bytes, and written under the name the release gave.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import lzma
import re
import secrets
import shutil
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from attrs import field, frozen

from chartpath.errors import BadInput
from chartpath.grading.course import Course, check_unit, this_course
from chartpath.grading.release import released_notebooks
from chartpath.handin import MAX_BYTES, SUBMISSION, check_learner_id

MAX_NOTEBOOKS = 20
# What zipfile and the decompressors raise on damaged or forged archives (which are in memory: no disk is involved).
_NOT_A_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
    OverflowError,
    struct.error,
    OSError,
)
_NAME = re.compile(r"([a-z0-9-]+)--(?!-)([A-Za-z0-9._@-]+?)(?: ?\(\d+\))?$")
"""How hand_in names its file, at the end of a name that a learning platform may have put words before."""

_TIMESTAMP = "%Y-%m-%d %H:%M:%S.%f UTC"


@frozen
class Collected:
    """One hand-in that was taken: `time` is UTC, `notes` say in words what is odd about it."""

    file: str
    learner: str
    unit: str
    time: dt.datetime
    notebooks: tuple[str, ...]
    notes: tuple[str, ...] = ()


@frozen
class Refused:
    """A file that was not taken, and why, in words."""

    file: str
    reason: str


@frozen
class CollectReport:
    """What came of a batch of files."""

    collected: tuple[Collected, ...] = ()
    refused: tuple[Refused, ...] = field(default=())

    @property
    def ok(self) -> bool:
        """True when every file was taken."""
        return not self.refused


def collect(paths: Iterable[Path], unit: str | None = None, *, course: Course | None = None) -> CollectReport:
    """Take handed-in zip files into `submitted/LEARNER/UNIT/`: the scored notebooks, and when they were handed in.

    `paths` are zip files made by `cp.hand_in`, folders of them (searched through), or single notebooks named
    `LEARNER--NOTEBOOK.ipynb` (these need `unit`; their time is the file's). A file that cannot be used is listed
    with the reason and the batch goes on. A later hand-in replaces an earlier one, never the other way round;
    every file taken is kept in `received/`. Raises BadInput for a path that does not exist and a unit that has
    not been released.
    """
    course = course or this_course()
    if unit is not None:
        released_notebooks(unit, course)
    taken: list[Collected] = []
    refused: list[Refused] = []
    for path in _files(paths):
        try:
            if path.is_symlink():
                raise BadInput("it is a link to another file, not a file.")
            taken.append(_take(path, unit, course))
        except BadInput as error:
            refused.append(Refused(path.name, str(error)))
        except OSError as error:
            refused.append(Refused(path.name, f"it cannot be read or stored ({error.strerror})."))
    return CollectReport(tuple(taken), tuple(refused))


def _files(paths: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = [one for one in sorted(path.rglob("*")) if one.suffix.lower() in (".zip", ".ipynb")]
            found += [
                one for one in inside if not any(part.startswith(".") for part in one.relative_to(path).parts)
            ]
        elif path.exists() or path.is_symlink():
            found.append(path)
        else:
            raise BadInput(
                f"{path} does not exist. Give the zip files learners sent, or the folder they are in."
            )
    return found


def _take(path: Path, unit: str | None, course: Course) -> Collected:
    """Check one file and store it. Raises BadInput with the reason when it cannot be used."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise BadInput("it is not a file.")
    if path.stat().st_size > MAX_BYTES:
        raise BadInput(f"it is larger than {MAX_BYTES // 2**20} MB.")
    data = path.read_bytes()
    notes: list[str] = []
    if path.suffix.lower() == ".ipynb":
        learner, when, found, wanted = _single(path, data, unit, course)
    else:
        learner, when, found, wanted = _archive(data, unit, course, notes)
        named = _NAME.search(path.stem)
        if named and named[1] == wanted and named[2] != learner:
            notes.append(
                f"The file's name says {named[2]}, what is inside says {learner}: make sure who sent it."
            )
    now = dt.datetime.now(dt.UTC)
    if when > now + dt.timedelta(minutes=10):
        notes.append(
            f"Its time, {when:%Y-%m-%d %H:%M} UTC, lies ahead of this machine's clock; now was taken instead."
        )
        when = now
    earlier = stored_time(course, learner, wanted)
    if earlier and earlier > when:
        raise BadInput(
            f"{learner} handed in a later one, at {earlier:%Y-%m-%d %H:%M} UTC; that one was kept."
        )
    if earlier and earlier < when:
        notes.append(f"It replaces what was handed in at {earlier:%Y-%m-%d %H:%M} UTC.")
    _keep(path, data, course, wanted, learner)
    store(course, learner, wanted, when, found)
    return Collected(path.name, learner, wanted, when, tuple(sorted(found)), tuple(notes))


def _single(
    path: Path, data: bytes, unit: str | None, course: Course
) -> tuple[str, dt.datetime, dict[str, bytes], str]:
    if unit is None:
        raise BadInput("it is a single notebook: say which unit it belongs to (--unit).")
    learner, separator, name = path.name.partition("--")
    if not separator or not released_notebooks(unit, course).get(name):
        raise BadInput(
            f"its name does not say whose it is. Name it LEARNER--NOTEBOOK.ipynb, with a scored notebook of {unit}."
        )
    return (
        check_learner_id(learner),
        dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC),
        {name: data},
        unit,
    )


def _archive(
    data: bytes, unit: str | None, course: Course, notes: list[str]
) -> tuple[str, dt.datetime, dict[str, bytes], str]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as bundle:
            members = {info.filename: info for info in bundle.infolist()}
            if len(members) != len(bundle.infolist()):
                raise BadInput("two files in it have the same name.")
            if SUBMISSION not in members:
                raise BadInput(
                    "it was not made by cp.hand_in: it has no submission.json. Ask the learner to hand in once more."
                )
            budget = [MAX_BYTES]
            record = _record(_read(bundle, members[SUBMISSION], budget))
            learner, wanted = check_learner_id(record["learner"]), check_unit(record["unit"])
            if unit is not None and wanted != unit:
                raise BadInput(f"it is for the unit {wanted}, not {unit}.")
            released = released_notebooks(wanted, course)
            names = [name for name in members if name != SUBMISSION]
            if len(names) > MAX_NOTEBOOKS:
                raise BadInput(f"it holds {len(names)} files; no unit has more than {MAX_NOTEBOOKS}.")
            wanted_names = [name for name, graded in released.items() if graded]
            strange = sorted(name for name in names if name not in released)
            if strange:
                notes.append(
                    f"It also held files that are not the unit's; they were left out: {', '.join(strange)[:200]}."
                )
            found = {name: _read(bundle, members[name], budget) for name in names if name in wanted_names}
    except _NOT_A_ZIP as error:
        raise BadInput(f"it is not a whole zip file ({error}). Ask the learner to send it again.") from error
    if not found:
        raise BadInput(f"it holds no notebook of {wanted} that is scored ({', '.join(wanted_names)}).")
    absent = [name for name in wanted_names if name not in found]
    if absent:
        notes.append(f"Not handed in: {', '.join(absent)}.")
    changed = sorted(
        name
        for name, one in found.items()
        if hashlib.sha256(one).hexdigest() != record["notebooks"].get(name)
    )
    if changed:
        notes.append(f"Changed after it was packed: {', '.join(changed)}.")
    return learner, record["time"], found, wanted


def _read(bundle: zipfile.ZipFile, info: zipfile.ZipInfo, budget: list[int]) -> bytes:
    """Bytes of one member, counted against what is left of the limit for the whole archive."""
    if stat.S_ISLNK(info.external_attr >> 16):
        raise BadInput("it holds a link instead of a file.")
    if info.flag_bits & 1:
        raise BadInput("it is locked with a password.")
    with bundle.open(info) as member:  # the size it claims may be a lie: count what comes out
        data = member.read(budget[0] + 1)
    if len(data) > budget[0]:
        raise BadInput(f"it holds more than {MAX_BYTES // 2**20} MB.")
    budget[0] -= len(data)
    return data


def _record(data: bytes) -> dict[str, Any]:
    """The checked content of submission.json. Raises BadInput when it is not what cp.hand_in writes."""
    try:
        record = json.loads(data)
        when = dt.datetime.fromisoformat(record["time"])
        hashes = record["notebooks"]
        sound = (
            isinstance(record["learner"], str)
            and isinstance(record["unit"], str)
            and isinstance(hashes, dict)
            and when.tzinfo
        )
        when = when.astimezone(dt.UTC)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        sound = None
    if not sound:
        raise BadInput("its submission.json is damaged. Ask the learner to hand in once more.")
    return {**record, "time": when}


def stored_time(course: Course, learner: str, unit: str) -> dt.datetime | None:
    """When the work that is in `submitted/` was handed in (UTC); None when there is none."""
    path = course.submitted / learner / unit / "timestamp.txt"
    try:
        return dt.datetime.strptime(path.read_text(encoding="utf-8").strip(), _TIMESTAMP).replace(
            tzinfo=dt.UTC
        )
    except (OSError, ValueError):
        return None


def _keep(path: Path, data: bytes, course: Course, unit: str, learner: str) -> None:
    """Keep the file itself: a forged hand-in under another's name must not cost anyone's work."""
    folder = course.folder / "received" / unit
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"{learner}--{hashlib.sha256(data).hexdigest()[:16]}{path.suffix.lower()}"
    if not kept.exists():
        temporary = kept.with_name(f".{kept.name}.part")
        temporary.write_bytes(data)
        temporary.replace(kept)


def store(
    course: Course, learner: str, unit: str, when: dt.datetime, notebooks: dict[str, bytes], secret: str = ""
) -> None:
    """Write `submitted/LEARNER/UNIT` whole: made beside it, then put in its place.

    `secret` is the one nbgrader's exchange finds the learner's feedback by; a new one where none came along.
    """
    home = course.submitted / learner
    if home.is_symlink() or (home / unit).is_symlink():
        raise BadInput(f"submitted/{learner} is a link to another folder. Remove the link.")
    home.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{learner}.", suffix=".part", dir=course.folder))
    try:
        for name, data in notebooks.items():
            (fresh / name).write_bytes(data)
        (fresh / "timestamp.txt").write_text(when.strftime(_TIMESTAMP), encoding="utf-8")
        # nbgrader's release_feedback wants one beside every submission, whoever brought it.
        (fresh / "submission_secret.txt").write_text(secret or secrets.token_hex(32), encoding="utf-8")
        fresh.chmod(0o755)
        old = fresh.with_name(f"{fresh.name}.old")
        if (home / unit).exists():
            (home / unit).replace(old)
        fresh.replace(home / unit)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
