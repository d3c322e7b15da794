"""The learner's side of handing in: one zip file with the unit's notebooks, who, when and which unit.

Standard library only, so that it runs wherever the notebook runs. The instructor's side is
`chartpath.grading.inbox`, which reads what this module writes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

from chartpath._version import __version__
from chartpath.errors import BadInput

MANIFEST = "manifest.json"
"""In a learner's bundle: what it holds."""

SUBMISSION = "submission.json"
"""In a handed-in zip file: who, when, which unit, and the hash of each notebook."""

MAX_BYTES = 50 * 1024 * 1024
"""No unit comes near this size; a larger file is a mistake or an attack."""

_LEARNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
_ANSWER = re.compile(r"\s*%%answer[ \t]+(\S+)[ \t]*(?:\n|\Z)")
# Names that Windows keeps for devices: a folder cannot have them.
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
)


class HandedIn(os.PathLike[str]):
    """What `hand_in` made: a path that shows itself in a notebook as a sentence."""

    def __init__(self, path: Path, message: str) -> None:
        self.path = path
        self.message = message

    def __fspath__(self) -> str:
        return str(self.path)

    def __str__(self) -> str:
        return str(self.path)

    def __repr__(self) -> str:
        return self.message


def check_learner_id(learner_id: str) -> str:
    """The id, when it can name a folder on every system. Raises BadInput otherwise."""
    wanted = str(learner_id).strip()
    fits = _LEARNER.fullmatch(wanted) and not wanted.endswith(".")
    if not fits or wanted.split(".")[0].lower() in _RESERVED:
        raise BadInput(
            f"{wanted[:70]!r} cannot be a learner id. Use up to 64 letters, digits and . _ - @, "
            "beginning with a letter or digit, as your instructor gave it to you."
        )
    return wanted


def hand_in(learner_id: str, folder: str | os.PathLike[str] = ".") -> HandedIn:
    """Pack the unit's notebooks for the instructor, into a zip file beside them.

    `folder` is the unit's folder (the one this notebook is in). Raises BadInput (one line: what, where,
    what to do) for an id that cannot be used, a folder without the unit's notebooks, a damaged notebook.
    """
    path = pack(learner_id, folder)
    warning = _unsaved(Path(folder))
    message = (
        f"Packed as {path.name}, in the same folder as this notebook. Send that one file to your instructor."
    )
    if warning:
        message += f"\nBut look: {warning}"
    return HandedIn(path, message)


def pack(learner_id: str, folder: str | os.PathLike[str], at: dt.datetime | None = None) -> Path:
    """Write the zip file of one hand-in and return its path; an earlier one of the same learner is replaced.

    `at` is the time of handing in (aware; default now), written in UTC. Raises BadInput as `hand_in` does.
    """
    learner = check_learner_id(learner_id)
    unit_folder = Path(folder)
    if not unit_folder.is_dir():
        raise BadInput(
            f"There is no folder {unit_folder}. Give the folder of the unit, the one this notebook is in."
        )
    unit, names = _unit_notebooks(unit_folder)
    contents = {name: _notebook_bytes(unit_folder / name) for name in names}
    when = (at or dt.datetime.now(dt.UTC)).astimezone(dt.UTC)
    record = {
        "format": 1,
        "unit": unit,
        "learner": learner,
        "time": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "kit": __version__,
        "notebooks": {name: hashlib.sha256(data).hexdigest() for name, data in contents.items()},
    }
    target = unit_folder / f"{unit}--{learner}.zip"
    write_zip(target, {SUBMISSION: json.dumps(record, indent=1).encode(), **contents}, when)
    return target


def write_zip(target: Path, members: dict[str, bytes], when: dt.datetime | None = None) -> None:
    """Write a zip file whose bytes depend only on `members` and `when`, whole or not at all.

    Raises BadInput when the disk refuses (full, read-only).
    """
    stamp = (when or dt.datetime(1980, 1, 1)).timetuple()[:6]
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as bundle:
            for name in sorted(members):
                info = zipfile.ZipInfo(name, stamp)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.create_system = 3  # the same bytes on Windows and elsewhere
                info.external_attr = 0o644 << 16
                bundle.writestr(info, members[name])
        temporary.replace(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise BadInput(
            f"{target} could not be written ({error.strerror}). Free some space or choose another folder."
        ) from error


def graded_notebook(data: dict[str, Any]) -> bool:
    """True for a notebook (its JSON) that holds at least one of nbgrader's graded cells."""
    cells = data.get("cells")
    for cell in cells if isinstance(cells, list) else ():
        mark = cell.get("metadata", {}).get("nbgrader") if isinstance(cell, dict) else None
        if isinstance(mark, dict) and mark.get("grade"):
            return True
    return False


def _unit_notebooks(folder: Path) -> tuple[str, list[str]]:
    """The unit's name, and the names of its graded notebooks that are there."""
    manifest = folder / MANIFEST
    if manifest.is_file():
        try:
            listed = json.loads(manifest.read_text(encoding="utf-8"))
            unit = str(listed["unit"])
            wanted = [str(name) for name, facts in listed["notebooks"].items() if facts["graded"]]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadInput(
                f"{manifest} is damaged. Unpack the unit's zip file once more and copy your notebooks over."
            ) from error
    else:
        unit = folder.resolve().name
        wanted = [
            path.name
            for path in sorted(folder.glob("*.ipynb"))
            if path.is_file() and graded_notebook(json.loads(_notebook_bytes(path)))
        ]
    names = [name for name in wanted if (folder / name).is_file()]
    if not names:
        missing = (
            f"{', '.join(wanted)} is not there"
            if wanted
            else "it holds no notebook that your instructor scores"
        )
        raise BadInput(
            f"Nothing to hand in from {folder.resolve()}: {missing}. Run this in the unit's own folder; keep the names of its files."
        )
    return unit, names


def _notebook_bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(
            f"{path.name} cannot be read ({error.strerror}). Close other programs that use it and try again."
        ) from error
    if len(data) > MAX_BYTES:
        raise BadInput(
            f"{path.name} is larger than {MAX_BYTES // 2**20} MB. Take pasted pictures out of it and save it again."
        )
    try:
        whole = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadInput(
            f"{path.name} is damaged: it is not a whole notebook. Unpack a fresh copy from the unit's zip file, type your answers into it, save it."
        ) from error
    if not isinstance(whole, dict) or not isinstance(whole.get("cells"), list):
        raise BadInput(
            f"{path.name} is not a Jupyter notebook. Unpack a fresh copy from the unit's zip file."
        )
    return data


def _unsaved(folder: Path) -> str:
    """A warning when an answer run in this session is not in the saved notebooks; else empty.

    Only the file on disk can be packed, and JupyterLab saves it every two minutes at best.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    history = getattr(shell, "history_manager", None)
    if history is None:
        return ""
    run: dict[str, str] = {}
    for source in history.input_hist_raw:
        answer = _ANSWER.match(source)
        if answer:
            run[answer[1]] = source.strip()
    _, names = _unit_notebooks(folder)
    saved: dict[str, set[str]] = {}
    for name in names:
        for cell in json.loads((folder / name).read_bytes())["cells"]:
            text = cell.get("source", "") if isinstance(cell, dict) else ""
            text = "".join(text) if isinstance(text, list) else text
            answer = _ANSWER.match(text) if isinstance(text, str) else None
            if answer:
                saved.setdefault(answer[1], set()).add(text.strip())
    lost = sorted(item for item, source in run.items() if item in saved and source not in saved[item])
    if not lost:
        return ""
    return f"what you last ran for {', '.join(lost)} is not in the saved notebook. Press Ctrl+S (Cmd+S on a Mac), then run this cell again."
