"""`chartpath grade` beside `nbgrader autograde`, `nbgrader generate_feedback` and `otter run`, on the same submissions.

    python tests/benchmarks/grading.py [--quick] [--submissions N] [--notebooks N] [--class N] [--otter PYTHON]

The unit has two notebooks with ten graded cells each. nbgrader is stock: its own configuration, a kernel for each
notebook, the keys at hand. otter-grader wants other versions of nbgrader's libraries, so it is installed from PyPI
into an environment of its own that lasts as long as this program (or is taken from --otter); where that fails, the
table says so. Then a whole class is graded with feedback on two processes, and the memory of all processes is
summed while it runs.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil  # type: ignore[import-untyped]

sys.path.append(str(Path(__file__).resolve().parents[1] / "grading"))

from classroom import gold, new_course, notebook, unit_cells, wrong

from chartpath import items, paths
from chartpath.grading import release_unit
from chartpath.grading.course import Course

UNIT = "92-twenty-charts"
SECOND = "code-ten-more.ipynb"
AIM_AUTOGRADE, AIM_FEEDBACK = 100, 50
FEWEST = 8
"""Submissions that chartpath is timed on at least: one takes too little time to be measured."""
AIM_SECONDS, AIM_MEMORY = 180.0, 500
OURS = """
import sys
from pathlib import Path
from chartpath.grading.course import Course
from chartpath import cli
import chartpath.grading.course as home
made = Course(Path(sys.argv[1]))
home.this_course = lambda: made
sys.argv = ["chartpath", "grade", *sys.argv[2:]]
cli.main()
"""
SCORED = """
import sys, time
from pathlib import Path
from chartpath.grading import grade_unit
from chartpath.grading.course import Course
best = {False: 1e9, True: 1e9}
for turn in range(9):
    for pages in best:
        started = time.perf_counter()
        grade_unit(sys.argv[2], feedback=pages, again=True, course=Course(Path(sys.argv[1])))
        if turn:
            best[pages] = min(best[pages], time.perf_counter() - started)
print(best[False], best[True])
"""


def main() -> int:
    """Print the table and the ratios; exit status 1 when an aim is missed (not with --quick)."""
    asked = _asked()
    with tempfile.TemporaryDirectory(prefix="cp-bench-") as scratch:
        base = Path(scratch)
        ours = max(FEWEST, asked.submissions)
        course = _course(base / "ours", ours)
        scores, pages = _ours(course, ours)
        rows = {
            "chartpath grade, one submission from a cold start": _cold(base),
            "chartpath grade, scores only": scores,
            "chartpath grade, with feedback": pages,
        }
        feedback = rows["chartpath grade, with feedback"] - rows["chartpath grade, scores only"]
        stock = _stock(course, base / "stock", asked.submissions)
        rows["nbgrader autograde"] = _nbgrader(stock, "autograde") / asked.submissions
        rows["nbgrader generate_feedback"] = _nbgrader(stock, "generate_feedback") / asked.submissions
        _same_scores(course, stock)
        python = asked.otter or (None if asked.quick else _install_otter(base / "otter"))
        otter = _otter(python, course, base, asked.notebooks) if python else None
        big = _class(base / "class", asked.class_size)
        small_memory = _class(base / "tenth", max(1, asked.class_size // 10))[1]
    print(
        f"{_machine()}; one core where not said otherwise; {asked.submissions} submissions of 2 notebooks with 10 graded cells each"
    )
    for name, seconds in rows.items():
        print(f"{name:<52} {seconds:9.4f} s a submission")
    print(f"{'of which feedback pages':<52} {feedback:9.4f} s a submission")
    if otter is None:
        print("otter-grader: left out (--quick without --otter, or it could not be installed here)")
    else:
        print(f"{'otter run':<52} {otter:9.4f} s a notebook")
    print(
        f"a class of {asked.class_size:,} with feedback on 2 processes: {big[0]:.1f} s (aim {AIM_SECONDS:.0f} s for 3,000), "
        f"peak memory of all processes {big[1]:.0f} MB; of a tenth of it {small_memory:.0f} MB (aim {AIM_MEMORY} MB, flat)"
    )
    autograde = rows["nbgrader autograde"] / rows["chartpath grade, scores only"]
    on_pages = rows["nbgrader generate_feedback"] / feedback
    print(f"nbgrader autograde over chartpath grade: {autograde:.0f} x")
    print(f"nbgrader generate_feedback over chartpath's pages: {on_pages:.0f} x")
    if otter is not None:
        print(
            f"otter run over chartpath grade, a notebook: {2 * otter / rows['chartpath grade, scores only']:.0f} x"
        )
    met = (
        autograde >= AIM_AUTOGRADE
        and on_pages >= AIM_FEEDBACK
        and rows["chartpath grade, one submission from a cold start"] <= 2
        and big[0] <= AIM_SECONDS * max(1.0, asked.class_size / 3000)
        and big[1] <= AIM_MEMORY
    )
    return 0 if met or asked.quick else 1  # one submission of nbgrader is told, and decides nothing


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Seconds a submission: chartpath, nbgrader, otter-grader.")
    parser.add_argument(
        "--quick", action="store_true", help="one submission of nbgrader, a class of 50, no otter"
    )
    parser.add_argument("--submissions", type=int, default=20, help="graded by chartpath and by nbgrader")
    parser.add_argument("--notebooks", type=int, default=4, help="graded by otter")
    parser.add_argument(
        "--class", dest="class_size", type=int, default=3000, help="learners graded by chartpath alone"
    )
    parser.add_argument(
        "--otter", help="a Python that has otter-grader; by default it is installed for this run"
    )
    asked = parser.parse_args()
    if asked.quick:
        asked.submissions, asked.notebooks, asked.class_size = 1, 1, 50
    return asked


def _machine() -> str:
    return f"{os.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.0f} GB, {platform.system()}, Python {platform.python_version()}"


def _course(folder: Path, submissions: int) -> Course:
    """A released unit of two notebooks, and what this many learners handed in: one half right, one half miscoded."""
    charts = [one.id for one in items.items() if one.assessed and one.kind == "codes" and one.chart][:20]
    course = new_course(folder, tuple(charts[:10]), UNIT)
    second = notebook(unit_cells(tuple(charts[10:])))
    (course.source / UNIT / SECOND).write_text(json.dumps(second), encoding="utf-8")
    release_unit(UNIT, course=course)
    answers = {
        item: (gold(item), wrong(item) if items.key(item).miscodings else "A00.0\n") for item in charts
    }
    released = {
        path.name: json.loads(path.read_bytes()) for path in (course.released / UNIT).glob("code-*.ipynb")
    }
    for number in range(submissions):
        home = course.submitted / f"learner-{number:05d}" / UNIT
        home.mkdir(parents=True)
        for name, book in released.items():
            for cell in book["cells"]:
                if cell.get("id") in answers:
                    cell["source"] = f"%%answer {cell['id']}\n{answers[cell['id']][number % 2]}"
            (home / name).write_text(json.dumps(book), encoding="utf-8")
        (home / "timestamp.txt").write_text("2026-10-05 10:00:00 UTC", encoding="utf-8")
    return course


def _timed(command: list[str | Path], folder: Path, **environment: str) -> float:
    """Seconds of a command that must succeed."""
    started = time.perf_counter()
    done = subprocess.run(
        list(map(str, command)),
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{command[:4]} failed: {(done.stderr or done.stdout)[-1500:]}")
    return time.perf_counter() - started


def _cold(base: Path) -> float:
    course = _course(base / "cold", 1)
    return _timed([sys.executable, "-c", OURS, course.folder, UNIT, "--jobs", "1"], base)


def _ours(course: Course, submissions: int) -> tuple[float, float]:
    """Seconds a submission on one core, without pages and with them; what starting takes is in the cold start's row."""
    command = [sys.executable, "-c", SCORED, str(course.folder), UNIT]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return float(told[0]) / submissions, float(told[1]) / submissions


def _stock(course: Course, folder: Path, submissions: int) -> Course:
    """The same unit and the same submissions in a course of stock nbgrader."""
    (folder / "grading").mkdir(parents=True)
    shutil.copytree(course.source / UNIT, folder / "grading" / "source" / UNIT)
    config = "c = get_config()\nc.CourseDirectory.course_id = 'stock'\nc.CourseDirectory.ignore = ['*.md', 'feedback']\n"
    (folder / "grading" / "nbgrader_config.py").write_text(config, encoding="utf-8")
    stock = Course(folder / "grading")
    _timed([sys.executable, "-m", "nbgrader", "generate_assignment", UNIT], stock.folder)
    for learner in sorted(course.submitted.iterdir())[:submissions]:
        shutil.copytree(learner, stock.submitted / learner.name)
    return stock


def _nbgrader(stock: Course, command: str) -> float:
    """Seconds of a command of nbgrader without those of starting it (2 s and more, whatever it does)."""
    keys = str(paths.keys())
    start = _timed([sys.executable, "-m", "nbgrader", command, "--help"], stock.folder)
    return (
        _timed([sys.executable, "-m", "nbgrader", command, UNIT], stock.folder, CHARTPATH_KEYS=keys) - start
    )


def _same_scores(course: Course, stock: Course) -> None:
    """A comparison of speed means nothing where the points differ."""
    import sqlite3

    query = (
        "select s.student_id, b.name, g.auto_score from grade g join base_cell b on b.id = g.cell_id"
        " join submitted_notebook n on n.id = g.notebook_id join submitted_assignment s on s.id = n.assignment_id"
    )
    found = []
    for one in (course, stock):
        with sqlite3.connect(one.folder / "gradebook.db") as database:
            found.append(sorted(database.execute(query).fetchall()))
    if not found[1] or not set(found[1]) <= set(found[0]):
        raise SystemExit("nbgrader and chartpath gave other points for the same work")


def _install_otter(folder: Path) -> str | None:
    """A Python with otter-grader in an environment of its own; None where it cannot be installed."""
    made = subprocess.run([sys.executable, "-m", "venv", folder], capture_output=True, check=False)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    quiet = ["-q", "--disable-pip-version-check"]
    if (
        made.returncode
        or subprocess.run(
            [python, "-m", "pip", "install", *quiet, "otter-grader>=6"], capture_output=True, check=False
        ).returncode
    ):
        return None
    # Its own libraries come first; the kit and what it needs come from this environment.
    where = subprocess.check_output(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True
    )
    import sysconfig

    line = f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n"
    Path(where.strip(), "kit.pth").write_text(line, encoding="utf-8")
    return str(python)


def _otter(python: str, course: Course, base: Path, notebooks: int) -> float:
    """Seconds a notebook of `otter run`; each graded cell is a test that asks the kit for the points."""
    tests = base / "tests"
    tests.mkdir()
    submissions = sorted(course.submitted.glob(f"*/{UNIT}/code-*.ipynb"))[:notebooks]
    for cell in json.loads(submissions[0].read_bytes())["cells"]:
        mark = cell["metadata"].get("nbgrader", {})
        if mark.get("grade"):
            source = "".join(cell["source"])
            case = {"code": f">>> {source} >= {mark['points']}\nTrue\n", "hidden": False}
            test = {
                "name": mark["grade_id"],
                "points": mark["points"],
                "suites": [{"cases": [case], "type": "doctest"}],
            }
            text = f"OK_FORMAT = True\n\ntest = {test!r}\n"
            (tests / f"{mark['grade_id'].replace('-', '_')}.py").write_text(text, encoding="utf-8")
    zipped = base / "autograder.zip"
    _timed(
        [
            python,
            "-m",
            "otter",
            "generate",
            "-t",
            tests,
            "-o",
            zipped,
            "--no-requirements",
            "--no-environment",
        ],
        base,
    )
    keys = str(paths.keys())
    seconds = [
        _timed(
            [python, "-m", "otter", "run", "-a", zipped, "-o", base, "--no-logo", one],
            base,
            CHARTPATH_KEYS=keys,
        )
        for one in submissions
    ]
    return sum(seconds) / len(seconds)


def _class(folder: Path, size: int) -> tuple[float, float]:
    """Seconds for a class with feedback on two processes, and MB of all of them at the peak."""
    course = _course(folder, size)
    command = [sys.executable, "-c", OURS, str(course.folder), UNIT, "--jobs", "2"]
    started = time.perf_counter()
    with psutil.Popen(command, stdout=subprocess.DEVNULL) as process:
        peak = 0.0
        while process.poll() is None:
            peak = max(peak, _memory(process))
            time.sleep(0.05)
        seconds = time.perf_counter() - started
    if process.returncode:
        raise SystemExit("chartpath grade failed on the class")
    if sum(1 for _ in course.feedback.glob("*/*/*.html")) != 2 * size:
        raise SystemExit("feedback pages are missing")
    shutil.rmtree(folder)
    return seconds, peak


def _memory(process: psutil.Process) -> float:
    """MB of a process and those it started; where the system tells (Linux), a page they share counts once."""
    total = 0
    for one in [process, *process.children(recursive=True)]:
        try:
            facts = one.memory_full_info()
            total += getattr(facts, "pss", facts.rss)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return total / 2**20


if __name__ == "__main__":
    raise SystemExit(main())
