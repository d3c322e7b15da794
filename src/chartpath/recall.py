"""Review: what to ask again today, five minutes at a time, scheduled by FSRS from the learner's own record.

Cards are practice items and drills: terms, conventions, and whatever the learner got wrong. The state of a card is
no file of its own; it is worked out anew from every answer in the record, so it survives a crash, a second notebook
and a move to another computer. Source of the schedule: the `fsrs` package (FSRS 6, open-spaced-repetition, MIT).
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chartpath import answers, items, learned, record, scoring, termdrills
from chartpath.errors import BadInput
from chartpath.items import Item
from chartpath.record import Event
from chartpath.scoring import Graded

if TYPE_CHECKING:
    from fsrs import Card, Scheduler

STRANDS = ("Language of medicine", "Code sets")
"""Strands whose practice items are cards: terms, and the conventions of the code sets."""

NEW = 6
"""New cards in one session; what was seen before comes first."""

LONGEST = 60  # minutes of one session
_DRILLS_EACH = 6  # cards made from each kind of drill, always the same ones
_BEGIN_WITH = ("02-medical-terminology", "06-icd-10-cm-structure")
_HALF_RIGHT = 50


class Session:
    """One sitting: `ask()` gives the next item, `answer(body)` judges it, until the time is up or nothing is due."""

    def __init__(self, minutes: float, begun: dt.datetime | None = None) -> None:
        """`minutes` is how long new questions are asked for, from `begun` (default now)."""
        self.begun = begun or record.now()
        self.ends = self.begun + dt.timedelta(minutes=minutes)
        self.right = self.asked = 0
        self.item: Item | None = None
        self.trouble = ""
        kept = record.read()
        self.trouble = kept.trouble
        tried = learned.tries(kept.events)
        self._cards = schedule(tried)
        self._fresh = fresh(tried)[:NEW]
        self._last = ""

    def ask(self, now: dt.datetime | None = None) -> Item | None:
        """The item to ask: due ones first, those least likely to be known before others, then new ones; None at the end."""
        now = now or record.now()
        self.item = None
        if now < self.ends:
            ripe = due(self._cards, now)
            others = [name for name in ripe if name != self._last]
            self.item = learned.known(others[0]) if others else self._next_new()
            if self.item is None and (soon := self._soon()):
                self.item = learned.known(soon)
        return self.item

    def answer(self, body: str, now: dt.datetime | None = None) -> Graded:
        """Judge an answer to the item asked, keep it, and put its card where it belongs. Raises BadInput when none was asked."""
        if self.item is None:
            raise BadInput("Nothing is asked now. Run cp.review() for the next session.")
        now = now or record.now()
        item = self.item
        graded = scoring.grade(item, items.key(item.id), answers.parse(body, item.kind, item.systems))
        if not graded.answer.blank:
            event = Event(now, "answer", item.id, round(graded.score, 2), "review", record.digest(body))
            self.trouble = record.keep(event) or self.trouble
            self._cards[item.id] = _reviewed(self._cards.get(item.id), event)
            self.asked += 1
            self.right += graded.right
            self._last = item.id
        return graded

    @property
    def summary(self) -> str:
        """What was done, and when the next card is due."""
        told = "No card answered." if not self.asked else f"{self.right} of {self.asked} right."
        later = sorted(card.due for card in self._cards.values())
        if later:
            told += f" {_when(later[0], record.now())}"
        return f"{told} {self.trouble}".strip()

    def _next_new(self) -> Item | None:
        while self._fresh:
            item = learned.known(self._fresh.pop(0))
            if item is not None:
                return item
        return None

    def _soon(self) -> str:
        """A card of this session that comes back before its end: better early than not."""
        coming = [(card.due, name) for name, card in self._cards.items() if card.due < self.ends]
        return next((name for _, name in sorted(coming) if name != self._last), "")


def review(minutes: float = 5) -> Any:
    """A session of review, `minutes` long (up to 60): a card to answer by keyboard, or the question as text.

    Everything stays on this computer. Raises BadInput for minutes out of range.
    """
    if isinstance(minutes, bool) or not isinstance(minutes, int | float) or not 0 < minutes <= LONGEST:
        raise BadInput(f"cp.review: minutes is a number up to {LONGEST}; it is {minutes!r}.")
    from chartpath.asking import ReviewCard  # ipywidgets is imported when somebody reviews, not before

    return ReviewCard(Session(minutes))


def review_export(path: str | os.PathLike[str] = "my-progress.jsonl") -> Path:
    """Copy your progress to a file, to keep it or to take it to another computer. Raises BadInput as `record.export` does."""
    return record.export(path)


def review_import(path: str | os.PathLike[str]) -> str:
    """Add the progress of an exported file to what is here; nothing is lost, and nothing counts twice.

    Raises BadInput for a file that is no export.
    """
    new = record.take_in(path)
    return f"{new} new {'answer' if new == 1 else 'answers'} and marks added."


def schedule(tried: Iterable[Event]) -> dict[str, Card]:
    """The FSRS card of every item that is a card, from all its tries in order."""
    found: dict[str, Card] = {}
    for one in tried:
        if one.item in found or _becomes_card(one):
            found[one.item] = _reviewed(found.get(one.item), one)
    return found


def due(state: dict[str, Card], now: dt.datetime) -> list[str]:
    """Items due by now, the one least likely to be remembered first."""
    ripe = [(name, card) for name, card in state.items() if card.due <= now and learned.known(name)]
    plan = _scheduler()
    return [
        name
        for name, _ in sorted(
            ripe, key=lambda one: (plan.get_card_retrievability(one[1], now), one[1].due, one[0])
        )
    ]


def fresh(tried: Sequence[Event]) -> list[str]:
    """Terms and conventions not asked yet: of the units begun, one of each in turn, else of the first two."""
    seen = {one.item for one in tried}
    begun = {item.unit for one in tried if (item := learned.known(one.item))}
    wanted = [
        unit for unit, strand in learned.strands().items() if strand in STRANDS and unit in begun
    ] or _BEGIN_WITH
    piles = []
    for unit in wanted:
        pile = [one.id for one in learned.bank().values() if one.unit == unit and one.kind != "codes"]
        if unit == termdrills.UNIT:
            pile = [*_drills(), *pile]
        piles.append([name for name in pile if name not in seen])
    longest = max(map(len, piles), default=0)
    return [pile[place] for place in range(longest) for pile in piles if place < len(pile)]


@lru_cache(maxsize=1)
def _drills() -> tuple[str, ...]:
    """Ids of drills that serve as cards: each kind in turn, with a seed that never changes."""
    return tuple(
        f"{items.DRILL}{kind}-review-{number}"
        for number in range(1, _DRILLS_EACH + 1)
        for kind in termdrills.KINDS
    )


def _becomes_card(event: Event) -> bool:
    """Whether a try makes a card of its item: a term or a convention always, anything else when it was not right."""
    item = learned.known(event.item)
    if item is None:
        return False
    study = learned.strands().get(item.unit) in STRANDS and item.kind != "codes"
    return study or event.score < 100


def _reviewed(card: Card | None, event: Event) -> Card:
    """The card after one more try. Right is good, half right or a slip is hard, the rest is forgotten."""
    from fsrs import Card, Rating

    good = event.score >= 100
    rating = Rating.Good if good else Rating.Hard if event.score >= _HALF_RIGHT else Rating.Again
    at = event.at.astimezone(dt.UTC)
    card = card or Card(card_id=0, due=at)
    after: Card = _scheduler().review_card(card, rating, at)[0]
    return after


@lru_cache(maxsize=1)
def _scheduler() -> Scheduler:
    """Without fuzz: the same record must always give the same plan."""
    from fsrs import Scheduler

    return Scheduler(enable_fuzzing=False)


def _when(due_at: dt.datetime, now: dt.datetime) -> str:
    """When the next card comes back, in words."""
    left = due_at - now
    if left <= dt.timedelta(minutes=1):
        return "More is due: run cp.review() again when you like."
    if left < dt.timedelta(hours=1):
        minutes = round(left.total_seconds() / 60)
        return f"The next card is due in {minutes} {'minute' if minutes == 1 else 'minutes'}."
    if left < dt.timedelta(days=1):
        return "The next card is due later today or tomorrow."
    return f"The next card is due in {left.days} {'day' if left.days == 1 else 'days'}."
