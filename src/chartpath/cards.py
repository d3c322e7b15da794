"""What a person reads: a record, a result, a code, as clean static HTML and as plain text.

The same HTML stands in JupyterLab, in nbgrader's feedback and on paper, so it uses no script, no style sheet
and no widget: headings, lists and inline styles with contrast of 7:1 or more. Meaning never hangs on colour.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from chartpath.audit import Finding
from chartpath.codesets import store
from chartpath.items import Chart, Item
from chartpath.scoring import Graded

_CARD = (
    "font-family:system-ui,'Segoe UI',Arial,sans-serif;font-size:15px;line-height:1.5;color:#1a1a1a;background:#ffffff;"
    "border:1px solid #767676;border-left:6px solid {edge};border-radius:4px;padding:12px 16px;margin:6px 0;max-width:60em"
)
_NOTE = (
    "white-space:pre-wrap;word-break:normal;overflow-wrap:break-word;font-family:ui-monospace,Consolas,'DejaVu Sans Mono',monospace;"
    "font-size:13px;line-height:1.5;color:#1a1a1a;background:#fafaf7;border:0;margin:8px 0 0;padding:8px 10px"
)
_MARK = "background:#ffe9a8;color:#1a1a1a;border-bottom:2px solid #7a5c00;padding:0 1px"
_EDGES = {"right": "#1b6e3c", "part": "#8a5a00", "wrong": "#9b1c1c", "plain": "#2f4b7c"}
_SETTINGS = {
    "ed": "Emergency department",
    "office": "Office visit",
    "urgent_care": "Urgent care",
    "radiology": "Radiology report",
    "pathology": "Pathology report",
    "outpatient_surgery": "Outpatient surgery",
    "inpatient": "Inpatient stay",
    "prenatal_clinic": "Prenatal clinic",
    "infusion": "Infusion visit",
    "wound_clinic": "Wound clinic",
    "observation": "Observation stay",
}
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
}
# These findings carry a code that the learner has not typed: naming it would give the answer away.
_HIDDEN = frozenset({"undercoded", "missing_use_additional"})


def chart_html(chart: Chart, highlights: Iterable[str] = ()) -> str:
    """The record as HTML, every phrase of `highlights` marked where it occurs."""
    who = ", ".join(
        part for part in (_age(chart.age), {"F": "female", "M": "male"}.get(chart.sex or "", "")) if part
    )
    facts = " · ".join(
        part
        for part in (_SETTINGS.get(chart.setting, chart.setting), f"{chart.encounter_date:%m/%d/%Y}", who)
        if part
    )
    return (
        f'<section aria-label="Record: {escape(chart.title, quote=True)}" style="{_CARD.format(edge=_EDGES["plain"])}">'
        f'<p style="margin:0;font-weight:600">{escape(chart.title)}</p>'
        f'<p style="margin:0;color:#404040">{escape(facts)}</p>'
        f'<pre style="{_NOTE}">{_marked(chart.note, highlights)}</pre></section>'
    )


def chart_text(chart: Chart) -> str:
    """The record as plain text."""
    return f"{chart.title}\n{_SETTINGS.get(chart.setting, chart.setting)} · {chart.encounter_date:%m/%d/%Y}\n\n{chart.note}"


def question_html(item: Item) -> str:
    """A question with its options, and its record where it has one."""
    record = chart_html(item.chart) if item.chart else ""
    return record + _section(
        "plain", f"Question {item.id}", f"<p style='margin:0'>{escape(item.prompt)}</p>{_options(item)}"
    )


def question_text(item: Item) -> str:
    """A question as plain text."""
    lines = [item.prompt]
    lines += [f"  {letter}  {text}" for letter, text in {**item.targets, **item.options}.items()]
    return "\n".join(lines)


def result_html(graded: Graded, reveal: bool = False) -> str:
    """The feedback card of one answer. `reveal` opens the key: codes, reasons and evidence."""
    state = "right" if graded.right else "part" if graded.score > 0 else "wrong"
    head = f'<p style="margin:0 0 6px;font-size:17px;font-weight:600">{escape(headline(graded))}</p>'
    body = head + _problems_html(graded) + _findings_html(graded, reveal) + _parts_html(graded, reveal)
    if graded.item.chart and graded.key.codes:
        phrases = [phrase for code in graded.key.codes for phrase in code.evidence]
        body += _fold(
            "The record, with the evidence marked",
            f'<pre style="{_NOTE}">{_marked(graded.item.chart.note, phrases)}</pre>',
            reveal,
        )
    body += _fold("The answer, and why", _key_html(graded), reveal)
    if graded.key.lesson and not graded.right:
        body += f'<p style="margin:8px 0 0">{_study(graded.key.lesson)}</p>'
    return _section(state, f"Result for {graded.item.id}", body)


def result_text(graded: Graded, reveal: bool = False) -> str:
    """The feedback of one answer as plain text, without the key."""
    lines = [headline(graded), *(str(problem) for problem in graded.problems)]
    for finding in _shown(graded):
        lines.append(f"- {_title(finding, reveal)}: {finding.message} [{finding.rule}]")
    return "\n".join(lines)


def headline(graded: Graded) -> str:
    """One line: how much is right, and whether the claim could go out."""
    worth = f"{graded.points:g} of {graded.item.points:g} {'point' if graded.item.points == 1 else 'points'}"
    if graded.answer.blank:
        return f"No answer yet · {worth}"
    if graded.audit is None:
        return f"{graded.remark} · {worth}" if graded.remark else worth
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


def check_html(
    item: Item, problems: Sequence[str], findings: Sequence[Finding], codes: Sequence[str], edition: str
) -> str:
    """What can be said of an assessed answer without its key: the checks of a claim scrubber."""
    titles = "".join(f"<li>{escape(code)} {escape(_code_title(code, edition))}</li>" for code in codes)
    body = "<p style='margin:0 0 6px;font-weight:600'>Read. Press Ctrl+S (Cmd+S on a Mac) to save it; your instructor scores it.</p>"
    body += (
        f"<p style='margin:0'>You entered:</p><ol style='margin:2px 0 6px'>{titles}</ol>" if titles else ""
    )
    body += _list(problems)
    if findings:
        body += "<p style='margin:6px 0 2px'>What the code book alone says about it:</p>" + _finding_list(
            findings, True
        )
    elif codes:
        body += "<p style='margin:0'>Every code exists, is complete, and conflicts with no other. Whether they fit this record is for you to judge.</p>"
    return _section("part" if findings or problems else "plain", f"Check of {item.id}", body)


def check_text(item: Item, problems: Sequence[str], findings: Sequence[Finding]) -> str:
    """The same checks as plain text."""
    return "\n".join(
        [
            "Read. Save it with Ctrl+S; your instructor scores it.",
            *problems,
            *(f"- {_title(one, True)}: {one.message}" for one in findings),
        ]
    )


def blank_html(item: Item) -> str:
    """What an untouched answer cell says when it is run."""
    asks = {
        "codes": "Type your codes below the first line, one a line",
        "number": "Type your number below the first line",
    }
    return _section(
        "plain",
        f"{item.id}: no answer yet",
        f"<p style='margin:0'>{asks.get(item.kind, 'Type your answer below the first line')}, then press Shift+Enter.</p>",
    )


def _section(state: str, label: str, body: str) -> str:
    return f'<section aria-label="{escape(label, quote=True)}" style="{_CARD.format(edge=_EDGES[state])}">{body}</section>'


def _fold(title: str, body: str, opened: bool) -> str:
    if opened:
        return f'<p style="margin:10px 0 2px;font-weight:600">{escape(title)}</p>{body}'
    return f'<details style="margin-top:8px"><summary style="cursor:pointer;font-weight:600">{escape(title)}</summary>{body}</details>'


def _list(lines: Sequence[str]) -> str:
    return (
        "<ul style='margin:4px 0'>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"
        if lines
        else ""
    )


def _options(item: Item) -> str:
    rows = "".join(
        f"<li style='margin:2px 0'><b>{escape(letter)}</b>&nbsp; {escape(text)}</li>"
        for letter, text in {**item.targets, **item.options}.items()
    )
    return f"<ul style='list-style:none;padding-left:8px;margin:6px 0 0'>{rows}</ul>" if rows else ""


def _problems_html(graded: Graded) -> str:
    return _list([str(problem) for problem in graded.problems])


def _shown(graded: Graded) -> list[Finding]:
    """What the learner reads: findings that do not merely follow from another, then remarks."""
    return [*graded.audit.told, *graded.audit.remarks] if graded.audit else []


def _findings_html(graded: Graded, reveal: bool) -> str:
    findings = [] if graded.answer.blank else _shown(graded)
    return _finding_list(findings, reveal) if findings else ""


def _finding_list(findings: Sequence[Finding], reveal: bool) -> str:
    rows = []
    for finding in findings:
        row = f"<b>{escape(_title(finding, reveal))}.</b> {escape(finding.message)}"
        if finding.evidence:
            quotes = "; ".join(f"“{escape(phrase)}”" for phrase in finding.evidence)
            row += f" <span>In the record: {quotes}.</span>"
        if finding.rule:
            row += f"<br><span style='color:#404040'><i>Rule: {escape(finding.rule)}</i></span>"
        if finding.next:
            row += f"<br><span>{escape(finding.next)}</span>"
        rows.append(f"<li style='margin:6px 0'>{row}</li>")
    return f"<ul style='margin:4px 0;padding-left:20px'>{''.join(rows)}</ul>"


def _title(finding: Finding, reveal: bool) -> str:
    label = getattr(finding, "label", "") or _LABELS.get(finding.kind, finding.kind.replace("_", " "))
    if finding.kind in _HIDDEN:
        return f"{finding.code} is missing" if reveal else label[0].upper() + label[1:]
    code = finding.code.replace("|", " and ")
    return f"{code}: {label}" if code else label[0].upper() + label[1:]


def _parts_html(graded: Graded, reveal: bool) -> str:
    if graded.audit is None or graded.answer.blank or graded.right:
        return ""
    rows = "".join(
        f"<tr><td style='text-align:left;padding:2px 14px 2px 0'>{escape(name)}</td>"
        f"<td style='text-align:right;padding:2px 0'>{earned:.1f} of {possible:.1f}</td></tr>"
        for name, (earned, possible) in graded.audit.parts.items()
    )
    table = f"<table style='border-collapse:collapse;margin:4px 0'><tbody>{rows}</tbody></table>"
    return _fold(f"Where the score of {graded.score:.0f} of 100 comes from", table, reveal)


def _key_html(graded: Graded) -> str:
    key, item = graded.key, graded.item
    body = ""
    if key.codes and item.chart:
        from chartpath.codesets import edition_for

        edition = edition_for(item.chart.encounter_date)
        rows = []
        for code in key.codes:
            quotes = "; ".join(f"“{escape(phrase)}”" for phrase in code.evidence)
            cited = "; ".join(_citation(one) for one in code.citations)
            rows.append(
                f"<li style='margin:6px 0'><b>{escape(code.code)}</b> {escape(_code_title(code.code, edition))}"
                + (f"<br>In the record: {quotes}" if quotes else "")
                + (f"<br>{escape(code.rationale)}" if code.rationale else "")
                + (f"<br><span style='color:#404040'><i>{escape(cited)}</i></span>" if cited else "")
                + "</li>"
            )
        body += f"<ol style='margin:4px 0;padding-left:22px'>{''.join(rows)}</ol>"
        if key.optional:
            extra = "; ".join(f"{one.code} ({one.why})" if one.why else one.code for one in key.optional)
            body += f"<p style='margin:4px 0'>Neither asked for nor wrong: {escape(extra)}</p>"
    elif key.answer is not None:
        body += f"<p style='margin:4px 0'><b>{escape(_plain_answer(graded))}</b></p>"
    if key.rationale:
        body += f"<p style='margin:4px 0'>{escape(key.rationale)}</p>"
    if key.citations:
        body += f"<p style='margin:4px 0;color:#404040'><i>{escape('; '.join(_citation(one) for one in key.citations))}</i></p>"
    return body


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


def _citation(citation: str) -> str:
    """A guideline section with its title; a Tabular reference as it stands."""
    section = store().guideline(citation)
    return f"Guideline {section.section}, {section.title}" if section else citation


def _code_title(code: str, edition: str) -> str:
    found = store().get(code, edition)
    return found.title if found else "(not in the code set)"


def _study(lesson: str) -> str:
    stem, _, slug = lesson.partition("#")
    words = slug.replace("-", " ").capitalize() or stem.replace("-", " ").capitalize()
    heading = "-".join(word for word in slug.split("-"))
    # JupyterLab anchors a heading by its text with hyphens for blanks, capitals and question mark kept.
    anchor = f"#{heading[:1].upper()}{heading[1:]}%3F" if heading else ""
    return f'Study next: <a href="{escape(stem)}.ipynb{anchor}" style="color:#0b4f9e">{escape(words)}{"?" if slug else ""}</a>'


def _age(age: int | None) -> str:
    if age is None:
        return ""
    return f"{age} years" if age else "under 1 year"


def _marked(note: str, phrases: Iterable[str]) -> str:
    """The note escaped, every phrase wrapped in <mark>; overlapping phrases are merged."""
    spans: list[tuple[int, int]] = []
    for phrase in phrases:
        words = phrase.split()
        if words:
            pattern = r"\s+".join(re.escape(word) for word in words)
            spans += [match.span() for match in re.finditer(pattern, note, flags=re.IGNORECASE)]
    pieces, place = [], 0
    for start, end in sorted(spans):
        start = max(start, place)
        if end <= start:
            continue
        pieces += [escape(note[place:start]), f'<mark style="{_MARK}">{escape(note[start:end])}</mark>']
        place = end
    return "".join(pieces) + escape(note[place:])
