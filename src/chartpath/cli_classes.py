"""The commands about a class of its own: `class new` makes it, `class bundles` gives each learner theirs."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Make a class whose assessed charts nobody can look up.", no_args_is_help=True)


@app.command("new")
def new(
    name: Annotated[Path, typer.Argument(help="A new folder, named after the class: spring-2027.")],
    seed_file: Annotated[
        Path, typer.Option(help="Text file with your secret seed; one is made when it is not there.")
    ],
    unit: Annotated[
        list[str] | None, typer.Option(help="10 (outpatient) or 11 (inpatient); both when left out.")
    ] = None,
    charts: Annotated[int, typer.Option(help="Assessed charts a unit.")] = 10,
    variants: Annotated[
        int, typer.Option(help="Forms of the charts: as many, and learners sit next to other patients.")
    ] = 1,
) -> None:
    """Make a class: the course's notebooks, with assessed charts and keys made from your seed."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from chartpath.classes import UNITS, new_class

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, transient=True) as bar:
        task = bar.add_task("Charts", total=None)
        made = new_class(
            name,
            seed_file,
            units=tuple(unit or UNITS),
            count=charts,
            variants=variants,
            told=lambda done, total: bar.update(task, completed=done, total=total),
        )
    if made.new_seed:
        print(f"Your seed is in {seed_file}. Keep it, and keep it secret: it makes the same keys again.")
    many = "one form" if made.forms == 1 else f"{made.forms} forms"
    print(f"The class is in {made.folder}: {made.charts} assessed charts in {many}")
    print(f"Charts with their codes  {made.course.folder / 'charts.csv'} (keep grading/ from learners)")
    step = "release UNIT" if made.forms == 1 else "class bundles UNIT --roster ROSTER.csv"
    print(f"Next                     chartpath --course {name} {step}")


@app.command("bundles")
def bundles(
    unit: Annotated[
        str, typer.Argument(help="The unit, as its folder is named: 10-chart-abstraction-outpatient.")
    ],
    roster: Annotated[Path, typer.Option(help="CSV file with the learners' ids.")],
    out: Annotated[Path | None, typer.Option(help="Folder; bundles beside grading/ when left out.")] = None,
    due: Annotated[
        datetime | None,
        typer.Option(
            help="When it is due, local time; later work is graded and marked late.",
            formats=["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"],
        ),
    ] = None,
) -> None:
    """Release a unit with a bundle for each learner, and note who got which form of the charts."""
    from chartpath.classes import read_roster
    from chartpath.grading.course import set_due, this_course
    from chartpath.grading.release import learner_bundles

    course = this_course()
    made = learner_bundles(unit, read_roster(roster), out, course=course)
    folder = next(iter(made.values())).parent
    if due:
        set_due(unit, due.astimezone(), course)
        print(f"Due {due.astimezone():%Y-%m-%d %H:%M %Z}")
    print(f"{len(made)} bundles are in {folder}: send each learner the file named after them")


def add_to(other: typer.Typer) -> None:
    """Add the group `class` to the chartpath command."""
    other.add_typer(app, name="class")
