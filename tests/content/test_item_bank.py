"""Every item is readable, has one key in the right place, and belongs to a unit of the map."""

from __future__ import annotations

from chartpath import curriculum, items, paths
from chartpath.items import Item

PRACTICE = paths.datasets() / "keys"
ASSESSED = paths.root() / "grading" / "keys"


def test_there_is_content() -> None:
    bank = items.items()
    assert len([one for one in bank if one.assessed]) >= 10
    assert len([one for one in bank if not one.assessed]) >= 10


def test_the_key_is_in_its_one_place(item: Item) -> None:
    right, wrong = (ASSESSED, PRACTICE) if item.assessed else (PRACTICE, ASSESSED)
    assert (right / f"{item.id}.yaml").is_file()
    assert not (wrong / f"{item.id}.yaml").exists()


def test_no_key_without_an_item() -> None:
    ids = set(items.item_ids())
    stray = [
        path.name for folder in (PRACTICE, ASSESSED) for path in folder.iterdir() if path.stem not in ids
    ]
    assert stray == []


def test_item_ids_are_unique() -> None:
    ids = items.item_ids()
    assert sorted(set(ids)) == ids


def test_the_unit_is_on_the_map(item: Item) -> None:
    units = {str(row["unit"]): row for row in curriculum.rows()}
    assert item.unit in units
    assert units[item.unit]["status"] == "ready"


def test_ready_units_have_notebooks() -> None:
    ready = {str(row["unit"]) for row in curriculum.rows() if row["status"] == "ready"}
    built = {path.parent.name for path in paths.notebooks().glob("*/*.ipynb")}
    assert ready == built


def test_every_item_stands_in_a_notebook(item: Item) -> None:
    texts = [path.read_text(encoding="utf-8") for path in (paths.notebooks() / item.unit).glob("*.md")]
    assert sum(f"%%answer {item.id}\n" in text for text in texts) == 1


def test_every_item_has_a_rationale(item: Item) -> None:
    key = items.key(item.id)
    assert len(key.rationale.split()) >= 8
    for code in key.codes:
        assert len(code.rationale.split()) >= 4
