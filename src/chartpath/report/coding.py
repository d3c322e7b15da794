"""What one answer says about coding: codes right and asked for, the record right or not, its MS-DRG, its errors.

The counts are those of the audit (`Metrics`); told apart by code, so that they can be added up by chapter and by
guideline section.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from attrs import frozen

from chartpath.answers import parse
from chartpath.audit.book import book
from chartpath.audit.brief import Accepted, brief, system_of
from chartpath.audit.sheet import Sheet, sheet_of
from chartpath.codesets import edition_for
from chartpath.encounters import SETTINGS
from chartpath.generate.stats import chapter, sections
from chartpath.items import Item, Key
from chartpath.report.stats import Share
from chartpath.scoring import Graded, grade

_KEPT = 20_000
"""Answers whose outcome is kept: a class types the same ones again and again."""

SYSTEMS = {"icd10pcs": "ICD-10-PCS", "hcpcs": "HCPCS Level II"}
BY = ("all", "setting", "chapter", "section")


@frozen
class Outcome:
    """One answer. `codes` maps each code asked for to whether it is there; `errors` are (class, code) pairs.

    `drg` is whether the stay groups as the key does; None where there is nothing to group.
    """

    blank: bool
    share: float
    codes: tuple[tuple[str, bool], ...] = ()
    errors: tuple[tuple[str, str], ...] = ()
    drg: bool | None = None
    typed: str = ""

    @property
    def clean(self) -> bool:
        """Whether the record is right: no finding at all."""
        return not self.errors


class Outcomes:
    """Outcomes of answers to a set of items, each distinct answer worked out once."""

    def __init__(self, items: Mapping[str, Item], keys: Mapping[str, Key], groups: bool = True) -> None:
        self._items, self._keys, self._groups = items, keys, groups
        self._of = lru_cache(maxsize=_KEPT)(self._work_out)

    def of(self, item: str, body: str) -> Outcome:
        """What came of this answer. Raises as scoring does for a broken key."""
        return self._of(item, body)

    def _work_out(self, item_id: str, body: str) -> Outcome:
        item, key = self._items[item_id], self._keys[item_id]
        result = grade(item, key, parse(body, item.kind, item.systems))
        if result.audit is None or item.chart is None:
            return _question(result)
        if result.answer.blank:
            return Outcome(True, 0.0)
        opened = book(edition_for(item.chart.encounter_date))
        sheet = sheet_of(result.answer, opened)
        typed = {*sheet.codes, *sheet.services}
        asked = _asked(brief(key, opened).lists, sheet)
        stays = result.audit.ms_drg if self._groups else None
        drg = None
        if stays and stays.right and stays.right.drg:
            drg = bool(stays.given and stays.given.drg == stays.right.drg)
        return Outcome(
            False,
            result.score / 100,
            tuple((code, code in typed) for code in asked),
            tuple((one.kind, one.code) for one in result.audit.told),
            drg,
        )


def _question(result: Graded) -> Outcome:
    value = result.answer.value
    typed = " ".join(map(_plainly, value)) if isinstance(value, tuple) else _plainly(value)
    if value is None:
        typed = "" if result.answer.blank else "not readable"
    wrong = () if result.right or result.answer.blank else (("wrong_answer", typed),)
    return Outcome(result.answer.blank, result.score / 100, errors=wrong, typed=typed)


def _plainly(value: object) -> str:
    if isinstance(value, tuple):
        return "-".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _asked(lists: tuple[Accepted, ...], sheet: Sheet) -> tuple[str, ...]:
    """The codes of the accepted answer that the audit compares this one with, each once."""
    typed = set(sheet.codes)
    complete = [
        one
        for one in lists
        if typed.issuperset(one.codes) and all(code in sheet.services for code in one.done)
    ]
    leading = [one for one in complete if one.codes[:1] == sheet.codes[:1]]
    own = [
        one
        for one in lists
        if one.codes == lists[0].codes and all(code in sheet.services for code in one.done)
    ]
    accepted = (leading or complete or own or list(lists))[0]
    return tuple(dict.fromkeys((*accepted.codes, *accepted.done)))


@frozen
class Accuracy:
    """Accuracy of one group of codes or records, in the three ways that the trade counts it."""

    by: str
    group: str
    codes: Share
    records: Share
    drgs: Share


class Tally:
    """Adds up outcomes by setting, chapter and guideline section. Blank answers are left out: nobody coded there."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], Counter[str]] = {}

    def add(self, groups: Groups | None, outcome: Outcome, times: int = 1) -> None:
        """Count one answer, or as many like it; one to a question, which has no groups, is not counted."""
        if groups is None or outcome.blank:
            return
        touched: set[tuple[str, str]] = set()
        for code, there in outcome.codes:
            for group in groups.of(code):
                touched.add(group)
                self._count(group).update({"codes": times, "hits": times * there})
        for group in touched | {("all", ""), ("setting", groups.setting)}:
            count = self._count(group)
            count.update({"records": times, "clean": times * outcome.clean})
            if outcome.drg is not None:
                count.update({"drgs": times, "grouped": times * outcome.drg})

    def _count(self, group: tuple[str, str]) -> Counter[str]:
        return self._counts.setdefault(group, Counter())

    def table(self) -> tuple[Accuracy, ...]:
        """All groups: everything first, then settings, chapters and sections in the book's order."""
        return tuple(
            Accuracy(
                by,
                group or "all records",
                Share(count["hits"], count["codes"]),
                Share(count["clean"], count["records"]),
                Share(count["grouped"], count["drgs"]),
            )
            for (by, group), count in sorted(
                self._counts.items(), key=lambda row: (BY.index(row[0][0]), _place(row[0][1]))
            )
        )


class Groups:
    """The groups that each code of a key belongs to."""

    def __init__(self, item: Item, key: Key) -> None:
        chart = item.chart
        if chart is None:
            raise ValueError(f"{item.id} has no chart")
        self.setting = SETTINGS[chart.setting].title
        self._key = key
        self._known: dict[str, tuple[tuple[str, str], ...]] = {}

    def of(self, code: str) -> tuple[tuple[str, str], ...]:
        """Kind and name of each group that a code counts in."""
        if code not in self._known:
            rows = tuple(one for one in self._key.codes if one.code == code)
            cited = sections(Key(self._key.item, codes=rows)) if rows else ()
            self._known[code] = (
                ("all", ""),
                ("setting", self.setting),
                ("chapter", chapter_of(code)),
                *(("section", name) for name in sorted(cited)),
            )
        return self._known[code]


def groups_of(items: Mapping[str, Item], keys: Mapping[str, Key]) -> dict[str, Groups]:
    """The groups of each item that asks for codes."""
    return {name: Groups(one, keys[name]) for name, one in items.items() if one.chart and keys[name].codes}


def chapter_of(code: str) -> str:
    """Chapter of a diagnosis code by number and title; the name of the code set for what was done or supplied."""
    system = system_of(code)
    return SYSTEMS.get(system) or chapter(code)


def _place(name: str) -> tuple[tuple[int, int | str], ...]:
    return tuple((0, int(one)) if one.isdigit() else (1, one) for one in name.replace(" ", ".").split("."))
