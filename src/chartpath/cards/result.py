"""The result of an answer: what is right, what is wrong and why, and the answer under its fold."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from chartpath.answers import QUERY_REASONS
from chartpath.audit import Finding
from chartpath.audit.payment import MsDrg
from chartpath.cards.evidence import evidence_html, key_phrases
from chartpath.cards.findings import finding_list, title
from chartpath.cards.frame import bullets, citation, code_title, fold, section
from chartpath.cards.record import record_html
from chartpath.cards.study import study_html
from chartpath.codesets import edition_for
from chartpath.items import KeyCode, Query
from chartpath.scoring import Graded

if TYPE_CHECKING:
    from chartpath.codesets.drg import Grouping


def result_html(graded: Graded, reveal: bool = False) -> str:
    """The feedback card of one answer. `reveal` opens the key: codes, reasons and evidence."""
    state = "right" if graded.right else "part" if graded.score > 0 else "wrong"
    head = f'<p style="margin:0 0 6px;font-size:17px;font-weight:600">{escape(headline(graded))}</p>'
    drg = graded.audit.ms_drg if graded.audit and not graded.answer.blank else None
    body = (
        head
        + _gates_html(graded)
        + _problems_html(graded)
        + _findings_html(graded, reveal)
        + _parts_html(graded, reveal)
    )
    body += _payment_html(drg)
    if graded.item.chart and graded.key.codes:
        record = record_html(graded.item.chart, key_phrases(graded.key))
        body += fold("The record, with the evidence marked", evidence_html(graded) + record, reveal)
    body += fold("The answer, and why", _key_html(graded, drg), reveal)
    if graded.key.lesson and not graded.right:
        body += f'<p style="margin:8px 0 0">{study_html(graded.key.lesson)}</p>'
    return section(state, f"Result for {graded.item.id}", body)


def result_text(graded: Graded, reveal: bool = False) -> str:
    """The feedback of one answer as plain text, without the key."""
    lines = [headline(graded), *(str(problem) for problem in graded.problems)]
    for finding in _shown(graded):
        lines.append(f"- {title(finding, reveal)}: {finding.message} [{finding.rule}]")
    return "\n".join(lines)


def headline(graded: Graded) -> str:
    """One line: whether it is right or how much of it, and whether the claim could go out."""
    worth = f"{graded.points:g} of {graded.item.points:g} {'point' if graded.item.points == 1 else 'points'}"
    if graded.answer.blank:
        return f"No answer yet · {worth}"
    if graded.audit is None:
        return " · ".join(filter(None, (_verdict(graded), worth)))
    metrics = graded.audit.metrics
    total = metrics.tp + metrics.fn
    gate = (
        "audit-ready"
        if graded.audit.audit_ready
        else "could be sent, not yet right"
        if graded.audit.claim_ready
        else "not ready to send"
    )
    if graded.right:
        gate = "audit-ready: nothing to change"
    return f"{metrics.tp} of {total} {'code' if total == 1 else 'codes'} · {gate} · {worth}"


def _verdict(graded: Graded) -> str:
    """The remark, led by the verdict where it only tells why: whoever listens hears first that it is not right."""
    answer, options = graded.answer, graded.item.options
    read = answer.value is not None and not (options and any(one not in options for one in answer.letters))
    if graded.score > 0 or not read:
        return graded.remark
    return f"Not right. {graded.remark.removeprefix('Not this term.').strip()}".strip()


def _gates_html(graded: Graded) -> str:
    """The two gates that every claim passes, in words: a payer's front end, then a reviewer."""
    if graded.audit is None or graded.answer.blank:
        return ""
    gates = (
        ("Claim-ready: nothing that a payer rejects", graded.audit.claim_ready),
        ("Audit-ready: nothing that a reviewer stops", graded.audit.audit_ready),
    )
    rows = "".join(f"<li>{name}: <b>{'passed' if passed else 'not yet'}</b></li>" for name, passed in gates)
    return f'<ul style="margin:0 0 6px;padding-left:20px">{rows}</ul>'


def _problems_html(graded: Graded) -> str:
    return bullets([str(problem) for problem in graded.problems])


def _shown(graded: Graded) -> list[Finding]:
    """What the learner reads: findings that do not merely follow from another, then remarks."""
    return [*graded.audit.told, *graded.audit.remarks] if graded.audit else []


def _findings_html(graded: Graded, reveal: bool) -> str:
    findings = [] if graded.answer.blank else _shown(graded)
    return finding_list(findings, reveal) if findings else ""


def _parts_html(graded: Graded, reveal: bool) -> str:
    if graded.audit is None or graded.answer.blank or graded.right:
        return ""
    rows = "".join(
        f"<tr><td style='text-align:left;padding:2px 14px 2px 0'>{escape(name)}</td>"
        f"<td style='text-align:right;padding:2px 0'>{earned:.1f} of {possible:.1f}</td></tr>"
        for name, (earned, possible) in graded.audit.parts.items()
    )
    table = f"<table style='border-collapse:collapse;margin:4px 0'><tbody>{rows}</tbody></table>"
    return fold(f"Where the score of {graded.score:.0f} of 100 comes from", table, reveal)


def _key_html(graded: Graded, drg: MsDrg | None) -> str:
    key, item = graded.key, graded.item
    body = ""
    if key.codes and item.chart:
        edition = edition_for(item.chart.encounter_date)
        rows = []
        for code in key.codes:
            quotes = "; ".join(f"“{escape(phrase)}”" for phrase in code.evidence)
            cited = "; ".join(citation(one) for one in code.citations)
            rows.append(
                f"<li style='margin:6px 0'><b>{escape(_as_reported(code))}</b> {escape(code_title(code.code, edition))}"
                + (f"<br>In the record: {quotes}" if quotes else "")
                + (f"<br>{escape(code.rationale)}" if code.rationale else "")
                + (f"<br><span style='color:#404040'><i>{escape(cited)}</i></span>" if cited else "")
                + "</li>"
            )
        body += f"<ol style='margin:4px 0;padding-left:22px'>{''.join(rows)}</ol>"
        body += "".join(_query_html(one) for one in key.queries)
        if key.optional:
            extra = "; ".join(f"{one.code} ({one.why})" if one.why else one.code for one in key.optional)
            body += f"<p style='margin:4px 0'>Neither asked for nor wrong: {escape(extra)}</p>"
        if drg and drg.right and (drg.given is None or drg.right.drg != drg.given.drg):
            body += _groups_html([("MS-DRG of this answer", _told(drg.right))], drg)
    elif key.answer is not None:
        body += f"<p style='margin:4px 0'><b>{escape(_plain_answer(graded))}</b></p>"
    if key.rationale:
        body += f"<p style='margin:4px 0'>{escape(key.rationale)}</p>"
    if key.citations:
        body += f"<p style='margin:4px 0;color:#404040'><i>{escape('; '.join(citation(one) for one in key.citations))}</i></p>"
    return body


def _query_html(query: Query) -> str:
    quotes = "; ".join(f"“{escape(phrase)}”" for phrase in query.evidence)
    return (
        f"<p style='margin:6px 0'><b>Query: {escape(query.reason)}</b> ({escape(QUERY_REASONS[query.reason])})"
        f"<br>In the record: {quotes}<br>{escape(query.why)}<br>Ask, for example: <q>{escape(query.ask)}</q></p>"
    )


def _as_reported(code: KeyCode) -> str:
    """A code with what belongs on its line: modifiers, units, the present-on-admission letter."""
    units = f" x{code.units}" if code.units else ""
    return "-".join((code.code, *code.modifiers)) + units + (f" {code.poa}" if code.poa else "")


def _payment_html(drg: MsDrg | None) -> str:
    """The MS-DRG of a stay as answered, and what it becomes with the right principal diagnosis first."""
    if drg is None:
        return ""
    if drg.given is None:
        return f"<p style='margin:8px 0 0;color:#404040'>{escape(drg.note)}</p>"
    rows = [("MS-DRG of your list", _told(drg.given))]
    if drg.reordered is not None:
        same = drg.reordered.drg is not None and drg.reordered.drg == drg.given.drg
        rows.append(
            ("With the right principal diagnosis first", "the same" if same else _told(drg.reordered))
        )
    return _groups_html(rows, drg)


def _told(group: Grouping) -> str:
    if not group.drg:
        return f"not given, because {group.reason}"
    return f"{group.drg} {group.title}, weight {group.weight}"


def _groups_html(rows: Sequence[tuple[str, str]], drg: MsDrg) -> str:
    lines = [f"<b>{escape(words)}</b>: {escape(told)}" for words, told in rows]
    remarks = [*([drg.note] if drg.note else []), f"{drg.given.label}." if drg.given else ""]
    small = f"<span style='color:#404040'>{escape(' '.join(remarks))}</span>"
    return f"<p style='margin:8px 0 0'>{'<br>'.join([*lines, small])}</p>"


def _plain_answer(graded: Graded) -> str:
    answer, item = graded.key.answer, graded.item
    if item.kind in ("choice", "choices", "order"):
        letters = [answer] if isinstance(answer, str) else list(answer)
        return "; ".join(f"{letter}  {item.options.get(str(letter), '')}".strip() for letter in letters)
    if item.kind == "match":
        return ", ".join(f"{left} {right}" for left, right in dict(answer).items())
    if item.kind == "number":
        return f"{answer:g} {item.unit_of_measure}".strip()
    return answer if isinstance(answer, str) else str(answer[0])
