"""HCPCS Level II: official files -> tidy tables in datasets/codesets/hcpcs.

    python datasets/recipes/hcpcs.py FOLDER

FOLDER holds one folder a release, as listed in `datasets/codesets/hcpcs/datapackage.json` under `sources`:
the CMS list of October 2025 (code and long description), OPPS Addendum B of April 2026 with its status
indicators, and the place-of-service codes of the CMS BFD code systems. What people write about sections,
modifiers and places is in `hcpcs_words.yaml` beside this file.

What it decides, and why:
- Only Level II codes get in: a letter and four digits, never D (those are CDT). A mixed file stops the recipe.
- Some official descriptions point to Level I codes, which the kit must not hold. Their numbers become `[CPT]`.
- A status of Addendum B is kept where the code is in the list; what the addendum adds later is left out.
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path
from typing import Any

import datapackage
import yaml
from common import DATASETS, raw_folder, tidy, write_csv

OUT = DATASETS / "codesets" / "hcpcs"
WORDS = Path(__file__).with_name("hcpcs_words.yaml")
CODES = "hcpcs_2025_10/hcpc_short.csv"
ADDENDUM_B = "hcpcs_opps_addendumB_2026_04/addendum_b_level2_only.csv"
STATUSES = "hcpcs_opps_addendumB_2026_04/status-indicators.csv"
PLACES = "cms_bfd_codesystems_2026_08/CodeSystem-CLM-POS-CD.fsh"
# The counts of the October 2025 release; a mismatch stops the recipe.
CODE_COUNT, MODIFIER_COUNT = 8_463, 383
# Five digits, or four with F, T or U, alone or as a range.
_LEVEL_I = re.compile(r"\b(?:\d{5}|\d{4}[FTU])(?:-\d{5})?\b", re.IGNORECASE)


def without_level_i(text: str) -> str:
    """The description with the number of every Level I code replaced by `[CPT]`."""
    return _LEVEL_I.sub("[CPT]", text)


def read(path: Path) -> list[dict[str, str]]:
    """Rows of an official table."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def sections(words: dict[str, Any]) -> list[list[str]]:
    """(letter, title, description) of each section."""
    return [[letter, title, description] for letter, (title, description) in words["sections"].items()]


def codes(rows: list[dict[str, str]], statuses: dict[str, tuple[str, str]]) -> list[list[str]]:
    """(code, title, section, OPPS status, OPPS rate); stops at anything that is not Level II."""
    found = []
    for row in rows:
        code = row["Code"].strip()
        if len(code) == 2:
            continue
        if not re.fullmatch(r"[A-CE-V]\d{4}", code):
            raise SystemExit(f"{code}: not a Level II code; the kit must not hold it")
        title = without_level_i(tidy(row["Description"]))
        found.append([code, title, code[0], *statuses.get(code, ("", ""))])
    return sorted(found)


def modifiers(rows: list[dict[str, str]], words: dict[str, Any]) -> list[list[str]]:
    """(modifier, title, kind, side) of each Level II modifier."""
    kinds = {code: kind for kind, entry in words["modifiers"].items() for code in entry["codes"].split()}
    found = []
    for row in rows:
        code = row["Code"].strip()
        if len(code) != 2:
            continue
        kind = kinds.pop(code, "")
        title = without_level_i(tidy(row["Description"]))
        named = re.search(r"\b(left|right)\b", title.lower())
        placed = kind in ("side", "eyelid", "finger", "toe") and named
        found.append([code, title, kind, named.group(1) if placed and named else ""])
    if kinds:
        raise SystemExit(f"{WORDS.name}: no such modifier: {', '.join(sorted(kinds))}")
    return sorted(found)


def places(path: Path, words: dict[str, Any]) -> list[list[str]]:
    """(code, name, meaning) of the assigned place-of-service codes, which must be the same in both files."""
    official = {
        code
        for code, text in re.findall(r'^\* #(\d\d) "(.*)"$', path.read_text(encoding="utf-8"), re.MULTILINE)
        if text != "UNASSIGNED"
    }
    ours = words["places"]
    if official != set(ours):
        raise SystemExit(f"{WORDS.name}: places differ: {sorted(official ^ set(ours))}")
    return [[code, name, meaning] for code, (name, meaning) in sorted(ours.items())]


def statuses(raw: Path) -> dict[str, tuple[str, str]]:
    """Code -> (OPPS status indicator, national rate in dollars or nothing), April 2026."""
    return {
        row["HCPCSCode"]: (row["StatusIndicator"], row["PaymentRate"].replace(",", "").strip("$ "))
        for row in read(raw / ADDENDUM_B)
    }


def main(raw: Path) -> None:
    """Write the HCPCS tables and refresh the hashes of the Data Packages."""
    words = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    official = read(raw / CODES)
    opps = statuses(raw)
    table = codes(official, opps)
    marks = modifiers(official, words)
    letters = sections(words)
    if (len(table), len(marks)) != (CODE_COUNT, MODIFIER_COUNT):
        raise SystemExit(f"{len(table)} codes and {len(marks)} modifiers; the release has others")
    if {row[2] for row in table} != {row[0] for row in letters}:
        raise SystemExit(f"{WORDS.name}: its sections are not those of the codes")
    used = {row[3] for row in table} - {""}
    meanings = {row["StatusIndicator"]: tidy(row["Description"]) for row in read(raw / STATUSES)}
    write_csv(OUT / "sections.csv", ["section", "title", "description"], letters)
    write_csv(OUT / "codes.csv", ["code", "title", "section", "opps_status", "opps_rate"], table)
    write_csv(OUT / "modifiers.csv", ["modifier", "title", "kind", "side"], marks)
    write_csv(
        OUT / "modifier-kinds.csv",
        ["kind", "use"],
        ([kind, entry["use"]] for kind, entry in words["modifiers"].items()),
    )
    write_csv(OUT / "places-of-service.csv", ["place", "name", "meaning"], places(raw / PLACES, words))
    write_csv(
        OUT / "opps-statuses.csv",
        ["status", "meaning"],
        ([one, meanings.get(one, "")] for one in sorted(used)),
    )
    write_csv(
        OUT / "synonyms.csv",
        ["term", "expansion", "kind"],
        ([term, expansion, "lay"] for term, expansion in sorted(words["synonyms"].items())),
    )
    print(f"{len(table)} codes, {len(marks)} modifiers, {sum(bool(row[3]) for row in table)} with a status")
    datapackage.refresh(DATASETS)


if __name__ == "__main__":
    main(raw_folder(sys.argv))
