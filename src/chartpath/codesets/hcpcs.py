"""HCPCS Level II: codes, modifiers, places of service, and what can be checked of a claim line without a license.

CPT (HCPCS Level I) and CDT (the D codes) are licensed and not in the kit: about them it only says so.
"""

from __future__ import annotations

import csv
import re
from functools import cache

from chartpath import paths
from chartpath.codesets import cachefile
from chartpath.codesets.database import Database
from chartpath.codesets.models import Code, Hit, Node, plain
from chartpath.codesets.searching import Searcher
from chartpath.codesets.systems import licensed

TYPE_CHECKING = False  # typing itself is not needed to run
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import Any

    from attrs import frozen
else:
    from chartpath.codesets.records import frozen

SYSTEM = "hcpcs"
NAME = "HCPCS Level II"
RELEASE = "October 2025"  # the one release at hand; it stands for every edition asked about
_BUILDERS = ("build.py", "hcpcs.py", "models.py", "phrases.py", "terms.py")
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE codes (plain TEXT PRIMARY KEY, code TEXT, title TEXT, billable INTEGER, first INTEGER, last INTEGER,
                    status TEXT, rate TEXT) WITHOUT ROWID;
CREATE TABLE sections (section TEXT PRIMARY KEY, title TEXT, description TEXT) WITHOUT ROWID;
"""
_MEASURE = re.compile(r"M|G8|G9")  # codes that report the quality of care, not a service
_ALWAYS = (0, 9999)  # first and last year of a code, for the search that asks for a year


@frozen
class Modifier:
    """A Level II modifier. `kind` groups those that the course teaches, and `use` says what the group is for."""

    modifier: str
    title: str
    kind: str
    side: str  # left, right or empty
    use: str


@frozen
class Place:
    """A place-of-service code."""

    place: str
    name: str
    meaning: str


@frozen
class Payment:
    """What Medicare's outpatient system (OPPS, April 2026) says of a code; empty where it does not list it."""

    status: str
    meaning: str
    rate: float | None  # national rate in dollars


# -- the cache file --------------------------------------------------------------------------------


def folder() -> Path:
    """Where the committed tables are."""
    return paths.datasets() / "codesets" / "hcpcs"


def table(name: str) -> Iterator[dict[str, str]]:
    """Rows of one committed table, in order."""
    with (folder() / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def _ensure(target: Path) -> None:
    if not target.is_file():
        _build(target)
        cachefile.forget(target)


def _build(target: Path) -> None:
    from chartpath.codesets.build import write

    write(target, _fill)


def _fill(connection: sqlite3.Connection) -> None:
    from chartpath.codesets import phrases
    from chartpath.codesets.build import table as shared

    for statement in _SCHEMA.strip().split(";\n"):
        connection.execute(statement)
    rows = list(table("codes"))
    connection.executemany(
        "INSERT INTO codes VALUES (?,?,?,1,?,?,?,?)",
        ((r["code"], r["code"], r["title"], *_ALWAYS, r["opps_status"], r["opps_rate"]) for r in rows),
    )
    connection.executemany(
        "INSERT INTO sections VALUES (?,?,?)",
        ((r["section"], r["title"], r["description"]) for r in table("sections")),
    )
    texts = (phrase for row in rows for phrase in _phrases(row["code"], row["title"]))
    own = {row["term"]: row for row in table("synonyms")}
    others = (row for row in shared("../synonyms") if row["term"] not in own)
    phrases.fill(connection, texts, iter([*own.values(), *others]))
    connection.execute("INSERT INTO meta VALUES ('complete', 'yes')")


def _phrases(code: str, title: str) -> Iterator[tuple[str, str, str, str]]:
    """What the search knows of a code: its title, and the thing that the title names first with the rest unsaid."""
    yield code, "title", title, ""
    # "Walker, rigid (pickup), adjustable": a walker. "Injection, ceftriaxone sodium, per 250 mg": that injection.
    thing = re.match(r"(?:Injection, |Infusion, )?[^,;(]*", title)
    if thing and thing.group():
        yield code, "title", thing.group(), title[thing.end() :]


# -- codes -----------------------------------------------------------------------------------------


class HcpcsStore:
    """HCPCS Level II in its cache file. Open it through `hcpcs_store()`."""

    system = SYSTEM

    def __init__(self, file: Path) -> None:
        self.database = Database(file, _ensure, _build)
        self._searcher: Searcher | None = None

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query on the cache file."""
        return self.database.rows(sql, values)

    def get(self, code: str) -> Code | None:
        """A code in any spelling (`l1902 `), or None."""
        found = self._codes("plain = ?", (plain(code),))
        return found[0] if found else None

    def _codes(self, where: str, values: Sequence[Any]) -> list[Code]:
        rows = self.rows(f"SELECT code, title FROM codes WHERE {where}", values)  # noqa: S608 - our own words
        return [Code(SYSTEM, RELEASE, code, title, True, "", code[0]) for code, title in rows]

    def beginning_with(self, stem: str, year: int, limit: int) -> list[Code]:
        """Codes that begin with a stem, in order. The year is not asked: there is one release."""
        return self._codes("plain >= ? AND plain < ? ORDER BY plain LIMIT ?", (stem, stem + "\uffff", limit))

    def ancestors(self, code: str) -> list[Node]:
        """The section of a code."""
        rows = self.rows("SELECT section, title FROM sections WHERE section = ?", (plain(code)[:1],))
        return [Node(letter, title, "section") for letter, title in rows if len(plain(code)) > 1]

    def payment(self, code: str) -> Payment:
        """Outpatient payment status and rate of a code, April 2026."""
        rows = self.rows("SELECT status, rate FROM codes WHERE plain = ?", (plain(code),))
        status, rate = rows[0] if rows else ("", "")
        return Payment(status, _statuses().get(status, ""), float(rate) if rate else None)

    def search(self, text: str, limit: int) -> list[Hit]:
        """Codes for a few words or the beginning of a code, best first.

        Measures of quality name every disease, test and drug, so they follow what is an item or a service.
        """
        if self._searcher is None:
            self._searcher = Searcher(self)
        found = self._searcher.search(text, 0, 3 * limit)
        return sorted(found, key=lambda hit: bool(_MEASURE.match(hit.code)))[:limit]

    def nearest(self, code: str, limit: int) -> list[Code]:
        """Real codes near one that does not exist: the longest shared beginning."""
        bare = plain(code)
        for end in range(min(len(bare), 5) - 1, 1, -1):
            found = self.beginning_with(bare[:end], 0, 1000)
            if found:
                # Of the family, those whose number is closest.
                return sorted(found, key=lambda one: (_distance(one.code, bare), one.code))[:limit]
        return []


def _distance(code: str, bare: str) -> int:
    digits = bare[1:5].ljust(4, "0")
    return abs(int(code[1:]) - int(digits)) if digits.isdigit() else 0


@cache
def hcpcs_store() -> HcpcsStore:
    """The one store of this process; builds its cache file the first time (under a second)."""
    version = cachefile.mark(folder() / "datapackage.json", (folder(), folder().parent), _BUILDERS)
    return HcpcsStore(cachefile.find(f"codesets_hcpcs-{version}.sqlite", _ensure))


def get(code: str, edition: str = "") -> Code | None:
    """A Level II code, or None. `edition` is taken for the sake of one interface: there is one release."""
    return hcpcs_store().get(code)


def looks_like(code: str) -> bool:
    """Whether a code has the shape of Level II: a letter and four digits without a dot."""
    return bool(re.fullmatch(r"[A-Z]\d{4}", plain(code))) and "." not in code


def search(text: str, limit: int = 10, edition: str = "") -> list[Hit]:
    """Level II codes for a few words or the beginning of a code, best first."""
    return hcpcs_store().search(text, limit)


def ancestors(code: str) -> list[Node]:
    """The section that a code belongs to."""
    return hcpcs_store().ancestors(code)


def children(code: str, edition: str = "") -> list[Code]:
    """Nothing: below a Level II code there is no other."""
    return []


def payment(code: str) -> Payment:
    """Outpatient payment status and rate of a code, April 2026; empty fields where the addendum has none."""
    return hcpcs_store().payment(code)


def unknown(code: str, edition: str = "") -> str:
    """One line about a code that is not in the release: what it is instead, or the nearest codes."""
    bare = plain(code)
    if words := licensed(bare):
        return words
    near = "; ".join(f"{one.code} {_short(one.title)}" for one in hcpcs_store().nearest(bare, 3))
    head = f"{bare}: no such code in {NAME} {RELEASE}."
    return (
        f"{head} Nearest: {near}." if near else f"{head} A code is a letter and four digits, such as L1902."
    )


def _short(title: str) -> str:
    return title if len(title) <= 60 else f"{title[:57].rsplit(' ', 1)[0].rstrip(' ,')} …"


@cache
def _statuses() -> dict[str, str]:
    return {row["status"]: row["meaning"] for row in table("opps-statuses")}


# -- modifiers and places --------------------------------------------------------------------------


@cache
def modifiers() -> dict[str, Modifier]:
    """Every Level II modifier of the release, by its two characters."""
    uses = {row["kind"]: row["use"] for row in table("modifier-kinds")}
    return {
        row["modifier"]: Modifier(
            row["modifier"], row["title"], row["kind"], row["side"], uses.get(row["kind"], "")
        )
        for row in table("modifiers")
    }


def modifier(text: str) -> Modifier | None:
    """One modifier in any spelling (`-rt`), or None."""
    return modifiers().get(text.strip().lstrip("-").upper())


@cache
def places() -> dict[str, Place]:
    """Every assigned place-of-service code."""
    rows = table("places-of-service")
    return {row["place"]: Place(row["place"], row["name"], row["meaning"]) for row in rows}


def place(code: str | int) -> Place | None:
    """A place of service by its number (`11`, `"02"`, 2), or None when the number is not assigned."""
    return places().get(str(code).strip().zfill(2))
