"""From a learner's wishes to a plan: cost, milestones, upkeep, pay in the place, and where the parts do not fit.

Pure functions: wishes in, a `Plan` out. Every number is read from `datasets/careers` or `datasets/labour`; what is an
assumption of this module is a constant with its reason, and the plan says so.
"""

from __future__ import annotations

import math
from itertools import pairwise

from attrs import frozen

from chartpath.careers.names import Area, rows
from chartpath.careers.wages import Pay, pay, reliability
from chartpath.errors import BadInput
from chartpath.plan.facts import NOT_SOURCED, Credential, Role, Route, cite, credentials, roles, way_to
from chartpath.plan.facts import rows as careers_rows
from chartpath.plan.facts import steps as steps_between
from chartpath.plan.grammar import Month, Wishes

# Assumptions. Change them in the talk with a counselor; the plan names each one where it uses it.
EXAM_PREPARATION = (
    2  # months from the end of a course to the exam: practice exams and a date at the test center
)
FIRST_SEARCH = 6  # months to look for the first job; no source says how long it takes
WEEKS_A_MONTH = 52 / 12
APPRENTICE_MONTHS = 24  # experience that takes the A off CPC-A (AAPC)
COURSE_HOURS, COURSE_COUNTS = (
    80,
    12,
)  # a course of so many contact hours stands for so many of these months (AAPC)

_DEGREE = {"RHIT": "associate", "RHIA": "bachelor", "ODS": "associate"}
_RANK = {"high school": 0, "some college": 1, "associate": 2, "bachelor": 3}
_GIVES = {"associate-degree": "associate", "bachelor-degree": "bachelor"}
# The role that a person has had; the plan begins with the step after it.
_HAD = {
    "office": ("front-desk",),
    "records": ("records-technician",),
    "billing": ("biller",),
    "coding": ("coder-professional", "coder-facility-outpatient"),
}


@frozen
class Cost:
    """One part of the price, in dollars; None where no source gives it."""

    what: str
    low: int | None
    high: int | None
    note: str


@frozen
class Milestone:
    """What should be reached in which month, and what the date rests on."""

    month: Month
    what: str
    basis: str


@frozen
class Finding:
    """Something to look at: `stop` when a part is impossible, `look` when it does not fit, `note` otherwise."""

    level: str
    message: str


@frozen
class Growth:
    """The newest national projection of an occupation.

    `openings` is a yearly average; `replacement` the share of openings, in percent, that fill the place of people who
    leave, from the newest vintage that splits them.
    """

    vintage: str
    change_pct: float
    openings: int | None
    education: str
    education_vintage: str
    drag: str
    replacement: float | None


@frozen
class Plan:
    """A plan, ready to show."""

    wishes: Wishes
    goal: Role
    place: Area
    credential: Credential
    route: Route
    way: tuple[Role, ...]
    takes: tuple[str, ...]
    here: Pay | None
    nation: Pay | None
    price_level: tuple[float, int] | None
    growth: Growth | None
    costs: tuple[Cost, ...]
    milestones: tuple[Milestone, ...]
    upkeep: tuple[str, ...]
    findings: tuple[Finding, ...]
    sources: tuple[str, ...]

    @property
    def cost_low(self) -> int:
        """What is known of the price, at least, in dollars."""
        return sum(part.low for part in self.costs if part.low is not None)

    @property
    def cost_high(self) -> int:
        """What is known of the price, at most, in dollars."""
        return sum(part.high for part in self.costs if part.high is not None)

    @property
    def unknown_costs(self) -> tuple[str, ...]:
        """Parts of the price that no source gives."""
        return tuple(part.what for part in self.costs if part.low is None)


def make(wishes: Wishes) -> Plan:
    """The plan of complete wishes. Raises BadInput, naming the lines, when one is missing."""
    goal, place, route, credential = wishes.goal, wishes.place, wishes.route, wishes.credential
    if goal is None or place is None or route is None or credential is None or wishes.missing:
        raise BadInput(
            f"The plan still needs: {', '.join(wishes.missing)}. Fill in these lines and run the cell."
        )
    way = _way(goal, wishes.experience)
    here = pay(place.key, goal.soc) if goal.soc else None
    costs = _costs(route, credential)
    return Plan(
        wishes=wishes,
        goal=goal,
        place=place,
        credential=credential,
        route=route,
        way=tuple(roles()[key] for key in way),
        takes=tuple(steps_between()[pair] for pair in pairwise(way)),
        here=here,
        nation=pay("US", goal.soc) if goal.soc else None,
        price_level=_price_level(place),
        growth=_growth(goal.soc),
        costs=costs,
        milestones=_milestones(wishes, route, credential, way),
        upkeep=_upkeep(credential),
        findings=tuple(sorted(_findings(wishes, goal, route, credential, way, here, costs), key=_weight)),
        sources=cite([*route.source, *credential.source, *goal.source]),
    )


def _way(goal: Role, experience: str) -> tuple[str, ...]:
    """The steps to a goal: from a role one has had, else from any first job."""
    had = _HAD.get(experience, ())
    return (goal.key,) if goal.stage == "entry" and not had else way_to(goal.key, had)


def study_months(route: Route, hours: float) -> tuple[int | None, str]:
    """Months to finish a route with so many hours a week, and what that rests on; None where nothing is known.

    A route with a pace is stretched when there are fewer hours than its time assumes. Colleges and employers set
    the pace of their own programs.
    """
    if route.months_high is not None:
        slower = max(1.0, (route.pace_hours or 0) / hours)
        months = math.ceil(route.months_high * slower)
        stretched = f", stretched because it assumes {route.pace_hours} hours a week" if slower > 1 else ""
        return months, f"longest usual time of the route{stretched}"
    if route.hours is not None:
        months = max(1, math.ceil(route.hours / hours / WEEKS_A_MONTH))
        return months, f"{route.hours:,} hours of instruction at {hours:g} hours a week; reading comes on top"
    return None, NOT_SOURCED


def first_new(way: tuple[str, ...], experience: str) -> str:
    """The first role of a way that the person has not had yet; the last one when all are known."""
    return way[1] if len(way) > 1 and way[0] in _HAD.get(experience, ()) else way[0]


def exam_of(credential: Credential) -> str:
    """The letters of the exam: the A of CPC-A is a status, not an exam."""
    return credential.key.removesuffix("-A")


def _costs(route: Route, credential: Credential) -> tuple[Cost, ...]:
    fee_note = "the fee for people who are not members, or for one attempt"
    if "fee_one_attempt" in credential.disputed:
        fee_note += "; sources disagree, look at the issuer's page"
    parts = [
        Cost("Learning", route.cost_low, route.cost_high, route.cost_note),
        Cost("Code books", None, None, "bought new every year; no price was sourced"),
        Cost(f"Exam {exam_of(credential)}", credential.exam_fee, credential.exam_fee, fee_note),
    ]
    if credential.membership == "required":
        fee = credential.membership_fee
        parts.append(Cost(f"{credential.organization} membership, first year", fee, fee, "students pay less"))
    return tuple(parts)


def _milestones(
    wishes: Wishes, route: Route, credential: Credential, way: tuple[str, ...]
) -> tuple[Milestone, ...]:
    start, hours = wishes.start, wishes.hours
    if start is None or hours is None:
        return ()
    months, basis = study_months(route, hours)
    found = [Milestone(start, f"Begin: {route.title.lower()}", "your start")]
    if months is None:
        return (*found, Milestone(start, "Ask how long it takes", "no source gives a time for this route"))
    done = start.plus(months)
    exam = done.plus(EXAM_PREPARATION)
    apprentice = route.key == "apprenticeship"  # its people work from the first day
    work = start if apprentice else exam.plus(FIRST_SEARCH)
    search = f"assumed: {FIRST_SEARCH} months of looking; nobody can promise it"
    found += [
        Milestone(done, f"Finish: {route.title.lower()}", basis),
        Milestone(
            exam,
            f"Take the {exam_of(credential)} exam",
            f"assumed: {EXAM_PREPARATION} months of practice exams",
        ),
        Milestone(
            work,
            f"Work as: {roles()[first_new(way, wishes.experience)].title.lower()}",
            "an employer takes you on" if apprentice else search,
        ),
    ]
    if credential.key in ("CPC", "CPC-A", "COC") and wishes.experience != "coding":
        counts = (
            COURSE_COUNTS if (route.hours or 0) >= COURSE_HOURS or route.key == "college-certificate" else 0
        )
        left = APPRENTICE_MONTHS - counts
        why = f"{APPRENTICE_MONTHS} months of experience" + (
            f", {counts} of them replaced by the course" if counts else ""
        )
        off = max(exam, work.plus(left))
        found.append(Milestone(off, "Ask for the A to be taken off", f"{why} (AAPC)"))
    if credential.ceus and credential.years:
        due = exam.plus(12 * credential.years)
        found.append(
            Milestone(
                due,
                f"First {credential.ceus} CEUs are due",
                f"about {credential.years} years after the exam, see the rules below",
            )
        )
    return tuple(sorted(found, key=lambda one: one.month))


def _upkeep(credential: Credential) -> tuple[str, ...]:
    if not credential.ceus:
        return ("No source gave the continuing education of this credential: ask the organization.",)
    pace = f": {credential.ceus / 12 / credential.years:.1f} CEUs a month" if credential.years else ""
    rules = [
        row["rule"]
        for row in careers_rows("continuing_rules")
        if row["organization"] == credential.organization
    ]
    return (f"{credential.renewal_text}{pace}.", *rules)


def _findings(
    wishes: Wishes,
    goal: Role,
    route: Route,
    credential: Credential,
    way: tuple[str, ...],
    here: Pay | None,
    costs: tuple[Cost, ...],
) -> list[Finding]:
    found: list[Finding] = []
    needed = _DEGREE.get(credential.key)
    has = max(_RANK[wishes.education or "high school"], _RANK.get(_GIVES.get(route.key, ""), 0))
    if needed and has < _RANK[needed]:
        message = f"{credential.key} asks for: {credential.prerequisite}. This route and your schooling do not give it."
        found.append(Finding("stop", message))
    elif exam_of(credential) not in {key.removesuffix("-A") for key in route.leads_to}:
        listed = ", ".join(route.leads_to)
        found.append(
            Finding("look", f"This route usually leads to {listed}, not to {credential.key}. Ask the school.")
        )
    if not set(credential.roles) & {*way, goal.key}:
        better = [one.key for one in _serving(goal.key)]
        hint = f" For this goal look at {', '.join(better)}." if better else ""
        found.append(
            Finding("look", f"{credential.key} is meant for other roles than {goal.title.lower()}.{hint}")
        )
    if goal.stage != "entry" and len(way) > 1:
        titles = " → ".join(roles()[key].title for key in way)
        found.append(Finding("note", f"{goal.title} comes after something else: {titles}."))
    elif goal.stage != "entry" and wishes.experience == "none":
        message = f"{goal.title} is no first job. Name what you have done in a line `experience:`."
        found.append(Finding("look", message))
    found += _money(wishes, costs)
    if wishes.remote == "now":
        cautions = {row["id"]: row for row in careers_rows("remote")}
        message = f"{cautions['first-job']['fact']}: plan for a first job on site, and ask when work from home begins."
        found.append(Finding("look", message))
    if here is None:
        found.append(
            Finding(
                "note",
                f"No federal occupation stands for {goal.title.lower()} alone, so there is no pay figure.",
            )
        )
    elif here.median is None:
        found.append(
            Finding(
                "look", f"There is no pay figure for {here.area_name}. Look at the state or at a neighbor."
            )
        )
    elif here.employment_rse is None or reliability(here.employment_rse) in ("rough", "very rough"):
        found.append(
            Finding("look", f"The figures for {here.area_name} rest on few reports. Compare with the state.")
        )
    return found


def _weight(finding: Finding) -> int:
    return ("stop", "look", "note").index(finding.level)


def _money(wishes: Wishes, costs: tuple[Cost, ...]) -> list[Finding]:
    known = sum(part.low for part in costs if part.low is not None)
    unknown = [part.what.lower() for part in costs if part.low is None]
    budget = wishes.budget or 0
    rest = f" Still to be added: {' and '.join(unknown)}." if unknown else ""
    if budget < known:
        return [
            Finding(
                "look", f"The known parts cost at least ${known:,}, and your budget is ${budget:,}.{rest}"
            )
        ]
    return [
        Finding(
            "note", f"Your budget covers the known parts, ${known:,}, with ${budget - known:,} left.{rest}"
        )
    ]


def _serving(role: str) -> list[Credential]:
    return [one for one in credentials().values() if role in one.roles]


def _price_level(place: Area) -> tuple[float, int] | None:
    """Regional price parity of the state in percent of the nation; None for other areas and for territories.

    Of the newest year that has every state, as in `careers.adjusted_pay`, so that the two never disagree.
    """
    table = list(rows("rpp"))
    partial = {row["year"] for row in table if not row["rpp"]}
    mine = [row for row in table if row["usps"] == place.usps and row["year"] not in partial]
    if place.kind != "state" or not mine:
        return None
    newest = max(mine, key=lambda row: int(row["year"]))
    return float(newest["rpp"]), int(newest["year"])


def _growth(soc: str) -> Growth | None:
    mine = [row for row in rows("projections") if row["soc"] == soc and row["change_pct"]]
    if not soc or not mine:
        return None
    newest = max(mine, key=lambda row: row["vintage"])
    schooled = [row for row in mine if row["education"]]
    typical = max(schooled, key=lambda row: row["vintage"], default=None)
    drags = [
        row["factors"] for row in rows("factors") if row["soc"] == soc and row["industry"].startswith("Total")
    ]
    return Growth(
        vintage=newest["vintage"],
        change_pct=float(newest["change_pct"]),
        openings=int(newest["openings_annual"]) if newest["openings_annual"] else None,
        education=typical["education"] if typical else "",
        education_vintage=typical["vintage"] if typical else "",
        drag=drags[0] if drags else "",
        replacement=_replacement(soc),
    )


def _replacement(soc: str) -> float | None:
    mine = [row for row in rows("openings") if row["soc"] == soc and row["separations_annual"]]
    if not mine:
        return None
    newest = max(mine, key=lambda row: row["vintage"])
    return min(100.0, float(newest["separations_annual"]) / float(newest["openings_annual"]) * 100)
