"""Pay and outlook: every area answers, withheld figures stay withheld, names are forgiving, and nothing heavy loads."""

from __future__ import annotations

import json
import random
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartpath import careers, cli_career
from chartpath.careers import names as names_module
from chartpath.careers import wages
from chartpath.errors import BadInput

WAGES = ("mean", "p10", "p25", "median", "p75", "p90")
AREAS = careers.areas()
SURVEYED = [one for one in careers.occupations() if one.in_oews]
RETIRED = [one for one in careers.occupations() if one.until]
JSON_KEYS = [
    "area",
    "area_name",
    "occupation",
    "title",
    "vintage",
    "employment",
    "employment_rse",
    "mean",
    "p10",
    "p25",
    "median",
    "p75",
    "p90",
    "notes",
]


def published() -> dict[tuple[str, str], dict[str, str]]:
    return {
        (row["area_code"], row["soc"]): row
        for row in names_module.rows("oews")
        if row["industry_code"] == "000000"
    }


def raw_row(**changes: str) -> dict[str, str]:
    """A made-up row of the table in which everything is published."""
    row = dict.fromkeys(("employment_note", "wage_note", "share_note", "capped"), "")
    figures = dict.fromkeys(("employment", *WAGES), "1000")
    errors = dict.fromkeys(("employment_rse", "mean_rse", "jobs_per_1000", "location_quotient"), "1.0")
    return {**row, **figures, **errors, **changes}


# Every place


@pytest.mark.parametrize("occupation", SURVEYED, ids=lambda one: one.soc)
def test_every_area_answers_for_every_occupation(occupation: careers.Occupation) -> None:
    table = published()
    for area in AREAS:
        found = careers.pay(area.key, occupation.soc)
        assert (found.area_code, found.area_name, found.occupation) == (area.code, area.name, occupation.soc)
        row = table.get((area.code, occupation.soc))
        for name in ("employment", *WAGES):
            assert getattr(found, name) == (int(row[name]) if row and row[name] else None), (area, name)
        missing = [name for name in ("employment", "median") if getattr(found, name) is None]
        if missing:
            assert any("withholds" in note or "no estimate" in note for note in found.notes), area


def test_the_survey_has_the_nation_the_states_and_every_other_area() -> None:
    kinds = [area.kind for area in AREAS]
    assert kinds.count("nation") == 1
    # Fifty states, the District of Columbia, Puerto Rico, Guam and the Virgin Islands.
    assert kinds.count("state") == 54
    assert kinds.count("metro") + kinds.count("nonmetro") == len(AREAS) - 55 > 500
    assert len({area.key for area in AREAS}) == len(AREAS)


# What is withheld


def test_withheld_pay_is_null_and_said_in_words() -> None:
    found = careers.pay("Elmira, NY", "29-2072")
    assert found.employment == 80
    assert [getattr(found, name) for name in WAGES] == [None] * len(WAGES)
    assert found.notes == (
        "BLS withholds the pay here (its estimate was not released). It is missing, not zero.",
    )


def test_withheld_jobs_leave_the_pay_alone() -> None:
    found = careers.pay("VT", "29-2072")
    assert found.employment is None
    assert found.employment_rse is None
    assert found.median == 57_560
    assert "number of jobs" in found.notes[0]


def test_an_area_without_a_row_says_that_there_is_no_estimate() -> None:
    found = careers.pay("VI", "29-2072")
    assert (found.area_code, "29-2072") not in published()
    assert found.median is None
    assert "no estimate" in found.notes[0]


def test_a_capped_wage_is_named_with_its_cap() -> None:
    footnotes = wages._footnotes()
    row = raw_row(p90="", p75="", capped="p75 p90 h_p90")
    assert wages._figures(row)["p90"] is None
    assert wages._notes(row, footnotes) == (
        "The 75th percentile and 90th percentile are at or above $239,200 per year, "
        "the highest BLS prints, and left empty here.",
    )
    assert "$239,200 per year" in footnotes[5]


def test_a_row_with_everything_published_has_no_notes() -> None:
    assert wages._notes(raw_row(), wages._footnotes()) == ()


def test_a_rough_number_of_jobs_says_how_rough() -> None:
    notes = wages._notes(raw_row(employment_rse="25.0", mean_rse="12.0"), wages._footnotes())
    assert "25 percent" in notes[0]
    assert "within 41.1 percent" in notes[0]
    assert "12 percent" in notes[1]


@pytest.mark.parametrize(
    ("rse", "word"),
    [
        (0.0, "precise"),
        (4.9, "precise"),
        (5.0, "good"),
        (10.0, "fair"),
        (22.3, "rough"),
        (30.0, "very rough"),
        (None, "unknown"),
        (float("nan"), "unknown"),
    ],
)
def test_reliability_has_a_word_for_every_error(rse: float | None, word: str) -> None:
    assert careers.reliability(rse) == word


# Names


@given(st.sampled_from(AREAS), st.randoms(use_true_random=False))
def test_an_area_is_found_whatever_the_case_and_the_marks(area: careers.Area, chance: random.Random) -> None:
    typed = "".join(chance.choice((one.upper(), one.lower())) for one in area.name)
    typed = "".join(one if one.isalnum() else chance.choice((one, " ", "  ", " - ")) for one in typed)
    assert careers.find_area(f"  {typed} ").name == area.name
    assert careers.find_area(area.code) == area
    assert careers.find_area(area.key.lower()) == area


def area_or_line(typed: str) -> careers.Area | str:
    """The area, or what a person reads when there is none."""
    try:
        return careers.find_area(typed)
    except BadInput as error:
        return str(error)


@given(st.text(max_size=100))
def test_any_text_is_an_area_or_one_clear_line(text: str) -> None:
    found = area_or_line(text)
    if isinstance(found, careers.Area):
        assert found in AREAS
    else:
        assert "area" in found
        assert len(found.splitlines()) == 1


@given(st.sampled_from([area for area in AREAS if len(area.name) > 6]), st.data())
def test_a_name_with_a_letter_missing_leads_back(area: careers.Area, data: st.DataObject) -> None:
    place = data.draw(st.integers(1, len(area.name) - 2).filter(lambda at: area.name[at].isalpha()))
    found = area_or_line(area.name[:place] + area.name[place + 1 :])
    assert found == area if isinstance(found, careers.Area) else area.name in found


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("us", "United States"),
        ("USA", "United States"),
        ("u.s.", "United States"),
        ("national", "United States"),
        ("ca", "California"),
        ("boise", "Boise City, ID"),
        ("10180", "Abilene, TX"),
        ("Washington", "Washington"),
        ("New York", "New York"),
        ("puerto rico", "Puerto Rico"),
        ("Mayagüez", "Mayagüez, PR"),
    ],
)
def test_what_people_type_for_an_area(typed: str, name: str) -> None:
    assert careers.find_area(typed).name == name.replace("ü", "u")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("Portland", "Portland-Vancouver"),
        ("Califronia", "California (CA)"),
        ("XX", "postal code"),
        ("", "postal code"),
        ("9999999", "OEWS area code"),
    ],
)
def test_an_area_that_is_not_one_is_told_what_to_do(typed: str, says: str) -> None:
    with pytest.raises(BadInput, match="area") as caught:
        careers.find_area(typed)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("typed", "soc"),
    [
        ("coder", "29-2072"),
        ("Coders", "29-2072"),
        ("292072", "29-2072"),
        ("medical records specialists", "29-2072"),
        ("biller", "43-3021"),
        ("HIM manager", "11-9111"),
        ("cancer registrar", "29-9021"),
        ("Certified Coding Specialist", "29-2072"),
        ("all occupations", "00-0000"),
    ],
)
def test_what_people_type_for_an_occupation(typed: str, soc: str) -> None:
    assert careers.find_occupation(typed).soc == soc


@pytest.mark.parametrize(
    ("typed", "says"), [("codr", "29-2072"), ("plumber", "The tables have"), ("", "occupation")]
)
def test_an_occupation_that_is_not_one_is_told_what_to_do(typed: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        careers.find_occupation(typed)


@pytest.mark.parametrize("occupation", RETIRED, ids=lambda one: one.soc)
def test_a_retired_code_has_no_pay_of_today(occupation: careers.Occupation) -> None:
    with pytest.raises(BadInput, match=occupation.successors[0]) as caught:
        careers.pay("US", occupation.soc)
    assert str(occupation.until) in str(caught.value)


def test_a_code_with_history_only_says_so() -> None:
    with pytest.raises(BadInput, match="history only"):
        careers.adjusted_pay("29-2099")


# Tables


def test_a_history_of_one_code_never_holds_another() -> None:
    for one in careers.occupations():
        assert set(careers.pay_history(one.soc)["soc"]) == {one.soc}


def test_real_pay_is_in_dollars_of_the_newest_year() -> None:
    frame = careers.pay_history("coder").set_index("year")
    newest = frame.attrs["real_year"]
    assert frame.loc[newest, "real_median"] == frame.loc[newest, "median"]
    prices = frame["cpi"]
    for year in frame.index:
        expected = frame.loc[year, "median"] * prices[newest] / prices[year]
        assert frame.loc[year, "real_median"] == pytest.approx(expected, abs=0.5)


def test_a_change_over_a_code_that_was_not_there_is_refused() -> None:
    with pytest.raises(BadInput, match="2018"):
        careers.pay_change("29-2072", since=2018)


def test_ranks_cover_the_states_with_both_figures_and_only_them() -> None:
    frame = careers.adjusted_pay("coder")
    assert len(frame) == 54
    ranked = frame.dropna(subset=["rank"])
    assert sorted(ranked["adjusted_rank"])[0] == 1
    assert ranked["rank"].max() == ranked["adjusted_rank"].max() == len(ranked) == 51
    left_out = frame[frame["rank"].isna()]
    assert set(left_out["usps"]) == {"PR", "GU", "VI"}
    assert (left_out["note"] != "").all()
    assert frame[frame["usps"] == "VT"]["reliability"].item() == "unknown"


@pytest.mark.parametrize("occupation", SURVEYED, ids=lambda one: one.soc)
def test_every_table_answers_for_every_occupation(occupation: careers.Occupation) -> None:
    soc = occupation.soc
    assert len(careers.adjusted_pay(soc)) == 54
    mix = careers.industry_mix(soc, limit=5)
    assert mix["employment"].sum() == mix.attrs["total"]
    assert mix["share_pct"].sum() == pytest.approx(100, abs=0.5)
    for level in (2, 4):
        parts = careers.industry_mix(soc, limit=5, level=level)
        assert list(parts["employment"]) == sorted(parts["employment"], reverse=True)
        assert parts["employment"].max() <= mix.attrs["total"]
    for kind in ("state", "metro", "nonmetro"):
        top = careers.top_areas(soc, kind=kind)
        assert list(top["rank"]) == sorted(top["rank"])
        assert top["median"].notna().all()
    outcome = careers.projection_outcome(soc)
    assert len(outcome) == len(careers.projections(soc)) > 0
    if soc != "29-9021":
        parts = careers.openings(soc)
        assert parts["jobs"].sum() == pytest.approx(parts.attrs["openings"], rel=0.01, abs=300)


def test_the_filters_of_the_top_hold() -> None:
    top = careers.top_areas("coder", min_jobs=1_000, max_rse=10, limit=60)
    assert len(top)
    assert (top["employment"] >= 1_000).all()
    assert (top["employment_rse"] <= 10).all()


@pytest.mark.parametrize("wrong", [{"by": "salary"}, {"kind": "county"}])
def test_a_top_of_something_else_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(BadInput, match="Give one of"):
        careers.top_areas("coder", **wrong)  # type: ignore[arg-type]


def test_a_level_of_industry_that_is_not_there_is_refused() -> None:
    with pytest.raises(BadInput, match="2, 3 or 4"):
        careers.industry_mix("coder", level=7)


def test_no_vintage_is_judged_before_a_later_count() -> None:
    for one in careers.occupations():
        outcome = careers.projection_outcome(one.soc)
        judged = outcome.dropna(subset=["observed_year"])
        assert (judged["observed_year"] > judged["base_year"]).all()
        assert (judged["observed_year"] <= judged["target_year"]).all()
        gap = judged["observed_pct"] - judged["on_pace_pct"] - judged["gap_points"]
        assert (gap.abs() < 0.11).all()


def test_a_retired_code_has_no_openings_of_today() -> None:
    frame = careers.openings("29-2071")
    assert frame.empty
    assert frame.attrs["openings"] is None


# The command


def test_the_json_has_the_promised_keys(capsys: pytest.CaptureFixture[str]) -> None:
    cli_career.print_pay("CA", "29-2072", as_json=True)
    printed = json.loads(capsys.readouterr().out)
    assert list(printed) == JSON_KEYS
    assert printed["area"] == "CA"
    assert printed["median"] == careers.pay("CA", "29-2072").median
    assert json.dumps(careers.pay_json("VI", "coder")).count("null") == 8


def test_the_table_for_people_says_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    cli_career.print_pay("Elmira", "coder")
    printed = capsys.readouterr().out
    assert "Elmira, NY" in printed
    assert printed.count("not published") == 6
    assert "missing," in printed
    assert "May 2025" in printed
    assert "USDL-26-0725" in printed
    cli_career.print_pay("DC", "coder")
    printed = capsys.readouterr().out
    assert "$72,040" in printed
    assert "22.3% (rough)" in printed


def test_bad_input_is_raised_for_the_caller() -> None:
    with pytest.raises(BadInput, match="no such area"):
        cli_career.print_pay("Atlantis", "coder")


def test_asking_for_pay_loads_nothing_heavy() -> None:
    code = (
        "import sys, chartpath.careers as c; c.pay_json('CA', 'coder');"
        "print([name for name in ('pandas', 'numpy', 'matplotlib') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
