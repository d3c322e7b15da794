"""National pay over time, in dollars of the day and in dollars of today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from chartpath import catalog
from chartpath.careers.names import Occupation, find_occupation, occupations
from chartpath.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

_WAGES = ("mean", "p10", "p25", "median", "p75", "p90")
# OEWS estimates refer to May, so its dollars are put into those of another May. With annual averages the real
# change since 2021 would be half a point smaller.
DEFLATOR = "CPI-U, all items, U.S. city average, not seasonally adjusted, index of May"


@frozen
class PayChange:
    """How national median pay of an occupation moved between two Mays; `real_pct` is after prices."""

    soc: str
    title: str
    since: int
    until: int
    median_since: int
    median_until: int
    nominal_pct: float
    real_pct: float
    prices_pct: float
    deflator: str = DEFLATOR


def pay_history(soc: str, family: bool = False) -> pd.DataFrame:
    """National pay by year: one row a May, nominal dollars, and `real_*` in dollars of the newest May.

    Columns: year, soc, title, employment, employment_rse, mean, p10, p25, median, p75, p90, series_break, break_note,
    status, source, cpi, real_mean, real_p10, real_p25, real_median, real_p75, real_p90. With `family` the retired
    codes that came before are added as rows with their own `soc`; draw each as a line of its own.
    `attrs` has `deflator` and `real_year`. Raises BadInput for an unknown occupation.
    Sources: BLS, OEWS national estimates; BLS, CPI-U.
    """
    found = find_occupation(soc)
    wanted = [one.soc for one in (*_before(found), found)] if family else [found.soc]
    table = catalog.load("labour/oews_history")
    frame = table[table["soc"].isin(wanted)].sort_values(["year", "soc"]).reset_index(drop=True)
    prices = catalog.load("labour/cpi_annual").set_index("year")["may"]
    newest = int(table["year"].max())
    frame["cpi"] = frame["year"].map(prices).astype("float64")
    for name in _WAGES:
        frame[f"real_{name}"] = (frame[name].astype("float64") * prices[newest] / frame["cpi"]).round(0)
    frame.attrs = {**table.attrs, "deflator": DEFLATOR, "real_year": newest}
    return frame


def _before(occupation: Occupation) -> tuple[Occupation, ...]:
    """The retired codes that some of its people were counted under, oldest first."""
    old = [one for one in occupations() if occupation.soc in one.successors]
    return tuple(sorted(old, key=lambda one: one.until or 0))


def pay_change(soc: str, since: int | None = None, until: int | None = None) -> PayChange:
    """Percent change of the national median between two Mays of one code, nominal and after prices.

    `since` is the first year of the code when left out, `until` the newest. Raises BadInput when a year has no
    median for this very code: figures of a code that was retired are never used in its place.
    """
    frame = pay_history(soc).dropna(subset=["median"]).set_index("year")
    first, last = since or int(frame.index.min()), until or int(frame.index.max())
    for year in (first, last):
        if year not in frame.index:
            have = ", ".join(str(one) for one in frame.index)
            raise BadInput(
                f"{frame['soc'].iloc[0]}: no median for {year} under this code. Years at hand: {have}."
            )
    start, end = frame.loc[first], frame.loc[last]
    nominal, prices = end["median"] / start["median"], end["cpi"] / start["cpi"]
    return PayChange(
        str(end["soc"]),
        str(end["title"]),
        first,
        last,
        int(start["median"]),
        int(end["median"]),
        _percent(nominal),
        _percent(nominal / prices),
        _percent(prices),
    )


def _percent(ratio: float) -> float:
    return round((float(ratio) - 1) * 100, 1)
