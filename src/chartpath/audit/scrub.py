"""The claim scrubber: what the code book alone says about a list of codes. No key, no record.

Only what holds for every record is reported: a note that begins "if applicable" is no reason to stop a claim.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from chartpath.answers import CodeLine
from chartpath.audit.book import Book, book
from chartpath.audit.firsts import barred, manifestation_note
from chartpath.audit.forms import check_forms, check_repeats, usable
from chartpath.audit.model import Finding
from chartpath.audit.pairs import check_exclusions
from chartpath.audit.rules import Rule, guideline, tabular
from chartpath.audit.sheet import Sheet, as_lines
from chartpath.codesets import Note, Store

# Words that make a code-first note depend on the record.
_HEDGED = re.compile(
    r"\b(?:if|any|such as|associated|see|complicating|following|due to|pre-existing|applicable)\b|^,",
    re.IGNORECASE,
)
_LEADS_WITH_PARTNER = re.compile(r"^(?:the |underlying |neoplasm)")
_PARTNER_IN_TITLE = re.compile(r"\b(?:in|due to|induced)\b", re.IGNORECASE)
_WORDS = re.compile(r"[a-z]{7,}")
_AGES = re.compile(r"(adult|pediatric) codes are for use for persons (\d+)(?:-(\d+))? years", re.IGNORECASE)


def scrub(
    codes: Sequence[CodeLine | str],
    edition: str,
    age: int | None = None,
    sex: str | None = None,
    inpatient: bool = False,
    store: Store | None = None,
) -> list[Finding]:
    """Findings that need no key, each with its rule, in reading order; an empty list for a clean claim.

    `codes` are in claim order; `edition` is a fiscal year such as "2026"; `age` is in years (0 = under one year),
    `sex` F or M, both optional. Raises BadInput for an edition that the kit does not hold.
    """
    opened = book(edition, store)
    sheet = Sheet(as_lines(codes))
    findings: dict[tuple[str, str], Finding] = {}
    for finding in _findings(opened, sheet, age, (sex or "").upper()[:1], inpatient):
        findings.setdefault((finding.kind, finding.code), finding)
    return list(findings.values())


def _findings(opened: Book, sheet: Sheet, age: int | None, sex: str, inpatient: bool) -> Iterator[Finding]:
    yield from check_forms(opened, sheet)
    yield from check_exclusions(opened, sheet.codes)
    yield from check_repeats(opened, sheet.repeated)
    yield from _first(opened, sheet, inpatient)
    yield from _order(opened, sheet)
    yield from _partners(opened, sheet)
    yield from _people(opened, sheet, age, sex)


def _first(opened: Book, sheet: Sheet, inpatient: bool) -> Iterator[Finding]:
    """`wrong_sequence` for a first code that no record can have first."""
    if not sheet.codes or not usable(opened, sheet.codes[0]):
        return
    code = sheet.codes[0]
    found = barred(opened, code)
    if found is None:
        return
    rule, reason = found
    place = "the principal diagnosis" if inpatient else "first"
    yield Finding(
        "wrong_sequence",
        code,
        f"{code} cannot be {place}: {reason}.",
        rule.text,
        rule.source,
        next="Which condition made this code necessary? It goes before it.",
    )


def _order(opened: Book, sheet: Sheet) -> Iterator[Finding]:
    """`wrong_sequence` for a code that stands before one that its own note puts first."""
    for place, code in enumerate(sheet.codes):
        for other in sheet.codes[place + 1 :]:
            note = opened.asks_before(code, other)
            if note is None or opened.asks_before(other, code) is not None:
                continue
            rule = tabular(note, other)
            yield Finding(
                "wrong_sequence",
                code,
                f"{code} stands before {other}, and a note that binds it says “code first” of {other}.",
                rule.text,
                rule.source,
                next=f"Move {code} below {other}.",
            )
            break


def _partners(opened: Book, sheet: Sheet) -> Iterator[Finding]:
    """`missing_code_first` where the classification itself demands a code that is not on the list."""
    for code in sheet.codes:
        note = manifestation_note(opened, code)
        if note is not None:
            if _etiology_there(opened, note, code, sheet.codes):
                continue
            rule = _with_convention(opened, note)
            why = "its title says that the disease behind it is classified elsewhere"
        else:
            demand = _demand(opened, code)
            if demand is None or any(demand.matches(one) for one in sheet.codes):
                continue
            rule = tabular(demand)
            why = "a note that binds it asks for that code first, without an “if”"
        yield Finding(
            "missing_code_first",
            code,
            f"{code} may not stand without another code: {why}, and your list holds none that could be it.",
            rule.text,
            rule.source,
            next="Look in the record for the condition that caused it.",
        )


def _with_convention(opened: Book, note: Note) -> Rule:
    quoted = tabular(note)
    return Rule(f"{quoted.text}. {guideline(opened, 'I.A.13').text}", quoted.source)


def _etiology_there(opened: Book, note: Note, code: str, codes: Sequence[str]) -> bool:
    """Whether the list holds a disease for a manifestation: one the note names, or, where its list is open, any.

    A note that says "such as", or names no code, leaves open which disease it is; a symptom, a status or an
    external cause is none.
    """
    if any(note.matches(one) for one in codes if one != code):
        return True
    if note.refs and "such as" not in note.text:
        return False
    return any(
        one != code
        and usable(opened, one)
        and one[:1] not in "RVWXYZ"
        and manifestation_note(opened, one) is None
        for one in codes
    )


def _demand(opened: Book, code: str) -> Note | None:
    """The code-first note of one line that asks for a named code in every case, or None.

    Such a note carries no hedge, and the title of the code says what the note says: anemia *in* neoplastic
    disease, pneumonia *due to* COVID-19, underdosing of a medication.
    """
    kept = opened.remembered("demand", code)
    if kept is None:
        found = next(
            (note for note in opened.code_first(code) if usable(opened, code) and _unconditional(note)), None
        )
        kept = opened.remember(found or False, "demand", code)
    return kept or None


def _unconditional(note: Note) -> bool:
    if len(note.lines) != 1 or not note.refs or _HEDGED.search(note.lines[0]):
        return False
    line, title = note.lines[0], note.node_title
    if line.startswith("("):
        # "(T51-T65) to identify the agent": only a chemical burn always has one; elsewhere a drug may stand in.
        return "orrosion" in title
    if _LEADS_WITH_PARTNER.search(line):
        return True
    return bool(_PARTNER_IN_TITLE.search(title)) or bool(
        set(_WORDS.findall(line.lower())) & set(_WORDS.findall(title.lower()))
    )


def _people(opened: Book, sheet: Sheet, age: int | None, sex: str) -> Iterator[Finding]:
    """Codes that the classification keeps for other people: mothers, newborns, one sex, an age."""
    maternal = [code for code in sheet.codes if _maternal(code)]
    for code in sheet.codes:
        told = (
            _mother(opened, code, age, sex)
            or _newborn(opened, code, age, maternal)
            or _one_sex(opened, code, sex)
            or _one_age(opened, code, age)
        )
        if told is not None:
            message, rule = told
            yield Finding(
                "overcoded",
                code,
                message,
                rule.text,
                rule.source,
                next="Check the code, then the patient's data.",
                label="does not fit this patient",
            )


def _maternal(code: str) -> bool:
    return code.startswith("O") or code[:3] in ("Z33", "Z34", "Z37", "Z3A")


def _mother(opened: Book, code: str, age: int | None, sex: str) -> tuple[str, Rule] | None:
    if not _maternal(code) or opened.entry(code) is None:
        return None
    rule = guideline(opened, "I.C.15.a.2" if code.startswith("O") else "I.C.21.c.11")
    if sex == "M":
        return (
            f"{code} belongs to the record of a pregnant or delivered patient, and this patient is male.",
            rule,
        )
    if age == 0:
        return f"{code} belongs to the mother's record, and this patient is a newborn.", rule
    return None


def _newborn(opened: Book, code: str, age: int | None, maternal: Sequence[str]) -> tuple[str, Rule] | None:
    perinatal, birth = code.startswith("P"), code.startswith("Z38")
    if not (perinatal or birth) or opened.entry(code) is None:
        return None
    rule = guideline(opened, "I.C.16.a.1" if perinatal else "I.C.16.a.2")
    if maternal:
        return (
            f"{code} belongs to the baby's record, and {maternal[0]} to the mother's: they never stand on one claim.",
            rule,
        )
    if birth and age is not None and age > 0:
        return f"{code} is reported once, at birth, and this patient is {age}.", rule
    return None


def _one_sex(opened: Book, code: str, sex: str) -> tuple[str, Rule] | None:
    other = {"F": "male", "M": "female"}.get(sex)
    if other is None:
        return None
    for title in opened.lineage(code)[1:]:
        # "female" holds "male": the word must stand by itself.
        if re.search(rf"\b{other} (?:genital|pelvic) (?:organs|tract)\b", title, re.IGNORECASE):
            patient = "female" if sex == "F" else "male"
            rule = Rule(
                f"Tabular List, above {code}: “{title}”", f"ICD-10-CM Tabular List, FY{opened.edition}"
            )
            return (
                f"{code} stands under “{title}”, and the patient's recorded sex is {patient}. Make sure that both are right.",
                rule,
            )
    return None


def _one_age(opened: Book, code: str, age: int | None) -> tuple[str, Rule] | None:
    """Body mass index codes: the Tabular List itself divides them by age."""
    if age is None or not code.startswith("Z68"):
        return None
    group = "pediatric" if "pediatric" in opened.title(code) else "adult"
    for note in opened.notes(code, "note"):
        for line in note.lines:
            match = _AGES.search(line)
            if match and match[1].lower() == group:
                low, high = int(match[2]), int(match[3] or 200)
                if not low <= age <= high:
                    rule = Rule(
                        f"Tabular {note.node}, note: “{line}”",
                        f"ICD-10-CM Tabular List, {note.edition_label}",
                    )
                    return f"{code} is the {group} code, and this patient is {age}.", rule
    return None
