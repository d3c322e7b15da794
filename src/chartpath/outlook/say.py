"""Numbers and names as the page says them."""

from __future__ import annotations

from collections.abc import Sequence

from chartpath.careers import Area, Occupation

_ARTICLE = ("US", "DC", "VI")  # names that English sets an article before


def dollars(value: float) -> str:
    """`$51,140`."""
    return f"${value:,.0f}"


def signed(value: float) -> str:
    """`+9.6%`, `−8.2%`, `0.0%`: a real minus sign, which screen readers speak."""
    return f"{value:+.1f}%".replace("-", "−") if round(value, 1) else "0.0%"


def percent(value: float) -> str:
    """`9.6%`, without a sign."""
    return f"{abs(value):.1f}%"


def moved(value: float) -> str:
    """`rose 9.6%`, `fell 8.2%` or `did not change`."""
    if not round(value, 1):
        return "did not change"
    return f"{'rose' if value > 0 else 'fell'} {percent(value)}"


def toward(value: float) -> str:
    """`grow by 7.8%`, `shrink by 0.1%` or `stay the same`."""
    if not round(value, 1):
        return "stay the same"
    return f"{'grow' if value > 0 else 'shrink'} by {percent(value)}"


def ordinal(rank: int) -> str:
    """`1st`, `22nd`, `13th`."""
    if 10 <= rank % 100 <= 20:
        return f"{rank}th"
    return f"{rank}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(rank % 10, 'th') }"


def listed(words: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`; with more than two, the comma before `and` too when a part holds one."""
    if len(words) < 2:
        return "".join(words)
    comma = "; " if any("," in word for word in words) else ", "
    return f"{comma.join(words[:-1])}{';' if comma == '; ' else ''} {last} {words[-1]}"


def place(area: Area) -> str:
    """The name of an area as it stands after `in`."""
    return f"the {area.name}" if area.key in _ARTICLE or area.kind == "nonmetro" else area.name


def trade(occupation: Occupation) -> str:
    """The people of an occupation inside a sentence: `medical records specialists`."""
    return occupation.title[0].lower() + occupation.title[1:].lower()


def opening(text: str) -> str:
    """The text with a capital at its beginning, as a sentence has."""
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """The text with one full stop at its end."""
    return f"{text.rstrip(' .')}."
