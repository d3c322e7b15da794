"""The report's page in headless Chromium: from a file, without a request, for everybody, on a phone and on paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from classroom import FIRST, UNIT

from chartpath.grading.course import Course
from chartpath.report import make_report, write_report

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from importlib import util

    spec = util.spec_from_file_location(
        "browser_tests", Path(__file__).resolve().parents[1] / "browser" / "conftest.py"
    )
    assert spec is not None
    assert spec.loader is not None
    tools = util.module_from_spec(spec)
    spec.loader.exec_module(tools)
    path = tools.chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=tools.FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(graded_class: Course, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("report")
    marks = folder / "marks.csv"
    lines = [
        f"learner-{n:02d},score-{FIRST},{who},{n % 4 + (who == 'ben')}"
        for n in range(8)
        for who in ("ada", "ben")
    ]
    marks.write_text("\n".join(["learner,cell,grader,score", *lines]), encoding="utf-8")
    return write_report(make_report(UNIT, marks=[marks], course=graded_class), folder / "out").as_uri()


@pytest.mark.parametrize("width", [1100, 390])
def test_it_is_whole_and_open_to_everybody(browser: Browser, address: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    assert asked == [address]
    assert page.locator("h2").count() == 7
    assert page.locator("svg.figure[role=img]").count() == 2
    # Only tables scroll, each by itself and by keyboard.
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    context.close()


def test_it_prints(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(address)
    assert page.pdf(format="Letter").startswith(b"%PDF")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.querySelector('.wide')).overflowX") == "visible"
    page.close()
