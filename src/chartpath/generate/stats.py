"""What a set of charts holds: settings, difficulty, chapters, guideline sections, codes, and how alike its notes are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from attrs import asdict, frozen

from chartpath import items
from chartpath.audit.rules import sections_in
from chartpath.codesets import store
from chartpath.errors import BadInput, KeyNotAtHand
from chartpath.generate.likeness import DUPLICATE, near_duplicates
from chartpath.items import Item, Key

Charts = Sequence[tuple[Item, Key | None]]


@frozen
class Stats:
    """Counts of charts; `codes` are distinct required codes of the keys, `near_duplicates` notes with a twin.

    A guideline section is counted at the level that coverage is measured at (I.A.n, I.B.n, I.C.n.x, II.x, III.x,
    IV.x), once for each chart whose key cites it.
    """

    charts: int
    without_key: int
    by_setting: dict[str, int]
    by_difficulty: dict[str, int]
    by_chapter: dict[str, int]
    by_section: dict[str, int]
    codes: int
    miscodings: int
    queries: int
    near_duplicates: int
    near_duplicate_rate: float

    def as_json(self) -> dict[str, Any]:
        """The counts as plain data."""
        return asdict(self)


def library() -> Charts:
    """The charts of the kit, each with its key where that is at hand."""
    found: list[tuple[Item, Key | None]] = []
    for one in items.items():
        if one.kind == "codes":
            try:
                found.append((one, items.key(one.id)))
            except KeyNotAtHand:
                found.append((one, None))
    return found


def folder(path: Path) -> Charts:
    """The charts of a generated folder (`charts/`, and `keys/` where it is there). Raises BadInput when it has none."""
    files = sorted((path / "charts").glob("*.md"))
    if not files:
        raise BadInput(
            f"{path}: there is no chart in {path.name}/charts. Give a folder that `chartpath generate charts` made."
        )
    keys = {file.stem: file for file in (path / "keys").glob("*.yaml")}
    return [
        (items.read_chart(file), items.read_key(keys[file.stem]) if file.stem in keys else None)
        for file in files
    ]


def measure(charts: Charts) -> Stats:
    """The counts of a set of charts."""
    keys = [key for _, key in charts if key is not None]
    touched, _ = near_duplicates([one.chart.note for one, _ in charts if one.chart])
    return Stats(
        charts=len(charts),
        without_key=len(charts) - len(keys),
        by_setting=_counted(one.chart.setting for one, _ in charts if one.chart),
        by_difficulty=_counted(str(one.chart.difficulty) for one, _ in charts if one.chart),
        by_chapter=_counted(chapter(key.codes[0].code) for key in keys),
        by_section=_counted(section for key in keys for section in sections(key)),
        codes=len({code.code for key in keys for code in key.codes if code.required}),
        miscodings=sum(len(key.miscodings) for key in keys),
        queries=sum(len(key.queries) for key in keys),
        near_duplicates=touched,
        near_duplicate_rate=round(touched / len(charts), 4) if charts else 0.0,
    )


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items(), key=lambda row: _place(row[0])))


def _place(name: str) -> tuple[tuple[int, int | str], ...]:
    """Chapters and sections in the book's order: numbers as numbers, part by part."""
    return tuple(
        (0, int(part)) if part.isdigit() else (1, part) for part in name.replace(" ", ".").split(".")
    )


def chapter(code: str) -> str:
    """Number and title of the chapter of an ICD-10-CM code (`19 Injury, poisoning ...`)."""
    above = store().ancestors(code)
    return f"{above[-1].id} {above[-1].title}" if above else "none"


def sections(key: Key) -> set[str]:
    """The guideline sections that a key cites, at the level of coverage."""
    cited = [*key.citations, *(text for code in key.codes for text in code.citations)]
    return {
        _level(number) for text in cited if not text.startswith("Tabular") for number in sections_in(text)
    }


def _level(section: str) -> str:
    parts = section.split(".")
    return ".".join(parts[: {"I.A": 3, "I.B": 3, "I.C": 4}.get(".".join(parts[:2]), 2)])


DUPLICATES_TOLD = f"notes that share {DUPLICATE:.0%} or more of their word 5-grams with another"
