"""Review, exam and progress in real JupyterLab: by the keyboard alone, after a restart, in two tabs, on a small screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
from axe_audit import audit
from lab_server import jupyterlab

from chartpath import items, record
from learner import right_answer

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.slow, pytest.mark.browser]
CELLS = [
    "import chartpath as cp\ncp.review()",
    "cp.progress()",
    'exam = cp.exam("CCA", questions=6)\nexam',
    "%%answer practice-sore-throat-01\nJ02.0",
]
HOME = "import os\nos.environ['CHARTPATH_HOME'] = {!r}\n"
SPEC = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("CHARTPATH_RECORD", raising=False)
    monkeypatch.setenv("CHARTPATH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """JupyterLab, once for this file, and the folder it shows."""
    folder, state = tmp_path_factory.mktemp("course"), tmp_path_factory.mktemp("state")
    with jupyterlab(folder, {"CHARTPATH_RECORD": ""}, state=state) as address:
        yield address, folder


@pytest.fixture
def course(tmp_path: Path, home: Path, lab: tuple[str, Path]) -> tuple[str, str]:
    """A notebook with the cells of this test, and a home of its own: address of the lab, path of the notebook."""
    address, shown = lab
    folder = shown / tmp_path.name
    folder.mkdir()
    first, *rest = CELLS
    cells = [nbformat.v4.new_code_cell(source) for source in (HOME.format(str(home)) + first, *rest)]
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": SPEC}), folder / "book.ipynb"
    )
    return address, f"{folder.name}/book.ipynb"


def start(page: Page, course: tuple[str, str], tab: str = "lab") -> None:
    address, path = course
    page.goto(f"{address}/{tab}/tree/{path}?reset")  # not the tabs of another test
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()


def run(page: Page, cell: int) -> None:
    page.locator(".jp-Cell .cm-content").nth(cell).click()
    page.keyboard.press("Shift+Enter")


def restart(page: Page) -> None:
    page.get_by_text("Kernel", exact=True).first.click()
    page.get_by_text("Restart Kernel…", exact=True).click()
    page.get_by_role("button", name="Confirm Kernel Restart").click()
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()


def asked(page: Page) -> items.Item:
    """The item in view, by the name of its card."""
    name = page.locator(".cp-ask section[aria-label^='Question ']").first.get_attribute("aria-label")
    assert name
    return items.item(name.removeprefix("Question "))


def test_a_session_by_keyboard_is_kept_and_shown(
    page: Page, course: tuple[str, str], home: Path, picture: Callable[..., Path]
) -> None:
    start(page, course)
    run(page, 0)
    field = page.locator(".cp-ask input[type=text]")
    field.wait_for()
    first = asked(page)
    audit(page, None, ".cp-ask")
    picture(page, "review-question")
    field.focus()
    page.keyboard.type(right_answer(first))
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Right. Next question").wait_for()
    page.wait_for_function("document.activeElement.textContent.includes('Next question')")
    audit(page, None, ".cp-ask")
    picture(page, "review-verdict")
    page.keyboard.press("Enter")
    page.locator(f".cp-ask section[aria-label='Question {first.id}']").wait_for(state="detached")
    page.wait_for_function("document.activeElement.matches('.cp-ask input, .cp-ask textarea')")
    assert [one.item for one in record.read().events] == [first.id]
    run(page, 1)
    page.get_by_text("1 item answered, 1 of them right").wait_for()
    for fold in page.locator("section[aria-label='Your progress'] summary").all():
        fold.click()
    audit(page, None, "section[aria-label='Your progress']")
    page.locator("section[aria-label='Your progress']").scroll_into_view_if_needed()
    picture(page, "progress")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+b")
    page.set_viewport_size({"width": 390, "height": 900})
    for card in ("section[aria-label='Your progress']", ".cp-ask"):
        assert page.locator(card).evaluate("node => node.scrollWidth <= node.clientWidth + 1"), card
    picture(page, "progress-390")


def test_an_exam_survives_a_restart_and_reports(
    page: Page, course: tuple[str, str], picture: Callable[..., Path]
) -> None:
    start(page, course)
    run(page, 0)
    run(page, 2)
    sheet = page.locator(".cp-ask").filter(has_text="CCA mock exam")
    sheet.get_by_text("question 1 of 6").wait_for()
    audit(page, None, ".cp-ask")
    field = sheet.locator("input[type=text]:visible, textarea:visible")
    field.fill("B")
    picture(page, "exam-question")
    sheet.get_by_role("button", name="Note and go on").click()
    sheet.get_by_text("Question 1 of 6: noted").wait_for()
    restart(page)
    run(page, 0)
    run(page, 2)
    sheet.get_by_text("question 2 of 6 · 1 answered").wait_for()
    sheet.get_by_role("button", name="Finish").click()
    sheet.get_by_text("5 questions are open").wait_for()
    sheet.get_by_role("button", name="Finish").click()
    report = page.locator("section[aria-label='Report of the CCA mock exam']")
    report.wait_for()
    audit(page, None, "section[aria-label='Report of the CCA mock exam']")
    report.scroll_into_view_if_needed()
    picture(page, "exam-report")


def test_two_tabs_on_one_notebook_lose_no_answer(page: Page, course: tuple[str, str]) -> None:
    start(page, course)
    other = page.context.new_page()
    other.set_default_timeout(60_000)
    start(other, course, "lab/workspaces/second")
    for tab in (page, other):
        run(tab, 0)
        tab.locator(".cp-ask input[type=text]").first.wait_for()
    for tab in (page, other):
        run(tab, 3)
        tab.get_by_role("region", name="Result for practice-sore-throat-01").first.wait_for()
    kept = record.read()
    assert kept.trouble == ""
    assert [one.item for one in kept.events] == ["practice-sore-throat-01"] * 2
