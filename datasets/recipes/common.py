"""Small things every recipe shares: dotted codes, tidy text, deterministic CSV files."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

DATASETS = Path(__file__).resolve().parent.parent


def dotted(code: str) -> str:
    """`E1122` -> `E11.22`; a category of three characters stays as it is."""
    return code if len(code) <= 3 else f"{code[:3]}.{code[3:]}"


def tidy(text: str) -> str:
    """One line: runs of blanks, tabs and line ends become one space (518 official titles carry tabs)."""
    return re.sub(r"\s+", " ", text).strip()


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Write a UTF-8 table with LF line ends and return the number of rows. The bytes depend on the rows only."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    count = 0
    for row in rows:
        writer.writerow(["" if value is None else value for value in row])
        count += 1
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(buffer.getvalue().encode("utf-8"))
    return count


def raw_folder(argv: Sequence[str]) -> Path:
    """The folder with the official files, from the command line; exit status 2 when it is not given or missing."""
    if len(argv) != 2:
        sys.exit(_usage(f"usage: python {argv[0]} FOLDER_OF_THE_OFFICIAL_FILES"))
    folder = Path(argv[1])
    if not folder.is_dir():
        sys.exit(_usage(f"{folder}: no such folder. Name the folder that holds the official files."))
    return folder


def _usage(line: str) -> int:
    print(line, file=sys.stderr)
    return 2
