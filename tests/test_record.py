"""The record loses nothing: two writers, a torn line, a damaged file, a folder that may not be written."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chartpath import record
from chartpath.errors import BadInput
from chartpath.record import Event

AT = dt.datetime(2026, 11, 2, 9, 30, tzinfo=dt.UTC)
WRITER = """
import sys
from chartpath import record
for number in range(150):
    assert record.answered(f"{sys.argv[1]}-{number}", 50.0, f"body {number}") == ""
"""
READ_ONLY = """
import os
from chartpath import record
if os.geteuid() == 0:
    os.setuid(65534)  # the superuser may write anywhere, nobody may not
told = record.answered("one", 100, "A")
assert "cannot be written (Permission denied)" in told and "Set CHARTPATH_HOME" in told, told
assert record.answered("two", 0, "B") == ""
kept = record.read()
assert ([one.item for one in kept.events], kept.trouble) == (["one", "two"], ""), kept
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CHARTPATH_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CHARTPATH_RECORD", raising=False)
    monkeypatch.setattr(record, "_unkept", [])
    monkeypatch.setattr(record, "_said", set())
    return tmp_path / "home"


def test_what_was_kept_is_read_back(home: Path) -> None:
    assert record.answered("term-1", 66.667, "A # a remark", at=AT) == ""
    (event,) = record.read().events
    assert (event.at, event.item, event.score, event.via) == (AT, "term-1", 66.67, "practice")
    assert event.typed == record.digest("  A ")
    assert "A # a remark" not in (home / record.NAME).read_text(encoding="utf-8")


def test_two_notebooks_at_once_lose_nothing(home: Path) -> None:
    environment = {**os.environ, "CHARTPATH_HOME": str(home)}
    both = [
        subprocess.Popen([sys.executable, "-c", WRITER, name], env=environment) for name in ("one", "two")
    ]
    assert [process.wait(timeout=120) for process in both] == [0, 0]
    kept = record.read()
    assert kept.trouble == ""
    assert {one.item for one in kept.events} == {f"{name}-{n}" for name in ("one", "two") for n in range(150)}


def test_a_line_cut_short_costs_only_itself(home: Path) -> None:
    record.answered("first", 100, "A", at=AT)
    path = home / record.NAME
    before = path.read_bytes()
    path.write_bytes(before + before[:40])  # the power went off in the middle of a write
    record.answered("next", 100, "B", at=AT)
    kept = record.read()
    assert [one.item for one in kept.events] == ["first", "next"]
    assert kept.trouble.startswith("progress.jsonl: line 2 is damaged")
    assert "nothing was deleted" in kept.trouble
    assert "\n" not in kept.trouble
    assert path.read_bytes().startswith(before + before[:40])


@pytest.mark.parametrize(
    "line",
    [
        b"\x00\xff\xfe",
        b"[1, 2]",
        b"null",
        b'{"at": "2026-11-02T09:30:00+00:00"}',
        b'{"at": "yesterday", "kind": "answer", "item": "a", "via": "practice"}',
        b'{"at": "2026-11-02T09:30:00+00:00", "kind": "answer", "item": 7, "via": "practice"}',
        b'{"at": "2026-11-02T09:30:00+00:00", "kind": "answer", "item": "a", "via": "practice", "score": NaN}',
        b'{"at": "2026-11-02T09:30:00+00:00", "kind": "answer", "item": "a", "via": "practice", "score": 1e999}',
        b'{"at": "2026-11-02T09:30:00+00:00", "kind": "guess"}',
        b'{"at": "2026-11-02T09:30:00+00:00", "kind": "exam-begun", "facts": []}',
        b"[" * 100_000,
    ],
)
def test_a_damaged_line_is_named_and_passed_over(line: bytes, home: Path) -> None:
    record.answered("good", 100, "A", at=AT)
    with (home / record.NAME).open("ab") as stream:
        stream.write(line + b"\n")
    kept = record.read()
    assert [one.item for one in kept.events] == ["good"]
    assert "line 2 is damaged" in kept.trouble


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_no_file_is_too_damaged_to_go_on(home: Path, raw: bytes) -> None:
    home.mkdir(exist_ok=True)
    (home / record.NAME).write_bytes(raw)
    record.read()
    assert record.answered("after", 100, "A") == ""
    assert [one.item for one in record.read().events] == ["after"]


def test_a_folder_that_may_not_be_written_is_said_once(home: Path) -> None:
    home.write_text("a file stands where the folder should be", encoding="utf-8")
    told = record.answered("one", 100, "A", at=AT)
    assert "cannot be written" in told
    assert "Set CHARTPATH_HOME" in told
    assert "\n" not in told
    assert record.answered("two", 0, "B", at=AT) == ""
    assert [one.item for one in record.read().events] == ["one", "two"]


@pytest.mark.skipif(
    os.name == "nt", reason="Windows keeps the right to write elsewhere than in the mode of a folder"
)
def test_a_read_only_folder_keeps_the_session_going() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        environment = {**os.environ, "CHARTPATH_HOME": folder, "CHARTPATH_RECORD": ""}
        done = subprocess.run(
            [sys.executable, "-c", READ_ONLY], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert list(Path(folder).iterdir()) == []


def test_a_disk_that_refuses_is_told_with_its_reason(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "write", lambda handle, data: len(data) // 2)
    assert "the disk is full" in record.answered("one", 100, "A")


@pytest.mark.parametrize(
    ("name", "value"), [("CHARTPATH_RECORD", "none"), ("NBGRADER_EXECUTION", "autograde")]
)
def test_nothing_is_kept_while_building_and_grading(
    name: str, value: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    assert record.answered("one", 100, "A") == ""
    assert record.read() == record.Record()
    assert not home.exists()


def test_an_export_comes_back_once(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record.answered("one", 100, "A", at=AT)
    record.keep(Event(AT, "exam-begun", facts={"exam": "CCA", "id": "é"}))
    out = record.export(tmp_path)
    there = record.read().events
    monkeypatch.setenv("CHARTPATH_HOME", str(tmp_path / "another computer"))
    record.answered("two", 0, "B", at=AT + dt.timedelta(days=1))
    assert record.take_in(out) == 2
    assert record.take_in(out) == 0
    assert record.read().events[:2] == there
    assert len(record.read().events) == 3


def test_an_export_of_nothing_and_a_wrong_import_say_what_to_do(home: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no progress to export"):
        record.export(tmp_path / "x.jsonl")
    wrong = tmp_path / "wrong.jsonl"
    with pytest.raises(BadInput, match="cannot be read"):
        record.take_in(wrong)
    wrong.write_text("shopping list\n", encoding="utf-8")
    with pytest.raises(BadInput, match="line 1 is no line of progress"):
        record.take_in(wrong)
    wrong.write_text("", encoding="utf-8")
    with pytest.raises(BadInput, match="it is empty"):
        record.take_in(wrong)
    record.answered("one", 100, "A")
    with pytest.raises(BadInput, match="Give another path"):
        record.export(tmp_path / "no such folder" / "x.jsonl")
