"""The course without installation: a folder of static files for any web server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def site(
    out: Annotated[Path, typer.Option(help="Folder for the site; an earlier site in it is replaced.")] = Path(
        "build/site"
    ),
    pyodide: Annotated[
        Path | None,
        typer.Option(help="A full release of Pyodide, packed or a folder; its npm package when left out."),
    ] = None,
) -> None:
    """Build the whole course as a web site that runs in the browser, offline once loaded."""
    from chartpath.site.build import build_site

    made = build_site(out, pyodide)
    print(
        f"The site is in {made.folder}: {made.files} files, {made.size / 1e6:.0f} MB, Python from Pyodide {made.pyodide}."
    )
    if not made.pandas:
        print(
            "Missing: pandas and matplotlib, which the npm package does not carry. Cells that need them show the "
            "lesson's own output. With a full release of Pyodide (--pyodide FILE) they run."
        )
    print(f"Try it: python -m http.server --directory {made.folder} 8000")


def add_to(app: typer.Typer) -> None:
    """Give the command line this command."""
    app.command()(site)
