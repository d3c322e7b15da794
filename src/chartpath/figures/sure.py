"""How sure an estimate is: the interval that its standard error leaves, drawn instead of hidden."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from chartpath import careers
from chartpath.careers import Pay, find_area, find_occupation
from chartpath.errors import BadInput
from chartpath.figures import rows
from chartpath.figures.style import DARK, MID, PAPER, Words, begin, finish, in_style
from chartpath.figures.words import dollars, percent, place, several, source

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST = 15
_THIN = ("rough", "very rough")
_MEASURES = {"mean": "Mean pay", "employment": "Jobs"}
_AXIS = {"mean": "Mean pay before tax, dollars a year", "employment": "Jobs"}
# Nine samples of ten: 1.645 standard errors to each side, as `careers.margin` has it.
_HELP = (
    "Dot: the estimate. Line: 1.645 standard errors to each side, a 90 percent interval (nine chances in ten). "
    "Open dot: a thin cell, its number of jobs rough or withheld. "
)


@frozen
class Interval:
    """An estimate of one area with its 90 percent interval, in dollars or jobs; `rse` in percent."""

    pay: Pay
    value: int
    rse: float | None
    low: float
    high: float

    @property
    def thin(self) -> bool:
        """Whether the number of jobs behind the estimate is itself rough, very rough or withheld."""
        return self.pay.employment is None or careers.reliability(self.pay.employment_rse) in _THIN


@in_style
def uncertainty(
    areas: str | Sequence[str] | None = None,
    occupation: str = "coder",
    measure: str = "mean",
    limit: int = 10,
    ax: Axes | None = None,
) -> Axes:
    """An estimate of each area with its 90 percent interval (1.645 relative standard errors), thin cells flagged.

    Without `areas`, the `limit` states that lead by the measure. `measure` is `mean` (annual dollars) or
    `employment` (jobs): BLS publishes a relative standard error for these two and none for the median. Returns the
    Axes. Raises BadInput for unknown names, an unknown measure, or more than 15 rows. Source: BLS, OEWS.
    """
    if measure not in _MEASURES:
        raise BadInput(f"uncertainty: {measure} has no published error. Give {' or '.join(_MEASURES)}.")
    trade_of = find_occupation(occupation)
    if areas is None:
        wanted = [str(code) for code in careers.top_areas(trade_of.soc, by=measure, limit=limit)["area_code"]]
    else:
        wanted = [area.code for area in dict.fromkeys(find_area(one) for one in several(areas, "areas"))]
    if len(wanted) > _MOST:
        raise BadInput(f"uncertainty: {len(wanted)} rows; give at most {_MOST}.")
    found = [careers.pay(code, trade_of.soc) for code in wanted]
    known = [_interval(one, measure) for one in found]
    shown = sorted((one for one in known if one), key=lambda one: -one.value)
    missing = [one for one, interval in zip(found, known, strict=True) if interval is None]
    axes = begin(ax)
    top = max((one.high for one in shown), default=100_000.0)
    # Dots need no zero, and without the empty part of the scale the intervals can be compared.
    least = min((one.low for one in shown), default=0.0)
    start = max(0.0, (least - (top - least) * 0.2) // 5000 * 5000) if measure == "mean" else 0.0
    money = measure == "mean"
    rows.lay(axes, max(len(found), 1), top + (top - start) * 0.06, _AXIS[measure], money, start)
    for at, one in enumerate(shown):
        _draw(axes, at, one, measure)
    for at, absent in enumerate(missing, len(shown)):
        rows.name(axes, at, absent.area_name, "not published")
    title = _title(shown, trade_of.title, measure)
    said = [_in_words(one, measure) for one in shown] + [
        f"{one.area_name}: not published." for one in missing
    ]
    credit = source("oews")
    help_ = f"{_HELP}The axis starts at {_figure(start, measure)}."
    words = Words(title, help_, credit, f"{title}. {help_} {' '.join(said)} {credit}")
    return finish(axes, words, rows.ROW * (len(found) + 0.12))


def _interval(one: Pay, measure: str) -> Interval | None:
    value = one.mean if measure == "mean" else one.employment
    rse = one.mean_rse if measure == "mean" else one.employment_rse
    if value is None:
        return None
    share = 0.0 if rse is None else careers.margin(rse) / 100
    return Interval(one, value, rse, value * (1 - share), value * (1 + share))


def _figure(value: float, measure: str) -> str:
    return dollars(value) if measure == "mean" else f"{value:,.0f}"


def _draw(ax: Axes, at: int, one: Interval, measure: str) -> None:
    y = at + rows.MARK
    spread = (
        "error not published" if one.rse is None else f"\N{PLUS-MINUS SIGN}{percent(careers.margin(one.rse))}"
    )
    figure = f"{_figure(one.value, measure)} {spread}"
    jobs = "jobs withheld" if one.pay.employment is None else f"{one.pay.employment:,} jobs"
    label = one.pay.area_name if measure == "employment" else f"{one.pay.area_name}, {jobs}"
    rows.name(ax, at, label, figure)
    ax.hlines(y, one.low, one.high, color=MID, lw=3, zorder=2)
    ax.vlines([one.low, one.high], y - 0.12, y + 0.12, color=MID, lw=1.6, zorder=2)
    ax.plot(one.value, y, "o", ms=9, mfc=PAPER if one.thin else DARK, mec=DARK, mew=2, zorder=3)


def _title(shown: list[Interval], who: str, measure: str) -> str:
    what = _MEASURES[measure].lower()
    if not shown:
        return f"{who}: BLS publishes no {what} for these areas"
    first, others = shown[0], shown[1:]
    where = place(find_area(first.pay.area_code))
    if not others:
        return f"{who} in {where}: {what} is between {_span(first, measure)}, nine chances in ten"
    close = sum(one.high >= first.low for one in others)
    size = f" on {first.pay.employment:,} jobs" if first.thin and first.pay.employment is not None else ""
    rest = "the other" if len(others) == 1 else f"{close or 'none'} of the {len(others)} others"
    if close:
        return f"{who}: {where} leads{size}, but its interval overlaps {rest}"
    return f"{who}: {where} leads{size}, and its interval does not overlap {rest.replace('none', 'any')}"


def _span(one: Interval, measure: str) -> str:
    return f"{_figure(one.low, measure)} and {_figure(one.high, measure)}"


def _in_words(one: Interval, measure: str) -> str:
    said = f"{one.pay.area_name}: {_figure(one.value, measure)}"
    said += ", error not published" if one.rse is None else f", between {_span(one, measure)}"
    if measure == "mean":
        said += ", jobs withheld" if one.pay.employment is None else f", {one.pay.employment:,} jobs"
    return f"{said}{' (thin cell)' if one.thin else ''}."
