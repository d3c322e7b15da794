"""An instructor in Formgrader, after the demonstration: the class is listed, and a learner's work shows its card."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from chartpath.cli import app
from chartpath.demo import CLASS, UNIT, DemoReport, run_demo
from chartpath.grading.course import Course
from chartpath.grading.lab import lab_environment, server_root

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> DemoReport:
    """The demonstration's class, run once for this file."""
    return run_demo(tmp_path_factory.mktemp("class") / "demo")


def test_an_instructor_grades_looks_and_opens_a_feedback_page(
    page: Page,
    serve: Callable[..., str],
    taught: DemoReport,
    picture: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    course = Course(taught.folder / "grading")
    monkeypatch.setattr("chartpath.grading.course.this_course", lambda: course)
    said = CliRunner().invoke(app, ["grade", UNIT, "--again", "--jobs", "1"])
    assert said.exit_code == 2, said.output  # somebody's file was damaged: said, and the rest goes on
    assert "dana.whitfield" in said.output
    assert str(course.feedback) in said.output.replace("\n", "")

    address = serve(server_root(course), lab_environment(course))
    page.goto(f"{address}/formgrader")
    page.get_by_role("link", name=UNIT).first.wait_for()
    picture(page, "instructor-1-units")
    page.goto(f"{address}/formgrader/manage_submissions/{UNIT}")
    for learner in CLASS:
        page.get_by_text(learner.split(".")[1].title()).first.wait_for()
    row = page.locator("tr", has_text="Whitfield, Dana")
    (dana,) = (one for one in taught.graded.rows if one.learner == "dana.whitfield")
    assert f"{dana.score:g} / {dana.max_score:g}" in row.inner_text()
    picture(page, "instructor-2-class")
    page.goto(f"{address}/formgrader/gradebook/{UNIT}/code-ten-outpatient-charts")
    rows = page.locator("tr", has_text="Submission #")
    rows.first.wait_for()
    rows.first.get_by_role("link").first.click()
    page.get_by_role("region", name="Result for path-nose-lesion-01").wait_for()
    picture(page, "instructor-3-submission")
    # Which learner comes first is Formgrader's choice, and it may be one without a fault.
    assert "The answer, and why" in page.inner_text("body")


def test_a_feedback_page_opens_from_a_file(
    page: Page, taught: DemoReport, picture: Callable[..., Path]
) -> None:
    (feedback,) = (taught.feedback / "dana.whitfield" / UNIT).glob("code-ten*.html")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(feedback.as_uri())
    page.get_by_role("heading", name="Code ten outpatient charts").wait_for()
    assert "Rule: " in page.inner_text("body")
    picture(page, "instructor-4-feedback")
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    picture(page, "instructor-5-feedback-narrow")
