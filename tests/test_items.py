"""Reading items, charts and keys: what is right comes through, what is broken is one clear line."""

from __future__ import annotations

from pathlib import Path

import pytest

from chartpath import items, paths
from chartpath.errors import BadInput, KeyNotAtHand

CHART = """---
id: an-item
title: Cough for a week
unit: 10-chart-abstraction-outpatient
setting: office
difficulty: 1
encounter_date: 2026-05-12
patient: {age: 34, sex: F}
assessed: false
---
CC: cough
A/P: acute bronchitis
"""


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_chart_file_is_an_item(tmp_path: Path) -> None:
    item = items.read_chart(write(tmp_path, "an-item.md", CHART))
    assert (item.kind, item.points, item.assessed) == ("codes", 10, False)
    assert item.chart is not None
    assert item.chart.note == "CC: cough\nA/P: acute bronchitis"
    assert (item.chart.age, item.chart.sex, item.chart.encounter_date.isoformat()) == (34, "F", "2026-05-12")
    assert not item.chart.inpatient


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("---\nid", "id"), "begins with a head"),
        (("id: an-item", "id: another"), "named after its id"),
        (("difficulty: 1", "difficulty: easy"), "difficulty"),
        (("assessed: false", "assessed: false\ncolor: red"), "color"),
        (("sex: F}", "sex: F"), "line"),
        (("2026-05-12", "May"), "encounter_date"),
        (("assessed: false", "assessed: false\npoints: 0"), "points"),
    ],
)
def test_a_broken_chart_is_one_clear_line(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    path = write(tmp_path, "an-item.md", CHART.replace(*change, 1))
    with pytest.raises(BadInput) as caught:
        items.read_chart(path)
    assert "an-item.md" in str(caught.value)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("item: an-item\ncodes:\n- code: I10\n  role: [", "line"),
        ("item: other\nanswer: A", "named after its item"),
        ("item: an-item", "codes:"),
        ("item: an-item\nanswer: A\nanwser: B", "anwser"),
        ("- a\n- b", "name: value"),
        ("", "name: value"),
    ],
)
def test_a_broken_key_is_one_clear_line(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(BadInput) as caught:
        items.read_key(write(tmp_path, "an-item.yaml", text))
    assert says in str(caught.value)
    assert "an-item.yaml" in str(caught.value)


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "an-item.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="UTF-8"):
        items.read_key(path)


def test_an_unknown_item_names_the_nearest() -> None:
    known = items.item_ids()[0]
    with pytest.raises(BadInput, match=known):
        items.item(known + "x")


@pytest.mark.parametrize("wild", ["", "../grading/keys/x", "a" * 500, "C:\\x", "ümlaut"])
def test_an_id_is_never_a_path(wild: str) -> None:
    with pytest.raises(BadInput):
        items.item(wild)


def test_without_keys_an_assessed_item_says_who_scores_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assessed = next(one for one in items.items() if one.assessed)
    monkeypatch.setenv("CHARTPATH_KEYS", "none")
    assert paths.keys() is None
    with pytest.raises(KeyNotAtHand, match="instructor"):
        items.key(assessed.id)


def test_a_wrong_key_folder_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CHARTPATH_KEYS", str(tmp_path / "gone"))
    with pytest.raises(BadInput, match="CHARTPATH_KEYS"):
        paths.keys()


def test_an_id_that_stands_twice_is_named(tmp_path: Path) -> None:
    row = "- {id: same, kind: term, prompt: Which word?}\n"
    path = tmp_path / "10-some-unit.yaml"
    path.write_text(row * 2, encoding="utf-8")
    with pytest.raises(BadInput, match="item same: the id stands twice"):
        items.read_questions(path)
