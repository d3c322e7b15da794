"""Truth-first charts: a case is drawn from a situation, and both its record and its key are derived from it.

for one in charts("a secret of the instructor", 600): one.chart_text, one.key_text
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import evolve, frozen

from chartpath.answers import parse
from chartpath.encounters import SETTINGS
from chartpath.errors import BadInput, ChartpathError
from chartpath.generate.draw import Case, Draw, draw_case
from chartpath.generate.keys import draft_key
from chartpath.generate.likeness import DUPLICATE, jaccard, shingles
from chartpath.generate.mistakes import FEWEST, miscodings
from chartpath.generate.model import Situation, read_situation, situation_files
from chartpath.generate.output import chart_text, key_text
from chartpath.generate.tables import leaves
from chartpath.generate.write import write
from chartpath.items import Chart, Item, Key
from chartpath.scoring import grade, key_lines

__all__ = ["Generated", "charts", "make_one", "may_fit", "situations"]

OUTPATIENT, INPATIENT = "10-chart-abstraction-outpatient", "11-chart-abstraction-inpatient"
_TRIES = 60


@frozen
class Generated:
    """One generated chart with its key. `dropped` tells the miscodings that the audit did not confirm."""

    item: Item
    key: Key
    situation: str
    facts: dict[str, str]
    style: str
    dropped: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The id of the item: from the text of the record, so it tells neither seed nor diagnosis."""
        return self.item.id

    @property
    def chart_text(self) -> str:
        """The chart file."""
        return chart_text(self.item)

    @property
    def key_text(self) -> str:
        """The key file."""
        return key_text(self.key)


def situations(names: Sequence[str] = (), folder: Path | None = None) -> list[Situation]:
    """The situations of the kit (or of a folder), all or those named. Raises BadInput for an unknown name."""
    files = sorted(folder.glob("*.yaml")) if folder else situation_files()
    known = {path.stem: path for path in files}
    unknown = [name for name in names if name not in known]
    if unknown or not known:
        what = f"there is no situation {unknown[0]!r}" if unknown else "there are no situations"
        raise BadInput(f"{what}. Known are {', '.join(known) or 'none: look in datasets/charts/situations'}.")
    return [read_situation(known[name]) for name in (names or known)]


def charts(
    seed: str,
    count: int,
    *,
    names: Sequence[str] = (),
    setting: str = "",
    unit: str = "",
    difficulty: int = 0,
    practice: bool = False,
    folder: Path | None = None,
) -> Iterator[Generated]:
    """`count` charts with their keys, no two with the same facts and key; the same seed gives the same charts.

    `names` limits the situations; `setting`, `unit` and `difficulty` the charts. Raises BadInput for a limit that
    nothing meets, ChartpathError when a situation has no further case or a key does not hold.
    """
    pool = [one for one in situations(names, folder) if may_fit(one, setting, unit, difficulty)]
    if not pool:
        wanted = [one for one in (setting, unit, f"difficulty {difficulty}" if difficulty else "") if one]
        raise BadInput(f"no situation has {', '.join(wanted)}. Look at datasets/charts/situations.")
    taken: set[tuple[object, ...]] = set()
    ids: set[str] = set()
    earlier: dict[tuple[str, str], list[frozenset[int]]] = {}
    order: list[Situation] = []
    for number in range(count):
        order = order or Draw(seed, "order", number).shuffled(pool)
        situation = order.pop()
        for attempt in range(_TRIES):
            draw = Draw(seed, situation.id, number, attempt)
            case = draw_case(situation, draw)
            if not _fits(case, setting, unit, difficulty):
                continue
            signature = (situation.id, *case.facts.items())
            if signature in taken:
                continue
            one = make_one(case, draw.pick(situation.styles), draw, practice)
            mine = shingles(one.item.chart.note if one.item.chart else "")
            family = earlier.setdefault((situation.id, one.style), [])
            if one.id in ids or any(jaccard(mine, other) >= DUPLICATE for other in family):
                continue
            if len(one.key.miscodings) < FEWEST:
                continue
            taken.add(signature)
            ids.add(one.id)
            family.append(mine)
            yield one
            break
        else:
            raise ChartpathError(
                f"{situation.id}: no further case that differs from the {number} before it. Ask for fewer charts or more situations."
            )


def make_one(case: Case, style: str, draw: Draw, practice: bool = False) -> Generated:
    """The chart of a case in a style. Raises ChartpathError when its key does not score 100 without a finding."""
    situation = case.situation
    record, speaker = write(case, style, draw)
    item_id = f"g-{hashlib.sha256(record.note.encode('utf-8')).hexdigest()[:8]}"
    item = _item(
        case,
        item_id,
        record.note,
        speaker.resolve(situation.title),
        speaker.resolve(situation.prompt),
        practice,
    )
    drafted = draft_key(case, record, speaker, item_id)
    result = grade(item, drafted.key, parse("\n".join(key_lines(drafted.key)), "codes", item.systems))
    if result.score < 100 or result.problems or result.audit is None or result.audit.findings:
        told = [str(one) for one in result.problems] + [
            f"{one.kind} {one.code}: {one.message}" for one in (result.audit.findings if result.audit else ())
        ]
        raise ChartpathError(
            f"{situation.id}, style {style}: the key {' '.join(drafted.codes.values())} scores {result.score:g}, not 100"
            f" ({'; '.join(told[:2])}). Correct the situation; nothing was written for this case."
        )
    wrong, dropped = miscodings(case, drafted, item, speaker)
    return Generated(
        item, evolve(drafted.key, miscodings=wrong), situation.id, dict(case.facts), style, dropped
    )


def _item(case: Case, item_id: str, note: str, title: str, prompt: str, practice: bool) -> Item:
    situation = case.situation
    difficulty = int(case.choose(situation.difficulty))
    chart = Chart(
        id=item_id,
        title=title,
        setting=case.setting,
        difficulty=difficulty,
        encounter_date=case.encounter_date,
        age=case.age,
        sex=case.sex,
        note=note,
        admitted=case.admitted,
        discharge_status=str(case.choose(situation.discharge_status)),
    )
    return Item(
        id=item_id,
        kind="codes",
        unit=_unit(case.setting),
        assessed=not practice,
        points=10,
        prompt=prompt,
        title=title,
        chart=chart,
        systems=situation.systems,
    )


def _unit(setting: str) -> str:
    return INPATIENT if SETTINGS[setting].section_two else OUTPATIENT


def may_fit(one: Situation, setting: str, unit: str, difficulty: int = 0) -> bool:
    """Whether some case of a situation has this setting, unit and difficulty; an empty one asks for nothing."""
    places = [str(leaf) for leaf in leaves(one.setting)]
    return (
        (not setting or setting in places)
        and (not unit or any(_unit(place).startswith(unit) for place in places))
        and (not difficulty or difficulty in [int(leaf) for leaf in leaves(one.difficulty)])
    )


def _fits(case: Case, setting: str, unit: str, difficulty: int) -> bool:
    return (
        (not setting or case.setting == setting)
        and (not unit or _unit(case.setting).startswith(unit))
        and (not difficulty or int(case.choose(case.situation.difficulty)) == difficulty)
    )
