"""Files from learners, friendly and hostile, into `submitted/`."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
from classroom import NOTEBOOK, UNIT, answer, desk, notebook
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chartpath.errors import BadInput
from chartpath.grading import collect
from chartpath.grading.course import Course
from chartpath.handin import pack

NOON = dt.datetime(2026, 10, 5, 12, tzinfo=dt.UTC)
GOOD = json.dumps(notebook([])).encode()


def record(**changes: Any) -> dict[str, Any]:
    base = {
        "format": 1,
        "unit": UNIT,
        "learner": "eve",
        "time": "2026-10-05T12:00:00Z",
        "kit": "0",
        "notebooks": {},
    }
    return base | changes


def bundle(path: Path, members: dict[str, bytes], about: Any = None) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        if about is not False:
            packed.writestr("submission.json", json.dumps(record() if about is None else about))
        for name, data in members.items():
            packed.writestr(name, data)
    return path


def files_of(course: Course) -> set[str]:
    """Every file of the course but the received ones."""
    base = course.folder.parent
    return {
        str(path.relative_to(base))
        for path in base.rglob("*")
        if path.is_file() and "received" not in path.parts
    }


def reason(course: Course, *paths: Path, unit: str | None = None) -> str:
    """The reason the only file was refused; nothing may have been written for it."""
    before = files_of(course)
    report = collect(list(paths), unit, course=course)
    assert report.collected == ()
    assert not report.ok
    assert files_of(course) == before
    (refused,) = report.refused
    return refused.reason


def handed_in(
    course: Course, tmp_path: Path, learner: str = "ann", at: dt.datetime = NOON, typed: str = "N30.00\n"
) -> Path:
    folder = desk(course, tmp_path / f"desk-{learner}-{at:%H%M}")
    book = json.loads((folder / NOTEBOOK).read_bytes())
    answer(book, typed)
    (folder / NOTEBOOK).write_text(json.dumps(book), encoding="utf-8")
    return pack(learner, folder, at)


def stored(course: Course, learner: str) -> Path:
    return course.submitted / learner / UNIT


def test_a_hand_in_arrives_with_its_time_and_secret(course: Course, tmp_path: Path) -> None:
    path = handed_in(course, tmp_path)
    report = collect([path], course=course)
    assert report.ok
    (one,) = report.collected
    assert (one.learner, one.unit, one.time, one.notebooks, one.notes) == ("ann", UNIT, NOON, (NOTEBOOK,), ())
    names = sorted(file.name for file in stored(course, "ann").iterdir())
    assert names == [NOTEBOOK, "submission_secret.txt", "timestamp.txt"]
    assert (stored(course, "ann") / "timestamp.txt").read_text() == "2026-10-05 12:00:00.000000 UTC"
    assert b"N30.00" in (stored(course, "ann") / NOTEBOOK).read_bytes()
    (kept,) = (course.folder / "received" / UNIT).iterdir()
    assert kept.read_bytes() == path.read_bytes()


def test_a_folder_is_searched_through(course: Course, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    (inbox / "Ann Smith_123_assignsubmission_file_").mkdir(parents=True)
    handed_in(course, tmp_path).rename(inbox / "Ann Smith_123_assignsubmission_file_" / "x.zip")
    handed_in(course, tmp_path, "bob").rename(inbox / "bob.ZIP")
    (inbox / "readme.txt").write_text("not for us")
    (inbox / ".hidden.zip").write_text("nor this")
    assert [one.learner for one in collect([inbox], course=course).collected] == ["ann", "bob"]


def test_a_later_one_replaces_an_earlier_one_and_never_the_other_way(course: Course, tmp_path: Path) -> None:
    early = handed_in(course, tmp_path, at=NOON, typed="A00.0\n")
    late = handed_in(course, tmp_path, at=NOON + dt.timedelta(hours=1), typed="B00.1\n")
    collect([early], course=course)
    report = collect([late], course=course)
    assert report.collected[0].notes == ("It replaces what was handed in at 2026-10-05 12:00 UTC.",)
    assert b"B00.1" in (stored(course, "ann") / NOTEBOOK).read_bytes()
    again = collect([early], course=course)
    assert again.refused[0].reason == "ann handed in a later one, at 2026-10-05 13:00 UTC; that one was kept."
    assert b"B00.1" in (stored(course, "ann") / NOTEBOOK).read_bytes()
    assert len(list((course.folder / "received" / UNIT).iterdir())) == 2


def test_the_same_file_twice_is_no_fault(course: Course, tmp_path: Path) -> None:
    path = handed_in(course, tmp_path)
    report = collect([path, path], course=course)
    assert report.ok
    assert [one.notes for one in report.collected] == [(), ()]


def test_a_time_ahead_of_the_clock_is_not_believed(course: Course, tmp_path: Path) -> None:
    report = collect(
        [handed_in(course, tmp_path, at=dt.datetime.now(dt.UTC) + dt.timedelta(days=3))], course=course
    )
    assert "lies ahead of this machine's clock" in report.collected[0].notes[0]
    assert report.collected[0].time <= dt.datetime.now(dt.UTC)


def test_a_notebook_changed_on_the_way_is_told(course: Course, tmp_path: Path) -> None:
    path = bundle(tmp_path / "x.zip", {NOTEBOOK: GOOD}, record(notebooks={NOTEBOOK: "0" * 64}))
    assert collect([path], course=course).collected[0].notes == (f"Changed after it was packed: {NOTEBOOK}.",)


def test_lessons_and_strangers_are_left_out(course: Course, tmp_path: Path) -> None:
    members = {
        NOTEBOOK: GOOD,
        "read-a-note.ipynb": GOOD,
        "chartpath.py": b"raise SystemExit",
        "x.ipynb": GOOD,
    }
    report = collect([bundle(tmp_path / "x.zip", members)], course=course)
    assert report.collected[0].notebooks == (NOTEBOOK,)
    assert "left out: chartpath.py, x.ipynb" in report.collected[0].notes[0]
    assert sorted(path.name for path in stored(course, "eve").iterdir()) == [
        NOTEBOOK,
        "submission_secret.txt",
        "timestamp.txt",
    ]


PATH_TRICKS = [
    "../evil.ipynb",
    "../../../../evil.ipynb",
    "/evil.ipynb",
    "C:\\evil.ipynb",
    f"..\\{NOTEBOOK}",
    f"./{NOTEBOOK}",
    f"{UNIT}/{NOTEBOOK}",
    "",
]


@pytest.mark.parametrize("name", PATH_TRICKS)
def test_no_name_in_an_archive_is_used_as_a_path(course: Course, tmp_path: Path, name: str) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("submission.json", json.dumps(record()))
        info = zipfile.ZipInfo("placeholder")
        info.filename = name
        packed.writestr(info, GOOD)
    assert "holds no notebook" in reason(course, path)


@pytest.mark.parametrize("learner", ["../bob", "..", "", "a/b", "/etc", "x" * 300, "con", 7, None, ["a"]])
def test_no_id_in_an_archive_is_used_unchecked(course: Course, tmp_path: Path, learner: Any) -> None:
    said = reason(course, bundle(tmp_path / "x.zip", {NOTEBOOK: GOOD}, record(learner=learner)))
    assert "cannot be a learner id" in said or "submission.json is damaged" in said


@pytest.mark.parametrize(
    ("about", "says"),
    [
        (record(unit="../../x"), "is not a unit's name"),
        (record(unit="00-other"), "00-other has not been released"),
        (record(time="yesterday"), "submission.json is damaged"),
        (record(time="2026-10-05T12:00:00"), "submission.json is damaged"),
        (record(time="0001-01-01T00:00:00+14:00"), "submission.json is damaged"),
        (record(notebooks=[]), "submission.json is damaged"),
        ({}, "submission.json is damaged"),
        ([], "submission.json is damaged"),
        (False, "it was not made by cp.hand_in"),
    ],
)
def test_a_record_that_does_not_fit_is_refused_in_words(
    course: Course, tmp_path: Path, about: Any, says: str
) -> None:
    assert says in reason(course, bundle(tmp_path / "x.zip", {NOTEBOOK: GOOD}, about))


def test_work_for_another_unit_is_refused(course: Course, tmp_path: Path) -> None:
    (course.released / "91-other").mkdir()
    for path in (course.released / UNIT).iterdir():
        (course.released / "91-other" / path.name).write_bytes(path.read_bytes())
    assert (
        reason(course, handed_in(course, tmp_path), unit="91-other")
        == f"it is for the unit {UNIT}, not 91-other."
    )


def test_a_unit_that_was_not_released_stops_the_batch(course: Course, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="91-other has not been released"):
        collect([handed_in(course, tmp_path)], "91-other", course=course)
    with pytest.raises(BadInput, match="does not exist"):
        collect([tmp_path / "nothing.zip"], course=course)


def test_broken_archives_are_refused_in_words(course: Course, tmp_path: Path) -> None:
    whole = handed_in(course, tmp_path).read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 3] ^= 0xFF
    for number, data in enumerate([b"", b"hello", whole[: len(whole) // 2], whole[50:-30], bytes(flipped)]):
        path = tmp_path / f"broken-{number}.zip"
        path.write_bytes(data)
        assert "it is not a whole zip file" in reason(course, path)


def test_an_archive_without_a_scored_notebook_is_refused(course: Course, tmp_path: Path) -> None:
    said = reason(course, bundle(tmp_path / "x.zip", {"read-a-note.ipynb": GOOD}))
    assert said == f"it holds no notebook of {UNIT} that is scored ({NOTEBOOK})."


def test_a_bomb_is_refused(course: Course, tmp_path: Path) -> None:
    said = reason(course, bundle(tmp_path / "x.zip", {NOTEBOOK: b"0" * (51 * 1024 * 1024)}))
    assert said == "it holds more than 50 MB."


def test_a_bomb_that_lies_about_its_size_is_refused(course: Course, tmp_path: Path) -> None:
    path = bundle(tmp_path / "x.zip", {NOTEBOOK: b"0" * (51 * 1024 * 1024)})
    data = bytearray(path.read_bytes())
    real = struct.pack("<L", 51 * 1024 * 1024)
    assert data.count(real) == 2
    path.write_bytes(bytes(data).replace(real, struct.pack("<L", 100)))
    said = reason(course, path)
    assert "more than 50 MB" in said or "not a whole zip file" in said


def test_a_huge_file_is_refused_unread(course: Course, tmp_path: Path) -> None:
    path = tmp_path / "huge.zip"
    with path.open("wb") as file:
        file.truncate(50 * 1024 * 1024 + 1)
    assert reason(course, path) == "it is larger than 50 MB."


def test_too_many_files_are_refused(course: Course, tmp_path: Path) -> None:
    members = {f"n{number}.ipynb": GOOD for number in range(20)} | {NOTEBOOK: GOOD}
    assert "it holds 21 files" in reason(course, bundle(tmp_path / "x.zip", members))


def test_two_files_of_one_name_are_refused(course: Course, tmp_path: Path) -> None:
    path = bundle(tmp_path / "x.zip", {NOTEBOOK: GOOD})
    with zipfile.ZipFile(path, "a") as packed, pytest.warns(UserWarning, match="Duplicate name"):
        packed.writestr(NOTEBOOK, GOOD)
    assert reason(course, path) == "two files in it have the same name."


def test_links_inside_an_archive_are_refused(course: Course, tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("submission.json", json.dumps(record()))
        info = zipfile.ZipInfo(NOTEBOOK)
        info.create_system, info.external_attr = 3, 0o120777 << 16
        packed.writestr(info, str(course.folder / "nbgrader_config.py"))
    assert reason(course, path) == "it holds a link instead of a file."


def test_a_password_is_named(course: Course, tmp_path: Path) -> None:
    path = bundle(tmp_path / "x.zip", {NOTEBOOK: GOOD})
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := data.find(signature, at + 1)) >= 0:
            data[at + offset] |= 1
    path.write_bytes(bytes(data))
    assert reason(course, path) == "it is locked with a password."


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_links_outside_an_archive_are_refused(course: Course, tmp_path: Path) -> None:
    link = tmp_path / "link.zip"
    link.symlink_to(handed_in(course, tmp_path))
    assert reason(course, link) == "it is a link to another file, not a file."
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    course.submitted.mkdir(exist_ok=True)
    (course.submitted / "eve").symlink_to(elsewhere)
    report = collect([bundle(tmp_path / "x.zip", {NOTEBOOK: GOOD})], course=course)
    assert report.refused[0].reason == "submitted/eve is a link to another folder. Remove the link."
    assert list(elsewhere.iterdir()) == []


def test_a_single_notebook_needs_its_unit_and_a_name(course: Course, tmp_path: Path) -> None:
    loose = tmp_path / f"ann--{NOTEBOOK}"
    loose.write_bytes(GOOD)
    assert "say which unit" in reason(course, loose)
    nameless = tmp_path / NOTEBOOK
    nameless.write_bytes(GOOD)
    assert "does not say whose it is" in reason(course, nameless, unit=UNIT)
    os.utime(loose, (NOON.timestamp(), NOON.timestamp()))
    report = collect([loose], UNIT, course=course)
    assert (report.collected[0].learner, report.collected[0].time) == ("ann", NOON)


def test_the_batch_goes_on_past_bad_files(course: Course, tmp_path: Path) -> None:
    bad = tmp_path / "a-bad.zip"
    bad.write_bytes(b"nothing")
    report = collect([bad, handed_in(course, tmp_path), tmp_path / "a-bad.zip"], course=course)
    assert [one.learner for one in report.collected] == ["ann"]
    assert [one.file for one in report.refused] == ["a-bad.zip", "a-bad.zip"]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_file_can_crash_it_or_write_outside(
    released_course: Course, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    course = Course(folder / "grading")
    (course.released / UNIT).mkdir(parents=True)
    for path in (released_course.released / UNIT).iterdir():
        (course.released / UNIT / path.name).write_bytes(path.read_bytes())
    about = data.draw(
        st.one_of(
            st.fixed_dictionaries(
                {
                    "learner": st.one_of(st.text(max_size=12), st.just("eve")),
                    "unit": st.one_of(st.text(max_size=12), st.just(UNIT)),
                    "time": st.one_of(st.text(max_size=12), st.just("2026-10-05T12:00:00Z")),
                    "notebooks": st.one_of(
                        st.just({}), st.dictionaries(st.text(max_size=5), st.integers(), max_size=2)
                    ),
                }
            ),
            st.recursive(
                st.none() | st.integers() | st.text(max_size=5),
                lambda inner: st.lists(inner, max_size=3),
                max_leaves=5,
            ),
        )
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("submission.json", json.dumps(about))
        for name in data.draw(
            st.lists(
                st.one_of(st.text(max_size=20), st.sampled_from([NOTEBOOK, *PATH_TRICKS])),
                max_size=4,
                unique=True,
            )
        ):
            info = zipfile.ZipInfo("x")
            info.filename = name
            packed.writestr(info, data.draw(st.binary(max_size=50)))
    raw = bytearray(file.getvalue())
    for _ in range(data.draw(st.integers(0, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    sent = folder / "sent.zip"
    sent.write_bytes(bytes(raw))
    report = collect([sent], course=course)
    assert len(report.collected) + len(report.refused) == 1
    written = {path.relative_to(folder).parts[:2] for path in folder.rglob("*") if path.is_file()}
    assert written <= {
        ("sent.zip",),
        ("grading", "release"),
        ("grading", "submitted"),
        ("grading", "received"),
    }
    assert (
        bool(report.collected) == (course.submitted / "eve").exists() or report.collected[0].learner != "eve"
    )
