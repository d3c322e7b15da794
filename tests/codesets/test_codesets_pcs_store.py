"""The cache file of ICD-10-PCS: built once, safe for two processes, rebuilt when damaged."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chartpath.codesets import pcs_cache
from chartpath.codesets.pcs_store import PcsStore, pcs_store

ASK = "from chartpath.codesets import pcs; print(pcs.title('0FT44ZZ'))"
TITLE = "Resection of Gallbladder, Percutaneous Endoscopic Approach"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder of its own with the file in it."""
    folder = tmp_path_factory.mktemp("cache")
    pcs_cache.build(folder / pcs_store().database.file.name)
    return folder


def copy_of(built: Path, folder: Path) -> Path:
    source = next(built.glob("codesets_pcs-*.sqlite"))
    target = folder / source.name
    target.write_bytes(source.read_bytes())
    return target


def ask(folder: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "CHARTPATH_CACHE": str(folder)}
    return subprocess.Popen([sys.executable, "-c", ASK], env=environment, stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_two_processes_may_build_at_once(tmp_path: Path) -> None:
    both = [ask(tmp_path) for _ in range(2)]
    assert [process.communicate(timeout=120)[0].strip() for process in both] == [TITLE, TITLE]
    assert len(list(tmp_path.iterdir())) == 1, "a part is left over"


def test_a_fresh_process_finds_the_file_in_place(built: Path) -> None:
    """How fast it answers is for the benchmark; it builds nothing, and its imports are light (test_import)."""
    before = {file: file.stat().st_mtime_ns for file in built.iterdir()}
    assert ask(built).communicate(timeout=60)[0].strip() == TITLE
    assert {file: file.stat().st_mtime_ns for file in built.iterdir()} == before


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["empty", "cut", "noise"])
def test_a_damaged_file_is_rebuilt(built: Path, tmp_path: Path, damage: str) -> None:
    file = copy_of(built, tmp_path)
    content = file.read_bytes()
    file.write_bytes({"empty": b"", "cut": content[:200_000], "noise": b"x" * 50_000}[damage])
    store = PcsStore(file)
    found = store.get("0FT44ZZ", "2027")
    assert found is not None
    assert found.title == TITLE
    assert len(store.options("0FT4", 2027)) == 2


def test_a_wrong_question_does_not_rebuild(built: Path, tmp_path: Path) -> None:
    file = copy_of(built, tmp_path)
    before = file.stat().st_ino
    with pytest.raises(sqlite3.OperationalError, match="no such column"):
        PcsStore(file).rows("SELECT missing FROM codes")
    assert file.stat().st_ino == before


def test_threads_share_a_store(built: Path, tmp_path: Path) -> None:
    store = PcsStore(copy_of(built, tmp_path))
    with ThreadPoolExecutor(8) as pool:
        titles = list(pool.map(lambda _: store.get("0FT44ZZ", "2027").title, range(64)))  # type: ignore[union-attr]
    assert set(titles) == {TITLE}


def test_a_read_only_folder_will_do(built: Path, tmp_path: Path) -> None:
    file = copy_of(built, tmp_path)
    file.chmod(0o444)
    tmp_path.chmod(0o555)
    try:
        found = PcsStore(file).get("0FT44ZZ", "2027")
    finally:
        tmp_path.chmod(0o755)
    assert found is not None


def test_the_name_follows_from_the_tables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    name = pcs_cache.locate().name
    copy = tmp_path / "icd10pcs"
    copy.mkdir()
    for path in pcs_cache.folder().iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(pcs_cache, "folder", lambda: copy)
    assert pcs_cache.locate().name == name
    with (copy / "synonyms.csv").open("a", encoding="utf-8") as stream:
        stream.write("frobnicate,resection gallbladder,lay\n")
    monkeypatch.setenv("CHARTPATH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(pcs_cache, "ensure", lambda target: None)
    assert pcs_cache.locate().name != name
