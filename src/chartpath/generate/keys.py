"""The key of a case: codes from the tables, evidence from what the writer placed, and nothing searched for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from attrs import frozen

from chartpath.codesets import edition_for, store
from chartpath.errors import BadInput
from chartpath.generate.draw import Case
from chartpath.generate.model import Condition
from chartpath.generate.phrases import Speaker
from chartpath.generate.tables import choose
from chartpath.generate.write import Record
from chartpath.items import IntegralSymptom, Key, KeyCode, NotReportable, OptionalCode, Query, SequenceRule


@frozen
class Drafted:
    """A key, and the code that each name of the situation has in this case."""

    key: Key
    codes: dict[str, str]
    active: tuple[str, ...]


def code_of(condition: Condition, known: dict[str, Any]) -> str:
    """The code of a condition for drawn facts, its 7th character in its place."""
    code = str(choose(condition.code, known)[0])
    seventh = choose(condition.seventh, known)[0]
    return with_seventh(code, str(seventh)) if seventh else code


def with_seventh(stem: str, seventh: str) -> str:
    """A stem of up to six characters with its 7th, the places between held by X."""
    bare = stem.replace(".", "")
    full = f"{bare.ljust(6, 'X')}{seventh}"
    return f"{full[:3]}.{full[3:]}"


def draft_key(case: Case, record: Record, speaker: Speaker, item_id: str) -> Drafted:
    """The key without its miscodings. Raises BadInput when the record does not show what the case has."""
    situation, where = case.situation, f"{case.situation.id}, style {record.style}"
    active = [name for name in _order(case) if case.holds(situation.conditions[name].when)]
    codes = {name: code_of(situation.conditions[name], case.known) for name in active}
    diagnoses = [code for name, code in codes.items() if situation.conditions[name].role != "procedure"]
    if len(set(diagnoses)) < len(diagnoses):
        raise BadInput(
            f"{where}: two conditions give the same code ({', '.join(codes.values())}). Give one a `when`."
        )
    speaker.context["codes"] = dict(codes)
    rows = [_key_code(case, name, codes[name], record, speaker, first=name == active[0]) for name in active]
    key = Key(
        item=item_id,
        codes=tuple(rows),
        alternatives=_alternatives(case, codes),
        optional=_optional(case, codes, speaker),
        sequence=_sequence(case, codes, speaker),
        integral_symptoms=_symptoms(case, codes, record, speaker),
        not_reportable=_not_reportable(case, record, speaker),
        queries=_queries(case, record, speaker),
        rationale=_sentence(speaker.resolve(situation.rationale)),
        citations=_texts(situation.citations, speaker),
        lesson=str(case.choose(situation.lesson)),
    )
    for row, name in zip(rows, active, strict=True):
        if not row.evidence:
            raise BadInput(f"{where}: nothing in the record is marked for {name} (case {_told(case)}).")
    return Drafted(key, codes, tuple(active))


def _told(case: Case) -> str:
    return ", ".join(f"{fact} {value}" for fact, value in case.facts.items())


def _order(case: Case) -> list[str]:
    """The conditions in claim order: the first `order` row that holds, then the others as the file lists them."""
    names = list(case.situation.conditions)
    for row in case.situation.order:
        if case.holds(row.get("when")):
            return [*row["names"], *(name for name in names if name not in row["names"])]
    return names


def _key_code(case: Case, name: str, code: str, record: Record, speaker: Speaker, first: bool) -> KeyCode:
    condition = case.situation.conditions[name]
    lead = "principal" if case.inpatient else "first_listed"
    speaker.context.update(code=code, name=name)
    units = case.choose(condition.units)
    return KeyCode(
        code=code,
        role=condition.role or (lead if first else "secondary"),
        rationale=_sentence(speaker.resolve(condition.rationale)),
        poa=_poa(case, condition, code),
        evidence=record.phrases.get(name, ()),
        citations=_texts(condition.citations, speaker),
        modifiers=tuple(map(str, case.choose(condition.modifiers))),
        units=int(speaker.resolve(str(units))) if units is not None else None,
    )


def _poa(case: Case, condition: Condition, code: str) -> str | None:
    """The indicator, for diagnoses of a hospital stay that are not exempt from it."""
    if case.setting not in ("inpatient", "long_term_care") or condition.system != "icd10cm":
        return None
    if condition.role == "procedure" or store().poa_exempt(code, edition_for(case.encounter_date)):
        return None
    return str(case.choose(condition.poa))


def _alternatives(case: Case, codes: dict[str, str]) -> tuple[tuple[str, ...], ...]:
    """Other lists that are right too: those names first, then the rest; `replace` puts another code for a name."""
    own = [name for name in codes if case.situation.conditions[name].role != "procedure"]
    found = []
    for row in case.situation.alternatives:
        if not case.holds(row.get("when")):
            continue
        other = {name: str(case.choose(table)) for name, table in row.get("replace", {}).items()}
        names = [*(name for name in row["names"] if name in own)]
        names += [name for name in own if name not in names]
        found.append(tuple(other.get(name, codes[name]) for name in names))
    return tuple(dict.fromkeys(one for one in found if one != tuple(codes[name] for name in own)))


def _optional(case: Case, codes: dict[str, str], speaker: Speaker) -> tuple[OptionalCode, ...]:
    found: dict[str, OptionalCode] = {}
    for one in case.situation.optional.values():
        code = str(case.choose(one.code)) if case.holds(one.when) else ""
        if code and code not in codes.values():
            found[code] = OptionalCode(code, _sentence(speaker.resolve(one.why)))
    return tuple(found.values())


def _sequence(case: Case, codes: dict[str, str], speaker: Speaker) -> tuple[SequenceRule, ...]:
    return tuple(
        SequenceRule(
            before=codes[one.first],
            after=codes[one.then],
            requires=one.kind == "code_first",
            reason=speaker.resolve(one.reason),
            requires_after=one.kind == "use_additional",
        )
        for one in case.situation.relations
        if one.first in codes and one.then in codes and case.holds(one.when)
    )


def _symptoms(
    case: Case, codes: dict[str, str], record: Record, speaker: Speaker
) -> tuple[IntegralSymptom, ...]:
    return tuple(
        IntegralSymptom(
            code=str(case.choose(one.code)),
            integral_to=codes[one.of],
            why=_sentence(speaker.resolve(one.why)),
            phrase=next(iter(record.phrases.get(name, ())), ""),
        )
        for name, one in case.situation.symptoms.items()
        if one.of in codes and case.holds(one.when)
    )


def _not_reportable(case: Case, record: Record, speaker: Speaker) -> tuple[NotReportable, ...]:
    """Only what this record says: a distractor that the style leaves out tempts nobody."""
    return tuple(
        NotReportable(
            phrase=record.phrases[name][0],
            codes=tuple(case.choose(one.codes)),
            kind=one.kind,
            why=_sentence(speaker.resolve(one.why)),
        )
        for name, one in case.situation.distractors.items()
        if name in record.phrases and case.holds(one.when)
    )


def _queries(case: Case, record: Record, speaker: Speaker) -> tuple[Query, ...]:
    return tuple(
        Query(
            reason=one.reason,
            evidence=record.phrases.get(name, ()),
            why=_sentence(speaker.resolve(one.why)),
            ask=speaker.resolve(one.ask),
            about=tuple(case.choose(one.about)),
            accept=one.accept,
        )
        for name, one in case.situation.queries.items()
        if case.holds(one.when)
    )


def _texts(texts: Sequence[Any], speaker: Speaker) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for one in texts if (text := speaker.resolve(one).strip())))


def _sentence(text: str) -> str:
    """One paragraph, blanks tidied."""
    return re.sub(r"\s+([.,;])(?=\s|$)", r"\1", " ".join(text.split()))


def answer_line(row: KeyCode, code: str | None = None) -> str:
    """One code of a key as an answer writes it, or another code in its place."""
    text = "-".join((code or row.code, *row.modifiers))
    parts = ["procedure"] if row.role == "procedure" and len(text) == 7 else []
    parts += [text, *([row.poa] if row.poa else []), *([f"x{row.units}"] if row.units is not None else [])]
    return " ".join(parts)
