"""The plain nbgrader doors: its own command in grading/, its exchange, and Formgrader in a real server."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from classroom import FIRST, NOTEBOOK, SECOND, UNIT, answer, desk, gold, new_course, scores, submit
from ports import free_port
from test_feedback import hostile

from chartpath.errors import BadInput
from chartpath.grading import collect, grade_unit
from chartpath.grading.course import Course, quiet_log
from chartpath.grading.lab import lab_environment, server_root
from chartpath.handin import pack


@pytest.fixture
def nbgrader(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `nbgrader ...` in a folder, as a person does who has neither settings nor alembic on PATH."""

    def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        home = tmp_path / "home"
        home.mkdir(exist_ok=True)
        env = {"HOME": str(home), "PATH": os.defpath, "LANG": "C.UTF-8", **environment}
        command = [sys.executable, "-m", "nbgrader", *arguments]
        return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)

    return run


@pytest.mark.slow
def test_the_whole_cycle_with_the_plain_command(tmp_path: Path, nbgrader: Callable[..., Any]) -> None:
    course = new_course(tmp_path / "course")
    made = nbgrader(course.folder, "generate_assignment", UNIT)
    assert made.returncode == 0, made.stderr
    assert sorted(path.name for path in (course.released / UNIT).iterdir()) == [NOTEBOOK, "read-a-note.ipynb"]

    refused = nbgrader(course.folder, "autograde", UNIT, CHARTPATH_ENGINE="magic")
    assert refused.returncode != 0
    assert "There is no grading engine 'magic'" in refused.stderr

    submit(course, "ann", lambda book: answer(book, gold(FIRST), gold(SECOND)))
    submit(course, "bob", lambda book: [one.update(metadata={}) for one in book["cells"]])
    submit(course, "torn", b'{"cells": [')
    graded = nbgrader(course.folder, "autograde", UNIT)
    assert graded.returncode == 1  # torn
    assert "There was an error processing assignment '90-two-charts' for student 'torn'" in graded.stderr
    assert "nbgrader's marks were missing from all cells" in graded.stderr
    by_command = {who: score for who, score in scores(course).items() if who[0] != "torn"}
    assert by_command == {
        ("ann", f"score-{FIRST}"): 10,
        ("ann", f"score-{SECOND}"): 10,
        ("bob", f"score-{FIRST}"): 0,
        ("bob", f"score-{SECOND}"): 0,
    }

    pages = nbgrader(course.folder, "generate_feedback", UNIT)
    assert pages.returncode == 0, pages.stderr
    page = (course.feedback / "ann" / UNIT / "code-two-charts.html").read_text(encoding="utf-8")
    assert "20 of 20 points" in page
    assert "Content-Security-Policy" in page

    exported = nbgrader(course.folder, "export")
    assert exported.returncode == 0, exported.stderr
    with (course.folder / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["student_id"]: row["score"] for row in csv.DictReader(file)}
    assert (rows["ann"], rows["bob"]) == ("20.0", "0.0")

    before = scores(course)
    grade_unit(UNIT, course=course)
    assert {who: score for who, score in scores(course).items() if who in by_command} == by_command
    assert set(scores(course)) == set(before)


def test_feedback_can_be_released_through_the_exchange(course: Course, tmp_path: Path) -> None:
    """nbgrader's release_feedback stops where a submission has no secret; collected ones have one."""
    from nbgrader.exchange.default import ExchangeReleaseFeedback

    collect([pack("ann", desk(course, tmp_path / "desk"))], course=course)
    grade_unit(UNIT, course=course)
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    config = course.config()
    config.Exchange.root = str(exchange)
    directory = course.coursedir(config, UNIT, "*")
    ExchangeReleaseFeedback(coursedir=directory, config=config, log=quiet_log()).start()
    (released,) = (exchange / "chartpath" / "feedback").glob("*.html")
    assert "Code two charts" in released.read_text(encoding="utf-8")


def test_the_lab_environment_names_the_course(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", os.pathsep.join(["/elsewhere", str(course.folder)]))
    wanted = os.pathsep.join([str(course.folder), "/elsewhere"])
    assert lab_environment(course) == {"JUPYTER_CONFIG_PATH": wanted}
    monkeypatch.delenv("JUPYTER_CONFIG_PATH")
    assert lab_environment(course) == {"JUPYTER_CONFIG_PATH": str(course.folder)}
    assert server_root(course) == course.folder.parent
    with pytest.raises(BadInput, match="is not a course's grading folder"):
        lab_environment(Course(tmp_path))


@pytest.fixture
def server(course: Course, tmp_path: Path) -> Iterator[str]:
    """JupyterLab as `chartpath lab` starts it, from the notebooks' folder, with a graded class."""
    submit(course, "ann", lambda book: answer(book, gold(FIRST)))
    submit(course, "eve", hostile)
    grade_unit(UNIT, course=course)
    home = tmp_path / "home"
    home.mkdir()
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--allow-root",
        f"--ServerApp.root_dir={server_root(course)}",
    ]
    command += [
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        "--IdentityProvider.token=",
        "--ServerApp.password=",
    ]
    command += ["--ServerApp.disable_check_xsrf=True"]
    environment = os.environ | lab_environment(course) | {"HOME": str(home)}
    with (tmp_path / "server.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, cwd=course.source, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    for _ in range(360):
        try:
            urllib.request.urlopen(f"{address}/formgrader/api/status", timeout=5)
            break
        except (urllib.error.URLError, OSError):
            assert process.poll() is None, (tmp_path / "server.log").read_text(encoding="utf-8")[-3000:]
            time.sleep(0.25)
    yield address
    process.terminate()
    process.wait(timeout=30)


def _ask(address: str, path: str, method: str = "GET") -> Any:
    request = urllib.request.Request(f"{address}/formgrader/api/{path}", method=method)
    with urllib.request.urlopen(request, timeout=60) as reply:
        return json.loads(reply.read())


@pytest.mark.slow
@pytest.mark.browser
def test_formgrader_lists_the_course_and_grades_it(course: Course, server: str) -> None:
    (unit,) = _ask(server, "assignments")
    assert (unit["name"], unit["num_submissions"], unit["max_score"]) == (UNIT, 2, 20)
    by_learner = {one["student"]: one for one in _ask(server, f"submissions/{UNIT}")}
    assert by_learner["ann"]["score"] == 10
    assert by_learner["ann"]["autograded"] is True

    submit(course, "ann", lambda book: answer(book, gold(FIRST), gold(SECOND)))
    graded = _ask(server, f"submission/{UNIT}/ann/autograde", "POST")
    assert graded["success"], graded
    assert scores(course)["ann", f"score-{SECOND}"] == 10
    page = _ask(server, f"assignment/{UNIT}/ann/generate_feedback", "POST")
    assert page["success"], page
    assert "20 of 20 points" in (course.feedback / "ann" / UNIT / "code-two-charts.html").read_text(
        encoding="utf-8"
    )
    _look_at_hostile_work(course, server)


def _look_at_hostile_work(course: Course, server: str) -> None:
    """Open a hostile learner's work where an instructor does: Formgrader's page and the feedback page."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        assert not os.environ.get("CI"), "CI has no Chromium: install the package chromium."
        pytest.skip("no Chromium on this machine: install it to run the browser tests")
    from playwright.sync_api import sync_playwright

    (eve,) = (
        one for one in _ask(server, f"submitted_notebooks/{UNIT}/code-two-charts") if one["student"] == "eve"
    )
    feedback = (course.feedback / "eve" / UNIT / "code-two-charts.html").as_uri()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for address in (f"{server}/formgrader/submissions/{eve['id']}/", feedback):
            page = browser.new_page()
            page.goto(address)
            page.wait_for_timeout(1500)
            assert page.get_by_text("No answer yet").count() + page.get_by_text("points").count() > 0
            for link in page.get_by_text("click", exact=True).all():
                link.click(timeout=2000, no_wait_after=True)
            assert page.evaluate("window.pwned") is None
            assert page.url.split("#")[0] == address
            assert page.evaluate("getComputedStyle(document.body).display") != "none"
        browser.close()
