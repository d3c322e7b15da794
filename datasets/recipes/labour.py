"""Pay, jobs and outlook: official files -> tidy tables in datasets/labour.

    python datasets/recipes/labour.py FOLDER

FOLDER holds the official labour files as listed in `datasets/labour/datapackage.json` under `sources`: OEWS, the
Employment Projections, the CPI, regional price parities, O*NET and survey claims. What people write about
occupations, breaks and vintages is in `labour_words.yaml` beside this file, claims of articles in `labour_claims.yaml`.

What it decides, and why:
- A cell that BLS withholds or caps stays empty and a note says so. It never becomes 0 and its row never goes.
- The codes 29-2071, 29-2098 and 29-2072 keep rows of their own: they are different occupations.
- Projections are in jobs, and the openings of 2012-22 are marked as the ten-year total they are.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import datapackage
import labour_claims
import labour_onet
import labour_outlook
import labour_pay
import labour_prices
import yaml
from common import DATASETS, raw_folder, write_csv
from labour_read import Table

OUT = DATASETS / "labour"
WORDS = Path(__file__).with_name("labour_words.yaml")


def tables(raw: Path, words: dict[str, Any]) -> list[Table]:
    """Every table of the folder."""
    oews = labour_pay.oews(raw, words)
    return [
        oews,
        labour_pay.footnotes(raw),
        labour_pay.areas(oews, words),
        labour_pay.occupations(oews, words),
        labour_pay.history(raw, oews, words),
        labour_outlook.projections(raw, words),
        labour_outlook.openings(raw, words),
        labour_outlook.factors(raw, words),
        labour_outlook.skills(raw, words),
        *labour_prices.cpi(raw),
        labour_prices.parities(raw, words),
        labour_prices.tiles(raw, words),
        labour_prices.surveys(raw, words),
        *labour_onet.tables(raw, words),
        labour_claims.claims(),
    ]


def main(raw: Path) -> None:
    """Write the labour tables and refresh the hashes of the Data Packages."""
    words = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    try:
        made = tables(raw, words)
    except FileNotFoundError as error:
        raise SystemExit(
            f"{error.filename}: missing. Name the folder that holds the official labour files."
        ) from None
    for table in made:
        count = write_csv(OUT / f"{table.name}.csv", table.header, table.rows)
        print(f"{table.name}: {count} rows")
    datapackage.refresh(DATASETS)


if __name__ == "__main__":
    main(raw_folder(sys.argv))
