"""Employment projections: what each edition promised and what came, and what yearly openings consist of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chartpath import careers
from chartpath.careers import Occupation, find_occupation, occupations
from chartpath.errors import BadInput
from chartpath.figures import rows
from chartpath.figures.style import DARK, HATCH, LIGHT, MID, PAPER, QUIET, Words, begin, finish, in_style
from chartpath.figures.words import count, percent, records, source, whole_percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LEFT = 60.0
_ROW = 27.0
# Right ends of the two columns of figures, in points from the plot, and the room they take.
_COLUMNS, _RIGHT = (58.0, 108.0), 116.0
_HELP = (
    "Open diamond: promised for ten years. Bar: the part due by the year checked. Dot and bold figure: what "
    "happened by then, as the projections count it. Cross: change in OEWS, which counts other jobs and years."
)


@in_style
def projections_by_vintage(occupation: str = "coder", ax: Axes | None = None) -> Axes:
    """The growth that each edition of the projections promised, against what happened so far, in percent.

    Editions of the retired codes that its people were counted under stand apart, above. Projections count the
    self-employed, OEWS does not; both are shown as a percent change of their own. Returns the Axes. Raises BadInput
    for an unknown occupation. Sources: BLS, Employment Projections; BLS, OEWS.
    """
    found = find_occupation(occupation)
    before = sorted(
        (one for one in occupations() if found.soc in one.successors), key=lambda one: one.until or 0
    )
    groups = [(one, records(careers.projection_outcome(one.soc))) for one in (*before, found)]
    axes = begin(ax)
    marks: list[tuple[float, str]] = []
    for column, (heading, weight) in enumerate((("promised", "normal"), ("so far", "bold"))):
        _beside(axes, 0.0, column, heading, weight)
    y = 0.0 if before else 0.8
    for one, editions in groups:
        if before:
            across, behind = axes.get_yaxis_transform(), {"facecolor": PAPER, "edgecolor": "none", "pad": 2.0}
            axes.text(
                0, y, _heading(one), transform=across, va="center", weight="bold", bbox=behind, zorder=6
            )
            y += 0.9
        for edition in editions:
            _draw(axes, y, edition)
            marks.append((y, edition["vintage"]))
            y += 1
        y += 0.3
    axes.set_ylim(y - 0.6, -0.7)
    axes.set_yticks([at for at, _ in marks], [label for _, label in marks])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.axvline(0, color=QUIET, lw=1.2, zorder=1)
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    axes.margins(x=0.06)
    axes.locator_params(axis="x", nbins=6)
    axes.xaxis.set_major_formatter(whole_percent)
    axes.set_xlabel("Change in employment, percent", color=QUIET)
    title = _title(found, groups[-1][1])
    credit = source("projections", "oews_history", national=True)
    said = " ".join(_in_words(one, edition) for one, editions in groups for edition in editions)
    return finish(
        axes, Words(title, _HELP, credit, f"{title}. {said} {credit}"), _ROW * (y + 0.1), _LEFT, _RIGHT
    )


def _heading(one: Occupation) -> str:
    return f"Code {one.soc}, until {one.until}" if one.until else f"Code {one.soc}"


def _draw(ax: Axes, y: float, one: dict[str, Any]) -> None:
    if one["observed_pct"] is not None:
        ax.barh(y, one["on_pace_pct"], height=0.42, color=LIGHT, edgecolor=MID, lw=1, zorder=2)
        ax.plot([one["on_pace_pct"], one["observed_pct"]], [y, y], color=DARK, lw=1.4, zorder=3)
        ax.plot(one["observed_pct"], y, "o", ms=8, color=DARK, zorder=5)
    if one["oews_pct"] is not None:
        ax.plot(one["oews_pct"], y, "x", ms=7, mew=1.8, color=QUIET, zorder=4)
    ax.plot(one["projected_pct"], y, "D", ms=7, mfc=PAPER, mec=DARK, mew=1.6, zorder=4)
    # What is read off the marks stands beside them as figures, in two columns that meet nothing.
    for column, name, weight in ((0, "projected_pct", "normal"), (1, "observed_pct", "bold")):
        if one[name] is not None:
            _beside(ax, y, column, percent(one[name], sign=True), weight)


def _beside(ax: Axes, y: float, column: int, text: str, weight: str) -> None:
    ax.annotate(
        text,
        (1, y),
        (_COLUMNS[column], 0),
        xycoords=ax.get_yaxis_transform(),
        textcoords="offset points",
        va="center",
        ha="right",
        weight=weight,
        annotation_clip=False,
    )


def _title(found: Occupation, editions: list[dict[str, Any]]) -> str:
    checked = [one for one in editions if one["observed_pct"] is not None]
    newest = editions[-1] if editions else None
    if newest is None:
        return f"{found.title}: no projection at hand"
    promise = f"{newest['vintage']} promises {percent(newest['projected_pct'], sign=True)} in ten years"
    if not checked:
        return f"{found.title}: {promise}; no edition can be checked yet"
    high = sum(one["gap_points"] < 0 for one in checked)
    low = sum(one["gap_points"] > 0 for one in checked)
    return (
        f"{found.title}: of {len(checked)} editions checked so far, {high} promised too much and {low} too little; "
        f"{promise}"
    )


def _in_words(code: Occupation, one: dict[str, Any]) -> str:
    said = f"{one['vintage']} (code {code.soc}): {percent(one['projected_pct'], sign=True)} promised for ten years"
    if one["observed_pct"] is None:
        said += ", not checked: no later count under this code"
    else:
        said += (
            f", {percent(one['on_pace_pct'], sign=True)} of it due by {one['observed_year']}, "
            f"{percent(one['observed_pct'], sign=True)} happened"
        )
    if one["oews_pct"] is not None:
        said += f"; OEWS {one['oews_since']} to {one['oews_until']} {percent(one['oews_pct'], sign=True)}"
    return f"{said}."


@in_style
def openings(occupation: str = "coder", ax: Axes | None = None) -> Axes:
    """An average year's openings by what makes them: people who leave, people who change occupation, new jobs.

    Jobs a year over the ten years of the newest edition that has the parts. New jobs are derived (a tenth of the
    change over ten years) and negative where the occupation shrinks; the parts are rounded. Returns the Axes.
    Raises BadInput for an unknown occupation, or for one whose parts are not published. Source: BLS, Employment
    Projections, table 1.10.
    """
    found = find_occupation(occupation)
    frame = careers.openings(found.soc)
    if frame.empty:
        after = f" Ask for {' or '.join(found.successors)}." if found.successors else ""
        raise BadInput(f"openings: no parts of openings are published for {found.soc}.{after}")
    total = int(frame.attrs["openings"])
    vintage = str(frame["vintage"].iloc[0])
    parts = records(frame)
    new = parts[-1]["jobs"]
    axes = begin(ax)
    top = max(one["jobs"] for one in parts)
    rows.lay(
        axes, len(parts), top * 1.04, "Openings, average of a year", money=False, start=min(0, new * 1.2)
    )
    looks = (MID, LIGHT, DARK)
    for at, one in enumerate(parts):
        rows.name(axes, at, _PARTS[one["part"]], f"{count(one['jobs'])} ({percent(one['share_pct'])})")
        hatch = HATCH if at == len(parts) - 1 else None
        face = PAPER if hatch else looks[at]
        axes.barh(
            at + rows.MARK, one["jobs"], height=0.34, color=face, edgecolor=DARK, hatch=hatch, lw=1, zorder=2
        )
    axes.axvline(0, color=QUIET, lw=1.2, zorder=3)
    if new > 0:
        title = f"{found.title}: of {total:,} openings a year, {new:,} are new jobs; the rest replace people who leave"
    else:
        title = f"{found.title}: all {total:,} openings a year replace people who leave"
        title += f"; the occupation loses {-new:,} jobs a year" if new else "; no jobs are added"
    newest, yearly = frame.attrs["newest"]
    help_ = (
        f"{vintage}. BLS publishes the people who leave; new jobs are derived here, a tenth of the change over ten "
        "years. Parts are rounded and may not add up."
    )
    if newest != vintage:
        help_ += f" The {newest} edition says {yearly:,} a year and its parts are not at hand."
    credit = source("openings", *(("projections",) if newest != vintage else ()))
    said = " ".join(
        f"{_PARTS[one['part']]}: {count(one['jobs'])} ({percent(one['share_pct'])})." for one in parts
    )
    return finish(axes, Words(title, help_, credit, f"{title}. {help_} {said} {credit}"), rows.ROW * 3.12)


_PARTS = {
    "leave the labor force": "People leaving the labor force",
    "move to another occupation": "People changing occupation",
    "new jobs": "New jobs",
}
