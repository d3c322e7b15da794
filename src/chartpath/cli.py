"""The `chartpath` command. Exit status: 0 done, 1 the thing asked for does not hold, 2 bad input (one line)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chartpath import (
    cli_audit,
    cli_career,
    cli_class,
    cli_classes,
    cli_generate,
    cli_outlook,
    cli_report,
    cli_site,
    paths,
)
from chartpath._version import __version__
from chartpath.errors import BadInput, ChartpathError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chartpath.curriculum import BlueprintRow

app = typer.Typer(
    name="chartpath",
    help="An open course kit for US medical coding in JupyterLab.",
    add_completion=False,
    pretty_exceptions_enable=False,
)
# Typer carries its own copy of Click; the base of its BadParameter is the error of any misspelled call.
_UsageError: Any = typer.BadParameter.__base__
_TIMES = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]
UnitArgument = Annotated[
    str, typer.Argument(help="The unit, as its folder is named: 10-chart-abstraction-outpatient.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def _print_json(data: Any) -> None:
    print(json.dumps(data, ensure_ascii=False))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(
    context: typer.Context,
    browser: Annotated[bool, typer.Option(help="Open the web browser.")] = True,
    port: Annotated[int | None, typer.Option(help="Port of the server on this machine.")] = None,
) -> None:
    """Open JupyterLab on the course. Further options go to JupyterLab as they are."""
    from importlib.util import find_spec

    if find_spec("jupyterlab") is None:
        raise BadInput('JupyterLab is not installed here. Run: python -m pip install "chartpath[course]"')
    own = os.environ.get("CHARTPATH_COURSE")
    root = Path(own) if own else _workspace()
    start = "notebooks/00-start-here/start-here.ipynb"
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={root}",
        f"--LabApp.default_url=/lab/tree/{start}",
    ]
    command += [] if browser else ["--no-browser"]
    command += [f"--ServerApp.port={port}"] if port else []
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # in a container everybody is root, and Jupyter would refuse to start
    # The kit's own style sheet: links underlined, remarks and cell numbers dark enough to read.
    ours = str(Path(__file__).parent / "_jupyter")
    command.append(f"--LabApp.extra_labextensions_path={Path(ours) / 'labextensions'}")
    command += context.args
    environment = dict(os.environ)
    if paths.grading() and find_spec("nbgrader"):
        from chartpath.grading.lab import lab_environment

        environment.update(lab_environment())
    # The kit's own settings come last: no news request, since nothing is sent anywhere.
    environment["JUPYTER_CONFIG_PATH"] = os.pathsep.join(
        part for part in (environment.get("JUPYTER_CONFIG_PATH", ""), ours) if part
    )
    # A kernel that knows `cp` from the start, so that a learner can go on in the middle of a notebook.
    environment["JUPYTER_PATH"] = os.pathsep.join(
        part for part in (str(Path(ours) / "data"), environment.get("JUPYTER_PATH", "")) if part
    )
    raise typer.Exit(_become(command, environment))


def _become(command: list[str], environment: dict[str, str]) -> int:
    """Run a server in this process's place, so that whoever ends the command ends the server."""
    if os.name == "posix":
        sys.stdout.flush()
        os.execve(command[0], command, environment)  # noqa: S606 - our own command line; it does not return
    return subprocess.call(command, env=environment)  # noqa: S603 - our own command line


def _workspace() -> Path:
    """Folder JupyterLab opens: the checkout, or a copy of the installed course that is never overwritten."""
    if paths.grading():
        return paths.root()
    import shutil

    folder = Path.cwd() / "chartpath-course"
    for source in sorted(paths.notebooks().glob("*/*.ipynb")):
        target = folder / "notebooks" / source.parent.name / source.name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    return folder


@app.command()
def code(
    code: Annotated[str, typer.Argument(help="A code, with or without its dot: E11.22.")],
    edition: Annotated[
        str | None, typer.Option(help="Fiscal year of the code set: 2025, 2026 or 2027.")
    ] = None,
    system: Annotated[
        str | None, typer.Option(help="icd10cm, icd10pcs or hcpcs; told by the code when left out.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Look a code up in any set, with every note that binds it."""
    from chartpath.codecards import CodeCard
    from chartpath.codesets import CURRENT_EDITION, code_json
    from chartpath.codesets.views import find

    if as_json:
        _print_json(code_json(code, edition or CURRENT_EDITION, system))
    else:
        print(CodeCard(find(code, edition or CURRENT_EDITION, system)))


@app.command()
def search(
    text: Annotated[str, typer.Argument(help="Words, abbreviations or part of a code.")],
    system: Annotated[str | None, typer.Option(help="icd10cm, icd10pcs or hcpcs.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200)] = 10,
    as_json: JsonOption = False,
) -> None:
    """Find codes by words, best first."""
    from chartpath.codecards import SearchCard
    from chartpath.codesets import views

    if as_json:
        _print_json(views.search_json(text, system=system, limit=limit))
        return
    card = SearchCard(text, tuple(views.search(text, system, limit)))
    print(card)
    if not card.hits:
        raise typer.Exit(1)


@app.command()
def changes(
    old: Annotated[str, typer.Argument(help="Fiscal year, like 2026.")],
    new: Annotated[str, typer.Argument(help="A later fiscal year, like 2027.")],
    as_json: JsonOption = False,
) -> None:
    """List what a new edition adds, deletes and revises, and which charts, keys and notebooks that touches."""
    from chartpath.codesets.changes import changes as compare
    from chartpath.codesets.changes import changes_json, changes_lines

    if as_json:
        _print_json(changes_json(old, new))
    else:
        print("\n".join(changes_lines(compare(old, new))))


@app.command()
def build(
    unit: Annotated[str | None, typer.Argument(help="One unit; all of them when left out.")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 1 when a notebook differs from its text.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace notebooks that hold typed answers.")
    ] = False,
) -> None:
    """Build the notebooks from their text."""
    from chartpath import build as builder

    if check:
        differences = builder.check(unit)
        for line in differences:
            print(line)
        raise typer.Exit(1 if differences else 0)
    for path in builder.build(unit, force=force):
        print(f"built {path.parent.name}/{path.name}")


@app.command()
def release(
    unit: UnitArgument,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the bundle; grading/release when left out.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier release of this unit.")] = False,
    due: Annotated[
        datetime | None,
        typer.Option(
            help="When it is due, local time; later work is graded and marked late.", formats=_TIMES
        ),
    ] = None,
) -> None:
    """Make the learner's bundle of a unit: notebooks, no keys."""
    from chartpath.grading import release_unit
    from chartpath.grading.course import set_due

    print(f"The learner's bundle is {release_unit(unit, out, force=force)}")
    if due:
        set_due(unit, due.astimezone())
        print(f"Due {due.astimezone():%Y-%m-%d %H:%M %Z}")


@app.command()
def curriculum(
    coverage: Annotated[
        bool, typer.Option("--coverage", help="Count objectives, items and minutes of every unit.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """List the units: what each is about, how long it takes, what is ready."""
    from attrs import asdict

    from chartpath.curriculum import blueprint, rows

    found = rows(coverage)
    if as_json:
        if coverage:
            _print_json({"units": found, "blueprint": [asdict(row) for row in blueprint()]})
            return
        for row in found:
            _print_json(row)
        return
    from rich.console import Console
    from rich.table import Table

    columns = [name for name in found[0] if name not in ("able_to", "strand", "title")]
    table = Table()
    for name in columns:
        table.add_column(name.replace("_", " "), no_wrap=name == "unit")
    for row in found:
        table.add_row(*(str(row[name]) for name in columns))
    Console().print(table)
    if coverage:
        _print_blueprint(blueprint())


def _print_blueprint(covered: Sequence[BlueprintRow]) -> None:
    """The competencies that certifications and employers ask for, and the units that exercise them."""
    from rich.console import Console
    from rich.table import Table

    table = Table(
        title=f"Blueprint: {sum(bool(row.items) for row in covered)} of {len(covered)} rows covered"
    )
    for name in ("row", "competency", "units", "items"):
        table.add_column(name, justify="right" if name in ("row", "items") else "left")
    for row in covered:
        units = " ".join(unit.split("-")[0] for unit in row.units) or "-"
        table.add_row(str(row.row), row.competency, units, str(len(row.items)))
    Console().print(table)


@app.command("hand-in")
def hand_in(
    learner: Annotated[str, typer.Argument(help="Your id in the class.")],
    folder: Annotated[Path, typer.Option(help="The unit's folder.")] = Path(),
) -> None:
    """Pack a unit's notebooks into one file for the instructor."""
    from chartpath.handin import hand_in as pack

    print(f"Give this file to your instructor: {pack(learner, folder)}")


cli_audit.add_to(app)
cli_career.add_to(app)
cli_outlook.add_to(app)
cli_generate.add_to(app)
cli_class.add_to(app)
cli_classes.add_to(app)
cli_report.add_to(app)
cli_site.add_to(app)


def main() -> None:
    """Run the command; every expected error ends as one line on stderr."""
    try:
        status = app(standalone_mode=False)
    except ChartpathError as error:
        _fail(str(error), error.exit_status)
    except _UsageError as error:
        _fail(f"{error.format_message()} Run `chartpath --help`.", 2)
    except ModuleNotFoundError as error:
        if str(error.name).startswith("chartpath"):
            raise
        _fail(
            f'this needs {error.name}, which is not installed. Run: python -m pip install "chartpath[course]"',
            2,
        )
    except typer.Abort:
        _fail("Stopped.", 1)
    except BrokenPipeError:
        sys.exit(1)
    else:
        sys.exit(status if isinstance(status, int) else 0)


def _fail(message: str, status: int) -> None:
    print("chartpath: " + " ".join(message.split()), file=sys.stderr)
    sys.exit(status)


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    course: Annotated[
        Path | None,
        typer.Option(
            envvar="CHARTPATH_COURSE",
            help="Folder of a class of your own, made by `chartpath class new`; this checkout when left out.",
        ),
    ] = None,
) -> None:
    if course is not None:
        os.environ["CHARTPATH_COURSE"] = str(course.resolve())  # for the processes of this run too
    if version:
        print(__version__)
        raise typer.Exit(0)
    if context.invoked_subcommand is None:
        print(context.get_help())
