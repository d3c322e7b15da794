"""What an edition changes, and what of the kit that touches."""

from __future__ import annotations

from pathlib import Path

import pytest

from chartpath import paths
from chartpath.codesets import store
from chartpath.codesets.changes import DIVIDED, NEARBY, TABLE, changes, changes_json, changes_lines, stale
from chartpath.errors import BadInput


# The counts that the official addenda state in their own trailer.
@pytest.mark.parametrize(
    ("old", "new", "added", "deleted", "revised"),
    [("2025", "2026", 487, 28, 38), ("2026", "2027", 190, 30, 4)],
)
def test_the_counts_are_those_of_the_official_addenda(
    old: str, new: str, added: int, deleted: int, revised: int
) -> None:
    found = changes(old, new)
    assert (len(found.added), len(found.deleted), len(found.revised)) == (added, deleted, revised)


def test_every_change_agrees_with_the_editions() -> None:
    found = changes("2026", "2027")
    codes = store()
    for change in found.added:
        now = codes.get(change.code, "2027")
        before = codes.get(change.code, "2026")
        assert now is not None
        assert now.billable
        assert before is None or not before.billable
    for change in found.deleted:
        before = codes.get(change.code, "2026")
        assert before is not None
        assert before.billable
        for other in change.replacements:
            replacement = codes.get(other, "2027")
            assert replacement is not None
            assert replacement.billable
    assert {change.code: change.before for change in found.revised}["Z29.14"].endswith("immune globin")


def test_a_replacement_comes_from_the_conversion_table() -> None:
    found = {change.code: change for change in changes("2025", "2026").deleted}
    assert found["E78.01"].replacements == ("E78.010", "E78.011", "E78.019")
    assert {change.source for change in found.values()} == {TABLE}


def test_a_code_that_is_divided_names_its_parts() -> None:
    found = {change.code: change for change in changes("2026", "2027").deleted}
    assert found["D69.1"].replacements == ("D69.11", "D69.19")
    assert found["D69.1"].source == DIVIDED
    # The conversion table has I49.8 too, as what G90.A was before 2022: that row is no replacement.
    assert found["I49.8"].replacements == ("I49.81", "I49.82", "I49.89")


def test_a_seven_character_code_names_what_stands_in_its_place() -> None:
    found = {change.code: change for change in changes("2026", "2027").deleted}
    assert found["T52.8X2D"].replacements == ("T52.812D", "T52.822D", "T52.892D")
    assert found["T52.8X2D"].source == NEARBY
    # No file at hand says what took the place of the sternoclavicular sprain.
    assert (found["S23.420A"].replacements, found["S23.420A"].source) == ((), "")


def test_over_two_editions() -> None:
    found = changes("2025", "2027")
    deleted = {change.code: change for change in found.deleted}
    assert len(deleted) == 28 + 30
    assert deleted["G35"].replacements[0] == "G35.A"


@pytest.mark.parametrize(("old", "new"), [("2027", "2026"), ("2026", "2026")])
def test_the_earlier_edition_goes_first(old: str, new: str) -> None:
    with pytest.raises(BadInput, match="earlier one first"):
        changes(old, new)


def test_an_edition_that_is_not_at_hand() -> None:
    with pytest.raises(BadInput, match="2025, 2026, 2027"):
        changes("2026", "2028")


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small kit with a key, its chart, and a notebook that shows it."""
    for name, text in {
        "datasets/charts/op-heart-01.md": "---\nid: op-heart-01\n---\nDilated cardiomyopathy, stable.\n",
        "datasets/charts/op-heart-011.md": "---\nid: op-heart-011\n---\nAnother note.\n",
        "datasets/keys/op-heart-01.yaml": "item: op-heart-01\ncodes:\n  - code: I42.0\n    role: first_listed\n",
        "datasets/questions/unit.yaml": "- id: q1\n  prompt: Which code replaces D69.1?\n",
        "grading/keys/op-weight-01.yaml": "item: op-weight-01\ncodes:\n  - code: Z68.1\n  - code: I10\n",
        "notebooks/10-unit/look.md": 'Read.\n\ncp.show("op-heart-01")\ncp.show("op-heart-011")\nM72.2 and XM72.2\n',
    }.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    monkeypatch.setattr(paths, "root", lambda: tmp_path)
    monkeypatch.setattr(paths, "datasets", lambda: tmp_path / "datasets")
    monkeypatch.setattr(paths, "notebooks", lambda: tmp_path / "notebooks")
    monkeypatch.setenv("CHARTPATH_KEYS", str(tmp_path / "grading" / "keys"))
    return tmp_path


def test_what_a_change_touches(course: Path) -> None:
    store()  # opened on the real tables before the folders are swapped
    found = {(touch.file, touch.kind, touch.code, touch.line) for touch in changes("2026", "2027").touched}
    assert found == {
        ("datasets/keys/op-heart-01.yaml", "key", "I42.0", 3),
        ("datasets/charts/op-heart-01.md", "chart", "I42.0", 1),
        ("notebooks/10-unit/look.md", "notebook", "I42.0", 3),
        ("notebooks/10-unit/look.md", "notebook", "M72.2", 5),
        ("datasets/questions/unit.yaml", "question", "D69.1", 2),
        ("grading/keys/op-weight-01.yaml", "key", "Z68.1", 3),
    }


def test_without_keys_at_hand(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store()
    monkeypatch.setenv("CHARTPATH_KEYS", "none")
    assert "Z68.1" not in {touch.code for touch in changes("2026", "2027").touched}


def test_json_and_lines_say_the_same(course: Path) -> None:
    store()
    data = changes_json("2026", "2027")
    assert data["counts"] == {"added": 190, "deleted": 30, "revised": 4}
    assert {"code": "D69.1", "title": "Qualitative platelet defects", "replacements": ["D69.11", "D69.19"],
            "replacement_source": DIVIDED} in data["deleted"]  # fmt: skip
    assert len(data["touched"]) == 6
    lines = changes_lines(changes("2026", "2027"))
    assert lines[0] == "ICD-10-CM FY2026 to FY2027: 190 added, 30 deleted, 4 revised"
    assert "- D69.1 Qualitative platelet defects -> D69.11, D69.19 (subdivided)" in lines
    assert "datasets/keys/op-heart-01.yaml:3: key of I42.0 (deleted)" in lines


def test_a_stale_key_names_the_replacement() -> None:
    found = stale({"op-a-01": ["I10", "I42.0"], "op-b-01": ["E78.01"]}, "2027")
    assert [(one.owner, one.code, one.last_edition) for one in found] == [
        ("op-a-01", "I42.0", "2026"),
        ("op-b-01", "E78.01", "2025"),
    ]
    assert str(found[0]) == (
        "op-a-01: I42.0 Dilated cardiomyopathy was last valid in FY2026; use I42.00 or I42.01 or I42.09 (subdivided)"
    )


def test_codes_in_force_and_codes_that_never_were_are_not_stale() -> None:
    assert stale(["I10", "e11.22", "Z99.999", "E11"], "2027") == []
    assert stale(["I42.0"], "2026") == []
    assert [one.code for one in stale(["i420"], "2027")] == ["I42.0"]
