"""A learner in real JupyterLab: opens the start page, answers wrongly, reads why, corrects, succeeds."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chartpath import paths

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def course(tmp_path: Path) -> Path:
    folder = tmp_path / "course"
    shutil.copytree(
        paths.notebooks(), folder / "notebooks", ignore=shutil.ignore_patterns("*.md", ".ipynb_checkpoints")
    )
    return folder


def open_notebook(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/lab/tree/notebooks/{name}")
    page.wait_for_selector(".jp-Notebook .jp-CodeCell")
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status='idle']", state="attached")


def cell(page: Page, text: str) -> Locator:
    """The code cell with this text, scrolled to (JupyterLab draws cells as they come into view)."""
    found = page.locator(".jp-CodeCell").filter(has_text=text).first
    for _ in range(60):
        if found.count():
            break
        page.mouse.wheel(0, 700)
        page.wait_for_timeout(100)
    found.scroll_into_view_if_needed()
    return found


def type_and_run(page: Page, answer: Locator, text: str) -> None:
    answer.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)
    page.keyboard.press("Control+Enter")


def test_the_first_item_from_wrong_to_right(
    page: Page, serve: Callable[..., str], tmp_path: Path, picture: Callable[..., Path]
) -> None:
    address = serve(course(tmp_path), {"CHARTPATH_KEYS": "none"})
    open_notebook(page, address, "00-start-here/start-here.ipynb")
    picture(page, "start-here")
    setup = cell(page, "import chartpath as cp")
    setup.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    answer = cell(page, "%%answer start-first-code")
    type_and_run(page, answer, "%%answer start-first-code\nG56.01")
    feedback = answer.get_by_role("region", name="Result for start-first-code")
    feedback.wait_for()
    assert "the other side" in feedback.inner_text()
    assert "G56.02" not in feedback.inner_text()
    feedback.scroll_into_view_if_needed()
    picture(page, "wrong-answer")
    type_and_run(page, answer, "%%answer start-first-code\ng5602")
    page.wait_for_function("document.body.innerText.includes('audit-ready: nothing to change')")
    assert "10 of 10 points" in feedback.inner_text()
    picture(page, "right-answer")


def test_a_practice_chart_and_the_codebook(
    page: Page, serve: Callable[..., str], tmp_path: Path, picture: Callable[..., Path]
) -> None:
    address = serve(course(tmp_path), {"CHARTPATH_KEYS": "none"})
    open_notebook(page, address, "10-chart-abstraction-outpatient/read-and-abstract-a-note.ipynb")
    picture(page, "lesson")
    cell(page, "import chartpath as cp").locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    answer = cell(page, "%%answer practice-no-urine-01")
    type_and_run(page, answer, '%%answer practice-no-urine-01\nR33.8 "can\'t pee"\nN40.1')
    feedback = answer.get_by_role("region", name="Result for practice-no-urine-01")
    feedback.wait_for()
    assert "the order is not right" in feedback.inner_text()
    feedback.scroll_into_view_if_needed()
    picture(page, "practice-feedback")
    feedback.get_by_text("The answer, and why").click()
    assert "R35.1" in feedback.inner_text()
    picture(page, "practice-answer")


def test_an_assessed_chart_says_only_what_the_book_says(
    page: Page, serve: Callable[..., str], tmp_path: Path, picture: Callable[..., Path]
) -> None:
    address = serve(course(tmp_path), {"CHARTPATH_KEYS": "none"})
    open_notebook(page, address, "10-chart-abstraction-outpatient/code-ten-outpatient-charts.ipynb")
    cell(page, "import chartpath as cp").locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    answer = cell(page, "%%answer op-dysuria-01")
    type_and_run(page, answer, "%%answer op-dysuria-01\nN30.0\nN39.0")
    check = answer.get_by_role("region", name="Check of op-dysuria-01")
    check.wait_for()
    assert "N30.0: not complete" in check.inner_text()
    check.scroll_into_view_if_needed()
    picture(page, "assessed-check")
    score = cell(page, 'cp.score("op-dysuria-01")')
    score.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    page.wait_for_function("document.body.innerText.includes('scored by your instructor')")
    assert "Traceback" not in score.inner_text()
    picture(page, "assessed-score")
