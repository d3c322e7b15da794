"""Where people of an occupation work, and the roles around coding from the lowest median to the highest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chartpath import careers, catalog
from chartpath.careers import Occupation, Pay, find_area, find_occupation
from chartpath.figures import rows
from chartpath.figures.style import (
    DARK,
    LIGHT,
    MID,
    PAPER,
    QUIET,
    SIZE,
    Words,
    begin,
    finish,
    in_style,
    listed,
    room,
    wrap,
)
from chartpath.figures.words import dollars, percent, place, records, source, trade

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# A line of role names, as a part of the height of a row.
_LINE = 12.5 / rows.ROW


@in_style
def industry_mix(occupation: str = "coder", limit: int = 6, ax: Axes | None = None) -> Axes:
    """National jobs of an occupation by industry, the largest first, with the median pay of each.

    Industries of three NAICS digits do not overlap; the last row is what the total leaves. Jobs of wage and salary
    workers, annual dollars. Returns the Axes. Raises BadInput for an unknown or retired occupation. Source: BLS,
    OEWS, national industries.
    """
    found = find_occupation(occupation)
    frame = careers.industry_mix(found.soc, limit)
    table = records(frame)
    axes = begin(ax)
    shown = [f" {one['employment']:,} ({percent(one['share_pct'])})" for one in table]
    _, top = rows.span(axes, (), list(zip((one["employment"] for one in table), shown, strict=True)))
    rows.lay(axes, len(table), top, "Jobs in the nation (share of all) and median pay", money=False)
    for at, one in enumerate(table):
        rest = not one["industry_code"]
        pay = "no median" if one["median"] is None else dollars(one["median"])
        rows.name(axes, at, one["industry_name"], "" if rest else pay)
        look: dict[str, Any] = {"color": PAPER, "hatch": "...."} if rest else {"color": MID}
        axes.barh(at + rows.MARK, one["employment"], height=0.34, edgecolor=DARK, lw=1, zorder=2, **look)
        axes.text(one["employment"], at + rows.MARK, shown[at], va="center")
    named = [one for one in table if one["industry_code"]]
    first = named[0]
    paid = [one for one in named if one["median"] is not None]
    title = f"{found.title}: {percent(first['share_pct'])} work in {_plain(first['industry_name'])}"
    if paid:
        best = max(paid, key=lambda one: one["median"])
        title += f"; of the largest, {_plain(best['industry_name'])} pays most ({dollars(best['median'])})"
    help_ = "Bar: jobs. At the right end of each name: median pay of a year. Dotted: all other industries."
    credit = source("oews")
    said = " ".join(_in_words(one) for one in table)
    return finish(
        axes, Words(title, help_, credit, f"{title}. {said} {credit}"), rows.ROW * (len(table) + 0.12)
    )


def _plain(name: str) -> str:
    return name.split(",")[0].lower() if "Government" in name else name.lower()


def _in_words(one: dict[str, Any]) -> str:
    jobs = f"{one['employment']:,} jobs ({percent(one['share_pct'])})"
    if not one["industry_code"]:
        return f"{one['industry_name']}: {jobs}."
    pay = "median not published" if one["median"] is None else f"median {dollars(one['median'])}"
    return f"{one['industry_name']}: {jobs}, {pay}."


@in_style
def career_ladder(area: str = "US", ax: Axes | None = None) -> Axes:
    """The roles around coding by the median pay of the occupation that holds them, with its middle half.

    Roles that share one occupation share one row, since the survey cannot tell them apart; a role without an
    occupation of its own is named apart. Annual dollars. Returns the Axes. Raises BadInput for an unknown area.
    Sources: BLS, OEWS; roles: datasets/careers.
    """
    spot = find_area(area)
    table = records(catalog.load("careers/roles"))
    roles: dict[str, list[dict[str, Any]]] = {}
    for role in table:
        roles.setdefault(role["soc"] or "", []).append(role)
    nowhere = [role["title"].lower() for role in roles.pop("", [])]
    found = [(find_occupation(soc), careers.pay(spot.code, soc)) for soc in roles]
    # Occupations without a published median come last.
    found.sort(key=lambda pair: (pair[1].median is None, pair[1].median or 0))
    axes = begin(ax)
    texts = [wrap(_steps(roles[one.soc]), room(axes), SIZE) for one, _ in found]
    ends = [(pay.p75 or pay.median, f" {dollars(pay.median)}") for _, pay in found if pay.median]
    top = rows.span(axes, (), ends)[1] if ends else 100_000.0
    starts = [at + _LINE * sum(text.count("\n") + 1 for text in texts[:at]) for at in range(len(texts) + 1)]
    rows.lay(axes, len(found), top, "Pay before tax, dollars a year")
    axes.set_ylim(starts[-1] - 0.5, -0.62)
    for (one, pay), text, at in zip(found, texts, starts, strict=False):
        rows.name(axes, at, one.title, "" if pay.median else "not published")
        across = axes.get_yaxis_transform()
        axes.text(0, at - 0.14, text, transform=across, va="top", color=QUIET, linespacing=1.2, zorder=5)
        _box(axes, at + rows.MARK + _LINE * (text.count("\n") + 1), pay)
    title = _ladder_title(place(spot), found)
    most = max(found, key=lambda pair: len(roles[pair[0].soc]))[0]
    help_ = (
        f"Box: the middle half. Dark bar and figure: median. {len(roles[most.soc])} roles share the figures of "
        f"{trade(most)}: the survey counts occupations, not roles."
    )
    help_ += f" No occupation of its own: {listed(nowhere)}." if nowhere else ""
    credit = f"{source('oews')[:-1]}. Roles: chartpath, datasets/careers."
    said = " ".join(f"{one.title} ({_steps(roles[one.soc])}): {_half(pay)}." for one, pay in found)
    words = Words(title, help_, credit, f"{title}. {help_} {said} {credit}")
    return finish(axes, words, rows.ROW * (starts[-1] + 0.12))


def _steps(roles: list[dict[str, Any]]) -> str:
    """The roles of an occupation by the stage at which people reach them."""
    stages: dict[str, list[str]] = {}
    for role in roles:
        stages.setdefault(role["stage"], []).append(role["title"][:1].lower() + role["title"][1:])
    return ". ".join(f"{stage.capitalize()}: {', '.join(titles)}" for stage, titles in stages.items())


def _box(ax: Axes, y: float, pay: Pay) -> None:
    if pay.p25 and pay.p75:
        ax.barh(y, pay.p75 - pay.p25, left=pay.p25, height=0.26, color=LIGHT, edgecolor=MID, lw=1, zorder=2)
    if pay.median:
        ax.vlines(pay.median, y - 0.17, y + 0.17, color=DARK, lw=3.5, zorder=3)
        ax.text(pay.p75 or pay.median, y, f" {dollars(pay.median)}", va="center", weight="bold", color=DARK)


def _ladder_title(where: str, found: list[tuple[Occupation, Pay]]) -> str:
    known = [(one, pay.median) for one, pay in found if pay.median]
    if not known:
        return f"BLS publishes no pay for these roles in {where}"
    (low, least), (high, most) = known[0], known[-1]
    if low is high:
        return f"In {where} one median is published: {dollars(most)} ({trade(high)})"
    return (
        f"In {where} the median runs from {dollars(least)} ({trade(low)}) to {dollars(most)} ({trade(high)})"
    )


def _half(pay: Pay) -> str:
    if not pay.median:
        return "pay not published"
    half = f", middle half {dollars(pay.p25)} to {dollars(pay.p75)}" if pay.p25 and pay.p75 else ""
    return f"median {dollars(pay.median)}{half}"
