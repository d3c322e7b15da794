"""Items, charts and keys: one definition of each, read from the files under `datasets/` and `grading/keys/`.

A `codes` item is a chart file (`datasets/charts/<id>.md`: a YAML head, then the note as the clinician typed
it). Every other item is a row of `datasets/questions/<unit>.yaml`. The key of an assessed item exists only in
`grading/keys/<id>.yaml`; the key of a practice item in `datasets/keys/<id>.yaml`.
"""

from __future__ import annotations

import datetime as dt
import difflib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any

import cattrs
import cattrs.gen
import yaml
from attrs import Factory, evolve, frozen

from chartpath import paths
from chartpath.answers import KINDS, QUERY_REASONS
from chartpath.encounters import SETTINGS, Document, check_record, documents
from chartpath.errors import BadInput, KeyNotAtHand

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_YamlLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C loader where PyYAML ships it
DRILL = "drill-"  # an id that begins so is made by rule, not read from a file
CLASS = "class-"
"""An id that begins so belongs to a chart made for one class: it is in no bank, its notebook carries it."""

CARRIED = "charts"
"""In a notebook's own metadata, below `chartpath`: chart files by id, that its cells show and ask for."""
DEFAULT_PROMPT = "Code this record: one code a line, the first-listed diagnosis first."


@frozen
class Chart:
    """A record to code: the facts its rules depend on, and the note or the documents of the stay.

    `age` is in years (0 = newborn or infant); `encounter_date` is the day of the visit or of the discharge and
    decides the edition of the code set. `admitted` and `discharge_status` (UB-04 form locator 17, two digits) belong to stays.
    """

    id: str
    title: str
    setting: str
    difficulty: int
    encounter_date: dt.date
    age: int | None
    sex: str | None
    note: str
    admitted: dt.date | None = None
    discharge_status: str = "01"

    @property
    def inpatient(self) -> bool:
        """True where Sections II and III of the guidelines rule, False where Section IV does."""
        known = SETTINGS.get(self.setting)
        return known is not None and known.section_two

    @property
    def hospital(self) -> bool:
        """True where a diagnosis still uncertain at discharge is coded as if it existed (II.H, III.C)."""
        known = SETTINGS.get(self.setting)
        return known is not None and known.hospital

    @property
    def documents(self) -> tuple[Document, ...]:
        """The documents of the record, in order: one without a title where the note is a single one."""
        return documents(self.note)


@frozen
class Item:
    """One thing to answer. `chart` is set for kind `codes`, and for a question about a record; `note` is a text to mark."""

    id: str
    kind: str
    unit: str
    assessed: bool
    points: float
    prompt: str
    title: str = ""
    options: dict[str, str] = Factory(dict)
    targets: dict[str, str] = Factory(dict)
    unit_of_measure: str = ""
    chart: Chart | None = None
    systems: tuple[str, ...] = ("icd10cm",)
    objectives: tuple[str, ...] = ()
    note: str = ""


@frozen
class KeyCode:
    """One code of a key, with the phrase that carries it and the rule it rests on."""

    code: str
    role: str
    rationale: str = ""
    poa: str | None = None
    evidence: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()
    required: bool = True
    modifiers: tuple[str, ...] = ()
    units: int | None = None


@frozen
class OptionalCode:
    """A code that neither earns nor costs anything."""

    code: str
    why: str = ""


@frozen
class SequenceRule:
    """`before` must precede `after`; with `requires`, it must be there at all when `after` is."""

    before: str
    after: str
    requires: bool = False
    reason: str = ""
    requires_after: bool = False


@frozen
class IntegralSymptom:
    """A sign or symptom that the diagnosis `integral_to` already explains."""

    code: str
    integral_to: str
    why: str = ""
    phrase: str = ""


@frozen
class NotReportable:
    """A tempting phrase; `kind`: uncertain, ruled_out, negated, history_vs_current; `codes`: prefixes it leads to."""

    phrase: str
    codes: tuple[str, ...]
    kind: str
    why: str = ""


@frozen
class Query:
    """What only the provider can settle: the right answer is to ask.

    `reason` is one of `answers.QUERY_REASONS`, `accept` holds others that are right too; `evidence` are exact phrases
    of the record, any one of which shows the problem. `about` holds prefixes of the codes that must wait for the
    reply. `ask` is a model question that does not lead.
    """

    reason: str
    evidence: tuple[str, ...]
    why: str
    ask: str
    about: tuple[str, ...] = ()
    accept: tuple[str, ...] = ()


@frozen
class ErrorRef:
    """An error class and the code it concerns (`A|B` for a pair)."""

    kind: str
    code: str


@frozen
class Miscoding:
    """A wrong answer people really give, the errors it must show, and those it may."""

    codes: tuple[str, ...]
    errors: tuple[ErrorRef, ...]
    may: tuple[ErrorRef, ...] = ()
    explanation: str = ""


@frozen
class Key:
    """The answer to an item: `codes` for kind `codes`, `answer` for the other kinds."""

    item: str
    codes: tuple[KeyCode, ...] = ()
    alternatives: tuple[tuple[str, ...], ...] = ()
    optional: tuple[OptionalCode, ...] = ()
    sequence: tuple[SequenceRule, ...] = ()
    integral_symptoms: tuple[IntegralSymptom, ...] = ()
    not_reportable: tuple[NotReportable, ...] = ()
    miscodings: tuple[Miscoding, ...] = ()
    queries: tuple[Query, ...] = ()
    answer: Any = None
    tolerance: float = 0.0
    near: tuple[str, ...] = ()
    feedback: dict[str, str] = Factory(dict)
    rationale: str = ""
    citations: tuple[str, ...] = ()
    source: str = ""
    lesson: str = ""


def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=True)
    converter.register_structure_hook(
        dt.date, lambda value, _: value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))
    )
    # `class` is the word of the published contract, and a reserved one in Python.
    converter.register_structure_hook(
        ErrorRef,
        cattrs.gen.make_dict_structure_fn(ErrorRef, converter, kind=cattrs.gen.override(rename="class")),
    )
    converter.register_structure_hook(str, _as_text)
    return converter


def _as_text(value: Any, _: type) -> str:
    if isinstance(value, str):
        return value
    raise ValueError(f"{value!r} is not text: put it in quotes")


_CONVERTER = _converter()


def _structure(data: Any, cls: type[Any], where: str) -> Any:
    if not isinstance(data, dict):
        raise BadInput(
            f"{where}: expected `name: value` lines, found {type(data).__name__}. Compare with another file of its folder."
        )
    try:
        return _CONVERTER.structure(data, cls)
    except Exception as error:
        details = "; ".join(cattrs.transform_error(error)[:3]) if isinstance(error, Exception) else str(error)
        raise BadInput(f"{where}: {details}. Correct the file.") from error


def _load_yaml(text: str, where: str) -> Any:
    try:
        return yaml.load(text, Loader=_YamlLoader)  # noqa: S506 - a safe loader, see _YamlLoader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark else ""
        raise BadInput(
            f"{where}{line}: {getattr(error, 'problem', None) or 'not readable YAML'}. Correct the file."
        ) from error


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"{path.name}: not UTF-8 text. Save the file as UTF-8.") from error
    except OSError as error:
        raise BadInput(
            f"{path.name}: cannot be read ({error.strerror}). Check that the file is there and readable."
        ) from error


def read_chart(path: Path) -> Item:
    """The `codes` item in one chart file. Raises BadInput (file, line, what to do) when it is malformed."""
    made = chart_item(_read_text(path), path.name)
    if made.id != path.stem:
        raise BadInput(
            f"{path.name}: the head says id {made.id}. The file is named after its id; make them agree."
        )
    return made


def chart_item(text: str, where: str) -> Item:
    """The `codes` item in the text of a chart file. Raises BadInput, naming `where`, when it is malformed."""
    head, separator, note = text.removeprefix("---\n").partition("\n---\n")
    if not text.startswith("---\n") or not separator:
        raise BadInput(
            f"{where}: a chart begins with a head between two lines of ---. Compare with another chart."
        )
    data = _load_yaml(head, where)
    if not isinstance(data, dict):
        raise BadInput(f"{where}: the head must hold `name: value` lines. Compare with another chart.")
    patient = data.pop("patient", None) or {}
    shared = {name: data.get(name) for name in ("id", "title")}
    chart = _structure(
        {
            **shared,
            "setting": data.pop("setting", None),
            "difficulty": data.pop("difficulty", None),
            "encounter_date": data.pop("encounter_date", None),
            "age": patient.get("age"),
            "sex": patient.get("sex"),
            "note": note.strip("\n"),
            **{name: data.pop(name) for name in ("admitted", "discharge_status") if name in data},
        },
        Chart,
        where,
    )
    check_record(chart.setting, chart.note, where)
    data.setdefault("prompt", DEFAULT_PROMPT)
    data.setdefault("points", 10)
    made: Item = _structure({**data, "kind": "codes"}, Item, where)
    return _checked(evolve(made, chart=chart), where)


def read_questions(path: Path) -> list[Item]:
    """The items of one question file, in order; charts they refer to are attached."""
    rows = _load_yaml(_read_text(path), path.name)
    if not isinstance(rows, list):
        raise BadInput(f"{path.name}: expected a list of items, each beginning with `- id:`.")
    made: list[Item] = []
    for row in rows:
        if not isinstance(row, dict):
            raise BadInput(f"{path.name}: each item must hold `name: value` lines, beginning with `- id:`.")
        where = f"{path.name}, item {row.get('id', '?')}"
        row = {"unit": path.stem, "assessed": False, "points": 1, **row}
        chart_id = row.pop("chart", None)
        one: Item = _structure(row, Item, where)
        if chart_id:
            one = evolve(one, chart=chart(chart_id))
        if any(one.id == other.id for other in made):
            raise BadInput(f"{where}: the id stands twice. Give one of the two another.")
        made.append(_checked(one, where))
    return made


def _checked(one: Item, where: str) -> Item:
    if not _ID.fullmatch(one.id):
        raise BadInput(f"{where}: the id {one.id!r} may hold only a-z, 0-9 and single hyphens.")
    if one.kind not in KINDS:
        raise BadInput(f"{where}: there is no kind {one.kind!r}; kinds are {', '.join(KINDS)}.")
    if one.points <= 0:
        raise BadInput(f"{where}: points must be more than 0.")
    if one.kind in ("choice", "choices", "order") and len(one.options) < 2:
        raise BadInput(f"{where}: a {one.kind} item needs at least two options.")
    return one


def read_key(path: Path) -> Key:
    """The key in one file. Raises BadInput (file, what is wrong) when it is malformed."""
    made: Key = _structure(_load_yaml(_read_text(path), path.name), Key, path.name)
    if made.item != path.stem:
        raise BadInput(
            f"{path.name}: the key says item {made.item}. The file is named after its item; make them agree."
        )
    if not made.codes and made.answer is None:
        raise BadInput(f"{path.name}: a key holds `codes:` or `answer:`. Add the one its item needs.")
    for query in made.queries:
        for reason in (query.reason, *query.accept):
            if reason not in QUERY_REASONS:
                raise BadInput(
                    f"{path.name}: there is no reason {reason!r} to query; reasons are {', '.join(QUERY_REASONS)}."
                )
    return made


@lru_cache(maxsize=256)
def _chart_at(path: Path) -> Item:
    return read_chart(path)


@lru_cache(maxsize=64)
def _questions_at(path: Path) -> dict[str, Item]:
    return {one.id: one for one in read_questions(path)}


def item(item_id: str) -> Item:
    """The item of this id. Raises BadInput, naming the nearest ids, when there is none."""
    wanted = str(item_id).strip().lower()
    if wanted.startswith(DRILL):
        return _drilled(wanted)[0]
    if wanted.startswith(CLASS):
        return _of_class(wanted)
    if len(wanted) <= 64 and _ID.fullmatch(wanted):
        path = paths.datasets() / "charts" / f"{wanted}.md"
        if path.is_file():
            return _chart_at(path)
        for questions in sorted((paths.datasets() / "questions").glob("*.yaml")):
            found = _questions_at(questions).get(wanted)
            if found:
                return found
    near = difflib.get_close_matches(wanted, item_ids(), n=2)
    hint = " Look at the cell above: its id stands between the quotes."
    if near:
        hint = f" Did you mean {' or '.join(near)}?"
    raise BadInput(f"There is no item {str(item_id)[:60]!r}.{hint}")


def chart(item_id: str) -> Chart:
    """The chart of this id, whichever item it belongs to."""
    found = item(item_id).chart
    if found is None:
        raise BadInput(f"The item {item_id!r} has no chart to show.")
    return found


def item_ids() -> list[str]:
    """All item ids, sorted."""
    ids = [path.stem for path in (paths.datasets() / "charts").glob("*.md") if _ID.fullmatch(path.stem)]
    for questions in (paths.datasets() / "questions").glob("*.yaml"):
        ids += list(_questions_at(questions))
    return sorted(ids)


def items(unit: str | None = None) -> list[Item]:
    """All items, or those of one unit, sorted by id."""
    bank = {
        path.stem: path for path in (paths.datasets() / "charts").glob("*.md") if _ID.fullmatch(path.stem)
    }
    found = {name: _chart_at(path) for name, path in bank.items()}
    for questions in (paths.datasets() / "questions").glob("*.yaml"):
        found |= _questions_at(questions)
    return [found[name] for name in sorted(found) if unit is None or found[name].unit == unit]


def key(item_id: str) -> Key:
    """The key of an item. Raises KeyNotAtHand where an assessed item's key is not on this machine."""
    one = item(item_id)
    if one.id in _lent.get() and (lent_key := _lent.get()[one.id][1]) is not None:
        return lent_key
    if not one.assessed:
        drilled = one.id.startswith(DRILL)
        return _drilled(one.id)[1] if drilled else _key_at(paths.datasets() / "keys" / f"{one.id}.yaml")
    folder = paths.keys()
    path = folder / f"{one.id}.yaml" if folder else None
    if path is None or not path.is_file():
        raise KeyNotAtHand(
            f"{one.id} is scored by your instructor, who has its key. Save the notebook (Ctrl+S), and hand it in when you are done."
        )
    return _key_at(path)


_NONE_LENT: Mapping[str, tuple[Item, Key | None]] = {}
_lent: ContextVar[Mapping[str, tuple[Item, Key | None]]] = ContextVar("lent", default=_NONE_LENT)


@contextmanager
def lent(charts: Mapping[str, Item], keys: Mapping[str, Key]) -> Iterator[None]:
    """Let `item` and `key` know a class's own charts for as long as this lasts (an instructor's side has them)."""
    token = _lent.set({name: (one, keys.get(name)) for name, one in charts.items()})
    try:
        yield
    finally:
        _lent.reset(token)


def _of_class(item_id: str) -> Item:
    """A class's own chart: lent, or carried by a notebook of the folder that Python runs in."""
    found = _lent.get().get(item_id)
    if found:
        return found[0]
    for path in sorted(Path().glob("*.ipynb")):
        about = path.stat()
        made = _carried(path.resolve(), about.st_mtime_ns, about.st_size).get(item_id)
        if made:
            return made
    raise BadInput(
        f"The chart {item_id[:60]} is not in this folder. It travels inside the notebook that asks for it: "
        "open that notebook from the folder you unpacked it to."
    )


@lru_cache(maxsize=64)
def _carried(path: Path, _time: int, _size: int) -> Mapping[str, Item]:
    """The charts that a notebook carries, by id; none where it carries none or cannot be read."""
    try:
        metadata = json.loads(path.read_bytes())["metadata"]["chartpath"]
        texts = metadata.get(CARRIED, {}).items()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}  # not every notebook of a folder is the kit's
    made = [chart_item(str(text), f"{path.name}, chart {name}") for name, text in texts]
    return {one.id: one for one in made if one.id.startswith(CLASS)}


@lru_cache(maxsize=256)
def _drilled(item_id: str) -> tuple[Item, Key]:
    """A question made by rule, with its key. It belongs to no bank, and it can never be assessed."""
    from chartpath import termdrills  # its tables are read when somebody drills, not before

    row, answer = termdrills.draw(item_id)
    made: Item = _structure({**row, "assessed": False}, Item, item_id)
    return _checked(made, item_id), _structure(answer, Key, item_id)


@lru_cache(maxsize=4096)
def _key_at(path: Path) -> Key:
    return read_key(path)


def forget() -> None:
    """Drop what was read, so that changed files are read again (for authors and tests)."""
    for kept in (_chart_at, _questions_at, _key_at, _drilled, _carried):
        kept.cache_clear()
