"""The diagrams and their table, held against the code sets and against each other."""

from __future__ import annotations

import csv
import re
from xml.etree import ElementTree as ET

import pytest

from chartpath import diagrams, items, paths
from chartpath.codesets import EDITIONS, store
from chartpath.codesets.systems import other
from chartpath.diagrams import Region

FOLDER = paths.datasets() / "anatomy"
SVG = "{http://www.w3.org/2000/svg}"
UNIT = "03-anatomy-and-physiology"
REGIONS = [one for name in diagrams.names() for one in diagrams.diagram(name).regions]
YEARS = ("2026", "2027")
CHARACTER = 8.7
"""Width of a character at 15 units, generously: a bold sans serif."""


def drawing(name: str) -> ET.Element:
    return ET.fromstring((FOLDER / f"{name}.svg").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "one", [one for one in REGIONS if one.cm_code], ids=lambda one: f"{one.diagram}-{one.region}"
)
@pytest.mark.parametrize("year", YEARS)
def test_the_diagnosis_code_has_this_title(one: Region, year: str) -> None:
    found = store().get(one.cm_code, year)
    assert found is not None, f"{one.cm_code} is not in FY{year}"
    assert found.title == one.cm_title


@pytest.mark.parametrize(
    "one", [one for one in REGIONS if one.pcs_part], ids=lambda one: f"{one.diagram}-{one.region}"
)
@pytest.mark.parametrize("year", YEARS)
def test_the_table_has_this_body_part(one: Region, year: str) -> None:
    allowed = {value.value: value.label for value in other("icd10pcs").options(one.pcs_part[:3], year)}
    assert allowed.get(one.pcs_part[3]) == one.pcs_label


# Where PCS has no value of that name, its Body Part Key sends the name to another.
KEYED = {
    ("colon", "hepatic-flexure"): ("Transverse Colon", "Hepatic flexure"),
    ("colon", "splenic-flexure"): ("Transverse Colon", "Splenic flexure"),
    ("colon", "rectosigmoid"): ("Sigmoid Colon", "Rectosigmoid junction"),
    ("eye", "macula"): ("Retina, Right", "Macula"),
    ("urinary", "trigone"): ("Bladder", "Trigone of bladder"),
    ("urinary", "ureteric-orifice"): ("Ureter, Right", "Ureteral orifice"),
    ("brain-arteries", "vertebral"): ("Intracranial Artery", "Vertebral artery, intracranial portion"),
    ("brain-arteries", "internal-carotid"): (
        "Intracranial Artery",
        "Internal carotid artery, intracranial portion",
    ),
    ("breast", "nipple-areola"): ("Nipple, Right", "Areola"),
    ("femur", "neck"): ("Upper Femur, Right", "Neck of femur"),
    ("pelvis-female", "myometrium"): ("Uterus", "Myometrium"),
    ("brain-arteries", "middle-cerebral"): ("Intracranial Artery", "Middle cerebral artery"),
}


@pytest.mark.parametrize("place", KEYED, ids="-".join)
def test_the_body_part_key_sends_the_name_there(place: tuple[str, str]) -> None:
    label, name = KEYED[place]
    with (paths.datasets() / "codesets/icd10pcs/definitions.csv").open(encoding="utf-8", newline="") as file:
        sent = {
            row["term"]: row["includes"].split(" | ")
            for row in csv.DictReader(file)
            if row["position"] == "4"
        }
    assert name in sent[label]
    assert next(one.pcs_label for one in REGIONS if (one.diagram, one.region) == place) == label


@pytest.mark.parametrize("name", diagrams.names())
def test_drawing_and_table_hold_the_same_regions(name: str) -> None:
    tree = drawing(name)
    drawn = {
        str(one.get("id")).removeprefix("region-") for one in tree.iter() if one.get("class") == "region"
    }
    labeled = [str(one.get("data-region")) for one in tree.iter() if one.get("data-region")]
    table = [one for one in REGIONS if one.diagram == name]
    assert drawn == {one.region for one in table}
    assert sorted(labeled) == sorted(drawn)
    for one in tree.iter():
        if one.get("data-region"):
            region = next(row for row in table if row.region == one.get("data-region"))
            assert one.get("data-letter") == region.letter, "run: python datasets/recipes/anatomy_svg.py"


@pytest.mark.parametrize("name", diagrams.names())
def test_a_drawing_is_accessible_and_self_contained(name: str) -> None:
    tree = drawing(name)
    text = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    assert tree.get("viewBox")
    assert len((tree.findtext(f"{SVG}title") or "").split()) >= 3
    assert len((tree.findtext(f"{SVG}desc") or "").split()) >= 6
    assert not re.search(r"<script|href=|url\(|<image|<foreignObject", text)


@pytest.mark.parametrize("name", diagrams.names())
def test_letters_are_unique_and_in_no_order(name: str) -> None:
    letters = [one.letter for one in REGIONS if one.diagram == name]
    assert sorted(letters) == [chr(ord("A") + place) for place in range(len(letters))]
    assert letters != sorted(letters)


@pytest.mark.parametrize("one", REGIONS, ids=lambda one: f"{one.diagram}-{one.region}")
def test_the_place_in_words_does_not_give_the_name_away(one: Region) -> None:
    told = set(re.findall(r"[a-z]{5,}", one.where.lower()))
    common = {"right", "lower", "upper", "middle", "lobe", "outer", "inner", "plane", "viewer"}
    assert not told & (set(re.findall(r"[a-z]{5,}", one.label.lower())) - common)


def boxes(tree: ET.Element) -> list[tuple[str, float, float, float, float]]:
    """Estimated box of every line of text: words, left, top, right, bottom, in units of the drawing."""
    found = []
    for text in tree.iter(f"{SVG}text"):
        small = text.get("class") == "side"
        lines = list(text.iter(f"{SVG}tspan")) or [text]
        for one in lines:
            words = one.text or ""
            x, y = float(one.get("x", 0)), float(one.get("y", 0))
            width = len(words) * CHARACTER * (0.85 if small else 1)
            left = {"end": x - width, "middle": x - width / 2}.get(text.get("text-anchor", "start"), x)
            found.append((words, left, y - 11, left + width, y + 3))
    return found


@pytest.mark.parametrize("name", diagrams.names())
@pytest.mark.parametrize("quiz", [False, True])
def test_no_text_overlaps_another(name: str, quiz: bool) -> None:
    found = boxes(ET.fromstring(diagrams.diagram(name, quiz=quiz).svg))
    for place, (words, left, top, right, bottom) in enumerate(found):
        for other_words, other_left, other_top, other_right, other_bottom in found[place + 1 :]:
            apart = right <= other_left or other_right <= left or bottom <= other_top or other_bottom <= top
            assert apart, f"{words} / {other_words}"


def test_every_question_about_a_diagram_has_its_letter() -> None:
    asked = [one for one in items.items(UNIT) if one.prompt.startswith('Diagram "')]
    assert len(asked) >= 15
    for one in asked:
        key = items.key(one.id)
        name = one.prompt.split('"')[1]
        assert key.source.endswith(f": {name}")
        assert [key.answer[0]] == [
            row.letter for row in REGIONS if row.diagram == name and row.letter == key.answer[0]
        ]
        text = "".join(path.read_text(encoding="utf-8") for path in (paths.notebooks() / UNIT).glob("*.md"))
        assert text.index(f'cp.diagram("{name}", quiz=True)') < text.index(f"%%answer {one.id}\n")


# What each question of the kind "which letter marks" asks for, so that new letters cannot leave a key behind.
ASKED = {
    "anat-find-splenic": "splenic-flexure",
    "anat-find-middle-lobe": "right-middle-lobe",
    "anat-find-lad": "lad",
    "anat-find-mca": "middle-cerebral",
    "anat-find-greater": "greater-trochanter",
    "anat-find-cornea": "cornea",
    "anat-find-upper-outer": "upper-outer",
    "anat-find-trigone": "trigone",
    "anat-find-mitral": "mitral-valve",
    "anat-find-dermis": "dermis",
    "anat-a-find-flexure": "hepatic-flexure",
    "anat-a-find-lingula": "lingula",
    "anat-a-find-aca": "anterior-cerebral",
    "anat-a-find-marginal": "marginal",
    "anat-a-find-subtroch": "subtrochanteric",
    "anat-a-find-retina": "retina",
}


@pytest.mark.parametrize("name", ASKED)
def test_the_key_is_the_letter_of_the_region_asked_for(name: str) -> None:
    diagram = items.item(name).prompt.split('"')[1]
    letter = next(one.letter for one in REGIONS if (one.diagram, one.region) == (diagram, ASKED[name]))
    assert items.key(name).answer == [letter]


def test_codes_in_answers_are_complete_in_both_years() -> None:
    for one in items.items(UNIT):
        if one.kind != "term":
            continue
        for answer in items.key(one.id).answer:
            if re.fullmatch(r"[A-Z]\d\w\.\w+", answer):
                for year in YEARS:
                    found = store().get(answer, year)
                    assert found is not None, answer
                    assert found.billable, answer


def test_the_years_are_at_hand() -> None:
    assert set(YEARS) <= set(EDITIONS)
