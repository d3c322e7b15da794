"""The report as CSV files, whole: what the page shortens stands here in full."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from chartpath.report.build import FEW_CASES, Report
from chartpath.report.stats import Share

_SHARE = ("hits", "total", "share", "low", "high")


def tables(report: Report) -> dict[str, str]:
    """File name to text, one file for each part of the report."""
    return {
        "learners.csv": _learners(report),
        "items.csv": _items(report),
        "miscodings.csv": _errors(report),
        "accuracy.csv": _accuracy(report),
        "objectives.csv": _objectives(report),
        **({"agreement.csv": _agreement(report)} if report.agreements else {}),
    }


def _learners(report: Report) -> str:
    head = ["learner", "points", "of", "handed_in_utc", "hours_before_due", "minutes_noted", "not_read"]
    head += ["needs_help_with", "errors", "lessons"]
    return _text(
        head,
        (
            [
                row.learner.id,
                row.points,
                report.book.most,
                row.learner.handed_in or "",
                _number(row.learner.hours_early, 1),
                _number(row.learner.minutes, 0),
                " ".join(row.learner.unread),
                " ".join(name for place in row.weak for name in report.goals[place].ids),
                "; ".join(f"{kind} {count}" for kind, count in row.errors),
                " ".join(row.lessons),
            ]
            for row in report.learners
        ),
    )


def _items(report: Report) -> str:
    head = [
        "cell",
        "title",
        "points",
        "learners",
        "answered",
        "difficulty",
        "item_rest",
        "upper_lower_27",
        "remark",
    ]
    return _text(
        head,
        (
            [
                row.cell,
                row.title,
                row.points,
                row.learners,
                "" if row.answered is None else row.answered,
                *(_number(one, 3) for one in (row.difficulty, row.item_rest, row.upper_lower)),
                row.remark,
            ]
            for row in report.items
        ),
    )


def _errors(report: Report) -> str:
    return _text(
        ["item", "title", "error_class", "code", "code_title", "answers_with_it", "answers"],
        (
            [one.item, one.title, one.kind, one.code, one.words, one.answers, one.answered]
            for one in report.errors
        ),
    )


def _accuracy(report: Report) -> str:
    ways = ("codes", "records", "drgs")
    return _text(
        ["by", "group", *(f"{way}_{part}" for way in ways for part in _SHARE)],
        (
            [row.by, row.group, *(cell for way in ways for cell in _share(getattr(row, way)))]
            for row in report.accuracy
        ),
    )


def _share(share: Share) -> list[Any]:
    """Counts always; the share and its Wilson interval from FEW_CASES cases on."""
    told = share.total >= FEW_CASES
    shares = (share.value, share.low, share.high) if told else (None, None, None)
    return [share.hits, share.total, *(_number(one, 4) for one in shares)]


def _objectives(report: Report) -> str:
    return _text(
        ["learner", "objectives", "share"],
        (
            [row.learner.id, " ".join(goal.ids), _number(share, 3)]
            for row in report.learners
            for goal, share in zip(report.goals, row.shares, strict=True)
        ),
    )


def _agreement(report: Report) -> str:
    head = ["cell", "graders", "essays", "krippendorff_alpha_interval", "cohen_kappa_squared_weights"]
    return _text(
        [*head, "pairs_alike", "points_apart"],
        (
            [
                one.cell,
                " ".join(one.graders),
                one.essays,
                *(_number(value, 3) for value in (one.alpha, one.kappa, one.alike, one.apart)),
            ]
            for one in report.agreements
        ),
    )


def _number(value: float | None, digits: int) -> float | str:
    return "" if value is None else round(value, digits)


def _text(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(head)
    table.writerows([_harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def _harmless(cell: Any) -> Any:
    """A spreadsheet runs text that begins like a formula; wrong answers and ids come from outside."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
