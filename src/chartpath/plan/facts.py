"""Credentials, roles and routes of `datasets/careers` as records. Standard library and attrs only.

Every record carries the keys of its sources and a date. A fact that nobody sourced is None or an empty text.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import cache
from typing import Any

from attrs import frozen

from chartpath import catalog
from chartpath.errors import BadInput, ChartpathError

NOT_SOURCED = "not sourced"
_CREDENTIAL = (
    *("name", "organization", "what", "stage", "prerequisite", "exam_text", "fee_text", "renewal_text"),
    *("membership", "confidence", "url", "date"),
)


@frozen
class Credential:
    """One credential. Fees are in dollars.

    `exam_fee` is what a person pays who is no member, or for one attempt; `membership_fee` a year's dues where the
    exam asks for membership, from any credential of the organization.
    """

    key: str
    name: str
    organization: str
    what: str
    stage: str
    roles: tuple[str, ...]
    exam_text: str
    fee_text: str
    renewal_text: str
    prerequisite: str
    exam_fee: int | None
    membership: str
    membership_fee: int | None
    ceus: int | None
    years: int | None
    confidence: str
    disputed: tuple[str, ...]
    url: str
    source: tuple[str, ...]
    date: str


@frozen
class Role:
    """One role, the occupation that the federal tables count it under, and what comes next."""

    key: str
    title: str
    soc: str
    stage: str
    what: str
    next: tuple[str, ...]
    evidence: str
    source: tuple[str, ...]
    date: str


@frozen
class Route:
    """One way to learn. Months, hours and dollars are None where no source gives them."""

    key: str
    title: str
    months_low: int | None
    months_high: int | None
    months_note: str
    pace_hours: int | None
    hours: int | None
    cost_low: int | None
    cost_high: int | None
    cost_note: str
    leads_to: tuple[str, ...]
    asks: str
    source: tuple[str, ...]
    date: str


@frozen
class Source:
    """One page that a fact comes from. `rank` 1 is the most trusted kind for what it is good for."""

    key: str
    publisher: str
    title: str
    kind: str
    rank: int
    good_for: str
    weak_for: str
    url: str
    dated: str
    seen: str


def rows(name: str) -> Iterator[dict[str, str]]:
    """Rows of a careers table as text. Raises ChartpathError when the table is not there."""
    table = catalog.tables().get(f"careers/{name}")
    if table is None:
        raise ChartpathError(f"careers/{name}: the table is missing. Restore the folder datasets/careers.")
    for file in table.files:
        with file.open(encoding="utf-8", newline="") as stream:
            yield from csv.DictReader(stream)


def several(cell: str) -> tuple[str, ...]:
    """The entries of a cell that holds a list."""
    return tuple(part for part in cell.split("; ") if part)


def _cells(row: dict[str, str], names: Iterable[str]) -> dict[str, Any]:
    return {name: row[name] for name in names}


def _numbers(row: dict[str, str], names: Iterable[str]) -> dict[str, Any]:
    return {name: _whole(row[name]) for name in names}


def _whole(cell: str) -> int | None:
    return int(cell) if cell else None


@cache
def credentials() -> dict[str, Credential]:
    """Every credential by its letters."""
    table = list(rows("credentials"))
    dues = {row["organization"]: row["membership_fee"] for row in table if row["membership_fee"]}
    found = {}
    for row in table:
        required = row["membership"] == "required"
        fees = (row["fee_nonmember"], row["fee_one_attempt"], row["fee_two_attempts"])
        found[row["credential"]] = Credential(
            key=row["credential"],
            **_cells(row, _CREDENTIAL),
            roles=several(row["roles"]),
            exam_fee=next((int(fee) for fee in fees if fee), None),
            membership_fee=_whole(dues.get(row["organization"], "")) if required else None,
            ceus=_whole(row["renewal_ceus"]),
            years=_whole(row["renewal_years"]),
            disputed=several(row["disputed"]),
            source=several(row["source"]),
        )
    return found


@cache
def roles() -> dict[str, Role]:
    """Every role by its key."""
    return {
        row["role"]: Role(
            key=row["role"],
            **_cells(row, ("title", "soc", "stage", "what", "evidence", "date")),
            next=several(row["next"]),
            source=several(row["source"]),
        )
        for row in rows("roles")
    }


@cache
def routes() -> dict[str, Route]:
    """Every education route by its key."""
    numbers = ("months_low", "months_high", "pace_hours", "hours", "cost_low", "cost_high")
    texts = ("title", "months_note", "cost_note", "asks", "date")
    return {
        row["route"]: Route(
            key=row["route"],
            **_cells(row, texts),
            **_numbers(row, numbers),
            leads_to=several(row["leads_to"]),
            source=several(row["source"]),
        )
        for row in rows("routes")
    }


@cache
def sources() -> dict[str, Source]:
    """Every page by its key."""
    return {
        row["source"]: Source(
            key=row["source"],
            **_cells(row, ("publisher", "title", "kind", "good_for", "weak_for", "url", "dated", "seen")),
            rank=int(row["rank"]),
        )
        for row in rows("sources")
    }


@cache
def steps() -> dict[tuple[str, str], str]:
    """What a step from one role to another usually takes."""
    return {(row["from"], row["to"]): row["takes"] for row in rows("pathways")}


def way_to(goal: str, start: Iterable[str] = ()) -> tuple[str, ...]:
    """The shortest way of steps to a role, itself included, from one of the `start` roles or any entry role."""
    begin = list(start) or [role.key for role in roles().values() if role.stage == "entry"]
    ways: list[tuple[str, ...]] = [(goal,)] if goal in begin else [(role,) for role in begin]
    seen = set(begin)
    for way in ways:
        if way[-1] == goal:
            return way
        for role in roles()[way[-1]].next:
            if role not in seen:
                seen.add(role)
                ways.append((*way, role))
    return (goal,)


def cite(keys: Iterable[str]) -> tuple[str, ...]:
    """One line for each source: publisher, title and the date it bears, in the order given."""
    lines = []
    for key in dict.fromkeys(keys):
        page = sources()[key]
        when = page.dated or f"no date, read {page.seen}"
        lines.append(f"{page.publisher}, {page.title} ({when})")
    return tuple(lines)


def find_role(text: str) -> Role:
    """The role of a key or of (part of) a title. Raises BadInput with what there is."""
    return roles()[_find(text, {key: one.title for key, one in roles().items()}, "role")]


def find_route(text: str) -> Route:
    """The route of a key or of (part of) a title. Raises BadInput with what there is."""
    return routes()[_find(text, {key: one.title for key, one in routes().items()}, "route")]


def find_credential(text: str) -> Credential:
    """The credential of these letters or of its name. Raises BadInput with what there is."""
    return credentials()[_find(text, {key: one.name for key, one in credentials().items()}, "credential")]


def _find(text: str, titles: dict[str, str], what: str) -> str:
    """The key that a text names: the key itself, the title, or words that stand in one title only."""
    wanted = _plain(text)
    names = {_plain(key): key for key in titles} | {_plain(title): key for key, title in titles.items()}
    if wanted in names:
        return names[wanted]
    found = {key for name, key in names.items() if wanted and set(wanted.split()) <= set(name.split())}
    if len(found) == 1:
        return found.pop()
    near = sorted(found) or [names[name] for name in get_close_matches(wanted, names, 3, 0.6)]
    several_of_them = "fits more than one" if found else "is not known"
    listed = list(dict.fromkeys(near)) or list(titles)
    shown = " ".join(text.split())[:40]
    raise BadInput(f"{what} “{shown}” {several_of_them}. Write one of: {', '.join(listed)}.")


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text.casefold()).split())
