"""What the learner's `cp.hand_in` packs, and what it says when it cannot."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from classroom import FIRST, NOTEBOOK, SECOND, UNIT, answer, desk, notebook, unit_cells

from chartpath.errors import BadInput
from chartpath.grading.course import Course
from chartpath.handin import check_learner_id, hand_in, pack

NOON = dt.datetime(2026, 10, 5, 12, tzinfo=dt.UTC)


@pytest.fixture
def unit_folder(course: Course, tmp_path: Path) -> Path:
    return desk(course, tmp_path / "desk")


def test_the_zip_holds_the_scored_notebook_and_who_and_when(unit_folder: Path) -> None:
    path = pack("ann@school.org", unit_folder, NOON)
    assert path == unit_folder / f"{UNIT}--ann@school.org.zip"
    with zipfile.ZipFile(path) as packed:
        assert sorted(packed.namelist()) == [NOTEBOOK, "submission.json"]
        record = json.loads(packed.read("submission.json"))
        data = packed.read(NOTEBOOK)
    assert data == (unit_folder / NOTEBOOK).read_bytes()
    assert (record["unit"], record["learner"], record["time"]) == (
        UNIT,
        "ann@school.org",
        "2026-10-05T12:00:00Z",
    )
    assert record["notebooks"] == {NOTEBOOK: hashlib.sha256(data).hexdigest()}


def test_the_time_is_written_in_utc(unit_folder: Path) -> None:
    eastern = dt.timezone(dt.timedelta(hours=-4))
    path = pack("ann", unit_folder, dt.datetime(2026, 10, 5, 23, 30, tzinfo=eastern))
    with zipfile.ZipFile(path) as packed:
        assert json.loads(packed.read("submission.json"))["time"] == "2026-10-06T03:30:00Z"


def test_handing_in_again_replaces_the_zip(unit_folder: Path) -> None:
    first = pack("ann", unit_folder, NOON).read_bytes()
    assert pack("ann", unit_folder, NOON).read_bytes() == first
    book = json.loads((unit_folder / NOTEBOOK).read_bytes())
    answer(book, "N39.0\n")
    (unit_folder / NOTEBOOK).write_text(json.dumps(book), encoding="utf-8")
    assert pack("ann", unit_folder, NOON).read_bytes() != first
    assert sorted(path.name for path in unit_folder.glob("*.zip")) == [f"{UNIT}--ann.zip"]


def test_a_folder_without_manifest_is_the_unit_of_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "10-some-unit"
    folder.mkdir()
    (folder / "work.ipynb").write_text(json.dumps(notebook(unit_cells())), encoding="utf-8")
    (folder / "lesson.ipynb").write_text(json.dumps(notebook([])), encoding="utf-8")
    with zipfile.ZipFile(pack("ann", folder)) as packed:
        assert sorted(packed.namelist()) == ["submission.json", "work.ipynb"]
        assert json.loads(packed.read("submission.json"))["unit"] == "10-some-unit"


@pytest.mark.parametrize("good", ["a", "ann.b", "ann-b_2", "s1234567", "ann@school.org", "X" * 64, " ann "])
def test_learner_ids(good: str) -> None:
    assert check_learner_id(good) == good.strip()


@pytest.mark.parametrize(
    "bad",
    [
        "",
        " ",
        ".",
        "..",
        "../bob",
        "a/b",
        "a\\b",
        "-x",
        ".hidden",
        "@x",
        "a b",
        "a.",
        "ä",
        "a\n",
        "a\nb",
        "CON",
        "nul.x",
        "X" * 65,
        "*",
        "a'b",
    ],
)
def test_what_is_no_learner_id(bad: str, unit_folder: Path) -> None:
    if bad == "a\n":  # a blank at the end is a slip, not a name
        assert check_learner_id(bad) == "a"
        return
    with pytest.raises(BadInput, match="cannot be a learner id"):
        pack(bad, unit_folder)
    assert list(unit_folder.glob("*.zip")) == []


@pytest.mark.parametrize("content", [b"", b"{", b'{"cells": ', b"PK\x03\x04", b"\xff\xfe", b"[" * 100_000])
def test_a_damaged_notebook_is_named_before_it_is_sent(unit_folder: Path, content: bytes) -> None:
    (unit_folder / NOTEBOOK).write_bytes(content)
    with pytest.raises(BadInput, match=f"{NOTEBOOK} is damaged"):
        pack("ann", unit_folder)


@pytest.mark.parametrize("content", [b"[]", b"{}", b"7", b'{"cells": 1}'])
def test_what_is_no_notebook_is_named(unit_folder: Path, content: bytes) -> None:
    (unit_folder / NOTEBOOK).write_bytes(content)
    with pytest.raises(BadInput, match=f"{NOTEBOOK} is not a Jupyter notebook"):
        pack("ann", unit_folder)


def test_a_renamed_notebook_is_missed_by_name(unit_folder: Path) -> None:
    (unit_folder / NOTEBOOK).rename(unit_folder / "my answers.ipynb")
    with pytest.raises(BadInput, match=f"{NOTEBOOK} is not there"):
        pack("ann", unit_folder)


def test_other_folders_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="There is no folder"):
        pack("ann", tmp_path / "nowhere")
    with pytest.raises(BadInput, match="it holds no notebook that your instructor scores"):
        pack("ann", tmp_path)


@pytest.mark.parametrize("content", ["", "[]", '{"unit": "x"}', '{"unit": "x", "notebooks": [1]}'])
def test_a_damaged_manifest_is_named(unit_folder: Path, content: str) -> None:
    (unit_folder / "manifest.json").write_text(content, encoding="utf-8")
    with pytest.raises(BadInput, match=r"manifest\.json is damaged"):
        pack("ann", unit_folder)


def test_a_full_disk_is_one_line_and_leaves_nothing(
    unit_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "writestr", full)
    with pytest.raises(BadInput, match="could not be written"):
        pack("ann", unit_folder)
    assert [path.name for path in unit_folder.iterdir() if "ann" in path.name] == []


def test_it_shows_itself_as_a_sentence_and_is_a_path(unit_folder: Path) -> None:
    made = hand_in("ann", unit_folder)
    assert os.fspath(made) == str(made) == str(unit_folder / f"{UNIT}--ann.zip")
    assert repr(made).startswith(f"Packed as {UNIT}--ann.zip")
    assert "But look" not in repr(made)


def _session(monkeypatch: pytest.MonkeyPatch, *sources: str) -> None:
    shell = SimpleNamespace(history_manager=SimpleNamespace(input_hist_raw=["", *sources]))
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))


def test_an_answer_run_and_not_saved_is_told(unit_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _session(
        monkeypatch,
        f"%%answer {FIRST}\nN30.00",
        f"%%answer {SECOND}\n# one code a line, the first-listed diagnosis first",
    )
    shown = repr(hand_in("ann", unit_folder))
    assert f"what you last ran for {FIRST} is not in the saved notebook. Press Ctrl+S" in shown
    assert SECOND not in shown


def test_saved_answers_need_no_warning(unit_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = json.loads((unit_folder / NOTEBOOK).read_bytes())
    answer(book, "N30.00\n")
    (unit_folder / NOTEBOOK).write_text(json.dumps(book), encoding="utf-8")
    _session(
        monkeypatch,
        f"%%answer {FIRST}\nA00",
        f"%%answer {FIRST}\nN30.00",
        "%%answer unknown-item\nx",
        "1 + 1",
    )
    assert "But look" not in repr(hand_in("ann", unit_folder))
