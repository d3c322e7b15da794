"""MS-DRG version 43: official tables -> tidy tables in datasets/codesets/msdrg.

    python datasets/recipes/msdrg.py FOLDER TABLE_6K

FOLDER holds `msdrg_fy2026_tables` with the text files of Table 5 (weights), 6I (MCC list) and 6J (CC list) of
the IPPS final rule for FY2026; TABLE_6K is the text file of Table 6K (CC exclusions) of the same rule.

What it decides, and why:
- The weight is that of the column "10% Cap Applied": it is the one that pays. The other is kept beside it.
- 41 codes are listed in Table 6K with "No Excl" instead of a collection of principal diagnoses. They count
  whatever the principal diagnosis; their collection is empty here. (Readers that expect a number lose them.)
- The levels of 6I and 6J must be those of 6K, code by code; a difference stops the recipe.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import datapackage
from common import DATASETS, dotted, raw_folder, tidy, write_csv

OUT = DATASETS / "codesets" / "msdrg"
TABLE_5 = "msdrg_fy2026_tables/CMS-FY2026-Final-Table5_drg_weights.txt"
TABLE_6I = "msdrg_fy2026_tables/CMS-FY2026-Table6I_mcc_list.txt"
TABLE_6J = "msdrg_fy2026_tables/CMS-FY2026-Table6J_cc_list.txt"
# What the tables state about themselves; a mismatch stops the recipe.
DRGS, MCCS, CCS, NO_EXCLUSIONS = 772, 3_354, 15_078, 41
_LEVEL = re.compile(r"^ ([A-Z][0-9A-Z]{2,6}) +(MCC|CC) +(?:(\d{4}):([\d,]+) codes?|No Excl) ")
_MEMBER = re.compile(r"^  ([A-Z][0-9A-Z]{2,6})(?: |$)")
_DRGS = re.compile(r"^MDC \d\d DRGs (\d{3})-(\d{3}) ")


def weights(path: Path) -> Iterator[list[str]]:
    """(drg, title, type, mdc, weight, weight before the cap, GMLOS, AMLOS, post-acute, special pay)."""
    lines = path.read_bytes().decode("cp1252").splitlines()
    for row in csv.reader(lines, delimiter="\t"):
        if not re.fullmatch(r"\d{3}", row[0]):
            continue
        drg, post_acute, special, mdc, kind, title, uncapped, weight, gmlos, amlos = (
            tidy(cell).strip(".") if cell.strip() == "." else tidy(cell) for cell in row
        )
        kind = {"SURG": "surgical", "MED": "medical"}.get(kind, "")
        yield [
            drg, title, kind, mdc, weight, uncapped, gmlos, amlos,
            str(int(post_acute == "Yes")), str(int(special == "Yes")),
        ]  # fmt: skip


def listed(path: Path) -> set[str]:
    """Codes (with the dot) of Table 6I or 6J. Some have a letter in second place (QA0.0101)."""
    rows = (line.split("\t") for line in path.read_bytes().decode("cp1252").splitlines())
    return {
        row[0].strip() for row in rows if re.fullmatch(r"[A-Z][0-9A-Z]{2}(\.[0-9A-Z]{1,4})?", row[0].strip())
    }


class Exclusions:
    """Table 6K: level and collection of each code, members of each collection, and parts 2 and 3."""

    def __init__(self, path: Path) -> None:
        self.levels: dict[str, tuple[str, str]] = {}
        self.sizes: dict[str, int] = {}
        self.collections: dict[str, list[str]] = {}
        self.alive: set[str] = set()
        self.by_drg: list[tuple[str, str, str]] = []
        part, place = 0, ""
        spans = ("", "")
        for line in path.read_bytes().decode("cp1252").splitlines():
            if heading := re.match(r"^K Part (\d):", line):
                part = int(heading.group(1))
            elif level := _LEVEL.match(line):
                self.levels[dotted(level.group(1))] = (level.group(2), level.group(3) or "")
                if level.group(3):
                    self.sizes[level.group(3)] = int(level.group(4).replace(",", ""))
            elif line.startswith("PDX collection"):
                place = line.split()[-1]
                self.collections[place] = []
            elif drgs := _DRGS.match(line):
                spans = (drgs.group(1), drgs.group(2))
            elif member := _MEMBER.match(line):
                code = dotted(member.group(1))
                if part == 1:
                    self.collections[place].append(code)
                elif part == 2:
                    self.alive.add(code)
                else:
                    self.by_drg.append((*spans, code))


def main(raw: Path, table_6k: Path) -> None:
    """Write the MS-DRG tables and refresh the hashes of the Data Packages."""
    drgs = list(weights(raw / TABLE_5))
    mcc, cc = listed(raw / TABLE_6I), listed(raw / TABLE_6J)
    excluded = Exclusions(table_6k)
    counts = (len(drgs), len(mcc), len(cc), sum(not place for _, place in excluded.levels.values()))
    if counts != (DRGS, MCCS, CCS, NO_EXCLUSIONS):
        raise SystemExit(f"DRGs, MCCs, CCs, codes without exclusions: {counts}; the official counts differ")
    if {code: level for code, (level, _) in excluded.levels.items()} != {
        code: "MCC" if code in mcc else "CC" for code in mcc | cc
    }:
        raise SystemExit("Table 6K does not give the levels of Tables 6I and 6J")
    if {place: len(members) for place, members in excluded.collections.items()} != excluded.sizes:
        raise SystemExit("Table 6K: a collection does not have the size that part 1 states")
    write_csv(
        OUT / "drgs.csv",
        ["drg", "title", "type", "mdc", "weight", "weight_uncapped", "gmlos", "amlos", "post_acute", "special_pay"],
        drgs,
    )  # fmt: skip
    write_csv(
        OUT / "severities.csv",
        ["code", "level", "exclusions", "alive_only"],
        (
            [code, level, place, int(code in excluded.alive)]
            for code, (level, place) in excluded.levels.items()
        ),
    )
    write_csv(
        OUT / "exclusions.csv",
        ["exclusions", "principals"],
        ([place, " ".join(members)] for place, members in excluded.collections.items()),
    )
    write_csv(OUT / "drg-exclusions.csv", ["first_drg", "last_drg", "code"], excluded.by_drg)
    print(f"{len(drgs)} DRGs, {len(mcc)} MCC, {len(cc)} CC, {len(excluded.collections)} collections")
    datapackage.refresh(DATASETS)


if __name__ == "__main__":
    folder = raw_folder(sys.argv[:2])
    if len(sys.argv) != 3 or not Path(sys.argv[2]).is_file():
        sys.exit("usage: python datasets/recipes/msdrg.py FOLDER TABLE_6K")
    main(folder, Path(sys.argv[2]))
