"""The browser, and JupyterLab on a folder, as the tests start them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from ports import free_port

import chartpath

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
FLAGS += ["--disable-component-update", "--disable-sync"]
KIT = Path(chartpath.__file__).parent / "_jupyter"
"""What `chartpath lab` gives JupyterLab beside the course: settings and a style sheet."""
LOOK = (f"--LabApp.extra_labextensions_path={KIT / 'labextensions'}",)


def chromium() -> str:
    """Path of the browser. CI must have one; elsewhere the test says what is missing."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found:
        return found
    if os.environ.get("CI"):
        pytest.fail("CI has no Chromium: install the package chromium.")
    pytest.skip("no Chromium on this machine: install it to run the browser tests")


@contextmanager
def jupyterlab(
    folder: Path, environment: dict[str, str] | None = None, *, state: Path, options: tuple[str, ...] = ()
) -> Iterator[str]:
    """JupyterLab on a folder, its address given; `state` is where it keeps settings, workspaces and its log."""
    port = free_port()
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--ServerApp.root_dir={folder}", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    command += ["--IdentityProvider.token=", "--ServerApp.password=", *options]
    env = os.environ | {
        "JUPYTERLAB_SETTINGS_DIR": str(state / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(state / "spaces"),
    }
    log = state / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=env | (environment or {}), stdout=output, stderr=output, cwd=folder
        )
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{address}/api", timeout=5)
                break
            except OSError:
                if process.poll() is not None:
                    raise AssertionError(log.read_text(encoding="utf-8")[-3000:]) from None
                time.sleep(0.25)
        else:
            raise AssertionError(log.read_text(encoding="utf-8")[-3000:])
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)
