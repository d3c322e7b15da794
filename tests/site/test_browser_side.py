"""What runs in the browser, tried outside of it: absent libraries, the link to a hand-in, the whole course."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from chartpath import paths
from chartpath.codesets import cachefile
from chartpath.handin import HandedIn
from chartpath.site import browser
from chartpath.site.prebuilt import collect


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    """An IPython as the browser has it: one cell of the lessons is known, pandas is not there."""
    known = {browser.key("import pandas\ntable = 6 * 7"): [{"text/plain": "a table of the build"}]}
    monkeypatch.setattr(browser, "_prebuilt", lambda: known)
    monkeypatch.setitem(sys.modules, "pandas", None)
    InteractiveShell.clear_instance()
    made = InteractiveShell.instance()
    browser.arrange(made)
    yield made
    InteractiveShell.clear_instance()


def test_a_known_cell_shows_what_the_build_showed(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.run_cell("import pandas\ntable = 6 * 7\n")
    said = capsys.readouterr().out
    assert "a table of the build" in said
    assert "needs pandas" in said
    assert "Traceback" not in said
    shell.run_cell("table + 1")
    assert "needs the library of an earlier cell" in capsys.readouterr().out


def test_an_unknown_cell_says_what_is_missing_in_one_line(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.run_cell("import pandas as pd")
    assert len(capsys.readouterr().out.strip().splitlines()) == 1


@pytest.mark.parametrize("source", ["not_a_name + 1", "import no_such_module", "1 / 0"])
def test_other_errors_are_shown_as_always(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], source: str
) -> None:
    shell.run_cell(source)
    assert "Traceback" in capsys.readouterr().out


def test_a_hand_in_comes_with_a_link_that_saves_it(shell: InteractiveShell, tmp_path: Path) -> None:
    path = tmp_path / "unit--me.zip"
    path.write_bytes(b"whole file")
    formats, _ = shell.display_formatter.format(HandedIn(path, "Packed.\nBut look: <x>"))  # type: ignore[union-attr]
    html = formats["text/html"]
    assert "Packed.<br>But look: &lt;x&gt;" in html
    data = re.search(r'download="unit--me\.zip" href="data:application/zip;base64,([^"]+)"', html)
    assert data is not None
    assert base64.b64decode(data[1]) == b"whole file"


def test_the_outputs_of_the_lessons_are_collected() -> None:
    found = json.loads(collect(paths.notebooks()))
    source = 'cp.load("codesets/hcpcs/sections").set_index("section")[["title"]]'
    assert "<table" in found[browser.key(source)][0]["text/html"]
    assert browser.key('cp.show("start-first-code")') not in found


def test_a_ready_made_cache_file_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ready = tmp_path / "ready"
    ready.mkdir()
    (ready / "codesets.sqlite").write_bytes(b"")
    monkeypatch.setattr(cachefile.paths, "datasets", lambda: tmp_path)
    assert cachefile.find("codesets-0123.sqlite", pytest.fail) == ready / "codesets.sqlite"


RUN = """
import collections, json, os, pathlib, sys
sys.path[:0] = [sys.argv[1]]
os.environ["CHARTPATH_KEYS"] = "none"
from IPython.core.interactiveshell import InteractiveShell
import chartpath
from chartpath.desk import register
from chartpath.site import browser
counts, wrong = collections.Counter(), []
for path in sorted(pathlib.Path(sys.argv[2]).glob("*/*.ipynb")):
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    register(shell)
    browser.arrange(shell)
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        source = "".join(cell["source"])
        shown = []
        browser._display = lambda bundles, note: shown.append(note)
        result = shell.run_cell(source)
        error = result.error_before_exec or result.error_in_exec
        blank = error is not None and type(error).__name__ == "BadInput" and "no answer yet" in str(error)
        counts["blank" if blank else "shown" if shown else "failed" if error else "ran"] += 1
        if error and not blank and not shown:
            wrong.append(f"{path.stem}: {source[:60]}: {error!r}"[:300])
print("\\n@" + json.dumps([counts, wrong]))
"""


@pytest.mark.slow
def test_every_cell_of_the_course_runs_on_the_wheels_of_the_site_alone(tmp_path: Path) -> None:
    """Nothing but the standard library and the wheels: what a lesson needs beyond that would fail in the browser."""
    pytest.importorskip("jupyterlite_pyodide_kernel", reason="the extra `site` is not installed")
    from chartpath.site import kit, runtime
    from chartpath.site.wheels import closure, repack

    (tmp_path / "wheels").mkdir()
    wheels = kit.wheels(tmp_path / "wheels", pandas=False)
    wheels += [repack(name, tmp_path / "wheels") for name in closure(runtime._LIBRARIES, runtime._NOT_NEEDED)]
    for wheel in wheels:
        zipfile.ZipFile(wheel.path).extractall(tmp_path / "site")
    # -I and -S: neither this checkout nor the libraries installed here. Without a terminal IPython needs no pexpect.
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", RUN, str(tmp_path / "site"), str(paths.notebooks())],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert "\n@" in done.stdout, done.stderr[-2000:]
    counts, wrong = json.loads(done.stdout.rpartition("\n@")[2])
    assert wrong == []
    assert counts["ran"] > 1000
    assert counts["shown"] > 20
