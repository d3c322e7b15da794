"""Editions of the code sets: fiscal years that begin on 1 October."""

from __future__ import annotations

from datetime import date

from chartpath.errors import BadInput

EDITIONS = ("2025", "2026", "2027")
CURRENT_EDITION = "2027"


def edition_for(day: date | str) -> str:
    """The edition in force on a day (a date, or text such as `2026-05-12`).

    The fiscal year begins on 1 October: 30 September 2026 is "2026", the next day "2027". The update of
    1 April 2026 belongs to "2026". Raises BadInput for text that is no date; the answer may be an edition
    that the kit does not hold.
    """
    if isinstance(day, str):
        try:
            day = date.fromisoformat(day.strip())
        except ValueError:
            raise BadInput(f"{day!r} is not a date. Write it as 2026-05-12 (year-month-day).") from None
    return str(day.year + (day.month >= 10))


def check_edition(edition: str) -> str:
    """The edition as text, or BadInput with the ones at hand."""
    name = str(edition).strip().upper().removeprefix("FY")
    if name not in EDITIONS:
        raise BadInput(
            f"edition {edition}: not at hand. The ICD-10-CM editions here are {', '.join(EDITIONS)}."
        )
    return name
