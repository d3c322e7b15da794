"""Where care happens and what a record is made of: settings, and the documents of one record.

The setting decides which section of the ICD-10-CM guidelines rules the encounter. Section II says where it applies:
acute, long-term and psychiatric hospitals, rehabilitation, nursing homes and home health agencies; Section IV rules
the rest.
"""

from __future__ import annotations

import re

from attrs import frozen

from chartpath.errors import BadInput


@frozen
class Setting:
    """A place of care: its words for a page, and whether Sections II and III rule there.

    `hospital` is true where their rule for uncertain diagnoses holds too: the notes at II.H and III.C name short-term,
    acute, long-term care and psychiatric hospitals only.
    """

    title: str
    section_two: bool = False
    hospital: bool = False


SETTINGS: dict[str, Setting] = {
    "office": Setting("Office or clinic"),
    "telehealth": Setting("Telehealth visit"),
    "urgent_care": Setting("Urgent care"),
    "ed": Setting("Emergency department"),
    "observation": Setting("Observation"),
    "outpatient_surgery": Setting("Outpatient surgery"),
    "infusion": Setting("Infusion center"),
    "radiology": Setting("Radiology"),
    "pathology": Setting("Pathology"),
    "prenatal_clinic": Setting("Prenatal clinic"),
    "wound_clinic": Setting("Wound clinic"),
    "dialysis": Setting("Dialysis facility"),
    "supplier": Setting("Equipment supplier"),
    "home_health": Setting("Home health", section_two=True),
    "nursing_home": Setting("Nursing home", section_two=True),
    "rehabilitation": Setting("Inpatient rehabilitation", section_two=True),
    "psychiatric": Setting("Psychiatric hospital", section_two=True, hospital=True),
    "long_term_care": Setting("Long-term care hospital", section_two=True, hospital=True),
    "inpatient": Setting("Inpatient hospital", section_two=True, hospital=True),
}
"""Every setting a chart of the kit may have."""

_SEPARATOR = re.compile(r"^=== (.+)$", re.MULTILINE)


@frozen
class Document:
    """One document of a record. `date` and `author` are as the note writes them, empty where it does not."""

    title: str
    date: str
    author: str
    text: str


def documents(note: str) -> tuple[Document, ...]:
    """The documents of a record, in order; a note without separators is one document without a title.

    A document begins with a line `=== TITLE | DATE | AUTHOR` (date and author may be left out).

    >>> [one.title for one in documents("=== ED NOTE | 05/03/2026 | A. Ruiz, MD\\nCough.\\n=== LABS\\nNa 138")]
    ['ED NOTE', 'LABS']
    """
    heads = list(_SEPARATOR.finditer(note))
    if not heads:
        return (Document("", "", "", note),)
    found = []
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        title, date, author, *_ = [*(part.strip() for part in head[1].split("|")), "", ""]
        body = note[head.end() : following.start() if following else len(note)]
        found.append(Document(title, date, author, body.strip("\n")))
    return tuple(found)


def check_record(setting: str, note: str, where: str) -> None:
    """Raise BadInput (file, what, what to do) for an unknown setting or text before the first document."""
    if setting not in SETTINGS:
        raise BadInput(f"{where}: there is no setting {setting!r}; settings are {', '.join(SETTINGS)}.")
    head = _SEPARATOR.search(note)
    if head and note[: head.start()].strip():
        raise BadInput(
            f"{where}: text stands before the first `=== TITLE | DATE | AUTHOR`. Move it into a document."
        )
