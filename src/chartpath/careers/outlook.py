"""Employment projections by vintage, what became of them, and what openings consist of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chartpath import catalog
from chartpath.careers.names import find_occupation

if TYPE_CHECKING:
    import pandas as pd

CAVEAT = (
    "Projections count the self-employed and use averages of a year; OEWS counts wage and salary jobs in May. "
    "Compare percent changes within each, never a level of one with a level of the other."
)
_PARTS = {
    "exits_annual": "leave the labor force",
    "transfers_annual": "move to another occupation",
    "growth_annual": "new jobs",
}
_MISSING = "Int64"


def projections(soc: str) -> pd.DataFrame:
    """Every vintage at hand of one occupation code, oldest first; the columns of `labour/projections`.

    Employment is in jobs, `change_pct` in percent over ten years (not a year). `openings_basis` says how openings
    were counted. Raises BadInput for an unknown occupation. Source: BLS, Employment Projections.
    """
    found = find_occupation(soc)
    table = catalog.load("labour/projections")
    frame = table[table["soc"] == found.soc].sort_values("base_year").reset_index(drop=True)
    frame.attrs = dict(table.attrs)
    return frame


def projection_outcome(soc: str) -> pd.DataFrame:
    """Each vintage of an occupation against what happened by the newest year that the same code was counted.

    Columns: vintage, base_year, target_year, employment_base, employment_projected, projected_pct (to the target
    year), observed_year, employment_observed, observed_pct, on_pace_pct (the projected change up to the observed
    year, at an even pace), gap_points (observed minus on pace), oews_since, oews_until, oews_pct, caveat.
    Observed employment is the base of a later vintage, so both ends are counted alike; OEWS is shown beside it as a
    percent change only. Vintages without employment, or without a later count, have empty observed columns.
    """
    import pandas as pd

    frame = projections(soc)
    counted = frame.dropna(subset=["employment_base"])
    jobs = {
        int(year): int(base)
        for year, base in zip(counted["base_year"], counted["employment_base"], strict=True)
    }
    latest = max(jobs, default=0)
    history = catalog.load("labour/oews_history")
    history = history[(history["soc"] == find_occupation(soc).soc)].dropna(subset=["employment"])
    survey = {
        int(year): int(count) for year, count in zip(history["year"], history["employment"], strict=True)
    }
    rows: list[dict[str, Any]] = []
    for one in frame.to_dict("records"):
        base = int(one["base_year"])
        row = {name: one[name] for name in ("vintage", "base_year", "target_year", "employment_base")}
        row["employment_projected"], row["projected_pct"] = (
            one["employment_projected"],
            float(one["change_pct"]),
        )
        row |= _observed(base, int(one["target_year"]), float(one["change_pct"]), jobs, latest)
        row |= _surveyed(base, int(one["target_year"]), survey)
        rows.append({**row, "caveat": CAVEAT})
    found = pd.DataFrame(rows)
    whole = ("employment_base", "employment_projected", "observed_year", "employment_observed")
    for name in (*whole, "oews_since", "oews_until"):
        found[name] = found[name].astype(_MISSING)
    for name in ("observed_pct", "on_pace_pct", "gap_points", "oews_pct"):
        found[name] = found[name].astype("float64")
    found.attrs = {**frame.attrs, "caveat": CAVEAT}
    return found


def _observed(base: int, target: int, projected: float, jobs: dict[int, int], latest: int) -> dict[str, Any]:
    """Change from the base year to the newest counted year, not beyond the target."""
    years = [year for year in jobs if base < year <= target]
    empty = dict.fromkeys(
        ("observed_year", "employment_observed", "observed_pct", "on_pace_pct", "gap_points")
    )
    if base not in jobs or not years:
        return empty
    year = max(years)
    observed = (jobs[year] / jobs[base] - 1) * 100
    pace = ((1 + projected / 100) ** ((year - base) / (target - base)) - 1) * 100
    return {
        "observed_year": year,
        "employment_observed": jobs[year],
        "observed_pct": round(observed, 1),
        "on_pace_pct": round(pace, 1),
        "gap_points": round(observed - pace, 1),
    }


def _surveyed(base: int, target: int, survey: dict[int, int]) -> dict[str, Any]:
    """Change in OEWS between the survey years of this code nearest within the span of the projection."""
    years = [year for year in survey if base <= year <= target]
    if len(years) < 2:
        return dict.fromkeys(("oews_since", "oews_until", "oews_pct"))
    first, last = min(years), max(years)
    return {
        "oews_since": first,
        "oews_until": last,
        "oews_pct": round((survey[last] / survey[first] - 1) * 100, 1),
    }


def openings(soc: str) -> pd.DataFrame:
    """What an average year's openings consist of, newest vintage with the detail.

    Columns: vintage, soc, title, part, jobs, share_pct (of the openings). Rows: people who leave the labor force,
    people who move to another occupation, new jobs (negative when the occupation shrinks). `attrs["openings"]` is
    the published number, `attrs["newest"]` the openings and vintage of the newest projection. A retired code has
    no rows. Source: BLS, Employment Projections, table 1.10.
    """
    import pandas as pd

    found = find_occupation(soc)
    table = catalog.load("labour/openings")
    rows = []
    published = None
    for one in table[table["soc"] == found.soc].to_dict("records"):
        published = int(one["openings_annual"])
        for name, words in _PARTS.items():
            rows.append(
                {
                    "vintage": one["vintage"],
                    "soc": found.soc,
                    "title": found.title,
                    "part": words,
                    "jobs": int(one[name]),
                    "share_pct": round(int(one[name]) / published * 100, 1),
                }
            )
    frame = pd.DataFrame(rows, columns=["vintage", "soc", "title", "part", "jobs", "share_pct"])
    every = projections(found.soc)
    newest = None if every.empty else every.iloc[-1]
    frame.attrs = {
        **table.attrs,
        "openings": published,
        "newest": None if newest is None else (str(newest["vintage"]), int(newest["openings_annual"])),
    }
    return frame
