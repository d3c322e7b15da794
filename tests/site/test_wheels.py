"""Wheels packed from what is installed, and Pyodide from a release: what goes in, what is refused."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("jupyterlite_pyodide_kernel", reason="the extra `site` is not installed")

from chartpath import paths
from chartpath.errors import BadInput, ChartpathError
from chartpath.site import build, kit, runtime
from chartpath.site.wheels import adopt, closure, repack, write


def test_the_closure_follows_the_markers_of_the_browser() -> None:
    found = closure(["ipython", "cattrs"])
    assert {"ipython", "traitlets", "prompt-toolkit", "cattrs", "attrs"} <= set(found)
    assert "pexpect" not in found  # only where there are terminals
    assert "attrs" not in closure(["cattrs"], without=["attrs"])


def test_a_repacked_wheel_is_pure_and_always_the_same(tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    wheel = repack("pyyaml", tmp_path)
    assert wheel.path.name.endswith("-py3-none-any.whl")
    assert wheel.path.read_bytes() == repack("pyyaml", tmp_path / "again").path.read_bytes()
    names = zipfile.ZipFile(wheel.path).namelist()
    assert "yaml/__init__.py" in names
    assert [name for name in names if name.endswith((".so", ".pyc"))] == []
    assert any("LICENSE" in name for name in names)
    assert wheel.locked()["imports"] == list(wheel.imports)
    assert "yaml" in wheel.imports


def test_compiled_code_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ChartpathError, match="does not run in a browser"):
        repack("numpy", tmp_path)


def test_a_library_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ChartpathError, match=r"no-such-library is not installed.*chartpath\[site\]"):
        repack("no-such-library", tmp_path)


def test_adopt_reads_name_version_and_modules(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    made = write("two-words", "1.2", {"two_words/__init__.py": b"", "alone.py": b""}, tmp_path)
    taken = adopt(made.path, tmp_path / "out")
    assert (taken.name, taken.version, taken.imports) == ("two-words", "1.2", ("alone", "two_words"))
    with pytest.raises(BadInput, match="not named like a wheel"):
        adopt(tmp_path / "x.whl", tmp_path)


def release(folder: Path, version: str, full: bool = False) -> Path:
    """A folder that looks like a release of Pyodide."""
    folder.mkdir()
    for name in runtime.CORE:
        (folder / name).write_bytes(b"core")
    packages = {
        name: {"file_name": f"{name}-1-py3-none-any.whl", "depends": depends, "version": "1", "name": name}
        for name, depends in (
            ("pandas", ["numpy"]),
            ("numpy", []),
            ("matplotlib", ["numpy"]),
            ("micropip", []),
        )
    }
    for entry in packages.values():
        if full or entry["name"] == "micropip":
            (folder / str(entry["file_name"])).write_bytes(
                write("x", "1", {"x.py": b""}, folder).path.read_bytes()
            )
    lock = {"info": {"python": "3.14.2"}, "packages": packages}
    (folder / runtime.LOCK).write_text(json.dumps(lock), encoding="utf-8")
    (folder / "package.json").write_text(json.dumps({"version": version}), encoding="utf-8")
    return folder


def test_a_release_must_be_whole_and_of_the_right_version(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no"):
        runtime.release(tmp_path / "nowhere")
    with pytest.raises(BadInput, match=rf"is Pyodide 0\.1; this JupyterLite needs {runtime.version()}"):
        runtime.release(release(tmp_path / "old", "0.1"))
    broken = release(tmp_path / "broken", runtime.version())
    (broken / "python_stdlib.zip").unlink()
    with pytest.raises(BadInput, match=r"has no python_stdlib\.zip"):
        runtime.release(broken)
    (tmp_path / "torn.tar.bz2").write_bytes(b"BZh9 torn")
    with pytest.raises(BadInput, match=r"cannot be unpacked: .*\. Fetch it again"):
        runtime.release(tmp_path / "torn.tar.bz2")


def test_without_npm_the_builder_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARTPATH_CACHE", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ChartpathError, match=r"npm is not on this machine.*--pyodide FILE"):
        runtime.release(None)


@pytest.mark.parametrize("full", [False, True], ids=["npm", "full"])
def test_the_lock_names_only_what_is_there(tmp_path: Path, full: bool) -> None:
    source = release(tmp_path / "release", runtime.version(), full)
    target = tmp_path / "out"
    names = runtime.assemble(source, [], target)
    assert ("pandas" in names) is full
    assert ("numpy" in names) is full
    lock = json.loads((target / runtime.LOCK).read_text(encoding="utf-8"))["packages"]
    assert sorted(lock) == names
    assert [
        entry["file_name"] for entry in lock.values() if not (target / entry["file_name"]).is_file()
    ] == []
    assert {"ipython", "ipywidgets", "pyodide-kernel", "piplite", "micropip", "pyyaml", "cattrs"} <= set(
        names
    )


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(BadInput, match="holds other files"):
        build.build_site(tmp_path)
    assert (tmp_path / "thesis.txt").read_text(encoding="utf-8") == "mine"


def test_the_wheel_of_the_kit_is_for_learners(tmp_path: Path) -> None:
    kept, sets = (zipfile.ZipFile(one.path).namelist() for one in kit.wheels(tmp_path, pandas=False))
    assert {"chartpath/desk.py", "chartpath/site/browser.py", "chartpath/site/prebuilt.json"} <= set(kept)
    assert "chartpath/_data/datasets/keys/start-first-code.yaml" in kept
    assert [name for name in kept if "grading" in name or "recipes/" in name or name.endswith("cli.py")] == []
    private = paths.grading()
    if private:
        secret = {file.name for file in (private / "keys").glob("*.yaml")}
        assert len(secret) > 20
        assert [name for name in kept if Path(name).name in secret] == []
    assert [name for name in sets if name.endswith(".sqlite")] == [
        f"chartpath/_data/datasets/ready/{kind}.sqlite"
        for kind in ("codesets", "codesets_hcpcs", "codesets_pcs")
    ]
