"""What a hostile learner wrote, opened where an instructor opens it, in a browser that would run it."""

from __future__ import annotations

import json
import sys
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

sys.path.append(str(Path(__file__).resolve().parents[1] / "grading"))

from classroom import UNIT, new_course, submit
from test_feedback import ATTACKS, hostile

from chartpath.grading import grade_unit, release_unit
from chartpath.grading.course import Course
from chartpath.grading.lab import lab_environment, server_root

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture
def course(tmp_path: Path) -> Course:
    made = new_course(tmp_path / "course")
    release_unit(UNIT, course=made)
    submit(made, "eve", hostile)
    grade_unit(UNIT, course=made)
    return made


@pytest.fixture
def bare(browser: Browser) -> Iterator[Page]:
    """A page whose Content-Security-Policy does not count: only what is in the text protects."""
    context = browser.new_context(bypass_csp=True)
    yield context.new_page()
    context.close()


def watch(page: Page) -> tuple[list[str], list[str]]:
    """Addresses asked for, and dialogs opened, from now on."""
    asked: list[str] = []
    opened: list[str] = []

    def refuse(dialog: Any) -> None:
        opened.append(dialog.message)
        dialog.dismiss()

    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", refuse)
    return asked, opened


def look(page: Page, address: str) -> list[str]:
    """Open a page, click what invites a click; returns what went wrong."""
    ((_, wrong),) = look_at([(page, address)])
    return wrong


def look_at(pages: Sequence[tuple[Page, str]]) -> list[tuple[str, list[str]]]:
    """Open pages side by side, wait once for all of them, click on each; returns what went wrong, by address."""
    watched = [(page, address, *watch(page)) for page, address in pages]
    for page, address in pages:
        page.goto(address)
    pages[-1][0].wait_for_timeout(1500)
    return [(address, _seen(page, address, asked, opened)) for page, address, asked, opened in watched]


def _seen(page: Page, address: str, asked: list[str], opened: list[str]) -> list[str]:
    for link in page.get_by_text("click", exact=True).all():
        link.click(timeout=2000, no_wait_after=True, force=True)
    page.wait_for_timeout(200)
    wrong = [f"asked for {url}" for url in asked if "example.org" in url] + [
        f"dialog {one}" for one in opened
    ]
    if page.evaluate("window.pwned") is not None:
        wrong.append("a script ran")
    if page.url.split("#")[0] != address:
        wrong.append(f"led to {page.url}")
    if page.evaluate("getComputedStyle(document.body).display") == "none":
        wrong.append("the page was hidden")
    return wrong


def test_the_payloads_are_real(bare: Page, tmp_path: Path) -> None:
    """Unprotected, they run, load and hide: what the other tests look for can be found."""
    attacks = [one for one in ATTACKS if one.startswith("<") and "http-equiv" not in one]
    pages = []
    for number, attack in enumerate(attacks):
        path = tmp_path / f"{number}.html"
        path.write_text(f"<!DOCTYPE html><html><body>{attack}</body></html>", encoding="utf-8")
        pages.append((bare.context.new_page(), path.as_uri()))
    found = {one.split(" http")[0] for _, wrong in look_at(pages) for one in wrong}
    assert {"a script ran", "asked for", "the page was hidden"} <= {one.rstrip() for one in found}


def test_a_feedback_page_is_harmless_even_without_its_policy(bare: Page, course: Course) -> None:
    page = course.feedback / "eve" / UNIT / "code-two-charts.html"
    assert look(bare, page.as_uri()) == []
    assert bare.get_by_text("points").count() > 0
    assert bare.locator("script, iframe, object, form, svg").count() == 0


def test_formgrader_shows_it_unharmed(page: Page, serve: Callable[..., str], course: Course) -> None:
    address = serve(server_root(course), lab_environment(course))
    listing = f"{address}/formgrader/api/submitted_notebooks/{UNIT}/code-two-charts"
    with urllib.request.urlopen(listing, timeout=60) as reply:
        (eve,) = json.loads(reply.read())
    assert look(page, f"{address}/formgrader/submissions/{eve['id']}/") == []
    assert page.get_by_text("<script>window.pwned=1</script>").count() > 0  # it is there, as text
