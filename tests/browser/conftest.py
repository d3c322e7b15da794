"""Real JupyterLab in headless Chromium: a server of our own on this machine, a fresh folder a test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lab_server import FLAGS, chromium, jupyterlab

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser a file: two Playwrights at once, here and in another folder's tests, refuse each other."""
    path = chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 1400})
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield page
    context.close()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Start JupyterLab on a folder; returns its address. Stopped when the test ends."""
    with ExitStack() as running:

        def start(folder: Path, environment: dict[str, str] | None = None) -> str:
            return running.enter_context(jupyterlab(folder, environment, state=tmp_path))

        yield start


@pytest.fixture
def picture(tmp_path: Path) -> Callable[..., Path]:
    """Save a screenshot: into CHARTPATH_ARTIFACTS when that is set (to be looked at), else beside the test."""

    def save(page: Page, name: str, *, whole: bool = False) -> Path:
        folder = Path(os.environ.get("CHARTPATH_ARTIFACTS") or tmp_path)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.png"
        page.screenshot(path=path, full_page=whole)
        return path

    return save
