"""A learner's own record: one line for every judged answer, in one local file that nobody else reads.

The file is `progress.jsonl` in the folder CHARTPATH_HOME, else in `.chartpath` of the home folder. A line is appended
in one write, so two notebooks lose nothing; what cannot be read is left where it is, named, and passed over. Nothing
is kept where a notebook is graded, or where CHARTPATH_RECORD is `none` (while the course is built and tested).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from attrs import Factory, frozen

from chartpath.errors import BadInput

NAME = "progress.jsonl"
KINDS = ("answer", "exam-begun", "exam-noted", "exam-ended")
MAX_LINE = 200_000  # characters; no answer comes near it
_WAYS = ("practice", "review", "exam")

_unkept: list[Event] = []  # what this session could not write: it counts until the kernel ends
_said: set[str] = set()


@frozen
class Event:
    """One line of the record. `at` is aware, in UTC; `score` runs 0-100; `typed` tells a repeated answer from a new one.

    `kind` is one of KINDS; `via` is practice, review or exam; `facts` hold what belongs to a mock exam.
    """

    at: dt.datetime
    kind: str
    item: str = ""
    score: float = 0.0
    via: str = ""
    typed: str = ""
    facts: dict[str, Any] = Factory(dict)


@frozen
class Record:
    """What the file holds, in the order of time; `trouble` is one line where some of it could not be read."""

    events: tuple[Event, ...] = ()
    trouble: str = ""


def file() -> Path | None:
    """Where the record is kept; None where none is kept."""
    if os.environ.get("CHARTPATH_RECORD", "").lower() == "none" or os.environ.get("NBGRADER_EXECUTION"):
        return None
    return Path(os.environ.get("CHARTPATH_HOME") or Path.home() / ".chartpath") / NAME


def digest(body: str) -> str:
    """Twelve characters that tell one answer from another, blanks and remarks apart."""
    lines = (" ".join(line.partition("#")[0].split()) for line in body.splitlines())
    return hashlib.sha256("\n".join(line for line in lines if line).encode()).hexdigest()[:12]


def answered(item: str, score: float, body: str, via: str = "practice", at: dt.datetime | None = None) -> str:
    """Keep one judged answer; one line for the learner the first time that it cannot be kept, else nothing."""
    return keep(Event(at or now(), "answer", item, round(score, 2), via, digest(body)))


def keep(event: Event) -> str:
    """Append an event. Work goes on whatever happens: the line returned says, once, that it is not kept."""
    path = file()
    if path is None:
        return ""
    try:
        _append(path, [event])
    except OSError as error:
        _unkept.append(event)
        return _once(
            f"{path.parent}: cannot be written ({error.strerror}), so your progress lasts until you close this notebook. "
            "Your answers are safe. Set CHARTPATH_HOME to a folder of your own to keep progress."
        )
    return ""


def read() -> Record:
    """Everything kept so far, with what this session could not write. Never raises for a damaged file."""
    path = file()
    if path is None:
        return Record()
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raw = b""
    except OSError as error:
        return Record(
            tuple(_unkept),
            f"{path}: cannot be read ({error.strerror}). Check that it is a file and that you may read it.",
        )
    events, bad = _events(raw)
    trouble = ""
    if bad:
        lines = f"line {bad[0]} is" if len(bad) == 1 else f"{len(bad)} lines (the first is line {bad[0]}) are"
        trouble = f"{path.name}: {lines} damaged. The rest counts, and nothing was deleted. The file is in {path.parent}."
    return Record(tuple(sorted([*events, *_unkept], key=lambda one: one.at)), trouble)


def export(path: str | os.PathLike[str]) -> Path:
    """Copy the whole record to a file, whole or not at all. Raises BadInput for an empty record or a disk that refuses."""
    events = read().events
    if not events:
        raise BadInput("There is no progress to export yet. Answer a practice item first.")
    target = Path(path)
    target = target / f"chartpath-{NAME}" if target.is_dir() else target
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".progress", suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(_lines(events))
            Path(name).replace(target)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise BadInput(f"{target}: cannot be written ({error.strerror}). Give another path.") from error
    return target


def take_in(path: str | os.PathLike[str]) -> int:
    """Add the events of an exported file that are not here yet; how many were new.

    Raises BadInput for a file that cannot be read, holds a damaged line, or where this record cannot be written.
    """
    source, target = Path(path), file()
    try:
        events, bad = _events(source.read_bytes())
    except OSError as error:
        raise BadInput(
            f"{source}: cannot be read ({error.strerror}). Give the file that was exported."
        ) from error
    if bad or not events:
        where = f"line {bad[0]} is no line of progress" if bad else "it is empty"
        raise BadInput(f"{source.name}: {where}. Give the file that cp.review_export wrote.")
    if target is None:
        raise BadInput("Progress is not kept here (CHARTPATH_RECORD is none). Unset it, and import again.")
    known = {_line(one) for one in read().events}
    new = [one for one in events if _line(one) not in known]
    try:
        _append(target, new)
    except OSError as error:
        raise BadInput(
            f"{target.parent}: cannot be written ({error.strerror}). Set CHARTPATH_HOME to a folder of your own."
        ) from error
    return len(new)


def now() -> dt.datetime:
    """The time, in UTC."""
    return dt.datetime.now(dt.UTC)


def _append(path: Path, events: list[Event]) -> None:
    """One write at the end of the file, then onto the disk: two kernels at once both stay whole."""
    if not events:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags, 0o600)
    try:
        size = os.fstat(handle).st_size
        if size:
            os.lseek(handle, size - 1, os.SEEK_SET)
        # A line cut short by a crash must not swallow the next one; a blank line between two is passed over.
        torn = bool(size) and os.read(handle, 1) != b"\n"
        data = (b"\n" if torn else b"") + _lines(events)
        if os.write(handle, data) != len(data):
            raise OSError(28, "the disk is full")
        os.fsync(handle)
    finally:
        os.close(handle)


def _lines(events: tuple[Event, ...] | list[Event]) -> bytes:
    return "".join(_line(one) + "\n" for one in events).encode()


def _line(event: Event) -> str:
    row: dict[str, Any] = {"at": event.at.astimezone(dt.UTC).isoformat(), "kind": event.kind}
    if event.kind == "answer":
        row |= {"item": event.item, "score": event.score, "via": event.via, "typed": event.typed}
    if event.facts:
        row["facts"] = event.facts
    return json.dumps(row, ensure_ascii=False, sort_keys=True)


def _events(raw: bytes) -> tuple[list[Event], list[int]]:
    """Events, and the numbers of the lines that are none."""
    found, bad = [], []
    for number, line in enumerate(raw.split(b"\n"), start=1):
        if line.strip():
            event = _event(line)
            if event is None:
                bad.append(number)
            else:
                found.append(event)
    return found, bad


def _event(line: bytes) -> Event | None:
    """The event of one line; None where the line is damaged."""
    if len(line) > MAX_LINE:
        return None
    try:
        row = json.loads(line.decode("utf-8"))
        at = dt.datetime.fromisoformat(row["at"]).astimezone(dt.UTC)
        event = Event(
            at,
            row["kind"],
            row.get("item", ""),
            float(row.get("score", 0)),
            row.get("via", ""),
            row.get("typed", ""),
            row.get("facts", {}),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        return None
    texts = all(isinstance(text, str) for text in (event.item, event.via, event.typed))
    shaped = texts and event.kind in KINDS and isinstance(event.facts, dict) and 0 <= event.score <= 100
    whole = event.kind != "answer" or (bool(event.item) and event.via in _WAYS)
    return event if shaped and whole else None


def _once(message: str) -> str:
    if message in _said:
        return ""
    _said.add(message)
    return message
