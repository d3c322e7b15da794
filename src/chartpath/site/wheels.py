"""Wheels for Python in the browser, packed anew from what is installed here: no download, the locked versions.

The learner's libraries are pure Python, so the installed files are all there is to a wheel. Two of them
carry a compiled part too, and work without it.
"""

from __future__ import annotations

import base64
import hashlib
import re
import zipfile
from collections.abc import Iterable, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from attrs import frozen
from packaging.requirements import Requirement

from chartpath.errors import BadInput, ChartpathError

PYTHON = "3.14"
"""The Python of Pyodide that the kernel of the site runs."""

_ENVIRONMENT = {
    "os_name": "posix",
    "sys_platform": "emscripten",
    "platform_system": "Emscripten",
    "platform_machine": "wasm32",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
    "python_version": PYTHON,
    "python_full_version": f"{PYTHON}.0",
    "extra": "",
}
_COMPILED = (".so", ".pyd", ".dylib")
# Distributions whose compiled part only makes them faster: they import without it.
_PURE_ENOUGH = frozenset({"pyyaml", "wcwidth"})
# Stubs and tests that no cell of the course runs; jedi's alone are 1,300 files to unpack at every start.
_LEFT_OUT = re.compile(
    r"(^|/)(__pycache__|tests?|typeshed|django-stubs)/|\.(pyi|pyc|dist-info/RECORD)$|^\.\."
)
_STAMP = (1980, 1, 1, 0, 0, 0)


@frozen
class Wheel:
    """A wheel of the site, as the lock file of Pyodide describes it."""

    name: str
    version: str
    path: Path
    imports: tuple[str, ...]

    def locked(self) -> dict[str, object]:
        """Its entry in `pyodide-lock.json`. `depends` stays empty: the site names every wheel itself."""
        return {
            "name": self.name,
            "version": self.version,
            "file_name": self.path.name,
            "install_dir": "site",
            "sha256": hashlib.sha256(self.path.read_bytes()).hexdigest(),
            "package_type": "package",
            "imports": list(self.imports),
            "depends": [],
            "unvendored_tests": False,
        }


def normal(name: str) -> str:
    """The name of a distribution as PEP 503 spells it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def closure(wanted: Iterable[str], without: Iterable[str] = ()) -> list[str]:
    """`wanted` and all they require in the browser, from the metadata of what is installed; sorted.

    Names in `without` are left out with what only they require. Raises ChartpathError for a library that is
    not installed.
    """
    skipped = {normal(name) for name in without}
    found: set[str] = set()
    waiting = [normal(name) for name in wanted]
    while waiting:
        name = waiting.pop()
        if name in found or name in skipped:
            continue
        found.add(name)
        for line in _installed(name).requires or ():
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate(_ENVIRONMENT):
                waiting.append(normal(requirement.name))
    return sorted(found)


def repack(name: str, folder: Path) -> Wheel:
    """Pack an installed distribution as a wheel in `folder`.

    Raises ChartpathError when it is not installed or needs its compiled part.
    """
    found = _installed(name)
    members: dict[str, bytes] = {}
    for file in found.files or ():
        place = file.as_posix()
        if place.endswith(_COMPILED):
            if normal(name) not in _PURE_ENOUGH:
                raise ChartpathError(
                    f"site: {name} holds compiled code ({place}), which does not run in a browser."
                )
        elif not _LEFT_OUT.search(place) and ".data/" not in place:
            members[place] = Path(str(file.locate())).read_bytes()
    if not members:
        raise ChartpathError(f"site: the files of {name} are not recorded here. Install it with pip again.")
    return write(normal(name), found.version, members, folder)


def adopt(wheel: Path, folder: Path) -> Wheel:
    """Copy a ready wheel into `folder`. Raises BadInput when its name is not that of a wheel."""
    parts = wheel.name.removesuffix(".whl").split("-")
    if len(parts) < 5:
        raise BadInput(f"site: {wheel} is not named like a wheel.")
    target = folder / wheel.name
    target.write_bytes(wheel.read_bytes())
    with zipfile.ZipFile(target) as archive:
        return Wheel(normal(parts[0]), parts[1], target, _tops(archive.namelist()))


def write(name: str, version: str, members: Mapping[str, bytes], folder: Path) -> Wheel:
    """Write `py3-none-any` wheel of these files (path in site-packages -> bytes); the same input, the same bytes."""
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    whole = {place: data for place, data in members.items() if ".dist-info/" not in place}
    metadata = next((data for place, data in members.items() if place.endswith(".dist-info/METADATA")), None)
    whole[f"{info}/METADATA"] = (
        metadata or f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()
    )
    whole[f"{info}/WHEEL"] = (
        b"Wheel-Version: 1.0\nGenerator: chartpath\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    for place, data in members.items():  # licenses travel with what they cover
        if ".dist-info/licenses/" in place or re.search(r"\.dist-info/(LICEN[CS]E|COPYING|NOTICE)", place):
            whole[f"{info}/{place.split('.dist-info/')[1]}"] = data
    record = "".join(f"{place},{_digest(data)},{len(data)}\n" for place, data in sorted(whole.items()))
    whole[f"{info}/RECORD"] = (record + f"{info}/RECORD,,\n").encode()
    target = folder / f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for place in sorted(whole):
            entry = zipfile.ZipInfo(place, _STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, whole[place])
    return Wheel(name, version, target, _tops(whole))


def _tops(places: Iterable[str]) -> tuple[str, ...]:
    """The modules that a wheel brings, by the first part of each path."""
    first = {place.split("/")[0].removesuffix(".py") for place in places if place.endswith(".py")}
    return tuple(sorted(name for name in first if name.isidentifier()))


def _digest(data: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def _installed(name: str) -> Distribution:
    try:
        return distribution(name)
    except PackageNotFoundError as error:
        raise ChartpathError(
            f'site: {name} is not installed here. Run: python -m pip install "chartpath[site]"'
        ) from error
