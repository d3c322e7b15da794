"""nbgrader's exchange on a shared server: collecting what was handed in, and listing feedback.

nbgrader's own collect believes the name and the time in a folder's name, follows links with the rights of the
course's account, and stops at the first name it cannot read. Here the owner of the files says whose they are, the
machine's clock says when they were last touched, links are not followed, and one bad hand-in stops nothing.
"""

from __future__ import annotations

import datetime as dt
import os
import pwd
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import frozen
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.exchange.default import ExchangeCollect, ExchangeList
from nbgrader.utils import parse_utc

from chartpath.errors import BadInput
from chartpath.grading.course import Course
from chartpath.grading.inbox import store, stored_time
from chartpath.grading.release import released_notebooks
from chartpath.handin import MAX_BYTES, check_learner_id

_FOLDER = re.compile(r"(?P<who>.+?)\+(?P<unit>[^+]+)\+(?P<time>[^+]+?)(\+[^+]*)?")
_SECRET = re.compile(r"[0-9a-f]{32,256}")
_TOLERANCE = dt.timedelta(minutes=2)  # a hand-in is written after the moment in its name


@frozen
class HandIn:
    """A folder in the exchange: `learner` owns it, `time` (UTC) is when it was last touched or says it was."""

    folder: Path
    learner: str
    uid: int
    time: dt.datetime


class FeedbackList(ExchangeList):  # type: ignore[misc]
    """What a learner's assignment list shows: feedback as soon as there is a page of it.

    nbgrader shows feedback only when every notebook that was handed in has a page, and a unit's lessons, which
    are handed in along with its scored notebooks, get none.
    """

    def parse_assignments(self) -> list[dict[str, Any]]:
        """The assignments as nbgrader lists them, each hand-in judged by the notebooks that have feedback."""
        listed: list[dict[str, Any]] = super().parse_assignments()
        for one in (hand_in for unit in listed for hand_in in unit.get("submissions", ())):
            local = [
                book["local_feedback_path"] for book in one["notebooks"] if book.get("has_local_feedback")
            ]
            waiting = [
                book
                for book in one["notebooks"]
                if book.get("has_exchange_feedback") and not book["has_local_feedback"]
            ]
            one["has_exchange_feedback"] = any(book.get("has_exchange_feedback") for book in one["notebooks"])
            one["has_local_feedback"] = bool(local) and not waiting
            one["local_feedback_path"] = (
                str(Path(local[0]).absolute().parent) if local and not waiting else None
            )
        return listed


class CheckedCollect(ExchangeCollect):  # type: ignore[misc]
    """`nbgrader collect`, and Formgrader's button, for the hub of `grading/hub/`."""

    def init_src(self) -> None:
        """Find what was handed in: for each learner the latest, or the latest in time with --before-duedate."""
        unit = self.coursedir.assignment_id
        self.inbound_path = Path(self.root, self.coursedir.course_id, "inbound")
        if not self.inbound_path.is_dir():
            self.fail(f"{self.inbound_path} is not there. Is the hub set up, and the unit released?")
        self.course = Course(Path(self.coursedir.root))
        try:
            self.wanted = [name for name, graded in released_notebooks(unit, self.course).items() if graded]
        except BadInput as error:
            self.fail(str(error))
        only = self.coursedir.student_id or "*"
        due = self._due(unit) if self.before_duedate else None
        chosen: dict[str, HandIn] = {}
        for one in sorted(self._found(unit), key=lambda found: found.time):
            earlier = chosen.get(one.learner)
            late_after_timely = due is not None and earlier is not None and one.time > due >= earlier.time
            if only in ("*", one.learner) and not late_after_timely:
                chosen[one.learner] = one
        self.src_records = list(chosen.values())

    def copy_files(self) -> None:
        """Take each hand-in that is newer than what was taken before; list in the log what cannot be used."""
        unit = self.coursedir.assignment_id
        if not self.src_records:
            self.log.warning("Nothing was handed in for %s.", unit)
        for one in self.src_records:
            before = stored_time(self.course, one.learner, unit)
            renew = (self.update and before and one.time > before) or (
                self.before_duedate and one.time != before
            )
            if before and not renew:
                self.log.info("No newer hand-in of %s for %s.", one.learner, unit)
                continue
            try:
                notebooks, secret = self._read(one)
                store(self.course, one.learner, unit, one.time, notebooks, secret)
            except (BadInput, OSError) as error:
                self.log.error("Not taken from %s: %s", one.learner, error)
            else:
                self.log.info("Collected: %s %s", one.learner, unit)

    def _due(self, unit: str) -> dt.datetime | None:
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            try:
                due = gradebook.find_assignment(unit).duedate
            except MissingEntry:
                return None
        return due.replace(tzinfo=dt.UTC) if due else None

    def _found(self, unit: str) -> Iterator[HandIn]:
        """Every hand-in for this unit that is a folder of an account of this machine."""
        for entry in os.scandir(self.inbound_path):
            named = _FOLDER.fullmatch(entry.name)
            if not named or named["unit"] != unit:
                continue
            try:
                yield self._hand_in(entry, named)
            except (BadInput, OSError, ValueError, OverflowError) as error:
                self.log.error("Not taken: %s: %s", entry.name[:120], error)

    def _hand_in(self, entry: os.DirEntry[str], named: re.Match[str]) -> HandIn:
        facts = entry.stat(follow_symlinks=False)
        if not stat.S_ISDIR(facts.st_mode):
            raise BadInput("it is not a folder.")
        try:
            learner = check_learner_id(pwd.getpwuid(facts.st_uid).pw_name)
        except KeyError as error:
            raise BadInput("its owner has no account here.") from error
        if learner != named["who"]:
            self.log.warning(
                "%s is named as if %s had handed it in; it was made by %s and counts as theirs.",
                entry.name[:120],
                named["who"],
                learner,
            )
        said = parse_utc(named["time"]).replace(tzinfo=dt.UTC)
        # A learner can write any name and any time of change, but not when a file's facts last changed.
        touched = [
            facts.st_ctime,
            *(inside.stat(follow_symlinks=False).st_ctime for inside in os.scandir(entry)),
        ]
        last = dt.datetime.fromtimestamp(max(touched), dt.UTC)
        if abs(last - said) > _TOLERANCE:
            self.log.warning(
                "%s of %s says %s, and was last changed at %s: that counts.",
                named["unit"],
                learner,
                said,
                last,
            )
            said = last
        return HandIn(Path(entry.path), learner, facts.st_uid, said)

    def _read(self, one: HandIn) -> tuple[dict[str, bytes], str]:
        """The scored notebooks of a hand-in, and the secret its feedback is found by."""
        folder = os.open(one.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            inside = set(os.listdir(folder))  # noqa: PTH208 - of what is open, not of a path
            budget = MAX_BYTES
            notebooks: dict[str, bytes] = {}
            for name in self.wanted:
                if name in inside:
                    notebooks[name] = _own_file(folder, name, one.uid, budget)
                    budget -= len(notebooks[name])
            secret = ""
            if "submission_secret.txt" in inside:
                secret = _own_file(folder, "submission_secret.txt", one.uid, 1024).decode("ascii", "replace")
        finally:
            os.close(folder)
        if not notebooks:
            raise BadInput(f"it holds no notebook that is scored ({', '.join(self.wanted)}).")
        return notebooks, secret if _SECRET.fullmatch(secret) else ""


def _own_file(folder: int, name: str, uid: int, limit: int) -> bytes:
    """Bytes of a file that this user put into an open folder. Raises BadInput for a link or another's file."""
    try:
        opened = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except OSError as error:
        raise BadInput(f"{name} cannot be opened, or is a link ({error.strerror}).") from error
    with os.fdopen(opened, "rb") as file:
        facts = os.fstat(opened)
        if not stat.S_ISREG(facts.st_mode) or facts.st_uid != uid:
            raise BadInput(f"{name} is not a file of the learner's own.")
        data = file.read(limit + 1)
    if len(data) > limit:
        raise BadInput(f"{name} is too large.")
    return data
