"""The page as data: true for every area and occupation, and every number on it is in the tables."""

from __future__ import annotations

import csv
import re
from functools import cache
from html import unescape
from html.parser import HTMLParser

import pytest

from chartpath import careers, paths
from chartpath.errors import BadInput
from chartpath.outlook import MOST, view
from chartpath.outlook.draw import top_of
from chartpath.outlook.html import page_html

OFFERED = [one.soc for one in careers.occupations() if one.in_course and one.in_oews]
CODER, BILLER, MANAGER, EVERYBODY = "29-2072", "43-3021", "11-9111", "00-0000"
WAGES = ("p10", "p25", "median", "p75", "p90")


@cache
def table(name: str) -> list[dict[str, str]]:
    """Rows of a labour table, read without the package's own readers."""
    with (paths.datasets() / "labour" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@cache
def survey() -> dict[tuple[str, str], dict[str, str]]:
    return {(row["area_code"], row["soc"]): row for row in table("oews") if row["industry_code"] == "000000"}


def words(html: str) -> str:
    """The text of the page, as it is read."""
    return unescape(re.sub(r"<[^>]+>", " ", html))


def line(area: str, soc: str, measure: str) -> tuple[str, str]:
    found = next(one for one in view(area, soc).measures if one.key == measure)
    return found.lines[0].value, found.lines[0].detail


@pytest.mark.slow
@pytest.mark.parametrize("soc", OFFERED)
def test_every_area_has_a_page_that_says_what_the_table_says(soc: str) -> None:
    for area in careers.areas():
        page = view(area.code, soc)
        text = words(page_html(page))
        row = survey().get((area.code, soc), {})
        median = row.get("median", "")
        shown = next(one for one in page.measures if one.key == "median").lines[0]
        assert shown.missing == (not median), area.name
        assert shown.value == (f"${int(median):,}" if median else "Not published"), area.name
        for wage in WAGES:
            if row.get(wage):
                assert f"${int(row[wage]):,}" in text, (area.name, wage)
        if not median:
            assert "BLS publishes no pay" in page.title
            assert "not published" in text
        jobs = next(one for one in page.measures if one.key == "jobs").lines[0].value
        assert jobs == (f"{int(row['employment']):,}" if row.get("employment") else "Not published"), (
            area.name
        )
        assert not re.search(r"\b(None|nan|NaN|NaT|<NA>)\b(?! (to|required|of))", text), area.name
        assert area.name in page.announcement


def test_every_dollar_of_the_page_is_in_the_tables_or_recomputed_from_them() -> None:
    prices = {row["year"]: float(row["may"]) for row in table("cpi_annual") if row["may"]}
    newest = max(row["year"] for row in table("oews_history"))
    levels: dict[str, dict[str, str]] = {}
    for row in table("rpp"):
        levels.setdefault(row["year"], {})[row["usps"]] = row["rpp"]
    level = levels[max(year for year, states in levels.items() if all(states.values()))]
    known = {int(row["value"]) for row in table("survey_facts") if "dollars" in row["unit"]}
    for row in table("oews_history"):
        if row["median"]:
            known |= {int(row["median"]), round(int(row["median"]) * prices[newest] / prices[row["year"]])}
    for (_, _), row in survey().items():
        known |= {int(row[wage]) for wage in WAGES if row[wage]}
        if row["area_type"] == "state" and row["median"] and level.get(row["usps"]):
            known.add(round(int(row["median"]) / float(level[row["usps"]]) * 100))
    with (paths.datasets() / "careers" / "credentials.csv").open(encoding="utf-8", newline="") as stream:
        fees = " ".join(row["fee_text"] for row in csv.DictReader(stream))
    known |= {int(fee.replace(",", "")) for fee in re.findall(r"\$([\d,]*\d)", fees)}
    seen = set()
    for area in ("US", "CA", "DC", "PR", "Boise City", "Philadelphia-Camden", "Northern Vermont"):
        for chosen in ((CODER,), (CODER, BILLER, MANAGER, EVERYBODY), tuple(OFFERED[4:])):
            text = words(page_html(view(area, chosen)))
            axis = set(re.findall(r"\$\d+k|\$0\b", text))
            for shown in re.findall(r"\$[\d,]*\d\b(?!k)", text):
                if shown not in axis:
                    seen.add(int(shown.strip("$").replace(",", "")))
    assert len(seen) > 150
    assert seen <= known, sorted(seen - known)


def test_the_truths_that_are_easily_got_wrong() -> None:
    assert line("US", CODER, "real") == (
        "−8.2%",
        "In dollars +9.6%: $46,660 in 2021, $51,140 in 2025. Prices rose 19.4%.",
    )
    value, detail = line("CA", CODER, "prices")
    assert value == "28th of 51"
    assert detail.startswith("5th before prices")
    assert line("US", CODER, "growth")[0] == "+7.8%"
    assert "ten years" in line("US", CODER, "growth")[1]
    past = next(one.text for one in view("US", BILLER).caveats if "earlier forecast" in one.text)
    assert "+18.1%" in past
    assert "fell 11.2%" in past


def test_a_state_on_a_thin_count_does_not_lead_the_list() -> None:
    value, detail = line("US", CODER, "prices")
    assert "District of Columbia" not in value
    assert "District of Columbia (270 jobs, error 22.3%) ranks higher, on a count too rough" in detail
    assert "rough" in line("DC", CODER, "prices")[1]


def test_an_area_in_several_states_shows_the_rank_of_each() -> None:
    value, detail = line("Philadelphia-Camden", CODER, "prices")
    assert [part.split()[0] for part in value.removesuffix(" of 51").split(", ")] == ["PA", "NJ", "DE", "MD"]
    assert detail.startswith("Before prices: PA ")


def test_a_territory_has_no_rank_after_prices_and_says_why() -> None:
    assert line("PR", CODER, "prices") == ("No rank", "BEA publishes no price level for this territory.")
    assert line("VI", CODER, "prices")[0] == "No rank"


@pytest.mark.parametrize("area", ["US", "CA", "Boise City", "PR"])
@pytest.mark.parametrize("chosen", [(CODER,), (CODER, BILLER, MANAGER, EVERYBODY)])
def test_the_title_is_true(area: str, chosen: tuple[str, ...]) -> None:
    page = view(area, chosen)
    medians = [one.median for one in page.pays if one.median]
    if len(chosen) == 1:
        assert f"${page.pays[0].p25:,} and ${page.pays[0].p75:,}" in page.title
    else:
        assert f"(${max(medians):,})" in page.title
        assert f"(${min(medians):,})" in page.title


def test_the_trend_begins_where_every_chosen_code_does() -> None:
    alone, beside = view("US", BILLER).trends[0], view("US", (BILLER, CODER)).trends
    assert alone.years[0] == 2013
    assert {one.years[0] for one in beside} == {2021}
    assert all(one.real[-1] == one.nominal[-1] for one in (alone, *beside))


def test_every_measure_answers_for_every_occupation_and_names_its_source() -> None:
    page = view("CA", OFFERED[:4])
    assert len(page.measures) == 8
    for one in page.measures:
        assert [answer.who for answer in one.lines] == [subject.title for subject in page.occupations]
        assert re.search(r"BLS (OEWS|Employment Projections), (May )?20\d\d", one.source), one.key
    html = page_html(page)
    assert html.count('<p class="op-src">Source: ') >= len(page.measures) + 4
    assert "O*NET" in html
    assert "CC BY 4.0" in html


def test_caveats_hold_for_the_occupation_they_stand_under() -> None:
    coder = " ".join(one.text for one in view("US", CODER).caveats)
    assert "artificial intelligence" in coder
    assert "association, not what the credential adds" in coder
    biller = " ".join(one.text for one in view("US", BILLER).caveats)
    assert "association" not in biller
    thin = view("DC", CODER)
    assert any("rough" in one.text and one.about == "Medical Records Specialists" for one in thin.caveats)
    assert any("national: none exist here" in one.text for one in thin.caveats)
    assert not any("national: none exist here" in one.text for one in view("US", CODER).caveats)


def test_all_occupations_together_have_no_tasks_and_no_credentials() -> None:
    text = words(page_html(view("US", EVERYBODY)))
    assert "O*NET describes single occupations" in text
    assert "None of the credentials" in text
    assert line("US", EVERYBODY, "education")[0] == "No typical level"


@pytest.mark.parametrize(
    ("area", "chosen", "said"),
    [
        ("US", (), "none chosen"),
        ("US", OFFERED[:5], "5 chosen. Choose 4 at most"),
        ("US", ("29-2071",), "used this code until"),
        ("US", ("astronaut",), "no such occupation"),
        ("Atlantis", (CODER,), "no such area"),
        ("Portland", (CODER,), "areas have that name"),
    ],
)
def test_what_cannot_be_shown_is_said_in_one_line(area: str, chosen: tuple[str, ...], said: str) -> None:
    with pytest.raises(BadInput, match=re.escape(said)) as error:
        view(area, chosen)
    assert "\n" not in str(error.value)


def test_an_occupation_named_twice_is_shown_once() -> None:
    assert len(view("US", ("coder", CODER)).occupations) == 1
    assert MOST == 4


class Outline(HTMLParser):
    """Headings, ids, tags left open, and addresses of a piece of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.ids: list[str] = []
        self.open: list[str] = []
        self.loaded: list[str] = []
        self.refers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if found.get("id"):
            self.ids.append(str(found["id"]))
        self.refers += str(found.get("aria-labelledby") or "").split()
        self.loaded += [str(found[name]) for name in ("src", "srcset", "data") if found.get(name)]
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("chosen", [(CODER,), (CODER, BILLER, MANAGER, EVERYBODY)])
def test_the_html_is_well_formed_and_its_headings_descend_by_steps(chosen: tuple[str, ...]) -> None:
    outline = Outline()
    outline.feed(page_html(view("VI", chosen)))
    assert outline.open == []
    assert outline.levels[0] == 2  # below the title of the page
    assert all(after - before <= 1 for before, after in zip(outline.levels, outline.levels[1:], strict=False))
    assert len(set(outline.ids)) == len(outline.ids)
    assert set(outline.refers) <= set(outline.ids)
    assert outline.loaded == []


def test_marks_of_the_pay_picture_stand_at_their_dollars() -> None:
    page = view("CA", (CODER, MANAGER))
    top = top_of(page.pays)
    html = page_html(page)
    assert top >= max(one.p90 or 0 for one in page.pays)
    for one in page.pays:
        assert one.median
        assert f'class="op-med" style="left:{one.median / top * 100:.2f}%"' in html
    assert all(float(left) <= 100 for left in re.findall(r"left:([\d.]+)%", html))


def test_the_trend_picture_has_a_text_alternative_with_every_number() -> None:
    page = view("US", CODER)
    html = page_html(page)
    label = unescape(re.findall(r'<svg[^>]*aria-label="([^"]+)"', html)[0])
    for year, nominal, real in zip(
        *(getattr(page.trends[0], name) for name in ("years", "nominal", "real")), strict=True
    ):
        assert f"{year} ${nominal:,}" in label
        assert f"${real:,}" in label
