"""Settings and the documents of a record."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartpath.encounters import SETTINGS, check_record, documents
from chartpath.errors import BadInput

STAY = "=== ED NOTE | 05/03/2026 14:10 | A. Ruiz, MD\nCough.\n\n=== LABS\nNa 138\n"


def test_a_stay_is_split_at_its_separators() -> None:
    note, labs = documents(STAY)
    assert (note.title, note.date, note.author, note.text) == (
        "ED NOTE",
        "05/03/2026 14:10",
        "A. Ruiz, MD",
        "Cough.",
    )
    assert (labs.title, labs.date, labs.author, labs.text) == ("LABS", "", "", "Na 138")


def test_a_plain_note_is_one_document() -> None:
    (only,) = documents("CC: cough")
    assert (only.title, only.text) == ("", "CC: cough")


@given(st.text())
def test_no_text_crashes_the_reader(note: str) -> None:
    assert documents(note)


def test_an_unknown_setting_is_named_with_those_there_are() -> None:
    with pytest.raises(BadInput, match=r"x\.md: there is no setting 'clinic'; settings are office"):
        check_record("clinic", "", "x.md")


def test_text_before_the_first_document_is_refused() -> None:
    with pytest.raises(BadInput, match="before the first"):
        check_record("inpatient", f"Stray line\n{STAY}", "x.md")
    check_record("inpatient", f"\n{STAY}", "x.md")


def test_section_two_rules_where_the_guidelines_say() -> None:
    ruled = {name for name, setting in SETTINGS.items() if setting.section_two}
    assert {"inpatient", "nursing_home", "home_health", "rehabilitation"} <= ruled
    assert not {"office", "ed", "observation", "outpatient_surgery", "telehealth"} & ruled
