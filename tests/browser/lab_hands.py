"""What a learner's hands do in a notebook in JupyterLab: find a cell, run it, type an answer."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import TimeoutError

from chartpath import paths

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

IDLE = "Python 3 (ipykernel) | Idle"


def course(folder: Path) -> Path:
    """A learner's copy of the course: notebooks only."""
    ignored = shutil.ignore_patterns("*.md", ".ipynb_checkpoints")
    shutil.copytree(paths.notebooks(), folder / "notebooks", ignore=ignored)
    return folder


def open_notebook(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/lab/tree/notebooks/{name}?reset")  # not the tabs of the last visit
    page.wait_for_selector(".jp-Notebook .jp-CodeCell")
    page.get_by_text(IDLE).wait_for()
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
    page.get_by_text(IDLE).wait_for()


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
