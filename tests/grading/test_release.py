"""From a unit's folder to the learner's bundle: what travels, and what never does."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zipfile
from pathlib import Path

import pytest
from classroom import FIRST, NOTEBOOK, UNIT, cell, code, gold, new_course, notebook, released, submit
from nbgrader.api import get_alembic_version
from nbgrader.utils import compute_checksum

from chartpath import items, paths
from chartpath.answers import parse, split_cell
from chartpath.errors import BadInput
from chartpath.grading import grade_unit, release_unit
from chartpath.grading.course import Course
from chartpath.grading.preprocessors import from_dict

ASSESSED = tuple(one.id for one in items.items() if one.assessed)


def unit_notebook(course: Course) -> Path:
    return course.source / UNIT / NOTEBOOK


def rewrite(path: Path, **cells: str) -> None:
    """Replace the source of cells, named by id with underscores for hyphens."""
    book = json.loads(path.read_text(encoding="utf-8"))
    for name, source in cells.items():
        cell(book, name.replace("_", "-"))["source"] = source
    path.write_text(json.dumps(book), encoding="utf-8")


def test_the_bundle_holds_notebooks_a_start_page_and_a_manifest(course: Course) -> None:
    with zipfile.ZipFile(course.released / f"{UNIT}.zip") as bundle:
        assert sorted(bundle.namelist()) == [
            f"{UNIT}/START-HERE.txt",
            f"{UNIT}/code-two-charts.ipynb",
            f"{UNIT}/manifest.json",
            f"{UNIT}/read-a-note.ipynb",
        ]
        manifest = json.loads(bundle.read(f"{UNIT}/manifest.json"))
        start = bundle.read(f"{UNIT}/START-HERE.txt").decode()
        book = bundle.read(f"{UNIT}/{NOTEBOOK}")
    assert manifest["unit"] == UNIT
    facts = manifest["notebooks"][NOTEBOOK]
    assert facts == {"graded": True, "points": 20.0, "sha256": hashlib.sha256(book).hexdigest()}
    assert manifest["notebooks"]["read-a-note.ipynb"]["graded"] is False
    assert 'cp.hand_in("your-id")' in start
    assert "(20 points)" in start


def test_the_release_folder_holds_notebooks_only(course: Course) -> None:
    assert sorted(path.name for path in (course.released / UNIT).rglob("*")) == [
        NOTEBOOK,
        "read-a-note.ipynb",
    ]


def test_outputs_and_other_metadata_stay_behind(course: Course) -> None:
    path = unit_notebook(course)
    book = json.loads(path.read_text(encoding="utf-8"))
    cell(book, f"show-{FIRST}")["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "seen"}]
    path.write_text(json.dumps(book), encoding="utf-8")
    release_unit(UNIT, course=course, force=True)
    book = released(course)
    assert all(one.get("outputs", []) == [] for one in book["cells"])
    assert "authors" not in book["metadata"]
    assert all(set(one["metadata"]) <= {"nbgrader", "tags", "deletable", "editable"} for one in book["cells"])


def test_locked_cells_cannot_be_deleted_or_edited(course: Course) -> None:
    book = released(course)
    for name in ("setup", f"score-{FIRST}"):
        assert (cell(book, name)["metadata"]["deletable"], cell(book, name)["metadata"]["editable"]) == (
            False,
            False,
        )
    assert cell(book, FIRST)["metadata"]["deletable"] is False


def test_the_same_release_gives_the_same_bytes(course: Course, tmp_path: Path) -> None:
    again = release_unit(UNIT, tmp_path / "elsewhere", course=course)
    assert again.read_bytes() == (course.released / f"{UNIT}.zip").read_bytes()


def test_another_bundle_is_not_replaced_unless_told(course: Course) -> None:
    before = (course.released / f"{UNIT}.zip").read_bytes()
    released_before = released(course)
    rewrite(unit_notebook(course), title="# Another title")
    with pytest.raises(BadInput, match="is there already and differs"):
        release_unit(UNIT, course=course)
    assert (course.released / f"{UNIT}.zip").read_bytes() == before
    assert released(course) == released_before
    release_unit(UNIT, course=course, force=True)
    assert (course.released / f"{UNIT}.zip").read_bytes() != before
    assert cell(released(course), "title")["source"] == ["# Another title"]


def test_a_typed_answer_stops_the_release(tmp_path: Path) -> None:
    course = new_course(tmp_path)
    rewrite(unit_notebook(course), **{FIRST.replace("-", "_"): f"%%answer {FIRST}\n{gold(FIRST)}"})
    with pytest.raises(BadInput, match=f"holds an answer to {FIRST}"):
        release_unit(UNIT, course=course)
    assert not (course.released / f"{UNIT}.zip").exists()
    assert not (course.released / UNIT).exists()
    assert not (course.folder / "gradebook.db").exists()


@pytest.mark.parametrize("name", ["notes", "answers", "submissions.txt", "times.txt"])
def test_a_file_no_pattern_catches_stops_the_release(course: Course, name: str) -> None:
    (course.source / UNIT / name).write_text("N30.00", encoding="utf-8")
    with pytest.raises(BadInput, match="would travel to the learners"):
        release_unit(UNIT, course=course, force=True)
    assert not (course.released / UNIT / name).exists()


def test_extra_files_of_the_unit_stay_behind(course: Course) -> None:
    names = "key.yaml gold.json notes.txt README answers.csv .hidden table.tsv t.toml sub.yaml scores.db timer.py a.b.txt"
    for name in names.split():
        (course.source / UNIT / name).write_text("N30.00", encoding="utf-8")
    for folder in ("keys.d", "__pycache__", ".ipynb_checkpoints"):
        (course.source / UNIT / folder).mkdir()
        (course.source / UNIT / folder / "gold").write_text("N30.00", encoding="utf-8")
    release_unit(UNIT, course=course, force=True)
    assert sorted(path.name for path in (course.released / UNIT).rglob("*")) == [
        NOTEBOOK,
        "read-a-note.ipynb",
    ]


@pytest.mark.parametrize(
    ("unit", "says"),
    [
        ("no-such-unit", "There is no unit 'no-such-unit'"),
        ("../90-two-charts", "is not a unit's name"),
        ("A b", "is not a unit's name"),
        ("", "is not a unit's name"),
    ],
)
def test_a_wrong_unit_is_one_clear_line(course: Course, unit: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        release_unit(unit, course=course)


def test_a_unit_without_notebooks_says_what_to_do(course: Course) -> None:
    (course.source / "91-empty").mkdir()
    with pytest.raises(BadInput, match="Run `chartpath build 91-empty` first"):
        release_unit("91-empty", course=course)


def test_a_folder_that_is_no_course_is_named(tmp_path: Path) -> None:
    (tmp_path / "notebooks" / UNIT).mkdir(parents=True)
    (tmp_path / "notebooks" / UNIT / NOTEBOOK).write_text(json.dumps(notebook([])), encoding="utf-8")
    with pytest.raises(BadInput, match="has no nbgrader_config"):
        release_unit(UNIT, course=Course(tmp_path / "grading"))


def test_a_path_nbgrader_cannot_handle_is_named(tmp_path: Path) -> None:
    course = new_course(tmp_path / "class [b]")
    with pytest.raises(BadInput, match="nbgrader cannot work in"):
        release_unit(UNIT, course=course)


def test_other_cells_are_refused_once_work_is_in_the_gradebook(course: Course) -> None:
    submit(course, "ann", lambda book: None)
    grade_unit(UNIT, course=course, feedback=False)
    path = unit_notebook(course)
    book = json.loads(path.read_text(encoding="utf-8"))
    book["cells"].append(
        code("1", "extra", {"nbgrader": cell(book, "setup")["metadata"]["nbgrader"] | {"grade_id": "x"}})
    )
    path.write_text(json.dumps(book), encoding="utf-8")
    with pytest.raises(BadInput, match="has other cells than before"):
        release_unit(UNIT, course=course, force=True)


@pytest.mark.slow
def test_without_alembic_on_path_the_gradebook_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    course = new_course(tmp_path)
    release_unit(UNIT, course=course)
    with sqlite3.connect(course.folder / "gradebook.db") as gradebook:
        assert gradebook.execute("SELECT version_num FROM alembic_version").fetchall() == [
            (get_alembic_version(),)
        ]
        assert gradebook.execute("SELECT count(*) FROM grade_cells").fetchone() == (2,)


def _secrets(item_id: str) -> set[str]:
    """Every code and every sentence that only the key of an item holds."""
    key = items.key(item_id)
    codes = {one.code for one in key.codes} | {one.code for one in key.optional}
    codes |= {code for wrong in key.miscodings for code in wrong.codes}
    codes |= {one.code for one in key.integral_symptoms}
    texts = [key.rationale, *(one.rationale for one in key.codes), *(one.why for one in key.optional)]
    texts += [wrong.explanation for wrong in key.miscodings]
    return (
        codes
        | {code.replace(".", "") for code in codes if "." in code}
        | {text for text in texts if len(text) > 20}
    )


def _leaks(texts: dict[str, str], item_ids: tuple[str, ...]) -> list[tuple[str, str]]:
    return [
        (name, secret)
        for item in item_ids
        for secret in _secrets(item)
        for name, text in texts.items()
        if secret in text
    ]


def _everything(course: Course, unit: str) -> dict[str, str]:
    """Text of every file of the release folder and of the bundle."""
    texts = {
        str(path.relative_to(course.released)): " ".join(
            json.dumps(json.loads(path.read_text("utf-8")), ensure_ascii=False).split()
        )
        for path in (course.released / unit).rglob("*.ipynb")
    }
    with zipfile.ZipFile(course.released / f"{unit}.zip") as bundle:
        texts |= {f"zip {name}": bundle.read(name).decode("utf-8") for name in bundle.namelist()}
    return texts


def test_the_leak_check_finds_a_leak(course: Course) -> None:
    rewrite(unit_notebook(course), title=f"# The answer is {gold(FIRST).split()[0]}")
    release_unit(UNIT, course=course, force=True)
    found = _leaks(_everything(course, UNIT), (FIRST,))
    assert {name for name, _ in found} == {f"{UNIT}/{NOTEBOOK}", f"zip {UNIT}/{NOTEBOOK}"}


@pytest.mark.slow
def test_no_key_is_in_a_release_of_every_assessed_item(tmp_path: Path) -> None:
    course = new_course(tmp_path, ASSESSED)
    release_unit(UNIT, course=course)
    texts = _everything(course, UNIT)
    assert len(ASSESSED) >= 10
    assert _leaks(texts, ASSESSED) == []
    for one in released(course)["cells"]:
        parts = split_cell("".join(one["source"]))
        assert parts is None or parse(parts[1], items.item(parts[0]).kind).blank
        facts = one["metadata"].get("nbgrader", {})
        if "checksum" in facts:  # nothing but what stands in the cell goes into nbgrader's checksum
            assert facts["checksum"] == compute_checksum(from_dict(one | {"source": "".join(one["source"])}))


@pytest.mark.slow
@pytest.mark.parametrize("unit", sorted({one.unit for one in items.items() if one.assessed}))
def test_no_key_is_in_a_real_unit_s_release(course: Course, unit: str) -> None:
    """The whole bundle of a real unit: its assessments hold no code of their keys, its lessons no reason of them."""
    folder = course.source / unit
    folder.mkdir()
    for path in (paths.notebooks() / unit).iterdir():  # its Markdown text and instructor's notes too
        if path.is_file():
            (folder / path.name).write_bytes(path.read_bytes())
    release_unit(unit, course=course)
    texts = _everything(course, unit)
    mine = tuple(one.id for one in items.items(unit) if one.assessed)
    graded = {
        name: text for name, text in texts.items() if '"grade": true' in text or not name.endswith(".ipynb")
    }
    assert any(name.startswith("zip") and name.endswith(".ipynb") for name in graded)
    assert _leaks(graded, mine) == []
    sentences = [(name, one) for name, one in _leaks(texts, mine) if " " in one]
    assert sentences == []
    assert {Path(name).suffix for name in texts} == {".ipynb", ".json", ".txt"}
    assert mine
