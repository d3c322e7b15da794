"""Building the site: JupyterLite, Pyodide, the kit and the course in one folder of static files."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from attrs import frozen

from chartpath import paths
from chartpath.errors import BadInput, ChartpathError
from chartpath.site import kit, offline, pages, runtime

KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
_EXTENSIONS = ("@jupyterlite/pyodide-kernel-extension", "@jupyter-widgets/jupyterlab-manager")
_MARK = "chartpath-site.json"


@frozen
class Site:
    """What was built."""

    folder: Path
    files: int
    size: int
    pyodide: str
    pandas: bool


def build_site(out: Path, pyodide: Path | None = None) -> Site:
    """Build the site in `out`, replacing an earlier one whole.

    `pyodide` is a full release of Pyodide (packed or a folder); left out, the npm package is fetched, and the
    tables and pictures of the lessons are those of the build. Raises BadInput for a folder that holds other
    files, ChartpathError naming in one line what is missing.
    """
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / _MARK).is_file())):
        raise BadInput(f"site: {out} holds other files. Name an empty or a new folder.")
    source = runtime.release(pyodide)
    pandas = (source / _file_of(source, "pandas")).is_file()
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".site-", dir=out.parent) as scratch:
        lite, made = Path(scratch) / "lite", Path(scratch) / "site"
        wheels = Path(scratch) / "wheels"
        wheels.mkdir()
        names = runtime.assemble(source, kit.wheels(wheels, pandas), lite / "static" / "pyodide")
        _course(lite / "files")
        _settings(lite, names)
        _jupyter_lite(lite, made)
        pages.write(made)
        files = offline.add(made)
        size = sum(file.stat().st_size for file in made.rglob("*") if file.is_file())
        facts = {"files": files, "bytes": size, "pyodide": runtime.version(), "pandas": pandas}
        (made / _MARK).write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
        old = Path(scratch) / "old"
        if out.exists():
            out.rename(old)
        made.rename(out)
    return Site(out, files, size, runtime.version(), pandas)


def _file_of(source: Path, name: str) -> str:
    lock = json.loads((source / runtime.LOCK).read_text(encoding="utf-8"))
    return str(lock["packages"][name]["file_name"])


def _course(folder: Path) -> None:
    """The notebooks as a learner gets them: no author's text, no instructor's page.

    A file holds long outputs as lists of lines. A server joins them; JupyterLite would put commas between.
    """
    for notebook in sorted(paths.notebooks().glob("*/*.ipynb")):
        target = folder / notebook.parent.name / notebook.name
        target.parent.mkdir(parents=True, exist_ok=True)
        joined = nbformat.read(notebook, as_version=4)
        target.write_text(json.dumps(joined, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _settings(lite: Path, packages: list[str]) -> None:
    """JupyterLite's settings: all of Python from this site, nothing from PyPI or a content network."""
    kernel = {
        "pyodideUrl": "./static/pyodide/pyodide.mjs",
        "disablePyPIFallback": True,
        "loadPyodideOptions": {"packages": packages},
    }
    config = {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": "chartpath",
            "defaultKernelName": "python",
            "exposeAppInBrowser": True,  # the codebook opens its view beside the notebook through it
            "litePluginSettings": {KERNEL: kernel},
        },
    }
    (lite / "jupyter-lite.json").write_text(json.dumps(config, indent=1), encoding="utf-8")
    overrides = {"@jupyterlab/docmanager-extension:plugin": {"autosaveInterval": pages.AUTOSAVE}}
    (lite / "overrides.json").write_text(json.dumps(overrides), encoding="utf-8")


def _jupyter_lite(lite: Path, made: Path) -> None:
    """Run JupyterLite's own builder."""
    config = {
        "LiteBuildConfig": {
            "lite_dir": str(lite),
            "output_dir": str(made),
            "contents": [str(lite / "files")],
            "apps": ["lab"],
            "ignore_sys_prefix": True,
            "no_sourcemaps": True,
            "no_unused_shared_packages": True,
            "federated_extensions": [str(runtime.labextension(name)) for name in _EXTENSIONS],
            "cache_dir": str(lite / ".cache"),
        }
    }
    (lite / "jupyter_lite_config.json").write_text(json.dumps(config), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "jupyterlite_core", "build"],
        cwd=lite,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or not (made / "lab" / "index.html").is_file():
        said = (done.stderr or done.stdout).strip().splitlines()
        raise ChartpathError(f"site: JupyterLite did not build ({said[-1] if said else 'no message'}).")
