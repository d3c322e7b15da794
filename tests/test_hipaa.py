"""Clocks, notices, exposure and tables of chartpath.hipaa."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys

import pytest

from chartpath import hipaa
from chartpath.errors import BadInput


@pytest.mark.parametrize(
    ("key", "start", "last"),
    [
        ("access", "2026-04-10", "2026-05-10"),
        ("access-longer", "2026-10-02", "2026-12-01"),
        ("breach-people", "2026-03-10", "2026-05-09"),
        ("breach-people", "03/10/2026", "2026-05-09"),
        ("breach-people", dt.date(2027, 12, 31), "2028-02-29"),
        ("breach-log", "2026-01-01", "2027-03-01"),
        ("breach-log", "2026-12-31", "2027-03-01"),
        ("breach-log", "2027-06-15", "2028-02-29"),
        ("overpayment-pause", "2026-06-01", "2026-11-28"),
    ],
)
def test_the_last_day(key: str, start: str | dt.date, last: str) -> None:
    assert hipaa.due(key, start).last == dt.date.fromisoformat(last)


@pytest.mark.parametrize(
    ("key", "start"),
    [
        ("tpo", "2026-03-10"),
        ("nothing", "2026-03-10"),
        ("access", "March"),
        ("access", "9999-12-31"),
        ("access", ""),
    ],
)
def test_a_period_that_cannot_be_counted_is_named(key: str, start: str) -> None:
    with pytest.raises(BadInput):
        hipaa.due(key, start)


def told(discovered: str, **residents: int) -> dict[str, str]:
    return {line[0]: line[1] for line in hipaa.notices(discovered, **residents).lines}


def test_hhs_counts_all_people_and_media_count_one_state() -> None:
    assert told("2026-03-10", OH=260, KY=240) == {
        "The people themselves": "May 9, 2026",
        "HHS": "May 9, 2026",
    }
    assert "Prominent media in OH" not in told("2026-03-10", OH=500)
    assert "Prominent media in OH" in told("2026-03-10", oh=501)
    assert told("2026-03-10", OH=499)["HHS"] == "March 1, 2027"


@pytest.mark.parametrize("residents", [{}, {"XX": 3}, {"OH": 0}, {"OH": -1}, {"OH": "many"}])
def test_people_that_cannot_be_are_named(residents: dict[str, int]) -> None:
    with pytest.raises(BadInput):
        hipaa.notices("2026-03-10", **residents)


def test_exposure_adds_treble_damages_and_a_penalty_a_claim() -> None:
    assert hipaa.exposure(10, 500).lines[-1] == ("Together", "$144,580", "$287,690")
    with pytest.raises(BadInput):
        hipaa.exposure(0, 500)
    with pytest.raises(BadInput):
        hipaa.exposure(3, -1)


@pytest.mark.parametrize(
    ("code", "left"), [("036", "000"), ("100", "100"), ("03601", "000"), ("60614-4401", "606")]
)
def test_three_digits_of_a_zip_code(code: str, left: str) -> None:
    assert hipaa.zip3(code) == left


@pytest.mark.parametrize("code", ["", "36", "0360", "Ohio"])
def test_what_is_no_zip_code_is_named(code: str) -> None:
    with pytest.raises(BadInput):
        hipaa.zip3(code)


def test_law_is_found_by_word_topic_section_and_status() -> None:
    assert {line[3] for line in hipaa.law("vacated").lines} == {"attestation"}
    assert "breach-media" in {line[3] for line in hipaa.law("164.406").lines}
    assert len(hipaa.law().lines) == len(hipaa.rules())
    with pytest.raises(BadInput, match="Privacy"):
        hipaa.law("xyzzy")


def test_a_table_escapes_and_speaks_plain_text() -> None:
    table = hipaa.Table("<b>", ("a", "b"), (("x", "1 < 2"),), ("here",))
    assert "<b>" not in table._repr_html_()
    assert "1 &lt; 2" in table._repr_html_()
    assert "x | 1 < 2" in repr(table)


def test_the_portal_adds_up_and_marks_years_that_are_not_complete() -> None:
    by_year = sum(int(line[1].replace(",", "")) for line in hipaa.portal("year").lines)
    for way in ("type", "place"):
        assert sum(int(line[1].replace(",", "")) for line in hipaa.portal(way).lines) == by_year
    assert "not complete: 2022, 2023" in hipaa.portal("year", 2019, 2023).title
    assert "not complete" not in hipaa.portal().title
    with pytest.raises(BadInput):
        hipaa.portal("name")
    with pytest.raises(BadInput):
        hipaa.portal("year", 1990, 1995)


def test_identifiers_and_penalties_are_whole() -> None:
    assert [line[0] for line in hipaa.identifiers().lines] == list("ABCDEFGHIJKLMNOPQR")
    assert [line[1] for line in hipaa.penalties().lines] == ["$145", "$1,461", "$14,602", "$73,011"]


def test_it_is_light() -> None:
    code = "import sys; from chartpath import hipaa; hipaa.law(); print(sorted({'pandas', 'matplotlib', 'nbformat'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
