"""The rules of the privacy and compliance unit, and the arithmetic of their clocks.

    from chartpath import hipaa
    hipaa.law("breach")                          rules with their status and the day it was true
    hipaa.due("breach-people", "2026-03-10")     the last day of a period
    hipaa.notices("2026-03-10", OH=620, KY=40)   who is told of a breach, and by when
    hipaa.exposure(claims=40, overpaid=3_200)    what false claims can cost
    hipaa.zip3("036")                            what Safe Harbor leaves of a ZIP code
    hipaa.portal("year")                         breaches reported to HHS

The facts stand in `datasets/hipaa`; nothing here is legal advice.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable
from functools import cache
from html import escape

from attrs import frozen

from chartpath import paths
from chartpath.cards.frame import bullets, section
from chartpath.errors import BadInput

_CELL = "text-align:left;vertical-align:top;padding:4px 14px 4px 0;border-bottom:1px solid #c8c8c8"
_MANY = 500
_STATES = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR "
    "PA RI SC SD TN TX UT VT VA WA WV WI WY PR GU VI AS MP"
)


@frozen
class Table:
    """Lines under headings with their sources: HTML in a notebook, plain text elsewhere."""

    title: str
    header: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    sources: tuple[str, ...] = ()

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col" style="{_CELL}">{escape(name)}</th>' for name in self.header)
        body = "".join(
            f'<tr><th scope="row" style="{_CELL};font-weight:600">{escape(line[0])}</th>'
            + "".join(f'<td style="{_CELL}">{escape(cell)}</td>' for cell in line[1:])
            + "</tr>"
            for line in self.lines
        )
        table = (
            '<div style="overflow-x:auto"><table style="border-collapse:collapse;background:#fff;font-size:14px">'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )
        fold = (
            "<details style='margin-top:8px'><summary style='cursor:pointer;font-weight:600'>Sources</summary>"
            f"{bullets(self.sources)}</details>"
            if self.sources
            else ""
        )
        title = f"<p style='margin:0 0 4px;font-weight:600'>{escape(self.title)}</p>"
        return section("plain", self.title, f"{title}{table}{fold}")

    def __repr__(self) -> str:
        lines = [self.title, " | ".join(self.header), *(" | ".join(line) for line in self.lines)]
        return "\n".join([*lines, *(f"Source: {source}" for source in self.sources)])


@frozen
class Rule:
    """One rule: what it says in our words, its period in days where it has one, its status and as of when."""

    key: str
    topic: str
    citation: str
    says: str
    days: int | None
    runs_from: str
    status: str
    as_of: dt.date
    source: str
    url: str


@frozen
class Due:
    """The last day of a period: `first` is the day it runs from, which is not counted; `days` are calendar days."""

    rule: Rule
    first: dt.date
    last: dt.date
    days: int

    def __repr__(self) -> str:
        # A pause ends on its last day; nothing is due on it.
        told = "The pause ends at the latest on" if self.rule.key.endswith("-pause") else "Last day:"
        return (
            f"{self.rule.citation}: {self.days} days from {_long(self.first)} ({self.rule.runs_from}). "
            f"{told} {_long(self.last)}."
        )


def rules() -> dict[str, Rule]:
    """Every rule of `datasets/hipaa/law.csv` by its key, in the order of the file."""
    return _rules()


def law(words: str = "") -> Table:
    """The rules whose key, topic, citation or text holds every one of the words, or else any of them; all for no words.

    Raises BadInput when none does, naming the topics.
    """
    wanted = str(words).casefold().split()
    known = _rules().values()
    found = [rule for rule in known if all(word in _searchable(rule) for word in wanted)]
    found = found or [rule for rule in known if any(word in _searchable(rule) for word in wanted)]
    if not found:
        topics = ", ".join(dict.fromkeys(rule.topic for rule in _rules().values()))
        raise BadInput(f"No rule holds “{str(words)[:40]}”. Try one word, or a topic: {topics}.")
    lines = tuple(
        (rule.citation, rule.says, f"{rule.status}, as of {_long(rule.as_of)}", rule.key) for rule in found
    )
    title = f"Rules about {words}" if wanted else "All rules of this unit"
    return Table(title, ("Where", "What it says", "Status", "Key"), lines, _sources(found))


def due(key: str, start: str | dt.date) -> Due:
    """The last day of a rule's period that runs from `start` (an ISO date, or month/day/year).

    The day of `start` is not counted. A period that runs from the end of the calendar year begins on December 31 of
    the year of `start`. Raises BadInput for an unknown key, a rule without a period, or a date that cannot be read.
    """
    rule = _rules().get(key)
    clocks = [name for name, one in _rules().items() if one.days]
    if rule is None or rule.days is None:
        raise BadInput(f"“{str(key)[:40]}” has no period of days. Periods are {', '.join(clocks)}.")
    first = _date(start)
    if rule.runs_from.startswith("end of the calendar year"):
        first = dt.date(first.year, 12, 31)
    try:
        last = first + dt.timedelta(days=rule.days)
    except OverflowError:
        raise BadInput(f"{start}: too late a date. Write a year of this century.") from None
    return Due(rule, first, last, rule.days)


def notices(discovered: str | dt.date, **residents: int) -> Table:
    """Who is told of a breach of unsecured records, by which day, and under which rule.

    `residents` counts the people of each state by its postal letters, like OH=620. Raises BadInput where no people
    are given, or a state or a number cannot be right.
    """
    for state, count in residents.items():
        if state.upper() not in _STATES.split() or not isinstance(count, int) or count < 1:
            raise BadInput(f"{state}={count}: write a state's two letters and how many people, like OH=620.")
    people = sum(residents.values())
    if not people:
        raise BadInput("No people are given. Write how many live in which state, like OH=620.")
    lines = [_notice("The people themselves", "breach-people", discovered)]
    media = sorted(state.upper() for state, count in residents.items() if count > _MANY)
    if media:
        lines.append(_notice(f"Prominent media in {', '.join(media)}", "breach-media", discovered))
    lines.append(_notice("HHS", "breach-hhs" if people >= _MANY else "breach-log", discovered))
    title = f"{people:,} people, discovered {_long(_date(discovered))}"
    used = [_rules()[key] for key in ("breach-people", "breach-media", "breach-hhs")]
    return Table(title, ("Who", "No later than", "Rule"), tuple(lines), _sources(used))


def exposure(claims: int, overpaid: float) -> Table:
    """The least and the most that knowing false claims can cost, in dollars: treble damages, and a penalty a claim.

    `overpaid` is what the government paid too much for all of them together. Raises BadInput for numbers below 0.
    """
    if claims < 1 or overpaid < 0:
        raise BadInput(
            "Write at least 1 claim, and what was paid too much, like exposure(claims=40, overpaid=3200)."
        )
    row = _rows("false_claims")[0]
    damages = int(row["multiple"]) * overpaid
    low, high = claims * int(row["low"]), claims * int(row["high"])
    lines = (
        (f"{row['multiple']} times the damage", f"${damages:,.0f}", f"${damages:,.0f}"),
        (f"Penalty for each of {claims:,} claims", f"${low:,}", f"${high:,}"),
        ("Together", f"${damages + low:,.0f}", f"${damages + high:,.0f}"),
    )
    title = f"False claims: penalties assessed after {_long(dt.date.fromisoformat(row['since']))}"
    return Table(title, ("", "At least", "At most"), lines, _sources([_rules()["fca"]]))


def zip3(code: str) -> str:
    """The three digits that Safe Harbor leaves of a ZIP code: `000` where 20,000 people or fewer live.

    Takes the first three digits, or a whole ZIP code. Source: HHS guidance of 2012, from the census of 2000.
    """
    digits = "".join(character for character in str(code) if character.isdigit())
    if len(digits) not in (3, 5, 9):
        raise BadInput(
            f'“{str(code)[:20]}” is no ZIP code. Write its first three digits in quotes, like "036".'
        )
    return "000" if digits[:3] in {row["zip3"] for row in _rows("zip3")} else digits[:3]


def identifiers() -> Table:
    """The 18 kinds of identifiers that Safe Harbor removes, with what may stay."""
    lines = tuple((row["letter"], row["kind"], row["goes"], row["may_stay"]) for row in _rows("identifiers"))
    title = "Safe Harbor: 18 kinds of identifiers"
    return Table(title, ("", "Kind", "What goes", "What may stay"), lines, _sources([_rules()["safeharbor"]]))


def penalties() -> Table:
    """The four tiers of civil penalties, in dollars for each violation, with the caps of a calendar year."""
    lines = tuple(
        (
            f"{row['tier']}. {row['what']}",
            *(f"${float(row[name]):,.0f}" for name in ("low", "high", "cap", "cap_2019")),
        )
        for row in _rows("penalties")
    )
    header = ("Tier", "At least", "At most", "Cap a year", "Cap as enforced since 2019")
    since = _long(dt.date.fromisoformat(_rows("penalties")[0]["since"]))
    return Table(f"HIPAA civil penalties since {since}", header, lines, _sources([_rules()["tiers"]]))


def portal(by: str = "year", first: int = 2010, last: int = 2021) -> Table:
    """Breaches of 500 people or more in the archive of the HHS portal by `year`, `type` or `place`.

    The years `first` to `last` are counted, both included. Years that the archive does not hold completely say so.
    Raises BadInput for another `by`, or for years without a breach.
    """
    if by not in ("year", "type", "place"):
        raise BadInput(f'“{str(by)[:20]}” is no way to count. Write "year", "type" or "place".')
    mine = [
        row for row in _rows("breach_years") if row["list"] == "closed" and first <= int(row["year"]) <= last
    ]
    if not mine:
        raise BadInput(
            f"The archive holds no breach of {first} to {last}. It begins in 2009 and ends in 2024."
        )
    partly = [row["year"] for row in mine if row["complete"] == "no"]
    span = f"{mine[0]['year']} to {mine[-1]['year']}"
    title = f"Breaches of 500 people or more, reported {span}, archive of April 26, 2024"
    if partly:
        title += f" (not complete: {', '.join(partly)})"
    source = ("HHS Office for Civil Rights, breach portal: https://ocrportal.hhs.gov/ocr/breach/",)
    if by == "year":
        names = ("breaches", "people", "median", "largest")
        lines = tuple((row["year"], *(f"{float(row[name]):,.0f}" for name in names)) for row in mine)
        return Table(title, ("Year", "Breaches", "People", "Median people", "Largest"), lines, source)
    counts: dict[str, list[int]] = {}
    for row in _rows("breaches"):
        if row["list"] == "closed" and first <= int(row["year"]) <= last:
            cell = counts.setdefault(row[by], [0, 0])
            cell[0] += int(row["breaches"])
            cell[1] += int(row["people"])
    total = sum(cell[0] for cell in counts.values())
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1][0], entry[0]))
    lines = tuple(
        (name, f"{number:,}", f"{100 * number / total:.0f}%", f"{people:,}")
        for name, (number, people) in ordered
    )
    return Table(title, (by.capitalize(), "Breaches", "Of all", "People"), lines, source)


def _notice(who: str, key: str, discovered: str | dt.date) -> tuple[str, str, str]:
    period = due(key, discovered)
    return who, _long(period.last), period.rule.citation


def _searchable(rule: Rule) -> str:
    return f"{rule.key} {rule.topic} {rule.citation} {rule.says} {rule.status}".casefold()


def _sources(used: list[Rule]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{rule.source}: {rule.url}" for rule in used))


def _long(day: dt.date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def _date(text: str | dt.date) -> dt.date:
    if isinstance(text, dt.date):
        return text
    ways: tuple[Callable[[str], dt.date], ...] = (
        dt.date.fromisoformat,
        lambda day: dt.datetime.strptime(day, "%m/%d/%Y").date(),
    )
    for read in ways:
        try:
            return read(str(text).strip())
        except ValueError:
            continue
    raise BadInput(f'“{str(text)[:20]}” is no date. Write year-month-day in quotes, like "2026-03-10".')


@cache
def _rows(table: str) -> tuple[dict[str, str], ...]:
    path = paths.datasets() / "hipaa" / f"{table}.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return tuple(csv.DictReader(file))
    except OSError as error:
        raise BadInput(f"{path.name}: cannot be read ({error.strerror}). Restore datasets/hipaa.") from error


@cache
def _rules() -> dict[str, Rule]:
    return {
        row["key"]: Rule(
            row["key"],
            row["topic"],
            row["citation"],
            row["says"],
            int(row["days"]) if row["days"] else None,
            row["runs_from"],
            row["status"],
            dt.date.fromisoformat(row["as_of"]),
            row["source"],
            row["url"],
        )
        for row in _rows("law")
    }
