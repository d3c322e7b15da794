"""What a class's answers say together: by learner and by record, with the commonest kind of error."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Sequence
from html import escape
from pathlib import Path

from attrs import frozen

from chartpath import items
from chartpath.answers import parse
from chartpath.grading import forms
from chartpath.grading.cells import counting_answers
from chartpath.grading.course import Course, write_whole
from chartpath.grading.row import GradeReport
from chartpath.scoring import Graded, grade


@frozen
class ItemSummary:
    """One item over the class. `mean` is 0-100 over those whose notebook could be read; `answered` of them typed something.

    `commonest` is the class of error that most answers showed, `count` how many did (0: none).
    """

    item: str
    title: str
    learners: int
    answered: int
    mean: float
    commonest: str
    count: int


@frozen
class ClassSummary:
    """The class on one unit: its report, and each item in the order of the notebooks."""

    report: GradeReport
    items: tuple[ItemSummary, ...]

    @property
    def mean(self) -> float:
        """Mean points over all learners, damaged and blank ones too; 0 for nobody."""
        rows = self.report.rows
        return sum(row.score for row in rows) / len(rows) if rows else 0.0


def summarize(report: GradeReport, course: Course) -> ClassSummary:
    """Score the answers of a graded class once more, item by item. Raises as scoring does when a key is missing."""
    scored: dict[str, list[Graded]] = {}
    form_of = forms.by_learner(course)
    for row in report.rows:
        for path in sorted((course.autograded / row.learner / report.unit).glob("*.ipynb")):
            cells = json.loads(path.read_bytes())["cells"]
            for cell in cells:
                cell["source"] = "".join(cell["source"])
            with forms.lending(form_of(row.learner)):
                for item_id, body in counting_answers(cells).items():
                    item = items.item(item_id)
                    scored.setdefault(item_id, []).append(
                        grade(item, items.key(item_id), parse(body, item.kind, item.systems))
                    )
    return ClassSummary(report, tuple(_item_summary(item_id, results) for item_id, results in scored.items()))


def _item_summary(item_id: str, results: Sequence[Graded]) -> ItemSummary:
    errors: Counter[str] = Counter()
    for result in results:
        if not result.answer.blank and not result.right:
            errors.update(
                {finding.kind for finding in result.audit.findings} if result.audit else {"wrong_answer"}
            )
    # Of equally common ones the first by name, so that the same class gives the same summary.
    kind, count = min(errors.items(), key=lambda pair: (-pair[1], pair[0])) if errors else ("", 0)
    item = results[0].item
    return ItemSummary(
        item=item_id,
        title=item.title or item.prompt,
        learners=len(results),
        answered=sum(not result.answer.blank for result in results),
        mean=sum(result.score for result in results) / len(results),
        commonest=kind,
        count=count,
    )


def summary_html(summary: ClassSummary) -> str:
    """The summary as a page that opens from a file."""
    report = summary.report
    most = max((row.max_score for row in report.rows), default=0.0)
    learners = [
        [
            row.learner,
            _outcome(row.status, row.seconds_late),
            f"{row.score:g} of {row.max_score:g}",
            " ".join([row.reason, *row.notes]).strip(),
        ]
        for row in report.rows
    ]
    records = [
        [one.title, one.item, f"{one.mean:.0f}", f"{one.answered} of {one.learners}", _error(one)]
        for one in summary.items
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Class summary: {escape(report.unit)}</title><style>"
        "body{font-family:system-ui,'Segoe UI',Arial,sans-serif;font-size:16px;line-height:1.45;color:#1a1a1a;max-width:64rem;margin:0 auto;padding:1.5rem 1rem}"
        "table{border-collapse:collapse;width:100%;margin:.5rem 0 2rem}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #c4c4c4}"
        ".wide{overflow-x:auto}td.number,th.number{text-align:right;white-space:nowrap}td:nth-child(2){white-space:nowrap}</style></head><body>\n"
        f"<h1>{escape(report.unit.replace('-', ' '))}</h1>\n"
        f"<p>{len(report.rows)} learners, {summary.mean:.1f} of {most:g} points on average; {len(report.late)} late, {len(report.damaged)} damaged. "
        f"Graded with the {escape(report.engine)} engine in {report.seconds:.0f} s.</p>\n"
        + _table("By record", ["Record", "Id", "Mean of 100", "Answered", "Commonest error"], records, {2, 3})
        + _table("By learner", ["Learner", "Outcome", "Points", "Remarks"], learners, {2})
        + "</body></html>\n"
    )


def summary_csv(summary: ClassSummary) -> str:
    """The table by record as CSV."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(
        ["item", "title", "learners", "answered", "mean_score", "commonest_error", "answers_with_it"]
    )
    for one in summary.items:
        table.writerow(
            [one.item, one.title, one.learners, one.answered, round(one.mean, 1), one.commonest, one.count]
        )
    return text.getvalue()


def write_summary(summary: ClassSummary, folder: Path, stem: str = "summary") -> Path:
    """Write `STEM.html` and `STEM.csv` into a folder; returns the page's path. Raises BadInput when the disk refuses."""
    write_whole(folder / f"{stem}.csv", summary_csv(summary))
    write_whole(folder / f"{stem}.html", summary_html(summary))
    return folder / f"{stem}.html"


def _outcome(status: str, seconds_late: float) -> str:
    late = f"{seconds_late / 3600:.1f} hours late" if seconds_late > 0 else ""
    return ", ".join(part for part in ("" if status == "late" else status, late) if part)


def _error(one: ItemSummary) -> str:
    return f"{one.commonest.replace('_', ' ')} ({one.count} answers)" if one.count else "none"


def _table(title: str, head: list[str], rows: list[list[str]], numbers: set[int]) -> str:
    def mark(place: int) -> str:
        return ' class="number"' if place in numbers else ""

    top = "".join(f'<th scope="col"{mark(i)}>{escape(name)}</th>' for i, name in enumerate(head))
    body = "".join(
        "<tr>" + "".join(f"<td{mark(i)}>{escape(cell)}</td>" for i, cell in enumerate(row)) + "</tr>\n"
        for row in rows
    )
    # On a narrow screen the table scrolls in its own box, by the arrow keys too, and the page stays put.
    box = f'<div class="wide" role="region" aria-label="{escape(title, quote=True)}" tabindex="0">'
    return f"<h2>{escape(title)}</h2>\n{box}<table><thead><tr>{top}</tr></thead><tbody>\n{body}</tbody></table></div>\n"
