"""Reading the references inside notes: each form of the book, each trap, and how many lines stay unread."""

from __future__ import annotations

import pytest

from chartpath.codesets import Note, Ref, normalize, store
from chartpath.codesets.coverage import coverage


def line(node: str, kind: str, words: str) -> tuple[str, tuple[Ref, ...]]:
    """The line of a note that holds some words, with its references."""
    for note in store().notes(node, kind, inherited=False):
        for text, refs in zip(note.lines, note.line_refs, strict=True):
            if words in text:
                return text, refs
    raise AssertionError(f"no {kind} line with {words!r} at {node}")


def matches(refs: tuple[Ref, ...], code: str) -> bool:
    return any(ref.matches(code) for ref in refs)


def check(refs: tuple[Ref, ...], inside: str, outside: str) -> None:
    for code in inside.split():
        assert store().get(code, "2026") or store().get(code, "2027"), (
            f"{code} is no code: the test would be empty"
        )
        assert matches(refs, code), code
    for code in outside.split():
        assert not matches(refs, code), code


# -- the traps of the code sets ------------------------------------------------------------------------


def test_trap_code_with_a_letter_in_second_place() -> None:
    found = store().get("qa00101", "2027")
    assert found is not None
    assert found.code == "QA0.0101"
    assert [node.id for node in store().ancestors("QA0.0101")][-3:] == ["QA0", "QA0-QA0", "17"]
    everything = store().rows(
        "SELECT count(*) FROM codes WHERE plain LIKE 'QA%' AND billable = 1 AND last = 2027"
    )
    assert everything[0][0] == 18


def test_trap_list_with_a_range() -> None:
    _, refs = line("I12.9", "use_additional", "N18.1-N18.4")
    check(refs, "N18.1 N18.2 N18.30 N18.32 N18.4 N18.9", "N18.5 N18.6 N17.9 N19")


def test_trap_wildcard() -> None:
    _, refs = line("N18", "code_first", "hypertensive chronic kidney disease")
    check(refs, "I12.0 I12.9 I13.0", "I11.0 I10")


def test_trap_prose() -> None:
    text, refs = line("T20-T25", "use_additional", "code from category T31 or T32")
    assert "(" not in text
    check(refs, "T31.0 T32.99", "T30.0 T33.011A")


def test_trap_wildcard_without_a_dot() -> None:
    lines = [(text, refs) for text, refs in _all_lines() if "(F33-)" in text.replace(" ", "")]
    assert lines, "no line with F33- is left in the notes"
    for _, refs in lines:
        check(refs, "F33.0 F33.42", "F32.0 F34.1")


def test_trap_final_characters() -> None:
    _, refs = line("R47.01", "excludes1", "with final characters -20")
    check(refs, "I69.020 I69.120 I69.320 I69.920", "I69.321 I69.32 I69.30 I69.390")


def test_trap_fifth_or_sixth_character() -> None:
    _, refs = line("D64.2", "use_additional", "with fifth or sixth character 5")
    # The sixth character tells the intent; the fifth only where the sixth is the placeholder X.
    check(refs, "T36.0X5A T39.015A T36.95XA T45.515D", "T36.0X1A T39.391A T36.91XA T45.511A T51.0X1A D64.2")
    _, poisoning = line("D64.2", "code_first", "with fifth or sixth character 1-4")
    check(poisoning, "T36.0X1A T39.014A T51.0X2A T36.91XA", "T36.0X5A T36.0X6A T39.315A T36.95XA")


def test_trap_excludes1_at_chapter_level() -> None:
    note = store().excludes1("E66.9", "P74.1")
    assert note is not None
    assert (note.node, note.kind) == ("4", "excludes1")
    assert "transitory endocrine" in note.text


def test_trap_titles_with_tabs() -> None:
    """The XML writes this title with a tab in it; ours comes from the order file."""
    assert not store().rows("SELECT code FROM codes WHERE title LIKE '%' || char(9) || '%'")
    assert not store().rows("SELECT id FROM notes WHERE lines LIKE '%\\t%'")


@pytest.mark.parametrize("code", ["I10", "B20", "B59", "U07.1"])
def test_trap_category_without_subdivision(code: str) -> None:
    found = store().get(code)
    assert found is not None
    assert found.billable
    assert store().children(code) == []
    assert store().ancestors(code)[-1].level == "chapter"


@pytest.mark.parametrize(
    "block",
    [
        "C00-C96",
        "C00-C75",
        "M00-M25",
        "M40-M54",
        "M60-M79",
        "M80-M94",
        "T07-T88",
        "T20-T32",
        "V00-X58",
        "V00-V99",
        "W00-X58",
        "Y62-Y84",
    ],
)
def test_trap_range_that_looks_like_a_leaf(block: str) -> None:
    low, high = block.split("-")
    inside = [code.code for code in store().children(block)]
    assert inside[0] >= low
    assert inside[-1] <= high
    assert len(inside) > 5
    assert block in [node.id for node in store().ancestors(inside[0])]


def test_trap_six_characters_valid_and_not_billable() -> None:
    stem = store().get("S93.401")
    assert stem is not None
    assert not stem.billable
    assert store().needs_seventh("S93.401")
    assert [code.code for code in store().children("S93.401")] == ["S93.401A", "S93.401D", "S93.401S"]


# -- the other forms -----------------------------------------------------------------------------------


def _all_lines() -> list[tuple[str, tuple[Ref, ...]]]:
    nodes = [row[0] for row in store().rows("SELECT DISTINCT node FROM notes")]
    notes: list[Note] = [note for node in nodes for note in store().notes(node, inherited=False)]
    return [pair for note in notes for pair in zip(note.lines, note.line_refs, strict=True)]


@pytest.mark.parametrize(
    ("node", "kind", "words", "inside", "outside"),
    [
        ("C76", "excludes1", "lymphoid", "C81.00 C96.9", "C7A.00 C80.1"),
        ("F20", "excludes2", "with .15. .25, .95", "F11.159 F19.951 F13.259", "F11.20 F10.159"),
        ("I73.8", "excludes1", "with .51-.52", "E11.51 E08.52", "E11.59 E11.9 E11.621"),
        ("L99", "excludes1", "with .62-", "E11.621 E13.622", "E11.65 E11.610"),
        ("R41.3", "excludes1", "5th character .6", "F10.26 F19.96", "F10.20 F10.259"),
        ("R44", "excludes1", "fifth to sixth characters 51", "F11.151 F19.951", "F11.159 F11.25"),
        ("S51", "excludes1", "open fracture 7th character", "S52.001B S52.001C S52.001R", "S52.001A S52.001D S52.001S"),
        ("S01", "excludes1", "7th character B", "S02.0XXB", "S02.0XXA"),
        ("Z85.6", "excludes1", "5th character 1", "C91.01 C95.91", "C91.00 C91.02"),
        ("E87.0", "excludes2", "final characters .00 or .01", "E11.00 E13.01", "E11.9 E10.10 E11.65"),
        ("E87.20", "code_also", "5th character 2", "J96.02 J96.92", "J96.01 J96.00"),
        ("G63", "excludes1", "fifth character 1", "B27.01 B27.91", "B27.00 B27.99"),
        ("Z91.12", "code_first", "fifth or sixth character 6", "T36.0X6A T50.906A", "T36.0X5A"),
        ("Z91.1", "code_also", "final character 6", "T36.0X6A", "T36.0X5A"),
        ("E87.2", "excludes1", "with ketoacidosis", "E11.10 E10.11 E13.10 E08.10", "E11.9 E11.65 E10.9"),
        ("F06.7", "excludes1", "I69.01-I69.11-", "I69.010 I69.118 I69.915", "I69.020 I69.10 I69.351"),
        ("S06.0", "excludes1", "S06.1- to S06.6-", "S06.1X0A S06.6XAA S06.891A", "S06.9X0A S06.0X0A"),
        ("D59.6", "use_additional", "Chapter 20", "V00.01XA Y99.9 W19.XXXA", "T36.0X5A Z00.00"),
        ("15", "use_additional", "from category Z3A", "Z3A.00 Z3A.42", "Z36.0"),
        ("J39.3", "excludes1", "J60-J67.9", "J60 J67.9 J65", "J68.0 J39.2"),
        ("R29.891", "excludes1", "torticollis NOS M43.6", "M43.6", "M43.5X2"),
    ],
)  # fmt: skip
def test_forms_of_reference(node: str, kind: str, words: str, inside: str, outside: str) -> None:
    _, refs = line(node, kind, words)
    check(refs, inside, outside)


@pytest.mark.parametrize(
    ("node", "kind", "words"),
    [
        ("E53.8", "inclusion", "Vitamin B12 deficiency"),
        ("E75.19", "inclusion", "GM1 gangliosidosis"),
        ("G71.035", "inclusion", "LGMD R12"),
        ("I21", "includes", "28 days"),
        ("C92.0", "inclusion", "t(8;21)"),
        ("J12.82", "inclusion", "SARS-CoV-2"),
    ],
)
def test_what_looks_like_a_code_and_is_none(node: str, kind: str, words: str) -> None:
    _, refs = line(node, kind, words)
    assert refs == ()


def test_prose_codes_beside_a_code_in_parentheses_only_describe() -> None:
    """ "pneumoconiosis with tuberculosis, any type in A15 (J65)": the code to use instead is J65."""
    _, refs = line("J61", "excludes1", "any type in A15 (J65)")
    check(refs, "J65", "A15.0")


def test_a_range_keeps_to_the_order_of_the_book() -> None:
    """C7A and C7B stand between C75 and C76, so C76-C79 leaves them out; C00-C75 does, too. C4A is before C44."""
    refs = [ref for _, found in _all_lines() for ref in found]
    narrow = next(ref for ref in refs if ref.text == "C76-C79")
    assert narrow.matches("C77.0")
    assert not narrow.matches("C7A.00")
    wide = next(ref for ref in refs if ref.text == "C40-C49")
    assert wide.matches("C4A.0")
    assert not wide.matches("C50.011")


def test_a_range_that_ends_inside_a_category_stops_there() -> None:
    _, refs = line("T88.7", "excludes1", "T80-T88.6")
    check(refs, "T80.0XXA T88.6XXA T88.8XXA", "T88.7XXA T88.9XXA")
    assert any(ref.sweeping for ref in refs), "A00-R94 is a direction, not a list"


def test_references_keep_the_words_of_the_book() -> None:
    for text, refs in _all_lines():
        for ref in refs:
            low = ref.text.split(" with ")[0]
            assert low in text or low.rstrip("-,") in text or "I69." in text, (text, ref.text)


def test_every_reference_reaches_a_code() -> None:
    """The one that does not is a slip of the official text: F02 names G31.90, which does not exist."""
    dead = [ref.text for _, refs in _all_lines() for ref in refs if not ref.prefixes]
    assert dead == []


def test_less_than_one_percent_of_reference_lines_is_unread() -> None:
    report = coverage(store())
    assert report.bearing > 10_000
    assert len(report.unread) / report.bearing < 0.01
    # Every one of them is known: "code to fracture with 7th character D" names no code, and G31.90 is none.
    assert sorted({(node, kind) for node, kind, _ in report.unread}) == [
        ("F02", "code_first"),
        ("Z47", "excludes1"),
        ("Z47.2", "excludes1"),
        ("Z48", "excludes1"),
        ("Z48.81", "excludes1"),
    ]


def test_normalize() -> None:
    for typed in ("e1122", "E11.22", " e11.22 ", "E11\u200b.22", "E11.22\u2013"):
        assert normalize(typed) == "E11.22"
    assert normalize("i10") == "I10"
