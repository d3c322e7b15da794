"""The class report on a class whose numbers can be worked out by hand."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from classroom import FIRST, NOTEBOOK, SECOND, UNIT, cell, new_course, submit
from twelve import STAY, answers_of

from chartpath import items
from chartpath.answers import parse
from chartpath.errors import BadInput
from chartpath.grading import grade_unit, release_unit
from chartpath.grading.course import Course
from chartpath.report import Report, make_report, write_report
from chartpath.report.coding import Accuracy, Outcomes
from chartpath.report.stats import Share, wilson
from chartpath.report.tables import tables
from chartpath.scoring import grade, key_lines


@pytest.fixture(scope="module")
def report(graded_class: Course) -> Report:
    return make_report(UNIT, course=graded_class)


def rows(report: Report, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(tables(report)[name])))


def group(report: Report, by: str, name: str) -> Accuracy:
    return next(one for one in report.accuracy if one.by == by and one.group.startswith(name))


def test_accuracy_in_three_ways_counted_by_hand(report: Report) -> None:
    # First chart: 2 codes, 8 right answers, 3 with one code, 1 blank. Second: 1 code, right for 0, 3, 6, 9.
    # Stay: 4 codes, 6 right answers, 3 with all codes under a wrong principal, 3 with none.
    assert group(report, "all", "all") == Accuracy(
        "all", "all records", Share(19 + 4 + 36, 22 + 12 + 48), Share(8 + 4 + 6, 11 + 12 + 12), Share(9, 12)
    )
    assert group(report, "setting", "Office") == Accuracy(
        "setting", "Office or clinic", Share(19, 22), Share(8, 11), Share(0, 0)
    )
    assert group(report, "setting", "Inpatient hospital").drgs == Share(9, 12)
    assert group(report, "chapter", "14 ").codes == Share(11 + 4, 11 + 12)
    assert group(report, "chapter", "14 ").records == Share(8 + 4, 11 + 12)
    assert group(report, "chapter", "ICD-10-PCS").codes == Share(9, 12)
    assert group(report, "section", "I.B.7").codes == Share(8, 11)
    assert group(report, "section", "I.C.18.b").records == Share(4, 12)
    assert report.blank == 1


def test_intervals_stand_in_the_table(report: Report) -> None:
    row = next(one for one in rows(report, "accuracy.csv") if one["by"] == "all")
    low, high = wilson(18, 35)
    assert (row["records_hits"], row["records_total"]) == ("18", "35")
    assert (float(row["records_low"]), float(row["records_high"])) == (round(low, 4), round(high, 4))


def test_difficulty_and_discrimination_by_hand(report: Report) -> None:
    first, second, stay = report.items
    assert (first.cell, second.cell, stay.cell) == (f"score-{FIRST}", f"score-{SECOND}", f"score-{STAY}")
    assert first.difficulty == pytest.approx((8 * 10 + 3 * 6) / 120)
    assert second.difficulty == pytest.approx(4 / 12)
    assert (first.answered, second.answered, first.learners) == (11, 12, 12)
    # The same from the definition: correlate each item with what is left of the total.
    columns = []
    for item in (FIRST, SECOND, STAY):
        one, key = items.item(item), items.key(item)
        columns.append(
            [grade(one, key, parse(answers_of(n)[item], "codes", one.systems)).points for n in range(12)]
        )
    for place, row in enumerate(report.items):
        rest = [sum(column[n] for p, column in enumerate(columns) if p != place) for n in range(12)]
        own = columns[place]
        n = len(own)
        top = n * sum(a * b for a, b in zip(own, rest, strict=True)) - sum(own) * sum(rest)
        below = (n * sum(a * a for a in own) - sum(own) ** 2) * (
            n * sum(b * b for b in rest) - sum(rest) ** 2
        )
        assert row.item_rest == pytest.approx(top / below**0.5)
    totals = [sum(column[n] for column in columns) for n in range(12)]
    ranked = sorted(range(12), key=lambda n: (totals[n], n))
    upper, lower = ranked[-4:], ranked[:4]  # 27 % of 12 is 3.24: four learners
    for column, row in zip(columns, report.items, strict=True):
        assert row.upper_lower == pytest.approx(
            (sum(column[n] for n in upper) - sum(column[n] for n in lower)) / 40
        )


def test_miscodings_with_their_class_commonest_first(report: Report) -> None:
    second = [(one.kind, one.code, one.answers, one.answered) for one in report.errors if one.item == SECOND]
    assert second == [("symptom_integral", "R10.A1", 8, 12), ("undercoded", "N13.2", 8, 12)]
    first = [(one.kind, one.code, one.answers) for one in report.errors if one.item == FIRST]
    assert first == [("missing_use_additional", "B96.20", 3)]
    assert next(one.words for one in report.errors if one.code == "R10.A1") == "Flank pain, right side"


def test_points_time_and_the_learner_whose_file_is_torn(report: Report) -> None:
    assert len(report.learners) == 13
    assert report.read == 12
    by_id = {one.learner.id: one for one in report.learners}
    assert by_id["torn"].points == 0
    assert by_id["torn"].learner.unread == (NOTEBOOK.removesuffix(".ipynb"),)
    assert by_id["learner-03"].learner.hours_early == -3
    assert by_id["learner-00"].learner.hours_early == 2
    assert by_id["learner-00"].points == report.book.most
    assert report.distribution.mean == pytest.approx(sum(one.points for one in report.learners) / 13)
    assert any(
        "torn" not in line and "1 learner with a missing or damaged notebook" in line
        for line in report.withheld
    )


def test_who_needs_help_with_what(report: Report) -> None:
    by_id = {one.learner.id: one for one in report.learners}
    aims = {name for goal in report.goals for name in goal.ids}
    assert "10-explained" in aims
    outpatient = next(place for place, goal in enumerate(report.goals) if "10-explained" in goal.ids)
    assert set(report.goals[outpatient].cells) == {f"score-{FIRST}", f"score-{SECOND}"}
    assert by_id["learner-00"].shares[outpatient] == 1
    assert by_id["learner-11"].shares[outpatient] == 0
    assert outpatient in by_id["learner-11"].weak
    assert outpatient not in by_id["learner-00"].weak
    assert dict(by_id["learner-11"].errors)["left blank"] == 1
    assert dict(by_id["learner-10"].errors)["missing_use_additional"] == 1
    assert by_id["torn"].shares[outpatient] is None


def test_the_counts_are_those_of_the_audit() -> None:
    bank = [one for one in items.items("10-chart-abstraction-outpatient") if one.kind == "codes"][:40]
    outcomes = Outcomes(
        {one.id: one for one in bank}, {one.id: items.key(one.id) for one in bank}, groups=False
    )
    seen = 0
    for one in bank:
        key = items.key(one.id)
        bodies = ["\n".join(key_lines(key)), "R69", *("\n".join(codes) for codes in key.alternatives)]
        for body in [*bodies, *("\n".join(wrong.codes) for wrong in key.miscodings)]:
            audit = grade(one, key, parse(body, "codes", one.systems)).audit
            assert audit is not None
            outcome = outcomes.of(one.id, body)
            there = sum(hit for _, hit in outcome.codes)
            assert (there, len(outcome.codes) - there) == (audit.metrics.tp, audit.metrics.fn), (one.id, body)
            assert outcome.clean == (not audit.told)
            seen += 1
    assert seen > 100


def test_few_learners_withhold_what_would_be_chance(graded_class: Course, tmp_path: Path) -> None:
    course = Course(tmp_path / "course" / "grading")
    shutil.copytree(graded_class.folder.parent, tmp_path / "course")
    with sqlite3.connect(course.folder / "gradebook.db") as database:
        database.execute("delete from submitted_assignment where student_id > 'learner-03'")
    report = make_report(UNIT, course=course)
    assert report.read == 4
    assert report.alpha is None
    assert [row.item_rest for row in report.items] == [None] * 3
    assert any("4 learners are fewer than 10" in line for line in report.withheld)
    accuracy = {(row["by"], row["group"]): row for row in rows(report, "accuracy.csv")}
    office = accuracy["setting", "Office or clinic"]
    assert (office["records_hits"], office["records_total"], office["records_share"]) == ("4", "4", "")
    assert office["codes_share"] == "1.0"


def test_marks_of_two_graders(graded_class: Course, tmp_path: Path) -> None:
    name = f"score-{FIRST}"
    lines = ["learner,cell,grader,score"]
    for number in range(6):
        lines += [
            f"learner-{number:02d},{name},ada,{number}",
            f"learner-{number:02d},{name},ben,{number + number % 2}",
        ]
    table = tmp_path / "marks.csv"
    table.write_text("\n".join(lines), encoding="utf-8")
    report = make_report(UNIT, marks=[table], course=graded_class)
    (agreement,) = report.agreements
    assert (agreement.graders, agreement.essays) == (("ada", "ben"), 6)
    assert agreement.alike == 0.5
    assert agreement.apart == 0.5
    # Squares within: 3 pairs one point apart; values 0 0 1 2 2 2 3 4 4 4 5 6, mean 2.75, squares around it 40.25.
    assert agreement.alpha == pytest.approx(1 - (2 * 3) / (2 * 12 * 40.25 / 11))
    assert rows(report, "agreement.csv")[0]["graders"] == "ada ben"
    lines[1:] = lines[1:7]
    table.write_text("\n".join(lines), encoding="utf-8")
    few = make_report(UNIT, marks=[table], course=graded_class)
    assert few.agreements == ()
    assert any("fewer than 5 essays" in line for line in few.withheld)


def test_a_copy_of_the_gradebook_is_another_grader(graded_class: Course, tmp_path: Path) -> None:
    shutil.copytree(graded_class.folder.parent, tmp_path / "course")
    course = Course(tmp_path / "course" / "grading")
    second = tmp_path / "second-grader.db"
    shutil.copyfile(course.folder / "gradebook.db", second)
    for path, off in ((course.folder / "gradebook.db", 0), (second, 1)):
        with sqlite3.connect(path) as database:
            marked = database.execute(
                "select g.id from grade g join base_cell b on b.id = g.cell_id where b.name = ? order by g.id",
                (f"score-{FIRST}",),
            ).fetchall()
            for place, (row,) in enumerate(marked):
                database.execute("update grade set manual_score = ? where id = ?", (place % 5 + off, row))
    (agreement,) = make_report(UNIT, marks=[second], course=course).agreements
    assert agreement.graders == ("gradebook", "second-grader")
    assert (agreement.essays, agreement.apart, agreement.alike) == (13, 1.0, 0.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("learner,score\n", "line 1: the columns must be learner, cell, grader, score"),
        (f"learner,cell,grader,score\nlearner-00,score-{FIRST},ada,eleven\n", "line 2: the score 'eleven'"),
        (f"learner,cell,grader,score\nlearner-00,score-{FIRST},ada,11\n", "is not between 0 and 10"),
        (f"learner,cell,grader,score\nnobody,score-{FIRST},ada,1\n", "'nobody' handed in nothing"),
        ("learner,cell,grader,score\nlearner-00,essay,ada,1\n", "there is no cell 'essay'"),
        (f"learner,cell,grader,score\nlearner-00,score-{FIRST},,1\n", "the grader is missing"),
    ],
)
def test_a_table_of_marks_that_is_none(graded_class: Course, tmp_path: Path, text: str, said: str) -> None:
    table = tmp_path / "marks.csv"
    table.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=r"marks\.csv") as caught:
        make_report(UNIT, marks=[table], course=graded_class)
    assert said in str(caught.value)


def test_working_time_where_jupyterlab_noted_it(graded_class: Course, tmp_path: Path) -> None:
    shutil.copytree(graded_class.folder.parent, tmp_path / "course")
    course = Course(tmp_path / "course" / "grading")
    path = course.submitted / "learner-00" / UNIT / NOTEBOOK
    book = json.loads(path.read_bytes())
    for item, at in ((FIRST, "10:00:00"), (SECOND, "10:20:00"), (STAY, "12:00:00")):
        cell(book, item)["metadata"]["execution"] = {
            "iopub.execute_input": f"2026-10-05T{at}.123456Z",
            "shell.execute_reply": "no time at all",
        }
    path.write_text(json.dumps(book), encoding="utf-8")
    report = make_report(UNIT, course=course)
    assert report.learners[0].learner.minutes == 20  # the long gap was a break
    assert report.learners[1].learner.minutes is None


def test_a_wrong_answer_cannot_become_a_formula_or_a_tag(report: Report, tmp_path: Path) -> None:
    from attrs import evolve

    bad = evolve(report.errors[0], code="=HYPERLINK(1)", words="<script>alert(1)</script>")
    hostile = evolve(report, errors=(bad,))
    page = write_report(hostile, tmp_path / "out").read_text(encoding="utf-8")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "'=HYPERLINK(1)" in tables(hostile)["miscodings.csv"]


def test_nothing_graded_and_nothing_released_are_told(tmp_path: Path) -> None:
    course = new_course(tmp_path)
    with pytest.raises(BadInput, match="release"):
        make_report(UNIT, course=course)
    release_unit(UNIT, course=course)
    with pytest.raises(BadInput, match="Run `chartpath grade"):
        make_report(UNIT, course=course)


def test_the_files_are_kept_out_of_git(report: Report, tmp_path: Path) -> None:
    page = write_report(report, tmp_path / "out")
    assert (tmp_path / "out" / ".gitignore").read_text(encoding="utf-8") == "*\n"
    assert {path.name for path in (tmp_path / "out").glob("*.csv")} == {
        "learners.csv",
        "items.csv",
        "miscodings.csv",
        "accuracy.csv",
        "objectives.csv",
    }
    assert page.read_text(encoding="utf-8") == write_report(report, tmp_path / "again").read_text(
        encoding="utf-8"
    )
    with pytest.raises(BadInput, match="cannot be made"):
        write_report(report, page)


@pytest.mark.slow
def test_hundreds_of_submissions_are_counted_once_each(tmp_path: Path) -> None:
    course = new_course(tmp_path)
    release_unit(UNIT, course=course)
    many = 600
    for number in range(many):
        body = answers_of(number % 12)

        def work(book: dict[str, object], body: dict[str, str] = body) -> None:
            for item in (FIRST, SECOND):
                cell(book, item)["source"] = f"%%answer {item}\n{body[item]}"

        submit(course, f"learner-{number:04d}", work)
    grade_unit(UNIT, course=course, feedback=False)
    report = make_report(UNIT, course=course)
    assert group(report, "all", "all").records == Share(12 * many // 12, 23 * many // 12)


def test_the_command_line_tells_what_to_do(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "chartpath", "report", "No Unit"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("chartpath: 'No Unit' is not a unit's name")
    assert done.stderr.count("\n") == 1
