"""More than 200,000 hostile inputs: no crash, and not a byte written outside the course's folder.

Hypothesis draws seeds and keeps those that failed; each seed makes a batch of inputs, cheap enough to make many.
"""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from classroom import FIRST, NOTEBOOK, SECOND, UNIT, answer, gold, released, wrong
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_collect import GOOD, bundle

from chartpath import items
from chartpath.answers import KINDS, parse, split_cell
from chartpath.errors import BadInput
from chartpath.grading import bulk, collect, inbox
from chartpath.grading.course import Course
from chartpath.grading.ledger import Ledger
from chartpath.grading.marking import Setup, Submission, mark

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not Path("/proc/self/fd").is_dir(), reason="the watch over writes reads Linux's /proc"
    ),
    pytest.mark.filterwarnings("ignore:Duplicate name"),
]
SEEDS = st.integers(0, 2**64 - 1)
SYSTEMS = (("icd10cm",), ("icd10cm", "icd10pcs"), ("icd10cm", "hcpcs"), ())
counted: Counter[str] = Counter()

PIECES = [
    "%%answer", "N30.00", "b9620", "E11.22", '"', "“", "”", "'", "#", "principal", "other", "procedure", "Y", "W",
    "0DTJ4ZZ", "L1902-RT", "x1", "query", "override", "A", "B, C", "->", "1 B", "3,5", "12.5 mg", "1e999", "nan",
    "-", "–", "\n", "\r\n", "\t", "\x00", "\x07", "\u2028", "\ud800", "\u202e", "\U0001f600", "ß", "İ", " " * 50,
    "9" * 400, "(" * 50, "\\", "${x}", "{{", "%s", "<script>", "../", "None", "true", "=", ":", ";", "/", "|",
]  # fmt: skip
NAMES = [
    NOTEBOOK, "submission.json", "", ".", "..", "/", "\\", "../x.ipynb", "../../../etc/passwd", "/etc/passwd",
    "C:\\x", "C:x", "\\\\host\\x", "con", "NUL.ipynb", "aux.zip", "a\x00b", "x" * 300, f"{UNIT}/{NOTEBOOK}",
    f"./{NOTEBOOK}", NOTEBOOK.upper(), f"{NOTEBOOK} ", "ä.ipynb", "\u202egpj.exe", "~/.ssh/authorized_keys", "-rf",
    "timestamp.txt", "submission_secret.txt", "gradebook.db", "nbgrader_config.py",
]  # fmt: skip
VALUES: list[Any] = [
    None,
    True,
    -1,
    0,
    10**400,
    1e308,
    float("nan"),
    "",
    [],
    {},
    [[[]]],
    {"a": {}},
    *NAMES,
    *PIECES,
]


def text(draw: random.Random, pieces: int = 12) -> str:
    """Words an answer may hold, and some that it should not, in any order."""
    made = [
        draw.choice(PIECES) if draw.random() < 0.85 else chr(draw.randrange(0x110000))
        for _ in range(draw.randrange(pieces))
    ]
    return draw.choice(["", " ", "\n"]).join(made)


def changed(draw: random.Random, data: bytes) -> bytes:
    """Bytes with some flipped, cut out, repeated or put in."""
    raw = bytearray(data)
    for _ in range(draw.randrange(4)):
        if not raw:
            break
        at, size = draw.randrange(len(raw)), draw.randrange(1, 40)
        match draw.randrange(5):
            case 0:
                raw[at] = draw.randrange(256)
            case 1:
                del raw[at : at + size]
            case 2:
                raw[at:at] = raw[at : at + size]
            case 3:
                raw[at:at] = draw.randbytes(size)
            case _:
                del raw[at:]
    return bytes(raw)


def disturbed(draw: random.Random, value: Any, depth: int = 0) -> Any:
    """A JSON value with some of its parts replaced, dropped or doubled."""
    if draw.random() < 0.04:
        return draw.choice(VALUES) if draw.random() < 0.7 else text(draw)
    if depth > 6:
        return value
    if isinstance(value, dict):
        return {
            key if draw.random() > 0.02 else draw.choice(PIECES): disturbed(draw, one, depth + 1)
            for key, one in value.items()
            if draw.random() > 0.02
        }
    if isinstance(value, list):
        made = [disturbed(draw, one, depth + 1) for one in value if draw.random() > 0.03]
        if made and draw.random() < 0.1:
            made.insert(draw.randrange(len(made)), draw.choice(made))
        return made
    return value


def fuzz(name: str, seeds: int, batch: int, one: Callable[[random.Random], None]) -> None:
    """Run `one` on `seeds` times `batch` inputs."""

    @settings(max_examples=seeds, deadline=None, suppress_health_check=list(HealthCheck))
    @given(SEEDS)
    def run(seed: int) -> None:
        draw = random.Random(seed)
        for _ in range(batch):
            one(draw)
            counted[name] += 1

    run()
    assert counted[name] >= seeds * batch


def test_the_parser() -> None:
    """150,000 answers of every kind: read, or told by line what is wrong."""

    def one(draw: random.Random) -> None:
        kind, body = draw.choice(KINDS), text(draw)
        read = parse(body, kind, draw.choice(SYSTEMS))
        lines = body.count("\n") + body.count("\r") + body.count("\u2028") + 2
        assert read.kind == kind
        assert all(1 <= problem.line <= lines and problem.message for problem in read.problems), (kind, body)
        cell = split_cell(f"%%answer {body}" if draw.random() < 0.5 else body)
        assert cell is None or len(cell) == 2

    fuzz("parser", 300, 500, one)


@pytest.fixture(scope="module")
def setup(released_course: Course) -> Setup:
    config = released_course.config()
    ledger = Ledger(config.CourseDirectory.db_url)
    made = bulk._setup(UNIT, ledger.unit(UNIT), released_course, config, feedback=True)
    ledger.close()
    return made


def test_marking(setup: Setup, released_course: Course) -> None:
    """20,000 notebooks, disturbed as JSON and as bytes: each is marked within its points, or called damaged."""
    book = released(released_course)
    answer(book, gold(FIRST), wrong(SECOND))
    most = sum(one.max_score for one in setup.notebooks)

    def one(draw: random.Random) -> None:
        made = disturbed(draw, book)
        data = json.dumps(made, ensure_ascii=draw.random() < 0.5).encode("utf-8", "surrogatepass")
        work = Submission(
            "eve", {NOTEBOOK[:-6]: changed(draw, data)}, timestamp=text(draw, 3).encode("utf-8", "replace")
        )
        marked = mark(setup, work)
        total = sum(score or 0.0 for score in marked.scores.values())
        assert 0 <= total <= most
        assert all("Traceback" not in reason and "\n" not in reason for reason in marked.broken.values())
        assert not any("<script" in page for page in marked.feedback.values())
        for made_text in (*marked.autograded.values(), *marked.feedback.values()):
            made_text.encode("utf-8", "replace")
        assert set(marked.autograded) <= {NOTEBOOK}

    fuzz("marking", 200, 100, one)


def archive(draw: random.Random, good: bytes) -> bytes:
    """A zip file that may be what hand_in makes, with names, records and bytes that it never makes."""
    about: Any = {
        "format": 1,
        "unit": UNIT,
        "learner": "eve",
        "time": "2026-10-05T12:00:00Z",
        "notebooks": {},
    }
    for name in about:
        if draw.random() < 0.12:
            about[name] = draw.choice(VALUES)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", draw.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as packed:
        if draw.random() < 0.95:
            packed.writestr(
                "submission.json", json.dumps(about if draw.random() < 0.95 else draw.choice(VALUES))
            )
        for name in {NOTEBOOK, *draw.sample(NAMES, draw.randrange(3))}:
            info = zipfile.ZipInfo("x")
            info.filename = name
            info.external_attr = draw.choice([0, 0o644 << 16, 0o120777 << 16, 0o40755 << 16])
            packed.writestr(info, good if draw.random() < 0.3 else draw.randbytes(draw.randrange(60)))
    data = file.getvalue()
    return changed(draw, data) if draw.random() < 0.6 else data


def test_the_collector_s_reading(released_course: Course) -> None:
    """40,000 archives in memory: taken with a checked id and unit, or refused in words."""
    good = json.dumps(released(released_course)).encode()[:400]

    def one(draw: random.Random) -> None:
        notes: list[str] = []
        data = archive(draw, good)
        try:
            learner, when, found, unit = inbox._archive(
                data, draw.choice([None, UNIT]), released_course, notes
            )
        except BadInput:
            return
        assert unit == UNIT
        assert inbox.check_learner_id(learner) == learner
        assert when.tzinfo is not None
        assert set(found) == {NOTEBOOK}

    fuzz("archives", 200, 200, one)


_WRITES = (
    "os.mkdir",
    "os.rename",
    "os.remove",
    "os.rmdir",
    "os.symlink",
    "os.link",
    "os.truncate",
    "os.chmod",
)
_watching: list[tuple[Path, list[str]]] = []


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    """Python's own report of every file it opens, makes, moves or removes (such a hook cannot be taken off again)."""
    if not _watching:
        return
    folder = ""
    if event == "open":
        path, _, flags = arguments
        touched = [path] if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND) else []
    elif event in _WRITES:
        touched = [one for one in arguments[:2] if isinstance(one, str | bytes | os.PathLike)]
        if len(touched) == 1 and isinstance(arguments[-1], int) and arguments[-1] > 2:
            folder = str(Path(f"/proc/self/fd/{arguments[-1]}").readlink())  # named within an open folder
    else:
        return
    inside, outside = _watching[-1]
    for path in touched:
        if not isinstance(path, int):
            whole = os.path.realpath(os.path.join(folder, os.fsdecode(path)))  # noqa: PTH118
            if not Path(whole).is_relative_to(inside):
                outside.append(f"{event} {whole}")


@contextmanager
def writes_outside(folder: Path) -> Iterator[list[str]]:
    """Every write outside of a folder while this lasts."""
    if "chartpath-fuzz" not in _audit.__dict__:
        sys.addaudithook(_audit)
        _audit.__dict__["chartpath-fuzz"] = True
    outside: list[str] = []
    _watching.append((folder.resolve(), outside))
    try:
        yield outside
    finally:
        _watching.pop()


def test_the_watch_sees_writes(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with writes_outside(tmp_path / "in") as outside:
        (tmp_path / "in" / "a").write_text("x", encoding="utf-8")
        assert outside == []
        (tmp_path / "in" / ".." / "b").write_text("x", encoding="utf-8")
        (tmp_path / "c").mkdir()
    assert len(outside) == 2


def test_the_collector_s_writing(released_course: Course, tmp_path_factory: pytest.TempPathFactory) -> None:
    """6,000 files through `collect` itself: every one is taken or refused, and nothing is written elsewhere."""
    good = json.dumps(released(released_course)).encode()[:400]
    base = tmp_path_factory.mktemp("fuzz")
    course = Course(base / "course" / "grading")
    (course.released / UNIT).mkdir(parents=True)
    for path in (released_course.released / UNIT).iterdir():
        (course.released / UNIT / path.name).write_bytes(path.read_bytes())
    sent = base / "sent"
    sent.mkdir()
    taken = [0]

    def one(draw: random.Random) -> None:
        files = []
        for number in range(20):
            ending = draw.choice(
                [f"{UNIT}--eve.zip", "x.zip", f"eve--{NOTEBOOK}", f"con--{NOTEBOOK}", "x.ipynb", "x"]
            )
            files.append(sent / f"{number}-{ending}" if not ending.endswith(NOTEBOOK) else sent / ending)
            files[-1].write_bytes(archive(draw, good))
        with writes_outside(course.folder) as outside:
            report = collect(files, draw.choice([None, UNIT]), course=course)
        assert outside == []
        assert len(report.collected) + len(report.refused) == len(files)
        taken[0] += len(report.collected)
        for path in files:
            path.unlink(missing_ok=True)
        assert {path.name for path in base.iterdir()} == {"course", "sent"}
        assert {path.name for path in course.folder.parent.iterdir()} == {"grading"}
        assert {path.name for path in course.folder.iterdir()} <= {"release", "submitted", "received"}

    fuzz("files", 30, 10, one)
    assert taken[0] > 100


@pytest.mark.parametrize("target", ["PARSER", "NOTEBOOK", "ARCHIVE"])
def test_guided_by_coverage(released_course: Course, tmp_path: Path, target: str) -> None:
    """20,000 inputs each that atheris finds by itself, beginning with a sound one."""
    pytest.importorskip("atheris", reason="atheris is not installed (it has no wheels for every system)")
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    if target == "ARCHIVE":
        path = bundle(seeds / "a", {NOTEBOOK: GOOD})
        assert path.is_file()
    else:
        sound = (
            b"\0" + gold(FIRST).encode()
            if target == "PARSER"
            else json.dumps(released(released_course)).encode()[:3000]
        )
        (seeds / "a").write_bytes(sound)
    program = Path(__file__).with_name("fuzz_atheris.py")
    options = ["-runs=20000", "-max_len=4096", "-seed=1", f"-artifact_prefix={tmp_path}/", str(seeds)]
    command = [sys.executable, str(program), target, str(released_course.folder), *options]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Done 20000 runs" in done.stderr


def test_that_was_two_hundred_thousand(request: pytest.FixtureRequest) -> None:
    ran = {one.name for one in request.session.items if one.path == request.path}
    if len(ran) < 6:
        pytest.skip("only some of the fuzz tests were asked for")
    assert counted["parser"] + counted["marking"] + counted["archives"] + 20 * counted["files"] >= 200_000
    assert items.item(FIRST).assessed
