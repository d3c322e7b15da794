"""Places and industries side by side: pay after prices, the top of a list with its errors, where people work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chartpath import catalog
from chartpath.careers.names import in_survey
from chartpath.careers.wages import ALL_INDUSTRIES, reliability
from chartpath.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

MEASURES = (
    "median",
    "mean",
    "p10",
    "p25",
    "p75",
    "p90",
    "employment",
    "jobs_per_1000",
    "location_quotient",
)
KINDS = ("state", "metro", "nonmetro")
REST = "All other industries"
# Hospitals of one owner are listed beside all hospitals; with both, jobs would count twice.
_OWNERS = "Owned"


def _rows(soc: str, kinds: tuple[str, ...]) -> pd.DataFrame:
    """Rows of an occupation in areas of some kinds, all industries together."""
    table = catalog.load("labour/oews")
    chosen = (table["soc"] == in_survey(soc).soc) & (table["industry_code"] == ALL_INDUSTRIES)
    frame = table[chosen & table["area_type"].isin(kinds)].reset_index(drop=True)
    frame.attrs = dict(table.attrs)
    return frame


def adjusted_pay(soc: str) -> pd.DataFrame:
    """Median pay of the states in dollars and after regional prices, with both ranks (1 is the highest).

    Columns: usps, area_code, state, employment, employment_rse, reliability, median, rank, rpp, rpp_year, adjusted,
    adjusted_rank, rank_change (minus is down), note. `adjusted` is what the median buys at national average prices,
    in dollars: median / rpp * 100. The price level is that of the newest year at hand for every state. Both ranks are
    among the places that have both figures; the other places keep their row, without rank, and a note says why.
    Sources: BLS, OEWS; BEA, regional price parities (none exist for the territories).
    """
    table = catalog.load("labour/oews")
    places = table[(table["area_type"] == "state") & (table["industry_code"] == ALL_INDUSTRIES)]
    names = (
        places[["usps", "area_code", "area_name"]].drop_duplicates().rename(columns={"area_name": "state"})
    )
    figures = _rows(soc, ("state",))[["usps", "employment", "employment_rse", "median"]]
    prices = catalog.load("labour/rpp")
    complete = prices.groupby("year")["rpp"].apply(lambda values: values.notna().all())
    year = int(complete[complete].index.max())
    level = prices[prices["year"] == year][["usps", "rpp"]]
    frame = names.merge(figures, on="usps", how="left").merge(level, on="usps", how="left")
    frame["rpp_year"] = year
    frame["reliability"] = [
        reliability(None if value != value else value) for value in frame["employment_rse"]
    ]
    frame["adjusted"] = (frame["median"].astype("float64") / frame["rpp"] * 100).round(0)
    both = frame["adjusted"].notna()
    for column, rank in (("median", "rank"), ("adjusted", "adjusted_rank")):
        frame[rank] = frame[column].where(both).rank(ascending=False, method="min").astype("Int64")
    frame["rank_change"] = frame["rank"] - frame["adjusted_rank"]
    frame["note"] = ""
    frame.loc[frame["rpp"].isna(), "note"] = "BEA publishes no price level for this territory"
    frame.loc[frame["median"].isna(), "note"] = "BLS publishes no median for this occupation here"
    columns = ["usps", "area_code", "state", "employment", "employment_rse", "reliability", "median", "rank"]
    columns += ["rpp", "rpp_year", "adjusted", "adjusted_rank", "rank_change", "note"]
    frame = frame[columns].sort_values(["rank", "usps"], na_position="last").reset_index(drop=True)
    frame.attrs = {**table.attrs, "rpp_year": year, "rpp_source": prices.attrs["source"]}
    return frame


def top_areas(
    soc: str,
    by: str = "median",
    min_jobs: int = 0,
    max_rse: float | None = None,
    kind: str = "state",
    limit: int = 10,
) -> pd.DataFrame:
    """The areas where an occupation leads by a measure, with the size and error that qualify the rank.

    `by` is one of MEASURES, `kind` state, metro or nonmetro. `min_jobs` and `max_rse` (percent, of employment) leave
    out areas below and above; an area whose jobs are withheld is left out once either is asked for. Columns: rank,
    area_code, area_name, usps, the measure, median, employment, employment_rse, reliability, mean_rse.
    Raises BadInput for an unknown measure or kind. Source: BLS, OEWS.
    """
    if by not in MEASURES:
        raise BadInput(f"{by}: not a measure. Give one of {', '.join(MEASURES)}.")
    if kind not in KINDS:
        raise BadInput(f"{kind}: not a kind of area. Give one of {', '.join(KINDS)}.")
    frame = _rows(soc, (kind,))
    attrs = dict(frame.attrs)
    frame = frame[frame[by].notna()]
    if min_jobs:
        frame = frame[frame["employment"].fillna(0) >= min_jobs]
    if max_rse is not None:
        frame = frame[frame["employment_rse"].fillna(float("inf")) <= max_rse]
    frame = frame.assign(
        rank=frame[by].rank(ascending=False, method="min").astype("Int64"),
        reliability=[reliability(None if value != value else value) for value in frame["employment_rse"]],
    )
    columns = [
        "rank",
        "area_code",
        "area_name",
        "usps",
        by,
        "median",
        "employment",
        "employment_rse",
        "reliability",
    ]
    columns = list(dict.fromkeys([*columns, "mean_rse"]))
    frame = frame.sort_values(["rank", "area_name"])[columns].head(limit).reset_index(drop=True)
    frame.attrs = attrs
    return frame


def industry_mix(soc: str, limit: int = 8, level: int = 3) -> pd.DataFrame:
    """Where the people of an occupation work: national jobs by industry, the largest first, the rest as one row.

    `level` 2 to 4 is the number of NAICS digits (2: sectors). At level 3 industries do not overlap, so the shares add
    up to 100; at other levels government is listed beside industries that include it, and no rest is given. Columns:
    industry_code, industry_name, employment, share_pct, employment_rse, reliability, median, note. Industries whose
    jobs are withheld are in the rest. Raises BadInput for another level. Source: BLS, OEWS, national industries.
    """
    import pandas as pd

    if level not in (2, 3, 4):
        raise BadInput(f"level {level}: give 2, 3 or 4.")
    frame = _national(soc)
    total = int(frame.loc[frame["industry_code"] == ALL_INDUSTRIES, "employment"].iloc[0])
    chosen = (frame["industry_level"] == level) & ~frame["industry_name"].str.contains(_OWNERS)
    parts = frame[chosen & frame["employment"].notna()].sort_values(
        ["employment", "industry_code"], ascending=False
    )
    parts = parts.head(limit).reset_index(drop=True)
    found = parts[["industry_code", "industry_name", "employment", "employment_rse", "median"]].copy()
    found["note"] = parts["wage_note"].fillna("")
    rest = total - int(found["employment"].sum())
    if level == 3 and rest > 0:
        note = "what the total leaves after the rows above, with industries whose jobs are withheld"
        row = pd.DataFrame([{"industry_name": REST, "employment": rest, "note": note}]).astype(
            {"employment": "Int64"}
        )
        found = pd.concat([found, row], ignore_index=True)
    found["share_pct"] = (found["employment"].astype("float64") / total * 100).round(1)
    found["reliability"] = [
        reliability(None if value != value else value) for value in found["employment_rse"]
    ]
    columns = ["industry_code", "industry_name", "employment", "share_pct", "employment_rse", "reliability"]
    found = found[[*columns, "median", "note"]]
    found.attrs = {**frame.attrs, "total": total}
    return found


def _national(soc: str) -> pd.DataFrame:
    """Every national row of an occupation, all industries and each of them."""
    table = catalog.load("labour/oews")
    frame = table[(table["soc"] == in_survey(soc).soc) & (table["area_type"] == "nation")].reset_index(
        drop=True
    )
    frame.attrs = dict(table.attrs)
    return frame
