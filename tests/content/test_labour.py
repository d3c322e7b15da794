"""The labour tables: what is true of them and easily got wrong, and that they are the official files."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from chartpath import careers, catalog, paths

FOLDER = paths.datasets() / "labour"
RECIPES = paths.datasets() / "recipes"
RAW = (
    Path(os.environ.get("CHARTPATH_RAW", paths.root().parent / "shared" / "data" / "codesets")).parent
    / "labour"
)
CODERS, OLD, STOPGAP, REGISTRARS, BILLERS, ALL = (
    "29-2072",
    "29-2071",
    "29-2098",
    "29-9021",
    "43-3021",
    "00-0000",
)
NAMES = sorted(path.stem for path in FOLDER.glob("*.csv"))


def load(name: str) -> pd.DataFrame:
    return catalog.load(f"labour/{name}")


def vintage(name: str, soc: str) -> pd.Series[Any]:
    frame = careers.projections(soc)
    return frame[frame["vintage"] == name].iloc[0]


def growth(row: pd.Series[Any]) -> float:
    """Ten-year growth in percent from the jobs, not from the published percentage, which is rounded."""
    return float(row["change"] / row["employment_base"] * 100)


# Different occupations are never one line


def test_the_three_codes_of_coders_share_no_year() -> None:
    years = {soc: set(careers.pay_history(soc)["year"]) for soc in (OLD, STOPGAP, CODERS)}
    assert max(years[OLD]) == 2018 < min(years[STOPGAP])
    assert years[STOPGAP] == {2019, 2020}
    assert min(years[CODERS]) == 2021


def test_the_whole_history_keeps_the_codes_apart_and_marks_each_break() -> None:
    frame = careers.pay_history(CODERS, family=True)
    assert list(dict.fromkeys(frame["soc"])) == [OLD, STOPGAP, CODERS]
    first = frame.groupby("soc")["year"].transform("min") == frame["year"]
    assert list(frame["series_break"]) == list(first & (frame["soc"] != OLD))
    assert frame.loc[frame["series_break"], "break_note"].str.len().min() > 20


def test_the_group_that_stood_in_was_half_as_large_again() -> None:
    """Why the lines cannot be joined: the stopgap code counted many who were no coders."""
    jobs = load("oews_history").set_index(["soc", "year"])["employment"]
    assert jobs[STOPGAP, 2019] / jobs[OLD, 2018] > 1.5
    assert jobs[CODERS, 2021] / jobs[STOPGAP, 2020] < 0.6


# Pay over time


def test_since_2021_nominal_pay_rose_and_real_pay_fell() -> None:
    change = careers.pay_change(CODERS, 2021, 2025)
    assert (change.median_since, change.median_until) == (46_660, 51_140)
    assert change.nominal_pct == 9.6
    assert change.real_pct == -8.2
    assert "May" in change.deflator


def test_the_choice_of_the_index_is_worth_half_a_point() -> None:
    prices = load("cpi_annual").set_index("year")["annual_average"]
    by_average = (51_140 / 46_660) / (prices[2025] / prices[2021]) - 1
    assert round(by_average * 100, 1) == -7.8


def test_may_of_the_yearly_table_is_may_of_the_monthly() -> None:
    monthly = load("cpi")
    may = monthly[monthly["month"] == 5].set_index("year")["value"]
    pd.testing.assert_series_equal(load("cpi_annual").set_index("year")["may"], may, check_names=False)
    gap = monthly[monthly["value"].isna()]
    assert gap[["year", "month"]].values.tolist() == [[2025, 10]]
    assert gap["note"].notna().all()


def test_the_figure_of_2023_fits_its_vintage() -> None:
    assert careers.pay_history(CODERS).set_index("year")["median"][2023] == 48_780
    row = vintage("2022-32", CODERS)
    assert (row["median_wage"], row["median_wage_year"]) == (48_780, 2023)


# Places


def test_after_prices_california_falls_from_fifth_to_twenty_eighth() -> None:
    row = careers.adjusted_pay(CODERS).set_index("usps").loc["CA"]
    assert (row["rank"], row["adjusted_rank"], row["rank_change"]) == (5, 28, -23)
    assert row["rpp_year"] == 2023


def test_the_top_is_a_few_hundred_jobs_with_a_large_error() -> None:
    top = careers.top_areas(CODERS).iloc[0]
    assert (top["usps"], top["employment"], top["employment_rse"]) == ("DC", 270, 22.3)
    assert top["reliability"] == "rough"
    assert any("22.3 percent" in note for note in careers.pay("DC", CODERS).notes)
    assert careers.top_areas(CODERS, min_jobs=1_000, max_rse=10).iloc[0]["usps"] == "WA"


def test_price_levels_are_whole_except_for_the_year_that_is_marked() -> None:
    frame = load("rpp")
    empty = frame[frame["rpp"].isna()]
    assert set(empty["year"]) == {2024}
    assert empty["status"].str.startswith("not at hand").all()
    assert (frame.loc[frame["rpp"].notna(), "status"] == "published").all()
    assert (frame.groupby("year")["usps"].nunique() == 52).all()
    assert (frame.loc[frame["usps"] == "US", "rpp"].round(1) == 100).all()


# Projections


def test_projections_and_the_survey_count_differently() -> None:
    """The level of one is not the level of the other, for the same code and year."""
    survey = load("oews_history").set_index(["soc", "year"])["employment"]
    for soc in (CODERS, REGISTRARS, BILLERS, "11-9111", "13-1041"):
        projected = vintage("2024-34", soc)["employment_base"]
        assert projected > survey[soc, 2024] * 1.01
    caveats = careers.projection_outcome(CODERS)["caveat"]
    assert caveats.str.contains("self-employed").all()


def test_eight_percent_belonged_to_2019_29_and_nine_to_2020_30() -> None:
    assert round(growth(vintage("2019-29", STOPGAP))) == 8
    assert round(growth(vintage("2020-30", STOPGAP))) == 9
    # The Handbook added the two stopgap codes.
    both = [vintage("2020-30", soc) for soc in (STOPGAP, "29-9098")]
    base, change = (sum(int(row[name]) for row in both) for name in ("employment_base", "change"))
    assert base == 416_400
    assert round(change / base * 100) == 9


def test_eight_percent_from_2022_to_2032_fits_its_vintage() -> None:
    assert round(growth(vintage("2022-32", CODERS))) == 8


def test_ten_years_of_growth_are_less_than_one_percent_a_year() -> None:
    """Nobody projected nine percent a year: that would more than double the jobs in ten years."""
    for soc in (STOPGAP, CODERS):
        for row in careers.projections(soc).to_dict("records"):
            assert row["target_year"] - row["base_year"] == 10
            assert (1 + row["change_pct"] / 100) ** 0.1 - 1 < 0.009
    assert 1.09**10 > 2


def test_billing_clerks_were_to_grow_and_shrank() -> None:
    row = careers.projection_outcome(BILLERS).set_index("vintage").loc["2016-26"]
    assert round(row["projected_pct"]) == 14
    assert row["observed_pct"] < -10
    assert row["oews_pct"] < -10


def test_growth_of_coders_is_about_twice_that_of_all_jobs_and_small_in_jobs() -> None:
    coders, everyone = vintage("2024-34", CODERS), vintage("2024-34", ALL)
    assert (round(coders["change_pct"]), round(everyone["change_pct"])) == (7, 3)
    parts = careers.openings(CODERS).set_index("part")
    assert parts["share_pct"]["new jobs"] < 10
    assert vintage("2025-35", CODERS)["change_pct"] == 7.8


def test_bls_names_automation_as_a_drag_on_coders() -> None:
    frame = load("factors")
    words = frame[frame["soc"] == CODERS]["factors"].item()
    assert "offset" in words
    assert "artificial intelligence" in words


def test_the_openings_of_the_oldest_vintage_are_marked_as_a_total_of_ten_years() -> None:
    frame = load("projections")
    old = frame["vintage"] == "2012-22"
    assert (frame.loc[old, "openings_published"] >= frame.loc[old, "openings_annual"] * 9.9).all()
    assert frame.loc[old, "openings_basis"].str.contains("ten years").all()
    later = frame[~old]
    assert (later["openings_published"] == later["openings_annual"]).all()
    assert later["openings_basis"].nunique() == 1


def test_change_is_the_difference_of_the_jobs_and_the_percentage_fits() -> None:
    frame = load("projections").dropna(subset=["employment_base"])
    difference = frame["employment_projected"] - frame["employment_base"] - frame["change"]
    # Each figure was rounded to a hundred on its own; openings and totals too.
    assert (difference.abs() <= 200).all()
    percent = frame["change"] / frame["employment_base"] * 100 - frame["change_pct"]
    assert (percent.abs() < 0.21).all()


def test_every_vintage_has_all_occupations_and_says_where_it_comes_from() -> None:
    frame = load("projections")
    everyone = frame[frame["soc"] == ALL].set_index("vintage")
    assert len(everyone) == frame["vintage"].nunique() == 10
    assert set(everyone.index[everyone["status"] != "published"]) == {
        "2012-22",
        "2018-28",
        "2020-30",
        "2021-31",
        "2023-33",
    }
    partial = frame[frame["employment_base"].isna()]
    assert set(partial["vintage"]) == {"2025-35"}
    assert partial["status"].str.contains("not at hand").all()


# Claims of the sources


def test_billing_pays_less_than_coding_and_registries_more() -> None:
    medians = {
        soc: careers.pay("US", soc).median for soc in (CODERS, BILLERS, REGISTRARS, "11-9111", "13-1041")
    }
    assert medians == {
        CODERS: 51_140,
        BILLERS: 48_500,
        REGISTRARS: 68_020,
        "11-9111": 123_860,
        "13-1041": 80_730,
    }


def test_the_gap_between_certified_and_not_comes_from_a_survey_of_members() -> None:
    frame = load("survey_facts").set_index(["year", "measure"])["value"]
    gap = frame[2021, "mean pay, certified"] / frame[2021, "mean pay, not certified"] - 1
    assert round(gap * 100) == 27
    assert "association and not an effect" in load("survey_facts").attrs["description"]


# Cells


def test_a_withheld_cell_is_empty_and_its_note_is_a_footnote() -> None:
    frame = load("oews")
    footnotes = set(load("footnotes")["text"])
    groups = {
        "employment_note": ["employment", "employment_rse"],
        "wage_note": [
            "mean",
            "mean_rse",
            "p10",
            "p25",
            "median",
            "p75",
            "p90",
            "h_mean",
            "h_median",
            "h_p90",
        ],
    }
    for note, columns in groups.items():
        for column in columns:
            assert (frame[column].isna() == frame[note].notna()).all(), column
        assert set(frame[note].dropna()) <= footnotes
    assert len(frame) == 6_023
    assert frame["wage_note"].notna().sum() == 17
    assert frame["employment_note"].notna().sum() == 71
    assert (frame[["employment", "median"]].min() > 0).all()
    assert frame["capped"].isna().all()


def test_percentiles_rise() -> None:
    for name in ("oews", "oews_history"):
        steps = load(name)[["p10", "p25", "median", "p75", "p90"]].dropna().astype("int64")
        assert (steps.diff(axis=1).iloc[:, 1:] >= 0).all().all()


def test_annual_pay_is_hourly_pay_times_2080() -> None:
    frame = load("oews").dropna(subset=["median", "h_median"])
    assert ((frame["h_median"] * 2080 - frame["median"]).abs() < 16).all()


def test_a_tile_for_every_state_and_no_two_in_one_place() -> None:
    tiles = load("tiles")
    assert set(tiles["usps"]) == {area.usps for area in careers.areas() if area.kind == "state"}
    assert not tiles.duplicated(["row", "col"]).any()


def test_metropolitan_areas_name_their_states() -> None:
    postal = {area.usps for area in careers.areas() if area.kind == "state"}
    for area in careers.areas():
        assert set(area.states) <= postal
        assert (area.kind == "nation") != bool(area.states), area
    assert careers.find_area("Allentown").states == ("PA", "NJ")


def test_every_onet_table_carries_the_credit() -> None:
    credit = "This page includes information from the O*NET 29.2 Database by the U.S. Department of Labor, Employment and Training Administration (USDOL/ETA). Used under the CC BY 4.0 license. O*NET® is a trademark of USDOL/ETA."
    tables = [name for name in NAMES if name.startswith("onet_")]
    assert len(tables) == 6
    for name in tables:
        attrs = load(name).attrs
        assert credit in attrs["description"]
        assert "has not approved, endorsed, or tested" in attrs["description"]
        assert [entry["name"] for entry in attrs["licenses"]] == ["CC-BY-4.0"]
        assert set(load(name)["soc"]) <= {one.soc for one in careers.occupations()}


def test_every_occupation_of_the_course_has_tasks() -> None:
    tasks = load("onet_tasks")
    for one in careers.occupations():
        assert (one.in_course and one.soc != ALL) == (one.soc in set(tasks["soc"])), one.soc


def test_every_resource_names_an_official_source() -> None:
    package = json.loads((FOLDER / "datapackage.json").read_text(encoding="utf-8"))
    assert sorted(resource["name"] for resource in package["resources"]) == NAMES
    for resource in package["resources"]:
        text = json.dumps(resource["sources"])
        assert "github" not in text.lower(), resource["name"]
        assert resource["edition"]


# The recipe


@pytest.fixture(scope="module")
def recipe() -> Iterator[Any]:
    sys.path.insert(0, str(RECIPES))
    import labour

    yield labour
    sys.path.remove(str(RECIPES))


@pytest.fixture
def words() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((RECIPES / "labour_words.yaml").read_text(encoding="utf-8"))
    return found


def a_survey(folder: Path, **cells: str) -> Path:
    """A raw folder with one made-up row; `cells` are values and footnotes of that row."""
    notes = {"1": "plain", "5": "capped", "8": "Estimate not released."}
    from labour_pay import COLUMNS

    codes = {f"{number:02d}": name for number, name in enumerate(COLUMNS, 1)}
    row = {
        "area_type": "S",
        "area_code": "0600000",
        "area_name": "California",
        "industry_code": "000000",
        "industry_name": "All",
        "industry_level": "0",
        "soc": CODERS,
        "title": "Medical Records Specialists",
        **{f"v{code}": "10" for code in codes},
        **{f"f{code}": "" for code in codes},
        **cells,
    }
    place = folder / "oews_2025"
    place.mkdir()
    place.joinpath("datatypes_footnotes.json").write_text(json.dumps({"datatype": codes, "footnote": notes}))
    text = io.StringIO()
    writer = csv.DictWriter(text, list(row))
    writer.writeheader()
    writer.writerow(row)
    place.joinpath("oews_may2025_8socs.csv").write_text(text.getvalue())
    return folder


def test_a_capped_cell_stays_empty_and_is_named(recipe: Any, words: dict[str, Any], tmp_path: Path) -> None:
    from labour_pay import COLUMNS, HEADER

    at = list(COLUMNS.values()).index("p90") + 1
    raw = a_survey(tmp_path, **{f"v{at:02d}": "-", f"f{at:02d}": "5"})
    row = dict(zip(HEADER, recipe.labour_pay.oews(raw, words).rows[0], strict=True))
    assert row["p90"] == ""
    assert row["capped"] == "p90"
    assert row["wage_note"] == ""
    assert row["p75"] == "10"


@pytest.mark.parametrize(
    "cells", [{"v01": "-"}, {"f01": "8"}, {"v01": "-", "f01": "8"}], ids=["no note", "note", "half"]
)
def test_cells_and_footnotes_that_disagree_stop_the_recipe(
    recipe: Any, words: dict[str, Any], tmp_path: Path, cells: dict[str, str]
) -> None:
    with pytest.raises(SystemExit, match="footnote"):
        recipe.labour_pay.oews(a_survey(tmp_path, **cells), words)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,424.00", "1424.00"), ("N/A", "None"), ("-", "None"), ("-1.9", "-1.9"), ("—", "None")],
)
def test_numbers_are_read_without_their_commas(recipe: Any, text: str, value: str) -> None:
    import labour_read

    assert str(labour_read.number(text)) == value


def test_an_unknown_mark_stops_the_recipe(recipe: Any) -> None:
    import labour_read

    with pytest.raises(SystemExit, match="teach the recipe"):
        labour_read.number("#")


@pytest.mark.skipif(
    not RAW.is_dir(), reason="the official files are not at hand (CHARTPATH_RAW names their folder)"
)
def test_the_tables_are_what_the_recipe_makes_of_the_official_files(
    recipe: Any, words: dict[str, Any], tmp_path: Path
) -> None:
    from common import write_csv

    made = recipe.tables(RAW, words)
    assert sorted(table.name for table in made) == NAMES
    for table in made:
        write_csv(tmp_path / "table.csv", table.header, table.rows)
        assert (tmp_path / "table.csv").read_bytes() == (FOLDER / f"{table.name}.csv").read_bytes(), (
            table.name
        )


@pytest.mark.parametrize(("folder", "status"), [("nowhere", 2), (".", 1)])
def test_the_recipe_names_what_is_missing(tmp_path: Path, folder: str, status: int) -> None:
    command = [sys.executable, str(RECIPES / "labour.py"), str(tmp_path / folder)]
    gone = subprocess.run(command, capture_output=True, text=True)
    assert gone.returncode == status
    assert "Traceback" not in gone.stderr
    assert str(tmp_path) in gone.stderr
    assert len(gone.stderr.strip().splitlines()) == 1
