"""Numbers and names as they stand in pictures and on the handout."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from chartpath import catalog
from chartpath.careers import Area, Occupation, find_area, find_occupation
from chartpath.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

# Names that English sets an article before.
_ARTICLE = ("US", "DC", "VI")
_SHORT = {
    "Occupational Employment and Wage Statistics": "OEWS",
    "Bureau of Labor Statistics": "BLS",
    "Bureau of Economic Analysis": "BEA",
    "Consumer Price Index for All Urban Consumers": "CPI-U",
}
_BRACKETS = re.compile(r" \((?:[^()]*?)(released [\d-]+)?\)")


def dollars(value: float) -> str:
    """`$51,140`."""
    return f"-${-value:,.0f}" if value < 0 else f"${value:,.0f}"


def thousands(value: float, _: object = None) -> str:
    """`$50k`, for the ticks of an axis."""
    return f"${value / 1000:,.0f}k" if value else "$0"


def percent(value: float, sign: bool = False) -> str:
    """`9.6%`, or `+9.6%`, with a real minus sign; a whole number keeps its zero."""
    text = f"{value:+.1f}%" if sign and round(value, 1) else f"{value:.1f}%"
    return text.replace("-", "\N{MINUS SIGN}")


def whole_percent(value: float, _: object = None) -> str:
    """`−10%`, for the ticks of an axis."""
    return f"{value:.0f}%".replace("-", "\N{MINUS SIGN}")


def count(value: float, _: object = None) -> str:
    """`14,200`, or with a real minus sign `−190`."""
    return f"{value:,.0f}".replace("-", "\N{MINUS SIGN}")


def moved(value: float) -> str:
    """`rose 9.6%`, `fell 8.2%` or `did not change`."""
    if value == 0:
        return "did not change"
    return f"{'rose' if value > 0 else 'fell'} {percent(abs(value))}"


def ordinal(rank: int) -> str:
    """`1st`, `22nd`, `13th`."""
    if 10 <= rank % 100 <= 20:
        return f"{rank}th"
    return f"{rank}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(rank % 10, 'th') }"


def place(area: Area) -> str:
    """The name of an area as it stands after `in`."""
    article = area.key in _ARTICLE or area.kind == "nonmetro"
    return f"the {area.name}" if article else area.name


def trade(occupation: Occupation) -> str:
    """The people of an occupation inside a sentence: `medical records specialists`."""
    return occupation.title.lower()


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table as dictionaries, a missing figure as None."""
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def several(given: str | Sequence[str], what: str) -> list[str]:
    """One name or several, as a list without repetition. Raises BadInput for none."""
    names = [given] if isinstance(given, str) else list(dict.fromkeys(given))
    if not names:
        raise BadInput(f"{what}: none given. Give one or more.")
    return names


def chosen(
    areas: str | Sequence[str], occupations: str | Sequence[str]
) -> tuple[list[Area], list[Occupation]]:
    """The areas and occupations of names and codes, each once."""
    places = [find_area(one) for one in several(areas, "areas")]
    trades = [find_occupation(one) for one in several(occupations, "occupations")]
    return list(dict.fromkeys(places)), list(dict.fromkeys(trades))


def source(*tables: str, national: bool = False) -> str:
    """Source line of labour tables: publisher and vintage, from the description that travels with each table.

    With `national`, without the single figures that come from elsewhere than the national files.
    """
    said: list[str] = []
    for name in tables:
        resource = catalog.tables()[f"labour/{name}"].resource
        for one in resource["sources"]:
            title, *rest = one["title"].split(": ", 1)
            if rest and rest[0][:1].isdigit():
                title = f"{title}, {resource['edition']}"
            for long, short in _SHORT.items():
                title = title.replace(long, short)
            # What stands in brackets names files and series; a release date there is worth its room.
            title = _BRACKETS.sub(lambda found: f" ({found.group(1)})" if found.group(1) else "", title)
            skipped = ("Words of", "Single medians") if national else ("Words of",)
            if title not in said and not title.startswith(skipped):
                said.append(title)
    return f"Source: {'; '.join(said)}."
