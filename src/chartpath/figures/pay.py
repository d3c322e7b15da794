"""What people earn: the range of pay, from the lowest tenth to the highest."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING

from chartpath import careers
from chartpath.careers import Area, Occupation, Pay
from chartpath.errors import BadInput
from chartpath.figures import rows
from chartpath.figures.style import (
    DARK,
    LIGHT,
    MID,
    QUIET,
    Words,
    begin,
    finish,
    in_style,
    listed,
)
from chartpath.figures.words import chosen, dollars, place, source, trade

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PARTS = {"p10": "10th percentile", "p25": "25th", "median": "median", "p75": "75th", "p90": "90th"}
_RANGE_HELP = "Thin line: 10th to 90th percentile. Box: the middle half. Dark bar: median."
_PER_YEAR = "Pay before tax, dollars a year"
_MOST, _ROW = 12, 52.0
_CAPPED = " 90th not published"


@in_style
def pay_range(
    areas: str | Sequence[str] = "US", occupations: str | Sequence[str] = "coder", ax: Axes | None = None
) -> Axes:
    """Pay from the 10th to the 90th percentile, with the middle half and the median, a row each.

    `areas` and `occupations` are one or several names or codes; every pair of them is a row (12 at most). Annual
    dollars before tax, not adjusted for prices. A figure that BLS withholds or caps is said in words. Returns the
    Axes. Raises BadInput for unknown names or too many rows. Source: BLS, OEWS.
    """
    places, trades = chosen(areas, occupations)
    if len(places) * len(trades) > _MOST:
        raise BadInput(
            f"pay_range: {len(places)} areas times {len(trades)} occupations; give at most {_MOST} rows."
        )
    found = [careers.pay(area.code, one.soc) for area, one in product(places, trades)]
    names = [_row_name(one, places, trades) for one in found]
    axes = begin(ax)
    draw_ranges(axes, found, names, _PER_YEAR)
    gaps = "" if all(one.median for one in found) else " Not published: BLS withholds it; it is not zero."
    title = _range_title(found, places, trades)
    said = " ".join(f"{label}: {_in_words(one)}" for one, label in zip(found, names, strict=True))
    credit = source("oews")
    words = Words(
        title,
        _RANGE_HELP + gaps,
        credit,
        f"{title}. Range of annual pay, {found[0].vintage}. {said} {credit}",
    )
    return finish(axes, words, _ROW * (len(found) + 0.12))


def _row_name(one: Pay, places: list[Area], trades: list[Occupation]) -> str:
    """What tells a row from the others: the area, the occupation, or both."""
    if len(trades) == 1 and len(places) > 1:
        return one.area_name
    if len(places) == 1:
        return one.title
    return f"{one.area_name}: {one.title}"


def draw_ranges(ax: Axes, pays: Sequence[Pay], names: Sequence[str], label: str = "") -> None:
    """A row for each pay, on a scale with room for the figures at both ends."""
    left = [(one.p10, f" {dollars(one.p10)} ") for one in pays if one.p10]
    right = [(one.p90, f" {dollars(one.p90)} ") for one in pays if one.p90]
    right += [(one.p75, _CAPPED) for one in pays if one.p75 and not one.p90]
    start, top = rows.span(ax, left, right) if left or right else (0.0, 100_000.0)
    rows.lay(ax, len(pays), top, label, start=start)
    for at, (one, name) in enumerate(zip(pays, names, strict=True)):
        _draw_range(ax, at, one, name)


def _draw_range(ax: Axes, at: int, one: Pay, label: str) -> None:
    """One row: label, whiskers from the 10th to the 90th percentile, box of the middle half, median."""
    y = at + rows.MARK
    rows.name(ax, at, label, "" if one.median else "not published")
    ends = [(one.p10, "right"), (one.p90, "left")]
    if one.p10 and (one.p90 or one.p75):
        ax.hlines(y, one.p10, one.p90 or one.p75 or one.p10, color=QUIET, lw=1.6, zorder=2)
    for value, side in ends:
        if value:
            ax.vlines(value, y - 0.1, y + 0.1, color=QUIET, lw=1.6, zorder=2)
            ax.text(value, y, f" {dollars(value)} ", ha=side, va="center")
    if one.p25 and one.p75:
        ax.barh(y, one.p75 - one.p25, left=one.p25, height=0.26, color=LIGHT, edgecolor=MID, lw=1, zorder=3)
        if not one.p90:
            ax.text(one.p75, y, _CAPPED, ha="left", va="center")
    if one.median:
        ax.vlines(one.median, y - 0.17, y + 0.17, color=DARK, lw=3.5, zorder=4)
        ax.text(
            one.median,
            y + 0.19,
            dollars(one.median),
            ha="center",
            va="top",
            weight="bold",
            color=DARK,
            zorder=7,
        )


def _range_title(found: list[Pay], places: list[Area], trades: list[Occupation]) -> str:
    have = [one for one in found if one.median]
    where = listed([place(area) for area in places]) if len(places) < 4 else "these areas"
    who = listed([trade(one) for one in trades]) if len(trades) < 3 else "these occupations"
    if not have:
        return f"BLS publishes no pay for {who} in {where}"
    if len(have) == 1:
        one = have[0]
        subject, spot = careers.find_occupation(one.occupation), careers.find_area(one.area_code)
        only = "" if len(found) == 1 else "Only one is published: "
        if one.p25 and one.p75:
            return f"{only}Half of {trade(subject)} in {place(spot)} earn {dollars(one.p25)} to {dollars(one.p75)} a year"
        return f"{only}{subject.title} in {place(spot)}: half earn {dollars(one.median or 0)} or more"
    top = max(one.median or 0 for one in have)
    low = min(one.median or 0 for one in have)
    first = listed([_short_name(one, places, trades) for one in have if one.median == top])
    last = listed([_short_name(one, places, trades) for one in have if one.median == low])
    if top == low:
        return f"The median is the same in all: {dollars(top)} a year"
    if len(trades) == 1:
        about, word = f"{trades[0].title}: the", "in"
    else:
        about, word = f"In {place(places[0])}, the" if len(places) == 1 else "The", "for"
    return f"{about} median is highest {word} {first} ({dollars(top)}), lowest {word} {last} ({dollars(low)})"


def _short_name(one: Pay, places: list[Area], trades: list[Occupation]) -> str:
    spot, subject = place(careers.find_area(one.area_code)), trade(careers.find_occupation(one.occupation))
    if len(trades) == 1:
        return spot
    return subject if len(places) == 1 else f"{subject} in {spot}"


def _in_words(one: Pay) -> str:
    figures = [f"{words} {dollars(value)}" for name, words in _PARTS.items() if (value := getattr(one, name))]
    return f"{', '.join(figures) or 'pay not published'}. {' '.join(one.notes)}".strip()
