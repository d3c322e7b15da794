"""Where the kit's folders are: in place in a checkout, package data in an installed wheel."""

from __future__ import annotations

import os
import sys
from functools import cache as _memo
from pathlib import Path

from chartpath.errors import BadInput

_HERE = Path(__file__).resolve().parent
_CHECKOUT = _HERE.parent.parent


@_memo
def root() -> Path:
    """Folder that holds `datasets/` and `notebooks/`: the checkout, or `_data` inside the installed package."""
    for candidate in (_CHECKOUT, _HERE / "_data"):
        if (candidate / "datasets" / "datapackage.json").is_file():
            return candidate
    raise BadInput(
        "chartpath: the folder datasets/ is missing beside the package. Install chartpath again, "
        "or clone the whole repository."
    )


def datasets() -> Path:
    """The tables and item banks (`datasets/`)."""
    return root() / "datasets"


def notebooks() -> Path:
    """The course (`notebooks/`), nbgrader's source directory."""
    return root() / "notebooks"


def grading() -> Path | None:
    """The instructor's folder (`grading/`); None in an installed wheel, which never carries it."""
    folder = root() / "grading"
    return folder if folder.is_dir() else None


def keys() -> Path | None:
    """Folder of the assessed items' keys, or None when no keys are at hand.

    The environment variable CHARTPATH_KEYS names another folder, or is `none` to work as a
    learner does, without keys.
    """
    named = os.environ.get("CHARTPATH_KEYS", "")
    if named.lower() == "none":
        return None
    if named:
        folder = Path(named)
        if not folder.is_dir():
            raise BadInput(f"CHARTPATH_KEYS names {named}, which is not a folder. Correct it or unset it.")
        return folder
    course = grading()
    return course / "keys" if course and (course / "keys").is_dir() else None


def cache() -> Path:
    """Folder for files that can be made again: CHARTPATH_CACHE, else the user's cache folder on this system.

    (platformdirs would say the same, and take three times as long to import as the answer takes to find.)
    """
    named = os.environ.get("CHARTPATH_CACHE")
    if named:
        return Path(named)
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "chartpath" / "Cache"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "chartpath"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "chartpath"
