"""The audit: an answer held against a record and its key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chartpath.answers import CodeLine
from chartpath.audit.asks import check_queries, query_remarks
from chartpath.audit.book import Book, book
from chartpath.audit.brief import Accepted, Brief, brief
from chartpath.audit.forms import check_forms, check_repeats
from chartpath.audit.model import NOT_READY, STOPS_CLAIM, AuditResult, Finding, Metrics
from chartpath.audit.pairs import (
    Case,
    check_exclusions,
    check_order,
    check_partners,
    merged_exclusions,
    override_remarks,
    waived,
)
from chartpath.audit.payment import Stays, stay_of
from chartpath.audit.points import order_incomplete, points
from chartpath.audit.quotes import check_quotes
from chartpath.audit.record import check_extras, check_missing, check_poa, nearest_missing, not_reportable
from chartpath.audit.rules import guideline
from chartpath.audit.services import check_services, extra_services, nearest_service
from chartpath.audit.sheet import Given, Sheet, sheet_of
from chartpath.codesets import Store, edition_for
from chartpath.items import Chart, Key

READY = 0.95
"""Share of the required codes that an audit-ready answer holds: the industry's usual pass mark."""


def audit(codes: Given, chart: Chart, key: Key, store: Store | None = None) -> AuditResult:
    """Judge an answer: every error with its rule, the metrics, two gates and the score.

    `codes` is a parsed answer, or its code lines in claim order (plain text codes are accepted). The edition is the one in
    force on the chart's encounter date. `key.miscodings` is never read. Raises BadInput when the kit does not
    hold that edition.
    """
    opened = book(edition_for(chart.encounter_date), store)
    asked = brief(key, opened)
    sheet = sheet_of(codes, opened)
    case = _case(opened, chart, key, asked, sheet)
    findings = _unique(_findings(case))
    score, parts = points(case)
    metrics = _metrics(case)
    kinds = {one.kind for one in findings}
    claim_ready = bool(sheet.lines) and not kinds & STOPS_CLAIM
    audit_ready = (
        claim_ready
        and metrics.first_listed_correct
        and metrics.code_over_code >= READY
        and not kinds & NOT_READY
    )
    merged, implied = _merged(case)
    return AuditResult(
        findings,
        metrics,
        claim_ready,
        audit_ready,
        score,
        parts,
        _remarks(case),
        _implied(case, findings) | implied,
        merged,
        _stays(case, findings),
    )


def _stays(case: Case, findings: Sequence[Finding]) -> Stays | None:
    """The stay for the grouper: as answered, with the right principal diagnosis where another leads, and by the key."""
    given = stay_of(case.chart, case.sheet)
    if given is None:
        return None
    reordered = None
    if any(one.kind == "wrong_sequence" for one in findings) and case.sheet.codes[0] not in case.brief.firsts:
        leading = next((code for code in case.sheet.codes if code in case.brief.firsts), None)
        reordered = given.led_by(leading) if leading else None
    answer = [
        CodeLine(number, one.code, one.code, role=one.role, poa=one.poa)
        for number, one in enumerate((one for one in case.key.codes if one.required), start=1)
    ]
    right = stay_of(case.chart, Sheet(answer))
    return Stays(given, reordered, right) if right is not None else None


def _case(opened: Book, chart: Chart, key: Key, asked: Brief, sheet: Sheet) -> Case:
    submitted = frozenset(sheet.codes)
    # An accepted answer that stands on this one in full is what it is compared with, best one with the same
    # first code; otherwise the key's own.
    complete = [
        one
        for one in asked.lists
        if submitted.issuperset(one.codes) and all(code in sheet.services for code in one.done)
    ]
    leading = [one for one in complete if one.codes[:1] == sheet.codes[:1]]
    accepted = (leading or complete or [_closest(asked, sheet)])[0]
    return Case(
        book=opened,
        chart=chart,
        key=key,
        brief=asked,
        sheet=sheet,
        accepted=accepted,
        missing=tuple(code for code in accepted.codes if code not in submitted),
        extra=tuple(code for code in sheet.codes if code not in asked.welcome),
    )


def _closest(asked: Brief, sheet: Sheet) -> Accepted:
    """The key's own answer, or the one of the same diagnoses whose service codes are all there."""
    own = asked.lists[0]
    return next(
        (
            one
            for one in asked.lists
            if one.codes == own.codes and all(code in sheet.services for code in one.done)
        ),
        own,
    )


def _findings(case: Case) -> Iterator[Finding]:
    """Everything that is wrong, in the order in which it is read: what stops the claim comes first."""
    yield from check_forms(case.book, case.sheet)
    yield from check_exclusions(case.book, case.sheet.codes, _excused(case))
    yield from check_order(case)
    yield from check_extras(case)
    yield from check_repeats(case.book, case.sheet.repeated)
    yield from check_services(case)
    yield from check_partners(case)
    yield from check_missing(case)
    yield from check_poa(case)
    yield from check_queries(case)


def _excused(case: Case) -> list[frozenset[str]]:
    """Codes that may stand together: the accepted answers, each with the optional codes, and pairs overridden."""
    accepted = [frozenset(one.codes) | case.brief.optional for one in case.brief.lists]
    return accepted + waived(case.sheet.overrides)


def _remarks(case: Case) -> tuple[Finding, ...]:
    """Notes beside the findings: quotations, missing POA letters, two accepted answers mixed."""
    remarks = [
        *check_quotes(case),
        *query_remarks(case),
        *override_remarks(case.book, case.sheet.codes, case.sheet.overrides),
    ]
    if case.chart.inpatient and case.sheet.diagnoses:
        bare = [
            one
            for one in case.sheet.diagnoses
            if one.poa is None and (found := case.brief.by_code.get(one.code)) and found.poa
        ]
        if bare:
            rule = guideline(case.book, "Appendix I")
            many = "code has" if len(bare) == 1 else "codes have"
            message = (
                f"{len(bare)} {many} no present-on-admission letter: {', '.join(one.code for one in bare)}."
            )
            remarks.append(
                Finding(
                    "poa_missing",
                    bare[0].code,
                    message,
                    rule.text,
                    rule.source,
                    next="Put Y, N, U or W after the code.",
                )
            )
    stray = [
        code
        for code in case.sheet.codes
        if code in case.brief.welcome and code not in case.reference and code not in case.brief.optional
    ]
    if stray and not case.missing:
        message = f"{', '.join(stray)} belongs to another accepted answer, not beside this one."
        remarks.append(
            Finding("mixed_answers", stray[0], message, "One accepted answer at a time", "chartpath scoring")
        )
    if order_incomplete(case):
        message = "No code stands out of order. The part for mandated order counts a pair only when both of its codes are on your list."
        remarks.append(
            Finding(
                "order_incomplete",
                "",
                message,
                "A mandated pair counts when it is complete",
                "chartpath scoring",
                label="mandated order",
            )
        )
    return tuple(remarks)


def _metrics(case: Case) -> Metrics:
    """Code-level counts over the required diagnosis and procedure codes; codes that do not count are left out."""
    wanted = {*case.reference, *case.accepted.done}
    submitted = set(case.sheet.codes)
    if case.brief.services:
        submitted |= set(case.sheet.services)
    counted = submitted - (case.brief.optional - wanted)
    hits = len(wanted & counted)
    first = not case.brief.firsts or any(code in case.brief.firsts for code in case.sheet.codes[:1])
    return Metrics(tp=hits, fp=len(counted) - hits, fn=len(wanted) - hits, first_listed_correct=first)


def _unique(findings: Iterator[Finding]) -> tuple[Finding, ...]:
    """Each (class, code) once: the first to be found says it best."""
    seen: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        seen.setdefault((finding.kind, finding.code), finding)
    return tuple(seen.values())


def _implied(case: Case, findings: Sequence[Finding]) -> frozenset[tuple[str, str]]:
    """Findings that only follow from another one and need not be told as well."""
    own = {
        one.code
        for one in findings
        if one.kind not in ("overcoded", "undercoded", "wrong_sequence", "excludes1_conflict")
    }
    implied = {("overcoded", code) for code in case.extra if code in own}
    implied |= {("undercoded", code) for code in case.missing if code in own}
    for code in case.extra:
        relation = nearest_missing(case, code)
        if relation is not None:
            implied |= {("undercoded", relation[0]), ("missing_use_additional", relation[0])}
    for code in extra_services(case) if case.brief.services else ():
        nearly = nearest_service(case, code)
        if nearly is not None:
            implied.add(("undercoded", nearly))
        if code in own:
            implied.add(("overcoded", code))
    # An extra code that excludes a right one is told by their note, unless a phrase of the record says more of it.
    for one in findings:
        if one.kind == "excludes1_conflict":
            wrong = [code for code in one.code.split("|") if code in case.extra]
            if len(wrong) == 1 and not_reportable(case, wrong[0]) is None:
                implied.add(("overcoded", wrong[0]))
    return frozenset(implied & {(one.kind, one.code) for one in findings})


def _merged(case: Case) -> tuple[dict[tuple[str, str], Finding], frozenset[tuple[str, str]]]:
    """Exclusions as they are told: one finding for the pairs of one note, and the pairs that it makes needless."""
    merged: dict[tuple[str, str], Finding] = {}
    needless: set[tuple[str, str]] = set()
    for finding, pairs in merged_exclusions(case.book, case.sheet.codes, _excused(case)):
        merged[finding.kind, finding.code] = finding
        needless |= {(finding.kind, pair) for pair in pairs[1:]}
    return merged, frozenset(needless)
