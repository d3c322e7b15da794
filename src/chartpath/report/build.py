"""The report of a class on a unit: marks and answers in, numbers out. How they look is decided elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from attrs import Factory, evolve, frozen

from chartpath import items
from chartpath.cards.frame import code_title
from chartpath.codesets import edition_for
from chartpath.curriculum import objectives
from chartpath.errors import BadInput
from chartpath.grading import forms
from chartpath.grading.course import Course, check_unit, this_course
from chartpath.items import Item, Key
from chartpath.report.coding import Accuracy, Groups, Outcomes, Tally, groups_of
from chartpath.report.marks import Agreement, agreements, read_marks
from chartpath.report.read import Cell, ClassBook, Learner, answers, read_book
from chartpath.report.stats import cronbach, item_rest, mean, quantile, upper_lower, variance

FEW_LEARNERS = 10
"""Below so many learners no discrimination and no reliability is told: both would be chance."""
FEW_CASES = 5
"""Below so many codes, records or essays no share and no coefficient is told."""
ENOUGH = 0.7
"""Share of the points below which a learner is named as one who needs help with an objective."""
COMMONEST = 5
"""Errors told of each item."""


@frozen
class ItemRow:
    """One graded cell over the class. Shares are 0-1; None where there is too little to tell.

    `difficulty` is the mean share of the points, over all whose work could be read (a blank answer earns none);
    `item_rest` the corrected item-total correlation, `upper_lower` the index D of the upper and lower 27 %.
    """

    cell: str
    title: str
    points: float
    learners: int
    answered: int | None
    difficulty: float | None
    item_rest: float | None
    upper_lower: float | None
    remark: str = ""


@frozen
class ErrorRow:
    """One error of an item: its class, the code (or wrong answer) it concerns, and how many answers show it."""

    item: str
    title: str
    kind: str
    code: str
    words: str
    answers: int
    answered: int


@frozen
class LearnerRow:
    """One learner. `shares` holds a share (0-1, None: not known) for each of the report's goals."""

    learner: Learner
    points: float
    shares: tuple[float | None, ...] = ()
    errors: tuple[tuple[str, int], ...] = ()
    lessons: tuple[str, ...] = ()

    @property
    def weak(self) -> tuple[int, ...]:
        """Places of the goals that the learner is short of."""
        return tuple(place for place, share in enumerate(self.shares) if share is not None and share < ENOUGH)


@frozen
class Goal:
    """Objectives that the same graded items exercise: together they are one thing to be told."""

    ids: tuple[str, ...]
    text: str
    cells: tuple[str, ...]


@frozen
class Distribution:
    """Points of the class: mean, sample standard deviation and quartiles, in points."""

    mean: float
    deviation: float
    lowest: float
    quarter: float
    median: float
    three_quarters: float
    highest: float


@frozen
class Report:
    """All that is told of a class on a unit. `alpha` is Cronbach's; `withheld` says what is not told, and why."""

    book: ClassBook
    title: str
    distribution: Distribution
    alpha: float | None
    items: tuple[ItemRow, ...]
    errors: tuple[ErrorRow, ...]
    accuracy: tuple[Accuracy, ...]
    goals: tuple[Goal, ...]
    learners: tuple[LearnerRow, ...]
    agreements: tuple[Agreement, ...]
    read: int
    blank: int
    withheld: tuple[str, ...] = ()


@frozen
class _Seen:
    """What the answers of a class came to, added up while they were read."""

    tally: Tally
    errors: dict[str, Counter[tuple[str, str]]] = Factory(dict)
    answered: Counter[str] = Factory(Counter)
    own: dict[str, Counter[str]] = Factory(dict)
    lessons: dict[str, Counter[str]] = Factory(dict)


def make_report(unit: str, *, marks: Sequence[Path] = (), course: Course | None = None) -> Report:
    """The report of a graded unit.

    `marks` are files with other graders' marks (see `report.marks`). Raises BadInput when the unit is not released
    or not graded, a key is missing, or a file of marks holds something else.
    """
    course = course or this_course()
    book = read_book(check_unit(unit), course)
    with forms.lending(forms.first(course)):
        known = {cell.item: items.item(cell.item) for cell in book.cells if cell.item}
        keys = {name: items.key(name) for name in known}
    seen = _read_answers(book, course, known, keys)
    whole = [one for one in book.learners if not one.unread]
    if not whole:
        raise BadInput(f"No graded notebook of {unit} could be read. Run `chartpath grade {unit}` once more.")
    columns = {cell.name: [one.scores.get(cell.name) for one in whole] for cell in book.cells}
    complete = {name: _complete(column) for name, column in columns.items()}
    alpha = (
        cronbach([column for column in complete.values() if column]) if len(whole) >= FEW_LEARNERS else None
    )
    goals = _goals(book, known)
    rows = tuple(_item_row(cell, complete, seen, known, len(whole)) for cell in book.cells)
    agreed = agreements(read_marks(marks, book, course))
    answered = sum(seen.answered.values())
    report = Report(
        book,
        unit.replace("-", " "),
        _distribution([one.points for one in book.learners]),
        alpha,
        rows,
        _error_rows(seen, known),
        seen.tally.table(),
        goals,
        tuple(_learner_row(one, goals, book, seen) for one in book.learners),
        tuple(one for one in agreed if one.essays >= FEW_CASES),
        len(whole),
        len(whole) * len(known) - answered,
    )
    return evolve(report, withheld=_withheld(report, agreed, complete))


def _read_answers(
    book: ClassBook, course: Course, known: Mapping[str, Item], keys: Mapping[str, Key]
) -> _Seen:
    seen = _Seen(Tally())
    form_of = forms.by_learner(course)
    judges: dict[str, _Judge] = {}
    for learner, bodies in answers(book, course):
        form = form_of(learner.id)
        judge = judges.get(form.name if form else "")
        if judge is None:
            judge = _judge(known, keys, form)
            judges[form.name if form else ""] = judge
        own, lessons = (
            seen.own.setdefault(learner.id, Counter()),
            seen.lessons.setdefault(learner.id, Counter()),
        )
        for name in known:
            outcome = judge.outcomes.of(name, bodies.get(name, ""))
            seen.tally.add(judge.groups.get(name), outcome)
            if outcome.share < ENOUGH and keys[name].lesson:
                lessons[keys[name].lesson] += 1
            if outcome.blank:
                own["left blank"] += 1
                continue
            seen.answered[name] += 1
            seen.errors.setdefault(name, Counter()).update(set(outcome.errors))
            own.update({kind for kind, _ in outcome.errors})
    return seen


@frozen
class _Judge:
    """What tells the outcome of an answer, and the groups its codes count in: one for each form of a class."""

    outcomes: Outcomes
    groups: Mapping[str, Groups]


def _judge(known: Mapping[str, Item], keys: Mapping[str, Key], form: forms.Form | None) -> _Judge:
    own = {name: form.charts[name] for name in known if form and name in form.charts}
    own_keys = {name: form.keys[name] for name in own} if form else {}
    mine, mine_keys = {**known, **own}, {**keys, **own_keys}
    return _Judge(Outcomes(mine, mine_keys), groups_of(mine, mine_keys))


def _complete(column: Sequence[float | None]) -> list[float]:
    """The scores of a cell, when everybody has one; else nothing."""
    return [score for score in column if score is not None] if None not in column else []


def _item_row(
    cell: Cell, complete: Mapping[str, list[float]], seen: _Seen, known: Mapping[str, Item], learners: int
) -> ItemRow:
    item = known.get(cell.item)
    title = (item.title or item.prompt) if item else cell.name.replace("-", " ")
    answered = seen.answered[cell.item] if item else None
    scores = complete[cell.name]
    if not scores or cell.points <= 0:
        return ItemRow(
            cell.name, title, cell.points, learners, answered, None, None, None, "not all marked yet"
        )
    difficulty = mean(scores) / cell.points
    if learners < FEW_LEARNERS:
        return ItemRow(cell.name, title, cell.points, learners, answered, difficulty, None, None)
    totals = [sum(row) for row in zip(*(column for column in complete.values() if column), strict=True)]
    rest = item_rest(scores, totals) if sum(map(bool, complete.values())) > 1 else None
    apart = upper_lower(scores, cell.points, totals)
    return ItemRow(
        cell.name, title, cell.points, learners, answered, difficulty, rest, apart, _remark(difficulty, rest)
    )


def _remark(difficulty: float, rest: float | None) -> str:
    if rest is not None and rest < 0:
        return "those who do well elsewhere do worse here: look at its key and its words"
    if difficulty > 0.95:
        return "nearly everybody has it right"
    if rest is not None and rest < 0.15:
        return "tells little about who can code"
    return "hard" if difficulty < 0.3 else ""


def _error_rows(seen: _Seen, known: Mapping[str, Item]) -> tuple[ErrorRow, ...]:
    rows = []
    for name, item in known.items():
        # Of equally common ones the first by name, so that the same class gives the same report.
        found = sorted(seen.errors.get(name, Counter()).items(), key=lambda row: (-row[1], row[0]))
        for (kind, code), count in found[:COMMONEST]:
            words = _words(item, code)
            rows.append(
                ErrorRow(name, item.title or item.prompt, kind, code, words, count, seen.answered[name])
            )
    return tuple(rows)


def _words(item: Item, code: str) -> str:
    """The titles of the codes that an error is about; what an option says, for another kind of item."""
    if item.chart is None:
        return item.options.get(code, "")
    edition = edition_for(item.chart.encounter_date)
    return "; ".join(code_title(one, edition) for one in code.split("|") if any(map(str.isdigit, one)))


def _goals(book: ClassBook, known: Mapping[str, Item]) -> tuple[Goal, ...]:
    """The objectives that graded items exercise; those with the same items are one."""
    cells = {cell.item: cell.name for cell in book.cells if cell.item}
    found: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for aim in objectives(list(known.values())):
        mine = tuple(cells[name] for name in known if name in aim.items)
        if mine:
            found.setdefault(mine, []).append((aim.id, aim.text))
    return tuple(
        Goal(tuple(name for name, _ in aims), " ".join(text for _, text in aims), mine)
        for mine, aims in found.items()
    )


def _learner_row(one: Learner, goals: Sequence[Goal], book: ClassBook, seen: _Seen) -> LearnerRow:
    points = {cell.name: cell.points for cell in book.cells}
    shares = []
    for goal in goals:
        given = [(one.scores.get(name), points[name]) for name in goal.cells]
        most = sum(most for score, most in given if score is not None)
        got = sum(score for score, _ in given if score is not None)
        shares.append(got / most if most and not one.unread else None)
    errors = sorted(seen.own.get(one.id, Counter()).items(), key=lambda row: (-row[1], row[0]))
    lessons = sorted(seen.lessons.get(one.id, Counter()).items(), key=lambda row: (-row[1], row[0]))
    return LearnerRow(one, one.points, tuple(shares), tuple(errors), tuple(name for name, _ in lessons[:3]))


def _distribution(points: Sequence[float]) -> Distribution:
    order = sorted(points)
    low, middle, high = (quantile(order, share) for share in (0.25, 0.5, 0.75))
    return Distribution(mean(order), variance(order) ** 0.5, order[0], low, middle, high, order[-1])


def _withheld(
    report: Report, agreed: Sequence[Agreement], complete: Mapping[str, list[float]]
) -> tuple[str, ...]:
    said = []
    if report.read < FEW_LEARNERS:
        said.append(
            f"Discrimination and reliability: {report.read} learners are fewer than {FEW_LEARNERS}, and either would be chance."
        )
    small = sum(
        0 < share.total < FEW_CASES for row in report.accuracy for share in (row.codes, row.records, row.drgs)
    )
    if small:
        said.append(
            f"{small} shares of fewer than {FEW_CASES} codes or records; their counts are in the tables."
        )
    waiting = [name for name, column in complete.items() if not column]
    if waiting:
        said.append(f"Difficulty of {', '.join(waiting)}: not everybody's is marked yet.")
    few = [one.cell for one in agreed if one.essays < FEW_CASES]
    if few:
        said.append(
            f"Agreement of graders on {', '.join(few)}: fewer than {FEW_CASES} essays with two marks."
        )
    unread = sum(bool(one.unread) for one in report.book.learners)
    if unread:
        said.append(
            f"{unread} {'learner' if unread == 1 else 'learners'} with a missing or damaged notebook: counted in the points, in nothing else."
        )
    return tuple(said)
