"""HCPCS Level II: the list without licensed codes, modifiers, places, search, and the check of a claim line."""

from __future__ import annotations

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from chartpath.codesets import code_json, hcpcs, search_json, store
from chartpath.codesets.claimline import check_line
from chartpath.codesets.views import find
from chartpath.errors import BadInput

# -- the tables ----------------------------------------------------------------------------------------


def test_the_release_is_whole_and_has_no_licensed_code() -> None:
    rows = list(hcpcs.table("codes"))
    assert len(rows) == 8463
    assert all(re.fullmatch(r"[A-CE-V]\d{4}", row["code"]) for row in rows)
    assert len(hcpcs.modifiers()) == 383
    assert all(re.fullmatch(r"[A-Z][0-9A-Z]", mark) for mark in hcpcs.modifiers())


def test_no_description_holds_a_licensed_number() -> None:
    """Five digits, or four with F, T or U, are CPT; D and four digits CDT. Quantities carry commas."""
    shapes = re.compile(r"\b(?:\d{5}|\d{4}[FTU]|D\d{4})\b", re.IGNORECASE)
    assert shapes.search("(list separately in addition to 69433)")
    texts = [row["title"] for row in hcpcs.table("codes")]
    texts += [entry.title for entry in hcpcs.modifiers().values()]
    assert [text for text in texts if shapes.search(text)] == []
    assert sum("[CPT]" in text for text in texts) == 15


def test_every_code_has_a_section_in_our_words() -> None:
    sections = {row["section"]: row for row in hcpcs.table("sections")}
    assert {row["section"] for row in hcpcs.table("codes")} == set(sections)
    assert all(row["title"] and row["description"] for row in sections.values())


def test_payment_status_is_given_where_the_addendum_lists_the_code() -> None:
    visit = hcpcs.payment("G0463")
    assert visit.status == "J2"
    assert "Comprehensive APC" in visit.meaning
    assert visit.rate is not None
    assert visit.rate > 0
    assert hcpcs.payment("L1902").status == "A"
    assert hcpcs.payment("L1902").rate is None
    assert hcpcs.payment("Z0000") == hcpcs.Payment("", "", None)


# -- looking a code up ---------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["L1902", "l1902", " L1902 "])
def test_a_code_through_the_store(typed: str) -> None:
    found = store().get(typed, system="hcpcs")
    assert found is not None
    assert (found.system, found.edition, found.code, found.billable, found.parent) == (
        "hcpcs", "October 2025", "L1902", True, "L",
    )  # fmt: skip
    assert found.title.startswith("Ankle orthosis, ankle gauntlet or similar")


def test_the_store_alone_is_icd10cm() -> None:
    """A learner's diagnosis list must not take a brace for a diagnosis."""
    assert store().get("L1902") is None
    with pytest.raises(BadInput, match="icd10cm, icd10pcs, hcpcs"):
        store().get("L1902", system="cpt")


def test_the_system_is_found_by_the_code() -> None:
    assert find("L1902").system == "hcpcs"
    assert find("E11.22").system == "icd10cm"
    # J0120 is an injection, and without its dot an acute sinusitis: ICD-10-CM wins unless the system is named.
    assert find("J0120").code == "J01.20"
    assert find("J0120", system="hcpcs").title.startswith("Injection, tetracycline")


def test_json_keeps_its_shape() -> None:
    found = code_json("L1902")
    assert list(found) == list(code_json("E11.22"))
    assert list(found["notes"]) == list(code_json("E11.22")["notes"])
    assert (found["system"], found["valid_from"], found["children"]) == ("hcpcs", None, [])
    assert found["parents"] == [{"id": "L", "title": "Orthotics and prosthetics", "level": "section"}]
    assert not any(found["notes"].values())


@pytest.mark.parametrize(
    ("typed", "system", "words"),
    [
        (
            "L1903",
            "hcpcs",
            "L1903: no such code in HCPCS Level II October 2025. Nearest: L1902 Ankle orthosis",
        ),
        ("L1903", None, "no such code in HCPCS Level II"),  # ICD-10-CM has no category L19
        ("99213", None, "shape of a CPT code"),
        ("99213", "hcpcs", "shape of a CPT code"),
        ("0232T", None, "shape of a CPT code"),
        ("D0120", None, "shape of a dental code"),
        ("hello", "hcpcs", "a letter and four digits"),
    ],
)
def test_an_unknown_code_gives_one_line(typed: str, system: str | None, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        find(typed, system=system)
    assert words.lower() in str(caught.value).lower()
    assert "\n" not in str(caught.value)


# -- search --------------------------------------------------------------------------------------------

QUERIES = {
    "ankle brace": "L190", "flu shot": "G0008", "walker": "E01", "wheelchair": "E1", "cpap": "E0601",
    "oxygen concentrator": "E139", "knee immobilizer": "L1830", "toradol": "J1885", "crutches": "E011",
    "ambulance als": "A04", "nebulizer": "E05", "hospital bed": "E02", "screening mammogram": "G0202",
    "rocephin": "J0696", "ceftriaxone injection": "J0696", "hearing aid": "V5", "b12 shot": "J3420",
    "diabetic shoe": "A550", "blood glucose monitor": "E0607", "cane": "E010", "neck brace": "L01",
    "depo provera": "J1050", "urinary catheter": "A43", "colonoscopy screening": "G010", "walkr": "E01",
    "mastectomy bra": "L800", "power wheelchair": "K08", "tlso": "L04", "botox": "J0585", "iv pole": "E0776",
    "commode": "E016", "trapeze bar": "E09", "rollator": "E014", "back brace": "L06", "wrist brace": "L39",
    "knee brace": "L18", "ostomy pouch": "A5", "breast pump": "E060", "telehealth": "G04",
    "annual wellness visit": "G04", "feeding tube formula": "B41", "keytruda": "J9271",
}  # fmt: skip


def test_everyday_words_find_the_family() -> None:
    """Of 42 queries, the family a coder expects is first for 75 %, among the first five for 95 %."""
    places = {
        query: next(
            (number for number, hit in enumerate(hcpcs.search(query, 5), 1) if hit.code.startswith(family)),
            99,
        )
        for query, family in QUERIES.items()
    }
    assert sum(place == 1 for place in places.values()) >= 0.75 * len(QUERIES), places
    assert sum(place <= 5 for place in places.values()) >= 0.95 * len(QUERIES), places


def test_search_through_the_store_names_the_system() -> None:
    found = search_json("knee immobilizer", system="hcpcs", limit=1)
    assert list(found[0]) == ["code", "system", "title", "billable", "path", "score"]
    assert (found[0]["code"], found[0]["system"], found[0]["path"]) == (
        "L1830", "hcpcs", ["Orthotics and prosthetics"],
    )  # fmt: skip
    assert [hit["system"] for hit in search_json("knee pain", limit=3)] == ["icd10cm"] * 3


def test_the_beginning_of_a_code_and_no_sense_at_all() -> None:
    assert [hit.code for hit in hcpcs.search("L190", 3)] == ["L1900", "L1902", "L1904"]
    assert hcpcs.search("qzxv", 5) == []


def test_measures_of_quality_come_after_items_and_services() -> None:
    found = [hit.code for hit in hcpcs.search("colonoscopy screening", 10)]
    measures = [bool(re.match(r"M|G8|G9", code)) for code in found]
    assert measures == sorted(measures)
    assert not measures[0]


def test_many_threads_may_ask() -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: hcpcs.get(f"L{1900 + 2 * (number % 4)}"), range(64)))
    assert Counter(code.code for code in found if code) == dict.fromkeys(
        ["L1900", "L1902", "L1904", "L1906"], 16
    )


# -- modifiers and places ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kind", "side"),
    [
        ("RT", "side", "right"),
        ("-lt", "side", "left"),
        ("E1", "eyelid", "left"),
        ("FA", "finger", "left"),
        ("F9", "finger", "right"),
        ("TA", "toe", "left"),
        ("T5", "toe", "right"),
        ("GY", "coverage_notice", ""),
        ("JW", "drug_waste", ""),
        ("XS", "distinct_service", ""),
        ("RR", "purchase_or_rental", ""),
        ("KX", "requirements_met", ""),
    ],
)
def test_a_modifier(typed: str, kind: str, side: str) -> None:
    found = hcpcs.modifier(typed)
    assert found is not None
    assert (found.kind, found.side) == (kind, side)
    assert found.use
    assert found.title


def test_every_digit_and_eyelid_has_a_side() -> None:
    sided = [
        entry for entry in hcpcs.modifiers().values() if entry.kind in ("side", "eyelid", "finger", "toe")
    ]
    assert Counter(entry.side for entry in sided) == {"left": 13, "right": 13}


def test_a_modifier_that_is_none() -> None:
    assert hcpcs.modifier("ZQ") is None
    assert hcpcs.modifier("25") is None


@pytest.mark.parametrize(
    ("typed", "name"),
    [("11", "Office"), (2, "Telehealth away from home"), ("02 ", "Tele"), (23, "Hospital emergency room")],
)
def test_a_place_of_service(typed: str | int, name: str) -> None:
    found = hcpcs.place(typed)
    assert found is not None
    assert found.name.startswith(name)
    assert found.meaning


def test_places_that_are_not_assigned() -> None:
    assert hcpcs.place("30") is None
    assert len(hcpcs.places()) == 52


# -- a claim line --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "modifiers", "units"),
    [
        ("L1902", ["RT"], 1),
        ("L1902", ["RT", "LT"], 2),  # both sides on a line: the payer's rule decides, so nothing is said
        ("J0696", ["JZ"], 4),
        ("E0143", ["NU", "KX"], 1),
        ("G0127", ["TA", "T1"], 1),
        ("G0127", ["LT", "TA"], 1),
        ("A6216", ["A1"], 30),
        ("L5856", ["K3", "RT"], 1),
        ("l1902", ["-rt"], None),
    ],
)
def test_a_line_with_nothing_wrong(code: str, modifiers: list[str], units: int | None) -> None:
    assert check_line(code, modifiers, units) == []


@pytest.mark.parametrize(
    ("code", "modifiers", "units", "kind", "about", "words"),
    [
        ("L1903", [], 1, "invalid_code", "L1903", "Nearest: L1902"),
        ("99213", [], 1, "not_checked", "99213", "licensed"),
        ("D0120", [], 1, "not_checked", "D0120", "licensed"),
        ("L1902", ["25"], 1, "not_checked", "25", "belong to CPT"),
        ("L1902", ["ZQ"], 1, "invalid_modifier", "ZQ", "no such Level II modifier"),
        ("L1902", ["RT", "rt"], 1, "repeated_modifier", "RT", "twice"),
        ("J0696", ["JW", "JZ"], 4, "conflicting_modifiers", "JW|JZ", "none of it"),
        ("E0143", ["NU", "RR"], 1, "conflicting_modifiers", "NU|RR", "new, used or rented"),
        ("G0127", ["LT", "T5"], 1, "conflicting_modifiers", "LT|T5", "opposite sides"),
        ("C8908", ["RT"], 1, "modifier_misfit", "RT", "both sides"),
        ("L1902", ["JW"], 1, "modifier_misfit", "JW", "not a drug"),
        ("J0696", ["RR"], 1, "modifier_misfit", "RR", "not equipment"),
        ("E0143", ["K3"], 1, "modifier_misfit", "K3", "leg prosthesis"),
        ("L1902", ["A1"], 1, "modifier_misfit", "A1", "not a dressing"),
        ("L1902", [], 0, "invalid_units", "L1902", "whole number"),
    ],
)
def test_what_is_wrong_with_a_line(
    code: str, modifiers: list[str], units: int, kind: str, about: str, words: str
) -> None:
    found = check_line(code, modifiers, units)
    assert [(one.kind, one.code) for one in found] == [(kind, about)]
    assert words in found[0].message
    assert found[0].rule
    assert found[0].source == "HCPCS Level II October 2025"


def test_findings_come_in_the_order_of_the_line() -> None:
    found = check_line("L1903", ["ZQ", "25"], -1)
    assert [one.kind for one in found] == ["invalid_code", "invalid_modifier", "not_checked", "invalid_units"]
