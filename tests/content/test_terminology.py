"""The terminology tables: complete, without repeats, and borne out by the official files they name."""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter, defaultdict
from functools import cache

import pytest

from chartpath import items, paths, terms
from chartpath.codesets import store

FOLDER = paths.datasets() / "terminology"
SETS = paths.datasets() / "codesets"
AT_LEAST = {
    "combining-forms": 180,
    "prefixes": 60,
    "suffixes": 70,
    "directions": 40,
    "abbreviations": 150,
    "do-not-use": 9,
    "eponyms": 30,
    "plurals": 25,
    "traps": 50,
    "everyday": 40,
    "operations": 20,
}
FORMS = ("combining-forms", "prefixes", "suffixes")
WORDS = {"directions": "term", "plurals": "singular", "traps": "term"} | dict.fromkeys(FORMS, "example")
FILES = {
    "icd10cm-2027": [
        "icd10cm/codes-a-to-r",
        "icd10cm/codes-s-to-t",
        "icd10cm/codes-u-to-z",
        "icd10cm/notes",
        "icd10cm/index-terms",
        "icd10cm/neoplasms",
    ],
    "icd10pcs-2027": ["icd10pcs/index", "icd10pcs/definitions", "icd10pcs/rows", "icd10pcs/axes"],
    "hcpcs-2025": ["hcpcs/codes"],
}


@cache
def official_words(source: str) -> frozenset[str]:
    texts = [(SETS / f"{name}.csv").read_text(encoding="utf-8").lower() for name in FILES[source]]
    return frozenset(word for text in texts for word in re.findall(r"[a-z]+", text))


@pytest.mark.parametrize("name", AT_LEAST)
def test_there_is_enough(name: str) -> None:
    assert len({next(iter(row.values())) for row in terms.table(name)}) >= (
        25 if name == "traps" else 11 if name == "operations" else AT_LEAST[name]
    )
    assert len(terms.table(name)) >= AT_LEAST[name]


def test_the_do_not_use_list_has_nine_entries() -> None:
    assert len(terms.table("do-not-use")) == 9


@pytest.mark.parametrize("name", AT_LEAST)
def test_nothing_stands_twice(name: str) -> None:
    width = {"abbreviations": 2, "traps": 2, "operations": 3}.get(name, 1)
    counts = Counter(tuple(row.values())[:width] for row in terms.table(name))
    assert [key for key, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("name", AT_LEAST)
def test_every_row_is_filled(name: str) -> None:
    may_be_empty = {"prefixes": {"contrast"}, "abbreviations": {"context"}}.get(name, set())
    known = {row["source"] for row in terms.table("sources")}
    for row in terms.table(name):
        assert [
            column for column, text in row.items() if not text.strip() and column not in may_be_empty
        ] == []
        assert row["source"] in known


@pytest.mark.parametrize("name", FORMS)
def test_a_form_occurs_in_its_example(name: str) -> None:
    for row in terms.table(name):
        stem = row["form"].strip("-").partition("/")[0]
        place = row["example"].find(stem)
        assert place >= 0, row["form"]
        if name == "prefixes":
            assert place == 0, row["form"]
        if name == "suffixes":
            assert row["example"].endswith(stem), row["form"]


@pytest.mark.parametrize("name", WORDS)
def test_a_word_stands_in_the_official_file_that_its_row_names(name: str) -> None:
    astray = [
        row[WORDS[name]]
        for row in terms.table(name)
        if row["source"] in FILES and row[WORDS[name]].lower() not in official_words(row["source"])
    ]
    assert astray == []


def test_the_words_of_the_parts_are_all_official() -> None:
    assert {row["source"] for name in FORMS for row in terms.table(name)} <= set(FILES)


@pytest.mark.parametrize("name", [*FORMS, "abbreviations", "traps"])
def test_chapters_exist(name: str) -> None:
    assert {row["chapter"] for row in terms.table(name)} <= {str(number) for number in range(1, 23)}


@pytest.mark.parametrize(("name", "label"), [("everyday", "everyday"), ("eponyms", "name")])
@pytest.mark.parametrize("edition", ["2026", "2027"])
def test_codes_are_billable(name: str, label: str, edition: str) -> None:
    book = store()
    found = {row[label]: book.get(row["code"], edition) for row in terms.table(name)}
    assert [label for label, code in found.items() if code is None or not code.billable] == []


def test_each_operation_stands_in_the_index_of_pcs() -> None:
    found = defaultdict(set)
    with (SETS / "icd10pcs" / "index.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["term"].split(" > ")[0].lower()].add(row["reference"].split(",")[0])
    astray = [row["term"] for row in terms.table("operations") if row["operation"] not in found[row["term"]]]
    assert astray == []


def test_root_operations_are_those_of_the_definitions() -> None:
    with (SETS / "icd10pcs" / "definitions.csv").open(encoding="utf-8", newline="") as file:
        named = {
            row["term"] for row in csv.DictReader(file) if (row["section"], row["position"]) == ("0", "3")
        }
    assert {row["operation"] for row in terms.table("operations")} <= named


def test_a_suffix_of_an_operation_ends_its_term() -> None:
    for row in terms.table("operations"):
        assert row["term"].endswith(row["suffix"].strip("-"))


def test_an_abbreviation_with_two_meanings_shows_what_decides() -> None:
    counts = Counter(row["abbreviation"] for row in terms.table("abbreviations"))
    assert sum(count > 1 for count in counts.values()) >= 35
    for row in terms.table("abbreviations"):
        assert bool(row["context"]) == (counts[row["abbreviation"]] > 1), row["abbreviation"]
        assert not row["context"] or row["abbreviation"].lower() in row["context"].lower()


def test_a_trap_has_a_partner_and_a_gap() -> None:
    sizes = Counter(row["set"] for row in terms.table("traps"))
    assert len(sizes) >= 25
    assert min(sizes.values()) >= 2
    for row in terms.table("traps"):
        assert row["sentence"].count("{}") == 1
        assert row["term"] not in row["sentence"].lower().split()


def test_an_opposite_is_in_the_table() -> None:
    known = {row["term"] for row in terms.table("directions")}
    assert {row["opposite"] for row in terms.table("directions")} <= known


def test_a_contrast_is_a_prefix_of_the_table() -> None:
    known = {row["form"] for row in terms.table("prefixes")}
    assert {row["contrast"] for row in terms.table("prefixes")} - {""} <= known


def test_three_wrong_ways_to_write_an_order() -> None:
    for row in terms.table("do-not-use"):
        ways = [row["right_order"], *row["tempting"].split(";")]
        assert len(set(ways)) == 4


def test_the_drawn_items_are_those_of_the_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(paths.datasets() / "recipes"))
    sys.modules.pop("terminology", None)
    import terminology

    made = terminology.drawn()
    below = terminology.QUESTIONS.read_text(encoding="utf-8").partition(terminology.MARK)[2]
    assert below.strip() == "\n".join(terminology.render([row]) for row, _ in made).strip()
    for _, key in made:
        path = terminology.KEYS / f"{key['item']}.yaml"
        assert path.read_text(encoding="utf-8") == terminology.render(key)
        assert not items.item(key["item"]).assessed


@pytest.mark.parametrize(("name", "label"), [("everyday", "clinical"), ("eponyms", "name")])
def test_the_book_has_the_words_of_a_row_at_its_code(name: str, label: str) -> None:
    """In the title, in a note of the code or of a category above it, or in an index term that leads there."""
    index = defaultdict(str)
    with (SETS / "icd10cm" / "index-terms.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            index[row["code"]] += f" {row['term']} {row['optional']}".lower()
    book = store()
    for row in terms.table(name):
        code = book.get(row["code"])
        assert code is not None
        above = [row["code"][:width].rstrip(".") for width in range(3, len(row["code"]) + 1)]
        notes = " ".join(note.text.lower() for one in above for note in book.notes(one, inherited=False))
        text = f"{code.title.lower()} {notes} {' '.join(index[one] for one in above)}"
        words = set(re.findall(r"[a-z]{4,}", row[label].lower())) - {"disease", "syndrome"}
        assert [word for word in sorted(words) if word not in text] == [], row["code"]
