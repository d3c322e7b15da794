"""`chartpath audit --scrub`: the claim scrubber on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from test_cli import run

CLEAN = "E1122\nN1832\n"
FAULTY = 'F02.80\nJ96.01\nR09.02\nJ1885-JW-JZ\noverride J96.01 R09.02 "they have separate causes"\n'


def test_a_clean_claim(tmp_path: Path) -> None:
    file = tmp_path / "claim.txt"
    file.write_text(CLEAN, encoding="utf-8")
    done = run("audit", "--scrub", str(file), "--edition", "2026")
    assert done.returncode == 0, done.stderr
    assert "nothing wrong" in done.stdout


def test_findings_end_in_status_1_and_show_their_rule() -> None:
    done = run("audit", "--scrub", "-", "--edition", "2026", "--inpatient", typed=FAULTY)
    assert done.returncode == 1
    words = " ".join(done.stdout.replace("│", " ").split())
    assert "cannot be the principal diagnosis" in words
    assert "I.A.13" in words
    assert "remark: together on your word" in words


def test_json_holds_findings_and_remarks() -> None:
    done = run("audit", "--scrub", "-", "--edition", "2026", "--json", typed=FAULTY + "what is this\n")
    assert done.returncode == 1
    data = json.loads(done.stdout)
    assert list(data) == ["edition", "codes", "problems", "findings", "remarks"]
    assert data["codes"] == ["F02.80", "J96.01", "R09.02", "J1885"]
    assert {one["class"] for one in data["findings"]} == {"wrong_sequence", "wrong_modifier"}
    assert all(one["rule"] and one["source"] for one in data["findings"])
    assert [one["class"] for one in data["remarks"]] == ["excludes1_override"]
    assert data["problems"][0].startswith("Line 6:")


def test_age_and_sex_are_used() -> None:
    words = ("audit", "--scrub", "-", "--edition", "2026", "--json")
    assert json.loads(run(*words, typed="Z00.00").stdout)["findings"] == []
    told = json.loads(run(*words, "--age", "4", typed="Z00.00").stdout)["findings"]
    assert [one["class"] for one in told] == ["overcoded"]
    assert run(*words, "--sex", "f", typed="C61").returncode == 1


@pytest.mark.parametrize(
    ("words", "typed", "says"),
    [
        (("--scrub", "-"), "", "no code"),
        (("--scrub", "-"), "hello there", "holds no code"),
        (("--scrub", "no-such-file.txt"), "", "cannot be read"),
        (("--scrub", "-", "--sex", "X"), CLEAN, "F or M"),
        (("--scrub", "-", "--age", "200"), CLEAN, "130"),
        (("--scrub", "-", "--edition", "1999"), CLEAN, "1999"),
        ((), "", "--scrub"),
    ],
)
def test_bad_input_is_one_line_and_status_2(words: tuple[str, ...], typed: str, says: str) -> None:
    done = run("audit", *words, typed=typed)
    assert done.returncode == 2, done.stdout
    assert done.stdout == ""
    assert says.lower() in done.stderr.lower()
    assert len(done.stderr.strip().splitlines()) == 1
