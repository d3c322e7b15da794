"""National pay over the years, in dollars of the day and after prices, one line for each occupation code."""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from chartpath import careers
from chartpath.careers import find_occupation
from chartpath.figures.style import (
    DARK,
    MID,
    PAPER,
    QUIET,
    Words,
    begin,
    finish,
    in_style,
)
from chartpath.figures.words import dollars, moved, records, source, thousands, trade

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_HEIGHT, _LEFT = 210.0, 44.0


def headline(occupation: str = "coder", since: int | None = None) -> str:
    """What national median pay did since a year, nominal and after prices, in one sentence without a period."""
    change = careers.pay_change(occupation, since)
    nominal, real = moved(change.nominal_pct), moved(change.real_pct)
    same = nominal.split()[0] == real.split()[0]
    then = f"and {real.split(' ', 1)[1]}" if same and change.real_pct else f"but {real}"
    return f"{change.title}: since {change.since} median pay {nominal} in dollars {then} after prices"


@in_style
def pay_over_time(occupation: str = "coder", since: int | None = None, ax: Axes | None = None) -> Axes:
    """National median pay by year, in dollars of each year and in dollars of the newest May, by occupation code.

    The codes that its people were counted under before are drawn as lines of their own and never joined to it.
    `since` is the first year of the change in the title; left out, the first year of the code. Returns the Axes.
    Raises BadInput for an unknown occupation or year. Sources: BLS, OEWS national estimates; BLS, CPI-U of May.
    """
    found = find_occupation(occupation)
    frame = careers.pay_history(found.soc, family=True).dropna(subset=["median"])
    year_of_money = int(frame.attrs["real_year"])
    lines = _segments(records(frame))
    axes = begin(ax)
    ends = [one["real_median"] for line in lines for one in line] + [
        one["median"] for line in lines for one in line
    ]
    low, high = min(ends), max(ends)
    floor = max(0, (low - 0.25 * (high - low)) // 5000 * 5000)
    axes.set_ylim(floor, high + 0.3 * (high - low))
    years = [one["year"] for line in lines for one in line]
    axes.set_xlim(min(years) - 0.6, max(years) + 0.6)
    for at, line in enumerate(lines):
        _draw(axes, line, newest=at == len(lines) - 1)
    for before, after in pairwise(lines):
        axes.axvline((before[-1]["year"] + after[0]["year"]) / 2, color=QUIET, ls=(0, (1, 2)), lw=1.4)
    if len(lines) > 1:
        for line in lines:
            middle = (line[0]["year"] + line[-1]["year"]) / 2
            axes.text(middle, axes.get_ylim()[1], line[0]["soc"], ha="center", va="top", color=QUIET)
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    axes.locator_params(axis="x", integer=True, nbins=7)
    axes.yaxis.set_major_formatter(thousands)
    axes.set_xlabel("May of the year; median dollars a year, before tax", color=QUIET)
    # Its paper hides the dotted lines behind it.
    paper = {"frameon": True, "facecolor": PAPER, "edgecolor": PAPER, "framealpha": 1.0}
    axes.legend(loc="lower right", handlelength=2.6, borderaxespad=0.2, **paper)
    title = headline(found.soc, since)
    help_ = f"The dollar axis starts at {dollars(floor)}."
    if len(lines) > 1:
        help_ += " A dotted line marks a new occupation code: groups on its two sides are not comparable."
    credit = source("oews_history", "cpi_annual")
    alt = f"{title}. {help_} {' '.join(_in_words(line, year_of_money) for line in lines)} {credit}"
    return finish(axes, Words(title, help_, credit, alt), _HEIGHT, left=_LEFT)


def _segments(rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Rows of one code without a break between them, oldest first."""
    lines: list[list[dict[str, Any]]] = []
    for _, same in groupby(
        sorted(rows, key=lambda one: (one["soc"], one["year"])), key=lambda one: one["soc"]
    ):
        for one in same:
            if one["series_break"] or not lines or lines[-1][-1]["soc"] != one["soc"]:
                lines.append([])
            lines[-1].append(one)
    return sorted(lines, key=lambda line: line[0]["year"])


def _draw(ax: Axes, line: list[dict[str, Any]], newest: bool) -> None:
    years = [one["year"] for one in line]
    looks: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("real_median", "after prices", {"color": DARK, "ls": "-", "marker": "s", "ms": 5}),
        (
            "median",
            "dollars of each year",
            {"color": MID, "ls": (0, (4, 2)), "marker": "o", "ms": 6, "mfc": PAPER},
        ),
    )
    for column, label, look in looks:
        values = [one[column] for one in line]
        ax.plot(years, values, label=label if newest else None, **look)


def _in_words(line: list[dict[str, Any]], money: int) -> str:
    points = ", ".join(
        f"{one['year']} {dollars(one['median'])} ({dollars(one['real_median'])} in dollars of May {money})"
        for one in line
    )
    return f"{line[0]['soc']}, {trade(find_occupation(line[0]['soc']))}: {points}."
