"""A one-page sheet for a client: what an occupation pays in a place, where it leads, and what the numbers leave out.

The words and numbers are those of the counselor's page (`chartpath.outlook.view`), so that paper and screen say the
same. The sheet is a US Letter PDF with real text, made by matplotlib alone. It shortens itself until it fits: letters
get smaller by steps, then tasks and lesser notes are left out, and the sheet says so. Sizes are in points.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from attrs import define, evolve, field, frozen
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from chartpath import careers
from chartpath.careers import Pay
from chartpath.errors import BadInput, ChartpathError
from chartpath.figures.pay import draw_ranges
from chartpath.figures.style import DARK, GRID, INK, QUIET, STYLE, width_of, wrap
from chartpath.figures.words import dollars
from chartpath.outlook.model import Badge, Measure, Page, Work
from chartpath.outlook.page import view

_WIDTH, _HEIGHT, _MARGIN = 612.0, 792.0, 36.0
_ROOM = _WIDTH - 2 * _MARGIN
_GUTTER, _LABELS = 18.0, 104.0
_FIGURE_ROW, _FIGURE_AXIS = 42.0, 16.0
_SMALL = 6.8
_RANGE_HELP = (
    "Thin line: 10th to 90th percentile. Box: the middle half. Dark bar: median. Dollars a year before tax."
)
_NO_TASKS = "O*NET describes no tasks for this group."
# What four columns have no room for; the page has it.
_SPARED = ("common",)
_SPELLED = (
    "BLS: Bureau of Labor Statistics. OEWS: Occupational Employment and Wage Statistics. CPI-U: Consumer Price Index "
    "for All Urban Consumers. BEA: Bureau of Economic Analysis."
)


@frozen
class _Level:
    """How much the sheet holds: letter size, tasks of each occupation, lesser notes in all, facts of credentials."""

    size: float
    tasks: int
    notes: int
    facts: bool = False


# The largest letters that leave room for this much are taken; the last line fits whatever there is to say.
_LEAST = (
    *(_Level(size, 4, 3, facts=True) for size in (9.5, 9.0, 8.5)),
    *(_Level(size, 3, 2) for size in (8.5, 8.0)),
    _Level(7.5, 2, 1),
    _Level(7.5, 1, 0),
    _Level(7.0, 1, 0),
    _Level(6.7, 1, 0),  # four occupations whose every figure has a note: three of all 40,810 choices of four
)
_MOST_TASKS, _MOST_NOTES = 10, 20
_SMALLEST_WITH_ADDRESSES = 7.0


@frozen
class _Line:
    """A line of text: its left end and baseline from the upper left corner of the paper."""

    x: float
    y: float
    text: str
    size: float
    bold: bool
    color: str


@define
class _Flow:
    """Text set line by line into a column, from the top down."""

    x: float
    width: float
    y: float
    lines: list[_Line] = field(factory=list)
    rules: list[tuple[float, float, float]] = field(factory=list)

    def write(
        self, text: str, size: float, bold: bool = False, color: str = INK, indent: float = 0.0
    ) -> None:
        """Set a paragraph, wrapped to the width of the column."""
        for line in wrap(text, self.width - indent, size, bold).split("\n") if text else ():
            self.y += size * 1.2
            self.lines.append(_Line(self.x + indent, self.y, line, size, bold, color))

    def bullet(self, text: str, size: float) -> None:
        """Set a paragraph behind a bullet."""
        self.lines.append(_Line(self.x, self.y + size * 1.2, "\N{BULLET}", size, False, INK))
        self.write(text, size, indent=size * 0.9)
        self.y += size * 0.15

    def value(self, value: str, detail: str, size: float) -> None:
        """Set a value in bold, and what qualifies it behind it in smaller letters, as one paragraph."""
        self.write(value, size, bold=True)
        if not detail:
            return
        last = self.lines[-1]
        start = width_of(f"{last.text} ", size, bold=True)
        small = size * 0.88
        head, *rest = wrap(detail, self.width, small, first=self.width - start).split("\n")
        self.lines.append(_Line(self.x + start, last.y, head, small, False, INK))
        self.write(" ".join(rest), small)

    def heading(self, text: str, size: float) -> None:
        """Set a heading with room above it."""
        self.y += size * 0.75
        self.write(text, size + 1, bold=True, color=DARK)
        self.y += size * 0.15

    def rule(self) -> None:
        """Draw a thin line across the column."""
        self.y += 4
        self.rules.append((self.x, self.y, self.width))

    def column(self, left: float, width: float) -> _Flow:
        """A column that starts here, `left` points from this one's left end."""
        return _Flow(self.x + left, width, self.y)

    def take(self, *columns: _Flow) -> None:
        """Go on below the longest of some columns."""
        for one in columns:
            self.lines += one.lines
            self.rules += one.rules
        self.y = max(self.y, *(one.y for one in columns))


def handout(area: str, occupations: str | Sequence[str], out: Path, overwrite: bool = False) -> Path:
    """Write the sheet of an area and one to four occupations as a one-page PDF, and return its path.

    Names and codes are taken as `careers.find_area` and `careers.find_occupation` take them. Raises BadInput for
    unknown names, a name that does not end in .pdf, a missing folder, and a file that exists unless `overwrite`;
    ChartpathError when the file cannot be written. Sources: those of `chartpath.outlook.view`.
    """
    out = Path(out)
    if out.suffix.lower() != ".pdf":
        raise BadInput(f"{out}: a handout is a PDF. Give a name that ends in .pdf.")
    if not out.parent.is_dir():
        raise BadInput(f"{out.parent}: no such folder. Make it first, or give another place.")
    if out.exists() and not overwrite:
        raise BadInput(f"{out}: this file exists already. Give another name, or ask to overwrite it.")
    page = view(area, occupations)
    figure = sheet(page)
    about = {
        "Title": f"Pay and outlook: {page.area.name}, {', '.join(one.title for one in page.occupations)}",
        "Author": "chartpath",
        "Subject": f"{page.title}. {page.lead}",
        "Keywords": page.pay_source,
        "CreationDate": None,
    }
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        with mpl.rc_context(STYLE):
            figure.savefig(part, format="pdf", metadata=about)
        part.replace(out)
    except OSError as error:
        raise ChartpathError(f"{out}: cannot be written ({error.strerror}). Choose another place.") from error
    finally:
        part.unlink(missing_ok=True)
    return out


def sheet(page: Page) -> Figure:
    """The sheet as a figure of 8.5 by 11 inches, drawn as full as it fits. Raises ChartpathError if nothing fits."""
    level = next((one for one in _LEAST if _fits(page, one)), None)
    if level is None:
        raise ChartpathError(
            f"handout: too much to say about {page.area.name} for one page. Ask for fewer occupations."
        )
    for more in _richer(level):
        # Each thing is added to what fits already; what does not fit is passed over.
        wanted = evolve(level, **more)
        if _fits(page, wanted):
            level = wanted
    return _draw(page, *_set(page, level))


def _fits(page: Page, level: _Level) -> bool:
    flow, _ = _set(page, level)
    return flow.y <= _HEIGHT - _MARGIN


def _richer(level: _Level) -> Iterator[dict[str, Any]]:
    """What would be added next, the most useful first."""
    yield {"facts": True}
    for step in range(1, _MOST_NOTES):
        yield {"notes": level.notes + step}
        if level.tasks + step <= _MOST_TASKS:
            yield {"tasks": level.tasks + step}


def _set(page: Page, level: _Level) -> tuple[_Flow, float]:
    """All text of the sheet, and where the figure begins."""
    size = level.size
    flow = _Flow(_MARGIN, _ROOM, _MARGIN - 12)
    title = f"Pay and outlook: {page.area.name}"
    flow.write(title, 18 if width_of(title, 18, bold=True) < _ROOM else 14, bold=True, color=DARK)
    flow.y += 2
    flow.write(f"Date of the data: {_vintages(page)}.", size - 1, color=QUIET)
    flow.y += 3
    flow.write(page.title, size + 2, bold=True)
    flow.y += 1
    flow.write(page.lead, size)
    flow.y += 4
    top = flow.y
    flow.y += _height(page.pays) + _FIGURE_AXIS
    flow.write(f"{_RANGE_HELP} [1]", _SMALL + 0.4, color=QUIET)
    flow.y += 4
    _table(flow, page, size)
    _work(flow, page, level)
    _notes(flow, page, level)
    flow.heading("Sources", size - 1)
    flow.write(f"{_listed(page, urls=size > _SMALLEST_WITH_ADDRESSES)} {page.credit}", _SMALL, color=QUIET)
    return flow, top


def _numbers(page: Page) -> dict[str, int]:
    """Sources of the figures by the number that stands beside them."""
    every = (page.pay_source, *(one.source for one in page.measures), page.tasks_source, page.badges_source)
    return {name: at for at, name in enumerate(dict.fromkeys(every), 1)}


def _listed(page: Page, urls: bool) -> str:
    """The numbered sources, and where their publishers keep them as long as there is room."""
    every = dict.fromkeys(one.url for one in page.sources if one.url)
    # The front page of a program says nothing that a page below it does not say.
    exact = [
        url for url in every if urls and not any(other != url and other.startswith(url) for other in every)
    ]
    numbered = " ".join(f"[{at}] {name}." for name, at in _numbers(page).items())
    return " ".join((numbered, _SPELLED, *exact))


def _vintages(page: Page) -> str:
    """The releases of pay and outlook; the table names those of the rest."""
    outlook = next(one.source for one in page.measures if one.key == "growth")
    return f"pay {page.pay_source}; outlook {outlook}"


def _table(flow: _Flow, page: Page, size: float) -> None:
    """The questions with their answers: a column for each occupation, or with one occupation two columns."""
    if len(page.occupations) == 1:
        _pairs(flow, page, size)
        return
    many = len(page.occupations)
    width = (_ROOM - _LABELS) / many
    heads = [flow.column(_LABELS + at * width, width - 6) for at in range(many)]
    for head, one in zip(heads, page.occupations, strict=True):
        head.write(one.title, size - 0.5, bold=True, color=DARK)
    flow.take(*heads)
    for measure in page.measures:
        if many > 2 and measure.key in _SPARED:
            continue
        flow.rule()
        label = flow.column(0, _LABELS - 8)
        label.write(_question(page, measure), size)
        cells = [flow.column(_LABELS + at * width, width - 6) for at in range(many)]
        for at, cell in enumerate(cells):
            cell.value(*_cell(page, measure, at), size)
        flow.take(label, *cells)
    flow.rule()


def _pairs(flow: _Flow, page: Page, size: float) -> None:
    """Two questions beside each other, each above its answer."""
    half = (_ROOM - _GUTTER) / 2
    for at in range(0, len(page.measures), 2):
        flow.rule()
        cells = [flow.column(side * (half + _GUTTER), half) for side in (0, 1)]
        for cell, measure in zip(cells, page.measures[at : at + 2], strict=False):
            cell.write(_question(page, measure), size - 0.5, color=QUIET)
            cell.value(*_cell(page, measure, 0), size + 0.5)
        flow.take(*cells)
    flow.rule()


def _question(page: Page, measure: Measure) -> str:
    return f"{measure.title} [{_numbers(page)[measure.source]}]"


def _cell(page: Page, measure: Measure, at: int) -> tuple[str, str]:
    """Value and what qualifies it; with three or more columns only what cannot be left out."""
    line, one = measure.lines[at], page.pays[at]
    narrow = len(page.occupations) > 2
    if measure.key == "jobs" and one.employment is not None and one.employment_rse is not None:
        spread = f"\N{PLUS-MINUS SIGN} {careers.margin(one.employment_rse):g}%"
        return (
            line.value,
            spread
            if narrow
            else f"{spread}, nine chances in ten ({careers.reliability(one.employment_rse)})",
        )
    if not narrow:
        return line.value, line.detail
    if measure.key == "median" and one.p10 and one.p90:
        return line.value, f"80% earn {dollars(one.p10)} to {dollars(one.p90)}"
    if measure.key == "prices" and not line.missing:
        return line.value, f"{line.detail.split('. ')[0].rstrip('.')}."
    return line.value, ""


def _work(flow: _Flow, page: Page, level: _Level) -> None:
    """Tasks at the left, credentials at the right."""
    half = (_ROOM - _GUTTER) / 2
    left, right = flow.column(0, half), flow.column(half + _GUTTER, half)
    numbers = _numbers(page)
    left.heading(f"Day by day [{numbers[page.tasks_source]}]", level.size)
    right.heading(f"Credentials [{numbers[page.badges_source]}]", level.size)
    hidden = False
    for work in page.work:
        title = work.title if len(page.work) > 1 else ""
        tasks = work.tasks[: level.tasks]
        hidden = hidden or len(tasks) < len(work.tasks)
        if title and len(tasks) < 2:
            left.value(title, tasks[0] if tasks else _NO_TASKS, level.size)
        else:
            left.write(title, level.size, bold=True)
            for task in tasks:
                left.bullet(task, level.size)
            left.write("" if tasks else _NO_TASKS, level.size)
        _badges(right, work, title, level)
    if hidden:
        left.write("A selection, in the order of O*NET, which lists more.", level.size - 0.8, color=QUIET)
    if any(badge.unsure for work in page.work for badge in work.badges):
        right.write("* Sources are thin or disagree: ask the issuer.", level.size - 0.8, color=QUIET)
    flow.take(left, right)


def _badges(column: _Flow, work: Work, title: str, level: _Level) -> None:
    """Credentials to begin with, with exam and fee as far as there is room; those for later by name."""
    # They come in the order of their stages.
    told = [badge for badge in work.badges if badge.stage == work.badges[0].stage and level.facts]
    stages: dict[str, list[str]] = {}
    for badge in work.badges:
        if badge not in told:
            stages.setdefault(badge.stage, []).append(f"{badge.key}{_mark(badge)}")
    named = [f"{stage.capitalize()}: {', '.join(keys)}." for stage, keys in stages.items()]
    if not work.badges:
        named = ["No credential in our table is meant for this occupation."]
    if title and not told:
        column.value(title, " ".join(named), level.size)
        return
    column.write(title, level.size, bold=True)
    for badge in told:
        facts = ". ".join(fact for fact in badge.facts if fact.startswith(("Exam: ", "Fee: ")))
        column.bullet(f"{badge.key}{_mark(badge)} ({badge.organization}). {facts}.", level.size)
    for one in named:
        column.bullet(one, level.size)


def _mark(badge: Badge) -> str:
    return "*" if badge.unsure else ""


def _notes(flow: _Flow, page: Page, level: _Level) -> None:
    """What the numbers leave out: what holds here and for all, then as many of the other notes as there is room for."""
    local = {note for one in page.pays for note in one.notes}
    # A note that several occupations share is said once.
    about: dict[str, list[str]] = {}
    for one in page.caveats:
        about.setdefault(one.text, []).append(one.about)
    needed = [text for text, who in about.items() if not any(who) or text in local]
    others = [text for text in about if text not in needed][: level.notes]
    flow.heading("What these numbers do not say", level.size)
    half = (_ROOM - _GUTTER) / 2
    left, right = flow.column(0, half), flow.column(half + _GUTTER, half)
    for text, who in about.items():
        if text in needed or text in others:
            names = f"{', '.join(who)}. " if any(who) and len(page.occupations) > 1 else ""
            _shorter(left, right).bullet(f"{names}{text}", level.size - 0.5)
    if len(needed) + len(others) < len(about):
        hint = "Shortened to fit: more is on the page of chartpath outlook."
        _shorter(left, right).write(hint, level.size - 0.8, color=QUIET)
    flow.take(left, right)


def _shorter(left: _Flow, right: _Flow) -> _Flow:
    return left if left.y <= right.y else right


def _draw(page: Page, flow: _Flow, top: float) -> Figure:
    style: Any = {**STYLE, "font.size": 9, "xtick.labelsize": 8.5, "axes.labelsize": 8.5}
    with mpl.rc_context(style):
        figure = Figure(figsize=(_WIDTH / 72, _HEIGHT / 72))
        for line in flow.lines:
            figure.text(
                line.x / _WIDTH,
                1 - line.y / _HEIGHT,
                line.text,
                size=line.size,
                weight="bold" if line.bold else "normal",
                color=line.color,
                va="baseline",
                zorder=-1 if line.y <= top else 3,  # drawn, and so read aloud, before the picture
            )
        for x, y, width in flow.rules:
            ends = [x / _WIDTH, (x + width) / _WIDTH]
            figure.add_artist(Line2D(ends, [1 - y / _HEIGHT] * 2, color=GRID, lw=0.7))
        _ranges(figure, page.pays, top)
    return figure


def _height(pays: Sequence[Pay]) -> float:
    """Height of the picture; rows that only say that nothing is published need half of it."""
    return len(pays) * (_FIGURE_ROW if any(one.median for one in pays) else _FIGURE_ROW / 2)


def _ranges(figure: Figure, pays: Sequence[Pay], top: float) -> None:
    """The picture of pay: a row for each occupation."""
    height = _height(pays)
    bottom = _HEIGHT - top - height
    axes = figure.add_axes((_MARGIN / _WIDTH, bottom / _HEIGHT, _ROOM / _WIDTH, height / _HEIGHT))
    draw_ranges(axes, pays, [one.title for one in pays])
    axes.set_ylim(len(pays) - 0.34, -0.62)
