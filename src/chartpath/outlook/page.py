"""From an area and one to four occupations to the page: pure functions, every word of it computed from the tables."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from chartpath import careers, catalog
from chartpath.careers import Area, Occupation, Pay
from chartpath.careers.names import in_survey
from chartpath.errors import BadInput
from chartpath.outlook import facts
from chartpath.outlook.caveats import caveats
from chartpath.outlook.model import MOST, Line, Measure, Page, Source, Trend, Work
from chartpath.outlook.say import (
    dollars,
    listed,
    moved,
    opening,
    ordinal,
    place,
    sentence,
    signed,
    toward,
    trade,
)

NOT_PUBLISHED = "Not published"
_SOLID = ("precise", "good", "fair")
_TABLES = ("oews", "oews_history", "cpi_annual", "rpp", "projections", "openings", "onet_tasks")


def view(area: str, occupations: str | Sequence[str] = "29-2072") -> Page:
    """The page of an area and one to four occupations.

    Names and codes are taken as `careers.find_area` and `careers.find_occupation` take them. Dollars are annual,
    before tax. A figure that is not published is said to be so, in words. Raises BadInput for unknown names, retired
    codes, no occupation, or more than four.
    Sources: BLS (OEWS, CPI-U, Employment Projections), BEA (price parities), O*NET, and `datasets/careers`.
    """
    where = careers.find_area(area)
    names = [occupations] if isinstance(occupations, str) else list(occupations)
    chosen = tuple(dict.fromkeys(in_survey(name) for name in names))
    if not chosen:
        raise BadInput("occupations: none chosen. Choose one to four.")
    if len(chosen) > MOST:
        raise BadInput(f"occupations: {len(chosen)} chosen. Choose {MOST} at most.")
    pays = tuple(careers.pay(where.code, one.soc) for one in chosen)
    since = max(min(facts.history(one.soc)) for one in chosen)
    return Page(
        area=where,
        occupations=chosen,
        title=_title(where, chosen, pays),
        lead=_lead(where, chosen, pays),
        pays=pays,
        pay_source=_survey(pays[0]),
        measures=(
            _median(chosen, pays),
            _jobs(chosen, pays),
            _common(where, chosen, pays),
            _prices(where, chosen, pays),
            _real(chosen, since),
            _growth(chosen),
            _openings(chosen),
            _education(chosen),
        ),
        trends=tuple(_trend(one, since) for one in chosen),
        trend_source=f"BLS OEWS, May {since} to {pays[0].vintage}; prices: BLS CPI-U of each May",
        work=tuple(_work(one) for one in chosen),
        tasks_source=_edition("onet_tasks"),
        badges_source=f"Pages of the issuers and other pages that report them, read in {facts.badge_year()}",
        caveats=caveats(where, chosen, pays),
        sources=_sources(),
        credit=_credit(),
        announcement=_announcement(where, chosen, pays),
    )


def _survey(one: Pay) -> str:
    return f"BLS OEWS, {one.vintage}"


@cache
def _edition(name: str) -> str:
    """Edition of a labour table, without its release date."""
    return str(catalog.tables()[f"labour/{name}"].resource["edition"]).split(", released")[0]


def _title(where: Area, chosen: tuple[Occupation, ...], pays: tuple[Pay, ...]) -> str:
    """The finding about pay, true for this very area."""
    spot = place(where)
    have = [(subject, one) for subject, one in zip(chosen, pays, strict=True) if one.median]
    if not have:
        who = listed([trade(one) for one in chosen], "or")
        return f"BLS publishes no pay for {who} in {spot}"
    if len(have) == 1:
        subject, one = have[0]
        start = "" if len(chosen) == 1 else "Only one is published: "
        if one.p25 and one.p75:
            return f"{start}Half of {trade(subject)} in {spot} earn between {dollars(one.p25)} and {dollars(one.p75)} a year"
        return f"{start}Half of {trade(subject)} in {spot} earn {dollars(one.median or 0)} a year or more"
    ranked = sorted(have, key=lambda pair: -(pair[1].median or 0))
    (top, best), (last, least) = ranked[0], ranked[-1]
    if best.median == least.median:
        return f"In {spot} the median is the same for all: {dollars(best.median or 0)} a year"
    return (
        f"In {spot}, {trade(top)} have the highest median pay ({dollars(best.median or 0)}), "
        f"{trade(last)} the lowest ({dollars(least.median or 0)})"
    )


def _announcement(where: Area, chosen: tuple[Occupation, ...], pays: tuple[Pay, ...]) -> str:
    """What a screen reader says after a change: where, and the one number of each occupation."""
    said = [
        f"{subject.title}, {dollars(one.median) if one.median else NOT_PUBLISHED.lower()}"
        for subject, one in zip(chosen, pays, strict=True)
    ]
    return f"Now showing {where.name}. Median pay a year: {'; '.join(said)}."


def _lead(where: Area, chosen: tuple[Occupation, ...], pays: tuple[Pay, ...]) -> str:
    """Two or three sentences that a counselor can read aloud."""
    first, subject = pays[0], chosen[0]
    ahead = facts.growth(subject.soc)
    parts = []
    if len(chosen) == 1 and first.median:
        parts.append(f"The median is {dollars(first.median)}: half earn less, half earn more.")
        nation = careers.pay("US", subject.soc).median
        if where.kind != "nation" and nation:
            gap = (first.median / nation - 1) * 100
            parts.append(
                "That is the national median."
                if not round(gap, 1)
                else f"That is {abs(gap):.1f}% {'above' if gap > 0 else 'below'} the national median of {dollars(nation)}."
            )
    elif len(chosen) == 1:
        parts.append(
            "No figure is not a figure of zero: look at the state, a neighboring area, or the nation."
        )
    missing = [trade(one) for one, paid in zip(chosen, pays, strict=True) if not paid.median]
    if len(chosen) > 1 and missing:
        parts.append(f"No pay is published here for {listed(missing, 'or')}.")
    if len(chosen) == 1:
        parts.append(
            f"Nationally BLS expects the number of jobs to {toward(ahead.change_pct)} "
            f"over the ten years {ahead.vintage.replace('-', '–')}, with about {ahead.openings:,} openings a year."
        )
    else:
        grown = {one: facts.growth(one.soc) for one in chosen}
        fast, slow = (
            max(chosen, key=lambda o: grown[o].change_pct),
            min(chosen, key=lambda o: grown[o].change_pct),
        )
        parts.append(
            f"Nationally, over the ten years {ahead.vintage.replace('-', '–')}, BLS expects the strongest change in jobs for "
            f"{trade(fast)} ({signed(grown[fast].change_pct)}), the weakest for {trade(slow)} ({signed(grown[slow].change_pct)})."
        )
    return " ".join(parts)


def _median(chosen: tuple[Occupation, ...], pays: tuple[Pay, ...]) -> Measure:
    lines = []
    for subject, one in zip(chosen, pays, strict=True):
        if one.median is None:
            lines.append(Line(subject.title, NOT_PUBLISHED, one.notes[0] if one.notes else "", True))
            continue
        low = dollars(one.p10) if one.p10 else "a figure not published"
        high = dollars(one.p90) if one.p90 else "a figure not published"
        lines.append(Line(subject.title, dollars(one.median), f"The middle 80% earn from {low} to {high}."))
    return Measure("median", "Median pay a year, here", tuple(lines), _survey(pays[0]))


def _jobs(chosen: tuple[Occupation, ...], pays: tuple[Pay, ...]) -> Measure:
    lines = []
    for subject, one in zip(chosen, pays, strict=True):
        if one.employment is None:
            lines.append(Line(subject.title, NOT_PUBLISHED, one.notes[0] if one.notes else "", True))
            continue
        rse = one.employment_rse
        detail = (
            ""
            if rse is None
            else (
                f"{opening(careers.reliability(rse))}: relative standard error {rse:g}%, "
                f"so the true number is likely within {careers.margin(rse):g}%."
                if rse
                else "Precise: its relative standard error rounds to 0%."
            )
        )
        lines.append(Line(subject.title, f"{one.employment:,}", detail))
    return Measure(
        "jobs",
        "Jobs here, and how sure that is",
        tuple(lines),
        _survey(pays[0]),
        "Likely: nine chances in ten.",
    )


def _common(where: Area, chosen: tuple[Occupation, ...], pays: tuple[Pay, ...]) -> Measure:
    """Share of all jobs here; for the nation worked out from the two counts, as BLS prints no share there."""
    lines = []
    for subject, one in zip(chosen, pays, strict=True):
        if subject.role == "yardstick":
            lines.append(Line(subject.title, "All of them", "The yardstick for the others."))
        elif where.kind == "nation" and one.employment:
            everybody = careers.pay(where.code, "00-0000").employment or 0
            share = one.employment / everybody * 1000
            lines.append(
                Line(subject.title, f"{share:.2f} in 1,000", f"{one.employment:,} of {everybody:,} jobs.")
            )
        elif one.jobs_per_1000 is None:
            lines.append(
                Line(subject.title, NOT_PUBLISHED, "No share is published without the number of jobs.", True)
            )
        else:
            times = one.location_quotient
            detail = "" if times is None else f"{times:.2f} times the national share."
            lines.append(Line(subject.title, f"{one.jobs_per_1000:.2f} in 1,000", detail))
    return Measure("common", "How common the work is here", tuple(lines), _survey(pays[0]))


def _prices(where: Area, chosen: tuple[Occupation, ...], pays: tuple[Pay, ...]) -> Measure:
    """Rank of the state among the states, before and after regional prices."""
    lines = tuple(_prices_line(where, one) for one in chosen)
    year = next(iter(facts.standings(chosen[0].soc).values())).rpp_year
    note = {
        "nation": "Rank 1 is the highest median.",
        "state": "Rank 1 is the highest median.",
    }.get(where.kind, "BEA's price levels used here are those of states: this ranks the state, not the area.")
    return Measure(
        "prices",
        "Rank after local prices",
        lines,
        f"{_survey(pays[0])}; BEA regional price parities, {year}",
        note,
    )


def _prices_line(where: Area, subject: Occupation) -> Line:
    states = facts.standings(subject.soc)
    ranked = sorted(
        (one for one in states.values() if one.adjusted_rank), key=lambda one: one.adjusted_rank or 0
    )
    many = len(ranked)
    if where.kind == "nation":
        return _leader(subject, ranked)
    mine = [states[usps] for usps in (where.states or (where.usps,)) if usps in states]
    have = [one for one in mine if one.adjusted_rank]
    if not have:
        return Line(
            subject.title,
            "No rank",
            sentence(mine[0].note if mine else "no state stands behind this area"),
            True,
        )
    if len(mine) == 1:
        one = have[0]
        name = "" if where.kind == "state" else f"{one.state}: "
        return Line(
            subject.title,
            f"{name}{ordinal(one.adjusted_rank or 0)} of {many}",
            f"{ordinal(one.rank or 0)} before prices. {dollars(one.median or 0)} there buys what "
            f"{dollars(one.adjusted or 0)} buys at average prices (price level {one.rpp:.1f}, nation 100).{_rough(one)}",
        )
    value = ", ".join(f"{one.usps} {ordinal(one.adjusted_rank or 0)}" for one in have)
    before = ", ".join(f"{one.usps} {ordinal(one.rank or 0)}" for one in have)
    unranked = [one.state for one in mine if not one.adjusted_rank]
    rest = f" No rank for {listed(unranked)}." if unranked else ""
    return Line(subject.title, f"{value} of {many}", f"Before prices: {before}.{rest}")


def _leader(subject: Occupation, ranked: list[facts.Standing]) -> Line:
    """The state that leads after prices, among those whose count of jobs can bear it."""
    solid = [one for one in ranked if one.reliability in _SOLID]
    if not solid:
        return Line(subject.title, NOT_PUBLISHED, "No state has a median that rests on enough reports.", True)
    top, nominal = solid[0], min(solid, key=lambda one: one.rank or 0)
    said = [
        f"Its median of {dollars(top.median or 0)} buys what {dollars(top.adjusted or 0)} buys at average prices."
    ]
    if top is nominal:
        said.append("It leads before prices too.")
    else:
        said.append(f"Before prices {nominal.state} leads ({dollars(nominal.median or 0)}).")
    thin = [one for one in ranked if (one.adjusted_rank or 0) < (top.adjusted_rank or 0)]
    if thin:
        verb = "ranks" if len(thin) == 1 else "rank"
        said.append(
            f"{listed([_thin(one) for one in thin])} {verb} higher, on a count too rough to lead a list."
        )
    return Line(subject.title, f"{top.state} leads", " ".join(said))


def _rough(one: facts.Standing) -> str:
    return "" if one.reliability in _SOLID else f" The count of jobs behind it is {one.reliability}."


def _thin(one: facts.Standing) -> str:
    jobs = "jobs withheld" if one.jobs is None else f"{one.jobs:,} jobs"
    return f"{one.state} ({jobs}{'' if one.rse is None else f', error {one.rse:g}%'})"


def _real(chosen: tuple[Occupation, ...], since: int) -> Measure:
    lines = []
    for subject in chosen:
        one = facts.change(subject.soc, since)
        lines.append(
            Line(
                subject.title,
                signed(one.real_pct),
                f"In dollars {signed(one.nominal_pct)}: {dollars(one.median_since)} in {one.since}, "
                f"{dollars(one.median_until)} in {one.until}. Prices {moved(one.prices_pct)}.",
            )
        )
    until = facts.change(chosen[0].soc, since).until
    return Measure(
        "real",
        f"National median pay since {since}, after prices",
        tuple(lines),
        f"BLS OEWS, May {since} and May {until}; BLS CPI-U of the same months",
        "The longest stretch at hand with the same occupation codes.",
    )


def _growth(chosen: tuple[Occupation, ...]) -> Measure:
    lines = []
    for subject in chosen:
        one = facts.growth(subject.soc)
        lines.append(
            Line(
                subject.title,
                signed(one.change_pct),
                f"In all ten years, {one.vintage.replace('-', '–')}; not a year.",
            )
        )
    vintage = facts.growth(chosen[0].soc).vintage
    return Measure(
        "growth", "Projected change in jobs, nation", tuple(lines), f"BLS Employment Projections, {vintage}"
    )


def _openings(chosen: tuple[Occupation, ...]) -> Measure:
    lines, editions = [], {facts.growth(one.soc).vintage for one in chosen}
    for subject in chosen:
        one = facts.growth(subject.soc)
        detail = ""
        if one.leave is not None:
            editions.add(one.leave_vintage)
            detail = f"About {one.leave:.0f}% replace people who leave ({one.leave_vintage.replace('-', '–')} edition)."
        lines.append(Line(subject.title, f"{one.openings:,}", detail))
    return Measure(
        "openings",
        "Openings a year, nation",
        tuple(lines),
        f"BLS Employment Projections, {listed(sorted(editions, reverse=True))}",
    )


def _education(chosen: tuple[Occupation, ...]) -> Measure:
    lines, editions = [], set()
    for subject in chosen:
        one = facts.growth(subject.soc)
        if not one.education:
            lines.append(
                Line(subject.title, "No typical level", "BLS assigns none to all occupations together.", True)
            )
            continue
        editions.add(one.education_vintage)
        before = (
            ""
            if one.experience in ("", "None")
            else f" Experience in a related occupation: {one.experience.lower()}."
        )
        lines.append(
            Line(subject.title, one.education, f"Typical for a first job in the occupation.{before}")
        )
    edition = listed(sorted(editions)) or facts.growth(chosen[0].soc).leave_vintage
    return Measure(
        "education", "Typical education to enter", tuple(lines), f"BLS Employment Projections, {edition}"
    )


def _trend(subject: Occupation, since: int) -> Trend:
    known = {year: pair for year, pair in facts.history(subject.soc).items() if year >= since}
    years = tuple(sorted(known))
    one = facts.change(subject.soc, since)
    finding = f"{moved(one.nominal_pct)} in dollars, {moved(one.real_pct)} after prices"
    steps = "; ".join(
        f"{year} {dollars(known[year][0])}, in {years[-1]} dollars {dollars(known[year][1])}"
        for year in years
    )
    return Trend(
        subject.soc,
        subject.title,
        years,
        tuple(known[year][0] for year in years),
        tuple(known[year][1] for year in years),
        opening(finding),
        f"National median pay of {trade(subject)}: {finding}. {steps}.",
    )


def _work(subject: Occupation) -> Work:
    return Work(
        subject.soc,
        subject.title,
        subject.what,
        facts.tasks(subject.soc),
        facts.role_titles(subject.soc),
        facts.badges(subject.soc),
    )


@cache
def _sources() -> tuple[Source, ...]:
    every = facts.sources(*(f"labour/{name}" for name in _TABLES))
    pages = [one for one in facts.sources("careers/credentials") if one.title.startswith("Pages of")]
    return (*every, *pages)


@cache
def _credit() -> str:
    """The line that the license of O*NET asks for."""
    said = str(catalog.tables()["labour/onet_tasks"].resource["description"])
    return said.split("Credit: ", 1)[1]
