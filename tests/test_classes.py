"""A class of its own: made from a secret seed, handed out, handed in, graded by each learner's own key."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chartpath import items
from chartpath.answers import split_cell
from chartpath.classes import NOTEBOOK, UNITS, NewClass, new_class, read_roster
from chartpath.cli import app
from chartpath.errors import BadInput
from chartpath.grading import forms
from chartpath.grading.course import Course, this_course
from chartpath.grading.grade import grade_unit
from chartpath.grading.inbox import collect
from chartpath.grading.release import learner_bundles, release_unit
from chartpath.grading.row import Row
from chartpath.grading.summary import summarize
from chartpath.handin import pack
from chartpath.report import make_report
from chartpath.scoring import key_lines

UNIT = UNITS["10"]
SEED = "a seed that only this test knows\n"


def seed_file(folder: Path, text: str = SEED) -> Path:
    path = folder / "class.seed"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> NewClass:
    base = tmp_path_factory.mktemp("one")
    return new_class(base / "spring-2027", seed_file(base), count=3)


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> NewClass:
    base = tmp_path_factory.mktemp("several")
    return new_class(base / "fall-2027", seed_file(base), units=["10"], count=3, variants=3)


@pytest.fixture(scope="module")
def released(one: NewClass) -> Path:
    return release_unit(UNIT, course=one.course)


@pytest.fixture(scope="module")
def bundles(several: NewClass) -> dict[str, Path]:
    return learner_bundles(UNIT, ["ann", "bob", "cid", "dee"], course=several.course)


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "gradebook" not in path.name
    }


def answer(bundle: Path, desk: Path, learner: str, keys: Mapping[str, items.Key]) -> Path:
    """A learner unpacks a bundle, types these keys' answers, and hands in."""
    with zipfile.ZipFile(bundle) as packed:
        packed.extractall(desk)
    path = desk / UNIT / f"{NOTEBOOK['10']}.ipynb"
    notebook = json.loads(path.read_bytes())
    for cell in notebook["cells"]:
        parts = split_cell("".join(cell["source"])) if cell["cell_type"] == "code" else None
        if parts and parts[0] in keys:
            cell["source"] = "\n".join([f"%%answer {parts[0]}", *key_lines(keys[parts[0]])])
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return pack(learner, desk / UNIT)


def graded(made: NewClass, engine: str = "answers") -> dict[str, Row]:
    return {row.learner: row for row in grade_unit(UNIT, engine, course=made.course).rows}


class TestMaking:
    def test_it_holds_the_course_with_its_own_assessments(self, one: NewClass) -> None:
        units = {path.parent.name for path in (one.folder / "notebooks").glob("*/*.ipynb")}
        published = {path.parent.name for path in items.paths.notebooks().glob("*/*.ipynb")}
        assert units == published
        own = {path.name for path in (one.folder / "notebooks" / UNIT).glob("*.ipynb")}
        assert f"{NOTEBOOK['10']}.ipynb" in own
        assert "code-ten-outpatient-charts.ipynb" not in own
        assert "read-and-abstract-a-note.ipynb" in own
        assert one.charts == 6

    def test_every_key_scores_100(self, several: NewClass) -> None:
        from chartpath.answers import parse
        from chartpath.scoring import grade

        for name in forms.names(several.course):
            form = forms.read(several.course, name)
            for item_id, item in form.charts.items():
                lines = "\n".join(key_lines(form.keys[item_id]))
                assert grade(item, form.keys[item_id], parse(lines, "codes", item.systems)).score == 100

    def test_the_stays_are_hospital_stays(self, one: NewClass) -> None:
        for item_id, item in forms.read(one.course, "1").charts.items():
            assert item.chart
            assert (
                item.chart.inpatient == (item.chart.setting == "inpatient") == item_id.startswith("class-11")
            )

    def test_no_item_of_the_kit_looks_like_one_of_a_class(self) -> None:
        assert not [name for name in items.item_ids() if name.startswith(items.CLASS)]

    def test_the_same_seed_gives_the_same_class(self, one: NewClass, tmp_path: Path) -> None:
        again = new_class(tmp_path / "spring-2027", seed_file(tmp_path), count=3)
        assert files(again.folder / "grading" / "forms") == files(one.folder / "grading" / "forms")
        assert files(again.folder / "notebooks") == files(one.folder / "notebooks")

    def test_another_seed_gives_other_charts(self, one: NewClass, tmp_path: Path) -> None:
        other = new_class(tmp_path / "other", seed_file(tmp_path, "quite another seed, as long"), count=3)
        mine, theirs = (forms.read(made.course, "1").charts for made in (one, other))
        notes = {item.chart.note for item in mine.values() if item.chart}
        assert notes.isdisjoint(item.chart.note for item in theirs.values() if item.chart)

    def test_the_seed_is_nowhere_in_the_class(self, several: NewClass) -> None:
        assert not [name for name, data in files(several.folder).items() if SEED.strip().encode() in data]

    def test_forms_differ_in_the_patients_alone(self, several: NewClass) -> None:
        read = [forms.read(several.course, name) for name in forms.names(several.course)]
        assert len(read) == 3
        for item_id in read[0].charts:
            charts = [form.charts[item_id].chart for form in read]
            assert len({chart.note for chart in charts if chart}) == 3
            assert len({chart.difficulty for chart in charts if chart}) == 1
            assert len({form.charts[item_id].systems for form in read}) == 1

    def test_what_lies_open_is_not_published_by_a_careless_commit(self, one: NewClass) -> None:
        assert (one.folder / ".gitignore").read_text(encoding="utf-8") == "*\n"
        if os.name == "posix":
            assert (one.folder / "grading").stat().st_mode & 0o077 == 0

    def test_a_folder_with_files_is_never_replaced(self, one: NewClass, tmp_path: Path) -> None:
        before = files(one.folder)
        with pytest.raises(BadInput, match="never replaced"):
            new_class(one.folder, seed_file(tmp_path))
        assert files(one.folder) == before

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            ({"units": ["12"]}, "--unit 10"),
            ({"count": 0}, "1 to 30"),
            ({"variants": 501}, "1 to 500"),
        ],
    )
    def test_numbers_out_of_range_are_refused(
        self, arguments: dict[str, object], told: str, tmp_path: Path
    ) -> None:
        with pytest.raises(BadInput, match=told):
            new_class(tmp_path / "late", seed_file(tmp_path), **arguments)  # type: ignore[arg-type]
        assert not (tmp_path / "late").exists()

    def test_a_bad_name_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(BadInput, match="spring-2027"):
            new_class(tmp_path / "My Class", seed_file(tmp_path))


class TestSeed:
    def test_one_is_made_for_this_user_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "secrets" / "new.seed"
        made = new_class(tmp_path / "a", path, units=["10"], count=1)
        assert made.new_seed
        assert len(path.read_text(encoding="utf-8").strip()) > 40
        if os.name == "posix":
            assert path.stat().st_mode & 0o777 == 0o600
        kept = path.read_bytes()
        assert not new_class(tmp_path / "b", path, units=["10"], count=1).new_seed
        assert path.read_bytes() == kept

    @pytest.mark.skipif(os.name != "posix", reason="Windows keeps rights elsewhere")
    def test_one_that_others_can_read_is_refused(self, tmp_path: Path) -> None:
        path = seed_file(tmp_path)
        path.chmod(0o644)
        with pytest.raises(BadInput, match="chmod 600"):
            new_class(tmp_path / "a", path)

    def test_a_short_one_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(BadInput, match="can be guessed"):
            new_class(tmp_path / "a", seed_file(tmp_path, "spring2027"))

    def test_it_may_not_lie_where_it_would_travel(self, tmp_path: Path) -> None:
        with pytest.raises(BadInput, match="of the class"):
            new_class(tmp_path / "a", tmp_path / "a" / "class.seed")
        with pytest.raises(BadInput, match="of the kit"):
            new_class(tmp_path / "a", items.paths.root() / "class.seed")
        assert not (items.paths.root() / "class.seed").exists()


class TestOneForm:
    def test_learners_get_the_charts_and_no_key(self, one: NewClass, released: Path) -> None:
        form = forms.read(one.course, "1")
        with zipfile.ZipFile(released) as packed:
            text = "".join(packed.read(name).decode() for name in packed.namelist())
        mine = {name for name in form.charts if name.startswith("class-10")}
        for name in mine:
            assert json.dumps(form.texts[name], ensure_ascii=False)[1:-1] in text
            assert not [
                code.rationale for code in form.keys[name].codes if code.rationale and code.rationale in text
            ]
        assert mine
        assert not [name for name in form.charts if name not in mine and name in text]

    def test_a_learner_opens_a_chart_where_the_notebook_lies(
        self, one: NewClass, released: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with zipfile.ZipFile(released) as packed:
            packed.extractall(tmp_path)
        monkeypatch.chdir(tmp_path)
        with pytest.raises(BadInput, match="travels inside the notebook"):
            items.item("class-10-01")
        monkeypatch.chdir(tmp_path / UNIT)
        assert items.item("class-10-01") == forms.read(one.course, "1").charts["class-10-01"]
        with pytest.raises(items.KeyNotAtHand, match="your instructor"):
            items.key("class-10-01")

    def test_both_engines_give_the_key_everything_and_a_blank_nothing(
        self, one: NewClass, released: Path, tmp_path: Path
    ) -> None:
        keys = forms.read(one.course, "1").keys
        handed_in = [
            answer(released, tmp_path / "ann", "ann", keys),
            answer(released, tmp_path / "bob", "bob", {}),
        ]
        assert collect(handed_in, UNIT, course=one.course).ok
        rows = graded(one)
        assert (rows["ann"].score, rows["bob"].score) == (30, 0)
        assert not rows["ann"].notes
        page = one.course.feedback / "ann" / UNIT / f"{NOTEBOOK['10']}.html"
        title = forms.read(one.course, "1").charts["class-10-01"].title
        assert title in page.read_text(encoding="utf-8")
        report = make_report(UNIT, course=one.course)
        assert report.accuracy[0].records.hits == 3

    @pytest.mark.slow
    def test_plain_nbgrader_gives_the_same(self, one: NewClass, released: Path, tmp_path: Path) -> None:
        keys = forms.read(one.course, "1").keys
        assert collect([answer(released, tmp_path / "cid", "cid", keys)], UNIT, course=one.course).ok
        report = grade_unit(UNIT, "kernel", learners=["cid"], unsafe_kernel=True, course=one.course)
        assert [(row.score, row.notes) for row in report.rows] == [(30, ())]


class TestSeveralForms:
    def test_neighbors_get_other_charts(self, several: NewClass, bundles: dict[str, Path]) -> None:
        assert forms.given(several.course) == {"ann": "1", "bob": "2", "cid": "3", "dee": "1"}
        assert bundles["ann"].read_bytes() != bundles["bob"].read_bytes()
        assert bundles["ann"].read_bytes() == bundles["dee"].read_bytes()

    def test_who_joins_later_changes_nobody_elses(self, several: NewClass, bundles: dict[str, Path]) -> None:
        kept = {name: path.read_bytes() for name, path in bundles.items()}
        learner_bundles(UNIT, ["zoe", "ann"], course=several.course)
        assert forms.given(several.course)["zoe"] == "2"
        assert {name: path.read_bytes() for name, path in bundles.items()} == kept

    def test_one_bundle_for_all_is_refused(self, several: NewClass) -> None:
        with pytest.raises(BadInput, match="class bundles"):
            release_unit(UNIT, course=several.course)

    def test_each_is_graded_by_the_own_key(
        self, several: NewClass, bundles: dict[str, Path], tmp_path: Path
    ) -> None:
        form_of = forms.by_learner(several.course)
        handed_in = []
        for learner in ("ann", "bob"):
            form = form_of(learner)
            assert form
            handed_in.append(answer(bundles[learner], tmp_path / learner, learner, form.keys))
        # Dee copied Bob's answers; Cid worked on Ann's bundle, which came by mistake.
        handed_in.append(
            answer(bundles["dee"], tmp_path / "dee", "dee", forms.read(several.course, "2").keys)
        )
        handed_in.append(
            answer(bundles["ann"], tmp_path / "cid", "cid", forms.read(several.course, "1").keys)
        )
        # Somebody nobody gave a bundle to.
        handed_in.append(
            answer(bundles["ann"], tmp_path / "eve", "eve", forms.read(several.course, "1").keys)
        )
        assert collect(handed_in, UNIT, course=several.course).ok
        rows = graded(several)
        assert rows["ann"].score == rows["bob"].score == 30
        assert rows["dee"].score < 15
        assert not rows["dee"].notes
        assert rows["cid"].score < 15
        assert "carries the charts of form 1" in rows["cid"].notes[0]
        assert rows["eve"].status == "damaged"
        assert "class bundles" in rows["eve"].reason
        again = grade_unit(UNIT, jobs=2, again=True, course=several.course)
        assert {row.learner: row for row in again.rows} == rows
        summary = summarize(again, several.course)
        assert [one.learners for one in summary.items] == [4, 4, 4]
        report = make_report(UNIT, course=several.course)
        assert report.accuracy[0].records.hits == 6

    @pytest.mark.parametrize("metadata", [{}, None, [], {"chartpath": 3}, {"chartpath": {"form": {"a": 1}}}])
    def test_a_notebook_that_says_nothing_of_its_form_is_no_news(
        self, several: NewClass, metadata: object
    ) -> None:
        assert forms.not_own({"metadata": metadata}, forms.read(several.course, "1")) == []

    def test_what_it_says_is_not_repeated_word_for_word(self, several: NewClass) -> None:
        said = {"metadata": {"chartpath": {"form": "<img src=x onerror=alert(1)>"}}}
        (note,) = forms.not_own(said, forms.read(several.course, "1"))
        assert "another class" in note
        assert "<" not in note

    def test_a_page_shows_the_learners_own_record(
        self, several: NewClass, bundles: dict[str, Path], tmp_path: Path
    ) -> None:
        form_of = forms.by_learner(several.course)
        for learner in ("ann", "bob"):
            handed_in = answer(bundles[learner], tmp_path / learner, learner, {})
            collect([handed_in], UNIT, course=several.course)
        graded(several)
        for learner, other in (("ann", "bob"), ("bob", "ann")):
            page = several.course.feedback / learner / UNIT / f"{NOTEBOOK['10']}.html"
            text = page.read_text(encoding="utf-8")
            for name in ("class-10-01", "class-10-02"):
                mine, theirs = (form_of(who) for who in (learner, other))
                assert mine
                assert theirs
                assert _line_of(mine, theirs, name) in text
                assert _line_of(theirs, mine, name) not in text

    def test_a_damaged_list_is_named(self, several: NewClass, bundles: dict[str, Path]) -> None:
        path = several.course.folder / forms.LEARNERS
        kept = path.read_bytes()
        path.write_bytes(kept + b"zed,9\n")
        try:
            with pytest.raises(BadInput, match=r"learners.csv, line \d+: it must read LEARNER,FORM"):
                forms.by_learner(several.course)
        finally:
            path.write_bytes(kept)


def _line_of(form: forms.Form, other: forms.Form, name: str) -> str:
    """A long plain line of a form's record that the other form's does not have."""
    mine, theirs = form.charts[name].chart, other.charts[name].chart
    assert mine
    assert theirs
    lines = [line.strip() for line in mine.note.splitlines()]
    return max(
        (line for line in lines if line not in theirs.note and not set(line) & set("&<>'\"|=#")), key=len
    )


class TestRoster:
    def test_the_first_column_or_the_named_one(self, tmp_path: Path) -> None:
        path = tmp_path / "roster.csv"
        path.write_text("ann\nbob\n\n", encoding="utf-8")
        assert read_roster(path) == ["ann", "bob"]
        path.write_text("\ufeffName,Username\nAnn A,ann\nBob B,bob\n", encoding="utf-8")
        assert read_roster(path) == ["ann", "bob"]

    @pytest.mark.parametrize(
        ("text", "told"), [("", "names nobody"), ("ann\nbob\nann\n", "ann stands twice")]
    )
    def test_one_that_names_nobody_or_somebody_twice(self, text: str, told: str, tmp_path: Path) -> None:
        path = tmp_path / "roster.csv"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(BadInput, match=told):
            read_roster(path)


class TestCommand:
    def test_new_and_bundles(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CHARTPATH_COURSE", "")
        run = CliRunner()
        folder, seed = tmp_path / "winter-2028", tmp_path / "winter.seed"
        made = run.invoke(
            app,
            [
                "class",
                "new",
                str(folder),
                "--seed-file",
                str(seed),
                "--unit",
                "10",
                "--charts",
                "2",
                "--variants",
                "2",
            ],
        )
        assert made.exit_code == 0, made.output
        assert "2 assessed charts in 2 forms" in made.output
        assert "keep it secret" in made.output
        roster = tmp_path / "roster.csv"
        roster.write_text("learner\nann\nbob\n", encoding="utf-8")
        given = run.invoke(app, ["--course", str(folder), "class", "bundles", UNIT, "--roster", str(roster)])
        assert given.exit_code == 0, given.output
        assert "2 bundles" in given.output
        assert this_course() == Course(folder / "grading")

    def test_a_folder_that_is_no_course_is_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CHARTPATH_COURSE", str(tmp_path))
        with pytest.raises(BadInput, match="chartpath class new"):
            this_course()
