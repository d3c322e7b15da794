"""Progress: what a learner has done, how sure of it they can be, how it fits the exams, and what to do next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import quote

from attrs import frozen

from chartpath import items, learned, paths, recall, record
from chartpath.cards.frame import fold, section
from chartpath.examcards import source_line
from chartpath.learned import Domain, RowStanding, Share, UnitStanding

EXAMS = ("CPC", "CCA", "CCS")
WEEKS = 8
"""Weeks of the trend that are shown."""

ENOUGH_FOR_EXAM = 60  # items tried before a mock exam is proposed
_WEAK_FROM = 3  # tries before a competency is called weak
_FEWEST = 5  # tries before a domain counts in the readiness for an exam
_CELL = "text-align:left;vertical-align:top;padding:3px 14px 3px 0;font-weight:400"
_HEAD = _CELL.replace("400", "600")


@frozen
class Step:
    """Something to do next; `link` leads to a notebook of the course, empty where a line of code does it."""

    words: str
    link: str = ""
    code: str = ""


@frozen
class Progress:
    """A learner's standing, as `cp.progress()` shows it. `trouble` is one line where the record is damaged."""

    tried: Share
    steps: tuple[Step, ...]
    units: tuple[UnitStanding, ...]
    rows: tuple[RowStanding, ...]
    weeks: tuple[tuple[dt.date, Share], ...]
    readiness: tuple[tuple[str, tuple[tuple[Domain, Share], ...]], ...]
    trouble: str = ""

    def __repr__(self) -> str:
        return _text(self)

    def _repr_html_(self) -> str:
        return _html(self)


def progress(at: dt.datetime | None = None) -> Progress:
    """Your own progress, from the record on this computer. `at` is the time to judge by (aware; default now).

    Shares are of items answered fully right at the latest try; their ranges are Wilson 95 % intervals.
    """
    kept = record.read()
    tried = learned.tries(kept.events)
    now = learned.latest(tried)
    rows = learned.rows(now)
    units = learned.units(now)
    return Progress(
        learned.share(now.values()),
        tuple(_steps(tried, now, units, rows, at or record.now())),
        tuple(units),
        tuple(rows),
        tuple(learned.weeks(tried)[-WEEKS:]),
        tuple((exam, tuple(learned.readiness(exam, now))) for exam in EXAMS),
        kept.trouble,
    )


def _steps(
    tried: Sequence[record.Event],
    now: dict[str, record.Event],
    units: Iterable[UnitStanding],
    rows: Iterable[RowStanding],
    at: dt.datetime,
) -> list[Step]:
    """At most four things to do, the most useful first."""
    steps = []
    waiting = len(recall.due(recall.schedule(tried), at)) if tried else 0
    if waiting:
        cards = "1 card is" if waiting == 1 else f"{waiting} cards are"
        steps.append(Step(f"Review: {cards} due.", code="cp.review()"))
    touched = [one.unit for event in reversed(tried) if (one := learned.known(event.item))]
    by_name = {one.unit: one for one in units}
    order = [*dict.fromkeys(name for name in touched if name in by_name), *by_name]
    unit = next((by_name[name] for name in order if not by_name[name].done), None)
    if unit is not None:
        steps.append(_go_on(unit, now))
    weak = [one for one in rows if one.state == "begun" and one.share.tried >= _WEAK_FROM]
    weak = [one for one in weak if one.share.right < learned.MASTERED_SHARE * one.share.tried]
    if weak:
        steps.append(_look_again(min(weak, key=lambda one: (one.share.value or 0, one.row)), now))
    if len(now) >= ENOUGH_FOR_EXAM:
        steps.append(Step("Try a mock exam, half an hour long.", code='cp.exam("CCA", minutes=30)'))
    return steps


def _go_on(unit: UnitStanding, now: dict[str, record.Event]) -> Step:
    """The notebook with the first practice item of a unit that was not tried."""
    left = [one.id for one in learned.bank().values() if one.unit == unit.unit and one.id not in now]
    begun = "Go on with" if unit.share.tried else "Begin"
    words = f"{begun} {unit.title}: {len(left)} practice {'item' if len(left) == 1 else 'items'} to answer."
    books = sorted(
        (paths.notebooks() / unit.unit).glob("*.ipynb"),
        key=lambda book: (book.stem.startswith("practice"), book.name),  # a lesson comes before its practice
    )
    for book in books:
        text = book.read_text(encoding="utf-8")
        if any(f'"%%answer {name}\\n"' in text for name in left):
            return Step(words, link=f"../{unit.unit}/{book.name}")
    return Step(words)


def _look_again(row: RowStanding, now: dict[str, record.Event]) -> Step:
    """The lesson of an item that was not right in the weakest competency."""
    wrong = [
        one
        for name, event in sorted(now.items(), key=lambda pair: pair[1].at, reverse=True)
        if event.score < 100 and (one := learned.known(name)) and row.row in learned.rows_of(one)
    ]
    words = f"Look again at {row.competency}: {row.share.right} of {row.share.tried} right."
    if not wrong:
        return Step(words)
    one = wrong[0]
    stem = items.key(one.id).lesson.partition("#")[0]
    there = stem and (paths.notebooks() / one.unit / f"{stem}.ipynb").is_file()
    return Step(words, f"../{one.unit}/{stem}.ipynb" if there else "", f'cp.show("{one.id}")')


def _headline(shown: Progress) -> str:
    if not shown.tried.tried:
        return "Nothing answered yet. Your progress begins with the first practice item you answer."
    mastered = sum(one.state == "mastered" for one in shown.rows)
    done = sum(one.done for one in shown.units)
    items_told = "1 item" if shown.tried.tried == 1 else f"{shown.tried.tried} items"
    return (
        f"{items_told} answered, {shown.tried.right} of them right at the latest try. "
        f"{done} of {len(shown.units)} units done, {mastered} of {len(shown.rows)} competencies mastered."
    )


def _html(shown: Progress) -> str:
    body = f'<p style="margin:0 0 6px;font-size:17px;font-weight:600">Your progress</p><p style="margin:0 0 6px">{escape(_headline(shown))}</p>'
    if shown.trouble:
        body += f'<p style="margin:0 0 6px"><b>{escape(shown.trouble)}</b></p>'
    if shown.steps:
        body += '<p style="margin:8px 0 2px;font-weight:600">What to do next</p>'
        body += (
            f'<ol style="margin:0 0 6px">{"".join(f"<li>{_step_html(one)}</li>" for one in shown.steps)}</ol>'
        )
    if shown.tried.tried:
        body += _tables_html(shown)
    body += '<p style="margin:8px 0 0;color:#404040">This is kept on this computer only, and sent nowhere. <code style="background:#fafaf7;color:#1a1a1a">cp.review_export("my-progress.jsonl")</code> copies it.</p>'
    return section("plain", "Your progress", body)


def _tables_html(shown: Progress) -> str:
    """Units, trend, competencies and readiness; there is nothing to tell before the first answer."""
    body = ""
    units: list[tuple[str, ...]] = [
        (one.unit[:2] + " " + one.title, f"{one.share.tried} of {one.there}", str(one.share))
        for one in shown.units
    ]
    heads: tuple[str, ...] = ("Unit", "Practice items tried", "Right at the latest try, with 95% interval")
    body += fold("Units", _table("Units", heads, units), True)
    weeks = [(f"{monday:%B} {monday.day}, {monday.year}", str(share)) for monday, share in shown.weeks]
    if weeks:
        heads = ("Week that began on Monday", "Right at the first try, with 95% interval")
        body += fold("Accuracy week by week", _table("Accuracy week by week", heads, weeks), True)
    rows = [(str(one.row), one.competency, one.state, str(one.share)) for one in _sorted(shown.rows)]
    heads = ("Row", "Competency", "State", "Right at the latest try, with 95% interval")
    told = f"<p style='margin:2px 0'>{escape(_RULE)}</p>"
    body += fold("Mastery by blueprint row", told + _table("Mastery", heads, rows), False)
    for exam, lines in shown.readiness:
        table = [(one.label, one.told, _COVERED[one.covered], str(share)) for one, share in lines]
        heads = ("Domain", "Weight in the exam", "In this kit", "Right at the latest try, with 95% interval")
        told = f"<p style='margin:2px 0'>{escape(_readiness_line(exam, lines))}</p>"
        body += fold(f"Readiness for {exam}", told + _table(f"Readiness for {exam}", heads, table), False)
    return body


_RULE = (
    f"Mastered: {learned.MASTERED_ITEMS} items or more were tried (or all there are), and "
    f"{100 * learned.MASTERED_SHARE:.0f}% of them are right at the latest try."
)
_COVERED = {"yes": "yes", "part": "in part", "no": "no"}


def _readiness_line(exam: str, lines: Sequence[tuple[Domain, Share]]) -> str:
    """The share over the domains tried, weighed as the exam weighs them, and what it leaves out."""
    tried = [(one, share) for one, share in lines if share.tried >= _FEWEST]
    weight = sum(one.weight for one, _ in tried)
    source = source_line(tuple(one for one, _ in lines))
    if not tried:
        return f"Too little of {exam} is answered to say: {_FEWEST} answers in a domain at least. {source}"
    mean = sum(one.weight * (share.value or 0) for one, share in tried) / weight
    absent = sum(one.weight for one, _ in lines if one.covered == "no")
    left = f" {absent:g}% of the exam asks for CPT codes, which an open kit may not hold." if absent else ""
    return (
        f"Weighed as the exam weighs its domains, {100 * mean:.0f}% of what you answered is right; that speaks for the domains with "
        f"{_FEWEST} answers or more, {weight:g}% of the exam.{left} Practice is no forecast of a result. {source}"
    )


def _table(name: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col" style="{_HEAD}">{escape(one)}</th>' for one in heads)
    body = "".join(
        f'<tr><th scope="row" style="{_CELL}">{escape(row[0])}</th>'
        + "".join(f'<td style="{_CELL}">{escape(one)}</td>' for one in row[1:])
        + "</tr>"
        for row in rows
    )
    # A wide table scrolls in its own box, which the keyboard reaches, so that the page never does.
    return (
        f'<div style="overflow-x:auto" tabindex="0" role="group" aria-label="{escape(name, quote=True)}">'
        f'<table style="border-collapse:collapse"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _sorted(rows: Iterable[RowStanding]) -> list[RowStanding]:
    """Begun ones first: there is most to do."""
    order = {"begun": 0, "mastered": 1, "new": 2}
    return sorted(rows, key=lambda one: (order[one.state], one.row))


def _step_html(step: Step) -> str:
    told = escape(step.words)
    if step.link:
        stem = step.link.rsplit("/", 1)[-1].removesuffix(".ipynb").replace("-", " ").capitalize()
        told += f' <a href="{escape(quote(step.link))}" style="color:#0b4f9e">{escape(stem)}</a>'
    if step.code:
        told += f' <code style="background:#fafaf7;color:#1a1a1a">{escape(step.code)}</code>'
    return told


def _text(shown: Progress) -> str:
    lines = ["Your progress", _headline(shown)]
    lines += [shown.trouble] if shown.trouble else []
    if shown.steps:
        lines += ["", "What to do next"]
        lines += [
            f"{number}. {' '.join(filter(None, (one.words, one.link, one.code)))}"
            for number, one in enumerate(shown.steps, start=1)
        ]
    if not shown.tried.tried:
        return "\n".join(lines)
    lines += ["", "Units: practice items tried, right at the latest try (95% interval)"]
    lines += [
        f"  {one.unit[:2]} {one.title}: {one.share.tried} of {one.there} tried; {one.share}"
        for one in shown.units
    ]
    if shown.weeks:
        lines += ["", "Right at the first try, week by week"]
        lines += [f"  {monday.isoformat()}: {share}" for monday, share in shown.weeks]
    begun = [one for one in _sorted(shown.rows) if one.state != "new"]
    if begun:
        lines += ["", f"Competencies. {_RULE}"]
        lines += [f"  {one.row} {one.competency}: {one.state}; {one.share}" for one in begun]
    for exam, readiness in shown.readiness:
        lines += ["", f"Readiness for {exam}. {_readiness_line(exam, readiness)}"]
        lines += [
            f"  {one.label}, {one.told}, in this kit: {_COVERED[one.covered]}; {share}"
            for one, share in readiness
        ]
    return "\n".join(lines)
