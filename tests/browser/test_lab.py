"""`chartpath lab`, as `make lab` starts it: the start page opens, and nothing asks to call home."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_audit import AA, audit, one_rule
from ports import free_port

from chartpath import paths

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address JupyterLab prints, token included; one server for this file."""
    tmp_path = tmp_path_factory.mktemp("lab")
    log = tmp_path / "lab.log"
    environment = os.environ | {
        "JUPYTERLAB_SETTINGS_DIR": str(tmp_path / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(tmp_path / "spaces"),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
    }
    with log.open("wb") as output:
        command = [sys.executable, "-m", "chartpath", "lab", "--no-browser", "--port", str(free_port())]
        # A session of its own: `chartpath lab` starts JupyterLab, and both have to end.
        process = subprocess.Popen(
            command, stdout=output, stderr=output, env=environment, cwd=tmp_path, start_new_session=True
        )
        address = ""
        for _ in range(240):
            found = re.search(r"http://127\.0\.0\.1:\d+/\S+", log.read_text(encoding="utf-8"))
            if found or process.poll() is not None:
                address = found[0] if found else ""
                break
            time.sleep(0.25)
        try:
            assert address, log.read_text(encoding="utf-8")[-3000:]
            yield address
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=30)


def test_the_course_opens_on_the_start_page(page: Page, lab: str, picture: Callable[..., Path]) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(lab)
    page.wait_for_selector(".jp-Notebook .jp-CodeCell")
    assert page.get_by_role("tab", name="start-here.ipynb").count() == 1
    page.get_by_role("heading", name="Can you code your first chart in a minute?").wait_for()
    page.wait_for_timeout(3000)
    # Whether JupyterLab should be built anew takes its server most of a second, and is no question for a learner.
    assert [url for url in asked if "/api/build" in url] == []
    assert page.get_by_text("Would you like to get notified about official Jupyter news").count() == 0
    picture(page, "make-lab")


def test_the_start_page_has_contrast_and_underlined_links(page: Page, lab: str) -> None:
    """Text, results and cell numbers of the page; JupyterLab's own menus and editors are not ours to judge."""
    page.goto(lab)
    page.get_by_role("heading", name="Can you code your first chart in a minute?").wait_for()
    page.wait_for_load_state("networkidle")
    audit(page, AA, ".jp-MarkdownOutput", ".jp-OutputArea-output")
    audit(page, one_rule("color-contrast"), ".jp-Notebook")
    links = page.locator(".jp-MarkdownOutput a:not(.anchor-link)")
    assert links.count() > 0
    assert {one.evaluate("one => getComputedStyle(one).textDecorationLine") for one in links.all()} == {
        "underline"
    }


def test_formgrader_finds_this_course(page: Page, lab: str) -> None:
    page.request.get(lab)  # the address brings the cookie
    base, _, token = lab.partition("/lab")
    answer = page.request.get(
        f"{base}/formgrader/api/assignments{token[token.index('?') :]}"
        if "?" in token
        else f"{base}/formgrader/api/assignments"
    )
    assert answer.ok, answer.text()
    units = {row["name"] for row in answer.json()}
    assert {path.parent.name for path in paths.notebooks().glob("*/*.ipynb")} == units
