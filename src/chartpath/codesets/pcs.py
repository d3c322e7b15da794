"""ICD-10-PCS: look codes up, build them in the tables, check them, read the definitions and the index.

    from chartpath.codesets import pcs
    pcs.get("0FT44ZZ").title                 # Resection of Gallbladder, Percutaneous Endoscopic Approach
    [value.label for value in pcs.characters("0FT44ZZ")]
    builder = pcs.Builder().choose("0").choose("Hepatobiliary System and Pancreas").choose("Resection")
    [value.label for value in builder.options()]
    pcs.check("0FT49ZZ")[0].message          # which character breaks the table, and what it allows

Codes are those of FY2025 to FY2027, each fiscal year with its April update; `valid_on` asks for a day. Tables
are at hand from FY2026, definitions are those of FY2026, the index is that of FY2025.
"""

from __future__ import annotations

import re
from functools import cache

from chartpath.codesets.editions import CURRENT_EDITION, check_edition, edition_for
from chartpath.codesets.models import Code, Hit, Node, plain
from chartpath.codesets.pcs_models import Character, Definition, IndexEntry, Problem, Value
from chartpath.codesets.pcs_store import LENGTH, pcs_store
from chartpath.errors import BadInput

TYPE_CHECKING = False  # typing itself is not needed to run
if TYPE_CHECKING:
    from chartpath.codesets.pcs_search import PcsSearcher

__all__ = [
    "Builder",
    "Character",
    "Definition",
    "IndexEntry",
    "Problem",
    "Value",
    "ancestors",
    "characters",
    "check",
    "children",
    "exists",
    "get",
    "index_search",
    "looks_like",
    "nearest",
    "options",
    "root_operation",
    "root_operations",
    "search",
    "title",
    "unknown",
    "valid_on",
]

NAME = "ICD-10-PCS"
SECTIONS = "0123456789BCDFGHX"  # the first characters of codes
_CPT = re.compile(r"[0-9]{4}[0-9A-Z]")


def get(code: str, edition: str = CURRENT_EDITION) -> Code | None:
    """A complete code, or a table by its three characters as a heading; None when the edition lacks it."""
    return pcs_store().get(code, edition)


def exists(code: str, edition: str = CURRENT_EDITION) -> bool:
    """Whether an edition (a fiscal year with its April update) holds the complete code."""
    found = get(code, edition)
    return found is not None and found.billable


def valid_on(code: str, day: str) -> bool:
    """Whether the complete code is valid on a day (`2026-05-12`), the day of discharge for a claim."""
    edition = edition_for(day)
    span = pcs_store().days(code) if exists(code, edition) else None
    return span is not None and span[0] <= day.strip() <= (span[1] or "9999")


def title(code: str, edition: str = CURRENT_EDITION) -> str | None:
    """The official long title, or None when the edition lacks the code."""
    found = get(code, edition)
    return found.title if found else None


def characters(code: str, edition: str = CURRENT_EDITION) -> list[Value]:
    """What each of the seven characters of a code says; empty when the edition lacks the code."""
    bare = plain(code)
    if not exists(bare, edition):
        return []
    return pcs_store().characters(bare, int(check_edition(edition)))


def options(prefix: str = "", edition: str = CURRENT_EDITION) -> list[Value]:
    """What the tables allow after some characters: first the sections, at last the seventh character.

    Only values that lead to a code are given, since the rows of a table allow some combinations only. Empty
    when no code begins with the characters, or they are a complete code. Raises BadInput for FY2025, whose
    tables are not at hand.
    """
    return pcs_store().options(plain(prefix), int(check_edition(edition)))


def nearest(code: str, edition: str = CURRENT_EDITION, limit: int = 3) -> list[Code]:
    """Real codes near one that does not exist: one slip away, or with the same beginning."""
    return pcs_store().nearest(code, int(check_edition(edition)), limit)


class Builder:
    """A code being built, character by character. It does not change: each step gives a new builder."""

    def __init__(self, prefix: str = "", edition: str = CURRENT_EDITION) -> None:
        """Begin with some characters. Raises BadInput when no code of the edition begins with them."""
        self.edition = check_edition(edition)
        self.prefix = plain(prefix)
        problems = _walk(self.prefix, self.edition)
        if problems:
            raise BadInput(problems[0].message)

    def __repr__(self) -> str:
        return f"Builder({self.prefix!r}, {self.edition!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Builder) and (self.prefix, self.edition) == (other.prefix, other.edition)

    def __hash__(self) -> int:
        return hash((self.prefix, self.edition))

    @property
    def position(self) -> int:
        """The position that is chosen next, 1 to 7; 8 when the code is complete."""
        return len(self.prefix) + 1

    @property
    def name(self) -> str:
        """What the next position is called in this section; empty when the code is complete."""
        return "" if self.code else pcs_store().axis(self.prefix[:1], self.position)

    @property
    def code(self) -> str | None:
        """The complete code, or None while characters are missing."""
        return self.prefix if len(self.prefix) == LENGTH else None

    @property
    def title(self) -> str | None:
        """The official title of the complete code, or None while characters are missing."""
        return title(self.code, self.edition) if self.code else None

    @property
    def chosen(self) -> list[Value]:
        """The characters chosen so far and what they mean."""
        return pcs_store().characters(self.prefix, int(self.edition)) if self.prefix else []

    @property
    def reachable(self) -> int:
        """How many codes can still be built."""
        return pcs_store().reachable(self.prefix, int(self.edition))

    def options(self) -> list[Value]:
        """The values that may be chosen next; none when the code is complete."""
        return options(self.prefix, self.edition)

    def choose(self, choice: str) -> Builder:
        """One step on, by the character or by its label in any case. Raises BadInput for what is not offered."""
        wanted = choice.strip()
        offered = self.options()
        for value in offered:
            if wanted.upper() == value.value or wanted.lower() == value.label.lower():
                return Builder(self.prefix + value.value, self.edition)
        if not offered:
            raise BadInput(f"{self.prefix} is complete: nothing is left to choose.")
        raise BadInput(
            f"{self.name} after {self.prefix or 'nothing'}: {wanted!r} is not offered. {_offer(offered)}"
        )

    def back(self) -> Builder:
        """One step back; at the beginning, the same builder."""
        return Builder(self.prefix[:-1], self.edition)

    def forced(self) -> Builder:
        """On through every position at which only one value is left."""
        builder = self
        while len(choices := builder.options()) == 1:
            builder = builder.choose(choices[0].value)
        return builder


def check(code: str, edition: str = CURRENT_EDITION) -> list[Problem]:
    """What is wrong with a code: its length, the letters I and O, the character that its table does not allow.

    Empty when the code exists in the edition.
    """
    edition = check_edition(edition)
    bare = plain(code)
    if not bare:
        return [Problem(0, "no code given. Type seven characters, for example 0FT44ZZ.")]
    if exists(bare, edition):
        return []
    if "." in code.strip().rstrip("."):
        return [
            Problem(0, f"{code.strip()} has a dot, so it looks like ICD-10-CM. ICD-10-PCS codes have none.")
        ]
    others = pcs_store().editions(bare)
    if others:
        return [Problem(0, _elsewhere(bare, edition, others))]
    problems = [
        Problem(place, _letter(bare, place, edition)) for place, value in enumerate(bare, 1) if value in "IO"
    ]
    if not problems and int(edition) >= 2026:
        problems = _walk(bare[:LENGTH], edition)
    if len(bare) != LENGTH:
        problems.append(_length(bare, edition, told=bool(problems)))
    return problems or [Problem(0, f"{bare}: no such code in ICD-10-PCS FY{edition}.")]


def _walk(prefix: str, edition: str) -> list[Problem]:
    """The first character that the tables do not allow after those before it, as a list of one or none."""
    year = int(edition)
    for place, value in enumerate(prefix, 1):
        before = prefix[: place - 1]
        allowed = pcs_store().options(before, year)
        if all(value != other.value for other in allowed):
            name = pcs_store().axis(prefix[:1] if place > 1 else "", place)
            so_far = ", ".join(one.label for one in pcs_store().characters(before, year)) if before else ""
            after = f" after {before} ({so_far})" if before else ""
            if not allowed:
                message = f"{prefix}: no character may follow {before}, a code has {LENGTH}."
            else:
                message = f"{prefix}: character {place} ({name}) cannot be {value}{after}. {_offer(allowed)}"
            return [Problem(place, message, tuple(allowed))]
    return []


def _offer(allowed: list[Value], most: int = 12) -> str:
    shown = ", ".join(f"{value.value} {value.label}" for value in allowed[:most])
    more = f" and {len(allowed) - most} more" if len(allowed) > most else ""
    return f"The table allows: {shown}{more}."


def _letter(bare: str, place: int, edition: str) -> str:
    letter, digit = bare[place - 1], "0" if bare[place - 1] == "O" else "1"
    meant = bare.replace("O", "0").replace("I", "1")
    hint = f" {meant} is one: {title(meant, edition)}." if exists(meant, edition) else ""
    return (
        f"{bare}: character {place} is the letter {letter}. ICD-10-PCS uses neither I nor O;"
        f" is it the digit {digit}?{hint}"
    )


def _length(bare: str, edition: str, told: bool) -> Problem:
    count = "1 character" if len(bare) == 1 else f"{len(bare)} characters"
    message = f"{bare} has {count}; an ICD-10-PCS code has {LENGTH}."
    if exists(bare[:LENGTH], edition):
        message += f" {bare[:LENGTH]} is one: {title(bare[:LENGTH], edition)}."
    if told or len(bare) > LENGTH or int(edition) < 2026:
        return Problem(0, message)
    allowed = tuple(options(bare, edition))
    name = pcs_store().axis(bare[:1], len(bare) + 1)
    return Problem(len(bare) + 1, f"{message} Next is {name}. {_offer(list(allowed))}", allowed)


def _elsewhere(bare: str, edition: str, others: list[str]) -> str:
    span = pcs_store().days(bare)
    days = f" (valid from {span[0]}{f' to {span[1]}' if span[1] else ''})" if span else ""
    return f"{bare} is a code of FY{', FY'.join(others)}{days}, not of FY{edition}."


def root_operations(section: str = "0") -> list[Definition]:
    """The root operations (or types) of a section with definition, explanation and examples."""
    wanted = section.strip().upper()
    if wanted not in SECTIONS or len(wanted) != 1:
        raise BadInput(f"section {section}: there is none. The sections are {', '.join(SECTIONS)}.")
    return pcs_store().operations(wanted)


def root_operation(name: str, section: str = "0") -> Definition | None:
    """One root operation by its name in any case or by its character, or None."""
    wanted = name.strip().lower()
    for operation in root_operations(section):
        if wanted == operation.term.lower() or wanted.upper() in operation.values:
            return operation
    return None


def index_search(text: str, limit: int = 10) -> list[IndexEntry]:
    """Entries of the index for a few words, best first."""
    return _searcher().index(text, limit)


def search(text: str, limit: int = 10, edition: str = CURRENT_EDITION) -> list[Hit]:
    """Complete codes for a few words or the beginning of a code, best first."""
    return _searcher().search(text, int(check_edition(edition)), limit)


@cache
def _searcher() -> PcsSearcher:
    """One for the process; imported when it is asked for, because a lookup does not need it."""
    from chartpath.codesets.pcs_search import PcsSearcher

    return PcsSearcher(pcs_store())


def ancestors(code: str) -> list[Node]:
    """Operation, body system and section above a code, nearest first."""
    return pcs_store().ancestors(plain(code))


def children(code: str, edition: str = CURRENT_EDITION) -> list[Code]:
    """The complete codes of a table, or the tables of a body system (`0F`); empty for anything else."""
    bare = plain(code)
    year = int(check_edition(edition))
    if len(bare) == 3:
        return pcs_store().beginning_with(bare, year, limit=-1)
    return pcs_store().headings(bare, year) if len(bare) == 2 else []


def looks_like(code: str) -> bool:
    """Whether something typed has the form of a code: no dot, a section first, seven characters.

    What begins with a digit belongs to no other set here, so a table (`0FT`) and a code that is a character
    short or long count too, unless they have the form of a CPT code. I and O count as the digits meant.
    """
    bare = plain(code).replace("O", "0").replace("I", "1")
    if "." in code or not bare.isalnum() or bare[0] not in SECTIONS:
        return False
    if len(bare) == LENGTH:
        return True
    return (
        3 <= len(bare) <= LENGTH + 1 and bare[0].isdigit() and not bare.isdigit() and not _CPT.fullmatch(bare)
    )


def unknown(code: str, edition: str = CURRENT_EDITION) -> str:
    """One line about a code that an edition does not hold: what is wrong, and the nearest real codes."""
    problems = check(code, edition)
    head = problems[0].message if problems else f"{plain(code)} is a code of ICD-10-PCS FY{edition}."
    if not plain(code) or pcs_store().editions(code):
        return head
    near = [other for other in nearest(code, edition) if f"{other.code} " not in head]
    names = "; ".join(f"{other.code} {other.title}" for other in near)
    return f"{head} Nearest: {names}." if names else head
