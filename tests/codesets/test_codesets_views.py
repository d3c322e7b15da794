"""What `chartpath code --json` and `search --json` print, and the one line for a code that does not exist."""

from __future__ import annotations

import json

import pytest

from chartpath.codecards import CodeCard, SearchCard
from chartpath.codesets import code_json, hcpcs, modifiers, search_json, store, views
from chartpath.errors import BadInput


def test_code_json_has_the_fields_of_the_interface() -> None:
    found = code_json("e1122")
    assert list(found) == [
        "system", "edition", "code", "title", "billable", "valid_from", "parents", "children", "notes",
    ]  # fmt: skip
    assert list(found["notes"]) == [
        "includes", "excludes1", "excludes2", "code_first", "use_additional", "code_also", "seventh_character",
    ]  # fmt: skip
    assert (found["system"], found["edition"], found["code"], found["billable"]) == (
        "icd10cm",
        "2027",
        "E11.22",
        True,
    )
    assert [parent["id"] for parent in found["parents"]] == ["E11.2", "E11", "E08-E13", "4"]
    assert found["notes"]["use_additional"][0]["node"] == "E11.22"
    assert found["notes"]["use_additional"][0]["edition"] == "April 2026"
    assert json.loads(json.dumps(found)) == found


def test_code_json_shows_children_and_seventh_characters() -> None:
    found = code_json("S93.401", "2026")
    assert [child["code"] for child in found["children"]] == ["S93.401A", "S93.401D", "S93.401S"]
    assert found["notes"]["seventh_character"][0]["characters"]["D"] == "subsequent encounter"


def test_inclusion_terms_of_the_code_stand_under_includes() -> None:
    assert "heart attack" not in json.dumps(code_json("I10")["notes"]["excludes1"])
    assert any(
        "high blood pressure" in line
        for note in code_json("I10")["notes"]["includes"]
        for line in note["lines"]
    )


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("E11.222", "E11.222: no such code in ICD-10-CM FY2027. Nearest: E11.22 "),
        ("I1O", "the letter O typed for a zero. Did you mean I10 "),
        ("Il0", "the letter l typed for a one. Did you mean I10 "),
        ("E11.2O", "is it a zero"),
        ("", "no code given"),
        ("qqq", "Search for the condition"),
        ("S23.420A", "is a code of FY2025, FY2026, not of FY2027. Now: "),
    ],
)
def test_an_unknown_code_gives_one_line(typed: str, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        code_json(typed)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_search_json() -> None:
    found = search_json("heart attack", limit=2)
    assert len(found) == 2
    assert list(found[0]) == ["code", "system", "title", "billable", "path", "score"]
    assert found[0]["code"] == "I21.9"
    assert json.loads(json.dumps(found)) == found


# -- modifiers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["RT", " rt ", "-RT"])
@pytest.mark.parametrize("system", [None, "hcpcs"])
def test_a_modifier_is_looked_up_like_a_code(typed: str, system: str | None) -> None:
    found = views.find(typed, system=system)
    assert (found.code, found.system, found.billable) == ("RT", "hcpcs", False)
    card = CodeCard(found)
    for shown in (repr(card), card._repr_html_()):
        assert found.title in shown
        assert "goes behind a code, like CODE-RT" in shown
        assert "HCPCS Level II modifiers" in shown
        assert "on which side of the body" in shown
        assert "needs more characters" not in shown


def test_every_modifier_is_found_and_none_hides_a_code() -> None:
    for mark, entry in hcpcs.modifiers().items():
        found = views.find(mark)
        assert (found.code, found.title) == (mark, entry.title)
        assert store().get(mark) is None
        assert hcpcs.get(mark) is None, "a modifier is no code to bill"


def test_a_modifier_as_json() -> None:
    found = code_json("kx")
    assert (found["system"], found["billable"], found["children"]) == ("hcpcs", False, [])
    assert found["parents"] == [{"id": "Modifiers", "title": "HCPCS Level II modifiers", "level": "section"}]


def test_a_modifier_of_cpt_or_of_another_set_is_not_there() -> None:
    with pytest.raises(BadInput, match="two-digit modifiers belong to CPT"):
        views.find("25")
    with pytest.raises(BadInput, match="no such code"):
        views.find("RT", system="icd10cm")


@pytest.mark.parametrize(
    ("text", "system", "first"),
    [
        ("RT", None, "RT"),
        ("rt", "hcpcs", "RT"),
        ("right side", "hcpcs", "RT"),
        ("drug discarded", "hcpcs", "JW"),
        ("MS", None, "G35"),  # what clinicians write comes before the modifier of the same letters
        ("walker", "hcpcs", "E0141"),
    ],
)
def test_search_finds_modifiers(text: str, system: str | None, first: str) -> None:
    hits = views.search(text, system, 5)
    assert hits[0].code == first
    assert len(hits) <= 5
    assert search_json(text, system, 5)[0]["code"] == first


def test_a_found_modifier_says_what_it_is() -> None:
    hits = views.search("MS", None, 5)
    assert [hit.code for hit in hits if hit.path == (modifiers.PATH,)] == ["MS"]
    card = SearchCard("MS", tuple(hits))
    assert "(modifier)" in repr(card)
    assert "(modifier)" in card._repr_html_()


def test_a_search_in_another_set_finds_no_modifier() -> None:
    for system in ("icd10cm", "icd10pcs"):
        assert all(hit.path != (modifiers.PATH,) for hit in views.search("RT", system, 10))
    assert views.search("right side", None, 10) == store().search("right side", limit=10)
