"""Checks of an answer against the record: what it does not support, what it holds besides, when it began."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chartpath.audit.asks import query_rule, waits
from chartpath.audit.forms import usable
from chartpath.audit.kin import alternatives, germ_held, halved, leaves_open
from chartpath.audit.model import Finding
from chartpath.audit.near import Near, near, side
from chartpath.audit.pairs import Case, cited
from chartpath.audit.quotes import in_note
from chartpath.audit.rules import Rule, guideline, tabular
from chartpath.items import IntegralSymptom, NotReportable

_NOTABLE = re.compile(r"[a-z]{5,}")
_COMMON = frozenset(
    {"acute", "chronic", "disease", "disorder", "encounter", "initial", "other", "unspecified"}
)
_PAST = re.compile(r"\bhistory of\b|\bacquired absence\b", re.IGNORECASE)
_SLIPS = ("wrong_laterality", "unspecified_laterality", "wrong_7th")
_EXEMPT = frozenset({"1", "E"})
_POA_WORDS = {
    "Y": "present on admission",
    "N": "not present on admission",
    "U": "documentation insufficient",
    "W": "clinically undetermined",
}


def check_extras(case: Case) -> Iterator[Finding]:
    """Why each code that the record does not support is wrong: the special class first, then `overcoded`."""
    symptoms = {one.code: one for one in case.key.integral_symptoms}
    for code in case.extra:
        relation = nearest_missing(case, code)
        if code in symptoms:
            yield _symptom(case, code, symptoms[code])
        tempting = not_reportable(case, code)
        if tempting is not None and tempting.kind == "uncertain" and not case.chart.inpatient:
            yield _uncertain(case, code, tempting)
        settled = waits(case, code) is None
        if settled and relation is not None and relation[1].kind in _SLIPS:
            yield _slightly_off(case, code, *relation)
        if usable(case.book, code) or (
            case.book.entry(code) is not None and not _stem_of_missing(case, code)
        ):
            yield _overcoded(case, code, tempting, relation)


def check_missing(case: Case) -> Iterator[Finding]:
    """`undercoded` for each required code that is absent."""
    for code in case.missing:
        leads = code == case.reference[0]
        phrases = case.evidence(code)
        where = (
            "Read that passage again: what did the clinician conclude there?"
            if phrases
            else "Read the conclusion of the note again, line by line."
        )
        rule = _rule_for_missing(case, code, leads)
        yield Finding(
            "undercoded",
            code,
            _reason_of(case) if leads else "Something that this record reports has no code on your list yet.",
            rule.text,
            rule.source,
            phrases,
            next=where,
        )


def _reason_of(case: Case) -> str:
    word = "admission" if case.chart.inpatient else "visit"
    return f"The reason for this {word} has no code on your list yet."


def _rule_for_missing(case: Case, code: str, leads: bool) -> Rule:
    """The guideline that the key cites for a missing code, else the one that asks for it in this setting."""
    first, other = ("II", "III") if case.chart.inpatient else ("IV.G", "IV.J")
    return cited(case, code) or guideline(case.book, first if leads else other)


def nearest_missing(case: Case, code: str) -> tuple[str, Near] | None:
    """The missing code that a submitted one comes nearest to, and how near; None when none is in its category."""
    best: tuple[str, Near] | None = None
    for wanted in case.missing:
        relation = near(case.book, code, wanted)
        if relation is not None and (best is None or relation.credit > best[1].credit):
            best = (wanted, relation)
    return best


def not_reportable(case: Case, code: str) -> NotReportable | None:
    """The phrase of the record that tempts to a code it does not support, or None."""
    bare = code.replace(".", "")
    for one in case.key.not_reportable:
        if any(prefix and bare.startswith(prefix.replace(".", "")) for prefix in one.codes):
            return one
    return None


def _stem_of_missing(case: Case, code: str) -> bool:
    return any(wanted.startswith(code) for wanted in case.missing)


def _symptom(case: Case, code: str, known: IntegralSymptom) -> Finding:
    named = known.integral_to in case.sheet.codes
    rule = (
        guideline(case.book, "I.B.5")
        if named
        else guideline(case.book, "I.B.5", "II.A" if case.chart.inpatient else "IV.D")
    )
    if named:
        why = f" {known.why.rstrip('.')}." if known.why else ""
        message = f"{code} is already explained by {known.integral_to} on your list: the one routinely comes with the other.{why}"
    else:
        message = f"{code} is a sign or symptom, and the clinician names the disease that brings it. The disease is reported, not the sign."
    return Finding(
        "symptom_integral",
        code,
        message,
        rule.text,
        rule.source,
        (known.phrase,) if known.phrase else (),
        next="For each symptom ask: does a diagnosis on this record routinely bring it?",
    )


def _uncertain(case: Case, code: str, phrase: NotReportable) -> Finding:
    rule = guideline(case.book, "IV.H")
    return Finding(
        "uncertain_dx_outpatient",
        code,
        f"{code} reports as a fact what the clinician only thinks possible. In an outpatient record no diagnosis is coded that is not confirmed.",
        rule.text,
        rule.source,
        (phrase.phrase,) if phrase.phrase else (),
        next="What was known for certain at the end of this visit? A sign, a symptom or a reason may be all there is.",
    )


def _slightly_off(case: Case, code: str, wanted: str, relation: Near) -> Finding:
    phrases = case.evidence(wanted)
    if relation.kind == "wrong_7th":
        return _wrong_seventh(case, code, phrases)
    rule = guideline(case.book, "I.B.13")
    if relation.kind == "wrong_laterality":
        mine, theirs = side(case.book.title(code)), side(case.book.title(wanted))
        message = f"{code} says {mine}; the record says {theirs}."
    else:
        message = f"{code} leaves the side open, and the record names it. “Unspecified” is for records that do not say."
    return Finding(
        relation.kind,
        code,
        message,
        rule.text,
        rule.source,
        phrases,
        next="Find the word for the side in the record, then the code of this family that says the same.",
    )


def _wrong_seventh(case: Case, code: str, phrases: tuple[str, ...]) -> Finding:
    meaning = case.book.store.seventh_characters(code[:-1], case.book.edition).get(code[-1:], "")
    notes = case.book.notes(code, "seventh_character")
    base = guideline(case.book, "I.C.19.a" if code[:1] in "ST" else "I.A.5")
    rule = Rule(f"{tabular(notes[0]).text}. {base.text}", tabular(notes[0]).source) if notes else base
    says = f": {code[-1:]} means “{meaning}”" if meaning else ""
    return Finding(
        "wrong_7th",
        code,
        f"{code} names the right condition with the wrong 7th character{says}, and that is not what this record describes.",
        rule.text,
        rule.source,
        phrases,
        next="Compare the meanings of the 7th characters with this record.",
    )


def _overcoded(
    case: Case, code: str, tempting: NotReportable | None, relation: tuple[str, Near] | None
) -> Finding:
    title = case.book.title(code)
    inpatient = case.chart.inpatient
    phrases: tuple[str, ...] = (tempting.phrase,) if tempting is not None and tempting.phrase else ()
    following = "Where is the conclusion written? Read the last section of the note again."
    label = ""
    rule = guideline(case.book, "III" if inpatient else "IV.J")
    right = [one for one in case.reference if one in case.sheet.codes]
    beside = next((one for one in right if alternatives(case.book, code, one)), None)
    vaguer = next((one for one in case.missing if leaves_open(case.book, code, one)), None)
    combination = halved(case.book, code, case.missing)
    held = germ_held(case.book, code, case.reference, case.sheet.codes)
    quoted = [phrase for phrase in case.line(code).evidence if in_note(phrase, case.chart.note)]
    waiting = waits(case, code)
    if waiting is not None:
        message = f"{code}, “{title}”, settles by itself what this record leaves open. Only the provider can do that."
        rule = query_rule(case, waiting)
        label = "must wait for the provider"
        phrases = ()
        following = "Ask with a query line, and report what is certain today."
    elif tempting is not None and tempting.kind == "ruled_out":
        message = f"{code}, “{title}”, was ruled out in this record. A question that was answered with no is not reported."
        rule = guideline(case.book, "III") if inpatient else guideline(case.book, "IV.H", "IV.J")
    elif tempting is not None and tempting.kind == "negated":
        message = f"{code}, “{title}”: the clinician turns it down."
    elif tempting is not None and tempting.kind == "history_vs_current":
        message = f"{code}, “{title}”: {_time_of(case, code)}."
        rule = guideline(case.book, "I.C.21.c.4")
        following = "Is the condition still there and treated, or is it over?"
    elif tempting is not None and tempting.kind == "uncertain" and not case.chart.hospital:
        message = f"{code}, “{title}”: the clinician thinks it possible and does not confirm it."
        # The rule for stays names hospitals only: at home and in a nursing home doubt is not coded either.
        rule = guideline(case.book, "II.H" if inpatient else "IV.H")
    elif combination is not None:
        message = (
            f"{code}, “{title}”, tells only half. A note in the book sends you to a code that holds both."
        )
        rule = tabular(*combination)
        label = "half of what one code tells"
        following = "Read the note at this code, and follow it."
    elif held is not None:
        message = (
            f"{held} already names the germ. A {code[:3]} code is for a disease whose own code does not."
            if held in case.sheet.codes
            else f"{code}: a germ needs no line of its own where one code holds the disease and its germ. This record calls for such a code."
        )
        rule = guideline(case.book, "I.B.9", "I.B.7")
        label = "not needed here"
        following = "Does the title of a code for the disease already say what caused it?"
    elif vaguer is not None:
        message = f"{code}, “{title}”, leaves open what this record tells."
        rule = guideline(case.book, "I.B.18")
        label = "not exact enough"
        phrases = phrases or case.evidence(vaguer)
        following = "The record is more exact than this code. What does it add: a cause, a site, a type?"
    elif relation is not None:
        message = f"{code} is in the right family, but “{title}” is not what this record describes."
        rule = guideline(case.book, "I.B.2")
        phrases = phrases or case.evidence(relation[0])
        following = "Compare the titles of this family word by word with the record."
    elif beside is not None:
        message = f"{code}, “{title}”, stands beside {beside} of the same family. This record describes one of them, not both."
        rule = guideline(case.book, "I.B.2")
        following = "Compare the two titles word by word with the record, and keep one."
    elif quoted:
        message = f"{code}: the words that you quote are in the record, but they do not say “{title}”."
    elif any(_akin(title, case.book.title(wanted)) for wanted in case.missing):
        message = f"{code}: the record names another condition than “{title}”."
        following = "What does the clinician call it? Look that name up, and read the titles under it."
    else:
        message = f"{code}: this record as it stands does not support “{title}”."
        if code.startswith("R") and inpatient:
            rule = guideline(case.book, "III", "III.B")
    return Finding("overcoded", code, message, rule.text, rule.source, phrases, next=following, label=label)


def _akin(title: str, wanted: str) -> bool:
    """Whether an "unspecified" title speaks of what the wanted one speaks of: they share a word that means something."""
    mine, yours = (
        {word for word in _NOTABLE.findall(one.lower()) if word not in _COMMON} for one in (title, wanted)
    )
    return "unspecified" in title.lower() and bool(mine & yours)


def _time_of(case: Case, code: str) -> str:
    """What a code says of past and present, against the record, as a clause."""
    if _PAST.search(case.book.title(code)):
        return "the code says that it is over and done; the record tells it otherwise"
    if any(one[:3] == code[:3] for one in case.reference):
        return "it was so once; the record says what holds now"
    return "the code says that it is there now; the record says that it is over"


def check_poa(case: Case) -> Iterator[Finding]:
    """`poa_error` for each indicator that was given and differs from the key; a missing one is a remark."""
    if not case.chart.inpatient:
        return
    rule = guideline(case.book, "Appendix I")
    for line in case.sheet.diagnoses:
        wanted = case.brief.by_code.get(line.code)
        if wanted is None or line.poa is None or not _differs(line.poa, wanted.poa):
            continue
        given = line.poa.upper()
        if wanted.poa is None:
            message = f"{line.code} needs no indicator: it is on the list of codes exempt from present-on-admission reporting."
        else:
            message = f"You mark {line.code} {given} ({_POA_WORDS.get(given, 'no known indicator')}). The record tells it differently."
        yield Finding(
            "poa_error",
            line.code,
            message,
            rule.text,
            rule.source,
            case.evidence(line.code),
            next="When was it first there: before the order to admit, or after? Read for words of time.",
        )


def _differs(given: str, wanted: str | None) -> bool:
    letter = given.strip().upper()
    if wanted is None:
        return bool(letter) and letter not in _EXEMPT
    return letter != wanted.upper()
