"""The counselor's page and what is printed from it."""

from __future__ import annotations

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


def add_to(app: typer.Typer) -> None:
    """Give the command line these commands."""
    app.command()(outlook)
