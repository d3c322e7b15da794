"""A mock exam as a person reads it: the paper without widgets, and the report by domain."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from chartpath import cards, items, learned
from chartpath.cards.frame import section

if TYPE_CHECKING:
    from chartpath.learned import Domain
    from chartpath.mockexam import Exam, Report

_CELL = "text-align:left;vertical-align:top;padding:3px 14px 3px 0;font-weight:400"
_HEAD = _CELL.replace("400", "600")
_MOST_WRONG = 12


def about(exam: str) -> str:
    """What a paper of this exam can and cannot ask, and where its proportions come from."""
    every = learned.domains(exam)
    absent = sum(one.weight for one in every if one.covered == "no")
    told = f"Original questions of this kit in the proportions of the {exam} exam."
    if absent:
        names = ", ".join(one.name.partition(",")[0].lower() for one in every if one.covered == "no")
        told += f" Of 100 questions there, {absent:g} ask for CPT codes ({names}); an open kit may not hold them, so this paper is made of the rest."
    return f"{told} {source_line(every)}"


def heading(exam: str) -> str:
    """What stands over `about` while it is folded: the mark and the dates of weights that nobody confirmed."""
    dates = dict.fromkeys(one.as_of for one in learned.domains(exam) if not one.confirmed)
    return "About this exam" + (f" (weights unconfirmed, {' and '.join(dates)})" if dates else "")


def source_line(every: tuple[Domain, ...]) -> str:
    """Where the weights come from, with date and confidence, and whether the organization's own page confirms them."""
    told = []
    for name in dict.fromkeys(one.source for one in every):
        mine = [one for one in every if one.source == name]
        some = ", ".join(one.id for one in mine)
        who = "no public page, noted in" if name == "not confirmed" else f"{name},"
        which = "" if len(mine) == len(every) else f" for {some}"
        told.append(f"{who} {mine[0].as_of} (confidence {mine[0].confidence}){which}")
    open_ones = sum(not one.confirmed for one in every)
    which = "They are" if open_ones == len(every) else f"{open_ones} of them are"
    mark = f" {which} unconfirmed." if open_ones else ""
    return f"Weights as told by {'; '.join(told)}.{mark} Look at the organization's own page before you rely on them."


def paper_text(exam: Exam) -> str:
    """The paper as text: every question with the line that answers it, or the report once it is finished."""
    if exam.report is not None:
        return report_text(exam.report)
    count = len(exam.paper.ids)
    lines = [f"{exam.paper.exam} mock exam: {count} questions, seed {exam.paper.seed}, {time_line(exam)}."]
    lines += [
        about(exam.paper.exam),
        'To answer, begin a new cell with the line under a question. When you are done: cp.exam("'
        + exam.paper.exam
        + '").finish()',
        "",
    ]
    for number, item_id in enumerate(exam.paper.ids, start=1):
        mark = " (answered)" if item_id in exam.noted else ""
        lines += [
            f"Question {number} of {count}{mark}",
            cards.question_text(items.item(item_id)),
            f"%%answer {item_id}",
            "",
        ]
    return "\n".join(lines)


def time_line(exam: Exam) -> str:
    """How much time there is."""
    return "no time set" if exam.paper.minutes is None else f"{exam.paper.minutes:g} minutes in all"


def report_html(report: Report) -> str:
    """The report as a card."""
    paper = report.paper
    head = "".join(
        f'<th scope="col" style="{_HEAD}">{word}</th>'
        for word in ("Domain", "Right, with 95% interval", "Left open", "Weight in the exam")
    )
    rows = "".join(
        f'<tr><th scope="row" style="{_CELL}">{escape(one.domain.label)}{_short(report, one.domain)}</th>'
        f'<td style="{_CELL}">{one.share}</td><td style="{_CELL}">{one.open or "none"}</td>'
        f'<td style="{_CELL}">{escape(one.domain.told)}</td></tr>'
        for one in report.lines
    )
    body = (
        f'<p style="margin:0 0 6px;font-size:17px;font-weight:600">{escape(_headline(report))}</p>'
        f'<p style="margin:0 0 6px">{escape(_meaning(report))}</p>'
        f'<div style="overflow-x:auto" tabindex="0" role="group" aria-label="Report by domain"><table style="border-collapse:collapse"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )
    for told in _gaps(report):
        body += f'<p style="margin:6px 0 0">{escape(told)}</p>'
    if report.wrong:
        shown = "".join(
            f'<li><code style="background:#fafaf7;color:#1a1a1a">cp.show("{escape(one)}")</code></li>'
            for one in report.wrong[:_MOST_WRONG]
        )
        body += f'<p style="margin:8px 0 0">{escape(_again(report))}</p><ul style="margin:4px 0">{shown}</ul>'
    body += f'<p style="margin:8px 0 0;color:#404040">{escape(about(paper.exam))}</p>'
    return section("plain", f"Report of the {paper.exam} mock exam", body)


def report_text(report: Report) -> str:
    """The report as plain text."""
    lines = [_headline(report), _meaning(report), ""]
    for one in report.lines:
        left = f", {one.open} left open" if one.open else ""
        lines.append(
            f"{one.domain.label}: {one.share}{left}; weight in the exam {one.domain.told}{_short(report, one.domain)}"
        )
    lines += ["", *_gaps(report)]
    if report.wrong:
        lines += [_again(report), *(f'  cp.show("{one}")' for one in report.wrong[:_MOST_WRONG])]
    return "\n".join([*lines, about(report.paper.exam)])


def _headline(report: Report) -> str:
    minutes = max(1, round(report.seconds / 60))
    used = f"{minutes} {'minute' if minutes == 1 else 'minutes'}"
    return f"{report.paper.exam} mock exam: {report.total} right, in {used}"


def _meaning(report: Report) -> str:
    """What the figure can and cannot say."""
    mark = (
        f"The exam asks for {report.pass_mark} of its points. "
        if report.pass_mark.endswith("percent")
        else f"The exam is passed with {report.pass_mark}, which no count of right answers can be turned into. "
    )
    return (
        f"{mark}Seed {report.paper.seed} gives this paper again. The figures in parentheses are the range in which your true share "
        "probably lies. This is practice, no forecast."
    )


def _gaps(report: Report) -> list[str]:
    found = [f"{one.domain.label}: {one.domain.note}" for one in report.lines if one.domain.note]
    if report.left_out:
        names = ", ".join(one.name for one in report.left_out)
        found.append(f"Not asked at all: {names}. {report.left_out[0].note}")
    return found


def _short(report: Report, domain: Domain) -> str:
    """Says where the kit has fewer questions than the proportion asks for."""
    there = sum(name == domain.id for name, _ in report.paper.questions)
    wanted = report.paper.wanted.get(domain.id, there)
    return f" ({there} asked; its weight would be {wanted})" if there < wanted else ""


def _again(report: Report) -> str:
    more = len(report.wrong) - _MOST_WRONG
    told = "Look at these again" + (f", and {more} more" if more > 0 else "")
    return f"{told}. They come back in cp.review() as well, where you answered them:"
