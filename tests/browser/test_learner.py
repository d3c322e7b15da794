"""A learner in real JupyterLab: opens the start page, answers wrongly, reads why, corrects, succeeds."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import TimeoutError

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
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    run(page, cell(page, "import chartpath as cp"))


def cell(page: Page, text: str) -> Locator:
    """The code cell with this text, scrolled to (JupyterLab draws cells as they come into view)."""
    found = page.locator(".jp-CodeCell").filter(has_text=text).first
    for _ in range(60):
        if found.count():
            break
        page.mouse.move(640, 600)
        page.mouse.wheel(0, 700)
        page.wait_for_timeout(100)
    found.scroll_into_view_if_needed()
    return found


def run(page: Page, one: Locator) -> None:
    """Run a cell and wait until the kernel rests again."""
    one.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()


def answer_until(page: Page, one: Locator, text: str, shown: Locator) -> None:
    """Type an answer and run it until its card is there: a click can meet a page that is still being drawn."""
    for attempt in range(4):
        editor = one.locator(".cm-content")
        editor.click()
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(text)
        if [line.strip() for line in editor.inner_text().split("\n") if line.strip()] != text.split("\n"):
            continue
        page.keyboard.press("Control+Enter")
        try:
            shown.wait_for(timeout=15_000)
            return
        except TimeoutError:
            assert attempt < 3, f"no card after {attempt + 1} tries"
    raise AssertionError(f"the answer could not be typed: {text!r}")


def test_the_first_item_from_wrong_to_right(
    page: Page, serve: Callable[..., str], tmp_path: Path, picture: Callable[..., Path]
) -> None:
    address = serve(course(tmp_path), {"CHARTPATH_KEYS": "none"})
    open_notebook(page, address, "00-start-here/start-here.ipynb")
    picture(page, "start-here")
    answer = cell(page, "%%answer start-first-code")
    feedback = answer.get_by_role("region", name="Result for start-first-code")
    answer_until(page, answer, "%%answer start-first-code\nG56.01", feedback)
    assert "the other side" in feedback.inner_text()
    assert "G56.02" not in feedback.inner_text()
    feedback.scroll_into_view_if_needed()
    picture(page, "wrong-answer")
    right = feedback.get_by_text("audit-ready: nothing to change")
    answer_until(page, answer, "%%answer start-first-code\ng5602", right)
    assert "10 of 10 points" in feedback.inner_text()
    picture(page, "right-answer")


def test_a_practice_chart_and_the_codebook(
    page: Page, serve: Callable[..., str], tmp_path: Path, picture: Callable[..., Path]
) -> None:
    address = serve(course(tmp_path), {"CHARTPATH_KEYS": "none"})
    open_notebook(page, address, "10-chart-abstraction-outpatient/read-and-abstract-a-note.ipynb")
    picture(page, "lesson")
    answer = cell(page, "%%answer practice-no-urine-01")
    feedback = answer.get_by_role("region", name="Result for practice-no-urine-01")
    answer_until(page, answer, '%%answer practice-no-urine-01\nR33.8 "can\'t pee"\nN40.1', feedback)
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
    answer = cell(page, "%%answer op-dysuria-01")
    check = answer.get_by_role("region", name="Check of op-dysuria-01")
    answer_until(page, answer, "%%answer op-dysuria-01\nN30.0\nN39.0", check)
    assert "N30.0: not complete" in check.inner_text()
    check.scroll_into_view_if_needed()
    picture(page, "assessed-check")
    score = cell(page, 'cp.score("op-dysuria-01")')
    run(page, score)
    score.get_by_text("scored by your instructor").wait_for()
    assert "Traceback" not in score.inner_text()
    picture(page, "assessed-score")
