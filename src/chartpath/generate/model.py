"""The situation: a clinical case model in one YAML file, read and checked before anything is drawn from it.

A situation says which facts vary, which codes follow from them, what tempts, and in which words it is told. The guide
for its authors is `datasets/charts/situations/README.md`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import cattrs
import yaml
from attrs import Factory, frozen

from chartpath import paths
from chartpath.encounters import SETTINGS
from chartpath.errors import BadInput
from chartpath.generate.tables import Table, When, leaves

Text = Any
"""A template, a list of variants, or a mapping of `terse`/`full`/`text` with `when` and `chance`."""

PEOPLE = ("sex", "age")
"""Names besides the facts that a `when` and a table may ask for; `age` takes [lowest, highest]."""
FIRST_DAY, LAST_DAY = dt.date(2026, 4, 1), dt.date(2027, 9, 30)
"""Days of an encounter: from the release of the Tabular notes at hand to the end of the newest edition."""
RELATIONS = ("code_first", "use_additional", "order")
DISTRACTOR_KINDS = ("uncertain", "ruled_out", "negated", "history_vs_current")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@frozen
class Patient:
    """Whom the situation happens to: ages in years (months for infants), and the sexes with their weights."""

    age: tuple[int, int]
    sex: dict[str, int] = Factory(lambda: {"F": 1, "M": 1})
    months: tuple[int, int] = (1, 11)


@frozen
class Condition:
    """A code that follows from the facts. `claims` are words its official title must hold; `says` replaces, for one
    fact, the words by which a title shows that fact's value."""

    code: Table
    claims: str
    rationale: Text
    citations: tuple[Text, ...]
    when: When = None
    role: str = ""
    system: str = "icd10cm"
    seventh: Table = None
    poa: Table = "Y"
    modifiers: Table = ()
    units: Table = None
    says: dict[str, dict[str, str]] = Factory(dict)


@frozen
class Distractor:
    """Something in the record that tempts: `codes` are prefixes, `tempts` the code people give for it."""

    kind: str
    codes: Table
    why: Text
    when: When = None
    tempts: Table = None


@frozen
class Symptom:
    """A sign that the condition `of` already explains."""

    code: Table
    of: str
    why: Text
    when: When = None


@frozen
class Optional:
    """A code that neither earns nor costs anything."""

    code: Table
    why: Text
    when: When = None


@frozen
class Relation:
    """`first` goes before `then`. With `code_first` the later one demands the earlier, with `use_additional` the
    earlier one the later; `order` only fixes the order. `reason` names the note or section."""

    kind: str
    first: str
    then: str
    reason: Text
    when: When = None


@frozen
class Ask:
    """What only the provider can settle; see items.Query. Its evidence is what the note marks with its name."""

    reason: str
    why: Text
    ask: Text
    when: When = None
    about: Table = ()
    accept: tuple[str, ...] = ()


@frozen
class Mistake:
    """A wrong answer derived from the right one; see generate.mistakes for the kinds and what each needs."""

    kind: str
    of: str = ""
    fact: str = ""
    to: Table = None
    code: Table = None
    then: str = ""
    instead_of: str = ""
    say: Text = ""
    when: When = None
    errors: tuple[str, ...] = ()
    may: tuple[str, ...] = ()


@frozen
class Situation:
    """One case model. `facts` maps a fact to its values, and each value to its words and `when`, `weight`, `claims`."""

    id: str
    title: Text
    setting: Table
    difficulty: Table
    patient: Patient
    facts: dict[str, dict[str, dict[str, Any]]]
    conditions: dict[str, Condition]
    sections: dict[str, list[Text]]
    mistakes: tuple[Mistake, ...]
    lesson: Table
    rationale: Text
    styles: tuple[str, ...]
    prompt: Text
    never: tuple[When, ...] = ()
    values: dict[str, Any] = Factory(dict)
    phrases: dict[str, Text] = Factory(dict)
    order: tuple[dict[str, Any], ...] = ()
    alternatives: tuple[dict[str, Any], ...] = ()
    optional: dict[str, Optional] = Factory(dict)
    symptoms: dict[str, Symptom] = Factory(dict)
    distractors: dict[str, Distractor] = Factory(dict)
    relations: tuple[Relation, ...] = ()
    queries: dict[str, Ask] = Factory(dict)
    citations: tuple[Text, ...] = ()
    systems: tuple[str, ...] = ("icd10cm",)
    dates: tuple[dt.date, dt.date] = (dt.date(2026, 4, 6), dt.date(2026, 9, 25))
    stay: tuple[int, int] = (0, 0)
    discharge_status: Table = "01"

    @property
    def marked(self) -> dict[str, Any]:
        """Everything that a note may mark, by name."""
        return {**self.conditions, **self.optional, **self.symptoms, **self.distractors, **self.queries}


def folder() -> Path:
    """Where the situations of the kit are."""
    return paths.datasets() / "charts" / "situations"


def situation_files() -> list[Path]:
    """The situation files of the kit, sorted by name."""
    return sorted(folder().glob("*.yaml"))


def read_situation(path: Path) -> Situation:
    """The situation in one file. Raises BadInput (file, what is wrong, what to do) when it is malformed."""
    try:
        now = path.stat()
    except OSError as error:
        raise BadInput(f"{path.name}: cannot be read ({error.strerror}). Check the name.") from error
    return _situation(path, now.st_mtime_ns, now.st_size)


@lru_cache(maxsize=256)
def _situation(path: Path, changed: int, size: int) -> Situation:
    """Remembered as long as the file stays as it is: `changed` and `size` tell one state of it from the next."""
    data = read_yaml(path)
    made: Situation = structure(_plain_facts(data, path.name), Situation, path.name)
    faults = [*_faults(made, path.stem)]
    if faults:
        raise BadInput(f"{path.name}: {'; '.join(faults[:4])}. Correct the file.")
    return made


def read_yaml(path: Path) -> dict[str, Any]:
    """A YAML mapping. Raises BadInput (file and line) when it is none."""
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader
    except OSError as error:
        raise BadInput(f"{path.name}: cannot be read ({error.strerror}). Check the name.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "not readable"
        raise BadInput(f"{path.name}{line}: {problem}. Put templates in quotes; correct the file.") from error
    if not isinstance(data, dict):
        raise BadInput(f"{path.name}: expected `name: value` lines. Compare with another situation.")
    return data


def structure(data: Any, cls: type[Any], where: str) -> Any:
    """`data` as a `cls`; raises BadInput that names what does not fit."""
    converter = cattrs.Converter(forbid_extra_keys=True)
    converter.register_structure_hook(dt.date, lambda value, _: dt.date.fromisoformat(str(value)))
    try:
        return converter.structure(data, cls)
    except Exception as error:
        raise BadInput(
            f"{where}: {'; '.join(cattrs.transform_error(error)[:3])}. Correct the file."
        ) from error


def _plain_facts(data: dict[str, Any], where: str) -> dict[str, Any]:
    """The facts with a mapping for each value; a value without words may be written bare."""
    facts = data.get("facts")
    if not isinstance(facts, dict):
        raise BadInput(f"{where}: `facts:` must map each fact to its values. Compare with another situation.")
    plain: dict[str, dict[str, Any]] = {}
    for name, values in facts.items():
        rows = {one: {} for one in values} if isinstance(values, list) else values
        if not isinstance(rows, dict) or any(isinstance(one, bool) for one in rows):
            raise BadInput(
                f'{where}: fact {name}: give its values as a list or a mapping, yes and no in quotes ("no").'
            )
        plain[str(name)] = {
            str(one): words if isinstance(words, dict) else {"say": words} if words is not None else {}
            for one, words in rows.items()
        }
    return {**data, "facts": plain}


def _faults(one: Situation, stem: str) -> Iterator[str]:
    if one.id != stem:
        yield f"the file is named after its id, {one.id}; make them agree"
    for text in leaves(one.setting):
        if text not in SETTINGS:
            yield f"there is no setting {text!r}"
    first, last = one.dates
    if not FIRST_DAY <= first <= last <= LAST_DAY:
        yield f"dates must lie between {FIRST_DAY} and {LAST_DAY}, the first before the last"
    clash = set(one.facts) & {*one.values, *PEOPLE}
    if clash:
        yield f"{', '.join(sorted(clash))} names a fact and something else as well"
    names = [*one.conditions, *one.optional, *one.symptoms, *one.distractors, *one.queries]
    if len(names) != len(set(names)):
        yield "a name stands in two of conditions, optional, symptoms, distractors, queries"
    for where, when in _conditions_in(one):
        yield from (f"{where}: {fault}" for fault in _bad_when(one, when))
    for where, table in tables(one):
        yield from (f"{where}: {fault}" for fault in _bad_table(one, table))
    for relation in one.relations:
        if relation.kind not in RELATIONS:
            yield f"relation {relation.kind!r}: kinds are {', '.join(RELATIONS)}"
        if not {relation.first, relation.then} <= set(one.conditions):
            yield f"relation {relation.first} - {relation.then}: both must be conditions"
    for number, row in enumerate((*one.order, *one.alternatives), 1):
        strange = set(row) - {"when", "names", "replace"}
        missing = {*row.get("names", ()), *row.get("replace", {})} - set(one.conditions)
        if strange or missing or "names" not in row:
            yield f"order or alternatives {number}: needs `names` of conditions ({', '.join(sorted(strange | missing))})"
        yield from (f"order or alternatives {number}: {fault}" for fault in _bad_when(one, row.get("when")))
    for name, distractor in one.distractors.items():
        if distractor.kind not in DISTRACTOR_KINDS:
            yield f"distractor {name}: kinds are {', '.join(DISTRACTOR_KINDS)}"


def _conditions_in(one: Situation) -> Iterator[tuple[str, When]]:
    for fact, values in one.facts.items():
        for value, words in values.items():
            yield f"fact {fact} value {value}", words.get("when")
    for group in (one.conditions, one.optional, one.symptoms, one.distractors, one.queries):
        for name, entry in group.items():
            yield name, entry.when
    for number, when in enumerate(one.never, 1):
        yield f"never {number}", when
    for number, mistake in enumerate(one.mistakes, 1):
        yield f"mistake {number} ({mistake.kind})", mistake.when
    for section, parts in {**one.sections, **one.phrases}.items():
        for when in _whens_in_text(parts):
            yield f"section {section}", when
    for value, rows in one.values.items():
        for row in rows if isinstance(rows, list) else [rows]:
            yield f"value {value}", row.get("when") if isinstance(row, dict) else None


def _whens_in_text(text: Text) -> Iterator[When]:
    if isinstance(text, list):
        for one in text:
            yield from _whens_in_text(one)
    elif isinstance(text, dict):
        yield text.get("when")
        for name in ("terse", "full", "text"):
            yield from _whens_in_text(text.get(name))


def tables(one: Situation) -> Iterator[tuple[str, Table]]:
    """Every table of a situation that maps facts to something, with where it stands."""
    for name, condition in one.conditions.items():
        for part in ("code", "seventh", "poa", "modifiers", "units"):
            yield f"condition {name} {part}", getattr(condition, part)
    others: dict[str, Any] = {**one.optional, **one.symptoms}
    for name, entry in others.items():
        yield name, entry.code
    for name, distractor in one.distractors.items():
        yield f"distractor {name}", distractor.tempts
        yield f"distractor {name}", distractor.codes
    for mistake in one.mistakes:
        yield f"mistake {mistake.kind}", mistake.code
    yield from (("setting", one.setting), ("difficulty", one.difficulty))


def _bad_when(one: Situation, when: When) -> Iterator[str]:
    if when is None:
        return
    for row in when if isinstance(when, list) else [when]:
        if not isinstance(row, dict):
            yield f"`when: {row}` must be `fact: value`"
            continue
        for fact, wanted in row.items():
            if fact == "not":
                yield from _bad_when(one, wanted)
            elif fact == "age":
                if not (isinstance(wanted, list) and len(wanted) == 2):
                    yield "`age:` takes [lowest, highest]"
            else:
                known = set(one.patient.sex) if fact == "sex" else set(one.facts.get(fact, ()))
                if not known:
                    yield f"there is no fact {fact!r}"
                for value in wanted if isinstance(wanted, list) else [wanted]:
                    if known and str(value) not in known:
                        yield f"fact {fact} has no value {value!r}"


def _bad_table(one: Situation, table: Table) -> Iterator[str]:
    if not isinstance(table, dict):
        return
    if len(table) != 1:
        yield f"a table asks for one fact at a time, not {', '.join(map(str, table))}"
        return
    fact, rows = next(iter(table.items()))
    known = set(one.patient.sex) if fact == "sex" else set(one.facts.get(fact, ()))
    if not known or not isinstance(rows, dict):
        yield f"there is no fact {fact!r}"
        return
    for value, below in rows.items():
        if value != "else" and str(value) not in known:
            yield f"fact {fact} has no value {value!r}"
        yield from _bad_table(one, below)
