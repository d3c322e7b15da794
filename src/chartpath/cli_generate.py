"""The commands about sets of charts: `generate charts` makes them, `charts --stats` counts them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chartpath.errors import BadInput

if TYPE_CHECKING:
    from chartpath.generate.stats import Stats

app = typer.Typer(help="Make charts and their keys from case models.", no_args_is_help=True)


@app.command("charts")
def generate_charts(
    seed: Annotated[str, typer.Option(help="Any text; keep it secret: it makes the same charts again.")],
    out: Annotated[Path, typer.Option(help="A new or empty folder.")],
    count: Annotated[int, typer.Option(min=1, max=20_000, help="How many charts.")] = 60,
    situation: Annotated[
        list[str] | None, typer.Option(help="Only this situation; may be given again.")
    ] = None,
    setting: Annotated[str, typer.Option(help="Only this setting, like ed or inpatient.")] = "",
    unit: Annotated[str, typer.Option(help="Only charts for this unit, like 10 or 11.")] = "",
    difficulty: Annotated[int, typer.Option(min=0, max=4, help="Only this difficulty, 1 to 4.")] = 0,
    practice: Annotated[
        bool, typer.Option("--practice", help="Practice charts instead of assessed ones.")
    ] = False,
) -> None:
    """Make charts in OUT/charts and their keys in OUT/keys; the same seed makes the same ones."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from chartpath.generate import charts
    from chartpath.generate.folder import write_folder

    if not seed.strip():
        raise BadInput("The seed is empty. Give any text with --seed, and keep it secret.")
    made = charts(
        seed,
        count,
        names=situation or (),
        setting=setting,
        unit=unit,
        difficulty=difficulty,
        practice=practice,
    )
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, transient=True) as bar:
        task = bar.add_task("Charts", total=count)
        stats, dropped = write_folder(made, out, lambda done: bar.update(task, completed=done))
    print(
        f"{stats.charts} charts in {out / 'charts'}, their keys in {out / 'keys'} (keep those from learners)"
    )
    print(
        f"{stats.codes} distinct codes, {stats.miscodings} miscodings that the audit confirms ({dropped} left out), "
        f"near duplicates {stats.near_duplicate_rate:.1%}"
    )


def charts_stats(
    folder: Annotated[
        Path | None, typer.Argument(help="A generated folder; the kit's own charts when left out.")
    ] = None,
    stats: Annotated[
        bool, typer.Option("--stats", help="Count by setting, difficulty, chapter and section.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """List the charts of the kit or of a generated folder; with --stats, count them."""
    from chartpath.generate import stats as counting

    if not stats:
        from chartpath import items

        bank = [one for one, _ in counting.folder(folder)] if folder else items.items()
        for one in bank:
            if one.kind == "codes":
                row = {"id": one.id, "title": one.title, "unit": one.unit}
                print(json.dumps(row, ensure_ascii=False) if as_json else f"{one.id:<28} {one.title}")
        return
    found = counting.folder(folder) if folder else counting.library()
    measured = counting.measure(found)
    if as_json:
        print(json.dumps(measured.as_json(), ensure_ascii=False))
    else:
        _show(measured)


def _show(stats: Stats) -> None:
    from rich.console import Console
    from rich.table import Table

    from chartpath.generate.stats import DUPLICATES_TOLD

    console = Console()
    for title, counts in (
        ("setting", stats.by_setting),
        ("difficulty", stats.by_difficulty),
        ("chapter of the first-listed code", stats.by_chapter),
    ):
        table = Table()
        table.add_column(title)
        table.add_column("charts", justify="right")
        for name, number in counts.items():
            table.add_row(name, str(number))
        console.print(table)
    twice = sum(number > 1 for number in stats.by_section.values())
    print(
        "Guideline sections cited (charts): "
        + ", ".join(f"{name} {n}" for name, n in stats.by_section.items())
    )
    print(f"{len(stats.by_section)} sections, {twice} of them in two charts or more")
    print(
        f"{stats.charts} charts, {stats.without_key} of them without a key at hand; {stats.codes} distinct codes in keys"
    )
    print(f"{stats.miscodings} explained miscodings, {stats.queries} questions to the provider")
    print(f"{stats.near_duplicates} near duplicates ({stats.near_duplicate_rate:.2%}): {DUPLICATES_TOLD}")


def add_to(other: typer.Typer) -> None:
    """Add the group `generate` and the command `charts` to the chartpath command."""
    other.add_typer(app, name="generate")
    other.command("charts")(charts_stats)
