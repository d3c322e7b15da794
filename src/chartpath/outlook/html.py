"""A `Page` as HTML: headings in order, every number with its source beneath, no meaning by color alone."""

from __future__ import annotations

from html import escape

from chartpath.outlook.draw import pay_bars, trend_lines
from chartpath.outlook.model import Badge, Caveat, Line, Measure, Page, Source, Trend, Work
from chartpath.outlook.say import dollars, place

_TASKS = 6
"""Tasks shown at once; the others unfold."""


def page_html(page: Page) -> str:
    """The results part of the page. All text is escaped; the style sheet is the template's."""
    parts = (
        _head(page),
        _pay(page),
        _measures(page),
        _trends(page),
        _work(page),
        _caveats(page),
        _sources(page),
    )
    return f'<div class="op-page">{"".join(parts)}</div>'


def _source(text: str) -> str:
    return f'<p class="op-src">Source: {escape(text)}</p>'


def _section(key: str, title: str, body: str, lead: str = "") -> str:
    says = f'<p class="op-says">{escape(lead)}</p>' if lead else ""
    return f'<section class="op-sec" aria-labelledby="op-{key}"><h2 id="op-{key}">{escape(title)}</h2>{says}{body}</section>'


def _head(page: Page) -> str:
    return (
        f'<div class="op-head"><p class="op-where">{escape(page.area.name)}</p>'
        f'<h2 id="op-answer">{escape(page.title)}</h2><p class="op-lead">{escape(page.lead)}</p></div>'
    )


def _pay(page: Page) -> str:
    key = (
        '<p class="op-key"><span><i class="op-key-line" aria-hidden="true"></i>Line: 10th to 90th percentile</span>'
        '<span><i class="op-key-box" aria-hidden="true"></i>Box: the middle half</span>'
        '<span><i class="op-key-med" aria-hidden="true"></i>Bar: the median</span></p>'
    )
    body = f"{key}{pay_bars(page.pays)}{_source(page.pay_source)}"
    return _section("pay", f"Pay in {place(page.area)}, dollars a year before tax", body)


def _measures(page: Page) -> str:
    several = len(page.occupations) > 1
    tiles = "".join(_measure(one, several) for one in page.measures)
    return _section(
        "measures", "At a glance", f'<div class="op-tiles op-of-{len(page.occupations)}">{tiles}</div>'
    )


def _measure(one: Measure, several: bool) -> str:
    # What all lines say alike is said once, below them.
    shared = one.lines[0].detail if several and len({line.detail for line in one.lines}) == 1 else ""
    lines = "".join(_line(line, several, bool(shared)) for line in one.lines)
    words = " ".join(part for part in (shared, one.note) if part)
    note = f'<p class="op-note">{escape(words)}</p>' if words else ""
    return f'<div class="op-tile" data-measure="{one.key}"><h3>{escape(one.title)}</h3>{lines}{note}{_source(one.source)}</div>'


def _line(line: Line, several: bool, brief: bool) -> str:
    who = f'<span class="op-who">{escape(line.who)}</span>' if several else ""
    detail = f'<span class="op-det">{escape(line.detail)}</span>' if line.detail and not brief else ""
    missing = " op-missing" if line.missing else ""
    return f'<p class="op-ans{missing}">{who}<strong>{escape(line.value)}</strong>{detail}</p>'


def _trends(page: Page) -> str:
    key = (
        '<p class="op-key"><span><i class="op-key-nominal" aria-hidden="true"></i>Solid line with dots: dollars of the year</span>'
        f'<span><i class="op-key-real" aria-hidden="true"></i>Dashed line with squares: dollars of {page.trends[0].years[-1]}</span></p>'
    )
    cards = "".join(_trend(one, len(page.trends) == 1) for one in page.trends)
    note = "A rising solid line over a falling dashed one means: more dollars, less to buy with them."
    body = f'{key}<div class="op-cols op-trends">{cards}</div>{_source(page.trend_source)}'
    return _section("trend", "National pay over time, and what it buys", body, note)


def _trend(one: Trend, alone: bool) -> str:
    rows = "".join(
        f"<tr><th scope='row'>{year}</th><td>{dollars(nominal)}</td><td>{dollars(real)}</td></tr>"
        for year, nominal, real in zip(one.years, one.nominal, one.real, strict=True)
    )
    table = (
        f"<table><thead><tr><th scope='col'>May of</th><th scope='col'>Dollars of the year</th>"
        f"<th scope='col'>Dollars of {one.years[-1]}</th></tr></thead><tbody>{rows}</tbody></table>"
    )
    return (
        f'<div class="op-card"><h3>{escape(one.title)}</h3><p class="op-finding">{escape(one.finding)}</p>'
        f'<div class="op-trend">{trend_lines(one)}<details{" open" if alone else ""}><summary>The numbers<span class="op-sr"> of {escape(one.title)}</span></summary>{table}</details></div></div>'
    )


def _work(page: Page) -> str:
    tasks = "".join(_tasks(one) for one in page.work)
    badges = "".join(_badges(one) for one in page.work)
    first = _section(
        "tasks", "The work, day to day", f'<div class="op-cols">{tasks}</div>{_source(page.tasks_source)}'
    )
    second = _section(
        "badges",
        "Credentials that fit",
        f'<div class="op-cols">{badges}</div>{_source(page.badges_source)}',
        "Fees and rules change. Look at the issuer's page before you pay.",
    )
    return f'<div class="op-pair">{first}{second}</div>' if len(page.work) == 1 else first + second


def _tasks(one: Work) -> str:
    jobs = f'<p class="op-roles">Jobs counted here: {escape("; ".join(one.roles))}.</p>' if one.roles else ""
    if not one.tasks:
        body = "<p>O*NET describes single occupations; it lists no tasks for all of them together.</p>"
    else:
        body = _list(one.tasks[:_TASKS])
        rest = one.tasks[_TASKS:]
        if rest:
            about = f"<span class='op-sr'> of {escape(one.title)}</span>"
            body += f"<details><summary>{len(rest)} more tasks{about}</summary>{_list(rest)}</details>"
    return f'<div class="op-card"><h3>{escape(one.title)}</h3><p>{escape(one.what)}</p>{body}{jobs}</div>'


def _list(items: tuple[str, ...]) -> str:
    return f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in items)}</ul>"


def _badges(one: Work) -> str:
    if not one.badges:
        body = "<p>None of the credentials in this kit is meant for this occupation.</p>"
    else:
        body = "".join(_badge(badge) for badge in one.badges)
    return f'<div class="op-card"><h3>{escape(one.title)}</h3>{body}</div>'


def _badge(one: Badge) -> str:
    unsure = '<li class="op-unsure">Sources are few or disagree on some of this.</li>' if one.unsure else ""
    facts = "".join(f"<li>{escape(fact)}</li>" for fact in one.facts)
    stage = {"entry": "to begin with"}.get(one.stage, one.stage)
    return (
        f"<details class='op-badge'><summary><strong>{escape(one.key)}</strong> {escape(one.name)}"
        f"<span class='op-stage'>{escape(one.organization)}, {escape(stage)}</span></summary><ul>{facts}{unsure}</ul></details>"
    )


def _caveats(page: Page) -> str:
    groups: dict[str, list[Caveat]] = {}
    for one in page.caveats:
        groups.setdefault(one.about, []).append(one)
    cards = "".join(
        f'<div class="op-card"><h3>{escape(about or "For all numbers here")}</h3><ul>{"".join(map(_caveat, ones))}</ul></div>'
        for about, ones in groups.items()
    )
    return _section("caveats", "What the numbers leave out", f'<div class="op-cols">{cards}</div>')


def _caveat(one: Caveat) -> str:
    source = f'<span class="op-src">Source: {escape(one.source)}</span>' if one.source else ""
    return f"<li>{escape(one.text)}{source}</li>"


def _sources(page: Page) -> str:
    body = f"<ul class='op-sources'>{''.join(map(_release, page.sources))}</ul><p class='op-src'>{escape(page.credit)}</p>"
    return _section("sources", "Sources", body)


def _release(one: Source) -> str:
    link = (
        f' <a href="{escape(one.url, quote=True)}" rel="noreferrer">{escape(one.url.split("//")[-1])}</a>'
        if one.url
        else ""
    )
    return f"<li>{escape(one.title)}.{link}</li>"
