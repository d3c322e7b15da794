"""The command line: what it prints, and how it ends on bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

CASES = Path(__file__).parent / "audit" / "cases.json"


def run(*words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "chartpath", *words]
    return subprocess.run(
        command, input=typed, capture_output=True, text=True, encoding="utf-8", check=False, timeout=120
    )


def test_code_json_has_the_published_shape() -> None:
    done = run("code", "e1122", "--json")
    assert done.returncode == 0
    data = json.loads(done.stdout)
    assert list(data) == [
        "system",
        "edition",
        "code",
        "title",
        "billable",
        "valid_from",
        "parents",
        "children",
        "notes",
    ]
    assert list(data["notes"]) == [
        "includes",
        "excludes1",
        "excludes2",
        "code_first",
        "use_additional",
        "code_also",
        "seventh_character",
    ]
    assert (data["code"], data["title"]) == (
        "E11.22",
        "Type 2 diabetes mellitus with diabetic chronic kidney disease",
    )


def test_code_as_text_names_the_carrier_of_each_note() -> None:
    done = run("code", "E11.22")
    assert "From E11, Type 2 diabetes mellitus, above it" in done.stdout


def test_the_other_sets_answer_in_the_same_shape() -> None:
    for code, system in (("0FT44ZZ", "icd10pcs"), ("L1902", "hcpcs")):
        data = json.loads(run("code", code, "--json").stdout)
        assert (data["system"], data["code"], data["billable"]) == (system, code, True)
    shown = run("code", "0FT44ZZ").stdout
    assert "Resection" in shown
    assert "Percutaneous Endoscopic" in shown
    hits = json.loads(run("search", "laparoscopic cholecystectomy", "--system", "icd10pcs", "--json").stdout)
    assert "0FT44ZZ" in [hit["code"] for hit in hits]


@pytest.mark.slow
def test_changes_counts_are_those_of_the_addenda() -> None:
    data = json.loads(run("changes", "2026", "2027", "--json").stdout)
    assert (len(data["added"]), len(data["deleted"]), len(data["revised"])) == (190, 30, 4)
    assert "I42.0" in run("changes", "2026", "2027").stdout
    done = run("changes", "2026", "1999")
    assert done.returncode == 2


def test_search_json() -> None:
    data = json.loads(run("search", "ckd stage 3b", "--limit", "5", "--json").stdout)
    assert "N18.32" in json.dumps(data)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("code", "E11.2Z"), "E11.2"),
        (("code", "E11.0O"), "letter O"),
        (("audit", "no-such-file.json", "--check"), "cannot be read"),
        (("audit", str(CASES), "--case", "nobody", "--answer", "-"), "no case"),
        (("audit", str(CASES)), "--case"),
        (("build", "99-no-unit"), "no unit"),
        (("release", "99-no-unit"), "99-no-unit"),
        (("frobnicate",), "frobnicate"),
        (("code",), "--help"),
    ],
)
def test_bad_input_ends_in_one_line_and_status_2(words: tuple[str, ...], says: str) -> None:
    done = run(*words)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert says.lower() in done.stderr.lower()
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_file_that_is_no_json(tmp_path: Path) -> None:
    broken = tmp_path / "cases.json"
    broken.write_text("{", encoding="utf-8")
    done = run("audit", str(broken), "--check")
    assert done.returncode == 2
    assert "cases.json" in done.stderr


def test_audit_of_one_answer_has_the_published_shape() -> None:
    case = json.loads(CASES.read_text(encoding="utf-8"))["charts"][0]
    typed = "\n".join(row["code"] for row in case["gold"])
    done = run("audit", str(CASES), "--case", case["id"], "--answer", "-", "--json", typed=typed)
    data = json.loads(done.stdout)
    assert list(data) == ["case", "score", "claim_ready", "audit_ready", "errors", "metrics"]
    assert list(data["metrics"]) == ["tp", "fp", "fn", "precision", "recall", "f1", "first_listed_correct"]
    assert (data["score"], data["errors"]) == (100, [])


def test_the_contract_is_a_line_a_case() -> None:
    count = len(json.loads(CASES.read_text(encoding="utf-8"))["charts"])
    done = run("audit", str(CASES), "--contract", "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rows) == count
    assert all(list(row) == ["case", "gold", "gold_with_optional", "alternatives", "wrong"] for row in rows)


def test_the_contract_check_passes_and_can_fail(tmp_path: Path) -> None:
    assert run("audit", str(CASES), "--check").returncode == 0
    data = json.loads(CASES.read_text(encoding="utf-8"))
    wrong = next(case["wrong_submissions"][0] for case in data["charts"] if case["wrong_submissions"])
    wrong["expected_errors"] = [{"class": "invalid", "code": "Z99.99"}]
    changed = tmp_path / "cases.json"
    changed.write_text(json.dumps(data), encoding="utf-8")
    done = run("audit", str(changed), "--check")
    assert done.returncode == 1
    assert "Z99.99" in done.stdout


def test_curriculum_lists_the_units() -> None:
    found = json.loads(run("curriculum", "--coverage", "--json").stdout)
    assert len(found["blueprint"]) == 84
    rows = found["units"]
    unit = next(row for row in rows if row["unit"] == "10-chart-abstraction-outpatient")
    assert unit["assessed_items"] == 10
    assert unit["points"] == "100"


def test_version() -> None:
    assert run("--version").stdout.strip().count(".") == 2
