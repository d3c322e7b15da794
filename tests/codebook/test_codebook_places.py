"""The three code sets as one tree, what a search finds in them, and what is still to be decided about a code."""

from __future__ import annotations

import csv
import random

import pytest

from chartpath import paths
from chartpath.answers import parse
from chartpath.codebook import places
from chartpath.codebook.choosers import choosers, seventh, side
from chartpath.codebook.entry import entry_text, head_html, notes_html
from chartpath.codebook.places import HCPCS, NAMES, PCS, Place
from chartpath.codesets import hcpcs, store
from chartpath.codesets.systems import FIRST, SYSTEMS
from chartpath.errors import BadInput

YEAR = "2027"


def at(system: str, name: str, edition: str = YEAR) -> Place:
    found = places.place(system, name, edition)
    assert found, name
    return found


def ids(found: list[Place]) -> list[str]:
    return [one.id for one in found]


@pytest.mark.parametrize(
    ("system", "name", "above", "below"),
    [
        (FIRST, "e1122", ["4", "E08-E13", "E11", "E11.2"], []),
        (FIRST, "E11.2", ["4", "E08-E13", "E11"], ["E11.21", "E11.22", "E11.29"]),
        (FIRST, "E08-E13", ["4"], ["E08", "E09", "E10", "E11", "E13"]),
        (PCS, "0FT4", ["0", "0F", "0FT"], ["0FT40", "0FT44"]),
        (PCS, "0FT44Z", ["0", "0F", "0FT", "0FT4", "0FT44"], ["0FT44ZG", "0FT44ZZ"]),
        (HCPCS, "L1902", ["L", "L19"], []),
        (HCPCS, "-rt", ["Modifiers"], []),
    ],
)
def test_a_place_stands_between_those_above_and_below(
    system: str, name: str, above: list[str], below: list[str]
) -> None:
    here = at(system, name)
    assert ids(places.above(here, YEAR)) == above
    assert ids(places.below(here, YEAR)) == below


@pytest.mark.parametrize("system", SYSTEMS)
def test_whoever_climbs_down_from_the_top_gets_back_up_the_same_way(system: str) -> None:
    drawn = random.Random(8)
    for _ in range(12):
        way: list[Place] = []
        level = places.roots(system, YEAR)
        while level:
            way.append(drawn.choice(level))
            level = places.below(way[-1], YEAR)
        assert way[-1].billable or way[-1].level == "modifier", way
        assert ids(places.above(way[-1], YEAR)) == ids(way[:-1])
        assert not any(one.billable for one in way[:-1])


def test_modifiers_stand_beside_the_sections_and_belong_behind_a_code() -> None:
    top = places.roots(HCPCS, YEAR)[-1]
    assert places.place(HCPCS, top.id, YEAR) == top
    assert set(ids(places.below(top, YEAR))) == set(hcpcs.modifiers())
    right = at(HCPCS, "RT")
    assert not right.billable
    assert places.answer_line(right) == ""
    assert "Modifier: goes behind a code, like CODE-RT" in head_html(right, YEAR)
    assert "which side of the body" in notes_html(right, YEAR)
    assert "which side of the body" in entry_text(right, YEAR)
    assert "<p></p>" not in notes_html(at(HCPCS, "L1902"), YEAR)


def test_a_modifier_is_found_and_never_outdoes_a_code_of_another_set() -> None:
    def found(text: str) -> list[str]:
        return [hit.code for hit in places.merged([places.find(text, one, YEAR) for one in SYSTEMS])]

    assert places.find("RT", HCPCS, YEAR)[0].code == "RT"
    assert places.find("left side", HCPCS, YEAR)[0].code == "LT"
    assert found("ms")[0] == "G35" or found("ms")[0].startswith("G35")
    assert "MS" in found("ms")
    assert "RT" in found("rt")


def test_every_category_hangs_below_exactly_one_place() -> None:
    seen: list[str] = []
    todo = places.roots(FIRST, YEAR)
    while todo:
        here = todo.pop()
        if here.level in ("chapter", "block"):
            todo += places.below(here, YEAR)
        else:
            seen.append(here.id)
    with (paths.datasets() / "codesets" / "icd10cm" / "tree.csv").open(
        encoding="utf-8", newline=""
    ) as stream:
        rows = [row["node"] for row in csv.DictReader(stream) if row["level"] == "category"]
    assert sorted(seen) == sorted(name for name in rows if store().get(name, YEAR))


def test_notes_are_told_where_they_stand_nearest_first() -> None:
    told = places.notes(at(FIRST, "E11.22"))
    assert [carrier.split()[0] for carrier, _ in told] == ["At", "E11", "Chapter"]
    assert {note.kind for _, group in told for note in group} >= {"use_additional", "excludes1"}
    html = notes_html(at(FIRST, "E11.22"), YEAR)
    assert html.index("At this place") < html.index("E11 Type 2") < html.index("Chapter 4")
    assert "Excludes1: never together with this code" in html
    assert "N18" in ids(places.named(at(FIRST, "E11.22"), YEAR))


def test_what_is_shown_is_escaped_and_says_whether_it_may_be_reported() -> None:
    assert "&gt;" in head_html(Place(HCPCS, "X", "a > b"), YEAR)
    assert "Not billable" in head_html(at(FIRST, "E11.2"), YEAR)
    assert "Billable: complete" in head_html(at(FIRST, "E11.22"), YEAR)
    assert "Cutting out or off" in notes_html(at(PCS, "0FT44ZZ"), YEAR)
    assert "2 codes begin so" in notes_html(at(PCS, "0FT44"), YEAR)
    assert "Use additional code: must come after this code: to identify stage" in entry_text(
        at(FIRST, "E11.22"), YEAR
    )


def test_all_sets_are_merged_with_the_best_first_and_nothing_far_off() -> None:
    def found(text: str) -> list[str]:
        return [hit.code for hit in places.merged([places.find(text, one, YEAR) for one in SYSTEMS])]

    assert found("walker")[0] == "E0141"
    assert found("lap chole")[0].startswith("0FT")
    assert found("E11")[0] == "E11"  # though HCPCS codes begin so too
    assert found("E11.22") == ["E11.22"]
    assert found("qqqzzz") == []
    assert places.find("d", FIRST, YEAR) == []
    with pytest.raises(BadInput, match="2019"):
        places.find("diabetes", FIRST, "2019")


@pytest.mark.parametrize(
    ("system", "name", "line"),
    [
        (FIRST, "E11.22", "E11.22"),
        (PCS, "0FT44ZZ", "procedure 0FT44ZZ"),
        (HCPCS, "L1902", "L1902"),
        (FIRST, "E11.2", ""),
    ],
)
def test_the_answer_line_is_read_back_as_the_code(system: str, name: str, line: str) -> None:
    assert places.answer_line(at(system, name)) == line
    if line:
        read = parse(line, "codes", SYSTEMS).lines[0]
        assert (read.code, read.system) == (name, system)


@pytest.mark.parametrize(
    ("code", "sides"),
    [
        ("G56.01", ["G56.01", "G56.02", "G56.03", "G56.00"]),
        ("H25.013", ["H25.011", "H25.012", "H25.013", "H25.019"]),
        ("M79.601", ["M79.601", "M79.602", "M79.603"]),  # not the legs beside it
        ("G81.91", ["G81.91", "G81.92", "G81.90"]),
        ("S93.401A", ["S93.401A", "S93.402A", "S93.409A"]),
    ],
)
def test_the_side_of_a_code_can_be_changed(code: str, sides: list[str]) -> None:
    found = side(code, YEAR)
    assert found
    assert [one for _, one in found.options] == sides
    assert found.chosen == code


@pytest.mark.parametrize("code", ["I10", "E11.22", "M25.50", "J18.9"])
def test_a_code_without_sides_has_no_chooser_of_sides(code: str) -> None:
    assert side(code, YEAR) is None


@pytest.mark.parametrize(
    ("stem", "full"), [("T07", "T07.XXXA"), ("S93.401", "S93.401A"), ("W19", "W19.XXXA")]
)
def test_the_seventh_character_builds_the_full_code_with_its_placeholders(stem: str, full: str) -> None:
    found = seventh(stem, YEAR)
    assert found
    assert found.chosen == ""
    assert found.options[0][1] == full
    again = seventh(full, YEAR)
    assert again
    assert again.chosen == full
    assert again.options == found.options


def test_choosers_lead_from_any_heading_to_a_billable_code() -> None:
    """Following the last open decision again and again ends at a code that exists and is complete."""
    drawn = random.Random(8)
    headings = [
        one for name in ("S52", "M25", "H40", "T50", "I63", "O36", "C50") for one in [at(FIRST, name)]
    ]
    for here in headings:
        for _ in range(9):
            if here.billable:
                break
            open_ones = [one for one in choosers(here, YEAR) if not one.chosen]
            assert open_ones, here
            here = at(FIRST, drawn.choice(open_ones[-1].options)[1])
        assert here.billable, here
        assert store().get(here.id, YEAR)


def test_procedures_of_a_year_without_tables_say_so() -> None:
    with pytest.raises(BadInput, match="2025"):
        places.below(at(PCS, "0FT", "2025"), "2025")
    assert set(NAMES) == set(SYSTEMS)
