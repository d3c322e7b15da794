"""The claim scrubber: what the code books alone say about a list of codes. No key, no record.

Unacceptable principal diagnoses and codes for other ages are derived from the Tabular List and the guidelines
(`firsts`, `people`), not copied from an editor's list. Of the 10,533 FY2026 codes that CMS's own editor (version 43)
refuses as principal diagnosis they find 9,941; screening, contact, carrier and counseling codes are most of the
rest, since no sentence of the guidelines keeps those from the first place.
Only what holds for every record is reported: a note that begins "if applicable" is no reason to stop a claim.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from attrs import evolve

from chartpath.answers import Answer, CodeLine, parse
from chartpath.audit.book import Book, book
from chartpath.audit.firsts import ONLY_FIRST_SECTION, barred, manifestation_note, never_principal, only_first
from chartpath.audit.forms import check_forms, check_repeats, usable
from chartpath.audit.model import Finding
from chartpath.audit.pairs import asks_in_words, check_exclusions, override_remarks, waived
from chartpath.audit.people import check_people
from chartpath.audit.rules import Rule, guideline, tabular
from chartpath.audit.sheet import Given, Sheet, sheet_of
from chartpath.codesets import Note, Store, store
from chartpath.codesets.claimline import check_line
from chartpath.codesets.hcpcs import NAME
from chartpath.codesets.systems import SYSTEMS

# Words that make a code-first note depend on the record.
_HEDGED = re.compile(
    r"\b(?:if|any|such as|associated|see|complicating|following|due to|pre-existing|applicable)\b|^,",
    re.IGNORECASE,
)
_LEADS_WITH_PARTNER = re.compile(r"^(?:the |underlying |neoplasm)")
_PARTNER_IN_TITLE = re.compile(r"\b(?:in|due to|induced)\b", re.IGNORECASE)
_WORDS = re.compile(r"[a-z]{7,}")


def scrub(
    codes: Given,
    edition: str,
    age: int | None = None,
    sex: str | None = None,
    inpatient: bool = False,
    store: Store | None = None,
) -> list[Finding]:
    """Findings that need no key, each with its rule, in reading order; an empty list for a clean claim.

    `codes` is a parsed answer, or codes in claim order; `edition` is a fiscal year such as "2026"; `age` is in years (0 = under one year),
    `sex` F or M, both optional. Raises BadInput for an edition that the kit does not hold.
    """
    opened = book(edition, store)
    sheet = sheet_of(codes, opened)
    findings: dict[tuple[str, str], Finding] = {}
    for finding in _findings(opened, sheet, age, (sex or "").upper()[:1], inpatient):
        findings.setdefault((finding.kind, finding.code), finding)
    return list(findings.values())


def claim(text: str) -> Answer:
    """The lines of a claim typed or pasted without an item: codes of every set, one a line, dots optional.

    What has the shape of a HCPCS code and no modifier or units is read as the diagnosis without its dot, where there
    is one: claims are sent without dots.
    """
    answer = parse(text, "codes", SYSTEMS)
    return evolve(answer, lines=tuple(_undotted(line) for line in answer.lines))


def _undotted(line: CodeLine) -> CodeLine:
    dotted = f"{line.code[:3]}.{line.code[3:]}"
    if line.system != "hcpcs" or line.modifiers or line.units is not None or store().get(dotted) is None:
        return line
    return evolve(line, code=dotted, system="icd10cm")


def scrub_remarks(codes: Given, edition: str, store: Store | None = None) -> list[Finding]:
    """What is worth a word and no error: pairs reported together on the coder's word. `codes` as in `scrub`."""
    opened = book(edition, store)
    sheet = sheet_of(codes, opened)
    return list(override_remarks(opened, sheet.codes, sheet.overrides))


def _findings(opened: Book, sheet: Sheet, age: int | None, sex: str, inpatient: bool) -> Iterator[Finding]:
    yield from check_forms(opened, sheet)
    yield from check_exclusions(opened, sheet.codes, waived(sheet.overrides))
    yield from check_repeats(opened, sheet.repeated)
    yield from _first(opened, sheet, inpatient)
    yield from _only_first(opened, sheet)
    yield from _order(opened, sheet)
    yield from _partners(opened, sheet)
    yield from check_people(opened, sheet.codes, age, sex)
    yield from _service_lines(sheet)


def _first(opened: Book, sheet: Sheet, inpatient: bool) -> Iterator[Finding]:
    """`wrong_sequence` for a first code that no record can have first."""
    if not sheet.codes or not usable(opened, sheet.codes[0]):
        return
    code = sheet.codes[0]
    found = never_principal(opened, code) if inpatient else barred(opened, code)
    note = asks_in_words(opened, code) if found is None else None
    if note is not None:
        found = tabular(note), "a note that binds it puts another condition before it, in every record"
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


def _only_first(opened: Book, sheet: Sheet) -> Iterator[Finding]:
    """`wrong_sequence` for a code that may only lead, behind one that is none of its kind."""
    if not sheet.codes or only_first(sheet.codes[0]):
        return
    # I.C.21.c.13 wants a malignancy beside the removal of a healthy organ, and does not say which of the two leads.
    together = any(code.startswith("C") for code in sheet.codes)
    for code in sheet.codes[1:]:
        if code.startswith("Z40") and together:
            continue
        if only_first(code) and usable(opened, code):
            rule = guideline(opened, ONLY_FIRST_SECTION)
            yield Finding(
                "wrong_sequence",
                code,
                f"{code} says why the person came, and may only stand first. Behind another code it is right only where "
                "the records of several encounters of one day are one claim.",
                rule.text,
                rule.source,
                next="Was this the reason for the encounter? Then it leads. If not, does it belong here?",
            )


def _service_lines(sheet: Sheet) -> Iterator[Finding]:
    """What public data shows to be wrong with a HCPCS line: its modifiers and its units."""
    for line in sheet.procedures:
        if line.system != "hcpcs":
            continue
        for slip in check_line(line.code, line.modifiers, line.units):
            kind = (
                "wrong_units" if "units" in slip.kind else "wrong_modifier" if "modifier" in slip.kind else ""
            )
            if kind:
                yield Finding(
                    kind, line.code, f"{line.code}: {slip.message}", f"{NAME}: {slip.rule}", slip.source
                )


def _order(opened: Book, sheet: Sheet) -> Iterator[Finding]:
    """`wrong_sequence` for a code that stands before one that its own note puts first."""
    for place, code in enumerate(sheet.codes):
        for other in sheet.codes[place + 1 :]:
            note = opened.asks_before(code, other)
            if note is None or opened.asks_before(other, code) is not None:
                continue
            if any(note.matches(one) for one in sheet.codes[:place]):
                continue  # what the note asks for stands before it already
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
