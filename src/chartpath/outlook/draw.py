"""The page's two pictures, as HTML and SVG of our own: ready in a millisecond, sharp at any zoom, letters that reflow.

matplotlib needs a second and a half to load and a sixth of a second a picture; a page that answers at once cannot
wait for it. The numbers stand as text beside each picture, so a picture never is the only way to learn something.
"""

from __future__ import annotations

from html import escape

from chartpath.careers import Pay
from chartpath.outlook.model import Trend
from chartpath.outlook.say import dollars

PARTS = (("p10", "10th"), ("p25", "25th"), ("median", "Median"), ("p75", "75th"), ("p90", "90th"))
_ROUND = 20_000
_WIDE, _TALL, _EDGE = 300.0, 92.0, 8.0


def top_of(pays: tuple[Pay, ...]) -> int:
    """Right end of the common dollar axis: the highest figure shown, rounded up."""
    highest = max((one.p90 or one.p75 or one.median or 0 for one in pays), default=0)
    return max(_ROUND, -(-highest // _ROUND) * _ROUND)


def pay_bars(pays: tuple[Pay, ...]) -> str:
    """A row an occupation: line from the 10th to the 90th percentile, box for the middle half, bar at the median."""
    top = top_of(pays)
    step = _step(top)
    ticks = "".join(
        f'<span style="left:{_part(value, top)}%">{_thousands(value)}</span>'
        for value in range(0, top + 1, step)
    )
    body = "".join(_bar(one, top) for one in pays)
    return f'<div class="op-bars">{body}<div class="op-axis" aria-hidden="true">{ticks}</div></div>'


def _step(top: int) -> int:
    """Distance of the axis ticks, so that there are at most seven of them."""
    return next(step for step in (10_000, 20_000, 25_000, 50_000, 100_000) if top // step <= 6)


def _thousands(value: int) -> str:
    return f"${value // 1000}k" if value else "$0"


def _part(value: float, top: int) -> str:
    return f"{value / top * 100:.2f}"


def _bar(one: Pay, top: int) -> str:
    figures = "".join(
        f'<div class="op-fig{" op-mid" if name == "median" else ""}"><dt>{words}</dt><dd>{_figure(one, name)}</dd></div>'
        for name, words in PARTS
    )
    return (
        f'<div class="op-bar"><h3>{escape(one.title)}</h3>'
        f'<div class="op-track" aria-hidden="true">{_marks(one, top)}</div>'
        f'<dl class="op-figs">{figures}</dl></div>'
    )


def _figure(one: Pay, name: str) -> str:
    value = getattr(one, name)
    return dollars(value) if value else "<span>not published</span>"


def _marks(one: Pay, top: int) -> str:
    if not one.median and not one.p10:
        return '<span class="op-none">No pay published here</span>'
    marks = []
    high = one.p90 or one.p75 or one.median
    if one.p10 and high:
        cut = "" if one.p90 else " op-open"  # the right end is not known: the line has no end stroke
        marks.append(
            f'<i class="op-line{cut}" style="left:{_part(one.p10, top)}%;width:{_part(high - one.p10, top)}%"></i>'
        )
    if one.p25 and one.p75:
        marks.append(
            f'<i class="op-box" style="left:{_part(one.p25, top)}%;width:{_part(one.p75 - one.p25, top)}%"></i>'
        )
    if one.median:
        marks.append(f'<i class="op-med" style="left:{_part(one.median, top)}%"></i>')
    return "".join(marks)


def trend_lines(one: Trend) -> str:
    """Two lines from the first year to the newest: dollars of the day with dots, dollars of today dashed with squares."""
    low, high = min(*one.nominal, *one.real), max(*one.nominal, *one.real)
    span = (high - low) or 1
    first, last = one.years[0], one.years[-1]

    def spot(year: int, value: int) -> tuple[float, float]:
        across = _EDGE + (year - first) / max(1, last - first) * (_WIDE - 2 * _EDGE)
        return across, _TALL - _EDGE - (value - low) / span * (_TALL - 2 * _EDGE)

    shapes = []
    for values, name in ((one.real, "op-real"), (one.nominal, "op-nominal")):
        spots = [spot(year, value) for year, value in zip(one.years, values, strict=True)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        shapes.append(f'<polyline class="{name}" points="{path}"/>')
        for x, y in spots:
            shapes.append(
                f'<circle class="{name}" cx="{x:.1f}" cy="{y:.1f}" r="3.4"/>'
                if name == "op-nominal"
                else f'<rect class="{name}" x="{x - 3:.1f}" y="{y - 3:.1f}" width="6" height="6"/>'
            )
    marks = [
        _label("start", one.nominal[0], spot(first, one.nominal[0])[1]),
        _label("end", one.nominal[-1], spot(last, one.nominal[-1])[1]),
    ]
    if first != last:
        marks.append(_label("start", one.real[0], spot(first, one.real[0])[1]))
    return (
        f'<div class="op-plot"><svg class="op-svg" viewBox="0 0 {_WIDE:.0f} {_TALL:.0f}" role="img" aria-label="{escape(one.said, quote=True)}">'
        f"{''.join(shapes)}</svg>"
        f'<div class="op-marks">{"".join(marks)}</div><div class="op-ends" aria-hidden="true"><span>{first}</span><span>{last}</span></div></div>'
    )


def _label(side: str, value: int, y: float) -> str:
    """The number beside an end of a line, at its height."""
    return f'<span class="op-at op-{side}" style="top:{y / _TALL * 100:.1f}%" aria-hidden="true">{dollars(value)}</span>'
