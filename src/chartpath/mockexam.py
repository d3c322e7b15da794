"""A mock exam: original items in the proportions of CPC, CCA or CCS, timed or not, with a report by domain.

Questions are practice items and drills, never assessed ones, and never an exam's own. What an exam asks and the kit
may not hold (the text of CPT above all) is said on the paper and in the report. An exam survives a restart: it is
kept in the learner's record, and `cp.exam` with the same name goes on with it.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
import secrets
from collections.abc import Callable, Sequence

from attrs import frozen

from chartpath import answers, desk, items, learned, paths, record, scoring, termdrills
from chartpath.errors import BadInput
from chartpath.items import Item
from chartpath.learned import Domain, Share
from chartpath.record import Event

QUESTIONS = 40
"""How many questions an untimed exam asks when nobody says."""

FEWEST, MOST = 5, 150
LONGEST = 480  # minutes
_DRILLS_EACH = 1
_GROUPS: dict[str, Callable[[Item], bool]] = {
    "inpatient": lambda item: item.chart is not None and item.chart.inpatient,
    "ed": lambda item: item.chart is not None and item.chart.setting == "ed",
    "outpatient": lambda item: (
        item.chart is not None and not item.chart.inpatient and item.chart.setting != "ed"
    ),
}


@frozen
class Paper:
    """An exam paper: the domain and the item of each question, and the questions a domain should have had."""

    exam: str
    seed: str
    questions: tuple[tuple[str, str], ...]
    wanted: dict[str, int]
    minutes: float | None

    @property
    def ids(self) -> tuple[str, ...]:
        """The items in order."""
        return tuple(item for _, item in self.questions)


@frozen
class Line:
    """A line of the report: a domain, how its questions went, and how many of them were left open."""

    domain: Domain
    share: Share
    open: int


@frozen
class Report:
    """The result of an exam: `total` over all questions, unanswered ones counted as not right."""

    paper: Paper
    lines: tuple[Line, ...]
    left_out: tuple[Domain, ...]
    total: Share
    wrong: tuple[str, ...]
    seconds: float
    pass_mark: str

    def __repr__(self) -> str:
        from chartpath.examcards import report_text

        return report_text(self)

    def _repr_html_(self) -> str:
        from chartpath.examcards import report_html

        return report_html(self)


class Exam:
    """A running exam. `note` keeps an answer without judging it, `finish` judges all of them."""

    def __init__(self, paper: Paper, begun: dt.datetime, noted: dict[str, str] | None = None) -> None:
        self.paper, self.begun = paper, begun
        self.noted = noted or {}
        self.report: Report | None = None
        self.trouble = ""

    @property
    def ends(self) -> dt.datetime | None:
        """When the time is up; None where nobody counts it."""
        if self.paper.minutes is None:
            return None
        return self.begun + dt.timedelta(minutes=self.paper.minutes)

    def over(self, now: dt.datetime | None = None) -> bool:
        """Whether no answer is taken any more."""
        late = self.ends is not None and (now or record.now()) >= self.ends
        return self.report is not None or late

    def note(self, item_id: str, body: str, now: dt.datetime | None = None) -> str:
        """Keep an answer, unjudged; one line that says so, or why it is not taken."""
        now = now or record.now()
        if self.over(now):
            return "The time is up: this answer is not taken. Finish the exam to see how it went."
        number = self.paper.ids.index(item_id) + 1
        body = body[: answers.MAX_CHARACTERS]  # what is read of an answer, and no more
        self.noted[item_id] = body
        facts = {"id": self.paper.seed, "exam": self.paper.exam, "item": item_id, "text": body}
        self.trouble = record.keep(Event(now, "exam-noted", facts=facts)) or self.trouble
        told = f"Question {number} of {len(self.paper.ids)}: noted. {len(self.noted)} answered so far."
        return f"{told} {self.trouble}".strip()

    def finish(self, now: dt.datetime | None = None) -> Report:
        """Judge every answer, keep the results in the record, and report by domain. A second call gives the same report."""
        if self.report is not None:
            return self.report
        now = now or record.now()
        desk.release(self.paper.ids)
        scores: dict[str, float] = {}
        for item_id, body in self.noted.items():
            item = learned.known(item_id)
            if item is not None:
                parsed = answers.parse(body, item.kind, item.systems)
                if not parsed.blank:
                    scores[item_id] = scoring.grade(item, items.key(item_id), parsed).score
        for item_id, score in scores.items():
            self.trouble = record.answered(item_id, score, self.noted[item_id], "exam", now) or self.trouble
        facts = {"id": self.paper.seed, "exam": self.paper.exam}
        record.keep(Event(now, "exam-ended", facts=facts))
        ends = min(now, self.ends) if self.ends else now
        self.report = _report(self.paper, scores, (ends - self.begun).total_seconds())
        return self.report

    def __repr__(self) -> str:
        from chartpath.examcards import paper_text

        return paper_text(self)

    def _ipython_display_(self) -> None:
        from chartpath.asking import ExamSheet

        ExamSheet(self)._ipython_display_()


def exam(
    name: str, minutes: float | None = None, questions: int | None = None, seed: int | str | None = None
) -> Exam:
    """Begin a mock exam, "CPC", "CCA" or "CCS", or go on with one that was not finished.

    `minutes` sets a time (up to 480); without `questions` as many are asked as the real exam would in that time, 40
    without a time. The same `seed` gives the same paper. Raises BadInput for a name, a time or a number out of range.
    """
    wanted = learned.domains(name)[0].exam
    _check(minutes, questions)
    going = None if seed is not None else unfinished(wanted)
    if going is not None and going.over():
        going.finish()  # its time ran out while nobody looked: its report, then a new one at the next call
        return going
    if going is None:
        count = questions or (_at_pace(wanted, minutes) if minutes else QUESTIONS)
        word = str(seed).strip().lower() if seed is not None else f"{secrets.randbelow(10**6):06d}"
        paper = compose(wanted, count, word, minutes)
        going = Exam(paper, record.now())
        going.trouble = record.keep(Event(going.begun, "exam-begun", facts=_facts(paper)))
    desk.hold(going.paper.ids, going.note)
    return going


def compose(name: str, questions: int, seed: str, minutes: float | None = None) -> Paper:
    """The paper that a seed decides, `questions` spread over the domains that the kit covers by their weights.

    A domain that has too few items gives what it has. Raises BadInput for an unknown exam.
    """
    covered = [one for one in learned.domains(name) if one.covered != "no"]
    wanted = apportion({one.id: one.weight for one in covered}, questions)
    rng = random.Random(f"exam-{name}-{seed}")  # noqa: S311 - a draw, no secret
    pool = [*learned.bank().values(), *_drills(seed)]
    used: set[str] = set()
    chosen: dict[str, list[str]] = {}
    # Where few items fit, they are drawn first, so that no domain with many takes them away.
    fitting = {one.id: [item for item in pool if learned.belongs(item, one)] for one in covered}
    for domain in sorted(covered, key=lambda one: (len(fitting[one.id]), one.id)):
        records = round(wanted[domain.id] * domain.charts / 100)
        picked = _records(domain, fitting[domain.id], records, used, rng)
        picked += _questions(domain, covered, fitting, wanted[domain.id] - len(picked), used, rng)
        chosen[domain.id] = picked
    asked = [(domain.id, item) for domain in covered for item in chosen[domain.id]]
    return Paper(learned.domains(name)[0].exam, seed, tuple(asked), wanted, minutes)


def apportion(weights: dict[str, float], total: int) -> dict[str, int]:
    """Whole numbers that add up to `total`, in the proportion of the weights (largest remainders; Hamilton's method)."""
    whole = sum(weights.values())
    exact = {name: total * weight / whole for name, weight in weights.items()}
    found = {name: int(value) for name, value in exact.items()}
    rest = sorted(weights, key=lambda name: (found[name] - exact[name], name))
    for name in rest[: total - sum(found.values())]:
        found[name] += 1
    return found


def unfinished(name: str) -> Exam | None:
    """The last exam of this name that was begun and not ended; None when there is none, or its items are gone."""
    open_one: Event | None = None
    noted: dict[str, str] = {}
    for event in record.read().events:
        if event.facts.get("exam") != name:
            continue
        if event.kind == "exam-begun":
            open_one, noted = event, {}
        elif open_one is not None and event.facts.get("id") == open_one.facts.get("id"):
            if event.kind == "exam-ended":
                open_one = None
            elif event.kind == "exam-noted":
                noted[str(event.facts.get("item"))] = str(event.facts.get("text", ""))
    if open_one is None:
        return None
    paper = _paper(name, open_one)
    if paper is None:
        return None
    return Exam(paper, open_one.at, {item: body for item, body in noted.items() if item in paper.ids})


def _paper(name: str, event: Event) -> Paper | None:
    """The paper that an event of the record holds; None where its items or domains are not here any more."""
    facts = event.facts
    try:
        asked = tuple((str(domain), str(item)) for domain, item in facts["questions"])
        wanted = {str(domain): int(number) for domain, number in facts["wanted"].items()}
        minutes = None if facts["minutes"] is None else float(facts["minutes"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    there = {one.id for one in learned.domains(name)}
    fits = bool(asked) and all(domain in there and learned.known(item) for domain, item in asked)
    return Paper(name, str(facts.get("id", "")), asked, wanted, minutes) if fits else None


def _facts(paper: Paper) -> dict[str, object]:
    asked = [list(pair) for pair in paper.questions]
    return {
        "id": paper.seed,
        "exam": paper.exam,
        "questions": asked,
        "wanted": paper.wanted,
        "minutes": paper.minutes,
    }


def _check(minutes: float | None, questions: int | None) -> None:
    timed = not isinstance(minutes, bool) and isinstance(minutes, int | float)
    if minutes is not None and not (timed and 0 < minutes <= LONGEST):
        raise BadInput(f"cp.exam: minutes is a number up to {LONGEST}, or left out; it is {minutes!r}.")
    counted = not isinstance(questions, bool) and isinstance(questions, int)
    if questions is not None and not (counted and FEWEST <= questions <= MOST):
        raise BadInput(
            f"cp.exam: questions is a whole number, {FEWEST} to {MOST}, or left out; it is {questions!r}."
        )


def form(name: str) -> dict[str, str]:
    """The credential's row of `datasets/careers/credentials.csv`: items, minutes, pass mark, source, date."""
    with (paths.datasets() / "careers" / "credentials.csv").open(encoding="utf-8", newline="") as stream:
        return next(row for row in csv.DictReader(stream) if row["credential"] == name)


def _at_pace(name: str, minutes: float) -> int:
    """How many questions the real exam asks in so many minutes."""
    row = form(name)
    pace = int(row["exam_items"]) / int(row["exam_minutes"])
    return max(FEWEST, min(MOST, round(minutes * pace)))


def _drills(seed: str) -> list[Item]:
    """Questions on terms made for this paper alone."""
    word = "".join(letter for letter in seed.lower() if letter.isalnum() and letter.isascii())[:20]
    made = [
        items.item(f"{items.DRILL}{kind}-exam{word}-{number}")
        for kind in termdrills.KINDS
        for number in range(1, _DRILLS_EACH + 1)
    ]
    return list({one.prompt: one for one in made}.values())  # a small table can be asked the same twice


def _records(
    domain: Domain, pool: Sequence[Item], count: int, used: set[str], rng: random.Random
) -> list[str]:
    """Records to code, the kinds of record in turn."""
    piles = []
    for group in domain.settings:
        pile = [one.id for one in pool if one.kind == "codes" and _GROUPS[group](one) and one.id not in used]
        rng.shuffle(pile)
        piles.append(pile)
    longest = max(map(len, piles), default=0)
    turns = [pile[place] for place in range(longest) for pile in piles if place < len(pile)]
    used.update(turns[:count])
    return turns[:count]


def _questions(
    domain: Domain,
    covered: Sequence[Domain],
    fitting: dict[str, list[Item]],
    count: int,
    used: set[str],
    rng: random.Random,
) -> list[str]:
    """Questions that are no records to code, those first that belong to the fewest other domains."""
    others = {one.id: {item.id for item in fitting[one.id]} for one in covered if one.id != domain.id}
    free = [one for one in fitting[domain.id] if one.kind != "codes" and one.id not in used]
    rng.shuffle(free)
    free.sort(key=lambda item: sum(item.id in there for there in others.values()))
    picked = [one.id for one in free[:count]]
    used.update(picked)
    return picked


def _report(paper: Paper, scores: dict[str, float], seconds: float) -> Report:
    every = learned.domains(paper.exam)
    lines = []
    for domain in every:
        mine = [item for name, item in paper.questions if name == domain.id]
        if mine:
            right = sum(scores.get(item, 0) >= 100 for item in mine)
            lines.append(Line(domain, Share(right, len(mine)), sum(item not in scores for item in mine)))
    total = Share(sum(one.share.right for one in lines), len(paper.ids))
    return Report(
        paper,
        tuple(lines),
        tuple(one for one in every if one.covered == "no"),
        total,
        tuple(item for item in paper.ids if scores.get(item, 0) < 100),
        seconds,
        form(paper.exam)["pass_mark"],
    )
