"""Submissions people really hand in, and some that nobody should: what both engines must agree on."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from typing import Any

from classroom import FIRST, NOTEBOOK, SECOND, Edit, answer, cell, code, gold, markdown, submit, wrong

from chartpath.grading.course import Course

FULL = {f"score-{FIRST}": 10.0, f"score-{SECOND}": 10.0}
NONE = {f"score-{FIRST}": 0.0, f"score-{SECOND}": 0.0}
_CHECK = f"score-{FIRST}"


def _right(book: dict[str, Any]) -> None:
    answer(book, gold(FIRST), gold(SECOND))


def _then(*edits: Edit) -> Edit:
    def edit(book: dict[str, Any]) -> None:
        for one in edits:
            one(book)

    return edit


def _drop(*names: str) -> Edit:
    return lambda book: [book["cells"].remove(cell(book, name)) for name in names]


def _add(*sources: str, at: int = 1) -> Edit:
    def edit(book: dict[str, Any]) -> None:
        for number, source in enumerate(sources):
            book["cells"].insert(at + number, code(source, f"own-{number}"))

    return edit


def _strip(book: dict[str, Any]) -> None:
    for one in book["cells"]:
        one["metadata"] = {}


def _copy_check(book: dict[str, Any]) -> None:
    book["cells"].append(copy.deepcopy(cell(book, _CHECK)))


def _copy_answer(book: dict[str, Any]) -> None:
    twin = copy.deepcopy(cell(book, FIRST))
    twin["source"] = f"%%answer {FIRST}\n{wrong(FIRST)}"
    book["cells"].insert(book["cells"].index(cell(book, FIRST)), twin)


def _set(name: str, source: str) -> Edit:
    return lambda book: cell(book, name).__setitem__("source", source)


def _forge(book: dict[str, Any]) -> None:
    mark = cell(book, _CHECK)["metadata"]["nbgrader"]
    mark |= {
        "points": 1000,
        "grade": False,
        "locked": False,
        "solution": True,
        "checksum": "0",
        "schema_version": 1,
    }
    cell(book, SECOND)["metadata"]["nbgrader"]["grade_id"] = f"score-{SECOND}"


def _as_markdown(book: dict[str, Any]) -> None:
    one = cell(book, FIRST)
    one["cell_type"] = "markdown"
    del one["outputs"], one["execution_count"]


def _odd_cells(book: dict[str, Any]) -> None:
    book["cells"] += [{"cell_type": "code"}, {"source": "x"}, {}]
    book["cells"].append(markdown("<script>alert(1)</script>", FIRST))
    book["metadata"] = {
        "kernelspec": {"name": "no-such-kernel"},
        "language_info": {"name": "</style><script>"},
    }


def _old_format(book: dict[str, Any]) -> None:
    book["nbformat_minor"] = 2
    for one in book["cells"]:
        del one["id"]
        one["metadata"].get("nbgrader", {}).pop("schema_version", None)


TYPED = f'  n30.00 "acute CYSTITIS", b9620 # E. coli\n\n>>> {"X" * 300}\nÄ\u2028 {{cp}} $x \\n \x07 \ud800 !ls\n%%bash\n%time'

# name -> (what is done to the released notebook, the points it must have, or None where only equality matters)
VARIANTS: dict[str, tuple[Edit, dict[str, float] | None]] = {
    "blank": (lambda book: None, NONE),
    "right": (_right, FULL),
    "miscoded": (lambda book: answer(book, wrong(FIRST), wrong(SECOND)), None),
    "half": (lambda book: answer(book, gold(FIRST).splitlines()[0]), None),
    "strange-text": (lambda book: answer(book, TYPED, ">>> N13.2\n... x"), None),
    "prompt-pasted": (lambda book: answer(book, ">>> " + gold(FIRST), "In [1]: " + gold(SECOND)), None),
    "no-check-cells": (_then(_right, _drop(_CHECK, f"score-{SECOND}")), FULL),
    "no-setup": (_then(_right, _drop("setup")), FULL),
    "no-answer-cell": (_then(_right, _drop(FIRST)), FULL | {_CHECK: 0.0}),
    "no-cells": (lambda book: book["cells"].clear(), NONE),
    "stripped": (_then(_right, _strip), FULL),
    "changed-check": (_then(_set(_CHECK, "10.0"), _set("setup", "class cp: score = lambda x: 10.0")), NONE),
    "forged-marks": (_then(_right, _forge), FULL),
    "copied-check": (_then(_right, _copy_check), FULL),
    "copied-answer": (_then(_right, _copy_answer), FULL),
    "check-first": (_then(_right, lambda book: book["cells"].insert(2, book["cells"].pop(4))), FULL),
    "answer-below": (_add(f"%%answer {FIRST}\n{gold(FIRST)}", at=99), NONE),
    "raises": (_then(_right, _add("raise SystemExit", "raise KeyboardInterrupt", "assert False")), FULL),
    "endless": (_then(_right, _add("while True: pass")), FULL),
    "kills-kernel": (_then(_right, _add("import os; os._exit(1)")), FULL),
    "redefines-score": (
        _add("import chartpath as cp\ncp.score = lambda item: 10.0\nscore = cp.score", "cp = None", at=3),
        NONE,
    ),
    "patches-scoring": (
        _add("import chartpath.scoring as s\ns.grade = None\nprint = float = lambda *a: 10.0"),
        NONE,
    ),
    "magic-injection": (
        _add(
            "%%answer {__import__('os')._exit(1)}\nx", "%%answer\nx", "%%answer a b\nx", "%%answer no-item\nx"
        ),
        NONE,
    ),
    "code-in-answer": (
        _then(_set(FIRST, "10.0"), _set(SECOND, f"x = 1\n%%answer {SECOND}\n{gold(SECOND)}")),
        NONE,
    ),
    "as-markdown": (_then(_right, _as_markdown), FULL),
    "capitals": (_then(_right, _set(FIRST, f"\n\n  %%answer  {FIRST.upper()}  \n{gold(FIRST)}")), FULL),
    "odd-cells": (_then(_right, _odd_cells), FULL),
    "old-format": (_then(_right, _old_format), FULL),
    "deep-metadata": (
        _then(_right, lambda book: book["metadata"].update(x=json.loads("[" * 200 + "]" * 200))),
        FULL,
    ),
}

DAMAGED: dict[str, bytes] = {
    "d-empty": b"",
    "d-blank-line": b"\n",
    "d-text": b"my answers are N30.00 and B96.20",
    "d-list": b"[]",
    "d-object": b"{}",
    "d-number": b"7",
    "d-cut": b'{"cells": [{"cell_type": "code", "source": "%%answer',
    "d-binary": bytes(range(256)),
    "d-deep": b"[" * 200_000,
    "d-zip": b"PK\x03\x04 not a notebook",
    "d-future": b'{"cells": [], "metadata": {}, "nbformat": 99, "nbformat_minor": 0}',
    "d-ancient": b'{"cells": [], "metadata": {}, "nbformat": 2, "nbformat_minor": 0}',
    "d-cells-are-text": b'{"cells": ["x", 1, null], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
}


def hand_in(course: Course, names: Iterable[str]) -> None:
    """Each variant or damaged file as a learner of that name, and the right work besides."""
    for name in {*names, "right"}:
        submit(course, name, VARIANTS[name][0] if name in VARIANTS else DAMAGED[name])
    assert (course.submitted / "right" / "90-two-charts" / NOTEBOOK).is_file()
