"""From a drawn case to words: values that fit the facts, and templates resolved in a register."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any

from attrs import define, field

from chartpath.encounters import SETTINGS
from chartpath.errors import BadInput
from chartpath.generate.draw import Case, Draw

try:
    from jinja2 import StrictUndefined, Template, TemplateError, UndefinedError
    from jinja2.sandbox import ImmutableSandboxedEnvironment
except ImportError as error:  # pragma: no cover - the course extra brings it
    raise BadInput(
        'Generating charts needs Jinja2. Run: python -m pip install "chartpath[course]"'
    ) from error

FIRST_NAMES = "ABCDEFGHIJKLMNOPRSTVWY"
SURNAMES = (
    "Abara", "Albrecht", "Amundsen", "Arslan", "Baptiste", "Barros", "Bellweather", "Bhandari", "Castellan",
    "Chaudry", "Corrigan", "Dahlquist", "Delacroix", "Demirci", "Eastlake", "Ekström", "Fairweather", "Fontaine",
    "Gallardo", "Greaves", "Hallorann", "Haverford", "Ibekwe", "Jankovic", "Kealoha", "Kimathi", "Lindgren",
    "Lockridge", "Macalister", "Mbatha", "Nakagawa", "Norrington", "Okonjo", "Oyelaran", "Pemberly", "Quintero",
    "Rasmussen", "Ridgeway", "Sandoval", "Silvestri", "Tamura", "Thorsby", "Underhill", "Vantongeren", "Villanueva",
    "Whitcombe", "Xiong", "Yamada", "Zielinski", "Zamora",
)  # fmt: skip
# Values every case has: resting values for the age that raise no question, the author, the place. A situation draws its own where the facts change them.
_DEFAULTS: dict[str, Any] = {
    "sbp": [
        {"when": {"age": [0, 0]}, "range": [78, 96], "step": 2},
        {"when": {"age": [1, 5]}, "range": [88, 102], "step": 2},
        {"when": {"age": [6, 12]}, "range": [96, 110], "step": 2},
        {"range": [106, 126], "step": 2},
    ],
    "dbp": [
        {"when": {"age": [0, 5]}, "range": [46, 60], "step": 2},
        {"when": {"age": [6, 12]}, "range": [56, 68], "step": 2},
        {"range": [62, 78], "step": 2},
    ],
    "hr": [
        {"when": {"age": [0, 0]}, "range": [112, 138]},
        {"when": {"age": [1, 5]}, "range": [92, 118]},
        {"when": {"age": [6, 12]}, "range": [76, 100]},
        {"range": [62, 88]},
    ],
    "rr": [
        {"when": {"age": [0, 0]}, "range": [28, 40]},
        {"when": {"age": [1, 5]}, "range": [20, 28]},
        {"when": {"age": [6, 12]}, "range": [16, 22]},
        {"range": [12, 18]},
    ],
    "temp": {"range": [97.4, 98.9], "step": 0.1},
    "spo2": {"range": [97, 100]},
    "author": {"pick": ["{{ doctor }}"]},
    "place": {"pick": ["{{ setting_title }}"]},
    "arrival": {"pick": ["ambulance", "private car", "private vehicle", "wheelchair van"]},
    "consult_title": {"pick": ["CONSULTATION"]},
    "procedure_title": {"pick": ["PROCEDURE NOTE"]},
}


class Day:
    """A date as notes write it: `05/03/2026`; `.short` 05/03, `.long` May 3, 2026, `.month` 05/2026, `.year`."""

    def __init__(self, date: dt.date) -> None:
        self.date = date
        self.year = date.year

    def __str__(self) -> str:
        return f"{self.date.month:02d}/{self.date.day:02d}/{self.date.year}"

    @property
    def short(self) -> str:
        """Month and day."""
        return f"{self.date.month:02d}/{self.date.day:02d}"

    @property
    def month(self) -> str:
        """Month and year."""
        return f"{self.date.month:02d}/{self.date.year}"

    @property
    def long(self) -> str:
        """The date in words (month names of our own: the machine's locale must not matter)."""
        names = "January February March April May June July August September October November December"
        return f"{names.split()[self.date.month - 1]} {self.date.day}, {self.date.year}"


class Word:
    """A drawn value in a template: compares with its name, prints its `say`, and gives its other words by name."""

    def __init__(self, name: str, words: dict[str, Any], speaker: Speaker) -> None:
        self._name, self._words, self._speaker = name, words, speaker

    def __str__(self) -> str:
        return (
            self._speaker.resolve(self._words["say"])
            if "say" in self._words
            else self._name.replace("_", " ")
        )

    def __eq__(self, other: object) -> bool:
        return self._name == (other._name if isinstance(other, Word) else str(other))

    def __hash__(self) -> int:
        return hash(self._name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._words:
            raise AttributeError(name)
        found = self._words[name]
        return self._speaker.resolve(found) if isinstance(found, (str, list, dict)) else found


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    # No autoescape: the result is plain text, not a page.
    made = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        trim_blocks=True,
        finalize=_something,
        autoescape=False,
    )
    made.filters["cap"] = lambda text: str(text)[:1].upper() + str(text)[1:]
    made.filters["commas"] = lambda number: f"{number:,}"
    return made


def _something(value: Any) -> Any:
    if value is None:
        raise UndefinedError("a value is empty")
    return value


@lru_cache(maxsize=32768)
def _template(text: str) -> Template:
    return _environment().from_string(text)


@lru_cache(maxsize=4096)
def _expression(text: str) -> Any:
    return _environment().compile_expression(text, undefined_to_none=False)


@define
class Speaker:
    """Resolves the texts of one case in one register (`terse` or `full`)."""

    case: Case
    draw: Draw
    register: str
    context: dict[str, Any] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.context.update(self._people())
        for fact, value in self.case.facts.items():
            self.context[fact] = Word(value, self.case.situation.facts[fact][value], self)
        for name, rows in {**_DEFAULTS, **self.case.situation.values}.items():
            self.context[name] = self._value(name, rows)

    def resolve(self, text: Any) -> str:
        """A text of the situation as words; empty when its `when` does not hold or its chance does not come."""
        if text is None:
            return ""
        if isinstance(text, list):
            fitting = [one for one in text if not isinstance(one, dict) or self.case.holds(one.get("when"))]
            return self.resolve(self._plain(self.draw.pick(fitting))) if fitting else ""
        if isinstance(text, dict):
            if not self.case.holds(text.get("when")):
                return ""
            if "chance" in text and not self.draw.chance(float(text["chance"])):
                return ""
            other = "full" if self.register == "terse" else "terse"
            return self.resolve(text.get(self.register, text.get("text", text.get(other))))
        return self._render(str(text))

    @staticmethod
    def _plain(text: Any) -> Any:
        """A chosen variant without its `when`, which has been asked already."""
        return (
            {name: part for name, part in text.items() if name != "when"} if isinstance(text, dict) else text
        )

    def _render(self, text: str) -> str:
        if "{" not in text:
            return text
        try:
            return _template(text).render(self.context)
        except TemplateError as error:
            raise BadInput(
                f"{self.case.situation.id}: the template “{text[:70]}” cannot be filled: {error.message}. Correct it."
            ) from error

    def _people(self) -> dict[str, Any]:
        case = self.case
        female = case.sex == "F"
        child = case.age < 13
        noun = ("girl" if child else "woman") if female else ("boy" if child else "man")
        age = f"{case.age}-year-old" if case.age else f"{case.months}-month-old"
        short = f"{case.age}{case.sex}" if case.age else f"{case.months} mo {case.sex}"
        names = self.draw.shuffled(SURNAMES)[:8]
        initials = [self.draw.pick(FIRST_NAMES) for _ in names]
        people = [f"{initial}. {surname}" for initial, surname in zip(initials, names, strict=True)]
        anchor = case.admitted or case.encounter_date
        return {
            "age": case.age,
            "months": case.months,
            "sex": case.sex,
            "female": female,
            "he": "she" if female else "he",
            "his": "her" if female else "his",
            "him": "her" if female else "him",
            "man": noun,
            "sex_word": "female" if female else "male",
            "who": short,
            "patient": f"{age} {noun}",
            "date": Day(case.encounter_date),
            "admitted": Day(anchor),
            "stay_days": (case.encounter_date - anchor).days,
            "day": lambda offset=0: Day(case.encounter_date + dt.timedelta(days=int(offset))),
            "admit_day": lambda offset=0: Day(anchor + dt.timedelta(days=int(offset))),
            "clock": self._clock,
            "doctor": f"{people[0]}, {self.draw.pick(['MD', 'MD', 'MD', 'DO'])}",
            "doctor2": f"{people[1]}, MD",
            "doctor3": f"{people[2]}, MD",
            "clinician": f"{people[3]}, {self.draw.pick(['NP', 'PA-C'])}",
            "nurse": f"{people[4]}, RN",
            "assistant": f"{people[5]}, MA",
            "say": lambda name: self.resolve(self.case.situation.phrases[name]),
            "setting": case.setting,
            "setting_title": SETTINGS[case.setting].title,
        }

    def _clock(self, first: int = 8, last: int = 16) -> str:
        minutes = first * 60 + self.draw.below((last - first) * 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"

    def _value(self, name: str, rows: Any) -> Any:
        where = f"{self.case.situation.id}: value {name}"
        for row in rows if isinstance(rows, list) else [rows]:
            if self.case.holds(row.get("when")):
                return self._one_value(row, where)
        raise BadInput(f"{where}: no row fits this case. Add a row without `when` at the end.")

    def _one_value(self, row: dict[str, Any], where: str) -> Any:
        if "range" in row:
            step = row.get("step", 1)
            low, high = row["range"]
            drawn = self.draw.between(low, high, step)
            places = len(str(step).partition(".")[2]) if isinstance(step, float) else 0
            return round(drawn, places) if places else int(drawn)
        if "pick" in row:
            chosen = self.draw.pick(row["pick"])
            return self.resolve(chosen) if isinstance(chosen, (str, list, dict)) else chosen
        if "days" in row:
            anchor = self.case.admitted or self.case.encounter_date
            return Day(anchor + dt.timedelta(days=int(self.draw.between(*row["days"]))))
        if "calc" in row:
            try:
                return _expression(str(row["calc"]))(**self.context)
            except (TemplateError, TypeError, ArithmeticError) as error:
                raise BadInput(f"{where}: `{row['calc']}` cannot be worked out: {error}.") from error
        raise BadInput(f"{where}: give `range`, `pick`, `days` or `calc`.")
