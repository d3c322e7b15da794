"""WCAG 2.2 AA on what the kit shows: lessons, cards, feedback, class summary, at every width, by eye, key and ear."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
from axe_audit import audit, one_rule
from lab_server import KIT
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from chartpath import diagrams, paths
from chartpath.curriculum import rows
from chartpath.kernels import LocalKernel

sys.path.append(str(Path(__file__).resolve().parents[1] / "grading"))

from classroom import FIRST, UNIT, answer, gold, new_course, submit, wrong

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.slow, pytest.mark.browser]
# Every card a learner meets, from its own call.
CALLS = [
    "import chartpath as cp",
    'cp.show("start-first-code")',
    "%%answer start-first-code\n# later",
    "%%answer start-first-code\nG56.01",
    'cp.show("start-which-line")',
    "%%answer start-which-line\nA",
    '%%answer practice-no-urine-01\nR33.8 "can\'t pee"\nN40.1',
    "%%answer practice-no-urine-01\nwhat is this?",
    f"%%answer {FIRST}\nN30.0\nN39.0",
    'cp.show("ip-short-of-breath-01")',
    'cp.code("E11.22")',
    'cp.code("0FT44ZZ")',
    'cp.search("carpal tunnel")',
    'cp.diagram("colon")',
    'cp.diagram("heart", quiz=True)',
    'cp.drill("split", seed=1, n=2)',
    "cp.progress()",
]


LESSONS = {
    "Start": "00-start-here/start-here",
    "Language of medicine": "03-anatomy-and-physiology/find-your-way-in-the-body",
    "Code sets": "06-icd-10-cm-structure/find-a-code",
    "Charts": "11-chart-abstraction-inpatient/read-a-hospital-stay",
    "Privacy and compliance": "15-hipaa/take-the-names-out",
    "Career": "17-labour-market/read-the-pay-figures",
}


def as_page(notebook: nbformat.NotebookNode, path: Path, title: str) -> Path:
    """A notebook as nbconvert writes it, with the style sheet that `chartpath lab` gives JupyterLab."""
    body, _ = HTMLExporter(template_name="lab").from_notebook_node(
        notebook, {"metadata": {"name": title, "path": ""}}
    )
    sheet = (KIT / "labextensions" / "chartpath-look" / "static" / "look.css").read_text(encoding="utf-8")
    path.write_text(body.replace("</head>", f"<style>{sheet}</style></head>", 1), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="module")
def cards(folder: Path) -> Path:
    """Every card of CALLS, made by a kernel of its own."""
    book = nbformat.v4.new_notebook()
    book.cells = [nbformat.v4.new_markdown_cell("# Every card")]
    book.cells += [nbformat.v4.new_code_cell(source) for source in CALLS]
    env = os.environ | {"CHARTPATH_KEYS": "none", "CHARTPATH_HOME": str(folder), "CHARTPATH_RECORD": ""}
    NotebookClient(book, timeout=120, kernel_name="python3", kernel_manager_class=LocalKernel).execute(
        env=env
    )
    for cell in book.cells[2:]:
        assert any("text/html" in one.get("data", {}) for one in cell.outputs), cell.source
    return as_page(book, folder / "cards.html", "Every card")


@pytest.fixture(scope="module")
def graded(folder: Path) -> tuple[Path, Path]:
    """A feedback page with faults on it, and the summary of its class."""
    from chartpath.grading import grade_unit, release_unit
    from chartpath.grading.summary import summarize, write_summary

    course = new_course(folder / "course")
    release_unit(UNIT, course=course)
    submit(course, "ada", lambda book: answer(book, gold(FIRST)))
    submit(course, "ben", lambda book: answer(book, wrong(FIRST), "not a code"))
    report = grade_unit(UNIT, course=course)
    page = write_summary(summarize(report, course), folder)
    return course.feedback / "ben" / UNIT / "code-two-charts.html", page


@pytest.fixture(scope="module")
def sheet(browser: Browser) -> Iterator[Page]:
    """A page that reaches nothing but files, as on a machine without a network."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    local = ("file:", "data:")
    context.route(
        "**/*",
        lambda route: route.continue_() if route.request.url.startswith(local) else route.abort(),
    )
    yield context.new_page()
    context.close()


def unfold(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")


def examine(page: Page, address: str, picture: Callable[..., Path], name: str) -> None:
    """No violation with every fold open; at 200 % and on a telephone the page itself never scrolls sideways."""
    page.set_viewport_size({"width": 1280, "height": 1000})
    page.goto(address)
    unfold(page)
    audit(page)
    for width in (640, 390):  # 640 CSS pixels are 1280 at 200 %
        page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate(
            """width => [...document.querySelectorAll("body *")]
            .filter(one => one.getBoundingClientRect().right > width + 1).slice(-3)
            .map(one => one.tagName + " " + one.textContent.slice(0, 60))""",
            width,
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= width, wide
        picture(page, f"{name}-{width}")
    assert page.evaluate("document.getAnimations().length") == 0


def test_no_strand_is_left_out() -> None:
    assert set(LESSONS) == {unit["strand"] for unit in rows()}


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_a_lesson_of_each_strand(
    sheet: Page, folder: Path, picture: Callable[..., Path], lesson: str
) -> None:
    path = paths.notebooks() / f"{lesson}.ipynb"
    page = as_page(nbformat.read(path, as_version=4), folder / f"{path.stem}.html", path.stem)
    examine(sheet, page.as_uri(), picture, f"lesson-{path.stem}")


def test_every_card(sheet: Page, cards: Path, picture: Callable[..., Path]) -> None:
    examine(sheet, cards.as_uri(), picture, "cards")
    audit(sheet, one_rule("color-contrast-enhanced"), ".jp-OutputArea-output section")  # 7:1
    moving = sheet.evaluate(
        """() => [...document.querySelectorAll(".jp-OutputArea-output *")].map(one => getComputedStyle(one))
        .filter(one => one.animationName !== "none" || one.transitionDuration !== "0s").length"""
    )
    assert moving == 0


def test_the_feedback_page_and_the_class_summary(
    sheet: Page, graded: tuple[Path, Path], picture: Callable[..., Path]
) -> None:
    for path in graded:
        examine(sheet, path.as_uri(), picture, path.stem)


@pytest.mark.parametrize(("place", "least"), [("cards", 12), ("feedback", 2), ("summary", 2)])
def test_the_keyboard_meets_every_control_in_reading_order(
    sheet: Page, cards: Path, graded: tuple[Path, Path], place: str, least: int
) -> None:
    sheet.set_viewport_size({"width": 1280, "height": 1000})
    sheet.goto({"cards": cards, "feedback": graded[0], "summary": graded[1]}[place].as_uri())
    controls = sheet.evaluate(
        """() => { const found = [...document.querySelectorAll("a[href], summary, button, input, select, [tabindex]")]
        .filter(one => one.checkVisibility() && one.tabIndex >= 0 && !one.closest(".jp-MarkdownOutput"));
        found.forEach((one, place) => one.dataset.place = place); return found.map(one => one.innerText.trim()); }"""
    )
    assert len(controls) >= least
    assert all(controls)
    met: list[int] = []
    for _ in range(len(controls) + 5):
        sheet.keyboard.press("Tab")
        place_now, outlined = sheet.evaluate(
            """() => [document.activeElement.dataset.place ?? "",
            getComputedStyle(document.activeElement).outlineStyle !== "none"]"""
        )
        if place_now:
            assert outlined, controls[int(place_now)]
            met.append(int(place_now))
    assert met[: len(controls)] == list(range(len(controls)))


def test_a_fold_opens_with_enter(sheet: Page, cards: Path) -> None:
    sheet.goto(cards.as_uri())
    why = sheet.locator("details", has_text="The answer, and why").first
    why.locator("summary").focus()
    sheet.keyboard.press("Enter")
    assert why.evaluate("one => one.open")


def luminance(color: str) -> float:
    """Relative luminance of #rgb or #rrggbb (WCAG 2.2)."""
    digits = color.lstrip("#")
    pairs = [digits[n : n + 2] for n in (0, 2, 4)] if len(digits) == 6 else [one * 2 for one in digits]
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (int(pair, 16) / 255 for pair in pairs)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", diagrams.names())
def test_a_drawing_has_contrast_within_itself(name: str) -> None:
    """An image is closed to axe: letters on every shade 4.5:1, outlines against every shade 3:1."""
    style = diagrams.diagram(name).svg
    shades = dict(re.findall(r"\.([a-e])\{fill:(#[0-9a-f]+)\}", style))
    text = re.search(r"(?:^|[>}])text\{[^}]*fill:(#[0-9a-f]+)", style)
    outline = re.search(r"\.a,\.b,\.c,\.d,\.e\{stroke:(#[0-9a-f]+)", style)
    marked = re.search(r"\.on \.e\{fill:(#[0-9a-f]+)", style)
    assert len(shades) == 5
    assert text
    assert outline
    assert marked
    assert min(contrast(text[1], shade) for shade in shades.values()) >= 4.5
    assert min(contrast(outline[1], shade) for shade in shades.values()) >= 3
    assert contrast("#fff", marked[1]) >= 4.5
    assert all(contrast(marked[1], shade) >= 3 for shade in shades.values())


def test_frames_and_edges_stand_out() -> None:
    from chartpath.cards import frame

    lines = [*frame.EDGES.values(), "#767676"]
    assert "1px solid #767676" in frame.CARD
    assert all(contrast(line, ground) >= 3 for line, ground in product(lines, ["#ffffff", "#fafaf7"]))
