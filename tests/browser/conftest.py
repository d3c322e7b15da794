"""Real JupyterLab in headless Chromium: a server of our own on this machine, a fresh folder a test."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from ports import free_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
FLAGS += ["--disable-component-update", "--disable-sync"]


def chromium() -> str:
    """Path of the browser. CI must have one; elsewhere the test says what is missing."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found:
        return found
    if os.environ.get("CI"):
        pytest.fail("CI has no Chromium: install the package chromium.")
    pytest.skip("no Chromium on this machine: install it to run the browser tests")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
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
    running: list[subprocess.Popen[bytes]] = []

    def start(folder: Path, environment: dict[str, str] | None = None) -> str:
        port = free_port()
        command = [
            sys.executable,
            "-m",
            "jupyterlab",
            "--no-browser",
            "--allow-root",
            f"--ServerApp.root_dir={folder}",
        ]
        command += [
            f"--ServerApp.port={port}",
            "--ServerApp.port_retries=0",
            "--IdentityProvider.token=",
            "--ServerApp.password=",
        ]
        env = os.environ | {
            "JUPYTERLAB_SETTINGS_DIR": str(tmp_path / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(tmp_path / "spaces"),
        }
        log = (tmp_path / "server.log").open("wb")
        running.append(
            subprocess.Popen(command, env=env | (environment or {}), stdout=log, stderr=log, cwd=folder)
        )
        address = f"http://127.0.0.1:{port}"
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{address}/api", timeout=5)
                return address
            except OSError:
                if running[-1].poll() is not None:
                    break
                time.sleep(0.25)
        raise AssertionError((tmp_path / "server.log").read_text(encoding="utf-8")[-3000:])

    yield start
    for process in running:
        process.terminate()
    for process in running:
        process.wait(timeout=20)


@pytest.fixture
def picture(tmp_path: Path) -> Callable[[Page, str], Path]:
    """Save a screenshot: into CHARTPATH_PICTURES when that is set (to be looked at), else beside the test."""

    def save(page: Page, name: str) -> Path:
        folder = Path(os.environ.get("CHARTPATH_PICTURES") or tmp_path)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.png"
        page.screenshot(path=path)
        return path

    return save
