"""Drawing a case from a situation: the same seed gives the same case on every machine and every Python."""

from __future__ import annotations

import datetime as dt
import hashlib
import random
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from attrs import frozen

from chartpath.encounters import SETTINGS
from chartpath.errors import ChartpathError
from chartpath.generate.model import Situation
from chartpath.generate.tables import When, choose, holds

T = TypeVar("T")
TRIES = 400
_WORKDAYS = frozenset(
    {"office", "telehealth", "outpatient_surgery", "infusion", "radiology", "pathology", "prenatal_clinic"}
    | {"wound_clinic", "supplier"}
)


class Draw:
    """Chance from a text seed. Only `random()` of the generator is used, whose sequence Python guarantees."""

    def __init__(self, *seed: object) -> None:
        digest = hashlib.sha256("\0".join(map(str, seed)).encode("utf-8")).digest()
        self._source = random.Random(int.from_bytes(digest, "big"))  # noqa: S311 - a draw, no secret

    def below(self, count: int) -> int:
        """A whole number from 0 to `count` - 1."""
        return int(self._source.random() * count)

    def chance(self, share: float) -> bool:
        """True in `share` (0-1) of all cases."""
        return self._source.random() < share

    def pick(self, options: Sequence[T], weights: Sequence[float] | None = None) -> T:
        """One of the options."""
        if weights is None:
            return options[self.below(len(options))]
        left = self._source.random() * sum(weights)
        for option, weight in zip(options, weights, strict=True):
            left -= weight
            if left < 0:
                return option
        return options[-1]

    def shuffled(self, options: Sequence[T]) -> list[T]:
        """The options in some order."""
        rest, found = list(options), []
        while rest:
            found.append(rest.pop(self.below(len(rest))))
        return found

    def between(self, low: float, high: float, step: float = 1) -> float:
        """A number from `low` to `high` in steps of `step`, both ends included."""
        return low + self.below(round((high - low) / step) + 1) * step


@frozen
class Case:
    """One drawn case: who, when, and the value of every fact. `age` is in years, `months` for infants of age 0."""

    situation: Situation
    age: int
    months: int
    sex: str
    facts: dict[str, str]
    encounter_date: dt.date
    admitted: dt.date | None

    @property
    def known(self) -> dict[str, Any]:
        """The facts with `sex` and `age` among them, as a `when` asks for them."""
        return {**self.facts, "sex": self.sex, "age": self.age}

    def choose(self, table: Any) -> Any:
        """What a table of the situation gives for this case."""
        return choose(table, self.known)[0]

    def holds(self, when: When) -> bool:
        """Whether a `when` of the situation holds for this case."""
        return holds(when, self.known)

    @property
    def setting(self) -> str:
        """Where it happens."""
        return str(self.choose(self.situation.setting))

    @property
    def inpatient(self) -> bool:
        """Whether Section II of the guidelines rules there."""
        return SETTINGS[self.setting].section_two


def draw_case(situation: Situation, draw: Draw) -> Case:
    """A case that keeps every constraint of the situation. Raises ChartpathError when none is found."""
    for _ in range(TRIES):
        patient = situation.patient
        sex = draw.pick(list(patient.sex), list(patient.sex.values()))
        age = int(draw.between(*patient.age))
        months = int(draw.between(*patient.months))
        facts = _draw_facts(situation, {"sex": sex, "age": age}, draw)
        if facts is None:
            continue
        setting = str(choose(situation.setting, {**facts, "sex": sex, "age": age})[0])
        first, last = situation.dates
        day = first + dt.timedelta(days=draw.below((last - first).days + 1))
        if setting in _WORKDAYS and day.weekday() > 4:
            day -= dt.timedelta(days=day.weekday() - 4)
        admitted = day - dt.timedelta(days=int(draw.between(*situation.stay))) if situation.stay[1] else None
        return Case(situation, age, months, sex, facts, max(day, first), admitted)
    raise ChartpathError(
        f"{situation.id}: no case keeps all its constraints in {TRIES} tries. Loosen `when` or `never`."
    )


def _draw_facts(situation: Situation, people: Mapping[str, Any], draw: Draw) -> dict[str, str] | None:
    known = dict(people)
    for fact, values in situation.facts.items():
        open_values = [name for name, words in values.items() if holds(words.get("when"), known)]
        if not open_values:
            return None
        known[fact] = draw.pick(open_values, [float(values[name].get("weight", 1)) for name in open_values])
    if any(holds(when, known) for when in situation.never):
        return None
    return {fact: known[fact] for fact in situation.facts}
