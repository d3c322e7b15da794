"""Checks of codes against one another: exclusion, partners that a note asks for, order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from attrs import frozen

from chartpath.answers import CodeLine, Override
from chartpath.audit.book import Book
from chartpath.audit.brief import Accepted, Brief, too_early
from chartpath.audit.firsts import leads_by_rule
from chartpath.audit.model import Finding
from chartpath.audit.rules import Rule, guideline, sections_in, tabular
from chartpath.audit.sheet import Sheet
from chartpath.codesets import Note
from chartpath.items import Chart, Key

_ORDER = re.compile(r"sequenc|principal|first-listed|selection", re.IGNORECASE)
# Words that leave a note to the record: "any associated ...", "if applicable".
_CONDITIONAL = re.compile(r"\b(?:any|if)\b", re.IGNORECASE)
# Chapters whose codes are no condition that another code could rest on.
_CIRCUMSTANCES = tuple("VWXYZ")


@frozen
class Case:
    """One answer beside its record and key, with the comparison every check starts from.

    `accepted` is the accepted answer that this one is compared with, and `reference` its diagnosis codes; `missing`
    are those that are absent, `extra` the submitted diagnosis codes that no accepted answer and no optional code covers.
    """

    book: Book
    chart: Chart
    key: Key
    brief: Brief
    sheet: Sheet
    accepted: Accepted
    missing: tuple[str, ...]
    extra: tuple[str, ...]

    @property
    def reference(self) -> tuple[str, ...]:
        """The diagnosis codes of the accepted answer, in order."""
        return self.accepted.codes

    @property
    def first(self) -> str:
        """The first submitted code that is in the book at all, complete or not; empty when there is none.

        A line that is no code has no place in the order; it is told as what it is.
        """
        known = (
            code for code in self.sheet.codes if self.book.entry(code) is not None or self.book.stem(code)
        )
        return next(known, "")

    def evidence(self, code: str) -> tuple[str, ...]:
        """The phrases of the record that carry a code of the key; none for a code that is not in it."""
        return self.brief.evidence.get(code, ())

    def line(self, code: str) -> CodeLine:
        """The learner's line of a submitted code."""
        return self.sheet.by_code[code]


def check_exclusions(
    book: Book, codes: Sequence[str], excused: Sequence[frozenset[str]] = ()
) -> Iterator[Finding]:
    """`excludes1_conflict` for each pair that a note sets against each other.

    A pair inside one of the `excused` sets stands in an accepted answer: there the two conditions are known to
    be unrelated, which is the exception the guidelines make.
    """
    for pair in _exclusions(book, codes, excused):
        yield _conflict(book, [pair])


def merged_exclusions(
    book: Book, codes: Sequence[str], excused: Sequence[frozenset[str]] = ()
) -> Iterator[tuple[Finding, tuple[str, ...]]]:
    """Conflicts that rest on the same lines of one note, as one finding, with the pairs (`A|B`) that it stands for.

    Only where every code on the one side of the note excludes every code on the other can one sentence say it.
    """
    groups: dict[str, list[_Exclusion]] = {}
    for pair in _exclusions(book, codes, excused):
        groups.setdefault(pair.rule.text, []).append(pair)
    for group in groups.values():
        carriers, named = {one.carrier for one in group}, {one.named for one in group}
        if len(group) > 1 and len(group) == len(carriers) * len(named):
            yield _conflict(book, group), tuple(one.pair for one in group)


@frozen
class _Exclusion:
    """Two codes that exclude each other (`pair`, in the order typed), and the note: whom it binds, whom it names."""

    pair: str
    carrier: str
    named: str
    rule: Rule


def _exclusions(book: Book, codes: Sequence[str], excused: Sequence[frozenset[str]]) -> Iterator[_Exclusion]:
    for one, other in combinations(codes, 2):
        note = book.conflict(one, other)
        if note is None or any(one in accepted and other in accepted for accepted in excused):
            continue
        named = other if note.matches(other) else one
        carrier = one if named == other else other
        yield _Exclusion(f"{one}|{other}", carrier, named, tabular(note, named))


def _conflict(book: Book, group: Sequence[_Exclusion]) -> Finding:
    """The finding for one pair, or for several under the code of the first."""
    pair, rule = group[0].pair, group[0].rule
    carriers = list(dict.fromkeys(one.carrier for one in group))
    named = list(dict.fromkeys(one.named for one in group))
    note = f"note that binds {_series(carriers)} says “not coded here” of {_series(named)}."
    if len(group) == 1:
        message, two, which = (
            f"{pair.replace('|', ' and ')} exclude each other: the {note}",
            "two ",
            "the two",
        )
    else:
        message, two, which = f"The {note}", "", "them"
    exception = guideline(book, "I.A.12.a")
    return Finding(
        "excludes1_conflict",
        pair,
        f"{message} They may stand together only when the record shows that the {two}conditions have nothing to do with each other.",
        f"{rule.text}. {exception.text}",
        rule.source,
        next=f"Decide which of {which} the clinician describes. If you believe that both are true and unrelated, note why.",
    )


def waived(overrides: Sequence[Override]) -> list[frozenset[str]]:
    """The pairs that the answer reports together on the coder's word, as sets that are excused."""
    return [frozenset(one.codes) for one in overrides]


def override_remarks(book: Book, codes: Sequence[str], overrides: Sequence[Override]) -> Iterator[Finding]:
    """A remark for each override: the word given for it, or that there is nothing to override."""
    for one in overrides:
        first, second = one.codes
        note = book.conflict(first, second)
        exception = guideline(book, "I.A.12.a")
        if note is None or first not in codes or second not in codes:
            why = "no note sets them against each other" if note is None else "they are not both on your list"
            yield Finding(
                "needless_override",
                f"{first}|{second}",
                f"{first} and {second} need no override: {why}.",
                exception.text,
                exception.source,
                label="nothing to override",
            )
            continue
        rule = tabular(note, second if note.matches(second) else first)
        yield Finding(
            "excludes1_override",
            f"{first}|{second}",
            f"{first} and {second} are reported together on your word: “{one.reason}”. An auditor will read the reason.",
            f"{rule.text}. {exception.text}",
            rule.source,
            next="Does the record show that the two conditions have nothing to do with each other?",
            label="together on your word",
        )


def _series(codes: Sequence[str]) -> str:
    *most, last = codes
    return f"{', '.join(most)} and {last}" if most else last


def check_partners(case: Case) -> Iterator[Finding]:
    """`missing_code_first` and `missing_use_additional`: a note asks for a code that the record supports."""
    told: set[tuple[str, str]] = set()
    for finding in (*_code_first(case), *_use_additional(case)):
        if (finding.kind, finding.code) not in told:
            told.add((finding.kind, finding.code))
            yield finding


def _code_first(case: Case) -> Iterator[Finding]:
    submitted = case.sheet.codes
    for rule in case.key.sequence:
        if rule.requires and rule.after in submitted and rule.before in case.missing:
            note = case.book.asks_before(rule.after, rule.before)
            # Another code that the note names stands before it: whether the record supports that one is told there.
            place = submitted.index(rule.after)
            if note is not None and any(note.matches(one) for one in submitted[:place]):
                continue
            yield _no_etiology(
                case, rule.after, rule.before, _rule_of(case, note, rule.reason, rule.after, rule.before)
            )
    for code in submitted:
        # Where the key names the condition behind a code, and it is there, an open list ("such as") is answered.
        if any(rule.after == code and rule.before in submitted for rule in case.key.sequence):
            continue
        for wanted in case.missing:
            note = case.book.asks_before(code, wanted)
            if note is not None and not any(note.matches(one) for one in submitted):
                yield _no_etiology(case, code, wanted, tabular(note, wanted))
                break
        else:
            yield from _nothing_before(case, code)


def _nothing_before(case: Case, code: str) -> Iterator[Finding]:
    """A note that asks in words for what comes first, such as "underlying disease", on a list that has nothing for it.

    Which code answers such a note only the record can tell. So it must be a code of the key that never leads, with
    all that the key puts before it absent, and no other condition on the list that could be meant.
    """
    note = asks_in_words(case.book, code)
    if note is None or code not in case.reference or code in case.brief.firsts:
        return
    place = case.reference.index(code)
    earlier = [one for one in case.reference[:place] if not one.startswith(_CIRCUMSTANCES)]
    others = set(case.sheet.codes) - set(case.reference[place:])
    answered = any(
        note.matches(one) or (case.book.entry(one) is not None and not one.startswith(_CIRCUMSTANCES))
        for one in others
    )
    if earlier and not answered:
        yield _no_etiology(case, code, earlier[-1], tabular(note))


def asks_in_words(book: Book, code: str) -> Note | None:
    """The `code first` note of a code that holds in every record and leaves open which code answers it, or None."""
    for note in book.code_first(code):
        if (not note.refs or "such as" in note.text) and not _CONDITIONAL.search(note.lines[0]):
            return note
    return None


def _no_etiology(case: Case, code: str, wanted: str, rule: Rule) -> Finding:
    return Finding(
        "missing_code_first",
        code,
        f"{code} calls for another code before it. This record holds what that code needs, and it is not on your list.",
        rule.text,
        rule.source,
        case.evidence(wanted),
        next="Read the rule, and look in the record for what it asks for.",
    )


def _use_additional(case: Case) -> Iterator[Finding]:
    submitted = case.sheet.codes
    for rule in case.key.sequence:
        if rule.requires_after and rule.before in submitted and rule.after in case.missing:
            note = case.book.asks_after(rule.before, rule.after)
            stated = _rule_of(case, note, rule.reason, rule.after, rule.before)
            yield _no_partner(case, rule.before, rule.after, stated, note)
    for code in submitted:
        for wanted in case.missing:
            for note, ref in case.book.additional_refs(code, wanted):
                if not any(ref.matches(one) for one in submitted):
                    yield _no_partner(case, code, wanted, tabular(note, wanted), note)
                    break


def _no_partner(case: Case, carrier: str, wanted: str, rule: Rule, note: Note | None) -> Finding:
    return Finding(
        "missing_use_additional",
        wanted,
        f"{carrier} tells only part of it. {_where(note, carrier)} asks for an additional code, the record holds what that code needs, "
        "and it is not on your list.",
        rule.text,
        rule.source,
        case.evidence(wanted),
        next=f'Open cp.code("{carrier}") and read every note up to the chapter: they bind this code too.',
    )


def _where(note: Note | None, code: str) -> str:
    """A note, told by where it stands; a rule that is no note is only a rule."""
    if note is None:
        return "The rule"
    if note.node.isdigit():
        return "A note at the head of its chapter"
    return "A note at the code itself" if note.node == code else "A note above it"


def check_order(case: Case) -> Iterator[Finding]:
    """`wrong_sequence`: the wrong code leads although the right one is there, or a mandated pair is turned round."""
    submitted = case.sheet.codes
    told: set[str] = set()
    first = case.first
    if first and first not in case.brief.firsts and any(code in case.brief.firsts for code in submitted):
        told.add(first)
        yield _wrong_first(case, first)
    for pair in case.brief.pairs:
        if pair.after not in told and too_early(pair, submitted):
            told.add(pair.after)
            rule = _rule_of(case, pair.note, pair.reason, pair.after, *pair.before)
            later = " or ".join(one for one in pair.before if one in submitted)
            yield Finding(
                "wrong_sequence",
                pair.after,
                f"{pair.after} stands too early. The order of these codes is not free: it goes after {later}, further down your list.",
                rule.text,
                rule.source,
                case.evidence(pair.after),
                next=f"Read the rule, then move {pair.after} down.",
            )


def _wrong_first(case: Case, code: str) -> Finding:
    """The finding for a code that leads the list in another's place."""
    pair = next(
        (one for one in case.brief.pairs if one.after == code and too_early(one, case.sheet.codes)), None
    )
    right = next(one for one in case.sheet.codes if one in case.brief.firsts)
    general = guideline(case.book, "II" if case.chart.inpatient else "IV.G")
    rule = (
        (_stated_rule(case.book, pair.note, pair.reason, code, *pair.before) if pair else None)
        or leads_by_rule(case.book, right, code)
        or _in_words(case.book, code)
        or cited(case, right, about_order=True)
        or general
    )
    if rule.text.startswith("Tabular"):
        question = (
            "Read the note. Which code does it call the additional one?"
            if pair is not None and pair.note is not None and pair.note.kind == "use_additional"
            else "Read the note. What does it put first?"
        )
    elif rule != general:  # burns, poisoning, a screening: the section itself says what leads
        question = "Read that section. What does it put first?"
    elif case.chart.inpatient:
        question = "Which condition, after study, was chiefly responsible for this admission?"
    else:
        question = "What was chiefly responsible for the services of this visit?"
    place = "principal diagnosis" if case.chart.inpatient else "first-listed diagnosis"
    return Finding(
        "wrong_sequence",
        code,
        f"{code} leads your list, but it is not the {place} of this record. The code that belongs there is on your list, further down.",
        rule.text,
        rule.source,
        case.evidence(code),
        next=question,
    )


def cited(case: Case, code: str, about_order: bool = False) -> Rule | None:
    """A guideline section that the key cites for a code; a Tabular citation would name the code.

    With `about_order` only a section on selection or sequence counts; otherwise one on the condition is preferred
    to a general convention.
    """
    found = case.brief.by_code.get(code)
    numbers = [
        one
        for text in (found.citations if found else ())
        if "Tabular" not in text
        for one in sections_in(text)
    ]
    known = {
        number: section.title for number in numbers if (section := case.book.section(number)) is not None
    }
    if about_order:
        known = {
            number: title
            for number, title in known.items()
            if number[:2] in ("II", "IV") or _ORDER.search(title)
        }
    best = sorted(known, key=lambda number: number.startswith(("I.A", "I.B")))
    return guideline(case.book, best[0]) if best else None


def _rule_of(case: Case, note: Note | None, reason: str, after: str, *before: str) -> Rule:
    """The rule behind a pair: what is written about it, else what the codes are, else the convention."""
    stated = _stated_rule(case.book, note, reason, after, *before)
    if stated is not None:
        return stated
    known = next((rule for one in before if (rule := leads_by_rule(case.book, one, after))), None)
    rule = known or guideline(case.book, "I.A.13")
    return Rule(f"{rule.text} ({reason})", rule.source) if reason else rule


def _stated_rule(book: Book, note: Note | None, reason: str, after: str, *before: str) -> Rule | None:
    """The note that names a pair, the sections its reason names, or a note of either code that names no code."""
    if note is not None:
        return tabular(note, after, *before)
    sections = [one for one in sections_in(reason) if book.section(one) is not None]
    if sections:
        return guideline(book, *dict.fromkeys(sections))
    # Such as "code first underlying disease", "use additional code to identify infection", or an open list.
    notes = [*book.code_first(after), *(one for code in before for one in book.notes(code, "use_additional"))]
    unnamed = [one for one in notes if not one.refs or "such as" in one.text]
    return tabular(unnamed[0], after, *before) if unnamed else None


def _in_words(book: Book, code: str) -> Rule | None:
    note = asks_in_words(book, code)
    return tabular(note) if note is not None else None
