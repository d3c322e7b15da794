"""The `%%plan` grammar: `name: value` lines, parsed and never executed.

`parse` never raises: whatever it cannot read becomes a `Problem` that names the line and says what to do, and the
lines it can read still count.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

from attrs import evolve, frozen

from chartpath.answers import Problem
from chartpath.careers.names import Area, find_area
from chartpath.errors import BadInput
from chartpath.plan.facts import Credential, Role, Route, find_credential, find_role, find_route

MAX_CHARACTERS = 5_000
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
EDUCATION = ("high school", "some college", "associate", "bachelor")
EXPERIENCE = ("none", "office", "records", "billing", "coding")
REMOTE = ("no", "later", "now")
REQUIRED = ("goal", "place", "start", "hours", "budget", "remote", "education", "route", "credential")
_SAFE_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,59}")
_YES, _NO = {"yes", "y", "true"}, {"no", "n", "false"}


@frozen(order=True)
class Month:
    """A month of a year."""

    year: int
    month: int

    def plus(self, months: int) -> Month:
        """The month so many months later."""
        years, place = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Month(years, place + 1)

    def __str__(self) -> str:
        return f"{MONTHS[self.month - 1]} {self.year}"


@frozen
class Wishes:
    """What a learner wrote: None where a line is missing or could not be read.

    `hours` a week, `budget` dollars up to the exam.
    """

    goal: Role | None = None
    place: Area | None = None
    start: Month | None = None
    hours: float | None = None
    budget: int | None = None
    remote: str | None = None
    education: str | None = None
    route: Route | None = None
    credential: Credential | None = None
    experience: str = "none"
    next: str = ""
    file: str = ""
    overwrite: bool = False

    @property
    def missing(self) -> tuple[str, ...]:
        """The required lines that are not there or could not be read."""
        return tuple(name for name in REQUIRED if getattr(self, name) is None)


def parse(body: str) -> tuple[Wishes, tuple[Problem, ...], bool]:
    """What the lines say, what could not be read, and whether nothing at all was entered."""
    problems: list[Problem] = []
    if len(body) > MAX_CHARACTERS:
        body = body[:MAX_CHARACTERS]
        problems.append(
            Problem(
                body.count("\n") + 1,
                f"a plan has at most {MAX_CHARACTERS:,} characters; the rest is left out.",
            )
        )
    wishes, seen, blank = Wishes(), set[str](), True
    for number, raw in enumerate(re.split(r"\r\n|\r|\n", body), start=1):
        line = raw.split("#", 1)[0].replace("\u00a0", " ").strip()
        if not line:
            continue
        name, colon, value = (part.strip() for part in line.partition(":"))
        name = " ".join(name.lower().split()).replace("hours a week", "hours").replace("next step", "next")
        if not colon or name not in _READERS:
            problems.append(Problem(number, _unknown(line, name, bool(colon))))
            blank = False
        elif name in seen:
            problems.append(Problem(number, f"`{name}` stands twice. Keep the line you mean."))
        elif value:
            seen.add(name)
            blank = False
            try:
                wishes = evolve(wishes, **{name: _READERS[name](value)})
            except BadInput as error:
                problems.append(Problem(number, f"{name}: {error}"))
    return wishes, tuple(problems), blank


def stub() -> str:
    """The empty form of a plan, the `%%plan` line included."""
    return "\n".join(["%%plan", *(f"{name}: " for name in REQUIRED)])


def _unknown(line: str, name: str, colon: bool) -> str:
    if not colon:
        near = get_close_matches(name.split()[0], _READERS, 1, 0.5)
        example = near[0] if near else "place"
        return f"“{line[:30]}” has no colon. Write a name, a colon and a value, like `{example}: ...`."
    near = get_close_matches(name, _READERS, 1, 0.5)
    hint = f"Did you mean `{near[0]}`?" if near else f"The names are {', '.join(_READERS)}."
    return f"there is no `{name[:30]}` in a plan. {hint}"


def _month(text: str) -> Month:
    named = re.fullmatch(r"([A-Za-z]{3,9})\.?,?\s+(20\d\d)", text)
    if named:
        for number, called in enumerate(MONTHS, start=1):
            if called.lower().startswith(named[1].lower()):
                return Month(int(named[2]), number)
    digits = re.fullmatch(r"(20\d\d)-(\d{1,2})", text) or re.fullmatch(r"(\d{1,2})[/-](20\d\d)", text)
    if digits:
        year, month = sorted((int(digits[1]), int(digits[2])), reverse=True)
        if 1 <= month <= 12:
            return Month(year, month)
    raise BadInput(f"“{text[:30]}” is not a month. Write it like January 2027.")


def _hours(text: str) -> float:
    found = re.fullmatch(r"(\d{1,3}(?:\.\d)?)\s*(?:h|hours?)?(?:\s+(?:a|per)\s+week)?", text.lower())
    if not found or not 0 < float(found[1]) <= 60:
        raise BadInput(f"“{text[:30]}” is not a number of hours a week between 1 and 60. Write it like 8.")
    return float(found[1])


def _dollars(text: str) -> int:
    found = re.fullmatch(r"\$?\s*(\d{1,3}(?:,\d{3})+|\d{1,6})(?:\.\d\d)?\s*(?:dollars)?", text.lower())
    if not found:
        raise BadInput(f"“{text[:30]}” is not an amount in dollars. Write it like 1500, without cents.")
    return int(found[1].replace(",", ""))


def _word(words: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        wanted = text.lower().strip(". ").removesuffix("'s degree").removesuffix(" degree")
        wanted = {"yes": "now" if "now" in words else "yes", "high school diploma": "high school"}.get(
            wanted, wanted
        )
        if wanted not in words:
            raise BadInput(f"“{text[:30]}” is not one of the words here. Write one of: {', '.join(words)}.")
        return wanted

    return read


def _file(text: str) -> str:
    name = text if text.lower().endswith((".html", ".htm")) else f"{text}.html"
    if not _SAFE_FILE.fullmatch(name):
        raise BadInput(
            f"“{text[:30]}” cannot name the file. Use letters, digits, - and _, and no folder, like my-plan.html."
        )
    return name


def _yes(text: str) -> bool:
    if text.lower() not in _YES | _NO:
        raise BadInput(f"“{text[:30]}” is neither yes nor no. Write yes or no.")
    return text.lower() in _YES


def _text(text: str) -> str:
    return " ".join(text.split())[:300]


_READERS: dict[str, Callable[[str], Any]] = {
    "goal": find_role,
    "place": find_area,
    "start": _month,
    "hours": _hours,
    "budget": _dollars,
    "remote": _word(REMOTE),
    "education": _word(EDUCATION),
    "route": find_route,
    "credential": find_credential,
    "experience": _word(EXPERIENCE),
    "next": _text,
    "file": _file,
    "overwrite": _yes,
}
