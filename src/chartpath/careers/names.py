"""Areas and occupations by code or by the names people type. Standard library and attrs only."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache

from attrs import frozen

from chartpath import catalog
from chartpath.errors import BadInput, ChartpathError

NATION = "US"
_NATION_NAMES = (
    "us",
    "usa",
    "u s",
    "u s a",
    "nation",
    "national",
    "united states",
    "united states of america",
)


@frozen
class Area:
    """A place of the OEWS survey. `key` is what people type and what JSON shows: US, CA or an area code."""

    code: str
    kind: str
    name: str
    usps: str
    states: tuple[str, ...]

    @property
    def key(self) -> str:
        """Postal code of a state, US for the nation, the OEWS area code of any other area."""
        return self.usps or self.code


@frozen
class Occupation:
    """An occupation of the tables. `until` is the last survey year of a retired code."""

    soc: str
    title: str
    what: str
    in_course: bool
    role: str
    until: int | None
    successors: tuple[str, ...]
    aliases: tuple[str, ...]
    in_oews: bool


def rows(name: str) -> Iterator[dict[str, str]]:
    """Rows of a labour table as text, without pandas. Raises ChartpathError when the table is not there."""
    table = catalog.tables().get(f"labour/{name}")
    if table is None:
        raise ChartpathError(f"labour/{name}: the table is missing. Restore the folder datasets/labour.")
    for file in table.files:
        with file.open(encoding="utf-8", newline="") as stream:
            yield from csv.DictReader(stream)


@cache
def areas() -> tuple[Area, ...]:
    """Every area: the nation, the states and territories, then metropolitan and nonmetropolitan areas."""
    return tuple(
        Area(row["area_code"], row["area_type"], row["name"], row["usps"], tuple(row["states"].split()))
        for row in rows("areas")
    )


@cache
def occupations() -> tuple[Occupation, ...]:
    """Every occupation of the tables: those of the course first, then neighbors and retired codes."""
    return tuple(
        Occupation(
            row["soc"],
            row["title"],
            row["what"],
            row["in_course"] == "true",
            row["role"],
            int(row["until"]) if row["until"] else None,
            tuple(row["successors"].split()),
            tuple(name for name in row["aliases"].split("; ") if name),
            row["in_oews"] == "true",
        )
        for row in rows("occupations")
    )


def tidy(text: str) -> str:
    """What was typed, on one line and short enough to be quoted in an error."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:60]}..."


def _plain(text: str) -> str:
    """Lower case, words only, no accents: `Boise City, ID` -> `boise city id`."""
    letters = (
        one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one)
    )
    return re.sub(r"[\W_]+", " ", "".join(letters)).strip()


@cache
def _areas_by_name() -> dict[str, Area]:
    """Area codes, postal codes and full names. States come before metropolitan areas of the same name."""
    known: dict[str, Area] = {}
    for area in areas():
        for name in (area.code, area.usps, area.name):
            if name:
                known.setdefault(_plain(name), area)
    for name in _NATION_NAMES:
        known[name] = known[NATION.lower()]
    return known


def find_area(area: str) -> Area:
    """The area of a postal code, `US`, an OEWS area code, or a name; part of a name will do when it is the only one.

    Raises BadInput with near names when there is none, or with the candidates when there are several.
    """
    known = _areas_by_name()
    area, wanted = tidy(area), _plain(area)
    if wanted.isdigit():
        # People copy metropolitan codes from Census tables, which leave out the leading zeros.
        wanted = wanted.zfill(len(areas()[0].code))
    if wanted in known:
        return known[wanted]
    found = {one.code: one for name, one in known.items() if wanted and f" {wanted} " in f" {name} "}
    # A name that begins as typed is meant before one that has it in the middle.
    starts = {one.code: one for name, one in known.items() if found and f"{name} ".startswith(f"{wanted} ")}
    choice = list((starts or found).values())
    if len(choice) == 1:
        return choice[0]
    if choice:
        raise BadInput(f"{area}: {len(choice)} areas have that name. {_suggest(choice)}")
    near = get_close_matches(wanted, known, 4, 0.6)
    picked = list({known[name].code: known[name] for name in near}.values())
    hint = _suggest(picked) if picked else "Give US, a postal code such as CA, or an OEWS area code."
    raise BadInput(f"{area or 'area'}: no such area in OEWS. {hint}")


def _suggest(found: list[Area]) -> str:
    names = [f"{one.name} ({one.key})" for one in found[:4]]
    more = "" if len(found) <= len(names) else ", and others"
    return f"Did you mean {', '.join(names)}{more}?"


@cache
def _occupations_by_name() -> dict[str, Occupation]:
    known: dict[str, Occupation] = {}
    for one in occupations():
        for name in (one.soc, one.soc.replace("-", ""), one.title, one.role, *one.aliases):
            # `retired code` and `neighbor` are roles of several codes and name none of them.
            if name != one.role or one.in_course:
                known.setdefault(_plain(name), one)
    return known


@cache
def _employers_titles() -> dict[str, Occupation]:
    """The O*NET titles that belong to one occupation only; read when a name is not among ours."""
    by_soc = {one.soc: one for one in occupations()}
    found: dict[str, set[str]] = {}
    for row in rows("onet_titles"):
        found.setdefault(_plain(row["title"]), set()).add(row["soc"])
    return {title: by_soc[next(iter(socs))] for title, socs in found.items() if len(socs) == 1}


def find_occupation(occupation: str) -> Occupation:
    """The occupation of a SOC code or of a name such as `coder` or `Medical Coder`.

    Raises BadInput with near names when there is none.
    """
    occupation, wanted = tidy(occupation), _plain(occupation)
    singular = wanted.removesuffix("s")
    for known in (_occupations_by_name, _employers_titles):
        for name in (wanted, singular, f"{singular}s"):
            if name and name in known():
                return known()[name]
    near = get_close_matches(wanted, [*_occupations_by_name(), *_employers_titles()], 4, 0.6)
    both = {**_employers_titles(), **_occupations_by_name()}
    picked = {both[name].soc: both[name].title for name in near if both[name].in_oews}
    if not picked:
        picked = {one.soc: one.title for one in occupations() if one.in_course}
        names = ", ".join(f"{soc} {title}" for soc, title in picked.items())
        raise BadInput(f"{occupation or 'occupation'}: no such occupation here. The tables have {names}.")
    names = ", ".join(f"{title} ({soc})" for soc, title in picked.items())
    raise BadInput(f"{occupation}: no such occupation here. Did you mean {names}?")


def in_survey(occupation: str) -> Occupation:
    """`find_occupation` for tables of the newest survey. Raises BadInput for a code that it does not use."""
    found = find_occupation(occupation)
    if found.in_oews:
        return found
    if found.until:
        now = " or ".join(found.successors)
        raise BadInput(
            f"{found.soc}: the survey used this code until {found.until}. Ask for {now}, which is not the same group."
        )
    raise BadInput(f"{found.soc} {found.title}: the kit holds its history only. Ask pay_history for it.")
