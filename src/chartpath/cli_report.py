"""The command that tells how a class did: `report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

UnitArgument = Annotated[
    str, typer.Argument(help="The unit, as its folder is named: 10-chart-abstraction-outpatient.")
]


def report(
    unit: UnitArgument,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for the page and the tables; report-UNIT in grading/ when left out."),
    ] = None,
    marks: Annotated[
        list[Path] | None,
        typer.Option(
            help="Another grader's marks of essays: a CSV file (learner, cell, grader, score), or a copy of the gradebook. May be given again."
        ),
    ] = None,
) -> None:
    """Tell how a class did on a graded unit: points, items, miscodings, accuracy, who needs help."""
    from chartpath.grading.course import this_course
    from chartpath.report import make_report, write_report

    course = this_course()
    made = make_report(unit, marks=marks or (), course=course)
    page = write_report(made, out or course.folder / f"report-{unit}")
    print(
        f"{len(made.learners)} learners, {made.distribution.mean:.1f} of {made.book.most:g} points on average"
    )
    for line in made.withheld:
        print(f"withheld: {line}")
    print(f"The report is {page}, its tables are beside it")


def add_to(app: typer.Typer) -> None:
    """Give the command line this command."""
    app.command()(report)
