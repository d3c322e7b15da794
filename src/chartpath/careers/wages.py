"""Pay and jobs of one occupation in one area, with what the figures leave out. Standard library and attrs only."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from attrs import frozen

from chartpath import catalog
from chartpath.careers.names import find_area, in_survey, rows
from chartpath.errors import ChartpathError

ALL_INDUSTRIES = "000000"
_WAGES = ("mean", "p10", "p25", "median", "p75", "p90")
_WORDS = {
    "mean": "mean",
    "p10": "10th percentile",
    "p25": "25th percentile",
    "median": "median",
    "p75": "75th percentile",
    "p90": "90th percentile",
}
_NOT_RELEASED, _CAP = 8, 5
# The kit's own scale; BLS gives none. Upper bound in percent, and the word for it.
_SCALE = ((5.0, "precise"), (10.0, "good"), (20.0, "fair"), (30.0, "rough"))
# Nine samples of ten fall within 1.645 standard errors of the mean of a normal distribution.
_NINE_OF_TEN = 1.645


@frozen
class Pay:
    """Annual dollars and jobs; None where BLS publishes no figure, and then `notes` says why."""

    area: str
    area_name: str
    occupation: str
    title: str
    vintage: str
    employment: int | None
    employment_rse: float | None
    mean: int | None
    p10: int | None
    p25: int | None
    median: int | None
    p75: int | None
    p90: int | None
    notes: tuple[str, ...]
    area_code: str = ""
    area_type: str = ""
    mean_rse: float | None = None
    jobs_per_1000: float | None = None
    location_quotient: float | None = None
    source: str = ""


_JSON_KEYS = (
    "area",
    "area_name",
    "occupation",
    "title",
    "vintage",
    "employment",
    "employment_rse",
    *_WAGES,
    "notes",
)


def pay(area: str, occupation: str) -> Pay:
    """Pay and jobs of an occupation in an area, all industries together, newest OEWS at hand.

    `area` is US, a postal code, an OEWS area code or a name; `occupation` a SOC code or a name such as `coder`.
    Dollars are annual and nominal. Raises BadInput for an unknown area or occupation; an area without an estimate
    is no error: its figures are None. Source: BLS, Occupational Employment and Wage Statistics.
    """
    place, job = find_area(area), in_survey(occupation)
    vintage, source = _release()
    row = _table().get((place.code, job.soc))
    figures: dict[str, Any] = {} if row is None else _figures(row)
    return Pay(
        area=place.key,
        area_name=place.name,
        occupation=job.soc,
        title=job.title,
        vintage=vintage,
        **{name: figures.get(name) for name in ("employment", "employment_rse", *_WAGES)},
        notes=_notes(row, _footnotes()),
        area_code=place.code,
        area_type=place.kind,
        **{name: figures.get(name) for name in ("mean_rse", "jobs_per_1000", "location_quotient")},
        source=source,
    )


def pay_json(area: str, occupation: str) -> dict[str, Any]:
    """What `chartpath pay --json` prints: see `pay`. Withheld figures are None; `notes` is a list of sentences."""
    found = pay(area, occupation)
    return {name: list(found.notes) if name == "notes" else getattr(found, name) for name in _JSON_KEYS}


def reliability(rse: float | None) -> str:
    """A word for a relative standard error in percent: precise, good, fair, rough, very rough, or unknown.

    The steps (5, 10, 20, 30) are the kit's own; BLS publishes the error and leaves the judgment to the reader.
    """
    if rse is None or rse != rse:
        return "unknown"
    return next((word for limit, word in _SCALE if rse < limit), "very rough")


def margin(rse: float) -> float:
    """Half the width of a 90 percent interval, in percent of the estimate, from its relative standard error."""
    return round(_NINE_OF_TEN * rse, 1)


@cache
def _release() -> tuple[str, str]:
    """(month and year of the survey, source line) from the description of the table."""
    table = catalog.tables().get("labour/oews")
    if table is None:
        raise ChartpathError("labour/oews: the table is missing. Restore the folder datasets/labour.")
    return table.resource["edition"].split(",")[0], table.resource["sources"][0]["title"]


@cache
def _table() -> dict[tuple[str, str], dict[str, str]]:
    """Rows of all industries together by area code and SOC code."""
    return {
        (row["area_code"], row["soc"]): row for row in rows("oews") if row["industry_code"] == ALL_INDUSTRIES
    }


@cache
def _footnotes() -> dict[int, str]:
    return {int(row["footnote"]): row["text"] for row in rows("footnotes")}


def _figures(row: dict[str, str]) -> dict[str, int | float | None]:
    """The numbers of a row; an empty cell is None."""
    whole: dict[str, int | float | None] = {
        name: int(row[name]) if row[name] else None for name in ("employment", *_WAGES)
    }
    parts = ("employment_rse", "mean_rse", "jobs_per_1000", "location_quotient")
    return {**whole, **{name: float(row[name]) if row[name] else None for name in parts}}


def _notes(row: dict[str, str] | None, footnotes: dict[int, str]) -> tuple[str, ...]:
    """What a reader must know about the figures of a row, in sentences."""
    if row is None:
        return (
            "BLS publishes no estimate for this occupation in this area. That does not mean nobody works in it.",
        )
    notes = []
    if row["employment_note"]:
        notes.append(
            _withheld("the number of jobs and its standard error", row["employment_note"], footnotes)
        )
    if row["wage_note"]:
        notes.append(_withheld("the pay", row["wage_note"], footnotes))
    capped = [_WORDS[name] for name in row["capped"].split() if name in _WORDS]
    if capped:
        cap = re.search(r"\$[\d,]+ per year", footnotes[_CAP])
        amount = cap.group() if cap else footnotes[_CAP]
        verb = "is" if len(capped) == 1 else "are"
        notes.append(
            f"The {_list(capped)} {verb} at or above {amount}, the highest BLS prints, and left empty here."
        )
    rse = float(row["employment_rse"]) if row["employment_rse"] else None
    if reliability(rse) in ("rough", "very rough") and rse is not None:
        notes.append(
            f"The number of jobs is {reliability(rse)}: its relative standard error is {rse:g} percent, "
            f"so the true number is likely within {margin(rse):g} percent of it (nine chances in ten)."
        )
    error = float(row["mean_rse"]) if row["mean_rse"] else None
    if reliability(error) in ("fair", "rough", "very rough") and error is not None:
        notes.append(
            f"The pay is an uncertain estimate: the relative standard error of its mean is {error:g} percent."
        )
    return tuple(notes)


def _withheld(what: str, note: str, footnotes: dict[int, str]) -> str:
    reason = "its estimate was not released" if note == footnotes[_NOT_RELEASED] else note
    return f"BLS withholds {what} here ({reason}). It is missing, not zero."


def _list(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
