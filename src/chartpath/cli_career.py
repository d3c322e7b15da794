"""The counsellor's commands: what an occupation pays in an area."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from chartpath.careers import Pay

_ROWS = {
    "p10": "10th percentile",
    "p25": "25th percentile",
    "median": "Median",
    "p75": "75th percentile",
    "p90": "90th percentile",
    "mean": "Mean",
}
_WITHHELD = "not published"


def print_pay(area: str, occupation: str, as_json: bool = False) -> None:
    """Print the answer of `careers.pay` on stdout. Raises BadInput for an unknown area or occupation."""
    from chartpath.careers import pay, pay_json

    if as_json:
        print(json.dumps(pay_json(area, occupation), ensure_ascii=False))
        return
    from rich.console import Console
    from rich.text import Text

    found = pay(area, occupation)
    console = Console(highlight=False)
    console.print(
        Text(f"{found.title} ({found.occupation}), {found.area_name}, {found.vintage}", style="bold")
    )
    console.print(_table(found))
    for note in found.notes:
        console.print(Text(f"Note: {note}"))
    console.print(
        Text(f"Source: {found.source}. Wage and salary jobs; dollars before tax, not adjusted for prices.")
    )


def _table(found: Pay) -> Table:
    """One row a figure; a missing one says so instead of standing empty."""
    from rich.table import Table

    from chartpath.careers import reliability

    table = Table(show_header=False)
    table.add_column("figure")
    table.add_column("value", justify="right")
    for name, words in _ROWS.items():
        value = getattr(found, name)
        table.add_row(f"{words}, a year", _WITHHELD if value is None else f"${value:,}")
    jobs, rse = found.employment, found.employment_rse
    table.add_row("Jobs", _WITHHELD if jobs is None else f"{jobs:,}")
    error = _WITHHELD if rse is None else f"{rse:g}% ({reliability(rse)})"
    table.add_row("Standard error of the jobs", error)
    return table


def pay(
    area: Annotated[
        str, typer.Option(help="US, a state's postal code or name, or an OEWS area code or name.")
    ] = "US",
    occupation: Annotated[
        str, typer.Option(help="An occupation code like 29-2072, or a name like coder.")
    ] = "29-2072",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Show the pay and jobs of one occupation in one area, from the current federal survey."""
    print_pay(area, occupation, as_json)


def add_to(app: typer.Typer) -> None:
    """Give the command line these commands."""
    app.command()(pay)
