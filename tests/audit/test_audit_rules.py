"""How rules are named: notes quoted where they stand, guideline sections with their titles."""

from __future__ import annotations

import pytest

from chartpath.audit.book import book, forget, intent
from chartpath.audit.firsts import barred, leads_by_rule
from chartpath.audit.rules import guideline, quote, sections_in, tabular
from chartpath.codesets import store

BOOK = book("2026")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("I.C.1.d.4", ("I.C.1.d.4",)),
        ("see III.B, II.C and IV.H.", ("III.B", "II.C", "IV.H")),
        ("Appendix I (POA)", ("Appendix I",)),
        ("Tabular I50 code first", ()),
        ("I10 before I69", ()),
        ("HIV-related admission", ()),
        ("", ()),
    ],
)
def test_section_numbers_in_free_text(text: str, numbers: tuple[str, ...]) -> None:
    assert sections_in(text) == numbers


def test_every_section_the_rules_name_exists() -> None:
    """Sections are named in the sources of the audit; each must be one of the guidelines."""
    import re
    from pathlib import Path

    import chartpath.audit

    folder = Path(chartpath.audit.__file__).parent
    named = set()
    for source in folder.glob("*.py"):
        named |= set(
            re.findall(r'"((?:I\.[A-C]|II|III|IV)(?:\.[A-Za-z0-9]+)*)"', source.read_text(encoding="utf-8"))
        )
    assert len(named) > 30
    assert [number for number in sorted(named) if BOOK.section(number) is None] == []


def test_guidelines_are_named_by_number_and_title() -> None:
    assert (
        guideline(BOOK, "I.B.5").text
        == "Guideline I.B.5, Conditions that are an integral part of a disease process"
    )
    both = guideline(BOOK, "IV.H", "IV.J")
    assert both.text.startswith("Guidelines IV.H, Uncertain diagnosis; IV.J, ")
    assert both.source == "ICD-10-CM Official Guidelines, FY2026"
    assert (
        guideline(BOOK, "Appendix I").text
        == "Guideline Appendix I, Present on Admission Reporting Guidelines"
    )


def test_a_note_is_quoted_by_the_lines_that_matter() -> None:
    note = next(one for one in BOOK.notes("E11.22", "use_additional") if one.node == "E11")
    assert quote(note, "Z79.4") == "use additional code to identify control using: … insulin (Z79.4)"
    whole = quote(note)
    assert whole.startswith("use additional code to identify control using: injectable")
    assert len(whole) <= 240
    chapter = BOOK.asks_after("J20.9", "F17.210")
    assert chapter is not None
    assert tabular(chapter, "F17.210").text == (
        "Tabular chapter 10: Diseases of the respiratory system: “use additional code, where applicable, to identify: … tobacco dependence (F17.-)”"
    )


def test_a_long_note_is_cut_between_words() -> None:
    note = next(one for one in BOOK.notes("R65.20", "code_first"))
    cut = quote(note)
    assert cut.endswith(" …")
    assert len(cut) <= 240
    assert (
        " ".join(note.lines)
        .replace(" ", "")
        .startswith(cut.removeprefix("code first ")[:40].replace(" ", ""))
    )


@pytest.mark.parametrize(
    ("code", "found"),
    [("T44.7X1A", "1"), ("T44.7X5A", "5"), ("T39.315A", "5"), ("T46.4X6A", "6"), ("T45.1X", ""), ("T50", "")],
)
def test_intent_of_a_drug_code(code: str, found: str) -> None:
    assert intent(code) == found


@pytest.mark.parametrize(
    "code", ["I10", "R07.9", "Z12.11", "T44.7X1A", "U07.1", "O80", "Z38.00", "G30.1", "B20", "T23.351A"]
)
def test_codes_that_may_lead(code: str) -> None:
    assert barred(BOOK, code) is None


@pytest.mark.parametrize(
    ("before", "after", "section"),
    [
        ("T23.351A", "T22.211A", "I.C.19.d.1"),
        ("A41.51", "R65.21", "I.C.1.d.3"),
        ("A41.51", "N10", "I.C.1.d.4"),
        ("T44.7X1A", "R00.1", "I.C.19.e.5.b"),
        ("K25.0", "T39.315A", "I.C.19.e.5.a"),
        ("Z38.00", "P59.9", "I.C.16.a.2"),
        ("O14.14", "Z37.0", "I.C.21.c.11"),
        ("S52.532A", "W10.9XXA", "I.C.20.a.6"),
        ("L90.5", "T23.372S", "I.C.19.a"),
        ("P07.18", "P07.38", "I.C.16.d"),
    ],
)
def test_codes_that_lead_by_rule(before: str, after: str, section: str) -> None:
    rule = leads_by_rule(BOOK, before, after)
    assert rule is not None
    assert rule.text.startswith(f"Guideline {section}, ")


def test_no_rule_orders_unrelated_codes() -> None:
    assert leads_by_rule(BOOK, "M17.11", "E78.5") is None


def test_a_book_remembers_and_forgets() -> None:
    assert book("2026") is BOOK
    assert book("2026", store()) is BOOK
    assert book("2025") is not BOOK
    forget()
    fresh = book("2026")
    assert fresh is not BOOK
    assert fresh.entry("I10") == BOOK.entry("I10")
    assert fresh.entry("I.10") is None
    assert fresh.title("ZZZ") == ""
    assert fresh.lineage("ZZZ") == ()
    assert fresh.notes("ZZZ", "excludes1") == ()
    assert fresh.conflict("ZZZ", "I10") is None
    assert not fresh.holds("no-such-set")
