"""The codebook panel in real JupyterLab, driven by the keyboard alone, and what assistive technology finds in it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
from axe_audit import audit
from lab_server import KIT, jupyterlab

from chartpath import items

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """JupyterLab with the kit's settings, once for this file, and the folder it shows.

    What a learner pins lies beside each notebook, which has a folder of its own.
    """
    folder, state = tmp_path_factory.mktemp("course"), tmp_path_factory.mktemp("state")
    with jupyterlab(
        folder, {"CHARTPATH_HOME": "home", "JUPYTER_CONFIG_PATH": str(KIT)}, state=state
    ) as address:
        yield address, folder


def open_with(page: Page, lab: tuple[str, Path], code: str) -> str:
    """Run the code in the first cell of a new notebook; the address of the lab."""
    address, shown = lab
    folder = Path(tempfile.mkdtemp(dir=shown))
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    cells = [nbformat.v4.new_code_cell(one) for one in (code, "")]
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), folder / "book.ipynb"
    )
    page.goto(f"{address}/lab/tree/{folder.name}/book.ipynb?reset")  # not the tabs of another test
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    page.locator(".jp-CodeCell .cm-content").first.click()
    page.keyboard.press("Shift+Enter")
    return address


@pytest.fixture(scope="module")
def desk(browser: Browser, lab: tuple[str, Path]) -> Iterator[Page]:
    """A notebook with the panel in it, once for the tests that begin the panel anew."""
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(60_000)
    address = open_with(page, lab, "import chartpath as cp\ncp.codebook()")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    page.locator(".cp-search input").wait_for()
    yield page
    context.close()


@pytest.fixture
def opened(desk: Page) -> Page:
    """A new panel, opened by Shift+Enter, the focus in the search."""
    page = desk
    page.set_viewport_size({"width": 1280, "height": 1400})
    page.evaluate("document.querySelector('.cp-codebook').classList.add('of-an-earlier-test')")
    page.locator(".jp-CodeCell .cm-content").first.click()
    page.keyboard.press("Shift+Enter")
    page.locator(".cp-codebook:not(.of-an-earlier-test) .cp-search input").wait_for()
    page.locator(".of-an-earlier-test").wait_for(state="detached")
    page.locator(".cp-search input").first.focus()
    return page


def held(page: Page) -> str:
    """Class of the control that has the focus."""
    return str(page.evaluate("document.activeElement.closest('[class*=cp-]')?.className ?? ''"))


def tab_to(page: Page, name: str) -> None:
    for _ in range(30):
        if name in held(page).split():
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{name}: not reached by the keyboard, but {held(page)}")


def search(page: Page, text: str) -> None:
    """Type, and wait until the whole of it is answered: a key pressed before that meets an earlier list."""
    page.keyboard.type(text)
    page.get_by_role("status").first.get_by_text(f"found for “{text}”").wait_for()


def wait_for_result(page: Page, number: int) -> None:
    """Wait until this row of the results is chosen and its code is the one in view."""
    page.wait_for_function(
        """number => { const list = document.querySelector(".cp-results select");
        const code = list.selectedOptions[0]?.text.split(/\\s/)[1].replace(/-$/, "");
        return list.selectedIndex === number && document.querySelector(".cp-title b").innerText === code; }""",
        arg=number,
    )


def wait_for_line(page: Page, line: str) -> None:
    page.wait_for_function("line => document.querySelector('.cp-line input').value === line", arg=line)


def clipboard(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))


def test_from_words_to_an_answer_line_by_the_keyboard_alone(
    opened: Page, picture: Callable[..., Path]
) -> None:
    page = opened
    search(page, "sprain right ankle")
    wait_for_result(page, 0)
    picture(page, "codebook-search")
    page.keyboard.press("ArrowDown")
    assert "cp-results" in held(page)
    page.keyboard.press("ArrowDown")
    wait_for_result(page, 1)
    assert page.locator(".jp-Cell").count() == 2  # no key was taken for a command to the notebook
    page.keyboard.press("Escape")
    search(page, "S93.401")
    code_in_view = page.get_by_role("group", name="Code in view")
    code_in_view.get_by_text("Sprain of unspecified ligament of right ankle").first.wait_for()
    tab_to(page, "cp-side")
    page.keyboard.type("left")
    code_in_view.get_by_text("S93.402").first.wait_for()
    tab_to(page, "cp-7th-character")
    page.keyboard.type("A")
    wait_for_line(page, "S93.402A")
    tab_to(page, "cp-copy")
    page.keyboard.press("Enter")
    page.get_by_text("Copied: S93.402A").wait_for()
    assert clipboard(page) == "S93.402A"
    tab_to(page, "cp-pin")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Unpin this code").wait_for()
    picture(page, "codebook-chosen")
    audit(page, None, ".cp-codebook")


def test_up_the_tree_and_through_the_procedure_builder(opened: Page, picture: Callable[..., Path]) -> None:
    page = opened
    search(page, "E11.22")
    view = page.get_by_role("group", name="Code in view")
    view.get_by_text("diabetic chronic kidney disease").first.wait_for()
    assert "E11 Type 2 diabetes mellitus" in view.inner_text()
    assert "Excludes1" in page.get_by_role("group", name="Notes").inner_text()
    tab_to(page, "cp-tree")
    page.keyboard.press("ArrowUp")
    view.get_by_text("Not billable").wait_for()
    page.keyboard.press("Enter")
    page.locator(".cp-tree option", has_text="E11.29").wait_for(state="attached")
    picture(page, "codebook-tree")
    page.keyboard.press("Escape")
    search(page, "0FT4")
    page.get_by_role("group", name="Procedure builder").wait_for()
    tab_to(page, "cp-step-5")
    page.keyboard.type("4")
    page.wait_for_function(  # the answer to the fifth opens the seventh: a key before that would be overtaken
        "document.querySelector('.cp-step-7 select:enabled')?.selectedIndex === 0"
    )
    tab_to(page, "cp-step-7")
    page.keyboard.type("Z")
    wait_for_line(page, "procedure 0FT44ZZ")
    picture(page, "codebook-builder")
    audit(page, None, ".cp-codebook")


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_cut_off(opened: Page, picture: Callable[..., Path], width: int) -> None:
    page = opened
    files = page.locator(".jp-FileBrowser")
    if files.is_visible():
        page.locator(".jp-SideBar [data-id=filebrowser]").click()  # it makes room
    page.set_viewport_size({"width": width, "height": 1400})
    for text, shown in (("S93.401", "right ankle"), ("0FT4", "Gallbladder")):
        page.locator(".cp-search input").fill(text)
        page.get_by_role("group", name="Code in view").get_by_text(shown).first.wait_for()
        cut = page.evaluate(
            """() => { const panel = document.querySelector(".cp-codebook"), right = panel.getBoundingClientRect().right;
            return [...panel.querySelectorAll("*")].filter(node => node.checkVisibility()
              && !node.matches("option") && node.getBoundingClientRect().right > right + 1).map(node => node.className); }"""
        )
        assert cut == []
        picture(page, f"codebook-{width}-{text}")
    audit(page, None, ".cp-codebook")


def tab_back(page: Page, name: str) -> None:
    for _ in range(30):
        if name in held(page).split():
            return
        page.keyboard.press("Shift+Tab")
    raise AssertionError(f"{name}: not reached by the keyboard, but {held(page)}")


def test_it_opens_to_the_right_of_the_notebook(opened: Page, picture: Callable[..., Path]) -> None:
    page = opened
    search(page, "E11.22")
    page.get_by_role("group", name="Code in view").get_by_text("diabetic chronic").wait_for()
    tab_back(page, "cp-beside")
    page.keyboard.press("Enter")
    page.locator(".jp-LinkedOutputView .cp-search input").wait_for()
    page.get_by_role("tab", name="Codebook").wait_for()
    beside, notebook = (
        page.locator(one).bounding_box() for one in (".jp-LinkedOutputView", ".jp-NotebookPanel")
    )
    assert beside
    assert notebook
    assert beside["x"] >= notebook["x"] + notebook["width"] - 2
    page.locator(".jp-LinkedOutputView .cp-search input").fill("walker")
    page.locator(".jp-LinkedOutputView .cp-results option", has_text="E0141").wait_for(state="attached")
    picture(page, "codebook-beside")
    audit(page, None, ".cp-codebook")


def test_the_reader_by_keyboard_find_a_phrase_and_quote_it(
    page: Page, lab: tuple[str, Path], picture: Callable[..., Path]
) -> None:
    item = next(
        one for one in items.items() if one.chart and not one.assessed and len(one.chart.documents) > 2
    )
    assert item.chart
    last = item.chart.documents[-1]
    phrase = " ".join(last.text.split()[:3])
    address = open_with(page, lab, f'import chartpath as cp\ncp.read("{item.id}")')
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    tabs = page.get_by_role("tab", name=last.title)
    tabs.wait_for()
    assert page.locator(".cr-reader [role=tab]").count() == len(item.chart.documents)
    page.get_by_label("Find in the record").focus()
    page.keyboard.type(phrase)
    page.keyboard.press("Enter")
    assert tabs.get_attribute("aria-selected") == "true"
    assert page.locator(".cr-reader [role=tabpanel]:visible").count() == 1
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("Copied:").wait_for()
    assert clipboard(page) == f'"{phrase}"'
    page.keyboard.press("Tab")
    page.keyboard.press("Home")
    assert page.locator(".cr-reader [role=tab]").first.get_attribute("aria-selected") == "true"
    picture(page, "reader")
    audit(page, None, ".cr-reader")
    page.keyboard.press("Control+b")
    page.set_viewport_size({"width": 390, "height": 900})
    assert page.locator(".cr-reader").evaluate("node => node.scrollWidth <= node.clientWidth + 1")
    picture(page, "reader-390")
