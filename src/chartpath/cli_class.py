"""The instructor's commands: collect, grade, export, demo."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chartpath.errors import BadInput

if TYPE_CHECKING:
    from chartpath.grading.row import Row

UnitArgument = Annotated[
    str, typer.Argument(help="The unit, as its folder is named: 10-chart-abstraction-outpatient.")
]


def collect(
    files: Annotated[list[Path], typer.Argument(help="Handed-in zip files, or folders that hold them.")],
    unit: Annotated[str | None, typer.Option(help="Take work of this unit only.")] = None,
) -> None:
    """Check what learners handed in and sort it into grading/submitted."""
    from chartpath.grading import collect as take

    report = take(files, unit)
    for one in report.collected:
        print(f"taken    {one.learner:<24} {one.unit}  {one.time:%Y-%m-%d %H:%M} UTC  ({one.file})")
        for note in one.notes:
            print(f"         note: {note}")
    for refused in report.refused:
        print(f"refused  {refused.file}: {refused.reason}")
    print(f"{len(report.collected)} taken, {len(report.refused)} refused")
    if not report.ok:
        raise typer.Exit(2)


def grade(
    unit: UnitArgument,
    engine: Annotated[
        str,
        typer.Option(
            help="answers: parsed, no kernel starts. kernel: nbgrader's own, runs released cells and learners' code exercises, boxed."
        ),
    ] = "answers",
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Processes side by side; as many as there are processors.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Mark everything anew, also what has not changed since.")
    ] = False,
    unsafe_kernel: Annotated[
        bool,
        typer.Option(
            "--unsafe-kernel",
            help="Run code exercises without bubblewrap: learners' code can then read keys and all work, and change it.",
        ),
    ] = False,
    dask: Annotated[
        str | None, typer.Option(help="Mark on a Dask cluster of yours: its scheduler, tcp://HOST:PORT.")
    ] = None,
    db: Annotated[
        str | None,
        typer.Option(envvar="CHARTPATH_DB", help="The gradebook: postgresql://USER@HOST/DATABASE."),
    ] = None,
) -> None:
    """Score what was collected, and write the gradebook, feedback pages and a summary of the class."""
    from attrs import evolve

    from chartpath.grading import grade_unit
    from chartpath.grading.course import this_course
    from chartpath.grading.summary import summarize, write_summary

    if dask and engine != "answers":
        raise BadInput("--dask goes with the answers engine: a kernel runs on this machine.")
    if unsafe_kernel and engine == "kernel":
        from chartpath.grading.sandbox import RISK

        print(f"Not boxed, as you asked. {RISK}")
    course = evolve(this_course(), db=db) if db else this_course()
    with _where(dask, jobs) as (executor, many), _progress() as bar:
        task = bar.add_task("Grading", total=None)
        report = grade_unit(
            unit,
            engine,
            many,
            lambda done, total, who: bar.update(task, completed=done, total=total),
            again=again,
            executor=executor,
            unsafe_kernel=unsafe_kernel,
            course=course,
        )
    page = write_summary(summarize(report, course), course.folder, stem=f"summary-{unit}")
    _table(report.rows)
    print(f"Feedback pages  {course.feedback}")
    print(f"Summary         {page}")
    if not report.ok:
        raise typer.Exit(2)


def export(
    format: Annotated[str, typer.Option(help="csv, canvas or moodle.")] = "csv",
    out: Annotated[Path | None, typer.Option(help="The file; in grading/ when left out.")] = None,
    unit: Annotated[str | None, typer.Option(help="One unit; all when left out.")] = None,
) -> None:
    """Write the grades as a table for a spreadsheet, Canvas or Moodle."""
    from chartpath.grading import export_grades

    print(f"The grades are in {export_grades(format, out, unit=unit)}")


def demo(
    out: Annotated[Path, typer.Option(help="A new folder for the demonstration.")] = Path("demo"),
    engine: Annotated[str, typer.Option(help="answers or kernel.")] = "answers",
    jobs: Annotated[int, typer.Option(min=1, help="Processes side by side.")] = 1,
) -> None:
    """Show the whole cycle on a made-up class of twelve: release, answer, hand in, grade, feedback, export."""
    from chartpath.demo import run_demo

    tasks: dict[str, Any] = {}
    with _progress() as bar:

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total)
            bar.update(tasks[stage], completed=done)

        report = run_demo(out, progress=tell, engine=engine, jobs=jobs)
    _table(report.graded.rows)
    for refused in report.collected.refused:
        print(f"refused  {refused.file}: {refused.reason}")
    print("\n".join(report.lines()))


def _where(dask: str | None, jobs: int | None) -> AbstractContextManager[tuple[Executor | None, int]]:
    """What marks, and how many pieces of work it takes at once: a cluster, or processes of this machine."""
    if dask is None:
        return nullcontext((None, jobs or os.cpu_count() or 1))
    from chartpath.grading.cluster import dask_cluster

    return dask_cluster(dask)


def _progress() -> AbstractContextManager[Any]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns)


def _table(rows: Sequence[Row]) -> None:
    from rich.console import Console
    from rich.table import Table

    if not rows:
        raise BadInput("Nothing was graded: no work has been collected. Run `chartpath collect` first.")
    table = Table()
    for name in ("learner", "outcome", "points", "of"):
        table.add_column(name, justify="right" if name in ("points", "of") else "left")
    for row in rows:
        table.add_row(row.learner, row.status, f"{row.score:g}", f"{row.max_score:g}")
    Console().print(table)
    for row in rows:
        for remark in (row.reason, *row.notes):
            if remark:
                print(f"{row.learner}: {remark}")
    count = {status: sum(row.status == status for row in rows) for status in ("graded", "late", "damaged")}
    print(", ".join(f"{number} {status}" for status, number in count.items()))


def add_to(app: typer.Typer) -> None:
    """Give the command line these commands."""
    for command in (collect, grade, export, demo):
        app.command()(command)
