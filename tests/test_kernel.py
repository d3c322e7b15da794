"""The kernel that `chartpath lab` gives a notebook."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import chartpath
from chartpath import cli
from chartpath.cli import app
from own_kernel import OwnKernel

DATA = Path(chartpath.__file__).parent / "_jupyter" / "data"


def test_lab_offers_it(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}
    monkeypatch.setattr(cli, "_become", lambda command, env: seen.update(env=env, command=command) or 0)
    monkeypatch.setenv("JUPYTER_PATH", "/of/their/own")
    assert CliRunner().invoke(app, ["lab", "--no-browser"]).exit_code == 0
    assert seen["env"]["JUPYTER_PATH"].split(os.pathsep) == [str(DATA), "/of/their/own"]


@pytest.mark.slow
def test_a_learner_goes_on_in_the_middle_after_a_restart(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from jupyter_client.kernelspec import KernelSpecManager
    from traitlets.config import Config

    monkeypatch.setenv("JUPYTER_PATH", str(DATA))
    monkeypatch.setenv("CHARTPATH_HOME", str(tmp_path))
    spec = KernelSpecManager().get_kernel_spec("python3")
    assert Path(spec.resource_dir) == DATA / "kernels" / "python3"
    assert spec.argv[0] == "python"  # Jupyter puts the server's own in its place
    # No message of the server's about ports, and this test's Python in any case.
    manager = OwnKernel(kernel_name="python3", config=Config())
    manager.start_kernel(cwd=str(tmp_path), stderr=subprocess.DEVNULL)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        for cell, said in (
            ("%%answer start-first-code\nG56.01", "the other side"),
            ('cp.show("start-first-code")', "start"),
            ("import sys; print(sys.executable)", sys.executable),
        ):
            shown: list[str] = []
            reply = client.execute_interactive(
                cell, timeout=60, output_hook=lambda one, shown=shown: shown.append(str(one["content"]))
            )
            assert reply["content"]["status"] == "ok", shown
            assert said in " ".join(shown)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
