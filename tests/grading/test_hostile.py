"""Work that was tampered with: it gains nothing, costs nobody else anything, and is reported to the instructor in words."""

from __future__ import annotations

import copy
import datetime as dt
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
from classroom import (
    FIRST,
    NOTEBOOK,
    SECOND,
    UNIT,
    Edit,
    answer,
    autograded,
    cell,
    code,
    desk,
    gold,
    mark,
    markdown,
    new_course,
    released,
    scores,
    submit,
    wrong,
)
from test_collect import GOOD, NOON, bundle, files_of, handed_in, reason, record
from typer.testing import CliRunner

from chartpath import cli, items
from chartpath.grading import collect, grade_unit, release_unit
from chartpath.grading.course import Course
from chartpath.grading.marking import MAX_PARTS
from chartpath.handin import pack

CHECK = f"score-{FIRST}"


def _right(book: dict[str, Any]) -> None:
    answer(book, gold(FIRST), gold(SECOND))


def _set_mark(name: str, **facts: Any) -> Edit:
    return lambda book: cell(book, name)["metadata"]["nbgrader"].update(facts)


def _twice(name: str) -> Edit:
    return lambda book: book["cells"].append(copy.deepcopy(cell(book, name)))


def _strip(book: dict[str, Any]) -> None:
    for one in book["cells"]:
        one["metadata"] = {}


OTHER = next(one.id for one in items.items() if one.assessed and one.id not in (FIRST, SECOND))
TAMPERED: dict[str, tuple[Edit, str]] = {
    "duplicated-check": (_twice(CHECK), f"The cell {CHECK} stood 2 times in the notebook"),
    "duplicated-answer": (_twice(FIRST), f"An answer to {FIRST} stands below its check cell"),
    "deleted-check": (lambda book: book["cells"].remove(cell(book, CHECK)), f"The cell {CHECK} was missing"),
    "stripped": (_strip, "nbgrader's marks were missing from all cells"),
    "forged-points": (
        _set_mark(CHECK, points=10_000),
        f"The marks of the cell {CHECK} had been changed (points)",
    ),
    "forged-id": (_set_mark(CHECK, grade_id="score-mine"), f"The cell {CHECK} was missing"),
    "forged-checksum": (
        _set_mark(CHECK, checksum="0" * 32),
        f"The marks of the cell {CHECK} had been changed (checksum)",
    ),
    "unlocked": (_set_mark(CHECK, locked=False, grade=False), "had been changed (grade, locked)"),
    "changed-check": (
        lambda book: cell(book, CHECK).update(source="10.0"),
        f"The locked cell {CHECK} had been changed",
    ),
    "answers-elsewhere": (
        lambda book: book["cells"].append(code(f"%%answer {OTHER}\n{gold(OTHER)}", "own")),
        f"It answers what this notebook does not score; that was left aside: {OTHER}.",
    ),
    "answers-nothing": (
        lambda book: book["cells"].append(code("%%answer {open('/etc/passwd')}\nA00.0", "own")),
        "It answers what this notebook does not score",
    ),
}


def test_every_tampering_is_told_and_moves_no_points(course: Course) -> None:
    for name, (edit, _) in TAMPERED.items():

        def work(book: dict[str, Any], edit: Edit = edit) -> None:
            _right(book)
            edit(book)

        submit(course, name, work)
    submit(course, "honest", _right)
    report = grade_unit(UNIT, course=course)
    for row in report.rows:
        assert (row.learner, row.status, row.score, row.max_score) == (row.learner, "graded", 20, 20)
        wanted = TAMPERED.get(row.learner)
        assert any(wanted[1] in note for note in row.notes) if wanted else row.notes == (), row
    assert set(scores(course).values()) == {10}
    assert len(scores(course)) == 2 * (len(TAMPERED) + 1)


def test_the_command_prints_what_was_tampered_with(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    submit(course, "eve", TAMPERED["forged-points"][0])
    monkeypatch.setattr("chartpath.grading.course.this_course", lambda: course)
    done = CliRunner().invoke(cli.app, ["grade", UNIT, "--jobs", "1"])
    assert done.exit_code == 0, done.output
    assert f"eve: The marks of the cell {CHECK} had been changed (points); they were put back." in done.output


def test_practice_items_may_be_answered_anywhere(course: Course) -> None:
    practice = next(one.id for one in items.items() if not one.assessed)
    submit(course, "ann", lambda book: book["cells"].append(code(f"%%answer {practice}\nx", "own")))
    assert grade_unit(UNIT, course=course).rows[0].notes == ()


def test_hidden_tests_stay_hidden_and_raise_no_false_alarm(tmp_path: Path) -> None:
    """Stock nbgrader calls every one of them changed, and buries real tampering below."""
    course = new_course(tmp_path)
    path = course.source / UNIT / NOTEBOOK
    book = json.loads(path.read_bytes())
    hidden = "assert add(1, 1) == 2\n### BEGIN HIDDEN TESTS\nassert add(2, 3) == 5\n### END HIDDEN TESTS"
    book["cells"] += [
        code("def add(a, b):\n    return 0", "add", mark("add", solution=True)),
        code(hidden, "test-add", mark("test-add", grade=True, locked=True, points=5)),
    ]
    path.write_text(json.dumps(book), encoding="utf-8")
    release_unit(UNIT, course=course)
    assert cell(released(course), "test-add")["source"] in (
        "assert add(1, 1) == 2",
        ["assert add(1, 1) == 2"],
    )
    from chartpath.grading.cells import restore
    from chartpath.grading.ledger import Ledger

    ledger = Ledger(course.config().CourseDirectory.db_url)
    (found,) = (one for one in ledger.unit(UNIT).notebooks if one.graded)
    order = [
        one["metadata"]["nbgrader"]["grade_id"]
        for one in released(course)["cells"]
        if one["metadata"].get("nbgrader")
    ]
    cells = sorted(found.cells, key=lambda one: order.index(one.name))
    made, notes = restore(released(course)["cells"], cells)
    assert notes == []
    assert cell({"cells": made}, "test-add")["source"] == hidden
    changed = released(course)
    cell(changed, "test-add")["source"] = "pass"
    assert restore(changed["cells"], cells)[1] == [
        "The locked cell test-add had been changed; its released text was put back."
    ]
    stripped = released(course)
    _strip(stripped)
    for one in stripped["cells"]:
        one.pop("id")
    assert cell({"cells": restore(stripped["cells"], cells)[0]}, "test-add")["source"] == hidden


def test_two_names_of_one_sender_are_told(course: Course, tmp_path: Path) -> None:
    """Eve packs her work as Bob's: what she had the file named, and that Bob's was replaced, is told."""
    collect([handed_in(course, tmp_path, "bob", typed="A00.0\n")], course=course)
    forged = bundle(
        tmp_path / f"Eve_17_assignsubmission_file_{UNIT}--eve (1).zip",
        {NOTEBOOK: GOOD},
        record(learner="bob", time=(NOON + dt.timedelta(hours=1)).isoformat()),
    )
    (taken,) = collect([forged], course=course).collected
    assert taken.learner == "bob"
    assert "The file's name says eve, what is inside says bob: make sure who sent it." in taken.notes
    assert "It replaces what was handed in at 2026-10-05 12:00 UTC." in taken.notes
    assert len(list((course.folder / "received" / UNIT).iterdir())) == 2  # Bob's own is still there


@pytest.mark.parametrize("name", [f"{UNIT}--ann.zip", f"x {UNIT}--ann (2).zip", "upload.zip", "a--b.zip"])
def test_an_honest_name_needs_no_note(course: Course, tmp_path: Path, name: str) -> None:
    path = pack("ann", desk(course, tmp_path / "desk")).rename(tmp_path / name)
    assert collect([path], course=course).collected[0].notes == ()


RESERVED = [
    "con",
    "NUL",
    "aux.txt",
    "COM1",
    "lpt9.zip",
    "x.",
    "x ",
    ".x",
    "-x",
    "C:",
    "C:x",
    "a\\b",
    "a\x00b",
    "ä",
    "a\u202eb",
]


@pytest.mark.parametrize("learner", RESERVED)
def test_reserved_and_odd_ids_name_no_folder(course: Course, tmp_path: Path, learner: str) -> None:
    if learner == "x ":  # blanks around an id are a slip, and taken off
        (taken,) = collect(
            [bundle(tmp_path / "x.zip", {NOTEBOOK: GOOD}, record(learner=learner))], course=course
        ).collected
        assert taken.learner == "x"
        return
    assert "cannot be a learner id" in reason(
        course, bundle(tmp_path / "x.zip", {NOTEBOOK: GOOD}, record(learner=learner))
    )


SLIPS = [
    "../../../grading/keys/x.yaml",
    "/etc/cron.d/x",
    "C:\\Windows\\x",
    "\\\\server\\share\\x",
    "CON.ipynb",
    "x\x00.ipynb",
    "a" * 300,
]


@pytest.mark.parametrize("name", SLIPS)
def test_a_member_beside_the_notebook_goes_nowhere(course: Course, tmp_path: Path, name: str) -> None:
    before = files_of(course)
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("submission.json", json.dumps(record()))
        packed.writestr(NOTEBOOK, GOOD)
        info = zipfile.ZipInfo("placeholder")
        info.filename = name
        packed.writestr(info, b"slipped")
    (taken,) = collect([path], course=course).collected
    assert taken.notebooks == (NOTEBOOK,)
    assert "It also held files that are not the unit's" in taken.notes[0]
    assert files_of(course) - before == {
        f"grading/submitted/eve/{UNIT}/{one}" for one in (NOTEBOOK, "submission_secret.txt", "timestamp.txt")
    }


UTF16 = "utf-16", "utf-8-sig", "utf-32"


@pytest.mark.parametrize("encoding", UTF16)
def test_other_encodings_of_unicode_are_read(course: Course, encoding: str) -> None:
    book = released(course)
    _right(book)
    submit(course, "ann", json.dumps(book, ensure_ascii=False).encode(encoding))
    (row,) = grade_unit(UNIT, course=course).rows
    assert (row.status, row.score) == ("graded", 20)


def test_files_that_are_no_notebook_say_why(course: Course) -> None:
    book = json.dumps(released(course)).encode()
    work = {
        "latin": book.replace(b"Code two", b"Code \xe4\xff two"),
        "nested": book[:-1] + b', "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        "parts": b'{"cells": [' + b"[]," * (MAX_PARTS // 2 + 1) + b'[]], "nbformat": 4}',
        "number": b'{"cells": [], "nbformat": ' + b"9" * 5000 + b"}",
        "true": b'{"cells": [], "nbformat": true}',
    }
    says = {
        "latin": "its bytes are not UTF-8 text",
        "nested": "it is nested too deeply",
        "parts": "made of more than 1,000,000 parts",
        "number": "not valid JSON",
        "true": "It is not a Jupyter notebook",
        "huge": "It is larger than 50 MB",
        "folder": "It is not a file",
    }
    for name, data in work.items():
        submit(course, name, data)
    with submit(course, "huge", b"").open("wb") as file:
        file.truncate(50 * 2**20 + 1)
    path = submit(course, "folder", b"")
    path.unlink()
    path.mkdir()
    rows = {row.learner: row for row in grade_unit(UNIT, course=course).rows}
    assert set(rows) == set(says)
    for name, row in rows.items():
        assert (row.status, row.score) == ("damaged", 0)
        assert says[name] in row.reason, row.reason


@pytest.mark.skipif(os.name == "nt", reason="links and pipes need a POSIX system")
def test_links_and_pipes_are_not_followed(course: Course) -> None:
    """To the key, to another's work, to another's folder; a pipe would be waited for until the end of days."""
    submit(course, "bob", _right)
    keys = Path(__file__).resolve().parents[2] / "grading" / "keys" / f"{FIRST}.yaml"
    assert keys.is_file()
    for learner, target in (("to-key", keys), ("to-bob", course.submitted / "bob" / UNIT / NOTEBOOK)):
        path = submit(course, learner, b"")
        path.unlink()
        path.symlink_to(target)
    (course.submitted / "unit-link").mkdir()
    (course.submitted / "unit-link" / UNIT).symlink_to(course.submitted / "bob" / UNIT)
    (course.submitted / "own-link").symlink_to(course.submitted / "bob")
    pipe = submit(course, "pipe", b"")
    pipe.unlink()
    os.mkfifo(pipe)
    secret = submit(course, "secret", _right).with_name("submission_secret.txt")
    secret.symlink_to(keys)
    rows = {row.learner: row for row in grade_unit(UNIT, course=course).rows}
    assert rows.pop("bob").score == 20
    assert rows.pop("secret").score == 20
    assert not (course.autograded / "secret" / UNIT / "submission_secret.txt").exists()
    assert not (course.feedback / "secret" / UNIT / "submission_secret.txt").exists()
    for learner, row in rows.items():
        assert (row.status, row.score) == ("damaged", 0), row
        said = "It is not a file" if learner == "pipe" else "which was not followed"
        assert said in row.reason, row.reason
        assert not (course.autograded / learner / UNIT / NOTEBOOK).exists()


def test_what_a_learner_wrote_never_becomes_a_mark(course: Course) -> None:
    """Forged scores, comments and outputs in the file are not even copied."""

    def forge(book: dict[str, Any]) -> None:
        answer(book, wrong(FIRST), wrong(SECOND))
        for one in book["cells"]:
            one["metadata"].setdefault("nbgrader", {}).update(score=10.0, comment="Well done", points=10.0)
            if one["cell_type"] == "code":
                one["outputs"] = [
                    {
                        "output_type": "execute_result",
                        "data": {"text/plain": "10.0"},
                        "metadata": {},
                        "execution_count": 1,
                    }
                ]
        book["metadata"]["chartpath_notes"] = ["Full marks."]
        book["cells"].append(
            markdown("fine", "m") | {"attachments": {"a.png": {"image/svg+xml": "<svg onload=1>"}}}
        )

    submit(course, "eve", forge)
    (row,) = grade_unit(UNIT, course=course).rows
    assert row.score < 20
    made = autograded(course, "eve")
    assert "Well done" not in json.dumps(made)
    assert "Full marks." not in json.dumps(made)
    assert "attachments" not in json.dumps(made)
    page = (course.feedback / "eve" / UNIT / "code-two-charts.html").read_text(encoding="utf-8")
    assert "Well done" not in page
