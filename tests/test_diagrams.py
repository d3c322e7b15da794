"""A diagram shows its labels, its letters or one region; what it cannot show, it names in one line."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import chartpath as cp
from chartpath import diagrams, paths
from chartpath.errors import BadInput

SVG = "{http://www.w3.org/2000/svg}"
ALL = diagrams.names()


def shown(figure: diagrams.Diagram) -> ET.Element:
    """The drawing inside the HTML, as a browser would decode it."""
    found = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', figure._repr_html_())
    assert found
    return ET.fromstring(base64.b64decode(found[1]))


def texts(tree: ET.Element) -> list[str]:
    return [" ".join(one.itertext()).strip() for one in tree.iter(f"{SVG}text")]


@pytest.mark.parametrize("name", ALL)
def test_every_diagram_shows_every_label(name: str) -> None:
    figure = cp.diagram(name)
    labels = {re.sub(r"[\s-]", "", text) for text in texts(shown(figure))}
    assert {re.sub(r"[\s-]", "", one.label) for one in figure.regions} <= labels


@pytest.mark.parametrize("name", ALL)
def test_the_lettered_variant_holds_letters_and_no_names(name: str) -> None:
    figure = cp.diagram(name, quiz=True)
    tree = shown(figure)
    letters = {one.letter for one in figure.regions}
    assert letters <= set(texts(tree))
    source = ET.tostring(tree, "unicode")
    for one in figure.regions:
        assert f"region-{one.region}" not in source
        assert f'"{one.region}"' not in source
        assert one.label not in source
    assert {f"region-{letter.lower()}" for letter in letters} <= {node.get("id") for node in tree.iter()}


@pytest.mark.parametrize("name", ALL)
def test_the_words_of_the_lettered_variant_name_no_region(name: str) -> None:
    figure = cp.diagram(name, quiz=True)
    text = repr(figure)
    for one in figure.regions:
        assert f"{one.letter}: {one.where}" in text
        assert one.label not in text
        if one.cm_code:
            assert one.cm_code not in text


def test_the_words_of_the_labeled_variant_give_names_and_codes() -> None:
    text = repr(cp.diagram("colon"))
    assert "Splenic flexure (bend near the spleen)" in text
    assert "C18.5 Malignant neoplasm of splenic flexure" in text
    assert "body part L, Transverse Colon" in text


def test_the_picture_has_a_text_alternative_and_a_caption() -> None:
    html = cp.diagram("heart")._repr_html_()
    assert 'alt="Diagram: The heart, cut open, from the front.' in html
    assert "<figcaption" in html
    assert "<details" in html


@pytest.mark.parametrize("said", ["sigmoid", "Sigmoid colon", "E", "SIGMOID COLON"])
def test_highlight_marks_one_region_however_it_is_named(said: str) -> None:
    figure = cp.diagram("colon", highlight=said)
    assert figure.marked == ("sigmoid",)
    assert [one.get("id") for one in shown(figure).iter() if one.get("class") == "region on"] == [
        "region-sigmoid"
    ]
    assert repr(figure).count("(marked)") == 1


def test_highlight_takes_several_and_goes_with_letters() -> None:
    figure = cp.diagram("lungs", highlight=["lingula", "trachea"], quiz=True)
    marked = [one.get("id") for one in shown(figure).iter() if one.get("class") == "region on"]
    letters = {one.region: one.letter.lower() for one in figure.regions}
    assert sorted(marked) == sorted(f"region-{letters[one]}" for one in ("lingula", "trachea"))


def test_nothing_is_marked_unless_asked() -> None:
    assert "(marked)" not in repr(cp.diagram("eye"))


def test_a_name_may_be_typed_with_blanks_and_capitals() -> None:
    assert cp.diagram("Brain arteries").name == "brain-arteries"


@pytest.mark.parametrize(
    ("name", "near"), [("hart", "heart"), ("lung", "lungs"), ("pelvis", "pelvis-female")]
)
def test_an_unknown_diagram_names_near_ones(name: str, near: str) -> None:
    with pytest.raises(BadInput, match=near):
        cp.diagram(name)


def test_an_unknown_diagram_without_a_near_one_gets_the_list() -> None:
    with pytest.raises(BadInput, match="There are quadrants, nine-regions"):
        cp.diagram("zzzz")


def test_an_unknown_region_names_near_ones() -> None:
    with pytest.raises(BadInput, match="mitral-valve"):
        cp.diagram("heart", highlight="mitral valv")


def test_a_path_is_no_diagram() -> None:
    with pytest.raises(BadInput, match="There is no diagram"):
        cp.diagram("../codesets/icd10cm/codes")


def test_a_damaged_drawing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "anatomy"
    folder.mkdir()
    (folder / "colon.svg").write_text("<svg", encoding="utf-8")
    assert "colon" in diagrams.names()  # the table is read before the folder is swapped
    monkeypatch.setattr(paths, "datasets", lambda: tmp_path)
    with pytest.raises(BadInput, match=r"colon\.svg cannot be read"):
        cp.diagram("colon")


def test_the_learners_path_stays_light() -> None:
    code = "import sys, chartpath as cp; cp.diagram('heart'); print(sorted({'pandas', 'matplotlib', 'nbformat'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
