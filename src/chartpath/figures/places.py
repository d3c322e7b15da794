"""Pay by state as a map of tiles, nominal or after regional prices."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from matplotlib.patches import Rectangle

from chartpath import careers, catalog
from chartpath.careers import find_area, find_occupation
from chartpath.figures.style import (
    HATCH,
    INK,
    PAPER,
    QUIET,
    SIZE,
    STEPS,
    Gallery,
    Words,
    begin,
    finish,
    in_style,
    listed,
    on,
)
from chartpath.figures.words import dollars, ordinal, place, records, source

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TILE = 31.0
_KEY = 1.9


@in_style
def state_tiles(occupation: str = "coder", adjusted: bool = False, ax: Axes | None = None) -> Axes:
    """A tile for each state and territory, darker for higher median pay; figures in thousand dollars a year.

    With `adjusted`, what the median buys at national average prices (median divided by the regional price parity).
    The steps are the same with and without, so that two maps can be compared. A place without a figure is hatched.
    Returns the Axes. Raises BadInput for an unknown occupation. Sources: BLS, OEWS; BEA, regional price parities.
    """
    found = find_occupation(occupation)
    frame = careers.adjusted_pay(found.soc)
    table = records(frame)
    column = "adjusted" if adjusted else "median"
    edges = _edges([one[name] for one in table for name in ("median", "adjusted") if one[name] is not None])
    spots = {one["usps"]: one for one in records(catalog.load("labour/tiles"))}
    axes = begin(ax)
    across = max(one["col"] for one in spots.values()) + 1
    down = max(one["row"] for one in spots.values()) + 1
    for one in table:
        _tile(axes, spots[one["usps"]], one[column], edges)
    _key(axes, edges, down + 0.35, across)
    axes.set_xlim(0, across)
    axes.set_ylim(down + _KEY, 0)
    axes.set_axis_off()
    axes.set_aspect("equal")
    year = int(frame.attrs["rpp_year"])
    title = _adjusted_title(found.title, table) if adjusted else _title(found.title, table)
    help_ = "Median pay a year in thousand dollars, darker is higher; hatched: no figure."
    if adjusted:
        help_ = (
            f"What the median pay of a year buys at national average prices ({year}), in thousand dollars; darker is "
            "higher; hatched: no figure."
        )
    credit = source("oews", *(("rpp",) if adjusted else ()))
    said = " ".join(_in_words(one, column, adjusted) for one in table)
    return finish(
        axes, Words(title, help_, credit, f"{title}. {help_} {said} {credit}"), _TILE * (down + _KEY), below=6
    )


def state_tiles_twin(occupation: str = "coder") -> Gallery:
    """Both maps of `state_tiles`, nominal and after prices: side by side where there is room, else stacked."""
    return Gallery((state_tiles(occupation), state_tiles(occupation, adjusted=True)))


def _edges(values: list[float]) -> list[float]:
    """Bounds of the steps: fifths of all figures, in full thousands of dollars."""
    ranked = sorted(values)
    fifths = [ranked[len(ranked) * part // len(STEPS)] for part in range(1, len(STEPS))]
    return [round(bound, -3) for bound in fifths]


def _step(value: float, edges: list[float]) -> str:
    return STEPS[sum(value >= bound for bound in edges)]


def _tile(ax: Axes, spot: dict[str, Any], value: float | None, edges: list[float]) -> None:
    x, y = spot["col"], spot["row"]
    face = PAPER if value is None else _step(value, edges)
    look: dict[str, Any] = (
        {"hatch": HATCH, "ec": QUIET, "lw": 0.8} if value is None else {"ec": QUIET, "lw": 0.5}
    )
    ax.add_patch(Rectangle((x + 0.03, y + 0.03), 0.94, 0.94, fc=face, **look))
    ink = INK if value is None else on(face)
    behind = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.8} if value is None else None
    ax.text(x + 0.5, y + 0.3, spot["usps"], ha="center", va="center", weight="bold", color=ink, bbox=behind)
    if value is not None:
        figure = f"{value / 1000:.1f}" if value < 99_950 else f"{value / 1000:.0f}"
        ax.text(x + 0.5, y + 0.71, figure, ha="center", va="center", color=ink)


def _key(ax: Axes, edges: list[float], top: float, across: int) -> None:
    """The steps with their bounds, and the hatch of a missing figure."""
    bounds = [f"{bound / 1000:.0f}" for bound in edges]
    labels = [
        f"< {bounds[0]}",
        *(f"{low}-{high}" for low, high in pairwise(bounds)),
        f"\N{GREATER-THAN OR EQUAL TO} {bounds[-1]}",
    ]
    wide = across / (len(STEPS) + 1)
    for at, (face, label) in enumerate(zip((*STEPS, None), (*labels, "no figure"), strict=True)):
        look: dict[str, Any] = {"fc": face} if face else {"fc": PAPER, "hatch": HATCH}
        ax.add_patch(Rectangle((at * wide + 0.05, top), wide - 0.1, 0.5, ec=QUIET, lw=0.6, **look))
        ax.text(at * wide + wide / 2, top + 0.62, label, ha="center", va="top", size=SIZE)


def _title(who: str, table: list[dict[str, Any]]) -> str:
    have = [one for one in table if one["median"] is not None]
    top, low = max(one["median"] for one in have), min(one["median"] for one in have)
    first, last = (listed([_named(one) for one in have if one["median"] == end]) for end in (top, low))
    return f"{who}: median pay is highest in {first} ({dollars(top)}) and lowest in {last} ({dollars(low)})"


def _adjusted_title(who: str, table: list[dict[str, Any]]) -> str:
    have = [one for one in table if one["rank_change"] is not None]
    first = listed([_named(one) for one in have if one["adjusted_rank"] == 1])
    # Of equal moves the state with more jobs is told, since more people are concerned.
    most = max(have, key=lambda one: (abs(one["rank_change"]), one["employment"] or 0))
    leader = f"{who}: after prices {first} leads"
    if most["rank_change"] == 0:
        return f"{leader} and no state changes its rank"
    verb = "falls" if most["rank_change"] < 0 else "rises"
    where = _named(most)
    name = f"{where[0].upper()}{where[1:]}"
    return f"{leader}; {name} {verb} from {ordinal(most['rank'])} to {ordinal(most['adjusted_rank'])}"


def _named(one: dict[str, Any]) -> str:
    return place(find_area(one["usps"]))


def _in_words(one: dict[str, Any], column: str, adjusted: bool) -> str:
    if one[column] is None:
        return f"{one['state']}: no figure ({one['note'] or 'not published'})."
    rank = one["adjusted_rank" if adjusted else "rank"]
    return f"{one['state']} {dollars(one[column])}{f' ({ordinal(rank)})' if rank is not None else ''}."
