"""Coverage-guided fuzzing of what reads learners' files; test_fuzz.py runs it where atheris is installed.

python tests/grading/fuzz_atheris.py PARSER|NOTEBOOK|ARCHIVE RELEASED-FOLDER [libFuzzer's options, -runs=100000]
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["chartpath.answers", "chartpath.grading"]):
    from chartpath.answers import KINDS, parse, split_cell
    from chartpath.errors import BadInput
    from chartpath.grading import cells, inbox, marking
    from chartpath.grading.course import Course


def parser(data: bytes) -> None:
    """An answer of the kind that the first byte says."""
    body = data[1:].decode("utf-8", "replace")
    parse(body, KINDS[data[0] % len(KINDS) if data else 0], ("icd10cm", "icd10pcs", "hcpcs"))
    split_cell(body)


def notebook(data: bytes) -> None:
    """The bytes of a notebook, up to its tidied cells."""
    if marking.why_unreadable(data):
        return
    import json

    try:
        cells.restore(json.loads(data)["cells"], ())
    except BadInput:
        return


def archive(data: bytes) -> None:
    """The bytes of a handed-in file."""
    try:
        inbox._archive(data, None, Course(Path(sys.argv[2])), [])
    except BadInput:
        return


if __name__ == "__main__":
    targets = {"PARSER": parser, "NOTEBOOK": notebook, "ARCHIVE": archive}
    atheris.Setup([sys.argv[0], *sys.argv[3:]], targets[sys.argv[1]])
    atheris.Fuzz()
