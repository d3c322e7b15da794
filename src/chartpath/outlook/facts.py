"""National facts of an occupation, read once a kernel: a change of area then touches the pay table only."""

from __future__ import annotations

from functools import cache
from typing import Any

from attrs import frozen

from chartpath import careers, catalog
from chartpath.careers import PayChange
from chartpath.careers.names import rows
from chartpath.outlook.model import Badge, Source
from chartpath.plan.facts import NOT_SOURCED, credentials, roles
from chartpath.plan.facts import rows as career_rows


@frozen
class Standing:
    """A state among the states: median pay before and after regional prices. Ranks are None where a figure is missing."""

    usps: str
    state: str
    median: int | None
    rank: int | None
    adjusted: int | None
    adjusted_rank: int | None
    jobs: int | None
    rse: float | None
    reliability: str
    rpp: float | None
    rpp_year: int
    note: str


@frozen
class Growth:
    """The newest projection of an occupation; `change_pct` is over ten years, `openings` a yearly average.

    `leave` is the share of openings, in percent, that fill the place of people who leave, from `leave_vintage`.
    """

    vintage: str
    change_pct: float
    openings: int
    leave: float | None
    leave_vintage: str
    education: str
    experience: str
    education_vintage: str


@frozen
class Outcome:
    """What the oldest projection that can be checked promised, in percent, and what the count had done by a year."""

    vintage: str
    projected_pct: float
    year: int
    observed_pct: float
    whole: bool


def _plain(value: Any) -> Any:
    """A cell of a frame as a Python value; a missing one as None."""
    import pandas as pd

    return None if pd.isna(value) else value


@cache
def standings(soc: str) -> dict[str, Standing]:
    """The states and territories by postal code."""
    found = {}
    for row in careers.adjusted_pay(soc).to_dict("records"):
        cells = {name: _plain(value) for name, value in row.items()}
        whole = {
            name: None if cells[name] is None else int(cells[name])
            for name in ("median", "rank", "adjusted", "adjusted_rank")
        }
        found[cells["usps"]] = Standing(
            cells["usps"],
            cells["state"],
            jobs=None if cells["employment"] is None else int(cells["employment"]),
            rse=cells["employment_rse"],
            reliability=cells["reliability"],
            rpp=cells["rpp"],
            rpp_year=int(cells["rpp_year"]),
            note=cells["note"],
            **whole,
        )
    return found


@cache
def history(soc: str) -> dict[int, tuple[int, int]]:
    """National medians by year: dollars of that May, and dollars of the newest May."""
    frame = careers.pay_history(soc).dropna(subset=["median", "real_median"])
    return {
        int(year): (int(median), int(real))
        for year, median, real in zip(frame["year"], frame["median"], frame["real_median"], strict=True)
    }


@cache
def change(soc: str, since: int) -> PayChange:
    """Change of the national median from a year to the newest."""
    return careers.pay_change(soc, since)


@cache
def growth(soc: str) -> Growth:
    """The newest projection, with schooling and replacement from the newest edition that gives them."""
    every = [
        {name: _plain(cell) for name, cell in row.items()}
        for row in careers.projections(soc).to_dict("records")
    ]
    newest = every[-1]
    schooled = next((row for row in reversed(every) if row["education"]), None)
    parts = careers.openings(soc)
    leave = None
    if not parts.empty:
        new = float(parts.loc[parts["part"] == "new jobs", "jobs"].iloc[0])
        # An occupation that shrinks has more leavers than openings: all of its openings replace somebody.
        leave = min(100.0, (1 - new / float(parts.attrs["openings"])) * 100)
    return Growth(
        vintage=newest["vintage"],
        change_pct=float(newest["change_pct"]),
        openings=int(newest["openings_annual"]),
        leave=leave,
        leave_vintage="" if parts.empty else str(parts["vintage"].iloc[0]),
        education=schooled["education"] if schooled else "",
        experience=(schooled["work_experience"] or "") if schooled else "",
        education_vintage=schooled["vintage"] if schooled else "",
    )


@cache
def outcome(soc: str) -> Outcome | None:
    """The oldest projection of this very code that a later count can be held against."""
    frame = careers.projection_outcome(soc).dropna(subset=["observed_pct"])
    if frame.empty:
        return None
    row = frame.iloc[0]
    year = int(row["observed_year"])
    return Outcome(
        str(row["vintage"]),
        float(row["projected_pct"]),
        year,
        float(row["observed_pct"]),
        year == int(row["target_year"]),
    )


@cache
def tasks(soc: str) -> tuple[str, ...]:
    """Tasks that O*NET lists, those it calls core first, else in its own order."""
    mine = [row for row in rows("onet_tasks") if row["soc"] == soc]
    ranked = sorted(mine, key=lambda row: (row["kind"] != "Core", int(row["number"])))
    return tuple(row["task"] for row in ranked)


@cache
def factors(soc: str) -> tuple[str, str]:
    """Why BLS expects what it projects, in its words, and the edition; empty where it gives no reason for all industries."""
    for row in rows("factors"):
        if row["soc"] == soc and row["industry"].startswith("Total"):
            return row["factors"].split(" - ", 1)[-1], row["vintage"]
    return "", ""


@cache
def role_titles(soc: str) -> tuple[str, ...]:
    """Jobs that the federal tables count under this code."""
    return tuple(role.title for role in roles().values() if role.soc == soc)


@cache
def badges(soc: str) -> tuple[Badge, ...]:
    """Credentials meant for the roles of an occupation, those to begin with first."""
    mine = {role.key for role in roles().values() if role.soc == soc}
    order = {stage: place for place, stage in enumerate(("entry", "after experience", "after a degree"))}
    fitting = [one for one in credentials().values() if mine & set(one.roles)]
    found = []
    for one in sorted(fitting, key=lambda one: order[one.stage]):
        parts = (
            ("Exam", one.exam_text),
            ("Fee", one.fee_text),
            ("Asks for", one.prerequisite),
            ("Upkeep", one.renewal_text),
        )
        facts = tuple(f"{name}: {text or NOT_SOURCED}" for name, text in parts)
        unsure = bool(one.disputed) or one.confidence in ("low", "disputed")
        found.append(Badge(one.key, one.name, one.organization, one.stage, facts, unsure))
    return tuple(found)


@cache
def badge_year() -> str:
    """The newest year in which a fact about a credential was looked at."""
    return max(row["seen"] for row in career_rows("sources"))[:4]


@cache
def certified_gap() -> tuple[str, int, int, int] | None:
    """Organization, year, mean pay certified and not, in dollars, of the newest member survey that gives both."""
    found: dict[tuple[str, int], dict[str, int]] = {}
    for row in rows("survey_facts"):
        if (
            row["measure"] in ("mean pay, certified", "mean pay, not certified")
            and row["status"] == "confirmed"
        ):
            found.setdefault((row["organization"], int(row["year"])), {})[row["measure"]] = int(row["value"])
    both = {key: pair for key, pair in found.items() if len(pair) == 2}
    if not both:
        return None
    organization, year = max(both, key=lambda key: key[1])
    pair = both[organization, year]
    return organization, year, pair["mean pay, certified"], pair["mean pay, not certified"]


@cache
def sources(*tables: str) -> tuple[Source, ...]:
    """The releases behind tables, each once."""
    found: dict[str, Source] = {}
    for name in tables:
        for one in catalog.tables()[name].resource["sources"]:
            if not one["title"].startswith("Words of"):
                found.setdefault(one["title"], Source(one["title"], one.get("path", "")))
    return tuple(found.values())
