"""What a learner's record says: pure functions from events to counts with their intervals, nothing shown.

An answer is right when it earned the full score. A first try tells what a learner could do before any feedback; the
latest try of an item, what they can do now.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from attrs import frozen

from chartpath import curriculum, items, paths
from chartpath.errors import BadInput
from chartpath.items import Item
from chartpath.record import Event

Z95 = 1.959963984540054
"""The normal deviate that leaves 2.5 % on either side."""

MASTERED_ITEMS = 5  # so many items of a competency at least, or all where there are fewer
MASTERED_SHARE = 0.8


def wilson(hits: int, total: int, z: float = Z95) -> tuple[float, float]:
    """The Wilson score interval of a share (Wilson 1927), both ends 0-1. Raises ValueError for no cases at all."""
    if total <= 0 or not 0 <= hits <= total:
        raise ValueError(f"{hits} of {total} is no share")
    share = hits / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z / (1 + z * z / total) * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    # At the ends of the scale the formula is exact but for the last binary digit.
    return (0.0 if hits == 0 else middle - half, 1.0 if hits == total else middle + half)


@frozen
class Share:
    """`right` of `tried`, with its Wilson 95 % interval (Wilson 1927), all as shares 0-1; None for none tried."""

    right: int
    tried: int

    @property
    def value(self) -> float | None:
        """The share itself."""
        return self.right / self.tried if self.tried else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Both ends of the interval."""
        return wilson(self.right, self.tried) if self.tried else None

    def __str__(self) -> str:
        if self.value is None or self.interval is None:
            return "none yet"
        low, high = self.interval
        return f"{self.right} of {self.tried}, {100 * self.value:.0f}% ({100 * low:.0f} to {100 * high:.0f})"


@frozen
class UnitStanding:
    """Practice items of a unit: how many there are, were tried, and were right at the latest try."""

    unit: str
    title: str
    there: int
    share: Share

    @property
    def done(self) -> bool:
        """Whether every practice item was tried."""
        return self.share.tried >= self.there > 0


@frozen
class RowStanding:
    """A competency of the blueprint: latest tries of the items that exercise it. `state` is new, begun or mastered."""

    row: int
    section: str
    competency: str
    there: int
    share: Share

    @property
    def state(self) -> str:
        """Mastered: at least five items (or all there are) tried, and at least 80 % right at the latest try."""
        if not self.share.tried:
            return "new"
        enough = self.share.tried >= min(MASTERED_ITEMS, self.there)
        return "mastered" if enough and self.share.right >= MASTERED_SHARE * self.share.tried else "begun"


@frozen
class Domain:
    """A domain of an exam. `low` and `high` are percent of the exam; `covered` is yes, part or no, `note` says why.

    `charts` is the percent of its questions that are records to code, `settings` the kinds of record. Source:
    `datasets/curriculum/exam_domains.csv`, each row with source, date and confidence.
    """

    exam: str
    id: str
    name: str
    low: float
    high: float
    covered: str
    charts: int
    settings: tuple[str, ...]
    objectives: tuple[str, ...]
    note: str
    source: str
    dated: str
    seen: str
    confidence: str

    @property
    def weight(self) -> float:
        """Percent of the exam, the middle of its range."""
        return (self.low + self.high) / 2

    @property
    def label(self) -> str:
        """What a person reads."""
        return f"{self.id} {self.name}" if self.id[1:].isdigit() else self.name

    @property
    def percent(self) -> str:
        """The weight as printed: one figure, or a range."""
        return f"{self.low:g}%" if self.low == self.high else f"{self.low:g} to {self.high:g}%"

    @property
    def confirmed(self) -> bool:
        """Whether the weight was read on the organization's own page: nothing else earns the confidence `high`."""
        return self.confidence == "high"

    @property
    def as_of(self) -> str:
        """The date of the source, or when the weight was noted where the source names none: `May 2026`, `2026`."""
        year, _, month = (self.dated or self.seen).partition("-")
        return f"{dt.date(int(year), int(month), 1):%B %Y}" if month else year

    @property
    def told(self) -> str:
        """The weight with its date, marked where nobody confirmed it: `6% (unconfirmed, November 2026)`."""
        return (
            f"{self.percent} ({self.as_of})"
            if self.confirmed
            else f"{self.percent} (unconfirmed, {self.as_of})"
        )


def tries(events: Iterable[Event]) -> list[Event]:
    """The judged answers in order; the same answer to the same item given again at once counts one time."""
    found: list[Event] = []
    last: dict[str, tuple[str, str]] = {}
    for one in events:
        if one.kind == "answer":
            sign = (one.typed, one.via)
            if one.via != "practice" or last.get(one.item) != sign:
                found.append(one)
            last[one.item] = sign
    return found


def first(answers: Sequence[Event]) -> dict[str, Event]:
    """The first try of each item."""
    found: dict[str, Event] = {}
    for one in answers:
        found.setdefault(one.item, one)
    return found


def latest(answers: Sequence[Event]) -> dict[str, Event]:
    """The latest try of each item."""
    return {one.item: one for one in answers}


def share(found: Iterable[Event]) -> Share:
    """How many of these tries earned the full score."""
    scores = [one.score for one in found]
    return Share(sum(score >= 100 for score in scores), len(scores))


def weeks(answers: Sequence[Event]) -> list[tuple[dt.date, Share]]:
    """First tries by week, oldest first: the Monday of the week (UTC), and the share that was right."""
    by_week: dict[dt.date, list[Event]] = {}
    for one in first(answers).values():
        day = one.at.date()
        by_week.setdefault(day - dt.timedelta(days=day.weekday()), []).append(one)
    return [(monday, share(by_week[monday])) for monday in sorted(by_week)]


@lru_cache(maxsize=1)
def bank() -> dict[str, Item]:
    """The practice items, by id: assessed ones are no business of a learner's own record."""
    return {one.id: one for one in items.items() if not one.assessed}


@lru_cache(maxsize=2048)
def known(item_id: str) -> Item | None:
    """A practice item or a drill; None for an id that this edition of the kit does not have."""
    if not item_id.startswith(items.DRILL):
        return bank().get(item_id)
    try:
        return items.item(item_id)
    except BadInput:  # a drill of another edition
        return None


@lru_cache(maxsize=1)
def strands() -> dict[str, str]:
    """The strand of each unit, in teaching order."""
    return {str(row["unit"]): str(row["strand"]) for row in curriculum.rows()}


@lru_cache(maxsize=1)
def _aims() -> dict[str, tuple[str, ...]]:
    """The objectives that each practice item exercises."""
    found: dict[str, tuple[str, ...]] = {}
    for aim in curriculum.objectives():
        for item_id in aim.items:
            found[item_id] = (*found.get(item_id, ()), aim.id)
    return found


@lru_cache(maxsize=1)
def _rows() -> dict[str, tuple[int, ...]]:
    return {aim.id: aim.rows for aim in curriculum.objectives()}


def objectives_of(item: Item) -> tuple[str, ...]:
    """The objectives that an item or a drill exercises."""
    return _aims().get(item.id, item.objectives)


def rows_of(item: Item) -> frozenset[int]:
    """The blueprint rows that an item or a drill exercises."""
    return frozenset(row for aim in objectives_of(item) for row in _rows().get(aim, ()))


def units(now: Mapping[str, Event]) -> list[UnitStanding]:
    """Every unit that has practice items, in teaching order; `now` holds the latest tries."""
    found = []
    for row in curriculum.rows():
        mine = [one.id for one in bank().values() if one.unit == row["unit"]]
        if mine:
            tried = [now[name] for name in mine if name in now]
            found.append(UnitStanding(str(row["unit"]), str(row["title"]), len(mine), share(tried)))
    return found


def rows(now: Mapping[str, Event]) -> list[RowStanding]:
    """Every competency of the blueprint that practice items exercise, in order."""
    there: dict[int, set[str]] = {}
    for one in [*bank().values(), *(item for item in map(known, now) if item)]:
        for row in rows_of(one):
            there.setdefault(row, set()).add(one.id)
    found = []
    for line in curriculum.blueprint():
        mine = there.get(line.row, set())
        if mine:
            tried = share(now[name] for name in mine if name in now)
            found.append(RowStanding(line.row, line.section, line.competency, len(mine), tried))
    return found


@lru_cache(maxsize=8)
def domains(exam: str) -> tuple[Domain, ...]:
    """The domains of an exam in order. Raises BadInput for another name than CPC, CCA and CCS."""
    with (paths.datasets() / "curriculum" / "exam_domains.csv").open(encoding="utf-8", newline="") as stream:
        table = list(csv.DictReader(stream))
    wanted = str(exam).strip().upper()
    found = [row for row in table if row["exam"] == wanted and row["used"] == "true"]
    if not found:
        names = ", ".join(dict.fromkeys(row["exam"] for row in table))
        raise BadInput(f"There is no exam {str(exam)[:40]!r} here. The exams are {names}.")
    return tuple(
        Domain(
            wanted,
            row["domain"],
            row["name"],
            float(row["low"]),
            float(row["high"]),
            row["covered"],
            int(row["charts"]),
            tuple(filter(None, row["settings"].split(";"))),
            tuple(filter(None, row["objectives"].split(";"))),
            row["note"],
            row["source"],
            row["dated"],
            row["seen"],
            row["confidence"],
        )
        for row in found
    )


def belongs(item: Item, domain: Domain) -> bool:
    """Whether an item exercises a domain: through its blueprint rows, or through the objectives the domain names.

    Records to code belong only where the exam has records, and career units to no exam.
    """
    if domain.covered == "no" or strands().get(item.unit) == "Career":
        return False
    if item.kind == "codes" and not domain.charts:
        return False
    if domain.objectives:
        return bool(set(objectives_of(item)) & set(domain.objectives))
    return bool(rows_of(item) & _tested(domain))


@lru_cache(maxsize=64)
def _tested(domain: Domain) -> frozenset[int]:
    """The blueprint rows that name a domain in the column of its exam."""
    column = domain.exam.lower()
    return frozenset(
        one.row for one in curriculum.blueprint() if _names(str(getattr(one, column)), domain.id, domain.exam)
    )


def _names(cell: str, domain: str, exam: str) -> bool:
    """Whether a cell of the blueprint names a domain: `D1 D3` of AHIMA's, `Surgery, E/M` or `Guidelines/Compliance` of AAPC's."""
    if exam != "CPC":
        return domain in cell.split()
    parts = [part.strip() for part in cell.split(",")]
    return domain in parts or domain in "/".join(parts).split("/")


def readiness(exam: str, now: Mapping[str, Event]) -> list[tuple[Domain, Share]]:
    """The latest tries of what belongs to each domain of an exam. Raises BadInput for an unknown exam."""
    tried = [(one, event) for name, event in now.items() if (one := known(name)) is not None]
    return [
        (domain, share(event for one, event in tried if belongs(one, domain))) for domain in domains(exam)
    ]


def forget() -> None:
    """Drop what was read from the course, so that changed files are read again (for authors and tests)."""
    for kept in (bank, known, strands, _aims, _rows, domains, _tested):
        kept.cache_clear()
