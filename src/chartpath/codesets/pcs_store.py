"""Reading ICD-10-PCS from its cache file: codes, tables and definitions."""

from __future__ import annotations

from functools import cache

from chartpath.codesets import pcs_cache
from chartpath.codesets.database import Database
from chartpath.codesets.editions import check_edition
from chartpath.codesets.models import Code, Node, plain
from chartpath.codesets.pcs_models import Definition, Value
from chartpath.errors import BadInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path
    from typing import Any

SYSTEM = "icd10pcs"
LENGTH = 7
FIRST_TABLES = 2026  # the tables of earlier years are not at hand
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # what a code is written with: no I, no O


class PcsStore:
    """Codes, tables and definitions of ICD-10-PCS. Open it through `pcs_store()`."""

    def __init__(self, file: Path) -> None:
        self.database = Database(file, pcs_cache.ensure, pcs_cache.build)
        self._tables: dict[tuple[str, int], list[list[dict[str, str]]]] = {}

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query on the cache file."""
        return self.database.rows(sql, values)

    # -- codes -----------------------------------------------------------------------------------------

    def get(self, code: str, edition: str) -> Code | None:
        """A complete code, or a table by its three characters as a heading; None when the edition lacks it."""
        bare = plain(code)
        year = int(check_edition(edition))
        if len(bare) == 3:
            return self._heading(bare, year)
        found = self.existing([bare], year)
        return found[0] if found else None

    def _heading(self, key: str, year: int) -> Code | None:
        rows = self.rows(
            "SELECT min(valid_from) FROM codes WHERE code >= ? AND code < ? AND first <= ? AND last >= ?",
            (key, key + "\uffff", year, year),
        )
        names = [node.title for node in reversed(self._nodes(key))]
        if not rows[0][0] or len(names) != 3:
            return None
        section, *others = names
        # As in the CMS order file, which names the section except for the largest one.
        parts = [name for name in others if name != "None"]
        title = ", ".join(parts if key[0] == "0" else [section, *parts])
        return Code(SYSTEM, str(year), key, title, False, str(rows[0][0]), key[:2])

    def existing(self, bares: Sequence[str], year: int) -> list[Code]:
        """Those of many complete codes that an edition holds, in the order given."""
        found: dict[str, Code] = {}
        for start in range(0, len(bares), 500):
            part = bares[start : start + 500]
            marks = ",".join("?" * len(part))
            sql = f"SELECT code, title, valid_from FROM codes WHERE code IN ({marks})"  # noqa: S608
            for row in self.rows(f"{sql} AND first <= ? AND last >= ?", (*part, year, year)):
                found[row[0]] = _code(row, year)
        return [found[bare] for bare in bares if bare in found]

    def beginning_with(self, prefix: str, year: int, limit: int) -> list[Code]:
        """Codes of an edition that begin with some characters, in the order of the book."""
        rows = self.rows(
            "SELECT code, title, valid_from FROM codes WHERE code >= ? AND code < ? AND first <= ? AND last >= ?"
            " ORDER BY rank LIMIT ?",
            (prefix, prefix + "\uffff", year, year, limit),
        )
        return [_code(row, year) for row in rows]

    def count(self, prefix: str, year: int) -> int:
        """How many codes of an edition begin with some characters."""
        rows = self.rows(
            "SELECT count(*) FROM codes WHERE code >= ? AND code < ? AND first <= ? AND last >= ?",
            (prefix, prefix + "\uffff", year, year),
        )
        return int(rows[0][0])

    def days(self, code: str) -> tuple[str, str | None] | None:
        """First and last day (ISO) on which a code is valid; the last is None while it is in force."""
        rows = self.rows("SELECT valid_from, valid_to FROM codes WHERE code = ? LIMIT 1", (plain(code),))
        return (str(rows[0][0]), rows[0][1]) if rows else None

    def editions(self, code: str) -> list[str]:
        """The editions at hand that hold a complete code."""
        rows = self.rows("SELECT first, last FROM codes WHERE code = ?", (plain(code),))
        years = sorted({year for first, last in rows for year in range(first, last + 1)})
        return [str(year) for year in years]

    # -- the tree --------------------------------------------------------------------------------------

    def ancestors(self, code: str) -> list[Node]:
        """Operation, body system and section above a code or the beginning of one, nearest first."""
        return [node for node in self._nodes(code) if node.id != code]

    def _nodes(self, prefix: str) -> list[Node]:
        """The same, with the node that the characters are themselves."""
        nodes: list[Node] = []
        if len(prefix) >= 3:
            rows = self.rows("SELECT operation FROM tables WHERE key = ?", (prefix[:3],))
            nodes += [Node(prefix[:3], row[0], "operation") for row in rows]
        if len(prefix) >= 2:
            rows = self.rows(
                "SELECT body_system FROM tables WHERE key >= ? AND key < ? LIMIT 1",
                (prefix[:2], prefix[:2] + "\uffff"),
            )
            nodes += [Node(prefix[:2], row[0], "body_system") for row in rows]
        rows = self.rows("SELECT section_title FROM axes WHERE section = ? LIMIT 1", (prefix[:1],))
        return nodes + [Node(prefix[0], row[0], "section") for row in rows]

    def headings(self, prefix: str, year: int) -> list[Code]:
        """The tables of an edition that begin with some characters, as headings."""
        rows = self.rows(
            "SELECT key FROM tables WHERE key >= ? AND key < ? AND first <= ? AND last >= ? ORDER BY key",
            (prefix, prefix + "\uffff", year, year),
        )
        found = (self._heading(key, year) for (key,) in rows)
        return [code for code in found if code]

    def axis(self, section: str, position: int) -> str:
        """What a position is called in a section; of an unknown section, the name most sections use."""
        rows = self.rows("SELECT name FROM axes WHERE section = ? AND position = ?", (section, position))
        names = ("Section", "Body System", "Operation", "Body Part", "Approach", "Device", "Qualifier")
        return str(rows[0][0]) if rows else names[position - 1]

    # -- the tables ------------------------------------------------------------------------------------

    def table(self, key: str, year: int) -> list[list[dict[str, str]]]:
        """The rows of a table in an edition: for each, its four axes as {value: label}. Raises BadInput for FY2025."""
        if year < FIRST_TABLES:
            raise BadInput(
                f"the ICD-10-PCS tables of FY{year} are not at hand. Build the code in FY{FIRST_TABLES} or later."
            )
        found = self._tables.get((key, year))
        if found is None:
            from json import loads

            rows = self.rows(
                "SELECT axes FROM rows WHERE key = ? AND first <= ? AND last >= ? ORDER BY number",
                (key, year, year),
            )
            found = self._tables[key, year] = [loads(axes) for (axes,) in rows]
        return found

    def fitting(self, prefix: str, year: int) -> list[list[dict[str, str]]]:
        """The rows of the table that allow the characters chosen so far (three or more)."""
        chosen = prefix[3:]
        return [
            axes
            for axes in self.table(prefix[:3], year)
            if all(value in axis for value, axis in zip(chosen, axes, strict=False))
        ]

    def options(self, prefix: str, year: int) -> list[Value]:
        """What may stand after some characters; empty when nothing may, or the code is complete."""
        if year < FIRST_TABLES:
            self.table(prefix[:3], year)  # says why not
        section = prefix[:1]
        if not prefix:
            rows = self.rows(
                "SELECT DISTINCT section, section_title FROM axes JOIN tables ON substr(key, 1, 1) = section"
                " WHERE first <= ? AND last >= ? ORDER BY section",
                (year, year),
            )
            return [Value(1, "Section", value, label) for value, label in rows]
        if len(prefix) < 3:
            column = "body_system" if len(prefix) == 1 else "operation"
            sql = f"SELECT DISTINCT substr(key, ?, 1), {column} FROM tables"  # noqa: S608
            rows = self.rows(
                f"{sql} WHERE key >= ? AND key < ? AND first <= ? AND last >= ? ORDER BY 1",
                (len(prefix) + 1, prefix, prefix + "\uffff", year, year),
            )
            found: dict[str, list[str]] = {value: [label] for value, label in rows}
        elif len(prefix) < LENGTH:
            found = _gather(axes[len(prefix) - 3] for axes in self.fitting(prefix, year))
        else:
            return []
        return [self.value(section, len(prefix) + 1, value, found[value]) for value in sorted(found)]

    def value(self, section: str, position: int, value: str, labels: Iterable[str]) -> Value:
        """A value with the name of its position and its definition."""
        known = list(labels)
        name = self.axis(section, position)
        meaning = self._meaning(section, position, known[0]) if len(known) == 1 else ("", "", ())
        return Value(position, name, value, " or ".join(known), *meaning)

    def _meaning(self, section: str, position: int, label: str) -> tuple[str, str, tuple[str, ...]]:
        rows = self.rows(
            "SELECT definition, explanation, includes FROM definitions WHERE section = ? AND position = ? AND term = ?",
            (section, position, label),
        )
        if rows:
            return rows[0][0], rows[0][1], _split(rows[0][2])
        if position == 3:  # the tables define a few operations that the definitions leave out
            rows = self.rows(
                "SELECT definition FROM tables WHERE key LIKE ? AND operation = ? AND definition != '' LIMIT 1",
                (section + "%", label),
            )
        return (str(rows[0][0]) if rows else "", "", ())

    def characters(self, prefix: str, year: int) -> list[Value]:
        """The meaning of each character of a code or of the beginning of one, as its rows in the tables say.

        A code that ended before the tables at hand gets the labels that its table still has.
        """
        section = prefix[:1]
        found: list[Value] = []
        for node in reversed(self._nodes(prefix)):
            place = len(node.id)
            found.append(self.value(section, place, prefix[place - 1], [node.title]))
        if len(prefix) <= 3 or len(found) < 3:
            return found
        rows = self.fitting(prefix, max(year, FIRST_TABLES)) or [
            axes for later in (2026, 2027) for axes in self.table(prefix[:3], later)
        ]
        for place, value in enumerate(prefix[3:], 4):
            labels = _gather(axes[place - 4] for axes in rows).get(value, ["not in the tables at hand"])
            found.append(self.value(section, place, value, labels))
        return found

    def reachable(self, prefix: str, year: int) -> int:
        """How many codes can still be built from some characters."""
        if len(prefix) < 3:
            return self.count(prefix, year)
        total = 0
        for axes in self.fitting(prefix, year):
            ways = 1
            for axis in axes[len(prefix) - 3 :]:
                ways *= len(axis)
            total += ways
        return total

    # -- definitions -----------------------------------------------------------------------------------

    def definitions(self, section: str, position: int) -> list[Definition]:
        """The official definitions of an axis, in their own order."""
        rows = self.rows(
            "SELECT section_title, definitions.position, name, term, definition, explanation, includes"
            " FROM definitions JOIN axes USING (section, position) WHERE section = ? AND position = ? ORDER BY id",
            (section, position),
        )
        values: dict[str, list[str]] = {}
        for label, value in self.rows(
            "SELECT label, value FROM labels WHERE section = ? AND position = ?", (section, position)
        ):
            values.setdefault(label, []).append(value)
        return [
            Definition(
                section,
                title,
                place,
                name,
                term,
                tuple(values.get(term, ())),
                meaning,
                more,
                _split(includes),
            )
            for title, place, name, term, meaning, more, includes in rows
        ]

    def operations(self, section: str) -> list[Definition]:
        """The operations of a section: those the definitions explain, then those that only the tables name."""
        found = self.definitions(section, 3)
        known = {definition.term for definition in found}
        title, name = self.rows(
            "SELECT section_title, name FROM axes WHERE section = ? AND position = 3", (section,)
        )[0]
        for label, value in self.rows(
            "SELECT label, value FROM labels WHERE section = ? AND position = 3 ORDER BY label", (section,)
        ):
            if label not in known:
                meaning = self._meaning(section, 3, label)
                found.append(Definition(section, title, 3, name, label, (value,), *meaning))
        return found

    # -- neighbors -------------------------------------------------------------------------------------

    def nearest(self, code: str, year: int, limit: int) -> list[Code]:
        """Codes one slip away, those with the longest shared beginning first; else codes that begin alike."""
        bare = plain(code)
        slips = {
            bare[:place] + value + bare[place + 1 :] for place in range(len(bare)) for value in _ALPHABET
        }
        slips |= {
            bare[:place] + bare[place : place + 2][::-1] + bare[place + 2 :] for place in range(len(bare) - 1)
        }
        slips |= {bare[:place] + bare[place + 1 :] for place in range(len(bare)) if len(bare) > LENGTH}
        slips |= {bare + value for value in _ALPHABET if len(bare) == LENGTH - 1}
        near = sorted(slips - {bare}, key=lambda other: (-_shared(bare, other), other))
        found = self.existing([other for other in near if len(other) == LENGTH], year)[:limit]
        end = min(len(bare), LENGTH)
        while not found and end > 1:
            end -= 1
            found = self.beginning_with(bare[:end], year, limit)
        return found


def _code(row: tuple[Any, ...], year: int) -> Code:
    code, title, valid_from = row
    return Code(SYSTEM, str(year), code, title, True, valid_from, code[:3])


def _gather(axes: Iterable[dict[str, str]]) -> dict[str, list[str]]:
    """Every value with its different labels, in the order of the rows."""
    found: dict[str, list[str]] = {}
    for axis in axes:
        for value, label in axis.items():
            labels = found.setdefault(value, [])
            if label not in labels:
                labels.append(label)
    return found


def _split(includes: str) -> tuple[str, ...]:
    return tuple(includes.split(" | ")) if includes else ()


def _shared(one: str, other: str) -> int:
    return next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )


@cache
def pcs_store() -> PcsStore:
    """The one ICD-10-PCS store of this process; builds the cache file the first time (a few seconds)."""
    return PcsStore(pcs_cache.locate())
