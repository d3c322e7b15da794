"""Write what a machine knows into the Data Packages: bytes and hashes. People write the rest.

    python datasets/recipes/datapackage.py            refresh every datapackage.json under datasets/
    python datasets/recipes/datapackage.py --check    exit 1 when one of them does not fit its files

The package at the top lists those of the folders; a folder's package that is new is added to it.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from common import DATASETS

NAME = "datapackage.json"


def refreshed(package: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The package with `bytes` and `hash` of each resource taken from the files in its folder.

    A resource whose file is missing keeps what it has; the test of the packages names it.
    """
    for resource in package["resources"]:
        if not (folder / resource["path"]).is_file():
            print(f"{folder.name}: {resource['path']} is missing", file=sys.stderr)
            continue
        content = (folder / resource["path"]).read_bytes()
        resource["bytes"] = len(content)
        resource["hash"] = f"sha256:{hashlib.sha256(content).hexdigest()}"
    return package


def render(package: dict[str, Any]) -> str:
    """The one way a package is written, so that a refresh without changes changes nothing."""
    return json.dumps(package, indent=2, ensure_ascii=False) + "\n"


def nested(datasets: Path) -> list[Path]:
    """The packages of the folders, in alphabetic order."""
    return sorted(path for path in datasets.glob(f"*/**/{NAME}") if path.is_file())


def top(datasets: Path) -> dict[str, Any]:
    """The package at the top, with an entry for every package below it."""
    package: dict[str, Any] = json.loads((datasets / NAME).read_text(encoding="utf-8"))
    listed = {resource["path"] for resource in package["resources"]}
    for path in nested(datasets):
        inner = json.loads(path.read_text(encoding="utf-8"))
        place = path.relative_to(datasets).as_posix()
        if place not in listed:
            package["resources"].append(
                {
                    "name": path.parent.relative_to(datasets).as_posix().replace("/", "-"),
                    "path": place,
                    "title": inner["title"],
                    "description": inner.get("description", inner["title"]),
                    "format": "json",
                    "mediatype": "application/json",
                    "encoding": "utf-8",
                    "edition": "as stated in each of its resources",
                    "sources": inner["sources"],
                    "licenses": inner["licenses"],
                }
            )
    package["resources"].sort(key=lambda resource: str(resource["name"]))
    return package


def refresh(datasets: Path, write: bool = True) -> list[Path]:
    """Bring every package up to date; the ones that were not. With `write` off nothing is changed."""
    stale = []
    for path in [*nested(datasets), datasets / NAME]:
        package = top(datasets) if path.parent == datasets else json.loads(path.read_text(encoding="utf-8"))
        text = render(refreshed(package, path.parent))
        if text != path.read_text(encoding="utf-8"):
            stale.append(path)
            if write:
                path.write_text(text, encoding="utf-8", newline="\n")
    return stale


if __name__ == "__main__":
    check = sys.argv[1:] == ["--check"]
    changed = refresh(DATASETS, write=not check)
    for changed_path in changed:
        print(f"{changed_path.relative_to(DATASETS)}: {'does not fit its files' if check else 'refreshed'}")
    sys.exit(1 if check and changed else 0)
