"""What a class's work on a unit says: a page and tables for those who teach it."""

from __future__ import annotations

from pathlib import Path

from chartpath.errors import BadInput
from chartpath.grading.course import write_whole
from chartpath.report.build import Report, make_report
from chartpath.report.html import page
from chartpath.report.tables import tables

__all__ = ["PAGE", "Report", "make_report", "write_report"]

PAGE = "report.html"


def write_report(report: Report, folder: Path) -> Path:
    """Write the page and the tables into a folder, each file whole or not at all; returns the page's path.

    The folder gets a `.gitignore` of its own: learners are named in it. Raises BadInput when the disk refuses.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(
            f"{folder} cannot be made ({error.strerror}). Give another folder with --out."
        ) from error
    files = {PAGE: page(report), **tables(report), ".gitignore": "*\n"}
    for name, text in files.items():
        write_whole(folder / name, text)
    if "agreement.csv" not in files:
        (folder / "agreement.csv").unlink(missing_ok=True)  # of an earlier report
    return folder / PAGE
