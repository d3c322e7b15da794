"""The counselor's page in Chromium: seen at once, driven by the keyboard, spoken by a screen reader, sending nothing out."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from ports import free_port

from chartpath import careers

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.slow, pytest.mark.browser]
START = "from chartpath.outlook.server import serve; serve({port}, browser=False)"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page as `chartpath outlook` starts it, once for this file, with its kernel warm."""
    folder = tmp_path_factory.mktemp("outlook")
    port = free_port()
    environment = os.environ | {
        "CHARTPATH_CACHE": str(folder),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
    }
    process = subprocess.Popen(
        [sys.executable, "-c", START.format(port=port)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=folder,
    )
    assert process.stdout
    said = process.stdout.readline()
    log = folder / "outlook.log"
    for _ in range(240):
        if "is filled with" in log.read_text(encoding="utf-8"):
            break
        time.sleep(0.25)
    else:
        pytest.fail(log.read_text(encoding="utf-8")[-3000:])
    yield re.findall(r"http://\S+", said)[0]
    process.terminate()
    assert process.wait(timeout=30) == 0


@pytest.fixture
def heard(page: Page) -> dict[str, list[str]]:
    """What the page asked for, and what the console complained about."""
    found: dict[str, list[str]] = {"asked": [], "errors": []}
    page.on("request", lambda request: found["asked"].append(request.url))
    page.on("response", lambda answer: found["errors"].append(answer.url) if answer.status >= 400 else None)
    page.on("console", lambda line: found["errors"].append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: found["errors"].append(str(error)))
    return found


def open_page(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_label("Area: a state, a city, or a region").wait_for()


def tab_to(page: Page, role: str, name: str) -> None:
    """Press Tab until the control with this name has the focus."""
    wanted = page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]
    for _ in range(30):
        page.keyboard.press("Tab")
        if wanted.evaluate("node => node === document.activeElement"):
            return
    raise AssertionError(f"{role} {name}: not reached by the keyboard")


def choose_area(page: Page, name: str) -> None:
    field = page.get_by_label("Area: a state, a city, or a region")
    field.focus()
    page.keyboard.type(name)
    page.keyboard.press("Enter")


def status(page: Page) -> Any:
    return page.get_by_role("status")


def test_the_first_view_needs_no_script(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert page.get_by_role(
        "heading", name="Half of medical records specialists in the United States"
    ).is_visible()
    assert page.locator(".op-med").first.is_visible()
    context.close()


def test_driven_by_the_keyboard_alone(
    page: Page, address: str, heard: dict[str, list[str]], picture: Callable[..., Path], tmp_path: Path
) -> None:
    open_page(page, address)
    picture(page, "outlook-1280")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the results"
    page.keyboard.press("Tab")
    page.keyboard.type("California")
    page.keyboard.press("Enter")
    status(page).get_by_text("Now showing California.").wait_for()
    paid = careers.pay("CA", "29-2072")
    assert f"${paid.median:,}" in status(page).inner_text()
    assert f"${paid.p25:,} and ${paid.p75:,}" in page.locator("#op-answer").inner_text()
    tab_to(page, "checkbox", "Billing and Posting Clerks (billers)")
    page.keyboard.press("Space")
    status(page).get_by_text("Billing and Posting Clerks").wait_for()
    assert page.locator(".op-bar").count() == 2
    assert page.locator("#first").count() == 0
    tab_to(page, "button", "Make the handout (PDF)")
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    download = waiting.value
    assert download.suggested_filename == "outlook-california-29-2072-43-3021.pdf"
    download.save_as(tmp_path / "handout.pdf")
    assert (tmp_path / "handout.pdf").read_bytes().startswith(b"%PDF")
    status(page).get_by_text("The handout is ready").wait_for()
    button = page.get_by_role("button", name="Make the handout (PDF)")
    assert button.evaluate("node => node === document.activeElement")  # the keyboard is where it was
    picture(page, "outlook-two-occupations")
    outside = [
        url for url in heard["asked"] if not url.startswith((address, "data:", "blob:", "ws://127.0.0.1"))
    ]
    assert outside == []
    assert heard["errors"] == []


def test_a_name_of_several_areas_is_answered_with_the_choice(page: Page, address: str) -> None:
    open_page(page, address)
    choose_area(page, "Portland")
    status(page).get_by_text("Not changed.").wait_for()
    assert "Portland-Vancouver" in status(page).inner_text()
    assert "the United States" in page.locator("#op-answer").inner_text()


def test_where_nothing_is_published_the_page_says_so(page: Page, address: str) -> None:
    open_page(page, address)
    choose_area(page, "Virgin Islands")
    page.get_by_role(
        "heading", name="BLS publishes no pay for medical records specialists in the Virgin Islands"
    ).wait_for()
    assert page.get_by_text("No pay published here").count() == 1


def test_the_fifth_occupation_has_to_wait(page: Page, address: str) -> None:
    open_page(page, address)
    for name in ("Compliance Officers", "Medical Assistants", "Billing and Posting Clerks"):
        page.get_by_role("checkbox", name=name).check()
    status(page).get_by_text("Billing and Posting Clerks").wait_for()
    assert page.get_by_role("checkbox", name="All Occupations").is_disabled()
    page.get_by_role("checkbox", name="Compliance Officers").uncheck()
    page.locator("input[type=checkbox]:disabled").first.wait_for(state="detached")


@pytest.fixture(scope="module")
def full(browser: Browser, address: str) -> Iterator[Page]:
    """The page with as much on it as there can be, every part opened; twice the pixels, as on a sharp screen."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, device_scale_factor=2)
    page = context.new_page()
    open_page(page, address)
    choose_area(page, "Boise City, ID")
    for name in ("Compliance Officers", "Medical and Health Services Managers", "All Occupations"):
        page.get_by_role("checkbox", name=name).check()
    status(page).get_by_text("All Occupations").wait_for()
    for summary in page.locator("summary").all():
        if not summary.evaluate("node => node.parentElement.open"):
            summary.click()
    yield page
    context.close()


@pytest.mark.parametrize("width", [1280, 390, 640, 320], ids=["1280", "390", "200-percent", "400-percent"])
def test_nothing_is_cut_off_or_inaccessible(full: Page, picture: Callable[..., Path], width: int) -> None:
    page = full
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate("innerWidth") == width
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    cut = page.evaluate(
        """() => [...document.querySelectorAll("main h2, main h3, main p, main li, main dd, main label, .op-at")]
        .filter(node => node.checkVisibility() && node.scrollWidth > node.clientWidth + 1
                        && getComputedStyle(node).display !== "inline" && !node.matches(".op-sr"))
        .map(node => node.className + ": " + node.textContent.slice(0, 60))"""
    )
    assert cut == []
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    picture(page, f"outlook-{width}")


def test_no_element_is_unnamed_for_a_screen_reader(page: Page, address: str) -> None:
    open_page(page, address)
    group = page.get_by_role("group", name="Occupations, up to four")
    assert group.get_by_role("checkbox").count() == 8
    assert page.get_by_role("main").get_by_role("region", name="Results").count() == 1
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.get_by_role("img", name=re.compile("National median pay of medical records")).count() == 1
    assert page.locator("html").get_attribute("lang") == "en-US"
