"""Offline once loaded: the site's service worker also keeps every file of the site in the browser."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from chartpath.errors import ChartpathError

WORKER = "service-worker.js"
_OWN = Path(__file__).with_name("offline.js")


def add(folder: Path) -> int:
    """Put the keeper and the list of files into JupyterLite's service worker; returns the number of files.

    Its name for the store follows from every byte of the site, so a new build is loaded anew.
    Raises ChartpathError when JupyterLite has no service worker where it used to be.
    """
    worker = folder / WORKER
    if not worker.is_file():
        raise ChartpathError(f"site: JupyterLite built no {WORKER}, so nothing would work offline.")
    files = sorted(
        file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file() and file != worker
    )
    mark = hashlib.sha256()
    for name in files:
        mark.update(name.encode() + b"\0" + hashlib.sha256((folder / name).read_bytes()).digest())
    own = _OWN.read_text(encoding="utf-8")
    own = own.replace('"@VERSION@"', json.dumps(mark.hexdigest()[:16])).replace(
        '["@FILES@"]', json.dumps(files)
    )
    worker.write_text(own + worker.read_text(encoding="utf-8"), encoding="utf-8")
    return len(files) + 1
