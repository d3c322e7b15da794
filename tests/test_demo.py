"""The demonstration: the whole cycle on a made-up class, through the doors a real class uses."""

from __future__ import annotations

import csv
import random
import zipfile
from pathlib import Path

import pytest

from chartpath import items, paths
from chartpath.demo import CLASS, MARK, UNIT, DemoReport, _answer, run_demo
from chartpath.errors import BadInput, KeyNotAtHand
from chartpath.grading.preprocessors import scored

ASSESSED = {one.id for one in items.items(UNIT) if one.assessed}


@pytest.fixture(scope="module")
def told() -> list[tuple[str, int, int]]:
    return []


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, told: list[tuple[str, int, int]]) -> DemoReport:
    return run_demo(tmp_path_factory.mktemp("demo"), progress=lambda *step: told.append(step))


@pytest.mark.slow
def test_every_kind_of_learner_comes_out_as_meant(demo: DemoReport) -> None:
    rows = {row.learner: row for row in demo.graded.rows}
    assert set(rows) == set(CLASS)
    assert len(CLASS) == 12
    mean = {
        habit: sum(rows[who].score for who, kind in CLASS.items() if kind == habit)
        / sum(kind == habit for kind in CLASS.values())
        for habit in ("excellent", "typical", "confused")
    }
    assert mean["excellent"] > 90 > mean["typical"] > mean["confused"] > 0
    assert rows["iris.novak"].score == 0
    assert rows["jonah.peters"].status == "late"
    assert [row.learner for row in demo.graded.late] == ["jonah.peters"]
    assert [row.learner for row in demo.graded.damaged] == ["kofi.mensah"]
    assert "breaks off" in rows["kofi.mensah"].reason
    assert len(rows["lena.fischer"].notes) == 2
    assert rows["lena.fischer"].score > 0
    assert all(row.max_score == sum(items.item(one).points for one in ASSESSED) for row in demo.graded.rows)


@pytest.mark.slow
def test_everything_is_where_it_says(demo: DemoReport) -> None:
    assert demo.bundle == demo.folder / f"{UNIT}.zip"
    assert len(list((demo.folder / "inbox").glob("*.zip"))) == 12
    assert demo.collected.ok
    for learner in CLASS:
        assert len(list((demo.feedback / learner / UNIT).glob("*.html"))) == 1
    with demo.grades.open(encoding="utf-8", newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert {who: float(row["score"]) for who, row in rows.items()} == {
        row.learner: row.score for row in demo.graded.rows
    }
    assert rows["jonah.peters"]["late"] == "yes"
    assert rows["kofi.mensah"]["last_name"] == "Mensah"
    for line in demo.lines():
        assert Path(line[25:]).exists()


@pytest.mark.slow
def test_the_summary_tells_each_record_and_learner(demo: DemoReport) -> None:
    assert {one.item for one in demo.summary.items} == ASSESSED
    for one in demo.summary.items:
        assert one.learners == 11  # one file could not be read
        assert 0 < one.mean < 100
        assert one.commonest
        assert one.count <= one.answered <= 11
    page = demo.summary_page.read_text(encoding="utf-8")
    for row in demo.graded.rows:
        assert row.learner in page
    for one in demo.summary.items:
        assert one.title in page
    with (demo.folder / "summary.csv").open(encoding="utf-8", newline="") as file:
        assert {row["item"] for row in csv.DictReader(file)} == ASSESSED


@pytest.mark.slow
def test_progress_reaches_the_end_of_every_stage(demo: DemoReport, told: list[tuple[str, int, int]]) -> None:
    stages = list(dict.fromkeys(stage for stage, _, _ in told))
    assert stages == ["Releasing the unit", "Learners answer and hand in", "Grading and writing feedback"]
    for stage in stages:
        steps = [(done, total) for name, done, total in told if name == stage]
        assert steps == sorted(steps)
        assert steps[-1][0] == steps[-1][1]


@pytest.mark.slow
def test_the_checkout_s_own_grading_folder_is_left_alone(demo: DemoReport) -> None:
    grading = paths.grading()
    assert grading is not None
    assert not demo.folder.is_relative_to(grading)
    with zipfile.ZipFile(demo.bundle) as bundle:
        assert [name for name in bundle.namelist() if "key" in name] == []


@pytest.mark.slow
def test_the_same_seed_gives_the_same_class_and_replaces_an_earlier_one(
    demo: DemoReport, tmp_path: Path
) -> None:
    (tmp_path / MARK).write_text("{}", encoding="utf-8")
    (tmp_path / "left-over.txt").write_text("from an earlier demonstration", encoding="utf-8")
    again = run_demo(tmp_path)
    assert [(row.learner, row.score) for row in again.graded.rows] == [
        (row.learner, row.score) for row in demo.graded.rows
    ]
    assert again.summary.items == demo.summary.items
    assert not (tmp_path / "left-over.txt").exists()


def test_answers_depend_on_the_dice_and_the_habit() -> None:
    item = sorted(ASSESSED)[0]
    drawn = {
        habit: [_answer(item, habit, random.Random(seed)) for seed in range(40)]
        for habit in ("excellent", "typical", "confused")
    }
    assert all(len(set(bodies)) > 1 for bodies in drawn.values())
    right = {habit: sum(scored(item, body).right for body in bodies) for habit, bodies in drawn.items()}
    assert right["excellent"] > right["typical"] > right["confused"]


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(BadInput, match="holds other files"):
        run_demo(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    assert not (tmp_path / MARK).exists()
    with pytest.raises(BadInput, match="is a file"):
        run_demo(tmp_path / "thesis.txt")


def test_an_unknown_unit_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="There are no notebooks in"):
        run_demo(tmp_path / "demo", unit="77-nothing")
    assert not (tmp_path / "demo").exists()


def test_without_keys_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARTPATH_KEYS", "none")
    with pytest.raises(KeyNotAtHand, match="needs the keys"):
        run_demo(tmp_path / "demo")
