"""A grader that is killed, started twice, or runs out of disk: real processes, a real full disk."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from classroom import FIRST, NOTEBOOK, UNIT, scores
from test_bulk import a_class, rows_of

from chartpath.grading import grade_unit
from chartpath.grading.course import Course

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="signals and mounts of a POSIX system"),
]
_GRADE = """
import sys
from pathlib import Path
from chartpath import cli
from chartpath.grading import course
made = course.Course(Path(sys.argv[1]))
course.this_course = lambda: made
sys.argv = ["chartpath", "grade", {unit!r}, *sys.argv[2:]]
cli.main()
"""
ENV = os.environ | {"PYTHONWARNINGS": "ignore", "COLUMNS": "200"}


def grader(course: Course, *options: str) -> subprocess.Popen[str]:
    """`chartpath grade` on this course, in a process group of its own."""
    command = [sys.executable, "-c", _GRADE.format(unit=UNIT), str(course.folder), *options]
    return subprocess.Popen(
        command, env=ENV, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def settled(course: Course) -> int:
    """Lines of the journal: learners whose results are safe."""
    path = course.folder / ".graded" / f"{UNIT}.jsonl"
    return path.read_bytes().count(b"\n") if path.is_file() else 0


def test_marks_by_hand_survive_every_kill_and_what_was_safe_is_not_done_again(course: Course) -> None:
    a_class(course, 150)
    grade_unit(UNIT, learners=["learner-149"], course=course)
    with course.gradebook() as gradebook:
        gradebook.find_grade(f"score-{FIRST}", NOTEBOOK[:-6], UNIT, "learner-149").manual_score = 3.25
        gradebook.find_comment(FIRST, NOTEBOOK[:-6], UNIT, "learner-149").manual_comment = "Kept."
        gradebook.db.commit()
    draw = random.Random(11)
    safe, killed = settled(course), 0
    for _ in range(8):
        process = grader(course, "--jobs", "2")
        # Anywhere from before the first learner to the middle of the class.
        if draw.random() < 0.7:
            while process.poll() is None and settled(course) <= safe:
                time.sleep(0.005)
        time.sleep(draw.uniform(0, 0.15))
        if process.poll() is None:
            killed += 1
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        assert settled(course) >= safe
        safe = settled(course)
        leftovers = [path for path in course.folder.rglob("*.ipynb") if path.stat().st_size == 0]
        assert leftovers == []
    assert killed >= 4
    last = grader(course, "--jobs", "2")
    said, errors = last.communicate(timeout=200)
    assert last.returncode == 0, errors
    assert "150 graded, 0 late, 0 damaged" in said
    rows = rows_of(course)
    assert len(rows) == len(set(rows)) == 150 * 5
    assert None not in scores(course).values()
    report = grade_unit(UNIT, course=course, again=True)
    assert report.rows[149].score == 3.25
    page = (course.feedback / "learner-149" / UNIT / "code-two-charts.html").read_text(encoding="utf-8")
    assert "Kept." in page


def test_two_graders_started_at_once(course: Course) -> None:
    a_class(course, 100)
    processes = [grader(course, "--jobs", "1") for _ in range(2)]
    outcomes = sorted((process.communicate(timeout=200), process.returncode) for process in processes)
    codes = sorted(code for _, code in outcomes)
    assert codes == [0, 2]
    ((_, told),) = (said for said, code in outcomes if code == 2)
    assert (
        told.strip()
        == "chartpath: Another `chartpath grade` is at work in this course. Wait until it is done."
    )
    rows = rows_of(course)
    assert len(rows) == len(set(rows)) == 100 * 5


def test_the_lock_of_a_killed_grader_is_free(course: Course) -> None:
    a_class(course, 60)
    process = grader(course, "--jobs", "2")
    while process.poll() is None and not settled(course):
        time.sleep(0.005)
    assert process.poll() is None
    os.kill(process.pid, signal.SIGKILL)  # it alone: its workers end by themselves, and hold nothing
    process.communicate(timeout=30)  # both pipes are closed: no worker is left
    assert len(grade_unit(UNIT, course=course).rows) == 60


_ON_A_SMALL_DISK = """
set -e
mount -t tmpfs -o size=$3 disk "$1"
cp -r "$2"/. "$1"
for room in $4; do
    echo "== $room"
    "$5" -c "$6" "$1/grading" --jobs 1 >"$2/out" 2>"$2/err" && status=0 || status=$?
    echo "status $status"
    cat "$2/err"
    mount -o remount,size=$room "$1"
done
"$5" -c "$6" "$1/grading" --jobs 1 >"$2/out" 2>"$2/err"
cat "$2/out" "$2/err"
mkdir "$2/after"
cp -r "$1"/grading "$2/after"
"""


def test_a_full_disk_ends_in_one_line_wherever_it_comes(course: Course, tmp_path: Path) -> None:
    """On a disk of its own, too small at first and a little larger each time: files, gradebook and journal meet it."""
    own_mounts = ["unshare", "--map-root-user", "--mount"]
    if shutil.which("unshare") is None or subprocess.run([*own_mounts, "true"], check=False).returncode:
        pytest.skip("this system lets nobody mount a disk of their own (unshare --map-root-user --mount)")
    a_class(course, 24)
    base, disk = course.folder.parent, tmp_path / "disk"
    disk.mkdir()
    kib = sum(-(-path.stat().st_size // 4096) * 4 + 4 for path in base.rglob("*"))
    steps = [kib + extra for extra in (60, 100, 160, 300, 500, 700, 1200, 20_000)]
    script = [_ON_A_SMALL_DISK, "sh", disk, base, f"{kib + 30}k", " ".join(f"{one}k" for one in steps)]
    command = [*own_mounts, "sh", "-c", *map(str, script), sys.executable, _GRADE.format(unit=UNIT)]
    done = subprocess.run(command, env=ENV, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    *tries, last = done.stdout.split("== ")[1:]
    for one in tries:
        _, status, *told = one.strip().splitlines()
        if status == "status 0":
            continue
        assert (status, len(told)) == ("status 1", 1), one
        assert "could not be written" in told[0], told
    assert "status 1" in tries[0]
    assert len({told for one in tries for told in one.splitlines()[2:]}) >= 2  # at more than one place
    assert "24 graded, 0 late, 0 damaged" in last
    after = Course(base / "after" / "grading")
    assert list(after.folder.rglob("*.part")) == []
    recorded = rows_of(after)
    grade_unit(UNIT, course=course)
    assert recorded == rows_of(course)
