"""The committed tables of ICD-10-PCS: counts, dates and titles; and all of it against the official files when at hand."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLES = ROOT / "datasets" / "codesets" / "icd10pcs"
RAW = Path(os.environ.get("CHARTPATH_RAW", ROOT.parent / "shared" / "data" / "codesets"))
needs_raw = pytest.mark.skipif(
    not (RAW / "icd10pcs_fy2026").is_dir(),
    reason="the official files are not at hand (CHARTPATH_RAW names their folder)",
)
# What the official files say about themselves: the trailers of the order addenda and of the code addenda.
COUNTS = {"2025-04-01": 78_986, "2025-10-01": 79_115, "2026-04-01": 79_193, "2026-10-01": 79_256}


def rows(name: str) -> Iterator[dict[str, str]]:
    with (TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def codes() -> list[dict[str, str]]:
    return [row for path in sorted(TABLES.glob("codes-*.csv")) for row in rows(path.stem)]


def members(edition: str) -> dict[str, str]:
    """Code -> title in one edition."""
    return {
        row["code"]: row["title"] for row in codes() if row["first_edition"] <= edition <= row["last_edition"]
    }


def expansion(edition: str) -> Counter[str]:
    """How often the rows of the tables of an edition yield each code."""
    axes: dict[tuple[str, str], dict[str, list[str]]] = {}
    for row in rows("rows"):
        if row["first_edition"] <= edition <= row["last_edition"]:
            axes.setdefault((row["table"], row["row"]), {}).setdefault(row["position"], []).append(
                row["value"]
            )
    return Counter(
        table + "".join(values)
        for (table, _), axis in axes.items()
        for values in product(*(axis[place] for place in "4567"))
    )


@pytest.mark.parametrize("day", COUNTS)
def test_as_many_codes_are_valid_on_a_day_as_the_official_file_states(day: str) -> None:
    dates = {row["code"]: (row["valid_from"], row["valid_to"] or "9999") for row in rows("validity")}
    spans = {row["code"]: dates.get(row["code"], ("2015-10-01", "9999")) for row in codes()}
    assert sum(first <= day <= last for first, last in spans.values()) == COUNTS[day]


def test_editions_with_their_april_update() -> None:
    assert len(members("2025")) == 78_986
    assert len(members("2026")) == 79_115 + 80  # April 2026 added 80 and ended 2, which were valid until then
    assert len(members("2027")) == 79_256


@pytest.mark.parametrize("edition", ["2026", "2027"])
def test_the_rows_of_the_tables_give_every_code_once(edition: str) -> None:
    found = expansion(edition)
    assert set(found) == set(members(edition))
    assert set(found.values()) == {1}


def test_every_table_has_a_row_and_every_row_a_table() -> None:
    tables = {row["table"]: row for row in rows("tables")}
    assert len(tables) == 919
    assert sum(row["last_edition"] == "2027" for row in tables.values()) == 918
    assert {row["table"] for row in rows("rows")} == set(tables)
    assert {row["section"] for row in rows("axes")} == {table[0] for table in tables}
    assert Counter(row["section"] for row in rows("axes")) == dict.fromkeys("0123456789BCDFGHX", 7)


def test_titles_are_official_and_say_where_they_come_from() -> None:
    sources = Counter(row["title_source"] for row in codes())
    assert sources == {"order": 79_115, "addenda": 105, "codes": 79, "order_addenda": 27}
    for row in codes():
        assert row["title"] == row["title"].strip()
        assert row["title"].isascii(), row
        assert "not reachable" not in row["title"]


def test_a_revised_title_has_a_row_for_each_wording() -> None:
    found = [
        (row["title"], row["first_edition"], row["last_edition"])
        for row in codes()
        if row["code"] == "XW0V0P7"
    ]
    assert [(title.split(" into ")[0], first, last) for title, first, last in found] == [
        ("Introduction of Antibiotic-eluting Bone Void Filler", "2025", "2026"),
        ("Introduction of Gentamicin-eluting Bone Void Filler", "2027", "2027"),
    ]


def test_a_label_is_revised_with_the_title() -> None:
    labels = {
        (row["first_edition"], row["last_edition"], row["label"])
        for row in rows("rows")
        if row["table"] == "XW0"
        and row["position"] == "6"
        and row["value"] == "P"
        and "Bone Void" in row["label"]
    }
    assert labels == {
        ("2026", "2026", "Antibiotic-eluting Bone Void Filler"),
        ("2027", "2027", "Gentamicin-eluting Bone Void Filler"),
    }


@pytest.mark.parametrize(
    ("code", "valid_from", "valid_to"),
    [
        ("02HM3JZ", "2026-04-01", ""),
        ("30233AZ", "2015-10-01", "2026-03-31"),
        ("X2A5312", "2016-10-01", "2025-09-30"),
        ("028F3Z0", "2026-10-01", ""),
        ("XW133D7", "2021-10-01", "2026-09-30"),
    ],
)
def test_dates_of_validity(code: str, valid_from: str, valid_to: str) -> None:
    found = [(row["valid_from"], row["valid_to"]) for row in rows("validity") if row["code"] == code]
    assert found == [(valid_from, valid_to)]


def test_the_editions_of_a_code_fit_its_dates() -> None:
    dates = {row["code"]: (row["valid_from"], row["valid_to"] or "9999") for row in rows("validity")}
    for row in codes():
        first, last = dates.get(row["code"], ("2015-10-01", "9999"))
        year = int(row["first_edition"])
        assert first <= f"{year}-09-30", row
        assert last >= f"{int(row['last_edition']) - 1}-10-01", row


def test_index_and_definitions() -> None:
    entries = [tuple(row.values()) for row in rows("index")]
    assert len(entries) == 18_838
    assert ("Cholecystectomy", "see", "Resection, Gallbladder", "0FT4") in entries
    assert ("Hallux", "use", "1st Toe, Right", "") in entries
    assert ("Colonoscopy", "code", "", "0DJD8ZZ") in entries
    known = set(members("2025")) | set(members("2026"))
    stems = {code[:end] for code in known for end in range(2, 8)}
    lost = {codes for _, _, _, codes in entries if codes and codes not in stems}
    assert len(lost) <= 40, sorted(lost)  # the index is of October 2024; what ended before April 2025 is gone
    terms = [row for row in rows("definitions") if (row["section"], row["position"]) == ("0", "3")]
    assert len(terms) == 31
    assert all(row["definition"] for row in terms)


def test_no_committed_table_is_above_8_mb() -> None:
    assert max(path.stat().st_size for path in TABLES.glob("*.csv")) < 8_000_000


@needs_raw
def test_fy2026_equals_the_cms_order_file() -> None:
    official = {}
    for line in (RAW / "icd10pcs_fy2026" / "icd10pcs_order_2026.txt").read_text("ascii").splitlines():
        if line[14] == "1":
            official[line[6:14].strip()] = line[77:].strip()
    assert len(official) == 79_115
    april = {row["code"] for row in rows("validity") if row["valid_from"] == "2026-04-01"}
    ours = {code: title for code, title in members("2026").items() if code not in april}
    assert ours == official


@needs_raw
def test_the_official_tables_expand_to_the_order_file() -> None:
    found: set[str] = set()
    path = RAW / "icd10pcs_fy2026" / "icd10pcs_tables_2026.xml"
    for table in ElementTree.parse(path).getroot().iter("pcsTable"):
        key = "".join(label.get("code") or "" for label in table.findall("axis/label"))
        for row in table.findall("pcsRow"):
            axes = [
                [label.get("code") or "" for label in axis.findall("label")] for axis in row.findall("axis")
            ]
            found |= {key + "".join(values) for values in product(*axes)}
    april = {row["code"] for row in rows("validity") if row["valid_from"] == "2026-04-01"}
    assert len(found) == 79_115
    assert found == set(expansion("2026")) - april


@needs_raw
def test_fy2027_equals_the_derived_list() -> None:
    listed = {}
    for line in (RAW / "derived_fy2027" / "icd10pcs_codes_2027_derived.txt").read_text("utf-8").splitlines():
        listed[line[:7]] = line[8:].strip()
    ours = members("2027")
    assert set(ours) == set(listed)
    without = {code for code, title in listed.items() if title.startswith("[title not reachable")}
    assert len(without) == 79
    assert {code: title for code, title in ours.items() if code not in without} == {
        code: title for code, title in listed.items() if code not in without
    }
    # With the 79 titles the list is as long as the CMS file of FY2027: code, blank, title, line end.
    assert sum(len(code) + len(title) + 2 for code, title in ours.items()) == 6_593_200


@needs_raw
@pytest.mark.slow
def test_the_recipe_gives_the_committed_files_byte_for_byte(tmp_path: Path) -> None:
    copy = tmp_path / "datasets"
    shutil.copytree(ROOT / "datasets", copy, ignore=shutil.ignore_patterns("__pycache__"))
    made_by_hand = {"validity.csv", "synonyms.csv"}
    for path in (copy / "codesets" / "icd10pcs").glob("*.csv"):
        if path.name not in made_by_hand:
            path.unlink()
    recipe = [sys.executable, str(copy / "recipes" / "icd10pcs.py"), str(RAW)]
    subprocess.run(recipe, check=True, capture_output=True, timeout=300)
    for path in sorted(TABLES.iterdir()):
        assert (copy / path.relative_to(ROOT / "datasets")).read_bytes() == path.read_bytes(), path.name


def test_the_recipes_name_what_is_missing(tmp_path: Path) -> None:
    for recipe in ("icd10pcs.py", "icd10pcs_validity.py"):
        command = [sys.executable, str(ROOT / "datasets" / "recipes" / recipe), str(tmp_path / "nowhere")]
        gone = subprocess.run(command, capture_output=True, text=True)
        assert gone.returncode == 2
        assert "Traceback" not in gone.stderr
        assert "FILE" in gone.stderr or "nowhere" in gone.stderr
