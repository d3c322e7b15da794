"""The committed tables: counts, editions, titles; and all of it against the official files when they are at hand."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLES = ROOT / "datasets" / "codesets" / "icd10cm"
RAW = Path(os.environ.get("CHARTPATH_RAW", ROOT.parent / "shared" / "data" / "codesets"))
needs_raw = pytest.mark.skipif(
    not (RAW / "icd10cm_fy2026_codes").is_dir(),
    reason="the official files are not at hand (CHARTPATH_RAW names their folder)",
)
# What the official files say about themselves: the trailers of the CMS addenda.
BILLABLE = {"2025": 74_260, "2026": 74_719, "2027": 74_879}


def rows(name: str) -> Iterator[dict[str, str]]:
    with (TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def codes(edition: str | None = None) -> list[dict[str, str]]:
    """Rows of the three code tables, of one edition or of all."""
    return [
        row
        for part in ("codes-a-to-r", "codes-s-to-t", "codes-u-to-z")
        for row in rows(part)
        if edition is None or row["first_edition"] <= edition <= row["last_edition"]
    ]


@pytest.mark.parametrize("edition", BILLABLE)
def test_as_many_billable_codes_as_the_official_file_states(edition: str) -> None:
    members = codes(edition)
    assert sum(row["billable"] == "1" for row in members) == BILLABLE[edition]
    assert len({row["code"] for row in members}) == len(members), "a code stands twice in one edition"


def test_fy2026_has_every_row_of_the_order_file() -> None:
    assert len(codes("2026")) == 98_186


def test_every_billable_code_is_a_leaf_and_every_heading_has_codes() -> None:
    for edition in BILLABLE:
        plain = sorted((row["code"].replace(".", ""), row["billable"]) for row in codes(edition))
        for (code, billable), (following, _) in zip(plain, [*plain[1:], ("", "")], strict=True):
            assert following.startswith(code) == (billable == "0"), (edition, code)


def test_a_code_that_becomes_a_heading_has_a_row_for_each_form() -> None:
    found = [tuple(row.values()) for row in codes() if row["code"] == "I42.0"]
    assert found == [
        ("I42.0", "Dilated cardiomyopathy", "1", "order", "2025", "2026", "2015-10-01"),
        ("I42.0", "Dilated cardiomyopathy", "0", "order", "2027", "2027", "2026-10-01"),
    ]


def test_a_revised_title_keeps_the_date_of_the_code() -> None:
    found = [
        (row["title"][-18:], row["first_edition"], row["valid_from"])
        for row in codes()
        if row["code"] == "L02.232"
    ]
    assert found == [
        ("t, except buttock]", "2025", "2015-10-01"),
        ("buttock and flank]", "2027", "2015-10-01"),
    ]


@pytest.mark.parametrize(
    ("code", "valid_from"),
    [("U07.1", "2020-04-01"), ("A04.71", "2017-10-01"), ("E11.A", "2025-10-01"), ("C78.31", "2026-10-01")],
)
def test_valid_from(code: str, valid_from: str) -> None:
    assert [row["valid_from"] for row in codes() if row["code"] == code] == [valid_from]


def test_deleted_codes_end_with_their_edition() -> None:
    last = {row["code"]: row["last_edition"] for row in codes() if row["billable"] == "1"}
    assert last["S23.420A"] == "2026"
    assert last["G35"] == "2025"
    assert "S23.420" not in {row["code"] for row in codes("2027")}, "a heading without codes is left"


def test_no_title_has_tabs() -> None:
    """518 titles of the Tabular XML carry tabs; ours come from the order file and have none."""
    for row in codes():
        assert not re.search(r"[^ -~]", row["title"]), row
        assert row["title"] == row["title"].strip()


def test_titles_without_an_official_source_are_few_and_say_so() -> None:
    derived = [row for row in codes("2027") if row["title_source"] == "derived"]
    assert len(derived) == 48
    assert all(row["billable"] == "0" and row["title"].startswith("[") for row in derived)
    assert not [row for row in codes() if row["title"].startswith("[") and row["title_source"] != "derived"]


def test_the_order_is_that_of_the_book() -> None:
    order = list(dict.fromkeys(row["code"][:3] for row in codes("2027")))
    for before, code, after in (
        ("C75", "C7A", "C7B"),
        ("C43", "C4A", "C44"),
        ("Q99", "QA0", "QA1"),
        ("J4A", "J4B", "J45"),
    ):
        place = order.index(code)
        assert order[place - 1 : place + 2] == [before, code, after]
    assert order[-2:] == ["U07", "U09"]


def test_poa_exempt_codes_are_billable_in_their_edition() -> None:
    billable = {row["code"] for row in codes("2026") if row["billable"] == "1"}
    exempt = [row["code"] for row in rows("poa-exempt")]
    assert len(exempt) == 38_349
    assert set(exempt) <= billable


def test_guideline_sections_have_no_gaps() -> None:
    sections = [row["section"] for row in rows("guideline-sections")]
    assert len(sections) == len(set(sections)) == 491
    for wanted in ("I.A.12.a", "I.C.4.a.3", "I.C.1.g.1.c.iii", "I.C.22", "II.C", "III.B", "IV.H", "IV.Q"):
        assert wanted in sections
    for section in sections:
        assert section.rpartition(".")[0] in ("", *sections), f"{section} has no section above it"


def test_guideline_titles_are_headings_and_not_text() -> None:
    for row in rows("guideline-sections"):
        assert 3 < len(row["title"]) < 130, row
        assert 7 <= int(row["page"]) <= 121


def test_index_rows_lead_to_codes() -> None:
    known = {row["code"].replace(".", "") for row in codes()}
    stems = known | {code[:end] for code in known for end in range(3, len(code))}
    assert all(row["code"].replace(".", "") in stems for row in rows("index-terms"))
    found = {row["term"]: (row["code"], row["see"]) for row in rows("index-terms")}
    assert found["Attack, attacks > heart"] == ("I21.9", "infarct, myocardium")
    assert (
        next(row for row in rows("drugs") if row["substance"].startswith("Aspirin"))["adverse_effect"]
        == "T39.015"
    )


def test_no_committed_table_is_above_8_mb() -> None:
    assert max(path.stat().st_size for path in TABLES.glob("*.csv")) < 8_000_000


@needs_raw
def test_fy2026_equals_the_cms_order_file() -> None:
    official = {}
    for line in (RAW / "icd10cm_fy2026_codes" / "icd10cm_order_2026.txt").read_text("ascii").splitlines():
        official[line[6:14].strip()] = (line[14], line[77:].strip())
    ours = {row["code"].replace(".", ""): (row["billable"], row["title"]) for row in codes("2026")}
    assert ours == official


@needs_raw
def test_fy2027_equals_the_derived_list() -> None:
    official = {}
    for line in (RAW / "derived_fy2027" / "icd10cm_codes_2027_derived.txt").read_text("ascii").splitlines():
        official[line[:8].strip()] = line[8:].strip()
    ours = {row["code"].replace(".", ""): row["title"] for row in codes("2027") if row["billable"] == "1"}
    assert ours == official


@pytest.mark.slow
@needs_raw
def test_the_recipe_gives_the_committed_files_byte_for_byte(tmp_path: Path) -> None:
    copy = tmp_path / "datasets"
    shutil.copytree(ROOT / "datasets", copy, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (copy / "codesets" / "icd10cm").glob("*.csv"):
        path.unlink()
    recipe = [sys.executable, str(copy / "recipes" / "icd10cm.py"), str(RAW)]
    subprocess.run(recipe, check=True, capture_output=True, timeout=300)
    for path in (*sorted(TABLES.glob("*.csv")), TABLES.parent / "datapackage.json"):
        assert (copy / path.relative_to(ROOT / "datasets")).read_bytes() == path.read_bytes(), path.name


def test_the_recipe_names_what_is_missing(tmp_path: Path) -> None:
    recipe = ROOT / "datasets" / "recipes" / "icd10cm.py"
    gone = subprocess.run([sys.executable, recipe, tmp_path / "nowhere"], capture_output=True, text=True)
    assert gone.returncode == 2
    assert "nowhere: no such folder" in gone.stderr
    assert "Traceback" not in gone.stderr
