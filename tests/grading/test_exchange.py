"""Collecting from the folder that every learner of a shared server can write to."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import pwd
import sys
from pathlib import Path
from typing import Any

import pytest
from classroom import NOTEBOOK, UNIT, released

from chartpath.grading.course import Course

if sys.platform == "win32":
    pytest.skip("nbgrader's exchange is not for Windows", allow_module_level=True)

from chartpath.grading.exchange import CheckedCollect, FeedbackList

ME = pwd.getpwuid(os.geteuid()).pw_name
SECRET = "0123456789abcdef" * 8


def said(when: dt.datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M:%S.%f} UTC"


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@pytest.fixture
def inbound(course: Course, tmp_path: Path) -> Path:
    folder = tmp_path / "exchange" / "chartpath" / "inbound"
    folder.mkdir(parents=True)
    return folder


def hand_in(inbound: Path, course: Course, name: str, title: str = "mine") -> Path:
    """What `nbgrader submit` puts into the exchange."""
    folder = inbound / name
    folder.mkdir()
    book = released(course)
    book["cells"][0]["source"] = title
    (folder / NOTEBOOK).write_text(json.dumps(book), encoding="utf-8")
    (folder / "timestamp.txt").write_text("whatever a learner writes", encoding="utf-8")
    (folder / "submission_secret.txt").write_text(SECRET, encoding="utf-8")
    return folder


def collect(course: Course, inbound: Path, caplog: pytest.LogCaptureFixture, **settings: Any) -> str:
    """Collect once, and return what the instructor is told."""
    config = course.config()
    config.Exchange.root = str(inbound.parents[1])
    for name, value in settings.items():
        setattr(config.CheckedCollect, name, value)
    log = logging.getLogger("test_exchange")
    caplog.clear()
    with caplog.at_level(logging.INFO, "test_exchange"):
        CheckedCollect(coursedir=course.coursedir(config, UNIT), config=config, log=log).start()
    return "\n".join(record.getMessage() for record in caplog.records)


def title(course: Course, learner: str = ME) -> str:
    book = json.loads((course.submitted / learner / UNIT / NOTEBOOK).read_bytes())
    return str(book["cells"][0]["source"])


def test_a_hand_in_is_taken_with_its_time_and_its_secret(
    course: Course, inbound: Path, caplog: pytest.LogCaptureFixture
) -> None:
    when = now()
    hand_in(inbound, course, f"{ME}+{UNIT}+{said(when)}+abc")
    assert f"Collected: {ME} {UNIT}" in collect(course, inbound, caplog)
    taken = course.submitted / ME / UNIT
    assert (taken / "timestamp.txt").read_text() == said(when)
    assert (taken / "submission_secret.txt").read_text() == SECRET
    assert sorted(path.name for path in taken.iterdir()) == [
        NOTEBOOK,
        "submission_secret.txt",
        "timestamp.txt",
    ]


def test_the_latest_is_taken_and_only_with_update_replaces_an_earlier_one(
    course: Course, inbound: Path, caplog: pytest.LogCaptureFixture
) -> None:
    start = now() - dt.timedelta(seconds=90)
    hand_in(inbound, course, f"{ME}+{UNIT}+{said(start)}+a", "first")
    collect(course, inbound, caplog)
    for second in (1, 2):
        name = f"{ME}+{UNIT}+{said(start + dt.timedelta(seconds=second))}+b"
        hand_in(inbound, course, name, f"again {second}")
    assert "No newer" in collect(course, inbound, caplog)
    assert title(course) == "first"
    collect(course, inbound, caplog, update=True)
    assert title(course) == "again 2"
    assert "No newer" in collect(course, inbound, caplog, update=True)


def test_the_owner_of_the_files_says_whose_they_are(
    course: Course, inbound: Path, caplog: pytest.LogCaptureFixture
) -> None:
    hand_in(inbound, course, f"somebody-else+{UNIT}+{said(now())}+abc")
    told = collect(course, inbound, caplog)
    assert f"was made by {ME} and counts as theirs" in told
    assert [path.name for path in course.submitted.iterdir()] == [ME]


def test_an_earlier_time_in_the_name_does_not_make_late_work_timely(
    course: Course, inbound: Path, caplog: pytest.LogCaptureFixture
) -> None:
    hand_in(inbound, course, f"{ME}+{UNIT}+{said(now() - dt.timedelta(days=9))}+abc")
    told = collect(course, inbound, caplog)
    assert "was last changed at" in told
    taken = (course.submitted / ME / UNIT / "timestamp.txt").read_text()
    assert taken[:10] >= said(now() - dt.timedelta(hours=1))[:10]


def test_work_changed_after_it_was_handed_in_counts_from_the_change(
    course: Course, inbound: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chartpath.grading.exchange._TOLERANCE", dt.timedelta(0))
    when = now() - dt.timedelta(seconds=30)
    folder = hand_in(inbound, course, f"{ME}+{UNIT}+{said(when)}+abc")
    os.utime(
        folder / NOTEBOOK, (when.timestamp(), when.timestamp())
    )  # a learner can set this time, not the other
    assert "was last changed at" in collect(course, inbound, caplog)


@pytest.mark.parametrize("what", ["notebook", "folder"])
def test_links_are_not_followed(
    what: str, course: Course, inbound: Path, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    elsewhere = hand_in(tmp_path, course, "another's")
    name = f"{ME}+{UNIT}+{said(now())}+abc"
    if what == "folder":
        (inbound / name).symlink_to(elsewhere)
    else:
        folder = hand_in(inbound, course, name)
        (folder / NOTEBOOK).unlink()
        (folder / NOTEBOOK).symlink_to(elsewhere / NOTEBOOK)
    assert "Not taken" in collect(course, inbound, caplog)
    assert not (course.submitted / ME / UNIT).exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to another account")
def test_a_hard_link_to_anothers_file_is_not_taken(
    course: Course, inbound: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = hand_in(inbound, course, f"{ME}+{UNIT}+{said(now())}+abc")
    os.chown(folder / NOTEBOOK, pwd.getpwnam("nobody").pw_uid, -1)
    assert "not a file of the learner's own" in collect(course, inbound, caplog)
    assert not (course.submitted / ME / UNIT).exists()


def test_odd_names_and_files_stop_nothing(
    course: Course, inbound: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (inbound / f"a+{UNIT}+no time at all").mkdir()
    (inbound / f"b+{UNIT}+{said(now())}+file").write_text("not a folder")
    (inbound / "nothing like it").mkdir()
    (inbound / f"c+another-unit+{said(now())}+abc").mkdir()
    os.mkfifo(hand_in(inbound, course, f"{ME}+{UNIT}+{said(now())}+abc") / "extra.ipynb")
    told = collect(course, inbound, caplog)
    assert told.count("Not taken") == 2
    assert title(course) == "mine"


def test_only_the_units_scored_notebooks_are_taken_and_no_foreign_secret(
    course: Course, inbound: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = hand_in(inbound, course, f"{ME}+{UNIT}+{said(now())}+abc")
    (folder / "extra.ipynb").write_text("{}")
    (folder / "submission_secret.txt").write_text("../../feedback")
    collect(course, inbound, caplog)
    taken = course.submitted / ME / UNIT
    assert not (taken / "extra.ipynb").exists()
    assert len((taken / "submission_secret.txt").read_text()) == 64


def test_a_unit_without_a_notebook_in_it_keeps_the_earlier_work(
    course: Course, inbound: Path, caplog: pytest.LogCaptureFixture
) -> None:
    hand_in(inbound, course, f"{ME}+{UNIT}+{said(now() - dt.timedelta(seconds=60))}+a")
    collect(course, inbound, caplog)
    (hand_in(inbound, course, f"{ME}+{UNIT}+{said(now())}+b") / NOTEBOOK).unlink()
    assert "it holds no notebook that is scored" in collect(course, inbound, caplog, update=True)
    assert title(course) == "mine"


def test_before_duedate_prefers_timely_work(
    course: Course, inbound: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from chartpath.grading.course import set_due

    start = now() - dt.timedelta(seconds=60)
    set_due(UNIT, start + dt.timedelta(seconds=10), course)
    hand_in(inbound, course, f"{ME}+{UNIT}+{said(start)}+a", "timely")
    hand_in(inbound, course, f"{ME}+{UNIT}+{said(start + dt.timedelta(seconds=20))}+b", "late")
    collect(course, inbound, caplog)
    assert title(course) == "late"
    collect(course, inbound, caplog, before_duedate=True)
    assert title(course) == "timely"


def test_a_unit_that_was_not_released_is_said_in_a_line(
    course: Course, inbound: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from nbgrader.exchange import ExchangeError

    config = course.config()
    config.Exchange.root = str(inbound.parents[1])
    with pytest.raises(ExchangeError, match="has not been released"):
        CheckedCollect(coursedir=course.coursedir(config, "99-none"), config=config).start()


def test_releasing_hands_out_the_notebooks_and_nothing_else(course: Course, tmp_path: Path) -> None:
    from nbgrader.exchange import ExchangeFactory

    strays = (
        "key.yaml",
        "notes.txt",
        "t.txt",
        "a.ipynb.bak",
        "a.ipy",
        "archive.tar",
        "INSTRUCTOR.md",
        "notes.md",
    )
    for stray in (*strays, "subtotals.txt.old"):
        (course.released / UNIT / stray).write_text("a stray file")
    config = course.config()
    config.Exchange.root = str(tmp_path / "exchange")
    release = ExchangeFactory(config=config).ReleaseAssignment
    release(coursedir=course.coursedir(config, UNIT), config=config).start()
    handed_out = tmp_path / "exchange" / "chartpath" / "outbound" / UNIT
    assert sorted(path.name for path in handed_out.iterdir()) == [NOTEBOOK, "read-a-note.ipynb"]
    assert (handed_out / NOTEBOOK).read_bytes() == (course.released / UNIT / NOTEBOOK).read_bytes()


@pytest.mark.parametrize(
    ("in_exchange", "at_home", "shown"),
    [((), (), (False, False)), ((NOTEBOOK,), (), (True, False)), ((NOTEBOOK,), (NOTEBOOK,), (True, True))],
)
def test_feedback_is_listed_although_a_lesson_has_none(
    in_exchange: tuple[str, ...],
    at_home: tuple[str, ...],
    shown: tuple[bool, bool],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from nbgrader.auth import Authenticator
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.utils import notebook_hash
    from traitlets.config import Config

    monkeypatch.chdir(tmp_path)
    when = said(now())
    kept = tmp_path / "cache" / "chartpath" / f"{ME}+{UNIT}+{when}"
    pages, home = tmp_path / "exchange" / "chartpath" / "feedback", tmp_path / UNIT / "feedback" / when
    for folder in (kept, pages, home):
        folder.mkdir(parents=True)
    for name in (NOTEBOOK, "read-a-note.ipynb"):
        (kept / name).write_text("{}")
    (kept / "submission_secret.txt").write_text(SECRET)
    for name in in_exchange:
        (pages / f"{notebook_hash(secret=SECRET, notebook_id=Path(name).stem)}.html").write_text("well done")
    for name in at_home:
        (home / Path(name).with_suffix(".html")).write_text("well done")
    exchange = {"root": str(tmp_path / "exchange"), "cache": str(tmp_path / "cache"), "assignment_dir": "."}
    config = Config({"Exchange": exchange, "CourseDirectory": {"course_id": "chartpath"}})
    listing = FeedbackList(
        coursedir=CourseDirectory(config=config), authenticator=Authenticator(config=config), config=config
    )
    listing.cached = True
    [unit] = listing.start()
    [one] = unit["submissions"]
    assert (one["has_exchange_feedback"], one["has_local_feedback"]) == shown
    assert one["local_feedback_path"] == (str(home) if at_home else None)
