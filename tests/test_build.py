"""Text to notebooks: what is expanded, what is refused, what is never overwritten."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from chartpath import answers, build, items, paths
from chartpath.errors import BadInput

HEAD = "---\nkernelspec: {name: python3, display_name: Python 3, language: python}\nchartpath: {unit: a-unit, minutes: 5, kind: KIND}\n---\n"
ASSESSED = next(one.id for one in items.items() if one.assessed)
PRACTICE = next(one.id for one in items.items() if not one.assessed)


def text(tmp_path: Path, body: str, kind: str = "lesson") -> Path:
    folder = tmp_path / "a-unit"
    folder.mkdir(exist_ok=True)
    path = folder / "do-a-thing.md"
    path.write_text(HEAD.replace("KIND", kind) + body, encoding="utf-8")
    return path


def cell(source: str) -> str:
    return f"```{{code-cell}}\n{source}\n```\n"


def test_an_assessed_answer_gets_its_form_and_its_locked_score_cell(tmp_path: Path) -> None:
    body = "# Do it\n" + cell("import chartpath as cp") + cell(f"%%answer {ASSESSED}")
    notebook = build.compose(text(tmp_path, body, "assessment"))
    title, setup, answer, score = notebook.cells
    assert title.id == "do-it"
    assert setup.metadata.nbgrader.grade_id == "setup"
    assert setup.metadata.nbgrader.locked
    assert answer.id == ASSESSED
    assert answer.metadata.nbgrader.solution
    assert answer.source == answers.stub(items.item(ASSESSED))
    assert score.source == f'cp.score("{ASSESSED}")'
    assert score.id == f"score-{ASSESSED}"
    assert (
        score.metadata.nbgrader.grade,
        score.metadata.nbgrader.locked,
        score.metadata.nbgrader.points,
    ) == (True, True, items.item(ASSESSED).points)


def test_a_practice_answer_gets_its_form_and_nothing_more(tmp_path: Path) -> None:
    notebook = build.compose(text(tmp_path, cell(f"%%answer {PRACTICE}")))
    (answer,) = notebook.cells
    assert answer.id == PRACTICE
    assert "nbgrader" not in answer.metadata


@pytest.mark.parametrize(
    ("body", "kind", "says"),
    [
        (cell(f"%%answer {PRACTICE}\nI10"), "lesson", "holds an answer"),
        (cell(f"%%answer {ASSESSED}"), "lesson", "assessed"),
        (cell(f"%%answer {PRACTICE}") * 2, "lesson", "twice"),
        (cell("%%answer no-such-item-at-all"), "lesson", "no item"),
        (cell('cp.show("no-such-item-at-all")'), "lesson", "no item"),
        (cell("def f():\n    pass"), "lesson", "defines something"),
        (cell("\n".join(["1"] * 11)), "lesson", "longer than"),
        ("", "novel", "chartpath:"),
    ],
)
def test_the_house_rules(tmp_path: Path, body: str, kind: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        build.compose(text(tmp_path, body, kind))


def test_ids_are_stable_and_unique(tmp_path: Path) -> None:
    body = "# One\n+++\nSame words.\n+++\nSame words.\n" + cell("1 + 1")
    first = [one.id for one in build.compose(text(tmp_path, body)).cells]
    assert first == [one.id for one in build.compose(text(tmp_path, body)).cells]
    assert len(set(first)) == len(first)


@pytest.mark.slow
def test_building_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    path = text(tmp_path, "# One\n" + cell("import chartpath as cp") + cell(f"%%answer {PRACTICE}"))
    (target,) = build.build(only=path)
    first = target.read_bytes()
    build.build(only=path)
    assert target.read_bytes() == first


@pytest.mark.slow
def test_a_failing_cell_stops_the_build(tmp_path: Path) -> None:
    path = text(tmp_path, cell("1 / 0"))
    with pytest.raises(BadInput, match="ZeroDivisionError"):
        build.build(only=path)
    assert not path.with_suffix(".ipynb").exists()


@pytest.mark.slow
def test_typed_answers_are_never_overwritten_unasked(tmp_path: Path) -> None:
    path = text(tmp_path, cell("import chartpath as cp") + cell(f"%%answer {PRACTICE}"))
    (target,) = build.build(only=path)
    typed = (
        target.read_text(encoding="utf-8")
        .replace("# one code a line", "J06.9\\n# one code a line")
        .replace("# type one", "B\\n# type one")
    )
    target.write_text(typed, encoding="utf-8")
    with pytest.raises(BadInput, match="--force"):
        build.build(only=path)
    assert target.read_text(encoding="utf-8") == typed
    build.build(only=path, force=True)
    assert target.read_text(encoding="utf-8") != typed


def test_check_finds_each_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "notebooks"
    shutil.copytree(paths.notebooks() / "00-start-here", copy / "00-start-here")
    monkeypatch.setattr(paths, "notebooks", lambda: copy)
    assert build.check() == []
    source = copy / "00-start-here" / "start-here.md"
    source.write_text(source.read_text(encoding="utf-8") + "\nOne more line.\n", encoding="utf-8")
    assert [line for line in build.check() if "differs" in line]
    (copy / "00-start-here" / "stray.ipynb").write_text("{}", encoding="utf-8")
    assert [line for line in build.check() if "stray" in line]
    source.with_suffix(".ipynb").unlink()
    assert [line for line in build.check() if "missing" in line]


def test_the_committed_notebooks_agree_with_their_text() -> None:
    assert build.check() == []
