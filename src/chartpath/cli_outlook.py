"""The counselor's page and what is printed from it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def outlook(
    port: Annotated[
        int | None, typer.Option(help="Port on this machine; 8866 or any free one when left out.")
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the web browser.")] = True,
) -> None:
    """Open the counselor's page: pay, trend, growth, tasks and credentials of an area, with sources."""
    from chartpath.outlook.server import serve

    raise typer.Exit(serve(port, browser))


def handout(
    out: Annotated[Path, typer.Option(help="The PDF to write.")],
    area: Annotated[
        str, typer.Option(help="US, a state's postal code or name, or an OEWS area code or name.")
    ] = "US",
    occupation: Annotated[
        list[str] | None,
        typer.Option(help="An occupation code like 29-2072, or a name; repeat it for up to four."),
    ] = None,
    overwrite: Annotated[bool, typer.Option(help="Replace the file if it is there already.")] = False,
) -> None:
    """Write a one-page sheet for a client: pay, outlook, tasks, credentials and caveats, with sources."""
    from chartpath.handout import handout as write

    made = write(area, occupation or ["29-2072"], out, overwrite)
    print(f"Written: {made}")


def add_to(app: typer.Typer) -> None:
    """Give the command line these commands."""
    app.command()(outlook)
    app.command()(handout)
