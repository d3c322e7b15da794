"""A learner in real JupyterLab: the start page, a wrong answer, why, the right one, and the next day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lab_hands import answer_until, cell, course, open_notebook, run
from lab_server import KIT, LOOK, jupyterlab
from transcript import transcript

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One JupyterLab for this file, on a learner's copy of the course, without keys."""
    base = tmp_path_factory.mktemp("learner")
    environment = {"CHARTPATH_KEYS": "none", "CHARTPATH_HOME": str(base / "home")}
    environment |= {"CHARTPATH_RECORD": "", "JUPYTER_CONFIG_PATH": str(KIT)}
    with jupyterlab(course(base / "course"), environment, state=base, options=LOOK) as address:
        yield address


# What a screen reader says of the first exercise, in this order; between these lines it says more.
SAID = """\
heading level 1, Can you code your first chart in a minute?
Now a patient's note. CC is the chief complaint, A/P the assessment and plan: what the clinician thinks it is, and what to do.
region, Record: Tingling hand at night
Office or clinic · 04/14/2026 · 41 years, female
Type the one code for this visit.
A/P: Carpal tunnel syndrome, left. Wrist splint at night, recheck 6 wks.
end of region, Record: Tingling hand at night
5 found for “carpal tunnel”, best first (FY2027)
region, Result for start-first-code
0 of 1 code · could be sent, not yet right · 3.93 of 10 points
list of 1
Why: the rule, expanded
Rule: Guideline I.B.13, Laterality
The answer, and why, collapsed
end of region, Result for start-first-code
region, Question start-which-line
list of 4
• A. L hand numb and tingling
• D. Wrist splint at night
end of region, Question start-which-line"""


def assert_said(lines: list[str]) -> None:
    rest = iter(lines)
    for wanted in SAID.splitlines():
        assert wanted in rest, "\n".join(lines)  # `in` reads on from the line before
    edits = [line for line in lines if line.startswith("edit, ")]
    assert any("%%answer start-first-code G56.01" in line for line in edits)


def test_the_first_item_from_wrong_to_right_and_the_next_day(
    page: Page, address: str, picture: Callable[..., Path]
) -> None:
    start = "00-start-here/start-here.ipynb"
    open_notebook(page, address, start)
    picture(page, "learner-1-start-page")
    run(page, cell(page, 'cp.show("start-first-code")'))
    run(page, cell(page, 'cp.show("start-which-line")'))
    answer = cell(page, "%%answer start-first-code")
    feedback = answer.get_by_role("region", name="Result for start-first-code")
    answer_until(page, answer, "%%answer start-first-code\nG56.01", feedback)
    assert "the other side" in feedback.inner_text()
    assert "G56.02" not in feedback.inner_text()
    feedback.scroll_into_view_if_needed()
    picture(page, "learner-2-wrong")
    why = feedback.locator("details", has_text="the rule").first
    why.locator("summary").click()
    assert "Guideline I.B.13" in why.inner_text()
    picture(page, "learner-3-reads-why")
    assert_said(transcript(page, ".jp-Notebook"))
    right = feedback.get_by_text("audit-ready: nothing to change")
    answer_until(page, answer, "%%answer start-first-code\ng5602", right)
    assert "10 of 10 points" in feedback.inner_text()
    picture(page, "learner-4-right")

    page.keyboard.press("Control+s")
    page.locator(".jp-mod-dirty").first.wait_for(state="detached")
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.get_by_role("menuitem", name="Shut Down All Kernels…").click()
    page.get_by_role("button", name="Shut Down All").click()
    page.get_by_text("No Kernel").first.wait_for()
    context = page.context
    page.close()

    page = context.new_page()
    page.set_default_timeout(60_000)
    open_notebook(page, address, start)
    again = cell(page, "%%answer start-first-code")
    assert "g5602" in again.locator(".cm-content").inner_text()
    # Until the cell is run again, JupyterLab shows its saved result without the names of regions.
    assert "10 of 10 points" in again.locator(".jp-OutputArea").inner_text()
    picture(page, "learner-5-back-again")
    run(page, again)
    again.get_by_role("region", name="Result for start-first-code").wait_for()

    run(page, cell(page, "cp.progress()"))
    progress = page.get_by_role("region", name="Your progress")
    progress.wait_for()
    progress.scroll_into_view_if_needed()
    picture(page, "learner-6-progress")
    assert "Nothing answered yet" not in progress.inner_text()
    assert "Begin Start here" not in progress.inner_text()


def test_a_practice_chart_and_the_codebook(page: Page, address: str, picture: Callable[..., Path]) -> None:
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
    page: Page, address: str, picture: Callable[..., Path]
) -> None:
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
