"""The audit: an answer held against a record and its key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chartpath.answers import CodeLine
from chartpath.audit.book import Book, book
from chartpath.audit.brief import Brief, brief
from chartpath.audit.forms import check_forms, check_repeats
from chartpath.audit.model import OVERCODING, STOPS_CLAIM, AuditResult, Finding, Metrics
from chartpath.audit.pairs import Case, check_exclusions, check_order, check_partners, merged_exclusions
from chartpath.audit.points import order_incomplete, points
from chartpath.audit.quotes import check_quotes
from chartpath.audit.record import check_extras, check_missing, check_poa, nearest_missing, not_reportable
from chartpath.audit.rules import guideline
from chartpath.audit.sheet import Sheet, as_lines
from chartpath.codesets import Store, edition_for
from chartpath.items import Chart, Key

READY = 0.95
"""Share of the required codes that an audit-ready answer holds: the industry's usual pass mark."""


def audit(codes: Sequence[CodeLine | str], chart: Chart, key: Key, store: Store | None = None) -> AuditResult:
    """Judge an answer: every error with its rule, the metrics, two gates and the score.

    `codes` are the lines of an answer in claim order (plain text codes are accepted). The edition is the one in
    force on the chart's encounter date. `key.miscodings` is never read. Raises BadInput when the kit does not
    hold that edition.
    """
    opened = book(edition_for(chart.encounter_date), store)
    asked = brief(key, opened)
    sheet = Sheet(as_lines(codes))
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
        and not kinds & OVERCODING
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
    )


def _case(opened: Book, chart: Chart, key: Key, asked: Brief, sheet: Sheet) -> Case:
    submitted = frozenset(sheet.codes)
    # An accepted list that stands on the answer in full is what the answer is compared with, best one with the
    # same code first; otherwise the key's own.
    complete = [codes for codes in asked.lists if submitted.issuperset(codes)]
    leading = [codes for codes in complete if codes[:1] == sheet.codes[:1]]
    reference = (leading or complete or [asked.required])[0]
    return Case(
        book=opened,
        chart=chart,
        key=key,
        brief=asked,
        sheet=sheet,
        reference=reference,
        missing=tuple(code for code in reference if code not in submitted),
        extra=tuple(code for code in sheet.codes if code not in asked.welcome),
    )


def _findings(case: Case) -> Iterator[Finding]:
    """Everything that is wrong, in the order in which it is read: what stops the claim comes first."""
    yield from check_forms(case.book, case.sheet)
    yield from check_exclusions(case.book, case.sheet.codes, _accepted(case))
    yield from check_order(case)
    yield from check_extras(case)
    yield from check_repeats(case.book, case.sheet.repeated)
    yield from _procedures(case)
    yield from check_partners(case)
    yield from check_missing(case)
    yield from check_poa(case)


def _accepted(case: Case) -> list[frozenset[str]]:
    """The accepted answers as sets, each with the optional codes."""
    return [frozenset(codes) | case.brief.optional for codes in case.brief.lists]


def _procedures(case: Case) -> Iterator[Finding]:
    """Procedure and supply codes against the key; a key without any leaves them unjudged."""
    wanted = case.brief.procedures
    if not wanted:
        return
    submitted = [line.code for line in case.sheet.procedures]
    rule = guideline(case.book, "III" if case.chart.inpatient else "IV")
    for code in dict.fromkeys(submitted):
        if code not in case.brief.welcome:
            message = f"{code}: the record does not describe this service."
            yield Finding(
                "overcoded",
                code,
                message,
                rule.text,
                rule.source,
                next="Read what was done, by whom, and with what.",
            )
    for code in wanted:
        if code not in submitted:
            message = "A procedure or supply that the record describes has no code on your list yet."
            yield Finding(
                "undercoded",
                code,
                message,
                rule.text,
                rule.source,
                case.evidence(code),
                next="Read what was done or given, and how much of it.",
            )


def _remarks(case: Case) -> tuple[Finding, ...]:
    """Notes beside the findings: quotations, missing POA letters, two accepted answers mixed."""
    remarks = list(check_quotes(case))
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
    wanted = {*case.reference, *case.brief.procedures}
    submitted = set(case.sheet.codes)
    if case.brief.procedures:
        submitted |= {line.code for line in case.sheet.procedures}
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
    for finding, pairs in merged_exclusions(case.book, case.sheet.codes, _accepted(case)):
        merged[finding.kind, finding.code] = finding
        needless |= {(finding.kind, pair) for pair in pairs[1:]}
    return merged, frozenset(needless)
