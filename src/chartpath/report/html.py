"""The report as one page: opens from a file, asks the web for nothing, prints, and can be read on a phone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from chartpath.cards.frame import citation
from chartpath.report.build import ENOUGH, FEW_CASES, FEW_LEARNERS, ErrorRow, LearnerRow, Report
from chartpath.report.coding import Accuracy
from chartpath.report.figures import bars, spots, whisker
from chartpath.report.stats import Share, quantile

SHOWN = 40
"""Learners named on the page; all of them are in learners.csv."""

_STYLE = """
body{font-family:system-ui,'Segoe UI',Arial,sans-serif;font-size:16px;line-height:1.5;color:#1a1a1a;background:#fff;max-width:66rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.6rem;line-height:1.25;margin:0}h2{font-size:1.25rem;margin:2.4rem 0 .3rem}h3{font-size:1.05rem;margin:1.4rem 0 .2rem}
p{margin:.3rem 0 .7rem;max-width:46rem}.lead{font-size:1.1rem}.told{border-left:6px solid #8a5a00;padding:.1rem 1rem;margin:1rem 0}
.told ul{margin:.3rem 0;padding-left:1.1rem}.wide{overflow-x:auto;margin:.6rem 0 1rem}
table{border-collapse:collapse;min-width:min(100%,24rem)}caption{text-align:left;font-weight:600;padding:.2rem 0}
th,td{text-align:left;vertical-align:top;padding:.3rem .7rem .3rem 0;border-bottom:1px solid #c4c4c4;font-weight:400}
thead th{font-weight:600;vertical-align:bottom}td.n,th.n{text-align:right}td.n{white-space:nowrap}tbody td:not(.n){min-width:6.5rem}td span{white-space:nowrap}
td svg{display:block;margin-top:.35rem}.figure{display:block;width:100%;max-width:34rem;height:auto;margin:.6rem 0}
.wide:focus-visible{outline:3px solid #0b4f9e;outline-offset:2px}
@media print{body{max-width:none;padding:0;font-size:10pt}.wide{overflow:visible}tr,figure,svg{break-inside:avoid}h2,h3,caption{break-after:avoid}}
"""


def page(report: Report) -> str:
    """The whole page as HTML. All text that comes from outside is escaped."""
    parts = (
        _head(report),
        _points(report),
        _time(report),
        _items(report),
        _errors(report),
        _accuracy(report),
        _help(report),
        _agreement(report),
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Class report: {escape(report.title)}</title><style>{_STYLE}</style></head>\n"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def _head(report: Report) -> str:
    spread = report.distribution
    told = "".join(f"<li>{escape(one)}</li>" for one in report.withheld)
    left = f'<div class="told" role="note"><p>Not told, or left out:</p><ul>{told}</ul></div>' if told else ""
    return (
        f"<h1>Class report: {escape(report.title)}</h1>"
        f'<p class="lead">{_many(len(report.learners), "learner")} handed in. The mean is {spread.mean:.1f} of {report.book.most:g} points; '
        f"half of the class lies between {spread.quarter:.1f} and {spread.three_quarters:.1f}.</p>"
        f"<p>It names learners: keep it where only those who teach the class can read it.</p>{left}"
    )


def _points(report: Report) -> str:
    spread, most = report.distribution, report.book.most
    counts = [0] * 10
    for row in report.learners:
        counts[min(9, max(0, int(10 * row.points / most)))] += 1 if most else 0
    labels = [f"{most * place / 10:g}" for place in range(10)]
    said = "Learners by points: " + ", ".join(
        f"{count} from {low} up" for count, low in zip(counts, labels, strict=True) if count
    )
    figures = [
        ("Mean", spread.mean),
        ("Standard deviation", spread.deviation),
        ("Lowest", spread.lowest),
        ("Lower quarter ends at", spread.quarter),
        ("Median", spread.median),
        ("Upper quarter begins at", spread.three_quarters),
        ("Highest", spread.highest),
    ]
    rows = [[escape(name), f"{value:.1f}"] for name, value in figures]
    if report.alpha is not None:
        rows.append(["Reliability (Cronbach's alpha, 1 is best)", f"{report.alpha:.2f}"])
    return _section(
        "How did the points fall?",
        bars(counts, labels, f"points of {most:g}, from each number up; above: learners", said)
        + _table(f"Points of {_many(len(report.learners), 'learner')}", ["", "Points"], rows, {1}),
    )


def _time(report: Report) -> str:
    early = sorted(one.learner.hours_early for one in report.learners if one.learner.hours_early is not None)
    minutes = sorted(one.learner.minutes for one in report.learners if one.learner.minutes is not None)
    words, rows = [], []
    if early:
        late = sum(hours < 0 for hours in early)
        words.append(f"{_many(late, 'learner')} handed in late.")
        rows.append(["Hours between handing in and the due time", *_quarters(early), str(len(early))])
    else:
        words.append("The unit has no due time, or nobody's time of handing in is known.")
    if minutes:
        rows.append(["Minutes at work, as JupyterLab noted them", *_quarters(minutes), str(len(minutes))])
        words.append(
            "Only the last run of each cell is noted, and gaps over 30 minutes count as breaks: true times are longer."
        )
    else:
        words.append(
            "Working time is not known: JupyterLab notes it only where its setting “Record timing” is on, and no notebook here has it."
        )
    head = ["", "Lower quarter", "Median", "Upper quarter", "Learners"]
    table = _table("Times; hours below 0 are late", head, rows, {1, 2, 3, 4}) if rows else ""
    return _section("What is known of time?", f"<p>{escape(' '.join(words))}</p>{table}")


def _quarters(values: Sequence[float]) -> list[str]:
    return [f"{quantile(values, share):.1f}" for share in (0.25, 0.5, 0.75)]


def _items(report: Report) -> str:
    placed = [
        (place, one.difficulty, one.item_rest)
        for place, one in enumerate(report.items, 1)
        if one.difficulty is not None and one.item_rest is not None
    ]
    said = "Each item by the share of its points that the class has, and by its item-rest correlation; the table below has the numbers"
    figure = spots(placed, said) if placed else ""
    rows = [
        [
            f"{place}. {escape(one.title)}",
            "–" if one.answered is None else f"{one.answered} of {one.learners}",
            _percent(one.difficulty),
            _signed(one.item_rest),
            _signed(one.upper_lower),
            escape(one.remark),
        ]
        for place, one in enumerate(report.items, 1)
    ]
    head = ["Item", "Answered", "Difficulty", "Item-rest", "Upper less lower", "Remark"]
    return _section(
        "Which items are hard, and which tell learners apart?",
        "<p>Difficulty is the share of an item's points that the class has: high means easy. Item-rest is the corrected item-total correlation, "
        "of an item with the points of all the others; upper less lower is the difference between the best 27 % of the class and the weakest 27 %. "
        f"A blank answer earns nothing. Both need {FEW_LEARNERS} learners.</p>"
        + figure
        + _table(f"Items, {_many(report.read, 'learner')}", head, rows, {1, 2, 3, 4}),
    )


def _errors(report: Report) -> str:
    rows = []
    last = ""
    for one in report.errors:
        rows.append([escape(one.title if one.item != last else ""), *_error(one)])
        last = one.item
    if not rows:
        return _section("What was miscoded?", "<p>No answer shows an error.</p>")
    head = ["Record or question", "Class of error", "Code or answer", "What it says", "Answers"]
    return _section(
        "What was miscoded?",
        "<p>The commonest errors of each record. Codes that an answer lacks are named too: this page gives keys away.</p>"
        + _table("Errors by record", head, rows, {4}),
    )


def _error(one: ErrorRow) -> list[str]:
    share = f"{one.answers} of {one.answered}"
    code = escape(one.code.replace("|", " and "))
    return [escape(one.kind.replace("_", " ")), code, escape(one.words), share]


def _accuracy(report: Report) -> str:
    if not report.accuracy:
        return ""
    words = (
        "<p>Three ways of counting, which give different figures: say which one you mean. <b>Codes</b>: right codes of the codes that the keys ask for "
        "(code-over-code). <b>Records</b>: records without any error (record-over-record). <b>MS-DRG</b>: hospital stays whose group is the key's "
        "(a teaching grouper, not that of CMS). Blank answers are left out "
        f"({_many(report.blank, 'blank answer')} here). Ranges are Wilson 95 % intervals; codes of one learner go together, so the truth is a little less sure than they say. "
        f"Shares of fewer than {FEW_CASES} cases are not told. A record counts in each chapter and section that one of its codes belongs to.</p>"
    )
    captions = {
        "all": "All records",
        "setting": "By setting",
        "chapter": "By chapter of the code",
        "section": "By guideline section that the key rests on",
    }
    body = "".join(
        _accuracy_table(caption, [row for row in report.accuracy if row.by == by])
        for by, caption in captions.items()
    )
    return _section("How accurate is the coding?", words + body)


def _accuracy_table(caption: str, rows: Sequence[Accuracy]) -> str:
    stays = any(row.drgs.total for row in rows)
    head = ["", "Codes right", "", "Records right", "", *(["MS-DRG right", ""] if stays else [])]
    cells = []
    for row in rows:
        name = citation(row.group).removeprefix("Guideline ") if row.by == "section" else row.group
        line = [escape(name)]
        for share in (row.codes, row.records, *([row.drgs] if stays else [])):
            line += [_share(share), _range(share)]
        cells.append(line)
    return _table(caption, head, cells, {1, 3, 5}) if rows else ""


def _share(share: Share) -> str:
    return f"{share.hits} of {share.total}" if share.total else "none"


def _range(share: Share) -> str:
    low, value, high = share.low, share.value, share.high
    if low is None or value is None or high is None:
        return ""
    if share.total < FEW_CASES:
        return "too few"
    return f"<span>{value:.0%} ({low:.0%} to {high:.0%})</span>{whisker(low, value, high)}"


def _help(report: Report) -> str:
    goals = [
        [
            escape(", ".join(goal.ids)),
            escape(goal.text),
            f"{sum(place in row.weak for row in report.learners)} of {sum(bool(row.shares) and row.shares[place] is not None for row in report.learners)}",
        ]
        for place, goal in enumerate(report.goals)
    ]
    table = (
        _table(
            f"Objectives: who has less than {ENOUGH:.0%} of their points",
            ["Id", "A learner can", "Learners below"],
            goals,
            {2},
        )
        if goals
        else ""
    )
    together = "<p>Objectives that the same records exercise stand together: points cannot tell them apart. The classes of error can.</p>"
    needy = [one for one in report.learners if one.weak or one.learner.unread]
    needy.sort(key=lambda one: (one.points, one.learner.id))
    rows = [_needs(report, one) for one in needy[:SHOWN]]
    more = f"<p>{len(needy) - SHOWN} more are in learners.csv.</p>" if len(needy) > SHOWN else ""
    if not rows:
        return _section(
            "Who needs help with what?", f"<p>Nobody is below {ENOUGH:.0%} in any objective.</p>{table}"
        )
    head = ["Learner", "Points", "Objectives", "Errors (records that show them)", "Lessons to look at again"]
    return _section(
        "Who needs help with what?",
        together
        + table
        + _table(f"{_many(len(needy), 'learner')}, lowest points first", head, rows, {1})
        + more,
    )


def _needs(report: Report, one: LearnerRow) -> list[str]:
    if one.learner.unread:
        names = ", ".join(f"{stem}.ipynb" for stem in one.learner.unread)
        return [
            escape(one.learner.id),
            f"{one.points:g}",
            escape(f"{names} is missing or damaged: ask for it"),
            "",
            "",
        ]
    errors = ", ".join(f"{kind.replace('_', ' ')} {count}" for kind, count in one.errors[:5])
    goals = ", ".join(name for place in one.weak for name in report.goals[place].ids)
    lessons = "; ".join(name.replace("-", " ").replace("#", ": ") for name in one.lessons)
    return [escape(one.learner.id), f"{one.points:g}", escape(goals), escape(errors), escape(lessons)]


def _agreement(report: Report) -> str:
    if not report.agreements:
        return ""
    rows = [
        [
            escape(one.cell.replace("-", " ")),
            escape(", ".join(one.graders)),
            str(one.essays),
            _signed(one.alpha),
            _signed(one.kappa),
            f"{one.alike:.0%}",
            f"{one.apart:.1f}",
        ]
        for one in report.agreements
    ]
    head = ["Essay", "Graders", "Marked by two", "Alpha", "Kappa", "Same mark", "Points apart"]
    return _section(
        "Do the graders agree?",
        "<p>Alpha is Krippendorff's for interval scales: 1 is perfect, 0 is chance; he asks for 0.80, and 0.67 for tentative conclusions. "
        "Kappa is Cohen's with squared weights, where just two graders marked. Same mark: pairs of marks that are equal. Points apart: their mean distance.</p>"
        + _table("Agreement of graders", head, rows, {2, 3, 4, 5, 6}),
    )


def _section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{body}</section>\n"


def _table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]], numbers: set[int]) -> str:
    """A table whose cells are HTML already; it scrolls by itself where it is too wide."""

    def mark(place: int) -> str:
        return ' class="n"' if place in numbers else ""

    top = "".join(
        f'<th scope="col"{mark(place)}>{escape(name)}</th>' if name else "<td></td>"
        for place, name in enumerate(head)
    )
    body = "".join(
        "<tr>" + "".join(f"<td{mark(place)}>{cell}</td>" for place, cell in enumerate(row)) + "</tr>\n"
        for row in rows
    )
    return (
        f'<div class="wide" role="region" tabindex="0" aria-label="{escape(caption, quote=True)}"><table><caption>{escape(caption)}</caption>'
        f"<thead><tr>{top}</tr></thead><tbody>\n{body}</tbody></table></div>"
    )


def _many(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number:,} {thing}s"


def _percent(share: float | None) -> str:
    return "not told" if share is None else f"{share:.0%}"


def _signed(value: float | None) -> str:
    return "not told" if value is None else f"{value:.2f}".replace("-", "−")
