"""The answer to an assessed item exists in grading/keys and nowhere else: not in a notebook, not in the wheel."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path

import pytest

from chartpath import items, paths
from chartpath.answers import parse, split_cell
from chartpath.items import Item

NOTEBOOKS = sorted(paths.notebooks().glob("*/*.ipynb"))


def sentences(item: Item) -> list[str]:
    """What only the key says: its rationales and explanations."""
    key = items.key(item.id)
    found = [
        key.rationale,
        *(code.rationale for code in key.codes),
        *(wrong.explanation for wrong in key.miscodings),
    ]
    return [" ".join(text.split()) for text in found if len(text) > 30]


@cache
def words(path: Path) -> tuple[str, str]:
    """All that a notebook holds, in one line, and what kind of notebook it is."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    text = " ".join(json.dumps(notebook, ensure_ascii=False).split())
    return text, notebook["metadata"]["chartpath"]["kind"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_answer_cells_are_blank(path: Path) -> None:
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        parts = split_cell("".join(cell["source"]))
        if parts:
            assert parse(parts[1], items.item(parts[0]).kind).blank


def test_no_notebook_holds_a_code_of_the_key_of_its_own_chart(assessed: Item) -> None:
    """The assessments of its unit may not hold the codes at all; a lesson may teach a code, never the reasons of the key."""
    for path in NOTEBOOKS:
        text, kind = words(path)
        assert [one for one in sentences(assessed) if one in text] == []
        if kind == "assessment" and path.parent.name == assessed.unit:
            assert [code.code for code in items.key(assessed.id).codes if code.code in text] == []


def test_the_record_does_not_hold_its_code(assessed: Item) -> None:
    if assessed.kind != "codes":
        return
    text = (paths.datasets() / "charts" / f"{assessed.id}.md").read_text(encoding="utf-8")
    assert [code.code for code in items.key(assessed.id).codes if code.code in text] == []


@pytest.mark.slow
def test_the_wheel_holds_the_course_and_no_key(tmp_path: Path) -> None:
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "-w",
            str(tmp_path),
            str(paths.root()),
        ],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    secrets = [text for item in items.items() if item.assessed for text in sentences(item)]
    assert len(secrets) > 20
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        texts = [
            " ".join(archive.read(name).decode("utf-8", "replace").split())
            for name in names
            if not name.endswith("csv")
        ]
    assert [name for name in names if "grading/keys" in name or "grading/nbgrader_config" in name] == []
    assert any(name.endswith("_data/notebooks/00-start-here/start-here.ipynb") for name in names)
    assert any(name.endswith("_data/datasets/datapackage.json") for name in names)
    assert [
        name for name in names if name.startswith("chartpath/_data/notebooks") and name.endswith(".md")
    ] == []
    assert [text[:60] for text in secrets if any(text in content for content in texts)] == []
