"""The gradebook on a real PostgreSQL server, started for these tests and thrown away after."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import sqlalchemy as sa
from attrs import evolve
from classroom import FIRST, NOTEBOOK, SECOND, UNIT, answer, cell, gold, new_course, scores, submit, wrong
from test_bulk import rows_of
from typer.testing import CliRunner

from chartpath import cli
from chartpath.errors import BadInput, ChartpathError
from chartpath.grading import bulk, grade_unit, release_unit
from chartpath.grading.course import Course
from chartpath.grading.kernel import grade_learner
from chartpath.grading.ledger import Ledger

pytestmark = pytest.mark.slow
_NOBODY = "postgres"
"""The server refuses to run as root; Debian's package brings this user."""


def binaries() -> Path:
    """Folder of the server's programs. CI must have them; elsewhere the test says what is missing."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if found or on_path:
        return found[-1].parent if found else Path(str(on_path)).resolve().parent
    if os.environ.get("CI"):
        pytest.fail("CI has no PostgreSQL: install the package postgresql.")
    pytest.skip("no PostgreSQL on this machine: install the package postgresql to run these tests")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Address of a server on a socket of its own (no port), without a database's name."""
    programs = binaries()
    as_root = os.name != "nt" and os.geteuid() == 0
    # Not under pytest's folder: the path of a socket must be short, and the server's user must get there.
    folder = Path(tempfile.mkdtemp(prefix="cp-pg-"))
    if as_root:
        shutil.chown(folder, _NOBODY)
    data = folder / "data"

    def run(*command: str | Path) -> None:
        done = subprocess.run(
            [str(part) for part in command],
            user=_NOBODY if as_root else None,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    try:
        run(programs / "initdb", "-D", data, "-A", "trust", "-U", "grader", "--no-sync", "-E", "UTF8")
        settings = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        run(programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", settings, "start")
        try:
            yield f"postgresql://grader@/{{name}}?host={folder}"
        finally:
            run(programs / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def db(server: str, request: pytest.FixtureRequest) -> str:
    """Address of an empty database for one test."""
    name = f"t{abs(hash(request.node.name))}"
    engine = sa.create_engine(
        server.format(name="postgres").replace("postgresql", "postgresql+psycopg", 1),
        isolation_level="AUTOCOMMIT",
    )
    with engine.connect() as connection:
        connection.execute(sa.text(f"create database {name}"))
    engine.dispose()
    return server.format(name=name)


@pytest.fixture
def course(tmp_path: Path, db: str) -> Course:
    made = evolve(new_course(tmp_path), db=db)
    release_unit(UNIT, course=made)
    return made


def hand_in(course: Course) -> None:
    submit(course, "blank", lambda book: None)
    submit(course, "right", lambda book: answer(book, gold(FIRST), gold(SECOND)))
    submit(course, "wrong", lambda book: answer(book, wrong(FIRST), wrong(SECOND)))
    submit(course, "gone", lambda book: book["cells"].remove(cell(book, f"score-{FIRST}")))
    submit(course, "odd-text", lambda book: answer(book, "\x00\ud800 \U0001f600 '; drop table grade; --"))
    submit(course, "torn", b"{")


def test_it_holds_what_a_file_would_hold(course: Course, tmp_path: Path) -> None:
    hand_in(course)
    on_server = grade_unit(UNIT, course=course)
    assert not (course.folder / "gradebook.db").exists()
    in_file = new_course(tmp_path / "file")
    release_unit(UNIT, course=in_file)
    hand_in(in_file)
    assert grade_unit(UNIT, course=in_file).rows == on_server.rows
    assert scores(course) == scores(in_file)
    assert len(rows_of(in_file)) >= 6 * 5
    # And what nbgrader itself writes to the server is the same.
    for learner in ("blank", "gone", "right", "torn", "wrong"):
        grade_learner(UNIT, learner, "answers", [NOTEBOOK], True, course)
    assert scores(course) == scores(in_file)


def test_marks_by_hand_and_extensions_are_read_from_it(course: Course) -> None:
    import datetime as dt

    from chartpath.grading.course import set_due

    hand_in(course)
    grade_unit(UNIT, course=course)
    set_due(UNIT, dt.datetime(2026, 10, 5, 9, tzinfo=dt.UTC), course)
    with course.gradebook() as gradebook:
        gradebook.find_grade(f"score-{FIRST}", NOTEBOOK[:-6], UNIT, "right").manual_score = 2.5
        gradebook.find_comment(FIRST, NOTEBOOK[:-6], UNIT, "right").manual_comment = "Talk to me."
        gradebook.find_submission(UNIT, "wrong").extension = dt.timedelta(hours=2)
        gradebook.db.commit()
    rows = {row.learner: row for row in grade_unit(UNIT, course=course).rows}
    assert (rows["right"].score, rows["right"].status) == (12.5, "late")
    assert rows["wrong"].status == "graded"
    page = (course.feedback / "right" / UNIT / "code-two-charts.html").read_text(encoding="utf-8")
    assert "Talk to me." in page


def test_the_command_grades_into_it(course: Course, db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_in(course)
    monkeypatch.setattr("chartpath.grading.course.this_course", lambda: evolve(course, db=""))
    done = CliRunner().invoke(cli.app, ["grade", UNIT, "--jobs", "2", "--db", db])
    assert done.exit_code == 2, done.output  # torn
    assert "5 graded, 0 late, 1 damaged" in done.output
    assert scores(course)["right", f"score-{FIRST}"] == 10
    assert not (course.folder / "gradebook.db").exists()


def test_graders_on_two_machines_do_not_meet(course: Course, tmp_path: Path) -> None:
    """Each has a folder and a lock of its own there: only the server knows of both."""
    hand_in(course)
    shutil.copytree(course.folder.parent, tmp_path / "other")
    other = Course(tmp_path / "other" / "grading", course.db)
    inside, go_on = threading.Event(), threading.Event()

    def wait(done: int, total: int, who: str) -> None:
        inside.set()
        assert go_on.wait(60)

    report: list[Any] = []
    first = threading.Thread(target=lambda: report.append(grade_unit(UNIT, progress=wait, course=course)))
    first.start()
    try:
        assert inside.wait(60)
        with pytest.raises(BadInput, match="Another `chartpath grade` is at work"):
            grade_unit(UNIT, course=other)
    finally:
        go_on.set()
        first.join()
    assert len(report[0].rows) == 6
    assert grade_unit(UNIT, course=other).rows == report[0].rows


def test_a_connection_that_breaks_is_one_line_and_can_be_gone_on_from(course: Course) -> None:
    hand_in(course)
    engine = sa.create_engine(course.config().CourseDirectory.db_url, isolation_level="AUTOCOMMIT")
    others = sa.text(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
    )
    broken: list[str] = []

    def end_them(done: int, total: int, who: str) -> None:
        if not broken:
            broken.append(who)
            with engine.connect() as connection:
                connection.execute(others)

    with (
        mock.patch.object(bulk, "PART", 2),
        pytest.raises(ChartpathError, match="The gradebook could not be") as told,
    ):
        grade_unit(UNIT, progress=end_them, course=course)
    engine.dispose()
    assert "\n" not in str(told.value)
    assert len(grade_unit(UNIT, course=course).rows) == 6
    assert len(scores(course)) == 6 * 2


def test_a_server_that_is_not_there_is_one_line(course: Course, server: str) -> None:
    submit(course, "ann", lambda book: None)
    gone = evolve(course, db="postgresql://grader:secret@127.0.0.1:1/none")
    with pytest.raises(BadInput, match="The gradebook cannot be opened") as told:
        grade_unit(UNIT, course=gone)
    assert "\n" not in str(told.value)
    assert "secret" not in str(told.value)
    with pytest.raises(BadInput, match="is no gradebook yet"):
        Ledger(evolve(course, db=server.format(name="postgres")).config().CourseDirectory.db_url)
    with pytest.raises(BadInput, match="is no gradebook's address"):
        grade_unit(UNIT, course=evolve(course, db="gradebook"))
