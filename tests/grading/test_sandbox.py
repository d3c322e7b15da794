"""Code exercises: what a learner's code can reach when it runs, and what it costs when it misbehaves."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from classroom import (
    FIRST,
    NOTEBOOK,
    SECOND,
    UNIT,
    answer,
    autograded,
    cell,
    code,
    gold,
    mark,
    need_a_box,
    new_course,
    scores,
    submit,
)
from typer.testing import CliRunner

from chartpath import cli, paths
from chartpath.errors import BadInput
from chartpath.grading import grade_unit, release_unit, sandbox
from chartpath.grading.course import Course

TESTS = {"test-add": "assert add(1, 1) == 2", "test-more": "assert add(2, 3) == 5"}


@pytest.fixture
def box() -> None:
    """Ask for bubblewrap. CI must have it; a container that allows no namespaces is told, and skipped."""
    need_a_box()


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A unit with two answers and a code exercise with two tests."""
    made = new_course(tmp_path / "course")
    path = made.source / UNIT / NOTEBOOK
    book = json.loads(path.read_bytes())
    book["cells"].append(code("def add(a, b):\n    return 0", "add", mark("add", solution=True)))
    for name, source in TESTS.items():
        book["cells"].append(code(source, name, mark(name, grade=True, locked=True, points=5)))
    path.write_text(json.dumps(book), encoding="utf-8")
    config = made.folder / "nbgrader_config.py"
    settings = "\nc.Execute.timeout = 4\nc.ExecuteReleased.timeout = 4\nc.BoxedKernel.seconds = 60\n"
    config.write_text(config.read_text(encoding="utf-8") + settings, encoding="utf-8")
    release_unit(UNIT, course=made)
    return made


def exercise(course: Course, learner: str, source: str) -> None:
    def write(book: dict[str, Any]) -> None:
        answer(book, gold(FIRST), gold(SECOND))
        cell(book, "add")["source"] = source

    submit(course, learner, write)


def printed(course: Course, learner: str) -> dict[str, Any]:
    """What the exercise printed as JSON."""
    outputs = cell(autograded(course, learner), "add")["outputs"]
    text = "".join("".join(one.get("text", "")) for one in outputs)
    found: dict[str, Any] = json.loads(text.strip().splitlines()[-1])
    return found


def points(course: Course, learner: str) -> dict[str, float | None]:
    return {name: score for (who, name), score in scores(course).items() if who == learner}


RIGHT = {f"score-{FIRST}": 10.0, f"score-{SECOND}": 10.0}
PASS = {"test-add": 5.0, "test-more": 5.0}
FAIL = {"test-add": 0.0, "test-more": 0.0}

_LOOK = """
import json, os, socket, pathlib
found = {{}}
def tried(name, do):
    try:
        found[name] = do() or "done"
    except BaseException as error:
        found[name] = type(error).__name__
tried("key", lambda: open({key!r}).read())
tried("gradebook", lambda: open({book!r}, "rb").read(4).hex())
tried("others", lambda: os.listdir({others!r}))
tried("own", lambda: os.listdir("."))
tried("write here", lambda: open("x.txt", "w").write("x"))
tried("write course", lambda: open({written!r}, "w").write("x"))
if {boxed}:
    tried("write root", lambda: open("/usr/pwned.txt", "x").close())
tried("scratch", lambda: open("/tmp/x.txt", "w").write("x"))
tried("network", lambda: socket.create_connection(("127.0.0.1", {port}), 2).close())
tried("home", lambda: [str(one) for one in pathlib.Path("/root").glob("*")] + [str(one) for one in pathlib.Path("/home").glob("*")])
found["secret"] = os.environ.get("CHARTPATH_TEST_SECRET", "")
found["processes"] = len([one for one in os.listdir("/proc") if one.isdigit()])
add = lambda a, b: a + b
print(json.dumps(found))
"""


@pytest.fixture
def port() -> Iterator[int]:
    """A port of this machine that somebody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                try:
                    server.accept()[0].close()
                except TimeoutError:
                    continue

        thread = threading.Thread(target=serve)
        thread.start()
        yield int(server.getsockname()[1])
        over.set()
        thread.join()


def spy(course: Course, port: int, boxed: bool) -> str:
    keys = paths.keys()
    assert keys is not None
    assert (keys / f"{FIRST}.yaml").is_file()
    return _LOOK.format(
        key=str(keys / f"{FIRST}.yaml"),
        book=str(course.folder / "gradebook.db"),
        others=str(course.submitted),
        written=str(course.folder / "pwned.txt"),
        port=port,
        boxed=boxed,
    )


@pytest.mark.slow
def test_in_the_box_a_learners_code_reaches_nothing(
    box: None, course: Course, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHARTPATH_TEST_SECRET", "token")
    exercise(course, "eve", spy(course, port, True))
    (row,) = grade_unit(UNIT, "kernel", course=course).rows
    found = printed(course, "eve")
    assert points(course, "eve") == RIGHT | PASS, row
    assert row.notes == ()
    for name in ("key", "gradebook", "others"):
        assert found[name] == "FileNotFoundError", (name, found)
    for name in ("write here", "write root"):
        assert found[name] == "OSError", (name, found)  # a read-only file system
    assert NOTEBOOK in found["own"]
    assert found["scratch"] == 1
    assert found["network"] in ("ConnectionRefusedError", "OSError")
    prefix = (sys.prefix, sys.base_prefix, str(paths.cache()), str(paths.root()))
    home = found["home"] if isinstance(found["home"], list) else []
    assert all(any(part.startswith(one) or one.startswith(part) for part in prefix) for one in home), home
    assert found["secret"] == ""
    assert found["processes"] < 10
    assert not (course.folder / "pwned.txt").exists()  # what it wrote there went to its scratch folder


@pytest.mark.slow
def test_without_the_box_it_reaches_everything(course: Course, port: int) -> None:
    """The same code: what the box keeps out is really there. This is the risk that is told."""
    exercise(course, "eve", spy(course, port, False))
    (row,) = grade_unit(UNIT, "kernel", unsafe_kernel=True, course=course).rows
    found = printed(course, "eve")
    assert row.score == 30
    assert "rationale" in found["key"]
    assert found["gradebook"] == b"SQLi".hex()
    assert found["others"] == ["eve"]
    assert found["network"] == "done"
    assert (course.folder / "pwned.txt").exists()


@pytest.mark.slow
def test_a_kernel_that_never_starts_is_no_fault_of_the_learner(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = tmp_path / "jupyter" / "kernels" / "python3" / "kernel.json"
    spec.parent.mkdir(parents=True)
    words = {
        "argv": [sys.executable, "-c", "raise SystemExit(1)"],
        "display_name": "broken",
        "language": "python",
    }
    spec.write_text(json.dumps(words), encoding="utf-8")
    exercise(course, "ann", "add = lambda a, b: a + b")
    with monkeypatch.context() as broken:
        broken.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
        (row,) = grade_unit(UNIT, "kernel", unsafe_kernel=True, course=course).rows
    assert row.status == "damaged"
    assert "The kernel did not start, before anything of the learner's ran" in row.reason
    assert "Grade this learner again" in row.reason
    (row,) = grade_unit(UNIT, "kernel", unsafe_kernel=True, course=course).rows
    assert (row.status, row.score, row.notes) == ("graded", 30, ())


_DROP = """
import ast
class Drop(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.copy_location(ast.Pass(), node)
get_ipython().ast_transformers.append(Drop())
"""
MISBEHAVIOR = {
    "drops-asserts": (_DROP, FAIL | {"test-more": 0.0}, "switched asserts off"),
    "keeps-dropping": (
        _DROP
        + "class Keep(list):\n    def clear(self): pass\nget_ipython().ast_transformers = Keep([Drop()])",
        FAIL,
        "switched asserts off",
    ),
    "dies": ("import os\nos._exit(1)", FAIL, "it died"),
    "ignores-interrupts": (
        "import time\nwhile True:\n    try:\n        time.sleep(1)\n    except KeyboardInterrupt:\n        pass",
        FAIL,
        "did not stop when it was interrupted",
    ),
    "takes-memory": (
        "x = [bytearray(b'x' * 2**20) for _ in range(300)]\nimport time; time.sleep(3)",
        FAIL,
        "MB of memory",
    ),
    "takes-addresses": ("x = bytearray(2**34)", FAIL, None),
    "forks": (
        "import os, time\nfor _ in range(200):\n    if os.fork() == 0:\n        time.sleep(60)\ntime.sleep(3)",
        FAIL,
        " more than ",
    ),
    "honest-wrong": ("add = lambda a, b: 2", {"test-add": 5.0, "test-more": 0.0}, None),
    "honest": ("add = lambda a, b: a + b", PASS, None),
}


@pytest.mark.slow
def test_what_code_that_misbehaves_costs(box: None, course: Course) -> None:
    """Its own tests and no more: the answers count, the class is graded, and a note says what happened."""
    config = course.folder / "nbgrader_config.py"
    text = config.read_text(encoding="utf-8") + "\nc.BoxedKernel.memory = 250\nc.BoxedKernel.seconds = 25\n"
    config.write_text(text, encoding="utf-8")
    for learner, (source, _, _) in MISBEHAVIOR.items():
        exercise(course, learner, source)
    rows = {row.learner: row for row in grade_unit(UNIT, "kernel", jobs=2, course=course).rows}
    for learner, (_, given, said) in MISBEHAVIOR.items():
        row = rows[learner]
        assert points(course, learner) == RIGHT | given, (learner, row)
        assert (row.status, row.reason) == ("graded", ""), row
        if said is None:
            assert row.notes == (), row
        else:
            assert any(said in note for note in row.notes), row


def test_it_refuses_without_bubblewrap_and_says_the_risk(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    exercise(course, "ann", "add = lambda a, b: a + b")
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: None)
    monkeypatch.setattr("chartpath.grading.course.this_course", lambda: course)
    sandbox.why_not.cache_clear()
    try:
        with pytest.raises(
            BadInput, match=r"inside bubblewrap, which is not on this machine .*it can read keys"
        ):
            grade_unit(UNIT, "kernel", course=course)
        said = CliRunner().invoke(cli.app, ["grade", UNIT, "--engine", "kernel"])
        assert isinstance(said.exception, BadInput)
        assert "--unsafe-kernel" in str(said.exception)
        assert "\n" not in str(said.exception)
    finally:
        sandbox.why_not.cache_clear()


def test_it_refuses_where_bubblewrap_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", "bwrap: No permissions to create new namespace\n")

    monkeypatch.setattr(sandbox.shutil, "which", lambda name: "/usr/bin/bwrap")
    monkeypatch.setattr(sandbox.sys, "platform", "linux")
    monkeypatch.setattr(sandbox.subprocess, "run", fail)
    sandbox.why_not.cache_clear()
    try:
        assert "does not work here (bwrap: No permissions to create new namespace)" in sandbox.why_not()
    finally:
        sandbox.why_not.cache_clear()


def test_the_command_line_of_the_box(tmp_path: Path) -> None:
    made = sandbox.boxed(
        ["python", "-m", "ipykernel_launcher"], tmp_path / "work", tmp_path / "k", {"RLIMIT_CPU": 5}
    )
    for space in ("user", "net", "pid", "ipc", "uts"):
        assert f"--unshare-{space}" in made
    assert "--share-net" not in made
    assert {"--clearenv", "--die-with-parent", "--new-session"} <= set(made)
    writable = [made[at + 1] for at, part in enumerate(made) if part == "--bind"]
    assert writable == [str(tmp_path / "k")]
    readable = [Path(made[at + 1]) for at, part in enumerate(made) if part in ("--ro-bind", "--ro-bind-try")]
    keys, grading = paths.keys(), paths.grading()
    assert keys is not None
    assert grading is not None
    covered = [made[at + 1] for at, part in enumerate(made) if part == "--tmpfs"]
    assert str(grading.resolve()) in covered
    assert not any(keys.is_relative_to(one) for one in readable)
    assert json.loads(made[made.index("python") - 1]) == {"RLIMIT_CPU": 5}
