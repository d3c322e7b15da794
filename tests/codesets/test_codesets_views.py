"""What `chartpath code --json` and `search --json` print, and the one line for a code that does not exist."""

from __future__ import annotations

import json

import pytest

from chartpath.codesets import code_json, search_json
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
