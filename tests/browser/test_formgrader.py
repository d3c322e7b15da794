"""An instructor in Formgrader, after the demonstration: the class is listed, and a learner's work shows its card."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chartpath.demo import CLASS, UNIT, run_demo
from chartpath.grading.course import Course
from chartpath.grading.lab import lab_environment, server_root

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def test_formgrader_lists_the_class_and_opens_a_submission(
    page: Page, serve: Callable[..., str], tmp_path: Path, picture: Callable[..., Path]
) -> None:
    report = run_demo(tmp_path / "demo")
    course = Course(report.folder / "grading")
    address = serve(server_root(course), lab_environment(course))
    page.goto(f"{address}/formgrader")
    page.get_by_role("link", name=UNIT).first.wait_for()
    picture(page, "formgrader-units")
    page.goto(f"{address}/formgrader/manage_submissions/{UNIT}")
    for learner in CLASS:
        page.get_by_text(learner.split(".")[1].title()).first.wait_for()
    picture(page, "formgrader-class")
    page.goto(f"{address}/formgrader/gradebook/{UNIT}/code-ten-outpatient-charts")
    rows = page.locator("tr", has_text="Submission #")
    rows.first.wait_for()
    rows.first.get_by_role("link").first.click()
    page.get_by_role("region", name="Result for path-nose-lesion-01").wait_for()
    picture(page, "formgrader-submission")
    # Which learner comes first is Formgrader's choice, and it may be one without a fault.
    assert "The answer, and why" in page.inner_text("body")


def test_a_feedback_page_opens_from_a_file(page: Page, tmp_path: Path, picture: Callable[..., Path]) -> None:
    report = run_demo(tmp_path / "demo")
    (feedback,) = (report.feedback / "dana.whitfield" / UNIT).glob("code-ten*.html")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(feedback.as_uri())
    page.get_by_role("heading", name="Code ten outpatient charts").wait_for()
    assert "Rule: " in page.inner_text("body")
    picture(page, "feedback")
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    picture(page, "feedback-narrow")
