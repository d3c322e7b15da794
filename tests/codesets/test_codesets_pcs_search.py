"""Search in ICD-10-PCS: what a coder expects comes first, measured on a set of everyday queries."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from chartpath.codesets import pcs
from chartpath.codesets.pcs_store import pcs_store

QUERIES = list(csv.DictReader((Path(__file__).parent / "pcs_queries.csv").open(encoding="utf-8")))
# Share found in the first 1, 5 and 10. `held_out` was written after the synonyms and the ranking and never used
# to change them; before it, three sets were used up in that way and are in `tuning` now.
AIM = {"tuning": {1: 0.90, 5: 0.95, 10: 0.97}, "held_out": {1: 0.60, 5: 0.75, 10: 0.80}}


def place(query: str, expected: str) -> int | None:
    """Number of the first hit in the expected family (0 for the first), or None."""
    families = tuple(expected.split("|"))
    hits = pcs.search(query, limit=10)
    return next((number for number, hit in enumerate(hits) if hit.code.startswith(families)), None)


@pytest.mark.parametrize("part", AIM)
def test_share_of_everyday_queries(part: str) -> None:
    chosen = [row for row in QUERIES if row["part"] == part]
    places = {row["query"]: place(row["query"], row["expected"]) for row in chosen}
    missed = [query for query, found in places.items() if found is None]
    for first, aim in AIM[part].items():
        share = sum(found is not None and found < first for found in places.values()) / len(places)
        print(f"{part}: {len(places)} queries, {share:.1%} in the first {first} (aim {aim:.0%})")
        assert share >= aim, f"first {first}: {share:.1%}; not found: {missed}"


def test_the_query_set_is_large_and_its_families_exist() -> None:
    assert len(QUERIES) >= 150
    assert len({row["query"] for row in QUERIES}) == len(QUERIES)
    for row in QUERIES:
        for family in row["expected"].split("|"):
            assert pcs_store().count(family, 2027), f"{row['query']}: no code begins with {family}"


def first(text: str) -> str:
    return pcs.search(text, limit=3)[0].code


def test_words_in_any_order() -> None:
    assert first("laparoscopic cholecystectomy") == first("cholecystectomy laparoscopic") == "0FT44ZZ"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("laparoscopic cholecistectomy", "0FT44ZZ"),
        ("apendectomy open", "0DTJ0ZZ"),
        ("hemodialisis", "5A1D70Z"),
    ],
)
def test_misspellings(typed: str, code: str) -> None:
    assert code in [hit.code for hit in pcs.search(typed, limit=3)]


def test_the_words_of_the_classification() -> None:
    assert first("resection of gallbladder percutaneous endoscopic") == "0FT44ZZ"
    assert first("Fluoroscopy of Multiple Coronary Arteries using Low Osmolar Contrast") == "B2111ZZ"


def test_the_beginning_of_a_code() -> None:
    assert [hit.code for hit in pcs.search("0FT4", limit=10)] == ["0FT40ZZ", "0FT44ZG", "0FT44ZZ"]
    assert all(hit.code.startswith("0FT") for hit in pcs.search("0FT pancreas", limit=5))
    assert first("0FT pancreas") == "0FTG0ZZ"


def test_a_hit_says_where_it_is() -> None:
    hit = pcs.search("lap chole")[0]
    assert (hit.system, hit.billable) == ("icd10pcs", True)
    assert hit.path == ("Medical and Surgical", "Hepatobiliary System and Pancreas", "Resection")
    assert pcs.search("ect", limit=1)[0].path == ("Mental Health", "Electroconvulsive Therapy")


def test_an_edition_finds_its_own_codes() -> None:
    text = "division of aortic valve native leaflet percutaneous"
    assert "028F3Z0" in [hit.code for hit in pcs.search(text, edition="2027")]
    assert "028F3Z0" not in [hit.code for hit in pcs.search(text, edition="2026")]


@pytest.mark.parametrize("text", ["", "   ", "of the", "qqqqqq zzzzzz", "%_*\"'()", "日本"])
def test_nothing_to_find(text: str) -> None:
    assert pcs.search(text) == []
    assert pcs.index_search(text) == []


def test_as_many_as_asked_for() -> None:
    for limit in (1, 3, 25):
        hits = pcs.search("drainage", limit=limit)
        assert len(hits) == limit
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_the_index() -> None:
    found = {
        (entry.term, entry.kind, entry.reference, entry.code) for entry in pcs.index_search("cholecystectomy")
    }
    assert ("Cholecystectomy", "see", "Resection, Gallbladder", "0FT4") in found
    assert ("Cholecystectomy", "see", "Excision, Gallbladder", "0FB4") in found
    assert pcs.index_search("hallux")[0].reference in ("1st Toe, Right", "1st Toe, Left")
    assert pcs.index_search("colonoscopy")[0].code == "0DJD8ZZ"
    assert len(pcs.index_search("artery", limit=7)) == 7


def test_a_whole_page_is_no_trouble() -> None:
    page = " ".join(
        f"{word} of the left knee with a laparoscopic" for word in ("drainage", "biopsy", "stent") * 200
    )
    assert len(pcs.search(page, limit=5)) == 5
    assert len(pcs.index_search(page, limit=5)) == 5
