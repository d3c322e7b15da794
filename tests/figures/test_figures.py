"""Every figure for every place and occupation: nothing warns, nothing leaves the paper, every number is the table's."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from chartpath import careers, figures
from chartpath.errors import BadInput
from chartpath.figures import style
from chartpath.figures.style import words_of
from figures.pictures import NUMBER, drawn, extremes, figures_in, rows, survey, texts

STATES = [area.key for area in careers.areas() if area.kind == "state"]
COUNTED = [one.soc for one in careers.occupations() if one.in_oews]
EVERY = [one.soc for one in careers.occupations()]
# Drawing takes a third of a second: a tenth of the places here, with those that have gaps, and all of them in the slow tier.
SOME = sorted({*STATES[::10], "DC", "PR", "VI", "GU"})
PERCENTILES = ("p10", "p25", "median", "p75", "p90")
BY_OCCUPATION: dict[str, Callable[[str], Axes]] = {
    "pay_over_time": figures.pay_over_time,
    "state_tiles": figures.state_tiles,
    "state_tiles_adjusted": lambda soc: figures.state_tiles(soc, adjusted=True),
    "projections_by_vintage": figures.projections_by_vintage,
    "openings": figures.openings,
    "industry_mix": figures.industry_mix,
    "uncertainty": lambda soc: figures.uncertainty(None, soc),
}
NATIONAL_ONLY = ("pay_over_time", "projections_by_vintage")


def inspect(ax: Axes) -> None:
    """Draw a picture and hold it against what is true of each."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        seen = drawn(ax)
    assert seen.outside() == []
    assert seen.colliding() == []
    assert seen.grey.max() > 254
    assert seen.grey.min() < 90
    words = words_of(ax)
    assert " ".join(ax.get_title(loc="left").split()) == words.title
    assert words.source.startswith("Source: ")
    assert any(year in words.source for year in ("2024", "2025"))
    assert words.alt.startswith(words.title)
    assert words.alt.endswith(words.source)
    shown = " ".join(one.get_text() for one in ax.texts)
    money = {one for one in NUMBER.findall(shown) if one.startswith("$")}
    assert {one.strip(",") for one in money} <= figures_in(words.alt)


@pytest.mark.slow
@pytest.mark.parametrize("usps", SOME)
def test_pictures_of_a_place(usps: str) -> None:
    inspect(figures.pay_range(usps, COUNTED[:4]))
    inspect(figures.pay_range([usps, "US"], "coder"))
    inspect(figures.career_ladder(usps))
    inspect(figures.uncertainty([usps, "US", "CA"], "coder"))


@pytest.mark.slow
@pytest.mark.parametrize("soc", EVERY)
@pytest.mark.parametrize("name", BY_OCCUPATION)
def test_pictures_of_an_occupation(name: str, soc: str) -> None:
    draw = BY_OCCUPATION[name]
    kept = soc in COUNTED or name in NATIONAL_ONLY or (name, soc) == ("openings", "29-2099")
    if not kept:
        with pytest.raises(BadInput, match=soc):
            draw(soc)
        return
    inspect(draw(soc))


@pytest.mark.slow
def test_pay_of_the_extremes_stays_on_the_paper() -> None:
    """Of each pattern of missing figures, the longest names."""
    places = {area for soc in COUNTED for area in extremes([soc])}
    assert len(places) > 50
    for area in places:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert drawn(figures.pay_range(area, "coder"), inked=False).outside() == []


@pytest.mark.slow
def test_pay_of_every_area_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is drawn of them is looked at elsewhere, for a part of the places."""
    monkeypatch.setattr("chartpath.figures.pay.draw_ranges", lambda *_: None)
    for area in careers.areas():
        ax = figures.pay_range(area.code, COUNTED)
        for soc in COUNTED:
            row = survey().get((area.code, soc))
            median = row["median"] if row else ""
            expected = f"${int(median):,}" if median else "not published"
            assert expected in figures.alt(ax), (area.name, soc)


@pytest.mark.parametrize("usps", SOME)
def test_pay_range_says_the_five_figures_of_the_table(usps: str) -> None:
    area = careers.find_area(usps)
    for soc in COUNTED:
        said = figures.alt(figures.pay_range(usps, soc))
        row = survey().get((area.code, soc), {})
        values = [int(row[name]) for name in PERCENTILES if row.get(name)]
        assert [
            int(one.strip("$,").replace(",", "")) for one in _after(said, "Range of annual pay")
        ] == values
        if not values:
            assert f"BLS publishes no pay for {careers.find_occupation(soc).title.lower()}" in said
        elif len(values) == len(PERCENTILES):
            assert f"${values[1]:,} to ${values[3]:,} a year" in said


def _after(text: str, start: str) -> list[str]:
    """Dollar figures behind a phrase and before the notes on what is withheld."""
    told = (
        text.split(start, 1)[1].split("BLS", 1)[0].split("The pay is", 1)[0].split("The number of jobs", 1)[0]
    )
    return [one for one in NUMBER.findall(told) if one.startswith("$")]


def test_pay_range_marks_stand_where_the_table_says() -> None:
    ax = figures.pay_range("CA", "coder")
    row = survey()["0600000", "29-2072"]
    (box,) = [one for one in ax.patches if isinstance(one, Rectangle)]
    assert (box.get_x(), box.get_x() + box.get_width()) == (int(row["p25"]), int(row["p75"]))
    ends = {float(x) for lines in ax.collections for segment in lines.get_segments() for x in segment[:, 0]}  # type: ignore[attr-defined]
    assert ends == {float(row[name]) for name in ("p10", "median", "p90")}


def test_pay_range_compares_areas_and_occupations() -> None:
    ax = figures.pay_range(["CA", "DC", "MS"], "coder")
    medians = {
        usps: int(survey()[careers.find_area(usps).code, "29-2072"]["median"]) for usps in ("CA", "DC", "MS")
    }
    assert medians["DC"] > medians["CA"] > medians["MS"]
    title = words_of(ax).title
    assert f"highest in the District of Columbia (${medians['DC']:,})" in title
    assert f"lowest in Mississippi (${medians['MS']:,})" in title
    assert "Not published" in words_of(figures.pay_range(["VI", "CA"], "registrar")).how
    with pytest.raises(BadInput, match="at most 12"):
        figures.pay_range(STATES[:13], "coder")
    with pytest.raises(BadInput, match="none given"):
        figures.pay_range([], "coder")


def test_capped_pay_is_said_and_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    from attrs import evolve

    real = careers.pay

    def capped(area: str, occupation: str) -> careers.Pay:
        return evolve(
            real(area, occupation), p90=None, notes=("The 90th percentile is at or above the cap.",)
        )

    monkeypatch.setattr(careers, "pay", capped)
    ax = figures.pay_range("CA", "manager")
    inspect(ax)
    assert any("90th not published" in one.get_text() for one in ax.texts)
    assert "at or above the cap" in figures.alt(ax)


def test_headline_is_the_one_of_the_tables() -> None:
    history = {int(row["year"]): row for row in rows("labour/oews_history") if row["soc"] == "29-2072"}
    prices = {int(row["year"]): float(row["may"]) for row in rows("labour/cpi_annual")}
    first, last = int(history[2021]["median"]), int(history[2025]["median"])
    nominal = (last / first - 1) * 100
    real = (last / first / (prices[2025] / prices[2021]) - 1) * 100
    assert (round(nominal, 1), round(real, 1)) == (9.6, -8.2)
    assert figures.headline("coder") == (
        "Medical Records Specialists: since 2021 median pay rose 9.6% in dollars but fell 8.2% after prices"
    )
    assert "but" not in figures.headline("biller")
    with pytest.raises(BadInput, match="no median for 2015"):
        figures.headline("coder", 2015)


@pytest.mark.parametrize("soc", EVERY)
def test_pay_over_time_joins_no_two_codes(soc: str) -> None:
    ax = figures.pay_over_time(soc)
    published: dict[str, dict[int, int]] = {}
    for row in rows("labour/oews_history"):
        if row["median"]:
            published.setdefault(row["soc"], {})[int(row["year"])] = int(row["median"])
    seen: set[tuple[str, int]] = set()
    for line in ax.get_lines():
        if line.get_marker() != "o":
            continue
        points = {int(x): int(y) for x, y in zip(*line.get_data(), strict=True)}
        homes = [code for code, series in published.items() if points.items() <= series.items()]
        assert homes, f"a line of {soc} holds figures of more than one code"
        seen |= {(homes[0], year) for year in points}
    assert {(soc, year) for year in published[soc]} <= seen
    codes = {code for code, _ in seen}
    assert codes == {soc, *(one.soc for one in careers.occupations() if soc in one.successors)}
    if len(codes) > 1:
        assert "not comparable" in words_of(ax).how
        assert codes <= {one.get_text() for one in ax.texts}


def test_a_code_that_came_back_is_drawn_in_two_lines() -> None:
    """29-2099 was inside another code in 2019 and 2020."""
    lines = [line for line in figures.pay_over_time("29-2099").get_lines() if line.get_marker() == "o"]
    spans = [tuple(int(x) for x in line.get_xdata()) for line in lines]
    assert not any(min(span) < 2019 and max(span) > 2020 for span in spans)


@pytest.mark.parametrize("soc", COUNTED)
def test_tile_map_titles_and_tiles_are_the_tables(soc: str) -> None:
    places = {area.code: area for area in careers.areas() if area.kind == "state"}
    medians = {
        places[code].usps: int(row["median"])
        for (code, one), row in survey().items()
        if one == soc and code in places and row["median"]
    }
    ax = figures.state_tiles(soc)
    top, low = max(medians.values()), min(medians.values())
    title = words_of(ax).title
    assert f"(${top:,})" in title
    assert f"(${low:,})" in title
    for usps, value in medians.items():
        name = careers.find_area(usps).name
        assert name in title or value not in (top, low)
        assert f"{name} ${value:,}" in figures.alt(ax)
    missing = [area.name for area in places.values() if area.usps not in medians]
    assert all(f"{name}: no figure" in figures.alt(ax) for name in missing)
    faces = _tiles(ax)
    assert set(faces) == {area.usps for area in places.values()}
    ordered = sorted(medians, key=lambda usps: medians[usps])
    lightness = [style.luminance(faces[usps][0]) for usps in ordered]
    assert lightness == sorted(lightness, reverse=True)
    assert {usps for usps, (_, hatch) in faces.items() if hatch} == {
        area.usps for area in places.values() if area.usps not in medians
    }


def _tiles(ax: Axes) -> dict[str, tuple[str, str | None]]:
    """Color and hatch of the tile under each postal code."""
    tiles = [one for one in ax.patches if isinstance(one, Rectangle) and one.get_height() > 0.9]
    found = {}
    for text in ax.texts:
        if len(text.get_text()) == 2 and text.get_text().isupper():
            x, y = text.get_position()
            (tile,) = [
                one
                for one in tiles
                if 0 < x - one.get_x() < one.get_width() and 0 < y - one.get_y() < one.get_height()
            ]
            found[text.get_text()] = (to_hex(tile.get_facecolor()), tile.get_hatch())
    return found


def test_after_prices_california_falls_from_5th_to_28th() -> None:
    ax = figures.state_tiles("coder", adjusted=True)
    assert "California falls from 5th to 28th" in words_of(ax).title
    assert "California $54,903 (28th)" in figures.alt(ax)
    assert "2023" in words_of(ax).how
    territories = [usps for usps, (_, hatch) in _tiles(ax).items() if hatch]
    assert sorted(territories) == ["GU", "PR", "VI"]


def test_twin_maps_share_their_steps() -> None:
    one, other = figures.state_tiles_twin("coder").pictures
    key = [
        [
            text.get_text()
            for text in ax.texts
            if text.get_text()[:1] in "<0123456789\N{GREATER-THAN OR EQUAL TO}"
        ]
        for ax in (one, other)
    ]
    key = [[text for text in texts if "." not in text] for texts in key]
    assert key[0] == key[1]
    assert len(key[0]) == len(style.STEPS)


def test_projections_count_what_promised_too_much() -> None:
    assert (
        "of 8 editions checked so far, 8 promised too much and 0 too little"
        in words_of(figures.projections_by_vintage("biller")).title
    )
    said = figures.alt(figures.projections_by_vintage("biller"))
    base = {row["base_year"]: row for row in rows("labour/projections") if row["soc"] == "43-3021"}
    happened = (int(base["2024"]["employment_base"]) / int(base["2016"]["employment_base"]) - 1) * 100
    assert f"2016-26 (code 43-3021): +{float(base['2016']['change_pct']):.1f}% promised for ten years" in said
    assert f"\N{MINUS SIGN}{abs(happened):.1f}% happened" in said
    assert base["2016"]["change_pct"] == "14.1"
    coder = figures.projections_by_vintage("coder")
    assert {"Code 29-2071, until 2018", "Code 29-2098, until 2020", "Code 29-2072"} <= {
        one.get_text() for one in coder.texts
    }
    assert "OEWS" in words_of(coder).how


@pytest.mark.parametrize("soc", [*COUNTED, "29-2099"])
def test_openings_are_the_parts_of_the_table(soc: str) -> None:
    (row,) = [one for one in rows("labour/openings") if one["soc"] == soc]
    ax = figures.openings(soc)
    widths = [patch.get_width() for patch in ax.patches if isinstance(patch, Rectangle)]
    assert widths == [int(row[name]) for name in ("exits_annual", "transfers_annual", "growth_annual")]
    total, new = int(row["openings_annual"]), int(row["growth_annual"])
    title = words_of(ax).title
    assert f"{total:,} openings a year" in title
    assert (f"{new:,} are new jobs" if new > 0 else f"loses {-new:,} jobs a year") in title
    assert "derived" in words_of(ax).how
    assert row["vintage"] in words_of(ax).how


def test_openings_of_a_retired_code_name_the_new_ones() -> None:
    with pytest.raises(BadInput, match="29-2072 or 29-9021"):
        figures.openings("29-2071")


@pytest.mark.parametrize("soc", COUNTED)
def test_industry_mix_adds_up_to_all_jobs(soc: str) -> None:
    ax = figures.industry_mix(soc)
    total = sum(int(patch.get_width()) for patch in ax.patches if isinstance(patch, Rectangle))
    assert total == int(survey()["0000000", soc]["employment"])
    national = {
        row["industry_name"]: row
        for row in rows("labour/oews")
        if row["area_type"] == "nation" and row["soc"] == soc and row["industry_level"] == "3"
    }
    shown = [
        name
        for name in national
        if f"{name}: {int(national[name]['employment'] or 0):,} jobs" in figures.alt(ax)
    ]
    assert len(shown) == 6
    first = max(shown, key=lambda name: int(national[name]["employment"]))
    assert f"{int(national[first]['employment']) / total * 100:.1f}% work in" in words_of(ax).title


def test_ladder_says_which_roles_share_an_occupation() -> None:
    ax = figures.career_ladder()
    words = words_of(ax)
    roles = rows("careers/roles")
    coders = [row["title"] for row in roles if row["soc"] == "29-2072"]
    assert f"{len(coders)} roles share the figures of medical records specialists" in words.how
    for row in roles:
        assert row["title"][1:] in words.alt
    medians = {
        soc: int(survey()["0000000", soc]["median"]) for soc in {row["soc"] for row in roles if row["soc"]}
    }
    assert f"${min(medians.values()):,}" in words.title
    assert f"${max(medians.values()):,}" in words.title
    drawn = [one.get_text().strip() for one in ax.texts if one.get_text().strip().startswith("$")]
    assert drawn == [f"${value:,}" for value in sorted(medians.values())]


def test_uncertainty_shows_the_thin_leader() -> None:
    """DC leads on 270 jobs with a standard error of 22 percent."""
    row = survey()["1100000", "29-2072"]
    assert (row["employment"], row["employment_rse"]) == ("270", "22.3")
    ax = figures.uncertainty()
    assert "the District of Columbia leads on 270 jobs" in words_of(ax).title
    said = figures.alt(ax)
    half = 1.645 * float(row["mean_rse"]) / 100
    low, high = (int(row["mean"]) * (1 + side * round(half, 3)) for side in (-1, 1))
    assert (
        f"District of Columbia: ${int(row['mean']):,}, between ${low:,.0f} and ${high:,.0f}, 270 jobs (thin cell)."
        in said
    )
    assert "1.645" in words_of(ax).how
    hollow = [line for line in ax.get_lines() if to_hex(str(line.get_markerfacecolor())) == style.PAPER]
    assert [int(line.get_xdata()[0]) for line in hollow] == [int(row["mean"])]


@pytest.mark.parametrize("soc", COUNTED)
def test_uncertainty_counts_overlaps(soc: str) -> None:
    ax = figures.uncertainty(None, soc)
    spans = sorted(
        (
            (float(np.min(one.get_segments()[0][:, 0])), float(np.max(one.get_segments()[0][:, 0])))
            for one in ax.collections
            if len(one.get_segments()) == 1  # type: ignore[attr-defined]
        ),
        key=lambda span: -(span[0] + span[1]),
    )
    overlapping = sum(high >= spans[0][0] for _, high in spans[1:])
    title = words_of(ax).title
    assert f"overlaps {overlapping} of the {len(spans) - 1} others" in title or (
        not overlapping and f"does not overlap any of the {len(spans) - 1} others" in title
    )


def test_uncertainty_refuses_what_has_no_published_error() -> None:
    with pytest.raises(BadInput, match="median has no published error"):
        figures.uncertainty(None, "coder", "median")
    with pytest.raises(BadInput, match="at most 15"):
        figures.uncertainty(STATES[:16], "coder")
    jobs = figures.uncertainty(["DC", "CA", "VI"], "coder", "employment")
    inspect(jobs)
    assert "Virgin Islands: not published." in figures.alt(jobs)
    none = figures.uncertainty(["VI"], "registrar")
    inspect(none)
    assert "BLS publishes no mean pay" in words_of(none).title


def test_every_text_is_large_enough() -> None:
    for ax in (figures.pay_range(), figures.projections_by_vintage("coder"), figures.state_tiles("coder")):
        assert min(float(one.get_fontsize()) for one in texts(ax)) >= style.SIZE
