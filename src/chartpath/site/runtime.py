"""Python for the browser: Pyodide from its npm package, or a full release that the builder has at hand."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from chartpath import paths
from chartpath.errors import BadInput, ChartpathError
from chartpath.site.wheels import Wheel, adopt, closure, repack

CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
"""What runs Python itself; the same files in the npm package and in a full release."""

LOCK = "pyodide-lock.json"

HEAVY = ("pandas", "matplotlib")
"""What only a full release brings: with these, the tables and pictures of the lessons can be made anew."""

# What the kernel of a notebook and the kit import. The kernel's own shims stand in for the other names.
_LIBRARIES = ("ipython", "comm", "ipywidgets", "attrs", "cattrs", "fsrs", "pyyaml", "packaging")
_SHIMS = ("piplite", "ipykernel", "pyodide_kernel", "widgetsnbextension-4")
_NOT_NEEDED = ("widgetsnbextension", "jupyterlab-widgets")


def version() -> str:
    """The Pyodide that the kernel of JupyterLite is made for. Raises ChartpathError without the kernel."""
    if find_spec("jupyterlite_pyodide_kernel") is None:
        raise ChartpathError(
            'site: JupyterLite is not installed here. Run: python -m pip install "chartpath[site]"'
        )
    return str(import_module("jupyterlite_pyodide_kernel.constants").PYODIDE_VERSION)


def kernel_extension() -> Path:
    """Folder of the kernel's JupyterLab extension, where it is installed."""
    return labextension("@jupyterlite/pyodide-kernel-extension")


def labextension(name: str) -> Path:
    """Folder of an installed JupyterLab extension. Raises ChartpathError when it is not there."""
    from jupyter_core.paths import jupyter_path

    for place in jupyter_path("labextensions"):
        if (Path(place) / name / "package.json").is_file():
            return Path(place) / name
    raise ChartpathError(
        f'site: the JupyterLab extension {name} is not installed here. Run: python -m pip install "chartpath[site]"'
    )


def release(given: Path | None) -> Path:
    """Folder with Pyodide: `given` (a full release, packed or unpacked), else the npm package, fetched once.

    Raises BadInput when `given` is no Pyodide of the right version, ChartpathError when npm is missing or
    its registry is out of reach.
    """
    place = paths.cache() / "site" / f"pyodide-{version()}"
    if given is None:
        folder = place / "package"
        if not _whole(folder):
            _unpack(_from_npm(place), place)
    elif given.is_dir():
        folder = given
    elif given.is_file():
        mark = hashlib.sha256(given.read_bytes()).hexdigest()[:12]
        folder = place.with_name(f"{place.name}-full-{mark}") / "pyodide"
        if not _whole(folder):
            _unpack(given, folder.parent)
    else:
        raise BadInput(f"site: there is no {given}. Give the full release of Pyodide {version()}.")
    if not _whole(folder):
        missing = ", ".join(name for name in (*CORE, LOCK) if not (folder / name).is_file())
        raise BadInput(f"site: {given or folder} is not a release of Pyodide: it has no {missing}.")
    found = _version_of(folder)
    if found != version():
        raise BadInput(f"site: {given or folder} is Pyodide {found}; this JupyterLite needs {version()}.")
    return folder


def assemble(source: Path, kit: Sequence[Wheel], target: Path) -> list[str]:
    """Put Pyodide, the libraries and the kit's wheels into `target` with a lock file that names only these.

    Returns the names to load when a kernel starts. Raises what `repack` and `release` raise.
    """
    target.mkdir(parents=True, exist_ok=True)
    for name in CORE:
        shutil.copyfile(source / name, target / name)
    lock = json.loads((source / LOCK).read_text(encoding="utf-8"))
    wheels = [repack(name, target) for name in closure(_LIBRARIES, _NOT_NEEDED)]
    wheels += [adopt(path, target) for path in _shim_wheels()]
    wheels.append(_micropip(source, lock, target))
    wheels += [adopt(wheel.path, target) if wheel.path.parent != target else wheel for wheel in kit]
    entries: dict[str, Any] = _heavy(source, lock, target)
    entries |= {wheel.name: wheel.locked() for wheel in wheels}
    text = json.dumps({"info": lock["info"], "packages": dict(sorted(entries.items()))}, indent=1)
    (target / LOCK).write_text(text, encoding="utf-8")
    return sorted(entries)


def _heavy(source: Path, lock: dict[str, Any], target: Path) -> dict[str, Any]:
    """Copy pandas, matplotlib and what they require from a full release; nothing from the npm package."""
    packages = lock["packages"]
    found: dict[str, Any] = {}
    waiting = [name for name in HEAVY if (source / packages[name]["file_name"]).is_file()]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        file = source / packages[name]["file_name"]
        if not file.is_file():
            raise BadInput(f"site: {source} lacks {file.name}. Give the full release of Pyodide.")
        shutil.copyfile(file, target / file.name)
        found[name] = packages[name]
        waiting += packages[name]["depends"]
    return found


def _shim_wheels() -> list[Path]:
    """The kernel's own wheels: its Python half, and stand-ins for what cannot run in a browser."""
    folder = kernel_extension() / "static" / "pypi"
    found = []
    for start in _SHIMS:
        matches = sorted(folder.glob(f"{start}*.whl"))
        if not matches:
            raise ChartpathError(
                f"site: {folder} has no {start} wheel. Install jupyterlite-pyodide-kernel again."
            )
        found.append(matches[-1])
    return found


def _micropip(source: Path, lock: dict[str, Any], target: Path) -> Wheel:
    """The package manager in the version that Pyodide names: from the release, else from PyPI, where pip checks it."""
    entry = lock["packages"]["micropip"]
    name = str(entry["file_name"])
    cached = paths.cache() / "site" / "wheels" / name
    found = source / name if (source / name).is_file() else cached
    if not found.is_file():
        cached.parent.mkdir(parents=True, exist_ok=True)
        wanted = f"micropip=={entry['version']}"
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
        command += ["--python-version", lock["info"]["python"].rpartition(".")[0], "-d", str(cached.parent)]
        _run([*command, wanted], f"{wanted} could not be fetched from PyPI", cached.parent)
    return adopt(found, target)


def _from_npm(place: Path) -> Path:
    """Fetch the npm package with npm itself; returns the packed file."""
    npm = shutil.which("npm")
    if npm is None:
        raise ChartpathError(
            "site: npm is not on this machine, and Pyodide comes from its registry. "
            "Install Node.js, or give a full release with --pyodide FILE."
        )
    place.mkdir(parents=True, exist_ok=True)
    wanted = f"pyodide@{version()}"
    _run([npm, "pack", "--silent", wanted], f"{wanted} could not be fetched from the npm registry", place)
    return place / f"pyodide-{version()}.tgz"


def _run(command: list[str], failure: str, folder: Path) -> None:
    done = subprocess.run(  # noqa: S603 - our own command line
        command, cwd=folder, capture_output=True, text=True, env=os.environ | {"NO_COLOR": "1"}, check=False
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise ChartpathError(f"site: {failure} ({said[-1] if said else 'no message'}).")


def _unpack(packed: Path, target: Path) -> None:
    """Unpack beside `target`, then rename: a broken unpacking leaves nothing behind."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        try:
            with tarfile.open(packed) as archive:
                archive.extractall(scratch, filter="data")
        except (tarfile.TarError, OSError, EOFError) as error:
            raise BadInput(
                f"site: {packed} cannot be unpacked: it is not a whole tar file. Fetch it again."
            ) from error
        for part in Path(scratch).iterdir():
            place = target / part.name
            place.parent.mkdir(parents=True, exist_ok=True)
            if not place.exists():
                part.rename(place)


def _whole(folder: Path) -> bool:
    return all((folder / name).is_file() for name in (*CORE, LOCK))


def _version_of(folder: Path) -> str:
    package = folder / "package.json"
    if not package.is_file():
        return "of an unknown version"
    return str(json.loads(package.read_text(encoding="utf-8"))["version"])
