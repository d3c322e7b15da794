"""Findings as a list that a person reads, none of them giving the answer away."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from chartpath.audit import Finding

_LABELS = {
    "invalid": "there is no such code",
    "not_billable": "not complete",
    "missing_7th": "the 7th character is missing",
    "excludes1_conflict": "these two cannot stand together",
    "missing_code_first": "a code must come before it",
    "missing_use_additional": "the book asks for one more code",
    "wrong_sequence": "the order is not right",
    "unspecified_laterality": "the record names the side",
    "wrong_laterality": "the other side",
    "wrong_7th": "the 7th character does not fit",
    "symptom_integral": "already explained",
    "uncertain_dx_outpatient": "not confirmed in this record",
    "overcoded": "this record does not support it",
    "undercoded": "something reportable is missing",
    "poa_error": "present on admission",
    "missing_query": "a question to the provider is missing",
    "wrong_query": "the question has another reason",
    "wrong_modifier": "the modifiers are not right",
    "wrong_units": "the units are not right",
}
# These findings carry a code that the learner has not typed: naming it would give the answer away.
_HIDDEN = frozenset({"undercoded", "missing_use_additional", "missing_query"})


def finding_list(findings: Sequence[Finding], reveal: bool) -> str:
    """Findings with evidence, rule and next step; `reveal` lets the titles name codes that were not typed."""
    rows = []
    for finding in findings:
        row = f"<b>{escape(title(finding, reveal))}.</b> {escape(finding.message)}"
        if finding.evidence:
            quotes = "; ".join(f"“{escape(phrase)}”" for phrase in finding.evidence)
            row += f" <span>In the record: {quotes}.</span>"
        if finding.rule:
            row += _rule(finding.rule, reveal)
        if finding.next:
            row += f"<div>{escape(finding.next)}</div>"
        rows.append(f"<li style='margin:6px 0'>{row}</li>")
    return f"<ul style='margin:4px 0;padding-left:20px'>{''.join(rows)}</ul>"


def _rule(rule: str, reveal: bool) -> str:
    """The rule, under a fold of its own while the learner is still trying."""
    words = f"<span style='color:#404040'><i>Rule: {escape(rule)}</i></span>"
    if reveal:
        return f"<br>{words}"
    return f"<details style='margin:2px 0'><summary style='cursor:pointer'>Why: the rule</summary>{words}</details>"


def title(finding: Finding, reveal: bool) -> str:
    """The heading of a finding: the code it is about and what is wrong with it."""
    label = finding.label or _LABELS.get(finding.kind, finding.kind.replace("_", " "))
    if finding.kind == "wrong_query":
        return f"Query {finding.code}: {_LABELS[finding.kind]}"
    if finding.kind in _HIDDEN:
        if finding.kind == "missing_query" and reveal:
            return f"A query is missing: {finding.code.partition('-')[0]}"
        return f"{finding.code} is missing" if reveal else label[0].upper() + label[1:]
    code = finding.code.replace("|", " and ")
    return f"{code}: {label}" if code else label[0].upper() + label[1:]
