"""What a stay's codes mean for its payment: complications and comorbidities, and the MS-DRG with its weight.

The tables are read, and the grouper loaded, only when an acute inpatient stay is judged or shown.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from attrs import frozen

from chartpath.audit.book import Book
from chartpath.codesets import edition_for
from chartpath.items import Chart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chartpath.audit.sheet import Sheet
    from chartpath.codesets.drg import Grouping

# Settings paid by diagnosis-related groups; the others with Section II have payment systems of their own.
_PAID_BY_GROUPS = frozenset({"inpatient", "long_term_care"})
_DIED = "20"  # discharge status
_RANKS = {"": 0, "CC": 1, "MCC": 2}
DIAGNOSES_ALONE = (
    "From the diagnoses alone: procedures are no part of this exercise, and could lead to another group."
)
GET_IT = 'The MS-DRG of a stay needs one more package: python -m pip install "chartpath[drg]"'


@frozen
class Stay:
    """What a grouper is told of a stay: diagnosis codes (principal first), procedures, person, discharge."""

    codes: tuple[str, ...]
    procedures: tuple[str, ...]
    poa: tuple[str | None, ...]
    age: int | None
    sex: str
    discharge_status: str
    edition: str

    def led_by(self, code: str) -> Stay:
        """The same stay with another of its codes as principal diagnosis."""
        order = sorted(range(len(self.codes)), key=lambda place: self.codes[place] != code)
        return Stay(
            tuple(self.codes[place] for place in order),
            self.procedures,
            tuple(self.poa[place] for place in order),
            self.age,
            self.sex,
            self.discharge_status,
            self.edition,
        )


@frozen
class Stays:
    """The stay as the answer tells it, as it would be with the right code first, and as the key tells it.

    `reordered` is None where the right principal diagnosis leads, or is not on the answer at all.
    """

    given: Stay
    reordered: Stay | None
    right: Stay

    @property
    def without_procedures(self) -> bool:
        """Whether procedures are no part of the exercise: what was done could then lead to another group."""
        return not self.right.procedures


@frozen
class MsDrg:
    """MS-DRGs of a stay: as answered, with the right code first (or None), and as the key has it.

    `note` says why there are none at all (the package that groups is not installed), or what they leave out.
    """

    given: Grouping | None
    reordered: Grouping | None
    right: Grouping | None
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """The groups as plain data, the key's own left out."""
        return {
            "given": _plain(self.given),
            "reordered": _plain(self.reordered),
            "label": self.given.label if self.given else "",
            "note": self.note,
        }


def stay_of(chart: Chart, sheet: Sheet) -> Stay | None:
    """The stay that an answer tells; None for an encounter that is no acute stay with its dates."""
    if chart.setting != "inpatient" or chart.admitted is None or not sheet.diagnoses:
        return None
    return Stay(
        sheet.codes,
        tuple(line.code for line in sheet.procedures if len(line.code) == 7),
        tuple(line.poa for line in sheet.diagnoses),
        chart.age,
        chart.sex or "",
        chart.discharge_status,
        edition_for(chart.encounter_date),
    )


def ms_drg(stays: Stays) -> MsDrg:
    """Group the stays; the first call of a process takes about a second."""
    if find_spec("drgpy") is None:
        return MsDrg(None, None, None, GET_IT)
    reordered = group(stays.reordered) if stays.reordered else None
    note = DIAGNOSES_ALONE if stays.without_procedures else ""
    return MsDrg(group(stays.given), reordered, group(stays.right), note)


def group(stay: Stay) -> Grouping:
    """The MS-DRG of a stay, or the reason why none is given. Raises ChartpathError when drgpy is not installed."""
    from chartpath.codesets import drg

    if stay.edition != drg.EDITION:
        reason = f"the stay ended in FY{stay.edition}, and the groups at hand are those of FY{drg.EDITION}"
        return drg.Grouping(None, "", None, "", drg.LABEL, reason)
    return drg.group(stay.codes, stay.procedures, stay.age, stay.sex, stay.discharge_status, stay.poa)


def level(book: Book, chart: Chart, code: str, principal: str) -> str:
    """`MCC`, `CC` or empty text: what a secondary diagnosis counts for beside a principal diagnosis."""
    from chartpath.codesets import drg

    if chart.setting not in _PAID_BY_GROUPS or book.edition != drg.EDITION:
        return ""
    died = "died" if chart.discharge_status == _DIED else ""
    kept = book.remembered("level", code, principal, died)
    if kept is None:
        kept = book.remember(drg.counts(code, principal, alive=not died)[0], "level", code, principal, died)
    return str(kept)


def raises_payment(book: Book, chart: Chart, code: str, wanted: Sequence[str]) -> bool:
    """Whether a code would lift a stay above the level that the secondary codes of the right answer reach."""
    if not wanted or chart.setting not in _PAID_BY_GROUPS:
        return False
    reached = max((_RANKS[level(book, chart, one, wanted[0])] for one in wanted[1:]), default=0)
    return _RANKS[level(book, chart, code, wanted[0])] > reached


def _plain(grouping: Grouping | None) -> dict[str, Any] | None:
    if grouping is None:
        return None
    return {
        "drg": grouping.drg,
        "title": grouping.title,
        "weight": grouping.weight,
        "reason": grouping.reason,
    }
